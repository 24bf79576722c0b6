"""When a name or a place begins and ends, told by what was decided here (启用与停用)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from diming.errors import UsageError
from diming.model.facts import Facts
from diming.model.place import Name, NameKind, Told
from diming.model.span import Precision, Span, When

if TYPE_CHECKING:
    from datetime import date

    from diming.model.place import Place

#: Where the words of the source are kept, once an end is added to them.
AS_TOLD = "when_as_told"


def told_from(day: date) -> Told:
    """Return what has been so from a day on."""
    return Told(f"{day.isoformat()}/..", Span(When(day)))


def told_until(told: Told, end: When, what: str) -> Told:
    """Return the same time, ended: `end` is the first day on which it was no more.

    Raises
    ------
    UsageError
        If it began later.
    """
    if told.span is None:
        return told
    if end.day <= told.span.begin.day:
        raise UsageError(
            "“{what}” is in use from {begin} on and cannot end by {end}",
            what=what, begin=str(told.span.begin), end=str(end),
        )  # fmt: skip
    begin = told.span.begin
    known = "" if begin.precision is Precision.UNKNOWN else str(begin)
    last = str(end)
    if end.precision is Precision.DAY:
        last = (end.day - timedelta(days=1)).isoformat()
    return Told(f"{known}/{last}", Span(begin, end), told.certainty)


def name_until(name: Name, end: When, reason: str, *, former: bool = False) -> Name:
    """Return a name, ended; `former` where its place has another one from then on."""
    facts = {**name.facts, "ended_by": reason}
    if name.when.text:
        facts.setdefault(AS_TOLD, name.when.text)
    kind = NameKind.FORMER if former and name.kind is NameKind.STANDARD else name.kind
    when = told_until(name.when, end, name.text)
    return replace(name, kind=kind, when=when, facts=Facts(facts), row=None)


def place_until(place: Place, end: When, reason: str, what: str) -> Place:
    """Return a place that is there no more."""
    facts = {**place.facts, "ended_by": reason}
    if place.when.text:
        facts.setdefault(AS_TOLD, place.when.text)
    when = told_until(place.when, end, what)
    return replace(place, when=when, facts=Facts(facts), row=None)


def in_use(name: Name, day: date) -> bool:
    """Tell whether a name is the standard one of its place on a day."""
    return name.kind is NameKind.STANDARD and name.when.holds(day)
