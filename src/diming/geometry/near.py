"""Boxes that meet (邻近框): a join by sorting on grids, without a tree.

Every box goes onto the grid whose cells are just larger than the box, where
it lies in four cells at most; grids double by fours. Boxes of finer grids are
looked up on the coarser ones that are in use, again in four cells at most. So
a straight border of a hundred kilometres costs no more than a short edge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from diming.geometry.grouping import matches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints

#: How much larger the cells of a grid are than those of the next finer one.
COARSER = 4.0


def meeting_boxes(
    low: Floats, high: Floats, asked: NDArray[np.bool_] | None = None
) -> tuple[Ints, Ints]:
    """Return all pairs (first < second) of boxes that have a point in common.

    Parameters
    ----------
    low, high : float64 arrays of shape (n, 2)
        Lower left and upper right corners.
    asked : bool array of shape (n,), optional
        Only pairs with one of these.
    """
    none = np.empty(0, dtype=np.int64)
    if len(low) < 2:
        return none, none
    origin = low.min(axis=0)
    low, high = (np.asfortranarray(corner - origin) for corner in (low, high))
    extent = (high - low).max(axis=1)
    # Far below what coordinates can tell apart, cells no longer shrink.
    least = max(float(high.max()) * 1e-8, 1e-300)
    grid = np.ceil(np.log(np.maximum(extent, least) / least) / np.log(COARSER)).astype(np.int64)
    grid = np.maximum(grid, 0)
    found = []
    finer = np.empty(0, dtype=np.int64)
    for g in np.unique(grid):
        mine = np.flatnonzero(grid == g)
        cell = least * COARSER ** float(g)
        found += _on_grid(low, high, mine, finer, cell, asked)
        finer = np.concatenate([finer, mine])
    first, second = (np.concatenate(part) for part in zip(*found, strict=True))
    if asked is not None:
        wanted = asked[first] | asked[second]
        first, second = first[wanted], second[wanted]
    return np.minimum(first, second), np.maximum(first, second)


def _on_grid(
    low: Floats,
    high: Floats,
    mine: Ints,
    finer: Ints,
    cell: float,
    asked: NDArray[np.bool_] | None,
) -> list[tuple[Ints, Ints]]:
    """Return the pairs among boxes of a grid, and between them and smaller ones."""
    box, key = _cells(low, high, mine, cell)
    order = np.argsort(key, kind="stable")
    box, key = box[order], key[order]
    # Among themselves: each entry with those that follow in its cell.
    last = np.searchsorted(key, key, side="right")
    if asked is not None:
        before = np.concatenate([[0], np.cumsum(asked[box])])
        first = np.searchsorted(key, key, side="left")
        last = np.where(before[last] > before[first], last, np.arange(len(key)) + 1)
    follow = last - np.arange(len(key)) - 1
    here = np.repeat(np.arange(len(key)), follow)
    there = here + 1 + np.arange(len(here)) - np.repeat(np.cumsum(follow) - follow, follow)
    found = [_meeting(low, high, box[here], box[there], key[here], cell)]
    if len(finer):
        small, asked = _cells(low, high, finer, cell)
        row, column = matches(asked, key)
        found.append(_meeting(low, high, small[row], box[column], asked[row], cell))
    return found


def _cells(low: Floats, high: Floats, boxes: Ints, cell: float) -> tuple[Ints, Ints]:
    """Return (box, cell) pairs: the cells that boxes no larger than a cell lie in."""
    a = np.floor(low[boxes] / cell).astype(np.int64)
    b = np.floor(high[boxes] / cell).astype(np.int64)
    wide, tall = a[:, 0] < b[:, 0], a[:, 1] < b[:, 1]
    both = wide & tall
    return (
        np.concatenate([boxes, boxes[wide], boxes[tall], boxes[both]]),
        np.concatenate([
            _key(a[:, 0], a[:, 1]), _key(b[wide, 0], a[wide, 1]), _key(a[tall, 0], b[tall, 1]),
            _key(b[both, 0], b[both, 1]),
        ]),
    )  # fmt: skip


def _key(x: Ints, y: Ints) -> Ints:
    key: Ints = (x << 31) + y
    return key


def _meeting(
    low: Floats, high: Floats, first: Ints, second: Ints, key: Ints, cell: float
) -> tuple[Ints, Ints]:
    """Keep the pairs that meet, each in the one cell where what they share begins."""
    for axis in (0, 1):
        meet = np.flatnonzero(
            (low[first, axis] <= high[second, axis]) & (low[second, axis] <= high[first, axis])
        )
        first, second, key = first[meet], second[meet], key[meet]
    corner = np.maximum(low[first], low[second])
    at = np.floor(corner / cell).astype(np.int64)
    once: NDArray[np.bool_] = _key(at[:, 0], at[:, 1]) == key
    return first[once], second[once]
