"""Worlds that a hostile tester drew."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely

import diming
from worlds import PLACE, box, ground_scale, table

SCALE = ground_scale()


@pytest.mark.parametrize("crs", ["EPSG:4545", "EPSG:3857", "EPSG:4490"])
@pytest.mark.parametrize(("length", "turn"), [(2_000, 0.0), (10_000, 0.8), (30_000, 0.8)])
def test_a_gap_along_an_edge_with_more_vertices_on_one_side(
    crs: str, length: float, turn: float
) -> None:
    # Bent by a projection, the two sides would part by metres.
    unit = 1 / 111_320.0 if crs == "EPSG:4490" else 1.0
    origin = np.array([107.5, 29.5]) if crs == "EPSG:4490" else np.array([5e5, 3.3e6])
    cos, sin = np.cos(turn), np.sin(turn)
    spin = np.array([[cos, sin], [-sin, cos]])

    def ring(points: list[tuple[float, float]]) -> shapely.Polygon:
        return shapely.Polygon(origin + np.array(points) @ spin * unit)

    along = np.linspace(0, length, 11)
    upper = [(0.0, 0.0), (length, 0.0), (length, 500.0), (0.0, 500.0)]
    lower = [(x, -0.02 if 0 < x < length else 0.0) for x in along]
    below = [*lower, (length, -500.0), (0.0, -500.0)]
    report = diming.check(table({"up": ring(upper), "low": ring(below)}, crs), skip=("short-edge",))
    (one,) = [f for f in report.findings if f.rule in ("gap", "void")]
    assert one.rule == "gap"
    scale = {"EPSG:4545": 1.0, "EPSG:3857": np.cosh(3.3e6 / 6378137.0), "EPSG:4490": 1.0}[crs]
    if crs == "EPSG:4490":
        assert one.measures["width_m"] == pytest.approx(0.02, rel=0.15)
    else:
        assert one.measures["width_m"] == pytest.approx(0.02 / scale, rel=0.02)
        assert one.measures["area_m2"] == pytest.approx(0.02 * length * 0.9 / scale**2, rel=0.02)


def test_longitudes_counted_on_past_180() -> None:
    frame = table(
        {"a": shapely.box(179, 60, 181, 60.1), "b": shapely.box(180.9995, 60, 182, 60.1)},
        "EPSG:4326",
    )
    report = diming.check(frame)
    assert [f.rule for f in report.findings] == ["overlap"]
    assert report.findings[0].measures["width_m"] == pytest.approx(27.9, rel=0.02)


def test_a_hole_outside_its_shell_is_no_ground() -> None:
    odd = shapely.Polygon(box(0, 0, 100, 100).exterior, [box(110, 10, 120, 20).exterior.coords])
    report = diming.check(table({"a": odd, "b": box(100, 0, 200, 100)}))
    assert [f.rule for f in report.findings] == ["invalid-geometry"]


def test_enclaves_within_enclaves() -> None:
    rims = [box(10 * i, 10 * i, 200 - 10 * i, 200 - 10 * i) for i in range(6)]
    nested = [shapely.difference(a, b) for a, b in pairwise(rims)]
    report = diming.check(table({str(n): p for n, p in enumerate([*nested, rims[-1]])}))
    assert {f.units for f in report.findings if f.rule == "enclave"} == {
        (str(n + 1), str(n)) for n in range(5)
    }


def test_nothing_with_ground_is_no_crash() -> None:
    flat = shapely.Polygon([PLACE, PLACE + [10, 0], PLACE])
    report = diming.check(table({"a": flat}))
    assert {f.rule for f in report.findings} >= {"invalid-geometry"}
    diming.check(table({"a": flat}), parents=table({"p": flat}))
    diming.check(table({"a": box(0, 0, 9, 9)}), parents=table({"p": flat}))


def test_no_data_values_for_coordinates() -> None:
    far = shapely.Polygon([PLACE, PLACE + [10, 0], (-1.797e308, 5)])
    report = diming.check(table({"a": far, "b": box(0, 0, 9, 9)}))
    (one,) = [f for f in report.findings if f.rule == "invalid-geometry"]
    assert one.facts["reason"] == "not-finite"


def test_noise_of_two_files_has_two_ids() -> None:
    ids = set()
    for name in "ab":
        shift = 2e-4
        frame = table({"l": box(0, 0, 10, 10), "r": box(10 + shift, 0, 20, 10)})
        (one,) = diming.check(frame.assign(code=["l", name]), rules=("vertex-noise",)).findings
        ids.add(one.id)
    assert ids == {one.id}  # a table has no name; files do
    assert one.id.split(":")[1] != "e3b0c44298fc"


def test_one_long_edge_along_many_neighbours_is_one_omission() -> None:
    long = {"long": box(0, 0, 1000, 10)}
    small = {f"s{i}": box(10 * i, 10, 10 * i + 10, 20) for i in range(100)}
    report = diming.check(table(long | small))
    (one,) = report.findings
    assert one.rule == "unmatched-edge"
    assert one.units[0] == "long"
    assert len(one.units) == 101
    assert one.measures["vertices_count"] == 99
    assert one.measures["length_m"] == pytest.approx(1000 / SCALE, rel=1e-3)


def test_staggered_neighbours_along_an_overlap_are_all_named() -> None:
    west = [box(0, 100 * i, 103, 100 * i + 100) for i in range(8)]
    east = [box(100, 100 * i + 50, 200, 100 * i + 150) for i in range(8)]
    named = {f"w{i}": p for i, p in enumerate(west)} | {f"e{i}": p for i, p in enumerate(east)}
    report = diming.check(table(named), rules=("overlap",))
    pairs = {frozenset(f.units) for f in report.findings}
    assert pairs == {frozenset((f"w{i}", f"e{i}")) for i in range(8)} | {
        frozenset((f"w{i + 1}", f"e{i}")) for i in range(7)
    }


def test_small_units_do_not_exhaust_memory() -> None:
    # Each is a fifth of the gap width: all pairs within it would be millions.
    cells = [box(2 * i, 2 * j, 2 * i + 1, 2 * j + 1) for i in range(60) for j in range(60)]
    report = diming.check(table({str(n): c for n, c in enumerate(cells)}))
    assert {f.rule for f in report.findings} <= {"gap"}
