"""``diming check``: what it asks for, where results go, how it exits."""

import csv
import io
import json
import os
import subprocess
import sys
import types

import pytest
from click.testing import CliRunner

from diming.cli.main import main
from diming.model.finding import Severity

from ..present.worlds import EXEMPTION, OVERLAP, finding, input_record, report


@pytest.fixture
def service(monkeypatch):
    """Stand in for the check; remembers its calls and returns `service.report`."""
    stand_in = types.SimpleNamespace(calls=[], report=report(OVERLAP), error=None)

    def check_files(inputs, **settings):
        stand_in.calls.append((inputs, settings))
        if stand_in.error:
            raise stand_in.error
        return stand_in.report

    module = types.ModuleType("diming.services.check")
    module.check_files = check_files
    monkeypatch.setitem(sys.modules, "diming.services.check", module)
    return stand_in


def run(*arguments):
    return CliRunner().invoke(main, ["check", "--lang", "en", *map(str, arguments)])


def test_every_option_reaches_the_service(service):
    result = run(
        *("a.gpkg", "b.shp", "--layer", "town", "--field", "code=DM", "--field", "name=MC"),
        *("--crs", "EPSG:4545", "--encoding", "GB18030", "--code-system", "nbs"),
        *("--date", "2024-12-31", "--parents", "p.gpkg", "--reference", "r.gpkg"),
        *("--gap-width-m", "2.5", "--tolerance-m", "0.01", "--rule", "overlap,gap"),
        *("--rule", "spike", "--skip", "void", "--exceptions", "e.csv", "--jobs", "2"),
    )
    assert result.exit_code == 1, result.stderr
    ((inputs, given),) = service.calls
    assert inputs == ("a.gpkg", "b.shp")
    settings, read = given["settings"], given["read"]
    assert settings.gap_width_m == 2.5
    assert settings.tolerance_m == 0.01
    assert settings.rules == ("overlap", "gap", "spike")
    assert settings.skip == ("void",)
    assert settings.code_system == "nbs"
    assert settings.date.isoformat() == "2024-12-31"
    assert read.layer == "town"
    assert dict(read.fields) == {"code": "DM", "name": "MC"}
    assert read.encoding == "GB18030"
    assert given["jobs"] == 2
    assert given["parents"] == ("p.gpkg",)
    assert given["reference"] == "r.gpkg"
    assert given["exceptions"] == "e.csv"
    assert given["crs"] == "EPSG:4545"
    assert given["backdrop"] is False
    assert callable(given["progress"])


@pytest.mark.parametrize(
    ("findings", "fail_on", "code"),
    [
        ((), "error", 0),
        ((OVERLAP,), "error", 1),
        ((finding("spike", "warning"),), "error", 0),
        ((finding("spike", "warning"),), "warning", 1),
        ((finding("void", "info"),), "warning", 0),
        ((finding("gap", excepted_by=EXEMPTION),), "error", 0),
    ],
)
def test_exit_code_follows_fail_on(service, findings, fail_on, code):
    service.report = report(*findings)
    assert run("x", "--fail-on", fail_on).exit_code == code
    assert Severity(fail_on)


def test_formats_on_stdout(service):
    assert "overlap by 812.4 m²" in run("x").stdout
    assert json.loads(run("x", "--format", "json").stdout)["format"] == "diming.report/1"
    assert json.loads(run("x", "--format", "geojson").stdout)["type"] == "FeatureCollection"
    table = run("x", "--format", "csv").stdout.lstrip("\ufeff")
    assert next(csv.DictReader(io.StringIO(table)))["rule"] == "overlap"


def test_html_is_made_by_the_page(service, monkeypatch):
    page = types.ModuleType("diming.present.page")
    page.render_page = lambda report, lang: f"<html lang={lang}>"
    monkeypatch.setitem(sys.modules, "diming.present.page", page)
    assert run("x", "--format", "html").stdout == "<html lang=en>"
    assert service.calls[0][1]["backdrop"] is True


@pytest.mark.parametrize(
    ("name", "start"),
    [("r.json", "{"), ("r.CSV", "\ufeffid,"), ("r.geojson", '{"type"'), ("r.txt", "diming 0.1.0")],
)
def test_output_names_the_format(service, tmp_path, name, start):
    result = run("x", "--output", tmp_path / name)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_format_outranks_the_suffix(service, tmp_path):
    run("x", "--output", tmp_path / "r.json", "--format", "text")
    assert (tmp_path / "r.json").read_text(encoding="utf-8").startswith("diming")


def test_output_replaces_an_old_report_through_a_link(service, tmp_path):
    (tmp_path / "old.json").write_text("old")
    (tmp_path / "old.json").chmod(0o640)
    (tmp_path / "link.json").symlink_to(tmp_path / "old.json")
    assert run("x", "--output", tmp_path / "link.json").exit_code == 1
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "old.json").read_text(encoding="utf-8").startswith("{")
    assert (tmp_path / "old.json").stat().st_mode & 0o777 == 0o640


def complaint(result):
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    return result.stderr


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (["town.geojson"], "town.geojson"),
        (["town.geojson:layer"], "town.geojson"),
        (["*.geojson"], "town.geojson"),
        (["x", "--parents", "town.geojson"], "town.geojson"),
        (["x", "--reference", "town.geojson"], "./town.geojson"),
        (["x", "--exceptions", "town.geojson"], "town.geojson"),
        (["town.shp"], "town.dbf"),
    ],
)
def test_an_input_is_never_overwritten(service, tmp_path, monkeypatch, arguments, output):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "town.geojson").write_text("precious")
    (tmp_path / "town.shp").write_text("precious")
    assert "is an input" in complaint(run(*arguments, "--output", output))
    assert (tmp_path / "town.geojson").read_text() == "precious"
    assert service.calls == []


def test_a_file_of_an_input_folder_is_not_overwritten(service, tmp_path):
    town = tmp_path / "town.geojson"
    town.write_text("precious")
    service.report = report(OVERLAP, inputs=(input_record(str(town)), input_record("b")))
    assert "is an input" in complaint(run(tmp_path, "--output", town))
    assert town.read_text() == "precious"


def test_an_output_that_cannot_be_written_is_one_sentence(service, tmp_path, monkeypatch):
    assert "is a folder" in complaint(run("x", "--output", tmp_path))
    assert "does not exist" in complaint(run("x", "--output", tmp_path / "no" / "r.json"))
    assert service.calls == []

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run("x", "--output", tmp_path / "r.json")
    assert "cannot be written: No space left on device" in complaint(result)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "output"),
    [
        ("a.gpkg", "a.gpkg-wal"),
        ("a.gpkg", "a.gpkg-journal"),
        ("a.gpkg:town", "a.gpkg-shm"),
        ("a.gpkg", "a.gpkg.aux.xml"),
        ("a.shp", "a.shp.xml"),
        ("a.shp", "a.qpj"),
        ("a.gdb", "a.gdb/a00000001.gdbtable"),
        ("a.gpkg", "link"),
    ],
)
def test_what_belongs_to_an_input_is_not_written(service, tmp_path, monkeypatch, given, output):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.gpkg").touch()
    (tmp_path / "a.shp").touch()
    (tmp_path / "a.gdb").mkdir()
    (tmp_path / "link").symlink_to("a.gpkg-wal")
    assert "is an input" in complaint(run(given, "--output", output))
    assert service.calls == []


def test_a_name_too_long_is_told_before_the_work(service, tmp_path):
    assert "cannot be written: File name too long" in complaint(
        run("x", "--output", tmp_path / ("报" * 300))
    )
    assert service.calls == []


def test_a_working_directory_that_is_gone(service, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert "cannot be written" in complaint(run("/x", "--output", "r.json"))
    assert service.calls == []


@pytest.mark.parametrize(
    "name", ["--crs", "--reference", "--exceptions", "--layer", "--output", "--parents"]
)
def test_an_empty_value_is_a_slip(service, name):
    assert f"{name} is empty" in complaint(run("x", name, ""))
    assert "INPUT is empty" in complaint(run("x", ""))
    assert service.calls == []


def test_output_to_a_device(service):
    assert run("x", "--output", os.devnull).exit_code == 1


def test_a_reader_that_leaves_early_is_silent():
    code = (
        "import sys, types, io\n"
        "from diming.cli import output\n"
        "output.write_stdout('x' * 10_000_000, utf8=True)\n"
        "sys.exit(1)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    process.stdout.read(10)
    process.stdout.close()
    with process.stderr as stderr:
        assert stderr.read() == b""
    assert process.wait() == 1
