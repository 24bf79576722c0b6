"""What a store answers of places and names (地名库接口).

`diming.store.protocol.Store.gazetteer` gives one; `Writer.append_names` writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from diming.model.entry import Entry, Matter
    from diming.model.namechange import NameChange
    from diming.model.place import Name, Place
    from diming.model.version import Version


@dataclass(frozen=True, slots=True)
class Term:
    """One spelling that occurs among names of places and units, each kept once.

    Attributes
    ----------
    number : int
    text : str
        Folded, see `diming.script.fold`.
    syllables : str
        Its usual reading without tones, with a space between: ``ci qi kou``; nothing for
        what is not written in Chinese characters.
    uses : int
        How many rows are, or once were, written so, about: of names alike what is
        asked for, the common ones come first.
    """

    number: int
    text: str
    syllables: str
    uses: int = 1


class Gazetteer(Protocol):
    """One belief about places and names, that of one revision.

    Every answer is fetched by an index, so that it costs what it returns.
    """

    def place(self, place_id: str) -> Place | None:
        """Return a place."""

    def places(self, place_ids: Iterable[str]) -> Mapping[str, Place]:
        """Return many places by id; those not believed are left out."""

    def every(self, most: int = 10_000) -> Iterator[list[tuple[Place, tuple[Name, ...]]]]:
        """Yield all places with their names, in order of id, so many at a time."""

    def from_source(self, source: str, ids: Iterable[str]) -> Mapping[str, Place]:
        """Return places by what their source calls them."""

    def coded(self, codes: Iterable[str]) -> Mapping[str, Place]:
        """Return places by the code that was issued to them (地名代码)."""

    def below(self, unit_ids: Iterable[str]) -> list[Place]:
        """Return the places that were told to lie in any of these units (`Place.within_id`)."""

    def in_box(self, bounds: tuple[float, float, float, float]) -> list[Place]:
        """Return the places with a position in a box of degrees: west, south, east, north."""

    def names_of(self, place_ids: Iterable[str]) -> Mapping[str, list[Name]]:
        """Return the names told of places or units, by place id; by kind and begin."""

    def terms(self, keys: Sequence[int], most: int = 2_000) -> list[Term]:
        """Return the terms found by any of these keys (`diming.script.keys`), at most so many.

        Those with the most of the keys come first, then by number: common keys have
        long lists, and what shares one key only may be left out. There may be some
        600 keys.
        """

    @property
    def has_terms(self) -> bool:
        """Whether names can be looked up: older layouts hold no terms until they are written to."""

    def terms_written(self, texts: Iterable[str]) -> list[Term]:
        """Return the terms that are these very texts, folded; by number."""

    def terms_beginning(self, text: str, most: int) -> list[Term]:
        """Return terms whose text begins so, the shortest first, at most so many."""

    def terms_sounding(self, syllables: str, most: int) -> list[Term]:
        """Return terms whose reading begins so (``ci qi``), the shortest first, at most so many."""

    def uses(self, terms: Sequence[int]) -> Mapping[int, list[Name | Version]]:
        """Return, by term, the names and the versions of units that are written so."""

    def entries(
        self, matter: Matter | None = None, *, matter_id: str | None = None,
        place_id: str | None = None,
    ) -> list[Entry]:  # fmt: skip
        """Return entries, by matter id and step."""

    def changed(self, number: int, *, came: bool) -> NameChange:
        """Return the rows of this belief that came with a revision, or went with one.

        As `NameChange.places`, ``names`` and ``entries``, with their `row`.
        """

    def counts(self) -> Mapping[str, int]:
        """Return how many ``places``, ``names``, ``terms``, ``entries`` there are."""
