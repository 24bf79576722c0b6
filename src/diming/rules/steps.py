"""Steps of a naming application: what may follow, and what is missing (办理环节).

Pure: an application is the entries recorded of it, and the procedure is configuration.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from diming.errors import N_
from diming.handbook.procedure import APPLICANT, APPROVER
from diming.model.facts import Facts
from diming.model.place import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from diming.handbook.procedure import PlaceClass, Procedure, State, Step
    from diming.model.entry import Entry

#: What an entry says of the step itself; the rest are facts of the matter.
_OF_STEP = frozenset({"by", "role", "documents"})


@dataclass(frozen=True, slots=True)
class Move:
    """A step that somebody wants to take.

    Attributes
    ----------
    to : str
        State it leads to.
    day : datetime.date
    by : str
        Who takes it.
    role : str
        As what; nothing if the name tells.
    documents : mapping
        Handed in with it: id → number, title or path.
    facts : mapping
        Said with it.
    """

    to: str
    day: date
    by: str
    role: str = ""
    documents: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an application stands: all its steps taken together.

    Attributes
    ----------
    matter_id : str
    state : str or None
        None before the first step.
    since, begun : datetime.date or None
    place_id : str or None
    documents : mapping
        All that were handed in.
    facts : mapping
        All that was said; what was said last counts.
    entries : tuple of Entry
    """

    matter_id: str = ""
    state: str | None = None
    since: date | None = None
    begun: date | None = None
    place_id: str | None = None
    documents: Mapping[str, str] = field(default_factory=lambda: Facts({}))
    facts: Mapping[str, Any] = field(default_factory=lambda: Facts({}))
    entries: tuple[Entry, ...] = ()

    @property
    def act(self) -> str:
        """命名, 更名 or 销名."""
        return str(self.facts.get("act", ""))

    @property
    def class_id(self) -> str:
        """Class of the place, see `Procedure.classes`."""
        return str(self.facts.get("class", ""))

    def step_to(self, state: str) -> Entry | None:
        """Return the last step that led to a state."""
        return next((e for e in reversed(self.entries) if e.state == state), None)


def standing(entries: Iterable[Entry]) -> Standing:
    """Return where the steps of one application have led."""
    taken = tuple(sorted(entries, key=lambda e: e.step))
    if not taken:
        return Standing()
    facts: dict[str, Any] = {}
    documents: dict[str, str] = {}
    for entry in taken:
        facts |= {k: v for k, v in entry.said.items() if k not in _OF_STEP and v not in ("", None)}
        documents |= entry.said.get("documents") or {}
    last = taken[-1]
    place = next((e.place_id for e in reversed(taken) if e.place_id), None)
    return Standing(
        last.matter_id, last.state, last.day, taken[0].day, place, Facts(documents), Facts(facts),
        taken,
    )  # fmt: skip


def next_states(procedure: Procedure, now: Standing) -> tuple[State, ...]:
    """Return the states that a step may lead to."""
    found = dict.fromkeys(s.to for s in _leading(procedure, now, None))
    return tuple(procedure.states[s] for s in found)


def refusals(procedure: Procedure, now: Standing, move: Move, today: date) -> tuple[Problem, ...]:
    """Return all that stands against a step; nothing if it may be taken.

    Parameters
    ----------
    procedure : Procedure
    now : Standing
        Where the matter stands. For the first step it has a place, and no state.
    move : Move
    today : datetime.date
        Steps are recorded once they were taken, not before.
    """
    facts = {**now.facts, **{k: v for k, v in move.facts.items() if v not in ("", None)}}
    act, kind = str(facts.get("act", "")), procedure.classes.get(str(facts.get("class", "")))
    problem = _unsaid(procedure, act, kind, facts) or _by_event(kind)
    if problem is not None:
        return (problem,)
    assert kind is not None
    if move.to not in procedure.states:
        what = N_("there is no state “{state}”; the states are: {states}")
        return (Problem(what, {"state": move.to, "states": tuple(procedure.states.values())}),)
    steps = _leading(procedure, now, move.to, act)
    main = [s for s in steps if s.by]
    if not main:
        return (_no_way(procedure, now, move.to, act),)
    documents = {**now.documents, **move.documents}
    found = [*_days(now, move, today), *_who(procedure, main, kind, act, move)]
    wanted = dict.fromkeys(
        d for s in steps for d in (*s.documents, *kind.documents.get(s.id, ()))
    )  # fmt: skip
    found += [
        Problem(N_("the document is missing: {document} ({basis})"),
                {"document": procedure.documents[d], "basis": _basis(steps, kind, d)})
        for d in wanted if d not in documents
    ]  # fmt: skip
    if now.place_id:
        facts["place"] = now.place_id
    said = {f: f in facts for s in steps for f in s.facts}
    said |= {f: bool(move.facts.get(f)) for s in steps for f in s.facts_now}
    found += [
        Problem(N_("it is not said: {fact} ({basis})"),
                {"fact": procedure.facts[f], "basis": _basis(steps, kind, f)})
        for f, known in said.items() if not known
    ]  # fmt: skip
    return tuple(found)


def remarks(procedure: Procedure, now: Standing, move: Move) -> tuple[Problem, ...]:
    """Return what is odd about a step that may be taken: it comes late."""
    state = None if now.state is None else procedure.states[now.state]
    if state is None or now.since is None or state.days is None:
        return ()
    took = (move.day - now.since).days
    if took <= state.days:
        return ()
    what = N_("{days_count} days passed in “{state}”; {allowed_count} are allowed ({basis})")
    return (Problem(what, {"days_count": took, "state": state, "allowed_count": state.days,
                           "basis": state.basis}),)  # fmt: skip


def _leading(
    procedure: Procedure, now: Standing, to: str | None, act: str | None = None
) -> list[Step]:
    """Return the steps that may follow, and those that only add needs to them."""
    act = now.act if act is None else act
    fits = [
        s for s in procedure.steps.values()
        if to in (None, s.to) and (not s.acts or act in s.acts)
    ]  # fmt: skip
    main = [
        s for s in fits
        if s.by and (now.state in s.origins if now.state is not None else not s.origins)
    ]  # fmt: skip
    reached = {s.to for s in main}
    return main + [s for s in fits if not s.by and s.to in reached]


def _unsaid(
    procedure: Procedure, act: str, kind: PlaceClass | None, facts: Mapping[str, Any]
) -> Problem | None:
    if act not in procedure.acts:
        return Problem(N_("“{value}” is no kind of act; they are: {choices}"),
                       {"value": act, "choices": tuple(procedure.acts)})  # fmt: skip
    if kind is None:
        what = N_("“{value}” is no class of places; they are: {choices}")
        return Problem(what, {"value": facts.get("class", ""), "choices": tuple(procedure.classes)})
    return None


def _by_event(kind: PlaceClass | None) -> Problem | None:
    if kind is None or not kind.by_event:
        return None
    what = N_("names of “{kind}” change by acts on divisions ({basis}): record one by "
              "«diming event record»")  # fmt: skip
    return Problem(what, {"kind": kind, "basis": kind.basis})


def _no_way(procedure: Procedure, now: Standing, to: str, act: str) -> Problem:
    target = procedure.states[to]
    if now.state is None:
        return Problem(N_("nothing begins with “{state}”"), {"state": target})
    if procedure.states[now.state].ends(act):
        return Problem(N_("it ended as “{now}”; nothing follows"),
                       {"now": procedure.states[now.state]})  # fmt: skip
    what = N_("no step leads from “{now}” to “{state}”; there follow: {states}")
    return Problem(what, {"now": procedure.states[now.state], "state": target,
                          "states": next_states(procedure, now)})  # fmt: skip


def _days(now: Standing, move: Move, today: date) -> list[Problem]:
    found = []
    if now.since is not None and move.day < now.since:
        found.append(Problem(
            N_("{day} lies before the step before it, {since}"),
            {"day": move.day.isoformat(), "since": now.since.isoformat()},
        ))  # fmt: skip
    if move.day > today:
        found.append(Problem(
            N_("{day} has not come yet; record a step once it was taken"),
            {"day": move.day.isoformat()},
        ))  # fmt: skip
    return found


def allowed_roles(
    procedure: Procedure, kind: PlaceClass, act: str, roles: Iterable[str]
) -> tuple[str, ...]:
    """Return roles, with those of the class in place of "applicant" and "approver"."""
    found: dict[str, None] = {}
    for role in roles:
        stands = {APPLICANT: kind.applies(act), APPROVER: kind.approvers}.get(role, (role,))
        found |= dict.fromkeys(stands)
    return tuple(found)


def _who(
    procedure: Procedure, steps: Sequence[Step], kind: PlaceClass, act: str, move: Move
) -> list[Problem]:
    allowed = allowed_roles(procedure, kind, act, (r for s in steps for r in s.by))
    shown = tuple(procedure.roles[r] for r in allowed)
    if not move.by.strip():
        return [Problem(N_("it is not said who takes the step; it is for: {roles}"),
                        {"roles": shown})]  # fmt: skip
    if move.role and move.role not in procedure.roles:
        return [Problem(N_("“{value}” is no role; they are: {choices}"),
                        {"value": move.role, "choices": tuple(procedure.roles)})]  # fmt: skip
    plays = {move.role} if move.role else procedure.roles_of(move.by)
    if not plays:
        return [Problem(N_("nothing tells as what “{by}” acts; say it by --role (it is for: "
                           "{roles})"), {"by": move.by, "roles": shown})]  # fmt: skip
    if not plays & set(allowed):
        what = N_("“{by}” ({role}) may not take this step; it is for: {roles} ({basis})")
        return [Problem(what, {
            "by": move.by, "role": tuple(procedure.roles[r] for r in sorted(plays)),
            "roles": shown, "basis": steps[0].basis,
        })]  # fmt: skip
    return []


def _basis(steps: Iterable[Step], kind: PlaceClass, wanted: str) -> str:
    for step in steps:
        if wanted in (*step.documents, *step.facts, *step.facts_now):
            return step.basis
    return kind.basis
