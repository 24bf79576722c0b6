"""The boundary operator (边界链): sum the outlines of many polygons, cancel, keep the rest.

Every ring gets a direction (shells counter-clockwise, holes clockwise), so that
a unit always lies to the left of its boundary. In the sum over all units the
segments that two neighbours share, with the same vertices, cancel. What is
left, the residual, is exactly the boundary of the cover count n(x): everything
that is wrong with a coverage lies on it, however narrow, with no tolerance.

Cancelling is a hash and a sort over arrays. Only keys (8 bytes a vertex) are
held for the whole set; coordinates are looked at block by block.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

#: Coordinates a block may hold: small enough for the processor's cache.
BLOCK_COORDINATES = 1 << 17

_MIX = tuple(np.uint64(c) for c in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93))
_ONE = np.uint64(1)


@dataclass(frozen=True, slots=True)
class Chain:
    """Directed segments, each with the unit on its left.

    Attributes
    ----------
    start, end : float64 arrays of shape (n, 2)
    owner : int32 array of shape (n,)
        Position of the unit that the segment bounds.
    """

    start: Floats
    end: Floats
    owner: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.owner)

    def reversed(self) -> Chain:
        """Return minus this chain."""
        return Chain(self.end, self.start, self.owner)

    @staticmethod
    def concatenate(parts: list[Chain]) -> Chain:
        """Return the sum of several chains, nothing cancelled."""
        if not parts:
            none = np.empty((0, 2))
            return Chain(none, none, np.empty(0, np.int32))
        return Chain(
            np.concatenate([p.start for p in parts]),
            np.concatenate([p.end for p in parts]),
            np.concatenate([p.owner for p in parts]),
        )


@dataclass(frozen=True, slots=True)
class Rings:
    """All rings of some polygons as flat arrays.

    `coordinates` of shape (n, 2); ring r is ``coordinates[first[r]:first[r + 1]]``,
    of unit ``owner[r]``, and a hole where ``hole[r]``.
    """

    coordinates: Floats
    first: Ints
    owner: Ints
    hole: NDArray[np.bool_]


def rings(geometry: NDArray[np.object_]) -> Rings:
    """Take polygons and multipolygons apart into rings, without judging them."""
    multi = shapely.get_type_id(geometry) == shapely.GeometryType.MULTIPOLYGON
    if multi.any():
        polygons, owner = shapely.get_parts(geometry, return_index=True)
        filled = ~shapely.is_empty(polygons)
        if not filled.all():
            polygons, owner = polygons[filled], owner[filled]
    else:
        polygons, owner = geometry, np.arange(len(geometry))
    holes = shapely.get_num_interior_rings(polygons)
    count = holes.astype(np.int64) + 1
    last = np.cumsum(count)
    length = np.empty(int(last[-1]) if len(last) else 0, dtype=np.int64)
    plain = holes == 0
    length[last[plain] - 1] = shapely.get_num_coordinates(polygons[plain])
    is_hole = np.ones(len(length), dtype=bool)
    is_hole[last - count] = False
    if not plain.all():
        pierced = np.repeat(~plain, count)
        length[pierced] = shapely.get_num_coordinates(shapely.get_rings(polygons[~plain]))
    return Rings(
        shapely.get_coordinates(polygons) + 0.0,  # -0.0 is 0.0
        np.concatenate([[0], np.cumsum(length)]),
        np.repeat(owner, count),
        is_hole,
    )


def doubled_areas(found: Rings) -> Floats:
    """Return twice the signed area of each ring, positive when counter-clockwise."""
    if len(found.owner) == 0:
        return np.empty(0)
    x, y = found.coordinates[:, 0], found.coordinates[:, 1]
    centre = y.mean()
    terms = np.empty(len(x))
    np.subtract(x[:-1], x[1:], out=terms[:-1])
    terms[:-1] *= (y[1:] - centre) + (y[:-1] - centre)
    terms[found.first[1:] - 1] = 0.0
    area = np.add.reduceat(terms, found.first[:-1])
    # Rounding may outweigh a tiny ring far from the centre: look again from its own vertex.
    doubt = np.abs(area) <= 1e-12 * (np.ptp(y) + 1e-300) * (np.ptp(x) + 1e-300)
    for r in np.flatnonzero(doubt):
        ring = found.coordinates[found.first[r] : found.first[r + 1]]
        ring = ring - ring[0]
        area[r] = np.dot(ring[:-1, 0], ring[1:, 1]) - np.dot(ring[1:, 0], ring[:-1, 1])
    return area


def _vertex_hash(xy: Floats, seed: int) -> Keys:
    bits = np.ascontiguousarray(xy.T).view(np.uint64)
    h: Keys = bits[0] * _MIX[0]
    h ^= h >> np.uint64(32)
    h += bits[1]
    h *= _MIX[1]
    h ^= h >> np.uint64(29)
    if seed:
        h += np.uint64(seed)
    h *= _MIX[2]
    h ^= h >> np.uint64(32)
    return h


def _segment_keys(found: Rings, turned: NDArray[np.bool_], apart: Keys, seed: int) -> Keys:
    """Return one key a coordinate, for the segment that leaves it; 0 where none does.

    The last bit is the direction; two opposite segments differ in that bit alone.
    """
    h = _vertex_hash(found.coordinates, seed)
    following = np.empty_like(h)
    following[:-1] = h[1:]
    following[-1:] = h[-1:]
    closing = found.first[1:] - 1
    following[closing] = h[closing]
    keys: Keys = h + following
    if len(apart):
        keys += np.repeat(apart[found.owner], np.diff(found.first))
    keys <<= _ONE
    forward = h < following
    forward ^= np.repeat(turned, np.diff(found.first))
    keys |= forward
    keys[h == following] = 0
    return keys


def uncancelled(keys: Keys) -> Keys:
    """Return the keys, without direction bit, whose directions do not sum to zero."""
    left = np.sort(keys)
    left = left[np.searchsorted(left, _ONE) :]
    while True:
        pair = np.zeros(len(left), dtype=bool)
        if len(left) > 1:
            pair[:-1] = (left[1:] - left[:-1] == _ONE) & (left[:-1] & _ONE == 0)
        if not pair.any():
            return np.unique(left >> _ONE)
        pair[1:] |= pair[:-1]
        left = left[~pair]


def _member(keys: Keys, wanted: Keys) -> Ints:
    """Return the positions of `keys` whose undirected key is in the sorted `wanted`."""
    if len(wanted) == 0:
        return np.empty(0, dtype=np.int64)
    bits = np.uint64(min(24, max(10, len(wanted).bit_length() + 4)))
    shift = np.uint64(63) - bits
    table = np.zeros(1 << int(bits), dtype=bool)
    table[wanted >> shift] = True
    hits = np.flatnonzero(table[keys >> (shift + _ONE)])
    undirected: Keys = keys[hits] >> _ONE
    place = np.minimum(np.searchsorted(wanted, undirected), len(wanted) - 1)
    found: Ints = hits[(wanted[place] == undirected) & (keys[hits] != 0)]
    return found


def blocks(geometry: NDArray[np.object_]) -> Iterator[slice]:
    """Cut the units into runs of about `BLOCK_COORDINATES` coordinates."""
    ends = np.cumsum(shapely.get_num_coordinates(geometry))
    first = 0
    while first < len(geometry):
        done = ends[first - 1] if first else 0
        stop = int(np.searchsorted(ends, done + BLOCK_COORDINATES, side="right"))
        stop = max(stop, first + 1)
        yield slice(first, stop)
        first = stop


def residual(
    geometry: NDArray[np.object_],
    *,
    jobs: int = 1,
    minus: NDArray[np.bool_] | None = None,
    group: Ints | None = None,
    seed: int = 0,
) -> Chain:
    """Return the segments of the units' boundaries that do not cancel.

    Parameters
    ----------
    geometry : object array of shape (n,)
        Polygons and MultiPolygons in one CRS.
    jobs : int
        Threads. The result does not depend on it.
    minus : bool array of shape (n,), optional
        Polygons to subtract: they lie to the right of their segments.
    group : int64 array of shape (n,), optional
        Segments cancel only among polygons of the same group.
    seed : int
        Another hash; needed only if two different segments ever share a key.

    Returns
    -------
    Chain
        In the order of the units. All segments of an unbalanced place are
        kept, also those that cancel in part, so that their owners are known.
    """
    cuts = list(blocks(geometry))
    apart = np.empty(0, dtype=np.uint64)
    if group is not None:
        apart = (group.astype(np.uint64) + _ONE) * _MIX[1]
        apart ^= apart >> np.uint64(31)

    def directed(cut: slice) -> tuple[Rings, NDArray[np.bool_]]:
        found = rings(geometry[cut])
        turned = (doubled_areas(found) > 0) == found.hole
        if minus is not None:
            turned ^= minus[cut][found.owner]
        return found, turned

    def keys_of(cut: slice) -> Keys:
        found, turned = directed(cut)
        return _segment_keys(found, turned, apart[cut], seed)

    def chosen(work: tuple[slice, Keys]) -> Chain:
        cut, keys = work
        hits = _member(keys, wanted)
        if len(hits) == 0:
            return Chain.concatenate([])
        found, turned = directed(cut)
        ring = np.searchsorted(found.first, hits, side="right") - 1
        turn = turned[ring][:, None]
        here, there = found.coordinates[hits], found.coordinates[hits + 1]
        return Chain(
            np.where(turn, there, here),
            np.where(turn, here, there),
            (found.owner[ring] + cut.start).astype(np.int32),
        )

    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        keys = list(pool.map(keys_of, cuts))
        wanted = _uncancelled_in_parallel(keys, pool, max(jobs, 1))
        kept = list(pool.map(chosen, zip(cuts, keys, strict=True)))
    result = Chain.concatenate(kept)
    if seed < 3 and not is_cycle(result):
        return residual(geometry, jobs=jobs, minus=minus, group=group, seed=seed + 1)
    return result


def _uncancelled_in_parallel(keys: list[Keys], pool: ThreadPoolExecutor, jobs: int) -> Keys:
    """Split the key space by its leading bits, one share a thread, and join the rests."""
    if not keys:
        return np.empty(0, dtype=np.uint64)
    if jobs == 1:
        return uncancelled(np.concatenate(keys))
    bounds = np.linspace(0, 2.0**64, jobs + 1)

    def share(j: int) -> Keys:
        low = np.uint64(int(bounds[j]) // 2 * 2)
        high = int(bounds[j + 1]) // 2 * 2
        picked = [
            k[(k >= low) & (k < np.uint64(high))] if high < 2**64 else k[k >= low] for k in keys
        ]
        return uncancelled(np.concatenate(picked))

    return np.concatenate(list(pool.map(share, range(jobs))))


def is_cycle(chain: Chain) -> bool:
    """Tell whether as many segments leave each vertex as reach it: a chain's own proof.

    A hash collision that cancelled two different segments would break it.
    """
    vertices = np.concatenate([chain.start, chain.end])
    _, place = np.unique(vertices.view(np.complex128).ravel(), return_inverse=True)
    half = len(chain)
    balance = np.bincount(place[:half], minlength=2 * half) - np.bincount(
        place[half:], minlength=2 * half
    )
    return not balance.any()
