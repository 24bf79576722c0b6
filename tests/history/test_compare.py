"""Two states held against each other: what changed, whose ground became whose."""

import numpy as np
import pyproj
import pytest
import shapely

from diming.geometry.area import areas_m2
from diming.history.compare import compare
from diming.model.answers import ChangeKind
from diming.model.span import parse_when
from diming.model.unit import Level
from history.memory import Belief


def square(x, y, width=0.1, height=0.1):
    return shapely.box(106 + x, 29 + y, 106 + x + width, 29 + y + height)


def area(shape):
    return areas_m2(np.array([shape]), pyproj.CRS("EPSG:4490"))[0]


def compared(belief, one, two, **more):
    old, new = belief.at(parse_when(one).day), belief.at(parse_when(two).day)
    return compare(
        old, new, belief.shapes, chain_sums=belief.chain_sums, crs=belief.crs,
        acts=belief.events, **more,
    )  # fmt: skip


def by_unit(found):
    return {c.unit_id: c for c in found.changes}


def test_nothing_changed_is_nothing():
    b = Belief()
    b.unit("a", "甲", shape=square(0, 0))
    found = compared(b, "2000", "2001")
    assert found.changes == ()
    assert found.flows == ()
    assert found.balances[0].conserved is True


def test_only_what_changed_is_fetched():
    b = Belief()
    for n in range(50):
        b.unit(f"k{n}", f"不变{n}", shape=square(n, 1))
    b.unit("a", "甲", None, "2000-06-01", square(0, 0))
    b.unit("a", "甲", "2000-06-01", None, square(0, 0, 0.15))
    b.unit("c", "乙", None, "2000-06-01", square(0.1, 0))
    b.unit("c", "乙", "2000-06-01", None, square(0.15, 0, 0.05))
    fetched = []
    shapes = b.shapes
    b.shapes = lambda keys: fetched.extend(keys) or shapes(keys)
    found = compared(b, "2000", "2001")
    assert len(set(fetched)) == 4
    changes = by_unit(found)
    assert set(changes) == {"a", "c"}
    half = area(square(0.1, 0, 0.05))
    assert changes["a"].gained_m2 == pytest.approx(half, rel=1e-6)
    assert changes["a"].lost_m2 == 0
    assert changes["c"].lost_m2 == pytest.approx(half, rel=1e-6)
    assert changes["c"].area_after_m2 == pytest.approx(half, rel=1e-3)
    [flow] = found.flows
    assert (flow.giver, flow.taker) == ("c", "a")
    assert flow.geometry.symmetric_difference(square(0.1, 0, 0.05)).area < 1e-12
    balance = found.balances[0]
    assert (balance.gained_m2, balance.lost_m2) == (0, 0)
    # The line between a and c moved along the outer line: one vertex less, one more.
    assert balance.conserved is False


def test_a_line_within_moves_and_the_sum_proves_the_whole():
    b = Belief("plane")

    def noded(x, width):
        steps = [(x + n, 0) for n in range(width + 1)]
        return shapely.Polygon([*steps, *((x, 1) for x, _ in reversed(steps))])

    for begin, end, cut in ((None, "2000-06-01", 1), ("2000-06-01", None, 2)):
        b.unit("a", "甲", begin, end, noded(0, cut))
        b.unit("c", "丙", begin, end, noded(cut, 3 - cut))
    found = compared(b, "2000", "2001")
    assert [(f.giver, f.taker, f.area_m2) for f in found.flows] == [("c", "a", 1.0)]
    assert found.balances[0].conserved is True


def test_begun_ended_and_whole_territories_are_not_overlaid(monkeypatch):
    b = Belief()
    b.unit("old", "綦江县", None, "2011-10-22", square(0, 0), code="500222", kind="县")
    b.unit("wan", "万盛区", None, "2011-10-22", square(0.1, 0), code="500110")
    whole = shapely.union_all([square(0, 0), square(0.1, 0)])
    b.unit("new", "綦江区", "2011-10-22", None, whole, code="500110", kind="市辖区")
    b.unit("k", "开县", None, "2011-10-22", square(0, 0.5), code="500234")
    b.unit("k2", "开州区", "2011-10-22", None, square(0, 0.5), code="500154")
    b.act("x", "2011-10-22", "convert", ["k"], ["k2"])
    found = compared(b, "2011", "2012")
    changes = by_unit(found)
    assert changes["old"].kinds == (ChangeKind.ENDED,)
    assert changes["new"].kinds == (ChangeKind.BEGUN,)
    assert changes["k"].kinds == (ChangeKind.CONVERTED, ChangeKind.ENDED)
    assert changes["k"].relatives == ("k2",)
    assert changes["k2"].relatives == ("k",)
    assert changes["new"].relatives == ()  # no act on record says so
    assert changes["new"].gained_m2 == pytest.approx(area(whole), rel=1e-6)
    assert changes["wan"].lost_m2 == changes["wan"].area_before_m2
    pairs = {(f.giver, f.taker): f.area_m2 for f in found.flows}
    assert set(pairs) == {("old", "new"), ("wan", "new"), ("k", "k2")}


def test_names_codes_parents_and_seats():
    b = Belief()
    b.unit("a", "铁矿乡", None, "2014-01-01", square(0, 0), code="500232227", parent="p",
           level=Level.TOWNSHIP)  # fmt: skip
    b.unit("a", "大洞河乡", "2014-01-01", None, square(0, 0), code="500156227", parent="q",
           level=Level.TOWNSHIP)  # fmt: skip
    found = compared(b, "2013", "2015")
    [change] = found.changes
    assert change.kinds == (ChangeKind.RENAMED, ChangeKind.RECODED, ChangeKind.PARENT)
    assert change.area_before_m2 == change.area_after_m2 > 0
    assert (change.gained_m2, change.lost_m2) == (0, 0)


def test_what_is_not_known_has_no_area():
    b = Belief()
    b.unit("a", "甲", None, "2000-06-01")
    b.unit("a", "甲", "2000-06-01", None, square(0, 0))
    b.unit("e", "戊", None, "2000-06-01")
    found = compared(b, "2000", "2001")
    changes = by_unit(found)
    assert changes["a"].kinds == (ChangeKind.TERRITORY_LEARNT,)
    assert changes["a"].area_before_m2 is None
    assert changes["a"].gained_m2 is None
    assert changes["e"].lost_m2 is None
    balance = found.balances[0]
    assert (balance.unknown_before, balance.unknown_after) == (2, 0)
    assert balance.conserved is None
    # What a is known to have now may always have been its own.
    assert (balance.gained_m2, balance.lost_m2) == (None, 0)


def test_ground_from_outside_and_lost_to_it():
    b = Belief()
    b.unit("a", "甲", None, "2000-06-01", square(0, 0))
    b.unit("a", "甲", "2000-06-01", None, square(0.05, 0))
    found = compared(b, "2000", "2001")
    pairs = {(f.giver, f.taker): f.area_m2 for f in found.flows}
    assert pairs["a", None] == pytest.approx(pairs[None, "a"], rel=1e-6)
    [change] = found.changes
    assert change.area_before_m2 - change.lost_m2 + change.gained_m2 == pytest.approx(
        change.area_after_m2, abs=1e-3
    )
    assert found.balances[0].gained_m2 == change.gained_m2


def test_a_hundred_random_cuts_lose_nothing():
    rng = np.random.default_rng(7)
    for _ in range(20):
        b = Belief()
        for begin, end in ((None, "2000-06-01"), ("2000-06-01", None)):
            seeds = shapely.MultiPoint(rng.random((12, 2)) + (106, 29))
            frame = shapely.box(106, 29, 107, 30)
            cells = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=frame))
            cells = shapely.intersection(cells, frame)
            for n, cell in enumerate(cells):
                b.unit(f"{begin}{n}" if n % 2 else f"u{n}", "单位", begin, end, cell)
        found = compared(b, "2000", "2001")
        whole = area(shapely.segmentize(shapely.box(106, 29, 107, 30), 0.01))
        before = sum(c.area_before_m2 for c in found.changes if c.area_before_m2)
        assert before == pytest.approx(whole, rel=1e-5)
        gained = sum(c.gained_m2 or 0 for c in found.changes)
        lost = sum(c.lost_m2 or 0 for c in found.changes)
        assert gained == pytest.approx(lost, rel=1e-6)
        assert found.balances[0].gained_m2 == pytest.approx(0, abs=whole * 1e-6)
