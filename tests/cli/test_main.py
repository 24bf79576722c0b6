"""The command line as a whole: versions, help, complaints, exit codes."""

import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from diming import errors
from diming.cli.failures import exit_code, sentence
from diming.cli.main import main
from diming.samples import sample


@pytest.fixture
def run(monkeypatch):
    for name in ("DIMING_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "DIMING_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return lambda *arguments, **env: CliRunner().invoke(main, list(arguments), env=env)


def python(code, *arguments, **env):
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "LANG": "C.UTF-8", **env},
        check=False,
    )


def one_line(result):
    assert result.stdout == ""
    assert result.stderr.startswith("diming: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_version_tells_both_gdals():
    result = python("from diming.cli.main import main; main()", "--version")
    assert result.returncode == 0
    lines = dict(line.split(" ", 1) for line in result.stdout.splitlines())
    assert "GDAL" in lines["fiona"]
    assert "GDAL" in lines["pyogrio"]
    assert "GEOS" in lines["shapely"]
    assert "PROJ" in lines["pyproj"]
    assert set(lines) >= {"diming", "Python", "numpy", "click"}


def test_help_in_both_languages(run):
    english = run("check", "--help")
    assert english.exit_code == 0
    assert "Usage: diming check [OPTIONS] INPUT..." in english.stdout
    chinese = run("check", "--lang", "zh", "--help")
    assert "用法： diming check [选项] INPUT..." in chinese.stdout
    assert "选项：" in chinese.stdout
    assert run("check", "--help", "--lang=zh").stdout == chinese.stdout
    assert run("--lang", "zh", "check", "--help").stdout == chinese.stdout
    assert run("check", "--help", LANG="zh_CN.UTF-8").stdout == chinese.stdout
    assert "检查界线成果文件" in run("--help", LANG="zh_CN.UTF-8").stdout


def test_every_option_has_help_in_chinese(run):
    for line in run("check", "--lang", "zh", "--help").stdout.split("选项：")[1].splitlines():
        if line.startswith("  --"):
            assert any("一" <= c <= "鿿" for c in line), line


def test_without_a_command_help_goes_to_stderr(run):
    result = run()
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Commands:" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["chekc"], "no command “chekc”"),
        (["check"], "no INPUT was given"),
        (["check", "--fo", "x"], "no option --fo; did you mean --fail-on?"),
        (["--nonsense"], "no option --nonsense"),
        (["check", "x", "--crs"], "--crs lacks its value"),
        (["check", "x", "--rule", "overlp"], "did you mean “overlap”?"),
        (["check", "x", "--skip", "zzz"], "is not one of: unreadable-record"),
        (["check", "x", "--gap-width-m", "-1"], "not a length in metres"),
        (["check", "x", "--tolerance-m", "nan"], "not a length in metres"),
        (["check", "x", "--jobs", "0"], "not a whole number"),
        (["check", "x", "--date", "2024-13-01"], "not a date"),
        (["check", "x", "--field", "kode=X"], "ROLE=COLUMN"),
        (["check", "x", "--format", "pdf"], "not one of: text"),
        (["check", "x", "--lang", "fr"], "not one of: zh"),
    ],
)
def test_a_malformed_call_is_one_line_and_2(run, arguments, part):
    result = run(*arguments)
    assert part in one_line(result)
    assert result.exit_code == 2


def test_complaints_speak_chinese(run):
    assert "没有选项 --fo" in one_line(run("check", "--fo", "x", "--lang", "zh"))
    assert "未给出 INPUT" in one_line(run("check", LANG="zh_CN.UTF-8"))


def test_hostile_arguments_are_made_visible(run):
    result = run("check", "x", "--format", "\x1b[2J\u202e")
    assert "\\u001b[2J\\u202e" in one_line(result)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UsageError("x"), 2),
        (errors.UnreadableInput("x"), 3),
        (errors.Conflict("x"), 4),
        (errors.EnvironmentLacks("x"), 5),
        (click.UsageError("x"), 2),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (BrokenPipeError(), 0),
        (RuntimeError("x"), 70),
        (MemoryError(), 70),
    ],
)
def test_table_of_exit_codes(error, code):
    assert exit_code(error) == code
    assert "\n" not in sentence(error, "en")
    assert sentence(error, "zh")


def raising(monkeypatch, error):
    def invoke(*_):
        raise error

    monkeypatch.setattr(click.Group, "invoke", invoke)


def test_an_unexpected_failure_asks_for_a_report(run, monkeypatch):
    raising(monkeypatch, RuntimeError("some\nthing"))
    result = run("check", "x")
    assert result.exit_code == 70
    assert "RuntimeError: some\\nthing" in one_line(result)
    assert "--debug" in result.stderr


@pytest.mark.parametrize(("arguments", "env"), [(["--debug"], {}), ([], {"DIMING_DEBUG": "1"})])
def test_debug_shows_the_traceback(run, monkeypatch, arguments, env):
    raising(monkeypatch, RuntimeError("something"))
    result = run(*arguments, "check", "x", **env)
    assert result.exit_code == 70
    assert "Traceback" in result.stderr


def test_an_interrupt_is_130(run, monkeypatch):
    raising(monkeypatch, KeyboardInterrupt())
    result = run("check", "x")
    assert result.exit_code == 130
    assert "Traceback" not in result.stderr


def test_starting_imports_nothing_slow():
    code = (
        "import sys\n"
        "from diming.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "slow = {'pandas', 'geopandas', 'folium', 'matplotlib', 'fiona', 'shapely', 'numpy',\n"
        "        'scipy', 'pyogrio', 'pyproj', 'pyarrow'}\n"
        "print(sorted(slow & set(sys.modules)), file=sys.stderr)\n"
    )
    assert python(code, "check", "--help").stderr.strip() == "[]"
    assert python(code, "--help").stderr.strip() == "[]"
    alone = "import sys, diming; print(sorted({'click', 'numpy'} & set(sys.modules)))"
    assert python(alone).stdout.strip() == "[]"


def test_a_check_imports_no_pandas_and_leaves_pyogrio_whole():
    code = (
        "import sys\n"
        "from diming.cli.main import main\n"
        "try: main()\n"
        "except SystemExit as end: code = end.code\n"
        "slow = {'pandas', 'geopandas', 'pyarrow', 'folium', 'matplotlib', 'fiona'}\n"
        "print(code, sorted(slow & set(sys.modules)), file=sys.stderr)\n"
        "import pyogrio, pyogrio._compat as known, pandas, geopandas, pyarrow\n"
        "table = pyogrio.read_dataframe(sys.argv[2])\n"
        "arrow = pyogrio.read_dataframe(sys.argv[2], use_arrow=True)\n"
        "print(type(table) is geopandas.GeoDataFrame, len(table) == len(arrow),\n"
        "      known.PANDAS_GE_22, known.HAS_PYARROW, known.HAS_GEOPANDAS, file=sys.stderr)\n"
    )
    told = python(
        code, "check", str(sample("chongqing_counties_2019")), "--quiet"
    ).stderr.splitlines()
    assert told == ["0 []", "True True True True True"]


def test_formats_import_no_pandas():
    code = (
        "import sys\n"
        "import diming.present.text, diming.present.report_json, diming.present.report_csv\n"
        "import diming.present.report_geojson, diming.cli.check, diming.cli.output\n"
        "slow = {'pandas', 'geopandas', 'folium', 'matplotlib', 'fiona'}\n"
        "print(sorted(slow & set(sys.modules)))\n"
    )
    assert python(code).stdout.strip() == "[]"


def test_commands_on_an_archive_import_what_they_need_and_no_more(tmp_path):
    place = str(tmp_path / "a.gpkg")
    counties = str(sample("chongqing_counties_2019"))
    code = (
        "import sys\n"
        "from diming.cli.main import main\n"
        "sys.argv[0] = 'diming'\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "slow = {'pandas', 'geopandas', 'pyarrow', 'folium', 'fiona', 'scipy', 'pyogrio'}\n"
        "print(*sorted(slow & set(sys.modules)), file=sys.stderr)\n"
    )

    def imported(*arguments):
        told = python(code, *arguments, "--archive", place, "--quiet").stderr
        return told.splitlines()[-1]

    assert imported("init") == ""
    assert imported("load", counties, "--date", "2019-12-31", "--level", "3") == "pyogrio"
    assert imported("check") == "pyogrio"
    assert imported("at", "2020-01-01", "--output", str(tmp_path / "x.fgb")) == "pyogrio"
    for plain in (
        ["at", "2020-01-01"],
        ["where", "106.5", "29.5"],
        ["history", "江津区"],
        ["diff", "2020-01-01", "2020-01-02"],
        ["event", "list"],
        ["log"],
    ):
        assert imported(*plain) == "", plain


def test_commands_on_names_import_what_they_need_and_no_more(tmp_path):
    place = str(tmp_path / "a.gpkg")
    table = str(sample("office_table_illustrative"))
    code = (
        "import sys\n"
        "from diming.cli.main import main\n"
        "sys.argv[0] = 'diming'\n"
        "try: main()\n"
        "except SystemExit as end: assert end.code in (0, None, 1), end.code\n"
        "slow = {'pandas', 'geopandas', 'pyarrow', 'folium', 'fiona', 'scipy', 'pyogrio',\n"
        "        'openpyxl', 'docx', 'jinja2', 'edtf', 'pypinyin', 'opencc', 'rapidfuzz'}\n"
        "print(*sorted(slow & set(sys.modules)), file=sys.stderr)\n"
    )

    def imported(*arguments):
        told = python(code, *arguments, "--archive", place, "--quiet").stderr
        return told.splitlines()[-1]

    assert imported("init") == ""
    # Keys of names are made of readings, in one spelling.
    assert imported("names", "import", table) == "opencc pypinyin"
    assert imported("names", "search", "朝天门") == "opencc rapidfuzz"
    assert imported("names", "check", "测试路") == "opencc"
    for plain in (
        ["names", "list"],
        ["names", "counts"],
        ["names", "applications", "list"],
        ["names", "signs", "add", "--text", "测试路"],
        ["names", "export", str(tmp_path / "x.csv")],
    ):
        assert imported(*plain) == "", plain
    assert imported("names", "export", str(tmp_path / "x.xlsx")) == "openpyxl"
    # Spelling a name needs no geometry.
    spelling = python(code.replace("'scipy'", "'numpy', 'shapely'"), "names", "romanise", "朝天门")
    assert spelling.stderr.splitlines()[-1] == "opencc"
