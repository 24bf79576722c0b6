"""The unit that a place lies in, by name and day, and the chain above it (所属政区)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.history.reference import meant

if TYPE_CHECKING:
    from datetime import date

    from diming.history.view import View
    from diming.model.version import Version

#: More levels than any unit has above it.
_MOST = 10


def unit_within(view: View, text: str, day: date) -> str | None:
    """Return the id of the one unit that a text means on a day; None for none or several."""
    found = meant(view, text, day)
    return found[0].unit_id if len(found) == 1 else None


def chain_of(view: View, unit_id: str, day: date) -> list[Version]:
    """Return a unit and its superiors on a day, the smallest first."""
    chain: list[Version] = []
    at: str | None = unit_id
    while at is not None and len(chain) < _MOST:
        version = next((v for v in view.of_unit(at) if v.holds(day)), None)
        if version is None:
            break
        chain.append(version)
        at = version.parent_id
    return chain


def path_of(view: View, unit_id: str, day: date) -> tuple[str, ...]:
    """Return the names of a unit and its superiors on a day, the largest first."""
    return tuple(v.name or v.unit_id for v in reversed(chain_of(view, unit_id, day)))
