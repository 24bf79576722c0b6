"""A belief held in lists, for histories drawn by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import shapely

from diming.geometry.checksum import chain_sums, territory_key
from diming.model.changeset import Applied, Changeset, Passage
from diming.model.event import Event, EventType, UnitRef
from diming.model.span import NOT_ENDED, UNKNOWN_BEGIN, Span, parse_when
from diming.model.unit import Level
from diming.model.version import Version
from diming.store.opening import MEMORY, create


class Belief:
    """Versions and acts; `unit` and `act` add to them."""

    def __init__(self, crs: str | None = "EPSG:4490"):
        self.crs = crs
        self.versions: list[Version] = []
        self.events: list[Applied] = []
        self.geometry: dict[str, object] = {}

    def unit(self, unit_id, name, begin=None, end=None, shape=None, *, level=Level.COUNTY,
             code=None, parent=None, began_by=None, ended_by=None, kind=""):  # fmt: skip
        key = None
        if shape is not None:
            key = territory_key(shape)
            self.geometry[key] = shape
        span = Span(
            UNKNOWN_BEGIN if begin is None else parse_when(begin),
            NOT_ENDED if end is None else parse_when(end),
        )
        version = Version(
            unit_id, span, level, name, kind=kind, parent_id=parent, territory=key,
            codes=(("ministry", code),) if code else (), began_by=began_by, ended_by=ended_by,
            row=len(self.versions),
        )  # fmt: skip
        self.versions.append(version)
        return version

    def act(self, event_id, day, type_, before, after, passages=(), **more):
        def label(unit):
            return next((v.name for v in self.versions if v.unit_id == unit), unit or "")

        event = Event(
            EventType(type_), parse_when(day), given_id=event_id,
            before=tuple(UnitRef(name=label(u), unit_id=u, part=u is None) for u in before),
            after=tuple(UnitRef(name=label(u), unit_id=u, part=u is None) for u in after),
            **more,
        )  # fmt: skip
        made = tuple(Passage(*p) if isinstance(p, tuple) else p for p in passages)
        applied = Applied(event, tuple(before), tuple(after), made)
        self.events.append(applied)
        return applied

    # What `View` offers.

    def of_unit(self, unit_id):
        found = [v for v in self.versions if v.unit_id == unit_id]
        return sorted(found, key=lambda v: v.span.begin.day)

    def _sorted(self, found):
        return sorted(found, key=lambda v: (v.unit_id, v.span.begin.day))

    def with_code(self, system, code):
        return self._sorted(v for v in self.versions if v.code(system) == code)

    def with_name(self, name):
        return self._sorted(v for v in self.versions if v.name == name)

    def children(self, unit_id):
        return self._sorted(v for v in self.versions if v.parent_id == unit_id)

    def at(self, day, level=None):
        return self._sorted(v for v in self.versions if v.holds(day) and level in (None, v.level))

    def near(self, bounds, begin, end, level):
        box = shapely.box(*bounds)
        return self._sorted(
            v
            for v in self.versions
            if v.level == level
            and v.territory
            and v.span.begin.day < end
            and begin < v.span.end.day
            and shapely.box(*shapely.bounds(self.geometry[v.territory])).intersects(box)
        )

    def shapes(self, keys):
        return {k: self.geometry[k] for k in keys}

    def chain_sums(self, keys):
        keys = list(keys)
        shapes = np.array([self.geometry[k] for k in keys], dtype=object)
        return dict(zip(keys, chain_sums(shapes).tolist(), strict=True))

    def acts(self, unit_id):
        def names(a):
            return {*a.before, *a.after, *(x for p in a.passages for x in (p.giver, p.taker))}

        found = [a for a in self.events if unit_id in names(a)]
        return sorted(found, key=lambda a: a.event.date.day)

    def act_of(self, event_id):
        return next((a for a in self.events if a.event.id == event_id), None)


def recorded(*beliefs: Belief, place=MEMORY):
    """Return an archive of beliefs one after the other: revisions r2, r3…, an hour apart."""
    store = create(place, beliefs[0].crs, author="某", recorded=datetime(2026, 1, 1, 1, tzinfo=UTC))
    told, held = set(), []
    for n, belief in enumerate(beliefs, 2):
        moment = datetime(2026, 1, 1, n, tzinfo=UTC)
        with store.write(author="某", reason=f"第{n}版", recorded=moment) as writer:
            old = [v.row for unit in dict.fromkeys(held) for v in writer.view.of_unit(unit)]
            new = tuple(a for a in belief.events if a.event.id not in told)
            added = tuple(replace(v, row=None) for v in belief.versions)
            writer.append(Changeset(added, tuple(old), belief.geometry, new))
        told |= {a.event.id for a in new}
        held = [v.unit_id for v in belief.versions]
    return store
