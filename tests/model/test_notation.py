"""The notation of units: what is read, what is refused and where, and the way back."""

import csv
import string
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from diming.model.event import UnitRef
from diming.model.notation import (
    NotationError,
    parse_unit,
    parse_units,
    read_code,
    write_unit,
)
from diming.model.unit import Level

EVENTS = Path(__file__).parents[2] / "data" / "placenames" / "chongqing_events.csv"

#: Names as they occur, rare characters, other scripts, remarks in brackets.
NAMES = st.text(
    st.one_of(
        st.sampled_from("渝北区大湾镇綦江县𠮷市(）（)〔·-' "),
        st.characters(
            exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs"),
            exclude_characters="[]~*;/；［］～〜＊／",
        ),
    ),
    min_size=1,
    max_size=12,
).filter(lambda text: text == text.strip() and not text.endswith(("级)", "级）")))
CODES = st.sampled_from(["500000", "500101", "500101001", "500101001201", "110000"])


@st.composite
def whole_units(draw, system="ministry", depth=3):
    name = draw(NAMES | st.just(""))
    code = draw(CODES if not name else CODES | st.none())
    parent = draw(st.none() | whole_units(system, depth - 1)) if depth > 1 else None
    return UnitRef(name, code, system, parent)


UNITS = st.one_of(
    st.just(UnitRef(part=True)),
    st.builds(
        lambda unit, part, below: replace(unit, part=part, below=below),
        whole_units(), st.booleans(), st.booleans(),
    ),
)  # fmt: skip


@given(st.lists(UNITS, max_size=4))
@example([UnitRef("涪陵市(地)")])
def test_what_is_written_is_read_back(units):
    assert parse_units(";".join(map(str, units))) == tuple(units)
    assert [parse_unit(write_unit(unit)) for unit in units] == units


@given(st.text(string.printable + "；［］～／＊县（）0１地级", max_size=30))
def test_any_text_is_read_or_refused_with_a_place_within_it(text):
    try:
        units = parse_units(text)
    except NotationError as error:
        assert 1 <= int(error.said.facts["place"]) <= len(text) + 1
    else:
        assert parse_units(";".join(map(write_unit, units))) == units


def test_every_unit_of_the_real_events_is_written_as_it_was():
    with EVENTS.open(encoding="utf-8") as handle:
        cells = [r[c] for r in csv.DictReader(handle) for c in ("units_before", "units_after")]
    assert sum(len(parse_units(cell)) for cell in cells) == 356
    assert [";".join(map(write_unit, parse_units(cell))) for cell in cells] == cells


def test_signs_of_an_input_method_are_read_as_plain_ones():
    wide = "＊渝北区／大湾镇［５００１１２１０１］ ；〜江北区 ； ～"
    assert parse_units(wide) == parse_units("*渝北区/大湾镇[500112101];~江北区;~")


def test_a_level_in_brackets_is_no_part_of_the_name():
    assert parse_unit("涪陵市(地级)") == UnitRef("涪陵市", level=Level.PREFECTURE)
    assert parse_unit("~涪陵市（县级）[512301]").level is Level.COUNTY
    assert write_unit(UnitRef("涪陵市", "512301", level=Level.COUNTY)) == "涪陵市(县级)[512301]"
    assert parse_unit("红光村(一社)").name == "红光村(一社)"


def test_tilde_alone_is_nobody():
    unit = parse_unit(" ~ ")
    assert unit.is_nobody
    assert str(unit) == "~"


def test_codes_are_read_as_they_are_compared():
    assert parse_unit("高笋塘街道[500101001000]").code == "500101001"
    assert parse_unit("重庆市[50]").code == "500000"
    assert parse_unit("Bảo Lạc[01273]", "source").code == "01273"
    assert read_code("500101.0", "nbs") == "500101"
    assert read_code("", "source") is None


@pytest.mark.parametrize(
    ("text", "place", "part"),
    [
        ("綦江区;;万盛区", 5, "a unit is missing"),
        ("綦江区;", 5, "a unit is missing"),
        ("*", 2, "a unit is missing"),
        ("~*", 3, "a unit is missing"),
        ("渝北区/", 5, "a unit is missing"),
        ("/大湾镇", 1, "a unit is missing"),
        ("(地级)", 1, "a unit is missing"),
        ("綦江区[500110", 4, "is not closed"),
        ("a;~綦江区[510282/510283]", 7, "is not closed"),
        ("綦江区[500110]万盛区", 12, "separate units by a semicolon"),
        ("綦江区]", 4, "separate units by a semicolon"),
        ("渝北区/~大湾镇", 5, "separate units by a semicolon"),
        ("~~綦江区", 2, "comes twice"),
        ("綦江区[]", 5, "no division code"),
        ("a;綦江区[50011]", 7, "set the code system to source"),
        ("綦江区[012345]", 5, "no division code"),
        ("綦江\x1b区", 3, "control character"),
        ("a/b/c/d/e/f", 1, "6 units lie within each other"),
        ("県" * 201, 1, "longer than 200"),
    ],
)
def test_errors_say_what_and_where(text, place, part):
    with pytest.raises(NotationError) as caught:
        parse_units(text)
    assert caught.value.said.facts["place"] == place
    assert part in str(caught.value)


def test_a_path_of_ten_thousand_is_refused_not_recursed():
    with pytest.raises(NotationError, match="10000 units"):
        parse_units("/".join("a" * 10_000))


@pytest.mark.parametrize(
    "unit",
    [
        UnitRef("a;b"), UnitRef("a/b"), UnitRef(" a"), UnitRef("a", kind="县"), UnitRef(code="1"),
        UnitRef("a", seat="b"), UnitRef("a", unit_id="u1"), UnitRef(unit_id="u1"), UnitRef(),
        UnitRef(below=True), UnitRef("a", parent=UnitRef("b", part=True)),
        UnitRef("a", parent=UnitRef("b", "1", system="source")), UnitRef(level=Level.COUNTY),
        UnitRef("a(地级)"),
    ],
)  # fmt: skip
def test_what_the_notation_cannot_carry_is_not_written(unit):
    with pytest.raises(NotationError):
        write_unit(unit)


def test_exactly_one_unit_is_wanted():
    with pytest.raises(NotationError, match="names 2 units"):
        parse_unit("a;b")
    with pytest.raises(NotationError, match="names 0 units"):
        parse_unit("  ")
