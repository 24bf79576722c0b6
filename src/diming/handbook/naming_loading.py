"""Read what proposed names are held to, entry by entry (命名规则读取)."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from diming.handbook.entries import Entry, are_texts, is_day, is_number, is_text
from diming.handbook.loader import own_handbook, own_tables
from diming.handbook.naming import (
    LABELS,
    MANUAL,
    MEASURES,
    SCOPES,
    Alike,
    BuiltUpArea,
    GenericTerm,
    GenericThreshold,
    NamingRule,
    NamingRules,
    Unique,
)
from diming.model.finding import Severity
from diming.model.naming import NameClass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from diming.errors import UsageError

_FILE = "naming_rules.toml"


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
        provinces=entry.texts("provinces"),
        words=entry.texts("words"),
        doubtful=entry.texts("doubtful"),
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
        entry.texts("beyond"),
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
        provinces=entry.texts("provinces"),
    )


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e15


def _terms(entry: Entry) -> GenericTerm:
    entry.only("id", "class", "terms", "basis", "short")
    name_class = entry.get("class", _one_of(tuple(NameClass)))
    terms = entry.texts("terms")
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
        counties=entry.texts("counties"),
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
