"""Checks on files: several deliveries, zones, exceptions, the library and the command."""

from __future__ import annotations

import copy
import csv
import json
import os
import pickle
import subprocess
import sys
from datetime import date
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

import diming
from diming.errors import UnreadableInput, UsageError
from diming.services.arguments import given_threads
from worlds import CRS, Grid, box, ground_scale, table

SCALE = ground_scale()
ZONES = ("EPSG:4544", "EPSG:4524", "EPSG:4546", "EPSG:4490", "EPSG:32648")


def deliver(folder: Path, world: dict, *, east_crs: str = CRS, move: float = 0.0) -> list[str]:
    """Write the western and the eastern columns of a grid as two offices would."""
    west = {k: p for k, p in world.items() if k[2] in "01"}
    east = {
        k: shapely.transform(p, lambda xy: xy + [move, 0.0])
        for k, p in world.items()
        if k not in west
    }
    files = []
    for name, polygons, crs in (("west", west, CRS), ("east", east, east_crs)):
        file = folder / f"{name}.gpkg"
        table(polygons).to_crs(crs).to_file(file)
        files.append(str(file))
    return files


@pytest.mark.parametrize("crs", ZONES)
def test_a_true_seam_between_zones_is_clean(tmp_path: Path, crs: str) -> None:
    files = deliver(tmp_path, Grid(3, 4, vertices=30, wobble=25.0).polygons(), east_crs=crs)
    assert diming.check_files(*files).findings == ()


@pytest.mark.parametrize("crs", ZONES)
@pytest.mark.parametrize("off", [0.05, -0.05])
def test_a_seam_five_centimetres_off(tmp_path: Path, crs: str, off: float) -> None:
    files = deliver(tmp_path, Grid(3, 4).polygons(), east_crs=crs, move=off)
    report = diming.check_files(*files)
    found = [f for f in report.findings if f.rule in ("gap", "overlap")]
    assert found
    assert {f.rule for f in report.findings} == {"gap" if off > 0 else "overlap"}
    assert max(f.measures["width_m"] for f in found) == pytest.approx(0.05 / SCALE, rel=0.02)
    for finding in found:
        assert finding.seam
        assert {r.input for r in finding.records} == {0, 1}


def test_vertices_rounded_by_each_office_are_noise_of_a_stated_size(tmp_path: Path) -> None:
    world = Grid(3, 4, vertices=30, wobble=25.0).polygons()
    files = deliver(tmp_path, world, east_crs="EPSG:4544")
    for file in files:
        layer = geopandas.read_file(file)
        layer.geometry = shapely.transform(layer.geometry.values, lambda xy: np.round(xy, 3))
        layer.to_file(file)
    (one,) = diming.check_files(*files, settings=diming.CheckSettings(tolerance_m=0.003)).findings
    assert (one.rule, one.severity) == ("vertex-noise", "info")
    assert 0.0001 < one.measures["max_m"] < 0.0015


def test_seam_alone_can_be_asked_for(tmp_path: Path) -> None:
    world = Grid(3, 4)
    world.bump_east(1, 0, 3.0)
    files = deliver(tmp_path, world.polygons(), move=-0.5)
    report = diming.check_files(*files, settings=diming.CheckSettings(rules=("seam",)))
    assert report.findings
    assert all(f.seam for f in report.findings)


def test_levels_in_one_call_are_held_against_each_other(tmp_path: Path) -> None:
    cells = Grid(2, 2).polygons()
    towns = dict(
        zip(("500101001", "500101002", "500101003", "500101004"), cells.values(), strict=True)
    )
    table(towns).to_file(tmp_path / "towns.gpkg")
    county = shapely.union_all([*cells.values(), box(2000, 500, 2300, 900)])
    table({"500101": county}).to_file(tmp_path / "county.gpkg")
    report = diming.check_files(str(tmp_path / "*.gpkg"))
    (one,) = [f for f in report.findings if f.severity == "error" and f.rule != "unmatched-edge"]
    assert one.rule == "parent-not-covered"
    assert one.units[0] == "500101"
    assert one.measures["area_m2"] == pytest.approx(300 * 400 / SCALE**2, rel=1e-3)


def test_the_library_and_the_command_say_the_same(tmp_path: Path) -> None:
    world = Grid(vertices=5)
    world.bump_east(1, 1, 0.5)
    file = tmp_path / "a.gpkg"
    world.table().to_file(file)
    run = subprocess.run(
        [sys.executable, "-c", "from diming.cli.main import main; main()", "check", str(file),
         "--format", "json", "--lang", "en"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1, run.stderr
    assert run.stderr == ""
    by_command = json.loads(run.stdout)
    by_library = json.loads(diming.check(geopandas.read_file(file)).to_json("en"))
    assert by_command["format"] == "diming.report/1"
    for part in ("settings", "examined", "rules", "summary"):
        assert by_command[part] == by_library[part]
    keep = ("id", "rule", "severity", "units", "measures", "at", "geometry", "message", "hint")
    assert [{k: f[k] for k in keep} for f in by_command["findings"]] == [
        {k: f[k] for k in keep} for f in by_library["findings"]
    ]


def test_results_do_not_depend_on_threads(tmp_path: Path) -> None:
    world = Grid(12, 12, vertices=60, wobble=25.0).polygons()
    world["c33"] = shapely.transform(world["c33"], lambda xy: xy + [0.7, 0.1])
    frame = table(world)
    first, second = (diming.check(frame, jobs=n).findings for n in (1, 3))
    assert first
    assert [(f.id, f.measures, f.at) for f in first] == [(f.id, f.measures, f.at) for f in second]


def exceptions(folder: Path, *rows: dict[str, str]) -> str:
    file = folder / "exceptions.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.DictWriter(handle, ["id", "reason", "approver", "date", "expires"])
        writer.writeheader()
        writer.writerows(rows)
    return str(file)


def row(id_: str, expires: str = "") -> dict[str, str]:
    return {
        "id": id_, "reason": "协议书附图为准", "approver": "张三", "date": "2026-01-05",
        "expires": expires,
    }  # fmt: skip


def test_exceptions(tmp_path: Path) -> None:
    world = Grid()
    world.bump_east(1, 0, 0.5)
    world.bump_east(1, 1, -0.5)
    file = tmp_path / "a.gpkg"
    world.table().to_file(file)
    gap, overlap = sorted(f.id for f in diming.check_files(str(file)).findings)
    listed = exceptions(tmp_path, row(gap), row(overlap, "2026-02-01"), row("overlap:000000000000"))
    report = diming.check_files(
        str(file), exceptions=listed, settings=diming.CheckSettings(date=date(2026, 3, 1))
    )
    by_rule = {f.rule: f for f in report.findings}
    assert by_rule["gap"].excepted_by is not None
    assert by_rule["gap"].excepted_by.approver == "张三"
    assert by_rule["overlap"].excepted_by is None
    assert by_rule["exception-expired"].facts["expired_on"] == "2026-02-01"
    assert by_rule["exception-unused"].facts["exception"] == "overlap:000000000000"
    assert report.summary() == {"error": 1, "warning": 2, "info": 0, "excepted": 1}


@pytest.mark.parametrize(
    ("asked", "unused"),
    [
        ({}, ["overlap:000000000000", "wrong:0"]),
        ({"skip": ("overlap",)}, ["wrong:0"]),
        ({"rules": ("gap", "exception-unused")}, ["wrong:0"]),
        ({"rules": ("seam",)}, ["wrong:0"]),
    ],
)
def test_an_exception_is_unused_only_where_its_rule_ran(
    tmp_path: Path, asked: dict[str, tuple[str, ...]], unused: list[str]
) -> None:
    file = tmp_path / "a.gpkg"
    Grid().table().to_file(file)
    ids = ("overlap:000000000000", "parent-mismatch:0", "wrong:0")
    listed = exceptions(tmp_path, *map(row, ids))
    report = diming.check_files(
        str(file), exceptions=listed, settings=diming.CheckSettings(**asked)
    )
    found = [f.facts["exception"] for f in report.findings if f.rule == "exception-unused"]
    assert sorted(found) == unused


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,reason,approver,date\noverlap:1,,x,2026-01-01\n", "missing here: reason"),
        ("id,reason,approver,date\noverlap:1,a,b,soon\n", "«soon» is no date"),
        ("id,reason,approver,date\na,a,b,2026-01-01\na,a,b,2026-01-01\n", "listed twice"),
        ("[1]", "must have the fields"),
        ('{"exceptions": 5}', "must hold a list"),
        ('{"exception": []}', "must hold a list"),
        ("[{", "not valid JSON"),
    ],
)
def test_bad_exceptions_are_refused(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "x.csv"
    file.write_text(text)
    Grid().table().to_file(tmp_path / "a.gpkg")
    with pytest.raises(UnreadableInput, match=words):
        diming.check_files(str(tmp_path / "a.gpkg"), exceptions=str(file))


def test_a_missing_crs_is_refused_and_can_be_given(tmp_path: Path) -> None:
    file = tmp_path / "a.shp"
    table(Grid().polygons()).to_file(file)
    file.with_suffix(".prj").unlink()
    with pytest.raises(UnreadableInput, match="does not say in which coordinate reference system"):
        diming.check_files(str(file))
    assert diming.check_files(str(file), crs="EPSG:4545").findings == ()
    assert diming.check_files(str(file), crs="4545").findings == ()
    with pytest.raises(UnreadableInput, match="is not understood"):
        diming.check_files(str(file), crs="EPSG:0")
    plane = diming.check_files(str(file), crs="plane")
    assert plane.findings == ()
    assert plane.measured["plane"] is True


def test_a_plane_measures_in_its_own_metres(tmp_path: Path) -> None:
    world = Grid()
    world.bump_east(1, 1, 2.0)
    file = tmp_path / "a.shp"
    table(world.polygons()).to_file(file)
    file.with_suffix(".prj").unlink()
    (one,) = diming.check_files(str(file), crs="plane").findings
    assert one.measures["area_m2"] == pytest.approx(800.0)
    assert one.at is not None
    assert one.at[0] > 300_000


def test_an_unknown_rule_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="there is no rule «gasp»"):
        diming.check(Grid().table(), rules=("gasp",))


def test_a_table_without_crs_or_polygons() -> None:
    with pytest.raises(UnreadableInput, match="does not say"):
        diming.check(table(Grid().polygons(), None))
    points = geopandas.GeoDataFrame({"code": ["a"]}, geometry=[shapely.Point(0, 0)], crs=4490)
    with pytest.raises(UnreadableInput, match="no polygons"):
        diming.check(points)


def test_records_that_are_no_areas_are_reported_beside_those_that_are() -> None:
    cells = list(Grid().polygons().values())
    frame = geopandas.GeoDataFrame(
        {"code": ["a", "b", "c", "d"]},
        geometry=[cells[0], None, shapely.Polygon(), shapely.LineString([(0, 0), (1, 1)])],
        crs=CRS,
    )
    report = diming.check(frame)
    assert sorted((f.rule, f.facts["reason"]) for f in report.findings) == [
        ("empty-geometry", "empty"), ("empty-geometry", "null"), ("wrong-geometry-type", "type"),
    ]  # fmt: skip
    (one,) = report.inputs
    assert (one.declared, one.features, one.unusable) == (4, 1, 3)


def test_dated_versions_are_taken_at_a_date() -> None:
    cells = list(Grid(1, 2).polygons().values())
    frame = geopandas.GeoDataFrame(
        {
            "code": ["a", "b", "ab"],
            "begin": ["1950-01-01", "1950-01-01", "1958-04-01"],
            "end": ["1958-04-01", "1958-04-01", None],
        },
        geometry=[*cells, shapely.union_all(cells)],
        crs=CRS,
    )
    latest = diming.check(frame)
    assert (latest.units_examined, latest.inputs[0].as_of) == (1, date(1958, 4, 1))
    before = diming.check(frame, date=date(1957, 12, 31))
    assert before.units_examined == 2
    assert before.findings == ()


def test_atlases_that_give_the_last_day_a_version_held() -> None:
    cells = list(Grid(1, 2).polygons().values())
    frame = geopandas.GeoDataFrame(
        {
            "code": ["a", "b", "ab"],
            "start_date": ["1950-01-01", "1950-01-01", "1958-04-01"],
            "end_date": ["1958-03-31", "1958-03-31", "2000-12-31"],
        },
        geometry=[*cells, shapely.union_all(cells)],
        crs=CRS,
    )
    assert diming.check(frame, date=date(1958, 3, 31)).units_examined == 2
    assert diming.check(frame, date=date(2000, 12, 31)).units_examined == 1


def test_a_shift_of_the_gcj_kind_is_suspected() -> None:
    report = diming.check_files(str(diming.sample("chongqing_counties_2016_messy")))
    (one,) = [f for f in report.findings if f.rule == "crs-suspect"]
    assert one.facts["reason"] == "datum-shift"
    assert one.measures["shift_east_m"] == pytest.approx(440, abs=60)
    assert one.measures["shift_north_m"] == pytest.approx(-250, abs=60)


def test_samples_are_as_documented() -> None:
    clean = diming.check_files(str(diming.sample("chongqing_counties_2019")))
    assert clean.summary() == {"error": 0, "warning": 0, "info": 0, "excepted": 0}
    wards = diming.check_files(str(diming.sample("cao_bang_wards_2025")))
    overlap = sum(f.measures["area_m2"] for f in wards.findings if f.rule == "overlap")
    gap = sum(f.measures["area_m2"] for f in wards.findings if f.rule == "gap")
    assert overlap == pytest.approx(7168, rel=2e-3)  # EPSG:32648 areas by shapely's overlay
    assert gap == pytest.approx(2.5, abs=0.1)
    invented = diming.check_files(
        str(diming.sample("chongqing_townships_illustrative")),
        parents=[str(diming.sample("chongqing_counties_2019"))],
    )
    assert invented.summary()["error"] == 0
    assert invented.inputs[0].remarks == ("illustrative",)


@pytest.mark.parametrize("jobs", [0, -1, 1.5, "2", True])
def test_threads_are_a_whole_number(jobs: object) -> None:
    with pytest.raises(UsageError, match="jobs must be a whole number"):
        diming.check(Grid(2, 2).table(), jobs=jobs)


def test_no_more_threads_are_started_than_are_of_use() -> None:
    assert diming.check(Grid(2, 2).table(), jobs=10**9).findings == ()
    assert given_threads(1) == 1
    assert given_threads(None) <= given_threads(10**9) <= 4 * (os.cpu_count() or 1)


def test_parents_are_not_the_inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.gpkg"
    Grid(2, 2).table().to_file(file, layer="town")
    table({"500101": box(0, 0, 9, 9)}).to_file(file, layer="county")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"a\.gpkg:town is given both as input and as parents"):
        diming.check_files(f"{file}:town", parents=["a.gpkg:town"])
    with pytest.raises(UsageError, match="both as input and as parents"):
        diming.check_files(str(file), parents=["a.gpkg:county"])
    assert diming.check_files(f"{file}:town", parents=["a.gpkg:county"]).inputs[1].parents


def test_a_crs_is_looked_at_even_where_none_is_needed(tmp_path: Path) -> None:
    file = tmp_path / "a.gpkg"
    Grid(2, 2).table().to_file(file)
    with pytest.raises(UnreadableInput, match="nonsense"):
        diming.check_files(str(file), crs="nonsense")
    assert diming.check_files(str(file), crs="EPSG:4490").findings == ()


def test_reports_go_through_processes() -> None:
    world = Grid()
    world.bump_east(1, 1, 0.5)
    report = diming.check(world.table())
    again = pickle.loads(pickle.dumps(report))
    assert again.findings[0].measures == report.findings[0].measures
    assert copy.deepcopy(report).summary() == report.summary()
    with pytest.raises(TypeError, match="do not change"):
        report.findings[0].facts["x"] = 1


def test_dated_files_are_taken_on_one_day(tmp_path: Path) -> None:
    cells = list(Grid(1, 2).polygons().values())
    for name, cell, begin in (("w", cells[0], "1950-01-01"), ("e", cells[1], "1989-07-01")):
        frame = table({name: cell}).assign(begin=begin, end="2000-12-31")
        frame.to_file(tmp_path / f"{name}.gpkg")
    report = diming.check_files(str(tmp_path))
    assert [i.as_of for i in report.inputs] == [date(1989, 7, 1)] * 2
