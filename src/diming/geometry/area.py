"""Areas of polygons on the ellipsoid (椭球面积).

The only areas that are kept, compared and added up. Each polygon's depends on that
polygon alone, and parts add up to the whole; slivers of a check, which are measured
together with their widths, lie in a plane each (`diming.geometry.ground.Tangent`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.chain import rings
from diming.geometry.ground import transform

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

#: Edges of a projected CRS are straight there, not in degrees: they are cut this short first.
_PIECE_M = 1000.0
#: Nodes and weights on an edge (Gauss, three points); exact to a millionth of a square metre.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(3)


def areas_m2(geometry: NDArray[np.object_], crs: pyproj.CRS | None) -> NDArray[np.float64]:
    """Return areas on the ellipsoid, in square metres.

    Edges are straight in `crs`, as they are in every map of it. Areas of the
    parts of a coverage add up to that of the whole, but for rounding.

    Parameters
    ----------
    geometry : object array of Polygon and MultiPolygon
        What is empty or None has no area.
    crs : pyproj.CRS or None
        Without a place on Earth, areas are those of the plane.

    Examples
    --------
    >>> import numpy as np, pyproj
    >>> whole = np.array([shapely.box(106, 29, 107, 30)])
    >>> round(float(areas_m2(whole, pyproj.CRS("EPSG:4490"))[0]) / 1e6)
    10748
    """
    filled = ~(shapely.is_empty(geometry) | shapely.is_missing(geometry))
    if not filled.all():
        some = np.zeros(len(geometry))
        some[filled] = areas_m2(geometry[filled], crs)
        return some
    if crs is None or not (crs.is_geographic or crs.is_projected) or len(geometry) == 0:
        plane: NDArray[np.float64] = shapely.area(geometry)
        return plane
    degrees = crs.geodetic_crs
    if crs.is_projected:
        unit = crs.axis_info[0].unit_conversion_factor if crs.axis_info else 1.0
        geometry = shapely.segmentize(geometry, _PIECE_M / unit)
    found = rings(geometry)
    if len(found.owner) == 0 or degrees is None:
        return np.zeros(len(geometry))
    at = transform(found.coordinates, crs, degrees) * degrees.axis_info[0].unit_conversion_factor
    at[~np.isfinite(at)] = np.nan  # Out of the projection's reach: no area.
    geod = crs.get_geod()
    assert geod is not None
    east = np.diff(at[:, 0])
    if crs.is_projected:  # Pieces of 1 km: one that goes round the Earth crosses 180° E.
        east -= 2 * np.pi * np.round(east / (2 * np.pi))
    of_edge = east * _mean_height(at[:-1, 1], at[1:, 1], geod.es)
    # The step from one ring to the next is no edge.
    of_edge[found.first[1:-1] - 1] = 0.0
    of_ring = np.abs(np.add.reduceat(np.append(of_edge, 0.0), found.first[:-1]))
    result = np.zeros(len(geometry))
    np.add.at(result, found.owner, np.where(found.hole, -of_ring, of_ring))
    return result * geod.a**2 / 2


def _mean_height(
    start: NDArray[np.float64], end: NDArray[np.float64], es: float
) -> NDArray[np.float64]:
    """Return the mean of Snyder's q (area below a parallel) along edges between latitudes."""
    middle, half = (start + end) / 2, (end - start) / 2
    total = np.zeros_like(middle)
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        sine = np.sin(middle + node * half)
        if es > 0:
            e = np.sqrt(es)
            q = (1 - es) * (sine / (1 - es * sine**2) + np.arctanh(e * sine) / e)
        else:
            q = 2 * sine
        total += weight * q
    return total / 2
