"""Lists of units without geometry (区划名录): codes, names, kinds, and how long they held."""

from __future__ import annotations

from dataclasses import dataclass
from os import fspath
from pathlib import Path
from typing import TYPE_CHECKING

from diming.errors import N_, Said, UnreadableInput
from diming.files.columns import NAMES, recognise
from diming.files.event_csv import HEADINGS, REQUIRED
from diming.files.event_words import Wrong, read_when, within
from diming.files.register_codes import are_division_codes, kind_of, level_of_unit
from diming.files.textfile import Faults, Table, read_table, read_text
from diming.model.code import parse_code
from diming.model.facts import Facts
from diming.model.notation import CONTROL, LONGEST, read_code, shortened
from diming.model.span import NOT_ENDED, UNKNOWN_BEGIN, Precision, When
from diming.model.unit import Level, parse_level

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

#: Names of columns by role: those of layers, and what only lists have.
REGISTER_NAMES: Mapping[str, tuple[str, ...]] = {
    **NAMES,
    "nbs": ("nbs_code", "nbs", "统计代码", "统计用区划代码", "统计用区划代码和城乡划分代码"),
    "ministry": ("ministry_code", "民政代码"),
    "parent": (*NAMES["parent"], "county_code", "city_code", "province_code"),
    "begin": (*NAMES["begin"], "valid_from"),
    "end": (*NAMES["end"], "valid_to"),
    "ethnic": ("ethnic", "民族", "是否民族乡"),
}

#: Columns that only data with geometry has.
_GEOMETRY = {
    "wkt", "wkb", "geom", "geometry", "the_geom", "shape", "x", "y", "lon", "lat", "lng",
    "longitude", "latitude", "经度", "纬度",
}  # fmt: skip

_YES, _NO = ("1", "true", "yes", "是", "y"), ("", "0", "false", "no", "否", "n")
_ETHNIC = ("民族乡", "民族苏木")


@dataclass(frozen=True, slots=True)
class Register:
    """A list of units, column by column; all columns are as long as `rows`.

    Attributes
    ----------
    path : str
    rows : tuple of int
        Which row each unit stands in, as a spreadsheet counts: the header is row 1.
    names, kinds : tuple of str
        A kind is empty where neither column nor name tells it.
    codes : mapping
        System (``ministry``, ``nbs``, ``source``) → code of each unit or None.
    levels : tuple of Level
    parents : tuple of str
        Code or name of the unit above as the list has it, else as the code tells; may be empty.
    begins, ends : tuple of When
        First day, and first day no longer.
    ethnic : tuple of bool
    headings : tuple of int
        Rows of statistical tables that gather units and are none (汇总行): left out.
    unused : tuple of str
        Columns that play no role here.
    """

    path: str
    rows: tuple[int, ...]
    names: tuple[str, ...]
    codes: Mapping[str, tuple[str | None, ...]]
    levels: tuple[Level, ...]
    kinds: tuple[str, ...]
    parents: tuple[str, ...]
    begins: tuple[When, ...]
    ends: tuple[When, ...]
    ethnic: tuple[bool, ...]
    headings: tuple[int, ...] = ()
    unused: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class _Row:
    """One unit as its row says."""

    number: int
    name: str
    codes: Mapping[str, str]
    level: Level
    kind: str
    parent: str
    begin: When
    end: When
    ethnic: bool


def is_register(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file is a list of units: CSV, without geometry, and no table of events.

    What cannot be read counts as one, so that `read_register` says why.
    """
    name = fspath(path)
    if Path(name).suffix.lower() not in (".csv", ".txt") or not Path(name).is_file():
        return False
    try:
        header = read_text(name).splitlines()[0]
        columns = {column.lower() for column in read_table(name, header).columns}
    except UnreadableInput:
        return True
    events = {HEADINGS.get(column, column) for column in columns}
    return not columns & _GEOMETRY and not events >= set(REQUIRED)


def read_register(
    path: str | os.PathLike[str],
    *,
    code_system: str = "auto",
    fields: Mapping[str, str] | None = None,
) -> Register:
    """Read a list of units.

    Parameters
    ----------
    path : path
    code_system : str
        Whose the codes are of a column that does not say so: ``ministry``, ``nbs``, ``none``
        (ids of the source); ``auto`` takes codes that the national table knows as the ministry's.
    fields : mapping, optional
        Role → column, where columns are not recognised by their names.

    Raises
    ------
    UnreadableInput
        Names all rows that are wrong, up to ten.
    UsageError
        If there is no such role.
    """
    name = fspath(path)
    table = read_table(name, read_text(name))
    found = recognise(table.columns, fields or {}, path=name, names=REGISTER_NAMES)
    if "name" not in found:
        raise UnreadableInput(
            "{path}: no column holds names; say which with --field name=COLUMN, the columns are: "
            "{columns}",
            path=name, columns=list(table.columns),
        )  # fmt: skip
    systems = _systems(table, found, code_system)
    faults, rows, headings = Faults(name), [], []
    for number, record in table.records():
        cells = {role: record[column] for role, column in found.items()}
        try:
            row = _read(number, cells, systems)
        except Wrong as wrong:
            faults.add_row(number, wrong.said)
            continue
        if row is None:
            headings.append(number)
        else:
            rows.append(row)
    _each_code_once(rows, faults)
    faults.settle()
    unused = tuple(c for c in table.columns if c not in found.values())
    return _columns(name, rows, tuple(headings), unused)


def _systems(table: Table, found: Mapping[str, str], code_system: str) -> dict[str, str]:
    """Return role → system of the columns that hold codes."""
    systems = {role: role for role in ("nbs", "ministry") if role in found}
    if "code" not in found:
        return systems
    if code_system == "auto":
        pairs = [(r[found["code"]], r[found["name"]]) for _, r in table.records()]
        code_system = "ministry" if are_division_codes(pairs) else "source"
    system = "source" if code_system == "none" else code_system
    if system not in systems:
        systems["code"] = system
    return systems


def _read(number: int, cells: Mapping[str, str], systems: Mapping[str, str]) -> _Row | None:
    """Read a row; None for a heading of a statistical table."""
    for role, text in cells.items():
        if CONTROL.search(text) or len(text) > LONGEST:
            raise within(
                role,
                Said(
                    N_("it holds control characters, or more than {most_count} characters"),
                    {"most_count": LONGEST},
                ),
            )
    name = cells["name"]
    if not name:
        raise within("name", Said(N_("it is empty; every unit needs one")))
    codes = {system: _code(role, cells[role], system) for role, system in systems.items()}
    codes = {system: code for system, code in codes.items() if code}
    read = next((c for s, t in codes.items() if s != "source" and (c := parse_code(t))), None)
    if read is not None and read.is_summary_row:
        return None
    level = _level(cells.get("level", ""))
    kind = cells.get("kind", "")
    level = level or (read.level if read is not None else level_of_unit(name, kind))
    kind = kind or kind_of(name, level)
    parent = cells.get("parent", "")
    if parent and (above := parse_code(parent)) is not None and "source" not in codes:
        parent = above.digits
    if not parent and read is not None and (above := read.parent) is not None:
        parent = above.digits
    begin, end = _day(cells, "begin") or UNKNOWN_BEGIN, _day(cells, "end") or NOT_ENDED
    if end.day <= begin.day:
        if end.precision is Precision.DAY or end.last <= begin.day:
            raise within(
                "end",
                Said(
                    N_("it ends {end}, which is not after its begin {begin}; correct one of them"),
                    {"begin": str(begin), "end": str(end)},
                ),
            )
        # Both within one year or month: all that is sure is that it held for a day.
        end = end.settled(end.last)
    ethnic = _flag(cells.get("ethnic", "")) or kind in _ETHNIC
    return _Row(number, name, Facts(codes), level, kind, parent, begin, end, ethnic)


def _code(role: str, text: str, system: str) -> str:
    if not text:
        return ""
    code = read_code(text, system)
    if code is not None:
        return code
    template = (
        N_("«{code}» is no division code; for ids of your own use --code-system none")
        if role == "code"
        else N_("«{code}» is no division code; correct it")
    )
    raise within(role, Said(template, {"code": shortened(text)}))


def _level(text: str) -> Level:
    level = parse_level(text)
    if text and level is Level.UNKNOWN:
        raise within(
            "level",
            Said(N_("«{text}» is no level; write a number from 1 to 5"), {"text": shortened(text)}),
        )
    return level


def _day(cells: Mapping[str, str], role: str) -> When | None:
    text = cells.get(role, "")
    try:
        return read_when(text) if text else None
    except Wrong as wrong:
        raise within(role, wrong.said) from None


def _flag(text: str) -> bool:
    word = text.lower()
    if word not in (*_YES, *_NO):
        raise within(
            "ethnic",
            Said(N_("«{text}» is neither yes nor no; write 1 or 0"), {"text": shortened(text)}),
        )
    return word in _YES


def _each_code_once(rows: list[_Row], faults: Faults) -> None:
    """Tell where a code stands for two units at a time."""
    by_code: dict[tuple[str, str], list[_Row]] = {}
    for row in rows:
        for key in row.codes.items():
            for other in by_code.setdefault(key, []):
                if row.begin.day < other.end.day and other.begin.day < row.end.day:
                    what = Said(
                        N_(
                            "its code {code} stands for {name} in row {other} at the same time; "
                            "correct one of them, or their dates"
                        ),
                        {"code": key[1], "name": other.name, "other": other.number},
                    )
                    faults.add_row(row.number, what)
                    break
            by_code[key].append(row)


def _columns(
    path: str, rows: list[_Row], headings: tuple[int, ...], unused: tuple[str, ...]
) -> Register:
    systems = sorted({system for row in rows for system in row.codes})
    return Register(
        path,
        tuple(row.number for row in rows),
        tuple(row.name for row in rows),
        Facts({s: tuple(row.codes.get(s) for row in rows) for s in systems}),
        tuple(row.level for row in rows),
        tuple(row.kind for row in rows),
        tuple(row.parent for row in rows),
        tuple(row.begin for row in rows),
        tuple(row.end for row in rows),
        tuple(row.ethnic for row in rows),
        headings,
        unused,
    )
