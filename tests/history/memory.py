"""A belief held in lists, for histories drawn by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from diming.geometry.checksum import territory_key
from diming.history import belief
from diming.model.changeset import Applied, Changeset, Passage
from diming.model.event import Event, EventType, UnitRef
from diming.model.span import NOT_ENDED, UNKNOWN_BEGIN, Span, parse_when
from diming.model.unit import Level
from diming.model.version import Version
from diming.store.opening import MEMORY, create


class Belief(belief.Belief):
    """A belief that is told unit by unit and act by act."""

    def __init__(self, crs: str | None = "EPSG:4490"):
        super().__init__(crs=crs)

    @property
    def versions(self):
        return list(self._rows.values())

    @property
    def events(self):
        return list(self._acts.values())

    @property
    def geometry(self):
        return self._shapes

    def unit(self, unit_id, name, begin=None, end=None, shape=None, *, level=Level.COUNTY,
             code=None, parent=None, began_by=None, ended_by=None, kind=""):  # fmt: skip
        key = None
        if shape is not None:
            key = territory_key(shape)
        span = Span(
            UNKNOWN_BEGIN if begin is None else parse_when(begin),
            NOT_ENDED if end is None else parse_when(end),
        )
        version = Version(
            unit_id, span, level, name, kind=kind, parent_id=parent, territory=key,
            codes=(("ministry", code),) if code else (), began_by=began_by, ended_by=ended_by,
        )  # fmt: skip
        self.append(Changeset((version,), territories={} if key is None else {key: shape}))
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
        self.append(Changeset(events=(applied,)))
        return applied


def recorded(*beliefs: Belief, place=MEMORY):
    """Return an archive of beliefs one after the other: revisions r2, r3…, an hour apart."""
    store = create(place, beliefs[0].crs, author="某", recorded=datetime(2026, 1, 1, 1, tzinfo=UTC))
    told, held = set(), []
    for n, one in enumerate(beliefs, 2):
        moment = datetime(2026, 1, 1, n, tzinfo=UTC)
        with store.write(author="某", reason=f"第{n}版", recorded=moment) as writer:
            old = [v.row for unit in dict.fromkeys(held) for v in writer.view.of_unit(unit)]
            new = tuple(a for a in one.events if a.event.id not in told)
            added = tuple(replace(v, row=None) for v in one.versions)
            writer.append(Changeset(added, tuple(old), one.geometry, new))
        told |= {a.event.id for a in new}
        held = [v.unit_id for v in one.versions]
    return store
