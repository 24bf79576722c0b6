"""Which unit held on one day what another held on another (跨时归属), forward and backward.

A place is known to lie in a unit on the day its source speaks of. From act to act the
ground goes with the one unit that can have it; where shapes are known, the point decides.
Where neither tells, the answer is for the unit above, or there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from diming.history.recall import Recall
    from diming.model.changeset import Applied
    from diming.model.version import Version


def carried(memory: Recall, unit: str, since: date, to: date, point: Any = None) -> Version | None:
    """Return the unit that held on one day a place that a unit held on another.

    Parameters
    ----------
    memory : Recall
    unit : str
        Held the place on `since`.
    since, to : datetime.date
        `to` may be the earlier.
    point : shapely.Point, optional
        The place, in the CRS of the shapes.

    Returns
    -------
    Version or None
        As it stood on `to`: of the unit's own level, or of one above where no more is known.
    """
    own = memory.on(unit, since)
    above = [] if own is None else memory.above(own, since)
    for start in (unit, *(v.unit_id for v in above)):
        way = +1 if to >= since else -1
        first, last = min(since, to), max(since, to)
        acts = _acts(memory, start, first, last)[::way]
        found = _through(memory, start, acts, first, last, way, point)
        held = None if found is None else memory.on(found, to)
        if held is not None:
            return held
    return None


def _acts(memory: Recall, unit: str, first: date, last: date) -> list[Applied]:
    return [a for a in memory.acts(unit) if first < a.event.date.day <= last]


def _through(
    memory: Recall, unit: str, acts: list[Applied], first: date, last: date, way: int, point: Any
) -> str | None:
    """Follow a place from act to act, the acts of one unit at a time."""
    seen: set[str] = set()
    while acts:
        act, *acts = acts
        if act.event.id in seen:
            continue
        seen.add(act.event.id)
        other = _other(memory, unit, act, way, point)
        if other is None:
            return None
        if other != unit:
            unit = other
            day = act.event.date.day
            between = (day, last) if way > 0 else (first, day)
            acts = _acts(memory, unit, *between)[::way]
    return unit


def _other(memory: Recall, unit: str, act: Applied, way: int, point: Any) -> str | None:
    """Return who held the place on the other side of an act; None where nothing tells."""
    links = [link for link in memory.links(act) if (link.giver if way > 0 else link.taker) == unit]
    if not links:
        return unit
    others = [link.taker if way > 0 else link.giver for link in links]
    gone = memory.ended_by(unit, act.event.id) if way > 0 else memory.began_by(unit, act.event.id)
    whole = way > 0 and any(link.whole for link in links)
    candidates = others if gone or whole else [*others, unit]
    if len(candidates) == 1:
        return candidates[0]
    if point is None:
        return None
    return _holding(memory, candidates, act, way, point)


def _holding(
    memory: Recall, units: Iterable[str | None], act: Applied, way: int, point: Any
) -> str | None:
    for unit in units:
        beside = None if unit is None else memory.beside(unit, act, way)
        shape = None if beside is None else memory.shape(beside)
        if shape is not None and shape.intersects(point):
            return unit
    return None
