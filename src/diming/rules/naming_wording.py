"""What a proposed name says by itself: words, characters, length, generic term (用字用词)."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from diming.handbook.characters import standard_characters
from diming.model.finding import Severity
from diming.rules.naming_findings import finding
from diming.rules.naming_spelling import parts_of
from diming.script.fold import simplified

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from diming.handbook.naming import GenericThreshold, NamingRule, NamingRules
    from diming.model.finding import Finding
    from diming.model.naming import NameClass

#: Han characters count as digits too where they only count: 二〇二五.
_HAN_DIGITS = frozenset("〇零一二三四五六七八九十百千万亿两")


def word_findings(rule: NamingRule, name: str, specific: str) -> Iterator[Finding]:
    """Yield what lists say of a name, or else what is left to people."""
    found = _held(rule, rule.words, name, specific)
    doubtful = _held(rule, rule.doubtful, name, specific)
    if found:
        yield finding(rule, "word", name, rule.severity, words=found)
    if doubtful:
        yield finding(rule, "doubtful", name, Severity.INFO, words=doubtful)
    if rule.manual and not found:
        yield finding(rule, rule.manual, name, Severity.INFO)


def _held(rule: NamingRule, words: Sequence[str], name: str, specific: str) -> list[str]:
    found = [w for w in words if (w == specific if rule.whole else w in name)]
    # Of 圣地 and 圣地亚哥 the longer one tells all.
    return [w for w in found if not any(w != other and w in other for other in found)]


def character_findings(rule: NamingRule, name: str) -> Iterator[Finding]:
    """Yield characters that do not belong in a name: rare ones, foreign script, punctuation."""
    kinds: dict[str, list[str]] = {"variant": [], "rare": [], "script": [], "punctuation": []}
    for char in dict.fromkeys(name):
        kind = _kind(char)
        if kind:
            kinds[kind].append(char)
    for kind, characters in kinds.items():
        if characters:
            yield finding(
                rule, kind, name, rule.severity, characters=characters,
                code_points=[f"U+{ord(c):04X}" for c in characters],
                standard=[simplified(c) for c in characters] if kind == "variant" else [],
            )  # fmt: skip

    uncommon = [c for c in dict.fromkeys(name) if c in standard_characters(3)]
    if uncommon:
        # Beyond the basic block there are programs and fonts that lack a character.
        lacking = any(not _BASIC[0] <= c <= _BASIC[1] for c in uncommon)
        yield finding(
            rule, "uncommon", name, Severity.WARNING if lacking else Severity.INFO,
            characters=uncommon, code_points=[f"U+{ord(c):04X}" for c in uncommon],
        )  # fmt: skip


#: First and last character of the block that every font has.
_BASIC = ("\u4e00", "\u9fa5")


def _kind(char: str) -> str:
    if char in standard_characters():
        return ""
    category = unicodedata.category(char)
    if category in ("Lo", "Lm", "Co", "Cn") and _is_han(char):
        return "variant" if simplified(char) in standard_characters() else "rare"
    if category.startswith("L"):
        return "script"
    # Digits are a question of their own.
    return "" if category == "Nd" else "punctuation"


def _is_han(char: str) -> bool:
    point = ord(char)
    return (
        0x3400 <= point <= 0x9FFF or 0xF900 <= point <= 0xFAFF or 0x20000 <= point <= 0x3FFFF
        or 0xE000 <= point <= 0xF8FF or char == "々"
    )  # fmt: skip


def digit_findings(rule: NamingRule, name: str, specific: str) -> Iterator[Finding]:
    """Yield digits in a name; Han numerals where nothing else stands in the specific part."""
    digits = [c for c in dict.fromkeys(name) if c.isdigit() and c not in _HAN_DIGITS]
    if not digits and specific and _HAN_DIGITS.issuperset(specific):
        digits = list(dict.fromkeys(specific))
    if digits:
        yield finding(rule, "digits", name, rule.severity, characters=digits)


def length_findings(rule: NamingRule, name: str, specific: str) -> Iterator[Finding]:
    """Yield that the specific part is too long."""
    if len(specific) > rule.specific_most:
        yield finding(
            rule, "length", name, rule.severity, specific=specific,
            measures={"characters_count": float(len(specific)),
                      "most_count": float(rule.specific_most)},
        )  # fmt: skip


def generic_findings(
    rule: NamingRule,
    rules: NamingRules,
    name: str,
    name_class: NameClass,
    province: str,
    measures: Mapping[str, float],
) -> Iterator[Finding]:
    """Yield that a generic term is none of its class, or demands what is not there."""
    terms = rules.terms_of(name_class)
    generic = parts_of(name, terms).generic if terms else ""
    if terms and not generic:
        other = parts_of(name, rules.terms_of(None)).generic
        reason = "kind" if other else "no-generic"
        yield finding(rule, reason, name, rule.severity, term=other, terms=list(terms),
                      name_class=str(name_class))  # fmt: skip
    # Of 大道 and 道 the longer one is meant: terms are compared whole.
    for limit in rules.thresholds:
        if name.endswith(limit.term) and _concerns(limit, name_class, province):
            if any(t != limit.term and t.endswith(limit.term) and name.endswith(t) for t in terms):
                continue
            yield from _measured(rule, limit, name, measures)


def _concerns(limit: GenericThreshold, name_class: NameClass, province: str) -> bool:
    return (not limit.classes or name_class in limit.classes) and (
        not limit.provinces or province in limit.provinces
    )


def _measured(
    rule: NamingRule, limit: GenericThreshold, name: str, measures: Mapping[str, float]
) -> Iterator[Finding]:
    unit = limit.measure.removeprefix("green_")
    least = {"share": "least_share", "area_m2": "least_m2", "width_m": "least_m"}[unit]
    value = measures.get(limit.measure)
    word = limit.measure.partition("_")[0]
    if value is None:
        yield finding(rule, f"{word}-unknown", name, Severity.INFO,
                      about=limit.id, limit=limit, term=limit.term,
                      measures={least: limit.least})  # fmt: skip
    elif value < limit.least:
        yield finding(rule, word, name, rule.severity,
                      about=limit.id, limit=limit, term=limit.term,
                      measures={unit: value, least: limit.least})  # fmt: skip
