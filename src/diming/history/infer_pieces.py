"""A unit parted among its takers, with the outline it had (分割).

Two sources draw the same line in two ways. Where only a piece of a unit passed on,
its old outline stays, and a line of the later source is taken for the cut alone: its
ends are put on vertices of the old outline, so that neighbours still fit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diming.geometry.chain import Ints
    from diming.geometry.ground import Ground
    from diming.history.infer_noise import Geometries

#: Label of pieces that are noise.
NOISE = -2


def parted(
    unit: shapely.Geometry, pieces: Geometries, label: Ints, ground: Ground, reach_m: float
) -> dict[int, shapely.Geometry]:
    """Part a unit into one area a label.

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

    Returns
    -------
    dict
        Label → area. Together they are the unit.
    """
    labels = np.unique(label[label != NOISE])
    if len(labels) <= 1:
        return {int(lb): unit for lb in labels}
    label = _joined(pieces, label)
    rough = np.array([shapely.union_all(pieces[label == lb]) for lb in labels], dtype=object)
    faces = _faces(unit, _cuts(rough, shapely.boundary(unit), ground, reach_m))
    held = np.stack([shapely.area(shapely.intersection(faces, r)) for r in rough])
    of = np.argmax(held, axis=0)
    return {int(labels[k]): united(faces[of == k]) for k in np.unique(of).tolist()}


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


def _joined(pieces: Geometries, label: Ints) -> Ints:
    """Give noise the label it has most border with."""
    label = label.copy()
    tree = shapely.STRtree(pieces)
    noise = np.flatnonzero(label == NOISE)
    one, other = tree.query(pieces[noise], predicate="intersects")
    one = noise[one]
    apart = one != other
    one, other = one[apart], other[apart]
    border = shapely.length(
        shapely.intersection(shapely.boundary(pieces[one]), shapely.boundary(pieces[other]))
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
    if alone.any():
        area = np.bincount(label[~alone] - OUT, weights=shapely.area(pieces[~alone]))
        label[alone] = int(np.argmax(area)) + OUT
    return label


#: Labels begin with that of the outside.
OUT = -1


def _cuts(
    rough: Geometries, outline: shapely.Geometry, ground: Ground, reach_m: float
) -> Geometries:
    """Return the lines between rough areas, with ends on vertices of the outline."""
    edges = shapely.boundary(rough)
    one, other = np.triu_indices(len(rough), 1)
    common: Geometries = shapely.get_parts(
        shapely.get_parts(shapely.intersection(edges[one], edges[other]))
    )
    common = common[shapely.get_type_id(common) == shapely.GeometryType.LINESTRING]
    if len(common) == 0:
        return common
    flat: Geometries = shapely.get_parts(shapely.line_merge(shapely.union_all(common)))
    flat = flat[shapely.get_num_coordinates(flat) > 0]
    if len(flat) == 0:
        return flat
    stretch = np.asarray(ground.stretch)
    corner = shapely.get_coordinates(outline)
    tree = shapely.STRtree(shapely.points(corner * stretch))
    xy, of = shapely.get_coordinates(flat, return_index=True)
    cut = np.flatnonzero(np.diff(of)) + 1
    ends = np.concatenate([[0], cut, cut - 1, [len(of) - 1]])
    closed = np.isin(of[ends], np.flatnonzero(shapely.is_closed(flat)))
    ends = ends[~closed]
    if len(ends):
        # Ends within the unit are where three areas meet: they stay.
        place = shapely.points(xy[ends])
        on = shapely.distance(place, outline) * stretch.max() <= ROUNDING_M
        ends = ends[on]
    if len(ends):
        ask = shapely.points(xy[ends] * stretch)
        hit, near = tree.query_nearest(ask, max_distance=max(reach_m, ROUNDING_M),
                                       all_matches=False)  # fmt: skip
        xy[ends[hit]] = corner[near]
    lines: Geometries = shapely.linestrings(xy, indices=of)
    return lines


#: Places no farther from a line lie on it.
ROUNDING_M = 1e-6


def _faces(unit: shapely.Geometry, cuts: Geometries) -> Geometries:
    """Return the areas into which lines cut a unit."""
    outline = shapely.boundary(unit)
    lines = shapely.node(shapely.union_all([outline, *cuts]))
    faces: Geometries = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inside = shapely.contains_properly(unit, shapely.point_on_surface(faces))
    found: Geometries = faces[inside]
    return found
