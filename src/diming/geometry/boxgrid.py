"""Which boxes hold a point (点在框内), for millions of points: a grid, without objects.

A tree wants a geometry made of every point, which takes as long as its answer. Here each cell
of a grid knows the boxes that reach into it. Where many small boxes crowd in one cell, as
streets do in a city, a tree is asked after all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from diming.geometry.chain import Floats, Ints

#: Side of a cell as a share of the median box.
SHARE = 0.25
#: Entries and cells, at most, for each box; cells grow until that holds.
ENTRIES, CELLS, COARSER = 40.0, 64, 1.4
#: In a cell with more boxes a tree is asked.
CROWDED = 24


class BoxGrid:
    """Boxes to find points in.

    Parameters
    ----------
    low, high : float64 arrays of shape (n, 2)
        Lower left and upper right corners, finite.
    """

    def __init__(self, low: Floats, high: Floats) -> None:
        self._low, self._high = np.ascontiguousarray(low.T), np.ascontiguousarray(high.T)
        self._tree = shapely.STRtree(shapely.box(*low.T, *high.T))
        count = len(low)
        self._shape = (0, 0)
        if count == 0:
            return
        self._origin = low.min(axis=0)
        whole = high.max(axis=0) - self._origin
        side = np.maximum(np.median(high - low, axis=0) * SHARE, whole * 1e-6)
        side = np.maximum(side, 1e-300)
        while True:
            first = np.floor((low - self._origin) / side).astype(np.int64)
            size = np.floor((high - self._origin) / side).astype(np.int64) - first + 1
            shape = np.floor(whole / side).astype(np.int64) + 1
            if size.prod(axis=1).sum() <= ENTRIES * count and shape.prod() <= CELLS * count + 64:
                break
            side *= COARSER
        self._side, self._shape = side, (int(shape[0]), int(shape[1]))
        box = np.repeat(np.arange(count), size.prod(axis=1))
        within = np.arange(len(box)) - np.repeat(
            np.cumsum(size.prod(axis=1)) - size.prod(axis=1), size.prod(axis=1)
        )
        column, row = np.divmod(within, size[box, 1])
        cell = (first[box, 0] + column) * self._shape[1] + first[box, 1] + row
        order = np.argsort(cell, kind="stable")
        self._box = box[order].astype(np.int32)
        self._start = np.searchsorted(cell[order], np.arange(shape.prod() + 1)).astype(np.int32)

    def cells(self, xy: Floats) -> Ints:
        """Return the cell of each point; -1 where no box can be."""
        if not self._shape[0]:
            return np.full(len(xy), -1)
        # A point far out overflows to infinity where cells are tiny: it lies in none.
        with np.errstate(invalid="ignore", over="ignore"):
            at = np.floor((xy - self._origin) / self._side)
            own = ((at >= 0) & (at < self._shape)).all(axis=1)
        at[~own] = 0.0
        cell: Ints = at[:, 0].astype(np.int64) * self._shape[1] + at[:, 1].astype(np.int64)
        cell[~own] = -1
        return cell

    def holding(self, xy: Floats, cell: Ints) -> tuple[Ints, Ints]:
        """Return (point, box) pairs: which boxes hold points, whose cells are known."""
        own = np.flatnonzero(cell >= 0)
        if len(own) == 0:
            return own, own.copy()
        first = self._start[cell[own]].astype(np.int64)
        count = self._start[cell[own] + 1] - first
        crowded = own[count > CROWDED]
        count[count > CROWDED] = 0
        point = np.repeat(own, count)
        ahead = np.cumsum(count) - count
        box = self._box[np.arange(len(point)) + np.repeat(first - ahead, count)].astype(np.int64)
        x, y = xy[point].T
        holds = (x >= self._low[0][box]) & (x <= self._high[0][box])
        holds &= (y >= self._low[1][box]) & (y <= self._high[1][box])
        point, box = point[holds], box[holds]
        if len(crowded):
            asked, found = self._tree.query(shapely.points(xy[crowded]))
            point, box = np.concatenate([point, crowded[asked]]), np.concatenate([box, found])
        return point, box
