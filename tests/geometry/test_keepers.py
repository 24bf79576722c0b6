"""Shapes give the same answers wherever they are kept, however blocks are cut."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from diming.errors import EnvironmentLacks
from diming.geometry import balance, keepers
from diming.geometry.balance import Balance, cancel, uncancelled
from diming.geometry.chain import residual
from diming.geometry.keepers import Spool, held, joined
from diming.geometry.shapes import Shapes
from worlds import messy

GENEROUS = 10**9


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keepers, "BLOCK_COORDINATES", 50)


def spooled(geometry: np.ndarray, pieces: int = 3, budget: int = GENEROUS) -> Shapes:
    spool = Spool(budget)
    return joined([spool.append(part) for part in np.array_split(geometry, pieces)])


def cells(seed: int = 0) -> np.ndarray:
    return messy(seed).geometry.to_numpy()


@pytest.mark.parametrize("make", [held, spooled])
def test_shapes_come_back_as_they_were(make: Callable[[np.ndarray], Shapes]) -> None:
    world = cells()
    shapes = make(world)
    assert shapely.equals_exact(shapes[:], world).all()
    pick = np.array([5, 1, 1, 7])
    assert shapely.equals_exact(shapes[pick], world[pick]).all()
    assert shapely.equals_exact(shapes.take(pick)[1:3], world[pick][1:3]).all()
    assert np.array_equal(shapes.bounds, shapely.bounds(world))
    assert np.array_equal(shapes.count, shapely.get_num_coordinates(world))
    assert np.array_equal(shapes.total_bounds, shapely.total_bounds(world))
    assert len(shapes[np.array([], dtype=np.int64)]) == 0


@pytest.mark.parametrize("make", [held, spooled])
def test_what_is_amended_is_seen_by_every_question(
    make: Callable[[np.ndarray], Shapes], small_blocks: None
) -> None:
    world = cells()
    square = shapely.box(0, 1, 2, 5)
    shapes = make(world).replaced(np.array([3]), np.array([square]))
    swap = np.arange(len(world)) == 4
    shapes = shapes.with_swapped_axes(swap).take(np.array([4, 3, 0]))
    turned = shapely.transform(world[4], lambda xy: xy[:, ::-1])
    for got in (shapes[:], shapes.column(lambda geometry: geometry)):
        assert shapely.equals_exact(got, np.array([turned, square, world[0]])).all()
    assert np.array_equal(shapes.bounds, shapely.bounds(shapes[:]))
    assert shapes.count[1] == 5


def test_axes_swapped_twice_are_as_before() -> None:
    shapes = held(cells())
    all_of_them = np.ones(len(shapes), dtype=bool)
    twice = shapes.with_swapped_axes(all_of_them).with_swapped_axes(all_of_them)
    assert shapely.equals_exact(twice[:], shapes[:]).all()
    assert np.array_equal(twice.bounds, shapes.bounds)


def test_portions_hold_every_unit_once() -> None:
    shapes = held(cells())
    index = np.arange(len(shapes))[::-1]
    parts = list(shapes.portions(index, coordinates=60))
    assert np.array_equal(np.concatenate(parts), index)
    assert len(parts) > 3


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 3), st.integers(20, 500))
def test_the_residual_does_not_depend_on_the_keeper(
    seed: int, pieces: int, jobs: int, block: int
) -> None:
    world = cells(seed)
    order = np.random.default_rng(seed).permutation(len(world))
    whole = residual(held(world))
    before = keepers.BLOCK_COORDINATES, balance._FILES
    keepers.BLOCK_COORDINATES, balance._FILES = block, 3
    try:
        # A budget so small that keys wait in files from the first block on.
        kept = spooled(world[order], pieces, budget=10**6)
        back = kept.take(np.argsort(order))
        parts = residual(back, jobs=jobs)
    finally:
        keepers.BLOCK_COORDINATES, balance._FILES = before
    for a, b in ((whole.start, parts.start), (whole.end, parts.end), (whole.owner, parts.owner)):
        assert np.array_equal(a, b)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 40), max_size=30), max_size=6),
    st.integers(1, 3),
    st.sampled_from([None, 10**5]),
)
def test_a_balance_is_that_of_all_keys_at_once(
    blocks: list[list[int]], jobs: int, budget: int | None
) -> None:
    # Over the whole range of keys, so that all ranges are met.
    scale = np.uint64(2**64 // 50 & ~1)
    keys = [(np.array(b, np.uint64) // 2 * scale) + np.array(b, np.uint64) % 2 for b in blocks]
    together = Balance(jobs=jobs, budget_bytes=budget)
    if budget is not None:
        together._bytes = budget  # the next block makes it write
    for part in keys:
        together.add(cancel(part))
    whole = np.concatenate([np.empty(0, np.uint64), *keys])
    assert np.array_equal(together.shared(), uncancelled(whole))


def test_too_much_left_is_refused_in_one_sentence() -> None:
    apart = shapely.box(np.arange(400) * 3, 0, np.arange(400) * 3 + 1, 1)
    with pytest.raises(EnvironmentLacks, match="more than 1600 segments"):
        residual(spooled(apart, budget=500_000))


def test_a_spool_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    shapes = spooled(cells(), budget=10**6)
    residual(shapes)
    del shapes
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_told_where_keys_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    keys = np.arange(2, 200_000, 2, dtype=np.uint64) << np.uint64(40)
    waiting = Balance(budget_bytes=10**6)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(EnvironmentLacks, match="make room"):
            waiting.add(cancel(keys))
            waiting.shared()
        del waiting
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
