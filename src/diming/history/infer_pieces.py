"""A unit parted among its takers, with the outline it had (分割).

Two sources draw the same line in two ways. Where only a piece of a unit passed on,
its old outline stays, and a line of the later source is taken for the cut alone. Where
the cut ends on the outline, it ends at a vertex; if there is none near, one is put
there, and into the outlines of neighbours too, so that all still fit to the bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.components import components

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diming.geometry.chain import Floats, Ints
    from diming.geometry.ground import Ground
    from diming.history.infer_noise import Geometries

#: Label of pieces that are noise.
NOISE = -2
#: Lines that computing alone has parted lie no farther apart, in metres.
ROUNDING_M = 1e-3


@dataclass(frozen=True)
class Parting:
    """How a unit is to be parted.

    Attributes
    ----------
    labels : int64 array
        Of its takers.
    rough : object array
        The area of each, near enough.
    cuts : object array of LineString
        Between them; empty where one takes all.
    ends : float64 array of shape (n, 2)
        Places on the outline where cuts end.
    """

    labels: Ints
    rough: Geometries
    cuts: Geometries
    ends: Floats


def parting(
    unit: shapely.Geometry, pieces: Geometries, label: Ints, ground: Ground, reach_m: float
) -> Parting:
    """Find where a unit is to be cut.

    Parameters
    ----------
    unit : Polygon or MultiPolygon
    pieces : object array of Polygon
        That cover it.
    label : int64 array
        Of each piece; those of label `NOISE` join what they lie along.
    ground : Ground
    reach_m : float
        How far the end of a cut may be moved to a vertex of the outline.
    """
    labels = np.unique(label[label != NOISE])
    if len(labels) <= 1:
        return Parting(labels, np.array([unit] * len(labels), dtype=object), pieces[:0],
                       np.empty((0, 2)))  # fmt: skip
    outline = shapely.boundary(unit)
    grid = ROUNDING_M / 10 / max(ground.stretch)
    # On a grid, so that lines that computing has parted are one.
    lines = shapely.union_all([outline, *shapely.boundary(pieces)], grid_size=grid)
    faces: Geometries = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    of = _labels_of(faces, pieces, label)
    faces, of = faces[of > _NOTHING], of[of > _NOTHING]
    of = _joined(faces, of)
    labels = np.unique(of)
    rough = np.array([shapely.coverage_union_all(faces[of == lb]) for lb in labels], dtype=object)
    cuts, ends = _cuts(rough, outline, ground, reach_m)
    return Parting(labels, rough, cuts, ends)


def agreed(found: list[Parting], ground: Ground) -> list[Parting]:
    """Let cuts of several units that end at one place end at it to the bit."""
    ends = np.concatenate([np.empty((0, 2)), *(f.ends for f in found)])
    if len(ends) < 2:
        return found
    points = shapely.points(ends)
    near = 2 * ROUNDING_M / min(ground.stretch)
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=near)
    group = components(len(ends), one, other)
    _, leader = np.unique(group, return_index=True)
    settled = ends[leader[group]]
    result, first = [], 0
    for each in found:
        mine = settled[first : first + len(each.ends)]
        first += len(each.ends)
        xy, of = shapely.get_coordinates(each.cuts, return_index=True)
        for before, after in zip(each.ends, mine, strict=True):
            xy[(xy == before).all(axis=1)] = after
        cuts: Geometries = shapely.linestrings(xy, indices=of) if len(of) else each.cuts
        result.append(Parting(each.labels, each.rough, cuts, mine))
    return result


def parted(unit: shapely.Geometry, found: Parting) -> dict[int, shapely.Geometry]:
    """Part a unit, into whose outline the ends of its cuts were put: label → area."""
    if len(found.labels) <= 1 or len(found.cuts) + len(shapely.get_parts(unit)) <= 1:
        return {int(lb): unit for lb in found.labels[:1]}
    lines = shapely.node(shapely.union_all([shapely.boundary(unit), *found.cuts]))
    faces: Geometries = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    faces = faces[shapely.contains_properly(unit, shapely.point_on_surface(faces))]
    held = np.stack([shapely.area(shapely.intersection(faces, r)) for r in found.rough])
    of = np.argmax(held, axis=0)
    return {int(found.labels[k]): united(faces[of == k]) for k in np.unique(of).tolist()}


def united(shapes: Geometries | Iterable[shapely.Geometry]) -> shapely.Geometry:
    """Return shapes that lie side by side as one, with no vertex moved.

    Where they do not fit together to the bit, as little as possible is moved.
    """
    shapes = np.array([s for s in shapes if not s.is_empty], dtype=object)
    if len(shapes) == 0:
        return shapely.Polygon()
    if len(shapes) == 1:
        return shapes[0]
    if shapely.coverage_is_valid(shapes):
        return shapely.coverage_union_all(shapes)
    return shapely.union_all(shapes)


def with_vertices(outlines: Geometries, places: Floats, ground: Ground) -> Geometries:
    """Return outlines of a coverage with vertices put where the places lie on their lines."""
    result = outlines.copy()
    if len(places) == 0:
        return result
    reach = ROUNDING_M / min(ground.stretch)
    points = shapely.points(places)
    place, unit = shapely.STRtree(outlines).query(points, predicate="dwithin", distance=reach)
    for p, u in zip(place.tolist(), unit.tolist(), strict=True):
        result[u] = _with_vertex(result[u], places[p], reach)
    return result


def _with_vertex(shape: shapely.Geometry, place: Floats, reach: float) -> shapely.Geometry:
    polygons = []
    for polygon in shapely.get_parts(shape):
        rings = [shapely.get_coordinates(r) for r in shapely.get_rings(polygon)]
        for k, ring in enumerate(rings):
            if (ring == place).all(axis=1).any():
                continue
            segments = shapely.linestrings(np.stack([ring[:-1], ring[1:]], axis=1))
            distance = shapely.distance(segments, shapely.points(place))
            nearest = int(np.argmin(distance))
            if distance[nearest] <= reach:
                rings[k] = np.insert(ring, nearest + 1, place, axis=0)
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


#: Label of faces that lie in no piece.
_NOTHING = -9


def _labels_of(faces: Geometries, pieces: Geometries, label: Ints) -> Ints:
    """Return the label of the piece that each face lies in."""
    face, piece = shapely.STRtree(pieces).query(
        shapely.point_on_surface(faces), predicate="intersects"
    )
    result = np.full(len(faces), _NOTHING, dtype=np.int64)
    result[face] = label[piece]
    return result


def _joined(faces: Geometries, label: Ints) -> Ints:
    """Give noise the label it has most border with."""
    label = label.copy()
    noise = np.flatnonzero(label == NOISE)
    one, other = shapely.STRtree(faces).query(faces[noise], predicate="intersects")
    one = noise[one]
    apart = one != other
    one, other = one[apart], other[apart]
    border = shapely.length(
        shapely.intersection(shapely.boundary(faces[one]), shapely.boundary(faces[other]))
    )
    while True:
        ready = (label[one] == NOISE) & (label[other] != NOISE) & (border > 0)
        if not ready.any():
            break
        key, weight = np.stack([one[ready], label[other[ready]]]), border[ready]
        pairs, of = np.unique(key, axis=1, return_inverse=True)
        total = np.bincount(of.ravel(), weights=weight)
        order = np.lexsort((total, pairs[0]))
        label[pairs[0, order]] = pairs[1, order]  # the longest comes last
    alone = label == NOISE
    if alone.any() and not alone.all():
        known, of = np.unique(label[~alone], return_inverse=True)
        area = np.bincount(of, weights=shapely.area(faces[~alone]))
        label[alone] = known[np.argmax(area)]
    return label


def _cuts(
    rough: Geometries, outline: shapely.Geometry, ground: Ground, reach_m: float
) -> tuple[Geometries, Floats]:
    """Return the lines between rough areas, and where they end on the outline."""
    edges = shapely.boundary(rough)
    one, other = np.triu_indices(len(rough), 1)
    met = shapely.intersection(edges[one], edges[other])
    common: Geometries = shapely.get_parts(shapely.get_parts(met))
    common = common[shapely.get_type_id(common) == shapely.GeometryType.LINESTRING]
    nowhere = np.empty((0, 2))
    if len(common) == 0:
        return common, nowhere
    flat: Geometries = shapely.get_parts(shapely.line_merge(shapely.union_all(common)))
    flat = flat[shapely.length(flat) > 0]
    if len(flat) == 0:
        return flat, nowhere
    xy, of = shapely.get_coordinates(flat, return_index=True)
    turn = np.flatnonzero(np.diff(of)) + 1
    ends = np.unique(np.concatenate([[0], turn, turn - 1, [len(of) - 1]]))
    ends = ends[~np.isin(of[ends], np.flatnonzero(shapely.is_closed(flat)))]
    stretch = np.asarray(ground.stretch)
    # Ends within the unit are where three areas meet: they stay.
    on = shapely.distance(shapely.points(xy[ends]), outline) * stretch.max() <= ROUNDING_M
    ends = ends[on]
    if len(ends) == 0:
        return flat, nowhere
    corner = shapely.get_coordinates(outline)
    hit, near = shapely.STRtree(shapely.points(corner * stretch)).query_nearest(
        shapely.points(xy[ends] * stretch),
        max_distance=max(reach_m, 2 * ROUNDING_M), all_matches=False,
    )  # fmt: skip
    xy[ends[hit]] = corner[near]
    lines: Geometries = shapely.linestrings(xy, indices=of)
    free = np.setdiff1d(np.arange(len(ends)), hit)
    return lines, xy[ends[free]]
