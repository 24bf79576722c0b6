"""The command that resolves addresses: one, and a column of a table."""

import csv
import io
import json

import openpyxl
import pytest
from click.testing import CliRunner

from diming.cli.main import main
from history.scenes import archive


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    path = tmp_path_factory.mktemp("archive") / "档案.gpkg"
    archive(path).close()
    return path


@pytest.fixture
def run(monkeypatch, place):
    for name in ("DIMING_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "DIMING_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DIMING_ARCHIVE", str(place))
    return lambda *given, **env: CliRunner().invoke(
        main, ["names", "locate", *map(str, given)], env=env
    )


@pytest.fixture
def names(run):
    """Two units, one below the other, as they stand in the archive today."""
    said = CliRunner().invoke(main, ["at", "--format", "csv"])
    rows = list(csv.DictReader(io.StringIO(said.stdout.lstrip("\ufeff"))))
    below = next(r for r in rows if r["level"] == "4")
    return below["parent_name"], below["name"]


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


def test_one_address_as_text_json_and_csv(run, names):
    county, town = names
    result = run(county + town)
    assert result.exit_code == 0, result.output
    assert town in result.stdout and "resolved" in result.stdout
    assert "已解析" in run(county + town, "--lang", "zh").stdout
    said = json.loads(run(county, town, "--format", "json").stdout)
    assert said["format"] == "diming.locate/1" and said["outcome"] == "found"
    assert [v["name"] for v in said["held"][0]["chain"]] == [county, town]
    (row,) = rows_of(run(county + town, "--format", "csv").stdout)
    assert row["outcome"] == "found" and row["unit_id"] == said["held"][0]["unit_id"]


def test_what_fails_says_where_and_exits_with_1(run, names):
    county, _ = names
    result = run(county + "无此镇")
    assert result.exit_code == 1
    assert "无此镇" in result.stdout and "Candidates" in result.stdout
    said = json.loads(run(county + "无此镇", "--format", "json").stdout)
    assert said["failed_at"] == 1 and said["links"][1]["text"] == "无此镇"
    assert said["candidates"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_column_comes_back_row_by_row(run, names, tmp_path, kind):
    county, town = names
    given = [["序号", "地址", "日期", "name"], ["1", county + town + "3号", "", "x"],
             ["2", "无此县", "", "=1+1"], ["3", county + town, "0100-01-01", "y"],
             ["4", county, "不详", "z"], ["5", "", "", ""]]  # fmt: skip
    path = tmp_path / f"表.{kind}"
    if kind == "csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(given)
    else:
        book = openpyxl.Workbook()
        for row in given:
            book.active.append(row)
        book.active["D3"].data_type = "s"
        book.save(path)
    result = run("--file", path, "--column", "地址", "--date-column", "日期")
    assert result.exit_code == 1, result.output
    rows = rows_of(result.stdout)
    assert [r["序号"] for r in rows] == ["1", "2", "3", "4", "5"]
    assert [r["outcome"] for r in rows][:2] == ["found", "failed"]
    assert rows[0]["rest"] == "3号" and rows[0]["name"] == "x" and rows[0]["name_2"] == town
    assert rows[1]["problem"] and rows[1]["name"] == "'=1+1"
    assert "不详" in rows[3]["problem"] and rows[4]["outcome"] == "failed"
    assert "of 5 rows were not resolved" in result.stderr
    output = tmp_path / "答.json"
    run("--file", path, "--column", "地址", "--output", output)
    said = json.loads(output.read_text("utf-8"))
    assert said["format"] == "diming.locate-table/1" and len(said["rows"]) == 5
    assert said["rows"][0]["located"]["outcome"] == "found"


def test_a_table_that_is_all_right_exits_with_0(run, names, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("地址\n" + "".join(names) + "\n", encoding="utf-8")
    result = run("--file", path, "--column", "地址")
    assert result.exit_code == 0 and result.stderr == ""


@pytest.mark.parametrize(
    "given",
    [(), ("甲县", "--file", "x.csv", "--column", "a"), ("--file", "x.csv"),
     ("甲县", "--column", "a"), ("甲县", "--date", "1997-02-30"), ("甲县", "--format", "html")],
)  # fmt: skip
def test_malformed_calls_are_refused(run, given):
    result = run(*given)
    assert result.exit_code == 2 and result.stdout == ""
    assert result.stderr.splitlines()[-1].startswith("diming: ")


def test_files_that_are_no_tables_are_refused(run, tmp_path):
    book = tmp_path / "no.xlsx"
    book.write_bytes(b"PK\x03\x04 nonsense")
    assert run("--file", book, "--column", "a").exit_code == 3
    assert run("--file", tmp_path / "none.xlsx", "--column", "a").exit_code == 3
    table = tmp_path / "t.csv"
    table.write_text("a,b\n1,2\n", encoding="utf-8")
    refused = run("--file", table, "--column", "c")
    assert refused.exit_code == 2 and "a, b" in refused.stderr.replace(" and ", ", ")


def test_an_empty_address_fails_in_words(run):
    result = run("")
    assert result.exit_code == 1
    assert "nothing to read" in result.stdout
