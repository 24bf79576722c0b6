"""Between the coordinates of an archive and WGS 84 longitude and latitude (经纬度).

An archive's CRS is a text; here it becomes a way there and back.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pyproj

from diming.geometry.ground import Ground, parse_crs, transform

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@lru_cache(maxsize=16)
def _ground(text: str) -> Ground:
    """Return the ground beneath a CRS, unstretched: its plane is the CRS itself."""
    return Ground(parse_crs(text, path="archive"), (0.0, 0.0), (1.0, 1.0))


def crs_of(text: str | None) -> pyproj.CRS | None:
    """Return the CRS that a text stands for."""
    return None if text is None else _ground(text).crs


def has_place(crs: str | None) -> bool:
    """Tell whether coordinates have a place on Earth."""
    return crs is not None and not _ground(crs).is_plane


def to_lonlat(shapes: NDArray[np.object_], crs: str | None) -> NDArray[np.object_]:
    """Return shapes in WGS 84; as they are, where they have no place on Earth."""
    if crs is None or len(shapes) == 0:
        return shapes
    return _ground(crs).as_lonlat(shapes)


def from_lonlat(lonlat: NDArray[np.float64], crs: str | None) -> NDArray[np.float64]:
    """Return WGS 84 points, shape (n, 2), in a CRS; unchanged where it has no place on Earth."""
    if crs is None or not has_place(crs):
        return lonlat
    known = _ground(crs).crs
    if known.is_geographic and known.to_epsg() in (4326, 4490):
        return lonlat
    return transform(lonlat, pyproj.CRS.from_epsg(4326), known)
