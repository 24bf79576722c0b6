"""Is each level a coverage at every date (逐日覆盖)? One sweep over all changes.

Checksums of outlines are added where versions begin and subtracted where they end.
A day whose sum does not change neither opens nor closes anything, whatever was
redrawn inside. Of the other days, what begins less what ends is looked at; the
faces it leaves are cut to pieces of one history, and a point within each tells
by whom it was held, and when.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from diming.rules.chronicle import NOT_ENDED, Chronicle, Looks
from diming.rules.pieces import cores, lines_of, part, pieces
from diming.rules.time_findings import Told, joined_findings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from numpy.typing import NDArray

    from diming.geometry.chain import Ints
    from diming.model.finding import CheckSettings, Finding
    from diming.versions import VersionTable


def level_findings(
    chronicle: Chronicle,
    rows: Ints,
    settings: CheckSettings,
    *,
    outside_events: Collection[str] = (),
    jobs: int = 1,
) -> list[Finding]:
    """Check one level at all dates.

    Parameters
    ----------
    chronicle : Chronicle
    rows : int64 array
        The versions of the level.
    settings : CheckSettings
    outside_events : collection of str
        Ids of events that say which outside territory they take or give: what
        changes by them alone is neither gained nor lost.
    jobs : int

    Returns
    -------
    list of Finding
        Of the rules ``time-overlap``, ``time-gap``, ``territory-lost`` and
        ``territory-gained``.
    """
    known = rows[chronicle.table.territory[rows] >= 0]
    if len(known) == 0:
        return []
    polygon = _suspicious(chronicle, known, settings.tolerance_m, jobs)
    if len(polygon) == 0:
        return []
    polygon = _parted(chronicle, known, polygon, settings.tolerance_m)
    core = cores(polygon, settings.tolerance_m)
    level = _Level(chronicle, known, np.setdiff1d(rows, known), frozenset(outside_events))
    told = [
        one
        for piece, (on, near) in enumerate(
            zip(
                _by_piece(len(polygon), *chronicle.covering(polygon, known)),
                _by_piece(len(polygon), *chronicle.meeting(core, known)),
                strict=True,
            )
        )
        for one in level.told(piece, on, near)
    ]
    return joined_findings(chronicle, polygon, told, settings.tolerance_m)


def _suspicious(
    chronicle: Chronicle, rows: Ints, tolerance_m: float, jobs: int
) -> NDArray[np.object_]:
    """Return the ground that is held twice at first, or opens or closes later, in pieces."""
    looks = _looks(chronicle.table, rows)
    found = [np.empty(0, dtype=object)]
    lines = found[0]
    for look, faces, graph in chronicle.faces(looks, tolerance_m, jobs=jobs):
        found.append(faces.polygon[faces.cover > 1 if look == 0 else faces.cover != 0])
        if look == 0:
            lines = lines_of(graph)
    return pieces(np.concatenate(found), lines, tolerance_m)


def _looks(table: VersionTable, rows: Ints) -> Looks:
    """Return what is to be looked at: the first day whole, then the days that do not add up."""
    begin, end, key = table.begin[rows], table.end[rows], table.territory[rows]
    first, last = int(begin.min()), int(end.max())
    initial = begin == first
    day = np.concatenate([begin[~initial], end[end < last]])
    keys = np.concatenate([key[~initial], key[end < last]])
    plus = np.arange(len(day)) < np.count_nonzero(~initial)
    look, key_ = [np.zeros(int(initial.sum()), np.int64)], [key[initial]]
    if len(day):
        order = np.argsort(day, kind="stable")
        day, keys, plus = day[order], keys[order], plus[order]
        begins = np.flatnonzero(np.diff(day, prepend=day[0] - 1))
        value = table.chain_sum.astype(np.int64).view(np.uint64)[keys]
        net = np.add.reduceat(np.where(plus, value, np.uint64(0) - value), begins)
        number = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(day))))
        odd = net[number] != 0
        number, keys, plus = _net(number[odd], keys[odd], plus[odd])
        look.append(number + 1)
        key_.append(keys)
    sign = np.concatenate([np.zeros(len(key_[0]), bool), ~plus if len(day) else np.empty(0, bool)])
    return Looks(np.concatenate(look), np.concatenate(key_), sign)


def _net(number: Ints, key: Ints, plus: NDArray[np.bool_]) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Leave out shapes that end and begin on one day, in other versions."""
    order = np.lexsort((key, number))
    number, key, plus = number[order], key[order], plus[order]
    if len(number) == 0:
        return number, key, plus
    fresh = np.flatnonzero((np.diff(number, prepend=-1) != 0) | (np.diff(key, prepend=-1) != 0))
    net = np.add.reduceat(np.where(plus, 1, -1), fresh)
    times = np.abs(net)
    return np.repeat(number[fresh], times), np.repeat(key[fresh], times), np.repeat(net > 0, times)


def _parted(
    chronicle: Chronicle, rows: Ints, polygon: NDArray[np.object_], tolerance_m: float
) -> NDArray[np.object_]:
    """Cut ground held twice where others hold it than about the point that was asked.

    A line that two neighbours share changes no sum, and cuts no piece yet.
    """
    table = chronicle.table
    on = _by_piece(len(polygon), *chronicle.covering(polygon, rows))
    near = _by_piece(len(polygon), *chronicle.meeting(cores(polygon, tolerance_m), rows))
    piece, row = [], []
    for i, (here, there) in enumerate(zip(on, near, strict=True)):
        foreign = np.setdiff1d(there, here)
        if len(foreign) == 0:
            continue
        for begin, end, held in _intervals(table, here):
            if len(set(table.unit_id[held].tolist())) > 1:
                alive = foreign[(table.begin[foreign] < end) & (begin < table.end[foreign])]
                piece.append(np.full(len(alive), i))
                row.append(alive)
    if not piece:
        return polygon
    return part(chronicle, polygon, np.concatenate(piece), np.concatenate(row), tolerance_m)[0]


def _intervals(table: VersionTable, rows: Ints) -> Iterator[tuple[int, int, Ints]]:
    """Yield the spans between changes of some versions, with those that hold throughout."""
    begin, end = table.begin[rows], table.end[rows]
    for a, b in pairwise(np.unique(np.concatenate([begin, end])).tolist()):
        yield a, b, rows[(begin <= a) & (b <= end)]


def _by_piece(count: int, piece: Ints, row: Ints) -> list[Ints]:
    cuts = np.searchsorted(piece, np.arange(count + 1))
    return [row[a:b] for a, b in pairwise(cuts)]


@dataclass(frozen=True)
class _Level:
    """The versions of a level: those with ground, and those whose ground is not known."""

    chronicle: Chronicle
    known: Ints
    unknown: Ints
    outside_events: frozenset[str]

    @property
    def table(self) -> VersionTable:
        """All versions."""
        return self.chronicle.table

    def told(self, piece: int, on: Ints, near: Ints) -> Iterator[Told]:
        """Tell what is wrong with a piece, by the versions that hold it, and those that meet it."""
        table = self.table
        first, last = int(table.begin[self.known].min()), int(table.end[self.known].max())
        if len(on) == 0:
            return
        yield from self._overlaps(piece, on)
        held = _merged(table.begin[on], table.end[on])
        if held[0][0] > first:
            begin = held[0][0]
            after = near[table.begin[near] == begin]
            if not (self._declared(after, begin) or self._excused({begin - 1}, after)):
                yield Told("territory-gained", piece, _rows(after, on), (begin, NOT_ENDED))
        for (_, begin), (end, _) in pairwise(held):
            sides = near[(table.end[near] == begin) | (table.begin[near] == end)]
            sides = sides[np.argsort(table.begin[sides], kind="stable")]
            if not self._excused({begin, end - 1}, sides):
                yield Told("time-gap", piece, _rows(sides, on), (begin, end))
        if held[-1][1] < last:
            begin = held[-1][1]
            before = near[table.end[near] == begin]
            if not (self._declared(before, begin) or self._excused({begin}, before)):
                yield Told("territory-lost", piece, _rows(before, on), (begin, NOT_ENDED))

    def _overlaps(self, piece: int, on: Ints) -> Iterator[Told]:
        """Tell for which days two units or more hold a piece; the same two are told once."""
        table = self.table
        open_: dict[tuple[str, ...], Told] = {}
        for begin, end, held in _intervals(table, on):
            rows = {str(table.unit_id[r]): int(r) for r in held.tolist()}
            units = tuple(sorted(rows))
            if len(units) < 2:
                continue
            before = open_.get(units)
            last = tuple(rows[u] for u in units)
            if before is not None and before.span[1] == begin:
                begin = before.span[0]
            elif before is not None and not self.chronicle.doubtful(before.rows, before.span[1]):
                yield before
            open_[units] = Told("time-overlap", piece, last, (begin, end), units)
        for told in open_.values():
            if not self.chronicle.doubtful(told.rows, told.span[1]):
                yield told

    def _declared(self, rows: Ints, day: int) -> bool:
        """Tell whether all events that changed versions on a day take or give outside ground."""
        table = self.table
        by = {
            *table.began_by[rows[table.begin[rows] == day]].tolist(),
            *table.ended_by[rows[table.end[rows] == day]].tolist(),
        }
        return bool(by) and by <= self.outside_events

    def _excused(self, days: set[int], holders: Ints) -> bool:
        """Tell whether a unit whose ground is not known may have held it on one of some days.

        It may if it is one of those that held it, was changed by the same event, or
        lies under the same superior, as far as superiors are known.
        """
        table, other = self.table, self.unknown
        alive = np.zeros(len(other), dtype=bool)
        for day in days:
            alive |= (table.begin[other] <= day) & (day < table.end[other])
        other = other[alive]
        if len(other) == 0:
            return False
        above = {"", *table.parent_id[holders].tolist()}
        events = {*table.began_by[holders].tolist(), *table.ended_by[holders].tolist()} - {""}
        may = np.isin(table.unit_id[other], table.unit_id[holders])
        may |= np.isin(table.parent_id[other], list(above)) | ("" in table.parent_id[holders])
        may |= np.isin(table.began_by[other], list(events))
        may |= np.isin(table.ended_by[other], list(events))
        return bool(may.any())


def _merged(begin: Ints, end: Ints) -> list[tuple[int, int]]:
    """Join spans that meet or follow each other."""
    result: list[tuple[int, int]] = []
    for a, b in sorted(zip(begin.tolist(), end.tolist(), strict=True)):
        if result and a <= result[-1][1]:
            result[-1] = (result[-1][0], max(b, result[-1][1]))
        else:
            result.append((a, b))
    return result


def _rows(chosen: Ints, otherwise: Ints) -> tuple[int, ...]:
    rows: list[int] = (chosen if len(chosen) else otherwise[:1]).tolist()
    return tuple(rows)
