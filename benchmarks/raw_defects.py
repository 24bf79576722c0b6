"""Records that no library would write: open rings, numbers that are none, cut-off bytes (原始坐标).

They are made in a GeoPackage once it is written, in the bytes of single records.
"""

from __future__ import annotations

import sqlite3
import struct
from typing import TYPE_CHECKING

import numpy as np
import shapely

from enclosures import loop

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bench import Bench
    from truth import Defect

#: Bytes before the first point of a polygon in WKB: order, type, rings, points of the first.
_BEFORE_POINTS = 13


def open_ring(bench: Bench) -> list[Defect]:
    """An outline whose last vertex is not its first; closed, it is as it should be."""
    cell = bench.a_cell()
    bench.claim(cell)
    bench.world.patches[cell] = "ring-not-closed"
    ring = bench.ring(cell)
    opening = float(np.hypot(*(ring[0] - ring[-1]))) / bench.world.scale(tuple(ring[0]))
    return [_told(bench, cell, ring, opening_m=opening)]


def not_finite(bench: Bench) -> list[Defect]:
    """A record with a coordinate that is no number."""
    return _unusable(bench, "not-finite")


def two_points(bench: Bench) -> list[Defect]:
    """A record whose outline has two points."""
    return _unusable(bench, "too-few-points")


def cut_off(bench: Bench) -> list[Defect]:
    """A record whose bytes end too early."""
    cell = bench.a_cell()
    unit = bench.world.add(shapely.Polygon(loop(bench, cell)), bench.world.county_of(cell))
    bench.world.patches[unit] = "truncated"
    units = bench.codes(unit)
    return [bench.record("unreadable-record", "cut-off", units, reason="geometry-undecodable")]


def _unusable(bench: Bench, reason: str) -> list[Defect]:
    cell = bench.a_cell()
    ring = loop(bench, cell)
    unit = bench.world.add(shapely.Polygon(ring), bench.world.county_of(cell))
    bench.world.patches[unit] = reason
    return [_told(bench, unit, ring)]


def _told(bench: Bench, unit: int, ring: np.ndarray, **facts: object) -> Defect:
    reason = bench.world.patches[unit]
    kind, units = f"raw-{reason}", bench.codes(unit)
    return bench.line("invalid-geometry", kind, units, ring, reason=reason, **facts)


RAW_MAKERS = ((open_ring, 1), (not_finite, 0.5), (two_points, 0.5), (cut_off, 0.5))


def spoil_bytes(file: Path, layer: str, patches: Mapping[str, str]) -> None:
    """Spoil records of a GeoPackage without spatial index, by code."""
    with sqlite3.connect(file) as base:
        for code, how in patches.items():
            (blob,) = base.execute(f"SELECT geom FROM {layer} WHERE code = ?", (code,)).fetchone()
            base.execute(f"UPDATE {layer} SET geom = ? WHERE code = ?", (_spoilt(blob, how), code))
    base.close()


def _spoilt(blob: bytes, how: str) -> bytes:
    envelope = (0, 32, 48, 48, 64)[blob[3] >> 1 & 7]
    head, wkb = blob[: 8 + envelope], blob[8 + envelope :]
    (points,) = struct.unpack_from("<I", wkb, 9)
    start, coordinates = wkb[:9], wkb[_BEFORE_POINTS : _BEFORE_POINTS + 16 * points]
    if how == "truncated":
        return head + wkb[: len(wkb) // 2]
    if how == "ring-not-closed":
        coordinates = coordinates[:-16]
    elif how == "too-few-points":
        coordinates = coordinates[:32]
    else:
        coordinates = coordinates[:16] + struct.pack("<d", float("nan")) + coordinates[24:]
    return head + start + struct.pack("<I", len(coordinates) // 16) + coordinates
