"""How wide, how long, how large: measures of narrow faces (宽度, 长度, 面积).

The width is the diameter of the largest circle that fits in. A search for that
circle by ever smaller squares takes a second for a sliver that is ten thousand
times longer than wide. Here faces are eroded instead: by the area over the
outline, which is never more than the largest radius, again and again. What is
narrow vanishes at once, and what is left shrinks towards the centre.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.threads import each, runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints
    from diming.geometry.ground import Ground

#: Erosion of a face stops when this much more, as a share of the radius found, leaves nothing.
NARROW = 0.002
#: Part of the safe radius that is eroded at once; the rest keeps the core of a strip alive.
SHARE, LEAST_SHARE = 0.97, 0.1
#: Rounds of erosion; most faces need three.
ROUNDS = 60
#: Segments in a quarter of a circle, where a corner is eroded.
QUARTER = 8


@dataclass(frozen=True, slots=True)
class Sizes:
    """Measures of faces, arrays of one length; `widest` is a place of the plane in each."""

    area_m2: Floats
    width_m: Floats
    length_m: Floats
    widest: Floats

    def take(self, index: NDArray[np.bool_] | Ints) -> Sizes:
        """Return the measures of some of the faces."""
        return Sizes(
            self.area_m2[index], self.width_m[index], self.length_m[index], self.widest[index]
        )


def sizes(polygon: NDArray[np.object_], ground: Ground, *, jobs: int = 1) -> Sizes:
    """Measure polygons of the plane on the ground.

    The length of a face is half its outline less its width: the long side of
    a rectangle, the way along a sliver.
    """
    if len(polygon) == 0:
        area = np.empty(0)
        return Sizes(area, area, area, np.empty((0, 2)))
    tangent = ground.tangent(polygon)
    local = tangent.geometry()
    width, centre = widths(local, jobs=jobs)
    outline = shapely.length(shapely.get_exterior_ring(local))
    return Sizes(
        shapely.area(local), width, np.maximum(outline / 2 - width, width), tangent.back(centre)
    )


def widths(polygon: NDArray[np.object_], *, jobs: int = 1) -> tuple[Floats, Floats]:
    """Find the largest circle that fits into each polygon.

    Parameters
    ----------
    polygon : object array of shape (n,)
        In metres.
    jobs : int
        Threads. The result does not depend on it.

    Returns
    -------
    diameter : float64 array of shape (n,)
        Exact for triangles and convex quadrilaterals; else from below, within
        one per cent.
    centre : float64 array of shape (n, 2)
    """
    diameter = np.zeros(len(polygon))
    centre = _any_point(polygon)
    area = shapely.area(polygon)
    count = shapely.get_num_coordinates(polygon)
    simple = _simple(polygon) & (area > 0)
    exact = np.flatnonzero(simple)
    if len(exact):
        # These have a formula; a GEOS that does not know it yet searches.
        fine = NARROW * area[exact] / shapely.length(polygon[exact])
        radius = shapely.maximum_inscribed_circle(polygon[exact], tolerance=np.maximum(fine, 1e-9))
        diameter[exact] = 2 * shapely.length(radius)
        centre[exact] = shapely.get_coordinates(shapely.get_point(radius, 0))
    other = np.flatnonzero((area > 0) & ~simple)
    cuts = runs(count[other], jobs)
    found = each(lambda cut: _eroded(polygon[other[cut]]), cuts, jobs=jobs)
    for cut, (wide, middle) in zip(cuts, found, strict=True):
        diameter[other[cut]], centre[other[cut]] = wide, middle
    return diameter, centre


def _simple(polygon: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Find triangles and convex quadrilaterals, whose largest circle has a formula."""
    count = shapely.get_num_coordinates(polygon)
    simple: NDArray[np.bool_] = count == 4
    four = np.flatnonzero(count == 5)
    if len(four):
        xy = shapely.get_coordinates(polygon[four]).reshape(-1, 5, 2)
        side = np.diff(xy, axis=1)
        after = np.roll(side, -1, axis=1)
        turn = side[..., 0] * after[..., 1] - side[..., 1] * after[..., 0]
        # Three corners on one line, but for rounding, are left to the search.
        turn /= np.maximum(np.linalg.norm(side, axis=2) * np.linalg.norm(after, axis=2), 1e-300)
        simple[four] = (turn > 1e-13).all(axis=1) | (turn < -1e-13).all(axis=1)
    return simple


def _any_point(polygon: NDArray[np.object_]) -> Floats:
    result: Floats = shapely.get_coordinates(shapely.point_on_surface(polygon))
    return result if len(result) == len(polygon) else np.zeros((len(polygon), 2))


def _eroded(polygon: NDArray[np.object_]) -> tuple[Floats, Floats]:
    """Find the largest circles by eroding: diameter and centre.

    No circle of radius area / outline is too large for a polygon (the outline
    of what is left after eroding is nowhere longer than that before), and the
    largest circle of a polygon is that of its widest eroded piece, larger by
    what was eroded.
    """
    pieces, face = polygon, np.arange(len(polygon))
    eroded, share = np.zeros(len(polygon)), np.full(len(polygon), SHARE)
    done = np.zeros(len(polygon), dtype=bool)
    cores: list[tuple[NDArray[np.object_], Ints]] = []
    for _ in range(ROUNDS):
        safe = np.zeros(len(polygon))
        np.maximum.at(safe, face, shapely.area(pieces) / shapely.length(pieces))
        # A long narrow tail makes the safe step small; a bold one leaves the tail behind.
        careful, bold = share * safe, NARROW * (eroded + safe)
        goes_on = ~done & (safe > 0) & (share >= LEAST_SHARE)
        moving = goes_on[face]
        cores.append((pieces[~moving], face[~moving]))
        pieces, face = pieces[moving], face[moving]
        if len(pieces) == 0:
            break
        step = np.maximum(careful, bold)
        left, of = shapely.get_parts(
            shapely.buffer(pieces, -step[face], quad_segs=QUARTER), return_index=True
        )
        areal = shapely.area(left) > 0
        left, of = left[areal], face[of[areal]]
        # Where a bold step leaves nothing, nothing more is to be found; where a careful one
        # does (with many holes it may be too long), it is tried again, shorter.
        alive = np.zeros(len(polygon), dtype=bool)
        alive[of] = True
        eroded[alive] += step[alive]
        gone = goes_on & ~alive
        done |= gone & (bold >= careful)
        share[gone] /= 2
        kept = ~alive[face]
        pieces, face = np.concatenate([left, pieces[kept]]), np.concatenate([of, face[kept]])
    cores.append((pieces, face))
    core, face = (np.concatenate(part) for part in zip(*cores, strict=True))
    middle = shapely.point_on_surface(core)
    radius = shapely.distance(shapely.boundary(polygon)[face], middle)
    order = np.lexsort((radius, face))
    best = order[np.flatnonzero(np.diff(np.append(face[order], -1)))]
    return 2 * radius[best], shapely.get_coordinates(middle[best])
