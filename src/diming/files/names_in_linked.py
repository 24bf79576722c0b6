"""Place names in Linked Places JSON-LD (LPF): names with their dates, languages and citations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.errors import N_, UnreadableInput
from diming.files.name_cells import is_nothing, tidied
from diming.files.name_reading import unwritable
from diming.files.place_delivery import PlaceDelivery
from diming.model.facts import Facts
from diming.model.place import Certainty, Name, NameKind, Place, PlaceRecord, Problem, Told
from diming.script.dates import BadDate, told_between
from diming.script.tongue import lang_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from diming.files.place_delivery import PlaceReading

_CERTAINTY = {"certain": Certainty.CERTAIN, "less-certain": Certainty.APPROXIMATE,
              "uncertain": Certainty.UNCERTAIN}  # fmt: skip
#: Relations in which a place lies in another.
_PARTS = ("broaderpartitive", "part_of", "partof")


def read_linked(path: str, said: Any, options: PlaceReading, source: str) -> PlaceDelivery:
    """Read a collection of Linked Places.

    Parameters
    ----------
    path : str
    said : Any
        The JSON, parsed.
    options : PlaceReading
    source : str

    Raises
    ------
    UnreadableInput
        If it is no collection of features.
    """
    features = said.get("features") if isinstance(said, dict) else None
    if not isinstance(features, list):
        raise UnreadableInput(
            "{path}: it is no collection of features; ask for it as GeoJSON or Linked Places",
            path=path,
        )
    members = dict.fromkeys(k for f in features if isinstance(f, dict) for k in f)
    known = {
        "@id": "source_id", "names": "name", "types": "feature", "when": "begin",
        "geometry": "geometry", "descriptions": "description", "relations": "within",
    }  # fmt: skip

    def make() -> Iterator[PlaceRecord]:
        for number, feature in enumerate(features, start=1):
            yield _Feature(feature, number, path, source, options).record()

    return PlaceDelivery(
        path, "linked-places", None, tuple(members),
        Facts({m: known[m] for m in members if m in known}), "EPSG:4326", source, len(features),
        make, options=options,
    )  # fmt: skip


def is_linked(said: Any) -> bool:
    """Tell whether a JSON is Linked Places, and not a GeoJSON of another kind."""
    features = said.get("features") if isinstance(said, dict) else None
    return isinstance(features, list) and any(
        isinstance(f, dict) and isinstance(f.get("names"), list) for f in features[:100]
    )


class _Feature:
    """One feature, read member by member; what is no such thing is a problem, never an error."""

    def __init__(
        self, said: Any, number: int, path: str, source: str, options: PlaceReading
    ) -> None:
        self.said: Mapping[str, Any] = said if isinstance(said, dict) else {}
        self.number, self.path, self.source, self.options = number, path, source, options
        self.problems: list[Problem] = []
        self.remarks: list[Problem] = []
        self.cells = Facts({
            str(k): v if isinstance(v, str) else json.dumps(v, ensure_ascii=False)
            for k, v in self.said.items()
        })  # fmt: skip

    def record(self) -> PlaceRecord:
        properties = _object(self.said.get("properties"))
        when = self._when(self.said, "when")
        lon, lat, geometry = self._geometry(self.said.get("geometry"))
        types = _objects(self.said.get("types"))
        feature = "; ".join(
            dict.fromkeys(
                t for each in types if (t := _text(each, "sourceLabel") or _text(each, "label"))
            )
        )
        facts = {}
        if told := "\n".join(filter(None, (
            _text(d, "value") for d in _objects(self.said.get("descriptions"))
        ))):  # fmt: skip
            facts["description"] = told
        within = tuple(
            label for each in _objects(self.said.get("relations"))
            if _text(each, "relationType").rpartition(":")[2].lower() in _PARTS
            and (label := _text(each, "label").removeprefix("part of "))
        )[:1]  # fmt: skip
        place = Place(
            "", "", feature, "", lon, lat, geometry, within, "", None, None, when, self.source,
            _text(self.said, "@id") or _text(self.said, "id"), Facts(facts), self.cells,
        )  # fmt: skip
        names = self._names(_text(properties, "title"), when)
        return PlaceRecord(
            place, tuple(names), self.path, self.number, self.cells, tuple(self.problems),
            tuple(self.remarks),
        )  # fmt: skip

    def _names(self, title: str, whole: Told) -> list[Name]:
        found = []
        for each in _objects(self.said.get("names")):
            toponym = _text(each, "toponym").strip()
            if is_nothing(toponym):
                self.problems.append(Problem(N_("there is no name"), column="names"))
                continue
            found.append(self._name(toponym, each))
        title = title.strip()
        first = next((i for i, n in enumerate(found) if n.text == title), None)
        if first is not None:
            found.insert(0, found.pop(first))
        elif title:
            found.insert(0, self._name(title, {}))
        if not found:
            self.problems.append(Problem(N_("there is no name"), column="names"))
            return []
        kinds = [self.options.kind, *[NameKind.ALIAS] * (len(found) - 1)]
        return [
            Name(
                "", "", n.text, kind, n.lang,
                when=whole if kind is self.options.kind and not n.when.text else n.when,
                certainty=n.certainty, citation=n.citation, facts=n.facts,
            )
            for n, kind in zip(found, kinds, strict=True)
        ]  # fmt: skip

    def _name(self, toponym: str, said: Mapping[str, Any]) -> Name:
        clean, _ = tidied(toponym)
        if problem := unwritable(clean, "names"):
            self.problems.append(problem)
        citations = _objects(said.get("citations")) + _objects([said.get("citation")])
        cited = "; ".join(filter(None, (_text(c, "label") or _text(c, "@id") for c in citations)))
        romanised = _text(_object(said.get("romanization")), "text") or _text(said, "romanization")
        return Name(
            "", "", clean, lang=_text(said, "lang") or lang_of(clean), romanisation=romanised,
            when=self._when(said, "names"),
            certainty=_CERTAINTY.get(_text(said, "certainty"), Certainty.CERTAIN), citation=cited,
        )  # fmt: skip

    def _when(self, said: Mapping[str, Any], column: str) -> Told:
        """Read the time of a feature or name: from the first begin to the last end."""
        when = _object(said.get("when"))
        spans = _objects(when.get("timespans"))
        if not spans:
            return Told()
        begin = _edge(spans[0].get("start"), ("in", "earliest", "latest"))
        end = _edge(spans[-1].get("end"), ("in", "latest", "earliest"))
        try:
            told = told_between(begin, end)
        except BadDate as error:
            self.problems.append(Problem(error.problem.what, error.problem.facts, column))
            return Told()
        certainty = _CERTAINTY.get(_text(when, "certainty"), told.certainty)
        return Told(told.text, told.span, certainty)

    def _geometry(self, said: Any) -> tuple[float | None, float | None, Any]:
        """Read coordinates, else WKT; a place at several is where the first says."""
        said = _object(said)
        if said.get("type") == "GeometryCollection":
            parts = _objects(said.get("geometries"))
            said = parts[0] if parts else {}
        shape = None
        if said.get("coordinates"):
            made = json.dumps({k: said[k] for k in ("type", "coordinates") if k in said})
            shape = shapely.from_geojson(made, on_invalid="ignore")
        elif written := _text(said, "geowkt") or _text(said, "geo_wkt"):
            shape = shapely.from_wkt(written, on_invalid="ignore")
        else:
            return None, None, None
        if shape is None:
            self.problems.append(Problem(N_("the geometry cannot be read"), column="geometry"))
            return None, None, None
        shape = shapely.force_2d(shape)
        if shapely.is_empty(shape):
            return None, None, None
        bounds = np.abs(shapely.bounds(shape))
        if not (bounds <= (180, 90, 180, 90)).all():
            what = N_("the geometry has coordinates that are no place on Earth")
            self.problems.append(Problem(what, column="geometry"))
            return None, None, None
        point = shape if shape.geom_type == "Point" else shapely.point_on_surface(shape)
        return point.x, point.y, None if shape.geom_type == "Point" else shape


def _edge(said: Any, keys: tuple[str, ...]) -> str:
    said = said if isinstance(said, dict) else {"in": said}
    for key in keys:
        value = said.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def _text(said: Any, member: str) -> str:
    value = said.get(member) if isinstance(said, dict) else None
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _object(said: Any) -> Mapping[str, Any]:
    return said if isinstance(said, dict) else {}


def _objects(said: Any) -> list[Mapping[str, Any]]:
    return [each for each in said if isinstance(each, dict)] if isinstance(said, list) else []
