"""A level is a coverage at every date, or it is said where not, and for how long."""

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diming.model.changeset import Changeset
from diming.model.span import UNKNOWN_BEGIN, Span, When

from .histories import CELL, DAYS, Holding, area_m2, changeset, day, findings, whole

PERIODS = len(DAYS)
UNITS = [f"u{i}" for i in range(5)]
GROUND = ("time-overlap", "time-gap", "territory-lost", "territory-gained")


def holdings_of(holders):
    """Holdings from the units that hold each cell in each period: ``holders[period][cell]``."""
    return [
        Holding(u, [frozenset(c for c in CELL if u in now[c]) for now in holders]) for u in UNITS
    ]


def expected(holders):
    """What is wrong, told cell by cell without geometry: areas by rule, span and units."""
    wrong = defaultdict(set)
    used = [p for p in range(PERIODS) if any(holders[p][c] for c in CELL)]
    for c in CELL:
        held = [frozenset(holders[p][c]) for p in range(PERIODS)]
        p = 0
        while p < PERIODS:
            last = p
            while last + 1 < PERIODS and held[last + 1] == held[p]:
                last += 1
            before, after = any(held[:p]), any(held[last + 1 :])
            if len(held[p]) > 1:
                wrong["time-overlap", day(p), day(last + 1), held[p]].add(c)
            elif not held[p] and before and after:
                wrong["time-gap", day(p), day(last + 1), None].add(c)
            elif not held[p] and before and p <= used[-1]:
                wrong["territory-lost", day(p), "", None].add(c)
            elif not held[p] and after and last >= used[0]:
                wrong["territory-gained", day(last + 1), "", None].add(c)
            p = last + 1
    return {key: area_m2(cells) for key, cells in wrong.items()}


def told(found):
    """What was found, added up in the same way."""
    areas = defaultdict(float)
    for f in found:
        if f.rule in GROUND and "reason" not in f.facts:
            units = frozenset(f.units) if f.rule == "time-overlap" else None
            areas[f.rule, f.facts["begin"], f.facts["end"], units] += f.measures["area_m2"]
    return areas


@st.composite
def conserving(draw):
    """Who holds each cell in each period: always somebody, never two."""
    owner = st.sampled_from(UNITS)
    now = [draw(owner) for _ in CELL]
    holders = []
    for _ in range(PERIODS):
        for c in draw(st.lists(st.sampled_from(list(CELL)), max_size=4)):
            now[c] = draw(owner)
        holders.append([{u} for u in now])
    return holders


@settings(max_examples=40, deadline=None)
@given(conserving())
def test_a_history_that_conserves_has_nothing_wrong(holders):
    assert [f for f in findings(changeset(holdings_of(holders))) if "reason" not in f.facts] == []


@settings(max_examples=80, deadline=None)
@given(
    conserving(),
    st.lists(
        st.tuples(
            st.integers(0, PERIODS - 1),
            st.integers(1, PERIODS),
            st.sampled_from(list(CELL)),
            st.sampled_from([None, *UNITS]),
        ),
        max_size=6,
    ),
)
def test_what_is_wrong_is_told_exactly(holders, defects):
    """Cells are taken away, or given to a second unit, for some periods."""
    for first, length, cell, unit in defects:
        for p in range(first, min(first + length, PERIODS)):
            if unit is None:
                holders[p][cell] = set()
            else:
                holders[p][cell] |= {unit}
    if not any(any(h) for h in holders):
        return
    assert told(findings(changeset(holdings_of(holders)))) == pytest.approx(
        expected(holders), rel=1e-4
    )


def still():
    """Two units, nothing changes; 0-9 and 10-19."""
    left, right = frozenset(range(10)), frozenset(range(10, 20))
    return [Holding("u0", [left] * PERIODS), Holding("u1", [right] * PERIODS)]


def test_an_overlap_that_lasts_is_one_finding_with_its_span():
    world = still()
    both = world[0].cells[0] | {12}
    world[0].cells[1:4] = [both, both - {0}, both]
    world.append(Holding("u2", [frozenset(), frozenset(), frozenset({0}), *[frozenset()] * 3]))
    (one,) = findings(changeset(world))
    assert (one.rule, set(one.units)) == ("time-overlap", {"u0", "u1"})
    assert (one.facts["begin"], one.facts["end"]) == (day(1), day(4))
    assert one.measures["days_count"] == (DAYS[4] - DAYS[1]).days
    assert one.measures["area_m2"] == pytest.approx(area_m2([12]), rel=1e-4)
    assert one.geometry.covers(one.geometry.representative_point())


def test_an_overlap_of_the_first_day_is_carried_on():
    world = still()
    world[0].cells[:3] = [world[0].cells[0] | {12}] * 3
    (one,) = findings(changeset(world))
    assert (one.rule, one.facts["begin"], one.facts["end"]) == ("time-overlap", day(0), day(3))


def test_an_overlap_with_two_neighbours_is_two():
    world = still()
    world[1].cells[:] = [world[1].cells[0] - {13}] * PERIODS
    world.append(Holding("u2", [frozenset({13})] * PERIODS))
    world[0].cells[2] = world[0].cells[2] | {12, 13}
    found = findings(changeset(world))
    assert {frozenset(f.units) for f in found} == {frozenset({"u0", "u1"}), frozenset({"u0", "u2"})}
    assert {f.facts["begin"] for f in found} == {day(2)}


def test_ground_left_to_nobody_for_a_while():
    world = still()
    world[0].cells[2:4] = [world[0].cells[0] - {3}] * 2
    (one,) = findings(changeset(world))
    assert (one.rule, one.units) == ("time-gap", ("u0",))
    assert (one.facts["begin"], one.facts["end"]) == (day(2), day(4))
    assert one.measures["area_m2"] == pytest.approx(area_m2([3]), rel=1e-4)


def test_ground_that_leaves_and_ground_that_comes():
    world = still()
    world[0].cells[2:] = [world[0].cells[0] - {3}] * 4
    world[1].cells[:3] = [world[1].cells[0] - {18}] * 3
    found = {f.rule: f for f in findings(changeset(world))}
    assert set(found) == {"territory-lost", "territory-gained"}
    assert found["territory-lost"].facts["begin"] == day(2)
    assert found["territory-gained"].facts["begin"] == day(3)
    assert found["territory-gained"].units == ("u1",)


def test_what_an_event_takes_from_outside_is_not_gained():
    world = still()
    world[1].cells[:3] = [world[1].cells[0] - {18}] * 3
    change = changeset(world)
    signed = [replace(v, began_by="e1") if v.span.begin.day == DAYS[3] else v for v in change.added]
    change = replace(change, added=tuple(signed))
    assert [f.rule for f in findings(change)] == ["territory-gained"]
    assert findings(change, outside_events={"e1"}) == []


def test_a_unit_of_unknown_shape_may_hold_what_is_missing():
    world = still()
    world[0].cells[2:] = [world[0].cells[0] - {3}] * 4
    change = changeset(world)
    hidden = replace(change.added[0], unit_id="x", territory=None, codes=(), parent_id="p")
    known = [replace(v, parent_id="p") for v in change.added]

    def rules(parent, begin):
        other = replace(hidden, parent_id=parent, span=Span(When(DAYS[begin])))
        return {
            f.rule
            for f in findings(replace(change, added=(*known, other)))
            if f.rule != "dangling-parent"
        }

    assert rules("p", 2) == set()
    assert rules("q", 2) == {"territory-lost"}
    assert rules("p", 3) == {"territory-lost"}


def test_two_versions_of_one_unit_at_once():
    change = changeset(still())
    twice = replace(change.added[0], span=Span(When(DAYS[2]), When(DAYS[4])))
    (one,) = findings(replace(change, added=(*change.added, twice)))
    assert (one.rule, one.facts["reason"], one.units) == ("time-overlap", "versions", ("u0",))
    assert (one.facts["begin"], one.facts["end"]) == (day(2), day(4))


def test_a_unit_that_is_not_recorded_for_a_while():
    """Its ground was with another: only its own time has a hole."""
    world = still()
    world[0].cells[2] = frozenset()
    world[1].cells[2] = frozenset(CELL)
    (one,) = findings(changeset(world))
    assert (one.rule, one.facts["reason"], one.units) == ("time-gap", "versions", ("u0",))
    assert (one.facts["begin"], one.facts["end"]) == (day(2), day(3))


def test_a_unit_that_vanishes_with_its_ground_is_one_finding():
    world = still()
    world[0].cells[2] = frozenset()
    (one,) = findings(changeset(world))
    assert (one.rule, one.units, "reason" in one.facts) == ("time-gap", ("u0",), False)


def test_since_ever_and_not_ended_have_no_date():
    world = still()
    world[0].cells[:] = [world[0].cells[0] | {12}] * PERIODS
    change = changeset(world)
    ever = [replace(v, span=Span(UNKNOWN_BEGIN)) for v in change.added]
    (one,) = findings(replace(change, added=tuple(ever)))
    assert (one.facts["begin"], one.facts["end"]) == ("", "")
    assert "days_count" not in one.measures


def test_who_began_nobody_knows_when_may_have_begun_later():
    """The last day of such a version is sure; on days before it the other may have been alone."""
    world = still()
    world[0].cells[:3] = [world[0].cells[0] | {12}] * 3
    change = changeset(world)

    def spans(second):
        rows = [
            replace(v, span=Span(UNKNOWN_BEGIN, second)) if v.unit_id == "u1" else v
            for v in change.added
        ]
        found = findings(replace(change, added=tuple(rows)))
        return [(f.facts["begin"], f.facts["end"]) for f in found if f.rule == "time-overlap"]

    assert spans(When(DAYS[4])) == []
    assert spans(When(DAYS[2])) == [(day(0), day(2))]


def test_only_what_is_suspicious_is_fetched():
    world = still()
    world[0].cells[2:4] = [world[0].cells[0] - {3}, world[0].cells[0] - {4}]
    world[1].cells[2:4] = [world[1].cells[0] | {3}, world[1].cells[0] | {4}]
    asked = []
    change = changeset(world)
    assert findings(change, asked=asked) == []
    first = [v.territory for v in change.added if v.span.begin.day == DAYS[0]]
    assert sorted(asked) == sorted(first)
    assert len(change.territories) > len(first)


def test_neither_order_of_rows_nor_other_findings_change_an_id():
    world = still()
    world[0].cells[1] = world[0].cells[1] | {12}
    change = changeset(world)
    (one,) = findings(change)
    world[1].cells[3] = world[1].cells[3] - {19}
    more = changeset(world)
    again = findings(replace(more, added=tuple(reversed(more.added))))
    assert len(again) == 2
    assert one.id in {f.id for f in again}


def test_shared_lines_with_other_vertices_are_no_matter_of_time():
    change = changeset(still())
    before = change.added[1]
    shape = change.territories[before.territory]
    finer = shape.segmentize(77.0)
    rows = (
        change.added[0],
        replace(before, span=Span(before.span.begin, When(DAYS[2]))),
        replace(before, span=Span(When(DAYS[2])), territory="finer"),
    )
    change = Changeset(added=rows, territories={**change.territories, "finer": finer})
    assert findings(change) == []


def test_an_archive_without_shapes_is_asked_all_the_same():
    rows = tuple(replace(v, territory=None) for v in changeset(still()).added)
    assert findings(Changeset(added=rows)) == []
    assert findings(Changeset()) == []


def test_a_strip_of_centimetres_is_found():
    change = changeset(still())
    left = change.added[0]
    shape = change.territories[left.territory]
    wider = shape.union(whole({10, 11}).buffer(0).intersection(shape.buffer(0.02)))
    rows = (
        replace(left, span=Span(left.span.begin, When(DAYS[2]))),
        replace(left, span=Span(When(DAYS[2])), territory="wider"),
        change.added[1],
    )
    change = Changeset(added=rows, territories={**change.territories, "wider": wider})
    (one,) = findings(change)
    assert one.rule == "time-overlap"
    assert one.measures["width_m"] == pytest.approx(0.02, rel=0.1)


def test_one_claim_over_free_ground_and_held_ground_is_two_matters():
    """What was free at first is gained, what was held is held twice: cut by the first day's rim."""
    world = still()
    world[1].cells[:] = [world[1].cells[0] - {18, 17}] * PERIODS
    world[0].cells[2:] = [world[0].cells[0] | {17, 18, 16, 15}] * 4
    found = told(findings(changeset(world)))
    assert found == pytest.approx(
        {
            ("territory-gained", day(2), "", None): area_m2([17, 18]),
            ("time-overlap", day(2), "", frozenset({"u0", "u1"})): area_m2([15, 16]),
        },
        rel=1e-4,
    )
