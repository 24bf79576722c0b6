"""Generated provinces: sound where sound, and each defect is found as the truth has it."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest
import shapely

import diming
from bench import Bench
from defects import MAKERS, attempt, spoil
from diming.api import check_files
from diming.model.finding import Severity
from diming.present.report_json import to_dict
from enclosures import enclose
from generate import MISLABELLED, Generated, generate, mislabel
from make import residual_share, write
from province import Province
from score import score
from truth import read_truth
from world import World

#: Widths are promised to two per cent for most faces, to a few for slivers of very uneven width.
WIDTH_ERROR, UNEVEN_ERROR, AREA_ERROR, LENGTH_ERROR = 0.03, 0.07, 1e-4, 0.01
SLIGHT = 64, 90


@pytest.fixture(scope="module")
def sound() -> World:
    world = World(Province(*SLIGHT, seed=1))
    assert len(world.counties) == 4
    return world


def report_of(made: Generated):
    return diming.check(made.townships(), parents=made.counties())


def scores_of(made: Generated, report=None):
    return score(to_dict(report or report_of(made), "en"), made.truth("", None, 0))


def assert_perfect(scores, width_error: float = WIDTH_ERROR) -> None:
    for rule, s in scores.items():
        assert (s.misses, s.false, s.mistaken) == ([], [], []), rule
        assert max(s.errors.get("width_m", [0])) <= width_error, rule
        assert np.median(s.errors.get("width_m", [0])) <= 0.01, rule
        assert max(s.errors.get("area_m2", [0])) <= AREA_ERROR, rule
        assert max(s.errors.get("length_m", [0])) <= LENGTH_ERROR, rule
        for name, errors in s.errors.items():
            if name.endswith("_count"):
                assert max(errors) == 0, (rule, name)


@pytest.mark.parametrize(("units", "vertices"), [(9, 60), (50, 90), (300, 150)])
def test_a_sound_province_has_enclosures_and_nothing_else(units: int, vertices: int) -> None:
    made = generate(units, vertices, seed=units)
    report = report_of(made)
    assert {f.severity for f in report.findings} <= {Severity.INFO}
    assert all(f.rule in ("enclave", "exclave") for f in report.findings)
    assert_perfect(scores_of(made, report))


def test_only_the_outside_of_a_sound_province_does_not_cancel() -> None:
    made = generate(100, 90, seed=2)
    p = made.world.province
    outside = int(((p.left < 0) | (p.right < 0)).sum()) * (p.line.shape[1] - 1)
    shape = made.world.geometries(made.world.units)
    assert round(residual_share(made) * shapely.get_num_coordinates(shape).sum()) == outside


@pytest.mark.parametrize("maker", [m for m, _ in MAKERS], ids=lambda m: m.__name__)
def test_each_kind_of_defect_is_found_by_name_units_and_size(maker, sound: World) -> None:
    for seed in range(2):
        world = copy.copy(sound)
        world.code, world.name, world.parent = (
            list(column) for column in (sound.code, sound.name, sound.parent)
        )
        world.edited, world.gone, world.home, world.given = {}, set(), {}, dict(sound.given)
        bench = Bench(world, np.random.default_rng(seed))
        found = attempt(bench, maker)
        assert found, "no place"
        scores = scores_of(Generated(world, found))
        assert sum(s.truths for s in scores.values()) == len(found)
        assert_perfect(scores)


@pytest.mark.parametrize("seed", [0, 1])
def test_many_defects_at_once_are_all_found(seed: int) -> None:
    made = generate(400, 120, seed, dirty=0.15)
    assert len(made.defects) > 100
    assert len(made.truth("", None, 0).counts()) >= 20
    assert_perfect(scores_of(made), UNEVEN_ERROR)


def test_a_stretch_is_as_large_as_an_overlay_says(sound: World) -> None:
    made = generate(200, 90, seed=3, dirty=0.2)
    stretches = [
        d for d in made.defects if d.kind.startswith("stretch-overlap") and d.rule == "overlap"
    ]
    assert len(stretches) > 3
    unit_of = {code: u for u, code in enumerate(made.world.code)}
    for d in stretches:
        a, b = (made.world.geometry(unit_of[code]) for code in d.units)
        both = shapely.intersection(a, b)
        assert both.area / d.scale**2 == pytest.approx(d.area_m2, rel=1e-5)


def test_vertex_noise_is_told_once_with_its_size() -> None:
    made = generate(100, 120, seed=4)
    bench = Bench(made.world, np.random.default_rng(0))
    found = spoil(bench, 0.05, leave_out=tuple(m for m, _ in MAKERS))
    assert [d.rule for d in found] == ["vertex-noise"]
    made.defects += found
    scores = scores_of(made)
    assert_perfect(scores)
    assert scores["vertex-noise"].errors["max_m"] == [pytest.approx(0, abs=0.01)]


def test_the_scorer_tells_misses_false_findings_and_wrong_units() -> None:
    made = generate(100, 90, seed=5, dirty=0.1)
    report = to_dict(report_of(made), "en")
    truth = made.truth("", None, 0)
    gap = next(f for f in report["findings"] if f["rule"] == "gap")

    lost = {**report, "findings": [f for f in report["findings"] if f is not gap]}
    s = score(lost, truth)["gap"]
    assert (s.recall < 1, s.precision, len(s.misses), s.false) == (True, 1.0, 1, [])
    assert sorted(s.misses[0]["units"]) == sorted(gap["units"])

    elsewhere = {**gap, "id": "gap:0", "at": [gap["at"][0] + 0.01, gap["at"][1]]}
    s = score({**report, "findings": [*report["findings"], elsewhere]}, truth)["gap"]
    assert (s.recall, s.precision < 1, [f["id"] for f in s.false]) == (1.0, True, ["gap:0"])

    renamed = [{**f, "units": ["x", "y"]} if f is gap else f for f in report["findings"]]
    s = score({**report, "findings": renamed}, truth)["gap"]
    assert (s.recall, s.precision, s.right_units) == (1.0, 1.0, s.truths - 1)

    wide = {**gap, "measures": {**gap["measures"], "width_m": 2 * gap["measures"]["width_m"]}}
    swollen = [wide if f is gap else f for f in report["findings"]]
    s = score({**report, "findings": swollen}, truth)["gap"]
    assert max(s.errors["width_m"]) == pytest.approx(1.0, abs=0.05)


def test_the_same_seed_gives_the_same_bytes(tmp_path) -> None:
    def written(name: str, seed: int) -> tuple[bytes, bytes]:
        out = tmp_path / name / "world.parquet"
        there = write(generate(80, 90, seed, dirty=0.2), out, "parquet")
        return out.read_bytes(), there.read_bytes()

    first, again, other = written("a", 7), written("b", 7), written("c", 8)
    assert first == again
    assert first[0] != other[0] and first[1] != other[1]


@pytest.mark.parametrize(
    ("kind", "parts", "shuffle"),
    [("gpkg", 3, False), ("parquet", 3, True), ("parquet", None, False), ("geojson", None, False)],
)
def test_files_hold_what_the_truth_says(kind: str, parts, shuffle, tmp_path) -> None:
    made = generate(200, 90, seed=9, dirty=0.1, raw=kind == "gpkg")
    out = tmp_path / f"world.{kind}"
    there = write(made, out, kind, parts=parts, shuffle=shuffle, parents=True)
    truth = read_truth(there)
    report = check_files(str(out), parents=[str(tmp_path / f"world-counties.{kind}")])
    inputs = [i for i in report.inputs if not i.parents]
    assert len(inputs) == (parts if kind == "parquet" and parts else 1)
    assert sum(i.declared for i in inputs) == truth.units
    scores = score(to_dict(report, "en"), truth)
    assert_perfect(scores, UNEVEN_ERROR)
    assert _same(truth.defects, made.defects)
    if kind == "gpkg":
        told = {d.facts.get("reason") for d in truth.defects if d.rule == "invalid-geometry"}
        assert {"ring-not-closed", "not-finite", "too-few-points"} <= told


def _same(read, made) -> bool:
    """Compare after JSON, which knows no tuples."""
    told = [json.loads(json.dumps(d.__dict__)) for d in made]
    return [json.loads(json.dumps(d.__dict__)) for d in read] == told


@pytest.mark.parametrize("reason", MISLABELLED)
def test_a_mislabelled_file_is_doubted(reason: str, tmp_path) -> None:
    made = mislabel(generate(30, 60, seed=1, enclosures=False), reason)
    out = tmp_path / "world.gpkg"
    truth = read_truth(write(made, out, "gpkg"))
    scores = score(to_dict(check_files(str(out)), "en"), truth)
    assert scores["crs-suspect"].right_facts == 1
    assert_perfect(scores)


def test_enclosures_take_places_that_defects_leave_alone() -> None:
    world = World(Province(100, 90, seed=3))
    bench = Bench(world, np.random.default_rng(0))
    enclose(bench)
    assert (~bench.free).sum() >= 4
    used = {u for u in world.edited if u < world.province.count}
    assert used and not bench.free[sorted(used)].any()
