"""From a residual to faces: which pieces of ground are covered how often (覆盖次数)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from diming.geometry.components import components
from diming.geometry.grouping import distinct, matches
from diming.geometry.noding import Edges

if TYPE_CHECKING:
    from diming.geometry.chain import Floats, Ints
    from diming.geometry.nodes import Graph

Geometries = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Faces:
    """Pieces of ground bounded by a residual, in the plane.

    Attributes
    ----------
    polygon : object array
    inside : float64 array of shape (n, 2)
        A point within each.
    cover : int64 array
        How many units cover it.
    """

    polygon: Geometries
    inside: Floats
    cover: Ints

    def __len__(self) -> int:
        return len(self.polygon)

    def take(self, index: NDArray[np.int64] | NDArray[np.bool_]) -> Faces:
        """Return some of the faces."""
        return Faces(self.polygon[index], self.inside[index], self.cover[index])


#: Points whose rays are followed in one go: along a straight border each meets thousands of
#: segments, and 2000 at once took 200 MB, and twice as long, where 64 take 50.
POINTS_AT_ONCE = 64


class Winding:
    """Answer how often a residual winds about points: the cover count there."""

    def __init__(self, graph: Graph) -> None:
        edges = Edges.of(graph)
        net = edges.net(graph)
        a, b = graph.nodes[edges.low], graph.nodes[edges.high]
        upward = a[:, 1] < b[:, 1]
        self.bottom = np.where(upward[:, None], a, b)
        self.top = np.where(upward[:, None], b, a)
        self.weight = np.where(upward, net, -net)
        x = np.maximum(a[:, 0], b[:, 0])
        self.right = float(x.max()) if len(x) else 0.0
        low = np.minimum(a, b)
        self.tree = shapely.STRtree(shapely.box(low[:, 0], low[:, 1], x, self.top[:, 1]))

    def about(self, points: Floats) -> Ints:
        """Return the cover count at points of shape (n, 2) that lie on no segment."""
        parts = [
            self._about(points[first : first + POINTS_AT_ONCE])
            for first in range(0, len(points), POINTS_AT_ONCE)
        ]
        return np.concatenate([np.empty(0, dtype=np.int64), *parts])

    def _about(self, points: Floats) -> Ints:
        right = np.maximum(points[:, 0], self.right)
        rays = shapely.linestrings(
            np.stack([points, np.column_stack([right, points[:, 1]])], axis=1)
        )
        point, edge = self.tree.query(rays)
        p, bottom, top = points[point], self.bottom[edge], self.top[edge]
        spans = (bottom[:, 1] <= p[:, 1]) & (p[:, 1] < top[:, 1])
        side = (top[:, 0] - bottom[:, 0]) * (p[:, 1] - bottom[:, 1]) - (
            top[:, 1] - bottom[:, 1]
        ) * (p[:, 0] - bottom[:, 0])
        hit = spans & (side > 0)
        count = np.bincount(point[hit], weights=self.weight[edge[hit]], minlength=len(points))
        return np.rint(count).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Sides:
    """Which face lies on either side of each edge, seen from its low to its high node.

    -1 is the outside: the one face without bounds.
    """

    edges: Edges
    left: Ints
    right: Ints

    @property
    def outer(self) -> NDArray[np.bool_]:
        """Return the edges with the outside on one side."""
        found: NDArray[np.bool_] = (self.left < 0) | (self.right < 0)
        return found


def faces(graph: Graph) -> Faces:
    """Return the bounded faces of a residual whose segments meet in nodes only."""
    return faces_and_sides(graph)[0]


def faces_and_sides(graph: Graph) -> tuple[Faces, Sides]:
    """Return the bounded faces of a residual, and which of them its edges part."""
    edges = Edges.of(graph)
    pieces = polygonize(graph.nodes, edges.low, edges.high)
    inside = shapely.get_coordinates(shapely.point_on_surface(pieces))
    sides = sides_of(pieces, graph.nodes, edges)
    cover = spread(sides, edges.net(graph), len(pieces))
    if cover is None:
        cover = Winding(graph).about(inside)
    return Faces(pieces, inside, cover), sides


def sides_of(polygon: Geometries, nodes: Floats, edges: Edges) -> Sides:
    """Find which of the polygons that edges enclose lies on which side of them."""
    found = Outlines.of(polygon, nodes)
    edge = found.edges_among(edges.low, edges.high, len(nodes))
    # Shells and holes have their polygon to the left where they turn the right way.
    to_left = (shapely.is_ccw(found.rings) != found.hole)[found.ring] == (found.start < found.end)
    left = np.full(len(edges.low), -1)
    right = np.full(len(edges.low), -1)
    known = edge >= 0
    left[edge[known & to_left]] = found.face[known & to_left]
    right[edge[known & ~to_left]] = found.face[known & ~to_left]
    return Sides(edges, left, right)


def spread(sides: Sides, step: Ints, count: int) -> Ints | None:
    """Return how often each face is covered, from the outside (0) inwards.

    Crossing an edge from right to left changes the count by its `step`. None
    where that leads to no answer, or to more than one.
    """
    left, right = sides.left + 1, sides.right + 1
    known = np.zeros(count + 1, dtype=bool)
    known[0] = True
    cover = np.zeros(count + 1, dtype=np.int64)
    a, b, by = left, right, step
    while True:
        there, back = known[a] & ~known[b], known[b] & ~known[a]
        if not (there.any() or back.any()):
            break
        cover[b[there]] = cover[a[there]] - by[there]
        cover[a[back]] = cover[b[back]] + by[back]
        known[b[there]] = known[a[back]] = True
        ahead = ~(known[a] & known[b])
        a, b, by = a[ahead], b[ahead], by[ahead]
    if not known.all():
        return None
    if (cover[left] - cover[right] != step).any():
        return None
    return cover[1:]


def polygonize(nodes: Floats, low: Ints, high: Ints) -> Geometries:
    """Return the polygons that edges enclose, after stringing the edges together."""
    if len(low) == 0:
        return np.empty(0, dtype=object)
    found: Geometries = shapely.get_parts(shapely.polygonize(_strings(nodes, low, high)))
    return found


def _strings(nodes: Floats, low: Ints, high: Ints) -> Geometries:
    """Join edges to strings between nodes where other than two of them meet.

    The order along a string comes from pointer jumping: in each round every
    edge learns of an edge twice as far back.
    """
    count = len(low)
    degree = np.bincount(np.concatenate([low, high]), minlength=len(nodes))
    # Half edges 2e (low → high) and 2e + 1 (high → low); each has at most one follower.
    tail = np.column_stack([low, high]).ravel()
    head = np.column_stack([high, low]).ravel()
    leaving = np.argsort(tail, kind="stable")
    begin = np.searchsorted(tail[leaving], np.arange(len(nodes) + 1))
    half = np.arange(2 * count)
    passes = degree[head] == 2
    first = leaving[np.minimum(begin[head], 2 * count - 1)]
    second = leaving[np.minimum(begin[head] + 1, 2 * count - 1)]
    follower = np.where(first == (half ^ 1), second, first)
    before = half.copy()
    before[follower[passes]] = half[passes]
    # A closed string has no beginning: its lowest half edge is taken for one.
    string = components(2 * count, half[passes], follower[passes])
    lowest = np.full(string.max() + 1, 2 * count)
    np.minimum.at(lowest, string, half)
    begun = np.zeros(len(lowest), dtype=bool)
    begun[string[before == half]] = True
    rings_begin = lowest[~begun]
    before[rings_begin] = rings_begin
    # Each string occurs in both directions: keep the one with the lower half edge.
    other = string[half ^ 1]
    keep = (lowest[string] < lowest[other]) | ((string == other) & (half % 2 == 0))
    root, far = before.copy(), (before != half).astype(np.int64)
    while not np.array_equal(root[root], root):
        far += far[root]
        root = root[root]
    kept = half[keep]
    order = kept[np.lexsort((far[kept], string[kept]))]
    sizes = np.unique(string[order], return_counts=True)[1]
    last = np.cumsum(sizes) - 1
    places = np.insert(tail[order], last + 1, head[order[last]])
    index = np.repeat(np.arange(len(sizes)), sizes + 1)
    strings: Geometries = shapely.linestrings(nodes[places], indices=index)
    return strings


@dataclass(frozen=True, slots=True)
class Outlines:
    """The edges of polygons' rings, one after the other, as numbers of nodes.

    Edge i runs ``start[i]`` → ``end[i]`` on the ring ``rings[ring[i]]`` of the
    polygon ``face[i]``.
    """

    rings: Geometries
    hole: NDArray[np.bool_]
    ring: Ints
    face: Ints
    start: Ints
    end: Ints

    @staticmethod
    def of(polygon: Geometries, nodes: Floats) -> Outlines:
        """Take polygons apart whose vertices are nodes."""
        rings_, ring_face = shapely.get_rings(polygon, return_index=True)
        xy, ring = shapely.get_coordinates(rings_, return_index=True)
        node = numbers_of(xy, nodes)
        hole = np.ones(len(rings_), dtype=bool)
        hole[:1] = False
        hole[1:] = ring_face[1:] == ring_face[:-1]
        follows = np.flatnonzero(ring[1:] == ring[:-1])
        return Outlines(
            rings_, hole, ring[follows], ring_face[ring[follows]], node[follows], node[follows + 1]
        )

    def keys(self, count: int) -> NDArray[np.uint64]:
        """Return one number an edge, the same for both directions, among `count` nodes."""
        low = np.minimum(self.start, self.end).astype(np.uint64)
        high = np.maximum(self.start, self.end).astype(np.uint64)
        found: NDArray[np.uint64] = low * np.uint64(count) + high
        return found

    def edges_among(self, low: Ints, high: Ints, count: int) -> Ints:
        """Return which of some edges, sorted by their nodes, each is; -1 where none."""
        if len(low) == 0:
            return np.full(len(self.start), -1)
        known = low.astype(np.uint64) * np.uint64(count) + high.astype(np.uint64)
        asked = self.keys(count)
        place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
        return np.where(known[place] == asked, place, -1)


def numbers_of(xy: Floats, nodes: Floats) -> Ints:
    """Return the numbers of the nodes that lie at some places, bit by bit."""
    if len(nodes) == 0:
        return np.zeros(len(xy), dtype=np.int64)
    found = _place(_mixed(xy), _mixed(nodes))
    if not np.array_equal(nodes[found], xy):
        asked, known = (
            np.ascontiguousarray(part).view(np.complex128).ravel() for part in (xy, nodes)
        )
        found = _place(asked, known)
    return found


def numbers_of_some(xy: Floats, nodes: Floats) -> Ints:
    """Return the numbers of the nodes that lie at some places, bit by bit; -1 where none."""
    found = numbers_of(xy, nodes)
    if len(nodes) == 0:
        return np.full(len(xy), -1)
    return np.where((nodes[found] == xy).all(axis=1), found, -1)


def _place(asked: NDArray[Any], known: NDArray[Any]) -> Ints:
    order = np.argsort(known, kind="stable")
    place: Ints = order[np.minimum(np.searchsorted(known[order], asked), len(order) - 1)]
    return place


def _mixed(xy: Floats) -> NDArray[np.uint64]:
    """Return one number a place; two places hardly ever share one."""
    bits = np.ascontiguousarray(xy + 0.0).view(np.uint64).reshape(-1, 2)
    found: NDArray[np.uint64] = bits[:, 0] * np.uint64(0x9E3779B97F4A7C15)
    found ^= found >> np.uint64(32)
    found += bits[:, 1]
    found *= np.uint64(0xC2B2AE3D27D4EB4F)
    return found


@dataclass(frozen=True, slots=True)
class Rims:
    """What lies on the outlines of faces: (face, node) and (face, unit) pairs."""

    node_face: Ints
    node: Ints
    owner_face: Ints
    owner: Ints


def rims(polygon: Geometries, graph: Graph) -> Rims:
    """Find the nodes and units on the outlines of some faces of a graph."""
    found = Outlines.of(polygon, graph.nodes)
    left, right = matches(found.keys(len(graph.nodes)), graph.undirected())
    owner_face, owner = distinct(found.face[left], graph.owner[right].astype(np.int64))
    node_face, node = distinct(found.face, found.start)
    return Rims(node_face, node, owner_face, owner)
