"""How far a shape that is known of one day holds before and after it (形状沿用)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.model.event import EventType

if TYPE_CHECKING:
    from diming.history.view import View
    from diming.model.version import Version


def spread(view: View, version: Version) -> list[Version]:
    """Return the rows of one and the same shape, known or not: the version's own, and others.

    A new name, code, seat or superior changes no shape, and a conversion keeps the
    territory; the walk stops at an act that moved ground of the unit, or may have.
    """
    result = [version]
    _walk(view, version, result, backward=True)
    _walk(view, version, result, backward=False)
    return result


def _walk(view: View, start: Version, result: list[Version], *, backward: bool) -> None:
    version = start
    seen = {start.row}
    while True:
        event_id = version.began_by if backward else version.ended_by
        following = _beyond(view, version, event_id, backward=backward)
        if following is None or following.row in seen or following.territory != start.territory:
            return
        seen.add(following.row)
        result.append(following)
        version = following


def _beyond(
    view: View, version: Version, event_id: str | None, *, backward: bool
) -> Version | None:
    if event_id is None:
        return None
    act = view.act(event_id)
    if act is None:
        return None
    unit = version.unit_id
    moved = [p for p in act.passages if unit in (p.giver, p.taker)]
    if not moved:
        if act.event.type is EventType.CORRECTION:
            return None
        return _adjoining(view, unit, version, backward=backward)
    if act.event.type is not EventType.CONVERT or len(moved) != 1:
        return None
    other = moved[0].giver if backward else moved[0].taker
    return (
        None if other in (None, unit) else _adjoining(view, other or "", version, backward=backward)
    )


def _adjoining(view: View, unit: str, version: Version, *, backward: bool) -> Version | None:
    for other in view.of_unit(unit):
        if backward and other.span.end.day == version.span.begin.day:
            return other
        if not backward and other.span.begin.day == version.span.end.day:
            return other
    return None
