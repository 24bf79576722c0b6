"""Raw coordinates, before anything mends them (原始坐标).

Building a polygon closes an open ring without a word; so rings are looked at
as they stand in the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


#: No coordinate of a map is as large, in any unit; larger ones stand for no data.
FARTHEST = 1e12


@dataclass(frozen=True, slots=True)
class RingFault:
    """What is wrong with one ring.

    `reason` is ``ring-not-closed``, ``too-few-points`` or ``not-finite``;
    `opening` the distance between the ends, in CRS units.
    """

    reason: str
    ring: int
    at: tuple[float, float] | None = None
    opening: float = 0.0


def ring_fault(ring: NDArray[np.float64], number: int) -> RingFault | None:
    """Look at one ring of shape (n, 2), as it stands in the file."""
    if len(ring) == 0:
        return RingFault("too-few-points", number)
    finite = (np.abs(ring) < FARTHEST).all(axis=1)
    if not finite.all():
        known = ring[finite]
        return RingFault("not-finite", number, _point(known[0]) if len(known) else None)
    closed = bool((ring[0] == ring[-1]).all())
    if len(np.unique(ring, axis=0)) < 3:
        return RingFault("too-few-points", number, _point(ring[0]))
    if not closed:
        opening = float(np.hypot(*(ring[0] - ring[-1])))
        return RingFault("ring-not-closed", number, _point(ring[-1]), opening)
    return None


def look_at(polygons: Sequence[Sequence[Any]]) -> tuple[list[RingFault], shapely.Geometry | None]:
    """Look at the rings of a polygon or multipolygon as coordinate lists.

    Returns
    -------
    faults : list of RingFault
    geometry : shapely geometry or None
        With open rings taken as closed; None where a ring makes no area.
    """
    faults: list[RingFault] = []
    parts = []
    number = 0
    for polygon in polygons:
        rings = []
        for raw in polygon:
            ring = np.array([point[:2] for point in raw], dtype=float).reshape(-1, 2)
            fault = ring_fault(ring, number)
            number += 1
            if fault is not None:
                faults.append(fault)
                if fault.reason != "ring-not-closed":
                    return faults, None
                ring = np.vstack([ring, ring[:1]])
            rings.append(ring)
        if rings:
            parts.append(shapely.Polygon(rings[0], rings[1:]))
    if not parts:
        return faults, None
    return faults, parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _point(xy: NDArray[np.float64]) -> tuple[float, float]:
    return float(xy[0]), float(xy[1])
