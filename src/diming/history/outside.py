"""What the national code table knows of an address whose archive does not hold it (全国区划表).

An archive of one region does not hold the province above it, nor the county next to it. The
table does, with codes, since 1981: whatever lies below 四川省 has a code that begins with 51.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from diming.model.code import Code, parse_code
from diming.model.span import EVER, OPEN
from diming.script.address import specific
from diming.script.fold import fold

if TYPE_CHECKING:
    from diming.handbook.county_codes import CountyCode, CountyCodes
    from diming.history.roll import Days


@dataclass(frozen=True, slots=True)
class Listed:
    """A division of the table: code, what codes below begin with, name, when."""

    code: str
    prefix: str
    name: str
    days: Days


class Outside:
    """The table by names.

    Parameters
    ----------
    codes : CountyCodes
        What was in force in its first year may have been so for long.
    """

    def __init__(self, codes: CountyCodes) -> None:
        self._by_name: dict[str, list[Listed]] = defaultdict(list)
        self._by_code: dict[str, list[Listed]] = defaultdict(list)
        for code in sorted(codes.all_alive(None)):
            # Six digits each: cut here, for there are thousands.
            prefix = code.removesuffix("00").removesuffix("00")
            if len(prefix) == 4 and Code(code).is_summary_row:
                continue
            for row in codes.rows(code):
                listed = Listed(code, prefix, row.name, _days(row, codes.first_year))
                name = fold(row.name)
                self._by_name[name].append(listed)
                self._by_code[code].append(listed)
                if code.endswith("0000") and (bare := specific(name)) is not None:
                    self._by_name[bare].append(listed)
        sizes: dict[str, set[int]] = defaultdict(set)
        for name in self._by_name:
            sizes[name[0]].add(len(name))
        self._sizes = {first: sorted(found, reverse=True) for first, found in sizes.items()}

    def named(self, name: str) -> list[Listed]:
        """Return the divisions of a folded name."""
        return self._by_name.get(name, [])

    def coded(self, code: str) -> list[Listed]:
        """Return what a code stood for."""
        return self._by_code.get(code, [])

    def at(self, text: str, at: int, end: int) -> list[tuple[int, Listed]]:
        """Return the divisions named at a position of a text, with where the name ends."""
        found = []
        for size in self._sizes.get(text[at : at + 1], ()):
            if 1 < size <= end - at:
                found += [(at + size, x) for x in self._by_name.get(text[at : at + size], ())]
        return found

    def superior(self, listed: Listed) -> list[Listed]:
        """Return what a division of the table lay below; none above a province."""
        parsed = parse_code(listed.code)
        above = None if parsed is None else parsed.parent
        return [] if above is None else self._by_code.get(above.digits, [])


def _days(row: CountyCode, first_year: int) -> Days:
    begin = EVER if row.begin <= date(first_year, 1, 1) else row.begin
    end = OPEN if row.end is None else row.end
    return ((begin.toordinal(), end.toordinal()),) if begin < end else ()
