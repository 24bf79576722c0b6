"""What one revision believed of places and names, fetched by indexes (地名视图)."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import shapely

from diming.model.entry import Entry, Matter
from diming.model.facts import Facts
from diming.model.namechange import NameChange
from diming.model.place import Certainty, Name, NameKind, Place, Told
from diming.model.span import Precision, Span, When
from diming.store.gazetteer_protocol import Term
from diming.store.reading import LedgerView, believed, chunks
from diming.store.schema_names import PLACE
from diming.store.terms import PLACE as NAMED
from diming.store.terms import UNIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from diming.model.version import Version
    from diming.store.database import Database, Row
    from diming.store.gazetteer_protocol import Gazetteer

_PLACE = (
    "v.row_id, v.place_id, v.class_code, v.feature, v.code, v.lon, v.lat, v.within, "
    "v.within_code, v.within_id, v.within_on, v.told_text, v.begin_day, v.begin_precision, "
    "v.end_day, v.end_precision, v.certainty, v.source, v.source_id, v.facts, v.verbatim"
)
_NAME = (
    "n.row_id, n.name_id, n.place_id, n.text, n.kind, n.lang, n.romanisation, n.reading, "
    "n.told_text, n.begin_day, n.begin_precision, n.end_day, n.end_precision, n.told_certainty, "
    "n.certainty, n.origin, n.meaning, n.citation, n.facts"
)
_TERM = "t.number, t.text, t.syllables, (SELECT count(*) FROM term_use u WHERE u.term = t.number)"
_ENTRY = (
    "SELECT e.row_id, e.matter_id, e.matter, e.step, e.day, e.state, e.place_id, e.said, "
    "e.known_from FROM entry e WHERE "
)
_KINDS = {kind.value: at for at, kind in enumerate(NameKind)}
_NOTHING = Facts({})
_LAST = "\U0010ffff"


class LedgerGazetteer:
    """One belief in a database; see `diming.store.gazetteer_protocol.Gazetteer`.

    An archive of an older layout has no places and no terms.
    """

    def __init__(self, base: Database, known: int) -> None:
        self.base = base
        self.known = known

    def place(self, place_id: str) -> Place | None:
        """Return a place."""
        found = self._places("v.place_id = :id", id=place_id)
        return found[0] if found else None

    def places(self, place_ids: Iterable[str]) -> Mapping[str, Place]:
        """Return many places by id; those not believed are left out."""
        found: dict[str, Place] = {}
        for some in chunks(set(place_ids)):
            listed = self.base.among("v.place_id", "ids")
            for place in self._places(listed, ids=self.base.listing(some)):
                found[place.place_id] = place
        return found

    def every(self, most: int = 10_000) -> Iterator[list[tuple[Place, tuple[Name, ...]]]]:
        """Yield all places with their names, in order of id, so many at a time."""
        last = ""
        while some := self._places("v.place_id > :last", "LIMIT :most", last=last, most=most):
            last = some[-1].place_id
            names = self.names_of(p.place_id for p in some)
            yield [(place, tuple(names.get(place.place_id, ()))) for place in some]

    def from_source(self, source: str, ids: Iterable[str]) -> Mapping[str, Place]:
        """Return places by what their source calls them."""
        found: dict[str, Place] = {}
        for some in chunks(set(ids)):
            listed = f"v.source = :source AND {self.base.among('v.source_id', 'ids')}"
            for place in self._places(listed, source=source, ids=self.base.listing(some)):
                found[place.source_id] = place
        return found

    def coded(self, codes: Iterable[str]) -> Mapping[str, Place]:
        """Return places by the code that was issued to them (地名代码)."""
        found: dict[str, Place] = {}
        for some in chunks(set(codes) - {""}):
            which = f"{self.base.among('v.code', 'codes')} AND v.code <> ''"
            found.update(
                (place.code, place)
                for place in self._places(which, codes=self.base.listing(some))
            )  # fmt: skip
        return found

    def below(self, unit_ids: Iterable[str]) -> list[Place]:
        """Return the places that were told to lie in any of these units, by id."""
        found: list[Place] = []
        for some in chunks(set(unit_ids)):
            listed = self.base.among("v.within_id", "ids")
            found += self._places(listed, ids=self.base.listing(some))
        return sorted(found, key=_by_id)

    def in_box(self, bounds: tuple[float, float, float, float]) -> list[Place]:
        """Return the places with a position in a box of degrees: west, south, east, north."""
        west, south, east, north = (float(value) for value in bounds)
        return self._places(
            "v.lon >= :west AND v.lon <= :east AND v.lat >= :south AND v.lat <= :north",
            west=west, south=south, east=east, north=north,
        )  # fmt: skip

    def names_of(self, place_ids: Iterable[str]) -> Mapping[str, list[Name]]:
        """Return the names told of places or units, by place id; by kind and begin."""
        found: dict[str, list[Name]] = {}
        for some in chunks(set(place_ids)):
            for row in self._rows(
                f"SELECT {_NAME} FROM name n WHERE {self.base.among('n.place_id', 'ids')} "
                f"AND {believed('n')}",
                ids=self.base.listing(some),
            ):
                found.setdefault(row[2], []).append(_name(row))
        for names in found.values():
            names.sort(key=_by_kind)
        return found

    def terms(self, keys: Sequence[int], most: int = 2_000) -> list[Term]:
        """Return the terms found by any of these keys (`diming.script.keys`), at most so many.

        Those with the most of the keys come first, then by number.
        """
        shared: dict[int, int] = {}
        for some in chunks(set(keys)):
            for number, count in self._rows(
                "SELECT k.term, count(*) FROM term_key k "
                f"WHERE {self.base.among('k.key', 'keys')} GROUP BY k.term "
                "ORDER BY count(*) DESC, k.term LIMIT :most",
                keys=self.base.listing(some), most=most,
            ):  # fmt: skip
                shared[number] = shared.get(number, 0) + count
        best = sorted(shared, key=lambda n: (-shared[n], n))[:most]
        found: dict[int, Term] = {}
        for some in chunks(best):
            found.update((row[0], Term(*row)) for row in self._rows(
                f"SELECT {_TERM} FROM term t "
                f"WHERE {self.base.among('t.number', 'numbers')}",
                numbers=self.base.listing(some),
            ))  # fmt: skip
        return [found[number] for number in best if number in found]

    @property
    def has_terms(self) -> bool:
        """Whether names can be looked up: older layouts hold no terms until they are written to."""
        return self.base.layout() >= PLACE.since

    def terms_written(self, texts: Iterable[str]) -> list[Term]:
        """Return the terms that are these very texts, folded; by number."""
        found: list[Term] = []
        for some in chunks(set(texts)):
            found += [Term(*row) for row in self._rows(
                f"SELECT {_TERM} FROM term t "
                f"WHERE {self.base.among('t.text', 'texts')}",
                texts=self.base.listing(some),
            )]  # fmt: skip
        return sorted(found, key=lambda term: term.number)

    def terms_beginning(self, text: str, most: int) -> list[Term]:
        """Return terms whose text begins so, the shortest first, at most so many."""
        rows = self._rows(
            f"SELECT {_TERM} FROM term t WHERE t.text >= :text "
            "AND t.text < :last ORDER BY length(t.text), t.text LIMIT :most",
            text=text, last=text + _LAST, most=most,
        )  # fmt: skip
        return [Term(*row) for row in rows]

    def terms_sounding(self, syllables: str, most: int) -> list[Term]:
        """Return terms whose reading begins so, the shortest first, at most so many."""
        rows = self._rows(
            f"SELECT {_TERM} FROM term t WHERE t.syllables <> '' AND t.syllables >= :said "
            "AND t.syllables < :last "
            "ORDER BY length(t.syllables), t.syllables, t.number LIMIT :most",
            said=syllables, last=syllables + _LAST, most=most,
        )  # fmt: skip
        return [Term(*row) for row in rows]

    def uses(self, terms: Sequence[int]) -> Mapping[int, list[Name | Version]]:
        """Return, by term, the names and the versions of units that are written so."""
        found: dict[int, list[Name | Version]] = {}
        of_unit: list[Row] = []
        for some in chunks(set(terms)):
            listed = {"terms": self.base.listing(some)}
            which = self.base.among("u.term", "terms")
            for term, *row in self._rows(
                f"SELECT u.term, {_NAME} FROM term_use u JOIN name n ON n.row_id = u.row "
                f"WHERE {which} AND u.source = '{NAMED}' AND {believed('n')} "
                "ORDER BY u.term, n.row_id",
                **listed,
            ):
                found.setdefault(term, []).append(_name(row))
            of_unit += self._rows(
                f"SELECT u.term, u.row FROM term_use u WHERE {which} AND u.source = '{UNIT}'",
                **listed,
            )
        versions = LedgerView(self.base, self.known).by_rows({row for _, row in of_unit})
        by_row = {version.row: version for version in versions}
        for term, row in sorted(of_unit):
            if row in by_row:
                found.setdefault(term, []).append(by_row[row])
        return found

    def entries(
        self, matter: Matter | None = None, *, matter_id: str | None = None,
        place_id: str | None = None,
    ) -> list[Entry]:  # fmt: skip
        """Return entries, by matter id and step."""
        told = {"matter": matter and str(matter), "matter_id": matter_id, "place_id": place_id}
        given = {name: value for name, value in told.items() if value is not None}
        conditions = [f"e.{name} = :{name}" for name in given]
        rows = self._rows(
            f"{_ENTRY}{' AND '.join([*conditions, believed('e')])} "
            "ORDER BY e.matter_id, e.step, e.row_id",
            **given,
        )
        return [_entry(row) for row in rows]

    def changed(self, number: int, *, came: bool) -> NameChange:
        """Return the rows of this belief that came with a revision, or went with one."""
        column = "known_from" if came else "known_to"
        names = self._rows(
            f"SELECT {_NAME} FROM name n WHERE n.{column} = :number AND {believed('n')} "
            "ORDER BY n.row_id",
            number=number,
        )
        entries = self._rows(
            f"{_ENTRY}e.{column} = :number AND {believed('e')} ORDER BY e.row_id", number=number
        )
        return NameChange(
            places=tuple(self._places(f"v.{column} = :number", number=number)),
            names=tuple(map(_name, names)),
            entries=tuple(map(_entry, entries)),
        )

    def counts(self) -> Mapping[str, int]:
        """Return how many ``places``, ``names``, ``terms``, ``entries`` there are."""
        queries = {
            "places": f"place x WHERE {believed('x')}",
            "names": f"name x WHERE {believed('x')}",
            "terms": "term",
            "entries": f"entry x WHERE {believed('x')}",
        }
        counted = {what: self._rows(f"SELECT count(*) FROM {q}") for what, q in queries.items()}
        return {what: rows[0][0] if rows else 0 for what, rows in counted.items()}

    def _rows(self, sql: str, **values: Any) -> list[Row]:
        if self.base.layout() < PLACE.since:
            return []
        return self.base.rows(sql, {**values, "known": self.known})

    def _places(self, condition: str, ending: str = "", **values: Any) -> list[Place]:
        rows = self._rows(
            f"SELECT {_PLACE}, CASE WHEN v.key IS NOT NULL THEN {self.base.shape_column('v')} END "
            f"FROM place v WHERE {condition} AND {believed('v')} "
            f"ORDER BY v.place_id, v.row_id {ending}",
            **values,
        )
        held = [at for at, row in enumerate(rows) if row[-1] is not None]
        raw = self.base.unpack(rows[at][-1] for at in held)
        shapes = dict(zip(held, shapely.from_wkb(raw), strict=True)) if held else {}
        return [_place(row, shapes.get(at)) for at, row in enumerate(rows)]


def _by_id(place: Place) -> str:
    return place.place_id


def _by_kind(name: Name) -> tuple[int, date, int]:
    span = name.when.span
    return _KINDS[name.kind], date.min if span is None else span.begin.day, name.row or 0


def _place(row: Row, geometry: Any) -> Place:
    return Place(
        row=row[0], place_id=row[1], class_code=row[2], feature=row[3], code=row[4],
        lon=row[5], lat=row[6], geometry=geometry, within=_texts(row[7]), within_code=row[8],
        within_id=row[9], within_on=None if row[10] is None else date.fromisoformat(row[10]),
        when=_told(*row[11:17]), source=row[17], source_id=row[18],
        facts=_facts(row[19]), verbatim=_facts(row[20]),
    )  # fmt: skip


def _name(row: Sequence[Any]) -> Name:
    return Name(
        row=row[0], name_id=row[1], place_id=row[2], text=row[3], kind=NameKind(row[4]),
        lang=row[5], romanisation=row[6], reading=row[7], when=_told(*row[8:14]),
        certainty=Certainty(row[14]), origin=row[15], meaning=row[16], citation=row[17],
        facts=_facts(row[18]),
    )  # fmt: skip


def _entry(row: Row) -> Entry:
    return Entry(
        row=row[0], matter_id=row[1], matter=Matter(row[2]), step=row[3],
        day=date.fromisoformat(row[4]), state=row[5], place_id=row[6], said=_facts(row[7]),
        known_from=row[8],
    )  # fmt: skip


@lru_cache(maxsize=8192)
def _told(
    text: str, begin: str | None, begin_precision: str, end: str, end_precision: str,
    certainty: str,
) -> Told:  # fmt: skip
    span = None
    if begin is not None:
        span = Span(
            When(date.fromisoformat(begin), Precision(begin_precision)),
            When(date.fromisoformat(end), Precision(end_precision)),
        )
    return Told(text, span, Certainty(certainty))


@lru_cache(maxsize=4096)
def _texts(said: str) -> tuple[str, ...]:
    return tuple(json.loads(said))


def _facts(said: str) -> Facts:
    return _NOTHING if said == "{}" else Facts(json.loads(said))


if TYPE_CHECKING:

    def _is_a_gazetteer(ledger: LedgerGazetteer) -> Gazetteer:
        return ledger
