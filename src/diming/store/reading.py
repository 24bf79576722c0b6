"""What one revision believed, fetched by indexes (视图)."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import shapely

from diming.model.changeset import Applied, Passage
from diming.model.event_said import event_from_said
from diming.model.span import Precision, Span, When
from diming.model.unit import Level
from diming.model.version import Version
from diming.store.blob import unwrapped
from diming.store.database import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from diming.store.database import Database, Row

_VERSION = (
    "SELECT v.row_id, v.unit_id, v.level, v.name, v.kind, v.ethnic, v.parent_id, v.seat, t.key, "
    "v.begin_day, v.begin_precision, v.end_day, v.end_precision, v.began_by, v.ended_by, v.note "
    "FROM version v LEFT JOIN territory t ON t.fid = v.territory WHERE "
)


def believed(alias: str) -> str:
    """Return the condition that revision ``:known`` believed a row."""
    return (
        f"{alias}.known_from <= :known AND ({alias}.known_to IS NULL OR {alias}.known_to > :known)"
    )


class LedgerView:
    """One belief in a database; see `diming.history.view.View`."""

    def __init__(self, base: Database, known: int) -> None:
        self.base = base
        self.known = known

    @property
    def crs(self) -> str | None:
        """CRS of all shapes, as pyproj reads it; None before the first shape."""
        found = self.base.rows(
            f"SELECT s.value FROM setting s WHERE s.name = 'crs' AND {believed('s')}",
            {"known": self.known},
        )
        return found[0][0] if found else None

    def of_unit(self, unit_id: str) -> list[Version]:
        """Return all versions of a unit."""
        return self._versions("v.unit_id = :unit", unit=unit_id)

    def by_rows(self, rows: Iterable[int]) -> list[Version]:
        """Return the versions in some rows of the store, as far as they are believed."""
        found: list[Version] = []
        for some in chunks(rows):
            listed = self.base.among("v.row_id", "rows")
            found += self._versions(listed, rows=self.base.listing(some))
        return found

    def with_code(self, system: str, code: str) -> list[Version]:
        """Return all versions that bear a code of one system, at any time."""
        return self._versions(
            "v.row_id IN (SELECT c.version FROM code c WHERE c.system = :system "
            "AND c.code = :code)",
            system=system,
            code=code,
        )

    def with_name(self, name: str) -> list[Version]:
        """Return all versions of this very name, at any time."""
        return self._versions("v.name = :name", name=name)

    def children(self, unit_id: str) -> list[Version]:
        """Return all versions whose superior is the unit, at any time."""
        return self._versions("v.parent_id = :unit", unit=unit_id)

    def at(self, day: date, level: Level | None = None) -> list[Version]:
        """Return the versions that held on a day."""
        held = "v.begin_day <= :day AND v.end_day > :day"
        if level is None:
            # An index on level leads: name them all, and it can be used.
            levels = ", ".join(str(int(each)) for each in Level)
            return self._versions(f"v.level IN ({levels}) AND {held}", day=day.isoformat())
        return self._versions(f"v.level = :level AND {held}", day=day.isoformat(), level=int(level))

    def near(
        self, bounds: tuple[float, float, float, float], begin: date, end: date, level: Level
    ) -> list[Version]:
        """Return versions of a level whose shape's box meets `bounds` within ``[begin, end)``."""
        xmin, ymin, xmax, ymax = (float(value) for value in bounds)
        # The spatial index rounds outward; the columns are exact. A plus keeps the
        # index on levels out of it.
        return self._versions(
            f"v.territory IN ({self.base.in_box()}) AND t.min_x <= :xmax AND t.max_x >= :xmin "
            "AND t.min_y <= :ymax AND t.max_y >= :ymin "
            "AND +v.level = :level AND v.begin_day < :end AND v.end_day > :begin",
            xmin=xmin, ymin=ymin, xmax=xmax, ymax=ymax,
            begin=begin.isoformat(), end=end.isoformat(), level=int(level),
        )  # fmt: skip

    def shapes(self, keys: Iterable[str]) -> Mapping[str, Any]:
        """Return shapely geometries by territory key."""
        return fetch_shapes(self.base, keys)

    def chain_sums(self, keys: Iterable[str]) -> Mapping[str, int]:
        """Return the checksums of shapes, see `diming.geometry.checksum`, by territory key."""
        found: dict[str, int] = {}
        for some in chunks(set(keys)):
            query = f"SELECT key, chain_sum FROM territory WHERE {self.base.among('key', 'keys')}"
            found.update(self.base.rows(query, {"keys": self.base.listing(some)}))
        return found

    def acts(self, unit_id: str) -> list[Applied]:
        """Return the events that name a unit or pass its territory on, by date; undone ones not."""
        return self._events(
            "e.number IN (SELECT event FROM event_unit WHERE unit_id = :unit "
            "UNION SELECT event FROM passage WHERE giver = :unit "
            "UNION SELECT event FROM passage WHERE taker = :unit)",
            unit=unit_id,
        )

    def act(self, event_id: str) -> Applied | None:
        """Return an event that is believed."""
        found = self._events("e.id = :id", id=event_id)
        return found[0] if found else None

    def events(self) -> list[Applied]:
        """Return all events believed, by date."""
        return self._events("1 = 1")

    def _versions(self, condition: str, **values: Any) -> list[Version]:
        rows = self.base.rows(
            f"{_VERSION}{condition} AND {believed('v')} ORDER BY v.unit_id, v.begin_day, v.row_id",
            {**values, "known": self.known},
        )
        codes = self._codes([row[0] for row in rows])
        return [_version(row, tuple(codes.get(row[0], ()))) for row in rows]

    def _codes(self, rows: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
        found: dict[int, list[tuple[str, str]]] = {}
        query = (
            f"SELECT version, system, code FROM code WHERE {self.base.among('version', 'rows')} "
            "ORDER BY version, system"
        )
        for some in chunks(rows):
            for row, system, code in self.base.rows(query, {"rows": self.base.listing(some)}):
                found.setdefault(row, []).append((system, code))
        return found

    def _events(self, condition: str, **values: Any) -> list[Applied]:
        events = self.base.rows(
            "SELECT e.number, e.id, e.payload, e.chain_sum, e.reverts FROM event e "
            f"WHERE {condition} AND {believed('e')} ORDER BY e.day, e.number",
            {**values, "known": self.known},
        )
        named: dict[tuple[int, str], list[str | None]] = {}
        passages: dict[int, list[Passage]] = {}
        for some in chunks([row[0] for row in events]):
            listed = {"events": self.base.listing(some)}
            which = self.base.among("event", "events")
            for number, side, unit in self.base.rows(
                f"SELECT event, side, unit_id FROM event_unit WHERE {which} "
                "ORDER BY event, side, ordinal",
                listed,
            ):
                named.setdefault((number, side), []).append(unit)
            for number, giver, taker, area, share, whole in self.base.rows(
                f"SELECT event, giver, taker, area_m2, share, whole FROM passage WHERE {which} "
                "ORDER BY event, ordinal",
                listed,
            ):
                passages.setdefault(number, []).append(
                    Passage(giver, taker, area, share, bool(whole))
                )
        return [
            Applied(
                event_from_said(json.loads(payload), shapely.from_wkb, event_id=event_id),
                tuple(named.get((number, "before"), ())),
                tuple(named.get((number, "after"), ())),
                tuple(passages.get(number, ())),
                chain_sum,
                reverts,
            )
            for number, event_id, payload, chain_sum, reverts in events
        ]


def fetch_shapes(base: Database, keys: Iterable[str]) -> dict[str, Any]:
    """Return shapely geometries by territory key."""
    found: dict[str, Any] = {}
    query = (
        f"SELECT t.key, t.single, {base.shape_column('t')} FROM territory t "
        f"WHERE {base.among('t.key', 'keys')}"
    )
    for some in chunks(set(keys)):
        rows = base.rows(query, {"keys": base.listing(some)})
        raw = unwrapped(base.unpack(row[2] for row in rows), (row[1] for row in rows))
        found.update(zip((row[0] for row in rows), shapely.from_wkb(raw), strict=True))
    return found


def chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Cut a collection into lists short enough for one statement."""
    whole = list(values)
    for first in range(0, len(whole), AT_ONCE):
        yield whole[first : first + AT_ONCE]


def _version(row: Row, codes: tuple[tuple[str, str], ...]) -> Version:
    if not (isinstance(row[3], str) and isinstance(row[4], str)):
        raise TypeError(f"version {row[0]}: name or kind is no text")  # SQLite keeps any kind.
    return Version(
        row=row[0], unit_id=row[1], level=Level(row[2]), name=row[3], kind=row[4],
        ethnic=bool(row[5]), parent_id=row[6], seat=row[7], territory=row[8],
        span=Span(_when(row[9], row[10]), _when(row[11], row[12])),
        began_by=row[13], ended_by=row[14], note=row[15], codes=codes,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _when(day: str, precision: str) -> When:
    return When(date.fromisoformat(day), Precision(precision))
