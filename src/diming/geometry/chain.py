"""The boundary operator (边界链): sum the outlines of many polygons, cancel, keep the rest.

Every ring gets a direction (shells counter-clockwise, holes clockwise), so that
a unit always lies to the left of its boundary. In the sum over all units the
segments that two neighbours share, with the same vertices, cancel. What is
left, the residual, is exactly the boundary of the cover count n(x): everything
that is wrong with a coverage lies on it, however narrow, with no tolerance.

Cancelling is a hash and a sort over arrays: within each block first, then, with
what is left there, among all (`diming.geometry.balance`). The blocks may lie in
memory, in a file, or on other machines: a sum can be taken in any order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from diming.geometry.balance import Balance, Keys, cancel, members

if TYPE_CHECKING:
    from collections.abc import Callable

    from diming.geometry.shapes import Load, Shapes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MIX = tuple(np.uint64(c) for c in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93))
_ONE = np.uint64(1)
#: Seed of the hash that proves a chain; no residual is ever taken with it.
_PROOF = 7919


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

    def mapped(self, place: Callable[[Floats], Floats]) -> Chain:
        """Return the chain with its vertices taken elsewhere."""
        start, end = np.split(place(np.concatenate([self.start, self.end])), 2)
        return Chain(start, end, self.owner)

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
    else:
        polygons, owner = geometry, np.arange(len(geometry))
    empty = shapely.is_empty(polygons)
    if empty.any():  # an empty polygon has a ring, of no coordinates
        polygons, owner = polygons[~empty], owner[~empty]
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
    if apart.any():
        keys += np.repeat(apart[found.owner], np.diff(found.first))
    keys <<= _ONE
    forward = h < following
    forward ^= np.repeat(turned, np.diff(found.first))
    keys |= forward
    keys[h == following] = 0
    return keys


@dataclass(frozen=True, slots=True)
class _Part:
    """What one block leaves: segments, with the unit of each by position in the block."""

    start: Floats
    end: Floats
    owner: Ints


def _directed(
    geometry: NDArray[np.object_], minus: NDArray[np.bool_]
) -> tuple[Rings, NDArray[np.bool_]]:
    """Take polygons apart into rings, and tell which of them run the wrong way."""
    found = rings(geometry)
    turned = (doubled_areas(found) > 0) == found.hole
    turned ^= minus[found.owner]
    return found, turned


def _first_round(
    geometry: NDArray[np.object_],
    minus: NDArray[np.bool_],
    apart: Keys,
    _count: Ints,
    *,
    seed: int,
) -> tuple[Keys, Keys]:
    """Return a block's keys, and those that its own segments do not cancel.

    Both rounds are given the same columns; this one has no use for `_count`.
    """
    found, turned = _directed(geometry, minus)
    keys = _segment_keys(found, turned, apart, seed)
    return keys, cancel(keys)


def _second_round(
    load: Load,
    keys: Keys,
    wanted: Keys,
    minus: NDArray[np.bool_],
    _apart: Keys,
    count: Ints,
) -> _Part:
    """Return a block's segments whose keys are wanted; only their units are fetched."""
    hits = members(keys, wanted)
    if len(hits) == 0:
        return _Part(np.empty((0, 2)), np.empty((0, 2)), np.empty(0, np.int64))
    ends = np.cumsum(count)
    unit = np.searchsorted(ends, hits, side="right")
    units, nth = np.unique(unit, return_inverse=True)
    moved = (ends - count)[units] - np.concatenate([[0], np.cumsum(count[units])[:-1]])
    hits = hits - moved[nth]
    found, turned = _directed(load(units), minus[units])
    turn = turned[np.searchsorted(found.first, hits, side="right") - 1][:, None]
    here, there = found.coordinates[hits], found.coordinates[hits + 1]
    return _Part(np.where(turn, there, here), np.where(turn, here, there), unit)


def residual(
    shapes: Shapes,
    *,
    jobs: int = 1,
    minus: NDArray[np.bool_] | None = None,
    group: Ints | None = None,
    seed: int = 0,
) -> Chain:
    """Return the segments of the units' boundaries that do not cancel.

    Parameters
    ----------
    shapes : Shapes
        In one CRS.
    jobs : int
        Threads. The result does not depend on it, nor on how blocks are cut.
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
    apart = np.zeros(len(shapes), dtype=np.uint64)
    if group is not None:
        apart = (group.astype(np.uint64) + _ONE) * _MIX[1]
        apart ^= apart >> np.uint64(31)
    if minus is None:
        minus = np.zeros(len(shapes), dtype=bool)
    balance = Balance(jobs=jobs, budget_bytes=shapes.keeper.budget_bytes)
    found = list(
        shapes.rounds(
            partial(_first_round, seed=seed), balance, _second_round,
            minus, apart, shapes.count, jobs=jobs,
        )
    )  # fmt: skip
    result = Chain.concatenate(
        [Chain(p.start, p.end, at[p.owner].astype(np.int32)) for at, p in found]
    )
    order = np.argsort(result.owner, kind="stable")
    result = Chain(result.start[order], result.end[order], result.owner[order])
    if seed < 3 and not is_cycle(result):
        return residual(shapes, jobs=jobs, minus=minus, group=group, seed=seed + 1)
    return result


def is_cycle(chain: Chain) -> bool:
    """Tell whether as many segments leave each vertex as reach it: a chain's own proof.

    A hash collision that cancelled two different segments would break it. The
    sum of other hashes of all ends less those of all starts shows it.
    """
    there, here = (_vertex_hash(xy, _PROOF) for xy in (chain.end, chain.start))
    return bool(there.sum() == here.sum())
