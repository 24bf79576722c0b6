"""Where were a million dated points (定位): all versions of all units of one level at once.

Every unit changes on days of its own, so there is no small number of epochs to build a
tree for each. But a unit has one version a day, and its versions lie where it lies. So
there is one index, of units, with a box around all versions of each; which version a
point asks of comes from a search in one sorted array of (unit, begin). Shapes are asked last:
frames within and around each answer for most of the points; the rest are
sorted by shape, so that one with many points is prepared once, and however many versions
share a shape, it is asked once for all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.boxgrid import BoxGrid
from diming.geometry.frames import frames
from diming.geometry.threads import each, runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints

#: Bits of an ordinal of a day.
_DAY_BITS = 22
#: A shape asked about more points than this is prepared first.
PREPARED = 24
#: Versions of one unit whose common box is this many times larger than theirs go apart.
SCATTERED = 4.0
#: Points looked at in one go.
POINTS_AT_ONCE = 1 << 17


class Epochs:
    """Versions of the units of one level, to find points in.

    A point within several units, or on the border of several, is in the one with the lowest
    number; the outline of a unit belongs to it, and so does the rim of the region. Safe
    to ask from several threads.

    Parameters
    ----------
    geometry : object array of shape (t,)
        The different shapes (Polygon, MultiPolygon; others hold no point).
    territory : int64 array of shape (n,)
        Shape of each version, -1 where it is not known.
    begin, end : int64 arrays of shape (n,)
        Ordinals of days (`datetime.date.toordinal`), ``[begin, end)``.
    unit : int64 array of shape (n,), optional
        Number of each version's unit. Without it each version is a unit: right, but
        slower where there are many.
    jobs : int
        Threads.
    """

    def __init__(
        self,
        geometry: NDArray[np.object_],
        territory: Ints,
        begin: Ints,
        end: Ints,
        unit: Ints | None = None,
        *,
        jobs: int = 1,
    ) -> None:
        count = len(territory)
        unit = np.arange(count) if unit is None else np.asarray(unit, dtype=np.int64)
        self._shape = geometry
        self._bounds = shapely.bounds(geometry)
        known = np.flatnonzero((territory >= 0) & (begin < end))
        known = known[np.isfinite(self._bounds[territory[known]]).all(axis=1)]
        track, known = _tracks(unit, territory, begin, end, self._bounds, known)
        self._version = known
        self._territory = territory[known].astype(np.int64)
        self._unit = unit[known]
        self._end = end[known].astype(np.int64)
        self._key = (track << _DAY_BITS) + begin[known]
        first = np.flatnonzero(np.diff(track, prepend=-1))
        box = self._bounds[self._territory]
        low = np.minimum.reduceat(box[:, :2], first) if len(first) else np.empty((0, 2))
        high = np.maximum.reduceat(box[:, 2:], first) if len(first) else np.empty((0, 2))
        self._grid = BoxGrid(low, high)
        self._frames = frames(geometry, jobs=jobs)

    def locate(self, xy: Floats, day: Ints, *, jobs: int = 1) -> Ints:
        """Find the version that holds each point on its day.

        Parameters
        ----------
        xy : float64 array of shape (m, 2)
            In the CRS of the shapes.
        day : int64 array of shape (m,)
        jobs : int
            Threads. The result does not depend on it.

        Returns
        -------
        int64 array of shape (m,)
            Position of the version among those given; -1 where there is none.
        """
        xy = np.ascontiguousarray(xy, dtype=np.float64)
        day = np.asarray(day, dtype=np.int64)
        cell = self._grid.cells(xy)
        order = np.argsort(cell)  # points of one place ask of the same units, one after the other
        cuts = [order[s : s + POINTS_AT_ONCE] for s in range(0, len(xy), POINTS_AT_ONCE)]
        parts = list(
            each(
                lambda some: self._candidates(xy[some], day[some], cell[some], some),
                cuts,
                jobs=jobs,
            )
        )
        if not parts:
            return np.empty(0, dtype=np.int64)
        point, place, sure = (np.concatenate(some) for some in zip(*parts, strict=True))
        asked = np.flatnonzero(~sure)
        asked = asked[np.argsort(self._territory[place[asked]], kind="stable")]
        sure[asked] = self._within(xy, point[asked], self._territory[place[asked]], jobs)
        point, place = point[sure], place[sure]
        # Of several, the last one written stands: the lowest unit, then the earliest given.
        if _several(point):
            order = np.lexsort((-self._version[place], -self._unit[place]))
            point, place = point[order], place[order]
        result = np.full(len(xy), -1, dtype=np.int64)
        result[point] = self._version[place]
        return result

    def _candidates(
        self, xy: Floats, day: Ints, cell: Ints, number: Ints
    ) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        """Return (number of a point, place of a version) pairs, and which are sure already."""
        point, track = self._grid.holding(xy, cell)
        on = day[point]
        place = np.searchsorted(self._key, (track << _DAY_BITS) + on, side="right") - 1
        # Before a unit's first version the search ends at another unit, or before all.
        holds = (place >= 0) & (self._key[place] >> _DAY_BITS == track) & (on < self._end[place])
        point, place = point[holds], place[holds]
        territory = self._territory[place]
        x, y = xy[point].T
        box = self._bounds[territory]
        near = (x >= box[:, 0]) & (x <= box[:, 2]) & (y >= box[:, 1]) & (y <= box[:, 3])
        inner = self._frames.square[territory]
        sure = (x > inner[:, 0]) & (x < inner[:, 2]) & (y > inner[:, 1]) & (y < inner[:, 3])
        asked = np.flatnonzero(near & ~sure)
        slant = self._frames.slant[territory[asked]]
        rising, falling = x[asked] + y[asked], x[asked] - y[asked]
        near[asked] = (rising >= slant[:, 0]) & (rising <= slant[:, 2])
        near[asked] &= (falling >= slant[:, 1]) & (falling <= slant[:, 3])
        # What is sure need not be asked of units behind it.
        best = np.full(len(xy), np.iinfo(np.int64).max)
        np.minimum.at(best, point[sure], self._unit[place[sure]])
        near &= sure | (self._unit[place] <= best[point])
        return number[point[near]], place[near], sure[near]

    def _within(self, xy: Floats, point: Ints, territory: Ints, jobs: int) -> NDArray[np.bool_]:
        """Tell which points are in or on shapes; pairs are sorted by shape."""
        if len(point) == 0:
            return np.zeros(0, dtype=bool)
        first = np.flatnonzero(np.diff(territory, prepend=-1))
        count = np.diff(np.append(first, len(territory)))
        shapes = territory[first]
        weight = count * np.minimum(shapely.get_num_coordinates(self._shape[shapes]), 500)

        def some(cut: slice) -> NDArray[np.bool_]:
            shape = self._shape[shapes[cut]]
            crowded = count[cut] > PREPARED
            # Prepared copies are this thread's own, and go when it is done.
            shape[crowded] = shapely.force_2d(shape[crowded])
            shapely.prepare(shape[crowded])
            stop = first[cut.stop] if cut.stop < len(first) else len(point)
            x, y = xy[point[first[cut.start] : stop]].T
            found: NDArray[np.bool_] = shapely.intersects_xy(np.repeat(shape, count[cut]), x, y)
            return found

        return np.concatenate(list(each(some, runs(weight, jobs), jobs=jobs)))


def _several(point: Ints) -> bool:
    """Tell whether a point occurs twice."""
    return len(point) > 0 and bool((np.bincount(point) > 1).any())


def _tracks(
    unit: Ints, territory: Ints, begin: Ints, end: Ints, bounds: Floats, known: Ints
) -> tuple[Ints, Ints]:
    """Gather versions that follow each other in one place; return their tracks, and the order.

    Mostly a track is a unit. Versions of a unit that hold at once, or lie far apart, go to
    tracks of their own.
    """
    order = known[np.lexsort((known, begin[known], unit[known]))]
    number = unit[order]
    begins = np.flatnonzero(np.diff(number, prepend=number[:1] - 1))
    if len(begins) == 0:
        return np.empty(0, dtype=np.int64), order
    group = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(order))))
    clash = np.zeros(len(order), dtype=bool)
    clash[1:] = (group[1:] == group[:-1]) & (begin[order[1:]] < end[order[:-1]])
    apart = np.zeros(len(begins), dtype=bool)
    apart[group[clash]] = True
    box = bounds[territory[order]]
    size = np.maximum(box[:, 2:] - box[:, :2], 1e-12).prod(axis=1)
    common = np.maximum.reduceat(box[:, 2:], begins) - np.minimum.reduceat(box[:, :2], begins)
    mean = np.add.reduceat(size, begins) / np.bincount(group)
    apart |= common.prod(axis=1) > SCATTERED * mean
    alone = apart[group]
    # A version that is alone has a number of its own, behind those of the groups.
    track = np.where(alone, len(begins) + np.arange(len(order)), group)
    again = np.lexsort((begin[order], track))
    return np.unique(track[again], return_inverse=True)[1].astype(np.int64), order[again]
