"""What an archive knows of places and names: listed, shown, handed out (地名库查询)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from diming.errors import N_, UsageError
from diming.history.recall import Recall
from diming.model.facts import Facts
from diming.model.place import Name, NameKind, Place, PlaceRecord, Told
from diming.services.asking import Ambiguous, resolve
from diming.services.beliefs import basis, day_meant, revision_meant, today
from diming.services.descent import Descent
from diming.services.lying import Lying, Whereabouts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from diming.model.answers import Basis
    from diming.model.entry import Entry
    from diming.model.version import Version
    from diming.store.gazetteer_protocol import Gazetteer
    from diming.store.protocol import Store

#: What the class of a division begins with: 21 行政区域.
_DIVISION = "21"
#: Where the names of units come from, if nobody else attests them.
OF_ARCHIVE = "diming"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which places are meant.

    Attributes
    ----------
    within : str or None
        Unit they lie in, by id, code or name.
    day : datetime.date or None
        Of which it is asked what lies where and which names are in use; None for today, and
        for names of any time.
    class_code : str
        Beginning of the class.
    source : str or None
    units : bool
        Whether units are told too, which are places like others.
    """

    within: str | None = None
    day: date | None = None
    class_code: str = ""
    source: str | None = None
    units: bool = True


@dataclass(frozen=True, slots=True)
class PlaceShown:
    """All that is known of one place.

    Attributes
    ----------
    basis : Basis
    place : Place or None
        None where the unit alone is known.
    names : tuple of Name
        Those of versions too, if it is a unit; by begin.
    versions : tuple of Version
        Of the unit, if it is one.
    then : Lying
        Where it lay on the day asked about.
    entries : tuple of Entry
        What registers hold of it.
    """

    basis: Basis
    place: Place | None
    names: tuple[Name, ...]
    versions: tuple[Version, ...]
    then: Lying
    entries: tuple[Entry, ...] = ()


def records(
    store: Store, choice: Choice | None = None, known: str | None = None
) -> Iterator[tuple[PlaceRecord, Lying]]:
    """Yield places with their names, and where each lies on the day asked about.

    In order of id. Units come with the names of their versions, and with what is told of
    them besides.

    Raises
    ------
    UsageError
        If `Choice.within` means no unit, or several.
    """
    choice = choice or Choice()
    day = day_meant(choice.day)
    revision = revision_meant(store, known)
    view, gazetteer = store.view(revision.number), store.gazetteer(revision.number)
    whereabouts = Whereabouts(Descent(Recall(view), today()))
    inside = None if choice.within is None else resolve(view, choice.within, day)
    held: set[str] = set()
    if choice.units and _is_class(choice.class_code):
        for record, lying in _units(
            view_units(store, revision.number), gazetteer, whereabouts, day
        ):
            held.add(record.place.place_id)
            if _fits(record, lying, choice, inside):
                yield record, lying
    for block in gazetteer.every():
        for place, names in block:
            if place.place_id in held or not place.class_code.startswith(choice.class_code):
                continue
            if choice.source is not None and place.source != choice.source:
                continue
            record = PlaceRecord(place, _in_use(names, choice.day))
            lying = _lying(whereabouts, place, day)
            if record.names and _fits(record, lying, choice, inside):
                yield record, lying


def _is_class(code: str) -> bool:
    return code.startswith(_DIVISION) or _DIVISION.startswith(code)


def _lying(whereabouts: Whereabouts, place: Place, day: date) -> Lying:
    chain = whereabouts.descent.chain(place.place_id, day)
    if chain:
        return Lying(chain[:-1], told=True)
    return whereabouts.of_place(place, day)


def view_units(store: Store, revision: int) -> dict[str, list[Version]]:
    """Return the versions of every unit of a belief, by unit id, in order."""
    view = store.view(revision)
    ids = sorted(set(store.table(revision).unit_id.tolist()))
    return {unit: view.of_unit(unit) for unit in ids}


def _units(
    units: dict[str, list[Version]], gazetteer: Gazetteer, whereabouts: Whereabouts, day: date
) -> Iterator[tuple[PlaceRecord, Lying]]:
    ids = list(units)
    step = 5_000
    for first in range(0, len(ids), step):
        some = ids[first : first + step]
        places, told = gazetteer.places(some), gazetteer.names_of(some)
        for unit_id in some:
            yield (
                unit_record(units[unit_id], places.get(unit_id), told.get(unit_id, []), day),
                Lying(whereabouts.descent.chain(unit_id, day)[:-1], told=True),
            )


def unit_record(
    versions: list[Version], place: Place | None, told: list[Name], day: date | None
) -> PlaceRecord:
    """Return a unit as a place: the names of its versions, and what is told of it besides."""
    last = versions[-1]
    if place is None:
        place = Place(last.unit_id, source=OF_ARCHIVE, source_id=last.unit_id)
    place = replace(
        place,
        class_code=place.class_code or _DIVISION,
        feature=place.feature or last.kind,
        when=Told(span=replace(versions[0].span, end=last.span.end)),
        facts=Facts({**{f"code_{s}": c for s, c in last.codes}, **place.facts}),
    )
    return PlaceRecord(place, _in_use((*version_names(versions), *told), day))


def version_names(versions: list[Version]) -> list[Name]:
    """Return the names that a unit bore by its acts, each once with its span."""
    names: list[Name] = []
    for version in versions:
        if not version.name:
            continue
        if names and names[-1].text == version.name:
            held = names[-1].when.span
            if held is not None and held.end.day == version.span.begin.day:
                span = replace(held, end=version.span.end)
                names[-1] = replace(names[-1], when=Told(span=span))
                continue
        names.append(
            Name(
                f"n-{version.unit_id}-{len(names) + 1}", version.unit_id, version.name,
                when=Told(span=version.span), citation=OF_ARCHIVE,
            )
        )  # fmt: skip
    return [
        n if (n.when.span is not None and n.when.span.is_open) or n is names[-1]
        else replace(n, kind=NameKind.FORMER)
        for n in names
    ]  # fmt: skip


def _in_use(names: tuple[Name, ...], day: date | None) -> tuple[Name, ...]:
    if day is None:
        return names
    return tuple(n for n in names if n.when.holds(day))


def _fits(record: PlaceRecord, lying: Lying, choice: Choice, inside: Version | None) -> bool:
    if not record.names:
        return False
    if choice.source is not None and record.place.source != choice.source:
        return False
    if choice.day is not None and not record.place.when.holds(choice.day):
        return False
    if inside is None:
        return True
    return record.place.place_id == inside.unit_id or lying.is_in(inside.unit_id)


def show(store: Store, text: str, day: date | None = None, known: str | None = None) -> PlaceShown:
    """Return all that is known of a place, given by id, name, or as a unit is given.

    Raises
    ------
    UsageError
        If there is none, or several; then they are listed.
    """
    on = day_meant(day)
    revision = revision_meant(store, known)
    view, gazetteer = store.view(revision.number), store.gazetteer(revision.number)
    place_id = text if gazetteer.place(text) is not None else _meant(store, text, day, known)
    place = gazetteer.place(place_id)
    versions = view.of_unit(place_id)
    told = gazetteer.names_of([place_id]).get(place_id, [])
    whereabouts = Whereabouts(Descent(Recall(view), today()))
    lying = Lying()
    if versions:
        lying = Lying(whereabouts.descent.chain(place_id, on)[:-1], told=True)
    elif place is not None:
        lying = whereabouts.of_place(place, on)
    names = sorted((*version_names(versions), *told), key=_by_begin)
    return PlaceShown(
        basis(store, on, revision), place, tuple(names), tuple(versions), lying,
        tuple(gazetteer.entries(place_id=place_id)),
    )  # fmt: skip


def _by_begin(name: Name) -> tuple[bool, str, str]:
    span = name.when.span
    return span is None, "" if span is None else span.begin.day.isoformat(), name.text


def _meant(store: Store, text: str, day: date | None, known: str | None) -> str:
    """Return the id of the one place or unit that a text means exactly."""
    from diming.services.searching import search

    try:
        return resolve(store.view(revision_meant(store, known).number), text, day).unit_id
    except Ambiguous:
        raise
    except UsageError:
        found = search(store, text, day=day, limit=20, known=known)
    exact = [h for h in found.hits if h.score >= 1.0]
    ids = dict.fromkeys(h.place_id for h in exact)
    if len(ids) == 1:
        return next(iter(ids))
    if ids:
        raise UsageError(
            N_("“{text}” is the name of {count} places; say which by its id: {places}"),
            text=text, count=len(ids),
            places=[f"{h.place_id} {'/'.join(v.name for v in h.today.units) or '?'}"
                    for h in exact[:10]],
        )  # fmt: skip
    raise UsageError(
        N_("no place is called “{text}”; near to it are: {near}") if found.hits
        else N_("no place is called “{text}”"),
        text=text, near=[h.text for h in islice(found.hits, 5)],
    )  # fmt: skip
