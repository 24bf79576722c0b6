"""From a list of today and the acts before it to the list of then (回溯).

An office has its present list, and a table of the acts that led to it. Undone one by
one, the latest first, they lead back to a list from which the same acts lead forward
again, now with every condition looked at. Units that no act touched keep a begin
that nobody knows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from diming.history.belief import Belief
from diming.history.children import recoded
from diming.history.draft import unit_id_of
from diming.history.faults import MATTERS_OF_DAY, fault
from diming.history.forms import whole
from diming.history.reference import candidates, superior
from diming.history.resolve import kind_of, level_of
from diming.history.sequence import Queue
from diming.model.changeset import Changeset
from diming.model.event import EventType, UnitRef, fingerprint
from diming.model.finding import Severity
from diming.model.span import NOT_ENDED, UNKNOWN_BEGIN, Precision, Span, When
from diming.model.unit import Level
from diming.model.version import Version, with_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from diming.model.event import Event
    from diming.model.finding import Finding


@dataclass(slots=True)
class Opening:
    """What the acts must have begun with.

    Attributes
    ----------
    versions : list of Version
        Units before the first act; those whose coming no act tells, but one dates,
        begin then.
    codes_known : dict
        Event id → unit id → ministry code after it, of recodings that do not say them.
    restored : set of str
        Units that an act ended: nobody knows how long they had stood.
    findings : list of Finding
        Acts that could not be undone, each with the reason.
    """

    versions: list[Version] = field(default_factory=list)
    codes_known: dict[str, dict[str, str]] = field(default_factory=dict)
    restored: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def unwind(
    units: Iterable[Version],
    events: Sequence[Event],
    day: date,
    since: Mapping[int, date] | None = None,
) -> Opening:
    """Undo acts, the latest first.

    Parameters
    ----------
    units : iterable of Version
        What stood on `day`; spans are of no account.
    events : sequence of Event
        Those after `day` are left alone.
    day : datetime.date
    since : mapping of int to datetime.date
        Level → the day from which on the list is complete but for the acts. Units of
        it that no earlier act names stand since then, as they were then.

    Returns
    -------
    Opening
        Territory is not unwound: the units have none.
    """
    return _Unwinding(units, day, since).through([e for e in events if e.date.day <= day])


class _Unwinding:
    """Units on the way back; `belief` holds what stood just before the act undone last."""

    def __init__(
        self, units: Iterable[Version], day: date, since: Mapping[int, date] | None
    ) -> None:
        self.day, self.since = day, dict(since or {})
        #: Level → unit → its version on the day of `since`.
        self.then: dict[int, dict[str, Version]] = {}
        #: Units named by acts before that day.
        self.named: set[str] = set()
        always = Span(UNKNOWN_BEGIN, NOT_ENDED)
        self.belief = Belief(replace(v, span=always, territory=None, row=None) for v in units)
        self.opening = Opening()
        #: Ids that units have on the way back → the ids that the acts will give them.
        self.final: dict[str, str] = {}
        #: Units that lead no further back: they were there on a day, nobody knows since when.
        self.settled: list[Version] = []

    def through(self, events: Sequence[Event]) -> Opening:
        """Undo all events, and return what is left."""
        queue = Queue(events, backward=True, until=self.day)
        for event, on in queue:
            self._look(on)
            fault_found = self._undo(event, on)
            if fault_found is None:
                continue
            if fault_found.rule in MATTERS_OF_DAY and queue.again(event, on):
                continue
            self.opening.findings.append(fault_found)
        self._look(date.min)
        rows = [self._since(v) for v in (*self.belief.at(self.day), *self.settled)]
        self.opening.versions = [
            replace(v, row=None, parent_id=self._final(v.parent_id)) for v in rows
        ]
        for known in self.opening.codes_known.values():
            for unit_id in list(known):
                known[self._final(unit_id) or unit_id] = known.pop(unit_id)
        return self.opening

    def _look(self, on: date) -> None:
        """Note what stood on the day of `since`, before earlier acts are undone."""
        for level, since in self.since.items():
            if level not in self.then and on <= since:
                found = self.belief.at(self.day, Level(level))
                self.then[level] = {v.unit_id: v for v in found}

    def _since(self, version: Version) -> Version:
        then = self.then.get(int(version.level), {}).get(version.unit_id)
        if then is None or version.unit_id in self.named:
            return version
        begin = When(self.since[int(version.level)], Precision.UNKNOWN)
        return replace(then, span=Span(begin, NOT_ENDED), row=None)

    def _final(self, unit_id: str | None) -> str | None:
        return None if unit_id is None else self.final.get(unit_id, unit_id)

    def _undo(self, event: Event, on: date) -> Finding | None:
        if event.type in (EventType.BOUNDARY, EventType.SEAT, EventType.CORRECTION):
            return None
        if event.type is EventType.RECODE:
            return self._recode(event)
        if any(r.below for r in (*event.before, *event.after)):
            return self._below_untold(event, on)
        if event.type is EventType.PROXY:
            return None
        after: list[Version | None] = []
        for ref in event.after:
            found = self._find(ref)
            if len(found) != 1 and not ref.part:
                return self._missing(event, ref, found)
            after.append(found[0] if len(found) == 1 else None)
        for ref in event.before:
            if ref.part:
                self._find(ref)
        if event.type is EventType.RENAME:
            self._rename(event, after)
            return None
        if event.type is EventType.TRANSFER:
            return self._transfer(event, after)
        return self._restore(event, after, on)

    def _find(self, ref: UnitRef) -> list[Version]:
        found = [] if ref.is_nobody else candidates(self.belief, ref, self.day)
        self.named |= {v.unit_id for v in found if int(v.level) in self.then}
        return found

    def _missing(self, event: Event, ref: UnitRef, found: list[Version]) -> Finding:
        rule = "unit-ambiguous" if found else "unit-not-alive"
        return fault(
            rule, event, found, severity=Severity.WARNING, named=str(ref), day=str(event.date),
            reason="not-undone", candidates=[v.label for v in found], known=[],
        )  # fmt: skip

    def _put(self, old: Version | None, new: Version | None) -> None:
        self.belief.append(
            Changeset(
                added=() if new is None else (replace(new, row=None),),
                superseded=() if old is None or old.row is None else (old.row,),
            )
        )

    def _rename(self, event: Event, after: list[Version | None]) -> None:
        for ref, unit in zip(event.before, after, strict=True):
            if unit is not None:
                codes = with_code(unit.codes, ref.system, ref.code) if ref.code else unit.codes
                self._put(unit, replace(unit, name=ref.name, codes=codes))

    def _transfer(self, event: Event, after: list[Version | None]) -> Finding | None:
        if len(after) != len(event.before) or any(r.parent is None for r in event.after):
            # One superior for all: whose they were, the act does not say.
            for ref in event.before:
                for one in self._find(ref):
                    codes = with_code(one.codes, ref.system, ref.code or one.code(ref.system))
                    self._put(one, replace(one, parent_id=None, codes=codes))
            return None
        for ref, unit in zip(event.before, after, strict=True):
            if unit is None:
                continue
            above = [] if ref.parent is None else self._find(ref.parent)
            codes = tuple((s, c) for s, c in unit.codes if s == "source")
            if ref.code:
                codes = with_code(codes, ref.system, ref.code)
            parent = above[0].unit_id if len(above) == 1 else None
            self._put(unit, replace(unit, parent_id=parent, codes=codes))
        return None

    def _recode(self, event: Event) -> Finding | None:
        if not any(r.below for r in (*event.before, *event.after)):
            for ref, before in zip(event.after, event.before, strict=False):
                for unit in self._find(ref):
                    codes = with_code(unit.codes, before.system, before.code)
                    self._put(unit, replace(unit, codes=codes))
            return None
        tops = [v for r in (*event.before, *event.after) for v in self._find(r)]
        if not tops:
            return self._missing(event, event.after[0], [])
        known = self.opening.codes_known.setdefault(event.id, {})
        queue = [v for top in tops for v in self.belief.children(top.unit_id)]
        while queue:
            unit = queue.pop()
            queue += self.belief.children(unit.unit_id)
            code = unit.code("ministry")
            if unit.unit_id not in known and code:
                known[unit.unit_id] = code
                self._put(unit, replace(unit, codes=with_code(unit.codes, "ministry", None)))
        return None

    def _below_untold(self, event: Event, on: date) -> Finding | None:
        """All units below were made anew, nobody knows from what: here they lead no further."""
        for ref in event.after:
            for top in self._find(ref):
                self._settle_below(top, on)
        return fault(
            "territory-unknown", event, severity=Severity.INFO, reason="below-unknown",
            named_units=[str(r) for r in event.before if r.below],
        )  # fmt: skip

    def _settle_below(self, top: Version, on: date) -> None:
        for child in self.belief.children(top.unit_id):
            self._settle_below(child, on)
            self._put(child, None)
            span = Span(When(on, Precision.UNKNOWN), NOT_ENDED)
            self.settled.append(replace(child, row=None, span=span))

    def _restore(self, event: Event, after: list[Version | None], on: date) -> Finding | None:
        """Take away the whole units after, and put back those before."""
        staying = {
            (r.name, r.code) for r in whole(event.before)
        } & {(r.name, r.code) for r in whole(event.after)}  # fmt: skip
        gone: list[Version] = []
        for ordinal, (ref, unit) in enumerate(zip(event.after, after, strict=True)):
            if unit is None or ref.part or (ref.name, ref.code) in staying:
                continue
            if self._homeless(ref):
                return self._no_parent(event, ref)
            self.final[unit.unit_id] = unit_id_of(event.id, ordinal)
            gone.append(unit)
        back = [
            (i, r) for i, r in enumerate(event.before)
            if not r.part and (r.name, r.code) not in staying
        ]  # fmt: skip
        for _, ref in back:
            if self._homeless(ref) and not (gone and gone[0].level < Level.COUNTY):
                return self._no_parent(event, ref)
        restored = []
        for old in gone:
            self._put(old, None)
        for ordinal, ref in back:
            paired = event.type is EventType.CONVERT and ordinal < len(gone)
            like = gone[ordinal] if paired else gone[0] if gone else next(
                (v for v in after if v is not None), None
            )  # fmt: skip
            restored.append(self._back(event, ordinal, ref, like))
        for i, left in enumerate(gone):
            if event.type is EventType.CONVERT:
                self._children(left, restored[i], on)
            else:
                self._children(left, restored[0] if len(restored) == 1 else None, on)
        return None

    def _back(self, event: Event, ordinal: int, ref: UnitRef, like: Version | None) -> Version:
        level = level_of(ref, like)
        above = self._find(ref.parent) if ref.parent else superior(self.belief, ref.code, self.day)
        above = [v for v in above if v.level < level]
        same = like is not None and like.level == level
        parent = above[0].unit_id if above else like.parent_id if same and like else None
        version = Version(
            unit_id="u" + fingerprint([event.id, "before", ordinal]),
            span=Span(UNKNOWN_BEGIN, NOT_ENDED), level=level, name=ref.name,
            kind=ref.kind or kind_of(ref.name, level),
            codes=with_code((), ref.system, ref.code), parent_id=parent,
        )  # fmt: skip
        self._put(None, version)
        self.opening.restored.add(version.unit_id)
        return version

    def _children(self, unit: Version, old: Version | None, on: date) -> None:
        """Give the units below back to the one they came from; nobody knows which of several."""
        for child in self.belief.children(unit.unit_id):
            if old is None:
                self._settle_below(child, on)
                self._put(child, None)
                span = Span(When(on, Precision.UNKNOWN), NOT_ENDED)
                self.settled.append(replace(child, row=None, span=span))
            else:
                codes = recoded(child.codes, unit, old)
                self._put(child, replace(child, parent_id=old.unit_id, codes=codes))

    def _homeless(self, ref: UnitRef) -> bool:
        """Tell whether a township's code begins with that of no county on the way back."""
        below = level_of(ref, None) > Level.COUNTY and ref.code is not None
        return below and not superior(self.belief, ref.code, self.day)

    def _no_parent(self, event: Event, ref: UnitRef) -> Finding:
        return fault(
            "parent-missing", event, severity=Severity.WARNING, named=str(ref),
            code=ref.code or "", day=str(event.date),
        )  # fmt: skip
