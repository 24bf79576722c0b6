"""Proposals read from tables: headings of offices, classes in words, percentages."""

import openpyxl
import pytest

from diming.errors import UnreadableInput
from diming.files.proposals import MOST_CHARACTERS, read_proposals
from diming.model.naming import NameClass

HEAD = ["序号", "拟命名", "地名类别", "所属政区", "经度", "纬度", "占地面积（平方米）", "绿地率",
        "路宽(米)", "原名"]  # fmt: skip
ROWS = [
    ["1", "鹅岭国际广场", "住宅区、楼宇", "渝中区", "106.53", "29.55", "1,500", "30%", "", ""],
    ["2", "滨江大道", "街路巷", "渝中区", "", "", "", "", "24", ""],
    ["3", "兴隆镇", "", "", "", "", "", "45", "", "兴隆乡"],
]


@pytest.fixture(params=["csv", "gbk", "xlsx"])
def table(request, tmp_path):
    if request.param == "xlsx":
        book = openpyxl.Workbook()
        for row in (HEAD, *ROWS):
            book.active.append(row)
        path = tmp_path / "拟命名.xlsx"
        book.save(path)
        return str(path)
    path = tmp_path / "拟命名.csv"
    lines = [",".join(f'"{c}"' for c in row) for row in (HEAD, *ROWS)]
    encoding = "gb18030" if request.param == "gbk" else "utf-8-sig"
    path.write_text("\n".join(lines), encoding=encoding)
    return str(path)


def test_an_offices_table(table):
    columns, found = read_proposals(table)
    assert columns == tuple(HEAD)
    one, two, three = found
    assert (one.name, one.name_class, one.within) == ("鹅岭国际广场", NameClass.HOUSING, "渝中区")
    assert (one.lon, one.lat, one.row) == (106.53, 29.55, 2)
    assert one.measures == {"area_m2": 1500.0, "green_share": 0.3}
    assert (two.name_class, two.measures) == (NameClass.STREET, {"width_m": 24.0})
    assert (three.name_class, three.instead_of) == (None, "兴隆乡")
    assert three.measures == {"green_share": 0.45}
    assert one.cells["序号"] == "1"


@pytest.mark.parametrize(
    ("column", "value"),
    [("地名类别", "山水"), ("经度", "200"), ("纬度", "x"), ("占地面积（平方米）", "-1"),
     ("绿地率", "130%"), ("路宽(米)", "nan"), ("拟命名", ""), ("拟命名", "长" * 1000)],
)  # fmt: skip
def test_bad_cells_refuse_their_row_only(tmp_path, column, value):
    rows = [list(row) for row in ROWS]
    rows[0][HEAD.index(column)] = value
    path = tmp_path / "a.csv"
    path.write_text("\n".join(",".join(f'"{c}"' for c in r) for r in (HEAD, *rows)), "utf-8")
    _, (bad, *good) = read_proposals(str(path))
    assert bad.problem is not None
    assert [p.problem for p in good] == [None, None]
    assert bad.problem.format(**bad.facts)


def test_a_table_without_names_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(UnreadableInput, match="拟命名"):
        read_proposals(str(path))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"plain text"])
def test_what_is_no_spreadsheet_is_refused(tmp_path, content):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(UnreadableInput):
        read_proposals(str(path))
    with pytest.raises(UnreadableInput):
        read_proposals(str(tmp_path / "none.xlsx"))


def test_the_longest_name_there_is(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"name\n{'长' * MOST_CHARACTERS}\n", "utf-8")
    assert read_proposals(str(path))[1][0].problem is None
