"""Run `diming check` on every polygon file of a folder, and print what it found as a table.

python benchmarks/real_files.py FOLDER --output table.md --reports reports
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path

from measure import COMMAND, run

SUFFIXES = {".gpkg", ".geojson"}
HEAD = ("file", "units", "vertices", "findings by rule", "exit", "seconds", "peak MB")


def row(path: Path, report: Path) -> tuple[str, ...]:
    """Check a file, keep the report, and say what it took."""
    used = run([*COMMAND, "check", str(path), "--format", "json"], output=report)
    last = (str(used.exit_code), f"{used.seconds:.1f}", f"{used.peak_mb:.0f}")
    try:
        found = json.loads(report.read_text("utf-8"))
    except ValueError:
        return (path.name, "", "", (used.said.splitlines() or [""])[-1], *last)
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
