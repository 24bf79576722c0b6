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

#: Acts that notes of the table of changes name, and no row of it: date, type, units before and
#: after, document, and the words of the note.
WRITTEN_OUT = (
    (
        "1997-03-14", "transfer", "万县市[511200];涪陵市(地级);黔江地区[513500]", "重庆市[500000]",
        "八届全国人大五次会议决定",
        "province-level municipality over 重庆市、万县市、涪陵市、黔江地区",
    ),
    (
        "1997-12-20", "abolish", "万县市[511200]", "",
        "中办厅字〔1997〕34号", "prefecture-level 万县市[511200] abolished",
    ),
    (
        "1997-12-20", "abolish", "涪陵市(地级)", "",
        "中办厅字〔1997〕34号", "prefecture-level 涪陵市 abolished",
    ),
)  # fmt: skip


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


def events_written_out(events: Path, target: Path) -> None:
    """Write the acts that only notes tell as rows, each held against the note that tells it."""
    rows = read_rows(events)
    written = []
    for day, kind, before, after, document, words in WRITTEN_OUT:
        notes = [row["note"] for row in rows if row["date"] == day]
        if not any(words in note and f"doc={document}" in note for note in notes):
            raise ValueError(f"{events}: no note of {day} says: {words}")
        note = f"doc={document}; written out from the note of the row of {day}: {words}"
        written.append((day, kind, before, after, note, "confirmed"))
    target.write_text(to_csv(list(rows[0]), written), encoding="utf-8", newline="")


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


def villages(source: Path, target: Path) -> None:
    """Write the villages of Chongqing with the code of their township, compressed."""
    with gzip.open(source, "rt", encoding="utf-8", newline="") as handle:
        rows = [(r["code"], r["name"], r["streetCode"]) for r in csv.DictReader(handle)]
    text = to_csv(["code", "name", "town_code"], rows)
    target.write_bytes(gzip.compress(text.encode("utf-8"), 9, mtime=0))


def populated_places(source: Path, target: Path) -> None:
    """Keep the places of GeoNames within the outline, with all their names."""
    kept = ("geonameid", "name", "latitude", "longitude", "population", "alternatenames")
    rows = [row for row in read_rows(source) if row["inside_amap_outline"] == "1"]
    text = to_csv(kept, ([row[column] for column in kept] for row in rows))
    target.write_bytes(gzip.compress(text.encode("utf-8"), 9, mtime=0))
