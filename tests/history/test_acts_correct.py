"""Corrections: another belief about an old time, without an act."""

from __future__ import annotations

from datetime import date

import pytest
import shapely

from diming.model.event import Event, EventType, Move, TerritoryKind
from diming.model.span import Precision, parse_when
from history.drawn import (
    area_m2,
    event,
    grid,
    held,
    level_sum,
    record,
    ref,
    rules,
    shape_of,
    townships,
)

DAY = "2003-05-05"


@pytest.fixture
def world():
    """甲1县 is 乙县 since 2000, and 丙区 of the same ground since 2005."""
    belief = grid()
    for act in (
        event("rename", "甲1县[500121]", "乙县", "2000-01-01"),
        event("convert", "乙县[500121]", "丙区[500103]", "2005-01-01"),
    ):
        assert record(belief, act).change is not None
    return belief


def correction(unit="乙县[500121]", day=DAY, **changes):
    return Event(EventType.CORRECTION, parse_when(day), (ref(unit),),
                 changes=tuple(changes.items()))  # fmt: skip


def corrected(belief, act):
    outcome = record(belief, act)
    assert outcome.change is not None, [(f.rule, dict(f.facts)) for f in outcome.findings]
    return outcome


@pytest.mark.parametrize(
    ("field", "value", "attribute"),
    [("name", "丁县", "name"), ("kind", "自治县", "kind"), ("seat", "某镇", "seat")],
)
def test_one_attribute_of_one_version(world, field, value, attribute):
    before = world.of_unit("u500121")
    act = correction(**{field: value})
    corrected(world, act)
    after = world.of_unit("u500121")
    assert [getattr(v, attribute) for v in after] == [getattr(before[0], attribute), value]
    assert [(v.span, v.codes, v.territory) for v in after] == [
        (v.span, v.codes, v.territory) for v in before
    ]
    # The events that began and ended it are what they were.
    assert [(v.began_by, v.ended_by) for v in after] == [(v.began_by, v.ended_by) for v in before]


def test_null_takes_away(world):
    corrected(world, correction(seat="某镇"))
    corrected(world, correction(seat=None))
    assert held(world, "乙县", DAY).seat == ""
    corrected(world, correction(code=None))
    assert held(world, "乙县", DAY).codes == ()
    corrected(world, correction("乙县", parent=None))
    assert held(world, "乙县", DAY).parent_id is None


def test_codes_of_both_offices(world):
    corrected(world, correction(code="500131", nbs_code="500132"))
    assert dict(held(world, "乙县", DAY).codes) == {"ministry": "500131", "nbs": "500132"}
    assert held(world, "甲1县", "1999-01-01").code() == "500121"


def test_a_code_that_another_holds_is_refused(world):
    outcome = record(world, correction(code="500122"))
    assert rules(outcome) == ["code-taken"]
    assert outcome.findings[0].facts["holder"] == "甲2县[500122]"


def test_another_superior(world):
    corrected(world, correction(parent=None))
    corrected(world, correction(parent="重庆市"))
    assert held(world, "乙县", DAY).parent_id == "p"
    assert rules(record(world, correction(parent="无市[500400]"))) == ["unit-not-alive"]
    outcome = record(world, correction(parent="甲2县"))
    assert (rules(outcome), outcome.findings[0].facts["reason"]) == (["event-form"], "not-above")


def test_a_begin_lets_the_version_before_meet_it(world):
    corrected(world, correction(begin="2001-03"))
    one, two = world.of_unit("u500121")
    assert (str(one.span), str(two.span)) == ("?/2001-03", "2001-03/2005-01-01")
    assert two.span.begin.precision is Precision.MONTH
    assert held(world, "甲1县", "2000-06-01").unit_id == "u500121"


def test_an_end_lets_what_came_in_its_place_meet_it(world):
    corrected(world, correction(end="2006-01-01"))
    assert held(world, "乙县", "2005-12-31").unit_id == "u500121"
    assert held(world, "丙区", "2006-01-01").span.begin.day == date(2006, 1, 1)
    assert [v.name for v in world.with_name("丙区") if v.holds(date(2005, 6, 1))] == []


def test_a_span_that_ends_before_it_begins_is_refused(world):
    for changes in ({"begin": "2009"}, {"end": "1999"}):
        outcome = record(world, correction(**changes))
        assert rules(outcome) == ["event-form"]
        assert outcome.findings[0].facts["reason"] == "no-span"


def test_a_begin_may_not_eat_up_the_version_before():
    world = grid()
    record(world, event("rename", "甲1县", "乙县", "2000-01-01"))
    record(world, event("rename", "乙县", "丙县", "2001-01-01"))
    outcome = record(world, correction("丙县", "2002-01-01", begin="1999-01-01"))
    assert rules(outcome) == ["event-form"]
    assert outcome.findings[0].facts["reason"] == "no-span"


def test_a_begin_may_not_leave_ground_to_nobody_or_to_two():
    """丙区 began by an act that ended 乙县: a correction of one is one of the other."""
    world = grid()
    record(world, event("convert", "甲1县[500121]", "丙区[500103]", "2000-01-01"))
    before = level_sum(world, "1999-06-01"), level_sum(world, "2000-06-01")
    corrected(world, correction("丙区[500103]", begin="1999-01-01"))
    assert held(world, "丙区", "1999-06-01").code() == "500103"
    assert [v for v in world.with_name("甲1县") if v.holds(date(1999, 6, 1))] == []
    assert (level_sum(world, "1999-06-01"), level_sum(world, "2000-06-01")) == before


def test_a_shape_later_replaces_that_of_all_versions_with_the_same_one(world):
    shape = shape_of(world, "乙县", DAY)
    x0, y0, x1, y1 = shape.bounds
    finer = shapely.Polygon([(x0, y0), (x0, y1), (x1, y1), (x1, y0), (x0 + 0.003, y0)])
    assert finer.equals(shape)
    corrected(world, correction(geometry=finer))
    assert shape_of(world, "甲1县", "1999-01-01").equals_exact(finer)
    assert shape_of(world, "乙县", DAY).equals_exact(finer)
    # The conversion kept the territory, so what is known of it is known of the new unit.
    assert shape_of(world, "丙区", "2010-01-01").equals_exact(finer)


def test_a_shape_that_was_never_known(world):
    record(world, event("establish", "~", "丁镇[500122100]", "2000-01-01"))
    shape = shapely.box(106.012, 29.002, 106.015, 29.005)
    corrected(world, correction("丁镇", geometry=shape))
    assert shape_of(world, "丁镇", "2001-01-01").equals_exact(shape)


def test_a_shape_that_is_not_known_after_all(world):
    corrected(world, correction(geometry=None))
    assert held(world, "乙县", DAY).territory is None
    assert held(world, "甲1县", "1999-01-01").territory is None
    assert held(world, "甲2县", DAY).territory is not None


def test_a_shape_on_a_neighbour_is_refused_with_the_area(world):
    shape = shapely.box(106, 29, 106.012, 29.01)
    outcome = record(world, correction(geometry=shape))
    assert rules(outcome) == ["overlap"]
    area = area_m2(shapely.box(106.01, 29, 106.012, 29.01))
    assert [f.measures["area_m2"] for f in outcome.findings] == pytest.approx([area] * 2, rel=1e-6)
    # Both the unit and the one it became lie on the neighbour, each said once.
    assert {f.units for f in outcome.findings} == {("500122", "500121"), ("500122", "500103")}


def test_what_cannot_be_corrected_is_refused(world):
    outcome = record(world, correction(population="1"))
    (found,) = outcome.findings
    assert (found.rule, found.facts["reason"]) == ("event-form", "not-correctable")
    assert found.facts["named"] == "population"


def test_a_correction_of_what_was_not_called_so_then(world):
    assert rules(record(world, correction("乙县", "1999-01-01", name="丁县"))) == ["unit-not-alive"]


def test_a_code_the_correction_tells_of_a_unit_without_one_is_kept(world):
    townships(world, "500122", 2)
    record(world, event("transfer", "甲2县/乙1镇", "甲3县/乙1镇", "2001-01-01"))
    corrected(world, correction("乙1镇[500123100]", seat="某村"))
    assert held(world, "乙1镇", DAY).code() == "500123100"
    assert held(world, "乙1镇", DAY).seat == "某村"
    assert len([v for v in world.of_unit("u500122100") if v.holds(date(2003, 5, 5))]) == 1


def test_the_children_that_followed_get_the_corrected_day_too():
    world = townships(grid())
    record(world, event("convert", "甲1县[500121]", "丙区[500103]", "2000-01-01"))
    new = held(world, "丙区").unit_id
    corrected(world, correction("丙区[500103]", begin="1999-01-01"))
    child = held(world, "乙1镇", "1999-06-01")
    assert (child.parent_id, child.code()) == (new, "500103100")
    assert held(world, "乙1镇", "1998-12-31").parent_id == "u500121"


def test_neighbours_that_got_a_vertex_get_the_corrected_day_too():
    world = grid(3, 3)
    cut = shapely.box(106.014, 29.014, 106.016, 29.02)
    told = Move(ref("甲5县"), ref("甲4县"), TerritoryKind.POLYGON, geometry=cut)
    assert record(world, event("boundary", "~甲5县", "~甲4县", moves=(told,))).change is not None
    before = level_sum(world, "1990-01-01")
    corrected(world, correction("甲5县", begin="1999-01-01"))
    assert level_sum(world, "1999-06-01") == before
    assert level_sum(world, "1998-06-01") == before
    # 甲8县 lies to the north, and was not named.
    assert [str(v.span) for v in world.of_unit("u500128")] == ["?/1999-01-01", "1999-01-01/"]


def test_a_neighbour_of_later_years_counts_for_a_shape_that_holds_then(world):
    """乙县 became 丙区 in 2005 on the same ground: what is told of the one is told of both."""
    cut = shapely.box(106.009, 29, 106.01, 29.01)
    told = Move(ref("丙区"), ref("甲2县"), TerritoryKind.POLYGON, geometry=cut)
    act = event("boundary", "~丙区", "~甲2县", "2010-01-01", moves=(told,))
    assert record(world, act).change is not None
    old = shape_of(world, "乙县", DAY)
    ring = shapely.segmentize(old, 0.005)
    corrected(world, correction(geometry=ring))
    assert shape_of(world, "丙区", "2009-12-31").equals_exact(ring)
    assert not shape_of(world, "丙区", "2010-01-01").equals(ring)
