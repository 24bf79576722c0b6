"""Places and names as rows of text that lose nothing (地点名称表, 规范格式).

One row a name; what is said of the place stands in each of its rows. `records_of` reads
what `rows_of` wrote: ids, spans with their precision, the row as it once came. All
formats that hold everything carry these columns; `FORMAT` is told beside them where a
format has room for it.
"""

from __future__ import annotations

import json
import math
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import shapely

from diming.errors import N_
from diming.model.facts import Facts
from diming.model.place import Certainty, Name, NameKind, Place, PlaceRecord, Problem, Told
from diming.model.span import EVER, OPEN, Precision, Span, When

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_Word = TypeVar("_Word", NameKind, Certainty)

#: What the columns are called where files carry a tag.
FORMAT = "diming.places/1"

#: Columns of a place.
PLACE_COLUMNS = (
    "place_id", "class_code", "feature", "code", "lon", "lat", "geometry", "within",
    "within_code", "within_id", "within_on", "place_when", "place_begin", "place_end",
    "place_precision", "place_when_certainty", "source", "source_id", "facts", "verbatim",
)  # fmt: skip
#: Column with the number of the record that a row belongs to.
RECORD = "record"
#: Columns of a name.
NAME_COLUMNS = (
    "name_id", "name", "kind", "lang", "romanisation", "reading", "name_when", "name_begin",
    "name_end", "name_precision", "name_when_certainty", "certainty", "origin", "meaning",
    "citation", "name_facts",
)  # fmt: skip
NUMBERS = frozenset({"lon", "lat"})
#: Columns of the whole table.
COLUMNS = (RECORD, *PLACE_COLUMNS, *NAME_COLUMNS)
#: Without these a table is not read as one of this kind.
NEEDED = frozenset(
    {"record", "place_id", "name_id", "name", "kind", "name_when", "place_precision", "facts"}
)

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
#: What stands for a span that lies before the year 1.
_BEFORE = "before"


def is_canonical(columns: Iterable[str]) -> bool:
    """Tell whether a table has the columns that `rows_of` writes."""
    return set(columns) >= NEEDED


def rows_of(record: PlaceRecord, number: int) -> Iterator[dict[str, str]]:
    """Yield a row for each name; one without a name for a place that has none.

    Parameters
    ----------
    record : PlaceRecord
    number : int
        Of the record in the table: places that are in no archive have no id to tell them by.
    """
    place = {"record": str(number), **place_cells(record.place)}
    if not record.names:
        yield {**place, **dict.fromkeys(NAME_COLUMNS, "")}
    for name in record.names:
        yield {**place, **name_cells(name)}


def place_cells(place: Place) -> dict[str, str]:
    """Return what is known of a place, as text by column."""
    return {
        "place_id": place.place_id,
        "class_code": place.class_code,
        "feature": place.feature,
        "code": place.code,
        "lon": number_text(place.lon),
        "lat": number_text(place.lat),
        "geometry": "" if place.geometry is None else shapely.to_wkb(place.geometry, hex=True),
        "within": json_text(list(place.within)) if place.within else "",
        "within_code": place.within_code,
        "within_id": place.within_id or "",
        "within_on": "" if place.within_on is None else place.within_on.isoformat(),
        **_told_cells("place", place.when),
        "source": place.source,
        "source_id": place.source_id,
        "facts": json_text(place.facts) if place.facts else "",
        "verbatim": json_text(place.verbatim) if place.verbatim else "",
    }


def name_cells(name: Name) -> dict[str, str]:
    """Return what is known of a name, as text by column."""
    return {
        "name_id": name.name_id,
        "name": name.text,
        "kind": name.kind.value,
        "lang": name.lang,
        "romanisation": name.romanisation,
        "reading": name.reading,
        **_told_cells("name", name.when),
        "certainty": name.certainty.value,
        "origin": name.origin,
        "meaning": name.meaning,
        "citation": name.citation,
        "name_facts": json_text(name.facts) if name.facts else "",
    }


def number_text(value: float | None) -> str:
    """Return a number so that reading it gives the same."""
    return "" if value is None else repr(float(value))


def json_text(value: Any) -> str:
    """Return a value as JSON on one line; plain mappings and lists only."""
    return _ENCODER.encode(value)


@lru_cache(maxsize=4096)
def _told_cells(of: str, told: Told) -> Mapping[str, str]:
    begin = end = precision = ""
    if told.span is None:
        precision = _BEFORE
    elif told.span != Span():
        span = told.span
        begin = "" if span.begin.day == EVER else span.begin.day.isoformat()
        end = "" if span.end.day == OPEN else span.end.day.isoformat()
        precision = f"{span.begin.precision}/{span.end.precision}"
    return {
        f"{of}_when": told.text,
        f"{of}_begin": begin,
        f"{of}_end": end,
        f"{of}_precision": precision,
        f"{of}_when_certainty": told.certainty.value,
    }


def records_of(
    rows: Iterable[tuple[int, Mapping[str, str]]], file: str = ""
) -> Iterator[PlaceRecord]:
    """Yield places with their names from rows that `rows_of` wrote.

    Parameters
    ----------
    rows : iterable of (int, mapping)
        Number of each row in its file, and its cells; the rows of one place follow each other.
    file : str

    Yields
    ------
    PlaceRecord
        One that cannot be understood says so in its problems.
    """
    held: list[Mapping[str, str]] = []
    first, latest = 0, ("", "")
    for number, cells in rows:
        mine = (cells.get(RECORD, ""), cells.get("place_id", ""))
        if held and mine != latest:
            yield _record(held, first, file)
            held = []
        if not held:
            first, latest = number, mine
        held.append(cells)
    if held:
        yield _record(held, first, file)


def _record(held: Sequence[Mapping[str, str]], number: int, file: str) -> PlaceRecord:
    problems: list[Problem] = []
    place_id = held[0].get("place_id", "")
    try:
        place = place_of(held[0])
        names = tuple(name_of(row, place_id) for row in held if _has_name(row))
    except Unreadable as error:
        problems.append(error.problem)
        place, names = Place(place_id), ()
    cells = Facts({k: v for k, v in held[0].items() if v})
    return PlaceRecord(place, names, file, number, cells, tuple(problems))


def _has_name(row: Mapping[str, str]) -> bool:
    return bool(row.get("name") or row.get("name_id"))


class Unreadable(ValueError):
    """A cell of a canonical table that was changed by hand into what it cannot hold."""

    def __init__(self, column: str, text: str) -> None:
        shown = text if len(text) <= 60 else text[:59] + "…"
        self.problem = Problem(
            N_("“{text}” is not what the column {column} holds; export the table anew"),
            Facts({"text": shown, "column": column}),
            column,
        )
        super().__init__(f"{column}: {shown}")


def place_of(cells: Mapping[str, str]) -> Place:
    """Return a place from its cells.

    Raises
    ------
    Unreadable
    """
    geometry = None
    if text := cells.get("geometry", ""):
        try:
            geometry = shapely.from_wkb(text)
        except (shapely.errors.GEOSException, ValueError, TypeError):
            raise Unreadable("geometry", text) from None
    within = _json(cells, "within", list)
    if not all(isinstance(each, str) for each in within):
        raise Unreadable("within", cells.get("within", ""))
    return Place(
        place_id=cells.get("place_id", ""),
        class_code=cells.get("class_code", ""),
        feature=cells.get("feature", ""),
        code=cells.get("code", ""),
        lon=_number(cells, "lon"),
        lat=_number(cells, "lat"),
        geometry=geometry,
        within=tuple(within),
        within_code=cells.get("within_code", ""),
        within_id=cells.get("within_id") or None,
        within_on=_day(cells, "within_on"),
        when=_told(cells, "place"),
        source=cells.get("source", ""),
        source_id=cells.get("source_id", ""),
        facts=_facts(cells, "facts"),
        verbatim=_facts(cells, "verbatim"),
    )


def name_of(cells: Mapping[str, str], place_id: str) -> Name:
    """Return a name from its cells.

    Raises
    ------
    Unreadable
    """
    return Name(
        name_id=cells.get("name_id", ""),
        place_id=place_id,
        text=cells.get("name", ""),
        kind=_one_of(cells, "kind", NameKind, NameKind.STANDARD),
        lang=cells.get("lang", ""),
        romanisation=cells.get("romanisation", ""),
        reading=cells.get("reading", ""),
        when=_told(cells, "name"),
        certainty=_one_of(cells, "certainty", Certainty, Certainty.CERTAIN),
        origin=cells.get("origin", ""),
        meaning=cells.get("meaning", ""),
        citation=cells.get("citation", ""),
        facts=_facts(cells, "name_facts"),
    )


def _told(cells: Mapping[str, str], of: str) -> Told:
    text = cells.get(f"{of}_when", "")
    certainty = _one_of(cells, f"{of}_when_certainty", Certainty, Certainty.CERTAIN)
    precision = cells.get(f"{of}_precision", "")
    if precision == _BEFORE:
        return Told(text, None, certainty)
    if not precision:
        return Told(text, Span(), certainty)
    begin, end = _day(cells, f"{of}_begin"), _day(cells, f"{of}_end")
    try:
        first, last = map(Precision, precision.split("/"))
        span = Span(When(begin or EVER, first), When(end or OPEN, last))
    except ValueError:
        raise Unreadable(f"{of}_precision", precision) from None
    return Told(text, span, certainty)


def _one_of(cells: Mapping[str, str], column: str, kind: type[_Word], default: _Word) -> _Word:
    text = cells.get(column, "")
    if not text:
        return default
    try:
        return kind(text)
    except ValueError:
        raise Unreadable(column, text) from None


def _number(cells: Mapping[str, str], column: str) -> float | None:
    text = cells.get(column, "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise Unreadable(column, text) from None
    if not math.isfinite(value):
        raise Unreadable(column, text)
    return value


def _day(cells: Mapping[str, str], column: str) -> date | None:
    text = cells.get(column, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Unreadable(column, text) from None


def _json(cells: Mapping[str, str], column: str, kind: type) -> Any:
    text = cells.get(column, "")
    if not text:
        return kind()
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable(column, text) from None
    if not isinstance(value, kind):
        raise Unreadable(column, text)
    return value


def _facts(cells: Mapping[str, str], column: str) -> Facts:
    value = _json(cells, column, dict)
    if not all(isinstance(v, str) for v in value.values()):
        raise Unreadable(column, cells.get(column, ""))
    return Facts(value)
