"""Which points are close, against scipy's k-d tree; and the clusters they make."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from diming.geometry.nodes import close_pairs, merge_close


def _as_set(pairs):
    return set(map(tuple, np.sort(pairs, axis=1).tolist()))


def _cloud(count, twins, tolerance_m, seed=0):
    random = np.random.default_rng(seed)
    apart = random.uniform(-200_000, 200_000, (count, 2))
    near = apart[:twins] + random.normal(0, tolerance_m / 2, (twins, 2))
    return np.concatenate([apart, near, apart[: twins // 3] + [tolerance_m, 0]])


@pytest.mark.parametrize(
    ("count", "twins", "tolerance_m"),
    [(2, 0, 1e-3), (5000, 0, 1e-3), (5000, 1000, 1e-3), (5000, 1000, 50.0), (20_000, 9000, 1e-3)],
)
def test_close_pairs_are_those_of_a_k_d_tree(count, twins, tolerance_m):
    points = _cloud(count, twins, tolerance_m)
    expected = cKDTree(points).query_pairs(tolerance_m, output_type="ndarray")
    assert _as_set(close_pairs(points, tolerance_m)) == _as_set(expected)
    assert len(expected) >= twins * 0.8


@given(
    st.lists(
        st.tuples(st.integers(-40, 40), st.integers(-40, 40)), min_size=2, max_size=60, unique=True
    )
)
def test_points_on_a_grid_finer_than_the_tolerance(places):
    """Distances of exactly the tolerance, and points on the borders of cells."""
    points = np.array(places) * 0.25
    expected = cKDTree(points).query_pairs(1.0, output_type="ndarray")
    assert _as_set(close_pairs(points, 1.0)) == _as_set(expected)


def test_a_cloud_within_one_cell():
    points = np.random.default_rng(0).uniform(0, 1, (200, 2))
    assert len(close_pairs(points, 10.0)) == 200 * 199 // 2


def test_a_tolerance_finer_than_numbers_can_be():
    assert len(close_pairs(np.array([[1e9, 0.0], [1e9, 1e-3], [-1e9, 5.0]]), 1e-15)) == 0


def test_clusters_do_not_part_at_cells():
    """Points in two columns, each pair astride another border of the cells."""
    y = np.arange(2000) * 1.25
    nodes = np.column_stack([np.tile([0.0, 0.9], 2000), np.repeat(y, 2)])
    leader = merge_close(nodes, 1.0)
    assert leader.tolist() == np.repeat(np.arange(0, 4000, 2), 2).tolist()
