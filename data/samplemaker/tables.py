"""The tables of codes, names and changes."""

from __future__ import annotations

import csv
import gzip
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

#: Tables that go in as they are.
COPIED = ("chongqing_townships_nbs_2022.csv", "chongqing_county_codes.csv", "chongqing_events.csv")


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file; a byte-order mark is not part of the first column's name."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return CSV text with Unix line ends."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def copied_tables(source: Path, target: Path) -> None:
    """Copy the three tables of Chongqing byte for byte."""
    for name in COPIED:
        (target / name).write_bytes((source / name).read_bytes())


def township_changes(source: Path, target: Path) -> None:
    """Keep the rows of Chongqing; nine of them do not name the province, so codes count too."""
    rows = [
        row
        for row in read_rows(source)
        if row["province"] == "重庆" or "50" in (row["old_code"][:2], row["new_code"][:2])
    ]
    columns = list(rows[0])
    text = to_csv(columns, ([row[column] for column in columns] for row in rows))
    target.write_text(text, encoding="utf-8", newline="")


def china_county_codes(source: Path, target: Path) -> None:
    """Write every code of county level or above since 1981, compressed, without a time stamp."""
    rows = sorted(
        (
            row["代码"],
            row["名称"],
            row["启用时间"],
            row["变更/弃用时间"],
            row["新代码"],
        )
        for row in read_rows(source)
    )
    text = to_csv(["code", "name", "begin", "end", "successors"], rows)
    target.write_bytes(gzip.compress(text.encode("utf-8"), 9, mtime=0))
