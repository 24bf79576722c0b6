from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from diming.geometry.area import areas_m2
from diming.geometry.ground import parse_crs
from diming.geometry.passages import passages
from worlds import CRS, PLACE, block, cells

TOWN = pyproj.CRS(CRS)
PLANE = parse_crs("plane")


def test_a_merger_and_a_split_are_passages() -> None:
    world = cells(vertices=9, wobble=20.0)
    merged = np.array([shapely.coverage_union_all(world[:3]), *world[3:]], dtype=object)
    found = passages(world, merged, TOWN)
    assert found.before.tolist() == list(range(9))
    assert found.after.tolist() == [0, 0, 0, 1, 2, 3, 4, 5, 6]
    assert found.area_m2 == pytest.approx(areas_m2(world, TOWN), rel=1e-9)
    back = passages(merged, world, TOWN, jobs=2)
    assert back.after.tolist() == list(range(9))
    assert np.sort(back.area_m2) == pytest.approx(np.sort(found.area_m2), rel=1e-9)


def test_rings_that_begin_elsewhere_are_the_same_ground() -> None:
    world = cells(vertices=9, wobble=20.0)
    turned = shapely.normalize(shapely.reverse(world))
    found = passages(world, turned[::-1], TOWN)
    assert found.after.tolist() == list(range(8, -1, -1))
    assert found.area_m2 == pytest.approx(areas_m2(world, TOWN), rel=1e-12)


def test_invalid_and_missing_polygons_pass_what_they_enclose() -> None:
    bow = shapely.Polygon(PLACE + np.array([(0, 0), (100, 100), (100, 0), (0, 100)]))
    found = passages(
        np.array([bow, None], dtype=object),
        np.array([shapely.Polygon(), block(0, 0, 50, 100)], dtype=object),
        PLANE,
    )
    assert list(zip(found.before, found.after, strict=True)) == [(0, 1)]
    assert found.area_m2 == pytest.approx([2500.0])


def test_no_units_at_all() -> None:
    none = np.empty(0, dtype=object)
    assert len(passages(none, cells(), TOWN).before) == 0


cut = st.lists(st.integers(0, 8), min_size=9, max_size=9)


@settings(max_examples=60, deadline=None)
@given(cut, cut, st.integers(0, 5))
def test_any_two_divisions_of_one_ground_share_it_as_brute_force_says(
    one: list[int], other: list[int], seed: int
) -> None:
    world = cells(vertices=3, wobble=60.0, seed=seed)
    sides = []
    for label in (one, other):
        groups = [world[np.flatnonzero(np.array(label) == g)] for g in sorted(set(label))]
        sides.append(np.array([shapely.coverage_union_all(g) for g in groups], dtype=object))
    before, after = sides
    found = passages(before, after, PLANE)
    true = shapely.area(shapely.intersection(before[:, None], after[None, :]))
    table = np.zeros_like(true)
    table[found.before, found.after] = found.area_m2
    assert table == pytest.approx(true, abs=1.0)
    assert found.area_m2.sum() == pytest.approx(shapely.area(world).sum(), rel=1e-9)
