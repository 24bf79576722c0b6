"""Whether the gazetteer of an archive is what it says: references, positions, terms (地名校验)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import shapely

from diming.errors import N_
from diming.geometry.checksum import key_of_wkb
from diming.store.protocol import Flaw
from diming.store.schema_names import PLACE
from diming.store.terms import PLACE as NAMED
from diming.store.terms import UNIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diming.store.database import Database, Row

#: Flaws of one sort that are told one by one.
_MOST = 20
#: Rows looked at in one go.
_BLOCK = 20_000

_REVISIONS = (
    "x.known_from NOT IN (SELECT number FROM revision) "
    "OR (x.known_to IS NOT NULL AND x.known_to NOT IN (SELECT number FROM revision)) "
    "OR x.known_to < x.known_from"
)
_IN_PLACES = "x.place_id NOT IN (SELECT place_id FROM place)"
_IN_UNITS = "x.place_id NOT IN (SELECT unit_id FROM version)"
#: References: what is said, and the rows in which it points nowhere.
_REFERENCES = (
    (N_("place {row} names a revision that is not there"),
     f"SELECT x.row_id FROM place x WHERE {_REVISIONS}"),
    (N_("name {row} names a revision that is not there"),
     f"SELECT x.row_id FROM name x WHERE {_REVISIONS}"),
    (N_("entry {row} names a revision that is not there"),
     f"SELECT x.row_id FROM entry x WHERE {_REVISIONS}"),
    (N_("name {row} is of a place that is not there"),
     f"SELECT x.row_id FROM name x WHERE {_IN_PLACES} AND {_IN_UNITS}"),
    (N_("entry {row} is of a place that is not there"),
     "SELECT x.row_id FROM entry x WHERE x.place_id IS NOT NULL "
     f"AND {_IN_PLACES} AND {_IN_UNITS}"),
    (N_("place {row} lies in a unit that is not there"),
     "SELECT x.row_id FROM place x WHERE x.within_id IS NOT NULL "
     "AND x.within_id NOT IN (SELECT unit_id FROM version)"),
)  # fmt: skip


def verify_names(base: Database) -> Iterator[Flaw]:
    """Yield what is broken in the gazetteer; nothing, if it is sound."""
    if base.layout() < PLACE.since:
        return
    for what, query in _REFERENCES:
        for row in base.rows(f"{query} ORDER BY 1 LIMIT {_MOST}"):
            yield Flaw(what, {"row": row[0]})
    yield from _positions(base)
    yield from _terms(base)


def _positions(base: Database) -> Iterator[Flaw]:
    query = (
        f"SELECT x.row_id, x.lon, x.lat, x.key, {base.shape_column('x')} FROM place x "
        f"WHERE x.row_id > :last ORDER BY x.row_id LIMIT {_BLOCK}"
    )
    last = -1
    while rows := base.rows(query, {"last": last}):
        last = rows[-1][0]
        yield from _shapes(base, rows)


def _shapes(base: Database, rows: list[Row]) -> Iterator[Flaw]:
    for row, lon, lat, key, shape in rows:
        if (lon is None) != (lat is None) or not _on_globe(lon, 180) or not _on_globe(lat, 90):
            yield Flaw(N_("the position of place {row} is nowhere on the globe"), {"row": row})
            continue
        if shape is None:
            wrong = key is not None or lon is not None
        else:
            raw = _raw(base, shape)
            wrong = key_of_wkb(raw) != key if key is not None else raw != _point(lon, lat)
        if wrong:
            yield Flaw(
                N_("the shape of place {row} is not what its key or position says"), {"row": row}
            )


def _on_globe(degrees: float | None, most: float) -> bool:
    return degrees is None or (math.isfinite(degrees) and abs(degrees) <= most)


def _raw(base: Database, shape: Any) -> bytes:
    try:
        (raw,) = base.unpack([shape])
    except (ValueError, TypeError):
        return b""
    return raw


def _point(lon: float | None, lat: float | None) -> bytes:
    if lon is None or lat is None:
        return b""
    raw: bytes = shapely.to_wkb(shapely.Point(lon, lat), byte_order=1)
    return raw


def _terms(base: Database) -> Iterator[Flaw]:
    """Tell what is not found by searching; nothing that was recorded is amiss then."""
    from diming.script.fold import fold

    missing = 0
    for table, column, source in (("name", "text", NAMED), ("version", "name", UNIT)):
        rows = base.rows(
            f"SELECT x.{column}, t.text FROM {table} x "
            f"LEFT JOIN term_use u ON u.source = '{source}' AND u.row = x.row_id "
            f"LEFT JOIN term t ON t.number = u.term "
            f"WHERE x.known_to IS NULL AND x.{column} <> ''"
        )
        missing += sum(term is None or term not in (text, fold(text)) for text, term in rows)
    (keyless,) = base.rows(
        "SELECT count(*) FROM term WHERE number NOT IN (SELECT term FROM term_key)"
    )[0]
    if missing or keyless:
        yield Flaw(
            N_("{count} names are not found by searching, for what searching needs is missing or "
               "outdated; nothing recorded is amiss: «diming verify --rebuild-terms» makes it "
               "anew"),
            {"count": missing + keyless},
        )  # fmt: skip
