"""Names from workbooks, layers, GeoNames, Linked Places and our own exports."""

import json
import warnings
from datetime import date, datetime

import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diming.errors import DimingError, UnreadableInput
from diming.files.names_in import read_places
from diming.files.names_out import write_places
from diming.files.place_delivery import PlaceReading
from diming.model.facts import Facts
from diming.model.place import Certainty, Name, NameKind, Place, PlaceRecord
from diming.present.problems import problem_text
from diming.script.dates import read_told


def said(problems):
    return [problem_text(p, "en") for p in problems]


def office_book(tmp_path):
    """Draw a workbook as offices fill it in: notes first, titles, merged cells, dates, numbers."""
    book = openpyxl.Workbook()
    book.active.title = "填表说明"
    book.active.append(["请逐项填写"])
    sheet = book.create_sheet("地名")
    sheet["A1"] = "巫山县地名登记表"
    sheet.merge_cells("A1:G1")
    sheet["A2"] = "填表单位：民政局"
    sheet.append(["标识码", "标准名称", "坐标", None, "设立年份", "地名代码", "所在县"])
    sheet.append([None, None, "东经", "北纬", None, None, None])
    for column in "ABEFG":
        sheet.merge_cells(f"{column}3:{column}4")
    sheet.merge_cells("C3:D3")
    sheet.append(
        ["000123", "龙溪镇", "109°33′12″", 31.1, date(1958, 3, 1), "50023710322100000001", "巫山县"]
    )
    sheet.append([124, "大昌", 109.7, 31.2, 1958, 5.00237101221e19, None])
    sheet.merge_cells("G5:G6")
    sheet.append([None] * 7)
    sheet.append([77, "=A1", None, None, datetime(1999, 1, 1, 8, 30), None, "巫山县", "多余"])
    sheet["A8"].number_format = "000000"
    sheet.append(["9", "#REF!", None, None, None, None, None])
    sheet["B9"].data_type = "e"
    file = tmp_path / "office.xlsx"
    book.save(file)
    return file


def test_workbooks_of_offices(tmp_path):
    delivery = read_places(office_book(tmp_path))
    assert delivery.columns == (
        "标识码", "标准名称", "东经", "北纬", "设立年份", "地名代码", "所在县",
    )  # fmt: skip
    assert (delivery.part, delivery.format, len(delivery)) == ("地名", "xlsx", 4)
    assert "填表说明" in said(delivery.remarks)[0]
    first, second, formula, error = delivery
    assert [r.number for r in (first, second, formula, error)] == [5, 6, 8, 9]
    assert first.place.when.span.begin.day == date(1958, 3, 1)
    assert first.place.lon == pytest.approx(109.553333, abs=1e-6)
    assert first.place.code == "50023710322100000001" and first.remarks == ()
    # A number of twenty digits has lost the last ones; zeros in front may be lost.
    assert second.place.code == "" and second.place.within == ("巫山县",)
    assert ["15 digits" in s or "zeros in front" in s for s in said(second.remarks)] == [True, True]
    assert second.problems == ()
    assert "formula =A1 has no value" in said(formula.problems)[0]
    assert formula.cells["标识码"] == "000077"
    assert any("right of the last heading" in s for s in said(formula.remarks))
    assert "#REF!" in said(error.problems)[0]


def test_sheets_are_named_or_numbered(tmp_path):
    book = office_book(tmp_path)
    assert read_places(book, PlaceReading(part="2")).part == "地名"
    with pytest.raises(UnreadableInput, match="填表说明"):
        read_places(book, PlaceReading(part="村"))
    with pytest.raises(UnreadableInput, match="recognised"):
        read_places(book, PlaceReading(part="填表说明"))
    assert len(read_places(book, PlaceReading(part="地名", header_row=4))) == 4


def test_what_is_no_workbook(tmp_path):
    old = tmp_path / "a.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(UnreadableInput, match=r"save it as \.xlsx"):
        read_places(old)
    for name, raw in (("a.xlsx", b"PK\x03\x04 broken"), ("b.xlsx", b"")):
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(UnreadableInput):
            read_places(tmp_path / name)
    (tmp_path / "d.csv").write_bytes(old.read_bytes()[:4])
    with pytest.raises(UnreadableInput):
        read_places(tmp_path / "d.csv")
    empty = tmp_path / "c.xlsx"
    openpyxl.Workbook().save(empty)
    with pytest.raises(UnreadableInput, match="empty"):
        read_places(empty)


def layer(file, shapes, names, crs="EPSG:4545", more=None, **how):
    columns = {"标准名称": names, **(more or {})}
    values = [np.array(v, dtype=object) for v in columns.values()]
    if str(file).endswith(".fgb"):
        how = {"SPATIAL_INDEX": "NO", **how}  # with one there are no empty places
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a CRS that is left out on purpose
        write_layer(file, columns, values, shapes, crs, how)
    return file


def write_layer(file, columns, values, shapes, crs, how):
    pyogrio.raw.write(
        file, shapely.to_wkb(np.array(shapes, dtype=object)), values, list(columns),
        geometry_type="Unknown", crs=crs, **how,
    )  # fmt: skip


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "fgb"])
def test_layers_of_any_geometry_come_to_longitude_and_latitude(tmp_path, ending):
    x, y = 359474.09, 3272217.30
    shapes = [
        shapely.Point(x, y), shapely.LineString([(x, y), (x + 1000, y)]),
        shapely.box(x, y, x + 500, y + 500), None,
    ]  # fmt: skip
    file = tmp_path / f"a.{ending}"
    delivery = read_places(layer(file, shapes, ["磁器口", "龙河", "公园", "无处"]))
    by_name = {r.names[0].text: r for r in delivery}
    point, line, area, nowhere = (by_name[n].place for n in ("磁器口", "龙河", "公园", "无处"))
    assert (point.lon, point.lat) == (pytest.approx(106.55, abs=1e-7), pytest.approx(29.56))
    assert point.geometry is None and nowhere.lon is None
    assert line.geometry.geom_type == "LineString"
    assert line.lon == pytest.approx(106.5552, abs=1e-3)
    assert area.geometry.covers(shapely.Point(area.lon, area.lat))
    assert all(r.problems == () for r in delivery)


def test_a_layer_that_does_not_say_where_it_is(tmp_path):
    file = layer(tmp_path / "a.gpkg", [shapely.Point(359474.09, 3272217.30)], ["甲"], crs=None)
    with pytest.raises(UnreadableInput, match="coordinate reference system"):
        read_places(file)
    (record,) = read_places(file, PlaceReading(crs="EPSG:4545"))
    assert record.place.lon == pytest.approx(106.55, abs=1e-7)


def test_layers_in_old_frames_keep_their_names_only(tmp_path):
    file = layer(tmp_path / "a.gpkg", [shapely.Point(106.5, 29.5)], ["甲"], crs="EPSG:4214")
    delivery = read_places(file)
    (record,) = delivery
    assert record.place.lon is None and record.names[0].text == "甲"
    assert "Beijing 1954" in said(delivery.remarks)[0]


def test_several_layers_must_be_chosen_from(tmp_path):
    file = layer(tmp_path / "a.gpkg", [shapely.Point(106, 29)], ["甲"], "EPSG:4490", layer="a")
    layer(file, [shapely.Point(107, 30)], ["乙"], "EPSG:4490", layer="b", append=True)
    with pytest.raises(UnreadableInput, match="several layers"):
        read_places(file)
    assert [r.names[0].text for r in read_places(file, PlaceReading(part="b"))] == ["乙"]
    assert [r.names[0].text for r in read_places(f"{file}:a")] == ["甲"]


def test_shapefiles_without_a_cpg_and_with_headings_cut_at_ten_bytes(tmp_path):
    file = layer(
        tmp_path / "a.shp", [shapely.Point(106.5, 29.5)], ["磁器口"], "EPSG:4490",
        {"former_nam": ["龙隐镇、白岩场"], "registerin": ["民政局"]}, encoding="GB18030",
    )  # fmt: skip
    (tmp_path / "a.cpg").unlink()
    delivery = read_places(file)
    (record,) = delivery
    assert [n.text for n in record.names] == ["磁器口", "龙隐镇", "白岩场"]
    assert record.place.lon == 106.5 and delivery.encoding == "GB18030:by-bytes"
    assert delivery.kept == ("registerin",)


GEONAMES = (
    "1783700\tZitong\tZitong\tT'ung-nan,Zitong,zi tong,梓潼,潼南縣,Цзытун"
    "\t30.1782\t105.82991\tP\tPPLA3\tCN\t\t33"
    "\t\t\t\t212819\t\t247\tAsia/Shanghai\t2022-01-01"
)


def test_dumps_of_geonames(tmp_path):
    file = tmp_path / "CN.txt"
    file.write_text(GEONAMES + "\n" + GEONAMES.replace("\tP\t", "\tP") + "\n", "utf-8")
    delivery = read_places(file)
    first, _ = delivery
    assert delivery.format == "geonames"
    assert [(n.text, n.kind.value, n.lang) for n in first.names] == [
        ("梓潼", "standard", "zh-Hans"), ("Zitong", "alias", "zh-Latn-pinyin"),
        ("T'ung-nan", "alias", "und-Latn"), ("zi tong", "alias", "zh-Latn-pinyin"),
        ("潼南縣", "alias", "zh-Hant"), ("Цзытун", "alias", "und-Cyrl"),
    ]  # fmt: skip
    assert (first.place.source_id, first.place.feature, first.place.lon) == (
        "1783700", "PPLA3", 105.82991,
    )  # fmt: skip
    assert first.place.verbatim["country code"] == "CN"


LP = "id\ttitle\ttitle_source\tstart\tend\tvariants\ttypes\taat_types\tmatches\tlon\tlat"


def test_linked_places_tables_and_what_they_lack(tmp_path):
    file = tmp_path / "lp.tsv"
    file.write_text(
        "\n".join([
            "# right", LP,
            "1\tMarienborch\tCroniken\t1480\t1491\tMarienburg;Malbork@pl\ttown\t300008375\twd:Q1\t19\t54",
            "2\tPoli\t\t1480\t\t\t\t\tfoo:1\t\t", "3\tAB\tX\t\t\t\t\t12\t\t\t",
            "", "# another table", LP.replace("\ttitle_source", ""),
            "4\tLossen\t1480\t\t\t\t\t\t\t", "5\t\t1480\t\t\t\t\t\t200\t5",
        ]),
        "utf-8",
    )  # fmt: skip
    delivery = read_places(file)
    assert delivery.format == "lp-tsv"
    first, *others = delivery
    assert first.problems == first.remarks == ()
    assert [(n.text, n.lang, n.citation, n.when.text) for n in first.names] == [
        ("Marienborch", "und-Latn", "Croniken", "1480/1491"), ("Marienburg", "und-Latn", "", ""),
        ("Malbork", "pl", "", ""),
    ]  # fmt: skip
    assert [[s.split(",")[0].partition(": ")[2] for s in said(r.problems)] for r in others] == [
        ["title_source is missing"], ["start / attestation_year is missing"],
        ["title_source is missing"],
        ["title_source is missing", "200 is beyond 180 degrees", "there is no name"],
    ]  # fmt: skip
    assert any("foo:1" in s for s in said(others[0].remarks))
    assert any("12" in s and "Thesaurus" in s for s in said(others[1].remarks))


def feature(**more):
    return {
        "@id": "x:1", "type": "Feature", "properties": {"title": "Chungking"},
        "geometry": {"type": "Point", "coordinates": [106.5, 29.5]},
        "names": [
            {"toponym": "重慶", "lang": "zh-Hant",
             "when": {"timespans": [{"start": {"in": "1189"}, "end": {"in": "1911"}}]},
             "citations": [{"label": "宋史"}]},
            {"toponym": "Chungking"},
        ],
        "types": [{"label": "city", "sourceLabel": "府"}],
        "when": {"timespans": [{"start": {"earliest": "1189"}}]},
        "relations": [{"relationType": "gvp:broaderPartitive", "label": "part of Sichuan"}],
        "links": [{"type": "closeMatch", "identifier": "wd:Q11725"}],
        "descriptions": [{"value": "a city"}], **more,
    }  # fmt: skip


def collection(tmp_path, *features):
    file = tmp_path / "lp.jsonld"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return file


def test_linked_places_json(tmp_path):
    (record,) = read_places(collection(tmp_path, feature()))
    assert [(n.text, n.kind.value, n.lang, n.when.text, n.citation) for n in record.names] == [
        ("Chungking", "standard", "und-Latn", record.place.when.text, ""),
        ("重慶", "alias", "zh-Hant", "1189/1911", "宋史"),
    ]  # fmt: skip
    place = record.place
    assert (place.lon, place.feature, place.within) == (106.5, "府", ("Sichuan",))
    assert place.facts == {"description": "a city"} and place.source_id == "x:1"
    assert json.loads(place.verbatim["links"])[0]["identifier"] == "wd:Q11725"
    assert record.problems == ()


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"names": []}, ""), ({"names": [{"toponym": " "}]}, "no name"),
        ({"names": "x", "properties": 3}, "no name"),
        ({"geometry": {"type": "Point", "coordinates": [200, 5]}}, "no place on Earth"),
        ({"geometry": {"type": "Point", "coordinates": ["a"]}}, "cannot be read"),
        ({"geometry": {"geowkt": "POINT(5"}}, "cannot be read"),
        ({"when": {"timespans": [{"start": {"in": "1997-02-30"}}]}}, "1997-02-30"),
        ({"properties": {"title": "a\u0007"}}, "control"),
    ],
)  # fmt: skip
def test_features_that_are_no_places(tmp_path, more, what):
    record, good = read_places(collection(tmp_path, feature(**more), feature()))
    assert good.problems == ()
    assert bool(record.problems) == bool(what)
    assert not what or any(what in s for s in said(record.problems))


def test_features_of_any_shape_are_told_apart_from_none(tmp_path):
    for odd in (3, None, [], "x", {}):
        record, _ = read_places(collection(tmp_path, odd, feature()))
        assert record.problems and record.names == ()
    area = {"type": "Polygon", "coordinates": [[[106, 29], [107, 29], [107, 30], [106, 29]]]}
    several = {"type": "GeometryCollection", "geometries": [area]}
    for geometry in (area, several):
        (record,) = read_places(collection(tmp_path, feature(geometry=geometry)))
        assert record.place.geometry.area == pytest.approx(0.5)


def own_records():
    names = (
        Name("n-1", "p-1", "磁器口", romanisation="Cíqìkǒu", when=read_told("1949/"), meaning="=1"),
        Name("n-2", "p-1", "龙隐镇", NameKind.FORMER, when=read_told("清乾隆年间"),
             certainty=Certainty.UNCERTAIN, facts=Facts({"note": " x"})),
    )  # fmt: skip
    return [
        PlaceRecord(
            Place("p-1", "22100", "古镇", "50010600122100000001", 106.45, 29.58,
                  within=("重庆市", "沙坪坝区"), source="s", source_id="1",
                  facts=Facts({"history": "a\nb"}), verbatim=Facts({"名称": "磁器口"})),
            names,
        ),
        PlaceRecord(Place("p-2"), (Name("n-3", "p-2", "无处"),)),
    ]  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "xlsx", "gpkg", "parquet", "jsonld"])
def test_what_was_exported_is_read_as_it_was(tmp_path, ending):
    file = tmp_path / f"a.{ending}"
    write_places(own_records(), str(file))
    delivery = read_places(file)
    assert delivery.format == "diming.places/1" and len(delivery) == 2
    assert [(r.place, r.names) for r in delivery] == [(r.place, r.names) for r in own_records()]
    assert list(delivery) == list(delivery)


@settings(max_examples=60, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=7), max_size=6))
def test_no_cell_whatever_stops_a_table(tmp_path, rows):
    header = "标准名称,曾用名,东经,北纬,设立年份,地名类别,坐标系"
    file = tmp_path / "t.csv"
    body = "\n".join(",".join(row) for row in rows)
    file.write_bytes(f"{header}\n甲,,,,,,\n{body}".encode("utf-8", "replace"))
    try:
        records = list(read_places(file))
    except DimingError:
        return  # as a whole no text
    assert records[0].names[0].text == "甲"
    for record in records:
        assert record.names or record.problems
        assert all(problem_text(p, "zh_CN") for p in (*record.problems, *record.remarks))


@settings(max_examples=80, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.binary(max_size=300), st.sampled_from(["csv", "tsv", "txt", "xlsx", "jsonld", "gpkg"]))
def test_no_bytes_whatever_raise_anything_else(tmp_path, raw, ending):
    file = tmp_path / f"t.{ending}"
    file.write_bytes(raw)
    try:
        list(read_places(file))
    except DimingError as error:
        assert str(error)
