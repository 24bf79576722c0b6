"""Polygons fit for arithmetic (可用图形): what is valid keeps its very bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

_AREAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def sound(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return valid polygons: an invalid one stands for the ground it encloses.

    Parameters
    ----------
    geometry : object array
        Nothing, points and lines become an empty polygon.
    """
    result = np.array(geometry, dtype=object)
    missing = shapely.is_missing(result)
    if missing.any():
        result[missing] = shapely.Polygon()
    wrong = ~shapely.is_valid(result)
    if wrong.any():
        result[wrong] = shapely.make_valid(result[wrong], method="structure", keep_collapsed=False)
    other = ~np.isin(shapely.get_type_id(result), _AREAL)
    if other.any():
        result[other] = areal(result[other])
    return result


def areal(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the polygons among the parts of each geometry, as one."""
    return regrouped(*parts_of(geometry), len(geometry))


def parts_of(geometry: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return the polygons that geometries consist of, and the geometry each is of."""
    parts, of = shapely.get_parts(geometry, return_index=True)
    inner, within = shapely.get_parts(parts, return_index=True)
    own = (shapely.get_type_id(inner) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(inner)
    return inner[own], of[within[own]]


def regrouped(part: NDArray[np.object_], of: NDArray[np.int64], count: int) -> NDArray[np.object_]:
    """Return `count` polygons or multipolygons of the parts of each; `of` is sorted."""
    result = np.full(count, shapely.Polygon(), dtype=object)
    size = np.bincount(of, minlength=count)
    alone = size[of] == 1
    result[of[alone]] = part[alone]
    if not alone.all():
        several, row = np.unique(of[~alone], return_inverse=True)
        result[several] = shapely.multipolygons(part[~alone], indices=row)
    return result
