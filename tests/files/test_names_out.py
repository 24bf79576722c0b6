"""What is written of places and names is read back the same, as far as the format holds it."""

import csv
import io
import json
import zipfile
from dataclasses import fields, replace
from datetime import date
from importlib.resources import files

import jsonschema
import openpyxl
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from diming.errors import UsageError
from diming.files import (
    names_out_csv,
    names_out_gpkg,
    names_out_linked,
    names_out_parquet,
    names_out_xlsx,
)
from diming.files.names_out import FORMATS, format_of, write_places
from diming.files.place_table import COLUMNS, records_of
from diming.model.facts import Facts
from diming.model.place import Certainty, Name, NameKind, Place, PlaceRecord, Told
from diming.script.dates import read_told

SCHEMA = json.loads(
    files("diming").joinpath("schemas/linked-places.json").read_text(encoding="utf-8")
)
TOLD = [
    "", "1935", "清乾隆年间", "约1950年", "民国三十年/解放后", "公元前316年", "秦汉", "解放前",
    "1997-06-18", "19世纪?", "../1949", "1960/..",
]  # fmt: skip
SHAPES = [
    None, shapely.Point(106.5, 29.5), shapely.LineString([(106, 29), (107, 30.1)]),
    shapely.box(106, 29, 106.1, 29.1), shapely.MultiPoint([(106, 29), (106.5, 29)]),
    shapely.GeometryCollection([shapely.Point(106, 29)]), shapely.Polygon(),
    shapely.Point(106, 29, 300),
]  # fmt: skip

# What XML and UTF-8 hold: no controls, no half characters.
texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="￾￿"), max_size=12),
    st.sampled_from(["=1+1", "+86", "-5", "@x", "'=", "''-", "#N/A", "磁器口", "a\nb", "a\r\nb\t",
                     "_x0041_", "_x_x000D_", " 空 ", '"', ",", "＝cmd", "1e5", "TRUE", "00123"]),
)  # fmt: skip
facts = st.dictionaries(texts.filter(bool), texts, max_size=3).map(Facts)
told = st.sampled_from(TOLD).map(read_told)
degrees = st.one_of(st.none(), st.floats(-90, 90))
names = st.builds(
    Name, name_id=texts, place_id=st.just(""), text=texts.filter(bool),
    kind=st.sampled_from(NameKind), lang=st.sampled_from(["zh-Hans", "ii", "zh-Latn-pinyin", ""]),
    romanisation=texts, reading=texts, when=told, certainty=st.sampled_from(Certainty),
    origin=texts, meaning=texts, citation=texts, facts=facts,
)  # fmt: skip
places = st.builds(
    Place, place_id=st.sampled_from(["", "p-1", "p-2", "u-3"]), class_code=texts, feature=texts,
    code=texts, lon=degrees, lat=degrees, geometry=st.sampled_from(SHAPES),
    within=st.lists(texts, max_size=3).map(tuple), within_code=texts,
    within_id=st.one_of(st.none(), texts.filter(bool)),
    within_on=st.one_of(st.none(), st.dates()), when=told, source=texts, source_id=texts,
    facts=facts, verbatim=facts,
)  # fmt: skip


def _record(place, held):
    held = tuple(replace(n, place_id=place.place_id) for n in held)
    return PlaceRecord(place, held)


records = st.lists(
    st.builds(_record, places, st.lists(names, min_size=1, max_size=3)), min_size=1, max_size=4
)


def plain(record):
    """What a record says, without where it was read from."""
    place = record.place
    shape = None if place.geometry is None else shapely.to_wkb(place.geometry)
    return replace(place, geometry=shape, row=None), record.names, record.problems


def read_back(kind, path):
    if kind == "csv":
        with path.open(encoding="utf-8-sig", newline="") as handle:
            header, *rows = csv.reader(handle)
        return list(names_out_csv.records_in(header, enumerate(rows, start=2)))
    if kind == "linked-places":
        return list(names_out_linked.records_in(json.loads(path.read_text(encoding="utf-8"))))
    module = {"xlsx": names_out_xlsx, "gpkg": names_out_gpkg, "geoparquet": names_out_parquet}[kind]
    return list(module.records_in(str(path)))


WHOLE = ["csv", "xlsx", "gpkg", "geoparquet", "linked-places"]


@pytest.mark.parametrize("kind", WHOLE)
def test_what_is_written_is_read_back(kind, tmp_path_factory):
    lost = format_of("", kind).lost
    folder = tmp_path_factory.mktemp("out")
    target = folder / f"names.{kind}"

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(records)
    def held(given_records):
        target.unlink(missing_ok=True)
        assert write_places(given_records, str(target), format_name=kind) == len(given_records)
        wanted = given_records
        if "place.geometry" in lost:
            wanted = [replace(r, place=replace(r.place, geometry=None)) for r in wanted]
        assert list(map(plain, read_back(kind, target))) == list(map(plain, wanted))
        assert [p.name for p in folder.iterdir()] == [target.name]

    held()


@settings(max_examples=60, deadline=None)
@given(records)
def test_every_feature_is_one_of_linked_places(given_records):
    features = [names_out_linked.feature_of(r, i, ("重庆市", "渝中区"))
                for i, r in enumerate(given_records, 1)]  # fmt: skip
    text = json.dumps(
        {"type": "FeatureCollection", "@context": names_out_linked.CONTEXT, "features": features}
    )
    collection = json.loads(text)
    for feature in collection["features"]:
        if not feature["properties"]["title"]:
            feature["properties"]["title"] = "?"
    jsonschema.Draft202012Validator(SCHEMA).validate(collection)


@pytest.mark.parametrize(
    "wrong",
    [
        {"@id": "no uri"}, {"geometry": {"type": "Point", "coordinates": [1, 2, 3]}},
        {"names": []}, {"names": [{"toponym": "a\nb"}]}, {"names": [{"lang": "zh"}]},
        {"when": {}}, {"when": {"timespans": [{"start": {"in": "1958~"}}]}},
        {"when": {"timespans": [{"start": {"in": "1958", "latest": "1960"}}]}},
        {"properties": {"title": "甲"}}, {"properties": {"title": "甲", "fclasses": ["Z"]}},
        {"relations": [{"relationType": "gvp:broaderPartitive", "label": "乙"}]},
    ],
)  # fmt: skip
def test_the_schema_refuses_what_is_none(wrong):
    feature = names_out_linked.feature_of(example(), 1) | wrong
    made = {
        "type": "FeatureCollection",
        "@context": names_out_linked.CONTEXT,
        "features": [feature],
    }
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(made)


def example():
    place = Place(
        "p-1", "22200", "村", "50010600122200000001", 106.45, 29.58, None,
        ("重庆市", "沙坪坝区"), "500106", "u-7", date(2024, 1, 1), read_told("清乾隆年间/.."),
        "普查", "17", Facts({"history": "明代\n设白岩场", "secrecy": "公开"}),
        Facts({"标准名称": "磁器口", "序号": "1"}),
    )  # fmt: skip
    return PlaceRecord(
        place,
        (
            Name("n-1", "p-1", "磁器口", romanisation="Cíqìkǒu", origin="产瓷器", citation="县志"),
            Name("n-2", "p-1", "龙隐镇", NameKind.FORMER, when=read_told("明代/1918")),
            Name("n-3", "p-1", "白岩场", NameKind.FORMER, when=read_told("宋真宗咸平年间")),
            Name("n-4", "p-1", "=cmd|' /C calc'!A0", NameKind.ALIAS, certainty=Certainty.BOTH),
        ),
    )


def test_linked_places_tells_times_of_names(tmp_path):
    target = tmp_path / "a.jsonld"
    write_places([example()], str(target), parents={"p-1": ("重庆市", "沙坪坝区")})
    collection = json.loads(target.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(collection)
    feature = collection["features"][0]
    assert feature["@id"] == "urn:diming:p-1"
    assert feature["when"]["timespans"] == [{"start": {"earliest": "1736"}}]
    assert feature["names"][1]["when"]["timespans"] == [
        {"start": {"earliest": "1368"}, "end": {"in": "1918"}}
    ]
    assert feature["names"][2]["when"]["label"] == "宋真宗咸平年间"
    assert feature["properties"]["fclasses"] == ["P"]
    assert [r["label"] for r in feature["relations"]] == ["重庆市 / 沙坪坝区"] * 2
    assert feature["descriptions"][1]["value"] == "明代 设白岩场"
    before = names_out_linked.feature_of(
        PlaceRecord(Place("p-2", when=read_told("公元前316年")), (Name("n", "p-2", "江州"),)), 1
    )
    assert before["when"]["timespans"] == [{"start": {"in": "-0315"}, "end": {"in": "-0315"}}]


def test_no_cell_is_run_as_a_formula(tmp_path):
    target = tmp_path / "a.csv"
    write_places([example()], str(target))
    cells = [
        c for row in csv.reader(io.StringIO(target.read_text(encoding="utf-8-sig"))) for c in row
    ]
    assert "'=cmd|' /C calc'!A0" in cells
    assert not [c for c in cells if c[:1] in ("=", "+", "-", "@", "\t", "\r")]
    book = tmp_path / "a.xlsx"
    write_places([example()], str(book))
    with zipfile.ZipFile(book) as archive:
        for name in archive.namelist():
            assert b"<f>" not in archive.read(name)


def test_a_workbook_is_headed_as_offices_head_it(tmp_path):
    from openpyxl import load_workbook

    target = tmp_path / "a.xlsx"
    write_places([example()], str(target), parents={"p-1": ("重庆市",)})
    book = load_workbook(target)
    assert book.sheetnames == ["地点", "名称", "原文"]
    header, row = book["地点"].iter_rows(values_only=True)
    said = dict(zip(header, row, strict=True))
    assert said["标准名称"] == "磁器口"
    assert said["罗马字母拼写"] == "Cíqìkǒu"
    assert said["曾用名"] == "龙隐镇（明代/1918）、白岩场（宋真宗咸平年间）"
    assert said["东经"] == 106.45
    assert said["所属政区"] == "重庆市 / 沙坪坝区"
    assert said["今所属政区"] == "重庆市"
    assert book["名称"].max_row == 5
    assert [c.value for c in book["原文"][2]] == ["1", "p-1", "标准名称", "磁器口"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("a\x01b", r"U\+0001"), ("\ud800", r"U\+D800"), ("x" * 40_000, "32767")],
)
def test_what_no_cell_holds_is_said(text, said, tmp_path):
    target = tmp_path / "a.xlsx"
    target.write_bytes(b"before")
    record = example()
    odd = replace(record, names=(replace(record.names[0], meaning=text),))
    with pytest.raises(UsageError, match=said) as caught:
        write_places([odd], str(target))
    assert caught.value.facts["column"] in ("含义", "meaning")
    assert target.read_bytes() == b"before"
    assert [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]


def test_geonames_columns(tmp_path):
    target = tmp_path / "CN.txt"
    ours = example()
    columns = [
        "1783700",
        "Ciqikou",
        "Ciqikou",
        "Longyin,磁器口",
        "29.58",
        "106.45",
        "P",
        "PPLX",
        "CN",
        "",
        "33",
        "",
        "",
        "",
        "1200",
        "",
        "230",
        "Asia/Shanghai",
        "2012-01-17",
    ]
    from diming.files.names_out_geonames import COLUMNS as HEADS

    came = Facts(dict(zip(HEADS, columns, strict=True)))
    theirs = PlaceRecord(
        Place("p-9", lon=106.45, lat=29.58, source="geonames", source_id="1783700", verbatim=came),
        (Name("n", "p-9", "Ciqikou"), Name("m", "p-9", "Longyin"), Name("o", "p-9", "磁器口")),
    )
    assert write_places([ours, theirs], str(target)) == 2
    rows = [line.split("\t") for line in target.read_text(encoding="utf-8").splitlines()]
    assert rows[1] == columns
    assert [len(r) for r in rows] == [19, 19]
    assert rows[0][1:8] == ["磁器口", "Ciqikou", "龙隐镇,白岩场,=cmd|' /C calc'!A0",
                            "29.58", "106.45", "P", ""]  # fmt: skip
    assert int(rows[0][0]) >= 10**12


def test_what_formats_lose_are_fields_of_the_model():
    known = {f"place.{f.name}" for f in fields(Place)} | {f"name.{f.name}" for f in fields(Name)}
    for each in FORMATS:
        assert set(each.lost) <= known
    assert {"place.row", "name.row"}.isdisjoint(lost for each in FORMATS for lost in each.lost)


def test_formats_are_known_by_name_or_ending(tmp_path):
    assert format_of("a.XLSX").id == "xlsx"
    assert format_of("a", "geonames").id == "geonames"
    for output, name in [("a.doc", None), ("a", None), ("a.csv", "shp")]:
        with pytest.raises(UsageError):
            format_of(output, name)
    with pytest.raises(UsageError, match="folder"):
        write_places([], str(tmp_path), format_name="csv")
    with pytest.raises(UsageError, match="cannot be written"):
        write_places([], str(tmp_path / "no" / "a.csv"))


@pytest.mark.parametrize("ending", ["csv", "xlsx", "gpkg", "parquet", "jsonld"])
def test_units_of_today_may_be_gathered_while_records_go_by(tmp_path, ending):
    parents = {}

    def going_by():
        parents["p-1"] = ["重庆市", "沙坪坝区"]
        yield PlaceRecord(Place("p-1"), (Name("n-1", "p-1", "磁器口"),), "x", 1)

    out = tmp_path / f"names.{ending}"
    write_places(going_by(), str(out), parents=parents)
    if ending == "csv":
        (row,) = csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig")))
        assert row["within_today"] == "重庆市 / 沙坪坝区"
    elif ending == "xlsx":
        heads, row = openpyxl.load_workbook(out)["地点"].iter_rows(values_only=True)
        assert row[heads.index("今所属政区")] == "重庆市 / 沙坪坝区"
    elif ending == "gpkg":
        assert list(pyogrio.read_dataframe(out, layer="place")["within_today"]) == [
            "重庆市 / 沙坪坝区"
        ]
    elif ending == "parquet":
        table = parquet.read_table(out).to_pydict()
        assert table["within_today"] == ["重庆市 / 沙坪坝区"]
    else:
        assert "沙坪坝区" in out.read_text(encoding="utf-8")


def test_nothing_is_left_where_records_stop(tmp_path):
    def broken():
        yield example()
        raise RuntimeError("the archive went away")

    for kind in WHOLE:
        with pytest.raises(RuntimeError):
            write_places(broken(), str(tmp_path / "a"), format_name=kind)
    assert list(tmp_path.iterdir()) == []


def test_a_cell_changed_by_hand_is_refused_with_its_column():
    row = dict.fromkeys(COLUMNS, "") | {"record": "1", "place_id": "p", "name": "甲"}
    for column, text in [("lon", "east"), ("kind", "best"), ("facts", "["), ("within", "{}"),
                         ("within_on", "1997-02-30"), ("geometry", "00"), ("name_precision", "x"),
                         ("lat", "nan"), ("facts", '{"a": 1}')]:  # fmt: skip
        (record,) = records_of([(2, row | {column: text})], "a.csv")
        assert [p.column for p in record.problems] == [column]
        assert record.number == 2
    assert isinstance(Told(), Told)


def test_an_empty_export_is_a_file_all_the_same(tmp_path):
    for kind in WHOLE:
        target = tmp_path / f"a.{kind}"
        assert write_places([], str(target), format_name=kind) == 0
        assert read_back(kind, target) == []
