"""Signs as their patrols leave them (地名标志现状)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from diming.model.entry import Matter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from diming.handbook.registers import Registers
    from diming.model.entry import Entry
    from diming.store.gazetteer_protocol import Gazetteer


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign as it stands (地名标志).

    Attributes
    ----------
    matter_id : str
    place_id : str or None
    said : mapping
        Text, romanisation, kind, position and what else was said; the last counts.
    state : str
        As it was found last.
    seen_on : datetime.date
    entries : tuple of Entry
    """

    matter_id: str
    place_id: str | None
    said: Mapping[str, Any]
    state: str
    seen_on: date
    entries: tuple[Entry, ...]

    def state_on(self, day: date) -> str | None:
        """Return how it was found last by a day; None before it was there."""
        seen = [e.state for e in self.entries if e.day <= day]
        return seen[-1] if seen else None


def sign(entries: Iterable[Entry]) -> Sign:
    """Return a sign as its steps leave it."""
    taken = tuple(sorted(entries, key=lambda e: (e.day, e.step)))
    said: dict[str, Any] = {}
    for entry in taken:
        said |= {k: v for k, v in entry.said.items() if v not in ("", None)}
    place = next((e.place_id for e in reversed(taken) if e.place_id), None)
    return Sign(taken[0].matter_id, place, said, taken[-1].state, taken[-1].day, taken)


def signs(gazetteer: Gazetteer, place_id: str | None = None) -> list[Sign]:
    """Return all signs, or those of a place, by id."""
    by_id: dict[str, list[Entry]] = defaultdict(list)
    for entry in gazetteer.entries(Matter.SIGN, place_id=place_id):
        by_id[entry.matter_id].append(entry)
    return [sign(entries) for _, entries in sorted(by_id.items())]


def signs_standing(gazetteer: Gazetteer, words: Registers, place_id: str) -> list[str]:
    """Return ids of the signs that stand at a place."""
    states = words.sign_states
    return [
        s.matter_id for s in signs(gazetteer, place_id)
        if s.state in states and states[s.state].stands
    ]  # fmt: skip
