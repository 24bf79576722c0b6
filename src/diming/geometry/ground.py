"""From coordinates to metres on the ground (地面距离).

Topology is decided where the data's lines are straight: in the input CRS,
stretched by one factor an axis so that a unit is about a metre (`Ground.plane`).
A stretch keeps straight lines straight, which a projection does not: the middle
of a ten-kilometre edge moves by a metre, and a gap of two centimetres along it would
seem as wide. What is found is measured on the ellipsoid by the scale at its
place, linear once more. Only what is left of a coverage after cancelling
passes through here, never the whole file.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from diming.errors import UnreadableInput

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = NDArray[np.float64]

#: How a plane without a place on Earth is asked for: coordinates in metres.
PLANE = 'ENGCRS["plane, metres",EDATUM["unknown place"],CS[Cartesian,2],' \
    'AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]'  # fmt: skip
_WGS84 = pyproj.CRS.from_epsg(4326)
_RADIUS_M = 6371008.8
#: Half the base on which the local scale is taken, in metres.
_STEP_M = 50.0


def parse_crs(text: str, *, path: str = "--crs") -> pyproj.CRS:
    """Read a CRS from an authority code or WKT; ``plane`` is a local plane in metres.

    Raises
    ------
    UnreadableInput
        If no CRS is meant, or one in which areas cannot be laid out.
    """
    if text.strip().lower() in {"plane", "local"}:
        return pyproj.CRS.from_wkt(PLANE)
    if re.fullmatch(r"\d{4,6}", text.strip()):
        text = f"EPSG:{text.strip()}"
    try:
        crs = pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError:
        raise UnreadableInput(
            "{path}: the coordinate reference system «{crs}» is not understood; "
            "give one such as EPSG:4490 with --crs",
            path=path, crs=text[:80],
        ) from None  # fmt: skip
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs.is_geocentric or crs.is_vertical:
        raise UnreadableInput(
            "{path}: the coordinate reference system «{crs}» is not one of maps; "
            "give one such as EPSG:4490 with --crs",
            path=path, crs=crs.name,
        )  # fmt: skip
    return crs


def same_crs(a: pyproj.CRS, b: pyproj.CRS) -> bool:
    """Tell whether coordinates in `a` and `b` are the same numbers for the same place."""
    return a is b or a == b or a.equals(b, ignore_axis_order=True)


def transform(xy: Floats, source: pyproj.CRS, target: pyproj.CRS) -> Floats:
    """Transform points; equal points stay equal. Axis order is x (east), y (north)."""
    if same_crs(source, target) or len(xy) == 0:
        return xy
    return np.column_stack(_transformer(source, target).transform(xy[:, 0], xy[:, 1]))


@lru_cache(maxsize=64)
def _transformer(source: pyproj.CRS, target: pyproj.CRS) -> pyproj.Transformer:
    """Return a transformer; making one takes longer than most transformations.

    Degrees of CGCS2000 are taken as those of WGS 84, as PROJ does: from a grid to
    the degrees of its own datum PROJ knows the way at once, between two datums it
    searches its tables first, for 80 ms.
    """
    if _is_wgs84(target):
        target = _cgcs2000_of(source) or target
    elif _is_wgs84(source):
        source = _cgcs2000_of(target) or source
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def _is_wgs84(crs: pyproj.CRS) -> bool:
    return crs is _WGS84 or crs.to_epsg() == 4326


def _cgcs2000_of(crs: pyproj.CRS) -> pyproj.CRS | None:
    """Return the degrees of a CRS, where they are those of CGCS2000."""
    degrees = crs.geodetic_crs
    return degrees if degrees is not None and degrees.to_epsg() == 4490 else None


@dataclass(frozen=True)
class Ground:
    """The ground beneath one working CRS.

    Attributes
    ----------
    crs : pyproj.CRS
        The CRS in which lines are taken as straight.
    origin : (float, float)
        What is subtracted before stretching, in CRS units.
    stretch : (float, float)
        Metres on the ground per CRS unit, along x and y, at `origin`.
    """

    crs: pyproj.CRS
    origin: tuple[float, float]
    stretch: tuple[float, float]

    @staticmethod
    def under(crs: pyproj.CRS, bounds: Floats) -> Ground:
        """Choose the stretch for data within `bounds` (xmin, ymin, xmax, ymax).

        The origin is rounded, so that the same place gets the same numbers in
        files of nearly the same extent.
        """
        x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
        if crs.is_geographic:
            degree = math.degrees(crs.axis_info[0].unit_conversion_factor)
            origin = (float(round(x)), float(round(y)))
            latitude = math.radians(min(max(origin[1] * degree, -89.0), 89.0))
            metres = math.radians(degree) * _RADIUS_M
            return Ground(crs, origin, (metres * math.cos(latitude), metres))
        unit = crs.axis_info[0].unit_conversion_factor if crs.axis_info else 1.0
        origin = (float(round(x, -4)), float(round(y, -4)))
        factor = unit / _point_scale(crs, x, y)
        return Ground(crs, origin, (factor, factor))

    @property
    def is_plane(self) -> bool:
        """True where the data have no known place on Earth."""
        return not (self.crs.is_geographic or self.crs.is_projected)

    def plane(self, xy: Floats) -> Floats:
        """Return coordinates, about metres, in which lines of the CRS stay straight."""
        result: Floats = (xy - self.origin) * self.stretch
        return result

    def unplane(self, xy: Floats) -> Floats:
        """Return the CRS coordinates of points of the plane."""
        result: Floats = xy / self.stretch + self.origin
        return result

    @cached_property
    def _to_lonlat(self) -> Callable[[Floats], Floats]:
        if self.is_plane or (self.crs.is_geographic and _near_wgs84(self.crs)):
            return lambda xy: xy
        there = _transformer(self.crs, _WGS84)
        return lambda xy: np.column_stack(there.transform(xy[:, 0], xy[:, 1]))

    def lonlat(self, xy: Floats) -> Floats:
        """Return WGS 84 longitude, latitude of points of the plane (CRS x, y if placeless)."""
        return self._to_lonlat(self.unplane(xy))

    def as_lonlat(self, geometry: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return geometries of the plane in WGS 84 (in CRS coordinates if placeless)."""
        moved: NDArray[np.object_] = shapely.transform(geometry, self.lonlat)
        return moved

    def areas_m2(self, geometry: NDArray[np.object_]) -> Floats:
        """Return areas on the ellipsoid of polygons of the plane, in square metres."""
        areas: Floats = shapely.area(geometry) * self.tangent(geometry).areal_scale
        return areas

    def tangent(self, geometry: NDArray[np.object_]) -> Tangent:
        """Lay each geometry of the plane into the plane that touches the ground at its middle.

        The way there is linear, so straight lines stay straight and areas of
        slivers between long lines stay what they are. True to about 1e-5
        within a hundred kilometres of the middle.
        """
        box = shapely.bounds(geometry)
        middle = np.column_stack([box[:, 0] + box[:, 2], box[:, 1] + box[:, 3]]) / 2
        if self.is_plane:
            return Tangent(geometry, middle, np.broadcast_to(np.eye(2), (len(geometry), 2, 2)))
        at = self.lonlat(middle)
        scale = metres_per_degree(at[:, 1])
        axes = [
            (self.lonlat(middle + step) - self.lonlat(middle - step)) * scale / (2 * _STEP_M)
            for step in (np.array([_STEP_M, 0.0]), np.array([0.0, _STEP_M]))
        ]
        return Tangent(geometry, middle, np.stack(axes, axis=1))


@dataclass(frozen=True, slots=True)
class Tangent:
    """Geometries of the plane, each with a linear way to the ground at its middle.

    `middle` of shape (n, 2) is in the plane; row k of `axes` of shape (n, 2, 2)
    is where a metre along axis k of the plane leads, in metres east and north.
    """

    plane: NDArray[np.object_]
    middle: Floats
    axes: Floats

    @property
    def areal_scale(self) -> Floats:
        """Square metres on the ground per square metre of the plane."""
        scale: Floats = np.abs(np.linalg.det(self.axes))
        return scale

    def geometry(self) -> NDArray[np.object_]:
        """Return the geometries in metres east and north of their middles."""
        xy, index = shapely.get_coordinates(self.plane, return_index=True)
        local = np.einsum("ni,nij->nj", xy - self.middle[index], self.axes[index])
        result: NDArray[np.object_] = shapely.transform(self.plane, lambda _: local)
        return result

    def back(self, points: Floats) -> Floats:
        """Return points east and north of the middles, one a geometry, in the plane."""
        inverse = np.linalg.inv(self.axes)
        result: Floats = np.einsum("ni,nij->nj", points, inverse) + self.middle
        return result


def metres_per_degree(latitude: Floats) -> Floats:
    """Return metres per degree of longitude and of latitude on WGS 84, shape (n, 2)."""
    a, e2 = 6378137.0, 0.0066943799901413165
    phi = np.radians(latitude)
    w = 1 - e2 * np.sin(phi) ** 2
    metres: Floats = (
        np.radians(1.0)
        * a
        * np.column_stack([np.cos(phi) / np.sqrt(w), (1 - e2) / (w * np.sqrt(w))])
    )
    return metres


def _near_wgs84(crs: pyproj.CRS) -> bool:
    """Tell the degrees of WGS 84 and CGCS2000, and those without a known shift."""
    if crs.to_epsg() in (4326, 4490) or crs.axis_info[0].unit_name != "degree":
        return crs.to_epsg() in (4326, 4490)
    return crs.datum is not None and "GCJ" in crs.name


def _point_scale(crs: pyproj.CRS, x: float, y: float) -> float:
    """Return grid metres per ground metre at a point of a projected CRS."""
    if not crs.is_projected:
        return 1.0
    lon, lat = _transformer(crs, crs.geodetic_crs).transform(x, y)
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return 1.0
    try:
        scale = math.sqrt(pyproj.Proj(crs).get_factors(lon, lat).areal_scale)
    except pyproj.exceptions.ProjError:
        return 1.0
    return scale if math.isfinite(scale) and scale > 0 else 1.0
