"""Dates and stretches of any year, before and after the year 1 (时间).

`datetime.date` knows the years 1 to 9999 only; sources tell of more. Days are triples
of year, month and day here, in the calendar of today carried back (proleptic
Gregorian), with a year 0 that is 1 BC: as EDTF has it.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from diming.errors import N_
from diming.model.facts import Facts
from diming.model.place import Certainty, Problem
from diming.model.span import EVER, NOT_ENDED, UNKNOWN_BEGIN, Precision, Span, When

#: Year, month, day.
Day = tuple[int, int, int]

_SHOWN = 60


class BadDate(ValueError):
    """What is written is no date, or one that cannot be (无效日期).

    Attributes
    ----------
    problem : Problem
        What is wrong with which text, and what to do.
    """

    def __init__(self, what: str, text: str, **facts: object) -> None:
        shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        self.problem = Problem(what, Facts({"text": shown, **facts}))
        super().__init__(what.format(**self.problem.facts))

    def __reduce__(self) -> tuple[object, ...]:
        facts = dict(self.problem.facts)
        return _again, (self.problem.what, facts)


def _again(what: str, facts: dict[str, object]) -> BadDate:
    text = str(facts.pop("text"))
    return BadDate(what, text, **facts)


class Ending(Enum):
    """What is known of an end that has no date."""

    OPEN = ".."
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """A date as far as it is known: the first and the last day it may be."""

    first: Day
    last: Day
    precision: Precision


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time, from the first day it may be to the last.

    Attributes
    ----------
    begin, end : Bound or None
        The same where one date is told; None where there is none.
    certainty : Certainty
    ending : Ending
        What an end without date means.
    """

    begin: Bound | None = None
    end: Bound | None = None
    certainty: Certainty = Certainty.CERTAIN
    ending: Ending = Ending.UNKNOWN

    @property
    def is_date(self) -> bool:
        """Whether it is one date, not from one to another."""
        return self.begin is not None and self.begin == self.end

    def doubted(self, certainty: Certainty) -> Stretch:
        """Return it with a doubt added."""
        return replace(self, certainty=both(self.certainty, certainty))


def both(one: Certainty, other: Certainty) -> Certainty:
    """Return the doubt of two statements together."""
    if one is Certainty.CERTAIN or one is other:
        return other
    return one if other is Certainty.CERTAIN else Certainty.BOTH


def year_bound(year: int) -> Bound:
    """Return a year."""
    return Bound((year, 1, 1), (year, 12, 31), Precision.YEAR)


def years(first: int, last: int) -> Bound:
    """Return a date that lies in one of several years."""
    return Bound((first, 1, 1), (last, 12, 31), Precision.ERA)


def month_days(year: int, month: int) -> int:
    """Return how many days a month has, of any year."""
    # The calendar repeats after 400 years.
    return calendar.monthrange(year % 400 + 2000, month)[1]


def make_bound(text: str, year: int, month: int | None = None, day: int | None = None) -> Bound:
    """Return a year, month or day.

    Raises
    ------
    BadDate
        If the calendar has none such.
    """
    if month is None:
        return year_bound(year)
    if not 1 <= month <= 12:
        raise BadDate(
            N_("“{text}”: there is no month {month}; correct the date"), text, month=month
        )
    most = month_days(year, month)
    if day is None:
        return Bound((year, month, 1), (year, month, most), Precision.MONTH)
    if not 1 <= day <= most:
        raise BadDate(
            N_("“{text}”: month {month} of that year has {days} days; correct the date"),
            text, month=month, days=most,
        )  # fmt: skip
    return Bound((year, month, day), (year, month, day), Precision.DAY)


def bound_of(first: Day, last: Day) -> Bound:
    """Return what lies between two days, as precise as that is."""
    if first == last:
        return Bound(first, last, Precision.DAY)
    if first[:2] == last[:2] and first[2] == 1 and last[2] == month_days(*last[:2]):
        return Bound(first, last, Precision.MONTH)
    if first[0] == last[0] and first[1:] == (1, 1) and last[1:] == (12, 31):
        return Bound(first, last, Precision.YEAR)
    return Bound(first, last, Precision.ERA)


def before(day: Day) -> Day:
    """Return the day before."""
    year, month, number = day
    if number > 1:
        return (year, month, number - 1)
    if month > 1:
        return (year, month - 1, month_days(year, month - 1))
    return (year - 1, 12, 31)


def after(day: Day) -> Day:
    """Return the day after."""
    year, month, number = day
    if number < month_days(year, month):
        return (year, month, number + 1)
    return (year, month + 1, 1) if month < 12 else (year + 1, 1, 1)


def joined(text: str, begin: Stretch | None, end: Stretch | None, ending: Ending) -> Stretch:
    """Return the stretch from the begin of one to the end of another.

    Raises
    ------
    BadDate
        If that ends before it begins.
    """
    certainty = Certainty.CERTAIN
    for side in (begin, end):
        if side is not None:
            certainty = both(certainty, side.certainty)
    first = None if begin is None else begin.begin
    last = None if end is None else end.end
    if end is not None and last is None:
        ending = end.ending
    if first is not None and last is not None and first.first > last.last:
        raise BadDate(
            N_("“{text}” begins after it ends; exchange the two, or correct one of them"), text
        )
    return Stretch(first, last, certainty, ending)


def span_of(text: str, stretch: Stretch) -> Span | None:
    """Return the days that a stretch may be; None where all are before the year 1.

    Raises
    ------
    BadDate
        If it begins after the year 9999.
    """
    begin, end = UNKNOWN_BEGIN, NOT_ENDED
    if stretch.end is not None:
        if stretch.end.last < (1, 1, 1):
            return None
        if stretch.end.last < (9999, 12, 31):
            end = When(date(*stretch.end.last) + timedelta(days=1), stretch.end.precision)
    if stretch.begin is not None:
        if stretch.begin.first >= (9999, 12, 31):
            raise BadDate(N_("“{text}” lies after the year 9998; correct the date"), text)
        known = stretch.begin.first >= (1, 1, 1)
        begin = When(
            date(*stretch.begin.first) if known else EVER,
            stretch.begin.precision,
        )
    return Span(begin, end)


def stretch_of(span: Span | None, certainty: Certainty) -> Stretch:
    """Return the stretch that a span of days is."""
    if span is None:
        return Stretch(certainty=certainty)
    begin = end = None
    if span.begin.day != EVER or span.begin.precision is not Precision.UNKNOWN:
        day = _day(span.begin.day)
        begin = Bound(day, _day(span.begin.last), span.begin.precision)
    if not span.is_open:
        last = span.end.day - timedelta(days=1)
        end = Bound(_day(last), _day(last), span.end.precision)
    ending = Ending.OPEN if begin is not None and span.is_open else Ending.UNKNOWN
    return Stretch(begin, end, certainty, ending)


def _day(day: date) -> Day:
    return (day.year, day.month, day.day)


def earlier(stretch: Stretch, *, exact: bool) -> Stretch | None:
    """Return what lies before: 以前. What is told by a number may itself have a share in it."""
    if stretch.begin is None:
        return None
    bound = stretch.begin
    if exact or bound.precision in (Precision.ERA, Precision.DAY):
        last = before(bound.first)
        bound = Bound(last, last, bound.precision)
    return Stretch(None, bound, stretch.certainty)


def later(stretch: Stretch, *, exact: bool) -> Stretch | None:
    """Return what lies after, without end: 以后."""
    bound = stretch.end
    if bound is None:
        return None
    if exact or (bound.precision is Precision.ERA and bound.first != bound.last):
        first = after(bound.last)
        bound = Bound(first, first, bound.precision)
    return Stretch(bound, None, stretch.certainty, Ending.OPEN)
