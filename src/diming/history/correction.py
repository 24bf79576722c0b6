"""Corrections: no act, but a new belief about an old time (更正)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from diming.geometry.checksum import territory_key
from diming.history.act import Flow
from diming.history.faults import fault
from diming.history.resolve import Named
from diming.model.notation import parse_unit
from diming.model.span import NOT_ENDED, UNKNOWN_BEGIN, Span, parse_when
from diming.model.version import with_code

if TYPE_CHECKING:
    from diming.history.act import Act
    from diming.model.version import Version

#: What can be corrected of a version.
CORRECTABLE = ("name", "code", "nbs_code", "kind", "seat", "parent", "begin", "end", "geometry")


def correct(act: Act) -> None:
    """Draft other values for the version that the correction names.

    The version keeps its events. A shape replaces that of all versions of the unit
    in a row that had the same one, since only their other attributes differ.
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
    except ValueError:
        act.findings.append(fault("event-form", act.event, [unit], reason="no-span"))
        return
    values = _values(act, unit, changes)
    geometry = changes.get("geometry")
    if geometry is not None:
        values["territory"] = territory_key(geometry)
        act.draft.territories[values["territory"]] = geometry
        act.flows.append(Flow(unit.unit_id, unit.unit_id, whole=True))
    for version in act.draft.view.of_unit(unit.unit_id):
        if version.row == unit.row:
            corrected = replace(version, row=None, span=span, codes=unit.codes)
            act.draft.amend(
                version, **{**values, "span": span, "codes": values.get("codes", corrected.codes)}
            )
        elif geometry is not None and _same_shape(version, unit):
            act.draft.amend(version, territory=values["territory"])
        elif span != unit.span and _adjoins(version, unit):
            act.draft.amend(version, span=_adjusted(version, unit, span))
    act.after = [Named(named.ref, replace(unit, span=span, **values))]


def _values(act: Act, unit: Version, changes: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {
        k: changes[k] or "" for k in ("name", "kind", "seat") if k in changes
    }  # fmt: skip
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
        if parent is not None:
            values["parent_id"] = parent.unit_id
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


def _same_shape(version: Version, unit: Version) -> bool:
    return version.territory == unit.territory


def _adjoins(version: Version, unit: Version) -> bool:
    return (
        version.span.end.day == unit.span.begin.day or version.span.begin.day == unit.span.end.day
    )


def _adjusted(version: Version, unit: Version, span: Span) -> Span:
    """Let the version before or after meet the corrected one."""
    if version.span.end.day == unit.span.begin.day:
        return Span(version.span.begin, span.begin)
    return Span(span.end, version.span.end)
