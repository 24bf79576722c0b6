"""Where segments of a residual meet other than at their ends (悬挂节点, 相交).

Only pairs of segments whose boxes come close are looked at. A vertex within the
tolerance of a segment becomes a vertex of that segment; what then cancels is a
shared line with different vertices. What still crosses gets a node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diming.geometry.grouping import matches
from diming.geometry.near import meeting_between, meeting_boxes
from diming.geometry.nodes import Graph, merge_close

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints


@dataclass(frozen=True, slots=True)
class Edges:
    """The distinct segments of a graph, as low node and high node, and who lies on them."""

    low: Ints
    high: Ints
    #: Number of each graph segment's edge.
    edge: Ints

    @staticmethod
    def of(graph: Graph) -> Edges:
        """Collect the distinct undirected segments."""
        keys, edge = np.unique(graph.undirected(), return_inverse=True)
        count = np.uint64(max(len(graph.nodes), 1))
        return Edges((keys // count).astype(np.int64), (keys % count).astype(np.int64), edge)

    def net(self, graph: Graph) -> Ints:
        """Return per edge: the graph's segments from low to high less those from high to low."""
        way = np.where(graph.start < graph.end, 1, -1)
        return np.bincount(self.edge, weights=way, minlength=len(self.low)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Cuts:
    """Nodes to insert into edges: `node` at the fraction `at` from low to high node."""

    edge: Ints
    node: Ints
    at: Floats


def cross(a: Floats, b: Floats) -> Floats:
    """Return the z of the cross product of vectors in the plane."""
    result: Floats = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return result


def boxes(graph: Graph, edges: Edges, reach_m: float) -> tuple[Floats, Floats]:
    """Return the corners of the edges' boxes, wider by half of `reach_m` on all sides."""
    a, b = graph.nodes[edges.low], graph.nodes[edges.high]
    return np.minimum(a, b) - reach_m / 2, np.maximum(a, b) + reach_m / 2


def _pairs_after(
    before: Edges, pairs: tuple[Ints, Ints], cuts: Cuts, graph: Graph, edges: Edges
) -> tuple[Ints, Ints]:
    """Return pairs of edges whose boxes meet, after some were cut, by the pairs before.

    Only the new pieces are looked at, and what was close to the edges they are of.
    """
    count = len(graph.nodes)
    was, now = before.low * count + before.high, edges.low * count + edges.high
    place = np.minimum(np.searchsorted(was, now), len(was) - 1)
    new = was[place] != now
    fresh = np.flatnonzero(new)
    left = np.full(len(was), -1)
    left[place[~new]] = np.flatnonzero(~new)
    parted = np.zeros(len(was), dtype=bool)
    parted[cuts.edge] = True
    first, second = pairs
    near = new.copy()
    beside = np.concatenate([left[second[parted[first]]], left[first[parted[second]]]])
    near[beside[beside >= 0]] = True
    some = np.flatnonzero(near)
    low, high = boxes(graph, edges, 0.0)
    found = [
        (fresh[a], some[b])
        for a, b in meeting_between(low[fresh], high[fresh], low[some], high[some])
    ]
    first, second = left[first], left[second]
    kept = (first >= 0) & (second >= 0)
    found = [(a[once], b[once]) for a, b in found for once in (~new[b] | (a < b),)]
    found.append((first[kept], second[kept]))
    first, second = (np.concatenate(part) for part in zip(*found, strict=True))
    return np.minimum(first, second), np.maximum(first, second)


def vertices_on_segments(
    graph: Graph, edges: Edges, pairs: tuple[Ints, Ints], tolerance_m: float
) -> tuple[Cuts, Floats]:
    """Find nodes within the tolerance of an edge that does not end in them.

    Returns
    -------
    cuts : Cuts
        Each such node and edge once.
    offset_m : float64 array
        Distance of the node from the edge.
    """
    found: list[tuple[Ints, Ints, Floats, Floats]] = []
    first, second = pairs
    for here, there in ((first, second), (second, first)):
        low, high = edges.low[there], edges.high[there]
        start = graph.nodes[low]
        along = graph.nodes[high] - start
        square = (along**2).sum(axis=1)
        for node in (edges.low[here], edges.high[here]):
            away = graph.nodes[node] - start
            at = (away * along).sum(axis=1) / square
            offset = np.abs(cross(along, away)) / np.sqrt(square)
            on = (offset <= tolerance_m) & (at > 0) & (at < 1) & (node != low) & (node != high)
            found.append((there[on], node[on], at[on], offset[on]))
    edge, node, at, offset = (np.concatenate(part) for part in zip(*found, strict=True))
    _, once = np.unique(edge * len(graph.nodes) + node, return_index=True)
    return Cuts(edge[once], node[once], at[once]), offset[once]


def crossings(graph: Graph, edges: Edges, pairs: tuple[Ints, Ints]) -> tuple[Graph, Cuts]:
    """Find where edges cross within; the graph returned has the new nodes."""
    first, second = pairs
    a, b = graph.nodes[edges.low[first]], graph.nodes[edges.high[first]]
    c, d = graph.nodes[edges.low[second]], graph.nodes[edges.high[second]]
    c_side, d_side = cross(b - a, c - a), cross(b - a, d - a)
    a_side, b_side = cross(d - c, a - c), cross(d - c, b - c)
    shared = np.zeros(len(first), dtype=bool)
    for p in (edges.low[first], edges.high[first]):
        shared |= (p == edges.low[second]) | (p == edges.high[second])
    hit = np.flatnonzero((c_side * d_side < 0) & (a_side * b_side < 0) & ~shared)
    hit = hit[np.lexsort((second[hit], first[hit]))]
    first, second, a, b = first[hit], second[hit], a[hit], b[hit]
    at_first = a_side[hit] / (a_side[hit] - b_side[hit])
    at_second = c_side[hit] / (c_side[hit] - d_side[hit])
    places = a + at_first[:, None] * (b - a)
    leader = merge_close(places, 1e-7) + len(graph.nodes)
    wider = Graph(
        np.concatenate([graph.nodes, places]),
        np.concatenate([graph.origin, np.full(len(places), -1)]),
        graph.start, graph.end, graph.owner,
    )  # fmt: skip
    return wider, Cuts(
        np.concatenate([first, second]),
        np.concatenate([leader, leader]),
        np.concatenate([at_first, at_second]),
    )


def cut(graph: Graph, edges: Edges, cuts: Cuts) -> tuple[Graph, Ints]:
    """Insert nodes into the segments of a graph.

    Returns
    -------
    graph : Graph
        With every segment on a cut edge replaced by its pieces.
    parent : int64 array
        The segment each came from.
    """
    if len(cuts.edge) == 0:
        return graph, np.arange(len(graph))
    row, chosen = matches(edges.edge, cuts.edge)
    backward = (graph.start > graph.end)[row]
    at = np.where(backward, 1 - cuts.at[chosen], cuts.at[chosen])
    every = np.arange(len(graph))
    rows = np.concatenate([every, row, every])
    place = np.concatenate([np.full(len(graph), -1.0), at, np.full(len(graph), 2.0)])
    node = np.concatenate([graph.start, cuts.node[chosen], graph.end])
    order = np.lexsort((node, place, rows))
    rows, node = rows[order], node[order]
    piece = np.flatnonzero((rows[1:] == rows[:-1]) & (node[1:] != node[:-1]))
    parent = rows[piece]
    return (
        Graph(graph.nodes, graph.origin, node[piece], node[piece + 1], graph.owner[parent]),
        parent,
    )


@dataclass(frozen=True, slots=True)
class Touches:
    """Vertices that lie on another unit's line without being vertices of it (悬挂节点).

    One row a pair of units: `lacking` has a segment through `node` without a
    vertex there, `having` has the vertex. `shared_m` is the length of the line
    they share on the pieces beside it; 0 where they only touch.
    """

    lacking: NDArray[np.int32]
    having: NDArray[np.int32]
    node: Ints
    #: The segment of `lacking` that goes through the node.
    segment: Ints
    offset_m: Floats
    shared_m: Floats

    def take(self, index: NDArray[np.bool_]) -> Touches:
        """Return some of the rows."""
        return Touches(
            self.lacking[index], self.having[index], self.node[index], self.segment[index],
            self.offset_m[index], self.shared_m[index],
        )  # fmt: skip


def _touching(graph: Graph, cuts: Cuts, offset_m: Floats, pieces: Graph, parent: Ints) -> Touches:
    """Say whose segments were cut, and whose vertices cut them."""
    # Every (segment, node) that was inserted: the ends of pieces that their parent had not.
    starts = np.flatnonzero(pieces.start != graph.start[parent])
    ends = np.flatnonzero(pieces.end != graph.end[parent])
    piece = np.concatenate([starts, ends])
    node = np.concatenate([pieces.start[starts], pieces.end[ends]])
    if len(piece) == 0:
        none = np.empty(0, np.int32)
        whole = np.empty(0, np.int64)
        return Touches(none, none, whole, whole, np.empty(0), np.empty(0))
    lacking = graph.owner[parent[piece]]
    # Pieces of others on the same two nodes: the line is shared there.
    group, net = pieces.balance()
    length = np.hypot(*(pieces.nodes[pieces.end] - pieces.nodes[pieces.start]).T)
    gone = net[group] == 0
    left, right = matches(group[piece], group)
    shares = gone[right] & (pieces.owner[right] != lacking[left])
    left, right = left[shares], right[shares]
    share = length / np.maximum(np.bincount(piece, minlength=len(pieces)), 1)
    segment = parent[piece]
    line = (lacking[left], pieces.owner[right], node[left], segment[left], share[piece[left]])
    # Vertices that touch a segment without sharing a line with it.
    left, right = matches(node, np.concatenate([graph.start, graph.end]))
    others = np.concatenate([graph.owner, graph.owner])[right]
    touch = others != lacking[left]
    left, others = left[touch], others[touch]
    point = (lacking[left], others, node[left], segment[left], np.zeros(len(left)))
    columns = [np.concatenate(pair) for pair in zip(line, point, strict=True)]
    rows, inverse = np.unique(np.column_stack(columns[:4]), axis=0, return_inverse=True)
    shared = np.bincount(inverse.ravel(), columns[4], len(rows)).astype(np.float64)
    offset_of = np.zeros(len(graph.nodes))
    np.maximum.at(offset_of, cuts.node, offset_m)
    return Touches(
        rows[:, 0].astype(np.int32), rows[:, 1].astype(np.int32), rows[:, 2], rows[:, 3],
        offset_of[rows[:, 2]], shared,
    )  # fmt: skip


def resolve(graph: Graph, tolerance_m: float) -> tuple[Graph, Touches]:
    """Give a residual a node wherever its segments meet.

    Returns
    -------
    graph : Graph
        Cancelled; its segments meet in nodes only.
    touches : Touches
        Vertices that were missing.
    """
    edges = Edges.of(graph)
    pairs = meeting_boxes(*boxes(graph, edges, 2 * tolerance_m))
    cuts, offset = vertices_on_segments(graph, edges, pairs, tolerance_m)
    pieces, parent = cut(graph, edges, cuts)
    touches = _touching(graph, cuts, offset, pieces, parent)
    graph = pieces.cancelled()
    before, edges = edges, Edges.of(graph)
    wider, cuts = crossings(graph, edges, _pairs_after(before, pairs, cuts, graph, edges))
    crossed, _ = cut(wider, edges, cuts)
    return crossed.cancelled(), touches
