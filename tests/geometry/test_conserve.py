from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from diming.geometry.area import areas_m2
from diming.geometry.conserve import Change, balance
from diming.geometry.ground import parse_crs
from worlds import CRS, PLACE, SIDE, block, cells

TOWN = pyproj.CRS(CRS)
PLANE = parse_crs("plane")


def test_a_merger_conserves_to_the_bit() -> None:
    world = cells(vertices=9, wobble=20.0)
    found = balance(world, np.array([shapely.coverage_union_all(world)]), TOWN)
    assert found.exact
    assert found.conserved


def test_a_split_along_a_new_line_conserves_within_the_tolerance() -> None:
    whole = np.array([block(0, 0, 1000, 1000)])
    halves = np.array([block(0, 0, 300, 1000), block(300, 0, 700, 1000)])
    found = balance(whole, halves, TOWN)
    assert not found.exact
    assert found.conserved
    assert found.unmatched_count == 2


def test_what_is_lost_and_gained_says_where_how_wide_and_beside_whom() -> None:
    before = np.array([block(0, 0, 1000, 1000), block(1000, 0, 1000, 1000)])
    after = np.array([block(0, 0, 1000, 1000), block(1000, 0, 990, 1000), block(500, -20, 100, 20)])
    found = balance(before, after, PLANE)
    gained, lost = found.pieces
    assert gained.change is Change.GAINED
    assert (gained.value, gained.before, gained.after) == (1, (), (2,))
    assert gained.beside_after == (2,)
    assert gained.width_m == pytest.approx(20.0, rel=0.01)
    assert lost.change is Change.LOST
    assert (lost.value, lost.before, lost.after) == (-1, (1,), ())
    assert (lost.beside_before, lost.beside_after) == ((1,), (1,))
    assert lost.area_m2 == pytest.approx(10_000.0)
    assert lost.width_m == pytest.approx(10.0, rel=0.01)
    assert lost.length_m == pytest.approx(1000.0, rel=0.01)
    assert lost.polygon.equals(block(1990, 0, 10, 1000))
    assert lost.polygon.covers(shapely.Point(lost.widest))


def test_pieces_lie_on_the_very_vertices_of_the_data() -> None:
    world = cells(vertices=9, wobble=20.0)
    (piece,) = balance(world, world[1:], TOWN).pieces
    assert set(map(tuple, shapely.get_coordinates(piece.polygon))) <= set(
        map(tuple, shapely.get_coordinates(world[0]))
    )
    assert piece.area_m2 == pytest.approx(areas_m2(world[:1], TOWN)[0], rel=1e-6)


def test_an_overlap_among_the_units_after_is_told_from_what_is_gained() -> None:
    before = np.array([block(0, 0, 1000, 1000)])
    # The second unit lies half over the first and half outside; both share the rim.
    after = np.array([block(0, 0, 1000, 1000), block(500, 0, 1000, 1000)])
    found = balance(before, after, PLANE)
    by_change = {p.change: p for p in found.pieces}
    assert set(by_change) == {Change.GAINED, Change.OVERLAP}
    assert by_change[Change.OVERLAP].after == (0, 1)
    assert by_change[Change.OVERLAP].before == (0,)
    assert by_change[Change.GAINED].after == (1,)
    assert found.area_m2(Change.OVERLAP) == pytest.approx(500_000.0)
    assert found.area_m2(Change.GAINED) == pytest.approx(500_000.0)


def test_a_duplicate_after_is_an_overlap_and_one_before_is_thinned() -> None:
    one, two = np.array([block(0, 0, 10, 10)]), np.array([block(0, 0, 10, 10)] * 2)
    assert [p.change for p in balance(one, two, PLANE).pieces] == [Change.OVERLAP]
    assert [p.change for p in balance(two, one, PLANE).pieces] == [Change.THINNED]


def test_noise_below_the_tolerance_is_counted_and_not_a_piece() -> None:
    world = cells(vertices=5, wobble=20.0)
    shaken = shapely.transform(world, lambda xy: xy + 1e-4 * np.sin(xy))
    found = balance(world, shaken, TOWN)
    assert not found.exact
    assert found.conserved
    assert found.moved_count > 0
    assert 0 < found.largest_m < 2e-4


def test_an_invalid_polygon_stands_for_the_ground_it_encloses() -> None:
    bow = shapely.Polygon(PLACE + np.array([(0, 0), (100, 100), (100, 0), (0, 100)]))
    assert not bow.is_valid
    assert balance(np.array([bow]), np.array([bow]), PLANE).exact
    (piece,) = balance(np.array([bow]), np.array([shapely.make_valid(bow).geoms[0]]), PLANE).pieces
    assert (piece.change, piece.area_m2) == (Change.LOST, pytest.approx(2500.0))


def test_nothing_and_something() -> None:
    none = np.array([None, shapely.Polygon()], dtype=object)
    something = np.array([block(0, 0, 10, 10)])
    assert balance(none, none, TOWN).exact
    assert [p.change for p in balance(none, something, TOWN).pieces] == [Change.GAINED]
    assert [p.change for p in balance(something, none, TOWN).pieces] == [Change.LOST]
    assert balance(np.empty(0, dtype=object), np.empty(0, dtype=object), TOWN).exact


def test_degrees_are_measured_on_the_ground() -> None:
    degrees = pyproj.CRS("EPSG:4490")
    before = np.array([shapely.box(106.50, 29.50, 106.52, 29.52)])
    after = np.array([shapely.box(106.50, 29.50, 106.52, 29.52 - 1e-5)])
    (piece,) = balance(before, after, degrees).pieces
    assert piece.width_m == pytest.approx(1.1085, rel=0.01)
    geod = pyproj.Geod(ellps="WGS84")
    true = geod.geometry_area_perimeter(shapely.box(106.50, 29.52 - 1e-5, 106.52, 29.52))[0]
    assert piece.area_m2 == pytest.approx(abs(true), rel=1e-4)


side = st.integers(1, 8)
boxes = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 8), side, side), min_size=0, max_size=4
)


@settings(max_examples=150, deadline=None)
@given(boxes, boxes)
def test_pieces_weigh_what_the_sum_of_areas_says(
    before: list[tuple[int, ...]], after: list[tuple[int, ...]]
) -> None:
    was, now = (
        np.array([block(*(10.0 * v for v in b)) for b in part] or [None], dtype=object)
        for part in (before, after)
    )
    found = balance(was, now, PLANE)
    weighed = sum(p.value * p.area_m2 for p in found.pieces)
    count = np.nansum(shapely.area(now)) - np.nansum(shapely.area(was))
    assert weighed == pytest.approx(count, abs=1e-6)
    unions = [shapely.union_all(part) for part in (was, now)]
    gained = [p for p in found.pieces if not p.before]
    lost = [p for p in found.pieces if not p.after]
    assert sum(p.area_m2 for p in gained) == pytest.approx((unions[1] - unions[0]).area, abs=1e-6)
    assert sum(p.area_m2 for p in lost) == pytest.approx((unions[0] - unions[1]).area, abs=1e-6)
    for p in found.pieces:
        assert p.value == len(p.after) - len(p.before)
        inside = p.polygon.representative_point()
        for units, part in ((p.before, was), (p.after, now)):
            assert units == tuple(np.flatnonzero(shapely.intersects(part, inside)))


def test_areas_of_a_province_are_those_of_the_ellipsoid() -> None:
    geod = pyproj.Geod(ellps="WGS84")
    province = shapely.segmentize(shapely.box(105.0, 28.0, 110.0, 32.0), 0.001)
    true = geod.geometry_area_perimeter(province)[0]
    whole = np.array([shapely.box(105.0, 28.0, 110.0, 32.0)])
    assert areas_m2(whole, pyproj.CRS("EPSG:4490"))[0] == pytest.approx(abs(true), rel=1e-8)
    small = shapely.box(*PLACE, *(PLACE + SIDE))
    both = areas_m2(np.array([small, shapely.Polygon()]), TOWN)
    lonlat = shapely.transform(
        shapely.segmentize(small, 10.0),
        lambda xy: np.column_stack(
            pyproj.Transformer.from_crs(TOWN, 4490, always_xy=True).transform(*xy.T)
        ),
    )
    assert both[0] == pytest.approx(abs(geod.geometry_area_perimeter(lonlat)[0]), rel=1e-6)
    assert both[1] == 0.0
