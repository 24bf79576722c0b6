"""Frames within and around polygons (内外框), which answer for most points without asking.

What is in a square within a polygon is in the polygon; what is outside the slanted box
around it is not. With its upright box the slanted one makes an octagon, which fits most units
much closer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.chain import rings
from diming.geometry.threads import each, runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats

#: Coordinates looked at in one go.
AT_ONCE = 1 << 16
#: Of the half side found this much is kept, less some of the smallest steps of the
#: coordinates, so that rounding cannot take a square over the outline.
KEPT, STEPS = 1.0 - 1e-9, 32


@dataclass(frozen=True, slots=True)
class Frames:
    """Frames of polygons, arrays of shape (n, 4); NaN where there is none.

    Attributes
    ----------
    square : float64 array
        xmin, ymin, xmax, ymax of a square within.
    slant : float64 array
        Least x + y, least x - y, largest x + y, largest x - y. Rounding keeps order, so
        no point of the polygon is outside.
    """

    square: Floats
    slant: Floats


def frames(geometry: NDArray[np.object_], *, jobs: int = 1) -> Frames:
    """Find a square within each polygon, about its centroid, and the slanted box around it.

    No point of an edge is farther from the nearer of its ends than half the edge, in x and in y.
    So the outline keeps away from the centroid as far as its nearest vertex does,
    less half the longest edge: two passes over the coordinates. Polygons of few long edges
    get no square; they are quickly asked.

    Parameters
    ----------
    geometry : object array of Polygon and MultiPolygon
    jobs : int
        Threads.
    """
    square, slant = np.full((2, len(geometry), 4), np.nan)
    fit = np.flatnonzero(np.isin(shapely.get_type_id(geometry), (3, 6)))
    count = shapely.get_num_coordinates(geometry[fit])
    fit, count = fit[count > 0], count[count > 0]
    if len(fit) == 0:
        return Frames(square, slant)
    cuts = runs(count, int(count.sum() // AT_ONCE) + 2)
    found = each(lambda cut: _frames(geometry[fit[cut]]), cuts, jobs=jobs)
    for cut, some in zip(cuts, found, strict=True):
        square[fit[cut]], slant[fit[cut]] = some.square, some.slant
    return Frames(square, slant)


def _frames(shape: NDArray[np.object_]) -> Frames:
    middle = shapely.get_coordinates(shapely.centroid(shape))
    found = rings(shape)
    first = found.first[np.flatnonzero(np.diff(found.owner, prepend=-1))]
    owner = np.repeat(np.arange(len(shape)), np.diff(np.append(first, len(found.coordinates))))
    x, y = np.ascontiguousarray(found.coordinates.T)
    nearest = np.maximum(np.abs(x - middle[owner, 0]), np.abs(y - middle[owner, 1]))
    edge = np.zeros(len(x))
    np.maximum(np.abs(np.diff(x)), np.abs(np.diff(y)), out=edge[:-1])
    edge[found.first[1:] - 1] = 0.0  # from ring to ring there is none
    half = np.minimum.reduceat(nearest, first) - np.maximum.reduceat(edge, first) / 2
    half = half * KEPT - STEPS * np.spacing(np.abs(shapely.bounds(shape)).max(axis=1))
    square = np.hstack([middle - half[:, None], middle + half[:, None]])
    inside = np.zeros(len(shape), dtype=bool)
    wide = half > 0
    inside[wide] = shapely.contains_xy(shape[wide], *middle[wide].T)
    square[~inside] = np.nan
    rising, falling = x + y, x - y
    slant = np.column_stack([
        np.minimum.reduceat(rising, first), np.minimum.reduceat(falling, first),
        np.maximum.reduceat(rising, first), np.maximum.reduceat(falling, first),
    ])  # fmt: skip
    return Frames(square, slant)
