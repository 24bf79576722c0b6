"""The transaction that adds one revision (写入)."""

from __future__ import annotations

import json
import math
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

from diming.errors import Conflict, DimingError, UsageError
from diming.geometry.area import areas_m2
from diming.geometry.checksum import chain_sums, key_of_wkb
from diming.geometry.ground import parse_crs, same_crs
from diming.model.span import OPEN
from diming.store.blob import wkb_of, wrapped
from diming.store.gazetteer import LedgerGazetteer
from diming.store.hashing import moment_text, moved_sums, revision_hash
from diming.store.names_writing import Bounds, write_names
from diming.store.reading import LedgerView, chunks
from diming.store.schema import (
    CODE,
    EVENT,
    EVENT_UNIT,
    PASSAGE,
    REVISION,
    SETTING,
    TERRITORY,
    VERSION,
)
from diming.store.storable import check_texts, storable
from diming.store.terms import fill_terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from diming.model.changeset import Applied, Changeset, Revision
    from diming.model.namechange import NameChange
    from diming.model.version import Version
    from diming.store.database import Database

_OPEN = OPEN.isoformat()
_EDGES = ("min_x", "min_y", "max_x", "max_y")
_AREAS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


class LedgerWriter:
    """One revision on its way; see `diming.store.protocol.Writer`.

    Attributes
    ----------
    view : LedgerView
        Sees what has been appended.
    gazetteer : LedgerGazetteer
        Sees it too, but what is found by terms.
    number : int
        Number of the revision to be.
    """

    def __init__(self, base: Database, revision: Revision, before: str) -> None:
        self.base = base
        self.revision = revision
        self.before = before
        self.number = revision.number
        self.view = LedgerView(base, revision.number)
        self.gazetteer = LedgerGazetteer(base, revision.number)
        self.wrote = False
        self.failure: BaseException | None = None
        self._bounds: Bounds | None = None
        self._place_bounds: Bounds | None = None
        self._crs: tuple[pyproj.CRS, int] | None = None

    def append(self, change: Changeset) -> None:
        """Add the rows of a change set.

        Raises
        ------
        Conflict
            If a row it supersedes is not believed, or an event it adds is already.
        UsageError
            If a text cannot be stored, or a shape is no area.
        """
        if not change:
            return
        before = (self.revision, self._bounds)
        with self._whole():
            try:
                fids = self._territories(change.territories, {v.territory for v in change.added})
                self._close(change.superseded)
                self._versions(change.added, fids)
                self._events(change.events)
            except BaseException:
                self.revision, self._bounds = before
                raise

    def append_names(self, change: NameChange) -> None:
        """Add rows of the gazetteer; see `diming.store.names_writing.write_names`."""
        if not change:
            return
        with self._whole():
            box = write_names(self.base, self.number, change)
        self._place_bounds = joined(self._place_bounds, box)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Keep all that a block writes, or nothing of it."""
        self.base.change("SAVEPOINT change")
        try:
            yield
        except BaseException as error:
            self._take_back(error)
            raise
        self.base.change("RELEASE SAVEPOINT change")
        self.wrote = True

    def _take_back(self, error: BaseException) -> None:
        """Undo what was appended of a change that failed; the caller may go on without it."""
        try:
            self.base.change("ROLLBACK TO SAVEPOINT change")
            self.base.change("RELEASE SAVEPOINT change")
        except DimingError:
            # The database has undone all by itself: nothing more may follow.
            self.failure = error

    def settle_crs(self, crs: str) -> None:
        """Fix the CRS of all shapes; only before the first one."""
        meant = parse_crs(crs)
        held = self.view.crs
        if held is not None:
            known = parse_crs(held)
            if same_crs(known, meant):
                return
            if self.base.rows("SELECT fid FROM territory LIMIT 1"):
                raise Conflict(
                    "the archive is in {held}, and holds shapes; it cannot be put into {meant}",
                    held=known.name,
                    meant=meant.name,
                )
        text = crs_text(meant)
        self._crs = (meant, self.base.settle(meant, text))
        self.setting("crs", text)

    def setting(self, name: str, value: str) -> None:
        """Record a setting, e.g. ``legal_date``; settings have revisions like rows."""
        (value,) = storable(value)
        if self.base.rows(
            "SELECT value FROM setting WHERE name = :name AND value = :value AND known_to IS NULL",
            {"name": name, "value": value},
        ):
            return
        self.wrote = True
        self.base.change(
            "UPDATE setting SET known_to = :number WHERE name = :name AND known_to IS NULL",
            {"name": name, "number": self.number},
        )
        self.base.insert(SETTING, SETTING.names(), [(name, value, self.number, None)])

    def finish(self) -> Revision:
        """Write the revision itself, last of all."""
        if self.failure is not None:
            raise self.failure
        done = replace(self.revision, hash=revision_hash(self.base, self.revision, self.before))
        self.revision = done
        row = {
            "number": done.number, "recorded": moment_text(done.recorded), "author": done.author,
            "reason": done.reason, "document": done.document, "kind": done.kind,
            "hash": done.hash, "chain_sums": json.dumps(
                {str(k): v for k, v in sorted(done.chain_sums.items())}, separators=(",", ":")
            ),
        }  # fmt: skip
        self.base.insert(REVISION, REVISION.names(), [[row[c] for c in REVISION.names()]])
        fill_terms(self.base, done.number)
        self.base.touched(moment_text(done.recorded), self._bounds, self._place_bounds)
        return done

    def _territories(
        self, shapes: Mapping[str, Any], used: Iterable[str | None]
    ) -> dict[str | None, int]:
        fids: dict[str | None, int] = {}
        wanted = {k for k in used if k is not None} | set(shapes)
        query = f"SELECT key, fid FROM territory WHERE {self.base.among('key', 'keys')}"
        for some in chunks(wanted):
            fids.update(self.base.rows(query, {"keys": self.base.listing(some)}))
        new = sorted(k for k in shapes if k not in fids)
        if missing := wanted - set(fids) - set(new):
            raise KeyError(f"no shape was given for the territory {min(missing)}")
        if new:
            first = _next(self.base, "territory", "fid")
            self._add_shapes(new, np.array([shapes[k] for k in new], dtype=object), first)
            fids.update(zip(new, range(first, first + len(new)), strict=True))
        return fids

    def _add_shapes(self, keys: list[str], shape: np.ndarray[Any, Any], first: int) -> None:
        kind = shapely.get_type_id(shape)
        sound = np.isin(kind, _AREAS) & ~shapely.is_empty(shape) & ~shapely.has_z(shape)
        bounds = shapely.bounds(shape)
        sound &= np.isfinite(bounds).all(axis=1)
        if not sound.all():
            raise UsageError(
                "{count} shapes are no areas of the plane (polygons, not empty, without heights), "
                "and cannot be stored",
                count=int((~sound).sum()),
            )
        crs, srid = self._settled()
        raw = wkb_of(shape)
        if any(key != key_of_wkb(one) for key, one in zip(keys, raw, strict=True)):
            raise KeyError("a territory key is not that of its shape")
        single = kind == shapely.GeometryType.POLYGON
        area = areas_m2(shape, crs)
        columns = {
            "fid": range(first, first + len(keys)), "key": keys,
            "chain_sum": chain_sums(shape).tolist(),
            "area_m2": [a if math.isfinite(a) else None for a in area.tolist()],
            **dict(zip(_EDGES, (bounds + 0.0).T.tolist(), strict=True)),
            "single": single.astype(int).tolist(), "revision": [self.number] * len(keys),
            "geom": self.base.pack(wrapped(raw, single), bounds, srid),
        }  # fmt: skip
        names = TERRITORY.names(self.base.layout())
        self.base.insert(TERRITORY, names, zip(*(columns[n] for n in names), strict=True))
        box = (*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist())
        self._bounds = joined(self._bounds, box)

    def _settled(self) -> tuple[pyproj.CRS, int]:
        if self._crs is None:
            text = self.view.crs
            if text is None:
                raise UsageError("the archive has no coordinate reference system yet; settle it "
                                 "before the first shape")  # fmt: skip
            crs = parse_crs(text)
            self._crs = (crs, self.base.settle(crs, text))
        return self._crs

    def _close(self, rows: Iterable[int]) -> None:
        which = self.base.among("row_id", "rows")
        for some in chunks(rows):
            listed = {"rows": self.base.listing(some)}
            gone = self.base.rows(
                "SELECT v.level, t.chain_sum FROM version v JOIN territory t "
                f"ON t.fid = v.territory WHERE {self.base.among('v.row_id', 'rows')} "
                "AND v.end_day = :open AND v.known_to IS NULL",
                {**listed, "open": _OPEN},
            )
            count = self.base.change(
                f"UPDATE version SET known_to = :number WHERE {which} AND known_to IS NULL",
                {**listed, "number": self.number},
            )
            if count != len(some):
                raise Conflict(
                    "{count} rows that this change replaces are no longer believed; somebody "
                    "else has changed these units",
                    count=len(some) - count,
                )
            self._moved((), gone)

    def _moved(self, come: Iterable[Any], gone: Iterable[Any]) -> None:
        sums = moved_sums(self.revision.chain_sums, come, gone)
        self.revision = replace(self.revision, chain_sums=sums)

    def _versions(self, added: tuple[Version, ...], fids: Mapping[str | None, int]) -> None:
        if not added:
            return
        first = _next(self.base, "version", "row_id")
        rows = [
            (
                row, v.unit_id, int(v.level), v.name, v.kind, int(v.ethnic), v.parent_id, v.seat,
                fids.get(v.territory), v.span.begin.day.isoformat(), str(v.span.begin.precision),
                v.span.end.day.isoformat(), str(v.span.end.precision), v.began_by, v.ended_by,
                v.note, self.number, None,
            )
            for row, v in enumerate(added, first)
        ]  # fmt: skip
        codes = [(row, s, c) for row, v in enumerate(added, first) for s, c in sorted(v.codes)]
        check_texts(rows)
        check_texts(codes)
        self.base.insert(VERSION, VERSION.names(), rows)
        self.base.insert(CODE, CODE.names(), codes)
        shown = [(int(v.level), v.territory) for v in added if v.territory and v.span.is_open]
        sums = self.view.chain_sums({key for _, key in shown})
        self._moved(((level, sums[key]) for level, key in shown), ())

    def _events(self, events: tuple[Applied, ...]) -> None:
        if not events:
            return
        first = _next(self.base, "event", "number")
        seen: set[str] = set()
        for number, applied in enumerate(events, first):
            event_id = applied.event.id
            if applied.reverts is not None:
                self._undo(applied.reverts)
            if event_id in seen or self.view.act(event_id) is not None:
                raise Conflict("the event {event} is recorded already", event=event_id)
            seen.add(event_id)
            row = (
                number, event_id, str(applied.event.type), applied.event.date.day.isoformat(),
                json.dumps(applied.event.said(), ensure_ascii=False, separators=(",", ":")),
                applied.chain_sum, applied.reverts, self.number, None,
            )  # fmt: skip
            units = [
                (number, side, ordinal, unit)
                for side, named in (("before", applied.before), ("after", applied.after))
                for ordinal, unit in enumerate(named)
            ]
            passages = [
                (number, ordinal, p.giver, p.taker, _real(p.area_m2), _real(p.share), int(p.whole))
                for ordinal, p in enumerate(applied.passages)
            ]
            check_texts([row, *units, *passages])
            self.base.insert(EVENT, EVENT.names(), [row])
            self.base.insert(EVENT_UNIT, EVENT_UNIT.names(), units)
            self.base.insert(PASSAGE, PASSAGE.names(), passages)

    def _undo(self, event_id: str) -> None:
        if not self.base.change(
            "UPDATE event SET known_to = :number WHERE id = :id AND known_to IS NULL",
            {"number": self.number, "id": event_id},
        ):
            raise Conflict("the event {event} is not recorded, or undone already", event=event_id)


def crs_text(crs: pyproj.CRS) -> str:
    """Return how a CRS is written down: its code if that says all, else WKT."""
    authority = crs.to_authority(min_confidence=100)
    if authority is not None:
        try:
            coded = pyproj.CRS.from_authority(*authority)
        except pyproj.exceptions.CRSError:
            coded = None
        if coded is not None and same_crs(coded, crs):
            return ":".join(authority)
    return str(crs.to_wkt())


def _next(base: Database, table: str, key: str) -> int:
    return (base.rows(f"SELECT max({key}) FROM {table}")[0][0] or 0) + 1


def joined(one: Bounds | None, other: Bounds | None) -> Bounds | None:
    """Return the box around two."""
    if one is None or other is None:
        return one or other
    return (*map(min, one[:2], other[:2]), *map(max, one[2:], other[2:]))


def _real(value: float | None) -> float | None:
    return value + 0.0 if value is not None and math.isfinite(value) else None
