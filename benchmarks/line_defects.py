"""Defects along lines that two units share, and where lines meet (界线缺陷)."""

from __future__ import annotations

import numpy as np
import shapely

from bench import Bench, Unfit, polygon, rounded, simple
from truth import Defect

#: Widths of stretches, in metres, from a slip of the pen to another map.
NARROWEST, WIDEST = 0.005, 50.0


def stretch(
    bench: Bench, *, county_line: bool = False, exactly: float | None = None,
    least: float = NARROWEST, most: float = WIDEST, apart: bool | None = None,
) -> list[Defect]:  # fmt: skip
    """One of two neighbours draws a stretch of their line elsewhere: overlap, gap, or void."""
    p, random = bench.province, bench.random
    edge = bench.an_edge(county_line=county_line)
    line = p.line[edge]
    count = len(line) - 1
    a = int(random.integers(count // 6, count // 3 + 1))
    b = min(a + int(random.integers(3, max(4, count // 2))), count - count // 6)
    if b - a < 3:
        raise Unfit
    units = (int(p.left[edge]), int(p.right[edge]))
    mover = int(random.integers(2))
    gap = bool(random.random() < 0.5) if apart is None else apart
    # To the left, the unit on the left draws back, the unit on the right steps over.
    toward_left = gap == (mover == 0)
    way = bench.left_normal(edge) * (1 if toward_left else -1)
    width = exactly or float(np.exp(random.uniform(np.log(least), np.log(most))))
    mine, other = units[mover], units[1 - mover]
    loser = shapely.buffer(bench.world.geometry(mine if gap else other), 1e-6)
    run = line[a : b + 1]
    for _ in range(3 if exactly else 1):
        moved = rounded(run[1:-1] + way * width)
        between = polygon(np.concatenate([run, moved[::-1]]))
        made = polygon(bench.with_run(mine, edge, a, b, moved))
        if not shapely.covers(loser, between):
            raise Unfit
        found = bench.area("", "stretch", (), between)
        width *= (exactly or found.width_m) / found.width_m
    rule = bench.gap_or_void(found.width_m) if gap else "overlap"
    bench.world.edited[mine] = made
    bench.claim(*units)
    kind = f"stretch-{rule}" + ("-county-line" if county_line else "")
    kind = f"threshold-{exactly}" if exactly else kind
    told = [_said(found, rule, kind, bench.codes(*units))]
    if rule == "overlap":
        told[0].facts["cover_count"] = 2
    return told + _parents(bench, told[0], mine, other, county_line=county_line)


def _parents(
    bench: Bench, found: Defect, mine: int, other: int, *, county_line: bool
) -> list[Defect]:
    """Return what a defect between two units means for the counties above."""
    (code, parent), theirs = (
        (bench.codes(mine)[0], bench.world.parent[mine]), bench.world.parent[other],
    )  # fmt: skip
    facts = {"parts_count": found.facts["parts_count"]}
    if found.rule == "overlap" and county_line:
        facts["into"] = theirs
        return [_said(found, "outside-parent", found.kind, (code, parent), facts)]
    if found.rule == "void" or (found.rule == "gap" and county_line):
        units = (parent, code) if county_line else (parent, code, *bench.codes(other))
        return [_said(found, "parent-not-covered", found.kind, units, facts)]
    return []


def _said(
    d: Defect, rule: str, kind: str, units: tuple[str, ...], facts: dict[str, object] | None = None
) -> Defect:
    return Defect(
        rule, kind, units, d.width_m, d.length_m, d.area_m2, d.at, d.polygon, d.scale,
        dict(d.facts if facts is None else facts),
    )  # fmt: skip


def narrower(bench: Bench) -> list[Defect]:
    """A gap of just less than the widest that is called one."""
    return stretch(bench, exactly=4.9, apart=True)


def wider(bench: Bench) -> list[Defect]:
    """A void of just more than the widest gap."""
    return stretch(bench, exactly=5.1, apart=True)


def over_county_line(bench: Bench) -> list[Defect]:
    """A stretch of a county's line drawn by one township only."""
    return stretch(bench, county_line=True)


def dropped_vertex(bench: Bench) -> list[Defect]:
    """One neighbour leaves a vertex out where the line bends: a triangle."""
    p = bench.province
    edge = bench.an_edge()
    line = p.line[edge]
    at = int(bench.random.integers(2, len(line) - 2))
    units = (int(p.left[edge]), int(p.right[edge]))
    mover = int(bench.random.integers(2))
    triangle = shapely.Polygon(line[at - 1 : at + 2])
    found = bench.area("", "dropped-vertex", (), triangle)
    if found.width_m < 0.004:
        raise Unfit
    # A counter-clockwise turn is an outward corner of the unit on the left.
    outward = shapely.is_ccw(triangle.exterior) == (mover == 0)
    rule = bench.gap_or_void(found.width_m) if outward else "overlap"
    ring = bench.with_run(units[mover], edge, at - 1, at + 1, np.empty((0, 2)))
    bench.world.edited[units[mover]] = polygon(ring)
    bench.claim(*units)
    told = _said(found, rule, "dropped-vertex", bench.codes(*units))
    if rule == "overlap":
        told.facts["cover_count"] = 2
    return [told, *_parents(bench, told, units[mover], units[1 - mover], county_line=False)]


def unmatched(bench: Bench, *, county_line: bool = False) -> list[Defect]:
    """One neighbour has vertices on straight pieces of the line that the other has not."""
    p, random = bench.province, bench.random
    edge = bench.an_edge(county_line=county_line)
    line = p.line[edge]
    lacking, having = (int(p.left[edge]), int(p.right[edge]))
    if random.random() < 0.5:
        lacking, having = having, lacking
    first = int(random.integers(2, len(line) - 4))
    last = first + int(random.integers(1, 3))
    run, put, offset = [], [], 0.0
    for i in range(first, last):
        a, b = line[i], line[i + 1]
        share = np.sort(random.uniform(0.15, 0.85, int(random.integers(1, 4))))[:, None]
        inserted = rounded(a + (b - a) * share)
        put.append(inserted)
        run += [inserted, line[i + 1 : i + 2]] if i + 1 < last else [inserted]
        chord = shapely.LineString([a, b])
        offset = max(offset, float(shapely.distance(chord, shapely.points(inserted)).max()))
    ring = bench.with_run(having, edge, first, last, np.concatenate(run))
    bench.world.edited[having] = polygon(ring)
    bench.claim(lacking, having)
    length = float(np.hypot(*np.diff(line[first : last + 1], axis=0).T).sum())
    inserted = np.concatenate(put)
    facts = {"vertices_count": len(inserted), "offset_m": offset}
    kind = "unmatched-county-line" if county_line else "unmatched"
    units = [bench.codes(lacking, having)]
    if county_line:
        # The county above was dissolved before: it lacks the vertices too.
        units.append((bench.world.parent[having], *bench.codes(having)))
    return [bench.line("unmatched-edge", kind, u, inserted, length=length, **facts) for u in units]


def unmatched_at_county_line(bench: Bench) -> list[Defect]:
    """Vertices that a neighbour across the county line lacks, and the county above."""
    return unmatched(bench, county_line=True)


def cut_corner(bench: Bench) -> list[Defect]:
    """One of the units that meet at a node cuts the corner: a triangle between all of them."""
    cell, at, j, k = _corner(bench)
    ring = bench.ring(cell)
    ring = np.roll(ring, -at, axis=0)
    node, after, before = ring[0], ring[1], ring[-1]
    reach = min(float(bench.random.uniform(1, 12)), *(
        0.8 * float(np.hypot(*(q - node))) for q in (after, before)
    ))  # fmt: skip
    p, q = (rounded(node + (v - node) * reach / np.hypot(*(v - node))) for v in (before, after))
    triangle = shapely.Polygon([p, node, q])
    if not triangle.exterior.is_ccw:
        raise Unfit
    found = bench.area("gap", "cut-corner", bench.codes(cell, j, k), triangle)
    if found.width_m > 4.9 or found.width_m < 0.01:
        raise Unfit
    bench.world.edited[cell] = polygon(np.concatenate([[q], ring[1:], [p]]))
    bench.claim(cell, *bench.around(cell))
    return [found]


def _corner(bench: Bench) -> tuple[int, int, int, int]:
    """Draw a corner where three units meet: cell, position in its ring, the two others."""
    cell = bench.a_cell(lone=True)
    beside = bench.beside(cell)
    side = int(bench.random.integers(len(beside)))
    j, k = int(beside[side - 1]), int(beside[side])
    p = bench.province
    edge, forward = (part[side] for part in p.sides_of(cell))
    node = p.start[edge] if forward else p.end[edge]
    if int(((p.start == node) | (p.end == node)).sum()) != 3:
        raise Unfit
    return cell, side * (p.line.shape[1] - 1), j, k


def over_node(bench: Bench) -> list[Defect]:
    """A unit steps over a node where two others meet: one face, a disagreement with each."""
    cell, at, j, k = _corner(bench)
    ring = np.roll(bench.ring(cell), -at, axis=0)
    m = max(2, (bench.province.line.shape[1] - 1) // 4)
    out = ring[0] - bench.province.seats[cell]
    width = float(np.exp(bench.random.uniform(np.log(0.3), np.log(30.0))))
    moved = ring.copy()
    inner = np.r_[np.arange(m), np.arange(len(ring) - m + 1, len(ring))]
    moved[inner] = rounded(ring[inner] + out / np.hypot(*out) * width)
    made, old = polygon(moved), polygon(ring)
    told = []
    if not shapely.covers(shapely.buffer(made, 1e-6), old):
        raise Unfit
    for other in (j, k):
        both = simple(shapely.intersection(made, bench.world.geometry(other)))
        units = bench.codes(*sorted((cell, other)))
        told.append(bench.area("overlap", "over-node", units, both, cover_count=2))
    spilt = sum(d.area_m2 * d.scale**2 for d in told)
    if abs(spilt - (made.area - old.area)) > 1e-5 * spilt or min(d.width_m for d in told) < 0.05:
        raise Unfit
    bench.world.edited[cell] = made
    bench.claim(cell, *bench.around(cell))
    return told


def open_slit(bench: Bench) -> list[Defect]:
    """Two neighbours at the border part towards it: a gap with an open end."""
    p, random = bench.province, bench.random
    outer = np.flatnonzero((p.left < 0) | (p.right < 0))
    at_border = np.zeros(len(p.nodes), dtype=bool)
    at_border[p.start[outer]] = at_border[p.end[outer]] = True
    both = (p.left >= 0) & (p.right >= 0) & (at_border[p.start] != at_border[p.end])
    edges = np.flatnonzero(both)
    edge = int(random.choice(edges))
    units = (int(p.left[edge]), int(p.right[edge]))
    county = bench.world.county
    if not bench.free[list(units)].all() or county[units[0]] != county[units[1]]:
        raise Unfit
    count = p.line.shape[1] - 1
    mover = int(random.integers(2))
    mine = units[mover]
    edges_mine, forward = p.sides_of(mine)
    side = int(np.flatnonzero(edges_mine == edge)[0])
    ring = bench.ring(mine)
    # Walk the ring so that the shared line comes first and the border after it, or before.
    to_border = at_border[p.end[edge]] == bool(forward[side])
    if to_border:
        ring = np.roll(ring, -side * count, axis=0)
    else:
        ring = np.roll(ring[::-1], -(len(ring) - 1 - (side * count + count) % len(ring)), axis=0)
    node, beyond = ring[count], ring[count + 1]
    width = float(random.uniform(0.3, 3.0))
    out = (beyond - node) / np.hypot(*(beyond - node))
    start = int(random.integers(count // 4, count // 2))
    run = ring[start : count + 1]
    moved = rounded(run[1:] + out * width)
    slit = polygon(np.concatenate([run, moved[::-1]]))
    made = polygon(np.concatenate([ring[: start + 1], moved, ring[count + 1 :]]))
    old = bench.world.geometry(mine)
    if not shapely.covers(shapely.buffer(old, 1e-6), slit):
        raise Unfit
    found = bench.area("gap", "open-slit", bench.codes(*sorted(units)), slit, open=True)
    if found.length_m < 40 * found.width_m:
        raise Unfit
    bench.world.edited[mine] = made if made.exterior.is_ccw else shapely.reverse(made)
    bench.claim(*units)
    parent = bench.world.parent[mine]
    units_above = (parent, *bench.codes(*sorted(units)))
    return [found, _said(found, "parent-not-covered", "open-slit", units_above, {"parts_count": 1})]
