"""What a hostile or clumsy user does to the archive's commands: one sentence, the right code."""

import json
import sqlite3

import pytest
from click.testing import CliRunner

from diming.cli.main import main


@pytest.fixture
def run(monkeypatch, tmp_path):
    for name in ("DIMING_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "DIMING_ARCHIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return lambda *arguments, **env: CliRunner().invoke(main, list(arguments), env=env)


def refused(result, code=2):
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("diming: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


@pytest.mark.parametrize(
    ("place", "code", "said"),
    [
        ("http://host/x", 2, "no place for an archive"),
        ("a\0b", 2, "cannot be the name of a file"),
        ("a" * 300, 3, "cannot be read"),
        ("nothing.gpkg/x.gpkg", 3, "there is no archive"),
        (".", 3, "is a folder"),
    ],
)
def test_places_that_are_none(run, place, code, said):
    for command in (["info"], ["verify"], ["at"], ["where", "106", "29"], ["event", "list"]):
        assert said in refused(run(*command, "--archive", place), code)
    assert "意外" not in refused(run("info", "--lang", "zh", "--archive", place), code)


def test_a_refused_init_leaves_nothing(run, tmp_path):
    for extra, said in (
        (["--reader", "bob"], "rights to files are given by the system"),
        (["--crs", "nonsense"], "not understood"),
        (["--author", "\udcff"], "cannot be stored"),
        (["x", "y"], "“x y” is one argument too many"),
    ):
        result = run("init", "--archive", "a.gpkg", *extra)
        assert said in result.stderr and result.exit_code in (2, 3)
        assert not list(tmp_path.iterdir())
    assert "name a file" in refused(run("init", "--archive", ":memory:"))
    assert "多余的参数" in run("init", "x", "--lang", "zh").stderr


def test_times_at_the_ends_of_the_calendar(run):
    assert run("init", "--archive", "a.gpkg").exit_code == 0
    for known in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        said = refused(run("at", "--known", known, "--archive", "a.gpkg"))
        assert "neither a revision" in said
    result = run("at", "--known", "9999-12-31", "--archive", "a.gpkg")
    assert json.loads(result.stdout)["revision"] == 1


@pytest.fixture
def towns(run, tmp_path):
    """An archive of a county and two townships, without shapes."""
    (tmp_path / "t.csv").write_text(
        "code,name,kind\n500101,万州区,市辖区\n500101201,甲乡,乡\n500101202,乙乡,乡\n",
        encoding="utf-8",
    )
    assert run("init").exit_code == 0
    assert run("load", "t.csv", "--date", "2000-01-01").exit_code == 0
    return tmp_path / "diming.gpkg"


def test_no_output_may_be_the_archive_or_an_input(run, tmp_path, towns):
    (tmp_path / "t2.csv").write_text(
        "code,name,kind\n500101201,丙乡,乡\n500101202,乙乡,乡\n", encoding="utf-8"
    )
    (tmp_path / "e.csv").write_text(
        "date,event_type,units_before,units_after\n2010,rename,无乡,有乡\n", encoding="utf-8"
    )
    before = towns.read_bytes()
    for target, said in (
        ("diming.gpkg", "is an input"),
        ("t2.csv", "is an input"),
        ("none/x.json", "does not exist"),
        ("", "is empty"),
    ):
        load = run("load", "t2.csv", "--date", "2005-01-01", "--output", target)
        assert said in refused(load)
        given = "e.csv" if target == "t2.csv" else target
        assert said in refused(run("event", "record", "e.csv", "--refused", given))
    assert towns.read_bytes() == before
    assert run("load", "t2.csv", "--date", "2005-01-01", "--output", "x.json").exit_code == 1
    assert "rename" in (tmp_path / "x.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("merge,甲乡;甲乡[500101201],丙乡[500101203]", "named twice"),
        ("merge,甲乡;甲乡,丙乡[500101203]", "named twice"),
        ("abolish,甲乡,~甲乡", "cannot take ground"),
        ("boundary,~甲乡,~甲乡", "no ground passes"),
        ("transfer,甲乡,万州区/甲乡", "lies below 万州区 (500101) already"),
        ("rename,甲乡,丙\u202e乡", "control character"),
    ],
)
def test_acts_that_do_nothing_or_twice_are_refused(run, tmp_path, towns, row, said):
    text = f"date,event_type,units_before,units_after\n2010-01-01,{row}\n"
    (tmp_path / "e.csv").write_text(text, encoding="utf-8")
    before = towns.read_bytes()
    result = run("event", "record", "e.csv")
    assert result.exit_code in (3, 4)
    assert said in " ".join(result.output.split())
    assert towns.read_bytes() == before


def test_a_conversion_that_says_nothing_of_its_own_ground_is_refused(run, tmp_path, towns):
    act = {
        "format": "diming.event/1", "type": "convert", "date": "2010-01-01",
        "before": ["甲乡[500101201]"], "after": ["甲镇[500101101]"],
        "territory": [{"giver": "乙乡", "taker": "甲镇[500101101]", "kind": "whole"}],
    }  # fmt: skip
    (tmp_path / "e.json").write_text(json.dumps(act), encoding="utf-8")
    result = run("event", "record", "e.json")
    assert result.exit_code in (0, 4)
    assert run("verify").exit_code == 0


@pytest.mark.parametrize("name", ["东\u202e区", "东\n区", "长" * 300])
def test_shapes_have_names_that_acts_can_write(run, tmp_path, name):
    ring = [[106, 29], [106.1, 29], [106.1, 29.1], [106, 29]]
    layer = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": "500101", "name": name},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        ],
    }
    (tmp_path / "g.geojson").write_text(json.dumps(layer), encoding="utf-8")
    assert run("init").exit_code == 0
    said = refused(run("load", "g.geojson", "--date", "2000-01-01", "--unchecked"), 3)
    assert "g.geojson#" in said and "control characters" in said
    assert '"revision": 1' in run("at").stdout


def test_a_load_without_a_date_says_what_to_give(run, towns):
    assert "--date" in refused(run("load", "t.csv"), 3)


def test_a_backup_is_another_file(run, tmp_path, towns):
    before = towns.read_bytes()
    (tmp_path / "link.gpkg").hardlink_to(towns)
    for target, said in (
        ("diming.gpkg", "is the archive itself"),
        ("link.gpkg", "is the archive itself"),
        ("", "is none"),
        ("-", "is none"),
        ("a\0b", "is none"),
        ("postgresql://h/x", "is none"),
        ("none/x.gpkg", "no folder"),
    ):
        assert said in refused(run("backup", target, "--overwrite"))
    assert towns.read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE version SET name = x'ff00' WHERE level = 4",
        "UPDATE version SET level = 'x' WHERE level = 4",
        "UPDATE revision SET recorded = 'garbage' WHERE number = 2",
        "UPDATE revision SET author = x'00ff'",
        "UPDATE version SET begin_day = 'garbage'",
        "UPDATE event SET payload = 'garbage'",
        "UPDATE setting SET value = 'nonsense'",
        "DELETE FROM diming_layout",
        "UPDATE diming_layout SET version = -1",
        "DELETE FROM revision",
    ],
)
def test_a_tampered_archive_is_said_to_be_damaged(run, tmp_path, towns, change):
    (tmp_path / "e.csv").write_text(
        "date,event_type,units_before,units_after\n2010-01-01,rename,甲乡,丙乡\n", encoding="utf-8"
    )
    assert run("event", "record", "e.csv").exit_code == 0
    base = sqlite3.connect(towns, isolation_level=None)
    for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        base.execute(f"DROP TRIGGER {name}")
    base.execute(change)
    base.close()
    result = run("verify")
    assert result.exit_code in (1, 3), result.output
    for command in (
        ["info"], ["log"], ["at"], ["at", "--format", "text"], ["history", "乙乡"],
        ["diff", "2001-01-01", "2011-01-01"], ["where", "106", "29"], ["event", "list"],
        ["check"], ["event", "revert", "r3", "--reason", "x"], ["backup", "b.gpkg", "--overwrite"],
    ):  # fmt: skip
        for lang in ("en", "zh"):
            result = run(*command, "--lang", lang)
            assert result.exit_code in (0, 1, 2, 3, 4), (command, result.output)
            assert "unexpected failure" not in result.output
            assert "意外" not in result.output


def test_points_on_the_last_day_of_the_calendar(run, tmp_path, towns):
    assert "is empty" in refused(run("where", "--points", ""))
    (tmp_path / "p.csv").write_text("lon,lat,date\n106,29,9999-12-31\n", encoding="utf-8")
    one = run("where", "106", "29", "--date", "9999-12-31", "--lang", "en")
    many = run("where", "--points", "p.csv", "--lang", "en")
    assert "not known" in one.stdout and "not known" in many.stdout
