"""Addresses of real units, held against what was judged by hand and what sources say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from addresses import judged, said
from diming.files.events import read_events
from diming.model.changeset import Changeset
from diming.model.located import Form, Outcome, Why
from diming.model.namechange import NameChange
from diming.model.place import Name, NameKind, Told
from diming.model.span import OPEN, Precision, Span, parse_when
from diming.model.unit import Level
from diming.model.version import Version
from diming.present.located import located_text
from diming.samples import sample
from diming.services.addresses import Locator
from diming.services.demo_archive import ACTS, DRAWN, KNOWN, LISTED, LISTS, SHAPES, SINCE
from diming.services.exceptions import read_exceptions
from diming.services.loading import load
from diming.store.opening import MEMORY, create


@pytest.fixture(scope="module")
def store():
    """The archive that the README builds."""
    with create(MEMORY, author="某") as made:
        load(
            made, [str(sample(n)) for n in LISTS], day=LISTED, author="某", reason="入库",
            events=[act for n in ACTS for act in read_events(sample(n))],
            since={int(level): day for level, day in SINCE.items()},
            accepted=read_exceptions(str(sample(KNOWN))),
        )  # fmt: skip
        load(made, [str(sample(SHAPES))], day=DRAWN, author="某", reason="县界")
        yield made


@pytest.fixture(scope="module")
def locator(store):
    return Locator(store)


@pytest.mark.parametrize("row", judged(), ids=lambda row: row["address"])
def test_addresses_come_to_what_was_judged(locator, row):
    day = date.fromisoformat(row["date"]) if row["date"] else None
    for whole in (True, False):
        found = locator.locate(row["address"], day, whole=whole)
        assert said(found) == (row["outcome"], row["unit"], row["today"])
    assert (found.problem is None) == (found.outcome is Outcome.FOUND)


@pytest.mark.parametrize("apart", ["", "/", " ", "·", " > ", "，", "　", "\t", "、"])
def test_what_stands_between_links_does_not_matter(locator, apart):
    found = locator.locate(apart.join(["重庆市", "开县", "镇安镇"]))
    assert [v.name for v in found.found.chain] == ["重庆市", "开县", "镇安镇"]
    (span,) = found.found.spans
    assert span.end.day == date(2016, 6, 8)
    # The list of townships says that it was there by then; since when, nobody knows.
    assert span.begin.precision is Precision.UNKNOWN and span.begin.day == date(2013, 12, 31)


def test_a_begin_may_be_later_where_a_superior_began_first(locator):
    (held,) = locator.locate("重庆市[510200]开县").held
    assert not held.since_known or held.spans[0].begin.precision is Precision.UNKNOWN
    later = locator.locate("重庆市万盛区").held[0]
    assert str(later.spans[0]) == "1997-03-14/2011-10-22" and later.since_known


@pytest.mark.parametrize(
    ("day", "code"), [("1996-01-01", "510211"), ("2005-01-01", "500105"), ("2025-11-05", "500105")]
)
def test_a_date_chooses_the_era(locator, day, code):
    found = locator.locate("江北区", date.fromisoformat(day))
    assert found.found.whole[-1].any_code == code
    assert found.found.spans[0].holds(date.fromisoformat(day))
    late = locator.locate("江北区", date(2025, 11, 6))
    assert late.outcome is Outcome.FAILED
    assert late.problem.facts["spans"][-1].end.day == date(2025, 11, 6)


def test_the_last_day_there_is_may_be_asked_for(locator):
    assert locator.locate("重庆市綦江区", OPEN).outcome is Outcome.FOUND


def test_a_province_outside_says_of_which_era_a_chain_is(locator):
    found = locator.locate("四川省重庆市渝北区")
    assert found.links[0].outside == "510000"
    assert [str(s) for s in found.found.spans] == ["1994-12-17/1997-03-14"]
    # What code 50 begins was never below 四川省.
    assert locator.locate("四川省两江新区").outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("address", "form", "unit"),
    [("酉阳县", Form.SHORT, "酉阳土家族苗族自治县"), ("石柱", Form.BARE, "石柱土家族自治县"),
     ("酉阳自治县", Form.SHORT, "酉阳土家族苗族自治县"), ("500229", Form.CODE, "城口县"),
     ("城口县(500229)", Form.NAME, "城口县"), ("城口縣", Form.NAME, "城口县")],
)  # fmt: skip
def test_links_say_how_they_name_a_unit(locator, address, form, unit):
    found = locator.locate(address)
    assert found.links[-1].form is form
    assert found.found.unit.name == unit


def test_a_code_that_contradicts_the_name_is_left_aside(locator):
    found = locator.locate("重庆市城口县[500230]")
    assert found.found.unit.name == "城口县"


@pytest.mark.parametrize("address", ["重庆路12号", "江北机场", "重庆大学", "abc", "12号", "，。"])
def test_what_names_no_unit_is_not_forced(locator, address):
    found = locator.locate(address)
    assert found.outcome is Outcome.FAILED and not found.held


def test_what_is_left_is_given_back_as_written(locator):
    found = locator.locate("重慶市渝中區解放碑街道 民權路 28號-3")
    assert found.rest == "民權路 28號-3"
    assert [x.text for x in found.links] == ["重慶市", "渝中區", "解放碑街道"]


def test_eras_that_are_mixed_are_told_with_their_reason(locator):
    found = locator.locate("重庆市万盛区关坝镇")
    first = found.candidates[0]
    assert found.outcome is Outcome.EXPLAINED and first.why is Why.LINEAGE
    assert first.via.name == "綦江区"
    text = " ".join(located_text(found, "en").split())
    assert "no day is known on which both held: 万盛区[500110] 1993-02-16 – 2011-10-22" in text


def test_what_came_of_a_unit_is_told_with_shares_and_place(locator):
    found = locator.locate("重庆市双桥区").held[0]
    assert found.lineage is not None
    (heir,) = found.today
    assert (heir.version.name, heir.share) == ("大足区", 1.0)
    extent = locator.locate("重庆市城口县").found.extent
    assert extent.of.name == "城口县"
    west, south, east, north = extent.bounds
    assert west < extent.lon < east and south < extent.lat < north
    assert 108 < extent.lon < 109.5 and 31 < extent.lat < 33


def test_names_told_of_units_count_for_their_time(store):
    unit = Locator(store).locate("开州区").found.unit.unit_id
    told = Name("n", unit, "盛山区", NameKind.ALIAS,
                when=Told("2017–2019", Span(parse_when("2017"), parse_when("2019"))))  # fmt: skip
    locator = Locator(store, told={unit: [told]})
    found = locator.locate("重庆市盛山区")
    assert found.links[-1].form is Form.TOLD and found.found.unit.unit_id == unit
    assert str(found.found.spans[0]) == "2017-01-01/2019-01-01"
    assert locator.locate("盛山区", date(2018, 1, 1)).outcome is Outcome.FOUND
    assert locator.locate("盛山区", date(2020, 1, 1)).outcome is Outcome.FAILED


def test_names_told_in_the_archive_are_looked_at_by_themselves():
    unit = Version("u1", Span(), Level.COUNTY, "开州区", codes=(("ministry", "500154"),))
    told = Name(
        "n-1", "u1", "汉丰", NameKind.FORMER, when=Told("?–1950", Span(end=parse_when("1950")))
    )
    with create(MEMORY, author="某") as made:
        with made.write(author="某", reason="试") as writer:
            writer.append(Changeset((unit,)))
            writer.append_names(NameChange(names=(told,)))
        assert Locator(made, "r1").locate("汉丰").outcome is Outcome.FAILED
        found = Locator(made).locate("漢豐", whole=False)
        assert found.found.unit.unit_id == "u1" and found.links[0].form is Form.TOLD
        assert found.found.spans[0].end.day == date(1950, 1, 1)


def test_alike_addresses_of_a_table_share_an_answer(locator):
    one = locator.locate("重庆市城口县", whole=False)
    assert locator.locate("重庆市城口县", whole=False) is one


def test_the_judged_list_is_the_one_that_is_documented():
    text = (Path(__file__).parents[2] / "docs" / "locate.md").read_text("utf-8")
    missing = [r["address"] for r in judged() if f"| {r['address']} |" not in text]
    assert not missing
