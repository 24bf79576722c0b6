"""Commands that ask an archive: at, where, history, diff."""

import csv
import io
import json

import pyogrio
import pytest
from click.testing import CliRunner

from diming.cli.main import main
from history.scenes import archive


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    path = tmp_path_factory.mktemp("archive") / "档案.gpkg"
    archive(path).close()
    return path


@pytest.fixture
def run(monkeypatch, place):
    for name in ("DIMING_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "DIMING_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DIMING_ARCHIVE", str(place))
    return lambda *arguments, **env: CliRunner().invoke(main, list(map(str, arguments)), env=env)


def refused(result, code=2):
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1].startswith("diming: ")
    return result.stderr


def test_at_gives_geojson(run):
    result = run("at", "2013-07-01", "--level", "乡级")
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert said["format"] == "diming.units/1"
    assert len(said["features"]) == 5
    assert run("at", "2013-07-01", "--format", "json", "--level", "4").stdout == result.stdout
    assert len(json.loads(run("at").stdout)["features"]) == 7


def test_at_known_then(run):
    assert "新域街道" in run("at", "2019-01-01", "--known", "r3", "--format", "text").stdout
    assert "新城街道" in run("at", "2019-01-01", "--format", "text").stdout


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "fgb", "geojson", "csv"])
def test_at_writes_what_gdal_reads(run, tmp_path, suffix):
    output = tmp_path / f"单元.{suffix}"
    assert run("at", "2013-07-01", "--level", 4, "--output", output).exit_code == 0
    if suffix == "csv":
        rows = list(csv.DictReader(io.StringIO(output.read_text("utf-8-sig"))))
        assert rows[0]["code"] == "500101100"
        return
    frame = pyogrio.read_dataframe(output)
    assert sorted(frame["code"]) == [
        "500101100", "500101101", "500201100", "500201200", "500201201",
    ]  # fmt: skip
    assert set(frame["name"]) == {"丁镇", "戊镇", "甲镇", "乙乡", "丙乡"}
    assert frame.geometry.isna().sum() == 1
    assert frame.crs.to_epsg() in (4490, 4326)
    first = output.read_bytes()
    assert run("at", "2013-07-01", "--level", 4, "--output", output).exit_code == 0
    assert suffix == "gpkg" or output.read_bytes() == first
    assert not list(tmp_path.glob(".diming*"))


def test_at_refuses(run, tmp_path, place):
    assert "“2013-13-01” is not a date" in refused(run("at", "2013-13-01"))
    assert "no revision 99" in refused(run("at", "--known", "99"))
    assert "neither a revision" in refused(run("at", "--known", "soon"))
    assert "no level" in refused(run("at", "--level", "9"))
    assert "names no vector format" in refused(run("at", "--output", tmp_path / "a.xyz"))
    assert "name another file" in refused(run("at", "--output", place))
    assert "does not exist" in refused(run("at", "--output", tmp_path / "no" / "a.gpkg"))
    assert "empty" in refused(run("at", "--archive", ""))
    assert "no archive" in refused(run("at", "--archive", tmp_path / "none.gpkg"), 3)


def test_the_archive_may_be_named_before_and_after_the_command(run, place, tmp_path):
    none = tmp_path / "none.gpkg"
    for arguments in (
        ("--archive", place, "at", "2013-07-01"),
        ("at", "2013-07-01", "--archive", place),
        ("--archive", none, "at", "2013-07-01", "--archive", place),
    ):
        assert run(*arguments, DIMING_ARCHIVE=str(none)).exit_code == 0
    assert "--archive" in run("--help").stdout
    assert "--archive" in run("at", "--help").stdout


def test_where(run, tmp_path):
    result = run("where", "106.15", "29.15", "--date", "2013-07-01", "--lang", "zh")
    assert result.exit_code == 0
    assert "乙乡[500201200]" in result.stdout
    assert (
        run("where", "106.15,29.15", "--date", "2013-07-01", "--lang", "zh").stdout == result.stdout
    )
    assert run("where", "-75", "40").exit_code == 0
    said = tmp_path / "a.json"
    run("where", "106.15", "29.15", "--output", said)
    assert json.loads(said.read_text("utf-8"))["format"] == "diming.where/1"


def test_where_refuses(run):
    assert "say where" in refused(run("where"))
    assert "say where" in refused(run("where", "106"))
    assert "longitude comes first" in refused(run("where", "29.1", "106.1"))
    assert "longitude comes first" in refused(run("where", "a", "b"))
    assert "no option --dat" in refused(run("where", "1", "2", "--dat", "3"))
    assert "not both" in refused(run("where", "1", "2", "--points", "a.csv"))
    assert "no such file" in refused(run("where", "--points", "none.csv"), 3)


def test_many_points_and_rows_that_are_bad(run, tmp_path):
    points = tmp_path / "点.csv"
    points.write_text(
        "编号,经度,纬度,日期\n007,106.15,29.15,2013-07-01\n008,106.15,29.15,\n"
        "009,abc,29.15,\n010,106.15,29.15,2013-99-01\n011,206.15,29.15,\n",
        encoding="gb18030",
    )
    result = run("where", "--points", points, "--date", "2019-07-01", "--lang", "en")
    assert result.exit_code == 1
    rows = list(csv.DictReader(io.StringIO(result.stdout.lstrip("\ufeff"))))
    assert [r["编号"] for r in rows] == ["007", "008", "009", "010", "011"]
    assert [r["name_4"] for r in rows] == ["乙乡", "新城街道", "", "", ""]
    assert rows[0]["asked_date"] == "2013-07-01"
    assert rows[2]["remark"] == "经度: “abc” is no number of degrees"
    assert "row 5: 日期: “2013-99-01” is no date" in result.stderr
    assert result.stderr.count("\n") == 3
    said = json.loads(run("where", "--points", points, "--format", "json").stdout)
    assert len(said["points"]) == 5
    assert "csv or json" in refused(run("where", "--points", points, "--format", "text"))
    assert "is an input" in refused(run("where", "--points", points, "--output", points))
    points.write_text("a,b\n1,2\n")
    assert "no columns lon and lat" in refused(run("where", "--points", points), 3)


def test_history(run):
    result = run("history", "新城街道", "--lang", "zh")
    assert result.exit_code == 0
    assert "辖地来源" in result.stdout
    assert json.loads(run("history", "n", "--format", "json").stdout)["unit"]["name"] == "新城街道"
    assert "near to it are: 新城街道[500101003]" in refused(run("history", "新城"))
    assert "was no unit on 2019-07-01" in refused(run("history", "乙乡", "--date", "2019-07-01"))
    assert "UNIT is missing" in refused(run("history"))


def test_history_of_several_lists_them(run, tmp_path):
    from history.memory import Belief, recorded

    b = Belief()
    for n in (1, 2):
        b.unit(f"w{n}", f"第{n}县", code=f"50020{n}")
        b.unit(f"x{n}", "兴隆镇", parent=f"w{n}", code=f"50020{n}100")
    recorded(b, place=tmp_path / "b.gpkg").close()
    result = run("history", "兴隆镇", "--archive", tmp_path / "b.gpkg")
    said = refused(result)
    assert "means 2 units" in said
    for text in ("500201100", "第1县[500201]", "x1", "500202100", "第2县[500202]", "x2"):
        assert text in said
    assert run("history", "第2县/兴隆镇", "--archive", tmp_path / "b.gpkg").exit_code == 0


def test_diff(run, tmp_path):
    result = run("diff", "2013-07-01", "2021-07-01", "--lang", "zh")
    assert result.exit_code == 0
    assert "43.16 km²" in result.stdout
    page = tmp_path / "对比.html"
    assert run("diff", "2013-07-01", "2021-07-01", "--output", page).exit_code == 0
    assert page.read_text("utf-8").startswith("<!doctype html>")
    by_revision = run("diff", "r3", "r4", "--date", "2019-07-01").stdout
    assert "新域街道[500201002] → 新城街道[500201002]" in by_revision
    known = run("diff", "--known", "r3", "--known", "r4", "--date", "2019-07-01").stdout
    assert known == by_revision
    both = run("diff", "2019-07-01", "2019-07-01", "--known", "3", "--known", "4").stdout
    assert both == by_revision


def test_diff_refuses(run):
    assert "say what to compare" in refused(run("diff"))
    assert "say what to compare" in refused(run("diff", "2013-07-01"))
    assert "not a date" in refused(run("diff", "2013-07-01", "later"))
    assert "of one kind" in refused(run("diff", "2013-07-01", "r3"))
    assert "are the same" in refused(run("diff", "2013-07-01", "2013-07-01"))
    assert "given already" in refused(run("diff", "r3", "r4", "--known", "r3"))
    assert "given already" in refused(
        run("diff", "2013-07-01", "2014-07-01", "--date", "2015-01-01")
    )
    assert "twice at most" in refused(run("diff", *["--known", "r3"] * 3))


@pytest.mark.parametrize("command", ["at", "where", "history", "diff"])
def test_help_in_both_languages(run, command):
    assert "Options:" in run(command, "--help").stdout
    chinese = run(command, "--help", "--lang", "zh").stdout
    assert "选项：" in chinese
    assert "档案" in chinese
