"""Which files inputs mean: files, folders, patterns, layers."""

import os
import shutil

import pytest

from diming.errors import UnreadableInput
from diming.files.discover import expand
from files.makers import (
    collection,
    geojson,
    polygon,
    read_all,
    read_one,
    shapefile,
    table,
    write,
    zipped,
)  # fmt: skip


def names(*inputs):
    return [s.file.name for s in expand([str(i) for i in inputs])]


def test_folders_are_searched(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    write(tmp_path / "a" / "b" / "y.geojson")
    write(tmp_path / "x.gpkg")
    shapefile(tmp_path / "a" / "z.SHP".lower())
    (tmp_path / "a" / "readme.txt").write_text("no")
    (tmp_path / "a" / ".hidden.geojson").write_text("no")
    assert sorted(names(tmp_path)) == ["x.gpkg", "y.geojson", "z.shp"]
    assert len(read_all(tmp_path)) == 3


def test_patterns(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "docs").mkdir()
    write(tmp_path / "x.gpkg", layer="county")
    write(tmp_path / "a" / "y.gpkg", layer="county")
    (tmp_path / "readme.txt").write_text("no")
    assert names(tmp_path / "*.gpkg") == ["x.gpkg"]
    assert sorted(names(tmp_path / "**" / "*.gpkg")) == ["x.gpkg", "y.gpkg"]
    assert sorted(names(tmp_path / "*")) == ["x.gpkg", "y.gpkg"]
    found = read_all(f"{tmp_path}/**/*.gpkg:county")
    assert [d.layer for d in found] == ["county", "county"]


@pytest.mark.parametrize("pattern", ["*.shp", "no/*", "*.txt", "[x"])
def test_patterns_that_match_nothing_to_read(tmp_path, pattern):
    (tmp_path / "readme.txt").write_text("no")
    with pytest.raises(UnreadableInput):
        read_all(tmp_path / pattern)


def test_read_once_however_often_named(tmp_path):
    file = write(tmp_path / "x.gpkg", layer="county")
    (tmp_path / "link.gpkg").symlink_to(file)
    inputs = [file, tmp_path, f"{tmp_path}/*.gpkg", tmp_path / "link.gpkg", f"{tmp_path}/./x.gpkg"]
    assert len(read_all(*inputs)) == 1


@pytest.mark.parametrize("name", ["a:b.geojson", "C:x.gpkg", "zip:x.gpkg", "a:b:c.shp", "x.gpkg:y"])
def test_colons_in_names(tmp_path, name, monkeypatch):
    made = write(
        tmp_path / ("made." + ("gpkg" if name.endswith("y") else name[-7:].split(".")[-1]))
    )
    for each in list(tmp_path.iterdir()):
        target = name if not name.endswith(".shp") else name[:-4] + each.suffix
        each.rename(tmp_path / target)
    assert not made.exists()
    assert read_one(tmp_path / name).declared == 3
    monkeypatch.chdir(tmp_path)
    assert read_one(name).declared == 3


def test_a_layer_of_a_file_with_a_colon(tmp_path):
    write(tmp_path / "made.gpkg", layer="a:b").rename(tmp_path / "x:y.gpkg")
    assert read_one(f"{tmp_path}/x:y.gpkg:a:b").layer == "a:b"


@pytest.mark.parametrize("name", [
    "a b.geojson", "a#b.geojson", "a?b.geojson", "a!b.geojson", "a%20b.geojson", "[a].geojson",
    "-x.geojson", "a&b.geojson", "a'b.geojson", "重庆|x.geojson", "x.zip!y.geojson",
    "vsi.geojson", "GPKG:x.geojson",
])  # fmt: skip
def test_unusual_names(tmp_path, name, monkeypatch):
    open_ring = {"type": "Polygon", "coordinates": [polygon(1)["coordinates"][0][:-1]]}
    file = geojson(tmp_path / name, collection(polygon(), open_ring))
    assert len(read_one(file).geometry) == 2
    monkeypatch.chdir(tmp_path)
    assert len(read_one(name).geometry) == 2


def test_a_folder_whose_name_readers_take_for_an_archive(tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    shapefile(folder / "x.shp")
    write(folder / "y.gpkg")
    write(folder / "z.fgb")
    write(folder / "w.parquet")
    folder = folder.rename(tmp_path / "成果!")
    assert [d.declared for d in read_all(folder)] == [3, 3, 3, 3]


def test_zip_with_an_unusual_name(tmp_path):
    inner = tmp_path / "in"
    inner.mkdir()
    file = zipped(tmp_path / "a!b#c.zip", shapefile(inner / "a#b!c.shp"))
    assert read_one(file).declared == 3


@pytest.mark.parametrize(
    "name", ["no.gpkg", "no.gpkg:layer", "no/such/thing", "no.zip", "", ":", "::"]
)
def test_missing(tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnreadableInput):
        read_all(name)


def test_dangling_link(tmp_path):
    (tmp_path / "x.gpkg").symlink_to(tmp_path / "gone.gpkg")
    with pytest.raises(UnreadableInput, match="cannot be read"):
        read_all(tmp_path / "x.gpkg")


def test_empty_folder(tmp_path):
    with pytest.raises(UnreadableInput, match="holds no file"):
        read_all(tmp_path)


def test_a_folder_that_looks_like_a_file(tmp_path):
    folder = tmp_path / "x.gpkg"
    folder.mkdir()
    with pytest.raises(UnreadableInput, match="holds no file"):
        read_all(folder)
    write(folder / "y.gpkg")
    assert read_one(folder).declared == 3
    assert read_one(f"{tmp_path}/*.gpkg").declared == 3


@pytest.mark.parametrize("ending", [
    ".gpkg", ".shp", ".geojson", ".json", ".fgb", ".parquet", ".geoparquet", ".gdb", ".zip",
    ".txt", "",
])  # fmt: skip
@pytest.mark.parametrize("content", [b"", b"\0", bytes(range(256)) * 20, b"<html>404</html>"])
def test_what_is_no_file_of_its_kind(tmp_path, ending, content):
    file = tmp_path / f"x{ending}"
    file.write_bytes(content)
    with pytest.raises(UnreadableInput) as raised:
        read_all(file)
    assert str(file) in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("ending", [".gpkg", ".shp", ".geojson", ".fgb", ".parquet", ".zip"])
def test_wrong_endings(tmp_path, ending):
    """GDAL goes by the content, where it can; else a sentence."""
    made = tmp_path / "made"
    made.mkdir()
    for kind in (".gpkg", ".geojson", ".fgb", ".parquet", ".shp"):
        if kind == ending:
            continue
        wrong = tmp_path / f"wrong{ending}"
        shutil.copyfile(write(made / f"x{kind}", table()), wrong)
        try:
            read_one(wrong)
        except UnreadableInput:
            continue


def test_devices_and_pipes_are_no_files(tmp_path):
    os.mkfifo(tmp_path / "a.gpkg")
    for given in ("/dev/zero", str(tmp_path / "a.gpkg"), str(tmp_path)):
        with pytest.raises(UnreadableInput, match="a device or a pipe"):
            expand([given])
