from __future__ import annotations

import numpy as np
import pytest
import shapely

import diming
from worlds import PLACE, Grid, box, ground_scale, table

SCALE = ground_scale()


def found(report: diming.Report, rule: str) -> list[diming.Finding]:
    return [f for f in report.findings if f.rule == rule]


def ring(*points: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon(PLACE + np.array(points))


@pytest.mark.parametrize(
    ("polygon", "reason", "at"),
    [
        (ring((0, 0), (100, 100), (100, 0), (0, 100)), "self-intersection", (50, 50)),
        (
            shapely.Polygon(box(0, 0, 10, 10).exterior, [box(20, 20, 21, 21).exterior.coords]),
            "hole-outside-shell",
            (20, 20),
        ),
        (
            shapely.multipolygons([box(0, 0, 100, 100), box(10, 10, 20, 20)]),
            "nested-shells",
            (10, 10),
        ),
        (
            shapely.Polygon(
                box(0, 0, 99, 99).exterior,
                [box(10, 10, 50, 50).exterior.coords, box(20, 20, 30, 30).exterior.coords],
            ),
            "nested-holes",
            (20, 20),
        ),
    ],
)
def test_invalid_geometry_says_why_and_where(
    polygon: shapely.Geometry, reason: str, at: tuple[float, float]
) -> None:
    report = diming.check(table({"bad": polygon}), rules=("invalid-geometry",))
    (one,) = found(report, "invalid-geometry")
    assert one.facts["reason"] == reason
    lon, lat = one.at
    place = shapely.transform(shapely.Point(lon, lat), _back)
    assert np.hypot(*(shapely.get_coordinates(place)[0] - PLACE - at)) < 15


def _back(xy: np.ndarray) -> np.ndarray:
    import pyproj

    there = pyproj.Transformer.from_crs(4326, 4545, always_xy=True)
    return np.column_stack(there.transform(xy[:, 0], xy[:, 1]))


def test_a_bow_tie_still_takes_part_in_the_coverage() -> None:
    # Both lobes are ground: the one that turns the wrong way must not hide an overlap.
    bow = ring((0, 0), (100, 100), (100, 0), (0, 100))
    report = diming.check(table({"bow": bow, "under": box(0, 40, 20, 60)}))
    (overlap,) = found(report, "overlap")
    exact = shapely.intersection(shapely.make_valid(bow), box(0, 40, 20, 60)).area
    assert overlap.measures["area_m2"] == pytest.approx(exact / SCALE**2, rel=1e-3)


def test_a_spike_is_reported_once_with_both_neighbours() -> None:
    world = Grid()
    side = world.sides[1, 1][1]
    tip = (side[0] + side[1]) / 2
    spike = np.array([side[0], tip, tip + [60.0, 0.2], tip + [0.0, 0.4], side[1]])
    world.sides[1, 1][1] = spike
    world.sides[1, 2][3] = spike[::-1]
    report = diming.check(world.table())
    (one,) = report.findings
    assert (one.rule, set(one.units)) == ("spike", {"c11", "c12"})
    assert one.measures["length_m"] == pytest.approx(60 / SCALE, rel=1e-3)
    assert one.measures["width_m"] == pytest.approx(0.4 / SCALE, rel=1e-2)


def test_a_blunt_corner_is_no_spike() -> None:
    report = diming.check(table({"a": ring((0, 0), (100, 5), (0, 10))}))
    assert not found(report, "spike")


@pytest.mark.parametrize("width", [0.02, 0.3])
def test_a_part_thin_as_a_thread(width: float) -> None:
    polygon = shapely.multipolygons([box(0, 0, 100, 100), box(200, 0, 200 + width, 80)])
    report = diming.check(table({"a": polygon}))
    (sliver,) = found(report, "sliver-ring")
    assert sliver.facts["ring"] == "part"
    assert sliver.measures["width_m"] == pytest.approx(width / SCALE, rel=1e-3)
    (exclave,) = found(report, "exclave")
    assert exclave.measures == {
        "parts_count": 2, "area_m2": pytest.approx(80 * width / SCALE**2, rel=1e-3)
    }  # fmt: skip


def test_a_thin_hole_is_a_sliver_and_a_gap() -> None:
    polygon = shapely.Polygon(box(0, 0, 100, 100).exterior, [box(40, 40, 40.2, 60).exterior.coords])
    report = diming.check(table({"a": polygon}))
    assert sorted(f.rule for f in report.findings) == ["gap", "sliver-ring"]
    assert found(report, "sliver-ring")[0].facts["ring"] == "hole"


def test_short_edges_are_reported_once_for_all_who_share_them() -> None:
    world = Grid()
    side = world.sides[1, 1][1]
    middle = (side[0] + side[1]) / 2
    fussy = np.array([side[0], middle, middle + [0.0, 0.004], side[1]])
    world.sides[1, 1][1] = fussy
    world.sides[1, 2][3] = fussy[::-1]
    (one,) = diming.check(world.table()).findings
    assert (one.rule, set(one.units)) == ("short-edge", {"c11", "c12"})
    assert one.measures["length_m"] == pytest.approx(0.004 / SCALE, rel=1e-3)
    assert one.measures["edges_count"] == 1


def test_exclave_inside_another_unit() -> None:
    polygons = Grid().polygons()
    inner = box(1400, 1400, 1600, 1600)
    polygons["c11"] = shapely.difference(polygons["c11"], inner)
    polygons["c00"] = shapely.multipolygons([polygons["c00"], inner])
    report = diming.check(table(polygons))
    assert [f.rule for f in report.findings] == ["exclave"]
    assert report.findings[0].units == ("c00",)


def test_a_spike_whose_tip_is_two_vertices() -> None:
    world = Grid()
    side = world.sides[1, 1][1]
    middle = (side[0] + side[1]) / 2
    tip = middle + [60.0, 0.2]
    spike = np.array([side[0], middle, tip, tip, tip + [0, 0.001], middle + [0, 0.4], side[1]])
    world.sides[1, 1][1] = spike
    world.sides[1, 2][3] = spike[::-1]
    report = diming.check(world.table())
    (one,) = found(report, "spike")
    assert set(one.units) == {"c11", "c12"}


def test_a_narrow_triangle_and_a_ring_without_area_are_no_spikes() -> None:
    island = ring((0, 0), (100, 0.2), (100, -0.2))
    line = shapely.Polygon([*PLACE + np.array([[200, 0], [300, 0], [250, 0], [200, 0]])])
    shape = shapely.multipolygons([box(0, 200, 99, 300), island, line])
    report = diming.check(table({"a": shape}))
    assert not found(report, "spike")
    (exclave,) = found(report, "exclave")
    assert exclave.measures["parts_count"] == 2


def test_parts_that_meet_along_a_line() -> None:
    shape = shapely.multipolygons([box(0, 0, 50, 100), box(50, 0, 99, 100)])
    report = diming.check(table({"a": shape}))
    (one,) = report.findings
    assert (one.rule, one.facts["reason"]) == ("invalid-geometry", "parts-meet")


def test_repeated_vertices_are_said_to_be_that() -> None:
    a = shapely.Polygon([*PLACE + np.array([[0, 0], [50, 0], [50, 0], [50, 50]])])
    (one,) = found(diming.check(table({"a": a})), "short-edge")
    assert one.facts["reason"] == "repeated"


def test_a_corner_that_touches_a_line_without_a_vertex() -> None:
    a = box(0, 0, 100, 100)
    b = ring((100, 50), (150, 0), (200, 50), (150, 100))
    (one,) = diming.check(table({"a": a, "b": b})).findings
    assert (one.rule, one.units, one.facts["reason"]) == ("unmatched-edge", ("a", "b"), "touch")


def test_the_place_of_a_finding_is_where_it_is_widest() -> None:
    wedge = ring((0, 0), (200, 0), (200, 40))
    report = diming.check(table({"a": box(-1, -1, 201, 60), "b": wedge}), rules=("overlap",))
    (one,) = report.findings
    here = shapely.transform(shapely.Point(*one.at), _back)
    from_rim = shapely.distance(here, shapely.boundary(wedge))
    assert 2 * from_rim / SCALE == pytest.approx(one.measures["width_m"], rel=1e-2)
