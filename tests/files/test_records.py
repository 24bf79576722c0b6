"""What is wrong with a record is told with its number, its code and its reason."""

import math

import geopandas
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diming.errors import UnreadableInput
from files.makers import (
    NAMES,
    cell,
    collection,
    feature,
    geojson,
    polygon,
    read_all,
    read_one,
    reasons,
    ring,
    set_blob,
    table,
    wkb_polygon,
    write,
)

OPEN = {"type": "Polygon", "coordinates": [[*ring()[:-1], [108.0, 30.03]]]}
TWO = {"type": "Polygon", "coordinates": [[[108, 30], [108.1, 30]]]}
LINE = {"type": "LineString", "coordinates": [[108, 30], [108.1, 30]]}
NAN = {"type": "Polygon", "coordinates": [[[108, 30], [math.nan, 30], [108.1, 30.1], [108, 30]]]}
INF = {"type": "Polygon", "coordinates": [[[108, 30], [math.inf, 30], [108.1, 30.1], [108, 30]]]}
BAD_PART = {"type": "MultiPolygon", "coordinates": [[ring(1)], [[[108, 30], [108.1, 30]]]]}
OPEN_PART = {"type": "MultiPolygon", "coordinates": [[ring(1)], OPEN["coordinates"]]}
OPEN_HOLE = {"type": "Polygon", "coordinates": [
    ring(), [[108.02, 30.02], [108.04, 30.02], [108.04, 30.04], [108.02, 30.05]]]}  # fmt: skip
MIXED = {"type": "GeometryCollection", "geometries": [polygon(), LINE]}

#: Geometry, what is told of it (None: nothing), whether it is examined.
KINDS = {
    "whole": (polygon(), None, True),
    "null": (None, ("empty-geometry", "null"), False),
    "empty": ({"type": "Polygon", "coordinates": []}, ("empty-geometry", "empty"), False),
    "no-parts": ({"type": "MultiPolygon", "coordinates": []}, ("empty-geometry", "empty"), False),
    "point": ({"type": "Point", "coordinates": [108, 30]}, ("wrong-geometry-type", "type"), False),
    "line": (LINE, ("wrong-geometry-type", "type"), False),
    "mixed": (MIXED, ("wrong-geometry-type", "type"), False),
    "nan": (NAN, ("invalid-geometry", "not-finite"), False),
    "inf": (INF, ("invalid-geometry", "not-finite"), False),
    "open": (OPEN, ("invalid-geometry", "ring-not-closed"), True),
    "open-hole": (OPEN_HOLE, ("invalid-geometry", "ring-not-closed"), True),
    "open-part": (OPEN_PART, ("invalid-geometry", "ring-not-closed"), True),
    "two": (TWO, ("invalid-geometry", "too-few-points"), False),
    "bad-part": (BAD_PART, ("invalid-geometry", "too-few-points"), False),
}


@pytest.mark.parametrize("kind", KINDS)
def test_geojson(tmp_path, kind):
    geometry, told, examined = KINDS[kind]
    file = geojson(tmp_path / "x.geojson", collection(polygon(), geometry, polygon(2)))
    delivery = read_one(file)
    assert sorted(delivery.fid) == ([0, 1, 2] if examined else [0, 2])
    assert reasons(delivery) == ({} if told is None else {1: told})
    for trouble in delivery.troubles:
        assert (trouble.code, trouble.name) == ("500100001", "第1镇")
        assert trouble.examined == examined


def test_every_kind_at_once(tmp_path):
    delivery = read_one(
        geojson(tmp_path / "x.geojson", collection(*(k[0] for k in KINDS.values())))
    )
    wanted = {i: told for i, (_, told, _) in enumerate(KINDS.values()) if told}
    assert reasons(delivery) == wanted


def test_an_open_ring_is_taken_as_closed(tmp_path):
    delivery = read_one(geojson(tmp_path / "x.geojson", collection(OPEN)))
    (trouble,) = delivery.troubles
    assert trouble.measures["opening"] == pytest.approx(0.03)
    assert trouble.facts["ring"] == 0
    assert trouble.at == pytest.approx((108.0, 30.03))
    assert delivery.geometry[[0]][0].exterior.is_closed
    assert delivery.geometry[[0]][0].area == pytest.approx(0.01)


def test_the_bad_ring_is_numbered(tmp_path):
    hole = [[108.02, 30.02], [108.04, 30.02]]
    shape = {"type": "MultiPolygon", "coordinates": [[ring(1)], [ring(), hole]]}
    delivery = read_one(geojson(tmp_path / "x.geojson", collection(polygon(), shape)))
    (trouble,) = delivery.troubles
    assert (trouble.reason, trouble.facts["ring"]) == ("too-few-points", 2)


def test_coordinates_too_large_to_measure(tmp_path):
    huge = {"type": "Polygon", "coordinates": [[[0, 0], [1e308, 0], [1e308, 1e308], [-1e308, 1]]]}
    read_one(geojson(tmp_path / "x.geojson", collection(polygon(), huge)))


def test_two_open_rings_in_one_record(tmp_path):
    shape = {"type": "MultiPolygon", "coordinates": [OPEN["coordinates"], [ring(1)[:-1]]]}
    delivery = read_one(geojson(tmp_path / "x.geojson", collection(shape)))
    assert [t.facts["ring"] for t in delivery.troubles] == [0, 1]
    assert len(delivery.geometry) == 1


def test_nothing_but_spoilt_records(tmp_path):
    with pytest.raises(UnreadableInput, match="no polygons"):
        read_all(geojson(tmp_path / "x.geojson", collection(None, TWO, LINE)))


@pytest.mark.parametrize(
    ("wkb", "told", "examined"),
    [
        (wkb_polygon(OPEN["coordinates"][0]), ("invalid-geometry", "ring-not-closed"), True),
        (wkb_polygon(TWO["coordinates"][0]), ("invalid-geometry", "too-few-points"), False),
        (wkb_polygon(NAN["coordinates"][0]), ("invalid-geometry", "not-finite"), False),
        (wkb_polygon(INF["coordinates"][0]), ("invalid-geometry", "not-finite"), False),
        (wkb_polygon(), ("empty-geometry", "empty"), False),
        (wkb_polygon([]), ("empty-geometry", "empty"), False),
        (None, ("empty-geometry", "null"), False),
        (wkb_polygon([[*p, 5.0] for p in ring()], kind=1003), None, True),
        (wkb_polygon([[*p, 5.0] for p in ring()], kind=2003), None, True),
        (wkb_polygon([[*p, 5.0, 6.0] for p in ring()], kind=3003), None, True),
        (wkb_polygon([[*p, math.nan] for p in ring()], kind=1003), None, True),
    ],
)  # fmt: skip
def test_geopackage(tmp_path, wkb, told, examined):
    file = write(tmp_path / "x.gpkg")
    set_blob(file, 2, wkb)
    delivery = read_one(file)
    assert reasons(delivery) == ({} if told is None else {2: told})
    assert sorted(delivery.fid) == ([1, 2, 3] if examined else [1, 3])
    assert all(t.name == NAMES[1] for t in delivery.troubles)


@pytest.mark.parametrize("wkb", [b"", b"\1\3", wkb_polygon(ring())[:40], b"\1\xff\0\0\0"])
def test_geopackage_with_a_blob_that_is_no_geometry(tmp_path, wkb):
    file = write(tmp_path / "x.gpkg")
    set_blob(file, 2, wkb)
    delivery = read_one(file)
    assert sorted(delivery.fid) == [1, 3]
    assert set(reasons(delivery)) == {2}


def test_mixed_kinds_in_a_geopackage(tmp_path):
    frame = table(3)
    frame.geometry = [cell(0), shapely.Point(108, 30), shapely.LineString([(1, 1), (2, 2)])]
    delivery = read_one(write(tmp_path / "x.gpkg", frame, geometry_type="Unknown"))
    assert {t.facts["found"] for t in delivery.troubles} == {"Point", "LineString"}


@pytest.mark.parametrize("ending", [".shp", ".gpkg", ".fgb", ".parquet"])
def test_null_records(tmp_path, ending):
    frame = table(3)
    frame.geometry = [cell(0), None, cell(2)]
    options = {"SPATIAL_INDEX": "NO"} if ending == ".fgb" else {}
    delivery = read_one(write(tmp_path / f"x{ending}", frame, **options))
    assert [t.name for t in delivery.troubles] == [NAMES[1]]
    assert delivery.troubles[0].rule == "empty-geometry"


def test_measured_coordinates(tmp_path):
    frame = geopandas.GeoDataFrame(
        {"code": ["1"]}, geometry=[shapely.from_wkt(
            "POLYGON ZM ((0 0 1 2, 1 0 1 2, 1 1 1 2, 0 0 1 2))")], crs="EPSG:4490")  # fmt: skip
    frame.to_parquet(tmp_path / "x.parquet")
    assert len(read_one(tmp_path / "x.parquet").geometry) == 1


# GeoJSON's record numbers.


@pytest.mark.parametrize(
    "ids", [[5, 9, 7], [1, 1, 1], [-3, -1, 0], ["a", "b", "c"], [1, "x", 1.5], [2**40, 2**62, 3]]
)
def test_geojson_ids(tmp_path, ids):
    features = [feature(g, i, id=n) for i, (g, n) in enumerate(
        zip([polygon(), OPEN, NAN], ids, strict=True))]  # fmt: skip
    content = {"type": "FeatureCollection", "features": features}
    delivery = read_one(geojson(tmp_path / "x.geojson", content))
    assert len(delivery.geometry) == 2
    told = {t.reason: t for t in delivery.troubles}
    assert set(told) == {"ring-not-closed", "not-finite"}
    assert told["ring-not-closed"].name == "第1镇"
    assert told["not-finite"].name == "第2镇"


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(kinds=st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=12))
def test_whatever_is_in_it_is_accounted_for(tmp_path, kinds):
    file = geojson(tmp_path / "x.geojson", collection(polygon(), *(KINDS[k][0] for k in kinds)))
    delivery = read_one(file)
    assert delivery.declared == 1 + len(kinds)
    assert set(reasons(delivery).items()) == {
        (i, KINDS[k][1]) for i, k in enumerate(kinds, 1) if KINDS[k][1]
    }
