"""In which units places lay on a day, whenever their source spoke (地点的所属政区)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.lonlat import from_lonlat, has_place
from diming.history.carried import carried
from diming.history.standing import chain_at
from diming.model.unit import Level

if TYPE_CHECKING:
    from datetime import date

    from diming.model.place import Place
    from diming.model.version import Version
    from diming.services.descent import Descent


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

    def is_in(self, unit_id: str) -> bool:
        """Tell whether it lay in a unit."""
        return any(v.unit_id == unit_id for v in self.units)


class Whereabouts:
    """Where places lay on any day, by one belief.

    Parameters
    ----------
    descent : Descent
        Remembers the chains of units.
    """

    def __init__(self, descent: Descent) -> None:
        self.descent = descent
        self.memory = descent.memory
        self._carried: dict[tuple[str, date, date], Version | None] = {}
        self._there: dict[tuple[float, float, date], tuple[Version, ...]] = {}

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
        told = () if unit is None else self.descent.chain(unit.unit_id, day)
        there = self._at(point, day) if unit is None or unit.level < Level.COUNTY else ()
        # The smaller says more.
        if there and (not told or there[-1].level > told[-1].level):
            return Lying(there)
        return Lying(told, told=bool(told))

    def _followed(
        self, unit: str, since: date, day: date, point: shapely.Point | None
    ) -> Version | None:
        if point is not None:
            return carried(self.memory, unit, since, day, point)
        key = unit, since, day
        if key not in self._carried:
            self._carried[key] = carried(self.memory, unit, since, day)
        return self._carried[key]

    def _point(self, place: Place) -> shapely.Point | None:
        crs = self.memory.view.crs
        if place.lon is None or place.lat is None or crs is None or not has_place(crs):
            return None
        x, y = from_lonlat(np.array([[place.lon, place.lat]]), crs)[0]
        return shapely.Point(x, y) if np.isfinite([x, y]).all() else None

    def _at(self, point: shapely.Point | None, day: date) -> tuple[Version, ...]:
        if point is None:
            return ()
        key = point.x, point.y, day
        if key not in self._there:
            levels = chain_at(self.memory, point, day)
            found = [at.versions[0] for at in levels if len(at.versions) == 1]
            self._there[key] = self.descent.chain(found[-1].unit_id, day) if found else ()
        return self._there[key]
