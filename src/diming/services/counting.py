"""Named, signed, mapped: how many places of a unit by the end of a year (乡村著名行动统计).

A place counts in the unit that it lay in on the last day of the year: the one it was told
to lie in (`Place.within_id`), or what took that over, or the one that holds its position.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from diming.history.recall import Recall
from diming.services.closing import in_use
from diming.services.locating import prepare, where_many
from diming.services.standing_signs import signs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from diming.handbook.registers import Registers
    from diming.history.view import View
    from diming.model.place import Name, Place
    from diming.model.unit import Level
    from diming.model.version import Version
    from diming.services.locating import Prepared
    from diming.services.standing_signs import Sign
    from diming.store.gazetteer_protocol import Gazetteer
    from diming.store.protocol import Store

#: More takers in a row than any unit has had, and more levels than there are.
_MOST = 100


@dataclass(frozen=True, slots=True)
class Count:
    """One unit at the end of one year.

    Attributes
    ----------
    year : int
    unit_id : str or None
        None for places whose unit is not known.
    code, name : str
    places : int
        Places that were there.
    named : int
        Of these: with a standard name in use.
    signed : int
        With a sign that stands.
    mapped : int
        With a position.
    newly_named : int
        With a standard name whose use began within the year.
    """

    year: int
    unit_id: str | None
    code: str
    name: str
    places: int
    named: int
    signed: int
    mapped: int
    newly_named: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts by year and unit, and by year how many places lie in no known unit."""

    level: Level
    rows: tuple[Count, ...]
    unplaced: Mapping[int, int]


def count(
    store: Store, gazetteer: Gazetteer, words: Registers, level: Level, years: Sequence[int],
    today: date, known: str | None = None,
) -> Counts:  # fmt: skip
    """Count places by unit of a level and by year; the current year counts up to today."""
    standing: dict[str, list[Sign]] = defaultdict(list)
    for one in signs(gazetteer):
        if one.place_id is not None:
            standing[one.place_id].append(one)
    ground = _Ground(store, level, known)
    tallies = [_Tally(year, min(date(year, 12, 31), today), ground) for year in years]
    # Block by block: all places of a province at once would not be light.
    for block in gazetteer.every():
        for tally in tallies:
            tally.take(block, standing, words)
    rows = tuple(row for tally in tallies for row in tally.rows())
    return Counts(level, rows, {t.year: t.sums[None]["places"] for t in tallies})


class _Tally:
    """The counts of one year."""

    def __init__(self, year: int, day: date, ground: _Ground) -> None:
        self.year, self.day, self.ground = year, day, ground
        self.tree = _Tree(ground.view, day)
        self.sums: defaultdict[str | None, Counter[str]] = defaultdict(Counter)

    def take(
        self, block: Sequence[tuple[Place, tuple[Name, ...]]],
        standing: Mapping[str, Sequence[Sign]], words: Registers,
    ) -> None:  # fmt: skip
        """Count some places."""
        there = [(p, names) for p, names in block if p.when.holds(self.day)]
        units = self.ground.units([p for p, _ in there], self.tree, self.day)
        for (place, names), version in zip(there, units, strict=True):
            unit = None if version is None else version.unit_id
            self.sums[unit].update(_facts(place, names, standing, words, self.day, self.year))

    def rows(self) -> list[Count]:
        """Return a row a unit, by code; places of no known unit last."""
        found = []
        for unit, sums in self.sums.items():
            version = None if unit is None else self.tree.version(unit)
            if sums["places"]:
                found.append(Count(
                    self.year, unit, _code(version),
                    "" if version is None else version.name or unit or "",
                    sums["places"], sums["named"], sums["signed"], sums["mapped"], sums["new"],
                ))  # fmt: skip
        return sorted(found, key=lambda c: (c.unit_id is None, c.code, c.unit_id or ""))


def _facts(
    place: Place, names: Iterable[Name], standing: Mapping[str, Sequence[Sign]],
    words: Registers, day: date, year: int,
) -> Iterator[str]:  # fmt: skip
    yield "places"
    used = [n for n in names if in_use(n, day)]
    if used:
        yield "named"
    begun = (n.when.span.begin.day.year for n in used if n.when.span is not None)
    if year in begun:
        yield "new"
    found = (words.sign_states.get(s.state_on(day) or "") for s in standing.get(place.place_id, ()))
    if any(state is not None and state.stands for state in found):
        yield "signed"
    if place.lon is not None or place.geometry is not None:
        yield "mapped"


class _Ground:
    """The units of a level: by what a place was told to lie in, else by its position."""

    def __init__(self, store: Store, level: Level, known: str | None) -> None:
        self.store, self.level, self.known = store, level, known
        self.view = store.view() if known is None else store.view(int(known))
        self._prepared: Prepared | None = None

    def units(self, places: Sequence[Place], tree: _Tree, day: date) -> list[Version | None]:
        """Return the unit that each place lies in on a day."""
        found = [
            tree.above(tree.alive(p.within_id), self.level) if p.within_id else None
            for p in places
        ]  # fmt: skip
        lost = [
            n for n, (p, v) in enumerate(zip(places, found, strict=True))
            if v is None and p.lon is not None and p.lat is not None
        ]  # fmt: skip
        if not lost or self.view.crs is None:
            return found
        if self._prepared is None:
            revision = None if self.known is None else int(self.known)
            self._prepared = prepare(self.store, self.store.table(revision))
        points = np.array([(places[n].lon, places[n].lat) for n in lost], dtype=np.float64)
        answer = where_many(
            self.store, points, day=day, known=self.known, prepared=self._prepared
        )  # fmt: skip
        rows = answer.rows.get(self.level)
        if rows is None:
            return found
        for n, row in zip(lost, rows.tolist(), strict=True):
            if row >= 0:
                found[n] = tree.version(str(answer.table.unit_id[row]))
        return found


def _code(version: Version | None) -> str:
    return "" if version is None else version.any_code or ""


class _Tree:
    """The units of one day, their superiors, and what took over those that were gone."""

    def __init__(self, view: View, day: date) -> None:
        self.memory, self.day = Recall(view), day
        self.held = {v.unit_id: v for v in view.at(day)}
        self._taken: dict[str, str | None] = {}

    def version(self, unit_id: str) -> Version | None:
        """Return a unit as it stood that day."""
        return self.held.get(unit_id)

    def alive(self, unit_id: str) -> str | None:
        """Return the unit, or the one that took it over whole; None where it was parted."""
        if unit_id not in self._taken:
            self._taken[unit_id] = self._follow(unit_id)
        return self._taken[unit_id]

    def above(self, unit_id: str | None, level: Level) -> Version | None:
        """Return the unit of a level that a unit lies in, or is."""
        for _ in range(_MOST):
            version = self.held.get(unit_id or "")
            if version is None or version.level <= level:
                break
            unit_id = version.parent_id
        else:
            return None
        return version if version is not None and version.level == level else None

    def _follow(self, unit_id: str) -> str | None:
        for _ in range(_MOST):
            if unit_id in self.held:
                return unit_id
            acts = [a for a in self.memory.acts(unit_id) if a.event.date.day <= self.day]
            takers = {
                link.taker for act in acts[-1:] for link in self.memory.links(act)
                if link.giver == unit_id and link.taker != unit_id
            }  # fmt: skip
            if len(takers) != 1:
                return None
            taker = next(iter(takers))
            if taker is None:
                return None
            unit_id = taker
        return None
