"""Where something found lay then, and where that is today (今昔所属)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from diming.model.found import Above
from diming.model.located import Heir
from diming.model.span import EVER, OPEN, day_before
from diming.services.descent import Descent
from diming.services.lying import Whereabouts

if TYPE_CHECKING:
    from datetime import date

    from diming.history.recall import Recall
    from diming.model.found import Hit
    from diming.model.place import Place
    from diming.model.version import Version


class Situation:
    """Superiors of units and places on any day, by one belief; nothing is asked twice.

    Parameters
    ----------
    memory : Recall
    now : datetime.date
    """

    def __init__(self, memory: Recall, now: date) -> None:
        self.memory, self.now = memory, now
        self.descent = Descent(memory, now)
        self.places = Whereabouts(self.descent)

    def of(self, hit: Hit, day: date | None) -> Hit:
        """Return a hit with what it lay in when its name was in use, and today."""
        on = self.day_of(hit, day)
        if hit.version is not None:
            return self._of_unit(hit, hit.version, on)
        if hit.place is not None:
            return self._of_place(hit, hit.place, on)
        return hit

    def day_of(self, hit: Hit, day: date | None) -> date:
        """Return the day asked about, else the last on which the name was in use, or today."""
        if day is not None:
            return day
        if hit.version is not None and (hit.name is None or hit.span is None):
            last = hit.version.span.end.day
        elif hit.span is not None:
            last = hit.span.end.day
        else:
            return self.now
        on = self.now if last == OPEN or last > self.now else day_before(last)
        if hit.version is not None and not hit.version.holds(on):
            # A name outlives the unit that it was told of.
            end = hit.version.span.end.day
            on = self.now if end == OPEN else day_before(end)
        return on

    def is_below(self, hit: Hit, unit: Version, day: date | None) -> bool:
        """Tell whether something lay in a unit: on a day, else at its own time or today."""
        days = {day} if day is not None else {self.day_of(hit, None), self.now}
        if hit.version is not None:
            own = hit.version.unit_id
            chains = [self.descent.chain(own, d) for d in days]
            return any(v.unit_id == unit.unit_id for chain in chains for v in chain)
        if hit.place is None:
            return False
        for on in days:
            chain = self.places.of_place(hit.place, on).units
            if any(v.unit_id == unit.unit_id for v in chain):
                return True
        return False

    def _of_unit(self, hit: Hit, version: Version, on: date) -> Hit:
        chain = self.descent.chain(version.unit_id, on)
        then = Above(chain[:-1])
        now = self.descent.chain(version.unit_id, self.now)
        if now:
            # Of one that goes by another name today, that is told too.
            other = (Heir(now),) if now[-1].name != hit.text else ()
            return replace(hit, then=then, today=Above(now[:-1]), heirs=other)
        heirs, stopped = self.descent.heirs(version.unit_id, on)
        return replace(hit, then=then, heirs=heirs, stopped=stopped)

    def _of_place(self, hit: Hit, place: Place, on: date) -> Hit:
        then = self.places.of_place(place, on).units
        now = self.places.of_place(place, self.now).units
        heirs: tuple[Heir, ...] = ()
        stopped = None
        if not now and place.within_id is not None:
            heirs, stopped = self.descent.heirs(place.within_id, self._said_on(place))
            if len(heirs) == 1:
                now, heirs = heirs[0].chain, ()
        told = place.within
        return replace(
            hit, then=Above(then, () if then else told), today=Above(now, () if now else told),
            heirs=heirs, stopped=stopped,
        )  # fmt: skip

    def _said_on(self, place: Place) -> date:
        """Return the day of which it was told what a place lies in."""
        versions = self.memory.versions(place.within_id) if place.within_id else []
        if place.within_on is not None and any(v.holds(place.within_on) for v in versions):
            return place.within_on
        end = versions[-1].span.end.day if versions else OPEN
        return self.now if end in (OPEN, EVER) else day_before(end)
