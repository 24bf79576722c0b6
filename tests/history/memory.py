"""A belief held in lists, for histories drawn by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import shapely

from diming.geometry.checksum import chain_sums, territory_key
from diming.geometry.lonlat import areas_m2
from diming.model.changeset import Applied, Passage, Revision
from diming.model.event import Event, EventType, UnitRef
from diming.model.span import NOT_ENDED, UNKNOWN_BEGIN, Span, parse_when
from diming.model.unit import Level
from diming.model.version import Version
from diming.versions import VersionTable


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


class Archive:
    """Beliefs one after the other, one revision each, an hour apart."""

    place = "memory"

    def __init__(self, *beliefs: Belief):
        self.beliefs = beliefs

    def _revision(self, n):
        return Revision(n, datetime(2026, 1, 1, n, tzinfo=UTC), "某", "试")

    def head(self):
        return self._revision(len(self.beliefs))

    def revisions(self, *, newest=None):
        for n in range(len(self.beliefs), 0, -1)[:newest]:
            yield self._revision(n)

    def revision_at(self, moment):
        return next((r for r in self.revisions() if r.recorded <= moment), None)

    def view(self, known=None):
        return self.beliefs[(known or len(self.beliefs)) - 1]

    def events(self, known=None):
        return sorted(self.view(known).events, key=lambda a: a.event.date.day)

    def shapes(self, keys):
        held = {k: g for b in self.beliefs for k, g in b.geometry.items()}
        return np.array([held[k] for k in keys], dtype=object)

    def table(self, known=None):
        view = self.view(known)
        vs = view._sorted(view.versions)
        keys = sorted({v.territory for v in vs if v.territory})
        shapes = np.array([view.geometry[k] for k in keys], dtype=object)

        def texts(values):
            return np.array([v or "" for v in values], dtype=object)

        return VersionTable(
            row=np.array([v.row for v in vs]),
            unit_id=texts(v.unit_id for v in vs), name=texts(v.name for v in vs),
            kind=texts(v.kind for v in vs), code=texts(v.code() for v in vs),
            parent_id=texts(v.parent_id for v in vs), began_by=texts(v.began_by for v in vs),
            ended_by=texts(v.ended_by for v in vs),
            level=np.array([v.level for v in vs], dtype=np.int8),
            begin=np.array([v.span.begin.day.toordinal() for v in vs]),
            end=np.array([v.span.end.day.toordinal() for v in vs]),
            begin_known=np.array([v.span.begin != UNKNOWN_BEGIN for v in vs]),
            territory=np.array([keys.index(v.territory) if v.territory else -1 for v in vs]),
            keys=np.array(keys, dtype=object), chain_sum=chain_sums(shapes),
            area_m2=areas_m2(shapes, view.crs),
            bounds=shapely.bounds(shapes).reshape(-1, 4),
        )  # fmt: skip
