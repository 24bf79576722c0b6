"""Read a column of codes at once, and decide whether it holds division codes (区划代码).

Foreign codes and plain identifiers must never be called wrong. A column counts
as Chinese division codes when at least half of what it holds is in the national
table (the county of a township, say). Above the county the numbers prove
little, many countries number their provinces 11 to 65; there the names must
agree too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diming.model.code import (
    CODE_SYSTEMS,
    DIRECT,
    ENDS,
    GATHERED_IN_MUNICIPALITY,
    LENGTHS,
    MUNICIPALITIES,
    fault,
    tidy,
)
from diming.model.unit import Level

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.handbook import CountyCodes
    from diming.tables import Units

#: Longest text looked at; anything longer is no code.
_WIDTH = 16
_FIRST, _LAST = ord("0"), ord("9")


@dataclass(frozen=True, slots=True)
class CodeColumn:
    """A column of codes as numbers, one entry a unit.

    Attributes
    ----------
    value : int64 array
        The code padded to twelve digits; 0 where there is none to be read.
    level : int8 array
        `diming.model.unit.Level`; 0 where there is none.
    fault : object array
        ``""`` where all is well or the text is empty, else ``length`` or
        ``characters``; with the latter, `value` may still have been read from
        the tidied text.
    """

    value: NDArray[np.int64]
    level: NDArray[np.int8]
    fault: NDArray[np.object_]

    def prefix(self, level: Level) -> NDArray[np.int64]:
        """Return the codes cut to `level`, still padded to twelve digits."""
        unit = 10 ** (12 - ENDS[level])
        cut: NDArray[np.int64] = self.value // unit * unit
        return cut

    def number(self) -> NDArray[np.int64]:
        """Return the number that each code's own level has in its group."""
        found = np.zeros(len(self.value), np.int64)
        start = 0
        for level, end in ENDS.items():
            here = self.level == level
            found[here] = self.value[here] // 10 ** (12 - end) % 10 ** (end - start)
            start = end
        return found

    def province(self) -> NDArray[np.int64]:
        """Return the first two digits of each code as a number."""
        return self.value // 10**10

    def county(self) -> NDArray[np.int64]:
        """Return the first six digits of each code as a number."""
        return self.value // 10**6

    def digits(self) -> NDArray[np.object_]:
        """Return each code with 6, 9 or 12 digits by level; ``""`` where there is none."""
        return code_texts(self.value, self.level)

    def summary_rows(self) -> NDArray[np.bool_]:
        """Mark headings of statistical tables, as 500100 (汇总行)."""
        rows: NDArray[np.bool_] = (self.level == Level.PREFECTURE) & _gathers(self.value)
        return rows


@dataclass(frozen=True, slots=True)
class CodeReading:
    """What the code column of some units says (代码判读).

    Attributes
    ----------
    system : str
        One of `diming.model.code.CODE_SYSTEMS`, as asked.
    applicable : bool
        Whether the column holds Chinese division codes.
    reason : str or None
        Why the code rules do not run: ``foreign-codes``, or ``on-request``
        where the caller said that there are none.
    column : CodeColumn
        The codes as numbers; all 0 where not applicable.
    parent : object array
        Code of the next division above, with 6 or 9 digits; ``""`` for
        provinces and where there is none.
    foreign : bool array
        True for well-written codes whose first two digits are no province.
    provinces : int64 array
        The first two digits of every province there is.
    """

    system: str
    applicable: bool
    reason: str | None
    column: CodeColumn
    parent: NDArray[np.object_]
    foreign: NDArray[np.bool_]
    provinces: NDArray[np.int64]

    @property
    def level(self) -> NDArray[np.int8]:
        """Level of each unit by its code; 0 where the code does not say."""
        return self.column.level


def read_codes(units: Units, system: str, county_codes: CountyCodes) -> CodeReading:
    """Read the codes of `units` and decide whether they are Chinese division codes.

    Parameters
    ----------
    units
        Codes are text; an empty string where there is none.
    system
        ``auto`` decides by the national table; ``ministry`` and ``nbs`` say
        whose codes they are; ``none`` says that they are none.
    county_codes
        The national table.
    """
    if system not in CODE_SYSTEMS:
        raise ValueError(f"no such code system: {system}")
    if system == "none":
        return _inapplicable(units, system, "on-request")
    column = parse_codes(units.code)
    if system == "auto" and not _are_division_codes(units, column, county_codes):
        return _inapplicable(units, system, "foreign-codes")
    value, level = parents_of(column)
    provinces = np.array([int(code[:2]) for code in county_codes.provinces()])
    # Digits that begin with 0 have not been read, though their form is right.
    written = (units.code != "") & ((column.fault == "") | (column.value > 0))
    foreign = written & ~np.isin(column.province(), provinces)
    parent = code_texts(value, level)
    return CodeReading(system, True, None, column, parent, foreign, provinces)


def parse_codes(texts: NDArray[np.object_]) -> CodeColumn:
    """Read many codes; see `diming.model.code` for the grammar.

    The well-written are read as one array; only the others are looked at one
    by one.
    """
    count = len(texts)
    value, faults = np.zeros(count, np.int64), np.full(count, "", dtype=object)
    lengths = np.array([len(text) for text in texts.tolist()], dtype=np.int64)
    letters = _letters(texts)
    is_digit = (letters >= _FIRST) & (letters <= _LAST)
    used = np.arange(_WIDTH) < lengths[:, None]
    well = np.isin(lengths, LENGTHS) & (is_digit | ~used).all(axis=1)
    digit = np.where(is_digit & used, letters - _FIRST, 0)[:, :12].astype(np.int64)
    value[well] = digit[well] @ 10 ** np.arange(11, -1, -1, dtype=np.int64)
    for i in np.flatnonzero(~well & (lengths > 0)):
        text = texts[i]
        faults[i] = fault(text) or ""
        clean = tidy(text)
        if faults[i] == "characters" and fault(clean) is None:
            value[i] = int(clean.ljust(12, "0"))
    # No province begins with 0, though the form is right.
    value[value < 10**11] = 0
    return CodeColumn(value, _levels(value), faults)


def parents_of(column: CodeColumn) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Return the code of the next division above (twelve digits) and its level.

    Empty groups and summary rows are passed over, as in `diming.model.code.Code.parent`.
    """
    above = np.zeros(len(column.value), np.int64)
    for level in (Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE):
        here = column.level == level
        above[here] = column.prefix(Level(level - 1))[here]
    levels = _levels(above)
    gathered = (levels == Level.PREFECTURE) & _gathers(above)
    above[gathered] = above[gathered] // 10**10 * 10**10
    return above, np.where(gathered, np.int8(Level.PROVINCE), levels).astype(np.int8)


def code_texts(value: NDArray[np.int64], level: NDArray[np.int8]) -> NDArray[np.object_]:
    """Write twelve-digit numbers as codes of 6, 9 or 12 digits, by level."""
    texts = np.full(len(value), "", dtype=object)
    for chosen, length in (
        ((level >= Level.PROVINCE) & (level <= Level.COUNTY), 6),
        (level == Level.TOWNSHIP, 9),
        (level == Level.VILLAGE, 12),
    ):
        if chosen.any():
            texts[chosen] = (value[chosen] // 10 ** (12 - length)).astype("U12").astype(object)
    return texts


def _letters(texts: NDArray[np.object_]) -> NDArray[np.uint32]:
    fixed = np.ascontiguousarray(texts.astype(f"U{_WIDTH}"))
    return fixed.view(np.uint32).reshape(len(texts), _WIDTH)


def _levels(value: NDArray[np.int64]) -> NDArray[np.int8]:
    level = np.zeros(len(value), np.int8)
    start = 0
    for name, end in ENDS.items():
        group = value // 10 ** (12 - end) % 10 ** (end - start)
        level[group > 0] = name
        start = end
    return level


def _gathers(value: NDArray[np.int64]) -> NDArray[np.bool_]:
    province, group = value // 10**10, value // 10**8 % 100
    in_municipality = np.isin(province, [int(p) for p in MUNICIPALITIES])
    gathered = np.isin(group, [int(g) for g in GATHERED_IN_MUNICIPALITY])
    found: NDArray[np.bool_] = (in_municipality & gathered) | (group == int(DIRECT))
    return found


def _inapplicable(units: Units, system: str, reason: str) -> CodeReading:
    count = len(units)
    empty = np.full(count, "", dtype=object)
    column = CodeColumn(np.zeros(count, np.int64), np.zeros(count, np.int8), empty)
    none = np.zeros(0, np.int64)
    return CodeReading(system, False, reason, column, empty, np.zeros(count, bool), none)


def _are_division_codes(units: Units, column: CodeColumn, county_codes: CountyCodes) -> bool:
    present = units.code != ""
    counties = np.fromiter((int(c) for c in county_codes.all_alive(None)), np.int64)
    sure = np.isin(column.county(), counties) | column.summary_rows()
    for i in np.flatnonzero(sure & (column.level <= Level.PREFECTURE) & ~column.summary_rows()):
        sure[i] = _is_called(units.name[i], f"{column.county()[i]}", county_codes)
    return bool(present.any()) and 2 * int(sure.sum()) >= int(present.sum())


def _is_called(name: str, code: str, county_codes: CountyCodes) -> bool:
    # Two characters are enough: 内蒙, 黑龙, 石家. A place that is not China has others.
    return any(row.name[:2] == name.strip()[:2] for row in county_codes.rows(code))
