"""A belief held in plain memory: what acts are tried on before there is an archive."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from diming.geometry.checksum import chain_sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from numpy.typing import NDArray

    from diming.model.changeset import Applied, Changeset
    from diming.model.unit import Level
    from diming.model.version import Version


class Belief:
    """Versions of units in dictionaries; answers as `diming.history.view.View` does.

    For thousands of units, not for an archive: `at` and `near` go through all.
    """

    def __init__(self, versions: Iterable[Version] = (), crs: str | None = None) -> None:
        self._rows: dict[int, Version] = {}
        self._units: dict[str, dict[int, None]] = {}
        self._codes: dict[tuple[str, str], dict[int, None]] = {}
        self._names: dict[str, dict[int, None]] = {}
        self._parents: dict[str | None, dict[int, None]] = {}
        self._shapes: dict[str, Any] = {}
        self._acts: dict[str, Applied] = {}
        self._number = count(1)
        self._crs = crs
        for version in versions:
            self._add(version)

    @property
    def crs(self) -> str | None:
        """CRS of the shapes."""
        return self._crs

    def of_unit(self, unit_id: str) -> list[Version]:
        """Return all versions of a unit."""
        return self._sorted(self._units.get(unit_id, ()))

    def with_code(self, system: str, code: str) -> list[Version]:
        """Return all versions that bear a code."""
        return self._sorted(self._codes.get((system, code), ()))

    def with_name(self, name: str) -> list[Version]:
        """Return all versions of a name."""
        return self._sorted(self._names.get(name, ()))

    def children(self, unit_id: str) -> list[Version]:
        """Return all versions below a unit."""
        return self._sorted(self._parents.get(unit_id, ()))

    def at(self, day: date, level: Level | None = None) -> list[Version]:
        """Return the versions that held on a day."""
        return [v for v in self._sorted(self._rows) if v.holds(day) and level in (None, v.level)]

    def near(
        self, bounds: tuple[float, float, float, float], begin: date, end: date, level: Level
    ) -> list[Version]:
        """Return versions of a level whose box meets `bounds` within ``[begin, end)``."""
        found = [
            (v, self._shapes[v.territory].bounds)
            for v in self._sorted(self._rows)
            if v.level == level and v.territory is not None
            and v.span.begin.day < end and begin < v.span.end.day
        ]  # fmt: skip
        x0, y0, x1, y1 = bounds
        return [
            v for v, (a, b, c, d) in found if a <= x1 and x0 <= c and b <= y1 and y0 <= d
        ]  # fmt: skip

    def shapes(self, keys: Iterable[str]) -> Mapping[str, Any]:
        """Return shapes by key."""
        return {k: self._shapes[k] for k in keys}

    def chain_sums(self, keys: Iterable[str]) -> Mapping[str, int]:
        """Return checksums by key."""
        wanted = list(keys)
        shapes: NDArray[np.object_] = np.empty(len(wanted), dtype=object)
        shapes[:] = [self._shapes[k] for k in wanted]
        return dict(zip(wanted, chain_sums(shapes).tolist(), strict=True))

    def acts(self, unit_id: str) -> list[Applied]:
        """Return the events that name a unit, by date."""
        found = [
            a
            for a in self._acts.values()
            if unit_id in (*a.before, *a.after)
            or any(unit_id in (p.giver, p.taker) for p in a.passages)
        ]
        return sorted(found, key=lambda a: a.event.date.day)

    def act(self, event_id: str) -> Applied | None:
        """Return an event."""
        return self._acts.get(event_id)

    def append(self, change: Changeset) -> None:
        """Take in a change set."""
        for row in change.superseded:
            self._drop(row)
        for key, shape in change.territories.items():
            self._shapes.setdefault(key, shape)
        for version in change.added:
            self._add(version)
        for applied in change.events:
            self._acts[applied.event.id] = applied
            if applied.reverts:
                self._acts.pop(applied.reverts, None)

    def _add(self, version: Version) -> None:
        row = next(self._number)
        self._rows[row] = replace(version, row=row)
        for index, key in self._keys(version):
            index.setdefault(key, {})[row] = None

    def _drop(self, row: int) -> None:
        version = self._rows.pop(row)
        for index, key in self._keys(version):
            del index[key][row]

    def _keys(self, version: Version) -> list[tuple[dict[Any, dict[int, None]], Any]]:
        return [
            (self._units, version.unit_id),
            (self._names, version.name),
            (self._parents, version.parent_id),
            *((self._codes, pair) for pair in version.codes),
        ]

    def _sorted(self, rows: Iterable[int]) -> list[Version]:
        found = [self._rows[r] for r in rows]
        return sorted(found, key=lambda v: (v.unit_id, v.span.begin.day))
