"""Do children fill their parents at every date (逐日套合)? One sum a parent, over time.

For each parent, the checksums of its children less its own are added up over time.
Spans in which the sum is not zero are looked at, where the shapes of the parent and
of all its children are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from diming.rules.chronicle import Chronicle, Looks
from diming.rules.pieces import FINEST_GRID_M, cores, part, pieces
from diming.rules.time_findings import Told, joined_findings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from diming.geometry.chain import Ints
    from diming.model.finding import CheckSettings, Finding
    from diming.versions import VersionTable


def parent_findings(
    chronicle: Chronicle, settings: CheckSettings, *, jobs: int = 1
) -> list[Finding]:
    """Check that children lie in their parents and fill them, at all dates.

    Returns
    -------
    list of Finding
        Of the rules ``outside-parent`` and ``parent-not-covered``, each with
        the span for which it is true.
    """
    family = _Families.of(chronicle.table)
    odd = family.odd_spans()
    if len(odd.parent) == 0:
        return []
    tolerance_m = settings.tolerance_m
    looks, parent_of_look = family.looks(odd)
    found: dict[int, list[NDArray[np.object_]]] = {}
    for look, faces, _ in chronicle.faces(looks, tolerance_m, jobs=jobs):
        found.setdefault(int(parent_of_look[look]), []).append(faces.polygon[faces.cover != 0])
    every, told = [], []
    count = 0
    none = np.empty(0, dtype=object)
    for parent, polygons in found.items():
        polygon = pieces(np.concatenate(polygons), none, tolerance_m)
        spans = odd.of(parent)
        polygon = _parted(chronicle, family, parent, polygon, spans, tolerance_m)
        told += list(_told(chronicle, family, parent, polygon, spans, count, tolerance_m))
        every.append(polygon)
        count += len(polygon)
    return joined_findings(chronicle, np.concatenate([none, *every]), told, tolerance_m)


@dataclass(frozen=True)
class _Odd:
    """Spans ``[begin, end)`` in which the children of a parent do not add up to it."""

    parent: Ints
    begin: Ints
    end: Ints
    total: NDArray[np.uint64]

    def of(self, parent: int) -> list[tuple[int, int]]:
        """Return the spans of one parent, in order."""
        mine = self.parent == parent
        return list(zip(self.begin[mine].tolist(), self.end[mine].tolist(), strict=True))


@dataclass(frozen=True)
class _Families:
    """Parents, numbered, with the rows of their own versions and of their children's."""

    table: VersionTable
    parent_rows: list[Ints]
    child_rows: list[Ints]

    @staticmethod
    def of(table: VersionTable) -> _Families:
        """Gather the versions of each parent, and of its children."""
        ids = sorted(set(table.parent_id.tolist()) - {""})
        return _Families(table, _rows_of(table.unit_id, ids), _rows_of(table.parent_id, ids))

    def odd_spans(self) -> _Odd:
        """Return the spans whose sum is not zero though all shapes are known."""
        t = self.table
        none = np.empty(0, dtype=np.int64)
        child = np.concatenate([none, *self.child_rows])
        parent = np.concatenate([none, *self.parent_rows])
        row = np.concatenate([child, parent])
        group = np.concatenate([
            np.repeat(np.arange(len(rows)), [len(r) for r in rows])
            if rows else none for rows in (self.child_rows, self.parent_rows)
        ])  # fmt: skip
        is_child = np.arange(len(row)) < len(child)
        known = t.territory[row] >= 0
        value = np.zeros(len(row), dtype=np.uint64)
        sums = t.chain_sum.astype(np.int64).view(np.uint64)
        value[known] = sums[t.territory[row[known]]]
        value[~is_child] = np.uint64(0) - value[~is_child]
        day = np.concatenate([t.begin[row], t.end[row]])
        order = np.lexsort((day, np.tile(group, 2)))
        group, day = np.tile(group, 2)[order], day[order]
        cut = np.flatnonzero((np.diff(group, prepend=-1) != 0) | (np.diff(day, prepend=-1) != 0))
        if len(cut) == 0:
            return _Odd(none, none, none, value)

        def state(per_row: NDArray[np.int64] | NDArray[np.uint64]) -> NDArray[np.int64]:
            """Add up what holds from each day on; all that begins ends, so parents do not mix."""
            change = np.concatenate([per_row, np.zeros_like(per_row) - per_row])[order]
            return np.cumsum(np.add.reduceat(change, cut)).astype(np.int64)

        total = state(value)
        fine = (state(is_child.astype(np.int64)) > 0) & (state((~known).astype(np.int64)) == 0)
        fine &= state((~is_child).astype(np.int64)) == 1
        odd = np.flatnonzero(fine & (total != 0))
        day = day[cut]
        return _Odd(group[cut][odd], day[odd], day[odd + 1], total[odd].view(np.uint64))

    def looks(self, odd: _Odd) -> tuple[Looks, Ints]:
        """Return what to look at, each different sum of a parent once, and whose look it is."""
        t = self.table
        seen: dict[tuple[int, int], int] = {}
        for i, pair in enumerate(zip(odd.parent.tolist(), odd.total.tolist(), strict=True)):
            seen.setdefault(pair, i)
        look, key, minus = [], [], []
        for number, ((parent, _), i) in enumerate(seen.items()):
            for rows, sign in ((self.child_rows[parent], False), (self.parent_rows[parent], True)):
                alive = rows[(t.begin[rows] <= odd.begin[i]) & (odd.begin[i] < t.end[rows])]
                look.append(np.full(len(alive), number))
                key.append(t.territory[alive])
                minus.append(np.full(len(alive), sign))
        looks = Looks(np.concatenate(look), np.concatenate(key), np.concatenate(minus))
        return looks, np.array([parent for parent, _ in seen], dtype=np.int64)


def _rows_of(column: NDArray[np.object_], ids: list[str]) -> list[Ints]:
    """Return for each id the rows that bear it."""
    place = {value: i for i, value in enumerate(ids)}
    at = np.fromiter((place.get(v, -1) for v in column.tolist()), np.int64, len(column))
    order = np.argsort(at, kind="stable")
    cuts = np.searchsorted(at[order], np.arange(len(ids) + 1))
    return [order[a:b] for a, b in pairwise(cuts)]


def _alive(table: VersionTable, rows: Ints, day: int) -> Ints:
    return rows[(table.begin[rows] <= day) & (day < table.end[rows])]


def _parted(
    chronicle: Chronicle, family: _Families, parent: int, polygon: NDArray[np.object_],
    spans: list[tuple[int, int]], tolerance_m: float,
) -> NDArray[np.object_]:  # fmt: skip
    """Cut pieces along the units that reach into them without holding the point asked.

    Strangers too: ground that another's child holds is told of that child, and a piece may
    be empty in one part and held by a stranger in the other.
    """
    table = family.table
    levels = np.unique(table.level[family.child_rows[parent]])
    below = np.flatnonzero((table.territory >= 0) & np.isin(table.level, levels))
    on = _pairs(*chronicle.covering(polygon, below))
    piece, row = chronicle.meeting(cores(polygon, tolerance_m), below)
    days = np.array([begin for begin, _ in spans])
    held = np.array([
        (pair not in on)
        and bool(
            ((chronicle.table.begin[pair[1]] <= days) & (days < chronicle.table.end[pair[1]])).any()
        )
        for pair in zip(piece.tolist(), row.tolist(), strict=True)
    ], dtype=bool)  # fmt: skip
    if not held.any():
        return polygon
    return part(chronicle, polygon, piece[held], row[held], tolerance_m)[0]


def _pairs(piece: Ints, row: Ints) -> set[tuple[int, int]]:
    return set(zip(piece.tolist(), row.tolist(), strict=True))


def _told(
    chronicle: Chronicle, family: _Families, parent: int, polygon: NDArray[np.object_],
    spans: list[tuple[int, int]], offset: int, tolerance_m: float,
) -> Iterator[Told]:  # fmt: skip
    """Tell what is wrong with each piece of ground of one parent, and for which days."""
    table = chronicle.table
    known = np.flatnonzero(table.territory >= 0)
    on = _by_piece(len(polygon), *chronicle.covering(polygon, known))
    near_of = _beside(chronicle, family.child_rows[parent], polygon, tolerance_m)
    children = set(family.child_rows[parent].tolist())
    parents = set(family.parent_rows[parent].tolist())
    levels = {int(table.level[r]) for r in children}
    above = {int(table.level[r]) for r in parents}
    for piece, held in enumerate(on):
        open_: dict[tuple[str, ...], Told] = {}
        for begin, end in _cut(spans, table, held):
            now = _alive(table, held, begin).tolist()
            mine = [r for r in now if r in children]
            over = [r for r in now if r in parents]
            if bool(over) == bool(mine):
                continue
            facts: tuple[tuple[str, str], ...] = ()
            if mine:
                rule = "outside-parent"
                rows = [*mine, *_alive(table, family.parent_rows[parent], begin).tolist()]
                group = tuple(table.unit_id[rows])
                others = (r for r in now if int(table.level[r]) in above and r not in parents)
                facts = (("into", next((chronicle.label(r) for r in others), "")),)
            elif any(int(table.level[r]) in levels for r in now):
                continue  # A stranger is there: it lies outside its own parent.
            else:
                rule, group = "parent-not-covered", tuple(table.unit_id[over])
                rows = [*over, *_alive(table, near_of[piece], begin).tolist()]
            key = (rule, *group)
            before = open_.get(key)
            if before is not None and before.span[1] == begin:
                begin, facts = before.span[0], before.facts
            elif before is not None and not chronicle.doubtful(before.rows[:1], before.span[1]):
                yield before
            open_[key] = Told(rule, piece + offset, tuple(rows), (begin, end), group, facts)
        for told in open_.values():
            if not chronicle.doubtful(told.rows[:1], told.span[1]):
                yield told


def _cut(
    spans: list[tuple[int, int]], table: VersionTable, rows: Ints
) -> Iterator[tuple[int, int]]:
    """Yield spans cut where versions begin and end: strangers may come and go meanwhile."""
    days = np.unique(np.concatenate([table.begin[rows], table.end[rows]]))
    for begin, end in spans:
        between = days[(begin < days) & (days < end)].tolist()
        yield from pairwise([begin, *between, end])


def _beside(
    chronicle: Chronicle, rows: Ints, polygon: NDArray[np.object_], tolerance_m: float
) -> list[Ints]:
    """Return the children that lie beside each piece."""
    rows = rows[chronicle.table.territory[rows] >= 0]
    near = cores(polygon, -2 * max(tolerance_m, FINEST_GRID_M))
    return _by_piece(len(polygon), *chronicle.meeting(near, rows))


def _by_piece(count: int, piece: Ints, row: Ints) -> list[Ints]:
    cuts = np.searchsorted(piece, np.arange(count + 1))
    return [row[a:b] for a, b in pairwise(cuts)]
