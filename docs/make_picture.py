"""Make docs/picture.png anew: the page of ``diming demo`` that shows a seam, as Chromium draws it.

Run it in the environment of ``./do setup``: ``.venv/bin/python docs/make_picture.py``.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from diming.present.page import render_page
from diming.services.check import check_files
from diming.services.demo import make_deliveries

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--window-size=1280,720", "--virtual-time-budget=4000",
)  # fmt: skip


def main() -> None:
    """Check, render, photograph."""
    with tempfile.TemporaryDirectory() as folder:
        files = [str(f) for f in make_deliveries(Path(folder))]
        page = Path(folder, "seam.html")
        page.write_text(render_page(check_files(files, backdrop=True), "en"), encoding="utf-8")
        target = Path(__file__).with_name("picture.png")
        subprocess.run(
            ["chromium", *FLAGS, f"--user-data-dir={folder}/profile", f"--screenshot={target}",
             page.as_uri()],
            check=True, capture_output=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
