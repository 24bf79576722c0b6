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

from diming.geometry.faces import Faces, Winding, polygonize
from diming.geometry.nodes import Graph
from diming.geometry.noding import Cuts, Edges, close_pairs_in_parts, cross, cut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints

#: A slit is this many times longer than wide; less is the notch where two outlines meet.
ELONGATION = 10.0


def open_slits(
    graph: Graph, enclosed: Faces, *, max_width_m: float, tolerance_m: float
) -> tuple[NDArray[np.object_], Graph]:
    """Return the slits between different units that are open to the outside.

    Parameters
    ----------
    graph : Graph
        A residual whose segments meet in nodes only.
    enclosed : Faces
        Its faces of cover 0: voids that are closed, not asked for here.
    max_width_m, tolerance_m : float
        Widest slit; narrower than the tolerance is no slit.

    Returns
    -------
    slits : object array of Polygons of the plane
    graph : Graph
        With nodes where the bridges stand, so that the slits' rims are its segments.
    """
    none = np.empty(0, dtype=object)
    edges = Edges.of(graph)
    node, edge, at = _candidates(graph, edges, max_width_m, tolerance_m)
    if len(node) == 0:
        return none, graph
    a, b = graph.nodes[edges.low[edge]], graph.nodes[edges.high[edge]]
    foot = a + at[:, None] * (b - a)
    ends = np.where(at <= 0, edges.low[edge], np.where(at >= 1, edges.high[edge], -1))
    winding = Winding(graph)
    middle = (graph.nodes[node] + foot) / 2
    free = winding.about(middle) == 0
    free &= ~_within(middle, enclosed.polygon)
    free &= ~_crosses(graph, edges, node, foot, edge, ends)
    node, edge, at, foot, ends = (part[free] for part in (node, edge, at, foot, ends))
    if len(node) == 0:
        return none, graph
    fresh = ends < 0
    target = ends.copy()
    target[fresh] = len(graph.nodes) + np.arange(int(fresh.sum()))
    wider = Graph(
        np.concatenate([graph.nodes, foot[fresh]]),
        np.concatenate([graph.origin, np.full(int(fresh.sum()), -1)]),
        graph.start, graph.end, graph.owner,
    )  # fmt: skip
    bridged, _ = cut(wider, edges, Cuts(edge[fresh], target[fresh], at[fresh]))
    lines = Edges.of(bridged)
    pairs = np.sort(np.column_stack([np.r_[lines.low, node], np.r_[lines.high, target]]), axis=1)
    pairs = np.unique(pairs, axis=0)
    pieces = polygonize(bridged.nodes, pairs[:, 0], pairs[:, 1])
    inside = shapely.get_coordinates(shapely.point_on_surface(pieces))
    empty = (winding.about(inside) == 0) & ~_within(inside, enclosed.polygon)
    slits = shapely.get_parts(shapely.union_all(pieces[empty]))
    return slits[shapely.get_type_id(slits) == shapely.GeometryType.POLYGON], bridged


def is_slit(width_m: Floats, length_m: Floats) -> NDArray[np.bool_]:
    """Tell slits from the notches where outlines of two units meet."""
    return length_m >= ELONGATION * width_m


def _candidates(
    graph: Graph, edges: Edges, max_width_m: float, tolerance_m: float
) -> tuple[Ints, Ints, Floats]:
    """Find, for nodes near an edge of another unit, the nearest place on it."""
    owner = np.full(len(edges.low), np.iinfo(np.int64).max)
    np.minimum.at(owner, edges.edge, graph.owner.astype(np.int64))
    found = [
        _nearest(graph, edges, owner, here, there, max_width_m, tolerance_m)
        for here, there in close_pairs_in_parts(graph, edges, max_width_m)
    ]
    node, edge, at, distance = (np.concatenate(part) for part in zip(*found, strict=True))
    keep = _first_of(node, owner[edge], distance)
    return node[keep], edge[keep], at[keep]


def _nearest(
    graph: Graph,
    edges: Edges,
    owner: Ints,
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
    apart = (nodes != edges.low[others]) & (nodes != edges.high[others])
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


def _within(points: Floats, polygons: NDArray[np.object_]) -> NDArray[np.bool_]:
    result = np.zeros(len(points), dtype=bool)
    if len(polygons) and len(points):
        hit, _ = shapely.STRtree(polygons).query(shapely.points(points), predicate="intersects")
        result[hit] = True
    return result


def _crosses(
    graph: Graph, edges: Edges, node: Ints, foot: Floats, edge: Ints, ends: Ints
) -> NDArray[np.bool_]:
    """Tell which bridges would cross an outline on their way."""
    here = graph.nodes[node]
    low, high = np.minimum(here, foot), np.maximum(here, foot)
    boxes = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    a, b = graph.nodes[edges.low], graph.nodes[edges.high]
    tree = shapely.STRtree(shapely.box(*np.minimum(a, b).T, *np.maximum(a, b).T))
    bridge, other = tree.query(boxes)
    apart = other != edge[bridge]
    for own in (node[bridge], ends[bridge]):
        apart &= (edges.low[other] != own) & (edges.high[other] != own)
    bridge, other = bridge[apart], other[apart]
    p, q, a, b = here[bridge], foot[bridge], a[other], b[other]
    hit = (cross(q - p, a - p) * cross(q - p, b - p) <= 0) & (
        cross(b - a, p - a) * cross(b - a, q - a) <= 0
    )
    result = np.zeros(len(node), dtype=bool)
    result[bridge[hit]] = True
    return result
