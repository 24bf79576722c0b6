"""What a revision adds to the gazetteer, and what it no longer believes (地名写入)."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.errors import Conflict, UsageError
from diming.geometry.checksum import key_of_wkb
from diming.store.blob import wkb_of
from diming.store.reading import chunks
from diming.store.schema_names import ENTRY, NAME, PLACE, PLACE_SRID
from diming.store.storable import check_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from diming.model.entry import Entry
    from diming.model.namechange import NameChange
    from diming.model.place import Name, Place
    from diming.model.span import Span
    from diming.store.columns import Table
    from diming.store.database import Database

Bounds = tuple[float, ...]
#: Rows put together at a time.
_BLOCK = 10_000
_PLAIN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def write_names(base: Database, number: int, change: NameChange) -> Bounds | None:
    """Add the rows of a change, within the transaction under way; return the box of its places.

    Raises
    ------
    Conflict
        If a row it supersedes is not believed, or one it adds is already.
    UsageError
        If a text cannot be stored, or a position is none.
    KeyError
        If a name or an entry is of a place that is not there, or a place lies in a unit
        that is not.
    """
    for table, rows in (
        (PLACE, change.old_places), (NAME, change.old_names), (ENTRY, change.old_entries),
    ):  # fmt: skip
        _close(base, table, rows, number)
    box = _add_places(base, number, change.places)
    _must_be_units(base, {p.within_id for p in change.places if p.within_id is not None})
    named = {n.place_id for n in change.names}
    named |= {e.place_id for e in change.entries if e.place_id is not None}
    _must_be_there(base, named - {p.place_id for p in change.places})
    _add(base, NAME, (_name_row(n, number) for n in change.names))
    _add(base, ENTRY, (_entry_row(e, number) for e in change.entries))
    return box


def _close(base: Database, table: Table, rows: Sequence[int], number: int) -> None:
    which = base.among("row_id", "rows")
    for some in chunks(rows):
        count = base.change(
            f"UPDATE {table.name} SET known_to = :number WHERE {which} AND known_to IS NULL",
            {"rows": base.listing(some), "number": number},
        )
        if count != len(some):
            raise Conflict(
                "{count} rows that this change replaces are no longer believed; somebody else "
                "has changed these places",
                count=len(some) - count,
            )


def _add(base: Database, table: Table, rows: Iterator[tuple[Any, ...]]) -> None:
    """Add rows, under the numbers that follow."""
    (most,) = base.rows(f"SELECT max(row_id) FROM {table.name}")[0]
    first = (most or 0) + 1
    while some := list(islice(rows, _BLOCK)):
        check_texts(some)
        numbered = ((first + at, *row) for at, row in enumerate(some))
        base.insert(table, table.names(), numbered)
        first += len(some)


def _add_places(base: Database, number: int, places: Sequence[Place]) -> Bounds | None:
    boxes: list[Any] = []
    for first in range(0, len(places), _BLOCK):
        some = places[first : first + _BLOCK]
        keys, shapes, bounds = packed_shapes(base, some)
        _add(base, PLACE, (
            _place_row(p, number, key, shape)
            for p, key, shape in zip(some, keys, shapes, strict=True)
        ))  # fmt: skip
        if len(bounds):
            boxes.append((*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0)))
    if not boxes:
        return None
    whole = np.array(boxes)
    return (*whole[:, :2].min(axis=0).tolist(), *whole[:, 2:].max(axis=0).tolist())


def packed_shapes(
    base: Database, places: Sequence[Place]
) -> tuple[list[str | None], list[Any], np.ndarray[Any, Any]]:
    """Return by place the key of its geometry and what is stored of it, and all bounds.

    Where a place has no geometry its point is stored, and the key is None.
    """
    given = np.array([p.geometry is not None for p in places], dtype=bool)
    lon, lat = (
        np.array([math.nan if v is None else v for v in column], dtype=np.float64)
        for column in ([p.lon for p in places], [p.lat for p in places])
    )
    placed = np.array([p.lon is not None or p.lat is not None for p in places], dtype=bool)
    shape = np.full(len(places), None, dtype=object)
    shape[placed] = shapely.points(lon[placed], lat[placed])
    for at in np.flatnonzero(given).tolist():
        shape[at] = places[at].geometry
    held = placed | given
    bounds = shapely.bounds(shape)
    sound = np.isfinite(bounds).all(axis=1) & ~shapely.has_z(shape)
    corner, of = shapely.get_coordinates(shape, return_index=True)
    sound[of[~np.isfinite(corner).all(axis=1)]] = False  # A box may hide it.
    sound &= ~placed | ((abs(lon) <= 180) & (abs(lat) <= 90))
    if not sound[held].all():
        raise UsageError(
            "{count} places are nowhere on the globe: a position is degrees east and north, and a "
            "geometry is not empty, and has no heights",
            count=int((~sound[held]).sum()),
        )
    raw = wkb_of(shape[held])
    blobs = iter(base.pack(raw, bounds[held], PLACE_SRID))
    keyed = iter([key_of_wkb(r) if g else None for r, g in zip(raw, given[held], strict=True)])
    return (
        [next(keyed) if h else None for h in held],
        [next(blobs) if h else None for h in held],
        bounds[held],
    )


def _place_row(p: Place, number: int, key: str | None, shape: Any) -> tuple[Any, ...]:
    return (
        p.place_id, p.class_code, p.feature, p.code, _real(p.lon), _real(p.lat),
        _within(p.within), p.within_code, p.within_id,
        None if p.within_on is None else p.within_on.isoformat(),
        p.when.text, *_span(p.when.span), str(p.when.certainty), p.source, p.source_id,
        _json(p.facts), number, None, key, _json(p.verbatim), shape,
    )  # fmt: skip


def _name_row(n: Name, number: int) -> tuple[Any, ...]:
    return (
        n.name_id, n.place_id, n.text, str(n.kind), n.lang, n.romanisation, n.reading,
        n.when.text, *_span(n.when.span), str(n.when.certainty), str(n.certainty), n.origin,
        n.meaning, n.citation, _json(n.facts), number, None,
    )  # fmt: skip


def _entry_row(e: Entry, number: int) -> tuple[Any, ...]:
    return (
        e.matter_id, str(e.matter), e.step, e.day.isoformat(), e.state, e.place_id,
        _json(e.said), number, None,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _span(span: Span | None) -> tuple[str | None, str | None, str | None, str | None]:
    if span is None:
        return None, None, None, None
    return (span.begin.day.isoformat(), str(span.begin.precision),
            span.end.day.isoformat(), str(span.end.precision))  # fmt: skip


@lru_cache(maxsize=4096)
def _within(names: tuple[str, ...]) -> str:
    return _PLAIN.encode(names)


def _json(facts: Any) -> str:
    return _PLAIN.encode(facts) if facts else "{}"


def _real(value: float | None) -> float | None:
    return None if value is None else float(value) + 0.0


def _must_be_units(base: Database, ids: set[str]) -> None:
    if missing := ids - _units(base, ids):
        raise KeyError(f"there is no unit {min(missing)}")


def _must_be_there(base: Database, ids: set[str]) -> None:
    found: set[str] = set()
    for some in chunks(ids):
        found.update(row[0] for row in base.rows(
            f"SELECT p.place_id FROM place p WHERE {base.among('p.place_id', 'ids')} "
            "AND p.known_to IS NULL", {"ids": base.listing(some)},
        ))  # fmt: skip
    left = ids - found
    if missing := left - _units(base, left):
        raise KeyError(f"there is no place or unit {min(missing)}")


def _units(base: Database, ids: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for some in chunks(ids):
        found.update(row[0] for row in base.rows(
            f"SELECT DISTINCT v.unit_id FROM version v WHERE {base.among('v.unit_id', 'ids')}",
            {"ids": base.listing(some)},
        ))  # fmt: skip
    return found
