"""Widths against searches as fine as one likes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from diming.geometry.measure import widths


def _exact(polygon: shapely.Polygon) -> float:
    mean = 2 * polygon.area / polygon.length
    return 2 * shapely.length(shapely.maximum_inscribed_circle(polygon, tolerance=mean * 5e-4))


def _sliver(seed: int) -> shapely.Polygon:
    """A band about a wandering line, of very uneven width."""
    random = np.random.default_rng(seed)
    count = int(random.integers(3, 60))
    along = np.sort(random.uniform(0, random.uniform(10, 600), count))
    middle = np.cumsum(random.normal(0, 1, count))
    width = random.uniform(0.05, 10) * (0.3 + np.abs(np.cumsum(random.normal(0, 0.2, count))))
    upper = np.column_stack([along, middle + width / 2])
    lower = np.column_stack([along, middle - width / 2])
    return shapely.Polygon(np.concatenate([upper, lower[::-1]]))


def _blob(seed: int) -> shapely.Polygon:
    """A star, or a star with holes."""
    random = np.random.default_rng(seed)
    count = int(random.integers(3, 12))
    angle = np.sort(random.uniform(0, 2 * np.pi, count))
    radius = random.uniform(5, 100, count)
    star = shapely.Polygon(np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None])
    if not star.is_valid:
        star = shapely.convex_hull(star)
    holes = shapely.points(random.uniform(-60, 60, (int(random.integers(0, 12)), 2)))
    return shapely.difference(star, shapely.union_all(shapely.buffer(holes, 4.0, quad_segs=2)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([_sliver, _blob]), st.floats(0, 3.1))
def test_widths_are_those_of_a_fine_search(
    seed: int, make: Callable[[int], shapely.Polygon], angle: float
) -> None:
    drawn = shapely.affinity.rotate(make(seed), angle, use_radians=True)
    polygons = [p for p in shapely.get_parts([drawn]) if p.is_valid and p.area > 1e-3]
    polygons = [p for p in polygons if p.geom_type == "Polygon" and p.length**2 < 1e5 * p.area]
    if not polygons:
        return
    found, centre = widths(np.array(polygons))
    for polygon, width, place in zip(polygons, found, centre, strict=True):
        exact = _exact(polygon)
        assert 0.99 * exact <= width <= 1.001 * exact
        reach = shapely.distance(shapely.boundary(polygon), shapely.Point(place))
        assert 2 * reach == pytest.approx(width, rel=1e-6)


def test_a_straight_corner_is_no_corner() -> None:
    # All but a triangle; whether it is convex is a matter of the last bit.
    for at in np.linspace(0.1, 0.9, 9):
        corner = np.array([186.05, -144.53]) * (1 - at) + np.array([-186.05, 289.06]) * at
        kite = shapely.Polygon([(186.05, -144.53), (0, -144.53), (-186.05, 289.06), corner])
        assert widths(np.array([kite]))[0][0] == pytest.approx(_exact(kite), rel=0.01)


def test_many_holes_do_not_stop_the_search() -> None:
    # Area over outline is more than the largest radius here.
    holes = [shapely.Point(x, y).buffer(0.49) for x in range(20) for y in range(20)]
    plate = shapely.box(-1, -1, 20, 20).difference(shapely.union_all(holes))
    assert widths(np.array([plate]))[0][0] == pytest.approx(_exact(plate), rel=0.01)


def test_widths_do_not_depend_on_threads() -> None:
    polygons = np.array([p for p in map(_sliver, range(60)) if p.is_valid])
    assert len(polygons) > 30
    one, two, five = (widths(polygons, jobs=jobs) for jobs in (1, 2, 5))
    for other in (two, five):
        np.testing.assert_array_equal(one[0], other[0])
        np.testing.assert_array_equal(one[1], other[1])
