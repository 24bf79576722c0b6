"""Steps of applications: nothing reaches a state without what it needs, whatever is tried."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diming.errors import UsageError
from diming.handbook.procedure import load_procedure
from diming.model.entry import Entry, Matter
from diming.model.facts import Facts
from diming.rules.steps import Move, Standing, allowed_roles, refusals, remarks, standing

PROCEDURE = load_procedure()
TODAY = date(2026, 12, 31)
CLASSES = sorted(c for c in PROCEDURE.classes if not PROCEDURE.classes[c].by_event)
FACTS = sorted({*PROCEDURE.facts} - {"place"})


def needed(state, act, kind):
    """Return what the configuration asks of a state, told apart from the code under test."""
    documents, facts = set(), set()
    steps = [s for s in PROCEDURE.steps.values() if s.to == state and (not s.acts or act in s.acts)]
    # Of several ways into a state, only what all ask for is certain; what is added is certain too.
    ways = [s for s in steps if s.by]
    for n, s in enumerate(ways):
        these = {*s.documents, *kind.documents.get(s.id, ())}, set(s.facts)
        documents, facts = these if n == 0 else (documents & these[0], facts & these[1])
    for s in steps:
        if not s.by:
            documents |= set(s.documents)
            facts |= set(s.facts)
    return documents, facts


@st.composite
def moves(draw):
    state = draw(st.sampled_from(sorted(PROCEDURE.states)))
    # Mostly generous, or hardly anything would ever be taken.
    some = lambda ids: st.one_of(st.just(ids), st.lists(st.sampled_from(ids), unique=True))  # noqa: E731
    return (
        state, draw(st.integers(0, 20)), draw(st.sampled_from(["", *sorted(PROCEDURE.roles)])),
        draw(some(sorted(PROCEDURE.documents))), draw(some(FACTS)),
    )  # fmt: skip


def follow(act, kind, place_id, tried):
    """Take all steps that may be taken; yield where they led, one after the other."""
    now, day = Standing(place_id=place_id), date(2026, 1, 1)
    for state, later, role, documents, facts in tried:
        day += timedelta(days=later)
        said = dict.fromkeys(facts, "x") | {"act": act, "class": kind}
        move = Move(state, day, "某单位", role, dict.fromkeys(documents, ""), said)
        if not refusals(PROCEDURE, now, move, TODAY):
            entry = Entry("A1", Matter.APPLICATION, len(now.entries) + 1, day, state, place_id,
                          Facts({**said, "by": move.by, "role": role,
                                 "documents": move.documents}))  # fmt: skip
            yield now, move
            now = standing([*now.entries, entry])
    yield now, None


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    act=st.sampled_from(sorted(PROCEDURE.acts)), kind=st.sampled_from(CLASSES),
    place_id=st.sampled_from([None, "p-1"]), tried=st.lists(moves(), max_size=14),
)  # fmt: skip
def test_no_way_leads_to_a_state_without_what_it_needs(act, kind, place_id, tried):
    of_class = PROCEDURE.classes[kind]
    for now, move in follow(act, kind, place_id, tried):
        seen_documents, seen_facts = set(), {"place"} if place_id else set()
        days = [e.day for e in now.entries]
        assert days == sorted(days)
        for before, entry in zip([None, *now.entries], now.entries, strict=False):
            seen_documents |= set(entry.said["documents"])
            seen_facts |= set(entry.said)
            documents, facts = needed(entry.state, act, of_class)
            assert documents <= seen_documents and facts <= seen_facts
            ways = [
                s for s in PROCEDURE.steps.values()
                if s.by and s.to == entry.state and (not s.acts or act in s.acts)
                and (before.state in s.origins if before else not s.origins)
            ]  # fmt: skip
            roles = {r for s in ways for r in allowed_roles(PROCEDURE, of_class, act, s.by)}
            assert entry.said["role"] in roles
            assert before is None or not PROCEDURE.states[before.state].ends(act)
        if move is None:
            assert now.state is None or now.entries


def test_the_straight_way_leads_to_the_end_for_every_class_and_act():
    ways = {
        "new": ["applied", "accepted", "assessed", "approved", "filed", "announced", "in_database",
                "signed"],
        "rename": ["applied", "accepted", "assessed", "approved", "filed", "announced",
                   "in_database", "signed"],
        "abolish": ["applied", "accepted", "assessed", "approved", "filed", "announced",
                    "in_database"],
    }  # fmt: skip
    for kind in CLASSES:
        for act, states in ways.items():
            tried = []
            for state in states:
                by = next(s.by for s in PROCEDURE.steps.values() if s.by and s.to == state)
                role = allowed_roles(PROCEDURE, PROCEDURE.classes[kind], act, by)[0]
                tried.append((state, 1, role, sorted(PROCEDURE.documents), FACTS))
            *_, (last, _) = follow(act, kind, None if act == "new" else "p-1", tried)
            assert last.state == states[-1], (kind, act, last.state)
            assert PROCEDURE.states[last.state].ends(act)


def test_why_something_is_sent_back_must_be_said_anew():
    steps = [("applied", 0, "builder", ["application"], FACTS),
             ("returned", 1, "department", [], ["note"]),
             ("applied", 1, "builder", [], []),
             ("returned", 1, "department", [], [])]  # fmt: skip
    *_, (last, _) = follow("new", "street", None, steps)
    assert last.state == "applied" and len(last.entries) == 3


def test_what_comes_late_is_taken_and_noted():
    *_, (now, _) = follow(
        "new", "street", None, [("applied", 0, "builder", ["application"], FACTS)]
    )
    late = Move("accepted", date(2026, 1, 7), "某县民政局")
    assert refusals(PROCEDURE, now, late, TODAY) == ()
    (noted,) = remarks(PROCEDURE, now, late)
    assert (noted.facts["days_count"], noted.facts["allowed_count"]) == (6, 5)
    assert remarks(PROCEDURE, now, Move("accepted", date(2026, 1, 6), "某县民政局")) == ()


def test_an_office_has_its_own_procedure(tmp_path, monkeypatch):
    own = tmp_path / "own.toml"
    own.write_text(
        '[[procedure.class]]\nid = "street"\nzh = "街路巷"\napplicants = ["township"]\n'
        'approvers = ["county"]\n[[procedure.state]]\nid = "applied"\nzh = "收件"\n'
        'waits_for = ["department"]\ndays = 2\n[procedure.settings]\nnames_begin = "announced"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("DIMING_HANDBOOK", str(own))
    changed = load_procedure()
    assert changed.classes["street"].applicants == ("township",)
    assert changed.states["applied"].days == 2 and changed.names_begin == "announced"
    assert changed.classes["park"] == PROCEDURE.classes["park"]
    for wrong in ('[[procedure.step]]\nid = "x"\nto = "nowhere"\nby = ["department"]\n',
                  '[[procedure.state]]\nid = "applied"\ndayz = 3\n',
                  '[[procedure.role]]\nid = "applied"\nendings = "县"\n',
                  '[procedure.settings]\nnumber = "{serial:x"\n'):  # fmt: skip
        own.write_text(wrong, encoding="utf-8")
        with pytest.raises(UsageError):
            load_procedure()
