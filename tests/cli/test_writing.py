"""An archive from the command line: made, loaded, written in, undone, proved."""

import json
import sqlite3

import geopandas
import pytest
import shapely
from click.testing import CliRunner

from diming.cli.main import main

COUNTIES = "code,name\n500101,甲区\n500102,乙县\n500103,丙县\n"
MERGER = "date,event_type,units_before,units_after,note,certainty\n{}\n"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("DIMING_LANG", "LANGUAGE", "LC_ALL", "LANG", "DIMING_ARCHIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DIMING_AUTHOR", "测试员")

    def call(*arguments, code=0, lang="en"):
        result = CliRunner().invoke(main, [*arguments, "--lang", lang])
        assert result.exit_code == code, (result.stdout, result.stderr)
        return result

    return call


@pytest.fixture
def archive(run, tmp_path):
    """Three counties side by side, in force since 2000."""
    run("init")
    cells = [shapely.box(106 + i, 29, 107 + i, 30) for i in range(3)]
    frame = geopandas.GeoDataFrame(
        {"code": ["500101", "500102", "500103"], "name": ["甲区", "乙县", "丙县"]},
        geometry=cells, crs=4490,
    )  # fmt: skip
    frame.to_file(tmp_path / "counties.gpkg")
    run("load", "counties.gpkg", "--date", "2000-01-01")
    return tmp_path


def acts(tmp_path, *rows, name="acts.csv"):
    (tmp_path / name).write_text(MERGER.format("\n".join(rows)), encoding="utf-8")
    return name


def names(run, day):
    table = run("at", day, "--level", "3", "--format", "json").stdout
    return sorted(f["properties"]["name"] for f in json.loads(table)["features"])


def test_from_nothing_to_a_recorded_act_and_back(run, archive):
    file = acts(
        archive, "2011-10-22,merge,甲区[500101];乙县[500102],丁区[500110],doc=某函1号,confirmed"
    )
    tried = run("event", "record", file, "--dry-run")
    assert "1 act fits; a dry run: nothing was written" in tried.stdout
    assert "written as revision r3 by 测试员" in run("event", "record", file).stdout
    assert names(run, "2011-10-21") == ["丙县", "乙县", "甲区"]
    assert names(run, "2011-10-22") == ["丁区", "丙县"]
    listed = json.loads(run("event", "list", "--format", "json").stdout)["events"]
    page = run("event", "show", listed[0]["id"]).stdout
    assert "conserved to the bit" in page
    assert "某函1号" in page
    assert "甲区[500101]" in run("where", "106.5", "29.5", "--date", "2005-01-01").stdout
    assert "丁区[500110]" in run("where", "106.5", "29.5", "--date", "2015-01-01").stdout
    run("event", "revert", listed[0]["id"], "--reason", "误录")
    assert names(run, "2011-10-22") == ["丙县", "乙县", "甲区"]
    assert "丁区" in run("at", "2012-01-01", "--known", "r3", "--format", "text").stdout
    log = run("log").stdout
    assert [line[:2] for line in log.splitlines()[1:] if line.startswith("r")] == [
        "r4", "r3", "r2", "r1",
    ]  # fmt: skip
    assert "is sound: 4 revisions" in run("verify").stdout


def test_an_act_that_does_not_fit_changes_nothing(run, archive):
    file = acts(
        archive,
        "2011-10-22,merge,甲区[500101];乙县[500102],丁区[500110],,confirmed",
        "2012-01-01,convert,戊县[500199],戊区[500111],,confirmed",
    )
    refused = run("event", "record", file, "--refused", "left.json", code=4)
    assert "戊县[500199] does not stand on 2012-01-01" in refused.stdout
    assert "1 act fits, 1 does not fit; nothing was written" in refused.stdout
    assert json.loads((archive / "left.json").read_text(encoding="utf-8"))["events"][0]["type"]
    assert "r2" in run("info").stdout
    kept = run("event", "record", file, "--keep-going", code=4)
    assert "written as revision r3" in kept.stdout
    assert names(run, "2011-10-22") == ["丁区", "丙县"]


def test_the_same_in_chinese(run, archive):
    file = acts(archive, "2012-01-01,convert,戊县[500199],戊区[500111],,confirmed")
    told = run("event", "record", file, code=4, lang="zh").stdout
    assert "戊县[500199] 在 2012-01-01 不存在" in told
    assert "0 项变更相符，1 项不符；未写入" in told


def test_a_later_delivery_is_explained_by_acts(run, archive):
    left, right = shapely.box(106, 29, 108, 30), shapely.box(108, 29, 109, 30)
    geopandas.GeoDataFrame(
        {"code": ["500110", "500103"], "name": ["丁区", "丙县"]}, geometry=[left, right], crs=4490
    ).to_file(archive / "later.gpkg")
    told = run("load", "later.gpkg", "--date", "2012-01-01", "--output", "acts.json", code=1)
    assert "+ 丁区[500110]" in told.stdout
    assert "merger: 甲区[500101], 乙县[500102] → 丁区[500110]" in told.stdout
    assert "nothing was written" in told.stdout
    run("event", "record", "acts.json")
    assert names(run, "2012-01-01") == ["丁区", "丙县"]
    again = run("load", "later.gpkg", "--date", "2012-01-01")
    assert "2 units of county level" in again.stdout


def test_shapes_come_later_and_reach_back_as_far_as_they_hold(run, tmp_path):
    (tmp_path / "list.csv").write_text(COUNTIES, encoding="utf-8")
    run("init")
    run("load", "list.csv", "--date", "2000-01-01")
    run(
        "event", "record",
        acts(tmp_path, "2010-01-01,rename,甲区[500101],新甲区[500101],,confirmed"),
    )  # fmt: skip
    cells = [shapely.box(106 + i, 29, 107 + i, 30) for i in range(3)]
    geopandas.GeoDataFrame(
        {"code": ["500101", "500102", "500103"], "name": ["新甲区", "乙县", "丙县"]},
        geometry=cells, crs=4490,
    ).to_file(tmp_path / "shapes.gpkg")  # fmt: skip
    assert "3 with shapes" in run("load", "shapes.gpkg", "--date", "2020-01-01").stdout
    # A change of name moves no ground: the shape holds before it too.
    assert "甲区[500101]" in run("where", "106.5", "29.5", "--date", "2005-01-01").stdout
    assert (
        "not known" in run("where", "106.5", "29.5", "--date", "2005-01-01", "--known", "r3").stdout
    )


def test_levels_may_come_one_after_the_other(run, archive):
    towns = "code,name,kind\n500101001,子街道,街道\n500102100,丑镇,镇\n"
    (archive / "towns.csv").write_text(towns, encoding="utf-8")
    run("load", "towns.csv", "--date", "2000-01-01")
    table = json.loads(run("at", "2001-01-01", "--level", "township", "--format", "json").stdout)
    assert [f["properties"]["parent"]["name"] for f in table["features"]] == ["甲区", "乙县"]


def test_a_first_state_does_not_come_before_a_later_one(run, archive):
    (archive / "list.csv").write_text(COUNTIES, encoding="utf-8")
    told = run("load", "list.csv", "--date", "1990-01-01", code=4)
    assert "holds units of level" in told.stderr
    assert "r2" in run("info").stdout


def test_shapes_that_are_no_coverage_stay_outside(run, tmp_path):
    cells = [shapely.box(106, 29, 107.1, 30), shapely.box(107, 29, 108, 30)]
    geopandas.GeoDataFrame(
        {"code": ["500101", "500102"], "name": ["甲区", "乙县"]}, geometry=cells, crs=4490
    ).to_file(tmp_path / "dirty.gpkg")
    run("init")
    told = run("load", "dirty.gpkg", "--date", "2000-01-01", code=1)
    assert "1 error" in told.stdout
    assert "nothing was written" in told.stdout
    run("load", "dirty.gpkg", "--date", "2000-01-01", "--unchecked")
    assert "time-overlap" in run("check", "--date", "2001-01-01", code=1).stdout


def test_an_archive_is_checked_without_inputs(run, archive):
    report = json.loads(run("check", "--date", "2001-01-01", "--format", "json").stdout)
    assert report["inputs"][0]["path"] == "diming.gpkg"
    assert report["examined"]["units"] == 3
    ran = {r["rule"]: r["status"] for r in report["rules"]}
    assert ran["time-gap"] == ran["overlap"] == "run"
    assert "is for files" in run("check", "--layer", "x", code=2).stderr


def test_nowhere_to_look(run):
    assert "there is no archive diming.gpkg here" in run("check", code=2).stderr
    assert run("log", code=3).stderr.count("\n") == 1


def test_tampering_is_noticed(run, archive):
    with sqlite3.connect(archive / "diming.gpkg") as base:
        for (name,) in base.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'version'"
        ).fetchall():
            base.execute(f'DROP TRIGGER "{name}"')
        base.execute("UPDATE version SET name = '伪区' WHERE name = '甲区'")
    told = run("verify", code=1).stdout
    assert "flaw" in told
    assert json.loads(run("verify", "--format", "json", code=1).stdout)["sound"] is False


def test_what_searching_needs_is_made_anew(run, archive):
    with sqlite3.connect(archive / "diming.gpkg") as base:
        base.execute("DELETE FROM term_use")
    assert "diming verify --rebuild-terms" in run("verify", code=1).stdout
    assert "is sound: 2 revisions" in run("verify", "--rebuild-terms").stdout
    assert "is sound: 2 revisions" in run("verify").stdout


def test_a_backup_opens_as_an_archive(run, archive):
    run("backup", "copy.gpkg")
    assert "exists already" in run("backup", "copy.gpkg", code=2).stderr
    assert "is sound: 2 revisions" in run("verify", "--archive", "copy.gpkg").stdout


def test_a_load_can_be_undone_whole(run, archive):
    run("event", "revert", "r2", "--reason", "wrong file")
    assert names(run, "2011-10-22") == []
    assert "undone already" in run("event", "revert", "r2", "--reason", "again", code=2).stderr
    run("load", "counties.gpkg", "--date", "2000-01-01")
    assert names(run, "2011-10-22") == ["丙县", "乙县", "甲区"]
    assert "is sound: 4 revisions" in run("verify").stdout


def test_an_act_is_undone_only_for_a_reason(run, archive):
    assert "--reason" in run("event", "revert", "r2", code=2).stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("load",), "no INPUT was given"),
        (("load", "x.csv", "--date", "2000-13-01"), "not a date"),
        (("load", "x.csv", "--since", "9=2000-01-01"), "LEVEL=DATE"),
        (("load", "x.csv", "--level", "9"), "no level"),
        (("event", "record"), "no FILE was given"),
        (("event", "show", "e0"), "there is no event"),
        (("event", "revert", "r99", "--reason", "x"), "there is no revision 99"),
        (("event", "nonsense"), "there is no command"),
    ],
)
def test_misuse_is_told_in_one_line(run, archive, arguments, words):
    told = run(*arguments, code=2).stderr
    assert words in told
    assert told.count("\n") == 1


def test_doubtful_acts_can_be_left_out(run, archive):
    def act(name, doubtful):
        return {
            "type": "rename", "date": "2010-01-01", "before": [name], "after": [f"新{name}"],
            "proposal": {"confidence": 0.5, "doubtful": doubtful},
        }  # fmt: skip

    document = {"format": "diming.event/1", "events": [act("甲区", False), act("乙县", True)]}
    (archive / "acts.json").write_text(json.dumps(document), encoding="utf-8")
    assert "1 act is marked doubtful" in run("event", "record", "acts.json", "--dry-run").stderr
    sure = run("event", "record", "acts.json", "--sure-only")
    assert "1 act fits" in sure.stdout
    assert sure.stderr == ""
    assert names(run, "2010-01-01") == ["丙县", "乙县", "新甲区"]
