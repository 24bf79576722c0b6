"""Two coverages laid over each other: whose ground was whose (叠置)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.area import areas_m2
from diming.geometry.checksum import chain_sums
from diming.geometry.measure import sizes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints
    from diming.geometry.ground import Ground
    from diming.history.infer_noise import Geometries

#: Outside of a snapshot.
OUTSIDE = -1
#: How far stretched degrees and metres may differ within what is compared.
_MARGIN = 1.2
#: What computing leaves of an area, as a share of it.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Overlay:
    """Connected pieces of ground, each with its unit before and after.

    Attributes
    ----------
    old, new : int64 arrays
        Positions in the snapshots; `OUTSIDE` where there is none.
    geometry : object array of Polygon
        In the CRS of the snapshots.
    area_m2 : float64 array
    whole_part : bool array
        Pieces that are all of one part of a unit of several parts: an exclave.
    old_area_m2, new_area_m2 : float64 arrays
        Of each unit.
    same : bool array
        Old units whose outline is that of a later one to the bit.
    same_as : int64 array
        Which one; `OUTSIDE` where none is.
    """

    old: Ints
    new: Ints
    geometry: Geometries
    area_m2: Floats
    whole_part: NDArray[np.bool_]
    old_area_m2: Floats
    new_area_m2: Floats
    same_as: Ints

    @property
    def shape(self) -> tuple[int, int]:
        """How many units there are before and after."""
        return len(self.old_area_m2), len(self.new_area_m2)

    def widest(self, pieces: Ints, ground: Ground) -> Floats:
        """Return what the width in metres of some pieces cannot exceed; known at once."""
        shape = self.geometry[pieces]
        box = shapely.bounds(shape)
        side = ((box[:, 2:] - box[:, :2]) * ground.stretch).min(axis=1)
        round_one = 2 * np.sqrt(self.area_m2[pieces] / np.pi)
        found: Floats = np.minimum(side, round_one) * _MARGIN
        return found

    def widths(self, pieces: Ints, ground: Ground) -> Floats:
        """Return the width in metres of some pieces."""
        plane = shapely.transform(self.geometry[pieces], ground.plane)
        found: Floats = sizes(plane, ground).width_m
        return found

    def pairs(self) -> tuple[Ints, Ints, Floats]:
        """Return (old, new, area in m²) of all units that have ground in common."""
        both = (self.old >= 0) & (self.new >= 0)
        key = self.old[both] * self.shape[1] + self.new[both]
        keys, of = np.unique(key, return_inverse=True)
        area = np.bincount(of, weights=self.area_m2[both], minlength=len(keys))
        width = max(self.shape[1], 1)
        return keys // width, keys % width, area.astype(np.float64)


def overlay(old: Geometries, new: Geometries, ground: Ground) -> Overlay:
    """Lay two coverages over each other.

    Units with the same outline to the bit are one piece, and are looked at no
    further.
    """
    same_as = _same(old, new)
    rest = np.flatnonzero(same_as < 0)
    still = np.ones(len(new), dtype=bool)
    still[same_as[same_as >= 0]] = False
    fresh = np.flatnonzero(still)
    one, other = shapely.STRtree(new[fresh]).query(old[rest], predicate="intersects")
    row, column = rest[one], fresh[other]
    met = shapely.intersection(old[row], new[column])
    shape, of = _polygons(met)
    shared = shapely.area(met)
    gone, left = _beyond(old, new, rest, row, column, shared)
    come, right = _beyond(new, old, fresh, column, row, shared)
    kept = np.flatnonzero(same_as >= 0)
    before = np.concatenate([kept, row[of], left, np.full(len(right), OUTSIDE)])
    after = np.concatenate([same_as[kept], column[of], np.full(len(left), OUTSIDE), right])
    geometry = np.concatenate([old[kept], shape, gone, come])
    area = areas_m2(geometry, ground.crs)
    whole = _whole_parts(geometry, before, old) | _whole_parts(geometry, after, new)
    return Overlay(
        before, after, geometry, area, whole,
        areas_m2(old, ground.crs), areas_m2(new, ground.crs), same_as,
    )  # fmt: skip


def _same(old: Geometries, new: Geometries) -> Ints:
    """Return for each old shape the new one with the same outline, `OUTSIDE` if none has."""
    result = np.full(len(old), OUTSIDE, dtype=np.int64)
    sums, others = chain_sums(old), chain_sums(new)
    _, here, there = np.intersect1d(sums, others, return_indices=True)
    if len(here):
        equal = (shapely.bounds(old[here]) == shapely.bounds(new[there])).all(axis=1)
        result[here[equal]] = there[equal]
    return result


def _polygons(geometry: Geometries) -> tuple[Geometries, Ints]:
    """Take apart what GEOS made of pieces; lines and points, where units touch, go."""
    parts, of = shapely.get_parts(geometry, return_index=True)
    inner, within = shapely.get_parts(parts, return_index=True)
    areal = (shapely.get_type_id(inner) == shapely.GeometryType.POLYGON) & (shapely.area(inner) > 0)
    return inner[areal], of[within[areal]]


def _beyond(
    units: Geometries, others: Geometries, which: Ints, row: Ints, column: Ints, shared: Floats
) -> tuple[Geometries, Ints]:
    """Return the pieces of some units that no other covers, and whose they are."""
    covered = np.bincount(row, weights=shared, minlength=len(units))
    area = shapely.area(units)
    short = which[covered[which] < area[which] * (1 - _ROUNDING)]
    order = np.argsort(row, kind="stable")
    cuts = np.searchsorted(row[order], np.stack([short, short + 1]))
    left = np.empty(len(short), dtype=object)
    for k, unit in enumerate(short):
        met = column[order[cuts[0, k] : cuts[1, k]]]
        left[k] = shapely.difference(units[unit], shapely.union_all(others[met]))
    shape, of = _polygons(left)
    return shape, short[of]


def _whole_parts(geometry: Geometries, unit: Ints, units: Geometries) -> NDArray[np.bool_]:
    """Tell the pieces that are all of one part of a unit of several parts."""
    result = np.zeros(len(geometry), dtype=bool)
    parts, of = shapely.get_parts(units, return_index=True)
    several = np.bincount(of, minlength=len(units))[of] > 1
    parts, of = parts[several], of[several]
    if len(parts) == 0:
        return result
    tree = shapely.STRtree(parts)
    piece, part = tree.query(shapely.point_on_surface(geometry), predicate="within")
    mine = unit[piece] == of[part]
    piece, part = piece[mine], part[mine]
    result[piece] = shapely.area(geometry[piece]) >= 0.9 * shapely.area(parts[part])
    return result
