"""Every format comes back whole, and no input is touched by being read."""

import sqlite3

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely

from diming.errors import UnreadableInput
from diming.services.intake import texts
from files.makers import (
    CODES,
    NAMES,
    cell,
    points,
    read_all,
    read_one,
    snapshot,
    table,
    write,
    zipped,
)  # fmt: skip

ENDINGS = (".gpkg", ".shp", ".geojson", ".json", ".fgb", ".parquet")


def make(tmp_path, ending):
    folder = tmp_path / "in"
    folder.mkdir()
    if ending == ".zip":
        other = tmp_path / "other"
        other.mkdir()
        return zipped(folder / "万州.zip", write(other / "万州.shp"))
    if ending == ".json":
        return write(folder / "万州.json", driver="GeoJSON")
    return write(folder / f"万州{ending}")


@pytest.mark.parametrize("ending", [*ENDINGS, ".zip"])
def test_round_trip(tmp_path, ending):
    file = make(tmp_path, ending)
    before = snapshot(file.parent)
    delivery = read_one(file)
    assert snapshot(file.parent) == before
    order = np.argsort(shapely.bounds(delivery.geometry)[:, 0])
    assert list(texts(delivery.columns["code"][order])) == CODES
    assert list(delivery.columns["name"][order]) == NAMES
    for i, shape in enumerate(delivery.geometry[order]):
        assert shape.equals_exact(cell(i), 1e-6) or shape.normalize().equals_exact(
            cell(i).normalize(), 1e-6
        )
    assert delivery.declared == 3
    assert delivery.troubles == ()
    assert delivery.crs is not None
    assert len(delivery.sha256) == 64


def test_file_geodatabase(tmp_path):
    if "w" not in pyogrio.list_drivers().get("OpenFileGDB", ""):
        pytest.skip("this GDAL cannot write file geodatabases")
    file = write(tmp_path / "万州.gdb", driver="OpenFileGDB", layer="乡镇")
    before = snapshot(tmp_path)
    delivery = read_one(file)
    assert list(delivery.columns["name"]) == NAMES
    assert delivery.troubles == ()
    assert read_one(tmp_path).layer == read_one(f"{file}:乡镇").layer == "乡镇"
    with pytest.raises(UnreadableInput, match="乡镇"):
        read_all(f"{file}:county")
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("content", [None, b"", b"none"])
def test_a_folder_that_is_no_geodatabase(tmp_path, content):
    folder = tmp_path / "万州.gdb"
    folder.mkdir()
    if content is not None:
        (folder / "a00000001.gdbtable").write_bytes(content)
    before = snapshot(tmp_path)
    with pytest.raises(UnreadableInput, match="cannot be read"):
        read_all(folder)
    assert snapshot(tmp_path) == before


def test_gdb_that_is_a_file(tmp_path):
    file = tmp_path / "x.gdb"
    file.write_bytes(b"no")
    with pytest.raises(UnreadableInput, match="cannot be read"):
        read_all(file)


# Layers of a GeoPackage.


@pytest.fixture
def layered(tmp_path):
    file = tmp_path / "all.gpkg"
    write(file, table(), layer="county")
    write(file, table(2), layer="乡镇")
    write(file, points(), layer="piles")
    plain = points().drop(columns="geometry")
    pyogrio.write_dataframe(plain, file, layer="notes")
    return file


def test_layers_of_areas_are_read(layered):
    before = snapshot(layered.parent)
    found = read_all(layered)
    assert [(d.layer, d.declared) for d in found] == [("county", 3), ("乡镇", 2)]
    assert snapshot(layered.parent) == before


def test_a_named_layer(layered):
    assert read_one(f"{layered}:乡镇").declared == 2
    assert read_one(layered, layer="county").declared == 3
    assert read_one(f"{layered}:乡镇", layer="county").declared == 2


def test_an_unknown_layer_is_told_with_those_there_are(layered):
    with pytest.raises(UnreadableInput) as raised:
        read_all(f"{layered}:town")
    assert "town" in str(raised.value)
    for name in ("county", "乡镇", "piles"):
        assert name in str(raised.value)


@pytest.mark.parametrize("layer", ["piles", "notes"])
def test_a_named_layer_without_areas(layered, layer):
    with pytest.raises(UnreadableInput, match="no polygons"):
        read_all(f"{layered}:{layer}")


def test_only_points(tmp_path):
    for ending in (".gpkg", ".geojson", ".shp", ".fgb"):
        with pytest.raises(UnreadableInput, match="no polygons"):
            read_all(write(tmp_path / f"p{ending}", points()))


def test_no_features(tmp_path):
    empty = table().iloc[:0]
    for ending in (".gpkg", ".geojson", ".shp", ".fgb", ".parquet"):
        file = write(tmp_path / f"p{ending}", empty, **(
            {} if ending == ".parquet" else {"geometry_type": "Polygon"}))  # fmt: skip
        with pytest.raises(UnreadableInput, match="no polygons"):
            read_all(file)


def test_an_empty_layer_beside_a_full_one(tmp_path):
    file = write(tmp_path / "x.gpkg", layer="full")
    write(file, table().iloc[:0], layer="empty", geometry_type="Polygon")
    assert read_one(file).layer == "full"


def test_fids_with_gaps(tmp_path):
    file = write(tmp_path / "x.gpkg", SPATIAL_INDEX="NO")
    database = sqlite3.connect(file)
    database.execute("UPDATE x SET fid = 4100 WHERE fid = 2")
    database.commit()
    database.close()
    delivery = read_one(file)
    assert sorted(delivery.fid) == [1, 3, 4100]
    assert delivery.troubles == ()


def test_a_table_without_primary_key(tmp_path):
    file = write(tmp_path / "x.gpkg", SPATIAL_INDEX="NO")
    database = sqlite3.connect(file)
    database.executescript(
        "CREATE TABLE y (geom POLYGON, code TEXT, name TEXT);"
        "INSERT INTO y SELECT geom, code, name FROM x; DROP TABLE x; ALTER TABLE y RENAME TO x;"
    )
    database.close()
    delivery = read_one(file)
    assert delivery.declared == 3
    assert list(delivery.columns["name"]) == NAMES


# Columns.


def test_numeric_codes_become_text(tmp_path):
    for ending in ENDINGS[:3] + (".fgb", ".parquet"):
        file = write(tmp_path / f"n{ending}", table(3, code=[500101001, 500102002, 500103003]))
        assert sorted(texts(read_one(file).columns["code"])) == [
            "500101001", "500102002", "500103003",
        ]  # fmt: skip


def test_numeric_codes_with_nothing_between(tmp_path):
    for ending in (".gpkg", ".geojson", ".fgb", ".parquet", ".shp"):
        file = write(tmp_path / f"n{ending}", table(3, code=[500101001.0, np.nan, 500103001001.0]))
        assert set(texts(read_one(file).columns["code"])) == {"500101001", "", "500103001001"}


def test_text_codes_with_nothing_between(tmp_path):
    for ending in (".gpkg", ".geojson", ".fgb", ".parquet", ".shp"):
        file = write(tmp_path / f"n{ending}", table(3, code=["011", None, "012"]))
        assert set(texts(read_one(file).columns["code"])) == {"011", "", "012"}


def test_chinese_column_names(tmp_path):
    for ending in (".gpkg", ".geojson", ".fgb", ".parquet", ".shp"):
        file = write(
            tmp_path / f"c{ending}",
            table(3, **{"代码": CODES, "名称": NAMES, "级别": ["乡级"] * 3}),
        )
        delivery = read_one(file)
        assert dict(delivery.column_names) == {"code": "代码", "name": "名称", "level": "级别"}
        assert set(delivery.columns["name"]) == set(NAMES)


def test_the_user_names_a_column(tmp_path):
    file = write(tmp_path / "x.gpkg", table(3, code=["a", "b", "c"], ZDM=CODES))
    assert list(read_one(file, fields={"code": "zdm"}).columns["code"]) == CODES
    with pytest.raises(UnreadableInput, match=r"no column «no».*ZDM"):
        read_all(file, fields={"code": "no"})


def test_no_column_is_recognised(tmp_path):
    for ending in (".gpkg", ".geojson", ".fgb", ".parquet", ".shp"):
        assert read_one(write(tmp_path / f"x{ending}", table(3, foo=[1, 2, 3]))).columns == {}


def test_a_list_for_a_code(tmp_path):
    frame = table(3, code=[["1", "2"], ["3"], []])
    delivery = read_one(write(tmp_path / "x.parquet", frame))
    assert list(delivery.columns["code"]) == ["1, 2", "3", ""]
    frame.geometry = [cell(0), shapely.Point(1, 1), shapely.Point(1, 1)]
    delivery = read_one(write(tmp_path / "x.geojson", frame))
    assert delivery.columns["code"].tolist() == ["1, 2"]


def test_a_code_of_a_troubled_record_has_no_point_zero(tmp_path):
    frame = table(3, code=[500101001.0, np.nan, 500103003.0])
    frame.geometry = [cell(0), None, None]
    delivery = read_one(write(tmp_path / "x.gpkg", frame, geometry_type="Polygon"))
    assert [t.code for t in delivery.troubles] == ["", "500103003"]


# Parquet of its own kind.


def test_parquet_without_geometry(tmp_path):
    table().drop(columns="geometry").to_parquet(tmp_path / "x.parquet")
    with pytest.raises(UnreadableInput, match="no geometry"):
        read_all(tmp_path / "x.parquet")


def test_parquet_with_geoarrow_geometry(tmp_path):
    table().to_parquet(tmp_path / "x.parquet", geometry_encoding="geoarrow", schema_version="1.1.0")
    with pytest.raises(UnreadableInput, match="not as WKB"):
        read_all(tmp_path / "x.parquet")


@pytest.mark.parametrize("geo", [b"{", b"[]", b'{"primary_column": "geometry"}',
                                 b'{"primary_column": "g", "columns": {"g": {}}}'])  # fmt: skip
def test_parquet_with_spoilt_metadata(tmp_path, geo):
    import pyarrow.parquet as pq

    file = write(tmp_path / "x.parquet")
    content = pq.read_table(file)
    pq.write_table(content.replace_schema_metadata({b"geo": geo}), file)
    with pytest.raises(UnreadableInput):
        read_all(file)


def test_parquet_with_spoilt_records(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = write(tmp_path / "x.parquet")
    content = pq.read_table(file)
    blobs = content.column("geometry").to_pylist()
    blobs[1], blobs[2] = b"\1\3", None
    spoilt = content.set_column(content.column_names.index("geometry"), "geometry", pa.array(blobs))
    pq.write_table(spoilt.replace_schema_metadata(content.schema.metadata), file)
    delivery = read_one(file)
    assert [(t.fid, t.reason, t.name) for t in delivery.troubles] == [
        (2, "null", NAMES[2]), (1, "geometry-undecodable", NAMES[1]),
    ]  # fmt: skip


def test_z_and_m_are_left_out(tmp_path):
    three = [shapely.force_3d(cell(i), 7.0) for i in range(3)]
    for ending in (".gpkg", ".geojson", ".fgb", ".parquet", ".shp"):
        read_one(write(tmp_path / f"z{ending}", geopandas.GeoDataFrame(
            {"code": CODES}, geometry=three, crs="EPSG:4490")))  # fmt: skip
