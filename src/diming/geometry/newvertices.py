"""New vertices on a border, for every unit that has it (界线加点)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.faces import numbers_of_some

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints
    from diming.geometry.cutting import Cutting


def with_vertices(
    cut: Cutting, kept: Ints, units: NDArray[np.object_]
) -> tuple[NDArray[np.object_], NDArray[np.bool_], Floats]:
    """Put new vertices of a border into other units that have the same edges.

    Returns
    -------
    units : object array
    changed : bool array
    open_vertices : float64 array of shape (m, 2)
        Vertices for which no unit has the edge.
    """
    on_edge: dict[tuple[int, int], list[int]] = {}
    for node in sorted(kept.tolist(), key=lambda n: cut.border[n][2]):
        a, b, _ = cut.border[node]
        on_edge.setdefault((a, b), []).append(node)
        on_edge.setdefault((b, a), []).insert(0, node)
    result, changed = units.copy(), np.zeros(len(units), dtype=bool)
    met: set[int] = set()
    if len(kept):
        near = shapely.intersects(shapely.box(*shapely.bounds(units).T),
                                  shapely.multipoints(cut.nodes[kept]).envelope)  # fmt: skip
        for i in np.flatnonzero(near).tolist():
            result[i], found = _inserted(cut, units[i], on_edge)
            changed[i] = bool(found)
            met |= found
    return result, changed, cut.nodes[[n for n in kept.tolist() if n not in met]].reshape(-1, 2)


def _inserted(
    cut: Cutting, unit: shapely.Geometry, on_edge: dict[tuple[int, int], list[int]]
) -> tuple[shapely.Geometry, set[int]]:
    """Return a unit with new vertices on its edges, and which ones it got."""
    got: set[int] = set()

    def ring(raw: shapely.LinearRing) -> Floats:
        xy = shapely.get_coordinates(raw)
        node = numbers_of_some(xy, cut.nodes[: cut.count]).tolist()
        where: list[int] = []
        which: list[int] = []
        for i, edge in enumerate(pairwise(node)):
            new = on_edge.get(edge, [])
            where += [i + 1] * len(new)
            which += new
        got.update(which)
        filled: Floats = np.insert(xy, where, cut.nodes[which], axis=0) if which else xy
        return filled

    parts = [
        shapely.Polygon(ring(part.exterior), [ring(hole) for hole in part.interiors])
        for part in shapely.get_parts(unit)
    ]
    if not got:
        return unit, got
    return (parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)), got
