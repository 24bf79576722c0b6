"""Dates in Chinese words: 1997年6月, 民国三十年, 清乾隆年间, 五十年代, 解放前 (中文时间).

What is read is the time that something may have been: 1958年以前 reaches to the end of
that year, for nobody says when in it; 解放前 ends on the day itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diming.errors import N_
from diming.handbook.eras import Era, EraKind
from diming.model.place import Certainty
from diming.model.span import Precision
from diming.script.moments import (
    BadDate,
    Bound,
    Ending,
    Stretch,
    after,
    before,
    bound_of,
    make_bound,
    month_days,
    year_bound,
    years,
)
from diming.script.numerals import NUMERAL, number_of

if TYPE_CHECKING:
    from diming.handbook.eras import Eras

_N = f"[{NUMERAL}]"
_NOW = frozenset(
    [
        "今",
        "至今",
        "现今",
        "现在",
        "现",
        "目前",
        "如今",
        "当今",
        "现行",
        "现用",
        "在用",
        "现存",
        "沿用至今",
        "使用至今",
        "延续至今",
        "沿用",
        "迄今",
    ]
)
_PAST = frozenset(
    ["历史", "曾用", "过去", "以往", "旧时", "昔", "往昔", "旧", "历史上", "原", "已废", "废止"]
)
_UNTOLD = frozenset(
    ["不详", "未知", "无考", "待考", "不明", "无", "年代不详", "时间不详", "具体时间不详", "失考"]
)

_YEAR = re.compile(
    rf"(?P<ce>公元|西元|公历|阳历)?(?P<bce>前)?(?P<year>{_N}+)年(?P<rest>.*)", re.DOTALL
)
_REST = re.compile(
    rf"度?(?:闰?(?P<month>{_N}{{1,3}}|腊|冬)月份?"
    rf"(?:(?P<day>初?{_N}{{1,3}})[日号]?|"
    r"(?P<third>[上中下])旬|(?P<edge>[初底末]))?|"
    r"(?P<season>[春夏秋冬])[季天]?|(?P<half>[上下])半年|第?(?P<quarter>[一二三四1-4])季度|"
    r"(?P<part>初|底|末|中|年初|年底|年中|年末|内|间|时)?)"
)
_CENTURY = re.compile(
    rf"(?P<ce>公元|西元)?(?P<bce>前)?(?P<n>{_N}{{1,3}}|上|本)世纪(?P<rest>.*)", re.DOTALL
)
_DECADE = re.compile(rf"(?P<n>{_N}{{1,5}})年代(?P<rest>.*)", re.DOTALL)
_PARTS = {
    "初": (0, 3), "初年": (0, 3), "初叶": (0, 3), "初期": (0, 3), "早期": (0, 3), "前期": (0, 3),
    "早年": (0, 3), "前叶": (0, 3), "中叶": (1, 3), "中": (1, 3), "中期": (1, 3), "末": (2, 3),
    "末年": (2, 3), "末叶": (2, 3), "末期": (2, 3), "晚期": (2, 3), "后期": (2, 3), "季": (2, 3),
    "季年": (2, 3), "晚年": (2, 3), "后叶": (2, 3), "上半叶": (0, 2), "前半叶": (0, 2),
    "前半期": (0, 2), "上半期": (0, 2), "下半叶": (1, 2), "后半叶": (1, 2), "后半期": (1, 2),
    "下半期": (1, 2),
}  # fmt: skip
_BODY = (
    "年间", "时期", "期间", "之际", "之时", "时代", "在位", "年代", "运动", "朝", "代", "间", "时",
    "中",
)  # fmt: skip
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_CYCLE = re.compile(f"([{_STEMS}])([{_BRANCHES}])年?(?P<rest>.*)", re.DOTALL)
_ERA_YEAR = re.compile(rf"(?P<year>{_N}+)年(?P<rest>.*)", re.DOTALL)
#: 唐太宗贞观, 清圣祖康熙: who reigned says nothing that the era does not.
_RULER = re.compile(r"([\u4e00-\u9fff]{1,3})([\u4e00-\u9fff]{1,2}[祖宗帝])([\u4e00-\u9fff]{2,4})")
_SEASONS = {"春": (2, 4), "夏": (5, 7), "秋": (8, 10), "冬": (11, 12)}
_HOUSES = 8
#: Dynasties of one character that mean something else alone.
_NOT_ALONE = frozenset("新成吴魏蜀齐梁陈民")


def read_chinese(text: str, eras: Eras) -> Stretch | None:
    """Read a date in Chinese words, without what may stand around it; None if it is none.

    Raises
    ------
    BadDate
        If its form is right and the date impossible.
    """
    if text in _NOW:
        return Stretch(ending=Ending.OPEN)
    if text in _PAST or text in _UNTOLD:
        return Stretch()
    for read in (_gregorian, _century, _decade):
        if (bound := read(text)) is not None:
            return Stretch(bound, bound)
    found = _era_year(text, eras) or _era(text, eras) or _houses(text, eras)
    if found is None and (ruler := _RULER.match(text)) is not None:
        bare = ruler[1] + text[ruler.end(2) :]
        return _era_year(bare, eras) or _era(bare, eras)
    return found


def _gregorian(text: str) -> Bound | None:
    found = _YEAR.fullmatch(text)
    if found is None:
        return None
    written = found["year"]
    year = number_of(written)
    rest = _REST.fullmatch(found["rest"])
    if year is None or rest is None or written[0] in "元正":
        return None
    if not found["ce"] and not found["bce"] and len(written) < 3:
        # 58年: of which century, or of which era?
        return None
    if year == 0:
        raise BadDate(N_("“{text}”: years count from 1; correct the year"), text)
    if year > 9999:
        raise BadDate(N_("“{text}” lies after the year 9998; correct the date"), text)
    return _within_year(text, 1 - year if found["bce"] else year, rest)


def _within_year(text: str, year: int, rest: re.Match[str]) -> Bound:
    if rest["season"]:
        first, last = _SEASONS[rest["season"]]
        return _months(year, first, last)
    if rest["half"]:
        return _months(year, 1, 6) if rest["half"] == "上" else _months(year, 7, 12)
    if rest["quarter"]:
        first = 3 * (number_of(rest["quarter"]) or 1) - 2
        return _months(year, first, first + 2)
    if not rest["month"]:
        return year_bound(year)
    month = {"腊": 12, "冬": 11}.get(rest["month"]) or number_of(rest["month"])
    day = number_of(rest["day"].removeprefix("初")) if rest["day"] else None
    if month is None or (rest["day"] and day is None):
        raise BadDate(N_("“{text}”: its month or day is no number; correct the date"), text)
    if rest["third"]:
        make_bound(text, year, month)
        first = {"上": 1, "中": 11, "下": 21}[rest["third"]]
        last = month_days(year, month) if first == 21 else first + 9
        return bound_of((year, month, first), (year, month, last))
    return make_bound(text, year, month, day)


def _months(year: int, first: int, last: int) -> Bound:
    return bound_of((year, first, 1), (year, last, month_days(year, last)))


def _century(text: str) -> Bound | None:
    found = _CENTURY.fullmatch(text)
    if found is None:
        return None
    number = {"上": 20, "本": 21}.get(found["n"]) or number_of(found["n"])
    if number == 0:
        raise BadDate(N_("“{text}”: centuries count from 1; correct the number"), text)
    if number is None or number > 99 or found["n"][0] in "元正":
        return None
    first, last = 100 * number - 99, 100 * number
    if found["bce"]:
        first, last = 1 - last, 1 - first
    elif decade := _DECADE.fullmatch(found["rest"]):
        tens = number_of(decade["n"])
        if tens is None or tens % 10 or tens > 90:
            return None
        return _part(decade["rest"], first - 1 + tens, first + 8 + tens)
    return _part(found["rest"], first, last)


def _decade(text: str) -> Bound | None:
    found = _DECADE.fullmatch(text)
    if found is None:
        return None
    year = number_of(found["n"])
    if year is None or year % 10 or found["n"][0] in "元正":
        return None
    if year < 100:
        # 五十年代 alone is of the twentieth century.
        year += 1900
    return _part(found["rest"], year, year + 9)


def _part(words: str, first: int, last: int) -> Bound | None:
    """Return a third or a half of some years, or all of them."""
    if not words:
        return years(first, last)
    if words not in _PARTS:
        return None
    number, of = _PARTS[words]
    length = last - first + 1
    return years(first + number * length // of, first + -(-(number + 1) * length // of) - 1)


def _era_year(text: str, eras: Eras) -> Stretch | None:
    """Read a year that an era counts: 民国三十年三月, 光绪丁未年."""
    for length in range(min(eras.longest, len(text) - 1), 0, -1):
        word, rest = text[:length], text[length:]
        found = [e for e in eras.find(word) if e.kind in (EraKind.ERA, EraKind.REIGN)]
        if not found:
            continue
        if written := _ERA_YEAR.fullmatch(rest):
            number = number_of(written["year"])
            tail = _REST.fullmatch(written["rest"])
            if number is not None and tail is not None:
                return _counted(text, found, number, tail)
        if (cycle := _CYCLE.fullmatch(rest)) and _REST.fullmatch(cycle["rest"]):
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
        bounds.append(year_bound(year) if era.lunar else _within_year(text, year, tail))
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
            if (body and part == rest) or (part and part not in _PARTS):
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
    bound = _part(part, era.first, era.last)
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
