"""The rows that one act ended and began: its day is the day of all of them (同日界)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from diming.model.span import EVER, OPEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from diming.history.view import View
    from diming.model.version import Version


def linked(view: View, event_id: str | None, day: date, unit_id: str) -> list[Version]:
    """Return the rows that end or begin on the day of an act because of it.

    Parameters
    ----------
    view : View
    event_id : str or None
        The act; None where rows were loaded and no act is known: then those of the unit itself.
    day : datetime.date
        The day it took effect, as believed.
    unit_id : str
        One of the units concerned.

    Returns
    -------
    list of Version
        Units named, those below that followed, and neighbours that got a vertex.
    """
    found: dict[int | None, Version] = {
        v.row: v for v in view.of_unit(unit_id) if day in (v.span.begin.day, v.span.end.day)
    }
    applied = None if event_id is None else view.act(event_id)
    if applied is None or event_id is None:
        return list(found.values())
    queue = [*applied.before, *applied.after]
    queue += [u for p in applied.passages for u in (p.giver, p.taker)]
    seen: set[str | None] = {None}
    while queue:
        one = queue.pop()
        if one in seen or one is None:
            continue
        seen.add(one)
        found |= {v.row: v for v in _marked(view.of_unit(one), event_id, day)}
        queue += [v.unit_id for v in _marked(view.children(one), event_id, day)]
    for version in list(found.values()):
        found |= {v.row: v for v in _marked(_beside(view, version, day), event_id, day)}
    return list(found.values())


def _marked(versions: list[Version], event_id: str, day: date) -> Iterator[Version]:
    for version in versions:
        begins = version.began_by == event_id and version.span.begin.day == day
        ends = version.ended_by == event_id and version.span.end.day == day
        if begins or ends:
            yield version


def _beside(view: View, version: Version, day: date) -> list[Version]:
    if version.territory is None or day in (EVER, OPEN):
        return []
    bounds = view.shapes([version.territory])[version.territory].bounds
    around = timedelta(days=1)
    return view.near(bounds, day - around, day + around, version.level)
