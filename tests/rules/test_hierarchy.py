from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely

import diming
from worlds import CRS, Grid, ground_scale

SCALE = ground_scale()


class Two:
    """Two parents, west and east, over a grid of 2 × 4 children."""

    def __init__(self, **grid: object) -> None:
        self.grid = Grid(2, 4, **grid)
        self.children = self.grid.polygons()
        self.parent = {k: "W" if k[2] in "01" else "E" for k in self.children}
        self.parents = {
            p: shapely.coverage_union_all(
                [c for k, c in self.children.items() if self.parent[k] == p]
            )
            for p in "WE"
        }

    def check(self, **options: object) -> diming.Report:
        children = geopandas.GeoDataFrame(
            {"code": list(self.children), "parent": [self.parent[k] for k in self.children]},
            geometry=list(self.children.values()), crs=CRS,
        )  # fmt: skip
        parents = geopandas.GeoDataFrame(
            {"code": list(self.parents)}, geometry=list(self.parents.values()), crs=CRS
        )
        return diming.check(children, parents=parents, **options)


def test_children_that_fill_their_parents() -> None:
    assert Two(vertices=12, wobble=25.0).check().findings == ()


def test_without_parents_the_rules_do_not_apply() -> None:
    report = diming.check(Grid().table())
    runs = {r.rule: (r.status, r.reason) for r in report.rules}
    assert runs["outside-parent"] == ("not-applicable", "no-parents")


@pytest.mark.parametrize("depth", [0.05, 30.0])
def test_a_child_that_spills_into_another_parent(depth: float) -> None:
    world = Two()
    world.grid.bump_east(0, 1, depth)
    world.children = world.grid.polygons()
    # Its neighbour gives way, so that the level itself is a coverage.
    world.children["c02"] = shapely.difference(world.children["c02"], world.children["c01"])
    (one,) = world.check(skip=("short-edge",)).findings
    assert (one.rule, one.units, one.facts["into"]) == ("outside-parent", ("c01", "W"), "E")
    assert one.measures["width_m"] == pytest.approx(depth / SCALE, rel=2e-3)
    assert one.measures["area_m2"] == pytest.approx(depth * 400 / SCALE**2, rel=2e-3)


def test_a_child_that_leaves_all_parents() -> None:
    world = Two()
    world.grid.bump_east(0, 3, 12.0)
    world.children = world.grid.polygons()
    (one,) = world.check().findings
    assert (one.rule, one.units, one.facts["into"]) == ("outside-parent", ("c03", "E"), "")
    assert one.measures["width_m"] == pytest.approx(12 / SCALE, rel=2e-3)


def test_a_parent_that_is_not_filled() -> None:
    world = Two()
    world.grid.bump_east(0, 3, -12.0)
    world.children = world.grid.polygons()
    (one,) = world.check().findings
    assert (one.rule, one.units) == ("parent-not-covered", ("E", "c03"))
    assert one.measures["width_m"] == pytest.approx(12 / SCALE, rel=2e-3)


def test_a_missing_child() -> None:
    world = Two()
    del world.children["c03"]
    report = world.check(rules=("parent-not-covered",))
    (one,) = report.findings
    assert one.units[0] == "E"
    assert one.measures["area_m2"] == pytest.approx(1e6 / SCALE**2, rel=2e-3)


def test_a_child_under_the_wrong_code() -> None:
    world = Two()
    world.parent["c00"] = "E"
    (one,) = world.check().findings
    assert (one.rule, one.units) == ("parent-mismatch", ("c00", "E", "W"))
    assert one.measures["share"] == pytest.approx(1.0)


def test_overlapping_children_are_not_outside_their_parent() -> None:
    world = Two()
    world.grid.bump_east(0, 0, 15.0)
    world.children = world.grid.polygons()
    assert [f.rule for f in world.check().findings] == ["overlap"]


def test_a_parent_with_other_vertices() -> None:
    world = Two()
    ring = np.array(world.parents["W"].exterior.coords)
    middle = (ring[0] + ring[1]) / 2
    world.parents["W"] = shapely.Polygon(np.insert(ring, 1, middle, axis=0))
    report = world.check()
    assert {f.rule for f in report.findings} == {"unmatched-edge"}
    (one,) = report.findings
    assert "W" in one.units
