"""The packaged lists and acts of Chongqing lead from 1992 to 2025, as the handbook counts."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date

import pytest

from diming.files.events import read_events
from diming.history.reference import candidates
from diming.model.event import UnitRef
from diming.model.finding import Exemption
from diming.model.span import parse_when
from diming.model.unit import Level
from diming.samples import sample
from diming.services.loading import load
from diming.store.opening import MEMORY, create

DAY = date(2022, 12, 31)
LISTS = [str(sample(n)) for n in ("chongqing_county_codes", "chongqing_townships_nbs_2022")]
ACTS = [
    act
    for name in ("chongqing_events", "chongqing_events_written_out")
    for act in read_events(sample(name)).events
]
SINCE = {4: date(2013, 12, 31)}

#: Year end → 街道, 镇, 乡 with 民族乡 (domain handbook, 1.4).
TOWNSHIPS = {
    2016: (216, 622, 190), 2017: (222, 626, 182), 2018: (226, 627, 177), 2019: (228, 629, 172),
    2020: (239, 621, 171), 2021: (245, 625, 161), 2022: (245, 625, 161), 2023: (245, 625, 161),
}  # fmt: skip


def loaded(store, acts=ACTS, accepted=(), **more):
    return load(
        store, LISTS, day=DAY, author="某", reason="入库", events=acts, since=SINCE,
        accepted=accepted, **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def replay():
    """The archive with all acts, and what came of loading without and with the exception."""
    with create(MEMORY, author="某") as store:
        strict = loaded(store)
        ids = [f.id for r in strict.recording.refused for f in r.findings]
        accepted = [Exemption(i, "the ministry's table of 2020 says so", "某") for i in ids]
        yield store, strict, loaded(store, accepted=accepted)


def end_of(year):
    return date(year, 12, 31)


def one(view, day, **said):
    (found,) = candidates(view, UnitRef(**said), day)
    return found


def test_exactly_one_act_is_refused_for_a_code_given_twice(replay):
    _, strict, _ = replay
    (refused,) = strict.recording.refused
    (finding,) = refused.findings
    assert str(refused.event) == "2020 convert 土主镇[500106111] → 土主街道[500106020]"
    assert finding.rule == "code-taken"
    assert finding.facts["code"] == "500106020"
    assert finding.facts["holder"] == "香炉山街道[500106020]"
    assert finding.facts["source"].endswith("chongqing_events.csv:122")
    assert len(strict.recording.applied) == len(ACTS) - 1
    assert strict.revision is None


def test_nothing_is_written_unless_all_is(replay):
    store, _, result = replay
    assert result.revision.number == store.head().number == 2


def test_once_accepted_all_are_recorded(replay):
    store, _, result = replay
    assert not result.recording.refused and not result.differing
    assert len(ACTS) == 145
    assert {a.event.id for a in store.events()} == {a.id for a in ACTS}
    view = store.view()
    twice = view.with_code("ministry", "500106020")
    assert {v.name for v in twice if v.holds(end_of(2020))} == {"土主街道", "香炉山街道"}


@pytest.mark.parametrize("year", TOWNSHIPS)
def test_townships_are_counted_as_the_handbook_does(replay, year):
    kinds = Counter(v.kind for v in replay[0].view().at(end_of(year), Level.TOWNSHIP))
    streets, towns, townships = TOWNSHIPS[year]
    assert kinds["街道"] == streets
    assert kinds["镇"] == towns
    assert kinds["乡"] + kinds["民族乡"] == townships
    assert kinds["民族乡"] == 14
    assert sum(kinds.values()) == streets + towns + townships


@pytest.mark.parametrize("year", range(1997, 2026))
def test_counties_are_those_of_the_code_table(replay, year):
    with sample("chongqing_county_codes").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    day = end_of(year)
    table = {
        (r["code"] or None, r["name"], r["kind"])
        for r in rows
        if parse_when(r["valid_from"]).day <= day
        and (not r["valid_to"] or day < parse_when(r["valid_to"]).day)
    }
    held = replay[0].view().at(day, Level.COUNTY)
    assert {(v.code(), v.name, v.kind) for v in held} == table
    assert len(held) == len(table) == (40 if year < 2011 else 38 if year < 2025 else 37)


def test_at_the_day_of_the_list_stands_what_the_list_says(replay):
    with sample("chongqing_townships_nbs_2022").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    view = replay[0].view()
    counties = {v.unit_id: v.code() for v in view.at(DAY, Level.COUNTY)}
    held = view.at(DAY, Level.TOWNSHIP)
    assert {(v.code("nbs"), v.name, v.kind, counties[v.parent_id]) for v in held} == {
        (r["nbs_code"], r["name"], r["kind"], r["county_code"]) for r in rows
    }
    assert all(v.ethnic for v in held if v.kind == "民族乡")


@pytest.mark.parametrize("year", range(1997, 2026))
def test_every_unit_has_a_superior_that_stands(replay, year):
    at = replay[0].view().at(end_of(year))
    standing = {v.unit_id: v for v in at}
    for version in at:
        if version.level is Level.PROVINCE:
            assert version.name == "重庆市" and version.parent_id is None
        else:
            assert standing[version.parent_id].level < version.level


def test_a_code_given_again_means_another_unit_at_another_date(replay):
    view = replay[0].view()
    for code, before, after, day in (
        ("500110", "万盛区", "綦江区", date(2011, 10, 22)),
        ("500111", "双桥区", "大足区", date(2011, 10, 22)),
    ):
        old = one(view, date(2011, 10, 21), code=code)
        new = one(view, day, code=code)
        assert (old.name, new.name) == (before, after)
        assert old.unit_id != new.unit_id
        assert old.ended_by == new.began_by is not None


def test_a_rename_keeps_code_and_unit(replay):
    view = replay[0].view()
    before = one(view, date(1998, 5, 21), code="500101")
    after = one(view, date(1998, 5, 22), code="500101")
    assert (before.name, after.name) == ("万县区", "万州区")
    assert before.unit_id == after.unit_id
    river = {v.name for v in view.with_code("ministry", "500232227")}
    assert river == {"铁矿乡", "大洞河乡"}
    assert len({v.unit_id for v in view.with_code("ministry", "500232227")}) == 1


def test_codes_of_the_two_offices_are_never_joined(replay):
    view = replay[0].view()
    ministry = one(view, end_of(2020), code="500155003", system="ministry")
    nbs = one(view, end_of(2022), code="500155003", system="nbs")
    assert (ministry.name, nbs.name) == ("合兴街道", "仁贤街道")
    assert ministry.unit_id != nbs.unit_id
    assert one(view, DAY, name="合兴街道").code("nbs") == "500155005"


def test_townships_follow_their_county_through_its_conversion(replay):
    """武隆县 became a district in 2016: its townships' codes begin as the new one's does."""
    view = replay[0].view()
    on = {day: one(view, day, name="火炉镇") for day in (date(2016, 11, 23), date(2016, 11, 24))}
    before, after = on.values()
    assert before.unit_id == after.unit_id
    parents = [view.of_unit(v.parent_id)[0].name for v in on.values()]
    assert parents == ["武隆县", "武隆区"]
    assert before.code("nbs")[:6] == "500232"
    assert after.code("nbs") == "500156" + before.code("nbs")[6:]


def test_units_exchanged_on_one_day_are_where_the_decision_puts_them(replay):
    view = replay[0].view()
    day = date(2025, 11, 6)
    county = {v.unit_id: v.name for v in view.at(day, Level.COUNTY)}
    below = Counter(county[v.parent_id] for v in view.at(day, Level.TOWNSHIP))
    kinds = Counter(
        (county[v.parent_id], v.kind) for v in view.at(day, Level.TOWNSHIP)
    )  # fmt: skip
    assert below["两江新区"] == 42 and below["北碚区"] == 17
    assert kinds["两江新区", "街道"] == 31 and kinds["两江新区", "镇"] == 11
    assert kinds["北碚区", "街道"] == 6 and kinds["北碚区", "镇"] == 11
    moved = one(view, day, name="大湾镇")
    assert county[moved.parent_id] == "北碚区"
    assert moved.codes == ()
    assert one(view, date(2025, 11, 5), name="大湾镇").unit_id == moved.unit_id


def test_without_the_acts_that_only_notes_tell_others_do_not_fit():
    with create(MEMORY, author="某") as store:
        result = loaded(store, read_events(sample("chongqing_events")).events)
        refused = {str(r.event).split(" → ")[0] for r in result.recording.refused}
        assert any("万县地区[512200]" in r for r in refused)
        assert any("涪陵地区[512300]" in r for r in refused)
        assert store.head().number == 1


def test_loading_the_same_again_changes_nothing(replay):
    store, _, _ = replay
    again = load(store, LISTS[1:], day=DAY, author="某", reason="再次入库")
    assert not again.differing
    assert again.revision is None
    assert store.head().number == 2
    assert again.shapes_added == 0
