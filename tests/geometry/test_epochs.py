from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from diming.geometry import epochs
from diming.geometry.boxgrid import BoxGrid
from diming.geometry.epochs import Epochs
from diming.geometry.frames import frames
from worlds import Grid

EVER, OPEN = date.min.toordinal(), date.max.toordinal()


def brute(
    geometry: np.ndarray, territory: np.ndarray, begin: np.ndarray, end: np.ndarray,
    unit: np.ndarray, xy: np.ndarray, day: np.ndarray,
) -> list[int]:  # fmt: skip
    result = []
    for point, on in zip(shapely.points(xy), day, strict=True):
        held = [
            (int(unit[v]), v)
            for v in range(len(territory))
            if territory[v] >= 0 and begin[v] <= on < end[v]
            if geometry[territory[v]].intersects(point)
        ]
        result.append(min(held)[1] if held else -1)
    return result


def test_a_point_on_a_border_is_in_the_unit_with_the_lowest_number() -> None:
    cells = np.array([shapely.box(i, 0, i + 1, 1) for i in range(3)], dtype=object)
    order = np.array([5, 3, 4])
    found = Epochs(cells, np.arange(3), np.full(3, EVER), np.full(3, OPEN), order)
    xy = np.array([(0.5, 0.5), (1, 0.5), (2, 0.5), (0, 0), (3, 1), (3.001, 1), (np.nan, 0.5)])
    assert found.locate(xy, np.full(7, 700_000)).tolist() == [0, 1, 1, 0, 2, -1, -1]


def test_days_are_half_open() -> None:
    cells = np.array([shapely.box(0, 0, 1, 1), shapely.box(0, 0, 2, 1)], dtype=object)
    begin, end = np.array([EVER, 700_000, 710_000]), np.array([700_000, 710_000, OPEN])
    found = Epochs(cells, np.array([0, 1, 0]), begin, end, np.zeros(3, dtype=int))
    day = np.array([EVER, 699_999, 700_000, 709_999, 710_000, OPEN - 1, OPEN, 0, -5, 1 << 22])
    xy = np.full((len(day), 2), 0.5)
    assert found.locate(xy, day).tolist() == [0, 0, 1, 1, 2, 2, -1, -1, -1, -1]
    assert found.locate(xy + (1, 0), day).tolist() == [-1, -1, 1, 1, -1, -1, -1, -1, -1, -1]


def test_no_versions_no_points_and_no_shapes() -> None:
    none = np.empty(0, dtype=np.int64)
    empty = Epochs(np.empty(0, dtype=object), none, none, none)
    assert empty.locate(np.zeros((2, 2)), np.zeros(2, dtype=int)).tolist() == [-1, -1]
    odd = np.array([shapely.Polygon(), None, shapely.box(0, 0, 1, 1)], dtype=object)
    found = Epochs(odd, np.array([0, 1, -1, 2]), np.full(4, EVER), np.full(4, OPEN))
    assert found.locate(np.full((1, 2), 0.5), np.array([9])).tolist() == [3]
    assert found.locate(np.empty((0, 2)), none).tolist() == []


def test_units_that_hold_twice_or_move_far_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = np.array([shapely.box(0, 0, 1, 1), shapely.box(50, 50, 51, 51)], dtype=object)
    begin, end = np.array([10, 20, 15]), np.array([20, 30, 25])
    found = Epochs(cells, np.array([0, 1, 0]), begin, end, np.zeros(3, dtype=int))
    xy = np.array([(0.5, 0.5), (50.5, 50.5), (0.5, 0.5), (0.5, 0.5), (50.5, 50.5)])
    assert found.locate(xy, np.array([12, 12, 16, 22, 22])).tolist() == [0, -1, 0, 2, 1]


corner = st.integers(0, 6)
a_day = st.sampled_from([EVER, 100, 200, 300, OPEN])
a_shape = st.tuples(corner, corner, st.integers(1, 4), st.integers(1, 4), st.integers(0, 3))
a_version = st.tuples(st.integers(-1, 5), a_day, a_day, st.integers(0, 4))


def shape(x: int, y: int, wide: int, high: int, kind: int) -> shapely.Geometry:
    whole = shapely.box(x, y, x + wide, y + high)
    if kind == 1:
        return shapely.difference(whole, shapely.box(x + 0.25, y + 0.25, x + 0.75, y + 0.75))
    if kind == 2:
        return shapely.MultiPolygon([whole, shapely.box(x + 10, y, x + 11, y + 1)])
    if kind == 3:
        return shapely.Polygon([(x, y), (x + wide, y), (x, y + high)])
    return whole


@settings(max_examples=200, deadline=None)
@given(
    st.lists(a_shape, min_size=6, max_size=6),
    st.lists(a_version, max_size=12),
    st.integers(0, 1000),
    st.booleans(),
)
def test_any_small_world_agrees_with_brute_force(
    shapes: list[tuple[int, ...]],
    versions: list[tuple[int, ...]],
    seed: int,
    prepared: bool,
) -> None:
    geometry = np.array([shape(*s) for s in shapes], dtype=object)
    table = np.array(versions, dtype=np.int64).reshape(-1, 4)
    territory, begin, end, unit = table.T
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 24, (60, 2)) / 2  # on corners and borders, and between them
    day = rng.choice([EVER, 99, 100, 150, 200, 299, 300, OPEN - 1, OPEN], 60)
    before = epochs.PREPARED
    epochs.PREPARED = 0 if prepared else before
    try:
        found = Epochs(geometry, territory, begin, end, unit)
        true = brute(geometry, territory, begin, end, unit, xy, day)
        assert found.locate(xy, day).tolist() == true
        assert found.locate(xy, day, jobs=2).tolist() == true
    finally:
        epochs.PREPARED = before


def test_a_world_of_wobbling_borders_agrees_with_brute_force(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(epochs, "POINTS_AT_ONCE", 700)
    worlds = [
        list(Grid(4, 4, vertices=9, wobble=120.0, seed=s).polygons().values()) for s in range(3)
    ]
    geometry = np.array([cell for world in worlds for cell in world], dtype=object)
    rng = np.random.default_rng(1)
    unit = np.tile(np.arange(16), 3)
    cuts = np.sort(rng.integers(700_000, 740_000, (16, 2)), axis=1)
    begin = np.concatenate([np.full(16, EVER), cuts[:, 0], cuts[:, 1]])
    end = np.concatenate([cuts[:, 0], cuts[:, 1], np.full(16, OPEN)])
    low, high = shapely.total_bounds(geometry).reshape(2, 2)
    corners = shapely.get_coordinates(geometry)
    xy = np.concatenate(
        [rng.uniform(low, high, (1500, 2)), corners[rng.integers(0, len(corners), 500)]]
    )
    day = rng.integers(695_000, 745_000, len(xy))
    found = Epochs(geometry, np.arange(48), begin, end, unit)
    true = brute(geometry, np.arange(48), begin, end, unit, xy, day)
    assert found.locate(xy, day).tolist() == true
    assert found.locate(xy, day, jobs=3).tolist() == true
    assert (np.array(true) >= 0).mean() > 0.8
    singly = Epochs(geometry, np.arange(48), begin, end)
    assert (np.array(brute(geometry, np.arange(48), begin, end, np.arange(48), xy, day))
            == singly.locate(xy, day)).all()  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10_000))
def test_frames_lie_within_and_around(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(3, 20))
    angle = np.sort(rng.uniform(0, 2 * np.pi, size))
    star = rng.uniform(0.1, 9.0, (size, 1)) * np.column_stack([np.cos(angle), np.sin(angle)])
    polygon = shapely.make_valid(shapely.Polygon(star + rng.uniform(0, 1e6, 2)))
    hole = shapely.difference(polygon, shapely.buffer(shapely.centroid(polygon), 0.3))
    both = np.array([polygon, hole, shapely.Polygon(), None], dtype=object)
    found = frames(both)
    inner = found.square
    assert np.isnan(inner[2:]).all()
    for box, whole in zip(inner[:2], both[:2], strict=True):
        if np.isfinite(box).all():
            assert whole.contains(shapely.box(*box))
    for slant, whole in zip(found.slant[:2], both[:2], strict=True):
        low, high = whole.bounds[:2], whole.bounds[2:]
        x, y = rng.uniform(low, high, (300, 2)).T
        x, y = (
            np.concatenate([v, w])
            for v, w in zip((x, y), shapely.get_coordinates(whole).T, strict=True)
        )
        out = (x + y < slant[0]) | (x + y > slant[2]) | (x - y < slant[1]) | (x - y > slant[3])
        assert not (out & shapely.intersects_xy(whole, x, y)).any()
    round_ = shapely.buffer(shapely.Point(1e6, 5), 3.0, quad_segs=64)
    (square,) = frames(np.array([round_])).square
    assert square[2] - square[0] > 0.97 * 3.0 * np.sqrt(2)
    assert round_.contains(shapely.box(*square))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000))
@example(325)  # Points alone: cells so small that a far point overflows.
def test_a_grid_finds_the_boxes_that_hold_points(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(0, 150))
    low = np.round(rng.uniform(0, 20, (count, 2)), 1)
    high = low + np.round(rng.exponential(rng.choice([0.01, 1.0, 9.0], (count, 1)), (count, 2)), 1)
    # Half of them crowd in a corner; some are points or lines.
    low[: count // 2] /= 64
    high[: count // 2] = low[: count // 2] + (high[: count // 2] - low[: count // 2]) / 64
    high = np.maximum(low, high)
    grid = BoxGrid(low, high)
    some = rng.integers(0, max(count, 1), 40 if count else 0)
    xy = np.concatenate([
        rng.uniform(-1, 25, (60, 2)), rng.uniform(0, 0.4, (60, 2)), low[some], high[some],
        [[np.nan, 1.0], [np.inf, 1.0], [1e300, -1e300]],
    ])  # fmt: skip
    point, box = grid.holding(xy, grid.cells(xy))
    true = ((xy[:, None] >= low[None]) & (xy[:, None] <= high[None])).all(axis=2)
    assert sorted(zip(point.tolist(), box.tolist(), strict=True)) == list(
        zip(*(part.tolist() for part in np.nonzero(true)), strict=True)
    )
