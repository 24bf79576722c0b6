from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from diming.geometry import balance, keepers
from diming.geometry import chain as chain_module
from diming.geometry.chain import Chain, doubled_areas, is_cycle, rings
from diming.geometry.keepers import held
from worlds import Grid, box


def cells(rows: int = 4, columns: int = 4, **options: float) -> np.ndarray:
    return np.array(list(Grid(rows, columns, **options).polygons().values()), dtype=object)


def residual(world: np.ndarray, **options: object) -> Chain:
    return chain_module.residual(held(world), **options)


def segments(found: Chain) -> set[tuple[float, ...]]:
    return {tuple(row) for row in np.hstack([found.start, found.end]).tolist()}


def outline(geometry: shapely.Geometry) -> set[tuple[float, ...]]:
    ring = np.array(shapely.orient_polygons(geometry).exterior.coords)
    return {tuple(row) for row in np.hstack([ring[:-1], ring[1:]]).tolist()}


def test_what_is_left_of_a_coverage_is_its_outline() -> None:
    world = cells(vertices=9, wobble=20.0)
    found = residual(world)
    assert segments(found) == outline(shapely.coverage_union_all(world))
    assert len(found) == len(segments(found))


def test_direction_of_rings_does_not_matter() -> None:
    world = cells(vertices=9, wobble=20.0)
    turned = world.copy()
    turned[::3] = shapely.reverse(turned[::3])
    assert segments(residual(turned)) == segments(residual(world))


def test_owners_are_the_units_the_segments_bound() -> None:
    world = cells()
    found = residual(world)
    middles = shapely.points((found.start + found.end) / 2)
    assert shapely.dwithin(middles, world[found.owner], 1e-6).all()


def test_a_hole_and_what_fills_it_cancel() -> None:
    inner = box(300, 300, 500, 500)
    outer = shapely.difference(box(0, 0, 1000, 1000), inner)
    assert len(residual(np.array([outer, inner], dtype=object))) == 4
    # Twins in the hole: one cancels with it, and all three stay to be named.
    assert len(residual(np.array([outer, inner, inner], dtype=object))) == 4 + 3 * 4


def test_minus_subtracts() -> None:
    world = cells(vertices=5, wobble=10.0)
    parent = shapely.coverage_union_all(world)
    both = np.array([*world, parent], dtype=object)
    minus = np.arange(len(both)) == len(world)
    assert len(residual(both, minus=minus)) == 0
    assert len(residual(both)) > 0


def test_groups_cancel_apart() -> None:
    world = cells(1, 2)
    together = residual(world)
    apart = residual(world, group=np.array([0, 1]))
    assert len(apart) == len(together) + 2


def test_negative_zero_is_zero() -> None:
    a = shapely.Polygon([(-0.0, 0.0), (1, 0.0), (1, 1), (0.0, 1)])
    b = shapely.Polygon([(0.0, -0.0), (0.0, 1), (-1, 1), (-1, 0.0)])
    assert len(residual(np.array([a, b], dtype=object))) == 6


def test_repeated_vertices_are_no_segments() -> None:
    a = shapely.Polygon([(0, 0), (1, 0), (1, 0), (1, 1), (0, 1)])
    assert len(residual(np.array([a], dtype=object))) == 4


def test_tiny_rings_far_from_the_origin_keep_their_direction() -> None:
    tiny = box(0, 0, 1e-3, 1e-3)
    found = rings(np.array([box(-9e5, 0, 9e5, 9e5), tiny, shapely.reverse(tiny)], dtype=object))
    area = doubled_areas(found)
    assert area[1] == pytest.approx(2e-6, rel=1e-2)
    assert area[2] == pytest.approx(-2e-6, rel=1e-2)


def test_a_collision_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    world = cells(vertices=9, wobble=20.0)
    right = segments(residual(world))
    honest = balance.uncancelled
    calls = []

    def forgetful(keys: np.ndarray) -> np.ndarray:
        calls.append(1)
        found = honest(keys)
        return found[1:] if len(calls) == 1 else found

    monkeypatch.setattr(balance, "uncancelled", forgetful)
    assert segments(residual(world)) == right
    assert len(calls) == 2


def test_empty_parts_are_passed_over() -> None:
    odd = shapely.multipolygons([shapely.Polygon(), box(0, 0, 1, 1)])
    assert len(residual(np.array([odd], dtype=object))) == 4


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.integers(200, 3000))
def test_blocks_and_threads_do_not_change_the_result(seed: int, jobs: int, block: int) -> None:
    random = np.random.default_rng(seed)
    world = cells(5, 5, vertices=8, wobble=20.0)
    for i in random.choice(len(world), 4, replace=False):
        world[i] = shapely.transform(world[i], lambda xy: xy + random.normal(0, 5, 2))
    whole = residual(world)
    before = keepers.BLOCK_COORDINATES
    keepers.BLOCK_COORDINATES = block
    try:
        parts = residual(world, jobs=jobs)
    finally:
        keepers.BLOCK_COORDINATES = before
    for a, b in ((whole.start, parts.start), (whole.end, parts.end), (whole.owner, parts.owner)):
        assert np.array_equal(a, b)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_any_sum_of_polygons_is_a_cycle(seed: int) -> None:
    random = np.random.default_rng(seed)
    shapes = shapely.polygons(random.integers(0, 9, (12, 5, 2)).astype(float))
    assert is_cycle(residual(shapes))


def test_an_empty_polygon_between_others_has_no_boundary() -> None:
    world = cells(vertices=3, wobble=20.0)
    pierced = np.insert(world, [0, 4, len(world)], shapely.Polygon())
    found = residual(pierced)
    assert segments(found) == outline(shapely.coverage_union_all(world))
    assert set(found.owner.tolist()).isdisjoint({0, 5, len(pierced) - 1})
