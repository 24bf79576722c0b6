"""An act made again from what it says (`Event.said`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from diming.model.event import Event, EventType, Move, TerritoryKind, UnitRef
from diming.model.span import Precision, When
from diming.model.unit import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def event_from_said(
    said: Mapping[str, Any], geometry: Callable[[str], Any], *, event_id: str = ""
) -> Event:
    """Return the act that says so.

    Parameters
    ----------
    said : mapping
        What `Event.said` returned, or JSON made of it.
    geometry : callable
        Makes a geometry of hexadecimal WKB, e.g. ``shapely.from_wkb``.
    event_id : str, optional
        The id it is known by; kept as given where it is no fingerprint.
    """

    def plain(value: Any) -> Any:
        if isinstance(value, dict) and set(value) == {"wkb"}:
            return geometry(value["wkb"])
        return tuple(value) if isinstance(value, list) else value

    def ref(value: Any) -> UnitRef | None:
        if value is None:
            return None
        named = dict(value)
        return UnitRef(
            name=named.get("name", ""), code=named.get("code"),
            system=named.get("system", "ministry"), parent=ref(named.get("parent")),
            part=named.get("part", False), below=named.get("below", False),
            unit_id=named.get("unit_id"), level=Level(named.get("level", 0)),
            kind=named.get("kind", ""), seat=named.get("seat", ""),
            geometry=plain(named.get("geometry")),
        )  # fmt: skip

    def refs(values: Any) -> tuple[UnitRef, ...]:
        return tuple(found for found in map(ref, values or ()) if found is not None)

    event = Event(
        type=EventType(said["type"]),
        date=_when(said["date"]) or When(date.min, Precision.UNKNOWN),
        before=refs(said.get("before")),
        after=refs(said.get("after")),
        approved=_when(said.get("approved")),
        announced=_when(said.get("announced")),
        completed=_when(said.get("completed")),
        document=said.get("document", ""),
        note=said.get("note", ""),
        certainty=said.get("certainty", "confirmed"),
        moves=tuple(
            Move(
                ref(m.get("giver")), ref(m.get("taker")), TerritoryKind(m["kind"]),
                plain(m.get("geometry")), m.get("side", "left"), refs(m.get("units")),
            )
            for m in said.get("moves", ())
        ),
        changes=tuple((k, plain(v)) for k, v in said.get("changes", {}).items()),
    )  # fmt: skip
    if event_id and event.id != event_id:
        event = replace(event, given_id=event_id)
    return event


def _when(value: Any) -> When | None:
    if value is None:
        return None
    return When(date.fromisoformat(value["day"]), Precision(value["precision"]))
