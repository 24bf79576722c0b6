"""What proposed names are held to: rules with their articles, as data (命名规则).

``naming_rules.toml`` says what each entry means. A handbook of one's own replaces
entries by their ids, adds some, or drops them, see `diming.handbook.loader`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from diming.handbook.entries import (
    Entry,
    are_texts,
    is_day,
    is_number,
    is_text,
)
from diming.handbook.loader import own_handbook, own_tables
from diming.model.finding import Severity
from diming.model.naming import NameClass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from pathlib import Path

    from diming.errors import UsageError

#: Within what a name may have to be unique.
SCOPES = ("country", "province", "county", "built-up")
#: What people are asked to look at, by word (`diming.present.naming_templates`).
MANUAL = ("meaning", "person", "foreign", "brand", "division", "facility")
#: What may be known of the size of what is named.
MEASURES = ("area_m2", "width_m", "green_share")
#: Grandiose, foreign, odd, duplicate (大、洋、怪、重).
LABELS = ("大", "洋", "怪", "重")

_FILE = "naming_rules.toml"


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


def load_naming_rules(path: str | Path | None = None) -> NamingRules:
    """Return the naming rules, with the entries of `path` in place of packaged ones.

    Parameters
    ----------
    path
        A TOML file; without one, the file named by ``DIMING_HANDBOOK``, if any.

    Raises
    ------
    UsageError
        If the file cannot be read or an entry is not understood.
    """
    own = own_handbook(path)
    return _packaged() if own is None else _assemble(_written(), own[1], own[0])


@lru_cache(maxsize=4)
def standard_characters(level: int = 0) -> frozenset[str]:
    """Return the 8,105 characters of 通用规范汉字表, and 〇, which is written in numbers.

    Parameters
    ----------
    level : int
        Those of one level only: 1 common, 2 less common, 3 of names and science.
    """
    text = files(__package__).joinpath("standard_characters.txt").read_text(encoding="utf-8")
    parts = text.split("# level ")[1:]
    found = "".join(part[1:] for part in parts if level in (0, int(part[0])))
    return frozenset("".join(found.split())) | (frozenset() if level else frozenset("〇"))


def _written() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(_FILE).read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _packaged() -> NamingRules:
    return _assemble(_written(), {}, _FILE)


def _assemble(packaged: Mapping[str, Any], own: Mapping[str, Any], path: str) -> NamingRules:
    def merged(name: str, read: Callable[[Entry], Any]) -> tuple[Any, ...]:
        found = {e["id"]: read(Entry(e, f"{name} {e['id']}", _FILE)) for e in packaged[name]}
        for values in own_tables(own, name, path):
            entry = Entry(values, f"{name} {values.get('id', '?')}", path)
            key = entry.get("id", is_text)
            if values.get("drop") is True:
                entry.only("id", "drop")
                if found.pop(key, None) is None:
                    raise entry.wrong("drop")
            else:
                found[key] = read(entry)
        return tuple(found.values())

    return NamingRules(
        rules=merged("naming_rule", _rule),
        thresholds=merged("generic_threshold", _threshold),
        terms=merged("generic_term", _terms),
        built_up_areas=merged("built_up_area", _built_up_area),
        alike=merged("alike", _alike),
    )


def _classes(entry: Entry, field: str = "classes") -> tuple[NameClass, ...]:
    known = {str(c) for c in NameClass}
    given = entry.get(field, lambda v: are_texts(v) and known.issuperset(v), [])
    return tuple(map(NameClass, given))


def _texts(entry: Entry, field: str) -> tuple[str, ...]:
    return tuple(entry.get(field, are_texts, []))


def _one_of(choices: tuple[str, ...]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in choices


def _rule(entry: Entry) -> NamingRule:
    entry.only(*NamingRule.__slots__)
    return NamingRule(
        id=entry.get("id", is_text),
        title=entry.get("title", is_text),
        title_en=entry.get("title_en", is_text),
        basis=entry.get("basis", is_text),
        article=entry.get("article", is_text, ""),
        verified_on=entry.get("verified_on", is_day, None),
        superseded_by=entry.get("superseded_by", is_text, ""),
        label=entry.get("label", _one_of(LABELS), ""),
        severity=Severity(entry.get("severity", _one_of(tuple(Severity)), "warning")),
        classes=_classes(entry),
        provinces=_texts(entry, "provinces"),
        words=_texts(entry, "words"),
        doubtful=_texts(entry, "doubtful"),
        whole=entry.get("whole", _is_flag, False),
        generics=entry.get("generics", _is_flag, False),
        manual=entry.get("manual", _one_of(MANUAL), ""),
        characters=entry.get("characters", _one_of(("standard",)), ""),
        digits=entry.get("digits", _is_flag, True),
        specific_most=entry.get("specific_most", is_number, 0),
        unique=tuple(
            _unique(Entry(u, entry.label, entry.path), entry.wrong("unique"))
            for u in entry.get("unique", lambda v: isinstance(v, list), [])
        ),
    )


def _unique(entry: Entry, wrong: UsageError) -> Unique:
    if not isinstance(entry.values, dict):
        raise wrong
    entry.only(*Unique.__slots__)
    classes = _classes(entry)
    if not classes:
        raise wrong
    return Unique(
        classes,
        entry.get("scope", _one_of(SCOPES)),
        _classes(entry, "beside"),
        _texts(entry, "beyond"),
    )


def _threshold(entry: Entry) -> GenericThreshold:
    entry.only(*GenericThreshold.__slots__)
    return GenericThreshold(
        id=entry.get("id", is_text),
        term=entry.get("term", is_text),
        measure=entry.get("measure", _one_of(MEASURES)),
        least=float(entry.get("least", _is_amount)),
        basis=entry.get("basis", is_text),
        article=entry.get("article", is_text, ""),
        verified_on=entry.get("verified_on", is_day, None),
        superseded_by=entry.get("superseded_by", is_text, ""),
        classes=_classes(entry),
        provinces=_texts(entry, "provinces"),
    )


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e15


def _terms(entry: Entry) -> GenericTerm:
    entry.only("id", "class", "terms", "basis", "short")
    name_class = entry.get("class", _one_of(tuple(NameClass)))
    terms = _texts(entry, "terms")
    if not terms:
        raise entry.wrong("terms")
    return GenericTerm(
        entry.get("id", is_text),
        NameClass(name_class),
        terms,
        entry.get("basis", is_text),
        _text_pairs(entry, "short", []),
    )


def _built_up_area(entry: Entry) -> BuiltUpArea:
    entry.only(*BuiltUpArea.__slots__)
    return BuiltUpArea(
        id=entry.get("id", is_text),
        title=entry.get("title", is_text),
        province=entry.get("province", is_text),
        counties=_texts(entry, "counties"),
        basis=entry.get("basis", is_text),
    )


def _alike(entry: Entry) -> Alike:
    entry.only(*Alike.__slots__)
    return Alike(
        entry.get("id", is_text), _text_pairs(entry, "sounds"), entry.get("basis", is_text)
    )


def _text_pairs(entry: Entry, field: str, default: Any = ...) -> tuple[tuple[str, str], ...]:
    def right(value: Any) -> bool:
        return isinstance(value, list) and all(are_texts(p) and len(p) == 2 for p in value)

    return tuple((first, second) for first, second in entry.get(field, right, default))
