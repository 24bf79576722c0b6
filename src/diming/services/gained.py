"""What a place gains from a row, and what of the row is kept (地名补充).

What a known place has stays as it is; only the source it comes from corrects itself. The
row itself is kept with the place it made, or with the first name it attests.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from diming.errors import N_
from diming.model.facts import Facts
from diming.model.place import OF_ARCHIVE, NameKind, Problem, Told, place_id_of
from diming.model.span import UNKNOWN_BEGIN, Precision, Span, When
from diming.services.identity import DIVISION, distance_m, row_text

if TYPE_CHECKING:
    from datetime import date

    from diming.model.place import Place, PlaceRecord
    from diming.model.version import Version

#: Particulars that a known place may gain; what it has already stays as it is.
_PARTICULARS = (
    "class_code", "feature", "code", "lon", "lat", "geometry", "within", "within_code",
    "within_id", "within_on",
)  # fmt: skip


def gained(known: Place, given: Place) -> Place | None:
    """Return a known place with what a row adds to it; None where it adds nothing."""
    anew = speaks_anew(known, given) and known.verbatim != given.verbatim
    values = {
        name: getattr(given, name)
        for name in _PARTICULARS
        if _says(getattr(given, name)) and (anew or not _says(getattr(known, name)))
    }
    facts = {k: v for k, v in given.facts.items() if anew or k not in known.facts}
    if anew:
        values["verbatim"] = given.verbatim
    merged = replace(known, **values, facts=Facts({**known.facts, **facts}), row=None)
    return None if merged == replace(known, row=None) else merged


def odd(known: Place, given: Place, same_place_m: float) -> list[Problem]:
    """Return what a row says otherwise than is known, and that is not taken over."""
    apart = distance_m(known, given)
    if apart is None or apart <= same_place_m or speaks_anew(known, given):
        return []
    return [
        Problem(
            N_("its position is {distance_km} km from the one known, which stays"),
            Facts({"distance_km": round(apart / 1000, 1)}),
        )
    ]


def told_of_unit(record: PlaceRecord, unit: Version) -> PlaceRecord:
    """Return what sources told of a unit, of a record that an archive handed out.

    Its names, codes, kind and span follow from acts and are not told a second time; see
    `diming.services.gazetteer.unit_record`.
    """
    place = record.place
    codes = {f"code_{system}" for system, _ in unit.codes}
    place = replace(
        place,
        class_code="" if place.class_code == DIVISION else place.class_code,
        feature="" if place.feature == unit.kind else place.feature,
        facts=Facts({k: v for k, v in place.facts.items() if k not in codes}),
        when=Told(),
    )
    names = tuple(n for n in record.names if n.citation != OF_ARCHIVE)
    return replace(record, place=place, names=names)


def attested(record: PlaceRecord, day: date) -> PlaceRecord:
    """Return a record whose names say who attests them, and when former ones had ended.

    Those without a citation are the source's own word; former names without a time had ended
    by the day of the source. What another archive handed out stays as it was.
    """
    if record.place.place_id:
        return record
    ended = Told(span=Span(UNKNOWN_BEGIN, When(day, Precision.UNKNOWN)))
    names = tuple(
        replace(
            n,
            citation=n.citation or record.place.source,
            when=ended if n.kind is NameKind.FORMER and n.when == Told() else n.when,
        )
        for n in record.names
    )
    return replace(record, names=names)


def speaks_anew(known: Place, given: Place) -> bool:
    """Tell whether a row is the same source's word on the same place, by id or by all it says."""
    if known.source != given.source:
        return False
    if known.source_id or given.source_id:
        return known.source_id == given.source_id
    return known.verbatim == given.verbatim


def _says(value: object) -> bool:
    return value is not None and value != "" and value != ()


def new_id(record: PlaceRecord, within: Version | None) -> str:
    """Return the id of a place that is new: by its source's id, else by all that tells it apart."""
    place = record.place
    if place.place_id:
        return place.place_id
    if place.source_id:
        return place_id_of(place.source, place.source_id)
    return place_id_of(
        place.source, record.names[0].text, place.class_code, place.code,
        within.unit_id if within is not None else "/".join(place.within), place.lon, place.lat,
        record.names[0].when.text,
    )  # fmt: skip


def with_row(record: PlaceRecord) -> PlaceRecord:
    """Return a record whose first name carries the row as it came, for a place that has its own."""
    if not record.place.verbatim:
        return record
    first = record.names[0]
    said = Facts({**first.facts, "row": row_text(record.place)})
    return replace(record, names=(replace(first, facts=said), *record.names[1:]))
