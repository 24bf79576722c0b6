"""GeoJSON as people write it: what GDAL still reads is read, and the rest is told."""

import json

import pytest

from diming.errors import UnreadableInput
from files.makers import (
    collection,
    feature,
    geojson,
    polygon,
    read_all,
    read_one,
    reasons,
    ring,
)  # fmt: skip

FILE = "x.geojson"


def text(*geometries):
    return json.dumps(collection(*geometries), ensure_ascii=False)


def test_crs_is_wgs_84_unless_said(tmp_path):
    assert "4326" in read_one(geojson(tmp_path / FILE, collection(polygon()))).crs


def test_old_crs_member(tmp_path):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    assert "4490" in read_one(geojson(tmp_path / FILE, collection(polygon(), crs=crs))).crs


def test_single_feature_and_bare_geometry(tmp_path):
    assert read_one(geojson(tmp_path / FILE, feature(polygon()))).declared == 1
    assert read_one(geojson(tmp_path / "y.json", polygon())).declared == 1


def test_byte_order_mark(tmp_path):
    delivery = read_one(geojson(tmp_path / FILE, collection(polygon()), "utf-8-sig"))
    assert delivery.troubles == ()
    assert delivery.columns["name"][0] == "第0镇"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_other_unicode_is_refused(tmp_path, encoding):
    with pytest.raises(UnreadableInput):
        read_all(geojson(tmp_path / FILE, collection(polygon()), encoding))


def test_gbk_is_read_or_refused(tmp_path):
    file = geojson(tmp_path / FILE, collection(polygon()), "gbk")
    try:
        delivery = read_one(file)
    except UnreadableInput:
        return
    assert any(t.reason == "not-strict-json" for t in delivery.troubles)


@pytest.mark.parametrize(
    "content",
    [
        lambda: text(polygon(), polygon(1))[:-2] + ",]}",
        lambda: text(polygon(), polygon(1)).replace("}}, {", "}},, {"),
        lambda: "/* made by hand */ " + text(polygon()),
        lambda: text(polygon()) + "\n// end",
        lambda: text(polygon()).replace('"code"', "'code'"),
        lambda: text(polygon()) + text(polygon()),
        lambda: text(polygon())[:-1],
        lambda: text(polygon())[:-30],
        lambda: text(polygon(), polygon(1), polygon(2))[:-120],
        lambda: text(polygon()).replace("30.1", "30.1,"),
        lambda: text({"type": "Point", "coordinates": [float("nan"), 1]})[:-2] + ",]}",
    ],
)  # fmt: skip
def test_what_is_not_quite_json(tmp_path, content):
    """GDAL forgives some of these: then the report says so; else they are refused."""
    file = geojson(tmp_path / FILE, content())
    try:
        delivery = read_one(file)
    except UnreadableInput as error:
        assert str(file) in str(error)
        return
    assert [t.reason for t in delivery.troubles if t.fid < 0] == ["not-strict-json"]


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t[:-1] + ",}",
        lambda t: t.replace('镇"}', '镇",}'),
        lambda t: t.replace("镇", "\t\n镇"),
    ],
)
def test_what_is_read_all_the_same_is_told(tmp_path, change):
    delivery = read_one(geojson(tmp_path / FILE, change(text(polygon(), polygon(1)))))
    assert len(delivery.geometry) == 2
    (trouble,) = delivery.troubles
    assert (trouble.rule, trouble.reason) == ("unreadable-record", "not-strict-json")
    assert trouble.facts["line"] == 1


def test_nan_literal_is_no_fault_of_the_json(tmp_path):
    nan = {"type": "Polygon", "coordinates": [[[float("nan"), 1], [1, 1], [1, 2], [1, 1]]]}
    delivery = read_one(geojson(tmp_path / FILE, text(nan, polygon())))
    assert reasons(delivery) == {0: ("invalid-geometry", "not-finite")}


@pytest.mark.parametrize(
    "content",
    ["", "null", "1", "[]", "{}", '"x"', '{"type": "Topology"}', '{"type": "FeatureCollection"}',
     '{"type": "FeatureCollection", "features": {}}',
     '{"type": "FeatureCollection", "features": 3}',
     "[" * 100_000, "9" * 5000, '{"type": "FeatureCollection", "features": [1, 2]}',
     '{"type": "FeatureCollection", "features": [null]}'],
)  # fmt: skip
def test_json_that_is_no_collection(tmp_path, content):
    with pytest.raises(UnreadableInput):
        read_all(geojson(tmp_path / FILE, content))


def test_top_level_list(tmp_path):
    with pytest.raises(UnreadableInput):
        read_all(geojson(tmp_path / FILE, [feature(polygon())]))


def test_deep_or_long_values_in_a_property(tmp_path):
    for value in ("[" * 20_000 + "]" * 20_000, "9" * 5000):
        content = text(polygon()).replace('"code":', f'"deep": {value}, "code":')
        try:
            read_one(geojson(tmp_path / FILE, content))
        except UnreadableInput:
            continue


def test_things_among_the_features_that_are_none(tmp_path):
    content = collection(polygon(), polygon(1))
    content["features"][1:1] = [None, 1, {"type": "Nonsense"}]
    delivery = read_one(geojson(tmp_path / FILE, content))
    assert delivery.declared == 5
    assert len(delivery.geometry) == 2
    assert {r for f, r in reasons(delivery).items() if f >= 0} <= {
        ("unreadable-record", "fewer-records"), ("empty-geometry", "null"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": None},
        {"type": "Polygon", "coordinates": [[[108, 30], [108.1], [108, 30.1], [108, 30]]]},
        {"type": "Polygon", "coordinates": [[[108, 30], ["a", "b"], [108, 30.1], [108, 30]]]},
        {"type": "Polygon", "coordinates": [[[108, 30], None, [108, 30.1], [108, 30]]]},
        {"type": "Polygon", "coordinates": [[[108, 30], [None, 30], [108, 30.1], [108, 30]]]},
        {"type": "Polygon", "coordinates": [[108, 30]]},
        {"type": "Polygone", "coordinates": [ring()]},
        {"type": "MultiPolygon", "coordinates": [ring()]},
        {"type": "GeometryCollection", "geometries": []},
        [],
        7,
    ],
)  # fmt: skip
def test_geometry_that_is_none(tmp_path, geometry):
    file = geojson(tmp_path / FILE, collection(polygon(), geometry, polygon(2)))
    delivery = read_one(file)
    assert len(delivery.geometry) == 2
    assert len([t for t in delivery.troubles if t.fid >= 0]) == 1


def test_properties_are_missing(tmp_path):
    content = collection(polygon(), polygon(1))
    del content["features"][0]["properties"]
    content["features"][1]["properties"] = None
    assert read_one(geojson(tmp_path / FILE, content)).declared == 2
