"""Gaps with an open end (开口缝隙): slits between units that reach the outside.

Where two deliveries leave a seam that runs from border to border, no face
closes the void between them. It is closed here by bridges: from a vertex on
the outline of one unit across to the outline of another, no longer than the
widest gap looked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.faces import Sides, Winding, polygonize, sides_of, spread
from diming.geometry.near import meeting_between
from diming.geometry.nodes import Graph
from diming.geometry.noding import Cuts, Edges, boxes, cross, cut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints

#: A slit is this many times longer than wide; less is the notch where two outlines meet.
ELONGATION = 10.0


def open_slits(
    graph: Graph, sides: Sides, *, max_width_m: float, tolerance_m: float
) -> tuple[NDArray[np.object_], Graph]:
    """Return the slits between different units that are open to the outside.

    Parameters
    ----------
    graph : Graph
        A residual whose segments meet in nodes only.
    sides : Sides
        Which of its edges the outside lies along; voids that are closed are not asked for here.
    max_width_m, tolerance_m : float
        Widest slit; narrower than the tolerance is no slit.

    Returns
    -------
    slits : object array of Polygons of the plane
    graph : Graph
        With nodes where the bridges stand, so that the slits' rims are its segments.
    """
    none = np.empty(0, dtype=object)
    edges = sides.edges
    node, edge, at = _candidates(graph, sides, max_width_m, tolerance_m)
    if len(node) == 0:
        return none, graph
    a, b = graph.nodes[edges.low[edge]], graph.nodes[edges.high[edge]]
    foot = a + at[:, None] * (b - a)
    ends = np.where(at <= 0, edges.low[edge], np.where(at >= 1, edges.high[edge], -1))
    hull = _hull(graph, sides)
    free = Winding(hull).about((graph.nodes[node] + foot) / 2) == 0
    node, edge, at, foot, ends = (part[free] for part in (node, edge, at, foot, ends))
    free = ~_crosses(graph, edges, node, foot, edge, ends)
    free &= (ends >= 0) | sides.outer[edge]
    node, edge, at, foot, ends = (part[free] for part in (node, edge, at, foot, ends))
    if len(node) == 0:
        return none, graph
    fresh = ends < 0
    target = ends.copy()
    target[fresh] = len(graph.nodes) + np.arange(int(fresh.sum()))
    nodes = np.concatenate([graph.nodes, foot[fresh]])
    origin = np.concatenate([graph.origin, np.full(int(fresh.sum()), -1)])
    wider = Graph(nodes, origin, graph.start, graph.end, graph.owner)
    bridged, _ = cut(wider, edges, Cuts(edge[fresh], target[fresh], at[fresh]))
    place = np.cumsum(sides.outer) - 1
    rim = Edges(edges.low[sides.outer], edges.high[sides.outer], np.arange(len(hull)))
    wider = Graph(nodes, origin, hull.start, hull.end, hull.owner)
    shore, _ = cut(wider, rim, Cuts(place[edge[fresh]], target[fresh], at[fresh]))
    return _pockets(shore, node, target), bridged


def _hull(graph: Graph, sides: Sides) -> Graph:
    """Return the edges along the outside, each once, with the outside on their right."""
    outer = sides.outer
    low, high = sides.edges.low[outer], sides.edges.high[outer]
    forward = sides.right[outer] < 0
    none = np.zeros(len(low), dtype=np.int32)
    return Graph(
        graph.nodes, graph.origin, np.where(forward, low, high), np.where(forward, high, low), none
    )


def _pockets(shore: Graph, node: Ints, target: Ints) -> NDArray[np.object_]:
    """Return the parts of the outside that bridges close off."""
    count = len(shore.nodes)
    low = np.concatenate([np.minimum(shore.start, shore.end), np.minimum(node, target)])
    high = np.concatenate([np.maximum(shore.start, shore.end), np.maximum(node, target)])
    way = np.concatenate([np.where(shore.start < shore.end, 1, -1), np.zeros(len(node), np.int64)])
    _, once = np.unique(low * count + high, return_index=True)
    low, high, way = low[once], high[once], way[once]
    lines = Edges(low, high, np.arange(len(low)))
    pieces = polygonize(shore.nodes, low, high)
    inner = spread(sides_of(pieces, shore.nodes, lines), way, len(pieces))
    if inner is None:
        inside = shapely.get_coordinates(shapely.point_on_surface(pieces))
        inner = Winding(shore).about(inside)
    slits = shapely.get_parts(shapely.union_all(pieces[inner == 0]))
    polygons: NDArray[np.object_] = slits[
        shapely.get_type_id(slits) == shapely.GeometryType.POLYGON
    ]
    return polygons


def is_slit(width_m: Floats, length_m: Floats) -> NDArray[np.bool_]:
    """Tell slits from the notches where outlines of two units meet."""
    return length_m >= ELONGATION * width_m


def _candidates(
    graph: Graph, sides: Sides, max_width_m: float, tolerance_m: float
) -> tuple[Ints, Ints, Floats]:
    """Find, for nodes along the outside near an edge of another unit, the nearest place on it."""
    edges = sides.edges
    owner = np.full(len(edges.low), np.iinfo(np.int64).max)
    np.minimum.at(owner, edges.edge, graph.owner.astype(np.int64))
    shore = np.zeros(len(graph.nodes), dtype=bool)
    shore[edges.low[sides.outer]] = shore[edges.high[sides.outer]] = True
    asked = np.flatnonzero(shore[edges.low] | shore[edges.high])
    low, high = boxes(graph, edges, max_width_m)
    found = [
        _nearest(graph, edges, owner, shore, asked[here], there, max_width_m, tolerance_m)
        for here, there in meeting_between(low[asked], high[asked], low, high)
    ]
    if not found:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    node, edge, at, distance = (np.concatenate(part) for part in zip(*found, strict=True))
    keep = _first_of(node, owner[edge], distance)
    return node[keep], edge[keep], at[keep]


def _nearest(
    graph: Graph,
    edges: Edges,
    owner: Ints,
    shore: NDArray[np.bool_],
    here: Ints,
    there: Ints,
    max_width_m: float,
    tolerance_m: float,
) -> tuple[Ints, Ints, Floats, Floats]:
    """Return node, edge, place on it, and distance, the nearest for each node and owner."""
    differ = owner[here] != owner[there]
    here, there = here[differ], there[differ]
    nodes = np.concatenate([edges.low[here], edges.high[here]])
    others = np.concatenate([there, there])
    apart = shore[nodes] & (nodes != edges.low[others]) & (nodes != edges.high[others])
    nodes, others = nodes[apart], others[apart]
    start = graph.nodes[edges.low[others]]
    along = graph.nodes[edges.high[others]] - start
    away = graph.nodes[nodes] - start
    at = np.clip((away * along).sum(axis=1) / (along**2).sum(axis=1), 0, 1)
    distance = np.hypot(*(away - at[:, None] * along).T)
    near = np.flatnonzero((distance > tolerance_m) & (distance <= max_width_m))
    keep = near[_first_of(nodes[near], owner[others[near]], distance[near])]
    return nodes[keep], others[keep], at[keep], distance[keep]


def _first_of(node: Ints, owner: Ints, distance: Floats) -> Ints:
    """Return the positions of the nearest for each node and owner."""
    order = np.lexsort((distance, owner, node))
    node, owner = node[order], owner[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (node[1:] != node[:-1]) | (owner[1:] != owner[:-1])
    return order[first]


def _crosses(
    graph: Graph, edges: Edges, node: Ints, foot: Floats, edge: Ints, ends: Ints
) -> NDArray[np.bool_]:
    """Tell which bridges would cross an outline on their way."""
    here = graph.nodes[node]
    a, b = graph.nodes[edges.low], graph.nodes[edges.high]
    result = np.zeros(len(node), dtype=bool)
    for bridge, other in meeting_between(
        np.minimum(here, foot), np.maximum(here, foot), np.minimum(a, b), np.maximum(a, b)
    ):
        apart = other != edge[bridge]
        for own in (node[bridge], ends[bridge]):
            apart &= (edges.low[other] != own) & (edges.high[other] != own)
        bridge, other = bridge[apart], other[apart]
        p, q, c, d = here[bridge], foot[bridge], a[other], b[other]
        hit = (cross(q - p, c - p) * cross(q - p, d - p) <= 0) & (
            cross(d - c, p - c) * cross(d - c, q - c) <= 0
        )
        result[bridge[hit]] = True
    return result
