"""The names around a proposal, by how they are written and how they sound (周边地名).

Made once for each scope and asked for each proposal, so that many proposals cost
little more than one.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from diming.rules.naming_spelling import Hearing, parts_of
from diming.script.fold import fold
from diming.script.reading import syllables, syllables_many

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from diming.handbook.naming import NamingRules
    from diming.model.naming import Bearer, NameClass

#: In which ways two names are alike, the closest first.
WAYS = ("exact", "specific", "homophone", "homophone-specific", "near")


class Around:
    """Names that are borne, or were, within one scope.

    Parameters
    ----------
    bearers : iterable of Bearer
        One for each name of each unit or place.
    rules : NamingRules
        For generic terms and sounds.
    """

    def __init__(self, bearers: Iterable[Bearer], rules: NamingRules) -> None:
        self.bearers = tuple(bearers)
        self._short = rules.short
        self._terms = rules.terms_of
        self._hearing = Hearing(rules.alike)

    def __len__(self) -> int:
        return len(self.bearers)

    def count(self, classes: Iterable[NameClass]) -> int:
        """Return how many names of some classes there are."""
        wanted = frozenset(classes)
        return sum(b.name_class in wanted for b in self.bearers)

    def alike(self, text: str, classes: Sequence[NameClass]) -> list[tuple[str, Bearer]]:
        """Return those who bear a like name, each with the closest way it is alike.

        Parameters
        ----------
        text : str
            The proposed name.
        classes : sequence of NameClass
            Whose names count; the first is that of the proposal.
        """
        text = self._short(text)
        specific = self._specific(text, classes[0])
        sound, part = syllables(text), syllables(specific)
        # One syllable is shared by too many.
        telling = " " in part
        asked: list[tuple[str, Mapping[str, list[Bearer]], str]] = [
            ("exact", self._by_text, fold(text)),
            ("specific", self._by_specific, fold(specific)),
            ("homophone", self._by_sound, sound),
            ("homophone-specific", self._by_part, part if telling else ""),
            ("near", self._by_local, self._hearing.local(sound) if telling else ""),
            ("near", self._by_local_part, self._hearing.local(part) if telling else ""),
        ]
        found: dict[tuple[str, str], tuple[str, Bearer]] = {}
        for way, index, key in asked:
            for bearer in index.get(key, ()) if key else ():
                if bearer.name_class in classes:
                    found.setdefault((bearer.id, bearer.text), (way, bearer))
        return list(found.values())

    def _specific(self, text: str, name_class: NameClass) -> str:
        """Return the specific part of a name, its ending shortened."""
        return parts_of(self._short(text), self._terms(name_class)).specific

    @cached_property
    def _parts(self) -> list[tuple[str, str]]:
        """Each name with its ending shortened, and its specific part."""
        return [(self._short(b.text), self._specific(b.text, b.name_class)) for b in self.bearers]

    @cached_property
    def _sounds(self) -> tuple[list[str], list[str]]:
        """How each name sounds, and how its specific part does."""
        names, parts = zip(*self._parts, strict=True) if self._parts else ((), ())
        return syllables_many(names), syllables_many(parts)

    def _indexed(self, keys: Iterable[str]) -> dict[str, list[Bearer]]:
        index: dict[str, list[Bearer]] = defaultdict(list)
        for key, bearer in zip(keys, self.bearers, strict=True):
            index[key].append(bearer)
        return dict(index)

    @cached_property
    def _by_text(self) -> dict[str, list[Bearer]]:
        return self._indexed(fold(name) for name, _ in self._parts)

    @cached_property
    def _by_specific(self) -> dict[str, list[Bearer]]:
        return self._indexed(fold(part) for _, part in self._parts)

    @cached_property
    def _by_sound(self) -> dict[str, list[Bearer]]:
        return self._indexed(self._sounds[0])

    @cached_property
    def _by_part(self) -> dict[str, list[Bearer]]:
        return self._indexed(self._sounds[1])

    @cached_property
    def _by_local(self) -> dict[str, list[Bearer]]:
        return self._indexed(map(self._hearing.local, self._sounds[0]))

    @cached_property
    def _by_local_part(self) -> dict[str, list[Bearer]]:
        return self._indexed(map(self._hearing.local, self._sounds[1]))
