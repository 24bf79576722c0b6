from datetime import date

import numpy as np
import pytest

from diming.handbook import load_handbook
from diming.model.finding import Finding, RecordRef, Severity
from diming.rules.codes import (
    CodeReading,
    bad_code,
    code_kind,
    code_parent,
    duplicate_code,
    missing_code,
    read_codes,
)
from diming.tables import Units

book = load_handbook()

#: Real townships of Chongqing, 2022 (statistical codes): code, name, kind, county.
TOWNSHIPS = [
    ("500101001", "高笋塘街道", "街道", "500101"),
    ("500101109", "小周镇", "镇", "500101"),
    ("500101123", "新乡镇", "镇", "500101"),
    ("500101201", "柱山乡", "乡", "500101"),
    ("500101238", "地宝土家族乡", "民族乡", "500101"),
    ("500102206", "大木乡", "乡", "500102"),
    ("500109007", "歇马街道", "街道", "500109"),
    ("500156202", "石桥苗族土家族乡", "民族乡", "500156"),
    ("500236272", "太和土家族乡", "民族乡", "500236"),
]


class World:
    """Units from columns of text; what is not given is empty."""

    def __init__(self, code: list[str], system: str = "auto", **columns: list[object]) -> None:
        def text(name: str) -> np.ndarray:
            return np.array(columns.get(name, [""] * len(code)), dtype=object)

        self.units = Units(
            geometry=np.full(len(code), None),
            code=np.array(code, dtype=object),
            name=text("name"),
            parent=text("parent"),
            kind=text("kind"),
            level=np.array(columns.get("level", [0] * len(code)), np.int8),
            input=np.array(columns.get("input", [0] * len(code)), np.int32),
            fid=np.arange(len(code), dtype=np.int64) + 1,
        )
        self.reading: CodeReading = read_codes(self.units, system, book.county_codes)

    def duplicate(self) -> list[Finding]:
        return duplicate_code(self.units, self.reading)

    def missing(self) -> list[Finding]:
        return missing_code(self.units, self.reading)

    def bad(self, day: date | None = None) -> list[Finding]:
        return bad_code(self.units, self.reading, book.county_codes, day)

    def kind(self, day: date | None = None) -> list[Finding]:
        return code_kind(self.units, self.reading, book.code_ranges, day)

    def parent(self) -> list[Finding]:
        return code_parent(self.units, self.reading)

    def all(self, day: date | None = None) -> list[Finding]:
        found = self.duplicate() + self.missing() + self.bad(day)
        return found + self.kind(day) + self.parent()


def sound(**changes: list[object]) -> World:
    code, name, kind, parent = (list(column) for column in zip(*TOWNSHIPS, strict=True))
    columns = {"code": code, "name": name, "kind": kind, "parent": parent} | changes
    return World(**columns)


@pytest.mark.parametrize("day", [None, date(2022, 12, 31)])
def test_real_townships_are_sound(day: date | None) -> None:
    assert sound().all(day) == []
    assert sound(kind=[""] * len(TOWNSHIPS)).all(day) == []


def test_duplicate_code() -> None:
    world = World(
        ["500101", "500102", "500101", "500101000000"],
        name=["万州区", "涪陵区", "万州", ""],
        input=[0, 0, 1, 1],
    )
    (found,) = world.duplicate()
    assert found == Finding(
        "duplicate-code",
        Severity.ERROR,
        units=("500101", "500101", "500101000000"),
        names=("万州区", "万州", ""),
        records=(RecordRef(0, 1), RecordRef(1, 3), RecordRef(1, 4)),
        measures={"records_count": 3},
        facts={"code": "500101"},
        seam=True,
    )


def test_foreign_codes_are_duplicates_too() -> None:
    (found,) = World(["a1", "a2", "a1", "", ""], system="none").duplicate()
    assert found.facts == {"code": "a1"}
    assert not found.seam


def test_one_code_at_two_levels_is_no_duplicate() -> None:
    assert World(["47", "47"], level=[1, 3]).duplicate() == []
    assert len(World(["47", "47"], level=[3, 3]).duplicate()) == 1


def test_missing_code() -> None:
    (found,) = World(["500101", " ", "500103"], name=["", "涪陵区", ""]).missing()
    assert found.rule == "missing-code"
    assert found.units == ("涪陵区",)
    assert found.records == (RecordRef(0, 2),)
    assert World(["500101", ""]).missing()[0].units == ("#2",)


def test_nothing_is_missing_where_nobody_has_a_code_or_codes_are_foreign() -> None:
    assert World(["", ""]).missing() == []
    assert World(["", ""], "ministry").missing() == []
    assert World(["47001", "47003", ""]).missing() == []
    assert len(World(["99", ""], "ministry").missing()) == 1


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("50010", {"reason": "length"}),
        ("500101001001001", {"reason": "length"}),
        ("50010l", {"reason": "characters"}),
        (" 500104", {"reason": "characters"}),
        ("５００１０４", {"reason": "characters"}),
        ("500104.0", {"reason": "characters"}),
        ("270101", {"reason": "unknown-province"}),
        ("010101", {"reason": "unknown-province"}),
        ("500199", {"reason": "unknown-prefix", "prefix": "500199", "date": ""}),
        ("500199001", {"reason": "unknown-prefix", "prefix": "500199", "date": ""}),
        ("500000001", {"reason": "unknown-prefix", "prefix": "500000", "date": ""}),
        ("500100", {"reason": "summary-row"}),
        ("500200000000", {"reason": "summary-row"}),
    ],
)
def test_bad_code(code: str, facts: dict[str, str]) -> None:
    (found,) = World(["500101", "500102", code]).bad()
    assert found.rule == "bad-code"
    assert found.severity is Severity.ERROR
    assert found.records == (RecordRef(0, 3),)
    assert found.facts == {"code": code, **facts}


def test_a_prefix_is_judged_by_date() -> None:
    world = World(["500101", "500102", "500222"], name=["", "", "綦江县"])
    assert world.bad() == []
    assert world.bad(date(2011, 10, 21)) == []
    (found,) = world.bad(date(2011, 10, 22))
    assert found.facts == {
        "code": "500222",
        "reason": "unknown-prefix",
        "prefix": "500222",
        "date": "2011-10-22",
    }


@pytest.mark.parametrize("day", [None, date(2026, 6, 1)])
@pytest.mark.parametrize("code", ["500105", "500157", "500158001", "340191100", "810101"])
def test_what_the_table_cannot_know_is_not_called_wrong(code: str, day: date | None) -> None:
    assert World(["500101", "500102", code]).bad(day) == []


def test_systems_differ() -> None:
    village = ["500101", "500102", "500101001001"]
    assert [f.facts["reason"] for f in World(village, "ministry").bad()] == ["length"]
    assert World(village, "nbs").bad() == []
    assert World(["500101", "500100"], "nbs").bad() == []
    assert len(World(["500101", "500100"], "ministry").bad()) == 1


def test_tidied_digits_serve_the_other_rules() -> None:
    world = World(["500101", " 500101", "500102.0"], name=["万州区", "", "涪陵县"])
    assert len(world.bad()) == 2
    assert world.duplicate()[0].facts == {"code": "500101"}
    assert world.kind()[0].facts["kind"] == "县"


@pytest.mark.parametrize(
    ("code", "name", "kind", "says", "expected"),
    [
        ("500101109", "小周乡", "", "乡", ("镇",)),
        ("500101109", "小周街道办事处", "", "街道", ("镇",)),
        ("500101001", "高笋塘镇", "", "镇", ("街道",)),
        ("500101201", "柱山镇", "", "镇", ("乡", "民族乡", "苏木", "民族苏木")),
        ("500101401", "某镇", "", "镇", ("类似乡级单位",)),
        ("500101109", "Xiaozhou", "乡", "乡", ("镇",)),
        ("500101109", "小周镇", "民族乡", "民族乡", ("镇",)),
        ("500229", "城口区", "", "市辖区", ("县", "自治县", "旗", "自治旗", "林区", "特区")),
        ("500101", "万州县", "", "县", ("市辖区", "特区")),
        ("320581", "常熟县", "", "县", ("县级市",)),
        ("130200", "唐山地区", "", "地区", ("地级市",)),
        ("500101001001", "甲村村民委员会", "", "村委会", ("居委会",)),
    ],
)
def test_code_kind(code: str, name: str, kind: str, says: str, expected: tuple[str, ...]) -> None:
    world = World(["500103001", code], name=["七星岗街道", name], kind=["", kind])
    (found,) = world.kind(date(2020, 1, 1))
    assert found.severity is Severity.WARNING
    assert found.facts == {"code": code, "kind": says, "expected": expected, "date": "2020-01-01"}


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("500101201", "红椿乡", "民族乡"),
        ("500101201", "红椿乡", ""),
        ("500101001", "某某办事处", ""),
        ("500101401", "某某办事处", ""),
        ("500101001", "高笋塘街道", "乡级"),
        ("500101109", "城关", ""),
        ("500101700", "某镇", ""),
        ("110106013", "方庄地区", ""),
        ("610103", "碑林区", ""),
        ("429021", "神农架林区", ""),
        ("520203", "六枝特区", ""),
        ("422801", "恩施市", ""),
        ("429004", "仙桃市", ""),
        ("500151", "铜梁区", ""),
        ("500384", "南川市", ""),
        ("500101001001", "劳动新村", ""),
        ("445100", "潮州市", ""),
        ("830101", "中正县", ""),
    ],
)
def test_what_agrees_or_says_nothing_is_left_alone(code: str, name: str, kind: str) -> None:
    world = World(["500103001", code], name=["七星岗街道", name], kind=["", kind])
    assert world.kind() == []


def test_ranges_are_judged_by_date() -> None:
    city = World(["320500", "320520"], name=["苏州市", "常熟市"])
    assert city.kind(date(1985, 1, 1)) == []
    (found,) = city.kind(date(1995, 1, 1))
    assert found.facts["expected"] == ("市辖区", "特区")
    assert city.kind() == []


@pytest.mark.parametrize("given", ["500101", "500000", "50", "5001", "500100", "500101000000"])
def test_any_division_above_is_a_parent(given: str) -> None:
    world = World(["500101001", "500102001"], parent=[given, "500102"])
    assert world.parent() == []


@pytest.mark.parametrize("given", ["500102", "50010", "51", "500101001"])
def test_code_parent(given: str) -> None:
    world = World(["500101001", "500102001"], parent=[given, "500102"])
    (found,) = world.parent()
    assert found.severity is Severity.WARNING
    assert found.records == (RecordRef(0, 1),)
    assert found.facts == {"code": "500101001", "parent": given, "expected": "500101"}


def test_parents_that_are_no_codes_are_passed_over() -> None:
    assert World(["500101001", "500102001"], parent=["万州区", "500102"]).parent() == []
    assert World(["500101001", "500102001"], parent=["17", "4"]).parent() == []
    assert World(["500101001", "500102001"], parent=["", ""]).parent() == []
    assert World(["500000", "500101"], parent=["0", "500000"]).parent() == []


@pytest.mark.parametrize(
    ("code", "parent"),
    [(["01273", "01279"], ["04", "11"]), (["10014020", "63000010"], ["10013", "63000"])],
)
def test_foreign_units_have_no_findings(code: list[str], parent: list[object]) -> None:
    world = World(code, parent=parent, name=["成功乡", "信義區"])
    assert world.all(date(2025, 7, 1)) == []


def test_no_units_no_findings() -> None:
    assert World([]).all() == []
    assert World([], "ministry").all(date(2020, 1, 1)) == []


def test_an_endless_code_or_name_is_one_bad_record() -> None:
    world = World(["500101", "5" * 100_000], name=["万州区" * 50_000, ""])
    assert [f.facts["reason"] for f in world.bad()] == ["length"]
    assert world.kind() == []
