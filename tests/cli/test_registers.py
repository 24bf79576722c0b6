"""Protected names, vanished names, signs and counts from the command line."""

import json

import geopandas
import pytest
import shapely
from click.testing import CliRunner
from docx import Document
from openpyxl import Workbook, load_workbook

from diming.cli.main import main
from diming.model.entry import Matter
from diming.store.opening import open_store


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("DIMING_LANG", "LANGUAGE", "LC_ALL", "LANG", "DIMING_ARCHIVE", "DIMING_HANDBOOK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DIMING_AUTHOR", "测试员")

    def call(*arguments, code=0, lang="en"):
        result = CliRunner().invoke(main, [*arguments, "--lang", lang], catch_exceptions=False)
        assert result.exit_code == code, (result.stdout, result.stderr)
        return result.stdout if "--format" in arguments else " ".join(result.stdout.split())

    call("init")
    frame = geopandas.GeoDataFrame(
        {"code": ["500101", "500102"], "name": ["甲区", "乙县"]},
        geometry=[shapely.box(106, 29, 107, 30), shapely.box(107, 29, 108, 30)], crs=4490,
    )  # fmt: skip
    frame.to_file(tmp_path / "counties.gpkg")
    call("load", "counties.gpkg", "--date", "2000-01-01")
    return call


@pytest.fixture
def names(run):
    return lambda *arguments, **more: run("names", *arguments, **more)


def places(archive="diming.gpkg"):
    with open_store(archive, readonly=True) as store:
        return {n.text: (p, n) for b in store.gazetteer().every() for p, ns in b for n in ns}


def table(path, *rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cell in (c for line in book.active for c in line if isinstance(c.value, str)):
        cell.data_type = "s"  # Not a formula.
    book.save(path)
    return str(path)


FORM = (
    "序号",
    "地名名称",
    "拼音",
    "得名原由",
    "概况",
    "消失原因",
    "消失时间",
    "所属政区",
    "调查人",
)


def test_vanished_names_come_from_the_form_and_go_back_into_it(names, tmp_path):
    path = table(
        tmp_path / "v.xlsx", ("乙县消失地名登记表",), FORM,
        (1, "大昌", "Dàchāng", "取昌盛之意", "古镇，临大宁河", "水库淹没", "2003年6月", "乙县",
         "李某"),
        (2, "老街", "", "", "=1+1", "旧城改造", "1998", "乙县", ""),
    )  # fmt: skip
    said = json.loads(names("vanished", "import", path, "--format", "json"))
    assert (len(said["added"]), said["known"], said["refused"]) == (2, 0, [])
    assert "2 rows were there already" in names("vanished", "import", path)
    place, name = places()["大昌"]
    assert str(place.when.span) == "?/2003-06" and place.within == ("重庆市", "乙县")
    assert name.origin == "取昌盛之意" and place.verbatim == {"调查人": "李某"}
    rows = json.loads(names("vanished", "list", "--cause", "城建", "--format", "json"))["rows"]
    assert [(r["name"], r["cause"]) for r in rows] == [("老街", "construction")]
    names("vanished", "export", "-o", "out.docx")
    cells = [[c.text for c in r.cells] for r in Document("out.docx").tables[0].rows]
    assert cells[0] == ["序号", "地名名称", "拼音", "得名原由", "概况", "消失原因"]
    assert cells[1] == ["1", "大昌", "Dàchāng", "取昌盛之意", "古镇，临大宁河", "水库淹没"]
    names("vanished", "export", "-o", "out.xlsx")
    sheet = load_workbook("out.xlsx").active
    assert [sheet.cell(4, x).value for x in (1, 2, 5)] == ["2", "老街", "=1+1"]
    assert sheet.cell(4, 5).data_type == "s"


def test_a_row_that_cannot_be_is_refused_with_its_reason(names, tmp_path):
    path = table(tmp_path / "v.xlsx", FORM, (1, "甲", "", "", "", "外星人", "", "", ""),
                 (2, "乙", "", "", "", "城建", "1997-02-30", "", ""),
                 (3, "丙", "", "", "", "城建", "1997", "", ""))  # fmt: skip
    said = names("vanished", "import", path, lang="zh", code=4)
    assert "外星人" in said and "1997-02-30" in said and "未写入" in said
    assert places() == {}
    names("vanished", "import", path, "--keep-going", code=4)
    assert list(places()) == ["丙"]


def test_a_cause_told_in_a_phrase_is_understood_and_the_phrase_kept(names, tmp_path):
    path = table(tmp_path / "v.xlsx", FORM,
                 (1, "石宝", "", "", "", "三峡水库淹没", "2003", "乙县", ""),
                 (2, "某坝", "", "", "", "三峡移民建设", "2003", "乙县", ""))  # fmt: skip
    said = names("vanished", "import", path, lang="zh", code=4)
    assert "无误的新记录 1 条" in said and "三峡移民建设" in said and "三峡水库淹没" not in said
    names("vanished", "import", path, "--keep-going", code=4)
    (row,) = json.loads(names("vanished", "list", "--cause", "水库淹没", "--format", "json"))[
        "rows"
    ]
    assert row["name"] == "石宝" and row["cause"] == "reservoir"
    place, _ = places()["石宝"]
    assert place.verbatim["消失原因"] == "三峡水库淹没"


def test_a_name_stands_once_in_a_table(names, tmp_path):
    path = table(tmp_path / "v.xlsx", FORM, ("", "甲", "", "", "", "城建", "1997", "乙县", ""),
                 ("", "甲", "", "又一说", "", "城建", "1998", "乙县", ""))  # fmt: skip
    assert "stands above in the table" in names("vanished", "import", path, code=4)
    names("vanished", "import", path, "--keep-going", code=4)
    # What is told otherwise later is a further step, and the place stays one.
    names("vanished", "add", "--name", "甲", "--cause", "城建", "--gone", "1997", "--within",
          "乙县", "--origin", "又一说")  # fmt: skip
    (row,) = json.loads(names("vanished", "list", "--format", "json"))["rows"]
    assert row["origin"] == "又一说" and len(places()) == 1


def test_a_place_that_vanishes_ends_with_its_names(names):
    names("vanished", "add", "--name", "新村", "--cause", "其他", "--within", "乙县")
    place, name = places()["新村"]
    assert place.when.span.is_open
    names("vanished", "add", "--name", "新村", "--cause", "合并", "--gone", "2010-05-01",
          "--place", place.place_id, "--number", "7")  # fmt: skip
    place, name = places()["新村"]
    assert str(place.when.span) == str(name.when.span) == "?/2010-05-01"
    # EDTF names the last day, spans the first day after it.
    assert name.when.text == "/2010-04-30" and name.kind == "standard"
    refused = names("vanished", "add", "--name", "x", "--cause", "合并", "--place", "p-0", code=4)
    assert "no place" in refused


def test_lists_of_protected_names(names, tmp_path):
    rows = [("地名名称", "级别", "类别", "批次", "所属政区", "使用状况"),
            ("磁器口", "省级", "古镇", "1", "甲区", "在用"),
            ("某古城", "市级", "古城（都）", "1", "乙县", "停用"),
            ("某山", "省（市）级", "山川河流", "2", "乙县", "")]  # fmt: skip
    refused = names("heritage", "import", table(tmp_path / "h.xlsx", *rows), code=4)
    assert "省级" in refused and "市级" in refused
    rows = [[("省(市)级" if c in ("省级", "市级") else c) for c in r] for r in rows]
    path = table(tmp_path / "h.xlsx", *rows)
    assert "3 rows are new" in names("heritage", "import", path)
    assert "3 rows were there already" in names("heritage", "import", path)
    listed = json.loads(names("heritage", "list", "--batch", "1", "--format", "json", lang="zh"))
    told = {r["name"]: (r["class"], r["use"], r["consequence"]) for r in listed["rows"]}
    assert told == {"磁器口": ("old-town", "in_use", "不得更名"),
                    "某古城": ("old-city", "unused", "优先就近、就地采用")}  # fmt: skip
    first = next(r["id"] for r in listed["rows"] if r["name"] == "磁器口")
    names("heritage", "remove", first, "--note", "重复")
    assert "磁器口" not in names("heritage", "list")
    assert "磁器口" in names("heritage", "list", "--all")
    names("heritage", "remove", first, "--note", "重复", code=2)
    assert "removed" in names("heritage", "show", "磁器口")


def test_an_appraisal_computes_its_verdict(names):
    common = ("heritage", "appraise", "忠县", "--scheme", "ancient-county", "--date", "2026-01-01")
    scores = ("--score", "history=90", "--score", "culture=80", "--score", "influence=50")
    said = json.loads(names(*common, *scores, "--year", "unit_since=-221", "--year",
                            "name_since=634", "--format", "json"))  # fmt: skip
    # 90 × 0.3 + 80 × 0.4 + 50 × 0.3
    assert (said["verdict"], said["total"]) == ("doubtful", 74.0)
    assert "2246 years" in said["reasons"][0]["message"]
    young = json.loads(names(*common, *scores, "--year", "unit_since=1100", "--year",
                             "name_since=634", "--format", "json"))  # fmt: skip
    assert young["verdict"] == "not-recognised"
    broken = json.loads(names(*common, *scores, "--year", "unit_since=-221", "--year",
                              "name_since=634", "--break", "unit_since=300", "--format",
                              "json"))  # fmt: skip
    assert broken["verdict"] == "not-recognised"
    assert json.loads(names(*common, *scores, "--format", "json"))["verdict"] == "open"
    names(*common, "--score", "beauty=3", code=2)
    shown = json.loads(names("heritage", "show", "忠县", "--format", "json"))
    assert [e["state"] for e in shown["entries"]] == [
        "doubtful", "not-recognised", "not-recognised", "open"
    ]  # fmt: skip


def test_signs_are_held_against_the_standard_name(names):
    names("vanished", "add", "--name", "磁正街", "--pinyin", "Cízhèng Jiē", "--cause", "其他",
          "--lon", "107.5", "--lat", "29.5")  # fmt: skip
    place_id = places()["磁正街"][0].place_id
    at = ("--place", place_id, "--kind", "街路牌", "--date", "2026-01-01")
    assert "1 row is new" in names("signs", "add", *at, "--text", "磁正街", "--romanisation",
                                   "CIZHENG JIE", "--number", "1")  # fmt: skip
    assert "standard name is “磁正街”" in names("signs", "add", *at, "--text", "慈正街",
                                                "--number", "2")  # fmt: skip
    said = names("signs", "add", *at, "--text", "磁正街", "--romanisation", "Cizheng Street",
                 "--number", "3")  # fmt: skip
    assert "“street” under the name is no pinyin" in said
    door = names("signs", "add", "--place", place_id, "--kind", "门牌", "--text", "磁正街12号",
                 "--number", "4")  # fmt: skip
    assert "standard name" not in door
    rows = json.loads(names("signs", "list", "--date", "2026-02-01", "--format", "json"))["rows"]
    assert [bool(r["problems"]) for r in rows] == [True, True, False, False]
    sound = next(r["id"] for r in rows if r.get("number") == "1")
    names("signs", "patrol", sound, "破损", "--by", "李某", "--date", "2026-03-01")
    names("signs", "patrol", sound, "完好", "--by", "李某", "--date", "2026-02-01", code=2)
    due = json.loads(names("signs", "list", "--due", "--date", "2026-03-02", "--format", "json"))
    assert {r.get("number") for r in due["rows"]} == {"1", "2", "3"}
    late = json.loads(names("signs", "list", "--due", "--date", "2028-03-02", "--format", "json"))
    assert len(late["rows"]) == 4


def test_counts_by_unit_and_year(names, tmp_path):
    path = table(
        tmp_path / "v.xlsx", ("name", "cause", "gone", "within", "lon", "lat"),
        ("一", "其他", "", "甲区", "", ""), ("二", "其他", "2024-06-01", "乙县", "107.2", "29.5"),
        ("三", "其他", "", "", "107.5", "29.5"), ("四", "其他", "", "", "", ""),
    )  # fmt: skip
    names("vanished", "import", path)
    known = places()
    for name, day, state in (("一", "2024-03-01", "完好"), ("三", "2025-03-01", "缺失")):
        names("signs", "add", "--place", known[name][0].place_id, "--text", name, "--date", day,
              "--state", state)  # fmt: skip
    got = json.loads(names("counts", "--year", "2023", "--year", "2025", "--format", "json"))
    told = {(r["year"], r["unit"]): (r["places"], r["named"], r["signed"], r["mapped"])
            for r in got["rows"]}  # fmt: skip
    assert told == {
        (2023, "甲区"): (1, 1, 0, 0), (2023, "乙县"): (2, 2, 0, 2), (2023, "?"): (1, 1, 0, 0),
        (2025, "甲区"): (1, 1, 1, 0), (2025, "乙县"): (1, 1, 0, 1), (2025, "?"): (1, 1, 0, 0),
    }  # fmt: skip
    assert got["unplaced"] == {"2023": 1, "2025": 1}
    names("counts", "--year", "2025", "-o", "c.xlsx", lang="zh")
    sheet = load_workbook("c.xlsx").active
    assert [c.value for c in sheet[2]][2:5] == ["政区", "地点数", "已命名"]


def test_counts_follow_units_to_the_one_alive_that_year(names, run, tmp_path):
    names("vanished", "add", "--name", "一", "--cause", "其他", "--within", "乙县",
          "--date", "2005-01-01")  # fmt: skip
    (tmp_path / "e.csv").write_text(
        "date,event_type,units_before,units_after,note,certainty\n"
        "2020-01-01,merge,甲区[500101];乙县[500102],丙区[500103],,confirmed\n", encoding="utf-8",
    )  # fmt: skip
    run("event", "record", "e.csv")
    got = json.loads(names("counts", "--year", "2019", "--year", "2021", "--format", "json"))
    assert [(r["year"], r["unit"]) for r in got["rows"]] == [(2019, "乙县"), (2021, "丙区")]


def test_registers_take_degrees_as_people_write_them(names):
    names("vanished", "add", "--name", "老码头", "--cause", "水库淹没", "--gone", "2003-06-01",
          "--lon", "东经106°27′", "--lat", "29°34′48″")  # fmt: skip
    place = places()["老码头"][0]
    assert (place.lon, place.lat) == pytest.approx((106.45, 29.58))
    said = names("vanished", "add", "--name", "新码头", "--cause", "水库淹没", "--lon", "181",
                 code=4)  # fmt: skip
    assert "“181” is no number of degrees" in said
    names("signs", "add", "--text", "老码头", "--lon", "106°27′", "--lat", "29.58")
    with open_store("diming.gpkg", readonly=True) as store:
        (sign,) = store.gazetteer().entries(Matter.SIGN)
    assert sign.said["lon"] == pytest.approx(106.45)
