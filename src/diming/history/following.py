"""What happened to one place since: acts of the unit there, and of its successors (地点沿革)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.model.answers import TERRITORY_UNKNOWN

if TYPE_CHECKING:
    from datetime import date

    from diming.history.recall import Recall
    from diming.model.answers import Link
    from diming.model.changeset import Applied
    from diming.model.version import Version

#: More changes of hands than any place has seen.
_MOST = 10_000


def follow(
    memory: Recall, version: Version, day: date, point: Any
) -> tuple[list[Applied], Version, str | None]:
    """Follow a point from the unit that holds it on a day to the present.

    Parameters
    ----------
    memory : Recall
    version : Version
        The unit that holds the point.
    day : datetime.date
    point : shapely.Point
        In the CRS of the shapes.

    Returns
    -------
    acts : list of Applied
        All acts after `day` that name the units on the way, by date.
    now : Version
        The latest version of the last unit.
    stopped : str or None
        Set where it is not known which unit got the point.
    """
    unit = version.unit_id
    acts = memory.acts(unit)
    at = sum(a.event.date.day <= day for a in acts)
    passed: dict[str, Applied] = {}
    while at < len(acts) and len(passed) < _MOST:
        act = acts[at]
        at += 1
        if act.event.id in passed:
            continue
        passed[act.event.id] = act
        links = [link for link in memory.links(act) if link.giver == unit]
        if not links:
            continue
        known, taker = _taker(memory, unit, act, links, point)
        if not known:
            return list(passed.values()), memory.versions(unit)[-1], TERRITORY_UNKNOWN
        if taker != unit:
            unit = taker
            at = memory.place(unit, act) + 1
            acts = memory.acts(unit)
    return list(passed.values()), memory.versions(unit)[-1], None


def _taker(
    memory: Recall, unit: str, act: Applied, links: list[Link], point: Any
) -> tuple[bool, str]:
    """Return whether it is known who holds the point after an act, and who."""
    gone = memory.ended_by(unit, act.event.id)
    if len(links) == 1 and (gone or links[0].whole):
        return (False, unit) if links[0].taker is None else (True, links[0].taker)
    unknown = False
    takers = [link.taker for link in links] + ([] if gone else [unit])
    for taker in takers:
        after = None if taker is None else memory.beside(taker, act, +1)
        shape = None if after is None else memory.shape(after)
        if taker is None or shape is None:
            unknown = True
        elif shape.intersects(point):
            return True, taker
    # Where all others are known and none holds it, the one unknown does; two are a guess.
    if unknown and sum(t is None or not _known(memory, t, act) for t in takers) == 1:
        last = next(t for t in takers if t is None or not _known(memory, t, act))
        return (True, last) if last is not None else (False, unit)
    return False, unit


def _known(memory: Recall, unit: str, act: Applied) -> bool:
    after = memory.beside(unit, act, +1)
    return after is not None and memory.shape(after) is not None
