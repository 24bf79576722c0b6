"""Boxes that lie within polygons (内含框): what is in such a box is in the polygon, unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.threads import each, runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats

#: Coordinates looked at in one go.
AT_ONCE = 1 << 18
#: Share of the box found that is kept, and how many of the smallest steps of its coordinates
#: it is smaller still, so that rounding cannot take it over the outline.
KEPT, STEPS = 1.0 - 1e-9, 32


def inner_boxes(geometry: NDArray[np.object_], *, jobs: int = 1) -> Floats:
    """Find for each polygon a box within it, of the proportions of its own box.

    It grows about the polygon's centroid, or where that is outside, a point within, until it meets
    the outline.

    Parameters
    ----------
    geometry : object array of Polygon and MultiPolygon
        Others, invalid and empty ones get a box that holds no point.

    Returns
    -------
    float64 array of shape (n, 4)
        xmin, ymin, xmax, ymax.
    """
    result = np.full((len(geometry), 4), np.nan)
    count = shapely.get_num_coordinates(geometry)
    parts = max(jobs, int(count.sum() // AT_ONCE) + 1)
    cuts = runs(count, parts) if parts > 1 else runs(count, 1)
    for cut, boxes in zip(cuts, each(lambda c: _boxes(geometry[c]), cuts, jobs=jobs), strict=True):
        result[cut] = boxes
    return result


def _boxes(geometry: NDArray[np.object_]) -> Floats:
    result = np.full((len(geometry), 4), np.nan)
    bounds = shapely.bounds(geometry)
    fit = np.isin(shapely.get_type_id(geometry), (3, 6)) & np.isfinite(bounds).all(axis=1)
    fit &= (bounds[:, 2:] > bounds[:, :2]).all(axis=1)
    some = np.flatnonzero(fit)
    if len(some) == 0:
        return result
    shape, half = geometry[some], (bounds[some, 2:] - bounds[some, :2]) / 2
    middle = shapely.get_coordinates(shapely.centroid(shape))
    outside = np.flatnonzero(~shapely.contains_xy(shape, *middle.T))
    for i in outside:
        middle[i] = shapely.get_coordinates(shapely.point_on_surface(shape[i]))[0]
    reach = _reach(shape, middle, half) * KEPT
    away = reach[:, None] * half - STEPS * np.spacing(np.abs(bounds[some]).max(axis=1))[:, None]
    sure = shapely.contains_xy(shape, *middle.T) & (away > 0).all(axis=1)
    inner = np.hstack([middle - away, middle + away])
    result[some[sure]] = inner[sure]
    return result


def _reach(shape: NDArray[np.object_], middle: Floats, half: Floats) -> Floats:
    """Return how far boxes about the middles may grow, as a share of `half`.

    That is the least over all edges of max(|u|, |v|), where u and v are from the middle,
    in halves; along an edge it is least at an end, or where u or v is 0, or where they are
    alike or opposite.
    """
    rings, of = shapely.get_rings(shape, return_index=True) if _plain(shape) else _rings(shape)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    owner = of[ring]
    uv = (xy - middle[owner]) / half[owner]
    best = np.abs(uv).max(axis=1)
    follows = np.flatnonzero(ring[1:] == ring[:-1])
    a = uv[follows]
    d = uv[follows + 1] - a
    least = best[follows]
    # Only edges that come nearer than their ends can matter.
    doubt = np.flatnonzero(
        (a[:, 0] * (a[:, 0] + d[:, 0]) < 0) | (a[:, 1] * (a[:, 1] + d[:, 1]) < 0)
        | ((np.abs(a[:, 0]) > np.abs(a[:, 1]))
           != (np.abs(a[:, 0] + d[:, 0]) > np.abs(a[:, 1] + d[:, 1])))
    )  # fmt: skip
    p, q = a[doubt], d[doubt]
    for top, bottom in (
        (-p[:, 0], q[:, 0]), (-p[:, 1], q[:, 1]),
        (p[:, 1] - p[:, 0], q[:, 0] - q[:, 1]), (-p[:, 0] - p[:, 1], q[:, 0] + q[:, 1]),
    ):  # fmt: skip
        t = np.divide(top, bottom, out=np.zeros(len(top)), where=bottom != 0)
        at = np.abs(p + np.clip(t, 0.0, 1.0)[:, None] * q).max(axis=1)
        least[doubt] = np.minimum(least[doubt], at)
    reach = np.full(len(shape), np.inf)
    np.minimum.at(reach, owner, best)
    np.minimum.at(reach, owner[follows], least)
    return reach


def _plain(shape: NDArray[np.object_]) -> bool:
    return bool((shapely.get_type_id(shape) == shapely.GeometryType.POLYGON).all())


def _rings(shape: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    parts, part_of = shapely.get_parts(shape, return_index=True)
    rings, of = shapely.get_rings(parts, return_index=True)
    return rings, part_of[of]
