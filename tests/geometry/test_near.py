"""Boxes that meet, by grids, against a tree; results in threads against one."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from diming.geometry import near
from diming.geometry.near import meeting_between, meeting_boxes
from diming.geometry.threads import each, runs


def _boxes(seed: int, count: int, spread: float, decades: int) -> tuple[np.ndarray, np.ndarray]:
    """Boxes of very uneven size; some are points, some lines, some lie on round numbers."""
    random = np.random.default_rng(seed)
    low = random.uniform(0, spread, (count, 2))
    size = 10.0 ** random.uniform(-decades, 1, (count, 2)) * (random.random((count, 2)) < 0.8)
    whole = random.random(count) < 0.3
    low[whole], size[whole] = np.round(low[whole]), np.round(size[whole])
    return low + 4e6, low + 4e6 + size


def _by_tree(low: np.ndarray, high: np.ndarray, asked: np.ndarray) -> set[tuple[int, int]]:
    boxes = shapely.box(*low.T, *high.T)
    found = shapely.STRtree(boxes).query(boxes[asked])
    # A tree that compares boxes; points and lines are kept as they are.
    return {(int(asked[a]), int(b)) for a, b in found.T}


@settings(deadline=None)
@given(
    st.integers(0, 10**6), st.integers(0, 60), st.sampled_from([3.0, 30.0, 1e5]),
    st.integers(0, 5),
)  # fmt: skip
def test_the_grids_find_what_a_tree_finds(
    seed: int, count: int, spread: float, decades: int
) -> None:
    low, high = _boxes(seed, count, spread, decades)
    every = np.arange(count)
    expected = _by_tree(low, high, every) if count else set()
    first, second = meeting_boxes(low, high)
    pairs = list(zip(first.tolist(), second.tolist(), strict=True))
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == {(a, b) for a, b in expected if a < b}
    asked = every[::3]
    between = [
        (int(asked[a]), int(b))
        for part in meeting_between(low[asked], high[asked], low, high)
        for a, b in zip(*part, strict=True)
    ]
    assert len(between) == len(set(between))
    assert set(between) == {(a, b) for a, b in expected if a % 3 == 0}


def test_many_pairs_come_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    low, high = _boxes(1, 200, 10.0, 1)
    whole = set(zip(*(part.tolist() for part in meeting_boxes(low, high)), strict=True))
    monkeypatch.setattr(near, "PAIRS_AT_ONCE", 7)
    assert set(zip(*(part.tolist() for part in meeting_boxes(low, high)), strict=True)) == whole
    assert len(list(meeting_between(low, high, low, high))) > 100


@settings(deadline=None)
@given(st.lists(st.integers(0, 1000), max_size=50), st.integers(1, 9))
def test_runs_cover_all_rows_once(weight: list[int], jobs: int) -> None:
    cuts = runs(np.array(weight), jobs)
    rows = [i for cut in cuts for i in range(cut.start, cut.stop)]
    assert rows == list(range(len(weight)))
    sums = each(lambda cut: sum(weight[cut]), cuts, jobs=jobs)
    assert list(sums) == [sum(weight[c]) for c in cuts]
