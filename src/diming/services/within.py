"""The unit that a place lies in, by name and day, and the chain above it (所属政区)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.history.recall import Recall
from diming.history.reference import meant

if TYPE_CHECKING:
    from datetime import date

    from diming.history.view import View


def unit_within(view: View, text: str, day: date) -> str | None:
    """Return the id of the one unit that a text means on a day; None for none or several."""
    found = meant(view, text, day)
    return found[0].unit_id if len(found) == 1 else None


def path_of(view: View, unit_id: str, day: date) -> tuple[str, ...]:
    """Return the names of a unit and its superiors on a day, the largest first."""
    memory = Recall(view)
    held = memory.on(unit_id, day)
    chain = [] if held is None else [*reversed(memory.above(held, day)), held]
    return tuple(v.name or v.unit_id for v in chain)
