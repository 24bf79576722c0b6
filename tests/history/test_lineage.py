"""Ground followed from act to act, with shares."""

from datetime import date

import pytest
import shapely

from diming.history.lineage import lineage
from diming.model.answers import BEGIN_UNKNOWN, TERRITORY_UNKNOWN
from history.memory import Belief

WEST, EAST = shapely.box(106, 29, 106.1, 29.1), shapely.box(106.1, 29, 106.3, 29.1)
BOTH = shapely.box(106, 29, 106.3, 29.1)
NORTH, SOUTH = shapely.box(106, 29.05, 106.3, 29.1), shapely.box(106, 29, 106.3, 29.05)


def kin(found, way):
    return {k.unit_id: k for k in getattr(found, way)}


@pytest.fixture
def merged():
    """West and east merge in 2000; the whole is split north and south in 2010."""
    b = Belief()
    b.unit("w", "西县", None, "2000-01-01", WEST, code="500201", ended_by="m")
    b.unit("e", "东县", None, "2000-01-01", EAST, code="500202", ended_by="m")
    b.unit("b", "大县", "2000-01-01", "2010-01-01", BOTH, began_by="m", ended_by="s")
    b.unit("n", "北区", "2010-01-01", None, NORTH, began_by="s")
    b.unit("s", "南区", "2010-01-01", None, SOUTH, began_by="s")
    b.act("m", "2000-01-01", "merge", ["w", "e"], ["b"],
          [("w", "b", None, 1.0, True), ("e", "b", None, 1.0, True)])  # fmt: skip
    b.act("s", "2010-01-01", "split", ["b"], ["n", "s"],
          [("b", "n", None, 0.5), ("b", "s", None, 0.5)])  # fmt: skip
    return b


def test_shares_come_from_the_pieces(merged):
    west = kin(lineage(merged, "w"), "after")
    assert west["b"].share == pytest.approx(1)
    assert west["n"].share == pytest.approx(0.5, abs=1e-3)
    assert west["n"].rests == west["n"].share
    assert west["b"].rests == 0
    assert not west["b"].ends
    south = kin(lineage(merged, "s"), "before")
    assert south["b"].share == pytest.approx(1)
    assert south["w"].share == pytest.approx(1 / 3, abs=1e-6)
    assert south["e"].share == pytest.approx(2 / 3, abs=1e-6)
    assert south["w"].stopped == BEGIN_UNKNOWN
    assert sum(k.rests for k in south.values()) == pytest.approx(1, abs=1e-6)


def test_the_middle_looks_both_ways(merged):
    found = lineage(merged, "b", date(2005, 1, 1))
    assert set(kin(found, "before")) == {"b", "w", "e"}
    assert set(kin(found, "after")) == {"b", "n", "s"}
    assert [a.event.id for a in found.acts] == ["m", "s"]
    assert {(x.giver, x.taker) for x in found.links} == {
        ("w", "b"), ("e", "b"), ("b", "n"), ("b", "s"),
    }  # fmt: skip
    assert found.names["w"].name == "西县"


def test_whole_passages_need_no_shapes():
    b = Belief()
    for i in range(5000):
        b.unit(
            f"u{i}", f"第{i}代", f"{1000 + i}-01-01" if i else None,
            f"{1001 + i}-01-01" if i < 4999 else None,
            began_by=f"e{i}" if i else None, ended_by=f"e{i + 1}",
        ) if i < 5000 else None  # fmt: skip
    for i in range(1, 5000):
        b.act(f"e{i}", f"{1000 + i}-01-01", "convert", [f"u{i - 1}"], [f"u{i}"])
    by_unit = {}
    for a in b.events:
        for u in (*a.before, *a.after):
            by_unit.setdefault(u, []).append(a)
    versions = {v.unit_id: [v] for v in b.versions}
    b.acts = lambda unit: by_unit.get(unit, [])
    b.of_unit = lambda unit: versions.get(unit, [])
    first, last = lineage(b, "u0"), lineage(b, "u4999")
    assert kin(first, "after")["u4999"].rests == 1.0
    assert kin(last, "before")["u0"].share == 1.0
    assert kin(last, "before")["u0"].stopped == BEGIN_UNKNOWN


def test_unknown_parts_stop_the_line():
    b = Belief()
    b.unit("a", "甲县")
    b.unit("c", "丙县")
    b.unit("d", "丁县", "2001-01-01", began_by="x2")
    b.act("x1", "2000-01-01", "boundary", ["a"], ["c"], [("a", "c")])
    b.act("x2", "2001-01-01", "establish", ["c"], ["d"], [("c", "d")])
    after = kin(lineage(b, "a", date(1999, 1, 1)), "after")
    assert after["c"].share is None
    assert after["c"].stopped == TERRITORY_UNKNOWN
    assert "d" not in after
    assert after["a"].rests is None
    new = kin(lineage(b, "d"), "before")
    assert new["c"].share == 1.0  # where else should it come from
    assert new["c"].stopped == BEGIN_UNKNOWN


def test_nobody_knows_whose_ground():
    b = Belief()
    b.unit("d", "二郎街道", "2014-01-01", began_by="x")
    b.act("x", "2014-01-01", "establish", [None], ["d"], [(None, "d")])
    before = kin(lineage(b, "d"), "before")
    assert before[None].stopped == TERRITORY_UNKNOWN
    assert before[None].share == 1.0


def test_ground_that_comes_back_is_not_counted_twice():
    b = Belief()
    b.unit("a", "甲", None, "2000-01-01", BOTH, ended_by=None)
    b.unit("a", "甲", "2000-01-01", "2001-01-01", WEST)
    b.unit("a", "甲", "2001-01-01", None, BOTH)
    b.unit("c", "丙", None, "2000-01-01", shapely.box(106.3, 29, 106.4, 29.1))
    b.unit("c", "丙", "2000-01-01", "2001-01-01", shapely.box(106.1, 29, 106.4, 29.1))
    b.unit("c", "丙", "2001-01-01", None, shapely.box(106.3, 29, 106.4, 29.1))
    b.act("x1", "2000-01-01", "boundary", ["a"], ["c"], [("a", "c", None, 2 / 3)])
    b.act("x2", "2001-01-01", "boundary", ["c"], ["a"], [("c", "a", None, 2 / 3)])
    after = kin(lineage(b, "a", date(1999, 1, 1)), "after")
    assert after["c"].share == pytest.approx(2 / 3, abs=1e-6)
    assert after["c"].rests == pytest.approx(0, abs=1e-6)
    assert after["a"].rests == pytest.approx(1, abs=1e-6)
    assert after["a"].share == 1.0


def test_shares_without_shapes_multiply_only_where_the_ground_is_all_of_the_unit():
    b = Belief()
    b.unit("a", "甲", None, "2000-01-01", ended_by="s")
    b.unit("x", "西", "2000-01-01", "2002-01-01", began_by="s", ended_by="m")
    b.unit("y", "东", "2000-01-01", "2001-01-01", began_by="s", ended_by="t")
    b.unit("y1", "东一", "2001-01-01", began_by="t")
    b.unit("y2", "东二", "2001-01-01", began_by="t")
    b.unit("o", "旁", None, "2002-01-01", ended_by="m")
    b.unit("p", "合", "2002-01-01", "2003-01-01", began_by="m", ended_by="q")
    b.unit("p1", "合一", "2003-01-01", began_by="q")
    b.unit("p2", "合二", "2003-01-01", began_by="q")
    b.act("s", "2000-01-01", "split", ["a"], ["x", "y"],
          [("a", "x", 4e6, 0.4), ("a", "y", 6e6, 0.6)])  # fmt: skip
    b.act("t", "2001-01-01", "split", ["y"], ["y1", "y2"],
          [("y", "y1", 3e6, 0.5), ("y", "y2", 3e6, 0.5)])  # fmt: skip
    b.act("m", "2002-01-01", "merge", ["x", "o"], ["p"],
          [("x", "p", 4e6, 1.0, True), ("o", "p", 1e6, 1.0, True)])  # fmt: skip
    b.act("q", "2003-01-01", "split", ["p"], ["p1", "p2"],
          [("p", "p1", 2e6, 0.4), ("p", "p2", 3e6, 0.6)])  # fmt: skip
    after = kin(lineage(b, "a"), "after")
    assert after["y2"].share == pytest.approx(0.3)
    assert after["p"].share == pytest.approx(0.4)
    assert after["p1"].share is None  # nobody knows how the mixed unit was cut
    assert after["p1"].ends
    assert after["p1"].stopped is None
    before = kin(lineage(b, "p"), "before")
    assert before["x"].share == pytest.approx(0.8)
    assert before["a"].share == pytest.approx(0.8)


def test_acts_out_of_order_do_not_run_in_circles():
    b = Belief()
    b.unit("a", "甲")
    b.unit("c", "丙")
    one = b.act("x1", "2000-01-01", "boundary", ["a"], ["c"], [("a", "c", None, 0.5)])
    two = b.act("x2", "2000-01-01", "boundary", ["c"], ["a"], [("c", "a", None, 0.5)])
    b.acts = lambda unit: [two, one] if unit == "a" else [one, two]
    found = lineage(b, "a", date(1999, 1, 1))
    assert set(kin(found, "after")) == {"a", "c"}


def test_a_unit_of_which_nothing_is_told_stands():
    b = Belief()
    b.unit("a", "甲")
    found = lineage(b, "a")
    assert found.after == ()
    assert found.before[0].stopped == BEGIN_UNKNOWN
    with pytest.raises(KeyError):
        lineage(b, "nobody")
