"""A name that was approved becomes a name of a place (地名入库)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from diming.errors import UsageError
from diming.model.facts import Facts
from diming.model.namechange import NameChange
from diming.model.place import Name, NameKind, Place, name_id_of, place_id_of
from diming.model.span import When
from diming.services.closing import in_use, name_until, place_until, told_from

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from diming.handbook.procedure import Procedure
    from diming.rules.steps import Standing
    from diming.store.gazetteer_protocol import Gazetteer

#: What an application says of a place that has no field there; the class decides who may apply
#: for another name.
KEPT = ("class", "location", "size")
#: `Place.source` of what comes from applications.
SOURCE = "application"


def entered(
    now: Standing, gazetteer: Gazetteer, procedure: Procedure
) -> tuple[NameChange, str | None]:
    """Return what an approved application changes in the gazetteer, and the place concerned.

    The day from which the name is in use is that of the step `Procedure.names_begin`.

    Raises
    ------
    UsageError
        If the place is not there any more, or its name begins later.
    """
    step = now.step_to(procedure.names_begin)
    if step is None:
        raise UsageError("{matter} was never {state}", matter=now.matter_id,
                         state=procedure.names_begin)  # fmt: skip
    day, citation = step.day, _citation(now)
    if now.act == "new":
        place = _place(now, day)
        name = _name(now, place.place_id, day, citation)
        return NameChange(places=(place,), names=(name,)), place.place_id
    place_id = now.place_id or ""
    old = gazetteer.place(place_id)
    if old is None:
        raise UsageError("the archive has no place {place}", place=place_id)
    ended = [n for n in gazetteer.names_of([place_id]).get(place_id, []) if in_use(n, day)]
    renamed = now.act == "rename"
    closed = [name_until(n, When(day), now.matter_id, former=renamed) for n in ended]
    rows = tuple(n.row for n in ended if n.row is not None)
    if renamed:
        name = _name(now, place_id, day, citation)
        return NameChange(names=(*closed, name), old_names=rows), place_id
    shut = place_until(old, When(day), now.matter_id, str(now.facts.get("name", place_id)))
    gone = () if old.row is None else (old.row,)
    return NameChange(
        places=(shut,), names=tuple(closed), old_places=gone, old_names=rows
    ), place_id


def _citation(now: Standing) -> str:
    """Return what the name is attested by: the approval and its number."""
    said: list[Any] = [now.facts.get("approval_number"), now.documents.get("approval")]
    texts = dict.fromkeys(str(s) for s in said if s)
    return "; ".join([*texts, now.matter_id])


def _place(now: Standing, day: date) -> Place:
    said = now.facts
    within = said.get("within_path") or [said.get("within", "")]
    return Place(
        place_id=place_id_of(SOURCE, now.matter_id),
        class_code=str(said.get("class_code", "")),
        feature=str(said.get("feature", "")),
        lon=_number(said, "lon"), lat=_number(said, "lat"),
        within=tuple(str(w) for w in within if w),
        within_id=said.get("within_id") or None,
        within_on=None if not said.get("within_id") else now.begun,
        when=told_from(day), source=SOURCE, source_id=now.matter_id,
        facts=Facts({k: str(said[k]) for k in KEPT if said.get(k)}),
    )  # fmt: skip


def _name(now: Standing, place_id: str, day: date, citation: str) -> Name:
    said = {k: str(v) for k, v in now.facts.items()}
    name = Name(
        name_id="", place_id=place_id, text=said["name"], kind=NameKind.STANDARD,
        romanisation=said.get("romanisation", ""), when=told_from(day),
        origin=said.get("origin", ""), meaning=said.get("meaning", ""), citation=citation,
    )  # fmt: skip
    return replace(name, name_id=name_id_of(place_id, name))


def _number(said: Mapping[str, Any], key: str) -> float | None:
    value = said.get(key)
    return None if value in (None, "") else float(value)
