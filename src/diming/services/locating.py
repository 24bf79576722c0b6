"""Which units held many points, each on its own day: arrays in, arrays out (批量定位).

Each level is looked up at once, whatever the days (`diming.geometry.epochs`); levels
whose territories are not known are filled from what lies below.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diming.geometry.epochs import Epochs
from diming.geometry.lonlat import from_lonlat, has_place
from diming.model.answers import WhereMany
from diming.model.span import OPEN
from diming.model.unit import Level
from diming.services.beliefs import basis, day_meant, revision_meant

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from diming.store.protocol import Store
    from diming.versions import VersionTable

    Ints = NDArray[np.int64]

#: No unit of the level is known there, though there may be one.
NOT_KNOWN = -1
#: All territories of the level are known there, and none holds the point.
OUTSIDE = -2


def where_many(
    store: Store,
    lonlat: NDArray[np.float64],
    days: Ints | None = None,
    day: date | None = None,
    known: str | None = None,
    *,
    prepared: Prepared | None = None,
) -> WhereMany:
    """Return the unit of each level at each point on its day.

    Parameters
    ----------
    lonlat : float64 array (n, 2)
        WGS 84, degrees. Points that are not finite lie outside.
    days : int64 array (n,), optional
        Proleptic ordinals; 0 stands for `day`.
    day : datetime.date, optional
        Of points without one of their own; default today.
    prepared : Prepared, optional
        What `prepare` made of the same revision, for who asks again and again.

    Returns
    -------
    WhereMany
        On a line that units share, the one of the lowest code is told.
    """
    revision = revision_meant(store, known)
    on = basis(store, day_meant(day), revision)
    table = store.table(revision.number) if prepared is None else prepared.table
    when = np.full(len(lonlat), on.day.toordinal(), dtype=np.int64)
    if days is not None:
        last = OPEN.toordinal() - 1  # What has not ended, ends with the calendar.
        when = np.where(days > 0, np.minimum(days, last), when)
    xy = from_lonlat(np.asarray(lonlat, dtype=np.float64), store.view(revision.number).crs)
    finite = np.flatnonzero(np.isfinite(xy).all(axis=1))
    if prepared is None:
        prepared = prepare(store, table, xy[finite])
    rows = _located(prepared, xy, when, finite)
    by_parent = {level: np.zeros(len(xy), dtype=bool) for level in rows}
    for level in reversed(list(rows)):
        _add_superiors(table, rows, by_parent, level, when)
    for level in rows:
        _tell_unknown(table, rows, level, when)
    return WhereMany(on, lonlat, when, rows, by_parent, table)


def is_on_earth(store: Store, known: str | None = None) -> bool:
    """Tell whether places are asked for in degrees."""
    crs = store.view(revision_meant(store, known).number).crs
    return crs is None or has_place(crs)


@dataclass(frozen=True)
class Prepared:
    """All versions of a belief, with an index of each level that has shapes."""

    table: VersionTable
    #: Level → positions in the table, and their index.
    levels: dict[Level, tuple[Ints, Epochs]]


def prepare(
    store: Store, table: VersionTable, asked: NDArray[np.float64] | None = None
) -> Prepared:
    """Fetch shapes and index them.

    Parameters
    ----------
    store : Store
    table : VersionTable
    asked : float64 array (n, 2), optional
        Only territories that some of these points may lie in are fetched.
    """
    near = np.ones(len(table.keys), dtype=bool)
    if asked is not None:
        near[:] = False
        if len(asked):
            low, high = asked.min(axis=0), asked.max(axis=0)
            near = (table.bounds[:, :2] <= high).all(axis=1)
            near &= (table.bounds[:, 2:] >= low).all(axis=1)
    number = np.unique(_by_code(table), return_inverse=True)[1].astype(np.int64)
    levels = {}
    for level in (Level(int(x)) for x in np.unique(table.level) if x):
        here = (table.level == level) & (table.territory >= 0)
        here[here] = near[table.territory[here]]
        versions = np.flatnonzero(here)
        if len(versions) == 0:
            continue
        keys, territory = np.unique(table.territory[versions], return_inverse=True)
        epochs = Epochs(
            store.shapes([str(k) for k in table.keys[keys]]), territory.astype(np.int64),
            table.begin[versions], table.end[versions], number[versions],
        )  # fmt: skip
        levels[level] = versions, epochs
    return Prepared(table, levels)


def _located(
    prepared: Prepared, xy: NDArray[np.float64], when: Ints, finite: Ints
) -> dict[Level, Ints]:
    """Return the version of every level at each point on its day."""
    levels = [Level(int(x)) for x in np.unique(prepared.table.level) if x]
    rows = {level: np.full(len(xy), OUTSIDE, dtype=np.int64) for level in levels}
    for level, (versions, epochs) in prepared.levels.items():
        found = epochs.locate(xy[finite], when[finite])
        rows[level][finite] = np.where(found >= 0, versions[np.maximum(found, 0)], OUTSIDE)
    return rows


def _by_code(table: VersionTable) -> NDArray[np.str_]:
    """Return a text for each version, one a unit, that sorts units by their first code."""
    first: dict[str, str] = {}
    for unit, code in zip(table.unit_id.tolist(), table.code.tolist(), strict=True):
        first.setdefault(unit, code)
    return np.array([f"{first[u]} {u}" for u in table.unit_id.tolist()], dtype=np.str_)


def _add_superiors(
    table: VersionTable,
    rows: dict[Level, Ints],
    by_parent: dict[Level, NDArray[np.bool_]],
    level: Level,
    when: Ints,
) -> None:
    """Fill levels above by what the units of this one belong to."""
    found = np.flatnonzero(rows[level] >= 0)
    above = _on(table, table.parent_id[rows[level][found]], when[found])
    for other in rows:
        if other >= level:
            continue
        fills = above >= 0
        fills[fills] = table.level[above[fills]] == other
        fills &= rows[other][found] < 0
        rows[other][found[fills]] = above[fills]
        by_parent[other][found[fills]] = True


def _on(table: VersionTable, unit_id: NDArray[np.object_], when: Ints) -> Ints:
    """Return the version of each unit on its day; `OUTSIDE` where there is none."""
    result = np.full(len(unit_id), OUTSIDE, dtype=np.int64)
    if len(table.unit_id) == 0 or len(unit_id) == 0:
        return result
    names, number = np.unique(table.unit_id.astype(str), return_inverse=True)
    order = np.lexsort((table.begin, number))
    wide = np.int64(4_000_000)  # more days than there are dates
    keys = number[order] * wide + table.begin[order]
    wanted = unit_id.astype(str)
    place = np.minimum(np.searchsorted(names, wanted), len(names) - 1)
    at = np.searchsorted(keys, place * wide + when, side="right") - 1
    version = order[np.maximum(at, 0)]
    holds = (
        (names[place] == wanted)
        & (at >= 0)
        & (number[version] == place)
        & (table.begin[version] <= when)
        & (when < table.end[version])
    )
    result[holds] = version[holds]
    return result


def _tell_unknown(table: VersionTable, rows: dict[Level, Ints], level: Level, when: Ints) -> None:
    """Tell where a unit of a level may be that has no known territory."""
    missing = np.flatnonzero(rows[level] < 0)
    hidden = np.flatnonzero((table.level == level) & (table.territory < 0))
    if len(missing) == 0 or len(hidden) == 0:
        return
    above = np.full(len(missing), "", dtype=object)
    for other in sorted(rows):
        if other < level:
            known = rows[other][missing] >= 0
            above[known] = table.unit_id[rows[other][missing[known]]]
    for parent in dict.fromkeys(above.tolist()):
        mine = missing[above == parent]
        if parent == "":
            spans = _unplaced(table, hidden)
        else:
            some = hidden[table.parent_id[hidden] == parent]
            spans = np.column_stack([table.begin[some], table.end[some]])
        begun = np.searchsorted(np.sort(spans[:, 0]), when[mine], side="right")
        ended = np.searchsorted(np.sort(spans[:, 1]), when[mine], side="right")
        rows[level][mine[begun > ended]] = NOT_KNOWN


def _unplaced(table: VersionTable, hidden: Ints) -> Ints:
    """Return the spans of versions in which no superior's territory is known, shape (n, 2).

    Units that lie in a superior whose territory is known do not hold a place outside it.
    """
    of_unit: dict[str, list[int]] = {}
    for row, unit in enumerate(table.unit_id.tolist()):
        of_unit.setdefault(unit, []).append(row)
    spans = []
    waiting = [(int(r), int(table.begin[r]), int(table.end[r]), 0) for r in hidden]
    while waiting:
        row, begin, end, depth = waiting.pop()
        at = begin
        # More superiors than there are levels are a circle.
        above = of_unit.get(table.parent_id[row], []) if depth < len(Level) else []
        for parent in sorted(above, key=lambda r: table.begin[r]):
            first, last = max(at, int(table.begin[parent])), min(end, int(table.end[parent]))
            if first >= last:
                continue
            if first > at:
                spans.append((at, first))
            if table.territory[parent] < 0:
                waiting.append((parent, first, last, depth + 1))
            at = last
        if at < end:
            spans.append((at, end))
    return np.array(spans, dtype=np.int64).reshape(-1, 2)
