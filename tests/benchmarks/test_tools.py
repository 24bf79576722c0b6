"""The measurements that decide one question each still run, on little data."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from diming.samples import sample

ROOT = Path(__file__).parents[2]


def told(tool: str, *arguments: str) -> str:
    """Run a tool as the README does, and return what it prints."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / tool), *arguments], text=True, check=False,
        capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_reader_reads_every_format(tmp_path):
    file = tmp_path / "readers.json"
    told("readers.py", "--vertices", "2000", "--rounds", "1", "--json", str(file))
    rows = json.loads(file.read_text("utf-8"))["rows"]
    formats = {"GeoPackage", "Shapefile", "GeoJSON", "FlatGeobuf", "GeoParquet"}
    assert {row["format"] for row in rows} == formats
    assert all(row["seconds"] > 0 for row in rows)


def test_starting_is_timed_and_imports_are_named():
    calls, _, imports = told("startup.py", "--rounds", "1").partition("\nimports")
    assert [line.split("  ")[0] for line in calls.splitlines()][:2] == [
        "python alone", "import diming",
    ]  # fmt: skip
    assert " numpy\n" in imports


def test_real_files_become_a_table(tmp_path):
    shutil.copy(sample("chongqing_counties_2019"), tmp_path / "counties.gpkg")
    table = told("real_files.py", str(tmp_path), "--reports", str(tmp_path / "reports"))
    row = table.splitlines()[2].split(" | ")
    assert row[0] == "| counties.gpkg"
    assert (row[1], row[4]) == ("38", "0")
    assert json.loads((tmp_path / "reports" / "counties.gpkg.json").read_text("utf-8"))
