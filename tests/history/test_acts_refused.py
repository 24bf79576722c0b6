"""What does not fit is refused with the rule, the units, and figures; and nothing is changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import shapely

from diming.history.apply import apply
from diming.model.event import Event, EventType, Move, TerritoryKind
from diming.model.span import parse_when
from history.drawn import area_m2, event, grid, held, record, ref, rules, shape_of, townships


def box(x0, y0, x1, y1):
    return shapely.box(106 + x0 / 100, 29 + y0 / 100, 106 + x1 / 100, 29 + y1 / 100)


@pytest.fixture
def world():
    return townships(grid())


def refused(belief, act, rule):
    """The one finding of a rule, by which an act is refused; and the belief is as it was."""
    before = belief.at(date(1999, 1, 1)), belief.at(date(2010, 1, 1))
    outcome = record(belief, act)
    assert outcome.change is None
    assert (belief.at(date(1999, 1, 1)), belief.at(date(2010, 1, 1))) == before
    assert rules(outcome) == [rule]
    found = [f for f in outcome.findings if f.rule == rule]
    assert all(f.facts["event"] == act.id and f.facts["act"] == str(act) for f in found)
    assert all(f.id.startswith(f"{rule}:") for f in found)
    return found[0]


def test_a_unit_that_is_not_alive_tells_when_it_was(world):
    record(world, event("convert", "甲1县[500121]", "甲1区[500103]", "1990-01-01"))
    found = refused(world, event("rename", "甲1县[500121]", "乙县"), "unit-not-alive")
    assert found.facts["reason"] == "other-time"
    assert found.facts["known"] == ["甲1县[500121] ?/1990-01-01"]
    assert found.facts["day"] == "2000-01-01"


def test_a_code_that_another_name_bears_tells_whose_it_is(world):
    found = refused(world, event("rename", "无县[500121]", "乙县"), "unit-not-alive")
    assert found.facts["reason"] == "other-name"
    assert found.facts["known"] == ["甲1县[500121] ?/"]


def test_a_unit_nobody_knows(world):
    found = refused(world, event("abolish", "无县[500199]", ""), "unit-not-alive")
    assert (found.facts["reason"], found.facts["named"]) == ("not-known", "无县[500199]")


def test_a_name_that_two_bear_wants_more(world):
    townships(world, "500122", 2)
    act = event("rename", "乙1镇", "丙镇")
    found = refused(world, act, "unit-ambiguous")
    assert set(found.facts["candidates"]) == {"乙1镇[500121100]", "乙1镇[500122100]"}
    assert record(world, event("rename", "甲2县/乙1镇", "丙镇")).change is not None


def test_a_unit_that_exists_already(world):
    act = event("establish", "~", "乙1镇[500121150]")
    found = refused(world, act, "unit-exists")
    assert found.facts["named"] == "乙1镇[500121150]"
    assert "500121100" in found.units


def test_a_superior_that_is_missing_or_has_ended(world):
    found = refused(world, event("establish", "~", "丙镇[500177100]"), "parent-missing")
    assert found.facts["code"] == "500177100"
    record(world, event("convert", "甲2县[500122]", "甲2区[500103]", "1990-01-01"))
    refused(world, event("establish", "~", "丙镇[500122100]"), "parent-missing")


def test_a_code_that_is_taken_names_the_holder(world):
    found = refused(world, event("convert", "甲1县[500121]", "甲1县级市[500122]"), "code-taken")
    assert found.facts["holder"] == "甲2县[500122]"
    assert found.facts["code"] == "500122" and found.facts["system"] == "ministry"


def test_recoding_onto_a_code_in_use(world):
    found = refused(world, event("recode", "甲1县[500121]", "甲1县[500122]"), "code-taken")
    assert found.facts["named"] == "甲1县[500122]"


def test_the_same_code_in_the_other_system_is_not_taken(world):
    """乙1镇's code of the statisticians is what the ministry gave 乙2镇."""
    assert held(world, "乙1镇").code("nbs") == held(world, "乙2镇").code("ministry")
    outcome = record(world, event("convert", "乙4镇[500121103]", "乙4街道[500121104]"))
    assert outcome.change is not None


def test_what_happened_before_something_recorded_is_out_of_order(world):
    later = event("rename", "甲1县[500121]", "丙县", "2005-01-01")
    record(world, later)
    found = refused(world, event("rename", "甲1县[500121]", "丁县", "2001-01-01"),
                    "event-out-of-order")  # fmt: skip
    assert found.facts["later"] == later.id
    assert found.facts["since"] == "2005-01-01"


def test_an_end_that_is_recorded_is_later_too(world):
    later = event("merge", "甲1县;甲2县", "丙县[500131]", "2005-01-01")
    record(world, later)
    for act in (
        event("rename", "甲1县[500121]", "丁县", "2001-01-01"),
        event("recode", "甲1县[500121]", "甲1县[500141]", "2001-01-01"),
        event("boundary", "~甲1县", "~甲3县", "2001-01-01"),
        event("transfer", "甲1县", "重庆市[500000]", "2001-01-01"),
        event("convert", "甲1县", "甲1区[500104]", "2001-01-01"),
        event("proxy", "甲1县", "某开发区", "2001-01-01"),
    ):
        assert refused(world, act, "event-out-of-order").facts["later"] == later.id


def test_a_receiver_that_changed_later_is_out_of_order_too(world):
    later = event("convert", "乙2镇[500121101]", "乙2街道[500121001]", "2005-01-01")
    record(world, later)
    act = event("abolish", "乙1镇[500121100]", "~乙2镇[500121101]", "2001-01-01")
    assert refused(world, act, "event-out-of-order").facts["later"] == later.id


def test_recorded_twice(world):
    act = event("rename", "甲1县[500121]", "丙县")
    record(world, act)
    found = refused(world, act, "event-recorded")
    assert found.facts["day"] == "2000-01-01"


@pytest.mark.parametrize(
    ("kind", "before", "after", "reason"),
    [
        ("establish", "甲1县", "丙县", "count-before"),
        ("establish", "~甲1县", "", "count-after"),
        ("abolish", "", "丙县", "count-before"),
        ("abolish", "甲1县", "甲2县", "count-after"),
        ("convert", "甲1县", "丙县;丁县", "not-paired"),
        ("merge", "甲1县", "丙县", "count-before"),
        ("merge", "甲1县;甲2县", "丙县;丁县", "count-after"),
        ("split", "甲1县", "丙县", "count-after"),
        ("split", "甲1县;甲2县", "丙县;丁县", "count-before"),
        ("rename", "甲1县[500121]", "丙县[500131]", "rename-keeps-code"),
        ("rename", "甲1县[500121]", "甲1县[500121]", "same-name"),
        ("rename", "甲1县[500121]", "甲1区[500121]", "rename-keeps-kind"),
        ("seat", "甲1县;甲2县", "甲1县;甲2县", "count-before"),
        ("proxy", "甲1县", "甲2县;甲3县", "count-after"),
        ("boundary", "甲1县", "~甲2县", "count-before"),
        ("boundary", "~甲1县", "", "no-parts"),
        ("transfer", "甲1县;甲2县;甲3县", "重庆市;甲4县", "not-paired"),
        ("transfer", "甲1县", "甲2县", "not-above"),
        ("recode", "甲1县;甲2县", "甲1县[500131]", "not-paired"),
        ("correction", "甲1县", "", "nothing-corrected"),
    ],
)
def test_the_form_of_each_type(world, kind, before, after, reason):
    found = refused(world, event(kind, before, after), "event-form")
    assert found.facts["reason"] == reason


def test_ground_that_nobody_gets_is_lost_with_its_very_area(world):
    act = event("split", "甲2县[500122]", "")
    act = replace(act, after=(ref("西县[500131]", geometry=box(1, 0, 1.5, 1)),
                              ref("东县[500132]", geometry=box(1.6, 0, 2, 1))))  # fmt: skip
    found = refused(world, act, "territory-lost")
    missing = box(1.5, 0, 1.6, 1)
    assert found.measures["area_m2"] == pytest.approx(area_m2(missing), rel=1e-6)
    assert found.geometry.equals_exact(missing, 1e-9) or found.geometry.symmetric_difference(
        missing
    ).area == pytest.approx(0, abs=1e-12)
    assert missing.contains(shapely.Point(found.at))
    assert found.facts["day"] == "2000-01-01"


def test_a_unit_abolished_without_receiver_loses_all_its_ground(world):
    found = refused(world, event("abolish", "甲2县[500122]", ""), "territory-lost")
    assert found.measures["area_m2"] == pytest.approx(area_m2(box(1, 0, 2, 1)), rel=1e-6)
    assert found.names == ("甲2县",)


def test_ground_out_of_nowhere_is_gained_with_its_very_area(world):
    act = event("merge", "甲1县[500121];甲2县[500122]", "")
    act = replace(act, after=(ref("西县[500131]", geometry=box(-0.1, 0, 2, 1)),))
    # 甲1县 has children, who follow.
    found = refused(world, act, "territory-gained")
    assert found.measures["area_m2"] == pytest.approx(area_m2(box(-0.1, 0, 0, 1)), rel=1e-6)


def test_an_outline_on_a_neighbour_s_ground_is_an_overlap_with_it(world):
    act = event("convert", "甲2县[500122]", "")
    act = replace(act, after=(ref("甲2区[500103]", geometry=box(1, 0, 2.2, 1)),))
    outcome = record(world, act)
    assert outcome.change is None
    assert set(rules(outcome)) == {"territory-gained", "overlap"}
    (found,) = [f for f in outcome.findings if f.rule == "overlap"]
    assert found.measures["area_m2"] == pytest.approx(area_m2(box(2, 0, 2.2, 1)), rel=1e-6)
    assert found.measures["width_m"] == pytest.approx(0.2 / 100 * 111_320 * 0.874, rel=0.02)
    assert set(found.names) == {"甲2区", "甲3县"}


def test_an_outline_for_a_unit_out_of_nowhere_may_not_lie_on_another(world):
    act = event("establish", "~", "")
    act = replace(act, after=(ref("丙县[500131]", geometry=box(2.5, 0.5, 3.5, 0.9)),))
    outcome = record(world, act)
    assert rules(outcome) == ["overlap"]
    (found,) = outcome.findings
    assert found.measures["area_m2"] == pytest.approx(area_m2(box(2.5, 0.5, 3, 0.9)), rel=1e-6)


def test_a_polygon_that_meets_no_ground_of_the_giver(world):
    far = Move(ref("甲1县"), ref("甲2县"), TerritoryKind.POLYGON, geometry=box(1.2, 0.2, 1.4, 0.4))
    act = event("boundary", "~甲1县", "~甲2县", moves=(far,))
    assert refused(world, act, "territory-unfit").facts["reason"] == "nothing-moved"


def test_a_polygon_that_leaves_nothing_of_the_giver(world):
    all_of_it = Move(ref("甲1县"), ref("甲2县"), TerritoryKind.POLYGON, geometry=box(-1, -1, 1, 1))
    act = event("boundary", "~甲1县", "~甲2县", moves=(all_of_it,))
    assert refused(world, act, "territory-unfit").facts["reason"] == "everything-moved"


def test_a_line_that_does_not_cut(world):
    short = shapely.LineString([(106.002, 29.002), (106.008, 29.008)])
    move = Move(ref("甲1县"), ref("甲2县"), TerritoryKind.LINE, geometry=short)
    act = event("boundary", "~甲1县", "~甲2县", moves=(move,))
    assert refused(world, act, "territory-unfit").facts["reason"] == "line-does-not-cut"


def test_whole_units_whose_shape_nobody_knows_cannot_be_cut_out(world):
    record(world, event("establish", "~", "丙街道[500121009]", "1990-01-01"))
    move = Move(ref("甲1县"), ref("甲2县"), TerritoryKind.UNITS, units=(ref("丙街道"),))
    act = event("boundary", "~甲1县", "~甲2县", moves=(move,))
    assert refused(world, act, "territory-unfit").facts["reason"] == "shape-unknown"


def test_a_finding_somebody_answers_for_does_not_stand_in_the_way(world):
    act = event("convert", "乙4镇[500121103]", "乙4街道[500121102]")
    found = refused(world, act, "code-taken")
    outcome = apply(act, world, accepted=lambda f: f.id == found.id)
    assert outcome.change is not None
    assert found.id in {f.id for f in outcome.findings}
    again = Event(EventType.CONVERT, parse_when("2000-01-02"), act.before, act.after)
    assert apply(again, world, accepted=lambda f: f.id == found.id).change is None


def test_an_act_that_is_refused_leaves_its_shapes_alone(world):
    shape = shape_of(world, "甲2县")
    record(world, event("abolish", "甲2县[500122]", ""))
    assert shape_of(world, "甲2县").equals_exact(shape)
