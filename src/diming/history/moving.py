"""Parts of units that an act moves: a polygon, one side of a line, whole units below (划转)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
import shapely

from diming.geometry import partition
from diming.history.faults import fault
from diming.model.event import TerritoryKind
from diming.model.finding import Severity
from diming.model.unit import Level

if TYPE_CHECKING:
    from collections.abc import Container

    import pyproj
    from numpy.typing import NDArray

    from diming.history.act import Act, Flow
    from diming.history.ground import Ground
    from diming.model.event import Move


#: Levels whose units may have a line in common.
_LEVELS = tuple(level for level in Level if level is not Level.UNKNOWN)


def move_ground(act: Act, ground: Ground, told: Container[str | None], crs: pyproj.CRS) -> None:
    """Cut each part from its giver and join it to its taker, in the order they are told.

    Units along the giver's border get the vertices where the new line ends. `told` are the
    units whose outline after the act is given as a whole: what came to them from outside
    the region need not be cut from anything.
    """
    for flow in act.flows:
        if flow.move is not None and act.fits:
            if flow.giver is None and flow.taker in told:
                continue
            _move(act, ground, flow, crs)


def _move(act: Act, ground: Ground, flow: Flow, crs: pyproj.CRS) -> None:
    held = {**ground.before, **ground.after, **ground.rest}
    giver = held.get(flow.giver or "")
    taker = ground.after.get(flow.taker or "", shapely.Polygon())
    if flow.giver is None:
        # What a polygon is cut from must have an outline: the borders there are not known.
        taken = "" if flow.move is None else str(flow.move.taker)
        act.findings.append(
            fault("territory-unfit", act.event, reason="from-outside", named=taken)
        )  # fmt: skip
        return
    if giver is None or taker is None:
        # Ground that is not known cannot be parted: what is left of it is not known either.
        unit = ground.was.get(flow.giver)
        if unit is not None and giver is None:
            act.findings.append(
                fault("territory-unknown", act.event, [unit], severity=Severity.INFO,
                      reason="nothing-to-part")
            )  # fmt: skip
        for unit_id in (flow.giver, flow.taker):
            if unit_id in ground.after:
                ground.after[unit_id] = None
        if flow.taker is not None:
            ground.after[flow.taker] = None
        return
    drawn = _drawn(act, flow)
    if drawn is None:
        return
    beside = _beside(act, ground, giver.bounds, {flow.giver, flow.taker})
    shapes = np.empty(len(beside), dtype=object)
    shapes[:] = list(beside.values())
    assert flow.move is not None
    done = _cut(giver, taker, drawn, flow.move, shapes, crs)
    if (
        isinstance(done, partition.Refused)
        and flow.giver in act.draft.ended
        and _is_last_part(done, ground.before[flow.giver], giver, drawn, flow.move, crs)
    ):
        # The last part of a unit that ends: all that is left of it.
        parts = np.empty(2, dtype=object)
        parts[:] = [taker, giver]
        whole = giver if shapely.is_empty(taker) else partition.merge(parts)
        if not isinstance(whole, partition.Refused):
            ground.rest[flow.giver] = shapely.Polygon()
            if flow.taker is not None:
                ground.after[flow.taker] = whole
            return
    if isinstance(done, partition.Refused):
        unit = ground.was[flow.giver]
        act.findings.append(
            fault("territory-unfit", act.event, [unit], reason=str(done.reason), named=unit.label)
        )
        return
    if flow.giver in act.draft.ended:
        ground.rest[flow.giver] = done.giver
    else:
        ground.after[flow.giver] = done.giver
    if flow.taker is not None:
        ground.after[flow.taker] = done.taker
    for unit_id, shape, new in zip(beside, done.neighbours, done.changed, strict=True):
        if new:
            ground.put_beside(unit_id, shape)


def _cut(
    giver: Any, taker: Any, drawn: Any, move: Move, beside: NDArray[np.object_], crs: pyproj.CRS
) -> partition.Moved | partition.Refused:
    if move.kind is TerritoryKind.LINE:
        side = cast("Literal['left', 'right']", move.side)
        return partition.take_side(giver, taker, drawn, side, beside, crs)
    return partition.take_polygon(giver, taker, drawn, beside, crs)


def _is_last_part(
    refused: partition.Refused, before: Any, rest: Any, drawn: Any, move: Move, crs: pyproj.CRS
) -> bool:
    """Tell whether a part that cannot be cut off is all that is left of the giver.

    The same line that cut off one side borders the rest: then what it cuts off the unit as
    it was before the act on the other side is the rest.
    """
    if refused.reason is partition.Reason.EVERYTHING_MOVED:
        return True
    if refused.reason is not partition.Reason.LINE_DOES_NOT_CUT or rest is before:
        return False
    nobody = np.empty(0, dtype=object)
    again = _cut(before, shapely.Polygon(), drawn, move, nobody, crs)
    return not isinstance(again, partition.Refused) and bool(shapely.equals(again.piece, rest))


def _drawn(act: Act, flow: Flow) -> Any:
    """Return the polygon or line of a move; whole units as one polygon."""
    move = flow.move
    assert move is not None
    if move.kind is not TerritoryKind.UNITS:
        return move.geometry
    named = [n for ref in move.units if (n := act.found(ref)) is not None]
    if len(named) < len(move.units):
        return None
    keys = [n.version.territory for n in named if n.version is not None]
    missing = [n.version for n in named if n.version is not None and n.version.territory is None]
    if missing:
        act.findings.append(
            fault("territory-unfit", act.event, missing, reason="shape-unknown",
                  named=missing[0].label)
        )  # fmt: skip
        return None
    shapes = act.draft.view.shapes({k for k in keys if k is not None})
    parts = np.empty(len(keys), dtype=object)
    parts[:] = [shapes[k] for k in keys if k is not None]
    return shapely.union_all(parts)


def _beside(
    act: Act, ground: Ground, bounds: tuple[float, float, float, float], own: set[str | None]
) -> dict[str, Any]:
    """Return the shapes of other units near the giver, as they stand in this act.

    Of all levels: the line of a unit is that of the one above it too, where they have it in
    common, and stays the same on both only if it gets the vertex on both.
    """
    day = act.draft.day
    view, after = act.draft.view, day + timedelta(days=1)
    found = [v for level in _LEVELS for v in view.near(bounds, day, after, level)]
    near = {v.unit_id: v for v in found if v.unit_id not in own}
    shapes = act.draft.view.shapes({v.territory for v in near.values() if v.territory})
    result = {u: shapes[v.territory] for u, v in near.items() if v.territory}
    result.update({u: b for u, (_, b) in ground.beside.items() if u not in own})
    # Units that end by the act hand on their ground later, with the vertices it got meanwhile.
    for shapes_now in (ground.rest, ground.after):
        result.update({u: s for u, s in shapes_now.items() if s is not None and u not in own})
    return {u: s for u, s in result.items() if not shapely.is_empty(s)}
