"""What a hostile or unlucky user does to the commands of names: one sentence, and no half work."""

import csv
import json

import pytest
from click.testing import CliRunner
from docx import Document
from openpyxl import load_workbook

from diming.cli.main import main

HOSTILE = "名称,备注\n甲湾,x\n,没有名称\n"


@pytest.fixture
def run(monkeypatch, tmp_path):
    for name in ("DIMING_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "DIMING_ARCHIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text(
        "code,name,kind\n500000,重庆市,直辖市\n500106,沙坪坝区,市辖区\n", encoding="utf-8"
    )
    (tmp_path / "g.csv").write_text(HOSTILE, encoding="utf-8")

    def call(*arguments):
        return CliRunner().invoke(main, list(arguments))

    assert call("init").exit_code == 0
    assert call("load", "t.csv", "--date", "2000-01-01").exit_code == 0
    return call


@pytest.fixture
def unchanged(tmp_path):
    """The bytes of the archive, to be held against what they become."""
    return (tmp_path / "diming.gpkg").read_bytes


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "refused", ["back.pdf", "back", "/dev/null", "/proc/back.csv", "g.csv", "diming.gpkg", "."]
)
def test_rows_that_cannot_be_given_back_are_not_lost(run, unchanged, refused, lang):
    before = unchanged()
    result = run("names", "import", "g.csv", "--refused", refused, "--lang", lang)
    assert result.exit_code == 2
    assert result.stderr.startswith("diming: ") and result.stderr.count("\n") == 1
    assert unchanged() == before


def test_a_failure_at_the_last_moment_takes_nothing_in(run, unchanged, tmp_path, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    before = unchanged()
    (tmp_path / "back.csv").write_text("what was there", encoding="utf-8")
    monkeypatch.setattr("os.fsync", full)
    result = run("names", "import", "g.csv", "--refused", "back.csv")
    assert result.exit_code == 2 and "back.csv cannot be written" in result.stderr
    assert unchanged() == before
    assert (tmp_path / "back.csv").read_text(encoding="utf-8") == "what was there"
    assert not list(tmp_path.glob(".back*"))


def test_two_outputs_are_two_files(run, unchanged):
    before = unchanged()
    for pair in (("--refused", "--output"), ("--refused", "--save-mapping")):
        result = run("names", "import", "g.csv", pair[0], "x.csv", pair[1], "./x.csv")
        assert result.exit_code == 2 and "name the same file" in result.stderr
    assert unchanged() == before


def test_the_returned_rows_come_with_the_revision(run, tmp_path):
    assert run("names", "import", "g.csv", "--refused", "back.csv").exit_code == 1
    with (tmp_path / "back.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [r["行号 row"] for r in rows] == ["3"]
    assert run("names", "search", "甲湾").exit_code == 0
    # Nothing new: no revision, and the returned row all the same.
    (tmp_path / "back.csv").unlink()
    assert run("names", "import", "g.csv", "--refused", "back.csv").exit_code == 1
    assert (tmp_path / "back.csv").exists()
    revisions = json.loads(run("log", "--format", "json").stdout)["revisions"]
    assert len(revisions) == 3


def test_more_than_any_limit(run):
    assert run("names", "list", "--limit", "9" * 30).exit_code in (0, 1)
    assert run("names", "search", "甲", "--limit", "9" * 30).exit_code in (0, 1)


def test_a_path_with_nul(run):
    result = run("names", "import", "a\0b.csv")
    assert result.exit_code == 3 and "no such file" in result.stderr


VANISHED = ("names", "vanished", "add", "--cause", "城建", "--gone", "2003")
LISTED = ("names", "heritage", "add", "--level", "县级", "--class", "古镇")
APPLIED = (
    "names", "applications", "apply", "--act", "new", "--class", "street", "--by", "某公司",
    "--role", "builder", "--within", "沙坪坝区", "--document", "申请书", "--set", "位置描述=x",
    "--set", "性质=街", "--set", "规模=x", "--set", "理由=x", "--set", "来历=x",
)  # fmt: skip


@pytest.mark.parametrize("command", [VANISHED, LISTED, APPLIED], ids=["vanished", "heritage", "a"])
@pytest.mark.parametrize("name", ["\x07甲街", "甲" * 201, " ", "\u3000", "甲\u202e街", "甲\n街"])
def test_names_that_no_file_may_bring_in_no_hand_may(run, unchanged, command, name):
    before = unchanged()
    result = run(*command, "--name", name)
    assert result.exit_code == 4, result.output
    assert unchanged() == before


def test_half_a_position_and_a_day_to_come(run, unchanged):
    before = unchanged()
    for extra in (["--lon", "106.5"], ["--lat", "29.5"]):
        for command in (VANISHED, APPLIED):
            result = run(*command, "--name", "甲街", *extra)
            assert result.exit_code == 4 and "half a position" in " ".join(result.output.split())
        sign = ("names", "signs", "add", "--text", "甲街", *extra)
        assert run(*sign).exit_code == 4
    result = run(*VANISHED[:-1], "2999", "--name", "甲村")
    assert result.exit_code == 4 and "has not come yet" in result.output
    assert unchanged() == before


def test_forms_hold_what_xml_cannot(run, tmp_path):
    odd = "甲\ufffe村"
    assert run(*VANISHED, "--name", odd, "--note", "x\x0b=1+1", "--origin", "\uffff").exit_code == 0
    assert run("names", "vanished", "export", "-o", "v.docx").exit_code == 0
    assert run("names", "vanished", "export", "-o", "v.xlsx").exit_code == 0
    told = "\n".join(
        c.text for t in Document(str(tmp_path / "v.docx")).tables for r in t.rows for c in r.cells
    )
    assert "甲村" in told
    cells = [c for r in load_workbook(tmp_path / "v.xlsx").active.iter_rows() for c in r]
    assert "甲村" in [c.value for c in cells]
    assert not [c for c in cells if c.data_type == "f"]
