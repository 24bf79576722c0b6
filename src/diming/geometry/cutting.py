"""Lines laid over one unit (切割): its ground falls into faces, its own vertices stay.

Lines drawn by hand follow a border only roughly. So the line gives way, never the
unit: its vertices move to the unit's vertices and edges within the tolerance, and its edges
are led through the unit's vertices they pass. Where it ends on an edge or crosses one,
that edge gets a new vertex, and nothing else of the unit changes. All this is kept as
numbered nodes; on which side a face lies is counted, not measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.faces import Sides, numbers_of, polygonize, sides_of, spread
from diming.geometry.near import meeting_boxes
from diming.geometry.nodes import Graph
from diming.geometry.noding import Cuts, Edges, boxes, crossings, cut, vertices_on_segments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints
    from diming.geometry.ground import Ground

#: Owners of segments.
UNIT, LINE = 0, 1
#: A line's vertex this close to another of its edges lies on it.
TOUCH_M = 1e-7
#: Rounds of leading edges through vertices, and of crossing; hardly ever more than two.
ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Cutting:
    """The faces into which lines part a unit.

    Attributes
    ----------
    face : object array of Polygon
        In the plane of the ground; only those within the unit.
    within : int64 array
        How often the lines wind about each face, where they are closed.
    left, right : int64 arrays of shape (e,)
        Edges of lines between two faces: the face on the left of the line and that on its right.
    ends : int64 array of shape (e, 2)
        The nodes of these edges.
    border : dict
        By node that was put into an edge of the unit: that edge, as two nodes, and how far along.
    nodes : float64 array of shape (n, 2)
        In the CRS; the first `count` are the unit's own vertices, bit by bit.
    plane : float64 array of shape (n, 2)
        The same in the plane.
    """

    face: NDArray[np.object_]
    within: Ints
    left: Ints
    right: Ints
    ends: Ints
    border: dict[int, tuple[int, int, float]]
    nodes: Floats
    plane: Floats
    count: int

    def number(self, xy: Floats) -> Ints:
        """Return the numbers of nodes at places of the plane."""
        return numbers_of(xy, self.plane)


def cutting(
    unit: shapely.Geometry, lines: list[Floats], ground: Ground, tolerance_m: float
) -> Cutting:
    """Lay lines over a unit.

    Parameters
    ----------
    unit : Polygon or MultiPolygon
        Valid, in the CRS of the ground.
    lines : list of float64 arrays of shape (k, 2)
        In the CRS; closed ones have their inside on the left.
    ground : Ground
    tolerance_m : float
        How far the lines give way to the unit.
    """
    own, start, end = _numbered(unit)
    plane = ground.plane(own) + 0.0
    count = len(own)
    nodes, paths, placed = _snapped(
        plane, start, end, [ground.plane(x) for x in lines], tolerance_m
    )
    graph, of = _graph(nodes, start, end, paths)
    graph, of = _lead(graph, of, placed, count, tolerance_m)
    graph, of = _cross(graph, of)
    edges = Edges.of(graph)
    pieces = polygonize(graph.nodes, edges.low, edges.high)
    sides = sides_of(pieces, graph.nodes, edges)
    inside = _winding(pieces, sides, graph, edges, UNIT) > 0
    winding = _winding(pieces, sides, graph, edges, LINE)
    new = np.cumsum(inside) - 1
    left, right, ends = _divides(sides, graph, edges, inside)
    return Cutting(
        pieces[inside],
        winding[inside],
        new[left],
        new[right],
        ends,
        _border(graph, of, start, end, count),
        np.concatenate([own, ground.unplane(graph.nodes[count:])]),
        graph.nodes,
        count,
    )


def _numbered(unit: shapely.Geometry) -> tuple[Floats, Ints, Ints]:
    """Return a unit's vertices, each once, and its directed edges, the inside on the left."""
    rings = shapely.get_rings(shapely.get_parts(shapely.orient_polygons(unit)))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    xy = np.ascontiguousarray(xy + 0.0)
    _, first, place = np.unique(
        xy.view(np.complex128).ravel(), return_index=True, return_inverse=True
    )
    follows = np.flatnonzero((ring[1:] == ring[:-1]) & (place[1:] != place[:-1]))
    return xy[first], place[follows], place[follows + 1]


def _snapped(
    plane: Floats, start: Ints, end: Ints, lines: list[Floats], tolerance_m: float
) -> tuple[Floats, list[Ints], dict[int, int]]:
    """Move the vertices of lines to the unit's vertices and edges within the tolerance.

    Returns
    -------
    nodes : float64 array
        The unit's, then those of lines.
    paths : list of int64 arrays
        The lines as numbers of nodes.
    placed : dict
        By node of a line that lies on an edge of the unit: the edge.
    """
    count = len(plane)
    sizes = [len(line) for line in lines]
    xy = np.concatenate([np.empty((0, 2)), *lines]) + 0.0
    points = shapely.points(xy)
    node = np.full(len(xy), -1)
    asked, found = shapely.STRtree(shapely.points(plane)).query_nearest(
        points, max_distance=tolerance_m, all_matches=False
    )
    node[asked] = found
    free = np.flatnonzero(node < 0)
    segments = shapely.linestrings(np.stack([plane[start], plane[end]], axis=1))
    asked, edge = shapely.STRtree(segments).query_nearest(
        points[free], max_distance=tolerance_m, all_matches=False
    )
    asked = free[asked]
    a, along = plane[start[edge]], plane[end[edge]] - plane[start[edge]]
    at = ((xy[asked] - a) * along).sum(axis=1) / (along**2).sum(axis=1)
    foot = a + at[:, None] * along
    home = np.full(len(xy), -1)
    for i, e, p in zip(asked.tolist(), edge.tolist(), foot, strict=True):
        ends = np.array([start[e], end[e]])
        away = np.hypot(*(plane[ends] - p).T)
        if away.min() <= tolerance_m:
            node[i] = ends[away.argmin()]
        else:
            xy[i], home[i] = p, e
    _, first, place = np.unique(
        np.ascontiguousarray(xy).view(np.complex128).ravel(),
        return_index=True, return_inverse=True,
    )  # fmt: skip
    node = np.where(node < 0, count + place, node)
    placed = {int(node[i]): int(home[i]) for i in np.flatnonzero(home >= 0)}
    paths = np.split(node, np.cumsum(sizes)[:-1]) if sizes else []
    return np.concatenate([plane, xy[first]]), paths, placed


def _graph(nodes: Floats, start: Ints, end: Ints, paths: list[Ints]) -> tuple[Graph, Ints]:
    """Return the unit's edges and the lines' as one graph, and which unit's edge each is of."""
    none = np.empty(0, dtype=np.int64)
    a = np.concatenate([none, *(path[:-1] for path in paths)])
    b = np.concatenate([none, *(path[1:] for path in paths)])
    a, b = a[a != b], b[a != b]
    owner = np.repeat([UNIT, LINE], [len(start), len(a)]).astype(np.int32)
    graph = Graph(
        nodes, np.arange(len(nodes)), np.concatenate([start, a]), np.concatenate([end, b]), owner
    )
    return graph, np.concatenate([np.arange(len(start)), np.full(len(a), -1)])


def _lead(
    graph: Graph, of: Ints, placed: dict[int, int], count: int, tolerance_m: float
) -> tuple[Graph, Ints]:
    """Put lines' vertices into the edges they lie on; lead lines through the unit's vertices."""
    edges = Edges.of(graph)
    if placed:
        node = np.fromiter(placed, dtype=np.int64, count=len(placed))
        edge = edges.edge[np.fromiter(placed.values(), dtype=np.int64, count=len(placed))]
        low, along = graph.nodes[edges.low[edge]], graph.nodes[edges.high[edge]]
        along = along - low
        at = ((graph.nodes[node] - low) * along).sum(axis=1) / (along**2).sum(axis=1)
        graph, parent = cut(graph, edges, Cuts(edge, node, at))
        of = of[parent]
    on_border = np.zeros(len(graph.nodes), dtype=bool)
    on_border[:count] = True
    on_border[list(placed)] = True
    for _ in range(ROUNDS):
        edges = Edges.of(graph)
        pairs = meeting_boxes(*boxes(graph, edges, 2 * tolerance_m))
        cuts, offset = vertices_on_segments(graph, edges, pairs, tolerance_m)
        free = np.ones(len(edges.low), dtype=bool)
        free[edges.edge[graph.owner == UNIT]] = False
        wanted = free[cuts.edge] & (on_border[cuts.node] | (offset <= TOUCH_M))
        chosen = _passed(graph, edges, cuts, offset, np.flatnonzero(wanted))
        if len(chosen) == 0:
            break
        graph, parent = cut(
            graph, edges, Cuts(cuts.edge[chosen], cuts.node[chosen], cuts.at[chosen])
        )
        of = of[parent]
    return graph, of


def _passed(graph: Graph, edges: Edges, cuts: Cuts, offset: Floats, some: Ints) -> Ints:
    """Choose the nodes through which edges are led: those they pass, not those they run into.

    Of two nodes of one edge, and of a node and an end, one is left out where the way
    between them would go more across the edge than along it: the farther from the edge.
    """
    length = np.hypot(*(graph.nodes[edges.high] - graph.nodes[edges.low]).T)
    a, b = graph.nodes[edges.low[cuts.edge]], graph.nodes[edges.high[cuts.edge]]
    p = graph.nodes[cuts.node]
    across = (b[:, 0] - a[:, 0]) * (p[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (p[:, 0] - a[:, 0])
    across /= length[cuts.edge]
    along = cuts.at * length[cuts.edge]
    taken: dict[int, list[tuple[float, float]]] = {}
    chosen = []
    for i in some[np.lexsort((cuts.at[some], offset[some], cuts.edge[some]))].tolist():
        edge = int(cuts.edge[i])
        others = taken.setdefault(edge, [(0.0, 0.0), (float(length[edge]), 0.0)])
        here = (float(along[i]), float(across[i]))
        if all(abs(here[0] - s) > abs(here[1] - d) for s, d in others):
            others.append(here)
            chosen.append(i)
    return np.array(chosen, dtype=np.int64)


def _cross(graph: Graph, of: Ints) -> tuple[Graph, Ints]:
    """Give segments that cross a node there."""
    for _ in range(ROUNDS):
        edges = Edges.of(graph)
        wider, cuts = crossings(graph, edges, meeting_boxes(*boxes(graph, edges, 0.0)))
        if len(cuts.edge) == 0:
            break
        graph, parent = cut(wider, edges, cuts)
        of = of[parent]
    return graph, of


def _winding(
    pieces: NDArray[np.object_], sides: Sides, graph: Graph, edges: Edges, owner: int
) -> Ints:
    """Return how often the segments of one owner wind about each face; 0 where they are open."""
    mine = graph.owner == owner
    way = np.where(graph.start < graph.end, 1, -1) * mine
    step = np.bincount(edges.edge, weights=way, minlength=len(edges.low)).astype(np.int64)
    found = spread(sides, step, len(pieces))
    return np.zeros(len(pieces), dtype=np.int64) if found is None else found


def _divides(
    sides: Sides, graph: Graph, edges: Edges, inside: NDArray[np.bool_]
) -> tuple[Ints, Ints, Ints]:
    """Return the faces to the left and right of the lines' edges between two faces, and the ends.

    An edge that lines pass both ways has two rows.
    """
    line = np.flatnonzero(graph.owner == LINE)
    edge = edges.edge[line]
    forward = graph.start[line] < graph.end[line]
    left = np.where(forward, sides.left[edge], sides.right[edge])
    right = np.where(forward, sides.right[edge], sides.left[edge])
    parts = (left >= 0) & (right >= 0) & (left != right)
    parts[parts] = inside[left[parts]] & inside[right[parts]]
    ends = np.column_stack([graph.start[line], graph.end[line]])
    return left[parts], right[parts], ends[parts]


def _border(
    graph: Graph, of: Ints, start: Ints, end: Ints, count: int
) -> dict[int, tuple[int, int, float]]:
    """Return the nodes that were put into the unit's edges."""
    result = {}
    new = np.flatnonzero((of >= 0) & (graph.end >= count))
    for i in new.tolist():
        node, edge = int(graph.end[i]), int(of[i])
        a, b = int(start[edge]), int(end[edge])
        along = graph.nodes[b] - graph.nodes[a]
        at = float((graph.nodes[node] - graph.nodes[a]) @ along / (along @ along))
        result[node] = (a, b, at)
    return result
