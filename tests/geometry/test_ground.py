from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely

from diming.errors import UnreadableInput
from diming.geometry.ground import Ground, parse_crs, transform
from diming.geometry.measure import sizes, widths

GEOD = pyproj.Geod(ellps="WGS84")
PLACES = [(106.55, 29.56), (106.5, 31.9), (121.5, 24.0), (-86.0, 36.0), (10.0, 69.0), (0.0, 0.0)]


def geodesic_box(lon: float, lat: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle of given size on the ground, its corners by geodesics."""
    x, _, _ = GEOD.fwd(lon, lat, 90, east)
    _, y, _ = GEOD.fwd(lon, lat, 0, north)
    return shapely.box(lon, lat, x, y)


def test_the_handbook_point_and_its_zones() -> None:
    place = np.array([[106.55, 29.56]])
    wgs = pyproj.CRS(4490)
    assert transform(place, wgs, pyproj.CRS(4545))[0] == pytest.approx(
        (359474.09, 3272217.30), abs=0.01
    )
    assert transform(place, wgs, pyproj.CRS(4524))[0] == pytest.approx(
        (36359474.09, 3272217.30), abs=0.01
    )


@pytest.mark.parametrize(("lon", "lat"), PLACES)
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "local"])
@pytest.mark.parametrize(("east", "north"), [(0.05, 800.0), (40.0, 40.0), (5000.0, 3.0)])
def test_sizes_are_those_on_the_ellipsoid(
    lon: float, lat: float, crs: str, east: float, north: float
) -> None:
    if crs == "local":
        crs = f"+proj=tmerc +lon_0={lon + 1.4} +lat_0=0 +ellps=WGS84"
    system = pyproj.CRS(crs)
    shape = geodesic_box(lon, lat, east, north)
    moved = shapely.transform(shape, lambda xy: transform(xy, pyproj.CRS(4326), system))
    ground = Ground.under(system, np.array(moved.bounds))
    plane = shapely.transform(np.array([moved], dtype=object), ground.plane)
    found = sizes(plane, ground)
    assert found.width_m[0] == pytest.approx(min(east, north), rel=1e-3, abs=1e-5)
    assert found.length_m[0] == pytest.approx(max(east, north), rel=2e-3)
    exact, _ = GEOD.geometry_area_perimeter(shape)
    assert found.area_m2[0] == pytest.approx(abs(exact), rel=1e-3, abs=1e-4)


def test_the_plane_and_back() -> None:
    ground = Ground.under(pyproj.CRS(4490), np.array([105.0, 28.0, 110.0, 32.0]))
    xy = np.array([[106.55, 29.56], [108.123456789, 31.987654321]])
    assert ground.unplane(ground.plane(xy)) == pytest.approx(xy, abs=1e-13)
    assert ground.lonlat(ground.plane(xy)) == pytest.approx(xy, abs=1e-13)


def test_feet_are_brought_to_metres() -> None:
    system = pyproj.CRS(2263)  # New York, US survey feet
    ground = Ground.under(system, np.array([980000, 190000, 990000, 200000.0]))
    square = shapely.transform(
        np.array([shapely.box(985000, 195000, 985100, 195100)]), ground.plane
    )
    assert sizes(square, ground).width_m[0] == pytest.approx(30.48, rel=1e-3)


@pytest.mark.parametrize("text", ["EPSG:4490", "4490", "OGC:CRS84", " epsg:4545 "])
def test_systems_that_are_understood(text: str) -> None:
    assert parse_crs(text).is_geographic or parse_crs(text).is_projected


@pytest.mark.parametrize("text", ["EPSG:1", "Chongqing", "", "EPSG:5737", "EPSG:4978", "x" * 5000])
def test_systems_that_are_not(text: str) -> None:
    with pytest.raises(UnreadableInput):
        parse_crs(text)


@pytest.mark.parametrize("width", [0.01, 0.3, 2.0])
@pytest.mark.parametrize("angle", [0.0, 0.4, 1.1])
def test_widths_of_wavy_slivers(width: float, angle: float) -> None:
    along = np.linspace(0, 300, 40)
    sway = 5 * np.sin(along / 20)
    upper = np.column_stack([along, sway + width / 2])
    lower = np.column_stack([along, sway - width / 2])[::-1]
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    sliver = shapely.Polygon(np.vstack([upper, lower]) @ turn)
    assert widths(np.array([sliver]))[0][0] == pytest.approx(width, rel=0.02)


@pytest.mark.parametrize("number", [4490, 4513, 4544, 4545])
def test_degrees_of_cgcs2000_are_those_of_wgs_84_as_proj_has_it(number):
    """The short cut past PROJ's tables gives the same numbers, bit by bit."""
    crs, degrees = parse_crs(f"EPSG:{number}"), pyproj.CRS.from_epsg(4326)
    lonlat = np.random.default_rng(0).uniform([105, 28], [110, 32], (100, 2))
    there = pyproj.Transformer.from_crs(degrees, crs, always_xy=True).transform(*lonlat.T)
    assert transform(lonlat, degrees, crs).tolist() == np.column_stack(there).tolist()
    back = pyproj.Transformer.from_crs(crs, degrees, always_xy=True).transform(*there)
    xy = np.column_stack(there)
    assert transform(xy, crs, degrees).tolist() == np.column_stack(back).tolist()
