"""What a revision changes in the gazetteer (地名变更集)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diming.model.entry import Entry
    from diming.model.place import Name, Place


@dataclass(frozen=True, slots=True)
class NameChange:
    """Rows that a revision adds to the gazetteer, and those it supersedes.

    Attributes
    ----------
    places, names, entries : tuple
        New rows; their `row` is None and they have ids.
    old_places, old_names, old_entries : tuple of int
        Rows no longer believed. They stay.
    """

    places: tuple[Place, ...] = ()
    names: tuple[Name, ...] = ()
    entries: tuple[Entry, ...] = ()
    old_places: tuple[int, ...] = ()
    old_names: tuple[int, ...] = ()
    old_entries: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(
            self.places or self.names or self.entries
            or self.old_places or self.old_names or self.old_entries
        )  # fmt: skip
