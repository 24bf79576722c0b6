"""What an act of each type does to units, codes and superiors (变更效力), territory apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.history.act import Act, Flow
from diming.history.children import move_children, recode_children
from diming.history.faults import fault
from diming.history.resolve import Named, kind_of, level_of
from diming.model.event import EventType, TerritoryKind
from diming.model.finding import Severity
from diming.model.version import with_code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from diming.model.event import UnitRef
    from diming.model.version import Version


def bring_about(act: Act, codes_known: Mapping[str, str]) -> None:
    """Draft what the act does; `act.before` is resolved.

    Parameters
    ----------
    act : Act
    codes_known : mapping
        Unit id → ministry code after a recoding that does not say them all.
    """
    if act.event.type is EventType.RECODE:
        _recode(act, codes_known)
    else:
        _EFFECTS[act.event.type](act)


def _found_anew(act: Act) -> None:
    """Whole units before make way for whole units after: convert, merge, split, reorganise."""
    event, draft = act.event, act.draft
    going_on = {
        i: unit
        for i, ref in enumerate(event.after)
        if not ref.part and not ref.below and (unit := act.continuing(ref)) is not None
    }
    staying = {unit.unit_id for unit in going_on.values()}
    for unit in act.given():
        act.guard_order(unit)
        if unit.unit_id not in staying:
            draft.end(unit)
    made: dict[int, Named] = {}
    # From the top down: a superior that begins by this act is there for those below it.
    for i in sorted(range(len(event.after)), key=lambda i: level_of(event.after[i], _like(act, i))):
        ref = event.after[i]
        if i in going_on:
            made[i] = Named(ref, going_on[i])
        elif ref.part:
            named = act.found(ref)
        else:
            named = act.make(i, ref, _like(act, i))
        if i not in going_on and named is not None:
            made[i] = named
    act.after = [made[i] for i in sorted(made)]
    for i, unit in going_on.items():
        _take_over(act, event.after[i], unit)
    if act.fits:
        _to_itself(act)
    if act.fits:
        act.flows = _flows(act)
        _guard_parts(act)
        _children(act)


def _guard_parts(act: Act) -> None:
    """Note what is known later of units that give or get a part, and go on."""
    moved = {u for f in act.flows for u in (f.giver, f.taker) if u is not None}
    for named in (*act.before, *act.after):
        if named.ref.part and named.version is not None and named.unit_id in moved:
            act.guard_order(named.version)


def _to_itself(act: Act) -> None:
    """Note a part of a unit after the act, where the unit ends by it."""
    for named in act.after:
        if named.ref.part and named.unit_id in act.draft.ended:
            act.findings.append(fault("event-form", act.event, reason="ended-takes",
                                      named=str(named.ref)))  # fmt: skip


def _like(act: Act, ordinal: int) -> Version | None:
    """Return the unit before that a new one most resembles."""
    given = act.given()
    if act.event.type is EventType.CONVERT and ordinal < len(given):
        return given[ordinal]
    named = [n.version for n in act.before if n.version is not None]
    pool = given or named
    ref = act.event.after[ordinal]
    level = level_of(ref, pool[0] if pool else None)
    return next((v for v in pool if v.level == level), pool[0] if pool else None)


def _take_over(act: Act, ref: UnitRef, unit: Version) -> None:
    """Let a unit that goes on have what the act says of it anew."""
    changes: dict[str, object] = {}
    if ref.seat and ref.seat != unit.seat:
        changes["seat"] = ref.seat
    if ref.code and unit.code(ref.system) != ref.code:
        changes["codes"] = with_code(unit.codes, ref.system, ref.code)
    if ref.kind and ref.kind != unit.kind:
        changes["kind"] = ref.kind
    if changes:
        act.draft.change(unit, **changes)


def _flows(act: Act) -> list[Flow]:
    """Return what flows where, as the act says or as its type implies."""
    if act.event.moves:
        return _told(act)
    before, after = act.before, act.after
    if act.event.type is EventType.CONVERT:
        pairs = zip(before, after, strict=True)
        return [Flow(a.unit_id, b.unit_id, whole=True) for a, b in pairs]
    sole = len(after) == 1 and all(not n.ref.part for n in before)
    if sole and act.event.type is not EventType.ESTABLISH:
        return [Flow(n.unit_id, after[0].unit_id, whole=True) for n in before]
    partial = all(n.ref.part for n in (*before, *after))
    flows = []
    for giver in before:
        for taker in after:
            between_parts = giver.ref.part and taker.ref.part and not partial
            if giver.unit_id != taker.unit_id and not between_parts:
                flows.append(Flow(giver.unit_id, taker.unit_id))
    return flows


def _told(act: Act) -> list[Flow]:
    flows = []
    for move in act.event.moves:
        giver = None if move.giver is None else _named(act, move.giver, act.before)
        taker = None if move.taker is None else _named(act, move.taker, act.after)
        if move.kind is TerritoryKind.WHOLE:
            flows.append(Flow(giver, taker, whole=True))
        elif move.kind is TerritoryKind.UNKNOWN:
            flows.append(Flow(giver, taker))
        else:
            flows.append(Flow(giver, taker, move=move))
    return flows


def _named(act: Act, ref: UnitRef, side: list[Named]) -> str | None:
    """Return the unit of one side that a move means."""
    for named in side:
        other = named.ref
        if ref.unit_id and ref.unit_id in (other.unit_id, named.unit_id):
            return named.unit_id
        if ref.name == other.name and (ref.code is None or ref.code == other.code):
            return named.unit_id
        if not ref.name and ref.code and ref.code == other.code:
            return named.unit_id
    found = act.found(ref)
    return None if found is None else found.unit_id


def _children(act: Act) -> None:
    """Give the units below those that ended to those that came in their place."""
    draft = act.draft
    for unit in list(draft.ended.values()):
        takers = [
            v for n in act.after
            if not n.ref.part and n.unit_id and (v := draft.current(n.unit_id)) is not None
            and v.level == unit.level
        ]  # fmt: skip
        if not takers:
            # The whole of them at another level: 重庆市 became a province.
            above = [
                v for n in act.after
                if not n.ref.part and n.unit_id and (v := draft.current(n.unit_id)) is not None
            ]  # fmt: skip
            takers = [v for v in above if v.level < unit.level]
        if act.event.type is EventType.CONVERT:
            into = {f.taker for f in act.flows if f.giver == unit.unit_id}
            takers = [v for v in takers if v.unit_id in into]
        if act.event.type is EventType.ABOLISH:
            takers = [v for n in act.after if n.unit_id and (v := draft.current(n.unit_id))]
        new = takers[0] if len(takers) == 1 else None
        if new is None and act.event.type is EventType.ABOLISH and unit.parent_id is not None:
            new = draft.current(unit.parent_id)
        act.findings += move_children(draft, unit, new)


def _renamed(act: Act) -> None:
    for named, ref in zip(act.before, act.event.after, strict=True):
        unit = named.version
        if unit is None:
            continue
        act.guard_order(unit)
        kind = kind_of(ref.name, unit.level)
        if kind and unit.kind and kind != unit.kind and not _alike(kind, unit.kind):
            act.findings.append(
                fault("event-form", act.event, [unit], reason="rename-keeps-kind", named=str(ref))
            )
        codes = with_code(unit.codes, ref.system, ref.code) if ref.code else unit.codes
        act.draft.change(unit, name=ref.name, codes=codes)
        act.after.append(Named(ref, act.draft.begun[unit.unit_id]))


def _alike(kind: str, other: str) -> bool:
    return {kind, other} <= {"乡", "民族乡"} or {kind, other} <= {"市辖区", "林区", "特区"}


def _seat(act: Act) -> None:
    named, ref = act.before[0], act.event.after[0]
    if named.version is None:
        return
    act.guard_order(named.version)
    if ref.seat:
        act.draft.change(named.version, seat=ref.seat)
    act.after = [Named(ref, act.draft.begun.get(named.version.unit_id, named.version))]


def _transfer(act: Act) -> None:
    """Give whole units another superior: one each (``parent/child``), or one for all."""
    refs, units = act.event.after, act.before
    if len(refs) not in (1, len(units)):
        act.findings.append(
            fault("event-form", act.event, reason="not-paired", before=len(units), after=len(refs))
        )
        return
    own = len(refs) == len(units) and all(r.parent is not None for r in refs)
    for i, named in enumerate(units):
        unit = named.version
        if unit is None:
            continue
        ref = refs[i] if own else refs[0]
        superior = act.found(ref.parent if own and ref.parent is not None else ref)
        if superior is None or superior.version is None:
            continue
        act.guard_order(unit)
        if superior.unit_id == unit.parent_id and act.fits:
            act.findings.append(
                fault("event-form", act.event, [superior.version, unit], reason="same-superior",
                      named=unit.label)
            )  # fmt: skip
            continue
        if superior.version.level >= unit.level:
            act.findings.append(
                fault("event-form", act.event, [superior.version, unit], reason="not-above",
                      named=unit.label)
            )  # fmt: skip
            continue
        _under(act, unit, superior.version, ref if own else None)
        act.after.append(Named(ref, act.draft.begun.get(unit.unit_id, unit)))


def _under(act: Act, unit: Version, superior: Version, ref: UnitRef | None) -> None:
    """Put a unit under a superior; its code is the one given, else nobody knows it yet."""
    codes = unit.codes
    if unit.parent_id != superior.unit_id:
        codes = tuple((s, c) for s, c in codes if s == "source")
    if ref is not None and ref.code:
        codes = with_code(codes, ref.system, ref.code)
    changed = act.draft.change(unit, parent_id=superior.unit_id, codes=codes)
    recode_children(act.draft, unit, changed)


def _proxy(act: Act) -> None:
    """Note who administers units on behalf (代管): subordination and codes stay."""
    ref = act.event.after[0]
    for named in act.before:
        unit = named.version
        if unit is None:
            continue
        act.guard_order(unit)
        above = act.draft.current(unit.parent_id) if unit.parent_id else None
        direct = above is not None and (ref.name == above.name or ref.code == above.code())
        act.draft.change(unit, note="" if direct else f"代管 {ref.name}")
        act.after.append(Named(ref, act.draft.begun[unit.unit_id]))


def _boundary(act: Act) -> None:
    act.after = [n for ref in act.event.after if (n := act.found(ref)) is not None]
    for named in (*act.before, *act.after):
        if named.version is not None:
            act.guard_order(named.version)
    if act.fits:
        act.flows = _flows(act)
        if all(f.giver == f.taker for f in act.flows):
            act.findings.append(fault("event-form", act.event, reason="nothing-passes"))


def _recode(act: Act, codes_known: Mapping[str, str]) -> None:
    """Give units other codes: one by one, or all below (``*``), whose codes may be unknown."""
    befores, refs = act.before, act.event.after
    if len(befores) == len(refs) and not any(n.ref.below for n in befores):
        for named, ref in zip(befores, refs, strict=True):
            unit = named.version
            if unit is None:
                continue
            act.guard_order(unit)
            codes = with_code(unit.codes, ref.system, ref.code)
            changed = act.draft.change(unit, codes=codes)
            recode_children(act.draft, unit, changed)
            act.after.append(Named(ref, act.draft.begun[unit.unit_id]))
        return
    act.after = [n for ref in refs if (n := act.found(ref)) is not None]
    tops = {n.unit_id: n.version for n in (*befores, *act.after) if n.version is not None}
    queue = [v for top in tops.values() for v in act.draft.children(top.unit_id)]
    seen = set(tops)
    while queue:
        unit = queue.pop()
        if unit.unit_id in seen:
            continue
        seen.add(unit.unit_id)
        queue += act.draft.children(unit.unit_id)
        code = codes_known.get(unit.unit_id)
        if code != unit.code("ministry"):
            act.draft.change(unit, codes=with_code(unit.codes, "ministry", code))


def _reorganise(act: Act) -> None:
    """Reorganise n units into m; ``*`` on both sides: all below, nobody knows how."""
    if any(r.below for r in (*act.event.before, *act.event.after)):
        act.after = [n for ref in act.event.after if (n := act.found(ref)) is not None]
        act.findings.append(
            fault("territory-unknown", act.event, severity=Severity.INFO, reason="below-unknown",
                  named_units=[str(r) for r in act.event.before if r.below])
        )  # fmt: skip
        return
    _found_anew(act)


_EFFECTS: dict[EventType, Callable[[Act], None]] = {
    EventType.ESTABLISH: _found_anew,
    EventType.ABOLISH: _found_anew,
    EventType.CONVERT: _found_anew,
    EventType.MERGE: _found_anew,
    EventType.SPLIT: _found_anew,
    EventType.REORGANISE: _reorganise,
    EventType.RENAME: _renamed,
    EventType.TRANSFER: _transfer,
    EventType.BOUNDARY: _boundary,
    EventType.SEAT: _seat,
    EventType.PROXY: _proxy,
}
