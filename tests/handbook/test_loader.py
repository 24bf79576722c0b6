from datetime import date
from pathlib import Path

import pytest

from diming.errors import UsageError
from diming.handbook import Standing, load_handbook
from diming.model.unit import Level


def test_every_entry_says_where_it_is_known_from() -> None:
    ranges = load_handbook().code_ranges
    assert {r.level for r in ranges} == {2, 3, 4, 5}
    assert all(r.basis for r in ranges)
    assert len({r.id for r in ranges}) == len(ranges)


def test_ranges_hold_by_date() -> None:
    high = next(r for r in load_handbook().code_ranges if r.id == "district-high")
    assert high.level is Level.COUNTY
    assert not high.holds_at(date(2013, 12, 31))
    assert high.holds_at(date(2014, 1, 1))
    assert high.holds_at(None)


def own(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_of_ones_own_replaces_adds_and_drops(tmp_path: Path) -> None:
    path = own(
        tmp_path,
        """
        [[code_range]]
        id = "subdistrict"
        level = 4
        first = 1
        last = 79
        kinds = ["街道"]
        basis = "a notice"
        verified_on = 2026-01-01

        [[code_range]]
        id = "zone"
        level = 4
        first = 80
        last = 99
        kinds = ["街道", "镇"]
        basis = "a notice"

        [[code_range]]
        id = "village-like"
        drop = true

        [county_table]
        look_ahead = 0

        [[county_code]]
        code = "500199"
        name = "某区"
        begin = 2026-02-01
        """,
    )
    packaged, changed = load_handbook(), load_handbook(path)
    by_id = {r.id: r for r in changed.code_ranges}
    assert by_id["subdistrict"].last == 79
    assert by_id["zone"].kinds == ("街道", "镇")
    assert "village-like" not in by_id
    assert len(by_id) == len(packaged.code_ranges)
    assert changed.county_codes.standing("500199", date(2026, 2, 1)) is Standing.IN_FORCE
    assert changed.county_codes.standing("500158", None) is Standing.NOT_IN_FORCE
    assert packaged.county_codes.standing("500158", None) is Standing.UNKNOWN


def test_the_environment_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = own(tmp_path, '[[code_range]]\nid = "town"\ndrop = true\n')
    monkeypatch.setenv("DIMING_HANDBOOK", str(path))
    assert "town" not in {r.id for r in load_handbook().code_ranges}
    monkeypatch.setenv("DIMING_HANDBOOK", "")
    assert "town" in {r.id for r in load_handbook().code_ranges}


RANGE = 'id = "x"\nlevel = 4\nfirst = 1\nlast = 2\nkinds = ["镇"]\nbasis = "b"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = ", "cannot be read"),
        ("speed = 3", "“speed”"),
        ("code_range = 3", "“code_range”"),
        ("county_table = 3", "“county_table”"),
        ("[[code_range]]\n", "“id”"),
        ("[[code_range]]\n" + RANGE + "colour = 1", "code_range x: “colour”"),
        ("[[code_range]]\n" + RANGE.replace("level = 4", "level = 9"), "“level”"),
        ("[[code_range]]\n" + RANGE.replace("last = 2", "last = 0"), "“last”"),
        ("[[code_range]]\n" + RANGE.replace('["镇"]', "[]"), "“kinds”"),
        ("[[code_range]]\n" + RANGE.replace('basis = "b"', ""), "“basis”"),
        ("[[code_range]]\n" + RANGE + 'begin = "2020"', "“begin”"),
        ("[[code_range]]\n" + RANGE + "prefecture = [1]", "“prefecture”"),
        ('[[code_range]]\nid = "x"\nfirst = "a"\n', "code_range x"),
        ('[[code_range]]\nid = "none"\ndrop = true', "code_range none: “drop”"),
        ("[county_table]\nzones = 3", "county_table: “zones”"),
        ('[[county_code]]\ncode = "5001"\n', "county_code 5001: “code”"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_handbook(own(tmp_path, text))
    assert said in str(caught.value)
    assert str(caught.value).startswith("Handbook ")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_handbook(tmp_path / "none.toml")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes('basis = "公告"'.encode("gbk"))
    with pytest.raises(UsageError, match="cannot be read"):
        load_handbook(path)
