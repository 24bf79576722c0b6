"""Dates of known precision, and half-open spans of valid time (时段).

Sources give a day, a month, a year, or nothing. A date keeps its precision; where a
single day is needed, the first of those it may be stands for it, unless something
tells better.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Begin of what has stood since nobody knows when.
EVER = date.min
#: End of what still stands.
OPEN = date.max


class Precision(StrEnum):
    """How exactly a source gives a date (精度)."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    ERA = "era"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class When:
    """A date as a source gives it.

    Attributes
    ----------
    day : datetime.date
        The first day it may be, or the one that was settled on.
    precision : Precision
    """

    day: date
    precision: Precision = Precision.DAY

    @property
    def last(self) -> date:
        """The last day it may be."""
        if self.precision is Precision.YEAR:
            return self.day.replace(month=12, day=31)
        if self.precision is Precision.MONTH:
            return self.day.replace(day=calendar.monthrange(self.day.year, self.day.month)[1])
        return self.day

    def settled(self, day: date) -> When:
        """Return the same date, with another day standing for it."""
        return When(day, self.precision)

    def __str__(self) -> str:
        if self.precision in (Precision.YEAR, Precision.ERA):
            return f"{self.day.year:04d}"
        if self.precision is Precision.MONTH:
            return self.day.isoformat()[:7]
        if self.precision is Precision.UNKNOWN:
            return "?"
        return self.day.isoformat()


#: Since nobody knows when.
UNKNOWN_BEGIN = When(EVER, Precision.UNKNOWN)
#: Not ended.
NOT_ENDED = When(OPEN, Precision.DAY)

_WRITTEN = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)


def parse_when(text: str) -> When:
    """Read ``2011-10-22``, ``2011-10`` or ``2011``.

    Raises
    ------
    ValueError
        If it is none of these, or no day of the calendar.

    Examples
    --------
    >>> parse_when("2011-10").last
    datetime.date(2011, 10, 31)
    >>> str(parse_when("2014"))
    '2014'
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    year, month, day = found.groups()
    if day:
        return When(date(int(year), int(month), int(day)))
    if month:
        return When(date(int(year), int(month), 1), Precision.MONTH)
    return When(date(int(year), 1, 1), Precision.YEAR)


def written_date(text: str) -> When | None:
    """Read a date as files write it, with a time of day or slashes too; None where there is none.

    Raises
    ------
    ValueError
        If something is written that is no date.
    """
    text = text.strip()
    if not text:
        return None
    head = text.replace("/", "-")
    return parse_when(head[:10] if len(head) > 10 and head[10] in " T" else head)


@dataclass(frozen=True, slots=True)
class Span:
    """Valid time ``[begin, end)``: the first day it held, and the first it did not."""

    begin: When = UNKNOWN_BEGIN
    end: When = NOT_ENDED

    def __post_init__(self) -> None:
        if self.end.day <= self.begin.day:
            raise ValueError(f"a span that ends {self.end} cannot begin {self.begin}")

    def holds(self, day: date) -> bool:
        """Tell whether it held on `day`."""
        return self.begin.day <= day < self.end.day

    def meets(self, other: Span) -> bool:
        """Tell whether the two have a day in common."""
        return self.begin.day < other.end.day and other.begin.day < self.end.day

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.end.day == OPEN

    def __str__(self) -> str:
        return f"{self.begin}/{'' if self.is_open else self.end}"


def day_before(day: date) -> date:
    """Return the day before, and `EVER` before `EVER`."""
    return day if day == EVER else day - timedelta(days=1)


def ends_are_last_days(begins: Iterable[date], ends: Iterable[date]) -> bool:
    """Tell whether ends are the last days versions held: atlases write so, registers do not.

    Where one version ends another begins: on the day after a last day, on the very
    day that is the first it no longer held.

    Examples
    --------
    >>> ends_are_last_days([date(1806, 9, 11)], [date(1806, 9, 10)])
    True
    >>> ends_are_last_days([date(1998, 5, 22)], [date(1998, 5, 22)])
    False
    """
    begun = {day.toordinal() for day in begins}
    ended = [day.toordinal() for day in ends]
    return sum(day + 1 in begun for day in ended) > sum(day in begun for day in ended)
