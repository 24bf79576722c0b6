"""Hold a proposed name against the rules: what it says, and who bears it (地名命名审查).

Findings, never verdicts, and of proposals only: that 兴隆镇 stands in four counties is
legal, that a fifth one is proposed is to be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from diming.model.finding import Finding, Severity
from diming.rules.naming_findings import finding
from diming.rules.naming_spelling import parts_of
from diming.rules.naming_unique import unique_findings
from diming.rules.naming_wording import (
    character_findings,
    digit_findings,
    generic_findings,
    length_findings,
    word_findings,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from diming.handbook.naming import NamingRule, NamingRules, Unique
    from diming.model.naming import Bearer, NameClass, Proposal
    from diming.rules.naming_around import Around


@dataclass(frozen=True, slots=True)
class Site:
    """Where a name is proposed, and when (拟命名地点).

    Attributes
    ----------
    day : datetime.date
        The day names are compared on.
    province : str
        First two digits of its code; nothing where not known.
    within : tuple of str
        Names of the units it is to lie in, the largest first.
    lon, lat : float or None
    placed_by : str
        The unit whose middle stands for its position; nothing where it is its own.
    excepted : frozenset of str
        Ids of units or places whose names do not count: what is renamed.
    """

    day: date
    province: str = ""
    within: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    placed_by: str = ""
    excepted: frozenset[str] = frozenset()


def class_of(name: str, rules: NamingRules) -> NameClass | None:
    """Return the class that the generic term of a name tells; None where none or several do."""
    generic = parts_of(name, rules.terms_of(None)).generic
    fitting = [g.name_class for g in rules.terms if generic in g.terms]
    return fitting[0] if generic and len(fitting) == 1 else None


def applies(rule: NamingRule, name_class: NameClass | None, province: str) -> bool:
    """Tell whether a rule is for proposals of a class in a province."""
    return (not rule.classes or name_class in rule.classes) and (
        not rule.provinces or province in rule.provinces
    )


def wanted_scopes(rules: NamingRules, name_class: NameClass | None, province: str) -> set[str]:
    """Return the scopes that must be known to review a proposal of a class."""
    return {
        unique.scope
        for rule in rules.rules
        if applies(rule, name_class, province)
        for unique in rule.unique
        if name_class in unique.classes
    }


def compared_classes(rules: NamingRules, name_class: NameClass | None) -> set[NameClass]:
    """Return the classes whose names a proposal of a class is compared with."""
    if name_class is None:
        return set()
    besides = (u.beside for r in rules.rules for u in r.unique if name_class in u.classes)
    return {name_class, *(c for beside in besides for c in beside)}


def review_name(
    proposal: Proposal,
    name_class: NameClass | None,
    rules: NamingRules,
    site: Site,
    around: Mapping[str, Sequence[Around]],
    closer: Callable[[Bearer], Bearer] = lambda bearer: bearer,
) -> tuple[Finding, ...]:
    """Return all findings on one proposal, in order of the rules.

    Parameters
    ----------
    proposal : Proposal
    name_class : NameClass or None
        As given, or told by the generic term; without one, rules for classes do not run.
    rules : NamingRules
    site : Site
    around : mapping
        The names around, by scope; scopes that could not be found are absent.
    closer : callable
        Says of one bearer where it is and since when, as far as that is known.
    """
    found: list[Finding] = []
    for rule in rules.rules:
        if applies(rule, name_class, site.province):
            found += _of_rule(rule, proposal, name_class, rules, site, around, closer)
    return tuple(found)


def _of_rule(
    rule: NamingRule,
    proposal: Proposal,
    name_class: NameClass | None,
    rules: NamingRules,
    site: Site,
    around: Mapping[str, Sequence[Around]],
    closer: Callable[[Bearer], Bearer],
) -> Iterator[Finding]:
    name = proposal.name
    specific = parts_of(name, rules.terms_of(name_class)).specific
    yield from word_findings(rule, name, specific)
    if rule.characters:
        yield from character_findings(rule, name)
    if not rule.digits:
        yield from digit_findings(rule, name, specific)
    if rule.specific_most:
        yield from length_findings(rule, name, specific)
    if name_class is None:
        return
    if rule.generics:
        yield from generic_findings(
            rule, rules, name, name_class, site.province, proposal.measures
        )  # fmt: skip
    for unique in rule.unique:
        if name_class in unique.classes:
            yield from _unique(rule, unique, rules, proposal, name_class, site, around, closer)


def _unique(
    rule: NamingRule,
    unique: Unique,
    rules: NamingRules,
    proposal: Proposal,
    name_class: NameClass,
    site: Site,
    around: Mapping[str, Sequence[Around]],
    closer: Callable[[Bearer], Bearer],
) -> Iterator[Finding]:
    here = around.get(unique.scope)
    if here is None:
        yield finding(rule, "scope-unknown", proposal.name, Severity.INFO, scope=unique.scope)
        return
    yield from unique_findings(rule, unique, rules, proposal.name, name_class, site, here, closer)
