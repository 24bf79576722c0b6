"""How wide, how long, how large: measures of narrow faces (宽度, 长度, 面积).

The width is the diameter of the largest circle that fits in. A search for that
circle over a sliver that is ten thousand times longer than wide takes a second;
so in slivers a look across from their vertices tells first where they are
widest, and the search looks there only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints
    from diming.geometry.ground import Ground

#: Error allowed in a width, as a share of the face's mean width.
WIDTH_PRECISION = 0.01
#: Outline² / area from which a face is a sliver; a square has 16, a strip 1 : 7 has 37.
SLIVER = 36.0
#: Places in a sliver that are searched, and how far around, in distances across.
PLACES, REACH = 10, 2.0
#: Vertices of a sliver from which to look across, and how many looks at once.
LOOKS, LOOKS_AT_ONCE = 400, 2_000_000


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


def sizes(polygon: NDArray[np.object_], ground: Ground) -> Sizes:
    """Measure polygons of the plane on the ground.

    The length of a face is half its outline less its width: the long side of
    a rectangle, the way along a sliver.
    """
    tangent = ground.tangent(polygon)
    local = tangent.geometry()
    width, centre = widths(local)
    outline = shapely.length(shapely.get_exterior_ring(local))
    return Sizes(
        shapely.area(local), width, np.maximum(outline / 2 - width, width), tangent.back(centre)
    )


def widths(polygon: NDArray[np.object_]) -> tuple[Floats, Floats]:
    """Find the largest circle that fits into each polygon.

    Parameters
    ----------
    polygon : object array of shape (n,)
        In metres.

    Returns
    -------
    diameter : float64 array of shape (n,)
        Exact for triangles and convex quadrilaterals; else from below, within two
        per cent for most faces and a few for slivers of very uneven width.
    centre : float64 array of shape (n, 2)
    """
    diameter = np.zeros(len(polygon))
    centre = _any_point(polygon)
    area, outline = shapely.area(polygon), shapely.length(polygon)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, shape = 2 * area / outline, outline**2 / area
    some = area > 0
    simple = (shapely.get_num_coordinates(polygon) <= 5) & (
        shapely.area(shapely.convex_hull(polygon)) <= area * (1 + 1e-9)
    )
    plain = some & ((shape < SLIVER) | simple)
    diameter[plain], centre[plain] = _circles(polygon[plain], mean[plain])
    thin = np.flatnonzero(some & ~plain)
    if len(thin):
        slivers = polygon[thin]
        face, place, local, across = _wide_places(slivers)
        best = _Best(np.zeros(len(thin)), centre[thin])
        best.learn(face, local, place)
        best.learn(*_look_around(slivers, face, place, REACH * across))
        diameter[thin], centre[thin] = best.diameter, best.centre
    return diameter, centre


@dataclass(frozen=True, slots=True)
class _Best:
    """The largest circle found so far in each sliver."""

    diameter: Floats
    centre: Floats

    def learn(self, face: Ints, diameter: Floats, centre: Floats) -> None:
        """Take note of circles; the larger ones stay."""
        order = np.lexsort((diameter, face))
        last = order[np.flatnonzero(np.diff(np.append(face[order], -1)))]
        better = last[diameter[last] > self.diameter[face[last]]]
        self.diameter[face[better]] = diameter[better]
        self.centre[face[better]] = centre[better]


def _look_around(
    polygon: NDArray[np.object_], face: Ints, place: Floats, reach: Floats
) -> tuple[Ints, Floats, Floats]:
    """Search for the largest circles in windows of slivers: face, diameter, centre."""
    reach = np.maximum(reach, 1e-9)[:, None]
    windows = shapely.box(*(place - reach).T, *(place + reach).T)
    parts, of = shapely.get_parts(shapely.intersection(polygon[face], windows), return_index=True)
    areal = shapely.area(parts) > 0
    parts, of = parts[areal], of[areal]
    return face[of], *_circles(parts, reach[of, 0])


def _any_point(polygon: NDArray[np.object_]) -> Floats:
    result: Floats = shapely.get_coordinates(shapely.point_on_surface(polygon))
    return result if len(result) == len(polygon) else np.zeros((len(polygon), 2))


def _circles(polygon: NDArray[np.object_], mean: Floats) -> tuple[Floats, Floats]:
    """Search for the largest circles; `mean` widths set how finely."""
    radius = shapely.maximum_inscribed_circle(
        polygon, tolerance=np.maximum(mean * WIDTH_PRECISION, 1e-9)
    )
    return 2 * shapely.length(radius), shapely.get_coordinates(shapely.get_point(radius, 0))


def _wide_places(polygon: NDArray[np.object_]) -> tuple[Ints, Floats, Floats, Floats]:
    """Find where slivers are wide: halfway across from some of their vertices.

    Returns
    -------
    face : int64 array of shape (m,)
        At most `PLACES` for each polygon.
    place : float64 array of shape (m, 2)
    width : float64 array of shape (m,)
        Diameter of the largest circle about the place.
    across : float64 array of shape (m,)
        How far it is from outline to outline through the place.
    """
    rings, ring_face = shapely.get_rings(shapely.orient_polygons(polygon), return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    follows = np.flatnonzero(ring[1:] == ring[:-1])
    start, end, owner = xy[follows], xy[follows + 1], ring_face[ring[follows]]
    first_of_ring = np.searchsorted(ring[follows], np.arange(len(rings)))
    last_of_ring = np.append(first_of_ring[1:], len(follows)) - 1
    before = np.arange(len(follows)) - 1
    before[first_of_ring] = last_of_ring
    along = end - start[before]
    length = np.hypot(along[:, 0], along[:, 1])
    inward = np.column_stack([-along[:, 1], along[:, 0]]) / np.maximum(length, 1e-300)[:, None]
    begin = np.searchsorted(owner, np.arange(len(polygon) + 1))
    count = np.diff(begin)
    stride = np.maximum(count // LOOKS, 1)
    within = np.arange(len(follows)) - begin[owner]
    looks = np.flatnonzero((within % stride[owner] == 0) & (length > 0))
    ahead = _across(start, end, owner, begin, looks, inward, before)
    seen = np.isfinite(ahead)
    looks, ahead = looks[seen], ahead[seen]
    place = start[looks] + inward[looks] * (ahead / 2)[:, None]
    face, points = owner[looks], shapely.points(place)
    shapely.prepare(polygon)
    # From a sharp corner, straight on may lead outside.
    inside = shapely.contains(polygon[face], points)
    face, place, points, ahead = face[inside], place[inside], points[inside], ahead[inside]
    outline = shapely.boundary(polygon)
    shapely.prepare(outline)
    width = 2 * shapely.distance(outline[face], points)
    order = np.lexsort((-width, face))
    rank = np.arange(len(order)) - np.searchsorted(face[order], face[order])
    chosen = order[rank < PLACES]
    chosen = chosen[_apart(face[chosen], rank[rank < PLACES], place[chosen], ahead[chosen])]
    return face[chosen], place[chosen], width[chosen], ahead[chosen]


def _apart(face: Ints, rank: Ints, place: Floats, across: Floats) -> NDArray[np.bool_]:
    """Leave out places that the window of a better one of their face reaches anyway."""
    row = np.unique(face, return_inverse=True)[1]
    count = int(row.max(initial=-1)) + 1
    at = np.full((count, PLACES, 2), np.nan)
    reach = np.zeros((count, PLACES))
    at[row, rank], reach[row, rank] = place, across
    kept = np.zeros((count, PLACES), dtype=bool)
    kept[row, rank] = True
    for later in range(1, PLACES):
        for better in range(later):
            distance = np.hypot(*(at[:, later] - at[:, better]).T)
            kept[:, later] &= ~(kept[:, better] & (distance <= reach[:, better]))
    found: NDArray[np.bool_] = kept[row, rank]
    return found


def _across(
    start: Floats,
    end: Floats,
    owner: Ints,
    begin: Ints,
    looks: Ints,
    inward: Floats,
    before: Ints,
) -> Floats:
    """Return how far it is from vertices, inward, to the outline of their face."""
    result = np.full(len(looks), np.inf)
    count = np.diff(begin)[owner[looks]]
    cuts = np.flatnonzero(np.diff(np.cumsum(count) // LOOKS_AT_ONCE)) + 1
    for part in np.split(np.arange(len(looks)), cuts):
        if len(part) == 0:
            continue
        row = np.repeat(part, count[part])
        offset = np.arange(len(row)) - np.repeat(np.cumsum(count[part]) - count[part], count[part])
        segment = begin[owner[looks[row]]] + offset
        vertex = looks[row]
        a, b, ray = start[segment] - start[vertex], end[segment] - start[vertex], inward[vertex]
        side_a = ray[:, 0] * a[:, 1] - ray[:, 1] * a[:, 0]
        side_b = ray[:, 0] * b[:, 1] - ray[:, 1] * b[:, 0]
        own = (segment == vertex) | (segment == before[vertex])
        hit = (side_a * side_b <= 0) & (side_a != side_b) & ~own
        row, a, b = row[hit], a[hit], b[hit]
        share = (side_a[hit] / (side_a[hit] - side_b[hit]))[:, None]
        ahead = ((a + share * (b - a)) * inward[looks[row]]).sum(axis=1)
        ahead[ahead <= 0] = np.inf
        np.minimum.at(result, row, ahead)
    return result
