"""Cut ground that is suspicious at some time into pieces of one history each (时空分块).

What changed on different days lies across each other. A piece that no change
cuts has one history: a point within it tells that of all of it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from diming.geometry.components import components
from diming.geometry.measure import widths

if TYPE_CHECKING:
    from diming.geometry.chain import Ints
    from diming.geometry.nodes import Graph
    from diming.rules.chronicle import Chronicle

#: Grid on which lines are noded where the tolerance is finer, or nothing.
FINEST_GRID_M = 1e-6

Geometries = NDArray[np.object_]


def lines_of(graph: Graph) -> Geometries:
    """Return the segments of a graph as lines of the plane."""
    ends = np.stack([graph.nodes[graph.start], graph.nodes[graph.end]], axis=1)
    found: Geometries = shapely.linestrings(ends)
    return found


def pieces(polygon: Geometries, lines: Geometries, tolerance_m: float) -> Geometries:
    """Cut polygons of the plane along each other's outlines, and along lines.

    Polygons that nothing crosses stay as they are; equal ones are one. Pieces
    nowhere wider than twice the tolerance are left out.
    """
    polygon = _different(polygon)
    if len(polygon) == 0:
        return polygon
    tree = shapely.STRtree(polygon)
    one, other = _crossing(polygon, tree, polygon)
    apart = one < other
    one, other = one[apart], other[apart]
    line, cut = _crossing(lines, tree, polygon)
    group = components(len(polygon), one, other)
    crossed = np.zeros(len(polygon), dtype=bool)
    crossed[group[one]] = crossed[group[cut]] = True
    whole = polygon[~crossed[group]]
    order = np.argsort(group, kind="stable")
    cuts = np.concatenate([[0], np.flatnonzero(np.diff(group[order])) + 1, [len(group)]])
    found = [whole]
    by_group = np.argsort(group[cut], kind="stable")
    for first, last in pairwise(cuts):
        members = order[first:last]
        mine = int(group[members[0]])
        if crossed[mine]:
            held = slice(*np.searchsorted(group[cut][by_group], (mine, mine + 1)))
            through = lines[np.unique(line[by_group[held]])]
            found.append(_overlaid(polygon[members], through, tolerance_m))
    every: Geometries = np.concatenate(found)
    return every[is_broad(every, tolerance_m)]


def is_broad(polygon: Geometries, tolerance_m: float) -> NDArray[np.bool_]:
    """Find the polygons that are somewhere wider than twice the tolerance."""
    broad: NDArray[np.bool_] = widths(polygon)[0] > 2 * max(tolerance_m, FINEST_GRID_M)
    return broad


def cores(polygon: Geometries, tolerance_m: float) -> Geometries:
    """Return polygons without what lies within the tolerance of their outlines."""
    by = -max(tolerance_m, FINEST_GRID_M)
    found: Geometries = shapely.buffer(polygon, by, join_style="mitre", mitre_limit=2.0)
    return found


def part(
    chronicle: Chronicle, polygon: Geometries, piece: Ints, row: Ints, tolerance_m: float
) -> tuple[Geometries, Ints]:
    """Cut pieces along the outlines of versions, given as (piece, row) pairs.

    Returns
    -------
    polygon : object array
    piece : int64 array
        The piece each is of; those without a pair stay whole.
    """
    kept = np.setdiff1d(np.arange(len(polygon)), piece)
    found, of = [polygon[kept]], [kept]
    order = np.argsort(piece, kind="stable")
    piece, row = piece[order], row[order]
    for mine in np.split(np.arange(len(piece)), np.flatnonzero(np.diff(piece)) + 1):
        if len(mine) == 0:
            continue
        at = int(piece[mine[0]])
        keys = np.unique(chronicle.table.territory[row[mine]])
        outline = shapely.boundary(chronicle.plane(keys))
        parts = _overlaid(polygon[[at]], outline, tolerance_m)
        broad = parts[is_broad(parts, tolerance_m)]
        parts = broad if len(broad) else polygon[[at]]
        found.append(parts)
        of.append(np.full(len(parts), at))
    return np.concatenate(found), np.concatenate(of)


def _different(polygon: Geometries) -> Geometries:
    """Return each of equal polygons once, in their order."""
    first: dict[bytes, int] = {}
    for i, raw in enumerate(shapely.to_wkb(shapely.normalize(polygon))):
        first.setdefault(raw, i)
    return polygon[list(first.values())]


def _crossing(asked: Geometries, tree: shapely.STRtree, polygon: Geometries) -> tuple[Ints, Ints]:
    """Return (asked, polygon) pairs whose interiors meet."""
    hit, of = tree.query(asked, predicate="intersects")
    inner = ~shapely.touches(asked[hit], polygon[of])
    return hit[inner], of[inner]


def _overlaid(polygon: Geometries, lines: Geometries, tolerance_m: float) -> Geometries:
    """Return the pieces of polygons between all their outlines and some lines."""
    box = shapely.total_bounds(polygon)
    margin = 1000 * tolerance_m + 1.0
    near = shapely.clip_by_rect(lines, *(box[:2] - margin), *(box[2:] + margin))
    grid = max(tolerance_m, FINEST_GRID_M)
    noded = shapely.union_all([*shapely.boundary(polygon), *near], grid_size=grid)
    parts = shapely.get_parts(shapely.polygonize(shapely.get_parts([noded])))
    hit, _ = shapely.STRtree(polygon).query(shapely.point_on_surface(parts), predicate="within")
    within: Geometries = parts[np.unique(hit)]
    return within
