"""Squares that lie within polygons (内含框): what is in the square is in the polygon, unasked."""

from __future__ import annotations

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


def inner_boxes(geometry: NDArray[np.object_], *, jobs: int = 1) -> Floats:
    """Find a square within each polygon, about its centroid.

    No point of an edge is farther from the nearer of its ends than half the edge, in x and in y.
    So the outline keeps away from the centroid as far as its nearest vertex does,
    less half the longest edge: two passes over the coordinates. Polygons of few long edges
    get no square; they are quickly asked.

    Parameters
    ----------
    geometry : object array of Polygon and MultiPolygon
    jobs : int
        Threads.

    Returns
    -------
    float64 array of shape (n, 4)
        xmin, ymin, xmax, ymax; NaN where there is no square.
    """
    result = np.full((len(geometry), 4), np.nan)
    fit = np.flatnonzero(np.isin(shapely.get_type_id(geometry), (3, 6)))
    count = shapely.get_num_coordinates(geometry[fit])
    fit, count = fit[count > 0], count[count > 0]
    if len(fit) == 0:
        return result
    cuts = runs(count, int(count.sum() // AT_ONCE) + 2)
    found = each(lambda cut: _boxes(geometry[fit[cut]]), cuts, jobs=jobs)
    for cut, boxes in zip(cuts, found, strict=True):
        result[fit[cut]] = boxes
    return result


def _boxes(shape: NDArray[np.object_]) -> Floats:
    middle = shapely.get_coordinates(shapely.centroid(shape))
    found = rings(shape)
    polygon = found.first[np.flatnonzero(np.diff(found.owner, prepend=-1))]
    owner = np.repeat(np.arange(len(shape)), np.diff(np.append(polygon, len(found.coordinates))))
    x, y = found.coordinates.T
    nearest = np.maximum(np.abs(x - middle[owner, 0]), np.abs(y - middle[owner, 1]))
    edge = np.zeros(len(x))
    np.maximum(np.abs(np.diff(x)), np.abs(np.diff(y)), out=edge[:-1])
    edge[found.first[1:] - 1] = 0.0  # from ring to ring there is none
    half = np.minimum.reduceat(nearest, polygon) - np.maximum.reduceat(edge, polygon) / 2
    half = half * KEPT - STEPS * np.spacing(np.abs(shapely.bounds(shape)).max(axis=1))
    result = np.hstack([middle - half[:, None], middle + half[:, None]])
    inside = np.zeros(len(shape), dtype=bool)
    wide = half > 0
    inside[wide] = shapely.contains_xy(shape[wide], *middle[wide].T)
    result[~inside] = np.nan
    return result
