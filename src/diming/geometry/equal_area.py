"""Areas that add up: the Lambert cylindrical equal-area system on the ellipsoid (等积).

What one unit loses another gains, to the last digit: every vertex goes its own way
into a plane where areas are true, so the edges that neighbours share stay shared.
Straight lines bend a little on the way, the same on both sides.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely

from diming.geometry.ground import Ground, parse_crs

if TYPE_CHECKING:
    from numpy.typing import NDArray

_A = 6378137.0
_E2 = 0.0066943799901413165
_E = float(np.sqrt(_E2))


@lru_cache(maxsize=16)
def _crs(text: str) -> pyproj.CRS:
    return parse_crs(text, path="archive")


@lru_cache(maxsize=16)
def _ground(text: str) -> Ground:
    """Return the ground beneath a CRS, unstretched: its plane is the CRS itself."""
    return Ground(_crs(text), (0.0, 0.0), (1.0, 1.0))


def has_place(crs: str | None) -> bool:
    """Tell whether coordinates have a place on Earth."""
    return crs is not None and not _ground(crs).is_plane


def to_lonlat(shapes: NDArray[np.object_], crs: str | None) -> NDArray[np.object_]:
    """Return shapes in WGS 84; as they are, where they have no place on Earth."""
    if crs is None or len(shapes) == 0:
        return shapes
    result: NDArray[np.object_] = _ground(crs).as_lonlat(shapes)
    return result


def from_lonlat(lonlat: NDArray[np.float64], crs: str | None) -> NDArray[np.float64]:
    """Return WGS 84 points, shape (n, 2), in a CRS; unchanged where it has no place on Earth."""
    from diming.geometry.ground import transform

    if crs is None or not has_place(crs):
        return lonlat
    known = _crs(crs)
    if known.is_geographic and known.to_epsg() in (4326, 4490):
        return lonlat
    return transform(lonlat, pyproj.CRS.from_epsg(4326), known)


def areas_m2(shapes: NDArray[np.object_], crs: str | None) -> NDArray[np.float64]:
    """Return areas in square metres; 0 for None.

    Examples
    --------
    >>> import numpy as np
    >>> whole = np.array([shapely.box(106, 29, 107, 30)])
    >>> halves = np.array([shapely.box(106, 29, 106.3, 30), shapely.box(106.3, 29, 107, 30)])
    >>> bool(abs(areas_m2(halves, "EPSG:4490").sum() - areas_m2(whole, "EPSG:4490")[0]) < 1)
    True
    """
    shapes = np.asarray(shapes, dtype=object)
    if len(shapes) == 0:
        return np.zeros(0)
    if crs is None or not has_place(crs):
        unit = 1.0
        if crs is not None and _crs(crs).axis_info:
            unit = _crs(crs).axis_info[0].unit_conversion_factor
        found: NDArray[np.float64] = np.nan_to_num(shapely.area(shapes)) * unit**2
        return found
    ground = _ground(crs)
    laid: NDArray[np.object_] = shapely.transform(shapes, lambda xy: _equal_area(ground.lonlat(xy)))
    areas: NDArray[np.float64] = np.nan_to_num(shapely.area(laid))
    return areas


def _equal_area(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    s = np.sin(np.radians(lonlat[:, 1]))
    es = _E * s
    q = (1 - _E2) * (s / (1 - es * es) + np.arctanh(es) / _E)
    return np.column_stack([_A * np.radians(lonlat[:, 0]), _A * q / 2])
