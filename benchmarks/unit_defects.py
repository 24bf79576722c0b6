"""Defects of whole units: moved, missing, twice, in another; unlawful outlines (单元缺陷)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from bench import NECK_M, Bench, Unfit, polygon, rounded
from enclosures import loop
from widths import inscribed_diameter

if TYPE_CHECKING:
    from truth import Defect

#: Shared line, in metres of the plane, from which a unit is said to be around a gap.
RIM = 1e-3
#: Pieces narrower than this are too near the tolerance to be called wrong or right.
NARROWEST_M = 3e-3
#: Tails within the tolerance (lines that nearly coincide) may be cut off, tips of this length not.
TIPS_M = 0.5


def shifted(bench: Bench) -> list[Defect]:
    """A unit lies elsewhere as a whole: overlaps and gaps with each neighbour."""
    cell = bench.a_cell(lone=True)
    around = bench.around(cell)
    way, size = bench.random.uniform(0, 2 * np.pi), np.exp(bench.random.uniform(-1, 1.3))
    move = np.round(size * np.array([np.cos(way), np.sin(way)]), 3)
    old = bench.world.geometry(cell)
    new = shapely.transform(old, lambda xy: rounded(xy + move))
    shapes = dict(zip(around.tolist(), bench.world.geometries(around), strict=True))
    told = _disagreements(bench, cell, old, new, shapes)
    bench.world.edited[cell] = new
    bench.claim(cell, *around.tolist())
    return told


def _disagreements(
    bench: Bench, cell: int, old: shapely.Polygon, new: shapely.Polygon, shapes: dict[int, object]
) -> list[Defect]:
    """Overlay a unit with those around it, and gather what touches, by kind and units."""
    pieces, kinds, units = [], [], []
    for other, shape in shapes.items():
        for part in shapely.get_parts(shapely.intersection(new, shape)):
            if part.area > 1e-9:
                pieces.append(part)
                kinds.append("overlap")
                units.append(tuple(sorted((cell, other))))
    lines = {u: shapely.buffer(shapely.boundary(s), 1e-6) for u, s in {**shapes, cell: new}.items()}
    for part in shapely.get_parts(shapely.difference(old, new)):
        if part.area <= 1e-9:
            continue
        rim = {
            u: shapely.intersection(shapely.boundary(part), line).length
            for u, line in lines.items()
        }
        if any(1e-5 < length < 10 * RIM for length in rim.values()):
            raise Unfit
        pieces.append(part)
        kinds.append("gap")
        units.append(tuple(sorted(u for u, length in rim.items() if length >= RIM)))
    shape = np.array(pieces, dtype=object)
    core = shapely.buffer(shape, -NECK_M / 2, join_style="mitre")
    opened = shapely.buffer(core, NECK_M / 2, join_style="mitre")
    if (shapely.length(opened) < 0.99 * shapely.length(shape) - TIPS_M).any():
        raise Unfit
    a, b = shapely.STRtree(shape).query(shape, predicate="dwithin", distance=1e-6)
    links = coo_array((np.ones(len(a), dtype=bool), (a, b)), shape=(len(shape),) * 2)
    _, string = connected_components(links, directed=False)
    groups: dict[tuple[int, str, tuple[int, ...]], list[int]] = {}
    for i, key in enumerate(zip(string.tolist(), kinds, units, strict=True)):
        groups.setdefault(key, []).append(i)
    told = []
    for (_, kind, concerned), members in groups.items():
        both = shapely.multipolygons(shape[members])
        facts = {"cover_count": 2} if kind == "overlap" else {}
        found = bench.area(kind, "shifted", bench.codes(*concerned), both, **facts)
        narrowest = min(inscribed_diameter(shape[i])[0] for i in members)
        # Pieces within the tolerance are no facts, and part or join their neighbours.
        if narrowest < NARROWEST_M or (kind == "gap" and found.width_m > 4.9):
            raise Unfit
        told.append(found)
    return told


def missing(bench: Bench) -> list[Defect]:
    """A unit was left out: a void, and a parent not covered."""
    world = bench.world
    cell = bench.a_cell(lone=True)
    around = sorted(set(bench.beside(cell).tolist()))
    world.gone.add(cell)
    bench.claim(cell, *bench.around(cell).tolist())
    void = bench.area("void", "missing", bench.codes(*around), world.geometry(cell))
    units = (world.parent[cell], *bench.codes(*around))
    above = bench.area("parent-not-covered", "missing", units, world.geometry(cell))
    return [void, above]


def within(bench: Bench) -> list[Defect]:
    """A unit lies in another that has no hole for it."""
    cell = bench.a_cell()
    inner = bench.world.add(shapely.Polygon(loop(bench, cell)), bench.world.county_of(cell))
    bench.claim(cell)
    shape = bench.world.edited[inner]
    return [bench.area("overlap", "within", bench.codes(cell, inner), shape, cover_count=2)]


def twice(bench: Bench) -> list[Defect]:
    """A unit was delivered twice, under two codes."""
    cell = bench.a_cell()
    shape = bench.world.geometry(cell)
    twin = bench.world.add(shape, bench.world.county_of(cell))
    bench.claim(cell)
    units = bench.codes(cell, twin)
    return [
        bench.area("duplicate-geometry", "twice", units, shape),
        bench.area("overlap", "twice", units, shape, cover_count=2),
    ]


def _invalid(bench: Bench, cell: int, reason: str, at: np.ndarray) -> Defect:
    units = bench.codes(cell)
    return bench.line("invalid-geometry", f"invalid-{reason}", units, at, reason=reason)


def hole_outside(bench: Bench) -> list[Defect]:
    """A hole that lies outside its outline takes no ground."""
    cell = bench.a_cell()
    other = int(bench.random.choice(bench.around(cell)))
    ring = loop(bench, other)
    bench.world.edited[cell] = shapely.Polygon(bench.ring(cell), [ring[::-1]])
    bench.claim(cell)
    return [_invalid(bench, cell, "hole-outside-shell", ring)]


def nested_part(bench: Bench) -> list[Defect]:
    """A part within another part of the same unit adds no ground."""
    cell = bench.a_cell()
    ring = loop(bench, cell)
    parts = [bench.world.geometry(cell), shapely.Polygon(ring)]
    bench.world.edited[cell] = shapely.MultiPolygon(parts)
    bench.claim(cell)
    return [_invalid(bench, cell, "nested-shells", ring)]


def nested_hole(bench: Bench) -> list[Defect]:
    """A hole within a hole takes no more ground; the hole is filled by an enclave."""
    cell = bench.a_cell()
    outer = loop(bench, cell)
    inner = rounded(bench.province.seats[cell] + (outer - bench.province.seats[cell]) * 0.4)
    unit = bench.world.add(shapely.Polygon(outer), bench.world.county_of(cell))
    bench.world.edited[cell] = shapely.Polygon(bench.ring(cell), [outer[::-1], inner[::-1]])
    bench.claim(cell)
    enclave = bench.area("enclave", "nested-hole", bench.codes(unit, cell), shapely.Polygon(outer))
    return [_invalid(bench, cell, "nested-holes", np.concatenate([outer, inner])), enclave]


def parts_meet(bench: Bench) -> list[Defect]:
    """A unit cut in two parts that share a line."""
    cell = bench.a_cell()
    ring = bench.ring(cell)
    half = len(ring) // 2
    for turn in range(0, half, max(1, half // 12)):
        near = np.roll(ring, -turn, axis=0)
        parts = [shapely.Polygon(near[: half + 1]), shapely.Polygon(np.r_[near[half:], near[:1]])]
        if all(p.is_valid for p in parts) and shapely.relate_pattern(*parts, "F***1****"):
            break
    else:
        raise Unfit
    bench.world.edited[cell] = shapely.MultiPolygon(parts)
    bench.claim(cell)
    return [_invalid(bench, cell, "parts-meet", near)]


def own_touch(bench: Bench) -> list[Defect]:
    """An outline that goes around an enclave and comes back to the same vertex."""
    cell = bench.a_cell()
    ring = bench.ring(cell)
    at = int(bench.random.integers(len(ring)))
    ring = np.roll(ring, -at, axis=0)
    inward = bench.province.seats[cell] - ring[0]
    across = np.array([-inward[1], inward[0]])
    a = rounded(ring[0] + 0.5 * inward - 0.1 * across)
    b = rounded(ring[0] + 0.5 * inward + 0.1 * across)
    hole = shapely.Polygon([ring[0], a, b])
    if not shapely.relate_pattern(polygon(ring), hole, "***F0****"):
        raise Unfit
    unit = bench.world.add(hole, bench.world.county_of(cell))
    bench.world.edited[cell] = shapely.Polygon(np.concatenate([ring, [ring[0], b, a]]))
    bench.claim(cell, *bench.around(cell).tolist())
    enclave = bench.area("enclave", "own-touch", bench.codes(unit, cell), hole)
    return [_invalid(bench, cell, "ring-self-intersection", ring[0]), enclave]


def bow_tie(bench: Bench) -> list[Defect]:
    """An outline that crosses itself outside: the lobes overlap the neighbour."""
    p = bench.province
    edge = bench.an_edge()
    at = int(bench.random.integers(2, p.line.shape[1] - 3))
    start, end = p.line[edge][at : at + 2]
    along = end - start
    length = float(np.hypot(*along))
    # The unit on the left of the line steps to the right.
    right = np.array([along[1], -along[0]]) / length
    if length < 60:
        raise Unfit  # its lobes would be slivers
    deep = length / 12  # so blunt that nobody takes the tips for spikes
    c = rounded(start + 0.6 * along + deep * right)
    d = rounded(start + 0.4 * along + deep * right)
    cell, other = int(p.left[edge]), int(p.right[edge])
    outline = shapely.union_all([shapely.LineString([start, c, d, end, start])])
    lobes = shapely.get_parts(shapely.polygonize(shapely.get_parts([outline])))
    both = shapely.multipolygons(lobes)
    theirs = bench.world.geometry(other)
    if len(lobes) != 2 or not shapely.covers(shapely.buffer(theirs, 1e-6), both):
        raise Unfit
    ring = bench.with_run(cell, edge, at, at + 1, np.stack([c, d]))
    bench.world.edited[cell] = shapely.Polygon(ring)
    bench.claim(cell, other)
    units = bench.codes(*sorted((cell, other)))
    # The outer lobe hangs on by a point: a part of its own.
    outer = lobes[int(np.argmin(shapely.distance(lobes, shapely.Point(c))))]
    apart = bench.area("exclave", "bow-tie", bench.codes(cell), outer)
    apart.facts["parts_count"] = 2
    crossing = shapely.get_coordinates(shapely.intersection(*lobes))
    return [
        _invalid(bench, cell, "self-intersection", crossing[0]),
        bench.area("overlap", "bow-tie", units, both, cover_count=2),
        apart,
    ]
