"""Enclaves and exclaves (飞地): lawful, and information to a check."""

from __future__ import annotations

import numpy as np
import shapely

from bench import Bench, NoPlaceLeft, Unfit, rounded

#: Radius of what lies within a township, in spacings.
RADII = (0.08, 0.15)
#: How far it stays from the township's border, in spacings.
CLEAR = 0.005


def loop(bench: Bench, cell: int, *, radius: float | None = None) -> np.ndarray:
    """Return a winding loop about the seat of a cell, counter-clockwise, not closed."""
    p, random = bench.province, bench.random
    size = (random.uniform(*RADII) if radius is None else radius) * p.spacing
    turn = np.linspace(0, 2 * np.pi, max(12, p.vertices // 3), endpoint=False)
    sway = sum(
        random.uniform(0, 0.25) / k * np.cos(k * turn + random.uniform(0, 6.3)) for k in range(2, 9)
    )
    way = np.column_stack([np.cos(turn), np.sin(turn)])
    ring = rounded(p.seats[cell] + size * (1 + sway)[:, None] * way)
    outline = shapely.LinearRing(bench.ring(cell))
    if not shapely.contains(shapely.Polygon(outline), shapely.Polygon(ring)) or (
        shapely.dwithin(outline, shapely.LinearRing(ring), CLEAR * p.spacing)
    ):
        raise Unfit
    return ring


def enclave(bench: Bench) -> None:
    """A township wholly inside another, half of them of another county."""
    world = bench.world
    outer = bench.a_cell()
    ring = loop(bench, outer)
    county = world.county_of(outer)
    if bench.random.random() < 0.5:
        county = world.county_of(int(bench.random.choice(bench.around(outer))))
    inner = world.add(shapely.Polygon(ring), county)
    world.edited[outer] = shapely.Polygon(bench.ring(outer), [ring[::-1]])
    bench.claim(outer)
    bench.defects.append(
        bench.area("enclave", "enclave", bench.codes(inner, outer), world.edited[inner])
    )


def exclave_inside(bench: Bench) -> None:
    """A township with a second part inside another."""
    world = bench.world
    outer = bench.a_cell()
    owner = bench.a_cell_near(outer)
    ring = loop(bench, outer)
    bench.claim(outer, owner)
    world.edited[outer] = shapely.Polygon(bench.ring(outer), [ring[::-1]])
    _second_part(bench, owner, shapely.Polygon(ring), "exclave-inside")


def exclave_among(bench: Bench) -> None:
    """A township whose second part lies among others, as large as they."""
    world = bench.world
    place = bench.a_cell()
    owner = bench.a_cell_near(place)
    if owner in bench.around(place):
        raise Unfit
    bench.claim(place, owner)
    part = world.geometry(place)
    world.gone.add(place)
    _second_part(bench, owner, part, "exclave-among")


def _second_part(bench: Bench, owner: int, part: shapely.Polygon, kind: str) -> None:
    whole = bench.world.geometry(owner)
    bench.world.edited[owner] = shapely.MultiPolygon([whole, part])
    # On the ground: the scale of the plane differs from place to place.
    smaller = min(whole, part, key=lambda p: p.area / bench.world.scale(p.centroid.coords[0]) ** 2)
    found = bench.area("exclave", kind, bench.codes(owner), smaller, parts=2)
    found.facts["parts_count"] = found.facts.pop("parts")
    bench.defects.append(found)


#: Makers, and how many of each among a thousand units.
ENCLOSURES = ((enclave, 8), (exclave_inside, 4), (exclave_among, 2))


def enclose(bench: Bench) -> None:
    """Give a province its share of enclaves and exclaves."""
    for maker, share in ENCLOSURES:
        for _ in range(max(1, round(share * bench.province.count / 1000))):
            for _ in range(20):
                try:
                    maker(bench)
                except (NoPlaceLeft, Unfit):
                    continue
                break
