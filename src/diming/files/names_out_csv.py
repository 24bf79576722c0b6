"""Places and names as CSV (文本表): one row a name, nothing lost."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from diming.files.formulas import guarded, unguarded
from diming.files.place_table import COLUMNS, NUMBERS, RECORD, is_canonical, records_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from diming.model.place import PlaceRecord

#: Columns whose text is never guarded: a longitude of -71.06 is no formula.
_PLAIN = NUMBERS | {RECORD}
_TODAY = "within_today"


def write(
    records: Iterable[PlaceRecord], path: Path, parents: Mapping[str, Sequence[str]] | None
) -> int:
    """Write records; a mark of the byte order tells Excel that it is UTF-8."""
    count = 0
    columns = (*COLUMNS, _TODAY) if parents is not None else COLUMNS
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\r\n")
        writer.writerow(columns)
        for count, record in enumerate(records, start=1):
            today = guarded(" / ".join((parents or {}).get(record.place.place_id, ())))
            for cells in rows_of(record, count):
                row = [c if k in _PLAIN else guarded(c) for k, c in cells.items()]
                writer.writerow([*row, today] if parents is not None else row)
    return count


def records_in(
    columns: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]], file: str = ""
) -> Iterator[PlaceRecord] | None:
    """Return the records of a table that `write` wrote; None if it is another.

    Parameters
    ----------
    columns : sequence of str
    rows : iterable of (int, sequence of str)
        Number of each row, and its cells as they stand in the file.
    file : str
        For messages.
    """
    if not is_canonical(columns):
        return None
    return records_of(
        (
            (number, {k: c if k in _PLAIN else unguarded(c) for k, c in zip(columns, cells)})  # noqa: B905
            for number, cells in rows
        ),
        file,
    )
