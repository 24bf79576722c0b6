"""Corrections: no act, but a new belief about an old time (更正)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from diming.geometry.checksum import territory_key
from diming.history.act import Flow
from diming.history.faults import fault
from diming.history.linked import linked
from diming.history.resolve import Named
from diming.history.shapes_known import spread
from diming.model.event import UnitRef
from diming.model.notation import parse_unit
from diming.model.span import NOT_ENDED, UNKNOWN_BEGIN, Span, When, parse_when
from diming.model.version import with_code

if TYPE_CHECKING:
    from diming.history.act import Act
    from diming.model.version import Version

#: What can be corrected of a version.
CORRECTABLE = ("name", "code", "nbs_code", "kind", "seat", "parent", "begin", "end", "geometry")


def correct(act: Act) -> None:
    """Draft other values for the version that the correction names.

    The version keeps its events. Another begin or end is one of the act that made it: all
    rows that the act ended and began get that day, so that no ground is left to nobody or
    to two. A shape holds for the rows before and after as far as no act moved ground.
    """
    named = act.before[0]
    unit = named.version
    if unit is None:
        return
    changes = dict(act.event.changes)
    unknown = sorted(set(changes) - set(CORRECTABLE))
    if unknown:
        act.findings.append(
            fault("event-form", act.event, [unit], reason="not-correctable", named=unknown[0],
                  known=list(CORRECTABLE))
        )  # fmt: skip
        return
    try:
        span = _span(unit, changes)
        spans = _spans(act, unit, span)
    except ValueError:
        act.findings.append(fault("event-form", act.event, [unit], reason="no-span"))
        return
    values = _values(act, unit, changes)
    own = next(v for v in act.draft.view.of_unit(unit.unit_id) if v.row == unit.row)
    act.draft.amend(own, **{"codes": unit.codes, **values, "span": span})
    for version, other in spans:
        act.draft.amend(version, span=other)
    also = [version for version, _ in spans]
    if "geometry" in changes:
        also += _reshape(act, own, changes["geometry"])
    # All units whose rows change are named: whoever undoes the correction finds them.
    others = {v.unit_id: v for v in also if v.unit_id != unit.unit_id}
    act.after = [
        Named(named.ref, replace(unit, span=span, **values)),
        *(Named(UnitRef(v.name, unit_id=v.unit_id), v) for v in others.values()),
    ]


def _reshape(act: Act, unit: Version, geometry: Any) -> list[Version]:
    """Put another shape, or none, into all rows that are known to have the same; return those."""
    key = None if geometry is None else territory_key(geometry)
    same = spread(act.draft.view, unit)
    for version in same:
        act.draft.amend(version, territory=key)
    if key is not None:
        act.draft.territories[key] = geometry
        act.flows.append(Flow(unit.unit_id, unit.unit_id, whole=True))
    return same


def _spans(act: Act, unit: Version, span: Span) -> list[tuple[Version, Span]]:
    """Return the other rows that meet the corrected one, with the spans they get.

    Raises
    ------
    ValueError
        If one of them would be left without a day.
    """
    ends: dict[int | None, tuple[Version, When, When]] = {}
    for event_id, old, new in (
        (unit.began_by, unit.span.begin, span.begin), (unit.ended_by, unit.span.end, span.end),
    ):  # fmt: skip
        if old == new:
            continue
        for version in linked(act.draft.view, event_id, old.day, unit.unit_id):
            _, begin, end = ends.get(version.row, (version, version.span.begin, version.span.end))
            begins = version.span.begin.day == old.day
            ends[version.row] = (version, new, end) if begins else (version, begin, new)
    ends.pop(unit.row, None)
    return [(version, Span(begin, end)) for version, begin, end in ends.values()]


def _values(act: Act, unit: Version, changes: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {
        k: changes[k] or "" for k in ("name", "kind", "seat") if k in changes
    }  # fmt: skip
    if "kind" in values:
        values["ethnic"] = "民族" in values["kind"]
    codes = unit.codes
    if "code" in changes:
        codes = with_code(codes, act.event.before[0].system, changes["code"])
    if "nbs_code" in changes:
        codes = with_code(codes, "nbs", changes["nbs_code"])
    if codes != unit.codes:
        values["codes"] = codes
        for system, code in codes:
            holders = [v for v in act.draft.with_code(system, code) if v.unit_id != unit.unit_id]
            if unit.code(system) != code and holders:
                act.findings.append(
                    fault("code-taken", act.event, [unit, *holders], code=code, system=system,
                          holder=holders[0].label, named=unit.label)
                )  # fmt: skip
    if changes.get("parent"):
        parent = act.found(parse_unit(changes["parent"]))
        if parent is not None and parent.version is not None:
            values["parent_id"] = parent.unit_id
            if parent.version.level >= unit.level:
                act.findings.append(
                    fault("event-form", act.event, [parent.version, unit], reason="not-above",
                          named=unit.label)
                )  # fmt: skip
    elif "parent" in changes:
        values["parent_id"] = None
    return values


def _span(unit: Version, changes: dict[str, Any]) -> Span:
    begin, end = unit.span.begin, unit.span.end
    if "begin" in changes:
        begin = parse_when(changes["begin"]) if changes["begin"] else UNKNOWN_BEGIN
    if "end" in changes:
        end = parse_when(changes["end"]) if changes["end"] else NOT_ENDED
    return Span(begin, end)
