"""Boxes that meet (邻近框): a join by sorting on grids, without a tree.

Every box goes onto the grid whose cells are just larger than the box, where
it lies in four cells at most. Boxes of finer grids are looked up on the
coarser ones that are in use, again in four cells at most. So a straight border
of a hundred kilometres costs no more than a short edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints

#: How much larger the cells of a grid are than those of the next finer one.
COARSER = 4.0
#: Cells no longer shrink below this share of the whole.
LEAST = 1e-8
#: Pairs that share a cell, looked at in one go.
PAIRS_AT_ONCE = 1 << 18


@dataclass(frozen=True, slots=True)
class _Boxes:
    """Boxes from a common origin, and the grid of each."""

    low: Floats
    high: Floats
    grid: Ints

    @staticmethod
    def of(low: Floats, high: Floats, origin: Floats, least: float) -> _Boxes:
        """Choose for each box the grid whose cells are just larger."""
        low, high = (np.asfortranarray(corner - origin) for corner in (low, high))
        extent = np.maximum((high - low).max(axis=1), least)
        grid = np.ceil(np.log(extent / least) / np.log(COARSER)).astype(np.int64)
        return _Boxes(low, high, grid)

    def cells(self, boxes: Ints, size: float) -> tuple[Ints, Ints]:
        """Return (box, cell) pairs, sorted by cell: where boxes no larger than a cell lie."""
        a = np.floor(self.low[boxes] / size).astype(np.int64)
        b = np.floor(self.high[boxes] / size).astype(np.int64)
        wide, tall = a[:, 0] < b[:, 0], a[:, 1] < b[:, 1]
        both = wide & tall
        box = np.concatenate([boxes, boxes[wide], boxes[tall], boxes[both]])
        key = np.concatenate([
            _key(a[:, 0], a[:, 1]), _key(b[wide, 0], a[wide, 1]), _key(a[tall, 0], b[tall, 1]),
            _key(b[both, 0], b[both, 1]),
        ])  # fmt: skip
        order = np.argsort(key, kind="stable")
        return box[order], key[order]


def meeting_boxes(low: Floats, high: Floats) -> tuple[Ints, Ints]:
    """Return all pairs (first < second) of boxes that have a point in common.

    Parameters
    ----------
    low, high : float64 arrays of shape (n, 2)
        Lower left and upper right corners.
    """
    found = [(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))]
    if len(low) > 1:
        origin, least = _frame(low, high)
        boxes = _Boxes.of(low, high, origin, least)
        for grid in _sorted_grids(boxes.grid):
            size = least * COARSER**grid
            box, key = boxes.cells(np.flatnonzero(boxes.grid == grid), size)
            last = np.searchsorted(key, key, side="right")
            for here, there in _ranges(np.arange(len(key)) + 1, last):
                found.append(_meeting(boxes, boxes, box[here], box[there], key[here], size))
            small, asked = boxes.cells(np.flatnonzero(boxes.grid < grid), size)
            for row, column in _same(asked, key):
                found.append(_meeting(boxes, boxes, small[row], box[column], asked[row], size))
    first, second = (np.concatenate(part) for part in zip(*found, strict=True))
    return np.minimum(first, second), np.maximum(first, second)


def meeting_between(
    low: Floats, high: Floats, other_low: Floats, other_high: Floats
) -> Iterator[tuple[Ints, Ints]]:
    """Yield all pairs (box, other box) that have a point in common, some at a time."""
    if len(low) == 0 or len(other_low) == 0:
        return
    origin, least = _frame(np.concatenate([low, other_low]), np.concatenate([high, other_high]))
    ours = _Boxes.of(low, high, origin, least)
    theirs = _Boxes.of(other_low, other_high, origin, least)
    for grid in _sorted_grids(np.concatenate([ours.grid, theirs.grid])):
        size = least * COARSER**grid
        box, key = ours.cells(np.flatnonzero(ours.grid == grid), size)
        other, other_key = theirs.cells(np.flatnonzero(theirs.grid <= grid), size)
        for row, column in _same(key, other_key):
            yield _meeting(ours, theirs, box[row], other[column], key[row], size)
        box, key = ours.cells(np.flatnonzero(ours.grid < grid), size)
        other, other_key = theirs.cells(np.flatnonzero(theirs.grid == grid), size)
        for row, column in _same(key, other_key):
            yield _meeting(ours, theirs, box[row], other[column], key[row], size)


def _frame(low: Floats, high: Floats) -> tuple[Floats, float]:
    origin: Floats = low.min(axis=0)
    return origin, max(float((high - origin).max()) * LEAST, 1e-300)


def _sorted_grids(grid: Ints) -> list[int]:
    found: list[int] = np.flatnonzero(np.bincount(grid)).tolist()
    return found


def _same(key: Ints, among: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield pairs of positions at which two sorted arrays hold the same number."""
    return _ranges(np.searchsorted(among, key, "left"), np.searchsorted(among, key, "right"))


def _ranges(first: Ints, last: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield pairs (row, column) for all columns from ``first[row]`` up to ``last[row]``."""
    rows = np.flatnonzero(last > first)
    count = (last - first)[rows]
    ends = np.cumsum(count)
    begin = 0
    while begin < len(rows):
        done = ends[begin - 1] if begin else 0
        stop = max(int(np.searchsorted(ends, done + PAIRS_AT_ONCE, "right")), begin + 1)
        row = np.repeat(rows[begin:stop], count[begin:stop])
        within = np.arange(len(row)) - np.repeat(
            ends[begin:stop] - count[begin:stop] - done, count[begin:stop]
        )
        yield row, first[row] + within
        begin = stop


def _key(x: Ints, y: Ints) -> Ints:
    key: Ints = (x << 31) + y
    return key


def _meeting(
    ours: _Boxes, theirs: _Boxes, first: Ints, second: Ints, key: Ints, size: float
) -> tuple[Ints, Ints]:
    """Keep the pairs that meet, each in the one cell where what they share begins."""
    for axis in (0, 1):
        meet: NDArray[np.int64] = np.flatnonzero(
            (ours.low[first, axis] <= theirs.high[second, axis])
            & (theirs.low[second, axis] <= ours.high[first, axis])
        )
        first, second, key = first[meet], second[meet], key[meet]
    at = np.floor(np.maximum(ours.low[first], theirs.low[second]) / size).astype(np.int64)
    once = _key(at[:, 0], at[:, 1]) == key
    return first[once], second[once]
