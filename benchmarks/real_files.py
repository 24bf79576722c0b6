"""Run `diming check` on every polygon file of a folder, and print what it found as a table.

python benchmarks/real_files.py FOLDER --output table.md --reports reports
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = {".gpkg", ".geojson"}
COMMAND = [sys.executable, "-c", "from diming.cli.main import main; main(prog_name='diming')"]
HEAD = ("file", "units", "vertices", "findings by rule", "exit", "seconds", "peak MB")


@dataclass(frozen=True)
class Run:
    exit_code: int
    seconds: float
    peak_mb: float
    said: str


def check(path: Path, report: Path) -> Run:
    """Run the command on a file as a child of its own, and read what it used."""
    with report.open("wb") as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        child = subprocess.Popen(
            [*COMMAND, "check", str(path), "--format", "json"], stdout=out, stderr=err
        )
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        err.seek(0)
        said = err.read().decode("utf-8", "replace").strip()
    per_mb = 2**20 if sys.platform == "darwin" else 2**10
    return Run(child.returncode, seconds, used.ru_maxrss / per_mb, said)


def row(path: Path, report: Path) -> tuple[str, ...]:
    run = check(path, report)
    last = (str(run.exit_code), f"{run.seconds:.1f}", f"{run.peak_mb:.0f}")
    try:
        found = json.loads(report.read_text("utf-8"))
    except ValueError:
        return (path.name, "", "", (run.said.splitlines() or [""])[-1], *last)
    examined = found["examined"]
    rules = Counter(f["rule"] for f in found["findings"])
    words = ", ".join(f"{rule} {count:,}" for rule, count in rules.most_common())
    return (path.name, f"{examined['units']:,}", f"{examined['vertices']:,}", words or "–", *last)


def table(rows: list[tuple[str, ...]]) -> str:
    lines = [HEAD, ("---", "---:", "---:", "---", "---:", "---:", "---:"), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="holds the files to check")
    parser.add_argument("--output", type=Path, help="write the table here as well")
    parser.add_argument("--reports", type=Path, help="keep the JSON reports in this folder")
    args = parser.parse_args()
    paths = sorted(p for p in args.folder.iterdir() if p.suffix in SUFFIXES)
    if not paths:
        parser.error(f"no polygon files in {args.folder}")
    with tempfile.TemporaryDirectory() as scratch:
        keep = args.reports or Path(scratch)
        keep.mkdir(parents=True, exist_ok=True)
        rows = [row(path, keep / f"{path.name}.json") for path in paths]
    text = table(rows)
    print(text, end="")
    if args.output:
        args.output.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
