"""The hash of a revision, chained to the one before (修订散列链).

It is taken of the rows as they are read back from the database, in an order and a
form that every database gives alike: lines of JSON, each a thousand rows of one kind.
A shape stands in it by its key, which is a fingerprint of its coordinates; an area does
not, for programs differ in its last digits.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from diming.geometry.checksum import added
from diming.store.schema_names import NAME_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from diming.model.changeset import Revision
    from diming.store.database import Database, Row

#: What a hash is taken of when there is nothing before.
GENESIS = "0" * 64
#: Rows in one line.
_BLOCK = 1000
#: Rows held at a time; so many lines.
_PAGE = 20 * _BLOCK
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

_VERSIONS = (
    "SELECT v.row_id, v.unit_id, v.level, v.name, v.kind, v.ethnic, v.parent_id, v.seat, t.key, "
    "v.begin_day, v.begin_precision, v.end_day, v.end_precision, v.began_by, v.ended_by, v.note "
    "FROM version v LEFT JOIN territory t ON t.fid = v.territory "
    "WHERE v.known_from = :number ORDER BY v.row_id"
)
#: An import brings many: they are read page by page.
_BROUGHT = "WHERE known_from = :number AND row_id > :last ORDER BY row_id LIMIT :most"
#: What a revision brought and closed: kind of row, and the query.
_PARTS = (
    ("territory", "SELECT key, chain_sum, single FROM territory "
                  "WHERE revision = :number ORDER BY key"),
    ("version", _VERSIONS),
    ("code", "SELECT c.version, c.system, c.code FROM code c JOIN version v "
             "ON v.row_id = c.version WHERE v.known_from = :number "
             "ORDER BY c.version, c.system"),
    ("event", "SELECT number, id, type, day, payload, chain_sum, reverts FROM event "
              "WHERE known_from = :number ORDER BY number"),
    ("event_unit", "SELECT u.event, u.side, u.ordinal, u.unit_id FROM event_unit u JOIN event e "
                   "ON e.number = u.event WHERE e.known_from = :number "
                   "ORDER BY u.event, u.side, u.ordinal"),
    ("passage", "SELECT p.event, p.ordinal, p.giver, p.taker, p.area_m2, p.share, p.whole "
                "FROM passage p JOIN event e ON e.number = p.event "
                "WHERE e.known_from = :number ORDER BY p.event, p.ordinal"),
    ("setting", "SELECT name, value FROM setting WHERE known_from = :number ORDER BY fid"),
    ("place", "SELECT row_id, place_id, class_code, feature, code, lon, lat, key, within, "
              "within_code, within_id, within_on, told_text, begin_day, begin_precision, end_day, "
              "end_precision, certainty, source, source_id, facts, verbatim FROM place "
              f"{_BROUGHT}"),
    ("name", "SELECT row_id, name_id, place_id, text, kind, lang, romanisation, reading, "
             "told_text, begin_day, begin_precision, end_day, end_precision, told_certainty, "
             f"certainty, origin, meaning, citation, facts FROM name {_BROUGHT}"),
    ("entry", "SELECT row_id, matter_id, matter, step, day, state, place_id, said FROM entry "
              f"{_BROUGHT}"),
    ("closed version", "SELECT row_id FROM version WHERE known_to = :number ORDER BY row_id"),
    ("closed event", "SELECT number FROM event WHERE known_to = :number ORDER BY number"),
    ("closed setting", "SELECT name, value FROM setting WHERE known_to = :number "
                       "ORDER BY name, fid"),
    *((f"closed {of}", f"SELECT row_id FROM {of} WHERE known_to = :number ORDER BY row_id")
      for of in ("place", "name", "entry")),
)  # fmt: skip
#: Kinds of rows that older layouts do not have.
_SINCE = {f"{was}{t.name}": t.since for t in NAME_TABLES for was in ("", "closed ")}


def revision_hash(base: Database, revision: Revision, before: str) -> str:
    """Return the hash of a revision whose rows are in the database.

    Parameters
    ----------
    revision : Revision
        Its own `hash` is not looked at.
    before : str
        Hash of the revision before; `GENESIS` for the first.
    """
    digest = hashlib.sha256()
    for line in _lines(base, revision, before):
        digest.update(line)
    return digest.hexdigest()


def _lines(base: Database, revision: Revision, before: str) -> Iterator[bytes]:
    yield _line([
        "diming.revision/1", before, revision.number, moment_text(revision.recorded),
        revision.author, revision.reason, revision.document, revision.kind,
        chain_sums_text(revision.chain_sums),
    ])  # fmt: skip
    layout = base.layout()
    for kind, query in _PARTS:
        if _SINCE.get(kind, 1) <= layout:
            for rows in _pages(base, query, revision.number):
                for first in range(0, len(rows), _BLOCK):
                    yield _line([kind, rows[first : first + _BLOCK]])


def _pages(base: Database, query: str, number: int) -> Iterator[list[Row]]:
    """Yield the rows of a part, those of the gazetteer so many at a time."""
    values = {"number": number, "last": 0, "most": _PAGE}
    while rows := base.rows(query, values):
        yield rows
        if not query.endswith(_BROUGHT) or len(rows) < _PAGE:
            return
        values["last"] = rows[-1][0]


def _line(values: list[Any]) -> bytes:
    return _ENCODER.encode(values).encode("utf-8", "surrogatepass") + b"\n"


def moment_text(moment: Any) -> str:
    """Return a moment in UTC to the millisecond; sorts as text."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def chain_sums_text(sums: Mapping[int, int]) -> str:
    """Return chain sums by level as they are stored."""
    return json.dumps({str(k): sums[k] for k in sorted(sums)}, separators=(",", ":"))


def moved_sums(
    before: Mapping[int, int], come: Iterable[tuple[int, int]], gone: Iterable[tuple[int, int]]
) -> dict[int, int]:
    """Return chain sums by level after some shapes came into force and some went.

    Parameters
    ----------
    come, gone : iterable of (level, checksum)
    """
    sums = dict(before)
    for level, value in come:
        sums[level] = added((sums.get(level, 0), value))
    for level, value in gone:
        sums[level] = added((sums.get(level, 0), -value))
    return sums
