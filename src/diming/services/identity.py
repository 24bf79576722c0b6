"""Whether a record is a place the archive knows already (同一性).

Nothing is guessed: a record is a known place if the same source calls it by the same id,
if it bears a code that was issued to it, if it is a unit, or if exactly one known place
has one of its names, lies in the same unit and is not farther off than names are told apart.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diming.errors import N_
from diming.model.code import parse_code
from diming.model.facts import Facts
from diming.model.kind import KINDS_OF_TERM
from diming.model.place import Problem
from diming.model.unit import Level
from diming.script.fold import fold
from diming.services.namesakes import Namesakes, distances_m

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from diming.model.place import Name, Place, PlaceRecord
    from diming.model.version import Version
    from diming.services.belonging import UnitsOn
    from diming.store.gazetteer_protocol import Gazetteer

#: Positions of one place, told twice by one source, are no farther apart.
SAME_SPOT_M = 100.0
#: Groups of classes that are divisions.
DIVISION = "21"
_PROVINCES = ("省", "市", "自治区", "特别行政区")
#: How lists write one committee; of each line, whatever the name ends in, all are tried.
_COMMITTEES = (
    ("村村民委员会", "村民委员会", "村村委会", "村委会"),
    ("社区居民委员会", "居民委员会", "社区居委会", "居委会"),
)


@dataclass(frozen=True, slots=True)
class Same:
    """What a record was found to be; `problem` where somebody must decide."""

    unit: Version | None = None
    place: Place | None = None
    problem: Problem | None = None
    remarks: tuple[Problem, ...] = ()


def claims_unit(record: PlaceRecord, levels: Container[Level] = tuple(Level)) -> bool:
    """Tell whether a record is of a division, by its class or by code and generic term.

    Of a level that the archive does not hold (villages, mostly) it is a place like others.
    """
    code = parse_code(record.place.source_id)
    if record.place.class_code.startswith(DIVISION):
        return code is None or code.level in levels
    if code is None or code.level not in levels or code.is_summary_row:
        return False
    terms = tuple(KINDS_OF_TERM.get(code.level, _PROVINCES))
    return bool(record.names) and record.names[0].text.endswith(terms)


def unit_meant(units: UnitsOn, record: PlaceRecord) -> Same:
    """Return the unit that a record of a division is."""
    place, name = record.place, record.names[0].text
    found = units.coded(place.source_id, name)
    if found is not None:
        return Same(found)
    code = parse_code(place.source_id)
    level = None if code is None or code.level is Level.UNKNOWN else code.level
    called = units.called((*place.within, name), level)
    county = None if code is None or code.level < Level.TOWNSHIP else code.prefix(Level.COUNTY)
    if len(called) > 1 and county is not None:
        above = units.coded(county.digits)
        called = [v for v in called if above is not None and above in units.above(v)]
    if len(called) == 1:
        if code is None or (other := units.bearing(place.source_id)) is None:
            return Same(called[0])
        said = Facts({"code": place.source_id, "unit": other.label, "name": called[0].label})
        remark = Problem(
            N_("the code {code} is that of {unit} in the archive; the row was taken for {name}"),
            said,
        )
        return Same(called[0], remarks=(remark,))
    if called:
        said = Facts({"name": name, "units": [v.label for v in called]})
        return Same(problem=Problem(
            N_("“{name}” is the name of several units that day: {units}; say the superior"), said
        ))  # fmt: skip
    if code is not None and (other := units.bearing(place.source_id)) is not None:
        said = Facts({"code": place.source_id, "unit": other.label, "name": name})
        return Same(problem=Problem(
            N_("the code {code} is that of {unit} that day, and no unit is called “{name}”; see "
               "whether it was renamed, or the code is another's"), said,
        ))  # fmt: skip
    remark = Problem(
        N_("no unit of the archive is “{name}” that day; it is kept as a place"),
        Facts({"name": name}),
    )
    return Same(remarks=(remark,))


class Known:
    """Places of the archive that the records of a delivery may be, fetched in bulk.

    Parameters
    ----------
    gazetteer : Gazetteer
    records : sequence of PlaceRecord
    """

    def __init__(self, gazetteer: Gazetteer, records: Sequence[PlaceRecord]) -> None:
        self._gazetteer = gazetteer
        by_source: dict[str, set[str]] = {}
        for record in records:
            if record.place.source_id:
                by_source.setdefault(record.place.source, set()).add(record.place.source_id)
        self._by_source: dict[tuple[str, str], Place] = {
            (source, one): place
            for source, ids in by_source.items()
            for one, place in gazetteer.from_source(source, sorted(ids)).items()
        }
        self._by_id = gazetteer.places({r.place.place_id for r in records} - {""})
        self._by_code = gazetteer.coded({r.place.code for r in records if r.place.code})
        self._by_text = _by_text(gazetteer, records)
        self._asked: set[str] = set()
        #: Places by the rows that told of them, and by those that made them.
        self._told: dict[str, set[str]] = {}
        self._made: dict[tuple[str, str], set[str]] = {}

    def place(self, record: PlaceRecord, within_id: str | None, same_place_m: float) -> Same:
        """Return the known place that a record is, if any."""
        place = record.place
        if place.place_id:
            # What an archive handed out says itself which place it is.
            return Same(place=self._by_id.get(place.place_id))
        found = self._by_source.get((place.source, place.source_id))
        if found is not None:
            return Same(place=found)
        found = self._by_code.get(place.code) if place.code else None
        if found is not None:
            return Same(place=found)
        written = {t: None for n in record.names for t in _as_lists_write(fold(n.text))}
        alike = {
            p.place_id: p
            for text in written
            if text in self._by_text
            for p in self._by_text[text].like(place, within_id, same_place_m)
        }
        near = list(alike.values())
        if len(near) > 1:
            near = self._attesting(near, row_text(place)) or near
        if len(near) > 1:
            # The very row that made one of them comes again.
            near = self._made_by(near, place) or near
        if len(near) > 1:
            said = Facts({"name": record.names[0].text, "places_count": len(near),
                          "places": [p.place_id for p in near[:5]]})  # fmt: skip
            return Same(problem=Problem(
                N_("“{name}” may be any of {places_count} known places ({places}); give a "
                   "position, a code or the unit it lies in"), said,
            ))  # fmt: skip
        return Same(place=near[0]) if near else Same()

    def _attesting(self, places: Sequence[Place], row: str) -> list[Place]:
        """Return the places of which this very row was told before."""
        self._ask(places)
        found = self._told.get(row, set())
        return [p for p in places if p.place_id in found] if found else []

    def _made_by(self, places: Sequence[Place], place: Place) -> list[Place]:
        """Return the places that this very row made."""
        self._ask(places)
        found = self._made.get(_row_key(place), set()) if place.verbatim else set()
        return [p for p in places if p.place_id in found] if found else []

    def _ask(self, places: Sequence[Place]) -> None:
        """Learn which rows told of places, once for each: namesakes may be thousands."""
        new = {p.place_id: p for p in places if p.place_id not in self._asked}
        if not new:
            return
        self._asked |= new.keys()
        for place in new.values():
            self._made.setdefault(_row_key(place), set()).add(place.place_id)
        for place_id, names in self._gazetteer.names_of(list(new)).items():
            for name in names:
                if (row := name.facts.get("row")) is not None:
                    self._told.setdefault(str(row), set()).add(place_id)


def _by_text(gazetteer: Gazetteer, records: Iterable[PlaceRecord]) -> Mapping[str, Namesakes]:
    """Return known places by each folded spelling that occurs in the delivery."""
    texts = {t for r in records for n in r.names for t in _as_lists_write(fold(n.text))} - {""}
    terms = {t.number: t.text for t in gazetteer.terms_written(texts)}
    uses = gazetteer.uses(list(terms))
    ids: dict[str, set[str]] = {}
    for number, found in uses.items():
        for use in found:
            place_id: str | None = getattr(use, "place_id", None)
            if place_id is not None:
                ids.setdefault(terms[number], set()).add(place_id)
    places = gazetteer.places({i for some in ids.values() for i in some})
    return {
        text: Namesakes([places[i] for i in sorted(some) if i in places])
        for text, some in ids.items()
    }


def _as_lists_write(text: str) -> tuple[str, ...]:
    """Return a folded name as lists write it: 五堡村委会 is 五堡村村民委员会."""
    for endings in _COMMITTEES:
        for ending in endings:
            if text.endswith(ending) and len(text) > len(ending):
                core = text.removesuffix(ending)
                return text, *(core + other for other in endings if other != ending)
    return (text,)


def _row_key(place: Place) -> tuple[str, str]:
    """Return what two places have in common that one row of one source made."""
    return place.source, json.dumps(dict(place.verbatim), ensure_ascii=False, sort_keys=True)


class Delivered:
    """New places of the delivery itself: a row may tell one a second time (重复)."""

    def __init__(self) -> None:
        self._called: dict[tuple[str, int], list[tuple[str, Place, str | None]]] = {}

    def add(self, place_id: str, record: PlaceRecord, within_id: str | None) -> None:
        """Put down a place that a row made."""
        if record.place.lat is not None:
            at = fold(record.names[0].text), _band(record.place.lat)
            self._called.setdefault(at, []).append((place_id, record.place, within_id))

    def again(self, record: PlaceRecord, within_id: str | None) -> str | None:
        """Return the place that a row without an id tells again, if it is plainly that one.

        Namesakes are common, and a double is not written. So it must bear the same standard
        name and lie in the same unit, within `SAME_SPOT_M`, and its class must not differ.
        """
        if record.place.source_id or record.place.lat is None:
            return None
        text, band = fold(record.names[0].text), _band(record.place.lat)
        found = [
            place_id
            for one in (band - 1, band, band + 1)
            for place_id, other, lies in self._called.get((text, one), ())
            if lies == within_id
            and record.place.source == other.source
            and not other.source_id
            and (record.place.code or other.code) == other.code
            and record.place.class_code == other.class_code
            and (apart := distance_m(record.place, other)) is not None
            and apart <= SAME_SPOT_M
        ]
        return found[0] if len(found) == 1 else None


def _band(lat: float) -> int:
    """Return the band of latitude, somewhat wider than `SAME_SPOT_M`: namesakes may be many."""
    return int(lat // 0.001)


def distance_m(place: Place, other: Place) -> float | None:
    """Return how far apart two places are, on a sphere; None where one has no position."""
    if place.lon is None or place.lat is None or other.lon is None or other.lat is None:
        return None
    there = np.array([other.lon]), np.array([other.lat])
    return float(distances_m(place.lon, place.lat, *there)[0])


def row_text(place: Place) -> str:
    """Return the row that a place came with, as one text."""
    return json.dumps(dict(place.verbatim), ensure_ascii=False, separators=(",", ":"))


def names_new(known: Sequence[Name], record: PlaceRecord, place_id: str) -> tuple[Name, ...]:
    """Return the names of a record that its place has not been told of by this source."""
    from dataclasses import replace

    from diming.model.place import name_id_of

    ids = {n.name_id for n in known}
    new: dict[str, Name] = {}
    for name in record.names:
        own = record.place.place_id == place_id and name.name_id
        name_id = name.name_id if own else name_id_of(place_id, name)
        if name_id not in ids:
            new.setdefault(name_id, replace(name, name_id=name_id, place_id=place_id))
    return tuple(new.values())
