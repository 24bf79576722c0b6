"""Digitising debris (数字化残留): spikes, needles, slivers, short and repeated edges."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from bench import Bench, Unfit, polygon, rounded

if TYPE_CHECKING:
    from truth import Defect


def _straight(bench: Bench, least: float = 4.0) -> tuple[int, int, np.ndarray, np.ndarray]:
    """Draw a segment of a shared line: edge, position, both ends."""
    edge = bench.an_edge()
    line = bench.province.line[edge]
    at = int(bench.random.integers(1, len(line) - 2))
    a, b = line[at], line[at + 1]
    if np.hypot(*(b - a)) < least:
        raise Unfit
    return edge, at, a, b


def _tip(bench: Bench, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return feet and tip of a spike to the right of a → b."""
    along = (b - a) / np.hypot(*(b - a))
    high = float(bench.random.uniform(3, 12))
    wide = high * math.tan(math.radians(float(bench.random.uniform(0.25, 0.8))))
    middle = (a + b) / 2
    p, q = rounded(middle - along * wide / 2), rounded(middle + along * wide / 2)
    return p, rounded(middle + high * np.array([along[1], -along[0]])), q


def _spike(bench: Bench, kind: str, units: tuple[str, ...], p: np.ndarray, t: np.ndarray,
           q: np.ndarray) -> Defect:  # fmt: skip
    back, ahead = p - t, q - t
    angle = math.atan2(abs(back[0] * ahead[1] - back[1] * ahead[0]), float((back * ahead).sum()))
    length = float(min(np.hypot(*back), np.hypot(*ahead)))
    return bench.line(
        "spike", kind, units, t, length=length, width=2 * length * math.tan(angle / 2),
        angle_deg=math.degrees(angle),
    )  # fmt: skip


def shared_spike(bench: Bench) -> list[Defect]:
    """A spike that both neighbours have: no ground is disputed."""
    edge, at, a, b = _straight(bench)
    p, t, q = _tip(bench, a, b)
    units = (int(bench.province.left[edge]), int(bench.province.right[edge]))
    for unit in units:
        ring = bench.with_run(unit, edge, at, at + 1, np.stack([p, t, q]))
        bench.world.edited[unit] = polygon(ring)
    bench.claim(*units)
    return [_spike(bench, "shared-spike", bench.codes(*sorted(units)), p, t, q)]


def lone_spike(bench: Bench) -> list[Defect]:
    """A spike that one unit has into another: an overlap too."""
    edge, at, a, b = _straight(bench)
    p, t, q = _tip(bench, a, b)
    cell, other = int(bench.province.left[edge]), int(bench.province.right[edge])
    tooth = shapely.Polygon([p, t, q])
    if not shapely.covers(shapely.buffer(bench.world.geometry(other), 1e-3), tooth):
        raise Unfit
    ring = bench.with_run(cell, edge, at, at + 1, np.stack([p, t, q]))
    bench.world.edited[cell] = polygon(ring)
    bench.claim(cell, other)
    units = bench.codes(*sorted((cell, other)))
    return [
        _spike(bench, "lone-spike", bench.codes(cell), p, t, q),
        bench.area("overlap", "lone-spike", units, tooth, cover_count=2),
    ]


def needle(bench: Bench) -> list[Defect]:
    """An outline that goes out and back on one line: invalid, and a spike of no width."""
    edge, at, a, p = _straight(bench)
    # From a vertex that is there, which the outline then goes through twice.
    across = bench.province.line[edge][at + 2] - a
    high = float(bench.random.uniform(3, 12))
    tip = rounded(p + high * np.array([across[1], -across[0]]) / np.hypot(*across))
    cell, other = int(bench.province.left[edge]), int(bench.province.right[edge])
    outline = shapely.LinearRing(bench.ring(cell))
    foot = rounded(p + (tip - p) * 0.1)
    if not shapely.disjoint(outline, shapely.LineString([foot, tip])):
        raise Unfit
    ring = bench.with_run(cell, edge, at, at + 2, np.stack([p, tip, p]))
    bench.world.edited[cell] = shapely.Polygon(ring)
    bench.claim(cell, other)
    units = bench.codes(cell)
    reasons = {"reason": "ring-self-intersection", "or_reason": "self-intersection"}
    return [
        bench.line("invalid-geometry", "needle", units, np.stack([tip, p]), **reasons),
        _spike(bench, "needle", units, p, tip, p),
    ]


def short_edge(bench: Bench) -> list[Defect]:
    """Two vertices four millimetres apart, in both neighbours."""
    edge, at, a, b = _straight(bench)
    step = float(bench.random.uniform(0.003, 0.008))
    near = rounded(a + (b - a) * step / np.hypot(*(b - a)))
    units = (int(bench.province.left[edge]), int(bench.province.right[edge]))
    for unit in units:
        ring = bench.with_run(unit, edge, at, at + 1, near[None])
        bench.world.edited[unit] = polygon(ring)
    bench.claim(*units)
    length = float(np.hypot(*(near - a)))
    return [
        bench.line(
            "short-edge", "short-edge", bench.codes(*sorted(units)), a, length=length, edges_count=1
        )
    ]


def repeated(bench: Bench) -> list[Defect]:
    """A vertex given twice."""
    edge, at, a, _ = _straight(bench)
    cell = int(bench.province.left[edge])
    ring = bench.with_run(cell, edge, at, at + 1, a[None])
    bench.world.edited[cell] = polygon(ring)
    bench.claim(cell)
    return [
        bench.line(
            "short-edge", "repeated", bench.codes(cell), a, length=0.0, edges_count=1,
            reason="repeated",
        )
    ]  # fmt: skip


def _strip(bench: Bench, cell: int) -> np.ndarray:
    """Return a strip within a cell, counter-clockwise: decimetres wide, tens of metres long."""
    way = bench.random.uniform(0, 2 * np.pi)
    along = np.array([np.cos(way), np.sin(way)])
    across = np.array([-along[1], along[0]])
    length, width = bench.random.uniform(20, 200), bench.random.uniform(0.1, 0.45)
    seat = bench.province.seats[cell]
    return rounded(
        np.stack([seat, seat + along * length, seat + along * length + across * width,
                  seat + across * width])
    )  # fmt: skip


def sliver_hole(bench: Bench) -> list[Defect]:
    """A narrow hole that no unit fills: a gap in one unit."""
    cell = bench.a_cell()
    strip = _strip(bench, cell)
    bench.world.edited[cell] = shapely.Polygon(bench.ring(cell), [strip[::-1]])
    bench.claim(cell)
    units, shape = bench.codes(cell), shapely.Polygon(strip)
    return [
        bench.area("sliver-ring", "sliver-hole", units, shape, ring="hole"),
        bench.area("gap", "sliver-hole", units, shape),
    ]


def sliver_part(bench: Bench) -> list[Defect]:
    """A narrow part of one unit in a narrow hole of its neighbour: no ground is disputed."""
    cell = bench.a_cell()
    near = bench.around(cell)
    near = near[bench.free[near] & (bench.world.county[near] == bench.world.county[cell])]
    if len(near) == 0:
        raise Unfit
    other = int(bench.random.choice(near))
    strip = _strip(bench, cell)
    shape = shapely.Polygon(strip)
    bench.world.edited[cell] = shapely.Polygon(bench.ring(cell), [strip[::-1]])
    bench.world.edited[other] = shapely.MultiPolygon([bench.world.geometry(other), shape])
    bench.claim(cell, other)
    exclave = bench.area("exclave", "sliver-part", bench.codes(other), shape)
    exclave.facts["parts_count"] = 2
    return [
        bench.area("sliver-ring", "sliver-part", bench.codes(other), shape, ring="part"),
        bench.area("sliver-ring", "sliver-part", bench.codes(cell), shape, ring="hole"),
        exclave,
    ]


def noise(bench: Bench) -> tuple[int, float]:
    """Move vertices of one neighbour by less than the tolerance; return how many, and how far."""
    p, random = bench.province, bench.random
    edge = bench.an_edge()
    line = p.line[edge]
    first = int(random.integers(2, len(line) // 2))
    last = (
        int(random.integers(first + 3, len(line) - 2)) if first + 3 < len(line) - 2 else first + 2
    )
    run = line[first + 1 : last]
    way = random.uniform(0, 2 * np.pi, len(run))
    size = random.uniform(0.0003, 0.0008, len(run))
    moved = rounded(run + size[:, None] * np.column_stack([np.cos(way), np.sin(way)]))
    cell = int(p.left[edge])
    bench.world.edited[cell] = polygon(bench.with_run(cell, edge, first, last, moved))
    bench.claim(cell, int(p.right[edge]))
    far = np.hypot(*(moved - run).T)
    scale = bench.world.scale((float(run[0, 0]), float(run[0, 1])))
    return int((far > 0).sum()), float(far.max()) / scale
