"""Dates and stretches of time, as sources write them (时间的读法).

`read_told` reads one text, `told_between` a begin and an end from two columns. Both
keep the text: reading it again gives the same. `to_edtf` writes what was read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from diming.errors import N_
from diming.handbook.eras import Eras, load_eras
from diming.model.place import Certainty, Told
from diming.model.span import OPEN, Precision, Span, When
from diming.script.chinese_dates import earlier, later, read_chinese
from diming.script.edtf_dates import edge_text, read_edtf, write_edtf
from diming.script.fold import simplified
from diming.script.moments import (
    BadDate,
    Bound,
    Ending,
    Stretch,
    joined,
    make_bound,
    span_of,
    stretch_of,
    year_bound,
)
from diming.script.numerals import NUMERAL, number_of

if TYPE_CHECKING:
    from datetime import date

__all__ = ["BadDate", "read_told", "stretch_told", "timespan_of", "to_edtf", "told_between"]

#: No date is longer.
_MOST = 120

_ABOUT = re.compile(r"^(大约|约略|约|大概|大致|circa|ca\.?|c\.(?=\d)|about)(?:在|于)?")
_PERHAPS = re.compile(r"^(可能|疑似?|相传|据传|传说?|一说|或)(?:在|于|为)?")
_AT = re.compile(r"^(始?建于|建|设于|设立于|始于|成立于|于|在|时为)")
_ABOUT_END = re.compile(r"(前后|左右|上下|许)$")
_DONE_END = re.compile(
    r"(?<=[年月日间初末代])(设立|设置|建立|建成|成立|更名|改名|撤销|设|置|建|立|改|废|撤)$"
)
#: 300年前 is ago, not before: of when that was said, nobody knows.
_AGO = re.compile(rf"[{NUMERAL}多余]{{1,4}}年")
_PERHAPS_END = re.compile(r"(\(\?\)|\?|\((?:存疑|待考|疑|不确定)\)|存疑|待考)$")
_BEFORE = re.compile(r"(及?(?:其|之|以|此)?前|为?止|尚存)$")
#: A begin before a day; 止 and 尚存 are ends, wherever they stand.
_BEGUN = re.compile(r"前\W*$|前[(（]")
_AFTER = re.compile(r"(及?(?:之|以|此)?后|起|始|以来|开始)$")
_UNTIL_NOW = re.compile(
    r"(?:[-—–~至到迄]+)(今|现在|现今|目前|今日|今天|present|now|today)$", re.IGNORECASE
)
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$")
_YMD = re.compile(r"(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2}))?")
_DMY = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_DECADES = re.compile(r"(\d{3})0'?s")
_AD = re.compile(r"(?:AD ?)?(\d{1,4}) ?(?:AD|CE)?", re.IGNORECASE)
_BC = re.compile(r"(?:BCE? ?(\d{1,5})|(\d{1,5}) ?BCE?)", re.IGNORECASE)
#: What stands between a begin and an end, the plainest first.
_BETWEEN = ("至", "到", "迄", "/", "~", "—", "–", "-", "..", "、")
_DIGIT = re.compile("[0-9〇零一二三四五六七八九十]")
_HEAD = re.compile(r"^(.*年)[^年]*$", re.DOTALL)


def read_told(
    text: str,
    *,
    day_first: bool | None = None,
    eras: Eras | None = None,
    known_on: date | None = None,
) -> Told:
    """Read a date, or a stretch of time.

    Parameters
    ----------
    text : str
    day_first : bool, optional
        Whether ``3/4/1997`` is the third of April; without, such a date is refused.
    eras : Eras, optional
        Without, the packaged table and what the handbook of one's own says.
    known_on : datetime.date, optional
        The day of the source: what it calls past (历史) had ended by then.

    Raises
    ------
    BadDate
        If it is none, or none that can be.

    Examples
    --------
    >>> str(read_told("民国三十年").span)
    '1941/1942'
    >>> read_told("1958年前后").certainty
    <Certainty.APPROXIMATE: 'approximate'>
    """
    kept = text.strip()
    stretch = stretch_told(kept, day_first=day_first, eras=eras)
    told = Told(kept, span_of(kept, stretch), stretch.certainty)
    if known_on is not None and _is_past(kept) and told.span is not None:
        return replace(told, span=_ended_by(told.span, known_on))
    return told


def told_between(
    begin: str,
    end: str,
    *,
    day_first: bool | None = None,
    eras: Eras | None = None,
    known_on: date | None = None,
) -> Told:
    """Read a begin and an end from two columns; the end is the last it held.

    An end that is not given is not known, or has not come: of what began before a day
    (解放前, 1958年以前) the begin alone is bounded, and it is in use until nobody knows when.

    Raises
    ------
    BadDate
        If one of them is no date, or the end lies before the begin.

    Examples
    --------
    >>> told_between("1912", "民国三十八年").text
    '1912/民国三十八年'
    """
    begin, end = begin.strip(), end.strip()
    if not begin and not end:
        return Told()
    if not end:
        first = stretch_told(begin, day_first=day_first, eras=eras, loose=True)
        # It began 解放前, and is still: only the begin is before then.
        before = first.begin is None and first.end is not None and _BEGUN.search(begin) is not None
        if not first.is_date and not before:
            return read_told(begin, day_first=day_first, eras=eras, known_on=known_on)
    mark = "至" if "/" in begin + end else "/"
    return read_told(f"{begin}{mark}{end}", day_first=day_first, eras=eras, known_on=known_on)


def stretch_told(
    text: str,
    *,
    day_first: bool | None = None,
    eras: Eras | None = None,
    loose: bool = False,
) -> Stretch:
    """Read a text into a stretch of any years, also those before the year 1.

    Parameters
    ----------
    loose : bool
        Take a number alone for a year, however short: as columns of years hold.

    Raises
    ------
    BadDate
    """
    return _cached(text.strip(), day_first, load_eras() if eras is None else eras, loose)


def to_edtf(told: Told, *, day_first: bool | None = None, eras: Eras | None = None) -> str:
    """Return it in EDTF; nothing where nothing is known.

    Taken from the text as far as that can be read, for it may tell of years that no
    span holds; else from the span.

    Examples
    --------
    >>> to_edtf(read_told("约1950年")), to_edtf(read_told("公元前316年"))
    ('1950~', '-0315')
    """
    return write_edtf(_stretch_again(told, day_first, eras))


def timespan_of(told: Told) -> dict[str, dict[str, str]] | None:
    """Return it as Linked Places tells a timespan; None where nothing is known.

    A date is ``in``, of an era only the ``earliest`` and ``latest`` days are known; years
    before the year 1 are told too, where the text has them.

    Examples
    --------
    >>> timespan_of(read_told("1935/1950"))
    {'start': {'in': '1935'}, 'end': {'in': '1950'}}
    """
    stretch = _stretch_again(told, None, None)
    said: dict[str, dict[str, str]] = {}
    if stretch.begin is not None:
        key = "earliest" if stretch.begin.precision is Precision.ERA else "in"
        said["start"] = {key: edge_text(stretch.begin, last=False)}
    if stretch.end is not None:
        key = "latest" if stretch.end.precision is Precision.ERA else "in"
        said["end"] = {key: edge_text(stretch.end, last=True)}
    return said or None


def _stretch_again(told: Told, day_first: bool | None, eras: Eras | None) -> Stretch:
    """Return what was read: the text tells of years that no span holds."""
    if told.text:
        try:
            stretch = stretch_told(told.text, day_first=day_first, eras=eras)
            if span_of(told.text, stretch) == told.span and stretch.certainty == told.certainty:
                return stretch
        except BadDate:
            pass
    return stretch_of(told.span, told.certainty)


@lru_cache(maxsize=16_384)
def _cached(text: str, day_first: bool | None, eras: Eras, loose: bool) -> Stretch:
    if not text:
        return Stretch()
    if len(text) > _MOST:
        raise BadDate(
            N_("“{text}” is too long for a date; write when, and the rest in another column"), text
        )
    reader = _Reader(text, day_first, eras)
    plain = _normal(text)
    stretch = reader.read(plain, loose=loose)
    if stretch is None and (simple := simplified(plain)) != plain:
        # 民國三十年, 光緒丁未年
        stretch = reader.read(simple, loose=loose)
    if stretch is None:
        raise BadDate(
            N_(
                "“{text}” is no date that is understood; write it like 1958, 1958-03, "
                "1958年3月, 民国三十年 or 1958/1962"
            ),
            text,
        )
    return stretch


def _normal(text: str) -> str:
    """Return one spelling of what may be written in several ways."""
    text = unicodedata.normalize("NFKC", text)
    text = text.translate({0x2010: "-", 0x2011: "-", 0x2012: "-", 0x2212: "-", 0x301C: "~",
                           0x2015: "—", 0x2500: "—", })  # fmt: skip
    if re.search(r"[\u3400-\u9fff]", text):
        text = re.sub(r"\s+", "", text)
    return re.sub(r"\s+", " ", text).strip(" \"'“”‘’,;。")


class _Reader:
    """Reads one text; `whole` is what is told where it is wrong."""

    def __init__(self, whole: str, day_first: bool | None, eras: Eras) -> None:
        self.whole, self.day_first, self.eras = whole, day_first, eras
        #: What was tried: words before and after a date can be taken off in many orders.
        self._known: dict[tuple[str, bool], Stretch | None] = {}

    def read(self, text: str, *, loose: bool = False) -> Stretch | None:
        """Read one date or a stretch."""
        try:
            found = self._one(text, loose=loose)
            return self._between(text) if found is None else found
        except BadDate as error:
            facts = {k: v for k, v in error.problem.facts.items() if k != "text"}
            raise BadDate(error.problem.what, self.whole, **facts) from None

    def _one(self, text: str, *, loose: bool = False) -> Stretch | None:
        """Read what is not from one date to another."""
        if not text:
            return None
        key = (text, loose)
        if key not in self._known:
            self._known[key] = self._tried(text, loose=loose)
        return self._known[key]

    def _tried(self, text: str, *, loose: bool) -> Stretch | None:
        found = self._numeric(text, loose=loose)
        if found is None and text.isascii():
            found = read_edtf(text)
        if found is None and not text.isascii():
            found = read_chinese(text, self.eras)
        return found or self._around(text, loose=loose)

    def _around(self, text: str, *, loose: bool) -> Stretch | None:
        """Read a date with words before or after it."""
        for pattern, certainty in (
            (_ABOUT, Certainty.APPROXIMATE), (_PERHAPS, Certainty.UNCERTAIN), (_AT, None),
            (_ABOUT_END, Certainty.APPROXIMATE), (_PERHAPS_END, Certainty.UNCERTAIN),
            (_DONE_END, None),
        ):  # fmt: skip
            rest = pattern.sub("", text, count=1).strip()
            if rest != text and rest and (found := self._one(rest, loose=loose)) is not None:
                if pattern is _ABOUT_END and found.begin is not None and not _DIGIT.search(rest):
                    found = _around_year(found)
                return found if certainty is None else found.doubted(certainty)
        if _UNTIL_NOW.search(text):
            rest = _UNTIL_NOW.sub("", text).removeprefix("自").removeprefix("从")
            if rest and (found := self._one(rest, loose=loose)) is not None:
                return joined(self.whole, found, None, Ending.OPEN)
        if rest := text.removeprefix("自").removeprefix("从"):
            if rest != text and (found := self._one(rest, loose=loose)) is not None:
                return found if found.end is None else self._since(found)
            if rest[0] in "至到迄止" and (found := self._one(rest[1:], loose=loose)) is not None:
                return Stretch(None, found.end, found.certainty, found.ending)
        if match := _BEFORE.search(text):
            if _is_ago(text[: match.start()]):
                return None
            found = self._one(text[: match.start()], loose=loose)
            if found is not None and match[1].endswith(("止", "存")):
                return Stretch(None, found.end, found.certainty, found.ending)
            return None if found is None else earlier(found, exact=False)
        if match := _AFTER.search(text):
            found = self._one(text[: match.start()], loose=loose)
            if found is not None and not match[1].endswith("后"):
                return self._since(found)
            return None if found is None else later(found, exact=False)
        return self._bracketed(text)

    def _since(self, found: Stretch) -> Stretch:
        return Stretch(found.begin, None, found.certainty, Ending.OPEN)

    def _bracketed(self, text: str) -> Stretch | None:
        """Read a date that is told twice: 光绪三十四年（1908年）."""
        match = re.fullmatch(r"([^()]+)\(([^()]+)\)([^()]*)", text)
        if match is None:
            return None
        outer = self._one(match[1] + match[3])
        if outer is None:
            return None
        inner = self._one(match[2]) or self._between(match[2])
        if inner is None or inner.begin is None or inner.end is None:
            return outer
        if outer.begin is None or outer.end is None:
            return inner
        if inner.begin.first > outer.end.last or outer.begin.first > inner.end.last:
            raise BadDate(
                N_("“{text}” tells two times that do not meet; correct one of them"), self.whole
            )
        within = inner.begin.first >= outer.begin.first and inner.end.last <= outer.end.last
        return inner.doubted(outer.certainty) if within else outer.doubted(inner.certainty)

    def _numeric(self, text: str, *, loose: bool) -> Stretch | None:
        text = _TIME.sub("", text)
        bound: Bound | None = None
        if found := _YMD.fullmatch(text):
            year, month, day = int(found[1]), int(found[3]), found[4]
            # 2001-21 is a season in EDTF, 1912-49 the years 1912 to 1949.
            if found[2] == "-" and day is None and len(found[3]) == 2 and month > 12:
                return self._short_years(text, year, month)
            bound = make_bound(self.whole, year, month, None if day is None else int(day))
        elif found := _DMY.fullmatch(text):
            bound = self._day_or_month(int(found[1]), int(found[3]), int(found[4]))
        elif (found := _COMPACT.fullmatch(text)) and 1 <= int(found[2]) <= 12:
            day = found[3]
            bound = make_bound(
                self.whole, int(found[1]), int(found[2]), None if day is None else int(day)
            )
        elif found := _DECADES.fullmatch(text):
            first = 10 * int(found[1])
            bound = Bound((first, 1, 1), (first + 9, 12, 31), Precision.ERA)
        elif (loose and re.fullmatch(r"\d{1,4}", text)) or re.fullmatch(r"\d{3,4}", text):
            bound = year_bound(int(text))
        elif re.fullmatch(r"-\d{1,3}", text) or (loose and re.fullmatch(r"-\d{1,5}", text)):
            # Historians' count, without a year 0; EDTF has one, and four digits.
            bound = year_bound(int(text) + 1)
        elif (found := _AD.fullmatch(text)) and not text.isdecimal():
            bound = year_bound(int(found[1]))
        elif found := _BC.fullmatch(text):
            bound = year_bound(1 - int(found[1] or found[2]))
        return None if bound is None else Stretch(bound, bound)

    def _short_years(self, text: str, year: int, number: int) -> Stretch | None:
        if 21 <= number <= 41:
            return read_edtf(text)
        if number <= year % 100:
            raise BadDate(
                N_("“{text}”: there is no month {month}; correct the date"),
                self.whole, month=number,
            )  # fmt: skip
        begin, end = year_bound(year), year_bound(year - year % 100 + number)
        return Stretch(begin, end)

    def _day_or_month(self, one: int, two: int, year: int) -> Bound:
        if one == two or two > 12 or self.day_first is False:
            day, month = two, one
        elif one > 12 or self.day_first:
            day, month = one, two
        else:
            raise BadDate(
                N_("“{text}” may be day or month first; write it like 2011-10-22"), self.whole
            )
        return make_bound(self.whole, year, month, day)

    def _between(self, text: str) -> Stretch | None:
        """Read from one date to another."""
        for mark in _BETWEEN:
            at = text.find(mark)
            while at >= 0:
                found = self._sides(
                    text[:at].rstrip(), text[at + len(mark) :].lstrip(mark).lstrip()
                )
                if found is not None:
                    return found
                at = text.find(mark, at + 1)
        return None

    def _sides(self, left: str, right: str) -> Stretch | None:
        if not left and not right:
            return None
        begin = end = None
        ending = Ending.UNKNOWN
        if left and left != "..":
            left = left.removeprefix("自").removeprefix("从")
            begin = self._one(left, loose=True)
            if begin is None and re.fullmatch(r".*年?[^年月日]$", left):
                begin = self._one(left + "年", loose=True)
            if begin is None:
                return None
        if right == "..":
            ending = Ending.OPEN
        elif right:
            end = self._completed(left, right)
            if end is None:
                return None
        return joined(self.whole, begin, end, ending)

    def _completed(self, left: str, right: str) -> Stretch | None:
        """Read an end, with what it leaves to the begin: 1997年6月至9月, 民国元年至三年."""
        tries = [right]
        if head := _HEAD.match(left):
            tries.append(head[1] + right)
            if match := re.match(r"(.*?)(\d+|[元〇一二三四五六七八九十廿卅]+)年$", head[1]):
                tries.append(match[1] + right)
                if len(match[2]) == 4 and re.match(r"\d\d(年|$)", right):
                    tries.append(match[2][:2] + right)
        if re.match(r"\d{4}$", left) and re.match(r"\d\d年?$", right):
            tries.insert(0, left[:2] + right)
        for text in tries:
            found = self._one(text, loose=text is right)
            if found is not None:
                return found
        return None


def _is_ago(text: str) -> bool:
    """Tell whether a number of years is too small to be a year: 三百年, 50年."""
    if _AGO.fullmatch(text) is None:
        return False
    number = number_of(text.rstrip("年"))
    return number is None or number < 1000


def _around_year(stretch: Stretch) -> Stretch:
    """Return the year of a day that has a name: 解放前后 is not one day."""
    if stretch.begin is None or stretch.begin.precision is not Precision.DAY:
        return stretch
    bound = year_bound(stretch.begin.first[0])
    return Stretch(bound, bound, stretch.certainty)


def _is_past(text: str) -> bool:
    return text in ("历史", "曾用", "过去", "历史上", "废止", "已废")


def _ended_by(span: Span, day: date) -> Span:
    """Return a span that had ended by a day at the latest."""
    if day == OPEN or not span.is_open or day < span.begin.day:
        return span
    return Span(span.begin, When(day + timedelta(days=1), Precision.UNKNOWN))
