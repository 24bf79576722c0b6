"""What a search of names found, for programs and spreadsheets (检索数据)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.present.answer_csv import written_table
from diming.present.answer_json import basis_dict
from diming.present.found_text import above_text, span_of, why_word
from diming.present.json_text import dumps, rounded
from diming.present.located import chain_text, heirs_text
from diming.present.located_data import heir_dict, short_dict, span_dict
from diming.present.name_words import kind_word

if TYPE_CHECKING:
    from diming.model.found import Above, Found, Hit

SEARCH = "diming.search/1"

COLUMNS = (
    "asked", "rank", "name", "kind", "kind_word", "score", "why", "why_word", "in_use", "place_id",
    "unit_id", "code", "feature", "lon", "lat", "then_in", "today_in", "today_is", "also",
    "standard",
)  # fmt: skip


def found_json(found: Found, lang: str | None) -> str:
    """Return the hits with all that is known of where they lay."""
    return dumps(
        {
            "format": SEARCH,
            **basis_dict(found.basis),
            "any_day": found.any_day,
            "asked": found.asked,
            "within": None if found.within is None else short_dict(found.within),
            "more": found.more,
            "hits": [_hit(h, lang) for h in found.hits],
        },
        indent=1,
    )


def _hit(hit: Hit, lang: str | None) -> dict[str, Any]:
    place, name = hit.place, hit.name
    return {
        "name": hit.text,
        "kind": hit.kind.value,
        "score": rounded(hit.score),
        "why": str(hit.why),
        "because": why_word(hit.why, lang),
        "span": None if hit.span is None else span_dict(hit.span),
        "in_use": span_of(hit, lang),
        "name_id": None if name is None else name.name_id,
        "citation": None if name is None else name.citation or None,
        "unit": None if hit.version is None else short_dict(hit.version),
        "place": None if place is None else {
            "place_id": place.place_id, "feature": place.feature, "code": place.code or None,
            "lon": place.lon, "lat": place.lat, "source": place.source,
            "source_id": place.source_id,
        },
        "then": _above(hit.then),
        "today": _above(hit.today),
        "heirs": [heir_dict(h) for h in hit.heirs],
        "stopped": hit.stopped,
        "also": list(hit.also),
        "standard": hit.standard or None,
    }  # fmt: skip


def _above(above: Above) -> dict[str, Any]:
    return {"units": [short_dict(v) for v in above.units], "told": list(above.told)}


def found_csv(found: Found, lang: str | None) -> str:
    """Return a row for each hit."""
    rows = []
    for number, hit in enumerate(found.hits, 1):
        version, place = hit.version, hit.place
        rows.append([
            found.asked, number, hit.text, hit.kind.value, kind_word(hit.kind, lang), hit.score,
            str(hit.why), why_word(hit.why, lang), span_of(hit, lang),
            "" if place is None else place.place_id,
            "" if version is None else version.unit_id,
            version.any_code if version is not None else "" if place is None else place.code,
            "" if place is None else place.feature,
            None if place is None else place.lon, None if place is None else place.lat,
            above_text(hit.then, lang), above_text(hit.today, lang),
            heirs_text(hit.heirs, hit.stopped, lang) if hit.heirs else _own(hit, lang),
            "; ".join(hit.also), hit.standard,
        ])  # fmt: skip
    return written_table(COLUMNS, rows)


def _own(hit: Hit, lang: str | None) -> str:
    """Return a unit that stands today under this name."""
    if hit.version is None or hit.stopped is not None:
        return ""
    return chain_text((*hit.today.units, hit.version), lang)
