"""From a residual to faces: which pieces of ground are covered how often (覆盖次数)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from diming.geometry.grouping import matches
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
        How many units cover it (by the residual's winding about the point).
    """

    polygon: Geometries
    inside: Floats
    cover: Ints

    def __len__(self) -> int:
        return len(self.polygon)

    def take(self, index: NDArray[np.int64] | NDArray[np.bool_]) -> Faces:
        """Return some of the faces."""
        return Faces(self.polygon[index], self.inside[index], self.cover[index])


#: Points whose rays are followed in one go; each may meet thousands of segments.
POINTS_AT_ONCE = 2000


class Winding:
    """Answer how often a residual winds about points: the cover count there."""

    def __init__(self, graph: Graph) -> None:
        edges = Edges.of(graph)
        way = np.where(graph.start < graph.end, 1, -1)
        net = np.bincount(edges.edge, weights=way, minlength=len(edges.low)).astype(np.int64)
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


def faces(graph: Graph) -> Faces:
    """Return the bounded faces of a residual whose segments meet in nodes only."""
    edges = Edges.of(graph)
    pieces = polygonize(graph.nodes, edges.low, edges.high)
    inside = shapely.get_coordinates(shapely.point_on_surface(pieces))
    return Faces(pieces, inside, Winding(graph).about(inside))


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
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

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
    linked = coo_array(
        (np.ones(int(passes.sum()), dtype=bool), (half[passes], follower[passes])),
        shape=(2 * count,) * 2,
    )
    _, string = connected_components(linked, directed=False)
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
class Rims:
    """What lies on the outlines of faces: (face, node) and (face, unit) pairs."""

    node_face: Ints
    node: Ints
    owner_face: Ints
    owner: Ints


def rims(polygon: Geometries, graph: Graph) -> Rims:
    """Find the nodes and units on the outlines of some faces of a graph."""
    rings_, ring_face = shapely.get_rings(polygon, return_index=True)
    edges_xy, ring = shapely.get_coordinates(rings_, return_index=True)
    face = ring_face[ring]
    known = np.ascontiguousarray(graph.nodes).view(np.complex128).ravel()
    order = np.argsort(known)
    asked = np.ascontiguousarray(edges_xy).view(np.complex128).ravel()
    node = order[np.minimum(np.searchsorted(known[order], asked), len(order) - 1)]
    same = ring[1:] == ring[:-1]
    a, b = node[:-1][same], node[1:][same]
    count = np.uint64(len(graph.nodes))
    keys = np.minimum(a, b).astype(np.uint64) * count + np.maximum(a, b).astype(np.uint64)
    left, right = matches(keys, graph.undirected())
    pairs = np.unique(
        np.column_stack([face[:-1][same][left], graph.owner[right].astype(np.int64)]), axis=0
    )
    corners = np.unique(np.column_stack([face, node]), axis=0)
    return Rims(corners[:, 0], corners[:, 1], pairs[:, 0], pairs[:, 1])
