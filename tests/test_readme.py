"""What the README pages say of keeping an archive is done, line by line, in an empty folder."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = {"README.md": "## Keep an archive", "README.zh-CN.md": "## 建立档案"}
COMMAND = (
    f"diming() {{ {shlex.quote(sys.executable)} -c "
    """'from diming.cli.main import main; main()' "$@"; }\n"""
)


def script(page: str) -> str:
    text = (ROOT / page).read_text("utf-8").split(PAGES[page], 1)[1].split("\n## ", 1)[0]
    (block,) = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return block


def commands(page: str) -> list[str]:
    return [line for line in script(page).splitlines() if line.startswith("diming ")]


@pytest.mark.parametrize(("page", "lang"), [("README.md", "en"), ("README.zh-CN.md", "zh")])
def test_a_stranger_comes_from_nothing_to_a_proof(page: str, lang: str, tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    done = subprocess.run(
        ["sh", "-e", "-c", COMMAND + script(page)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        env={
            **{k: v for k, v in os.environ.items() if k != "DIMING_ARCHIVE"},
            "PYTHONPATH": os.pathsep.join(sys.path), "LC_ALL": "C.UTF-8", "DIMING_LANG": lang,
        },
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    told = done.stdout
    assert "国函〔2011〕129号" in "".join(told.split())  # 綦江区
    assert "綦江区[500110]" in told.split("106.650000, 29.030000")[1]
    assert "r4" in told and "r5" in done.stderr
    assert ("is sound: 5 revisions" if lang == "en" else "5 次修订") in told
    changes = (tmp_path / "changes.html").read_text("utf-8")
    assert "大渡口区" in changes and "武隆区" in changes


def test_both_languages_run_the_same_commands() -> None:
    english, chinese = (
        [re.sub(r"\s+#.*|--reason \S+", "", c).strip() for c in commands(page)] for page in PAGES
    )
    assert english == chinese
    assert len(english) == 10
