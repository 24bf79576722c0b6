"""Which ground an act passed on, from which unit to which (地域流向).

Where the archive recorded passages, they are taken as they are; of an act that was
recorded without any, its type tells who gives to whom, and seldom how much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.model.answers import Link
from diming.model.event import EventType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diming.model.changeset import Applied

#: Acts that leave all ground where it is, unless passages say otherwise.
_STAY = frozenset({
    EventType.RENAME, EventType.TRANSFER, EventType.SEAT, EventType.PROXY,
    EventType.RECODE, EventType.CORRECTION,
})  # fmt: skip


def links_of(applied: Applied) -> tuple[Link, ...]:
    """Return the ground that an act passed on, one link a giver and taker."""
    if not applied.passages:
        return tuple(_implied(applied))
    known: dict[tuple[str | None, str | None], Link] = {}
    for p in applied.passages:
        if p.giver == p.taker:
            continue
        link = Link(applied.event.id, p.giver, p.taker, p.area_m2, p.share, p.whole)
        held = known.get((p.giver, p.taker))
        known[p.giver, p.taker] = link if held is None else _both(held, link)
    return tuple(known.values())


def _both(a: Link, b: Link) -> Link:
    """Add two passages between the same units."""
    return Link(
        a.event_id, a.giver, a.taker,
        None if a.area_m2 is None or b.area_m2 is None else a.area_m2 + b.area_m2,
        None if a.share is None or b.share is None else a.share + b.share,
        a.whole or b.whole,
    )  # fmt: skip


def _implied(applied: Applied) -> Iterator[Link]:
    event = applied.event
    if event.type in _STAY:
        return
    before = list(zip(event.before, applied.before, strict=False))
    after = list(zip(event.after, applied.after, strict=False))
    paired = event.type is EventType.CONVERT and len(before) == len(after)
    for i, (giver, giver_id) in enumerate(before):
        takers = after[i : i + 1] if paired else after
        for _, taker_id in takers:
            if giver_id == taker_id:
                continue
            # A unit that goes into one other goes there whole, whatever is not known besides.
            whole = len(takers) == 1 and not giver.part and event.type is not EventType.BOUNDARY
            yield Link(event.id, giver_id, taker_id, share=1.0 if whole else None, whole=whole)
