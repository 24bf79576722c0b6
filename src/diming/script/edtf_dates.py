"""Dates in EDTF, levels 0 to 2: read and written (扩展日期时间格式, ISO 8601-2).

The library reads the grammar. What it would widen or cut by a convention of its own –
ends not known, digits not given, years of many digits – is read here.
"""

from __future__ import annotations

import re
import time
import warnings
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

from diming.errors import N_
from diming.model.place import Certainty
from diming.model.span import Precision
from diming.script.moments import (
    BadDate,
    Bound,
    Day,
    Ending,
    Stretch,
    bound_of,
    joined,
    make_bound,
    month_days,
)

if TYPE_CHECKING:
    from collections.abc import Callable

#: Characters of which EDTF consists.
_WRITTEN = re.compile(r"[0-9XEYSTZ:?~%+\-/.,\[\]{}]+")
_MOST = 80
_MARKS = {"?": Certainty.UNCERTAIN, "~": Certainty.APPROXIMATE, "%": Certainty.BOTH}
#: Where marks may stand in a date; the library says whether they are right, but takes long.
_MARKED = re.compile(r"[?~%]?-?\d{4}[?~%]?(?:-[?~%]?\d{2}[?~%]?){0,2}|[\[{].*[\]}][?~%]?")
#: The usual place, at the end of all: of this there is no doubt.
_MARKED_LAST = re.compile(r"(?:Y?-?\d+(?:E\d+)?(?:S\d+)?|-?\d{4}(?:-\d{2}){1,2})[?~%]")
_PLAIN = re.compile(r"(-?\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_DIGITS = re.compile(r"(-?)([0-9X]{4})(?:-([0-9X]{2})(?:-([0-9X]{2}))?)?")
_LONG = re.compile(r"Y(-?)(\d+)(?:E(\d+))?(?:S(\d+))?")
_SIGNIFICANT = re.compile(r"(-?)(\d{4})S(\d+)")
#: Beyond all history: further years are told as this one.
_FAR = 10**9


def read_edtf(text: str) -> Stretch | None:
    """Read a date in EDTF; None if it is none.

    Raises
    ------
    BadDate
        If its form is right and the date impossible.
    """
    if len(text) > _MOST or not _WRITTEN.fullmatch(text):
        return None
    if text.count("/") > 1:
        return None
    if "/" not in text:
        return _point(text, text)
    sides = text.split("/")
    if not any(sides):
        return None
    begin, end = (None if s in ("", "..") else _point(s, text) for s in sides)
    if any(s not in ("", "..") and p is None for s, p in zip(sides, (begin, end), strict=True)):
        return None
    return joined(text, begin, end, Ending.OPEN if sides[1] == ".." else Ending.UNKNOWN)


def _point(text: str, whole: str) -> Stretch | None:
    """Read what stands on one side of an interval."""
    marks = [_MARKS[c] for c in text if c in _MARKS]
    certainty = Certainty.CERTAIN
    if marks:
        certainty = marks[0] if len(set(marks)) == 1 else Certainty.BOTH
    bare = re.sub("[?~%]", "", text) if re.search(r"[?~%]", text) else text
    if marks and not _well_marked(text):
        return None
    bound: Bound | None
    if found := _PLAIN.fullmatch(bare):
        year, month, day = (None if g is None else int(g) for g in found.groups())
        assert year is not None
        if month is not None and day is None and 21 <= month <= 41:
            bound = _by_library(bare)
        else:
            bound = make_bound(whole, year, month, day)
    elif found := _DIGITS.fullmatch(bare):
        bound = _unspecified(whole, *found.groups())
    elif found := _LONG.fullmatch(bare):
        bound = _long(*found.groups())
    elif found := _SIGNIFICANT.fullmatch(bare):
        bound = _rounded(found[1], int(found[2]), len(found[2]), int(found[3][:3]))
    elif bare and (bare[0] in "[{" or "T" in bare) and not set("XEY") & set(bare):
        return _set(text, certainty)
    else:
        return None
    return None if bound is None else Stretch(bound, bound, certainty)


def _well_marked(text: str) -> bool:
    """Tell whether marks stand where EDTF has them: the library knows."""
    if not re.search(r"[?~%]", text):
        return True
    # Digits not given and marks together are more than the library's grammar holds.
    plain = re.sub("X", "1", text)
    if _MARKED_LAST.fullmatch(plain):
        return True
    return _MARKED.fullmatch(plain) is not None and _parsed(plain) is not None


def _unspecified(text: str, sign: str, year: str, month: str | None, day: str | None) -> Bound:
    """Return all days that digits left open may mean."""
    low, high = int(year.replace("X", "0")), int(year.replace("X", "9"))
    first_year, last_year = (-high, -low) if sign else (low, high)
    months = [1, 12] if month is None else _matching(month, 12)
    if not months:
        raise BadDate(
            N_("“{text}”: there is no month {month}; correct the date"), text, month=month
        )
    if day is None:
        end = month_days(last_year, months[-1])
        return bound_of((first_year, months[0], 1), (last_year, months[-1], end))
    days = _matching(day, 31)
    found = [
        (y, m, d)
        for y in {first_year, last_year, *_leap_years(first_year, last_year)}
        for m, d in product(months, days)
        if d <= month_days(y, m)
    ]
    if not found:
        raise BadDate(
            N_("“{text}”: no month of the calendar has such a day; correct the date"), text
        )
    return bound_of(min(found), max(found))


def _leap_years(first: int, last: int) -> list[int]:
    """Return the first and the last year between that have a day more."""
    near = (*range(first, min(first + 8, last) + 1), *range(max(last - 8, first), last + 1))
    leap = [y for y in near if month_days(y, 2) == 29]
    return [leap[0], leap[-1]] if leap else []


def _matching(pattern: str, most: int) -> list[int]:
    right = re.compile(pattern.replace("X", r"\d"))
    return [n for n in range(1, most + 1) if right.fullmatch(f"{n:02d}")]


def _long(sign: str, digits: str, exponent: str | None, significant: str | None) -> Bound:
    power = int(exponent[:4]) if exponent else 0
    huge = len(digits.lstrip("0")) + power > 9
    year = _FAR if huge and digits.strip("0") else int(digits[-12:]) * 10 ** min(power, 9)
    if significant and not huge:
        return _rounded(sign, year, len(str(year)), int(significant[:3]))
    year = -year if sign else year
    return Bound((year, 1, 1), (year, 12, 31), Precision.YEAR)


def _rounded(sign: str, year: int, digits: int, significant: int) -> Bound:
    """Return the years that agree in so many digits."""
    step = 10 ** max(digits - max(significant, 1), 0)
    low = year - year % step
    high = low + step - 1
    first, last = (-high, -low) if sign else (low, high)
    return bound_of((first, 1, 1), (last, 12, 31))


def _set(text: str, certainty: Certainty) -> Stretch | None:
    parsed = _parsed(text)
    if parsed is None:
        return None
    low, high = _strict(parsed)
    begin = None if low is None else bound_of(low, low)
    end = None if high is None else bound_of(high, high)
    if low is not None and high is not None:
        begin = end = bound_of(low, high)
    ending = Ending.OPEN if end is None else Ending.UNKNOWN
    return joined(text, Stretch(begin, begin), Stretch(end, end, ending=ending), ending).doubted(
        certainty
    )


def _by_library(text: str) -> Bound | None:
    parsed = _parsed(text)
    if parsed is None:
        return None
    low, high = _strict(parsed)
    return None if low is None or high is None else bound_of(low, high)


def _strict(parsed: Any) -> tuple[Day | None, Day | None]:
    return _edge(parsed.lower_strict()), _edge(parsed.upper_strict())


def _edge(value: Any) -> Day | None:
    """Return a day of the library; None for the infinite."""
    if not isinstance(value, time.struct_time):
        return None
    return (value.tm_year, value.tm_mon, min(value.tm_mday, month_days(*value[:2])))


def _parsed(text: str) -> Any:
    try:
        return _parser()(text)
    except Exception:
        # Its grammar raises what its parts raise; whatever it is, this is no EDTF.
        return None


@lru_cache(maxsize=1)
def _parser() -> Callable[[str], Any]:
    with warnings.catch_warnings():
        # It uses names that pyparsing 3.3 calls deprecated.
        warnings.simplefilter("ignore")
        from edtf import parse_edtf
    parse: Callable[[str], Any] = parse_edtf
    return parse


def write_edtf(stretch: Stretch) -> str:
    """Return a stretch in EDTF; nothing where nothing is known of it."""
    begin, end = stretch.begin, stretch.end
    mark = {v: k for k, v in _MARKS.items()}.get(stretch.certainty, "")
    if begin is None and end is None:
        return "/.." if stretch.ending is Ending.OPEN else ""
    low = "" if begin is None else _written(begin.first, begin.precision, last=False)
    high = stretch.ending.value if end is None else _written(end.last, end.precision, last=True)
    if low and low == high:
        return low + mark
    if begin is not None and end is not None and not mark and (short := _decade(begin, end)):
        return short
    low = low + mark if low else low
    return f"{low}/{high + mark if end is not None else high}"


def _decade(begin: Bound, end: Bound) -> str:
    """Return ``195X`` or ``18XX`` for what is exactly that."""
    first, last = begin.first, end.last
    if begin != end or begin.precision is not Precision.ERA or first[0] < 0:
        return ""
    if first[1:] != (1, 1) or last[1:] != (12, 31) or last[0] > 9999:
        return ""
    for step, places in ((10, 1), (100, 2), (1000, 3)):
        if first[0] % step == 0 and last[0] == first[0] + step - 1:
            return f"{first[0]:04d}"[: 4 - places] + "X" * places
    return ""


def edge_text(bound: Bound, *, last: bool) -> str:
    """Return the first or the last day of a bound, as exactly as it is known.

    Years of more than four digits are written bare: ``-10000``.
    """
    day = bound.last if last else bound.first
    return _written(day, bound.precision, last=last).removeprefix("Y")


def _written(day: Day, precision: Precision, *, last: bool) -> str:
    """Return the first or last day of a date as exactly as needed."""
    year, month, number = day
    text = f"{year:05d}" if year < 0 else f"{year:04d}"
    if abs(year) > 9999:
        text = f"Y{year}"
    ends_year = (month, number) == ((12, 31) if last else (1, 1))
    ends_month = number == (month_days(year, month) if last else 1)
    if precision in (Precision.YEAR, Precision.ERA, Precision.UNKNOWN) and ends_year:
        return text
    if precision is not Precision.DAY and ends_month:
        return f"{text}-{month:02d}"
    return f"{text}-{month:02d}-{number:02d}"
