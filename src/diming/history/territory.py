"""The ground that an act moves: shapes after it, and the proof that none is lost (疆域).

Where all shapes are known, the chain of what stands after less that before must be
nothing; then the coverage is as valid as it was, neighbours and all, and nobody else
need be looked at. Where it is not nothing, the faces that are left say what was lost,
gained or claimed twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

from diming.geometry.area import areas_m2
from diming.geometry.checksum import added, chain_sums
from diming.geometry.conserve import Change, balance
from diming.geometry.partition import Refused, merge
from diming.geometry.passages import passages as who_got
from diming.history.faults import fault
from diming.history.ground import Ground
from diming.history.moving import move_ground
from diming.history.shapes_known import spread
from diming.model.changeset import Passage
from diming.model.event import EventType
from diming.model.finding import Severity

if TYPE_CHECKING:
    from datetime import date

    from diming.geometry.conserve import Piece
    from diming.history.act import Act, Flow
    from diming.model.finding import Finding
    from diming.model.version import Version

#: Acts that have no territory of their own.
_WITHOUT = (
    EventType.RENAME, EventType.TRANSFER, EventType.SEAT, EventType.PROXY, EventType.RECODE,
)  # fmt: skip


def settle_territory(act: Act, tolerance_m: float) -> tuple[tuple[Passage, ...], int | None]:
    """Work out the shapes after an act, and note what does not add up.

    Returns
    -------
    passages : tuple of Passage
        Who got how much of whom.
    chain_sum : int or None
        0 where territory is conserved to the bit; None where it is not known.
    """
    if act.event.type in _WITHOUT:
        return (), None
    crs = pyproj.CRS(act.draft.view.crs or "EPSG:4326")
    if act.event.type is EventType.CORRECTION:
        _corrected(act, crs, tolerance_m)
        return (), None
    named = [n.unit_id for n in (*act.before, *act.after) if n.unit_id is not None]
    flown = [u for f in act.flows for u in (f.giver, f.taker) if u is not None]
    ground = Ground(act.draft, [*named, *flown])
    told = {n.unit_id: n.ref.geometry for n in act.after if n.ref.geometry is not None}
    moved = any(f.move is not None for f in act.flows)
    if ground.unknown and not told and not moved:
        _mark_touched(act)
        return _unmeasured(act.flows), None
    _shapes_after(act, ground, told, crs)
    if not act.fits:
        return (), None
    chain_sum = _prove(act, ground, crs, tolerance_m)
    passages = _measured(act.flows, ground, crs)
    ground.keep()
    _mark_touched(act)
    return passages, chain_sum


def _mark_touched(act: Act) -> None:
    """Let units whose ground changed begin anew although nobody knows their shape.

    A shape that becomes known later is then not taken for that before the act.
    """
    for flow in act.flows:
        for unit_id in (flow.giver, flow.taker):
            if unit_id is None or flow.giver == flow.taker or unit_id in act.draft.begun:
                continue
            version = act.draft.current(unit_id)
            if version is not None and version.territory is None:
                act.draft.change(version)


def _shapes_after(act: Act, ground: Ground, told: dict[str | None, Any], crs: pyproj.CRS) -> None:
    """Give each unit after the act its shape: told, moved, merged, or not known."""
    move_ground(act, ground, told, crs)
    received: dict[str, list[Any]] = {}
    for flow in act.flows:
        if flow.whole and flow.taker is not None:
            left = {**ground.before, **ground.rest}.get(flow.giver or "")
            received.setdefault(flow.taker, []).append(left)
    for taker, shapes in received.items():
        if taker in ground.after:
            shapes = [ground.after[taker], *shapes]
        ground.after[taker] = _merged(shapes)
    untold = [f for f in act.flows if not f.whole and f.move is None]
    for flow in untold:
        takes_rest = flow.giver in told or flow.giver not in ground.after
        if flow.taker is not None:
            ground.after[flow.taker] = None
        if flow.giver is not None and not takes_rest:
            ground.after[flow.giver] = None
    for unit_id, shape in told.items():
        if unit_id is not None:
            ground.after[unit_id] = shape
    lost_track = [
        v
        for u, v in ground.was.items()
        if u in ground.after and ground.after[u] is None and ground.before[u] is not None
    ]
    if lost_track:
        act.findings.append(
            fault("territory-unknown", act.event, lost_track, severity=Severity.INFO,
                  reason="parts-unknown")
        )  # fmt: skip


def _merged(shapes: list[Any]) -> Any:
    """Return one shape of several, None if one is not known.

    Units that do not meet exactly are joined all the same; the proof then tells what they lack.
    """
    if None in shapes:
        return None
    parts = np.empty(len(shapes), dtype=object)
    parts[:] = shapes
    if len(parts) == 1:
        return parts[0]
    whole = merge(parts)
    return shapely.union_all(parts) if isinstance(whole, Refused) else whole


def _prove(act: Act, ground: Ground, crs: pyproj.CRS, tolerance_m: float) -> int | None:
    """Hold the ground after against that before; None where some of it is not known."""
    before, after = ground.sides()
    if not ground.known:
        _not_claimed(act, ground, crs, tolerance_m)
        return None
    outside = any(None in (f.giver, f.taker) for f in act.flows)
    rest = added([*chain_sums(after).tolist(), *(-s for s in chain_sums(before).tolist())])
    if rest == 0:
        return 0
    found = balance(before, after, crs, tolerance_m=tolerance_m)
    units = list(ground.before), list(ground.after)
    for piece in found.pieces:
        if outside and piece.change in (Change.GAINED, Change.LOST):
            continue
        act.findings.append(
            _finding(act, piece, [_version(act, ground, u) for u in _beside(piece, units)], crs)
        )
    if any(p.change is Change.GAINED for p in found.pieces):
        _not_claimed(act, ground, crs, tolerance_m)
    return rest


def _beside(piece: Piece, units: tuple[list[str], list[str]]) -> list[str]:
    before, after = units
    positions = [(before, i) for i in (*piece.before, *piece.beside_before)]
    positions += [(after, i) for i in (*piece.after, *piece.beside_after)]
    return list(dict.fromkeys(side[i] for side, i in positions if i < len(side)))


def _version(act: Act, ground: Ground, unit_id: str) -> Version:
    return ground.was.get(unit_id) or act.draft.begun[unit_id]


_RULES = {Change.GAINED: "territory-gained", Change.LOST: "territory-lost"}


def _finding(act: Act, piece: Piece, versions: list[Version], crs: pyproj.CRS) -> Finding:
    drawn, at = _lonlat(piece.polygon, piece.widest, crs)
    return fault(
        _RULES.get(piece.change, "overlap"), act.event, versions,
        measures={"area_m2": piece.area_m2, "width_m": piece.width_m, "length_m": piece.length_m},
        at=at, geometry=drawn, day=act.draft.day.isoformat(),
    )  # fmt: skip


def _lonlat(
    polygon: shapely.Polygon, at: tuple[float, float], crs: pyproj.CRS
) -> tuple[Any, tuple[float, float]]:
    from diming.geometry.ground import Ground as Earth

    earth = Earth.under(crs, np.array(polygon.bounds))

    def there(xy: Any) -> Any:
        return earth.lonlat(earth.plane(xy))

    x, y = there(np.array([at]))[0]
    return shapely.transform(polygon, there), (float(x), float(y))


def _not_claimed(act: Act, ground: Ground, crs: pyproj.CRS, tolerance_m: float) -> None:
    """Note where a shape that is new lies on ground that a neighbour holds."""
    own = set(ground.before) | set(ground.after)
    for unit_id, shape in ground.after.items():
        unit = act.draft.current(unit_id)
        if unit is None or shape is None or shape is ground.before.get(unit_id):
            continue
        act.findings += _on_others(act, unit, shape, act.draft.day, own, crs, tolerance_m)


def _corrected(act: Act, crs: pyproj.CRS, tolerance_m: float) -> None:
    """Hold a corrected shape against the neighbours there are while it holds."""
    shape = next(iter(act.draft.territories.values()), None)
    unit = act.before[0].version
    if shape is None or unit is None:
        return
    found = [
        finding
        for row in spread(act.draft.view, unit)
        for finding in _on_others(
            act, row, shape, row.span.begin.day, {row.unit_id}, crs, tolerance_m
        )
    ]
    act.findings += {f.id: f for f in found}.values()


def _on_others(
    act: Act, unit: Version, shape: Any, begin: date, own: set[str], crs: pyproj.CRS,
    tolerance_m: float,
) -> list[Finding]:  # fmt: skip
    """Return where a shape lies on others of its level from a day until its unit's end."""
    view = act.draft.view
    near = [
        v
        for v in view.near(shape.bounds, begin, unit.span.end.day, unit.level)
        if v.unit_id not in own and v.territory is not None
    ]
    others = view.shapes({v.territory for v in near if v.territory})
    beside: dict[str, Any] = {v.unit_id: others[v.territory] for v in near if v.territory}
    shapes = np.empty(len(beside) + 1, dtype=object)
    shapes[:] = [*beside.values(), shape]
    found = balance(shapes[:-1], shapes, crs, tolerance_m=tolerance_m)
    ids = [*beside, unit.unit_id]
    versions = {v.unit_id: v for v in near} | {unit.unit_id: unit}
    return [
        _finding(act, piece, [versions[ids[i]] for i in piece.after], crs)
        for piece in found.pieces
        if piece.change is Change.OVERLAP
    ]


def _unmeasured(flows: list[Flow]) -> tuple[Passage, ...]:
    return tuple(
        Passage(f.giver, f.taker, share=1.0 if f.whole else None, whole=f.whole) for f in flows
    )


def _measured(flows: list[Flow], ground: Ground, crs: pyproj.CRS) -> tuple[Passage, ...]:
    """Return who got how much of whom, measured where both shapes are known."""
    givers = [u for u, s in ground.before.items() if s is not None]
    takers = [u for u, s in ground.after.items() if s is not None]
    before = np.array([ground.before[u] for u in givers] + [None], dtype=object)[:-1]
    after = np.array([ground.after[u] for u in takers] + [None], dtype=object)[:-1]
    total = dict(zip(givers, areas_m2(before, crs).tolist(), strict=True)) if givers else {}
    area: dict[tuple[str, str], float] = {}
    if givers and takers:
        got = who_got(before, after, crs)
        for i, j, m2 in zip(
            got.before.tolist(), got.after.tolist(), got.area_m2.tolist(), strict=True
        ):
            if givers[i] != takers[j]:
                area[givers[i], takers[j]] = m2
    result = [
        Passage(a, b, m2, m2 / total[a], whole=_whole(flows, a, b)) for (a, b), m2 in area.items()
    ]
    for flow in flows:
        pair = flow.giver, flow.taker
        if pair in area or flow.giver == flow.taker:
            continue
        if flow.giver in total and flow.taker in takers:
            continue  # Measured: nothing passed.
        m2 = total.get(flow.giver or "") if flow.whole else None
        result.append(
            Passage(flow.giver, flow.taker, m2, 1.0 if flow.whole else None, whole=flow.whole)
        )
    return tuple(result)


def _whole(flows: list[Flow], giver: str, taker: str) -> bool:
    return any(f.whole and (f.giver, f.taker) == (giver, taker) for f in flows)
