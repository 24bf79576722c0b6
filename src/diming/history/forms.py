"""What an act of each type must look like, before anybody is asked whether it fits (形式)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.history.faults import fault
from diming.model.event import EventType

if TYPE_CHECKING:
    from diming.model.event import Event, UnitRef
    from diming.model.finding import Finding

#: Type → how many whole units it has before and after: (least, most), None for any number.
_COUNTS: dict[EventType, tuple[tuple[int, int | None], tuple[int, int | None]]] = {
    EventType.ESTABLISH: ((0, 0), (1, None)),
    EventType.ABOLISH: ((1, None), (0, 0)),
    EventType.CONVERT: ((1, None), (1, None)),
    EventType.MERGE: ((2, None), (1, 1)),
    EventType.SPLIT: ((1, 1), (2, None)),
    EventType.REORGANISE: ((1, None), (1, None)),
    EventType.RENAME: ((1, None), (1, None)),
    EventType.TRANSFER: ((1, None), (1, None)),
    EventType.BOUNDARY: ((0, 0), (0, 0)),
    EventType.SEAT: ((1, 1), (1, 1)),
    EventType.PROXY: ((1, None), (1, 1)),
    EventType.RECODE: ((1, None), (1, None)),
    EventType.CORRECTION: ((1, 1), (0, None)),
}

#: Types whose units before and after go in pairs, in order.
PAIRED = (EventType.CONVERT, EventType.RENAME, EventType.SEAT)


def whole(refs: tuple[UnitRef, ...]) -> list[UnitRef]:
    """Return the units that are named whole, not in part."""
    return [r for r in refs if not r.part]


def form_faults(event: Event) -> list[Finding]:
    """Say what an act lacks, or has too many of."""
    (least, most), (least_after, most_after) = _COUNTS[event.type]
    before, after = len(whole(event.before)), len(whole(event.after))
    found = []
    if before < least or (most is not None and before > most):
        found.append(_count(event, "before", before, least, most))
    if after < least_after or (most_after is not None and after > most_after):
        found.append(_count(event, "after", after, least_after, most_after))
    paired = event.type in PAIRED or (
        event.type is EventType.RECODE and not any(r.below for r in (*event.before, *event.after))
    )
    if not found and paired and before != after:
        found.append(fault("event-form", event, reason="not-paired", before=before, after=after))
    if event.type is EventType.BOUNDARY and not (event.before and event.after):
        found.append(fault("event-form", event, reason="no-parts"))
    if event.type is EventType.RENAME and not found:
        for a, b in zip(event.before, event.after, strict=True):
            if a.code and b.code and a.code != b.code:
                found.append(fault("event-form", event, reason="rename-keeps-code", named=str(a)))
            if a.name and a.name == b.name:
                found.append(fault("event-form", event, reason="same-name", named=str(a)))
    for side in (event.before, event.after):
        twice = [r for i, r in enumerate(side) if r in side[:i] and not r.is_nobody]
        if twice:
            found.append(fault("event-form", event, reason="named-twice", named=str(twice[0])))
    if event.type is EventType.CORRECTION and not event.changes:
        found.append(fault("event-form", event, reason="nothing-corrected"))
    return found


def _count(event: Event, side: str, count: int, least: int, most: int | None) -> Finding:
    return fault(
        "event-form", event, reason=f"count-{side}", count=count, least=least,
        most="" if most is None else most,
    )  # fmt: skip
