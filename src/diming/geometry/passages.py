"""Who got how much of whom (辖地流转): two snapshots of many units, overlaid.

What is on both sides bit by bit is not overlaid at all; in a year of a province that
is nearly everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.area import areas_m2
from diming.geometry.checksum import chain_sums
from diming.geometry.ground import Ground
from diming.geometry.grouping import matches
from diming.geometry.sound import parts_of, regrouped, sound
from diming.geometry.threads import each, runs

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints

#: Differences narrower than this are noise of the vertices.
TOLERANCE_M = 0.001


@dataclass(frozen=True, slots=True)
class Passages:
    """Which polygon after got how much of which before: rows sorted by `before`, then `after`."""

    before: Ints
    after: Ints
    area_m2: Floats


def passages(
    before: NDArray[np.object_],
    after: NDArray[np.object_],
    crs: pyproj.CRS,
    *,
    tolerance_m: float = TOLERANCE_M,
    jobs: int = 1,
) -> Passages:
    """Find which unit got how much of which.

    Polygons that are on both sides bit by bit are paired first, and are not held
    against others that are paired: each side is taken to be a coverage as far as it
    stayed. The others are overlaid with what their boxes meet.

    Parameters
    ----------
    before, after : object arrays
        Invalid polygons stand for the ground they enclose.
    crs : pyproj.CRS
        Of both.
    tolerance_m : float
        Common ground nowhere wider, on average over its length, is left out.
    """
    was, now = sound(before), sound(after)
    ground = _ground_of(crs, was, now)
    i, j = _twins(was, now)
    twin_area = areas_m2(was[i], crs)
    kept_before, kept_after = np.zeros(len(was), dtype=bool), np.zeros(len(now), dtype=bool)
    kept_before[i] = kept_after[j] = True
    left, right, whole = _meeting(was, now, kept_before, kept_after, ground, tolerance_m, jobs)
    area = np.empty(len(left))
    area[whole] = areas_m2(was[left[whole]], crs)
    _, area[~whole] = _overlaid(shapely.intersection, was, now, left[~whole], right[~whole],
                                ground, tolerance_m, jobs)  # fmt: skip
    some = area > 0
    rows, columns = np.concatenate([i, left[some]]), np.concatenate([j, right[some]])
    area = np.concatenate([twin_area, area[some]])
    order = np.lexsort((columns, rows))
    return Passages(rows[order], columns[order], area[order])


def _meeting(
    was: NDArray[np.object_],
    now: NDArray[np.object_],
    kept_before: NDArray[np.bool_],
    kept_after: NDArray[np.bool_],
    ground: Ground,
    tolerance_m: float,
    jobs: int,
) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Return pairs that may have ground in common, and where the first lies in the second whole.

    A polygon is asked for without its margin, half as wide as the tolerance: so neighbours
    that only touch are no pairs, however their vertices differ.
    """
    tree = shapely.STRtree(now)
    left, right = tree.query(was)
    open_ = ~(kept_before[left] & kept_after[right])
    left, right = left[open_], right[open_]
    order = np.argsort(left, kind="stable")
    left, right = left[order], right[order]
    rows, row = np.unique(left, return_inverse=True)

    def some(cut: slice) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        mine = slice(*np.searchsorted(row, (cut.start, cut.stop)))
        core = _core(was[rows[cut]], ground, tolerance_m)
        # Each thread prepares copies of its own: a prepared polygon is for one thread at a time.
        targets, target = np.unique(right[mine], return_inverse=True)
        there = shapely.transform(now[targets], ground.plane)
        shapely.prepare(there)
        asked, other = core[row[mine] - cut.start], there[target]
        meets = shapely.intersects(other, asked)
        covers = np.zeros(len(meets), dtype=bool)
        covers[meets] = shapely.covers(other[meets], asked[meets])
        return meets, covers

    none = [(np.empty(0, dtype=bool), np.empty(0, dtype=bool))]
    weight = shapely.get_num_coordinates(was[rows])
    found = none + list(each(some, runs(weight, jobs), jobs=jobs))
    meets, covers = (np.concatenate(part) for part in zip(*found, strict=True))
    return left[meets], right[meets], covers[meets]


def _core(geometry: NDArray[np.object_], ground: Ground, tolerance_m: float) -> NDArray[np.object_]:
    """Return polygons in the plane without their margin, half as wide as the tolerance."""
    core: NDArray[np.object_] = shapely.buffer(
        shapely.transform(geometry, ground.plane), -tolerance_m / 2,
        join_style="mitre", mitre_limit=2.0,
    )  # fmt: skip
    return core


def _ground_of(crs: pyproj.CRS, *geometry: NDArray[np.object_]) -> Ground:
    bounds = np.nan_to_num(shapely.total_bounds(np.concatenate(geometry)))
    return Ground.under(crs, bounds)


def _twins(before: NDArray[np.object_], after: NDArray[np.object_]) -> tuple[Ints, Ints]:
    """Return pairs of polygons with one boundary, wherever their rings begin."""
    sums = [chain_sums(part) for part in (before, after)]
    filled = [np.flatnonzero(~shapely.is_empty(part)) for part in (before, after)]
    i, j = matches(sums[0][filled[0]], sums[1][filled[1]])
    i, j = filled[0][i], filled[1][j]
    equal = (shapely.bounds(before[i]) == shapely.bounds(after[j])).all(axis=1)
    equal &= shapely.get_num_coordinates(before[i]) == shapely.get_num_coordinates(after[j])
    return i[equal], j[equal]


def _overlaid(
    operation: np.ufunc, one: NDArray[np.object_], other: NDArray[np.object_],
    left: Ints, right: Ints, ground: Ground, tolerance_m: float, jobs: int,
) -> tuple[NDArray[np.object_], Floats]:  # fmt: skip
    """Overlay pairs of polygons: what is left as wide as the tolerance, and its area."""

    def some(cut: slice) -> tuple[NDArray[np.object_], Floats]:
        raw = operation(one[left[cut]], other[right[cut]])
        part, of = parts_of(raw)
        plane = shapely.transform(part, ground.plane)
        # Twice the area over the outline is the mean width of what is narrow.
        broad = 2 * shapely.area(plane) > tolerance_m * shapely.length(plane)
        part, of = part[broad], of[broad]
        area = np.bincount(of, areas_m2(part, ground.crs), len(raw)).astype(np.float64)
        return regrouped(part, of, len(raw)), area

    weight = (shapely.get_num_coordinates(one)[left]
              + shapely.get_num_coordinates(other)[right])  # fmt: skip
    none: list[tuple[NDArray[np.object_], Floats]] = [(np.empty(0, dtype=object), np.empty(0))]
    found = none + list(each(some, runs(weight, jobs), jobs=jobs))
    polygon, area = zip(*found, strict=True)
    return np.concatenate(polygon), np.concatenate(area)
