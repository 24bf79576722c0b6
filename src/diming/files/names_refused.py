"""Rows that were refused, given back as they came, with the reasons (退回表)."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from diming.errors import UsageError
from diming.files.formulas import guarded, unguarded
from diming.files.workbook import LONGEST_CELL, UNWRITABLE, saved
from diming.files.writing import write_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from diming.files.grid import Grid
    from diming.model.place import PlaceRecord

#: Heading of the column with the reasons.
REASON = "原因 reason"
#: Heading of the column that tells where the row stood.
ROW = "行号 row"
#: Numbers are no formulas, although they may begin with a sign.
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")
#: Characters that no sheet is called with.
_NO_TITLE = re.compile(r"[\\/*?:\[\]\x00-\x1f]")
#: Widths of columns, in characters.
_WIDTH, _REASON_WIDTH = 16, 60


def write_refused(
    path: str,
    columns: Sequence[str],
    records: Iterable[PlaceRecord],
    reasons: Sequence[str],
    *,
    sheet: str = "",
) -> int:
    """Write records as CSV or XLSX, with all their columns and why they were refused.

    Corrected, the file can be read again: `without_reasons` takes the two columns that were
    added off.

    Parameters
    ----------
    path : str
        Ends in ``.csv`` or ``.xlsx``; is replaced, if there is one.
    columns : sequence of str
        Headings of the delivery, in order.
    records : iterable of PlaceRecord
        Those refused.
    reasons : sequence of str
        Why, in the language of who gets it; one for each record.
    sheet : str
        Sheet of a workbook, as it was called in the delivery: a mapping may name it.

    Returns
    -------
    int
        How many rows were written.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    check_refused(path)
    heads = [*(c for c in columns if c not in (REASON, ROW)), REASON, ROW]
    rows = []
    for record, reason in zip(records, reasons, strict=True):
        cells = {**record.cells, REASON: reason, ROW: str(record.number)}
        rows.append([cells.get(head, "") for head in heads])
    made = _csv(heads, rows) if path.lower().endswith(".csv") else _xlsx(heads, rows, sheet)
    write_bytes(path, made)
    return len(rows)


def check_refused(path: str) -> None:
    """Refuse a file whose ending tells of no format that rows are given back in.

    Raises
    ------
    UsageError
        If it ends otherwise than in ``.csv`` or ``.xlsx``.
    """
    if not path.lower().endswith((".csv", ".xlsx")):
        raise UsageError("{path}: refused rows are written as .csv or .xlsx", path=path)


def without_reasons(grid: Grid) -> Grid:
    """Return a table of rows given back as it was before: for it comes again, corrected."""
    if REASON not in grid.columns or ROW not in grid.columns:
        return grid
    own = [i for i, column in enumerate(grid.columns) if column not in (REASON, ROW)]
    plain = unguarded if grid.format == "csv" else str
    rows = [
        tuple(row[i] if _NUMBER.fullmatch(row[i]) else plain(row[i]) for i in own)
        for row in grid.rows
    ]
    where = {column: i for i, column in enumerate(own)}
    spoilt = {(row, where[i]) for row, i in grid.spoilt if i in where}
    return replace(
        grid, columns=tuple(unguarded(grid.columns[i]) for i in own), rows=rows, spoilt=spoilt
    )


def _csv(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(map(guarded, heads))
    for row in rows:
        writer.writerow([cell if _NUMBER.fullmatch(cell) else guarded(cell) for cell in row])
    # Spreadsheet programs take UTF-8 for such only by its mark.
    return text.getvalue().encode("utf-8-sig", "surrogatepass")


def _xlsx(heads: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_NO_TITLE.sub(" ", title)[:31].strip("' ") or "refused")
    sheet.freeze_panes = "A2"
    for number, head in enumerate(heads, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = _REASON_WIDTH if head == REASON else _WIDTH
    for row in (heads, *rows):
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, UNWRITABLE.sub("\ufffd", text)[:LONGEST_CELL])
            if cell.data_type == "f":  # what came as text stays text
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    return saved(book)
