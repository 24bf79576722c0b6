"""What a hostile or clumsy user does to the archive's commands: one sentence, the right code."""

import json

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
