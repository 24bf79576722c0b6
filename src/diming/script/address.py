"""What stands in an address before anybody knows what it means (地址文本).

Names have no end that can be seen: 市, 区, 县 and 镇 stand within names too (沙坪坝区,
南津街街道, 镇安镇). So nothing is cut here. A text is brought into one spelling, position by
position; it is said where it must not be joined; and of one name, how people shorten it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from diming.handbook.peoples import PEOPLES
from diming.model.code import parse_code
from diming.model.unit import Level
from diming.script.fold import fold

#: No chain of units is longer; what follows is taken as it is.
LONGEST = 240
#: Stands in a folded text for a code; folding leaves no such character.
CODE = "\x00"

#: Between two units, never within one; a space may stand within (忠 县).
_APART = frozenset("/\\>|;:,·•・、，。；：→›»-—–－~\n\r\t_＞／")
#: A code beside a name, or in place of one.
_DIGITS = re.compile(r"(?<![0-9０-９])[0-9０-９]{6,12}(?![0-9０-９])")

#: Generic terms by level, the longest first, as names end in them (通名).
GENERICS: dict[Level, tuple[str, ...]] = {
    Level.PROVINCE: ("特别行政区", "自治区", "省", "市"),
    Level.PREFECTURE: ("自治州", "地区", "专区", "盟", "市"),
    Level.COUNTY: (
        "自治县", "自治旗", "矿区", "林区", "特区", "新区", "县", "旗", "区", "市",
    ),
    Level.TOWNSHIP: (
        "街道办事处", "民族苏木", "民族乡", "街道", "苏木", "公社", "办事处", "镇", "乡",
    ),
    Level.VILLAGE: (
        "居民委员会", "村民委员会", "居委会", "村委会", "社区", "村",
    ),
}  # fmt: skip
_ALL_GENERICS = tuple(
    sorted({g for terms in GENERICS.values() for g in terms}, key=len, reverse=True)
)

_NATIONS = "|".join(sorted((*PEOPLES, "各"), key=len, reverse=True))
_ETHNIC = re.compile(rf"^(?P<own>.+?)(?:(?:{_NATIONS})族)+(?P<kind>自治[区州县旗]|民族乡|乡)$")
_ETHNIC_SHORT = re.compile(
    r"^(?P<own>.{2,}?)(?:(?:维吾尔|柯尔克孜|哈萨克|蒙古|壮|回|彝|藏|傣|苗|黎))?(?P<kind>自治[区州县旗])$"
)
#: Most names are of no autonomous unit, which is seen faster than by what follows.
_IS_ETHNIC = re.compile("[族治]")
#: The everyday generic of an autonomous unit.
_EVERYDAY = {"自治县": "县", "自治州": "州", "自治旗": "旗", "民族乡": "乡", "乡": "乡"}

#: What lists write between a city and its districts; no division (汇总行).
HEADINGS = (
    "自治区直辖县级行政区划", "省直辖县级行政区划", "省直辖行政单位", "市辖区", "市辖县", "县",
    "中华人民共和国", "中国",
)  # fmt: skip

#: What makes a bare name the name of something else: 江北机场, 重庆路, 万州大桥.
_OTHER_THINGS = tuple("路街道巷桥站场厂店楼院校") + (
    "机场", "广场", "大道", "大厦", "大学", "大桥", "医院", "公园", "中学", "小学", "学院", "商场",
    "高速", "火车", "汽车", "轻轨", "银行", "酒店", "宾馆", "人民",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AddressText:
    """A text in one spelling, with the way back.

    Attributes
    ----------
    written : str
        As it came.
    folded : str
        The head of it in one spelling (简体, no spaces or marks), a code as `CODE`.
    starts : tuple of int
        Where each folded character stands in `written`; one more for the end.
    codes : mapping of int to str
        Digits, by position in `folded`.
    apart : frozenset of int
        Positions in `folded` before which two units are kept apart.
    stops : tuple of int
        Where a name must end: those positions, those of codes, and the end, in order.
    """

    written: str
    folded: str
    starts: tuple[int, ...]
    codes: dict[int, str]
    apart: frozenset[int]
    stops: tuple[int, ...]

    def piece(self, begin: int, end: int) -> str:
        """Return what was written from one position to another, without what stands between."""
        if begin >= end:
            return ""
        last = self.starts[end - 1]
        size = len(self.codes[end - 1]) if self.folded[end - 1] == CODE else 1
        return self.written[self.starts[begin] : last + size].strip()

    def rest(self, begin: int) -> str:
        """Return what was written from a position to the end, and what was not looked at."""
        start = self.starts[begin]
        return self.written[start:].strip(" \t\r\n　/>·,，、;；:：|-()（）[]【】")


def address_text(written: str) -> AddressText:
    """Bring an address into one spelling.

    Examples
    --------
    >>> text = address_text("重慶市／忠 縣（500233）")
    >>> text.folded.replace(CODE, "#"), text.codes, sorted(text.apart)
    ('重庆市忠县#', {5: '500233'}, [3])
    """
    head = written[:LONGEST]
    folded: list[str] = []
    starts: list[int] = []
    codes: dict[int, str] = {}
    apart: set[int] = set()
    numbers = {m.start(): m for m in _DIGITS.finditer(head)}
    at = 0
    while at < len(head):
        number = numbers.get(at)
        code = None if number is None else parse_code(number[0])
        if number is not None and code is not None:
            codes[len(folded)] = unicodedata.normalize("NFKC", number[0])
            starts.append(at)
            folded.append(CODE)
            at = number.end()
            continue
        char = head[at]
        if char in _APART:
            apart.add(len(folded))
        for plain in fold(char):
            folded.append(plain)
            starts.append(at)
        at += 1
    starts.append(len(head))
    stops = tuple(sorted({*apart, *codes, len(folded)}))
    return AddressText(written, "".join(folded), tuple(starts), codes, frozenset(apart), stops)


def short_forms(folded: str) -> tuple[tuple[str, bool], ...]:
    """Return how people shorten a name, and whether a generic term is left.

    A specific part of one character is never left alone: nobody calls 忠县 忠.

    Examples
    --------
    >>> short_forms("石柱土家族自治县")
    (('石柱', False), ('石柱县', True), ('石柱自治县', True))
    >>> short_forms("南津街街道"), short_forms("忠县"), short_forms("龙溪镇")
    ((('南津街', False),), (), (('龙溪', False),))
    """
    found = (
        _ETHNIC.match(folded) or _ETHNIC_SHORT.match(folded) if _IS_ETHNIC.search(folded) else None
    )
    if found is not None and len(found["own"]) >= 2:
        own, kind = found["own"], found["kind"]
        forms = {own: False}
        if kind in _EVERYDAY:
            forms[own + _EVERYDAY[kind]] = True
        forms[own + kind] = True
        forms.pop(folded, None)
        return tuple(forms.items())
    bare = specific(folded)
    return () if bare is None else ((bare, False),)


@cache
def specific(folded: str) -> str | None:
    """Return a name without its generic term (专名); None if too little would be left."""
    found = _ETHNIC.match(folded) if "族" in folded else None
    if found is not None:
        return found["own"] if len(found["own"]) >= 2 else None
    for term in _ALL_GENERICS:
        if folded.endswith(term):
            bare = folded[: -len(term)]
            return bare if len(bare) >= 2 else None
    return None


def may_follow_bare(folded: str, at: int, *, apart: bool, level: Level) -> bool:
    """Tell whether what stands at a position may follow a name without its generic term.

    江北 is 江北区 or 江北县 in 重庆江北建新路, and neither in 江北机场. Below the county so
    many names are words of other names that nothing may follow but a number.
    """
    rest = folded[at:]
    if not rest or apart or rest[0] == CODE or rest[0].isdigit():
        return True
    if level > Level.COUNTY or rest.startswith(_OTHER_THINGS + _ALL_GENERICS):
        return False
    # 沙坪 is no beginning of 沙坪霸区.
    return unit_like(folded, at, min(at + 4, len(folded)), _UPPER) is None


def unit_like(folded: str, at: int, end: int, levels: frozenset[Level]) -> int | None:
    """Return where something ends that looks like a unit of some levels; None if nothing does.

    Parameters
    ----------
    folded : str
    at, end : int
        Where it begins, and how far it may reach.
    levels : frozenset of Level

    Examples
    --------
    >>> unit_like("镇安镇三村", 0, 5, frozenset({Level.TOWNSHIP}))
    3
    >>> unit_like("人民路12号", 0, 6, frozenset({Level.TOWNSHIP})) is None
    True
    """
    terms = _terms(levels)
    for place in range(at + 1, min(end, at + 16)):
        found = [t for t in terms if folded.startswith(t, place) and place + len(t) <= end]
        if found:
            return place + max(map(len, found))
    return None


_UPPER = frozenset({Level.PROVINCE, Level.PREFECTURE, Level.COUNTY})


@cache
def _terms(levels: frozenset[Level]) -> tuple[str, ...]:
    return tuple({t for level in levels for t in GENERICS.get(level, ())})
