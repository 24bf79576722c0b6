"""What proposed names are held to: rules with their articles, as data (命名规则).

``naming_rules.toml`` says what each entry means. A handbook of one's own replaces
entries by their ids, adds some, or drops them, see `diming.handbook.loader`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from diming.model.finding import Severity

if TYPE_CHECKING:
    from datetime import date

    from diming.model.naming import NameClass

#: Within what a name may have to be unique.
SCOPES = ("country", "province", "county", "built-up")
#: What people are asked to look at, by word (`diming.present.naming_templates`).
MANUAL = ("meaning", "person", "foreign", "brand", "division", "facility")
#: What may be known of the size of what is named.
MEASURES = ("area_m2", "width_m", "green_share")
#: Grandiose, foreign, odd, duplicate (大、洋、怪、重).
LABELS = ("大", "洋", "怪", "重")


@dataclass(frozen=True, slots=True)
class Unique:
    """For which classes a name must be unique, and within what."""

    classes: tuple[NameClass, ...]
    scope: str
    #: Other classes whose names count too.
    beside: tuple[NameClass, ...] = ()
    #: Generic terms that the article does not name: no more than a warning.
    beyond: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamingRule:
    """One rule, with what it rests on; what a field means stands in ``naming_rules.toml``."""

    id: str
    title: str
    title_en: str
    basis: str
    article: str = ""
    verified_on: date | None = None
    superseded_by: str = ""
    label: str = ""
    severity: Severity = Severity.WARNING
    classes: tuple[NameClass, ...] = ()
    provinces: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    whole: bool = False
    generics: bool = False
    manual: str = ""
    characters: str = ""
    digits: bool = True
    specific_most: int = 0
    unique: tuple[Unique, ...] = ()

    @property
    def cited(self) -> str:
        """What is cited in a finding: the document and the article."""
        return self.basis + self.article


@dataclass(frozen=True, slots=True)
class GenericThreshold:
    """What a generic term demands (通名标准): so much of a measure at least."""

    id: str
    term: str
    measure: str
    least: float
    basis: str
    article: str = ""
    verified_on: date | None = None
    superseded_by: str = ""
    classes: tuple[NameClass, ...] = ()
    provinces: tuple[str, ...] = ()

    @property
    def cited(self) -> str:
        """What is cited in a finding."""
        return self.basis + self.article


@dataclass(frozen=True, slots=True)
class GenericTerm:
    """Which generic terms are for a class (通名)."""

    id: str
    name_class: NameClass
    terms: tuple[str, ...]
    basis: str
    #: Endings that people write for one another: the whole one, the short one.
    short: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class BuiltUpArea:
    """Counties whose streets lie in one built-up area (建成区)."""

    id: str
    title: str
    #: First two digits of its province.
    province: str
    #: Names of the counties.
    counties: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class Alike:
    """Sounds that the speech of some place does not tell apart: each pair is one."""

    id: str
    sounds: tuple[tuple[str, str], ...]
    basis: str


@dataclass(frozen=True, slots=True)
class NamingRules:
    """All that proposed names are held to."""

    rules: tuple[NamingRule, ...]
    thresholds: tuple[GenericThreshold, ...]
    terms: tuple[GenericTerm, ...]
    built_up_areas: tuple[BuiltUpArea, ...]
    alike: tuple[Alike, ...]

    def short(self, text: str) -> str:
        """Return a name with the short one of the endings that people write for one another.

        Examples
        --------
        >>> from diming.handbook.naming_loading import load_naming_rules
        >>> load_naming_rules().short("新民村村民委员会")
        '新民村'
        """
        for ending, short in _short_endings(self.terms):
            if text.endswith(ending) and len(text) > len(ending):
                return text[: len(text) - len(ending)] + short
        return text

    def terms_of(self, name_class: NameClass | None) -> tuple[str, ...]:
        """Return the generic terms of a class, of all without one; the longest first."""
        return _terms_of(self.terms, name_class)


@lru_cache(maxsize=32)
def _terms_of(groups: tuple[GenericTerm, ...], name_class: NameClass | None) -> tuple[str, ...]:
    found = {t for g in groups if name_class in (None, g.name_class) for t in g.terms}
    return tuple(sorted(found, key=lambda t: (-len(t), t)))


@lru_cache(maxsize=4)
def _short_endings(groups: tuple[GenericTerm, ...]) -> list[tuple[str, str]]:
    pairs = [pair for group in groups for pair in group.short]
    return sorted(pairs, key=lambda pair: -len(pair[0]))
