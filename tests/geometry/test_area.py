import numpy as np
import pyproj
import pytest
import shapely

from diming.geometry.area import areas_m2

GEOD = pyproj.Geod(ellps="WGS84")
SQUARE = shapely.box(106, 29, 107, 30)
RING = shapely.Point(106.5, 29.5).buffer(0.2).difference(shapely.Point(106.5, 29.5).buffer(0.1))
SHAPES = np.array([SQUARE, RING, shapely.multipolygons([SQUARE, shapely.box(108, 29, 108.5, 30)])])


def geodesic(shape) -> float:
    fine = shapely.normalize(shapely.segmentize(shape, 0.001))
    return abs(GEOD.geometry_area_perimeter(fine)[0])


def test_degrees_are_measured_on_the_ellipsoid():
    found = areas_m2(SHAPES, pyproj.CRS(4326))
    assert found == pytest.approx([geodesic(s) for s in SHAPES], rel=1e-9)
    assert areas_m2(SHAPES, pyproj.CRS(4490)) == pytest.approx(found, rel=1e-9)


def test_the_grid_gives_the_same_area_as_the_degrees():
    there = pyproj.Transformer.from_crs(4490, 4545, always_xy=True)
    grid = shapely.transform(
        shapely.segmentize(SHAPES, 0.005),
        lambda xy: np.column_stack(there.transform(xy[:, 0], xy[:, 1])),
    )
    assert areas_m2(grid, pyproj.CRS(4545)) == pytest.approx(
        areas_m2(SHAPES, pyproj.CRS(4490)), rel=1e-7
    )
    assert shapely.area(grid[0]) != pytest.approx(areas_m2(grid, pyproj.CRS(4545))[0], rel=1e-4)


def test_parts_add_up_to_the_whole():
    cells = np.array([shapely.box(106 + i / 7, 29, 106 + (i + 1) / 7, 30) for i in range(7)])
    whole = np.array([shapely.coverage_union_all(cells)])
    crs = pyproj.CRS(4490)
    assert areas_m2(cells, crs).sum() == pytest.approx(areas_m2(whole, crs)[0], abs=1e-3)


def test_winding_does_not_matter_and_nothing_has_no_area():
    turned = np.array([shapely.reverse(s) for s in SHAPES])
    crs = pyproj.CRS(4490)
    assert areas_m2(turned, crs) == pytest.approx(areas_m2(SHAPES, crs))
    empty = np.array([shapely.Polygon(), SQUARE])
    assert areas_m2(empty, crs).tolist() == [0.0, areas_m2(SHAPES[:1], crs)[0]]
    assert areas_m2(empty[:0], crs).tolist() == areas_m2(empty[:1], crs).tolist()[:0]


def test_where_a_projection_does_not_reach_there_is_no_area():
    far = np.array([shapely.box(1e9, 1e9, 2e9, 2e9)])
    assert np.isnan(areas_m2(far, pyproj.CRS(4545))).all()
