"""Tables written as workbooks, and workbooks read as tables (XLSX 表格)."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from diming.files.packed import even

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What no XML holds: control characters, half characters, and two that are none.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Characters that a cell holds at the most.
LONGEST_CELL = 32_767
#: Widest column, in characters.
_WIDEST = 60


def workbook(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """Return a table as a workbook: a title, headings, and cells that are never formulas."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, Side
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    sheet.title = "".join(c for c in title if c not in r"[]:*?/\'")[:31] or "1"
    edge = Side(style="thin")
    box = Border(left=edge, right=edge, top=edge, bottom=edge)
    sheet.cell(1, 1, title).font = Font(name="黑体", size=16, bold=True)
    if len(heads) > 1:
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(heads))
    sheet.cell(1, 1).alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[1].height = 30
    for y, line in enumerate([list(heads), *map(list, rows)], start=2):
        for x, value in enumerate(line, start=1):
            one = sheet.cell(y, x)
            if isinstance(value, str):
                as_text(one, value)
            else:
                one.value = value
            one.font = Font(name="宋体", size=11, bold=y == 2)
            one.border = box
            one.alignment = Alignment(
                horizontal="center" if y == 2 else None, vertical="center", wrap_text=True
            )
    for x in range(1, len(heads) + 1):
        longest = max(_width(line[x - 1]) for line in [heads, *rows])
        sheet.column_dimensions[get_column_letter(x)].width = min(longest + 2, _WIDEST)
    sheet.freeze_panes = "A3"
    sheet.print_title_rows = "2:2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0
    return saved(book)


def saved(book: Any) -> bytes:
    """Return a workbook as bytes that depend on its content alone."""
    buffer = io.BytesIO()
    book.save(buffer)
    return even(buffer.getvalue())


def as_text(cell: Any, text: str) -> None:
    """Put text into a cell, even such as begins with a sign of formulas."""
    cell.value = printable(text)
    cell.data_type = "s"


def printable(text: str) -> str:
    r"""Return text without the characters that no XML holds.

    Examples
    --------
    >>> printable("朝\x07天\ufffe门\t")
    '朝天门\t'
    """
    return UNWRITABLE.sub("", text)


def cell_text(value: Any) -> str:
    """Return a cell as text: whole numbers without a point, days without a time."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _width(value: Any) -> int:
    return sum(2 if ord(c) > 0x2E7F else 1 for c in str(value if value is not None else ""))
