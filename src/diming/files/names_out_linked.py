"""Places and names as Linked Places (LPF 1.3, as the World Historical Gazetteer takes it).

What the format has a place for stands there: names with their time and citation, types,
parents, descriptions. All of it once more, so that nothing is lost, in a member
``diming`` of each feature, which other programs pass over.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import shapely

from diming.files.names_out_geonames import FEATURE_CLASSES
from diming.files.place_shapes import shape_of
from diming.files.place_table import FORMAT, RECORD, name_cells, place_cells, records_of
from diming.model.place import Certainty
from diming.script.dates import timespan_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from diming.model.place import Name, Place, PlaceRecord, Told

CONTEXT = (
    "https://raw.githubusercontent.com/LinkedPasts/linked-places/master/"
    "linkedplaces-context-v1.1.jsonld"
)
#: The member in which everything is told once more.
OWN = "diming"
_CERTAINTY = {
    Certainty.CERTAIN: "certain", Certainty.APPROXIMATE: "less-certain",
    Certainty.UNCERTAIN: "uncertain", Certainty.BOTH: "uncertain",
}  # fmt: skip
#: Tags that LPF takes: language, script, region, variants.
_LANG = re.compile(
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(?:-[A-Za-z]{4})?"
    r"(?:-(?:[A-Za-z]{2}|[0-9]{3}))?(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
)
_BREAKS = re.compile(r"[\r\n\x85\u2028\u2029]+")
_FCLASSES = frozenset("AHLPRSTUVX")


def write(
    records: Iterable[PlaceRecord], path: Path, parents: Mapping[str, Sequence[str]] | None
) -> int:
    """Write records, one feature a line."""
    count = 0
    head = json.dumps({"type": "FeatureCollection", "@context": CONTEXT, OWN: FORMAT})
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
    with path.open("w", encoding="utf-8", newline="\n") as handle:
        handle.write(head[:-1] + ', "features": [')
        for count, record in enumerate(records, start=1):
            said = encode(feature_of(record, count, (parents or {}).get(record.place.place_id, ())))
            handle.write((",\n" if count > 1 else "\n") + said)
        handle.write("\n]}\n")
    return count


def feature_of(record: PlaceRecord, number: int, today: Sequence[str] = ()) -> dict[str, Any]:
    """Return a place with its names as a feature of Linked Places.

    Parameters
    ----------
    record : PlaceRecord
    number : int
        Of the record in the file.
    today : sequence of str
        Names of the units it lies in today, the largest first.
    """
    place = record.place
    shape = shape_of(place)
    feature: dict[str, Any] = {
        "@id": _uri(place.place_id) if place.place_id else f"urn:diming:record:{number}",
        "type": "Feature",
        "properties": {
            "title": _line(record.names[0].text) if record.names else place.place_id,
            "ccodes": ["CN"],
            "fclasses": [_fclass(place)],
        },
        "when": _when(place.when),
        "names": [_name(n) for n in record.names],
        "types": [_type(place)],
        "geometry": None if shape is None or shape.is_empty else _geometry(shape),
    }
    if place.source and not _chinese(record):
        del feature["properties"]["ccodes"]
    if relations := _relations(place, today):
        feature["relations"] = relations
    if told := _descriptions(record):
        feature["descriptions"] = told
    feature[OWN] = {
        **{k: v for k, v in place_cells(place).items() if v},
        "names": [{k: v for k, v in name_cells(n).items() if v} for n in record.names],
    }
    return feature


def _chinese(record: PlaceRecord) -> bool:
    """Tell whether a place lies in China, as far as its own record says."""
    country = record.place.facts.get("country code") or record.place.verbatim.get("country code")
    return country in (None, "", "CN") and any(n.lang.startswith("zh") for n in record.names)


def _uri(place_id: str) -> str:
    return "urn:diming:" + quote(place_id, safe="-._~:", errors="surrogatepass")


def _fclass(place: Place) -> str:
    came = place.verbatim.get("feature class", "") or place.verbatim.get("fclass", "")
    return came if came in _FCLASSES else FEATURE_CLASSES.get(place.class_code[:2], "X")


@lru_cache(maxsize=4096)
def _timespan(told: Told) -> Mapping[str, Any] | None:
    return timespan_of(told)


def _when(told: Told) -> dict[str, Any]:
    timespan = _timespan(told)
    said: dict[str, Any] = {"timespans": [timespan] if timespan else []}
    if told.text:
        said["label"] = _line(told.text)
    if told.certainty is not Certainty.CERTAIN:
        said["certainty"] = _CERTAINTY[told.certainty]
    return said


def _name(name: Name) -> dict[str, Any]:
    said: dict[str, Any] = {"toponym": _line(name.text)}
    if _LANG.fullmatch(name.lang):
        said["lang"] = name.lang
    when = _when(name.when)
    if when["timespans"] or "label" in when:
        said["when"] = when
    if name.citation:
        said["citations"] = [{"label": _line(name.citation)}]
    if name.romanisation:
        said["romanized"] = _line(name.romanisation)
    said["kind"] = name.kind.value
    return said


def _type(place: Place) -> dict[str, Any]:
    said: dict[str, Any] = {"label": _line(place.feature or place.class_code or "place")}
    if re.fullmatch(r"\d{5}", place.class_code, re.ASCII):
        said["identifier"] = f"urn:diming:class:{place.class_code}"
    if place.feature:
        said["sourceLabels"] = [{"label": _line(place.feature), "lang": "zh"}]
    return said


def _relations(place: Place, today: Sequence[str]) -> list[dict[str, Any]]:
    relations = []
    if place.within or place.within_code:
        code = quote(place.within_code or place.within[-1], errors="surrogatepass")
        relations.append({
            "relationType": "gvp:broaderPartitive",
            "relationTo": f"urn:diming:unit:{code}",
            "label": _line(" / ".join(place.within) or place.within_code),
        })  # fmt: skip
    if today:
        unit = quote(place.within_id or today[-1], errors="surrogatepass")
        relations.append({
            "relationType": "gvp:broaderPartitive",
            "relationTo": f"urn:diming:unit:{unit}",
            "label": _line(" / ".join(today)),
        })  # fmt: skip
    return relations


def _descriptions(record: PlaceRecord) -> list[dict[str, str]]:
    texts = dict.fromkeys(
        [t for n in record.names for t in (n.origin, n.meaning) if t]
        + [record.place.facts.get(k, "") for k in ("history", "description")]
    )
    return [{"value": _line(t), "lang": "zh"} for t in texts if t]


def _line(text: str) -> str:
    """Return a text on one line, as LPF asks of all of them."""
    return _BREAKS.sub(" ", text).strip()


def _geometry(shape: Any) -> dict[str, Any]:
    flat = shapely.force_2d(shape)
    said: dict[str, Any] = json.loads(shapely.to_geojson(flat))
    return said


def records_in(collection: Mapping[str, Any], file: str = "") -> Iterator[PlaceRecord] | None:
    """Return the records of a collection that `write` wrote; None if it is another.

    Parameters
    ----------
    collection : mapping
        The JSON, parsed.
    file : str
        For messages.
    """
    features = collection.get("features")
    if collection.get(OWN) != FORMAT or not isinstance(features, list):
        return None
    return records_of(_rows(features), file)


def _rows(features: list[Any]) -> Iterator[tuple[int, dict[str, str]]]:
    for number, feature in enumerate(features, start=1):
        own = feature.get(OWN) if isinstance(feature, dict) else None
        own = own if isinstance(own, dict) else {}
        place = {k: v for k, v in own.items() if isinstance(v, str)} | {RECORD: str(number)}
        names = own.get("names")
        for name in names if isinstance(names, list) and names else [{}]:
            mine = name if isinstance(name, dict) else {}
            yield number, {**place, **{k: v for k, v in mine.items() if isinstance(v, str)}}
