"""Geometry of acts, brought into the CRS of the archive (坐标系)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import shapely

from diming.errors import UsageError
from diming.geometry.ground import parse_crs, same_crs, transform

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyproj

    from diming.model.event import Event, Move, UnitRef
    from diming.store.protocol import Writer


def in_crs(events: Sequence[Event], crs: str | None, writer: Writer) -> list[Event]:
    """Return acts whose geometry is in the CRS of the archive, which the first one settles."""
    if crs is None or not any(_has_geometry(e) for e in events):
        return list(events)
    given = parse_crs(crs)
    held = writer.view.crs
    if held is None:
        writer.settle_crs(crs)
        return list(events)
    kept = parse_crs(held)
    if same_crs(given, kept):
        return list(events)
    return [_moved(e, given, kept) for e in events]


def moved_shape(shape: Any, source: pyproj.CRS, target: pyproj.CRS) -> Any:
    """Return a shape in another CRS.

    Raises
    ------
    UsageError
        If there is no way from one CRS to the other for some of its vertices.
    """
    there = shapely.transform(shape, lambda xy: transform(xy, source, target))
    if not shapely.is_empty(there) and not all(abs(v) < float("inf") for v in there.bounds):
        raise UsageError(
            "the geometry in {source} cannot be brought into {target}, the archive's CRS",
            source=source.name, target=target.name,
        )  # fmt: skip
    return there


def _has_geometry(event: Event) -> bool:
    return (
        any(r.geometry is not None for r in (*event.before, *event.after))
        or any(m.geometry is not None for m in event.moves)
        or any(k == "geometry" for k, _ in event.changes)
    )


def _moved(event: Event, source: pyproj.CRS, target: pyproj.CRS) -> Event:
    def shape(geometry: Any) -> Any:
        return None if geometry is None else moved_shape(geometry, source, target)

    def unit(ref: UnitRef) -> UnitRef:
        return replace(ref, geometry=shape(ref.geometry))

    def move(given: Move) -> Move:
        return replace(given, geometry=shape(given.geometry))

    return replace(
        event,
        given_id=event.id,  # It is the same act, wherever it is drawn.
        before=tuple(map(unit, event.before)),
        after=tuple(map(unit, event.after)),
        moves=tuple(map(move, event.moves)),
        changes=tuple((k, shape(v) if k == "geometry" else v) for k, v in event.changes),
    )
