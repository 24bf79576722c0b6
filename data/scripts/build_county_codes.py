"""Build the packaged table of county codes from its sources.

    python data/scripts/build_county_codes.py SOURCES

SOURCES is a folder with two files:

``cn_county_history_1981_2025.csv``
    Every code at county level and above since 1981, by year; github.com/yescallop/areacodes,
    CC0 1.0. It covers the years to 2024 in full.
``chongqing_county_codes.csv``
    Counties of Chongqing, many to the day; compiled from the same decisions.

A year of end is the first year whose list lacks the code. Running it again
gives the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from pathlib import Path

TARGET = Path(__file__).parents[2] / "src/diming/handbook/county_codes_1981_2025.csv.gz"

#: Codes on which sources disagree or that only one of them has; never called wrong.
UNSETTLED = (
    # A public list of April 2026 gives 500157, a map service keeps 500105.
    ("500157", "两江新区", "2025-11-06", ""),
    ("500105", "两江新区", "2025-11-06", ""),
    # One series of the ministry numbers these cities 50018x, the others 50038x.
    ("500181", "江津市", "1997", "2006-10-22"),
    ("500182", "合川市", "1997", "2006-10-22"),
    ("500183", "永川市", "1997", "2006-10-22"),
    ("500184", "南川市", "1997", "2006-10-22"),
    # In the list of April 2026 only.
    ("653132", "岑岭县", "2025", ""),
    ("659013", "草湖市", "2025", ""),
)


def rows(sources: Path) -> list[tuple[str, str, str, str, str]]:
    """Return code, name, begin, end and remark, sorted."""
    with (sources / "cn_county_history_1981_2025.csv").open(encoding="utf-8-sig") as file:
        national = [
            (r["代码"], r["名称"], r["启用时间"], r["变更/弃用时间"]) for r in csv.DictReader(file)
        ]
    with (sources / "chongqing_county_codes.csv").open(encoding="utf-8-sig") as file:
        chongqing = [
            (r["code"], r["name"], r["valid_from"], r["valid_to"])
            for r in csv.DictReader(file)
            if r["code"]
        ]
    finer = {row[0] for row in chongqing}
    lost = {row[0] for row in national if row[0][:2] == "50"} - finer - {"500000"}
    if lost:
        raise SystemExit(f"codes of Chongqing without a finer row: {sorted(lost)}")
    settled = [row for row in national if row[0] not in finer] + chongqing
    return sorted(
        [(*row, "") for row in settled] + [(*row, "unsettled") for row in UNSETTLED],
        key=lambda row: (row[0], row[2]),
    )


def main(sources: Path) -> None:
    """Write the table; the compressed file carries no time stamp."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["code", "name", "begin", "end", "remark"])
    writer.writerows(rows(sources))
    TARGET.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
