"""Overlaps and spills that lie across a line which two neighbours share."""

from __future__ import annotations

import geopandas
import pytest
import shapely

import diming
from worlds import CRS, PLACE, box, ground_scale, table

SCALE = ground_scale()


def test_an_overlap_across_a_shared_line_is_two_disagreements() -> None:
    polygons = {
        "a": box(0, 0, 110, 100), "b": box(100, 0, 200, 50), "c": box(100, 50, 200, 100),
    }  # fmt: skip
    report = diming.check(table(polygons), rules=("overlap",))
    assert {frozenset(f.units) for f in report.findings} == {frozenset("ab"), frozenset("ac")}
    for finding in report.findings:
        assert finding.measures["area_m2"] == pytest.approx(500 / SCALE**2, rel=1e-3)
    assert len({f.id for f in report.findings}) == 2


def test_a_unit_inside_two_neighbours() -> None:
    polygons = {
        "b": box(0, 0, 200, 50), "c": box(0, 50, 200, 100), "inner": box(90, 20, 110, 70),
    }  # fmt: skip
    report = diming.check(table(polygons), rules=("overlap",))
    sizes = {frozenset(f.units): f.measures["area_m2"] * SCALE**2 for f in report.findings}
    assert sizes == {
        frozenset(("b", "inner")): pytest.approx(600, rel=1e-3),
        frozenset(("c", "inner")): pytest.approx(400, rel=1e-3),
    }


def test_a_child_that_spills_into_two_parents() -> None:
    children = {
        "k": box(0, 0, 110, 100), "m": box(110, 0, 200, 50), "n": box(110, 50, 200, 100),
    }  # fmt: skip
    parent = {"k": "P", "m": "Q", "n": "R"}
    parents = {
        "P": box(0, 0, 100, 100), "Q": box(100, 0, 200, 50), "R": box(100, 50, 200, 100),
    }  # fmt: skip
    frame = geopandas.GeoDataFrame(
        {"code": list(children), "parent": list(parent.values())},
        geometry=list(children.values()),
        crs=CRS,
    )
    report = diming.check(frame, parents=table(parents), rules=("outside-parent",))
    assert {(f.units, f.facts["into"]) for f in report.findings} == {
        (("k", "P"), "Q"), (("k", "P"), "R"),
    }  # fmt: skip


def test_a_child_that_spills_half_into_nothing() -> None:
    children = geopandas.GeoDataFrame(
        {"code": ["k", "m"], "parent": ["P", "Q"]},
        geometry=[box(0, 0, 110, 100), box(110, 0, 200, 50)],
        crs=CRS,
    )
    parents = table({"P": box(0, 0, 100, 100), "Q": box(100, 0, 200, 50)})
    report = diming.check(children, parents=parents, rules=("outside-parent",))
    assert {f.facts["into"]: round(f.measures["area_m2"] * SCALE**2) for f in report.findings} == {
        "Q": 500, "": 500,
    }  # fmt: skip


def test_sums_over_pairs_agree_with_overlay() -> None:
    cells = [box(50 * i, 0, 50 * i + 50, 100) for i in range(6)]
    strip = box(20, 40, 280, 45)
    named = {f"c{i}": c for i, c in enumerate(cells)} | {"strip": strip}
    report = diming.check(table(named), rules=("overlap",))
    for i, cell in enumerate(cells):
        (one,) = [f for f in report.findings if f"c{i}" in f.units]
        exact = shapely.intersection(cell, strip).area
        assert one.measures["area_m2"] == pytest.approx(exact / SCALE**2, rel=1e-3)


def test_a_line_that_leaves_the_overlap_between_vertices() -> None:
    # Neither the data nor the overlap have a vertex where the shared line leaves it.
    line = [(100.0, 33.3), (103.3, 35.7), (117.1, 49.9), (200.0, 51.7)]
    south = [*line, (200.0, 0.0), (100.0, 0.0)]
    north = [*line, (200.0, 100.0), (100.0, 100.0)]

    def ring(points: list[tuple[float, float]]) -> shapely.Polygon:
        return shapely.Polygon([PLACE + point for point in points])

    third = ring([(50, 0), (100, 0), (111.3, 41.1), (100, 100), (50, 100)])
    polygons = {"s": ring(south), "n": ring(north), "w": third}
    report = diming.check(table(polygons), rules=("overlap",))
    for other in "sn":
        (one,) = [f for f in report.findings if other in f.units]
        exact = shapely.intersection(polygons[other], third).area
        assert one.measures["area_m2"] == pytest.approx(exact / SCALE**2, rel=1e-3)
