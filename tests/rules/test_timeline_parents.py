"""Children fill their parents at every date; parents are there while their children are."""

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diming.model.span import UNKNOWN_BEGIN, Span, When
from diming.model.unit import Level

from .histories import CELL, DAYS, Holding, area_m2, changeset, day, findings

PERIODS = len(DAYS)
TOWNS = [f"t{i}" for i in range(6)]
#: Towns lie under the county of their number's parity.
HOME = {t: f"c{i % 2}" for i, t in enumerate(TOWNS)}
RULES = ("outside-parent", "parent-not-covered")


def holdings_of(towns, counties):
    """Holdings from who holds each cell in each period, at both levels."""
    return [
        *(Holding(t, [_cells(now, t) for now in towns], Level.TOWNSHIP, HOME[t]) for t in TOWNS),
        *(Holding(c, [_cells(now, c) for now in counties]) for c in ("c0", "c1")),
    ]


def _cells(now, unit):
    return frozenset(c for c in CELL if unit in now[c])


def expected(towns, counties):
    """What does not fit, told cell by cell: areas by rule, span and units."""
    wrong = defaultdict(set)
    for county in ("c0", "c1"):
        mine = [t for t in TOWNS if HOME[t] == county]
        for c in CELL:
            state = []
            for p in range(PERIODS):
                there = any(county in h for h in counties[p])
                below = any(set(mine) & h for h in towns[p])
                inside = county in counties[p][c]
                held = frozenset(set(mine) & towns[p][c])
                case = None
                if there and below and held and not inside:
                    case = ("outside-parent", held)
                elif there and below and inside and not towns[p][c]:
                    case = ("parent-not-covered", None)
                state.append(case)
            p = 0
            while p < PERIODS:
                last = p
                while last + 1 < PERIODS and state[last + 1] == state[p]:
                    last += 1
                if state[p]:
                    rule, held = state[p]
                    wrong[rule, county, day(p), day(last + 1), held].add(c)
                p = last + 1
    return {key: area_m2(cells) for key, cells in wrong.items()}


def told(found):
    """What was found, added up in the same way."""
    areas = defaultdict(float)
    for f in found:
        if f.rule in RULES:
            county = next(u for u in f.units if u.startswith("c"))
            towns = frozenset(u for u in f.units if u.startswith("t"))
            held = towns if f.rule == "outside-parent" else None
            areas[f.rule, county, f.facts["begin"], f.facts["end"], held] += f.measures["area_m2"]
    return areas


@st.composite
def worlds(draw):
    """Two levels that fit, until some cells are given to other towns, or to nobody."""
    town = st.sampled_from(TOWNS)
    now = [draw(town) for _ in CELL]
    towns, counties = [], []
    for _ in range(PERIODS):
        for c in draw(st.lists(st.sampled_from(list(CELL)), max_size=3)):
            now[c] = draw(town)
        towns.append([{t} for t in now])
        counties.append([{HOME[t]} for t in now])
    return towns, counties


@settings(max_examples=30, deadline=None)
@given(worlds())
def test_levels_that_fit_have_nothing_wrong(world):
    found = findings(changeset(holdings_of(*world)))
    assert [f for f in found if f.rule not in ("time-gap", "dangling-parent")] == []


@settings(max_examples=60, deadline=None)
@given(
    worlds(),
    st.lists(
        st.tuples(
            st.integers(0, PERIODS - 1),
            st.integers(1, PERIODS),
            st.sampled_from(list(CELL)),
            st.sampled_from([None, *TOWNS, "c0", "c1", "no county"]),
        ),
        max_size=5,
    ),
)
def test_what_does_not_fit_is_told_exactly(world, defects):
    towns, counties = world
    for first, length, cell, unit in defects:
        for p in range(first, min(first + length, PERIODS)):
            if unit is None or unit in TOWNS:
                towns[p][cell] = {unit} - {None}
            else:
                counties[p][cell] = {unit} - {"no county"}
    found = told(findings(changeset(holdings_of(towns, counties))))
    assert found == pytest.approx(expected(towns, counties), rel=1e-4)


def still():
    """Two counties of two towns each; nothing changes."""
    towns = [{TOWNS[c // 5]} for c in CELL]
    counties = [{HOME[TOWNS[c // 5]]} for c in CELL]
    return [[set(h) for h in towns] for _ in range(PERIODS)], [counties] * PERIODS


def test_a_town_that_lies_in_another_county_for_a_while():
    towns, counties = still()
    for p in (2, 3):
        towns[p][5] = {"t0"}
    found = findings(changeset(holdings_of(towns, counties)))
    (one,) = found
    assert (one.rule, one.units, one.facts["into"]) == ("outside-parent", ("t0", "c0"), "c1")
    assert (one.facts["begin"], one.facts["end"]) == (day(2), day(4))
    assert one.measures["days_count"] == (DAYS[4] - DAYS[2]).days


@pytest.mark.parametrize("empty", [5, 6, 11, 15])
def test_empty_ground_beside_a_strangers_is_told_without_it(empty):
    """A county holds a cell of nobody's, and beside it one of another county's town."""
    towns = [[{"t0"} if c != 10 else {"t1"} for c in CELL] for _ in range(PERIODS)]
    counties = [[{"c0"} if c != 10 else {"c1"} for c in CELL] for _ in range(PERIODS)]
    towns[0][empty] = set()
    counties[0][10] = {"c0"}
    found = told(findings(changeset(holdings_of(towns, counties))))
    assert found == pytest.approx(expected(towns, counties), rel=1e-4)
    assert any(rule == "parent-not-covered" for rule, *_ in found)


def test_a_stranger_that_comes_later_takes_the_matter_over():
    """Empty ground of a county is its own matter until another's town lies there."""
    towns, counties = still()
    towns[2][3], towns[3][3] = set(), {"t1"}
    found = findings(changeset(holdings_of(towns, counties)))
    assert told(found) == pytest.approx(expected(towns, counties), rel=1e-4)
    spans = {(f.rule, f.facts["begin"], f.facts["end"]) for f in found if f.rule in RULES}
    assert spans == {
        ("parent-not-covered", day(2), day(3)),
        ("outside-parent", day(3), day(4)),
    }


def test_two_towns_that_spill_side_by_side_are_two():
    towns, counties = still()
    towns[2][6], towns[2][7] = {"t0"}, {"t2"}
    found = findings(changeset(holdings_of(towns, counties)))
    assert {f.units for f in found} == {("t0", "c0"), ("t2", "c0")}
    assert told(found) == pytest.approx(expected(towns, counties), rel=1e-4)


def test_nothing_is_said_while_a_child_has_no_known_shape():
    towns, counties = still()
    for p in (2, 3):
        towns[p][5] = set()
    change = changeset(holdings_of(towns, counties))
    assert {f.rule for f in findings(change)} == {"time-gap", "parent-not-covered"}
    child = next(v for v in change.added if v.unit_id == "t3")
    hidden = replace(child, unit_id="t9", territory=None, codes=(), span=Span(When(DAYS[1])))
    assert findings(replace(change, added=(*change.added, hidden))) == []


def test_a_county_without_towns_is_not_asked_for_them():
    towns, counties = still()
    towns[4:] = [[set() for _ in CELL]] * 2
    change = changeset(holdings_of(towns, counties))
    assert findings(change) == []


def parents(change):
    """Findings on parents: reason, span, units."""
    return [
        (f.facts["reason"], f.facts["begin"], f.facts["end"], f.units)
        for f in findings(change)
        if f.rule == "dangling-parent"
    ]


def test_a_parent_that_is_not_recorded():
    towns, counties = still()
    change = changeset(holdings_of(towns, counties))
    rows = [replace(v, parent_id="x") if v.unit_id == "t0" else v for v in change.added]
    assert parents(replace(change, added=tuple(rows))) == [("absent", day(0), "", ("t0",))]


def test_a_parent_that_is_not_there_all_the_time():
    towns, counties = still()
    change = changeset(holdings_of(towns, counties))
    home = next(v for v in change.added if v.unit_id == "c0")
    rows = [v for v in change.added if v is not home]
    rows += [
        replace(home, span=Span(When(DAYS[0]), When(DAYS[1]))),
        replace(home, span=Span(When(DAYS[1]), When(DAYS[2]))),
        replace(home, span=Span(When(DAYS[3]))),
    ]
    assert parents(replace(change, added=tuple(rows))) == [
        ("not-alive", day(2), day(3), ("t0", "c0")),
        ("not-alive", day(2), day(3), ("t2", "c0")),
    ]


def test_a_child_that_began_nobody_knows_when_may_have_begun_under_its_parent():
    towns, counties = still()
    change = changeset(holdings_of(towns, counties))
    rows = [
        replace(v, span=Span(UNKNOWN_BEGIN)) if v.unit_id.startswith("t") else v
        for v in change.added
    ]
    assert findings(replace(change, added=tuple(rows))) == []
    ended = [
        replace(v, span=Span(v.span.begin, When(DAYS[2]))) if v.unit_id == "c0" else v for v in rows
    ]
    assert parents(replace(change, added=tuple(ended))) == [
        ("not-alive", day(2), "", ("t0", "c0")),
        ("not-alive", day(2), "", ("t2", "c0")),
    ]


def test_a_parent_that_is_not_above():
    towns, counties = still()
    change = changeset(holdings_of(towns, counties))
    rows = [replace(v, parent_id="t1") if v.unit_id == "t0" else v for v in change.added]
    assert parents(replace(change, added=tuple(rows))) == [("level", day(0), "", ("t0", "t1"))]
