"""Eras, reigns and dynasties, their years and parts: 民国三十年, 乾隆年间, 明清 (年号与朝代)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diming.errors import N_
from diming.handbook.eras import Era, EraKind
from diming.model.place import Certainty
from diming.model.span import Precision
from diming.script.moments import BadDate, Bound, Ending, Stretch, bound_of, year_bound
from diming.script.numerals import number_of
from diming.script.year_words import DIGITS, PARTS, REST, share_of_years, within_year

if TYPE_CHECKING:
    from diming.handbook.eras import Eras

_BODY = (
    "年间", "时期", "期间", "之际", "之时", "时代", "在位", "年代", "运动", "朝", "代", "间", "时",
    "中",
)  # fmt: skip
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_CYCLE = re.compile(f"([{_STEMS}])([{_BRANCHES}])年?(?P<rest>.*)", re.DOTALL)
_ERA_YEAR = re.compile(rf"(?P<year>{DIGITS}+)年(?P<rest>.*)", re.DOTALL)
#: 唐太宗贞观, 清圣祖康熙: who reigned says nothing that the era does not.
_RULER = re.compile(r"([\u4e00-\u9fff]{1,3})([\u4e00-\u9fff]{1,2}[祖宗帝])([\u4e00-\u9fff]{2,4})")
_HOUSES = 8
#: Dynasties of one character that mean something else alone.
_NOT_ALONE = frozenset("新成吴魏蜀齐梁陈民")


def read_era(text: str, eras: Eras) -> Stretch | None:
    """Read a year that an era counts, an era, a dynasty, or dynasties in a row; None if it is none.

    Raises
    ------
    BadDate
        If the era has no such year.
    """
    found = _era_year(text, eras) or _era(text, eras) or _houses(text, eras)
    if found is None and (ruler := _RULER.match(text)) is not None:
        bare = ruler[1] + text[ruler.end(2) :]
        return _era_year(bare, eras) or _era(bare, eras)
    return found


def _era_year(text: str, eras: Eras) -> Stretch | None:
    """Read a year that an era counts: 民国三十年三月, 光绪丁未年."""
    for length in range(min(eras.longest, len(text) - 1), 0, -1):
        word, rest = text[:length], text[length:]
        found = [e for e in eras.find(word) if e.kind in (EraKind.ERA, EraKind.REIGN)]
        if not found:
            continue
        if written := _ERA_YEAR.fullmatch(rest):
            number = number_of(written["year"])
            tail = REST.fullmatch(written["rest"])
            if number is not None and tail is not None:
                return _counted(text, found, number, tail)
        if (cycle := _CYCLE.fullmatch(rest)) and REST.fullmatch(cycle["rest"]):
            return _cyclic(text, found, cycle)
    return None


def _counted(text: str, found: list[Era], number: int, tail: re.Match[str]) -> Stretch:
    right = [e for e in found if number >= 1 and (e.counts is None or number <= e.counts)]
    if not right:
        era = max(found, key=lambda e: e.counts or 0)
        raise BadDate(
            N_("“{text}”: {era} has the years 1 to {years_count}; correct the year or the era"),
            text, era=era.name, years_count=era.counts or 0,
        )  # fmt: skip
    bounds = []
    for era in right:
        assert era.first is not None
        year = era.first + number - 1
        # Months of the moon are not those of our calendar: the year is what is known.
        bounds.append(year_bound(year) if era.lunar else within_year(text, year, tail))
    return _any_of(bounds)


def _cyclic(text: str, found: list[Era], cycle: re.Match[str]) -> Stretch:
    stem, branch = _STEMS.index(cycle[1]), _BRANCHES.index(cycle[2])
    bounds = []
    for era in found:
        if era.first is None or era.last is None:
            continue
        bounds += [
            year_bound(y)
            for y in range(era.first, era.last + 1)
            if (y - 4) % 10 == stem and (y - 4) % 12 == branch
        ]
    if not bounds:
        raise BadDate(
            N_("“{text}”: {era} has no such year; correct the year or the era"),
            text, era=found[0].name,
        )  # fmt: skip
    return _any_of(bounds)


def _any_of(bounds: list[Bound]) -> Stretch:
    """Return one of several dates; which of them, nobody can tell from the text."""
    if len(bounds) == 1:
        return Stretch(bounds[0], bounds[0])
    bound = bound_of(min(b.first for b in bounds), max(b.last for b in bounds))
    return Stretch(bound, bound, Certainty.UNCERTAIN)


def _era(text: str, eras: Eras) -> Stretch | None:
    """Read a dynasty, an era or a period, or a part of it: 清, 乾隆年间, 明末."""
    if text in _NOT_ALONE:
        return None
    for length in range(min(eras.longest, len(text)), 0, -1):
        found = eras.find(text[:length])
        rest = text[length:]
        if not found:
            continue
        if rest and text[:length].endswith(("年", "月", "日")):
            continue
        for body in ("", *_BODY):
            part = rest.removeprefix(body)
            if (body and part == rest) or (part and part not in PARTS):
                continue
            stretches = [_whole(e) if not part else _share(e, part) for e in found]
            known = [s for s in stretches if s is not None]
            if known:
                return _hull(known)
    return None


def _whole(era: Era) -> Stretch:
    """Return the days of an era as one date of the precision of eras."""
    first = last = None
    if era.first is not None:
        day = era.first_day
        first = (day.year, day.month, day.day) if day else (era.first, 1, 1)
    if era.last is not None:
        day = era.last_day
        last = (day.year, day.month, day.day) if day else (era.last, 12, 31)
    if first is not None and last is not None:
        bound = Bound(first, last, Precision.DAY if first == last else Precision.ERA)
        return Stretch(bound, bound)
    begin = None if first is None else Bound(first, first, Precision.ERA)
    end = None if last is None else Bound(last, last, Precision.ERA)
    return Stretch(begin, end, ending=Ending.OPEN if end is None else Ending.UNKNOWN)


def _share(era: Era, part: str) -> Stretch | None:
    if era.first is None or era.last is None or era.first == era.last:
        return None if era.first is None or era.last is None else _whole(era)
    bound = share_of_years(part, era.first, era.last)
    return None if bound is None else Stretch(bound, bound, Certainty.APPROXIMATE)


def _hull(stretches: list[Stretch]) -> Stretch:
    if len(stretches) == 1:
        return stretches[0]
    firsts = [None if s.begin is None else s.begin.first for s in stretches]
    lasts = [None if s.end is None else s.end.last for s in stretches]
    low = None if None in firsts else min(f for f in firsts if f is not None)
    high = None if None in lasts else max(x for x in lasts if x is not None)
    if low is not None and high is not None:
        bound = Bound(low, high, Precision.ERA)
        return Stretch(bound, bound, Certainty.UNCERTAIN)
    begin = None if low is None else Bound(low, low, Precision.ERA)
    end = None if high is None else Bound(high, high, Precision.ERA)
    return Stretch(begin, end, Certainty.UNCERTAIN, Ending.OPEN)


def _houses(text: str, eras: Eras) -> Stretch | None:
    """Read dynasties in a row: 明清时期, 唐宋, 明末清初."""
    if not 2 <= len(text) <= _HOUSES:
        return None
    for cut in range(1, len(text)):
        left = _era(text[:cut], eras)
        if left is None:
            continue
        right = _era(text[cut:], eras) or _houses(text[cut:], eras)
        if right is None or left.begin is None or right.end is None or left.end is None:
            continue
        if right.begin is None or left.begin.first > right.begin.first:
            continue
        bound = Bound(left.begin.first, max(left.end.last, right.end.last), Precision.ERA)
        certainty = left.doubted(right.certainty).certainty
        return Stretch(bound, bound, certainty)
    return None
