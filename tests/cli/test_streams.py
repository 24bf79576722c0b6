"""Standard streams that are closed or full: the exit code stays true, nobody sees a traceback."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from worlds import Grid

COMMAND = f"{shlex.quote(sys.executable)} -c 'from diming.cli.main import main; main()'"

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("streams")
    world = Grid(2, 2)
    world.bump_east(0, 0, 0.5)
    world.table().to_file(place / "a.gpkg")
    return place


def shell(folder, line):
    return subprocess.run(
        ["sh", "-c", line.replace("diming", COMMAND)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "LC_ALL": "C.UTF-8"},
        check=False,
    )


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("diming check nothing 2>/dev/full", 3),
        ("diming check nothing 2>&-", 3),
        ("diming check nothing --debug 2>/dev/full", 3),
        ("diming 2>/dev/full", 2),
        ("diming 2>&-", 2),
        ("diming check a.gpkg --output r.txt <&- >&- 2>&-", 1),
        ("diming check a.gpkg --output r.txt >/dev/full 2>/dev/full", 1),
        ("diming check a.gpkg <&- >&- 2>&-", 2),
    ],
)
def test_the_exit_code_survives_streams_that_take_nothing(folder, line, code):
    result = shell(folder, line)
    assert (result.stdout, result.stderr) == ("", "")
    assert result.returncode == code


@pytest.mark.parametrize("where", [">&-", ">/dev/full"])
@pytest.mark.parametrize(
    "arguments",
    ["check a.gpkg", "check a.gpkg --format json", "--help", "check --help", "--version", "demo d"],
)
def test_what_cannot_be_delivered_is_one_sentence(folder, arguments, where):
    result = shell(folder, f"diming {arguments} {where}")
    assert result.stderr.startswith("diming: stdout cannot be written: ")
    assert result.stderr.count("\n") == 1
    assert result.returncode == 2


def test_a_report_survives_a_closed_stdin(folder):
    result = shell(folder, "diming check a.gpkg <&- 2>&-")
    assert result.returncode == 1
    assert "overlap" in result.stdout.lower()
