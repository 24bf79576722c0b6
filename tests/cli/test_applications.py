"""Naming applications from the command line: filed, moved on, refused, announced, entered."""

import io
import json
import zipfile
from datetime import date

import pytest
from click.testing import CliRunner
from docx import Document
from openpyxl import load_workbook

from diming.cli.main import main
from diming.model.namechange import NameChange
from diming.model.place import Name, Place
from diming.store.opening import open_store

FILED = (
    "--act", "new", "--class", "street", "--name", "磁正街", "--within", "乙县",
    "--by", "某某建设公司", "--date", "2026-03-01", "--document", "申请书",
    "--set", "location=东起金蓉桥，西至磁横街", "--set", "feature=街", "--set", "size=长1.2km",
    "--set", "reason=方便群众", "--set", "origin=因磁器口得名", "--lon", "106.5", "--lat", "29.5",
)  # fmt: skip
#: State → what its step needs, so that all of it leads to the end.
COURSE = (
    ("accepted", "--by", "乙县民政局", "--date", "2026-03-03"),
    ("assessed", "--by", "乙县民政局", "--date", "2026-03-20", "--document", "综合评估报告",
     "--document", "专家论证意见", "--document", "征求意见情况"),
    ("approved", "--by", "乙县人民政府", "--date", "2026-04-01", "--document",
     "批复=乙府〔2026〕3号", "--set", "approval_number=乙府〔2026〕3号",
     "--set", "romanisation=Cízhèng Jiē"),
    ("filed", "--by", "乙县民政局", "--date", "2026-04-10", "--document", "备案登记表",
     "--document", "备案报告"),
    ("announced", "--by", "乙县民政局", "--date", "2026-04-15", "--document", "公告"),
    ("in_database", "--by", "乙县民政局", "--date", "2026-04-16"),
)  # fmt: skip


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("DIMING_LANG", "LANGUAGE", "LC_ALL", "LANG", "DIMING_ARCHIVE", "DIMING_HANDBOOK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DIMING_AUTHOR", "测试员")

    def call(*arguments, code=0, lang="en"):
        result = CliRunner().invoke(main, [*arguments, "--lang", lang], catch_exceptions=False)
        assert result.exit_code == code, (result.stdout, result.stderr)
        # Lines of sentences are broken where the terminal ends.
        return result.stdout if "--format" in arguments else " ".join(result.stdout.split())

    (tmp_path / "units.csv").write_text(
        "code,name,level\n500101,甲区,3\n500102,乙县,3\n", encoding="utf-8"
    )
    call("init")
    call("load", "units.csv", "--date", "2000-01-01")
    return call


@pytest.fixture
def names(run):
    return lambda *arguments, **more: run("names", *arguments, **more)


def through(names, matter="A2026-0001", until="in_database"):
    for state, *rest in COURSE:
        names("applications", "advance", matter, state, *rest)
        if state == until:
            return


def only_place(archive="diming.gpkg"):
    with open_store(archive, readonly=True) as store:
        gazetteer = store.gazetteer()
        return next(iter([pair for block in gazetteer.every() for pair in block]))


def test_a_new_name_from_filing_to_its_sign(names, run):
    assert "A2026-0001" in names("applications", "apply", *FILED)
    through(names)
    place, known = only_place()
    (name,) = known
    assert (name.text, name.romanisation, name.kind) == ("磁正街", "Cízhèng Jiē", "standard")
    # In use from the day of the approval, not of the notice.
    assert name.when.text == "2026-04-01/.." and "乙府〔2026〕3号" in name.citation
    assert (
        place.within == ("重庆市", "乙县")
        and place.within_id
        and (place.lon, place.lat) == (106.5, 29.5)
    )
    refused = names("applications", "advance", "A2026-0001", "signed", "--by", "乙县民政局",
                    "--date", "2026-05-01", code=4)  # fmt: skip
    assert "sign standing there" in refused
    names("signs", "add", "--place", place.place_id, "--text", "磁正街", "--kind", "street",
          "--date", "2026-04-30")  # fmt: skip
    names("applications", "advance", "A2026-0001", "signed", "--by", "乙县民政局",
          "--date", "2026-05-01")  # fmt: skip
    listed = json.loads(names("applications", "list", "--all", "--format", "json"))
    assert [r["state"] for r in listed["rows"]] == ["signed"]
    run("verify")


def test_a_refused_step_says_all_that_is_missing(names):
    said = names("applications", "apply", "--act", "new", "--class", "street", "--name", "磁正街",
                 "--by", "磁器口街道", "--date", "2026-03-01", code=4)  # fmt: skip
    for missing in ("written application", "unit it lies in", "where it is", "what kind", "reasons",
                    "origin and meaning", "size", "it is for: builder"):  # fmt: skip
        assert missing in said
    names("applications", "apply", *FILED)
    said = names("applications", "advance", "A2026-0001", "approved", "--by", "乙县人民政府",
                 "--date", "2026-03-02", code=4)  # fmt: skip
    assert "no step leads from “applied” to “approved”" in said and "accepted" in said
    through(names, until="accepted")
    said = names("applications", "advance", "A2026-0001", "assessed", "--by", "乙县民政局",
                 "--date", "2026-03-02", lang="zh", code=4)  # fmt: skip
    said = said.replace(" ", "")
    for missing in ("综合评估报告", "专家论证意见", "征求意见情况", "早于"):
        assert missing in said
    said = names("applications", "advance", "A2026-0001", "returned", "--by", "某县民政局",
                 "--note", "补图", "--date", "2099-01-01", code=4)  # fmt: skip
    assert "2099" in said


def test_one_window_shows_what_waits_for_whom(names):
    names("applications", "apply", *FILED)
    names("applications", "apply", *FILED, "--name", "磁横街", "--date", "2026-03-04")
    names("applications", "advance", "A2026-0002", "returned", "--by", "乙县民政局", "--note",
          "缺附图", "--date", "2026-03-05")  # fmt: skip
    shown = json.loads(names("applications", "list", "--date", "2026-03-20", "--format", "json"))
    first, second = shown["rows"]
    assert first["id"] == "A2026-0001" and first["waits_for"] == ["department"]
    assert (first["days"], first["overdue_days"]) == (19, 14)
    assert second["state"] == "returned" and second["waits_for"] == ["builder"]
    only = json.loads(names("applications", "list", "--waiting-for", "builder", "--format", "json"))
    assert [r["id"] for r in only["rows"]] == ["A2026-0002"]
    over = names("applications", "list", "--date", "2026-03-20", "--over-days", "15",
                 "--format", "csv")  # fmt: skip
    assert [line.partition(",")[0] for line in over.splitlines()[1:]] == ["A2026-0001"]
    names("applications", "list", "-o", "list.xlsx")
    sheet = load_workbook("list.xlsx").active
    assert sheet["A3"].value == "A2026-0001"


def test_a_renamed_place_keeps_its_former_name_until_then(names):
    names("applications", "apply", *FILED)
    through(names)
    place, _ = only_place()
    rename = ["--act", "rename", "--name", "磁新街", "--place", place.place_id,
              "--by", "磁器口街道", "--date", "2026-05-01", "--document", "申请书",
              "--set", "reason=重名", "--set", "origin=新建"]  # fmt: skip
    names("applications", "apply", *rename)
    late = [[x.replace("2026-03", "2026-05").replace("2026-04", "2026-06").replace(
        "Cízhèng", "Cíxīn") for x in row] for row in COURSE]  # fmt: skip
    for state, *rest in late:
        names("applications", "advance", "A2026-0002", state, *rest)
    _, known = only_place()
    told = {n.text: (n.kind, n.when.text) for n in known}
    assert told == {
        "磁正街": ("former", "2026-04-01/2026-05-31"), "磁新街": ("standard", "2026-06-01/.."),
    }  # fmt: skip
    names("applications", "notice", "A2026-0002", "-o", "n.docx")
    table = Document("n.docx").tables[0]
    assert [c.text for c in table.rows[1].cells][:3] == ["1", "磁正街", "磁新街"]


def test_units_are_renamed_by_events_only(names):
    said = names("applications", "apply", *FILED, "--act", "rename", "--place", "500102",
                 "--class", "", code=4)  # fmt: skip
    assert "event record" in said
    assert "event record" in names("applications", "apply", *FILED, "--class", "division", code=4)


def test_a_protected_name_in_use_is_not_renamed(names):
    names("applications", "apply", *FILED)
    through(names)
    place, _ = only_place()
    names("heritage", "add", "--name", "磁正街", "--level", "provincial", "--class", "modern",
          "--batch", "1", "--within", "乙县")  # fmt: skip
    said = names("applications", "apply", "--act", "rename", "--name", "新街", "--place",
                 place.place_id, "--by", "磁器口街道", "--date", "2026-05-01",
                 "--document", "申请书", "--set", "reason=改",
                 "--set", "origin=新", code=4)  # fmt: skip
    assert "protected" in said and "地名管理条例" in said


def test_a_table_of_applications_comes_in_whole_or_not_at_all(names, tmp_path):
    head = "办理事项,地名类别,标准名称,所属政区,位置描述,性质,规模,理由,来历及含义,"
    head += "申请人,申请日期,申请材料\n"
    good = "命名,街路巷,甲街,乙县,东侧,街,长1km,便民,因地得名,某公司,2026-01-02,申请书\n"
    bad = "命名,街路巷,乙街,乙县,,街,长1km,便民,因地得名,某公司,2026-01-02,\n"
    (tmp_path / "a.csv").write_text(head + good + bad, encoding="utf-8")
    said = names("applications", "apply", "a.csv", lang="zh", code=4)
    assert "位置描述" in said and "申请书" in said
    assert json.loads(names("applications", "list", "--format", "json"))["rows"] == []
    names("applications", "apply", "a.csv", "--keep-going", code=4)
    rows = json.loads(names("applications", "list", "--format", "json"))["rows"]
    assert [r["name"] for r in rows] == ["甲街"]


def test_notices_and_forms_say_what_was_decided(names):
    names("applications", "apply", *FILED)
    names("applications", "apply", *FILED, "--name", "磁横街")
    names("applications", "notice", "A2026-0001", "-o", "early.docx", code=2)
    for matter in ("A2026-0001", "A2026-0002"):
        through(names, matter, until="approved")
    names("applications", "notice", "A2026-0001", "A2026-0002", "-o", "n.docx", "--by",
          "乙县民政局", "--date", "2026-04-15")  # fmt: skip
    document = Document("n.docx")
    rows = [[c.text for c in r.cells] for r in document.tables[0].rows]
    assert rows[0][1:] == [
        "标准名称",
        "罗马字母拼写",
        "所属政区",
        "位置描述",
        "批准机关",
        "批准时间",
    ]
    assert rows[1] == ["1", "磁正街", "Cízhèng Jiē", "重庆市乙县", "东起金蓉桥，西至磁横街",
                       "乙县人民政府", "2026年4月1日"]  # fmt: skip
    assert [r[1] for r in rows[1:]] == ["磁正街", "磁横街"]
    text = "".join(p.text for p in document.paragraphs)
    assert "2026年4月15日" in text and "{{" not in text
    # Word takes the font of Chinese characters from w:eastAsia alone.
    xml = zipfile.ZipFile("n.docx").read("word/document.xml").decode()
    assert 'w:eastAsia="仿宋"' in xml
    names("applications", "form", "A2026-0001", "-o", "f.xlsx")
    cells = [c.value for r in load_workbook("f.xlsx").active.iter_rows() for c in r if c.value]
    assert "乙府〔2026〕3号" in cells and "106.5°" in cells
    names("applications", "form", "A2026-0001", "--kind", "report", "-o", "r.docx")
    assert "磁正街" in Document("r.docx").paragraphs[0].text


def test_the_office_edits_the_form(names, tmp_path):
    names("applications", "apply", *FILED)
    names("applications", "form", "--blank", "-o", "t.docx")
    assert "{{标准名称}}" in zipfile.ZipFile("t.docx").read("word/document.xml").decode()
    document = Document("t.docx")
    # Editors cut places into several runs.
    paragraph = document.add_paragraph("本表由")
    for piece in ("{{申", "请人", "}}填写"):
        paragraph.add_run(piece)
    document.save("t.docx")
    names("applications", "form", "A2026-0001", "--template", "t.docx", "-o", "f.docx")
    assert Document("f.docx").paragraphs[-1].text == "本表由某某建设公司填写"
    first = (tmp_path / "f.docx").read_bytes()
    names("applications", "form", "A2026-0001", "--template", "t.docx", "-o", "f.docx")
    assert (tmp_path / "f.docx").read_bytes() == first
    document.add_paragraph("{{电话}}")
    document.save("t.docx")
    names("applications", "form", "A2026-0001", "--template", "t.docx", "-o", "g.docx", code=2)
    broken = io.BytesIO(b"no document")
    (tmp_path / "b.docx").write_bytes(broken.read())
    names("applications", "form", "A2026-0001", "--template", "b.docx", "-o", "g.docx", code=3)


def test_what_the_rules_of_naming_find_goes_with_the_application(names):
    names("applications", "apply", *FILED)
    through(names)
    odd = (*FILED, "--name", "Plaza大道", "--date", "2026-05-01")
    filed = json.loads(names("applications", "apply", *odd, "--format", "json"))
    (step,) = filed["steps"]
    assert not step["refused"] and step["findings"]
    twice = (*FILED, "--date", "2026-05-01")
    said = json.loads(names("applications", "apply", *twice, "--format", "json"))["steps"][0]
    assert any("磁正街" in f["message"] for f in said["findings"])
    assert "naming" in names("applications", "show", step["id"])


def test_a_place_that_was_imported_brings_its_unit_along(names):
    """Its source told no unit by name; the archive knows it all the same."""
    with open_store("diming.gpkg") as store:
        unit = next(v.unit_id for v in store.view().with_name("乙县"))
        place = Place("p-1", within_id=unit, within_on=date(2020, 1, 1))
        name = Name("n-1", "p-1", "某村")
        with store.write(author="某", reason="测试") as writer:
            writer.append_names(NameChange((place,), (name,)))
    names("applications", "apply", "--act", "rename", "--class", "committee", "--place", "p-1",
          "--name", "新村", "--by", "某街道", "--date", "2026-01-01", "--document", "申请书",
          "--set", "reason=重名", "--set", "origin=新", "--set", "location=东", "--set",
          "feature=村")  # fmt: skip
    shown = json.loads(names("applications", "show", "A2026-0001", "--format", "json"))
    assert shown["facts"]["within"] == "乙县" and shown["facts"]["old_name"] == "某村"
