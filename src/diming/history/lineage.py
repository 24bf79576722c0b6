"""Where a unit's ground came from, and where it went (沿革).

The ground of one unit is followed from act to act, forward and backward, as a
parcel: its share of what was asked about and, where shapes are known, the very
piece. A whole unit that passes on takes all of its parcel along; of a part, the piece
is cut out; where nothing tells how much of the parcel went, the line stops and says
so. Nothing recurses: parcels wait in one queue by date, and those that meet in a unit
before its next act are one.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any

import shapely

from diming.history.recall import Recall
from diming.model.answers import BEGIN_UNKNOWN, TERRITORY_UNKNOWN, Kin, Lineage, Link
from diming.model.span import day_before

if TYPE_CHECKING:
    from datetime import date

    from diming.history.view import View
    from diming.model.version import Version

#: Pieces smaller than this are rounding, not ground.
LEAST_M2 = 0.01
#: How often parcels may come late to one act of one unit; more is a cycle.
_MOST_VISITS = 16


def lineage(view: View, unit_id: str, day: date | None = None) -> Lineage:
    """Return what became of a unit's ground, and out of what it was made.

    Parameters
    ----------
    view : View
    unit_id : str
    day : datetime.date, optional
        Of the territory that shares are of; without one, or where the unit did not
        hold then, its last version.

    Raises
    ------
    KeyError
        If there is no such unit.
    """
    memory = Recall(view)
    versions = memory.versions(unit_id)
    if not versions:
        raise KeyError(unit_id)
    version = next((v for v in versions if day is not None and v.holds(day)), versions[-1])
    if day is None or not version.holds(day):
        day = day_before(version.span.end.day)
    back, forth = _Trace(memory, version, day, -1), _Trace(memory, version, day, +1)
    before, after = back.run(), forth.run()
    links = {(link.event_id, link.giver, link.taker): link for link in back.links + forth.links}
    # Acts of the unit itself, even those that pass no ground, belong to its story.
    acts = {a.event.id: a for a in memory.acts(unit_id)}
    acts |= {a.event.id: a for trace in (back, forth) for a in trace.acts}
    ordered = sorted(acts.values(), key=lambda a: a.event.date.day)
    place = {a.event.id: n for n, a in enumerate(ordered)}
    names = {unit_id: version}
    for a in ordered:
        for other in (*a.before, *a.after, *(x for p in a.passages for x in (p.giver, p.taker))):
            if other is not None and other not in names:
                found = memory.near_act(other, a)
                if found is not None:
                    names[other] = found
    for kin in (*before, *after):
        if kin.version is not None:
            names.setdefault(kin.version.unit_id, kin.version)
    return Lineage(
        version=version,
        versions=tuple(versions),
        before=tuple(before),
        after=tuple(after),
        links=tuple(sorted(links.values(), key=lambda link: place[link.event_id])),
        acts=tuple(ordered),
        names=names,
    )


@dataclass(slots=True)
class _Parcel:
    """Some ground of the asked unit, within one unit.

    `share` is of the asked unit's ground, None if not known; `piece` the ground
    itself, where known; `pure`: all of the unit consists of it.
    """

    share: float | None
    piece: Any = None
    pure: bool = False

    def joined(self, other: _Parcel) -> _Parcel:
        share = _added(self.share, other.share)
        piece = None
        if self.piece is not None and other.piece is not None:
            piece = shapely.union(self.piece, other.piece)
        return _Parcel(share, piece, pure=False)


class _Trace:
    """One way through time: `way` -1 backward, +1 forward.

    Giver and taker, begun and ended, before and after change places when time runs
    backward; `source` and `sink` are giver and taker as the trace meets them.
    """

    def __init__(self, memory: Recall, version: Version, day: date, way: int):
        self.memory, self.version, self.way = memory, version, way
        self.links: list[Link] = []
        self.acts: list[Any] = []
        self._kin: dict[str | None, Kin] = {}
        self._waiting: dict[tuple[str, int], _Parcel] = {}
        self._visits: dict[tuple[str, int], int] = {}
        self._queue: list[tuple[int, int, str, int]] = []
        self._numbers = count()
        self._day = day
        piece = memory.shape(version)
        self._whole_m2 = memory.area_m2(version)
        # An act takes effect on its day: what stood on `day` is what it left.
        acts = memory.acts(version.unit_id)
        past = sum(a.event.date.day <= day for a in acts)
        self._start = past if way > 0 else past - 1
        self._piece = piece

    def run(self) -> list[Kin]:
        """Follow the parcel to all its ends; return the units met, in that order."""
        unit = self.version.unit_id
        self._kin[unit] = Kin(self.version, None, 1.0)
        self._settle(unit, self._start, _Parcel(1.0, self._piece, pure=True))
        while self._queue:
            _, _, unit, at = heapq.heappop(self._queue)
            parcel = self._waiting.pop((unit, at), None)
            if parcel is not None:
                self._pass_on(unit, at, parcel)
        kin = list(self._kin.values())
        only = len(kin) == 1
        return [] if only and not self.links and kin[0].stopped is None else kin

    def _settle(self, unit: str, at: int, parcel: _Parcel) -> None:
        """Let a parcel wait for the unit's next act from position `at` that moves its ground."""
        acts = self.memory.acts(unit)
        while 0 <= at < len(acts):
            links = self.memory.links(acts[at])
            if any(self._source(link) == unit for link in links):
                break
            if any(self._sink(link) == unit for link in links):
                parcel = replace(parcel, pure=False)
            at += self.way
        else:
            self._rest(unit, parcel)
            return
        key = (unit, at)
        self._visits[key] = self._visits.get(key, 0) + 1
        if self._visits[key] > _MOST_VISITS:
            self._rest(unit, parcel)
            return
        held = self._waiting.get(key)
        self._waiting[key] = parcel if held is None else held.joined(parcel)
        if held is None:
            day = acts[at].event.date.day.toordinal() * self.way
            heapq.heappush(self._queue, (day, next(self._numbers), unit, at))

    def _pass_on(self, unit: str, at: int, parcel: _Parcel) -> None:
        """Divide a parcel among the takers of an act and, if it lives on, the unit itself."""
        act = self.memory.acts(unit)[at]
        event = act.event
        links = [x for x in self.memory.links(act) if self._source(x) == unit]
        gone = self.memory.began_by(unit, event.id) if self.way < 0 else self.memory.ended_by(
            unit, event.id
        )  # fmt: skip
        self.acts.append(act)
        self.links += links
        left = parcel
        total_m2 = _sum([x.area_m2 for x in links]) if gone else None
        for link in links:
            if (len(links) == 1 and gone) or (self.way > 0 and link.whole):
                part = replace(parcel, pure=parcel.pure and self._sole(link, act))
            else:
                part = self._part(parcel, link, act, total_m2)
            if part.share is not None and part.share <= self._least_share:
                continue
            self._arrive(link, act, part, followed=gone or link.whole or part.share is not None)
            left = self._less(left, part)
        if gone:
            return
        self._settle(unit, at + self.way, replace(left, pure=parcel.pure))

    def _part(self, parcel: _Parcel, link: Link, act: Any, total_m2: float | None) -> _Parcel:
        """Return what of a parcel goes the way of a link."""
        sink = self._sink(link)
        if parcel.piece is not None and sink is not None and self._whole_m2:
            other = self.memory.beside(sink, act, self.way)
            shape = None if other is None else self.memory.shape(other)
            if shape is not None:
                piece = shapely.intersection(parcel.piece, shape)
                return _Parcel(self.memory.measure(piece) / self._whole_m2, piece)
        share = None
        if parcel.pure and parcel.share is not None:
            if self.way > 0 and link.share is not None:
                share = parcel.share * link.share
            elif self.way < 0 and link.area_m2 is not None and total_m2:
                share = parcel.share * link.area_m2 / total_m2
        return _Parcel(share, pure=parcel.pure and self._sole(link, act))

    def _sole(self, link: Link, act: Any) -> bool:
        """Tell whether nothing but what went this way makes up the unit at its end."""
        sink = self._sink(link)
        if sink is None:
            return False
        made = self.memory.ended_by if self.way < 0 else self.memory.began_by
        others = sum(self._sink(x) == sink for x in self.memory.links(act))
        return made(sink, act.event.id) and others == 1

    def _less(self, left: _Parcel, part: _Parcel) -> _Parcel:
        if left.piece is not None and part.piece is not None:
            piece = shapely.difference(left.piece, part.piece)
            share = self.memory.measure(piece) / self._whole_m2 if self._whole_m2 else None
            return _Parcel(share, piece)
        share = None if left.share is None or part.share is None else left.share - part.share
        return _Parcel(None if share is None else max(0.0, share))

    def _arrive(self, link: Link, act: Any, part: _Parcel, *, followed: bool) -> None:
        sink = self._sink(link)
        version = None if sink is None else self.memory.beside(sink, act, self.way)
        if version is None:
            # Nobody knows whom, or the outside.
            held = self._kin.get(None) or Kin(None, act.event.id, 0.0, 0.0)
            share, rests = _added(held.share, part.share), _added(held.rests, part.share)
            self._kin[None] = replace(
                held, share=_capped(share), rests=rests, ends=True, stopped=TERRITORY_UNKNOWN
            )
            return
        assert sink is not None
        kin = self._kin.get(sink)
        if kin is None:
            kin = Kin(version, act.event.id, part.share)
        else:
            kin = replace(kin, share=_capped(_added(kin.share, part.share)))
        if not followed:
            kin = replace(kin, rests=None, ends=True, stopped=TERRITORY_UNKNOWN)
        self._kin[sink] = kin
        if followed:
            here = self.memory.place(sink, act)
            self._settle(sink, here + self.way, part)

    def _rest(self, unit: str, parcel: _Parcel) -> None:
        """Note that a parcel moves no further."""
        kin = self._kin[unit]
        stopped = kin.stopped
        if self.way < 0:
            first = self.memory.versions(unit)[0]
            stopped = TERRITORY_UNKNOWN if first.began_by else BEGIN_UNKNOWN
        elif not self.memory.versions(unit)[-1].span.is_open:
            stopped = TERRITORY_UNKNOWN
        rests = _added(kin.rests, parcel.share)
        self._kin[unit] = replace(kin, rests=_capped(rests), ends=True, stopped=stopped)

    @property
    def _least_share(self) -> float:
        return LEAST_M2 / self._whole_m2 if self._whole_m2 else 0.0

    def _source(self, link: Link) -> str | None:
        return link.giver if self.way > 0 else link.taker

    def _sink(self, link: Link) -> str | None:
        return link.taker if self.way > 0 else link.giver


def _added(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a + b


def _capped(share: float | None) -> float | None:
    """Ground that left and came back passed once."""
    return None if share is None else min(share, 1.0)


def _sum(values: list[float | None]) -> float | None:
    return None if None in values else sum(v for v in values if v is not None)
