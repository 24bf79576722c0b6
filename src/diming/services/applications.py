"""Naming applications in an archive: filed, moved on, and what waits for whom (地名申请)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from diming.errors import N_, UsageError
from diming.handbook.procedure import load_procedure
from diming.handbook.registers import load_registers
from diming.history.reference import meant
from diming.model.entry import Entry, Matter
from diming.model.facts import Facts
from diming.model.namechange import NameChange
from diming.model.place import Problem
from diming.rules.listings import listing, protection, protects
from diming.rules.steps import Move, Standing, allowed_roles, refusals, remarks, standing
from diming.services.beliefs import today
from diming.services.closing import in_use
from diming.services.entering import entered
from diming.services.name_review import FIELD, NameReview, written
from diming.services.recorded import half_position, unfit_name
from diming.services.recording import revision_written
from diming.services.standing_signs import signs_standing
from diming.services.within import path_of, unit_within
from diming.store.protocol import Withdrawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from diming.handbook.procedure import Procedure, Role, State
    from diming.model.changeset import Revision
    from diming.store.gazetteer_protocol import Gazetteer
    from diming.store.protocol import Store, Writer


_UNIT = N_("“{place}” is a unit: its name changes by an act; record one by «diming event record»")
_NO_PLACE = N_("the archive has no place “{place}”; «diming names search» finds its id")


@dataclass(frozen=True, slots=True)
class Draft:
    """An application as it comes in.

    Attributes
    ----------
    move : Move
        The first step: who, when, documents, all that is said.
    place : str
        Id of the place, for what has a name already.
    source : str
        File and row, for messages.
    """

    move: Move
    place: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one step.

    Attributes
    ----------
    standing : Standing
        After it, or as it was if the step is refused.
    problems : tuple of Problem
        Why it is refused; none if it was taken.
    remarks : tuple of Problem
    source : str
    """

    standing: Standing
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of steps, and the revision they left; None where nothing was written."""

    revision: Revision | None
    taken: tuple[Taken, ...] = field(default=())

    @property
    def refused(self) -> tuple[Taken, ...]:
        """Those that are refused."""
        return tuple(t for t in self.taken if t.problems)


def apply(
    store: Store, drafts: Sequence[Draft], *, author: str, reason: str, keep_going: bool = False,
    dry_run: bool = False, procedure: Procedure | None = None,
) -> Outcome:  # fmt: skip
    """File applications as one revision: all or none, or those that fit if asked to keep going."""
    procedure = procedure or load_procedure()
    taken: list[Taken] = []
    with store.write(author=author, reason=reason) as writer:
        desk = _Desk(writer, procedure, NameReview(store))
        taken += map(desk.first, drafts)
        good = [t for t in taken if not t.problems]
        if not good or dry_run or (len(good) < len(taken) and not keep_going):
            raise Withdrawn
        writer.append_names(NameChange(entries=tuple(e for t in good for e in t.standing.entries)))
    return Outcome(revision_written(store, writer.number), tuple(taken))


def advance(
    store: Store, matter_id: str, move: Move, *, author: str, reason: str, dry_run: bool = False,
    procedure: Procedure | None = None,
) -> Outcome:  # fmt: skip
    """Take one step of an application; where it enters the database, the name does so too.

    Raises
    ------
    UsageError
        If there is no such application.
    """
    procedure = procedure or load_procedure()
    with store.write(author=author, reason=reason, document=_document(move)) as writer:
        now = application(writer.gazetteer, matter_id)
        result, change = _Desk(writer, procedure, NameReview(store)).further(now, move)
        if result.problems or dry_run:
            raise Withdrawn
        writer.append_names(change)
    return Outcome(revision_written(store, writer.number), (result,))


def application(gazetteer: Gazetteer, matter_id: str) -> Standing:
    """Return an application.

    Raises
    ------
    UsageError
        If there is none.
    """
    found = standing(gazetteer.entries(Matter.APPLICATION, matter_id=matter_id.strip()))
    if found.state is None:
        raise UsageError(
            "there is no application {matter}; see «diming names applications list»",
            matter=matter_id,
        )
    return found


def applications(gazetteer: Gazetteer) -> list[Standing]:
    """Return all applications, in order of their numbers."""
    by_id: dict[str, list[Entry]] = defaultdict(list)
    for entry in gazetteer.entries(Matter.APPLICATION):
        by_id[entry.matter_id].append(entry)
    return [standing(entries) for _, entries in sorted(by_id.items())]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long an application has waited, and for whom.

    Attributes
    ----------
    standing : Standing
    state : State
    roles : tuple of Role
        Whose turn it is; none where it ended.
    days : int
        Since the last step.
    overdue_days : int or None
        Beyond what is allowed; below 0 there is time left, None where nothing is laid down.
    """

    standing: Standing
    state: State
    roles: tuple[Role, ...]
    days: int
    overdue_days: int | None


def waiting(found: Iterable[Standing], procedure: Procedure, day: date) -> list[Waiting]:
    """Return applications by what waits longest beyond its term; those that ended come last."""
    rows = []
    for now in found:
        state = procedure.states.get(now.state or "")
        kind = procedure.classes.get(now.class_id)
        if state is None or now.since is None:
            continue
        ended = state.ends(now.act)
        days = (day - now.since).days
        roles = () if ended or kind is None else allowed_roles(
            procedure, kind, now.act, state.waits_for
        )  # fmt: skip
        over = None if ended or state.days is None else days - state.days
        rows.append(Waiting(now, state, tuple(procedure.roles[r] for r in roles), days, over))
    return sorted(
        rows, key=lambda w: (
            w.state.ends(w.standing.act), w.overdue_days is None, -(w.overdue_days or 0), -w.days,
            w.standing.matter_id,
        ),
    )  # fmt: skip


class _Desk:
    """Steps going into one transaction."""

    def __init__(self, writer: Writer, procedure: Procedure, review: NameReview) -> None:
        self.gazetteer, self.procedure, self.review = writer.gazetteer, procedure, review
        self.view = writer.view
        self.words = load_registers()
        by_id: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.gazetteer.entries(Matter.HERITAGE):
            by_id[entry.matter_id].append(entry)
        self.listings = [listing(entries) for entries in by_id.values()]
        self.numbers = {e.matter_id for e in self.gazetteer.entries(Matter.APPLICATION)}
        self.today = today()

    def first(self, draft: Draft) -> Taken:
        """Take in an application."""
        move, place_id, problems = self._placed(draft)
        if problems:
            return Taken(Standing(facts=Facts(move.facts)), problems, source=draft.source)
        start = Standing(place_id=place_id)
        problems = refusals(self.procedure, start, move, self.today)
        unfit = (unfit_name(move.facts.get("name"), "name"), half_position(move.facts))
        problems += tuple(p for p in unfit if p is not None)
        problems += self._protected(str(move.facts.get("act", "")), place_id, move.facts)
        if problems:
            return Taken(Standing(facts=Facts(move.facts)), problems, source=draft.source)
        found = self.review.findings(move.facts, move.day)
        if found:
            move = replace(move, facts={**move.facts, FIELD: written(found)})
        entry = Entry(
            self._number(move.day.year), Matter.APPLICATION, 1, move.day, move.to, place_id,
            _said(move),
        )  # fmt: skip
        return Taken(standing([entry]), (), self._doubts(move), draft.source)

    def further(self, now: Standing, move: Move) -> tuple[Taken, NameChange]:
        """Take one step more."""
        if move.to == "signed" and not move.facts.get("sign") and now.place_id:
            standing_there = signs_standing(self.gazetteer, self.words, now.place_id)
            if standing_there:
                move = replace(move, facts={**move.facts, "sign": standing_there[0]})
        problems = refusals(self.procedure, now, move, self.today)
        if move.to == "approved":
            problems += self._protected(now.act, now.place_id, now.facts)
        if problems:
            return Taken(now, problems), NameChange()
        entry = Entry(
            now.matter_id, Matter.APPLICATION, now.entries[-1].step + 1, move.day, move.to,
            now.place_id, _said(move),
        )  # fmt: skip
        change = NameChange()
        if move.to == "in_database":
            change, place_id = entered(
                standing([*now.entries, entry]), self.gazetteer, self.procedure
            )
            entry = replace(entry, place_id=place_id)
        late = remarks(self.procedure, now, move)
        return (
            Taken(standing([*now.entries, entry]), (), late),
            replace(change, entries=(*change.entries, entry)),
        )

    def _placed(self, draft: Draft) -> tuple[Move, str | None, tuple[Problem, ...]]:
        """Find the place and the unit meant, and what is known of them."""
        move, facts = draft.move, dict(draft.move.facts)
        place_id, within_id, problems = None, None, ()
        if draft.place:
            place = self.gazetteer.place(draft.place)
            if place is None:
                unit = meant(self.view, draft.place, move.day)
                what = _UNIT if unit else _NO_PLACE
                return move, None, (Problem(what, {"place": draft.place}),)
            place_id = place.place_id
            known = self.gazetteer.names_of([place_id]).get(place_id, [])
            used = [n.text for n in known if in_use(n, move.day)]
            facts["old_name"] = facts.get("old_name") or (used[0] if used else "")
            if not facts.get("within") and place.within_id:
                # Told by the archive, not by the source: the unit as it is that day.
                facts["within"] = "".join(path_of(self.view, place.within_id, move.day)[-1:])
                within_id = place.within_id if facts["within"] else None
            for key, value in (
                ("class_code", place.class_code), ("feature", place.feature),
                ("within", "".join(place.within[-1:])), ("location", place.facts.get("location")),
                ("class", place.facts.get("class")),
            ):  # fmt: skip
                if not facts.get(key) and value:
                    facts[key] = value
            if facts.get("act") == "abolish" and not facts.get("name"):
                facts["name"] = facts["old_name"]
        if not facts.get("class") and facts.get("class_code"):
            found = self.procedure.class_of(str(facts["class_code"]))
            facts["class"] = "" if found is None else found.id
        if within_id is not None:
            facts["within_id"] = within_id
            facts["within_path"] = list(path_of(self.view, within_id, move.day))
        elif facts.get("within"):
            unit_id = unit_within(self.view, str(facts["within"]), move.day)
            if unit_id is not None:
                facts["within_id"] = unit_id
                facts["within_path"] = list(path_of(self.view, unit_id, move.day))
        return replace(move, facts=facts), place_id, problems

    def _protected(
        self, act: str, place_id: str | None, facts: Mapping[str, Any]
    ) -> tuple[Problem, ...]:
        found = protects(
            self.listings, self.words, act, place_id=place_id,
            name=str(facts.get("old_name", "")), within=str(facts.get("within", "")),
        )  # fmt: skip
        return () if found is None else (protection(found, self.words),)

    def _doubts(self, move: Move) -> tuple[Problem, ...]:
        if move.facts.get("within") and not move.facts.get("within_id"):
            what = N_("“{unit}” is no unit on {day}, or several; the place will lie in none")
            return (Problem(what, {"unit": move.facts["within"], "day": move.day.isoformat()}),)
        return ()

    def _number(self, year: int) -> str:
        serial = 1
        while (number := self.procedure.number.format(year=year, serial=serial)) in self.numbers:
            serial += 1
        self.numbers.add(number)
        return number


def _said(move: Move) -> Facts:
    said: dict[str, Any] = {k: v for k, v in move.facts.items() if v not in ("", None)}
    said["by"] = move.by
    if move.role:
        said["role"] = move.role
    if move.documents:
        said["documents"] = dict(move.documents)
    return Facts(said)


def _document(move: Move) -> str:
    said = [str(move.facts.get("approval_number") or ""), *map(str, move.documents.values())]
    return "; ".join(dict.fromkeys(s for s in said if s))
