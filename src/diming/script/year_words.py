"""Years, centuries and decades in Chinese words: 1997年6月, 上世纪初, 五十年代 (公历时间)."""

from __future__ import annotations

import re

from diming.errors import N_
from diming.script.moments import (
    BadDate,
    Bound,
    bound_of,
    make_bound,
    month_days,
    year_bound,
    years,
)
from diming.script.numerals import NUMERAL, number_of

DIGITS = f"[{NUMERAL}]"
_YEAR = re.compile(
    rf"(?P<ce>公元|西元|公历|阳历)?(?P<bce>前)?(?P<year>{DIGITS}+)年(?P<rest>.*)", re.DOTALL
)
REST = re.compile(
    rf"度?(?:闰?(?P<month>{DIGITS}{{1,3}}|腊|冬)月份?"
    rf"(?:(?P<day>初?{DIGITS}{{1,3}})[日号]?|"
    r"(?P<third>[上中下])旬|(?P<edge>[初底末]))?|"
    r"(?P<season>[春夏秋冬])[季天]?|(?P<half>[上下])半年|第?(?P<quarter>[一二三四1-4])季度|"
    r"(?P<part>初|底|末|中|年初|年底|年中|年末|内|间|时)?)"
)
_CENTURY = re.compile(
    rf"(?P<ce>公元|西元)?(?P<bce>前)?(?P<n>{DIGITS}{{1,3}}|上|本)世纪(?P<rest>.*)", re.DOTALL
)
_DECADE = re.compile(rf"(?P<n>{DIGITS}{{1,5}})年代(?P<rest>.*)", re.DOTALL)
PARTS = {
    "初": (0, 3), "初年": (0, 3), "初叶": (0, 3), "初期": (0, 3), "早期": (0, 3), "前期": (0, 3),
    "早年": (0, 3), "前叶": (0, 3), "中叶": (1, 3), "中": (1, 3), "中期": (1, 3), "末": (2, 3),
    "末年": (2, 3), "末叶": (2, 3), "末期": (2, 3), "晚期": (2, 3), "后期": (2, 3), "季": (2, 3),
    "季年": (2, 3), "晚年": (2, 3), "后叶": (2, 3), "上半叶": (0, 2), "前半叶": (0, 2),
    "前半期": (0, 2), "上半期": (0, 2), "下半叶": (1, 2), "后半叶": (1, 2), "后半期": (1, 2),
    "下半期": (1, 2),
}  # fmt: skip
_SEASONS = {"春": (2, 4), "夏": (5, 7), "秋": (8, 10), "冬": (11, 12)}


def read_years(text: str) -> Bound | None:
    """Read a date, a century or a decade of our calendar; None if it is none."""
    for read in (_gregorian, _century, _decade):
        if (bound := read(text)) is not None:
            return bound
    return None


def _gregorian(text: str) -> Bound | None:
    found = _YEAR.fullmatch(text)
    if found is None:
        return None
    written = found["year"]
    year = number_of(written)
    rest = REST.fullmatch(found["rest"])
    if year is None or rest is None or written[0] in "元正":
        return None
    if not found["ce"] and not found["bce"] and len(written) < 3:
        # 58年: of which century, or of which era?
        return None
    if year == 0:
        raise BadDate(N_("“{text}”: years count from 1; correct the year"), text)
    if year > 9999:
        raise BadDate(N_("“{text}” lies after the year 9998; correct the date"), text)
    return within_year(text, 1 - year if found["bce"] else year, rest)


def within_year(text: str, year: int, rest: re.Match[str]) -> Bound:
    """Return what `rest`, a match of `REST`, says of a year: a month, a day, a season, a part."""
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
        return share_of_years(decade["rest"], first - 1 + tens, first + 8 + tens)
    return share_of_years(found["rest"], first, last)


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
    return share_of_years(found["rest"], year, year + 9)


def share_of_years(words: str, first: int, last: int) -> Bound | None:
    """Return a third or a half of some years, or all of them."""
    if not words:
        return years(first, last)
    if words not in PARTS:
        return None
    number, of = PARTS[words]
    length = last - first + 1
    return years(first + number * length // of, first + -(-(number + 1) * length // of) - 1)
