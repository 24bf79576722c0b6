"""Forms as workbooks: the empty form, and templates filled (XLSX 文书)."""

from __future__ import annotations

import io
from copy import copy
from typing import TYPE_CHECKING, Any

from diming.errors import UnreadableInput
from diming.files.places_to_fill import NUMBER, filled, refuse_unknown, repeats, together
from diming.files.workbook import as_text, saved

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diming.handbook.forms import Form

_WIDTHS = {NUMBER: 6, "位置描述": 36, "概况": 50, "得名原由": 40, "罗马字母拼写": 28}


def blank_xlsx(form: Form) -> bytes:
    """Return a form as a workbook whose places are not filled: to be edited."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, Side
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    sheet.title = form.zh[:31] or "1"
    count = len(form.heads) or 4
    edge = Side(style="thin")
    box = Border(left=edge, right=edge, top=edge, bottom=edge)

    def put(
        row: int, column: int, text: str, *, to: int = 0, font: str = "宋体", size: int = 11,
        align: str = "left", boxed: bool = False,
    ) -> None:  # fmt: skip
        last = to or column
        for x in range(column, last + 1):
            sheet.cell(row, x).border = box if boxed else Border()
        one = sheet.cell(row, column)
        as_text(one, text)
        one.font = Font(name=font, size=size, bold=font == "黑体")
        one.alignment = Alignment(horizontal=align, vertical="center", wrap_text=True)
        if last > column:
            sheet.merge_cells(start_row=row, start_column=column, end_row=row, end_column=last)

    put(1, 1, form.heading, to=count, font="黑体", size=18, align="center")
    sheet.row_dimensions[1].height = 36
    at = 2
    for text in form.lead:
        put(at, 1, text, to=count, font="仿宋", size=12)
        sheet.row_dimensions[at].height = 34
        at += 1
    if form.heads:
        for x, (head, cell) in enumerate(zip(form.heads, form.row, strict=True), start=1):
            put(at, x, head, font="黑体", align="center", boxed=True)
            put(at + 1, x, cell, boxed=True)
            sheet.column_dimensions[get_column_letter(x)].width = _WIDTHS.get(head, 20)
        sheet.print_title_rows = f"{at}:{at}"
        at += 2
    for line in form.grid:
        put(at, 1, line[0], font="黑体", align="center", boxed=True)
        put(at, 2, line[1], to=4 if len(line) == 2 else 0, boxed=True)
        if len(line) == 4:
            put(at, 3, line[2], font="黑体", align="center", boxed=True)
            put(at, 4, line[3], boxed=True)
        sheet.row_dimensions[at].height = 24 if len(line) == 4 else 48
        at += 1
    if form.grid:
        for letter, width in zip("ABCD", (16, 30, 16, 30), strict=True):
            sheet.column_dimensions[letter].width = width
    for text in form.tail:
        put(at, 1, text, to=count, font="仿宋", size=12, align="right")
        at += 1
    sheet.page_setup.orientation = "landscape" if len(form.heads) > 5 else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0
    return saved(book)


def filled_xlsx(template: bytes, source: str, each: Sequence[Mapping[str, str]]) -> bytes:
    """Return a template filled: rows with ``{{序号}}`` come once for every name.

    Raises
    ------
    UnreadableInput
        If it is no workbook.
    UsageError
        If it has a place that nothing fills.
    """
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(template))
    except Exception as error:  # Whatever a damaged archive or its XML raises.
        raise UnreadableInput(
            "{path}: this is no workbook that can be read ({detail})",
            path=source, detail=str(error) or type(error).__name__,
        ) from error  # fmt: skip
    texts = [str(c.value) for s in book.worksheets for r in s.iter_rows() for c in r if c.value]
    refuse_unknown(texts, each[0], source)
    common = {**together(each), NUMBER: ""}
    for sheet in book.worksheets:
        at = 1
        while at <= sheet.max_row:
            if repeats("".join(str(c.value or "") for c in sheet[at])):
                _repeat(sheet, at, each)
                at += len(each)
                continue
            for cell in sheet[at]:
                _fill(cell, common)
            at += 1
    return saved(book)


def _fill(cell: Any, values: Mapping[str, str]) -> None:
    if isinstance(cell.value, str) and "{{" in cell.value:
        as_text(cell, filled(cell.value, values))


def _repeat(sheet: Any, at: int, each: Sequence[Mapping[str, str]]) -> None:
    """Write a row once for every name, with the looks of the first; what is below moves down."""
    added = len(each) - 1
    if added:
        below = {
            r: sheet.row_dimensions[r].height for r in range(at + 1, sheet.max_row + 1)
        }  # fmt: skip
        sheet.insert_rows(at + 1, added)
        for merged in list(sheet.merged_cells.ranges):
            if merged.min_row > at:
                merged.shift(row_shift=added)
        for row, height in below.items():
            sheet.row_dimensions[row + added].height = height
    first = [(c.value, copy(c._style)) for c in sheet[at]]
    for number, values in enumerate(each, start=1):
        row = at + number - 1
        sheet.row_dimensions[row].height = None
        for x, (value, style) in enumerate(first, start=1):
            cell = sheet.cell(row, x)
            cell.value = value
            cell._style = copy(style)
            _fill(cell, {**values, NUMBER: str(number)})
