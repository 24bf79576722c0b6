"""Places are layers like others: for GDAL and QGIS, in a file and on a server."""

from __future__ import annotations

import sqlite3

import pyogrio
import pytest
import shapely

from diming.errors import EnvironmentLacks
from diming.model.namechange import NameChange
from diming.model.place import Name, NameKind, Place, Told
from diming.model.span import Span, parse_when
from diming.store.opening import create, new_package, open_store
from diming.store.postgis_opening import connect, grant
from diming.store.server import quoted
from store.archives import CRS, START, simple
from store.gazetteers import SHAPES
from store.test_gazetteer import write
from store.test_migrations import build

ENDED = Told("1950-2001", Span(parse_when("1950"), parse_when("2001")))
SINCE = Told("1950年", Span(parse_when("1950")))
PLACES = NameChange(
    (
        Place("a", "22100", "村落", lon=106.5, lat=29.5, within=("重庆市", "巫山县"), when=SINCE),
        Place("b", "12100", "河流", lon=106.2, lat=29.2, geometry=SHAPES[1]),
        Place("c", lon=106.1, lat=29.1, geometry=SHAPES[2]),
        Place("ended", lon=106.5, lat=29.6, when=ENDED), Place("nowhere"),
    ),
    (
        Name("a1", "a", "旧名", NameKind.FORMER), Name("a2", "a", "老名", when=ENDED),
        Name("a3", "a", "新名", romanisation="Xīn Míng", when=SINCE), Name("b1", "b", "某河"),
        Name("c1", "c", "俗", NameKind.COLLOQUIAL),
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("places") / "a.gpkg"
    with create(path) as made:
        write(made, PLACES)
        # The territories get a CRS of their own, afterwards.
        with made.write(author="a", reason="r") as writer:
            writer.settle_crs(CRS)
            writer.append(simple())
    return path


def test_gdal_reads_places(file):
    layers = dict(pyogrio.list_layers(file))
    assert layers["place"] == layers["current_place"] == "Unknown"
    assert not {"term", "term_key", "term_use"} & set(layers)
    info = pyogrio.read_info(file, layer="current_place")
    assert info["crs"] == "EPSG:4490" and info["fid_column"] == "OGC_FID"
    assert dict(zip(info["fields"], info["ogr_types"], strict=True)) == {
        "place_id": "OFTString", "name": "OFTString", "romanisation": "OFTString",
        "class_code": "OFTString", "feature": "OFTString", "code": "OFTString",
        "begin": "OFTDate", "within": "OFTString", "source": "OFTString",
        "source_id": "OFTString",
    }  # fmt: skip
    frame = pyogrio.read_dataframe(file, layer="current_place").set_index("place_id")
    assert list(frame.index) == ["a", "b", "c"]
    assert frame["name"].tolist() == ["新名", "某河", "俗"]
    assert frame.loc["a", "romanisation"] == "Xīn Míng" and str(frame.begin["a"])[:4] == "1950"
    assert str(frame.begin["b"]) == "NaT" and frame["within"].fillna("").tolist()[:2] == [
        "重庆市 巫山县",
        "",
    ]
    assert frame.geometry.tolist() == [shapely.Point(106.5, 29.5), SHAPES[1], SHAPES[2]]
    whole = pyogrio.read_dataframe(file, layer="place")
    assert len(whole) == 5 and whole.crs == "EPSG:4490"
    assert pyogrio.read_info(file, layer="territory")["crs"] == CRS
    assert pyogrio.read_info(file, layer="current_county")["crs"] == CRS


def test_a_box_of_places_is_answered_by_the_index(file, tmp_path):
    copy = tmp_path / "copy.gpkg"
    copy.write_bytes(file.read_bytes())
    box = (106.45, 29.45, 106.55, 29.55)
    assert pyogrio.read_info(copy, layer="current_place")["capabilities"]["fast_spatial_filter"]
    assert len(pyogrio.read_dataframe(copy, layer="current_place", bbox=box)) == 1
    with sqlite3.connect(copy) as base:
        base.execute("DELETE FROM rtree_place_geom WHERE id = 1")
    base.close()
    assert len(pyogrio.read_dataframe(copy, layer="current_place", bbox=box)) == 0


def test_extents_are_those_of_places_and_of_territories(file):
    with sqlite3.connect(file) as base:
        boxes = {row[0]: row[1:] for row in base.execute(
            "SELECT table_name, min_x, min_y, max_x, max_y FROM gpkg_contents "
            "WHERE data_type = 'features'")}  # fmt: skip
        points = base.execute("SELECT geom FROM place WHERE place_id = 'a'").fetchone()[0]
    base.close()
    assert boxes["place"] == boxes["current_place"] == (106.0, 29.0, 106.5, 29.6)
    assert boxes["current_county"] == (359_000.0, 3_272_000.0, 360_000.0, 3_273_000.0)
    assert points[4:8] == (4490).to_bytes(4, "little")


def test_a_server_shows_the_same_places(server):
    with create(server.place()) as made:
        write(made, PLACES)
        rows = made.base.rows(
            'SELECT place_id, name, romanisation, "begin", ST_AsText(geom), ST_SRID(geom) '
            "FROM current_place ORDER BY place_id"
        )
        assert [(r[0], r[1]) for r in rows] == [("a", "新名"), ("b", "某河"), ("c", "俗")]
        assert str(rows[0][3]) == "1950-01-01" and rows[1][3] is None
        assert rows[0][4:] == ("POINT(106.5 29.5)", 4490)


@pytest.fixture(scope="module")
def roles(server):
    for role in ("names_reader", "names_writer"):
        server.sql(f"CREATE ROLE {role} LOGIN", "postgres")


def as_role(place: str, role: str) -> str:
    return place.replace("postgres@", f"{role}@")


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize("older", [False, True])
def test_who_may_read_and_write_may_so_with_places(server, older, tmp_path):
    """Also where the tables came by a migration, after the rights were given."""
    place = server.place()
    if older:
        base = connect(place, readonly=False)
        base.change("BEGIN")
        base.change(f"CREATE SCHEMA {quoted(base.schema)}")
        build(base, 2)
        base.commit()
        base.close()
    else:
        create(place, CRS, recorded=START).close()
    with open_store(place) as opened:
        grant(opened, readers=["names_reader"], writers=["names_writer"])
        with opened.write(author="a", reason="r") as writer:
            writer.append(simple("綦江区", 99))
    with open_store(as_role(place, "names_writer")) as opened:
        write(opened, PLACES)
        write(opened, NameChange(old_places=(5,), old_names=(1,)))
        for statement in ("UPDATE name SET text = 'x'", "DELETE FROM term", "TRUNCATE place"):
            with pytest.raises(EnvironmentLacks):
                opened.base.change(statement)
        with pytest.raises(EnvironmentLacks):
            opened.rebuild_terms()
        assert opened.verify() == []
    with open_store(as_role(place, "names_reader")) as opened:
        gazetteer = opened.gazetteer()
        assert [p.place_id for p in gazetteer.in_box((106, 29, 107, 30))] == ["a", "b", "c",
                                                                              "ended"]  # fmt: skip
        assert gazetteer.terms_written(["綦江区", "新名"]) and opened.verify() == []
        assert opened.base.rows("SELECT count(*) FROM current_place") == [(3,)]
        with pytest.raises(EnvironmentLacks):
            write(opened, NameChange((Place("z"),)))
        opened.backup(tmp_path / "copy.gpkg")
    with open_store(tmp_path / "copy.gpkg") as copy:
        assert copy.verify() == [] and copy.gazetteer().counts()["places"] == 4
        assert copy.gazetteer().place("b").geometry == SHAPES[1]


def test_an_archive_without_names_has_the_hashes_of_layout_2(tmp_path):
    hashes = []
    for layout in (2, 3):
        path = tmp_path / f"{layout}.gpkg"
        base = new_package(path, str(path))
        base.change("BEGIN")
        build(base, layout)
        base.commit()
        hashes.append(base.rows("SELECT hash FROM revision ORDER BY number"))
        base.close()
    assert hashes[0] == hashes[1] and len(hashes[0]) == 5
