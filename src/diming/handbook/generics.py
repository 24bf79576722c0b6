"""Generic terms of names, by the class of places they are one for (通名表)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from diming.handbook.entries import Entry, are_texts, is_number, is_text
from diming.handbook.loader import own_handbook, own_tables
from diming.handbook.peoples import PEOPLES

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Generic:
    """A generic term (通名).

    Attributes
    ----------
    term, pinyin : str
        As written, and as spelled: words parted by spaces.
    classes : tuple of str
        First two digits of the classes of places that it is a generic for.
    alone : int
        Characters the specific needs for it to count where nothing is said of the place;
        0 for never.
    modifiers : str
        Characters that join it, where two or more stand before.
    apart : tuple of str
        Longer modifiers, which stand apart before it.
    """

    term: str
    pinyin: str
    classes: tuple[str, ...]
    alone: int = 0
    modifiers: str = ""
    apart: tuple[str, ...] = ()

    def counts(self, specific: int, classes: str | None) -> bool:
        """Tell whether it is the generic of a place of a class, after so many characters."""
        if classes is None:
            return 0 < self.alone <= specific
        return specific > 0 and classes in self.classes


@dataclass(frozen=True)
class Generics:
    """All that the spelling of names has to know of words."""

    generics: Mapping[str, Generic]
    #: Two digits of a class, by what places are in words.
    kinds: Mapping[str, str]
    #: Endings of settlements whose name is one word.
    joined: tuple[str, ...]
    not_ordinal: tuple[str, ...]
    persons: tuple[str, ...]
    peoples: tuple[str, ...]
    peoples_short: tuple[str, ...]

    @cached_property
    def longest(self) -> int:
        """Characters of the longest term."""
        return max(map(len, self.generics))

    def ends_generic(self, text: str) -> bool:
        """Tell whether a text ends with a generic of whatever class."""
        return any(text[-n:] in self.generics for n in range(1, min(len(text), self.longest) + 1))

    def people_at_end(self, specific: str, generic: Generic) -> str:
        """Return the people that a specific ends with; nothing if there is none, or all is one."""
        named = self.peoples if specific.endswith("族") else ()
        if not named and generic.term.startswith("自治"):
            # 内蒙古 is no 内 of the 蒙古.
            return next((p for p in self.peoples_short if specific[2:].endswith(p)), "")
        return next((p for p in named if specific[1:].endswith(p)), "")


def load_generics() -> Generics:
    """Return the packaged terms, with those of a handbook of one's own in their place.

    Raises
    ------
    UsageError
        If the handbook that ``DIMING_HANDBOOK`` names cannot be read, or an entry of
        its ``[[generic]]`` is not understood.
    """
    own = own_handbook()
    packaged = _packaged()
    if own is None:
        return packaged
    path, values = own
    added = [_generic(entry, path) for entry in own_tables(values, "generic", path)]
    known = {**packaged.generics, **{g.term: g for g in added}}
    return replace(packaged, generics=known)


@lru_cache(maxsize=1)
def _packaged() -> Generics:
    text = files(__package__).joinpath("generics.toml").read_text(encoding="utf-8")
    values = tomllib.loads(text)
    read = [_generic(entry, "generics.toml") for entry in values["generic"]]
    return Generics(
        generics={g.term: g for g in read},
        kinds=values["kinds"],
        peoples=tuple(f"{people}族" for people in PEOPLES),
        **{key: tuple(values[key]) for key in _LISTS},
    )


_LISTS = ("joined", "not_ordinal", "persons", "peoples_short")


def _generic(values: Mapping[str, Any], path: str) -> Generic:
    entry = Entry(values, f"generic {values.get('term', '?')}", path)
    entry.only(*Generic.__slots__)
    return Generic(
        term=entry.get("term", is_text),
        pinyin=entry.get("pinyin", lambda v: isinstance(v, str) and v == v.strip() != ""),
        classes=tuple(entry.get("classes", are_texts)),
        alone=entry.get("alone", is_number, 0),
        modifiers=entry.text("modifiers", ""),
        apart=entry.texts("apart"),
    )
