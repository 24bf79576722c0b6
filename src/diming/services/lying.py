"""In which units places lay on a day, whenever their source spoke (地点的所属政区)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.geometry.lonlat import from_lonlat
from diming.history.carried import carried, on
from diming.history.recall import Recall
from diming.history.standing import chain_at
from diming.model.unit import Level

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from diming.history.view import View
    from diming.model.place import Place
    from diming.model.version import Version


@dataclass(frozen=True, slots=True)
class Lying:
    """Where a place lay on a day.

    Attributes
    ----------
    units : tuple of Version
        The largest first; none where nothing is known.
    told : bool
        Whether its source says so; otherwise its position does.
    """

    units: tuple[Version, ...] = ()
    told: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the units, the largest first."""
        return tuple(v.name or v.any_code for v in self.units)

    def is_in(self, unit_id: str) -> bool:
        """Tell whether it lay in a unit."""
        return any(v.unit_id == unit_id for v in self.units)


class Whereabouts:
    """Where places and units lay, of one belief; remembers what it was asked.

    Parameters
    ----------
    view : View
    """

    def __init__(self, view: View) -> None:
        self.view = view
        self.memory = Recall(view)
        self._chains: dict[tuple[str, date], tuple[Version, ...]] = {}
        self._carried: dict[tuple[str, date, date], Version | None] = {}

    def of_unit(self, unit_id: str, day: date) -> tuple[Version, ...]:
        """Return a unit and all above it as they stood on a day, the largest first."""
        key = unit_id, day
        if key not in self._chains:
            chain: list[Version] = []
            held = on(self.memory, unit_id, day)
            while held is not None and len(chain) <= len(Level):
                chain.append(held)
                held = None if held.parent_id is None else on(self.memory, held.parent_id, day)
            self._chains[key] = tuple(chain[::-1])
        return self._chains[key]

    def of_place(self, place: Place, day: date) -> Lying:
        """Return where a place lay on a day.

        What its source says of the day it speaks of is followed from act to act; where
        that leads no farther than its position does, the position counts.
        """
        point = self._point(place)
        if place.within_id is None:
            return Lying(self._at(point, day))
        since = place.within_on or day
        unit = self._followed(place.within_id, since, day, point)
        told = () if unit is None else self.of_unit(unit.unit_id, day)
        by_position = self._at(point, day) if unit is None or unit.level < Level.COUNTY else ()
        if len(by_position) > len(told):
            return Lying(by_position)
        return Lying(told, told=bool(told))

    def _followed(self, unit: str, since: date, day: date, point: Any) -> Version | None:
        if point is not None:
            return carried(self.memory, unit, since, day, point)
        key = unit, since, day
        if key not in self._carried:
            self._carried[key] = carried(self.memory, unit, since, day)
        return self._carried[key]

    def _point(self, place: Place) -> Any:
        if place.lon is None or place.lat is None or self.view.crs is None:
            return None
        x, y = from_lonlat(np.array([[place.lon, place.lat]]), self.view.crs)[0]
        return shapely.Point(x, y) if np.isfinite([x, y]).all() else None

    def _at(self, point: Any, day: date) -> tuple[Version, ...]:
        if point is None:
            return ()
        levels = chain_at(self.memory, point, day)
        found = [v for at in levels for v in at.versions[:1] if v is not None]
        return self.of_unit(found[-1].unit_id, day) if found else ()


def below(view: View, unit_id: str, day: date) -> set[str]:
    """Return the ids of a unit and of all below it on a day."""
    found, waiting = {unit_id}, [unit_id]
    while waiting:
        for version in view.children(waiting.pop()):
            if version.holds(day) and version.unit_id not in found:
                found.add(version.unit_id)
                waiting.append(version.unit_id)
    return found


def chains_said(chains: Iterable[tuple[Version, ...]]) -> list[str]:
    """Return chains as addresses: 重庆市渝北区大湾镇."""
    return ["".join(v.name or v.any_code for v in chain) for chain in chains]
