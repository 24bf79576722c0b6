"""Lists of units: the packaged ones, columns of all names, and what is refused in which row."""

import gzip
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diming.errors import UnreadableInput, UsageError
from diming.files.register import is_register, read_register
from diming.files.register_codes import are_division_codes, kind_of, level_of_unit
from diming.model.span import NOT_ENDED, UNKNOWN_BEGIN, Precision
from diming.model.unit import Level
from diming.present.words import error_text

PLACENAMES = Path(__file__).parents[2] / "data" / "placenames"
TOWNSHIPS = PLACENAMES / "chongqing_townships_nbs_2022.csv"
COUNTIES = PLACENAMES / "chongqing_county_codes.csv"


def listed(tmp_path, text, encoding="utf-8", name="l.csv"):
    file = tmp_path / name
    file.write_bytes(text.encode(encoding))
    return file


def refused(file, **how):
    with pytest.raises(UnreadableInput) as caught:
        read_register(file, **how)
    text = str(caught.value)
    assert text.startswith(str(file))
    assert "\n" not in text
    assert error_text(caught.value, "zh") != text
    return text


class TestPackagedLists:
    def test_townships_bear_codes_of_the_statisticians(self):
        register = read_register(TOWNSHIPS)
        assert len(register) == 1031
        assert list(register.codes) == ["nbs"]
        assert register.codes["nbs"][0] == "500101001"
        assert register.names[0] == "高笋塘街道"
        assert set(register.levels) == {Level.TOWNSHIP}
        assert len(set(register.parents)) == 38
        assert {k: register.kinds.count(k) for k in set(register.kinds)} == {
            "街道": 245, "镇": 625, "乡": 147, "民族乡": 14,
        }  # fmt: skip
        assert sum(register.ethnic) == 14
        assert set(register.begins) == {UNKNOWN_BEGIN}
        assert set(register.ends) == {NOT_ENDED}
        assert register.rows == tuple(range(2, 1033))
        assert register.unused == ()

    def test_counties_have_spans_and_a_code_given_twice(self):
        register = read_register(COUNTIES)
        assert len(register) == 57
        assert list(register.codes) == ["ministry"]
        where = [i for i, c in enumerate(register.codes["ministry"]) if c == "500110"]
        assert [register.names[i] for i in where] == ["万盛区", "綦江区"]
        assert register.begins[where[0]].precision is Precision.YEAR
        assert register.ends[where[0]].day == register.begins[where[1]].day == date(2011, 10, 22)
        new = register.names.index("两江新区")
        assert register.codes["ministry"][new] is None
        assert register.levels[new] is Level.COUNTY
        assert register.parents[new] == ""
        assert register.parents[0] == "500000"
        assert register.unused == ("successor_codes", "basis")

    def test_the_national_table(self, tmp_path):
        file = tmp_path / "n.csv"
        packed = PLACENAMES / "china_county_codes_1981_2025.csv.gz"
        file.write_bytes(gzip.decompress(packed.read_bytes()))
        register = read_register(file)
        assert len(register) == 6823
        assert register.headings == ()
        assert {Level.PROVINCE, Level.PREFECTURE, Level.COUNTY} == set(register.levels)

    def test_which_files_are_lists(self, tmp_path):
        assert is_register(TOWNSHIPS)
        assert is_register(COUNTIES)
        assert not is_register(PLACENAMES / "chongqing_events.csv")
        assert not is_register(PLACENAMES / "china_county_codes_1981_2025.csv.gz")
        assert not is_register(PLACENAMES)
        assert not is_register(tmp_path / "none.csv")
        assert not is_register(listed(tmp_path, "name,WKT\na,POINT (0 0)\n"))
        assert not is_register(listed(tmp_path, "name,经度,纬度\na,1,2\n"))
        assert not is_register(listed(tmp_path, "日期,变更类型,变更前,变更后\n"))
        assert is_register(listed(tmp_path, "\0\1\2"))


class TestColumns:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_chinese_headings_and_encodings(self, tmp_path, encoding):
        text = (
            "统计用区划代码,区划代码,名称,类别,上级代码,生效日期,失效日期,民族,级别\r\n"
            "500240212000,500240118,枫木镇,镇,500240,2016,,是,乡级\r\n"
        )
        register = read_register(listed(tmp_path, text, encoding), code_system="ministry")
        assert register.codes == {"nbs": ("500240212",), "ministry": ("500240118",)}
        assert (register.names, register.kinds) == (("枫木镇",), ("镇",))
        assert register.ethnic == (True,)
        assert str(register.begins[0]) == "2016"
        assert register.levels == (Level.TOWNSHIP,)

    def test_columns_named_by_the_user(self):
        file = PLACENAMES / "chongqing_township_changes_2014_2023.csv"
        assert "no column holds names" in refused(file)
        told = refused(file, fields={"name": "new_name", "code": "new_code"})
        assert "row 70: its code 500106020 stands for 土主街道 in row 26" in told
        assert "no column «x»" in refused(file, fields={"name": "x"})
        with pytest.raises(UsageError, match="no role «nom»"):
            read_register(file, fields={"nom": "new_name"})

    @pytest.mark.parametrize(
        ("system", "codes"),
        [
            ("auto", {"ministry": ("500101", "500102")}),
            ("ministry", {"ministry": ("500101", "500102")}),
            ("nbs", {"nbs": ("500101", "500102")}),
            ("none", {"source": ("500101000000", "500102")}),
        ],
    )
    def test_whose_codes_they_are(self, tmp_path, system, codes):
        file = listed(tmp_path, "code,name\n500101000000,万州区\n500102,涪陵区\n")
        assert read_register(file, code_system=system).codes == codes

    def test_foreign_codes_and_plain_ids_are_ids_of_the_source(self, tmp_path):
        wards = "code,name\n01273,Bảo Lạc\n01290,Bảo Lâm\n"
        register = read_register(listed(tmp_path, wards))
        assert register.codes == {"source": ("01273", "01290")}
        assert register.levels == (Level.UNKNOWN,) * 2
        assert register.parents == ("", "")
        ids = "id,name\n" + "".join(f"{i},县{i}\n" for i in range(10, 40))
        assert list(read_register(listed(tmp_path, ids)).codes) == ["source"]

    def test_headings_of_statistical_tables_are_told_apart(self, tmp_path):
        text = "nbs_code,name\n500000000000,重庆市\n500100000000,市辖区\n500101000000,万州区\n"
        register = read_register(listed(tmp_path, text))
        assert register.names == ("重庆市", "万州区")
        assert register.headings == (3,)
        assert register.parents == ("", "500000")

    def test_a_unit_of_one_year_keeps_a_day(self, tmp_path):
        text = "code,name,begin,end\n500101,万县区,1997,1997\n"
        register = read_register(listed(tmp_path, text))
        assert register.begins[0].day < register.ends[0].day
        assert str(register.ends[0]) == "1997"


class TestRefused:
    @pytest.mark.parametrize(
        ("row", "part"),
        [
            ("5001,,县,,,", "row 2: name: it is empty"),
            ("5001x,a,县,,,", "row 2: code: «5001x» is no division code"),
            ("500101,a,县,9,,", "level: «9» is no level"),
            ("500101,a,县,,1997-02-30,", "begin: the calendar has no"),
            ("500101,a,县,,,soon", "end: «soon» is no date"),
            ("500101,a,县,,2011-10-22,2011-10-22", "end: it ends 2011-10-22, which is not after"),
            ("500101,a,县,,2012,2011", "end: it ends 2011, which is not after its begin 2012"),
            ("500101,a,县,,", "it has 5 cells where the header has 6"),
            (
                "500101,a,县,,,\n500101000000,b,县,,1999,",
                "row 3: its code 500101 stands for a in row 2",
            ),
            ("500101,a\u2028b,县,,,", "name: it holds control characters"),
            ("500101," + "a" * 201 + ",县,,,", "more than 200 characters"),
        ],
    )
    def test_wrong_rows(self, tmp_path, row, part):
        file = listed(tmp_path, "code,name,kind,level,begin,end\n" + row + "\n")
        assert part in refused(file, code_system="ministry")

    def test_ethnic_is_yes_or_no(self, tmp_path):
        assert "neither yes nor no" in refused(listed(tmp_path, "name,ethnic\na,maybe\n"))

    def test_ten_rows_are_told(self, tmp_path):
        text = "nbs_code,name\n" + "x,a\n" * 25
        assert refused(listed(tmp_path, text)).endswith("and 15 more of this kind")

    def test_no_file_of_text(self, tmp_path):
        assert "this is a folder" in refused(tmp_path)
        assert "there is no such file" in refused(tmp_path / "none.csv")

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.lists(st.tuples(
        st.sampled_from(["", "500101", "500101.0", "x", "5", "５００１０２", "500100"]),
        st.sampled_from(["", "万州区", "a\x07", "自治区"]),
        st.sampled_from(["", "1997", "1998-05-22", "1997-02-30", "0000"]),
        st.sampled_from(["", "1997", "1998-05-22", "9999-12-31"]),
    ), max_size=6))  # fmt: skip
    def test_every_row_is_a_unit_a_heading_or_told(self, tmp_path, rows):
        text = "code,name,begin,end\n" + "".join(",".join(row) + "\n" for row in rows)
        file = listed(tmp_path, text)
        filled = [i for i, row in enumerate(rows, start=2) if any(row)]
        try:
            register = read_register(file, code_system="nbs")
        except UnreadableInput as error:
            assert "row" in str(error) or "no text" in str(error)
        else:
            assert sorted(register.rows + register.headings) == filled
            assert all(b.day < e.day for b, e in zip(register.begins, register.ends, strict=True))


def test_levels_and_kinds_by_name():
    assert level_of_unit("重庆市", "直辖市") is Level.PROVINCE
    assert level_of_unit("广西壮族自治区", "") is Level.PROVINCE
    assert level_of_unit("湖南省", "") is Level.PROVINCE
    assert level_of_unit("江津市", "") is Level.UNKNOWN
    assert level_of_unit("彭水苗族土家族自治县", "") is Level.COUNTY
    assert level_of_unit("x", "ward") is Level.UNKNOWN
    assert kind_of("彭水苗族土家族自治县", Level.COUNTY) == "自治县"
    assert kind_of("碑林区", Level.COUNTY) == ""
    assert kind_of("江津市", Level.PREFECTURE) == "地级市"
    assert are_division_codes([("", "a")])
    assert not are_division_codes([("22", "Louisiana"), ("11", "District of Columbia")])
