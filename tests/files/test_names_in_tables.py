"""Tables of names: headings of offices, dates and degrees as written, and rows that are refused."""

import csv
import gzip
from pathlib import Path

import openpyxl
import pytest

from diming.errors import UnreadableInput, UsageError
from diming.files.name_mapping import write_mapping
from diming.files.names_in import read_places
from diming.files.names_in_csv import LONGEST_CELL
from diming.files.names_refused import REASON, ROW, write_refused
from diming.files.place_delivery import PlaceReading
from diming.handbook.fields import name_fields
from diming.model.place import NameKind
from diming.present.problems import problem_text

CENSUS = (
    "标识码,地名代码,标准名称,图上名称,别名,简称,曾用名,汉字书写,少数民族语书写,原读音,"
    "普通话读音,罗马字母拼写,通名罗马字母拼写,语种,地名类别,使用时间,设立年份,废止年份,"
    "东经,至东经,北纬,至北纬,坐标系,测量方法,原图名称,图号(年版),比例尺,来历,含义,历史沿革,实体概况,所跨行政区,密级,多媒体,资料来源,登记人,登记单位,登记时间,备注"
)
ROW_OF_CENSUS = {
    "标识码": "000017", "地名代码": "50024020210012100001", "标准名称": "龙河", "图上名称": "龍河",
    "别名": "南宾河、石柱河；葫芦溪", "简称": "无", "曾用名": "望江河（1958—1980）；木坪河（清）",
    "汉字书写": "龙河", "少数民族语书写": "ꇊꉼ", "原读音": "lung ho", "普通话读音": "lóng hé",
    "罗马字母拼写": "Lóng Hé", "通名罗马字母拼写": "Hé", "语种": "彝语", "地名类别": "12100 河流",
    "使用时间": "现今", "设立年份": "", "废止年份": "", "东经": "108°33′12″", "至东经": "107.75",
    "北纬": "29°52'", "至北纬": "29.88", "坐标系": "2000国家大地坐标系", "测量方法": "图上量算",
    "原图名称": "石柱", "图号(年版)": "H-48-12(1976)", "比例尺": "1:50000", "来历": "河弯如龙",
    "含义": "如龙之河", "历史沿革": "1958年改名", "实体概况": "长164千米",
    "所跨行政区": "石柱县、丰都县", "密级": "秘密", "多媒体": "p1.jpg", "资料来源": "《石柱县志》",
    "登记人": "甲", "登记单位": "民政局", "登记时间": "2015-03-01", "备注": "二普",
}  # fmt: skip


def table(tmp_path, *lines, name="t.csv", encoding="utf-8"):
    file = tmp_path / name
    file.write_bytes("\n".join(lines).encode(encoding))
    return str(file)


def only(path, **how):
    (record,) = read_places(path, PlaceReading(**how))
    return record


def said(record):
    return [problem_text(p, "en") for p in record.problems]


def test_every_field_of_the_census_has_a_home_and_nothing_of_the_row_is_lost(tmp_path):
    line = ",".join(ROW_OF_CENSUS[h] for h in CENSUS.split(","))
    delivery = read_places(table(tmp_path, CENSUS, line))
    assert delivery.kept == ()
    (record,) = delivery
    assert record.problems == () and record.number == 2
    place, standard = record.place, record.names[0]
    assert (place.source_id, place.code, place.class_code) == (
        "000017", "50024020210012100001", "12100",
    )  # fmt: skip
    assert place.feature == "河流"
    assert (place.lon, place.lat) == (pytest.approx(108.553333, abs=1e-6), pytest.approx(29.866667))
    assert (standard.text, standard.lang, standard.romanisation) == ("龙河", "zh-Hans", "Lóng Hé")
    assert (standard.reading, standard.origin, standard.meaning, standard.citation) == (
        "lung ho", "河弯如龙", "如龙之河", "《石柱县志》",
    )  # fmt: skip
    assert standard.facts == {
        "generic_romanisation": "Hé", "mandarin_reading": "lóng hé", "language": "彝语",
    }  # fmt: skip
    assert [(n.text, n.kind, n.lang, n.when.text) for n in record.names[1:]] == [
        ("龍河", NameKind.MAP, "zh-Hant", ""),
        ("南宾河", NameKind.ALIAS, "zh-Hans", ""),
        ("石柱河", NameKind.ALIAS, "zh-Hans", ""),
        ("葫芦溪", NameKind.ALIAS, "zh-Hans", ""),
        ("望江河", NameKind.FORMER, "zh-Hans", "1958—1980"),
        ("木坪河", NameKind.FORMER, "zh-Hans", "清"),
        ("ꇊꉼ", NameKind.MINORITY, "ii", ""),
    ]
    facts = {
        "in_use": "现今", "crs": "2000国家大地坐标系", "lon_to": "107.75", "lat_to": "29.88",
        "surveying": "图上量算", "map_title": "石柱", "map_sheet": "H-48-12(1976)",
        "map_scale": "1:50000", "history": "1958年改名", "description": "长164千米",
        "crosses": "石柱县、丰都县", "secrecy": "秘密", "media": "p1.jpg", "registrar": "甲",
        "registered_by": "民政局", "registered_on": "2015-03-01", "note": "二普",
    }  # fmt: skip
    assert place.facts == facts
    assert place.verbatim == {h: v for h, v in ROW_OF_CENSUS.items() if v}
    assert list(record.cells) == CENSUS.split(",")


def test_every_census_field_of_the_forms_is_listed():
    titles = {f.zh for f in name_fields().fields.values() if f.basis == "S15"}
    assert titles >= set(CENSUS.split(","))


def test_no_two_fields_share_a_heading():
    fields = name_fields()
    for key, field in fields.fields.items():
        for heading in field.headers:
            assert fields.of_heading(heading)[0] == key, (key, heading)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings_of_offices(tmp_path, encoding):
    path = table(
        tmp_path, "名称,所在区县,备注", "磁器口,沙坪坝区,古镇在嘉陵江边", encoding=encoding
    )
    record = only(path)
    assert record.names[0].text == "磁器口" and record.place.within == ("沙坪坝区",)


def test_compressed_tables_and_other_separators(tmp_path):
    packed = tmp_path / "t.csv.gz"
    packed.write_bytes(gzip.compress("名称;经度;纬度\n朝天门;106.58;29.56\n".encode()))
    delivery = read_places(packed)
    (record,) = delivery
    assert (record.place.lon, record.place.lat, delivery.source) == (106.58, 29.56, "t")


def test_titles_above_the_headings_and_headings_that_come_twice(tmp_path):
    path = table(
        tmp_path,
        "巫山县地名登记表,,,",
        "填表单位：民政局,,,",
        "名称,备注,备注,",
        "龙溪,a,b,",
        "大昌,,,",
    )
    delivery = read_places(path)
    first, second = delivery
    assert delivery.columns == ("名称", "备注", "备注 2")
    assert first.place.verbatim == {"名称": "龙溪", "备注": "a", "备注 2": "b"}
    assert (first.number, second.number) == (4, 5)
    assert delivery.kept == ("备注 2",) and second.problems == ()


@pytest.mark.parametrize(
    ("header", "row", "what"),
    [
        ("名称,备注", ",x", "there is no name"),
        ("名称,备注", "无,x", "there is no name"),
        ("名称,设立年份", "甲,1997-02-30", "1997-02-30"),
        ("名称,设立年份,废止年份", "甲,1980,1958", "begins after it ends"),
        ("名称,曾用名", "甲,乙（1997-02-30）", "1997-02-30"),
        ("名称,东经,北纬", "甲,106.5,近郊", "“近郊” is no number of degrees"),
        ("名称,东经,北纬", "甲,106°75′,29.5", "is no number of degrees"),
        ("名称,东经,北纬", "甲,1e400,29.5", "beyond 180 degrees"),
        ("名称,东经,北纬", "甲,200,29.5", "beyond 180 degrees"),
        ("名称,东经,北纬", "甲,29.5,106.5", "seem to be swapped"),
        ("名称,东经,北纬", "甲,106.5,", "北纬 is missing"),
        ("名称,wkt", "甲,POINT(106", "is no geometry in WKT"),
        ("名称,wkt", "甲,POINT(206 29)", "no place on Earth"),
        ("名称,备注", "甲\x07乙,x", "control characters"),
        ("名称,备注", '"甲\n乙",x', "control characters"),
        ("名称,备注", "甲" * 201 + ",x", "more than 200"),
        ("名称,备注", "甲,x,y", "cells may have moved"),
        ("名称,名称类型", "甲,怪", "is no kind of name"),
    ],
)
def test_rows_that_are_refused(tmp_path, header, row, what):
    path = table(
        tmp_path, header, row, header.replace("名称", "乙").replace("名称类型", "别名")[:1]
    )
    first, second = read_places(path)
    assert any(what.replace("“", "").replace("”", "") in s.replace("«", "").replace("»", "")
               .replace("“", "").replace("”", "") for s in said(first)), said(first)  # fmt: skip
    assert second.problems == () and second.names[0].text == "乙"


def test_what_is_noticed_and_taken_all_the_same(tmp_path):
    path = table(
        tmp_path, "名称,地名代码,东经,北纬,行政区划代码",
        "朝天\u202e门,123,0,0,500103", "乙,,106,29,50010",
        "丙,,,,500103001",
    )  # fmt: skip
    first, second, _ = read_places(path)
    assert first.names[0].text == "朝天门" and first.cells["名称"] == "朝天\u202e门"
    assert first.place.code == "" and first.place.verbatim["地名代码"] == "123"
    assert first.place.lon is None and len(first.remarks) == 3 and first.problems == ()
    assert second.place.facts == {} and second.place.source_id == "50010"
    assert "5 characters" in problem_text(second.remarks[0], "en")


def test_a_quotation_mark_spoils_its_own_row_only(tmp_path):
    path = table(tmp_path, "名称,备注", '甲,"未闭合', "乙,好", '丙,"好"坏', "丁,x")
    records = list(read_places(path))
    assert [(r.names[0].text, bool(r.problems)) for r in records] == [
        ("甲", True), ("乙", False), ("丙", True), ("丁", False),
    ]  # fmt: skip
    assert [r.number for r in records] == [2, 3, 4, 5]


def test_many_bad_quotation_marks_take_no_time(tmp_path):
    path = table(tmp_path, "名称,备注", *['甲,"x'] * 5000)
    records = list(read_places(path))
    assert len(records) == 5000 and all(r.problems for r in records)


def test_a_cell_of_megabytes_and_a_nul_refuse_one_row(tmp_path):
    path = table(tmp_path, "名称,备注", "甲," + "x" * (LONGEST_CELL * 10), "乙\0,y", "丙,z")
    first, second, third = read_places(path)
    assert "more than" in said(first)[0] and "control" in said(second)[0]
    assert third.problems == ()


def test_empty_and_binary_files_are_no_tables(tmp_path):
    for raw in (b"", b"\n\n", bytes(range(256)) * 40, b"\x1f\x8b broken"):
        file = tmp_path / "t.csv"
        file.write_bytes(raw)
        with pytest.raises(UnreadableInput):
            read_places(file)


def test_a_table_without_names_says_what_its_columns_are(tmp_path):
    with pytest.raises(UnreadableInput, match="recognised"):
        read_places(table(tmp_path, "甲,乙", "1,2"))


def test_displaced_positions_are_neither_taken_nor_kept(tmp_path):
    path = table(tmp_path, "名称,经度,纬度,center", '甲,106.5,29.5,"106.51,29.51"', "乙,,,")
    delivery = read_places(path, PlaceReading(datum="GCJ-02"))
    first, second = delivery
    assert delivery.displaced == 1 and first.place.lon is None and first.problems == ()
    assert first.place.verbatim == {"名称": "甲"} and first.names[0].text == "甲"
    assert first.cells["经度"] == "106.5"  # given back to whom it belongs, if refused
    assert not any("106.5" in str(v) for v in (first.place, first.names))
    named = table(tmp_path, "名称,经度,纬度", "甲,106.5,29.5", name="a_gcj02.csv")
    assert read_places(named).displaced == 1
    row = table(tmp_path, "名称,经度,纬度,坐标系", "甲,106.5,29.5,GCJ-02", "乙,106.5,29.5,CGCS2000")
    first, second = read_places(row)
    assert first.place.lon is None and "经度" not in first.place.verbatim
    assert second.place.lon == 106.5 and "经度" in second.place.verbatim
    with pytest.raises(UsageError, match="wgs"):
        read_places(path, PlaceReading(datum="wgs-84"))


def test_old_frames_wait_for_those_who_hold_their_parameters(tmp_path):
    row = table(tmp_path, "名称,经度,纬度,坐标系", "甲,106.5,29.5,1954北京坐标系")
    record = only(row)
    assert record.place.lon is None and record.problems == ()
    assert "1954北京坐标系" in problem_text(record.remarks[0], "en")
    assert record.place.verbatim["经度"] == "106.5"


@pytest.mark.parametrize(("x", "y"), [("3272217.30", "359474.09"), ("359474.09", "3272217.30")])
def test_surveyors_write_north_first_and_programs_east(tmp_path, x, y):
    record = only(table(tmp_path, "名称,X,Y", f"甲,{x},{y}"), crs="EPSG:4545")
    assert (record.place.lon, record.place.lat) == (
        pytest.approx(106.55, abs=1e-7), pytest.approx(29.56, abs=1e-7),
    )  # fmt: skip


def test_codes_that_were_used_again_are_two_places(tmp_path):
    path = table(
        tmp_path, "code,name,valid_from,valid_to", "500110,万盛区,1997,2011", "500110,綦江区,2011,",
        "500103,渝中区,1997,",
    )  # fmt: skip
    places = [r.place for r in read_places(path)]
    assert [p.source_id for p in places] == ["500110/万盛区", "500110/綦江区", "500103"]
    assert [p.facts["division_code"] for p in places] == ["500110", "500110", "500103"]


def test_what_a_place_lies_in(tmp_path):
    path = table(
        tmp_path, "code,parent,name,province,city,county,town",
        "500101001,500101,太白街道,重庆市,市辖区,万州区,太白街道",
    )  # fmt: skip
    place = only(path).place
    assert place.within == ("重庆市", "市辖区", "万州区") and place.within_code == "500101"
    one = only(table(tmp_path, "名称,所属政区", "甲,重庆市/巫山县"))
    assert one.place.within == ("重庆市", "巫山县")


def test_a_mapping_says_what_headings_do_not(tmp_path):
    path = table(tmp_path, "甲,乙,丙,名称", "磁器口,旧名（1950）,古镇,不是")
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        'format = "diming.mapping/1"\nsource = "江北区地名库"\nkind = "former"\ndate = "1940"\n'
        '[columns]\n"甲" = "name"\n"乙" = "former_name"\n"名称" = ""\n'
        '[constants]\nwithin_county = "江北区"\nhistory = "同上"\n',
        "utf-8",
    )
    delivery = read_places(path, PlaceReading(mapping=str(mapping)))
    (record,) = delivery
    assert [(n.text, n.kind, n.when.text) for n in record.names] == [
        ("磁器口", NameKind.FORMER, "1940"), ("旧名", NameKind.FORMER, "1950"),
    ]  # fmt: skip
    assert delivery.source == record.place.source == "江北区地名库"
    assert record.place.within == ("江北区",) and record.place.facts == {"history": "同上"}
    assert delivery.kept == ("丙", "名称")
    assert record.place.verbatim == {
        "甲": "磁器口", "乙": "旧名（1950）", "丙": "古镇", "名称": "不是",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        '[columns]\n"没有" = "name"', '[columns]\n"名称" = "nmae"', '[constants]\nnmae = "x"',
        '[constants]\nlon = "106"', 'sorce = "x"', 'kind = "standart"', "header_row = 0",
        "[columns", '{"columns": {"名称": 1}}', 'format = "diming.mapping/9"', "date = 1.5",
    ],
)  # fmt: skip
def test_mappings_that_say_what_there_is_not(tmp_path, text):
    mapping = tmp_path / "m.toml"
    mapping.write_text(text, "utf-8")
    with pytest.raises(UsageError):
        read_places(table(tmp_path, "名称", "甲"), PlaceReading(mapping=str(mapping)))


def test_a_mapping_written_reads_the_same(tmp_path):
    path = table(tmp_path, '名称,"怪 ""头""",东经,北纬', "甲,x,106.5,29.5")
    first = read_places(path)
    kept = tmp_path / "m.toml"
    write_mapping(str(kept), first)
    second = read_places(path, PlaceReading(mapping=str(kept)))
    assert list(first) == list(second) and first.recognised == second.recognised
    with pytest.raises(UsageError):
        write_mapping(str(kept), first)


def test_a_mapping_names_fields_by_key_or_by_their_title_on_the_forms(tmp_path):
    path = table(tmp_path, "地名,曾用名及使用年代", "磁器口,龙隐镇（1918年以前）")
    for field in ("former_name", "曾用名"):
        kept = tmp_path / f"{field}.toml"
        kept.write_text(
            'format = "diming.mapping/1"\n[columns]\n"地名" = "标准名称"\n'
            f'"曾用名及使用年代" = "{field}"\n',
            encoding="utf-8",
        )
        (record,) = read_places(path, PlaceReading(mapping=str(kept)))
        assert [(n.text, n.kind) for n in record.names] == [
            ("磁器口", "standard"), ("龙隐镇", "former"),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("part", "title"),
    [("地名录", "地名录"), ("", "refused"), ("a/b:c[d]", "a b c d"), ("长" * 40, "长" * 31)],
)
def test_a_returned_workbook_keeps_the_name_of_its_sheet(tmp_path, part, title):
    delivery = read_places(table(tmp_path, "名称,备注", ",x"))
    out = str(tmp_path / "back.xlsx")
    write_refused(out, delivery.columns, list(delivery), ["无"], sheet=part)
    assert openpyxl.load_workbook(out).sheetnames == [title]
    if part == title:  # So a mapping that names the sheet fits what comes back.
        kept = tmp_path / "m.toml"
        kept.write_text(
            f'format = "diming.mapping/1"\npart = "{part}"\n[columns]\n"名称" = "name"\n',
            encoding="utf-8",
        )
        again = read_places(out, PlaceReading(mapping=str(kept)))
        assert [r.cells["备注"] for r in again] == ["x"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_refused_rows_come_back_and_can_be_corrected(tmp_path, ending):
    path = table(tmp_path, "标识码,名称,备注,备注", "007,,=1+1,\x07", "008,乙,x,y", "009,无,z,-5")
    delivery = read_places(path)
    bad = [r for r in delivery if r.problems]
    out = str(tmp_path / f"back.{ending}")
    reasons = ["; ".join(said(r)) for r in bad]
    assert write_refused(out, delivery.columns, bad, reasons) == 2
    rows = list(csv.reader(Path(out).read_bytes().decode("utf-8-sig", "replace").splitlines()))
    if ending == "xlsx":
        sheet = openpyxl.load_workbook(out).worksheets[0]
        assert "f" not in {cell.data_type for row in sheet for cell in row}  # no formulas
        rows = [[cell.value or "" for cell in row] for row in sheet]
    else:
        assert rows[1][2] == "'=1+1"
    assert rows[0] == [*delivery.columns, REASON, ROW]
    assert rows[1][-2:] == ["名称: there is no name", "2"]
    assert rows[2][-3:] == ["-5", "名称: there is no name", "4"]
    # What comes again is read as it first was, but for what no workbook can hold.
    again = read_places(out)
    assert again.columns == delivery.columns
    assert [r.cells["备注"] for r in again] == ["=1+1", "z"]
    assert [r.place.source_id for r in again] == ["007", "009"]
    assert [said(r) for r in again] == [said(r) for r in bad]
    with pytest.raises(UsageError):
        write_refused(str(tmp_path / "x.txt"), delivery.columns, bad, reasons)
    with pytest.raises(UsageError):
        write_refused(str(tmp_path / "none" / f"x.{ending}"), delivery.columns, bad, reasons)
