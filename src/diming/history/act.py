"""An act being worked out: who is named, what flows where, what does not fit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from diming.history.faults import fault
from diming.history.resolve import Named, find, kind_of, level_of, parent_for
from diming.model.event import EventType
from diming.model.finding import Severity
from diming.model.span import NOT_ENDED, Span
from diming.model.unit import Level
from diming.model.version import Version, with_code

if TYPE_CHECKING:
    from diming.history.draft import Draft
    from diming.model.event import Event, Move, UnitRef
    from diming.model.finding import Finding


@dataclass(frozen=True, slots=True)
class Flow:
    """Territory that goes from one unit to another; None is nobody knows whom, or outside.

    `whole`: all of the giver; `move`: the part an act describes; neither: an
    unknown part.
    """

    giver: str | None
    taker: str | None
    whole: bool = False
    move: Move | None = None


@dataclass(slots=True)
class Act:
    """An event with its draft; `before` and `after` are in the order of the event's units."""

    event: Event
    draft: Draft
    before: list[Named] = field(default_factory=list)
    after: list[Named] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        """Whether nothing speaks against it so far."""
        return not any(f.severity is Severity.ERROR for f in self.findings)

    def resolve_before(self) -> None:
        """Find the units named before the act."""
        for ref in self.event.before:
            result = find(self.draft, ref)
            if isinstance(result, Named):
                self.before.append(result)
            elif ref.below and self.event.type is EventType.RECODE:
                # What matters is what lies below the units that are there.
                self.findings.append(replace(result, severity=Severity.INFO))
            else:
                self.findings.append(result)

    def found(self, ref: UnitRef) -> Named | None:
        """Find a unit, or note why not."""
        result = find(self.draft, ref)
        if isinstance(result, Named):
            return result
        self.findings.append(result)
        return None

    def check_named(self) -> None:
        """Note a unit that two names before the act mean, such as its name and its code."""
        met: set[str] = set()
        for named in self.before:
            if named.unit_id is not None and not named.ref.below and named.unit_id in met:
                self.findings.append(
                    fault("event-form", self.event, reason="named-twice", named=str(named.ref))
                )
            met.add(named.unit_id or "")

    def given(self) -> list[Version]:
        """Return the units named whole before the act."""
        return [n.version for n in self.before if n.version is not None and not n.ref.part]

    def continuing(self, ref: UnitRef) -> Version | None:
        """Return the unit before the act that goes on as `ref` says: same name, same code."""
        for unit in self.given():
            if ref.unit_id == unit.unit_id:
                return unit
            if ref.level not in (Level.UNKNOWN, unit.level):
                continue
            same_code = ref.code is None or unit.code(ref.system) in (None, ref.code)
            if ref.unit_id is None and ref.name == unit.name and same_code:
                return unit
        return None

    def guard_order(self, unit: Version) -> None:
        """Note if the archive already holds something later of a unit that is to change."""
        later = self.draft.later(unit.unit_id)
        if later or not unit.span.is_open:
            by = (later[0].began_by if later else unit.ended_by) or ""
            since = later[0].span.begin if later else unit.span.end
            self.findings.append(
                fault("event-out-of-order", self.event, [unit], later=by, since=str(since))
            )

    def make(self, ordinal: int, ref: UnitRef, like: Version | None) -> Named | None:
        """Let the unit that `ref` describes begin; `like` is the one it comes from."""
        level = level_of(ref, like)
        if level is Level.UNKNOWN:
            self.findings.append(fault("event-form", self.event, reason="no-level", named=str(ref)))
            return None
        parent = parent_for(self.draft, ref, like, level)
        if parent is not None and not isinstance(parent, str):
            self.findings.append(parent)
            return None
        kind = (
            ref.kind
            or kind_of(ref.name, level)
            or (like.kind if like is not None and like.level == level else "")
        )
        version = Version(
            unit_id="", span=Span(self.draft.when, NOT_ENDED), level=level, name=ref.name,
            kind=kind, codes=with_code((), ref.system, ref.code), parent_id=parent,
            seat=ref.seat, ethnic="民族" in kind,
        )  # fmt: skip
        same = [
            v
            for v in self.draft.drafted(self.draft.view.with_name(ref.name))
            if v.level == level and v.parent_id == parent and ref.name
        ]
        if same:
            self.findings.append(fault("unit-exists", self.event, same, named=str(ref)))
        return Named(ref, self.draft.begin(ordinal, version))

    def check_codes(self) -> None:
        """Note codes of new or recoded units that others hold, or once held."""
        for unit in list(self.draft.begun.values()):
            was = self.draft.was.get(unit.unit_id)
            for system, code in unit.codes:
                if was is not None and was.code(system) == code:
                    continue
                others = [
                    v for v in self.draft.with_code(system, code) if v.unit_id != unit.unit_id
                ]
                if others:
                    self.findings.append(
                        fault(
                            "code-taken", self.event, [unit, *others], code=code, system=system,
                            holder=others[0].label, named=unit.label,
                        )
                    )  # fmt: skip
                    continue
                self._reused(unit, system, code)

    def _reused(self, unit: Version, system: str, code: str) -> None:
        past = [
            v
            for v in self.draft.view.with_code(system, code)
            if v.unit_id != unit.unit_id and v.span.begin.day < self.draft.day
        ]
        if past and system != "source":
            self.findings.append(
                fault(
                    "code-reuse", self.event, [unit, past[-1]], severity=Severity.INFO, code=code,
                    system=system, holder=past[-1].label, named=unit.label,
                    span=str(past[-1].span),
                )
            )  # fmt: skip
