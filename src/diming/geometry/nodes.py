"""Vertices within a tolerance are one vertex (点位归并): clusters, not rounding.

Deliveries in neighbouring zones, or rounded to different grids, put one border
point at slightly different places; rounding would part points that straddle a
cell. Clusters do not, and chains of them are bounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diming.geometry.balance import uncancelled
from diming.geometry.components import components

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from diming.geometry.chain import Chain, Floats, Ints

#: Where more points than this share cells, a k-d tree is worth importing scipy for,
#: and a cloud of them in one cell would make too many pairs.
_MANY = 3_000
#: Odd, so that cells of a grid get numbers of their own; a clash costs a comparison only.
_SPREAD = np.int64(0x9E3779B97F4A7C15 - (1 << 64))


@dataclass(frozen=True, slots=True)
class Noise:
    """What merging vertices moved (点位噪声), in metres; empty where vertices were equal."""

    moved_count: int
    largest_m: float


@dataclass(frozen=True, slots=True)
class Graph:
    """A chain whose segments share numbered nodes.

    `nodes` of shape (m, 2) in the plane; segment i runs ``start[i]`` → ``end[i]``
    with unit ``owner[i]`` on its left. `origin` names, for each node, the vertex
    of the chain it came from (positions below n are starts, then ends); -1 where
    two segments cross and the data have no vertex.
    """

    nodes: Floats
    origin: Ints
    start: Ints
    end: Ints
    owner: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.owner)

    def take(self, index: NDArray[np.int64] | NDArray[np.bool_]) -> Graph:
        """Return the graph of some of the segments, on the same nodes."""
        return Graph(self.nodes, self.origin, self.start[index], self.end[index], self.owner[index])

    def undirected(self) -> NDArray[np.uint64]:
        """Return one number a segment, the same for both directions."""
        low = np.minimum(self.start, self.end).astype(np.uint64)
        high = np.maximum(self.start, self.end).astype(np.uint64)
        keys: NDArray[np.uint64] = low * np.uint64(len(self.nodes)) + high
        return keys

    def balance(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Group segments on the same two nodes.

        Returns
        -------
        group : int64 array
            Number of each segment's group.
        net : int64 array
            Per group: segments one way minus segments the other way.
        """
        _, group = np.unique(self.undirected(), return_inverse=True)
        way = np.where(self.start < self.end, 1, -1)
        return group, np.bincount(group, weights=way).astype(np.int64)

    def cancelled(self) -> Graph:
        """Return the segments whose group does not sum to zero; empty segments go too."""
        graph = self.take(self.start != self.end)
        keys = (graph.undirected() + np.uint64(1)) << np.uint64(1)
        keys |= graph.start < graph.end
        rest = uncancelled(keys)
        if len(rest) == 0:
            return graph.take(np.empty(0, dtype=np.int64))
        undirected = keys >> np.uint64(1)
        place = np.minimum(np.searchsorted(rest, undirected), len(rest) - 1)
        return graph.take(rest[place] == undirected)


def number(chain: Chain, tolerance_m: float) -> tuple[Graph, Noise]:
    """Give the vertices of a chain numbers; those within the tolerance get one.

    Parameters
    ----------
    chain : Chain
        In metres.
    tolerance_m : float
        Single links within it make a cluster; one wider than twice the
        tolerance is cut up around its leading vertices.

    Returns
    -------
    graph : Graph
        Cancelled again after merging.
    noise : Noise
    """
    vertices = np.concatenate([chain.start, chain.end])
    _, first, place = np.unique(
        np.ascontiguousarray(vertices).view(np.complex128).ravel(),
        return_index=True, return_inverse=True,
    )  # fmt: skip
    nodes = vertices[first]
    leader = merge_close(nodes, tolerance_m)
    moved = leader != np.arange(len(nodes))
    noise = Noise(0, 0.0)
    if moved.any():
        distance = np.hypot(*(nodes[moved] - nodes[leader[moved]]).T)
        noise = Noise(int(moved.sum()), float(distance.max()))
    half = len(chain)
    place = leader[place]
    graph = Graph(nodes, first, place[:half], place[half:], chain.owner)
    return graph.cancelled(), noise


def merge_close(nodes: Floats, tolerance_m: float) -> Ints:
    """Return for each point the first point of its cluster, within the tolerance."""
    leader = np.arange(len(nodes))
    if tolerance_m <= 0 or len(nodes) < 2:
        return leader
    pairs = close_pairs(nodes, tolerance_m)
    if len(pairs) == 0:
        return leader
    near, member = np.unique(pairs, return_inverse=True)
    member = member.reshape(-1, 2)
    component = components(len(near), member[:, 0], member[:, 1])
    order = np.lexsort((near, component))
    cuts = np.flatnonzero(np.diff(component[order])) + 1
    firsts = np.concatenate([[0], cuts])
    lengths = np.diff(np.concatenate([firsts, [len(order)]]))
    members = near[order]
    leader[members] = np.repeat(members[firsts], lengths)
    low = np.minimum.reduceat(nodes[members], firsts, axis=0)
    high = np.maximum.reduceat(nodes[members], firsts, axis=0)
    for c in np.flatnonzero(np.hypot(*(high - low).T) > 2 * tolerance_m):
        chained = members[firsts[c] : firsts[c] + lengths[c]]
        leader[chained] = _cut_up(nodes, chained, tolerance_m)
    return leader


def close_pairs(nodes: Floats, tolerance_m: float) -> Ints:
    """Return the pairs of points no farther apart than the tolerance, shape (p, 2).

    Points are sorted into the cells of four grids, each half a cell beside the
    others, so that two close points share a cell of one grid at least. Where
    vertices are where they should be, no cell has two, and that is all.
    """
    found = [np.empty(0, dtype=np.int64)]
    for key in _cells(nodes, tolerance_m):
        order = _crowded(key)
        if len(order) > _MANY:
            return _pairs_of_many(nodes, tolerance_m)
        ends = np.searchsorted(key[order], key[order], side="right")
        ahead = ends - np.arange(len(order)) - 1
        first = np.repeat(np.arange(len(order)), ahead)
        step = np.arange(len(first)) - np.repeat(np.cumsum(ahead) - ahead, ahead) + 1
        one, other = order[first], order[first + step]
        away = nodes[one] - nodes[other]
        close = (away**2).sum(axis=1) <= tolerance_m**2
        low, high = np.minimum(one, other)[close], np.maximum(one, other)[close]
        found.append(low * len(nodes) + high)
    pairs: Ints = np.column_stack(np.divmod(np.unique(np.concatenate(found)), len(nodes)))
    return pairs


def _cells(nodes: Floats, tolerance_m: float) -> Iterator[NDArray[np.int64]]:
    """Yield a number for each point's cell, in four grids; cells far apart may share one."""
    # Half a cell is more than the tolerance; and cells are counted in whole numbers.
    side = max(2.5 * tolerance_m, float(np.abs(nodes).max()) * 1e-15)
    place = nodes / side
    for shift in ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5)):
        x, y = np.floor(place + shift).astype(np.int64).T
        yield x * _SPREAD + y


def _crowded(key: NDArray[np.int64]) -> Ints:
    """Return the positions of keys that occur more than once, in the order of the keys."""
    ordered = np.sort(key)
    shared = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if len(shared) == 0:
        return np.empty(0, dtype=np.int64)
    place = np.minimum(np.searchsorted(shared, key), len(shared) - 1)
    among = np.flatnonzero(shared[place] == key)
    crowded: Ints = among[np.argsort(key[among], kind="stable")]
    return crowded


def _pairs_of_many(nodes: Floats, tolerance_m: float) -> Ints:
    from scipy.spatial import cKDTree

    pairs: Ints = cKDTree(nodes).query_pairs(tolerance_m, output_type="ndarray")
    return pairs


def _cut_up(nodes: Floats, chained: Ints, tolerance_m: float) -> Ints:
    """Part a long chain of close nodes: each goes to the first leader within reach."""
    result = np.full(len(chained), -1, dtype=np.int64)
    places = nodes[chained]
    if len(chained) > 5000:  # a cloud, not a chain: cells are enough
        cell = np.floor(places / tolerance_m).astype(np.int64)
        _, first, inverse = np.unique(cell, axis=0, return_index=True, return_inverse=True)
        return chained[first][inverse]
    while (free := np.flatnonzero(result < 0)).size:
        head = free[0]
        reach = np.hypot(*(places[free] - places[head]).T) <= tolerance_m
        result[free[reach]] = chained[head]
    return result
