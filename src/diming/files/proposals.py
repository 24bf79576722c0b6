"""Proposed names as rows of a CSV or a spreadsheet (拟命名表)."""

from __future__ import annotations

import math
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diming.errors import N_, UnreadableInput
from diming.files.textfile import Table, read_table, read_text
from diming.model.facts import Facts
from diming.model.naming import NameClass, Proposal
from diming.script.degrees import LIMITS_DEG, read_degrees

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Headings by which columns are recognised, any letter case.
COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("name", "拟命名", "拟用名", "拟命名名称", "拟定名称", "标准名称", "名称"),
    "class": ("class", "地名类别", "类别", "地名类型"),
    "within": ("within", "所属政区", "所属行政区", "所在政区", "所跨行政区", "所在区县"),
    "lon": ("lon", "lng", "longitude", "经度", "东经"),
    "lat": ("lat", "latitude", "纬度", "北纬"),
    "area_m2": ("area_m2", "面积", "占地面积", "用地面积", "面积（平方米）", "占地面积（平方米）"),
    "width_m": ("width_m", "宽度", "路宽", "红线宽度", "宽度（米）", "路宽（米）"),
    "green_share": ("green_share", "绿地率", "绿化率"),
    "instead_of": ("instead_of", "原名", "原名称", "更名前名称"),
}

#: Words for classes in tables, besides those of `NameClass`.
CLASS_WORDS: dict[str, NameClass] = {
    **{str(c): c for c in NameClass},
    "县级行政区划": NameClass.COUNTY, "县级以上行政区划": NameClass.COUNTY, "县": NameClass.COUNTY,
    "区县": NameClass.COUNTY,
    "乡级行政区划": NameClass.TOWNSHIP, "乡镇": NameClass.TOWNSHIP, "乡": NameClass.TOWNSHIP,
    "镇": NameClass.TOWNSHIP, "街道": NameClass.TOWNSHIP, "行政区划": NameClass.TOWNSHIP,
    "村": NameClass.VILLAGE, "村居": NameClass.VILLAGE, "社区": NameClass.VILLAGE,
    "自然村": NameClass.VILLAGE, "集镇": NameClass.VILLAGE, "村居委会所在地": NameClass.VILLAGE,
    "街路巷": NameClass.STREET, "道路": NameClass.STREET, "街巷": NameClass.STREET,
    "住宅区": NameClass.HOUSING, "楼宇": NameClass.HOUSING, "住宅区、楼宇": NameClass.HOUSING,
    "小区": NameClass.HOUSING, "建筑物": NameClass.HOUSING,
    "广场": NameClass.SQUARE, "公园": NameClass.PARK, "城市公园、自然保护地": NameClass.PARK,
    "自然保护地": NameClass.PARK, "设施": NameClass.FACILITY,
    "自然地理实体": NameClass.NATURE, "其他": NameClass.OTHER,
}  # fmt: skip

#: Rows of a spreadsheet that are looked at.
_MOST_ROWS = 100_000
#: The longest name that is looked at; no name has so many characters.
MOST_CHARACTERS = 100

EMPTY = N_("the proposed name is empty")
TOO_LONG = N_("the proposed name has {count} characters; a name has at most {most}")
_NO_NUMBER = N_("{column}: “{value}” is no number, zero or more")
_NO_DEGREES = N_("{column}: “{value}” is no number of degrees")
_NO_CLASS = N_("{column}: “{value}” is no class of names; give one of: {choices}")


def read_proposals(path: str) -> tuple[tuple[str, ...], list[Proposal]]:
    """Read proposals; those that cannot be read bear the problem.

    Returns
    -------
    columns : tuple of str
        As headed.
    proposals : list of Proposal

    Raises
    ------
    UnreadableInput
        If it is no table, or has no column of names.
    """
    if Path(path).suffix.lower() in (".xlsx", ".xlsm"):
        table = _spreadsheet(path)
    else:
        table = read_table(path, read_text(path))
    by_heading = {_heading(c): c for c in reversed(table.columns)}
    found = {
        role: next((by_heading[_heading(n)] for n in names if _heading(n) in by_heading), "")
        for role, names in COLUMNS.items()
    }
    if not found["name"]:
        raise UnreadableInput(
            "{path}: there is no column of proposed names (name, 拟命名); its columns are: "
            "{columns}",
            path=path, columns=list(table.columns),
        )  # fmt: skip
    return table.columns, [_proposal(number, cells, found) for number, cells in table.records()]


def proposal_problem(name: str) -> tuple[str, dict[str, object]] | None:
    """Return why a text cannot be looked at as a name; None if it can."""
    if not name.strip():
        return EMPTY, {}
    if len(name) > MOST_CHARACTERS:
        return TOO_LONG, {"count": len(name), "most": MOST_CHARACTERS}
    return None


def _heading(text: str) -> str:
    return text.strip().lower().replace("(", "（").replace(")", "）")


class _Bad(Exception):
    """A cell that cannot be read."""

    def __init__(self, problem: str, **facts: object) -> None:
        super().__init__(problem)
        self.problem, self.facts = problem, facts


def _proposal(number: int, cells: Mapping[str, str], found: Mapping[str, str]) -> Proposal:
    def cell(role: str) -> str:
        return cells.get(found[role], "") if found[role] else ""

    name = cell("name")
    try:
        if (wrong := proposal_problem(name)) is not None:
            raise _Bad(wrong[0], **wrong[1])
        return Proposal(
            name=name,
            name_class=_class(cell("class"), found["class"]),
            within=cell("within"),
            lon=_degrees(cell("lon"), found["lon"], LIMITS_DEG["lon"]),
            lat=_degrees(cell("lat"), found["lat"], LIMITS_DEG["lat"]),
            measures=Facts(_measures({m: (found[m], cell(m)) for m in _AMOUNTS})),
            instead_of=cell("instead_of"),
            row=number,
            cells=Facts(dict(cells)),
        )
    except _Bad as bad:
        return Proposal(name, row=number, problem=bad.problem, facts=Facts(bad.facts),
                        cells=Facts(dict(cells)))  # fmt: skip


_AMOUNTS = ("area_m2", "width_m", "green_share")


def _class(text: str, column: str) -> NameClass | None:
    if not text:
        return None
    found = CLASS_WORDS.get(text.lower())
    if found is None:
        raise _Bad(_NO_CLASS, column=column, value=text, choices=list(NameClass))
    return found


def _measures(given: Mapping[str, tuple[str, str]]) -> dict[str, float]:
    found = {}
    for measure, (column, text) in given.items():
        if not text:
            continue
        number = _number(text.rstrip("%％"))
        if measure == "green_share" and number is not None and (text[-1] in "%％" or number > 1):
            number /= 100
        if number is None or number < 0 or (measure == "green_share" and number > 1):
            raise _Bad(_NO_NUMBER, column=column, value=text)
        found[measure] = number
    return found


def _degrees(text: str, column: str, limit: float) -> float | None:
    if not text:
        return None
    number = read_degrees(text, limit=limit)
    if number is None:
        raise _Bad(_NO_DEGREES, column=column, value=text)
    return number


def _number(text: str) -> float | None:
    try:
        number = float(text.strip().replace(",", ""))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _spreadsheet(path: str) -> Table:
    """Read the first sheet of a spreadsheet as a table of texts."""
    import zipfile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except FileNotFoundError:
        raise UnreadableInput(
            "{path}: there is no such file or folder; check the path", path=path
        ) from None
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise UnreadableInput(
            "{path}: the spreadsheet cannot be read ({detail})", path=path, detail=str(error)
        ) from error
    try:
        rows = [
            (number, [_text(v) for v in row])
            for number, row in enumerate(
                book.worksheets[0].iter_rows(max_row=_MOST_ROWS, values_only=True), start=1
            )
        ]
    finally:
        book.close()
    rows = [(number, cells) for number, cells in rows if any(cells)]
    if not rows:
        raise UnreadableInput("{path}: the spreadsheet is empty", path=path)
    head = [c.strip() for c in rows[0][1]]
    kept = [n for n, c in enumerate(head) if c]
    return Table(
        tuple(head[n] for n in kept),
        tuple((number, tuple(_padded(cells, kept))) for number, cells in rows[1:]),
    )


def _padded(cells: list[str], kept: list[int]) -> Iterable[str]:
    return (cells[n] if n < len(cells) else "" for n in kept)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return str(value)
