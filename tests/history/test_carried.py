"""Who held a place on another day than its source speaks of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import hypothesis.strategies as st
import shapely
from hypothesis import HealthCheck, given, settings

from diming.history.apply import apply
from diming.history.carried import carried
from diming.history.recall import Recall
from diming.history.standing import chain_at
from diming.model.changeset import Changeset
from diming.model.unit import Level
from history.drawn import event, grid, held, record, townships
from history.random_acts import FIRST, FITTING, Draw, draw_region

EARLY, LATE = date(1990, 1, 1), date(2020, 1, 1)
WEST, EAST = shapely.Point(106.001, 29.005), shapely.Point(106.019, 29.005)


def name_of(belief, unit, since, to, point=None):
    found = carried(Recall(belief), unit, since, to, point)
    return None if found is None else found.name


def without_shapes(belief):
    rows = list(belief.at(EARLY))
    bare = tuple(replace(v, row=None, territory=None) for v in rows)
    belief.append(Changeset(bare, tuple(v.row for v in rows if v.row is not None)))
    return belief


def test_a_merger_is_gone_through_both_ways_where_the_point_tells():
    belief = grid(2, 1)
    assert record(belief, event("merge", "甲1县[500121];甲2县[500122]", "甲9县[500129]")).change
    merged = held(belief, "甲9县").unit_id
    assert name_of(belief, "u500121", EARLY, LATE) == "甲9县"
    assert name_of(belief, merged, LATE, EARLY, WEST) == "甲1县"
    assert name_of(belief, merged, LATE, EARLY, EAST) == "甲2县"
    # Without a point nobody knows; the unit above is sure.
    assert name_of(belief, merged, LATE, EARLY) == "重庆市"


def test_a_split_is_followed_to_the_part_that_holds_the_point():
    belief = townships(grid(2, 1), count=2)
    act = event("convert", "乙1镇[500121100]", "乙1街道[500121001]")
    assert record(belief, act).change is not None
    assert name_of(belief, "u500121100", EARLY, LATE) == "乙1街道"
    assert name_of(belief, held(belief, "乙1街道").unit_id, LATE, EARLY) == "乙1镇"


def test_of_an_unknown_part_the_unit_above_is_told():
    belief = without_shapes(townships(grid(2, 1), count=2))
    act = event("boundary", "~乙1镇[500121100]", "~乙2镇[500121101]")
    assert record(belief, act).change is not None
    assert name_of(belief, "u500121100", EARLY, LATE) == "甲1县"
    assert name_of(belief, "u500121100", EARLY, EARLY) == "乙1镇"


def test_a_unit_that_nothing_happened_to_is_itself():
    belief = grid(2, 1)
    assert name_of(belief, "u500121", EARLY, LATE) == "甲1县"
    assert name_of(belief, "u500121", LATE, EARLY) == "甲1县"
    assert name_of(belief, "nobody", LATE, EARLY) is None


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=True), st.integers(1, 6))
def test_where_shapes_are_known_the_answer_is_the_unit_whose_shape_holds_the_point(random, length):
    belief = draw_region(random)
    draw = Draw(random, belief)
    days = [FIRST - timedelta(1)]
    for _ in range(length):
        _, act = draw.act(FITTING)
        outcome = apply(act, belief)
        if outcome.change is not None:
            belief.append(outcome.change)
            days.append(draw.day)
    memory = Recall(belief)
    since, to = random.choice(days), random.choice(days)
    for unit in belief.at(since, Level.COUNTY):
        if unit.territory is None:
            continue
        point = shapely.point_on_surface(belief.shapes([unit.territory])[unit.territory])
        there = {
            v.unit_id
            for at in chain_at(memory, point, to)
            if at.level is Level.COUNTY
            for v in at.versions
        }
        found = carried(memory, unit.unit_id, since, to, point)
        if found is not None and found.level is Level.COUNTY and there:
            assert found.unit_id in there
