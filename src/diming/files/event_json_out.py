"""JSON ``diming.event/1`` out (变更文件)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from diming.errors import UsageError
from diming.files.event_geometry import write_geometry
from diming.files.event_json import FORMAT, check_proposal, read_event
from diming.files.event_words import Wrong, as_read
from diming.files.strict_json import dumps
from diming.model.event import TerritoryKind
from diming.model.notation import NotationError, shortened, write_unit
from diming.model.span import UNKNOWN_BEGIN, Precision

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diming.model.event import Event, Move, UnitRef
    from diming.model.span import When


def write_document(
    events: Sequence[Event],
    crs: str | None,
    proposals: Sequence[Mapping[str, Any] | None],
    *,
    degrees: bool,
) -> str:
    """Return the document; what its reader would refuse is not written.

    Raises
    ------
    UsageError
    """
    items = []
    for number, event in enumerate(events, start=1):
        item = _event(as_read(event))
        proposal = proposals[number - 1] if proposals else None
        if proposal is not None:
            item["proposal"] = dict(proposal)
        _read_back(number, as_read(event), item, degrees)
        items.append(item)
    return dumps({"format": FORMAT, **({"crs": crs} if crs else {}), "events": items})


def _read_back(number: int, event: Event, item: Mapping[str, Any], degrees: bool) -> None:
    try:
        if item.get("proposal") is not None:
            check_proposal(item["proposal"], degrees)
        if replace(read_event(item, degrees), source=event.source) == event:
            return
    except Wrong as wrong:
        raise UsageError(
            "event {number} ({event}) cannot be written as it is: {what}",
            number=number, event=shortened(str(event)), what=wrong.said,
        ) from None  # fmt: skip
    raise UsageError(
        "event {number} ({event}) says something that a file of events has no place for",
        number=number, event=shortened(str(event)),
    )  # fmt: skip


def _event(event: Event) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": event.given_id,
        "type": str(event.type),
        "date": None if event.date == UNKNOWN_BEGIN else _date(event.date),
        "approved": _date(event.approved),
        "announced": _date(event.announced),
        "completed": _date(event.completed),
        "document": event.document,
        "before": [_unit(ref) for ref in event.before],
        "after": [_unit(ref) for ref in event.after],
        "territory": [_move(move) for move in event.moves],
        "certainty": event.certainty if event.certainty != "confirmed" else "",
        "note": event.note,
    }
    said = {key: value for key, value in said.items() if value}
    if event.changes:
        said["changes"] = {
            key: write_geometry(value) if hasattr(value, "wkb") else value
            for key, value in event.changes
        }
    return said


def _date(when: When | None) -> Any:
    if when is None:
        return None
    first = when.day
    if when.precision is Precision.YEAR:
        first = first.replace(month=1, day=1)
    if when.precision in (Precision.YEAR, Precision.MONTH):
        first = first.replace(day=1)
    if when.day == first and when.precision not in (Precision.ERA, Precision.UNKNOWN):
        return str(when)
    return {"day": when.day.isoformat(), "precision": str(when.precision)}


def _unit(ref: UnitRef) -> Any:
    """Return a unit in the notation if it says all, else as an object."""
    try:
        if ref.system == "ministry":
            return write_unit(ref)
    except NotationError:
        pass
    said: dict[str, Any] = {
        "name": ref.name,
        "code": ref.code,
        "system": ref.system if ref.system != "ministry" else "",
        "parent": None if ref.parent is None else _unit(ref.parent),
        "part": ref.part,
        "below": ref.below,
        "unit_id": ref.unit_id,
        "level": ref.level.name.lower() if ref.level else "",
        "kind": ref.kind,
        "seat": ref.seat,
        "geometry": None if ref.geometry is None else write_geometry(ref.geometry),
    }
    return {key: value for key, value in said.items() if value}


def _move(move: Move) -> dict[str, Any]:
    said: dict[str, Any] = {
        "giver": None if move.giver is None else _unit(move.giver),
        "taker": None if move.taker is None else _unit(move.taker),
        "kind": str(move.kind),
    }
    if move.units:
        said["units"] = [_unit(unit) for unit in move.units]
    if move.kind is TerritoryKind.LINE:
        said["side"] = move.side
    if move.geometry is not None:
        said["geometry"] = write_geometry(move.geometry)
    return said
