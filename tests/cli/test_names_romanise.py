"""``diming names romanise``: names in letters, and doubts beside them."""

import csv
import io
import json

import openpyxl
import pytest
from click.testing import CliRunner

from diming.cli.main import main
from diming.samples import sample


@pytest.fixture
def run(monkeypatch):
    for name in ("DIMING_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "DIMING_DEBUG",
                 "DIMING_HANDBOOK"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    return lambda *arguments, **env: CliRunner().invoke(
        main, ["names", "romanise", *map(str, arguments)], env=env
    )


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_names_come_line_by_line(run):
    result = run("朝天门街道", "侣俸镇")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "Cháotiānmén Jiēdào\nLǚfèng Zhèn\n"
    assert run("侣俸镇", "--no-tones").stdout == "Lüfeng Zhen\n"
    assert run("长江", "--kind", "河流").stdout == "Cháng Jiāng\n"
    assert run("长江", "--class", "12100").stdout == "Cháng Jiāng\n"


def test_doubts_are_told_and_end_with_1(run):
    result = run("长滩镇")
    assert (result.exit_code, result.stdout) == (1, "Chángtān Zhèn\n")
    assert "“长” may be read cháng, zhǎng" in result.stderr
    assert "“长”可读作 cháng, zhǎng" in run("长滩镇", "--lang", "zh").stderr
    quiet = run("长滩镇", "--quiet")
    assert (quiet.exit_code, quiet.stderr) == (1, "")
    settled = run("长滩镇", "--within", "500101")
    assert (settled.exit_code, settled.stderr) == (0, "")
    assert "more readings are in doubt" in run(*["长滩镇"] * 12).stderr


def test_json_gives_parts_rules_and_doubts(run):
    said = json.loads(run("长滩镇", "--format", "json").stdout)
    assert said["format"] == "diming.romanised/1"
    (name,) = said["names"]
    assert (name["specific"], name["generic"], name["rules"]) == ("Chángtān", "Zhèn", [1, 4, 8])
    assert name["doubts"] == [{"char": "长", "position": 0, "readings": ["cháng", "zhǎng"]}]
    assert [p["role"] for p in name["parts"]] == ["specific", "generic"]


def test_a_table_comes_back_with_the_spelling_beside_it(run, tmp_path):
    table = tmp_path / "名单.csv"
    table.write_text(
        "名称,类别,区划代码,remark\n长滩镇,镇,500101103,\"a,b\"\n长滩镇,镇,,\n龙河,河流,,=1\n周口店,自然村,,\n",
        encoding="utf-8",
    )  # fmt: skip
    result = run("--file", table)
    assert result.exit_code == 1
    rows = rows_of(result.stdout)
    assert [r["romanisation"] for r in rows] == [
        "Chángtān Zhèn", "Chángtān Zhèn", "Lóng Hé", "Zhōukǒudiàn",
    ]  # fmt: skip
    assert [r["doubts"] for r in rows] == ["", "长 cháng/zhǎng", "", ""]
    assert rows[0]["remark"] == "a,b"
    assert rows[2]["remark"] == "'=1"
    output = tmp_path / "out.csv"
    assert run("--file", table, "--column", "名称", "--output", output).exit_code == 1
    again = rows_of(run("--file", output).stdout)
    assert again[2]["romanisation_2"] == again[2]["romanisation"] == "Lóng Hé"


def test_the_packaged_townships_are_spelled(run):
    path = sample("chongqing_townships_nbs_2022")
    rows = rows_of(run("--file", path).stdout)
    assert len(rows) == 1031
    assert all(r["romanised_generic"] in ("Jiēdào", "Zhèn", "Xiāng") or
               r["kind"] not in ("街道", "镇", "乡") for r in rows)  # fmt: skip
    assert not [r["name"] for r in rows if not r["romanisation"].replace("'", "").replace(" ", "")
                .isalpha()]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "give names, or --file FILE"),
        (["a", "--file", "x.csv"], 2, "give names, or --file FILE"),
        (["a", "--column", "b"], 2, "--column goes with --file only"),
        (["a", "--class", "x"], 2, "is not two to five digits"),
        (["--file", "missing.csv"], 3, "there is no such file"),
        (["--file", ""], 2, "--file is empty"),
    ],
)
def test_what_is_refused(run, arguments, code, said):
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in " ".join(result.stderr.split())


def test_a_workbook_is_spelled_as_a_csv_is(run, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["编号", "标准名称"])
    book.active.append(["1", "磁器口街道"])
    book.save(tmp_path / "t.xlsx")
    (tmp_path / "t.csv").write_text("编号,标准名称\n1,磁器口街道\n", encoding="utf-8")
    of_book, of_csv = run("--file", tmp_path / "t.xlsx"), run("--file", tmp_path / "t.csv")
    assert of_book.exit_code == 0 and of_book.stdout == of_csv.stdout
    assert "Cíqìkǒu Jiēdào" in of_book.stdout


def test_a_table_without_such_a_column_is_refused(run, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("a,b\n1,2\n", encoding="utf-8")
    result = run("--file", table, "--column", "名")
    assert result.exit_code == 3
    assert "there is no column “名”" in " ".join(result.stderr.split())
