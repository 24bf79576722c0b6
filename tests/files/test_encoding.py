"""Chinese comes out of every .dbf, whatever it says of itself."""

import pytest

from diming.errors import UnreadableInput, UsageError
from diming.files.encoding import settle
from files.makers import NAMES, cell, coded, read_all, read_one, shapefile, table, write, zipped

LONG = ["重庆市万州区龙都街道办事处", "陈家坝街道", "高峰镇"]


@pytest.mark.parametrize(
    ("encoding", "cpg", "driver", "label"),
    [
        ("GB18030", None, 0, "GB18030:by-bytes"),
        ("GB18030", "UTF-8", 0, "GB18030:by-bytes"),
        ("GB18030", "GBK", 0, "GB18030"),
        ("GB18030", "936", 0, "GB18030"),
        ("GB18030", "ANSI 936", 0, "GB18030"),
        ("GB18030", "GB2312\r\n", 0, "GB18030"),
        ("GB18030", "nonsense", 0, "GB18030:by-bytes"),
        ("GB18030", "\0\0", 0, "GB18030:by-bytes"),
        ("GB18030", "a\0b", 0, "GB18030:by-bytes"),
        ("GB18030", "", 0, "GB18030:by-bytes"),
        ("GB18030", None, 0x4D, "GB18030"),
        ("GB18030", None, 0x57, "GB18030:by-bytes"),
        ("UTF-8", None, 0, "UTF-8:by-bytes"),
        ("UTF-8", None, 0x4D, "UTF-8:by-bytes"),
        ("UTF-8", "UTF-8", 0, "UTF-8"),
        ("UTF-8", "GBK", 0, "UTF-8:by-bytes"),
        ("UTF-8", "65001", 0, "UTF-8"),
        ("Big5", "Big5", 0, "BIG5"),
        ("Big5", None, 0x4F, "Big5"),
    ],
)
def test_settled(tmp_path, encoding, cpg, driver, label):
    names = ["龍都街道", "陳家壩街道", "高峰鎮"] if encoding == "Big5" else NAMES
    delivery = read_one(
        shapefile(tmp_path / "x.shp", coded(encoding, names), cpg=cpg, driver=driver)
    )
    assert list(delivery.columns["name"]) == names
    assert delivery.encoding == label
    assert delivery.troubles == ()
    lies = {
        ("UTF-8", "GB18030"): ".cpg: UTF-8 ≠ GB18030",
        ("GBK", "UTF-8"): ".cpg: GB18030 ≠ UTF-8",
    }
    assert delivery.remarks == ((lies[cpg, encoding],) if (cpg, encoding) in lies else ())


def test_utf_8_cut_at_the_end_of_the_field(tmp_path):
    for length in (23, 24, 25):
        rows = [[b"1", "重庆市万州区龙都街道办事处".encode()[:length]], [b"2", "高峰镇".encode()]]
        file = shapefile(
            tmp_path / f"x{length}.shp", rows, fields=((b"code", 9), (b"name", length))
        )
        delivery = read_one(file)
        assert list(delivery.columns["name"]) == ["重庆市万州区龙都"[: length // 3], "高峰镇"]
        assert delivery.encoding == "UTF-8:by-bytes"
        assert delivery.troubles == ()


def test_gbk_cut_at_the_end_of_the_field(tmp_path):
    rows = [[b"1", "重庆市万州区龙都街道".encode("gbk")[:15]], [b"2", "高峰镇".encode("gbk")]]
    file = shapefile(tmp_path / "x.shp", rows, fields=((b"code", 9), (b"name", 15)))
    assert list(read_one(file).columns["name"]) == ["重庆市万州区龙", "高峰镇"]


def test_big5_that_does_not_say_so(tmp_path):
    names = ["龍都街道", "陳家壩街道", "萬州區"]
    delivery = read_one(shapefile(tmp_path / "x.shp", coded("Big5", names)))
    (trouble,) = delivery.troubles
    assert (trouble.rule, trouble.fid) == ("encoding-unsettled", -1)
    assert "name" in trouble.facts["column"] or trouble.facts["column"] == "*"
    assert delivery.encoding.endswith(":unsettled")
    given = read_one(tmp_path / "x.shp", encoding="big5")
    assert list(given.columns["name"]) == names
    assert given.troubles == ()


@pytest.mark.parametrize("names", [["Zürich", "Genève", "Köln"], ["Café", "Trouvé", "Vevé"]])
def test_latin_1_that_does_not_say_so(tmp_path, names):
    delivery = read_one(shapefile(tmp_path / "x.shp", coded("latin-1", names)))
    assert [t.rule for t in delivery.troubles] == ["encoding-unsettled"]
    assert list(read_one(tmp_path / "x.shp", encoding="latin-1").columns["name"]) == names
    said = read_one(shapefile(tmp_path / "y.shp", coded("latin-1", names), cpg="ISO-8859-1"))
    assert list(said.columns["name"]) == names
    esri = read_one(shapefile(tmp_path / "z.shp", coded("latin-1", names), cpg="88591"))
    assert list(esri.columns["name"]) == names


def test_the_user_knows_better(tmp_path):
    file = shapefile(tmp_path / "x.shp", coded("GB18030"), cpg="UTF-8")
    delivery = read_one(file, encoding="gbk")
    assert list(delivery.columns["name"]) == NAMES
    assert delivery.encoding == "gbk"
    assert list(read_one(file, encoding="936").columns["name"]) == NAMES


def test_the_user_is_wrong(tmp_path):
    file = shapefile(tmp_path / "x.shp", coded("GB18030"))
    delivery = read_one(file, encoding="utf-8")
    assert len(delivery.geometry) == 3
    assert [t.rule for t in delivery.troubles] == ["encoding-unsettled"]
    assert delivery.troubles[0].facts["column"] == "name"


@pytest.mark.parametrize("name", ["klingon", "", "a\0b", "hex", "undefined"])
def test_an_encoding_that_is_none(tmp_path, name):
    file = shapefile(tmp_path / "x.shp")
    if not name:
        assert list(read_one(file, encoding=name).columns["name"]) == NAMES
        return
    with pytest.raises(UsageError, match="no encoding"):
        read_all(file, encoding=name)


def test_the_option_leaves_other_formats_alone(tmp_path):
    for ending in (".gpkg", ".geojson", ".fgb", ".parquet"):
        delivery = read_one(write(tmp_path / f"x{ending}"), encoding="GBK")
        assert set(delivery.columns["name"]) == set(NAMES)


def test_one_broken_text_among_good_ones(tmp_path):
    rows = [*coded("GB18030"), [b"4", b"\xff\xff\x80"]]
    delivery = read_one(shapefile(tmp_path / "x.shp", rows))
    assert list(delivery.columns["name"][:3]) == NAMES
    assert [t.facts["column"] for t in delivery.troubles] == ["name"]


def test_chinese_field_names_in_gbk(tmp_path):
    fields = (("代码".encode("gbk"), 12), ("名称".encode("gbk"), 24))
    delivery = read_one(shapefile(tmp_path / "x.shp", fields=fields))
    assert dict(delivery.column_names) == {"code": "代码", "name": "名称"}
    assert list(delivery.columns["name"]) == NAMES
    assert read_one(tmp_path / "x.shp", fields={"name": "代码"}).columns["name"][0] == "500101001"


def test_a_troubled_record_is_named_in_chinese(tmp_path):
    frame = table(3)
    frame.geometry = [cell(0), None, cell(2)]
    write(tmp_path / "x.shp", frame)
    shapefile(tmp_path / "y.shp")
    (tmp_path / "x.cpg").unlink()
    (tmp_path / "x.dbf").write_bytes((tmp_path / "y.dbf").read_bytes())
    (trouble,) = read_one(tmp_path / "x.shp").troubles
    assert (trouble.code, trouble.name) == ("050102002", NAMES[1])


def test_inside_a_zip(tmp_path):
    for cpg in (None, "UTF-8", "GBK"):
        file = shapefile(tmp_path / "万州.shp", cpg=cpg)
        delivery = read_one(zipped(tmp_path / "x.zip", file, encoding="gbk"))
        assert list(delivery.columns["name"]) == NAMES


def test_upper_case_siblings(tmp_path):
    file = shapefile(tmp_path / "x.shp", cpg="GBK")
    for each in list(tmp_path.iterdir()):
        each.rename(tmp_path / each.name.upper())
    assert list(read_one(file.with_name("X.SHP")).columns["name"]) == NAMES


@pytest.mark.parametrize("raw", [b"", b"\3", bytes(40), b"\xff" * 70])
def test_a_dbf_that_is_none(tmp_path, raw):
    file = tmp_path / "x.dbf"
    file.write_bytes(raw)
    settle(file)
    shp = shapefile(tmp_path / "y.shp")
    shp.with_suffix(".dbf").write_bytes(raw)
    try:
        read_one(shp)
    except UnreadableInput:
        return
