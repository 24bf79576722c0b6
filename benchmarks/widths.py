"""How wide a sliver is, found another way than the library does it (宽度真值).

The largest circle that fits in, by GEOS, right to a thousandth or better. Long slivers
are cut into windows about their vertices first: between two vertices that face
each other walls are straight, so the widest place is at a vertex.
"""

from __future__ import annotations

import numpy as np
import shapely

#: Outline² / area up to which a polygon is searched as a whole.
COMPACT = 60.0
#: Windows searched in a sliver, and how far they reach in widths.
WINDOWS, REACH = 12, 1.2
#: Precision of the search, in mean widths.
PRECISION = 2e-3


def inscribed_diameter(polygon: shapely.Polygon) -> tuple[float, tuple[float, float]]:
    """Return the diameter and middle of the largest circle within a polygon."""
    # Far from the origin the search would lose digits.
    middle = np.array(shapely.get_coordinates(shapely.centroid(polygon))[0])
    near = shapely.transform(polygon, lambda xy: xy - middle)
    mean = 2 * near.area / near.length
    pieces = np.array([near]) if near.length**2 / near.area < COMPACT else _windows(near)
    radii = shapely.maximum_inscribed_circle(pieces, tolerance=mean * PRECISION)
    best = int(np.argmax(shapely.length(radii)))
    centre = shapely.get_coordinates(radii[best])[0] + middle
    return 2 * float(radii[best].length), (float(centre[0]), float(centre[1]))


def _windows(polygon: shapely.Polygon) -> np.ndarray:
    """Cut a sliver about the vertices from which it is widest."""
    vertices = shapely.get_coordinates(polygon)[:-1]
    across, bound = _across(polygon, vertices)
    chosen = np.argsort(-bound, kind="stable")[:WINDOWS]
    reach = REACH * np.maximum(across[chosen], 1e-3)
    low, high = vertices[chosen] - reach[:, None], vertices[chosen] + reach[:, None]
    windows = shapely.intersection(polygon, shapely.box(*low.T, *high.T))
    parts, window = shapely.get_parts(windows, return_index=True)
    # Where the sliver comes back into its own window, the other run is none of this place.
    own = shapely.distance(parts, shapely.points(vertices[chosen])[window]) <= 1e-9
    areal = shapely.area(parts) > 0
    return parts[own & areal]


def _across(polygon: shapely.Polygon, vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each vertex the way to the wall opposite, and a bound for circles there.

    The way is along the inner bisector. A circle through an inner corner of a bend by
    2θ is up to 2 / (1 + cos θ) times as wide as the straight run.
    """
    before, after = np.roll(vertices, 1, axis=0), np.roll(vertices, -1, axis=0)
    back, ahead = (
        step / np.maximum(np.hypot(*step.T), 1e-12)[:, None]
        for step in (before - vertices, after - vertices)
    )
    left = 1.0 if shapely.is_ccw(shapely.get_exterior_ring(polygon)) else -1.0
    normal = np.stack([-ahead[:, 1] + back[:, 1], ahead[:, 0] - back[:, 0]], axis=1) * left
    normal /= np.maximum(np.hypot(*normal.T), 1e-12)[:, None]
    a, b = vertices, after
    across = np.empty(len(vertices))
    for i, (v, n) in enumerate(zip(vertices, normal, strict=True)):
        p, q = a - v, b - v
        side_p, side_q = n[0] * p[:, 1] - n[1] * p[:, 0], n[0] * q[:, 1] - n[1] * q[:, 0]
        hit = (side_p * side_q <= 0) & (side_p != side_q)
        hit[[i, i - 1]] = False
        share = side_p[hit] / (side_p[hit] - side_q[hit])
        ahead_ = ((p[hit] + share[:, None] * (q[hit] - p[hit])) * n).sum(axis=1)
        across[i] = ahead_[ahead_ > 0].min(initial=np.inf)
    turn = np.arccos(np.clip(-(back * ahead).sum(axis=1), -1, 1))
    across[~np.isfinite(across)] = 0.0
    return across, across * np.cos(turn / 2) * 2 / (1 + np.cos(turn / 2))
