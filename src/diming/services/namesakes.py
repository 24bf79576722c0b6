"""Places of one spelling, told apart many at a time (同名地点)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints
    from diming.model.place import Place

    Bools = NDArray[np.bool_]

#: Metres of the Earth's mean radius: distances are those on a sphere.
RADIUS_M = 6_371_008.8


class Namesakes:
    """Known places that share a spelling; some spellings are shared by tens of thousands.

    Parameters
    ----------
    places : sequence of Place
    """

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = places
        self._numbers: dict[str | None, int] = {None: 0, "": 0}
        self._lon = np.array([np.nan if p.lon is None else p.lon for p in places])
        self._lat = np.array([np.nan if p.lat is None else p.lat for p in places])
        self._placed = ~(np.isnan(self._lon) | np.isnan(self._lat))
        self._within = self._numbered([p.within_id for p in places])
        self._group = self._numbered([p.class_code[:2] for p in places])
        self._source = self._numbered([p.source and f"source {p.source}" for p in places])
        self._source_id = self._numbered([p.source_id and f"id {p.source_id}" for p in places])

    def like(self, place: Place, within_id: str | None, same_place_m: float) -> list[Place]:
        """Return those that a place may be.

        One source's two ids are two places; classes of different groups (the first two digits)
        are different places; so are positions too far apart, or, where one has none, places of
        different units.
        """
        fits = self._near(place, within_id, same_place_m)
        if group := place.class_code[:2]:
            fits &= (self._group == 0) | (self._group == self._number(group))
        if place.source_id:
            source = self._number(place.source and f"source {place.source}")
            own = self._number(f"id {place.source_id}")
            fits &= (self._source != source) | (self._source_id == 0) | (self._source_id == own)
        return [self.places[i] for i in np.flatnonzero(fits).tolist()]

    def _near(self, place: Place, within_id: str | None, same_place_m: float) -> Bools:
        if within_id is None:
            inside = np.zeros(len(self.places), dtype=np.bool_)
        else:
            inside = np.equal(self._within, self._number(within_id))
        if place.lon is None or place.lat is None:
            return inside
        near: Bools = inside & ~self._placed
        with np.errstate(invalid="ignore"):
            level = abs(self._lat - place.lat) <= np.degrees(same_place_m / RADIUS_M) + 1e-9
        at = np.flatnonzero(level & self._placed)
        apart_m = distances_m(place.lon, place.lat, self._lon[at], self._lat[at])
        near[at[apart_m <= same_place_m]] = True
        return near

    def _numbered(self, texts: Sequence[str | None]) -> Ints:
        return np.array([self._numbers.setdefault(t, len(self._numbers)) for t in texts], dtype=int)

    def _number(self, text: str | None) -> int:
        """Return the number of a text; one that none of them has, has -1."""
        return self._numbers.get(text, -1)


def distances_m(lon: float, lat: float, lons: Floats, lats: Floats) -> Floats:
    """Return how far positions lie from one, on a sphere."""
    here, there = np.radians(lat), np.radians(lats)
    half = (
        np.sin((there - here) / 2) ** 2
        + np.cos(here) * np.cos(there) * np.sin(np.radians(lons - lon) / 2) ** 2
    )
    found: Floats = 2 * RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    return found
