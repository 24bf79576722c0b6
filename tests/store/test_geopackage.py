"""A GeoPackage of an archive is one for everybody else: the standard, GDAL, QGIS."""

from __future__ import annotations

import sqlite3
import struct
from xml.etree import ElementTree

import numpy as np
import pyogrio
import pytest
import shapely

from diming.geometry.ground import parse_crs
from diming.model.changeset import Changeset
from diming.model.span import Span, parse_when
from diming.model.unit import Level
from diming.model.version import Version
from diming.store import blob
from diming.store.opening import create
from diming.store.schema import HISTORY, LAYERS, PLACES, TABLES
from store.archives import CRS, cell, draw_changes, record, simple


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("gpkg") / "a.gpkg"
    with create(path, CRS) as made:
        record(made, [*draw_changes(21, rounds=3), simple("新区", 77, parent_id="u77")])
    return path


@pytest.fixture
def base(file):
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    yield connection
    connection.close()


def test_the_header_says_what_it_is(file, base):
    raw = file.read_bytes()[:100]
    assert raw[68:72] == b"GPKG"
    assert struct.unpack(">I", raw[60:64]) == (10300,)
    assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert base.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_contents_are_declared_as_the_standard_asks(base):
    contents = dict(base.execute("SELECT table_name, data_type FROM gpkg_contents"))
    real = {
        r[0]
        for r in base.execute(
            "SELECT name FROM sqlite_master WHERE type IN "
            "('table', 'view') AND name NOT LIKE 'gpkg%' AND name "
            "NOT LIKE 'sqlite%' AND name NOT LIKE 'rtree%'"
        )
    }
    derived = {t.name for t in TABLES if t.derived}
    assert set(contents) == real - derived
    real -= derived
    places = {"place", PLACES.name}
    spatial = {"territory", HISTORY.name, *(x.name for x in LAYERS), *places}
    assert {n for n, kind in contents.items() if kind == "features"} == spatial
    assert {n for n, kind in contents.items() if kind == "attributes"} == real - spatial
    geometry = base.execute("SELECT * FROM gpkg_geometry_columns").fetchall()
    assert {g[0] for g in geometry} == spatial
    assert {g[1:] for g in geometry if g[0] not in places} == {
        ("geom", "MULTIPOLYGON", 4545, 0, 0)}  # fmt: skip
    assert {g[1:] for g in geometry if g[0] in places} == {("geom", "GEOMETRY", 4490, 0, 0)}
    for name, srs in base.execute(
        "SELECT table_name, srs_id FROM gpkg_contents WHERE data_type = 'features'"
    ):
        assert srs == (4490 if name in places else 4545)
    systems = {
        r[0]: r[1:]
        for r in base.execute(
            "SELECT srs_id, organization, organization_coordsys_id FROM gpkg_spatial_ref_sys"
        )
    }
    assert {-1, 0, 4326, 4490, 4545} <= set(systems)
    assert systems[4326] == ("EPSG", 4326) and systems[-1] == ("NONE", -1)
    for table in (
        t for t in TABLES if not t.derived
    ):  # Requirement 119 and 29: a primary key that is an integer.
        columns = base.execute(f"PRAGMA table_info({table.name})").fetchall()
        assert [c[2] for c in columns if c[5]] == ["INTEGER"]
    extensions = base.execute(
        "SELECT table_name, extension_name, scope FROM gpkg_extensions").fetchall()  # fmt: skip
    for name in ("territory", "place"):
        assert (name, "gpkg_rtree_index", "write-only") in extensions
    assert {e[0] for e in extensions if e[1] == "diming_terms"} == derived
    stamps = base.execute("SELECT last_change FROM gpkg_contents").fetchall()
    assert all(s[0][-1] == "Z" and s[0][10] == "T" for s in stamps)
    box = base.execute("SELECT min_x, min_y, max_x, max_y FROM gpkg_contents "
                       "WHERE table_name = 'current_county'").fetchone()  # fmt: skip
    held = base.execute("SELECT min(min_x), min(min_y), max(max_x), max(max_y) FROM territory")
    assert box == held.fetchone()


def test_geometry_blobs_are_as_the_standard_asks(base):
    for raw, *box in base.execute("SELECT geom, min_x, max_x, min_y, max_y FROM territory"):
        assert raw[:4] == b"GP\x00\x03"
        assert struct.unpack("<i4d", raw[4:40]) == (4545, *box)
        shape = shapely.from_wkb(raw[40:])
        assert shape.geom_type == "MultiPolygon" and shapely.bounds(shape).tolist() == [
            box[0], box[2], box[1], box[3]]  # fmt: skip


def test_gdal_reads_every_layer_without_a_warning(file):
    for name, _ in pyogrio.list_layers(file):
        info = pyogrio.read_info(file, layer=name)
        frame = pyogrio.read_dataframe(file, layer=name, read_geometry=info["crs"] is not None)
        assert len(frame) == info["features"]
    assert pyogrio.read_info(file, layer="territory")["crs"] == "EPSG:4545"


def test_layers_in_force_show_what_is_in_force(file, base):
    frame = pyogrio.read_dataframe(file, layer="current_county", fid_as_index=True)
    rows = base.execute(
        "SELECT unit_id, name FROM version WHERE level = 3 AND known_to IS NULL "
        "AND end_day = '9999-12-31' AND territory IS NOT NULL"
    ).fetchall()
    assert sorted(zip(frame.unit_id, frame["name"], strict=True)) == sorted(rows)
    new = frame[frame["name"] == "新区"].iloc[0]
    assert new.code == "500177" and new.geometry.geoms[0] == cell(77, 0)
    assert new.parent == "新区" and str(new.begin)[:10] == "2001-01-01"
    assert pyogrio.read_info(file, layer="current_county")["layer_metadata"]["IDENTIFIER"] == (
        "现行县级区划 counties in force"
    )


def test_history_has_days_a_temporal_controller_reads(file, base):
    info = pyogrio.read_info(file, layer="history")
    kinds = dict(zip(info["fields"], info["ogr_types"], strict=True))
    assert kinds["begin"] == kinds["end"] == "OFTDate"
    frame = pyogrio.read_dataframe(file, layer="history", fid_as_index=True)
    assert frame.index.is_unique
    wanted = {r[0]: r[1:] for r in base.execute("SELECT row_id, begin_day, end_day FROM version")}
    for fid, begin, end in zip(frame.index, frame.begin, frame.end, strict=True):
        for shown, day, missing in ((begin, wanted[fid][0], "0001"), (end, wanted[fid][1], "9999")):
            assert str(shown)[:10] == day if day[:4] != missing else str(shown) in ("NaT", "None")


def test_a_box_is_answered_by_the_spatial_index_beneath_the_view(tmp_path):
    path = tmp_path / "a.gpkg"
    with create(path, CRS) as made:
        record(made, [simple(f"区{n}", n) for n in range(40)])
    info = pyogrio.read_info(path, layer="current_county")
    assert info["capabilities"]["fast_spatial_filter"]
    assert info["fid_column"] == "OGC_FID"
    box = shapely.bounds(cell(7, 0))
    found = pyogrio.read_dataframe(path, layer="current_county", bbox=tuple(box))
    assert sorted(found["name"]) == ["区6", "区7", "区8"]
    # Proof: GDAL believes an index that was emptied.
    with sqlite3.connect(path) as base:
        base.execute("DELETE FROM rtree_territory_geom WHERE id <> 8")
    base.close()
    found = pyogrio.read_dataframe(path, layer="current_county", bbox=tuple(box))
    assert sorted(found["name"]) == ["区7"]


def test_styles_are_there_for_every_layer_and_are_xml(base):
    styles = base.execute("SELECT f_table_name, f_geometry_column, styleQML, useAsDefault "
                          "FROM layer_styles").fetchall()  # fmt: skip
    assert {s[0] for s in styles} == {HISTORY.name, PLACES.name, *(x.name for x in LAYERS)}
    for name, column, qml, default in styles:
        root = ElementTree.fromstring(qml)
        assert (column, default, root.tag) == ("geom", 1, "qgis")
        text = root.find("labeling/settings/text-style")
        assert text is not None and text.get("fieldName") == "name"
        temporal = root.find("temporal")
        assert temporal is not None
        assert temporal.get("enabled") == str(int(name == HISTORY.name))
        ending = "" if name == PLACES.name else "end"
        assert (temporal.get("startField"), temporal.get("endField")) == ("begin", ending)


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "plane",
                                 "+proj=tmerc +lon_0=106.5 +x_0=500000 +ellps=GRS80"])  # fmt: skip
def test_gdal_knows_the_reference_system(tmp_path, crs):
    path = tmp_path / "a.gpkg"
    shape = shapely.box(106, 29, 107, 30)
    with create(path, crs) as made, made.write(author="a", reason="r") as writer:
        from diming.geometry.checksum import territory_key

        key = territory_key(shape)
        one = Version("u", Span(parse_when("2001")), Level.COUNTY, "x", territory=key)
        writer.append(Changeset(added=(one,), territories={key: shape}))
    frame = pyogrio.read_dataframe(path, layer="current_county")
    meant = parse_crs(crs)
    if meant.is_geographic or meant.is_projected:
        assert frame.crs.equals(meant, ignore_axis_order=True) or frame.crs.to_dict() == \
            meant.to_dict()  # fmt: skip
    # x is east, whatever the registry says of its axes.
    assert frame.total_bounds.tolist() == [106, 29, 107, 30]


def test_gdal_cannot_change_rows_either(tmp_path):
    path = tmp_path / "a.gpkg"
    with create(path, CRS) as made:
        record(made, [simple()])
    frame = pyogrio.read_dataframe(path, layer="territory")
    with pytest.raises((pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError,
                        pyogrio.errors.FeatureError, RuntimeError)):  # fmt: skip
        frame["key"] = "x"
        pyogrio.write_dataframe(frame.assign(fid=1), path, layer="territory", append=True,
                                layer_options={"FID": "fid"})  # fmt: skip


def test_shapes_go_through_blobs_bit_by_bit():
    random = np.random.default_rng(4)
    shapes = np.array([shapely.Polygon(random.normal(0, 1e6, (5, 2))) for _ in range(50)]
                      + [shapely.multipolygons([cell(i, 0), cell(i, 2)]) for i in range(5)],
                      dtype=object)  # fmt: skip
    raw = blob.wkb_of(shapes)
    single = [s.geom_type == "Polygon" for s in shapes]
    bounds = shapely.bounds(shapes)
    blobs = blob.to_blobs(blob.wrapped(raw, single), bounds, 4490)
    assert blob.unwrapped(blob.from_blobs(blobs), single) == raw
    assert [blob.envelope(b) for b in blobs] == [(b[0], b[2], b[1], b[3]) for b in bounds.tolist()]
    assert all(shapely.from_wkb(b[40:]).geom_type == "MultiPolygon" for b in blobs)


def test_blobs_of_other_programs_are_read(tmp_path):
    import geopandas

    # GDAL writes envelopes of its own choice; headers without and with heights occur.
    path = tmp_path / "other.gpkg"
    geopandas.GeoDataFrame(geometry=[cell(1, 1), shapely.Point(3, 4)], crs=CRS).to_file(path)
    with sqlite3.connect(path) as base:
        blobs = [r[0] for r in base.execute("SELECT geom FROM other")]
    base.close()
    assert [shapely.from_wkb(w).wkt for w in blob.from_blobs(blobs)] == [
        cell(1, 1).wkt, "POINT (3 4)"]  # fmt: skip
    assert blob.envelope(blobs[1]) == (3, 3, 4, 4)
    empty = b"GP\x00\x11" + struct.pack("<i", 0) + shapely.Polygon().wkb
    assert blob.envelope(empty) is None and blob.is_empty(empty) == 1
    assert blob.ordinate(empty, 0) is None and blob.is_empty(None) is None
    for bad in (b"", b"GP", b"XX\x00\x03" + bytes(40), b"GP\x00\x0b" + bytes(60)):
        with pytest.raises(ValueError, match="not a geometry blob"):
            blob.from_blobs([bad])


def test_every_question_is_answered_by_an_index(file):
    from datetime import date

    from diming.store.opening import open_store

    with open_store(file, readonly=True) as opened:
        asked = []
        rows = opened.base.rows
        opened.base.rows = lambda sql, values={}: asked.append((sql, values)) or rows(sql, values)
        view = opened.view()
        view.of_unit("u1"), view.with_code("ministry", "500101"), view.with_name("新区")
        view.children("u1"), view.at(date(2020, 1, 1)), view.at(date(2020, 1, 1), Level.COUNTY)
        view.near((0, 0, 1, 1), date(1990, 1, 1), date(2000, 1, 1), Level.COUNTY)
        view.acts("u1"), view.act("e"), view.shapes(["x"]), view.chain_sums(["x"])
        opened.head(), opened.changes_since(3)
        for sql, values in asked:
            if "count(*)" in sql:
                continue
            for *_, detail in rows(f"EXPLAIN QUERY PLAN {sql}", values):
                bare = not ("USING" in detail or "VIRTUAL TABLE" in detail)
                if detail.startswith("SCAN") and bare:
                    # Where most of a table is wanted, it is read through.
                    fine = ("json_each", "ORDER BY number DESC LIMIT 1", "territory ORDER BY fid")
                    assert any(part in sql for part in fine), sql
