"""The procedure of naming as configuration: states, steps, roles, classes (地名办理程序)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from diming.handbook.entries import Entry
from diming.handbook.own import merged
from diming.handbook.titled import Titled, titled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: Who stands for somebody else: those of the class of the place.
APPLICANT, APPROVER = "applicant", "approver"
_ALWAYS = ("id", "zh", "en", "basis", "verified_on")


@dataclass(frozen=True, slots=True)
class State(Titled):
    """Where a matter may stand (办理状态)."""

    waits_for: tuple[str, ...] = ()
    days: int | None = None
    final: bool = False
    final_for: tuple[str, ...] = ()

    def ends(self, act: str) -> bool:
        """Tell whether nothing follows."""
        return self.final or act in self.final_for


@dataclass(frozen=True, slots=True)
class Step(Titled):
    """A step and what it needs (环节).

    Several steps may lead to one state: all that fit the act and where the matter
    stands add up. One without `by` only adds needs.
    """

    to: str = ""
    origins: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    #: Must be said with this very step: why something is sent back.
    facts_now: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Role(Titled):
    """Who acts (办理主体); `endings` of names tell it."""

    endings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceClass(Titled):
    """A class of places, who applies and who approves (地名类别)."""

    codes: tuple[str, ...] = ()
    applicants: tuple[str, ...] = ()
    renames: tuple[str, ...] = ()
    abolishers: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    by_event: bool = False
    #: Step id → documents it needs besides.
    documents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def applies(self, act: str) -> tuple[str, ...]:
        """Return who may apply for an act."""
        other = {"rename": self.renames, "abolish": self.abolishers}.get(act, ())
        return other or self.applicants


@dataclass(frozen=True, slots=True)
class Procedure:
    """All of it, by id."""

    states: Mapping[str, State]
    steps: Mapping[str, Step]
    roles: Mapping[str, Role]
    classes: Mapping[str, PlaceClass]
    documents: Mapping[str, Titled]
    facts: Mapping[str, Titled]
    acts: Mapping[str, Titled]
    names_begin: str
    number: str
    #: The file it was read from, for messages.
    path: str

    def class_of(self, code: str) -> PlaceClass | None:
        """Return the class that a class code is of: the longest beginning decides."""
        fits = [
            (len(b), c.id) for c in self.classes.values() for b in c.codes if code.startswith(b)
        ]
        return self.classes[max(fits)[1]] if fits else None

    def roles_of(self, who: str) -> frozenset[str]:
        """Return the roles that a name may be of, told by the longest ending."""
        fits = [
            (len(e), r.id) for r in self.roles.values() for e in r.endings
            if who.strip().endswith(e)
        ]  # fmt: skip
        longest = max((n for n, _ in fits), default=0)
        return frozenset(role for n, role in fits if n == longest)


def load_procedure(path: str | Path | None = None) -> Procedure:
    """Return the procedure, with the user's own entries (``[[procedure.step]]`` …) over it.

    Raises
    ------
    UsageError
        If an entry is not understood, or names something that is not there.
    """
    lists = ("state", "step", "role", "class", "document", "fact", "act")
    entries, settings, where = merged("procedure", lists, path)

    def each(kind: str, *allowed: str) -> dict[str, Entry]:
        found = {k: Entry(v, f"{kind} {k}", where) for k, v in entries[kind].items()}
        for one in found.values():
            one.only(*_ALWAYS, *allowed)
        return found

    states = {
        k: State(
            **titled(f), waits_for=f.texts("waits_for"), days=f.whole("days"),
            final=f.flag("final"), final_for=f.texts("final_for"),
        )
        for k, f in each("state", "waits_for", "days", "final", "final_for").items()
    }  # fmt: skip
    steps = {
        k: Step(
            **titled(f), to=f.text("to"), origins=f.texts("from"), by=f.texts("by"),
            documents=f.texts("documents"), facts=f.texts("facts"),
            facts_now=f.texts("facts_now"), acts=f.texts("acts"),
        )
        for k, f in each(
            "step", "from", "to", "by", "documents", "facts", "facts_now", "acts"
        ).items()
    }  # fmt: skip
    roles = {
        k: Role(**titled(f), endings=f.texts("endings")) for k, f in each("role", "endings").items()
    }
    classes = {
        k: PlaceClass(
            **titled(f), codes=f.texts("codes"), applicants=f.texts("applicants"),
            renames=f.texts("renames"), abolishers=f.texts("abolishers"),
            approvers=f.texts("approvers"), by_event=f.flag("by_event"),
            documents=_by_step(f),
        )
        for k, f in each(
            "class", "codes", "applicants", "renames", "abolishers", "approvers", "by_event",
            "documents",
        ).items()
    }  # fmt: skip
    documents, facts, acts = (
        {k: Titled(**titled(f)) for k, f in each(kind).items()}
        for kind in ("document", "fact", "act")
    )
    top = Entry(settings, "settings", where)
    top.only("names_begin", "number", "basis", "verified_on")
    procedure = Procedure(
        states, steps, roles, classes, documents, facts, acts, top.text("names_begin"),
        top.text("number"), where,
    )  # fmt: skip
    _refuse_dangling(procedure)
    return procedure


def _by_step(f: Entry) -> dict[str, tuple[str, ...]]:
    given = f.values.get("documents", {})
    if not isinstance(given, dict):
        raise f.wrong("documents")
    return {k: Entry(given, f.label, f.path).texts(k) for k in given}


def _refuse_dangling(p: Procedure) -> None:
    """Refuse what names a state, role, document, fact or act that is not there."""
    roles = {*p.roles, APPLICANT, APPROVER}
    for kind, entries, refers in (
        ("step", p.steps, {"to": p.states, "origins": p.states, "by": roles,
                           "documents": p.documents, "facts": p.facts, "facts_now": p.facts,
                           "acts": p.acts}),
        ("state", p.states, {"waits_for": roles, "final_for": p.acts}),
        ("class", p.classes, {"applicants": p.roles, "renames": p.roles,
                              "abolishers": p.roles, "approvers": p.roles}),
    ):  # fmt: skip
        for key, entry in entries.items():
            for name, known in refers.items():
                value = getattr(entry, name)
                for one in (value,) if isinstance(value, str) else value:
                    if one not in known:
                        shown = "from" if name == "origins" else name
                        raise Entry({}, f"{kind} {key}", p.path).wrong(f"{shown} = {one}")
    for c in p.classes.values():
        for step, documents in c.documents.items():
            if step not in p.steps or not set(documents) <= set(p.documents):
                raise Entry({}, f"class {c.id}", p.path).wrong("documents")
    if p.names_begin not in p.states:
        raise Entry({}, "settings", p.path).wrong("names_begin")
    try:
        p.number.format(year=2000, serial=1)
    except (ValueError, KeyError, IndexError):
        raise Entry({}, "settings", p.path).wrong("number") from None
