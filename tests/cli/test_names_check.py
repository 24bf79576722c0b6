"""``diming names check``: formats, exit codes, hostile names."""

import csv
import io
import json

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
def run(monkeypatch, place, tmp_path):
    for name in ("DIMING_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "DIMING_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DIMING_ARCHIVE", str(place))
    monkeypatch.chdir(tmp_path)
    return lambda *arguments, **env: CliRunner().invoke(
        main, ["names", "check", *map(str, arguments)], env=env
    )


def refused(result, code=2):
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert "unexpected failure" not in result.stderr
    return result.stderr


def test_a_name_that_stands_already(run):
    result = run("丁镇", "--within", "西县", "--lang", "en")
    assert result.exit_code == 1
    assert "is borne already by 丁镇 (500101100)" in result.stdout
    assert "《地名管理条例》第九条第（八）项" in "".join(result.stdout.split())
    assert "For people to judge" in result.stdout


def test_in_chinese(run):
    result = run("丁镇", "--within", "西县", "--lang", "zh")
    assert "“丁镇”与丁镇 (500101100)重名" in result.stdout
    assert "须人工判断" in result.stdout


def test_exit_codes(run):
    # Notes and warnings alone are no failure, unless asked.
    assert run("凤凰镇", "--within", "西县").exit_code == 0
    assert run("国际大都会镇", "--within", "西县").exit_code == 0
    assert run("国际大都会镇", "--within", "西县", "--fail-on", "warning").exit_code == 1
    assert run("毛泽东镇", "--within", "西县").exit_code == 1


def test_json(run):
    result = run("丁镇", "凤凰镇", "--within", "西县", "--at", "106.05,29.05", "--format", "json")
    said = json.loads(result.stdout)
    assert said["format"] == "diming.names-review/1"
    one, two = said["reviews"]
    assert (one["name"], one["class"], one["at"]) == ("丁镇", "township", [106.05, 29.05])
    assert one["compared"] == [{"scope": "province", "name": "渝市", "names": 7}]
    finding = next(f for f in one["findings"] if f["reason"] == "exact")
    assert finding["rule"] == "naming-n8"
    assert finding["cites"].startswith("《地名管理条例》")
    assert finding["units"] == ["500101100"]
    assert finding["measures"]["distance_m"] > 1000
    assert not [f for f in two["findings"] if f["reason"] == "exact"]


def test_csv_has_a_row_for_every_proposal(run, tmp_path):
    table = tmp_path / "拟命名.csv"
    rows = ("拟命名,地名类别,所属政区", "丁镇,乡镇,西县", "凤凰镇,,西县", ",,", "坏,怪,")
    table.write_text("\n".join(rows), "utf-8")
    result = run("--file", table, "--format", "csv")
    assert result.exit_code == 1
    rows = list(csv.DictReader(io.StringIO(result.stdout.lstrip("\ufeff"))))
    by_name = {r["name"] for r in rows}
    assert by_name == {"丁镇", "凤凰镇", "坏"}
    assert next(r for r in rows if r["reason"] == "exact")["bearer_code"] == "500101100"
    assert [r["row"] for r in rows if r["name"] == "坏"] == ["5"]
    assert {r["row"] for r in rows if r["name"] == "丁镇"} == {"2"}


def test_a_row_that_cannot_be_read_is_told(run, tmp_path):
    table = tmp_path / "a.csv"
    table.write_text("name,class\n凤凰镇,township\n凤凰路,山水\n", "utf-8")
    result = run("--file", table, "--within", "西县", "--lang", "en")
    assert result.exit_code == 1
    assert "row 3" in result.stdout
    assert "1 row could not be read" in result.stdout
    said = json.loads(run("--file", table, "--format", "json").stdout)
    assert [r["row"] for r in said["refused"]] == [3]


def test_without_an_archive(run, monkeypatch):
    monkeypatch.delenv("DIMING_ARCHIVE")
    result = run("朝阳县", "--lang", "en")
    assert result.exit_code in (0, 1)
    assert "110105" in result.stdout
    assert "archive" in refused(run("丁镇", "--within", "西县"))


def test_an_archive_that_was_named_must_be_there(run, monkeypatch):
    monkeypatch.setenv("DIMING_ARCHIVE", "none.gpkg")
    refused(run("丁镇"), 3)


@pytest.mark.parametrize(
    "arguments",
    [
        (), ("",), ("  ",), ("\u3000",), ("长" * 1000,), ("丁镇", "--within", ""),
        ("丁镇", "--at", "abc"), ("丁镇", "--at", "1,2,3"), ("丁镇", "--at", "200,10"),
        ("丁镇", "--class", "town"), ("丁镇", "--within", "无县"), ("丁镇", "--green-share", "40"),
        ("丁镇", "--file", "a.csv"), ("--file", ""), ("丁镇", "--instead-of", "无镇"),
        ("丁镇", "--date", "2026-02-30"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(run, arguments):
    refused(run(*arguments))


def test_a_file_that_is_not_there(run):
    refused(run("--file", "none.csv"), 3)
    refused(run("--file", "none.xlsx"), 3)


@pytest.mark.parametrize(
    "name", ["\x00", "\x1b[31m镇", "丁\u202e镇", "𠮷镇", "🏔镇", "=1+1镇", "%s{0}镇", "\ud800镇"]
)
@pytest.mark.parametrize("format_", ["text", "json", "csv"])
def test_hostile_names_are_findings_and_do_no_harm(run, name, format_):
    result = run(name, "--within", "西县", "--format", format_, "--lang", "en")
    assert result.exit_code == 1, result.output
    assert not set(result.stdout) & {"\x00", "\x1b", "\u202e", "\ud800"}
    assert "N3" in result.stdout
    if format_ == "csv":
        rows = csv.DictReader(io.StringIO(result.stdout.lstrip("\ufeff")))
        assert not any(r["name"].startswith("=") for r in rows)
