"""A date and the words around it: 约, 前后, 自…至, 光绪三十四年（1908年） (时间文本)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diming.errors import N_
from diming.model.place import Certainty
from diming.model.span import Precision
from diming.script.chinese_dates import read_chinese
from diming.script.edtf_dates import read_edtf
from diming.script.moments import (
    BadDate,
    Bound,
    Ending,
    Stretch,
    earlier,
    joined,
    later,
    make_bound,
    year_bound,
)
from diming.script.numerals import NUMERAL, number_of

if TYPE_CHECKING:
    from diming.handbook.eras import Eras

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


class DateReader:
    """Read one text.

    Parameters
    ----------
    whole : str
        What is told where it is wrong.
    day_first : bool or None
        Whether ``3/4/1997`` is the third of April; None to refuse such a date.
    eras : Eras
    """

    def __init__(self, whole: str, day_first: bool | None, eras: Eras) -> None:
        self.whole, self.day_first, self.eras = whole, day_first, eras
        #: What was tried: words before and after a date can be taken off in many orders.
        self._known: dict[tuple[str, bool], Stretch | None] = {}

    def read(self, text: str, *, loose: bool = False) -> Stretch | None:
        """Read one date or a stretch in normal spelling; None if it is none.

        Parameters
        ----------
        text : str
        loose : bool
            Whether a number of one or two digits may be a year.

        Raises
        ------
        BadDate
            If its form is right and the date impossible.
        """
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
