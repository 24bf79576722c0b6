"""Units through time, for who asks of many: superiors of any day, spans, heirs (沿革速查).

An heir (今属) is what stands today where a unit stood.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.lonlat import to_lonlat
from diming.history.lineage import lineage
from diming.model.answers import TERRITORY_UNKNOWN
from diming.model.located import Extent, Heir
from diming.model.span import EVER, OPEN, Precision, Span, When, day_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diming.history.recall import Recall
    from diming.model.answers import Lineage
    from diming.model.version import Version


class Descent:
    """What a belief tells of units, asked once each.

    Parameters
    ----------
    memory : Recall
    today : datetime.date
    """

    def __init__(self, memory: Recall, today: date) -> None:
        self.memory, self.today = memory, today
        self._chains: dict[tuple[str, date], tuple[Version, ...]] = {}
        self._kindred: dict[str, tuple[str, ...]] = {}
        self._lineages: dict[tuple[str, date], Lineage] = {}
        self._known_heirs: dict[tuple[str, date], tuple[tuple[Heir, ...], str | None]] = {}

    def version(self, unit: str, day: date) -> Version:
        """Return a unit as it stood on a day, else as it stood last."""
        versions = self.memory.versions(unit)
        return next((v for v in versions if v.holds(day)), versions[-1])

    def span(self, units: Sequence[str], stretch: tuple[int, int]) -> tuple[Span, bool]:
        """Return a stretch as exactly as the units' own dates are known.

        Also whether it cannot have begun later: not where a unit has stood since nobody
        knows when.
        """
        begin, end = date.fromordinal(stretch[0]), date.fromordinal(stretch[1])
        begins: list[When] = []
        ends: list[When] = []
        known = True
        # From the highest down: who stood below one that began that very day, attests it.
        for unit in units:
            for v in self.memory.versions(unit):
                if v.span.begin.day == begin:
                    begins.append(v.span.begin)
                    known = True
                elif v.holds(begin) and v.span.begin.day == EVER:
                    known = False
                if v.span.end.day == end and end != OPEN:
                    ends.append(v.span.end)
        # Of several dates that stand for one day, the most exact.
        first = min(begins, key=_coarse, default=When(begin))
        until = min(ends, key=_coarse, default=When(end))
        return Span(first, until), known

    def lineage(self, unit: str, day: date) -> Lineage:
        """Return where the ground that a unit had on a day came from and went to."""
        key = unit, day
        if key not in self._lineages:
            self._lineages[key] = lineage(self.memory.view, unit, day)
        return self._lineages[key]

    def kin(self, unit: str) -> tuple[str, ...]:
        """Return the units that ground of a unit's last version came from or went to."""
        if unit not in self._kindred:
            last = self.memory.versions(unit)[-1]
            found = self.lineage(unit, day_before(last.span.end.day))
            kin = (k.unit_id for k in (*found.after, *found.before))
            self._kindred[unit] = tuple(dict.fromkeys(k for k in kin if k and k != unit))
        return self._kindred[unit]

    def chain(self, unit: str, day: date) -> tuple[Version, ...]:
        """Return a unit with its superiors on a day, the highest first; nothing if it was not."""
        key = unit, day
        if key not in self._chains:
            held = self.memory.on(unit, day)
            self._chains[key] = () if held is None else self.chain_of(held, day)
        return self._chains[key]

    def chain_of(self, version: Version, day: date) -> tuple[Version, ...]:
        """Return a version with its superiors on a day, the highest first."""
        return (*reversed(self.memory.above(version, day)), version)

    def heirs(self, unit: str, day: date) -> tuple[tuple[Heir, ...], str | None]:
        """Return what stands today where a unit stood on a day, and why that is not known.

        Of a unit that still stands, itself.
        """
        key = unit, day
        if key not in self._known_heirs:
            self._known_heirs[key] = self._find_heirs(unit, day)
        return self._known_heirs[key]

    def _find_heirs(self, unit: str, day: date) -> tuple[tuple[Heir, ...], str | None]:
        own = self.chain(unit, self.today)
        if own:
            return (Heir(own),), None
        heirs, stopped = [], None
        for kin in self.lineage(unit, day).after:
            if not kin.ends:
                continue
            if kin.version is None or kin.stopped is not None:
                stopped = kin.stopped or TERRITORY_UNKNOWN
            chain = () if kin.unit_id is None else self.chain(kin.unit_id, self.today)
            if chain and kin.unit_id != unit:
                heirs.append(Heir(chain, kin.rests if kin.stopped is None else None))
        heirs.sort(key=lambda h: (h.share is None, -(h.share or 0.0), h.version.any_code))
        return tuple(heirs), stopped if heirs or stopped else TERRITORY_UNKNOWN

    def extent(self, chain: Sequence[Version], day: date) -> Extent | None:
        """Return where the last of a chain was, or the lowest of its superiors with a shape."""
        for version in (*reversed(chain), *reversed(self.chain_of(chain[-1], day))):
            shape = self.memory.shape(version)
            if shape is not None and not shape.is_empty:
                (there,) = to_lonlat(np.array([shape], dtype=object), self.memory.view.crs)
                point = shapely.point_on_surface(there)
                west, south, east, north = (float(x) for x in there.bounds)
                return Extent(version, point.x, point.y, (west, south, east, north))
        return None


def _coarse(when: When) -> int:
    return list(Precision).index(when.precision)
