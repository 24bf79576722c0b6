"""Where a name parts into specific and generic (专名, 通名), by rules 1 to 4 and 6 of 1984."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from diming.handbook.generics import Generic, Generics, load_generics
from diming.handbook.loader import VARIABLE
from diming.script.fold import simplified

if TYPE_CHECKING:
    from collections.abc import Iterable


class Role(StrEnum):
    """What a part is to the name."""

    SPECIFIC = "specific"  # 专名
    MODIFIER = "modifier"  # 附加成分
    PEOPLE = "people"  # 民族
    ORDINAL = "ordinal"  # 序数
    GENERIC = "generic"  # 通名
    OTHER = "other"  # letters, digits, brackets: as they are


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a name, as written."""

    role: Role
    text: str
    #: The term, of a generic; what stands before it in the piece are modifiers.
    generic: Generic | None = None


@dataclass(frozen=True, slots=True)
class Parted:
    """A name in pieces that make it up without a rest, and the rules that parted it."""

    pieces: tuple[Piece, ...]
    rules: frozenset[int]


#: The ways a name is made up of Han characters and others; brackets stand alone.
_RUNS = re.compile(
    r"[〇\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+|[(（\[【〔《「]|[)）\]】〕》」]|\s+"
    r"|[^\s〇\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff(（\[【〔《「)）\]】〕》」]+"
)
_OPENING = frozenset("(（[【〔《「")
#: A numeral as it is counted: 一 to 九十九; 三八 and 五一 are none.
_NUMERAL = re.compile(
    r"(?<![一二三四五六七八九十百千零〇])(?:[二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])$"
)
#: 第二 before a name of two characters or more: 第二松花江.
_COUNTED = re.compile(r"第[一二三四五六七八九十]+(?=..)")
_DIGITS = dict(zip("一二三四五六七八九", range(1, 10), strict=True))
_DIRECTIONS = frozenset("东南西北中上下前后内外大小新老")
_DIVISION, _SETTLEMENT, _STREETS = "21", "22", "23"


def part(text: str, *, kind: str | None = None, class_code: str | None = None) -> Parted:
    """Part a name.

    Parameters
    ----------
    text : str
    kind : str, optional
        What the place is, in words: 河流, 自然村, 街道, or any generic term.
    class_code : str, optional
        地名类别; the first two digits count, and outrank `kind`.

    Examples
    --------
    >>> [p.text for p in part("石柱土家族自治县").pieces]
    ['石柱', '土家族', '自治县']
    """
    words = _words(os.environ.get(VARIABLE) or None)
    classes = _class_of(words, kind, class_code)
    runs = _RUNS.findall(text)
    # What stands in brackets is a remark: the generic is looked for before it.
    head = next((n for n, run in enumerate(runs) if run in _OPENING), len(runs))
    last = max((n for n in range(head) if _is_han(runs[n])), default=-1)
    pieces: list[Piece] = []
    rules: set[int] = set()
    for n, run in enumerate(runs):
        if not _is_han(run):
            if any(c.isdigit() for c in run):
                rules.add(6)
            pieces.append(Piece(Role.OTHER, run))
        elif n == last and run is runs[last]:
            before = any(r.strip() for r in runs[:n])
            pieces += _parted(words, run, classes, before, rules)
        else:
            pieces.append(Piece(Role.SPECIFIC, run))
    return Parted(tuple(pieces), frozenset(rules))


def ordinal(text: str) -> int:
    """Return the number that a numeral of up to two digits writes.

    Examples
    --------
    >>> ordinal("二"), ordinal("十"), ordinal("四十二")
    (2, 10, 42)
    """
    tens, ten, ones = text.partition("十")
    if not ten:
        return _DIGITS[tens]
    return 10 * (_DIGITS[tens] if tens else 1) + (_DIGITS[ones] if ones else 0)


def _class_of(words: Generics, kind: str | None, class_code: str | None) -> str | None:
    if class_code:
        return class_code[:2]
    if not kind:
        return None
    plain = simplified(kind.strip())
    if plain in words.kinds:
        return words.kinds[plain]
    for length in range(min(len(plain), words.longest), 0, -1):
        generic = words.generics.get(plain[-length:])
        if generic is not None:
            return generic.classes[0]
    return None


def _parted(
    words: Generics, run: str, classes: str | None, before: bool, rules: set[int]
) -> Iterable[Piece]:
    """Part the run of Han characters that a name ends with."""
    plain = simplified(run)
    generic = _generic(words, plain, classes, before)
    joined = plain.endswith(words.joined)
    if generic is None or (classes == _SETTLEMENT and len(generic.term) == 1):
        if classes == _SETTLEMENT or (classes is None and joined):
            rules.add(3)
        return [Piece(Role.SPECIFIC, run)] if run else []
    cut = len(run) - len(generic.term)
    rules.add(1)
    if cut > 2 and plain[cut - 1] in generic.modifiers:
        cut -= 1
        rules.add(2)
    pieces = [Piece(Role.GENERIC, run[cut:], generic)]
    if _STREETS in generic.classes and cut == len(run) - len(generic.term):
        found = _NUMERAL.search(plain[:cut])
        if found and not plain[:cut].endswith(words.not_ordinal):
            start = found.start()
            start -= plain[start - 1 : start] == "第"
            pieces.insert(0, Piece(Role.ORDINAL, run[start:cut]))
            cut = start
            rules.add(6)
    if longer := next((m for m in generic.apart if plain[1:cut].endswith(m)), ""):
        pieces.insert(0, Piece(Role.MODIFIER, run[cut - len(longer) : cut]))
        cut -= len(longer)
        rules.add(2)
    while people := words.people_at_end(plain[:cut], generic):
        pieces.insert(0, Piece(Role.PEOPLE, run[cut - len(people) : cut]))
        cut -= len(people)
    if _STREETS not in generic.classes and (counted := _COUNTED.match(plain[:cut])):
        cut_off = counted.end()
        pieces.insert(0, Piece(Role.SPECIFIC, run[cut_off:cut]))
        pieces.insert(0, Piece(Role.MODIFIER, run[:cut_off]))
        rules.add(2)
    elif cut:
        pieces.insert(0, Piece(Role.SPECIFIC, run[:cut]))
        rules |= _rules_of_specific(words, plain[:cut], generic)
    return pieces


def _generic(words: Generics, plain: str, classes: str | None, before: bool) -> Generic | None:
    """Return the longest generic that a name ends with and that counts there."""
    for length in range(min(len(plain), words.longest), 0, -1):
        generic = words.generics.get(plain[-length:])
        # Letters or digits may be the specific: A1路.
        specific = len(plain) - length or (generic.alone or 1 if before and generic else 0)
        if generic is not None and generic.counts(specific, classes):
            return generic
    if classes in (None, _DIVISION, _SETTLEMENT):
        # Short names of divisions, and villages, are one word whatever they end with.
        return None
    return _generic(words, plain, None, before)


def _rules_of_specific(words: Generics, specific: str, generic: Generic) -> set[int]:
    if specific in words.persons:
        return {5}
    rules = set()
    if len(specific) > 1 and words.ends_generic(specific):
        rules.add(4)
    if len(specific) > 1 and specific[0] in _DIRECTIONS and _DIVISION not in generic.classes:
        rules.add(2)
    return rules


def _is_han(run: str) -> bool:
    first = run[:1]
    return first == "〇" or (first >= "\u3400" and first not in "【〔《「】〕》」" and (
        first <= "\u9fff" or "\uf900" <= first <= "\ufaff" or "\U00020000" <= first <= "\U0003ffff"
    ))  # fmt: skip


@lru_cache(maxsize=2)
def _words(own: str | None) -> Generics:
    # The path is the key: another handbook is another table.
    return load_generics()
