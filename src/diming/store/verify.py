"""Whether an archive is what it says: every hash and reference anew (校验)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.errors import N_, DimingError, Said
from diming.geometry.area import areas_m2
from diming.geometry.checksum import chain_sums, key_of_wkb
from diming.geometry.ground import parse_crs
from diming.model.span import OPEN
from diming.store.blob import unwrapped
from diming.store.hashing import GENESIS, revision_hash
from diming.store.protocol import Flaw
from diming.store.schema import TERRITORY
from diming.store.verify_names import verify_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diming.model.changeset import Revision
    from diming.store.database import Database, Row

#: Flaws of one sort that are told one by one.
_MOST = 20
#: Shapes looked at in one go.
_BLOCK = 5_000
#: Programs differ in the last digits of an area.
_SAME_AREA = 1e-6

#: References: what is said, and the rows in which it points nowhere.
_REFERENCES = (
    (N_("version {row} names a territory that is not there"),
     "SELECT v.row_id FROM version v LEFT JOIN territory t ON t.fid = v.territory "
     "WHERE v.territory IS NOT NULL AND t.fid IS NULL"),
    (N_("a code names version {row}, which is not there"),
     "SELECT c.version FROM code c LEFT JOIN version v ON v.row_id = c.version "
     "WHERE v.row_id IS NULL"),
    (N_("version {row} names a revision that is not there"),
     "SELECT v.row_id FROM version v WHERE v.known_from NOT IN (SELECT number FROM revision) "
     "OR (v.known_to IS NOT NULL AND v.known_to NOT IN (SELECT number FROM revision)) "
     "OR v.known_to < v.known_from"),
    (N_("event {row} names a revision that is not there"),
     "SELECT e.number FROM event e WHERE e.known_from NOT IN (SELECT number FROM revision) "
     "OR (e.known_to IS NOT NULL AND e.known_to NOT IN (SELECT number FROM revision)) "
     "OR e.known_to < e.known_from"),
    (N_("the setting {row} names a revision that is not there"),
     "SELECT s.name FROM setting s WHERE s.known_from NOT IN (SELECT number FROM revision) "
     "OR (s.known_to IS NOT NULL AND s.known_to NOT IN (SELECT number FROM revision)) "
     "OR s.known_to < s.known_from"),
    (N_("territory {row} names a revision that is not there"),
     "SELECT t.fid FROM territory t WHERE t.revision NOT IN (SELECT number FROM revision)"),
    (N_("a unit is named by event {row}, which is not there"),
     "SELECT u.event FROM event_unit u LEFT JOIN event e ON e.number = u.event "
     "WHERE e.number IS NULL"),
    (N_("a passage is of event {row}, which is not there"),
     "SELECT p.event FROM passage p LEFT JOIN event e ON e.number = p.event "
     "WHERE e.number IS NULL"),
    (N_("event {row} undoes an event that is not there"),
     "SELECT e.number FROM event e WHERE e.reverts IS NOT NULL "
     "AND e.reverts NOT IN (SELECT id FROM event)"),
)  # fmt: skip


def verify(base: Database, revisions: Sequence[Revision], *, tip: str | None = None) -> list[Flaw]:
    """Return what is broken in an archive; nothing, if it is sound.

    Parameters
    ----------
    revisions : sequence of Revision
        All of them, the first first.
    tip : str, optional
        A hash that must occur among them.
    """
    pages = base.flaws()
    if any(f.facts.get("fatal") for f in pages):
        return pages  # What such pages hold cannot be read to the end.
    return [
        *pages,
        *_chain(base, revisions),
        *_tip(revisions, tip),
        *_references(base),
        *_readable(_territories(base)),
        *_readable(_sums(base, revisions)),
        *_readable(verify_names(base)),
    ]


def _readable(flaws: Iterator[Flaw]) -> Iterator[Flaw]:
    """Yield flaws, and say so where what is stored cannot even be looked at."""
    try:
        yield from flaws
    except DimingError as error:
        detail: object = Said(error.template, error.facts)
        yield Flaw(N_("what is stored cannot be understood: {detail}"), {"detail": detail})
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        yield Flaw(N_("what is stored cannot be understood: {detail}"), {"detail": str(error)})


def _chain(base: Database, revisions: Sequence[Revision]) -> Iterator[Flaw]:
    before, last = GENESIS, None
    for expected, revision in enumerate(revisions, 1):
        if revision.number != expected and (last is None or revision.number != last.number + 1):
            yield Flaw(N_("revisions before {number} are missing"), {"number": revision.number})
        if last is not None and revision.recorded <= last.recorded:
            yield Flaw(
                N_("revision {number} claims to be no later than the one before"),
                {"number": revision.number},
            )
        if not _is_hash(base, revision, before):
            yield Flaw(
                N_("what revision {number} recorded is not what its hash was taken of"),
                {"number": revision.number},
            )
        before, last = revision.hash, revision
    if not revisions:
        yield Flaw(N_("there is no revision at all"), {})


def _is_hash(base: Database, revision: Revision, before: str) -> bool:
    try:
        return revision_hash(base, revision, before) == revision.hash
    except (ValueError, TypeError):
        return False  # A value of a kind that is never written, such as bytes for a name.


def _tip(revisions: Sequence[Revision], tip: str | None) -> Iterator[Flaw]:
    if tip is not None and all(r.hash != tip for r in revisions):
        yield Flaw(
            N_("no revision has the hash {hash} that was written down: revisions at the end were "
               "taken away, or the whole is another archive"),
            {"hash": tip},
        )  # fmt: skip


def _references(base: Database) -> Iterator[Flaw]:
    for what, query in _REFERENCES:
        for row in base.rows(f"{query} ORDER BY 1 LIMIT {_MOST}"):
            yield Flaw(what, {"row": row[0]})


def _territories(base: Database) -> Iterator[Flaw]:
    held = base.rows("SELECT value FROM setting WHERE name = 'crs' AND known_to IS NULL")
    crs = parse_crs(held[0][0]) if held else None
    area_column = "t.area_m2" if base.layout() >= TERRITORY.column("area_m2").since else "NULL"
    query = (
        "SELECT t.fid, t.key, t.chain_sum, t.min_x, t.min_y, t.max_x, t.max_y, t.single, "
        f"{area_column}, {base.shape_column('t')} FROM territory t WHERE t.fid > :last "
        f"ORDER BY t.fid LIMIT {_BLOCK}"
    )
    last = -1
    while rows := base.rows(query, {"last": last}):
        last = rows[-1][0]
        yield from _block(base, rows, crs)


def _block(base: Database, rows: list[Row], crs: Any) -> Iterator[Flaw]:
    good: list[Row] = []
    raws: list[bytes] = []
    for row in rows:
        try:
            (raw,) = unwrapped(base.unpack([row[-1]]), [row[7]])
        except (ValueError, TypeError):
            raw = b""
        if key_of_wkb(raw) != row[1]:
            yield Flaw(N_("the shape of territory {fid} is not what its key was taken of"),
                       {"fid": row[0]})  # fmt: skip
        else:
            good.append(row)
            raws.append(raw)
    if not good:
        return
    shape = np.asarray(shapely.from_wkb(raws), dtype=object)
    box = shapely.bounds(shape)
    area = areas_m2(shape, crs) if crs is not None else np.full(len(good), np.nan)
    for at, found in enumerate(chain_sums(shape).tolist()):
        row = good[at]
        wrong = found != row[2] or not np.array_equal(box[at], row[3:7])
        if row[8] is not None and np.isfinite(area[at]):
            wrong |= abs(area[at] - row[8]) > _SAME_AREA * max(abs(area[at]), 1.0)
        if wrong:
            yield Flaw(N_("checksum, extent or area of territory {fid} is not that of its shape"),
                       {"fid": row[0]})  # fmt: skip


def _sums(base: Database, revisions: Sequence[Revision]) -> Iterator[Flaw]:
    """Compare the chain sums of each revision with those of the rows it left in force."""
    rows = base.rows(
        "SELECT v.level, v.known_from, v.known_to, t.chain_sum FROM version v "
        "JOIN territory t ON t.fid = v.territory WHERE v.end_day = :open",
        {"open": OPEN.isoformat()},
    )
    moves: dict[int, dict[int, int]] = {}
    for level, known_from, known_to, value in rows:
        for number, change in ((known_from, value), (known_to, -value)):
            if number is not None:
                at = moves.setdefault(number, {})
                at[level] = at.get(level, 0) + change
    totals: dict[int, int] = {}
    for revision in revisions:
        for level, change in moves.get(revision.number, {}).items():
            totals[level] = totals.get(level, 0) + change
        for level in sorted({*totals, *revision.chain_sums}):
            if (totals.get(level, 0) - revision.chain_sums.get(level, 0)) % (1 << 64):
                yield Flaw(
                    N_("the chain sum of level {level} in revision {number} is not that of the "
                       "shapes then in force"),
                    {"level": level, "number": revision.number},
                )  # fmt: skip
