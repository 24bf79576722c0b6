"""Codes at county level and above, and when they were in force (县级以上区划代码).

The table is honest about its edges. Rows known to the year count as in force in
the whole of their first and last year; before the table begins, after it ends,
and where sources disagree, the answer is `Standing.UNKNOWN`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from diming.handbook.loader import CountyTable


class Standing(StrEnum):
    """What the table says of a code at a date."""

    IN_FORCE = "in-force"
    NOT_IN_FORCE = "not-in-force"
    #: The table cannot tell: nobody should be told that the code is wrong.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CountyCode:
    """One code under one name for one span of time."""

    code: str
    name: str
    #: First day in force, as far as known.
    begin: date
    #: First day no longer in force; None while it is.
    end: date | None
    #: False where sources disagree about it.
    settled: bool = True

    def holds_at(self, day: date) -> bool:
        """Tell whether the code stood for this name on `day`."""
        return self.begin <= day and (self.end is None or day < self.end)


#: A row as its file has it: code, name, first day, last day, remark. Thousands are
#: kept so, and only those that are asked for become `CountyCode`.
WrittenRow = Sequence[str]


def read_row(row: WrittenRow) -> CountyCode:
    """Read a row; a bare year as the last day still counts in full."""
    code, name, begin, end, remark = row
    if not end:
        gone = None
    elif len(end) == 4:
        gone = date(int(end) + 1, 1, 1)
    else:
        gone = date.fromisoformat(end)
    begun = date(int(begin), 1, 1) if len(begin) == 4 else date.fromisoformat(begin)
    return CountyCode(code, name, begun, gone, remark != "unsettled")


class CountyCodes:
    """The national table of codes, six digits each.

    Parameters
    ----------
    written
        Rows by code, as their file has them.
    added
        Further rows, in any order; a code may occur several times.
    table
        How far the rows can be trusted.
    """

    def __init__(
        self,
        written: Mapping[str, Sequence[WrittenRow]],
        added: Iterable[CountyCode],
        table: CountyTable,
    ) -> None:
        self._written, self._table = written, table
        self._added: dict[str, list[CountyCode]] = defaultdict(list)
        for row in added:
            self._added[row.code].append(row)
        self._codes = dict.fromkeys([*written, *self._added])
        self._read: dict[str, tuple[CountyCode, ...]] = {}

    @cached_property
    def _last_used(self) -> Mapping[tuple[str, tuple[int, int]], int]:
        """The last number ever used, by what stands before it and block: 5001, (1, 20) → 20."""
        last: dict[tuple[str, tuple[int, int]], int] = {}
        for code in self._codes:
            for head, number in ((code[:4], int(code[4:])), (code[:2], int(code[2:4]))):
                if (block := self._block(number)) is not None:
                    key = head, block
                    last[key] = max(last.get(key, 0), number)
        return last

    @property
    def first_year(self) -> int:
        """The year the table begins with; of years before it knows nothing."""
        return self._table.first_year

    def __len__(self) -> int:
        return len(self._codes)

    def known(self, code: str) -> bool:
        """Tell whether the table has the code, at whatever time."""
        return code in self._codes

    def rows(self, code: str) -> tuple[CountyCode, ...]:
        """Return what the code stood for, one row a name and span."""
        found = self._read.get(code)
        if found is None:
            written = map(read_row, self._written.get(code, ()))
            found = self._read[code] = (*written, *self._added.get(code, ()))
        return found

    def alive(self, code: str, day: date) -> bool:
        """Tell whether the table has the code in force on `day`.

        False is no verdict: ask `standing` whether the table can know.
        """
        return any(row.holds_at(day) for row in self.rows(code))

    def all_alive(self, day: date | None) -> frozenset[str]:
        """Return the codes in force on `day`; every code there ever was without one."""
        if day is None:
            return frozenset(self._codes)
        return frozenset(code for code in self._codes if self.alive(code, day))

    def every(self) -> tuple[str, ...]:
        """Return every code there ever was, in order."""
        return tuple(sorted(self._codes))

    def provinces(self) -> tuple[str, ...]:
        """Return the codes of all provinces there ever were."""
        return tuple(code for code in self._codes if code.endswith("0000"))

    def standing(self, code: str, day: date | None) -> Standing:
        """Say what is known of a code on `day`, or at any time if that is None."""
        if day is not None and day.year < self._table.first_year:
            return Standing.UNKNOWN
        rows = [row for row in self.rows(code) if day is None or row.holds_at(day)]
        if rows:
            settled = any(row.settled for row in rows)
            return Standing.IN_FORCE if settled else Standing.UNKNOWN
        return Standing.UNKNOWN if self._beyond(code, day) else Standing.NOT_IN_FORCE

    def _beyond(self, code: str, day: date | None) -> bool:
        """Tell whether a code may be in force although the table lacks it."""
        table, number = self._table, int(code[4:])
        if code[:2] in table.without_counties and not code.endswith("0000"):
            return True
        if code in self._codes:
            return False
        prefecture = code[:4] + "00"
        if any(a <= number <= b for a, b in table.zones) and self.known(prefecture):
            return True
        if day is not None and day.year <= table.last_year:
            return False
        if number and self._may_be_next(code[:4], number):
            return True
        new_prefecture = not self.known(prefecture) and int(code[2:4]) > 0
        return new_prefecture and self._may_be_next(code[:2], int(code[2:4]))

    def _may_be_next(self, head: str, number: int) -> bool:
        block = self._block(number)
        last = None if block is None else self._last_used.get((head, block))
        return last is not None and last < number <= last + self._table.look_ahead

    def _block(self, number: int) -> tuple[int, int] | None:
        return next((b for b in self._table.blocks if b[0] <= number <= b[1]), None)
