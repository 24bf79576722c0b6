"""Places of the gazetteer for machines (地名数据)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.present.answer_csv import written_table
from diming.present.json_text import dumps
from diming.present.places_text import standard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diming.model.place import Name, Place, PlaceRecord, Told
    from diming.model.version import Version
    from diming.services.gazetteer import PlaceShown
    from diming.services.lying import Lying

LIST_FORMAT, SHOWN_FORMAT = "diming.places/1", "diming.place/1"


def places_json(found: Sequence[tuple[PlaceRecord, Lying]]) -> str:
    """Return places with their names."""
    return dumps(
        {
            "format": LIST_FORMAT,
            "places": [
                {
                    **place_dict(record.place),
                    "lies_in": [unit_dict(v) for v in lying.units],
                    "names": [name_dict(n) for n in record.names],
                }
                for record, lying in found
            ],
        }
    )


def places_csv(found: Sequence[tuple[PlaceRecord, Lying]]) -> str:
    """Return places as a table, one row a place."""
    head = ("place_id", "name", "romanisation", "class_code", "feature", "code", "lon", "lat",
            "lies_in", "unit_code", "other_names")  # fmt: skip
    rows = []
    for record, lying in found:
        place, first = record.place, standard(record.names)
        others = dict.fromkeys(n.text for n in record.names if n.text != first.text)
        rows.append([
            place.place_id, first.text, first.romanisation, place.class_code, place.feature,
            place.code, place.lon, place.lat,
            "".join(v.name or v.any_code for v in lying.units) or "".join(place.within),
            lying.units[-1].any_code if lying.units else "", "; ".join(others),
        ])  # fmt: skip
    return written_table(head, rows)


def shown_json(shown: PlaceShown) -> str:
    """Return all that is known of one place."""
    return dumps(
        {
            "format": SHOWN_FORMAT,
            "date": shown.basis.day.isoformat(),
            "revision": shown.basis.revision,
            "place": None if shown.place is None else place_dict(shown.place),
            "unit": unit_dict(shown.versions[-1]) if shown.versions else None,
            "lies_in": [unit_dict(v) for v in shown.then.units],
            "names": [name_dict(n) for n in shown.names],
            "entries": [
                {
                    "matter": e.matter.value, "matter_id": e.matter_id, "step": e.step,
                    "date": e.day.isoformat(), "state": e.state, "said": dict(e.said),
                }
                for e in shown.entries
            ],
        }
    )  # fmt: skip


def place_dict(place: Place) -> dict[str, Any]:
    """Return a place without its names."""
    return {
        "place_id": place.place_id, "class_code": place.class_code, "feature": place.feature,
        "code": place.code, "lon": place.lon, "lat": place.lat, "within": list(place.within),
        "within_code": place.within_code, "within_unit": place.within_id,
        "within_on": None if place.within_on is None else place.within_on.isoformat(),
        **_told(place.when), "source": place.source, "source_id": place.source_id,
        "facts": dict(place.facts), "verbatim": dict(place.verbatim),
    }  # fmt: skip


def name_dict(name: Name) -> dict[str, Any]:
    """Return a name."""
    return {
        "name_id": name.name_id, "text": name.text, "kind": name.kind.value, "lang": name.lang,
        "romanisation": name.romanisation, "reading": name.reading, **_told(name.when),
        "certainty": name.certainty.value, "origin": name.origin, "meaning": name.meaning,
        "citation": name.citation, "facts": dict(name.facts),
    }  # fmt: skip


def unit_dict(version: Version) -> dict[str, Any]:
    """Return a unit by id, code and name."""
    return {"unit_id": version.unit_id, "code": version.any_code, "name": version.name}


def _told(told: Told) -> dict[str, Any]:
    span = told.span
    known = span is not None and str(span.begin) != "?"
    return {
        "told": told.text,
        "begin": str(span.begin) if span is not None and known else None,
        "end": None if span is None or span.is_open else span.end.day.isoformat(),
        "time_certainty": told.certainty.value,
    }
