"""What must hold of every act on every coverage."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diming.geometry.chain import residual
from diming.geometry.checksum import added, chain_sums
from diming.geometry.keepers import held
from diming.history.apply import apply
from diming.history.compare import compare
from diming.model.changeset import Changeset
from diming.model.unit import Level
from diming.services.reverting import revert
from diming.store.opening import MEMORY, create
from history.random_acts import CRS, FIRST, UNFIT, Draw, coverage, draw_region

SOME = settings(
    max_examples=15, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip

#: Rules by which an act drawn at random may be refused although its kind can fit.
AT_RANDOM = {"territory-unfit"}

#: Seeded: numbers that are drawn to be simple would draw regions that are.
randoms = st.randoms(use_true_random=True)


def plain(versions):
    """Versions without rows and without what is told of their later end."""
    return sorted(
        (replace(v, row=None, span=None, ended_by=None) for v in versions), key=lambda v: v.unit_id
    )


def rows(belief):
    found = [v for unit in sorted(belief._units) for v in belief.of_unit(unit)]
    return [(v.row, v) for v in found]


def outline(shapes):
    """The segments of the outer boundary."""
    found = residual(held(shapes))
    return shapely.union_all(
        shapely.linestrings([[a, b] for a, b in zip(found.start, found.end, strict=True)])
    )


@SOME
@given(randoms, st.integers(1, 6))
def test_every_act_keeps_the_coverage_or_changes_nothing(random, length):
    belief = draw_region(random)
    draw = Draw(random, belief)
    region = shapely.coverage_union_all(coverage(belief, FIRST))
    for _ in range(length):
        kind, act = draw.act()
        day = draw.day
        before_rows = rows(belief)
        earlier = plain(belief.at(day - timedelta(days=1)))
        outcome = apply(act, belief)
        assert rows(belief) == before_rows
        if outcome.change is None:
            wrong = {f.rule for f in outcome.findings if f.severity == "error"}
            assert wrong and (kind in UNFIT or wrong <= AT_RANDOM), (kind, outcome.findings)
            continue
        assert kind not in UNFIT, kind
        belief.append(outcome.change)
        corrected = kind == "correction"
        if not corrected:
            assert plain(belief.at(day - timedelta(days=1))) == earlier
        shapes = coverage(belief, day)
        assert shapely.is_valid(shapes).all()
        assert shapely.coverage_is_valid(shapes)
        # A vertex put into a sloping edge at the rim lies on it as far as numbers go.
        whole = shapely.coverage_union_all(shapes)
        assert whole.symmetric_difference(region).area < 1e-4
        assert outline(shapes).equals(whole.boundary)
        (applied,) = outcome.change.events
        if applied.chain_sum is not None:
            then = added(chain_sums(coverage(belief, day - timedelta(days=1))).tolist())
            now = added(chain_sums(shapes).tolist())
            assert added([now, -then]) == applied.chain_sum
        units = belief.at(day, Level.COUNTY)
        codes = [c for v in units for c in v.codes]
        assert len(codes) == len(set(codes))
        assert len({v.unit_id for v in units}) == len(units)


@SOME
@given(randoms)
def test_a_comparison_finds_what_the_act_passed_on(random):
    belief = draw_region(random)
    draw = Draw(random, belief)
    _, act = draw.act(("split", "merge", "boundary", "reorganise", "abolish", "establish"))
    outcome = apply(act, belief)
    if outcome.change is None:
        return
    belief.append(outcome.change)
    (applied,) = outcome.change.events
    found = compare(
        belief.at(draw.day - timedelta(days=1)), belief.at(draw.day), belief.shapes,
        chain_sums=belief.chain_sums, crs=CRS, acts=[applied],
    )  # fmt: skip
    told = defaultdict(float)
    for passage in applied.passages:
        told[passage.giver, passage.taker] += passage.area_m2
    seen = {(f.giver, f.taker): f.area_m2 for f in found.flows}
    assert set(seen) == set(told)
    for pair, area in told.items():
        # Common ground narrower than a millimetre is left out by either, at other cuts.
        assert seen[pair] == pytest.approx(area, rel=1e-5, abs=0.1)


@SOME
@given(randoms, st.integers(1, 4))
def test_reverting_one_after_the_other_leads_back_exactly(random, length):
    belief = draw_region(random)
    draw = Draw(random, belief)
    states = []
    with create(MEMORY, CRS, author="某") as store:
        with store.write(author="某", reason="始") as writer:
            first = belief.at(FIRST)
            shapes = belief.shapes({v.territory for v in first if v.territory})
            writer.append(Changeset(tuple(replace(v, row=None) for v in first), territories=shapes))
        acts = []
        for _ in range(length):
            draw.belief = store.view()
            _, act = draw.act()
            before = every(store.view())
            with store.write(author="某", reason="登记") as writer:
                outcome = apply(act, writer.view)
                if outcome.change is not None:
                    writer.append(outcome.change)
            if outcome.change is not None:
                states.append(before)
                acts.append(act)
            else:
                assert every(store.view()) == before
        while acts:
            act = acts.pop()
            undone = revert(store, act.id, author="某", reason="撤回")
            assert [a.event.id for a in undone.events] == [act.id]
            assert every(store.view()) == states.pop()
            assert store.view().act(act.id) is None
        assert store.verify() == []


def every(view):
    """All rows of a belief, without their numbers."""
    units = {v.unit_id for n in range(45) for v in view.at(FIRST + timedelta(days=100 * n))}
    return {replace(v, row=None) for unit in units for v in view.of_unit(unit)}
