"""Areas on the ellipsoid of polygons of any size (椭球面积).

A line is straight where the data have it straight: in their CRS. Up to some
kilometres a plane that touches the ground in the middle of a polygon keeps it so.
Larger polygons are laid out in the cylindrical equal-area projection of the
ellipsoid, their edges cut up first, so that the middle of a long edge stays in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.ground import Ground

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats

#: Extent up to which one plane holds, to about 1e-6 of the area.
SMALL_M = 20_000.0
#: Longest piece of an edge of larger polygons.
PIECE_M = 500.0

_SEMI_MAJOR_M = 6378137.0
_E2 = 0.0066943799901413165


def areas_m2(geometry: NDArray[np.object_], crs: pyproj.CRS) -> Floats:
    """Return the areas of polygons in square metres.

    Parameters
    ----------
    geometry : object array of Polygon and MultiPolygon
        In `crs`. Empty ones have no area.
    crs : pyproj.CRS
        Without a place on Earth, areas are those of the plane.
    """
    bounds = shapely.total_bounds(geometry)
    if not np.isfinite(bounds).all():
        return np.zeros(len(geometry))
    ground = Ground.under(crs, bounds)
    return plane_areas_m2(shapely.transform(geometry, ground.plane), ground)


def plane_areas_m2(geometry: NDArray[np.object_], ground: Ground) -> Floats:
    """Return the areas of polygons of the plane of `ground`, in square metres."""
    result = np.zeros(len(geometry))
    box = shapely.bounds(geometry)
    filled = np.isfinite(box).all(axis=1)
    extent = np.zeros(len(geometry))
    extent[filled] = (box[filled, 2:] - box[filled, :2]).max(axis=1)
    small = filled & ((extent <= SMALL_M) | ground.is_plane)
    result[small] = ground.areas_m2(geometry[small])
    large = filled & ~small
    if large.any():
        result[large] = _equal_areas_m2(geometry[large], ground)
    return result


def _equal_areas_m2(geometry: NDArray[np.object_], ground: Ground) -> Floats:
    fine = shapely.segmentize(geometry, PIECE_M)
    xy, index = shapely.get_coordinates(fine, return_index=True)
    at = ground.lonlat(xy)
    box = shapely.bounds(geometry)
    middle = ground.lonlat((box[:, :2] + box[:, 2:]) / 2)[index]
    away = (at[:, 0] - middle[:, 0] + 180.0) % 360.0 - 180.0
    flat = np.column_stack([
        np.radians(away) * _SEMI_MAJOR_M,
        (_authalic(at[:, 1]) - _authalic(middle[:, 1])) * (_SEMI_MAJOR_M / 2),
    ])  # fmt: skip
    areas: Floats = shapely.area(shapely.transform(fine, lambda _: flat))
    return areas


def _authalic(latitude: Floats) -> Floats:
    """Return q of the equal-area latitude: the area from the equator, over a²/2 per radian."""
    e = np.sqrt(_E2)
    s = np.sin(np.radians(latitude))
    q: Floats = (1 - _E2) * (s / (1 - _E2 * s**2) + np.arctanh(e * s) / e)
    return q
