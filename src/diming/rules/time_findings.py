"""From pieces of ground that were wrong for a while to findings (时空问题归并)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.geometry.components import components
from diming.geometry.measure import sizes
from diming.model.finding import Finding, Severity
from diming.rules.pieces import FINEST_GRID_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints
    from diming.geometry.ground import Ground
    from diming.rules.chronicle import Chronicle

#: What one unit lost or gained on one day is one finding, in however many places.
_ONE_GROUND = frozenset({"time-gap", "territory-lost", "territory-gained"})


@dataclass(frozen=True, slots=True)
class Told:
    """What is wrong with one piece of ground, for which days, and whose versions it concerns.

    Pieces make one finding only if they share `group`: units that tell one case
    from another.
    """

    rule: str
    piece: int
    rows: tuple[int, ...]
    span: tuple[int, int]
    group: tuple[str, ...] = ()
    facts: tuple[tuple[str, Any], ...] = ()


def joined_findings(
    chronicle: Chronicle,
    polygon: NDArray[np.object_],
    told: Sequence[Told],
    tolerance_m: float,
) -> list[Finding]:
    """Make one finding of pieces that touch, are wrong in the same way, for the same days."""
    together: dict[tuple[Any, ...], list[Told]] = {}
    for one in told:
        together.setdefault((one.rule, one.span, one.facts, one.group), []).append(one)
    cases: list[tuple[Told, tuple[int, ...], shapely.Geometry]] = []
    for members in together.values():
        shape = polygon[[m.piece for m in members]]
        for mine in _strings(chronicle, shape, members, tolerance_m):
            rows = _by_unit(chronicle, [r for i in mine for r in members[i].rows])
            whole = shape[mine[0]] if len(mine) == 1 else _whole(shape[mine], tolerance_m)
            cases.append((members[mine[0]], rows, whole))
    return _measured(chronicle, cases)


def _strings(
    chronicle: Chronicle, shape: NDArray[np.object_], members: Sequence[Told], tolerance_m: float
) -> list[Ints]:
    """Part pieces into those that touch; what one unit lost or gained on one day is one too."""
    one, other = shapely.STRtree(shape).query(
        shape, predicate="dwithin", distance=2 * max(tolerance_m, FINEST_GRID_M)
    )
    if members[0].rule in _ONE_GROUND:
        first: dict[str, int] = {}
        same = [
            (first.setdefault(unit, i), i)
            for i, member in enumerate(members)
            for unit in _units(chronicle, member.rows)
        ]
        one = np.concatenate([one, [a for a, _ in same]])
        other = np.concatenate([other, [b for _, b in same]])
    group = components(len(shape), one, other)
    return [np.flatnonzero(group == g) for g in range(int(group.max()) + 1)]


def _measured(
    chronicle: Chronicle, cases: list[tuple[Told, tuple[int, ...], shapely.Geometry]]
) -> list[Finding]:
    if not cases:
        return []
    shape = np.array([case[2] for case in cases], dtype=object)
    parts, of = shapely.get_parts(shape, return_index=True)
    ground = chronicle.ground
    size = sizes(parts, ground)
    area = np.bincount(of, size.area_m2)
    widest = np.lexsort((-size.width_m, of))[np.searchsorted(np.sort(of), np.arange(len(cases)))]
    count = np.bincount(of)
    where = ground.lonlat(size.widest[widest])
    drawn = ground.as_lonlat(shape)
    marks = _marks(shape, ground)
    result = []
    for i, (told, rows, _) in enumerate(cases):
        finding = chronicle.finding(
            told.rule,
            Severity.ERROR,
            rows,
            span=told.span,
            measures={
                "area_m2": float(area[i]),
                "width_m": float(size.width_m[widest[i]]),
                "parts_count": int(count[i]),
            },
            facts=dict(told.facts),
            mark=marks[i],
        )
        if np.isfinite(where[i]).all():
            x, y = where[i].tolist()
            finding = replace(finding, at=(x, y), geometry=drawn[i])
        result.append(finding)
    return result


def _marks(shape: NDArray[np.object_], ground: Ground) -> list[str]:
    """Return what tells places apart: their extent, to about a metre."""
    box: Floats = shapely.bounds(shape)
    corners = [ground.lonlat(box[:, axes]) for axes in ([0, 1], [2, 3])]
    digits = 0 if ground.is_plane else 5
    extent = np.round(np.column_stack(corners), digits) + 0.0
    return [",".join(f"{v:.{digits}f}" for v in row) for row in extent.tolist()]


def _whole(shape: NDArray[np.object_], tolerance_m: float) -> shapely.Geometry:
    return shapely.union_all(shape, grid_size=max(tolerance_m, FINEST_GRID_M))


def _units(chronicle: Chronicle, rows: Sequence[int]) -> tuple[str, ...]:
    return tuple(str(u) for u in chronicle.table.unit_id[list(rows)])


def _by_unit(chronicle: Chronicle, rows: Sequence[int]) -> tuple[int, ...]:
    """Return one row a unit, by first appearance."""
    seen: dict[str, int] = {}
    for row in rows:
        seen.setdefault(str(chronicle.table.unit_id[row]), row)
    return tuple(seen.values())
