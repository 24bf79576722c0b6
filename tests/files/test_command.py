"""From end to end: one line on stderr, exit code 3, no traceback."""

import subprocess
import sys
import zipfile

import pytest

from files.makers import collection, geojson, points, polygon, shapefile, table, write


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-c", "from diming.cli.main import main; main()", *map(str, arguments)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def spoilt(folder):
    (folder / "empty").mkdir()
    (folder / "zero.gpkg").write_bytes(b"")
    (folder / "noise.shp").write_bytes(bytes(range(256)))
    (folder / "cut.geojson").write_text('{"type": "FeatureCollection", "features": [')
    (folder / "bad.zip").write_bytes(b"PK\3\4")
    with zipfile.ZipFile(folder / "none.zip", "w") as archive:
        archive.writestr("a.txt", "")
    write(folder / "points.gpkg", points())
    write(folder / "whole.gpkg", layer="county")
    shapefile(folder / "nodbf.shp").with_suffix(".dbf").unlink()
    shapefile(folder / "noprj.shp").with_suffix(".prj").unlink()
    table().drop(columns="geometry").to_parquet(folder / "plain.parquet")


@pytest.mark.parametrize("name", [
    "missing.gpkg", "empty", "zero.gpkg", "noise.shp", "cut.geojson", "bad.zip", "none.zip",
    "points.gpkg", "whole.gpkg:no", "nodbf.shp", "noprj.shp", "plain.parquet", "*.xyz",
])  # fmt: skip
def test_unreadable(tmp_path, name):
    spoilt(tmp_path)
    for lang in ("en", "zh"):
        done = run("check", f"{tmp_path}/{name}", "--lang", lang, "--quiet")
        assert done.returncode == 3, done.stderr
        assert done.stdout == ""
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert done.stderr.startswith("diming: ")
        assert "Traceback" not in done.stderr


def test_an_encoding_that_is_none(tmp_path):
    done = run("check", shapefile(tmp_path / "x.shp"), "--encoding", "klingon", "--quiet")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_spoilt_records_are_findings(tmp_path):
    nan = {"type": "Polygon", "coordinates": [[[float("nan"), 1], [1, 1], [1, 2], [1, 1]]]}
    file = geojson(tmp_path / "x.geojson", collection(polygon(), nan, None, polygon(1)))
    done = run("check", file, "--lang", "en", "--quiet")
    assert done.returncode == 1, done.stderr
    assert done.stderr == ""
    assert "第1镇" in done.stdout
