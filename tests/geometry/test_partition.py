from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from diming.geometry.chain import residual
from diming.geometry.checksum import added, chain_sums
from diming.geometry.ground import parse_crs
from diming.geometry.keepers import held
from diming.geometry.partition import (
    Moved,
    Reason,
    Refused,
    Split,
    merge,
    split_by_line,
    take_polygon,
    take_side,
)
from worlds import CRS, PLACE, Grid

TOWN = pyproj.CRS(CRS)
PLANE = parse_crs("plane")


def box(x: float, y: float, wide: float, high: float) -> shapely.Polygon:
    low = PLACE + (x, y)
    return shapely.box(*low, *(low + (wide, high)))


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(PLACE + np.array(points))


def places(geometry: shapely.Geometry) -> set[tuple[float, ...]]:
    return {tuple(xy) for xy in shapely.get_coordinates(geometry).tolist()}


def total(units: np.ndarray) -> int:
    return added(chain_sums(units).tolist())


def segments(start: np.ndarray, end: np.ndarray) -> list[tuple[float, ...]]:
    return sorted(map(tuple, np.hstack([start, end]).tolist()))


def outline(units: np.ndarray) -> list[tuple[float, ...]]:
    whole = shapely.orient_polygons(shapely.coverage_union_all(units))
    rings = [shapely.get_coordinates(r) for r in shapely.get_rings(shapely.get_parts(whole))]
    return segments(np.vstack([r[:-1] for r in rings]), np.vstack([r[1:] for r in rings]))


def assert_exact_coverage(units: np.ndarray) -> None:
    """The residual is the outline of the union, once: no overlap, no gap, no lone vertex."""
    assert shapely.is_valid(units).all()
    found = residual(held(units))
    assert segments(found.start, found.end) == outline(units)
    whole = shapely.coverage_union_all(units)
    assert shapely.area(units).sum() == pytest.approx(shapely.area(whole), rel=1e-9)


def assert_conserves(before: np.ndarray, after: np.ndarray, open_vertices: np.ndarray) -> None:
    """Only the rim got vertices, and just those that are said."""
    assert_exact_coverage(after)
    rims = [places(shapely.coverage_union_all(part).boundary) for part in (before, after)]
    assert rims[0] <= rims[1]
    assert rims[1] - rims[0] == set(map(tuple, open_vertices.tolist()))
    if len(open_vertices) == 0:
        assert total(before) == total(after)
    assert shapely.area(before).sum() == pytest.approx(shapely.area(after).sum(), rel=1e-9)


# Two rows of three cells: 0 1 2 below, 3 4 5 above; straight borders.
def world(**options: float) -> np.ndarray:
    return np.array(list(Grid(2, 3, **options).polygons().values()), dtype=object)


def test_a_piece_across_a_border_gives_the_neighbours_its_vertices() -> None:
    cells = world()
    # From the middle cell below, its upper right corner to the cell on the right.
    drawn = box(1500, 500, 700, 700)
    found = take_polygon(cells[1], cells[2], drawn, cells[[0, 3, 4, 5]], PLANE)
    assert isinstance(found, Moved)
    assert found.piece.equals(box(1500, 500, 500, 500))
    assert found.giver.area == pytest.approx(750_000)
    assert found.taker.area == pytest.approx(1_250_000)
    assert set(map(tuple, found.new_vertices - PLACE)) == {(1500.0, 1000.0), (2000.0, 500.0)}
    assert found.changed.tolist() == [False, False, True, False]  # the cell above
    assert len(found.open_vertices) == 0
    after = np.array([found.giver, found.taker, *found.neighbours])
    assert_conserves(cells, after, found.open_vertices)


def test_a_vertex_on_the_rim_of_the_region_is_told() -> None:
    cells = world()
    found = take_polygon(cells[1], cells[2], box(1500, -50, 700, 1100), cells[[0, 3, 4, 5]], PLANE)
    assert isinstance(found, Moved)
    assert (found.open_vertices - PLACE).tolist() == [[1500.0, 0.0]]
    after = np.array([found.giver, found.taker, *found.neighbours])
    assert_conserves(cells, after, found.open_vertices)


def test_a_piece_drawn_roughly_along_borders_follows_them_exactly() -> None:
    cells = world(vertices=30, wobble=20.0)
    giver = cells[1]
    rim = shapely.get_coordinates(giver)
    shaken = rim + np.random.default_rng(3).uniform(-0.6, 0.6, rim.shape)
    rough = shapely.make_valid(shapely.simplify(shapely.Polygon(shaken), 3.0))
    assert shapely.get_num_coordinates(rough) < len(rim)
    drawn = shapely.intersection(rough, box(1400, -100, 800, 1200))
    found = take_polygon(giver, cells[2], drawn, cells[[0, 3, 4, 5]], TOWN, tolerance_m=5.0)
    assert isinstance(found, Moved)
    assert isinstance(found.piece, shapely.Polygon)
    assert isinstance(found.giver, shapely.Polygon)
    inside = shapely.intersection(giver, box(1400, -100, 800, 1200))
    # Everything of the giver on that side goes: no sliver stays along its border.
    assert found.piece.area == pytest.approx(inside.area, rel=2e-3)
    assert len(found.new_vertices) <= 2
    after = np.array([found.giver, found.taker, *found.neighbours])
    assert_conserves(cells, after, found.open_vertices)


def test_a_line_that_ends_short_of_the_border_or_beyond_it_cuts() -> None:
    cells = world()
    for low, high in ((0.4, 999.6), (-30, 1030)):
        found = take_side(
            cells[1], cells[0], line((1300, low), (1310, 500), (1300, high)), "left",
            cells[[2, 3, 4, 5]], PLANE,
        )  # fmt: skip
        assert isinstance(found, Moved)
        assert found.piece.area == pytest.approx(305_000, rel=1e-3)
        after = np.array([found.giver, found.taker, *found.neighbours])
        assert_conserves(cells, after, found.open_vertices)
        other = take_side(
            cells[1], cells[2], line((1300, low), (1310, 500), (1300, high)), "right",
            cells[[0, 3, 4, 5]], PLANE,
        )  # fmt: skip
        assert isinstance(other, Moved)
        assert other.piece.equals(found.giver)


def test_a_line_between_corners_needs_no_new_vertex() -> None:
    cells = world()
    found = split_by_line(cells[1], line((1000.3, 0.2), (1999.8, 1000.4)), PLANE, cells)
    assert isinstance(found, Split)
    assert found.side.tolist() == [1, -1]
    assert shapely.area(found.pieces) == pytest.approx([500_000, 500_000])
    assert len(found.new_vertices) == 0
    assert not found.changed.any()
    assert total(found.pieces) == total(cells[[1]])


def test_merging_keeps_the_vertices_of_the_rim() -> None:
    cells = world(vertices=7, wobble=15.0)
    whole = merge(cells)
    assert shapely.is_valid(whole)
    assert total(np.array([whole])) == total(cells)
    assert places(whole) <= set().union(*map(places, cells))
    apart = merge(cells[[0, 2]])
    assert apart.geom_type == "MultiPolygon"
    assert total(np.array([apart])) == total(cells[[0, 2]])


def test_a_split_merged_again_is_the_unit_but_for_the_new_vertices() -> None:
    cells = world(vertices=7, wobble=15.0)
    found = split_by_line(cells[4], line((900, 1400), (2100, 1600)), TOWN, cells[[0, 1, 2, 3, 5]])
    assert isinstance(found, Split)
    again = merge(found.pieces)
    assert places(again) - places(cells[4]) == set(map(tuple, found.new_vertices))
    after = np.array([*found.pieces, *found.neighbours])
    assert_conserves(cells, after, found.open_vertices)


def test_an_enclave_leaves_a_hole_of_its_own_vertices() -> None:
    cells = world()
    found = take_polygon(cells[1], cells[5], box(1300, 300, 200, 200), cells[[0, 2, 3, 4]], PLANE)
    assert isinstance(found, Moved)
    assert len(found.giver.interiors) == 1
    assert found.taker.geom_type == "MultiPolygon"
    assert len(found.new_vertices) == 0
    assert_conserves(cells, np.array([found.giver, found.taker, *found.neighbours]), np.empty(0))
    back = take_polygon(cells[1], cells[5], box(1300, 300, 200, 200), cells[:0], PLANE)
    assert isinstance(back, Moved)
    assert back.piece.equals(found.piece)


def test_what_cannot_be_done_is_said() -> None:
    cells = world()
    giver, taker, rest = cells[1], cells[2], cells[[0, 3, 4, 5]]

    def reason(found: object) -> Reason:
        assert isinstance(found, Refused)
        return found.reason

    def piece(*sides: float) -> Reason:
        return reason(take_polygon(giver, taker, box(*sides), rest, PLANE))

    assert piece(2100, 100, 200, 200) is Reason.NOTHING_MOVED
    assert piece(1999.5, 100, 200, 200) is Reason.NOTHING_MOVED
    assert piece(1000.5, 0.4, 999, 999.1) is Reason.EVERYTHING_MOVED
    assert piece(500, -500, 3000, 3000) is Reason.EVERYTHING_MOVED
    short = line((1300, 500), (1300, 1100))
    assert reason(take_side(giver, taker, short, "left", rest, PLANE)) is Reason.LINE_DOES_NOT_CUT
    assert reason(split_by_line(giver, short, PLANE)) is Reason.LINE_DOES_NOT_CUT
    along = line((1000.4, -100), (999.6, 1100))
    assert reason(split_by_line(giver, along, PLANE)) is Reason.LINE_DOES_NOT_CUT
    # In from the left, out at the right, and back through the middle the same way round.
    turns = line((900, 200), (2100, 200), (2100, 1100), (900, 1100), (900, 500), (2100, 500))
    found = take_side(giver, taker, turns, "left", rest, PLANE)
    assert reason(found) is Reason.SIDE_UNCLEAR
    assert len(found.pieces) == 3
    bow = shapely.Polygon(PLACE + np.array([(0, 0), (100, 100), (100, 0), (0, 100)]))
    assert reason(merge(np.array([bow, taker]))) is Reason.NOT_A_COVERAGE
    assert reason(merge(np.array([giver, giver]))) is Reason.NOT_A_COVERAGE
    shifted = shapely.transform(taker, lambda xy: xy - 0.001)
    assert reason(merge(np.array([giver, shifted]))) is Reason.NOT_A_COVERAGE


def regions(seed: int, count: int = 60, units: int = 6) -> np.ndarray:
    """A random coverage: triangles of random points, gathered around seeds."""
    rng = np.random.default_rng(seed)
    points = PLACE + rng.uniform(0, 5000, (count, 2))
    triangles = shapely.get_parts(shapely.delaunay_triangles(shapely.multipoints(points)))
    centres = shapely.get_coordinates(shapely.centroid(triangles))
    seeds = PLACE + rng.uniform(0, 5000, (units, 2))
    label = np.hypot(*(centres[:, None] - seeds[None]).transpose(2, 0, 1)).argmin(axis=1)
    return np.array(
        [shapely.coverage_union_all(triangles[label == k]) for k in np.unique(label)], dtype=object
    )


seeds = st.integers(0, 10_000)


@settings(max_examples=150, deadline=None)
@given(seeds, seeds, st.sampled_from([0.001, 1.0, 50.0]))
@example(680, 779, 50.0)  # A star, 57 m wide in the mean, 200 m in the middle.
def test_any_polygon_leaves_an_exact_coverage(seed: int, other: int, tolerance_m: float) -> None:
    units = regions(seed)
    assume(len(units) > 1)
    rng = np.random.default_rng(other)
    size = int(rng.integers(3, 15))
    angle = np.sort(rng.uniform(0, 2 * np.pi, size))
    far = rng.uniform(100, 2500, (size, 1))
    middle = shapely.get_coordinates(shapely.point_on_surface(units[0]))
    drawn = shapely.Polygon(middle + far * np.column_stack([np.cos(angle), np.sin(angle)]))
    assume(drawn.is_valid)
    found = take_polygon(units[0], units[1], drawn, units[2:], PLANE, tolerance_m=tolerance_m)
    if isinstance(found, Refused):
        assert found.reason in (Reason.NOTHING_MOVED, Reason.EVERYTHING_MOVED)
        left = shapely.difference(units[0], drawn) if found.reason is Reason.EVERYTHING_MOVED \
            else shapely.intersection(units[0], drawn)  # fmt: skip
        assert shapely.buffer(left, -2 * tolerance_m).is_empty
        return
    after = np.array([found.giver, found.taker, *found.neighbours])
    assert_conserves(units, after, found.open_vertices)
    meant = shapely.intersection(units[0], drawn)
    reach = 2 * tolerance_m * (drawn.length + units[0].length) + 1e-3
    assert shapely.symmetric_difference(found.piece, meant).area <= reach


@settings(max_examples=150, deadline=None)
@given(seeds, seeds, st.sampled_from([0.001, 1.0, 50.0]))
def test_any_line_leaves_an_exact_coverage(seed: int, other: int, tolerance_m: float) -> None:
    units = regions(seed)
    assume(len(units) > 1)
    rng = np.random.default_rng(other)
    drawn = shapely.LineString(PLACE + rng.uniform(-500, 5500, (int(rng.integers(2, 6)), 2)))
    found = split_by_line(units[0], drawn, PLANE, units[1:], tolerance_m=tolerance_m)
    if isinstance(found, Refused):
        assert found.reason is Reason.LINE_DOES_NOT_CUT
        return
    assert_conserves(units, np.array([*found.pieces, *found.neighbours]), found.open_vertices)
    assert len(found.pieces) > 1
    moved = take_side(units[0], units[1], drawn, "left", units[2:], PLANE, tolerance_m=tolerance_m)
    if (found.side == 0).any() and units[0].geom_type == "Polygon":
        assert isinstance(moved, Refused)
        assert moved.reason is Reason.SIDE_UNCLEAR
    elif isinstance(moved, Moved):
        left = shapely.area(found.pieces[found.side == 1]).sum()
        assert moved.piece.area == pytest.approx(left, rel=1e-9)
    if isinstance(moved, Moved):
        after = np.array([moved.giver, moved.taker, *moved.neighbours])
        assert_conserves(units, after, moved.open_vertices)


def test_degrees_have_their_tolerance_in_metres() -> None:
    degrees = pyproj.CRS("EPSG:4490")
    cells = np.array(
        [shapely.box(106 + 0.1 * i, 29, 106.1 + 0.1 * i, 29.1) for i in range(3)], dtype=object
    )
    # A metre is 9.0e-6 degrees of latitude and 1.03e-5 of longitude here.
    for short, cuts in ((0.9 * 9.0e-6, True), (1.2 * 9.0e-6, False)):
        drawn = shapely.LineString([(106.15, 29 + short), (106.16, 29.11)])
        found = split_by_line(cells[1], drawn, degrees, cells[[0, 2]])
        assert isinstance(found, Split) is cuts
        if isinstance(found, Split):
            after = np.array([*found.pieces, *found.neighbours])
            assert_conserves(cells, after, found.open_vertices)
