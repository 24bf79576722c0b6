"""Places and names as a workbook (电子表格): for offices to read, and to be read back.

Three sheets: 地点, one row a place under the headings of the census forms; 名称, one row a
name with all columns of `diming.files.place_table`; 原文, the rows as they once came.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from diming.errors import UsageError
from diming.files.place_table import (
    COLUMNS,
    NUMBERS,
    PLACE_COLUMNS,
    RECORD,
    is_canonical,
    number_text,
    records_of,
    rows_of,
)
from diming.files.workbook import LONGEST_CELL, UNWRITABLE
from diming.model.place import NameKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from diming.model.place import Name, PlaceRecord

PLACES, NAMES, VERBATIM = "地点", "名称", "原文"
#: Rows that a sheet holds at the most.
MOST_ROWS = 1_048_576

#: Spreadsheets read ``_x000D_`` as the character of that number.
_ESCAPED = re.compile("_x(?=[0-9A-Fa-f]{4}_)")
_NUMBERED = re.compile("_x([0-9A-Fa-f]{4})_")
_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})

#: Columns of the second sheet: a geometry is longer than a cell, the old row has a sheet.
_KEPT = tuple(c for c in COLUMNS if c not in ("geometry", "verbatim"))
_KINDS = (
    (NameKind.FORMER, "曾用名"), (NameKind.ALIAS, "别名"), (NameKind.SHORT, "简称"),
    (NameKind.COLLOQUIAL, "俗称"), (NameKind.MAP, "图上名称"),
    (NameKind.MINORITY, "少数民族语书写"),
)  # fmt: skip
#: Census fields that places and names carry as facts: key, heading.
_FACTS = (
    ("history", "历史沿革"), ("description", "实体概况"), ("location", "位置描述"),
    ("present_location", "今地"), ("crosses", "所跨行政区"), ("approved_by", "批准机关"),
    ("approved_on", "批准时间"), ("approval_doc", "批准文号"), ("vanishing_cause", "消失原因"),
    ("surveying", "测量方法"), ("map_title", "原图名称"), ("map_sheet", "图号(年版)"),
    ("map_scale", "比例尺"), ("secrecy", "密级"), ("media", "多媒体"), ("registrar", "登记人"),
    ("registered_by", "登记单位"), ("registered_on", "登记时间"), ("note", "备注"),
)  # fmt: skip
_HEADINGS = (
    "地点标识", "数据源", "标识码", "地名代码", "标准名称", "罗马字母拼写", "原读音", "语言标签",
    *(heading for _, heading in _KINDS), "地名类别", "类别", "使用年代", "可信度", "东经", "北纬",
    "所属政区", "所在行政区划代码", "来历", "含义", "资料来源", *(heading for _, heading in _FACTS),
)  # fmt: skip
_TODAY = "今所属政区"
#: Widths of columns, in characters.
_WIDTH = 12
_WIDTHS = {
    "地点标识": 20, "标准名称": 20, "罗马字母拼写": 24, "曾用名": 24, "别名": 24, "所属政区": 32,
    "来历": 32, "含义": 32, "资料来源": 24, "place_id": 20, "name_id": 20, "name": 20, "text": 40,
    _TODAY: 36,
}  # fmt: skip


def write(
    records: Iterable[PlaceRecord], path: Path, parents: Mapping[str, Sequence[str]] | None
) -> int:
    """Write records.

    Raises
    ------
    UsageError
        If a text is longer than a cell, holds characters that none holds, or there are
        more rows than a sheet has.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheets = [_Sheet(book, title) for title in (PLACES, NAMES, VERBATIM)]
    try:
        count = _fill(sheets, records, parents)
    except BaseException:
        for each in sheets:
            each.discard()
        raise
    book.save(path)
    return count


def _fill(
    sheets: Sequence[_Sheet],
    records: Iterable[PlaceRecord],
    parents: Mapping[str, Sequence[str]] | None,
) -> int:
    places, names, old = sheets
    places.head([*_HEADINGS, *([_TODAY] if parents is not None else [])])
    names.head(_KEPT)
    old.head([RECORD, "place_id", "column", "text"])
    count = 0
    for count, record in enumerate(records, start=1):
        place = record.place
        row = _office_row(record)
        if parents is not None:
            row.append(" / ".join(parents.get(place.place_id, ())))
        label = record.names[0].text if record.names else place.place_id
        places.append(row, label)
        for cells in rows_of(record, count):
            names.append([cells[c] for c in _KEPT], label)
        for column, text in place.verbatim.items():
            old.append([str(count), place.place_id, column, text], label)
    return count


def _office_row(record: PlaceRecord) -> list[Any]:
    place = record.place
    first = record.names[0] if record.names else None
    others = record.names[1:]
    return [
        place.place_id, place.source, place.source_id, place.code,
        first.text if first else "", first.romanisation if first else "",
        first.reading if first else "", first.lang if first else "",
        *("、".join(_dated(n) for n in others if n.kind is kind) for kind, _ in _KINDS),
        place.class_code, place.feature, first.when.text if first else "",
        first.certainty.value if first else "", place.lon, place.lat,
        " / ".join(place.within), place.within_code, first.origin if first else "",
        first.meaning if first else "", first.citation if first else "",
        *(place.facts.get(key, "") for key, _ in _FACTS),
    ]  # fmt: skip


def _dated(name: Name) -> str:
    return f"{name.text}（{name.when.text}）" if name.when.text else name.text


class _Sheet:
    """A sheet that rows of text and numbers are appended to."""

    def __init__(self, book: Any, title: str) -> None:
        self.sheet, self.title = book.create_sheet(title), title
        self.sheet.freeze_panes = "A2"
        self.rows = 0
        self.headings: tuple[str, ...] = ()

    def head(self, headings: Sequence[str]) -> None:
        from openpyxl.utils import get_column_letter

        self.headings = tuple(headings)
        for number, heading in enumerate(headings, start=1):
            letter = get_column_letter(number)
            self.sheet.column_dimensions[letter].width = _WIDTHS.get(heading, _WIDTH)
        self.append(headings, "")

    def append(self, values: Sequence[Any], label: str) -> None:
        self.rows += 1
        if self.rows > MOST_ROWS:
            raise UsageError(
                "a sheet of a workbook has {most_count} rows, and the names are more; write "
                "them as csv, gpkg or geoparquet, or in parts",
                most_count=MOST_ROWS,
            )
        self.sheet.append([self._cell(i, value, label) for i, value in enumerate(values)])

    def discard(self) -> None:
        """Take away the temporary file that the rows went to."""
        if self.sheet._writer is not None:
            self.sheet.close()
            self.sheet._writer.cleanup()

    def _cell(self, column: int, value: Any, label: str) -> Any:
        if not isinstance(value, str):
            return value
        if not value:
            return None
        if (found := UNWRITABLE.search(value)) is not None:
            raise UsageError(
                "{place}: the column {column} holds the character {character}, which no workbook "
                "can hold; take it out, or write another format",
                place=label, column=self.headings[column], character=f"U+{ord(found[0]):04X}",
            )  # fmt: skip
        if "_x" in value:
            value = _ESCAPED.sub("_x005F_x", value)
        if "\r" in value:
            value = value.replace("\r", "_x000D_")
        if len(value) > LONGEST_CELL:
            raise UsageError(
                "{place}: the column {column} has {length_count} characters, and a cell of a "
                "workbook holds {most_count}; write another format",
                place=label, column=self.headings[column], length_count=len(value),
                most_count=LONGEST_CELL,
            )  # fmt: skip
        if value[0] not in "=+-@#＝＋－＠":
            return value
        return self._as_text(value)

    def _as_text(self, value: str) -> Any:
        """Return a cell that stays text, also after somebody edited it."""
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(self.sheet, value=value)
        cell.data_type = "s"
        if value not in _ERRORS:
            cell.quotePrefix = True
        return cell


def records_in(path: str) -> Iterator[PlaceRecord] | None:
    """Return the records of a workbook that `write` wrote; None if it is another.

    Where somebody has sorted the sheet 名称, the rows of one place must still follow
    each other.
    """
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    if NAMES not in book.sheetnames:
        book.close()
        return None
    rows = _texts(book[NAMES])
    columns = next(rows, [])
    if not is_canonical(columns):
        book.close()
        return None
    return records_of(_rows(book, columns, rows), path)


def _rows(
    book: Any, columns: list[str], rows: Iterator[list[str]]
) -> Iterator[tuple[int, dict[str, str]]]:
    old = _Old(_texts(book[VERBATIM])) if VERBATIM in book.sheetnames else None
    try:
        for number, cells in enumerate(rows, start=2):
            row = dict.fromkeys(PLACE_COLUMNS, "")
            row.update(zip(columns, cells + [""] * (len(columns) - len(cells)), strict=False))
            for column in NUMBERS:
                row[column] = number_text(float(row[column])) if row[column] else ""
            if old is not None:
                row["verbatim"] = old.of(row[RECORD])
            yield number, row
    finally:
        book.close()


class _Old:
    """The sheet of old rows, read along with the names."""

    def __init__(self, rows: Iterator[list[str]]) -> None:
        next(rows, None)
        self._rows, self._ahead = rows, next(rows, None)
        self._record, self._text = "", ""

    def of(self, record: str) -> str:
        """Return the old row of a record as JSON; records are asked for in order."""
        from diming.files.place_table import json_text

        if record != self._record:
            said: dict[str, str] = {}
            while self._ahead is not None and self._ahead[0] == record:
                row = [*self._ahead, "", "", ""]
                said[row[2]] = row[3]
                self._ahead = next(self._rows, None)
            self._record, self._text = record, json_text(said) if said else ""
        return self._text


def _texts(sheet: Any) -> Iterator[list[str]]:
    for row in sheet.iter_rows(values_only=True):
        yield ["" if v is None else _plain(str(v)) for v in row]


def _plain(text: str) -> str:
    if "_x" not in text:
        return text
    return _NUMBERED.sub(lambda m: chr(int(m[1], 16)), text)
