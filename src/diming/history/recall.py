"""What a view tells of units and acts, remembered while a story is told (编年)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from diming.geometry.area import areas_m2
from diming.geometry.lonlat import crs_of
from diming.history.links import links_of
from diming.model.span import day_before

if TYPE_CHECKING:
    from datetime import date

    from diming.history.view import View
    from diming.model.answers import Link
    from diming.model.changeset import Applied
    from diming.model.version import Version


class Recall:
    """A view that is asked nothing twice."""

    def __init__(self, view: View):
        self.view = view
        self._acts: dict[str, list[Applied]] = {}
        self._versions: dict[str, list[Version]] = {}
        self._links: dict[str, tuple[Link, ...]] = {}
        self._places: dict[str, dict[str, int]] = {}
        self._shapes: dict[str, Any] = {}

    def acts(self, unit_id: str) -> list[Applied]:
        """Return the acts that concern a unit, by date."""
        if unit_id not in self._acts:
            self._acts[unit_id] = list(self.view.acts(unit_id))
            self._places[unit_id] = {a.event.id: n for n, a in enumerate(self._acts[unit_id])}
        return self._acts[unit_id]

    def place(self, unit_id: str, act: Applied) -> int:
        """Return where an act stands among those of a unit; -1 if nowhere."""
        acts = self.acts(unit_id)
        found = self._places[unit_id].get(act.event.id)
        if found is not None:
            return found
        return sum(a.event.date.day <= act.event.date.day for a in acts) - 1

    def versions(self, unit_id: str) -> list[Version]:
        """Return all versions of a unit, in order."""
        if unit_id not in self._versions:
            found = self.view.of_unit(unit_id)
            self._versions[unit_id] = sorted(found, key=lambda v: v.span.begin.day)
        return self._versions[unit_id]

    def on(self, unit_id: str, day: date) -> Version | None:
        """Return a unit as it stood on a day; None if it did not."""
        return next((v for v in self.versions(unit_id) if v.holds(day)), None)

    def above(self, version: Version, day: date) -> list[Version]:
        """Return the superiors of a version on a day, the nearest first.

        Up to the first of whom nothing is known that day, or who is below himself.
        """
        result: list[Version] = []
        seen = {version.unit_id}
        parent = version.parent_id
        while parent is not None and parent not in seen:
            seen.add(parent)
            held = self.on(parent, day)
            if held is None:
                break
            result.append(held)
            parent = held.parent_id
        return result

    def links(self, act: Applied) -> tuple[Link, ...]:
        """Return the ground that an act passed on."""
        if act.event.id not in self._links:
            self._links[act.event.id] = links_of(act)
        return self._links[act.event.id]

    def began_by(self, unit_id: str, event_id: str) -> bool:
        """Tell whether an act made a unit."""
        versions = self.versions(unit_id)
        return bool(versions) and versions[0].began_by == event_id

    def ended_by(self, unit_id: str, event_id: str) -> bool:
        """Tell whether an act ended a unit."""
        versions = self.versions(unit_id)
        return bool(versions) and not versions[-1].span.is_open and (
            versions[-1].ended_by == event_id
        )  # fmt: skip

    def beside(self, unit_id: str, act: Applied, way: int) -> Version | None:
        """Return a unit as it stood just before (`way` -1) or just after (+1) an act."""
        versions = self.versions(unit_id)
        event = act.event
        for v in versions:
            if (v.began_by if way > 0 else v.ended_by) == event.id:
                return v
        day = event.date.day if way > 0 else day_before(event.date.day)
        return next((v for v in versions if v.holds(day)), None)

    def near_act(self, unit_id: str, act: Applied) -> Version | None:
        """Return a unit's version about the time of an act, whichever there is."""
        versions = self.versions(unit_id)
        return (
            self.beside(unit_id, act, +1)
            or self.beside(unit_id, act, -1)
            or (versions[-1] if versions else None)
        )

    def shape(self, version: Version) -> Any:
        """Return the shape of a version; None where it is not known."""
        key = version.territory
        if key is None:
            return None
        if key not in self._shapes:
            self._shapes[key] = self.view.shapes([key]).get(key)
        return self._shapes[key]

    def area_m2(self, version: Version) -> float | None:
        """Return the area of a version; None where it is not known."""
        shape = self.shape(version)
        return None if shape is None else self.measure(shape)

    def measure(self, shape: Any) -> float:
        """Return the area of a shape of this view, in square metres."""
        return float(areas_m2(np.array([shape], dtype=object), crs_of(self.view.crs))[0])
