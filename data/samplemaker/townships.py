"""The illustrative townships of Chongqing: invented borders around real names and seats."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import shapely

from samplemaker.borders import assemble, borders, roughen, smooth
from samplemaker.containers import read_layer, write_layer
from samplemaker.growth import grow
from samplemaker.mesh import scatter, triangulate
from samplemaker.seats import (
    Place,
    Plane,
    Town,
    assume_seats,
    match_seats,
    read_places,
    read_towns,
)

if TYPE_CHECKING:
    from pathlib import Path


def divide(
    county: shapely.Polygon, towns: list[Town], places: list[Place]
) -> list[shapely.Polygon]:
    """Divide one county among its townships, in their order, adding no vertex to its edge."""
    ring = np.array(shapely.orient_polygons(county).exterior.coords)[:-1]
    centre = shapely.centroid(county)
    plane = Plane(centre.x, centre.y)
    ring_km = plane.to_km(ring)
    match_seats(towns, places, county, plane)
    assume_seats(towns, shapely.Polygon(ring_km))
    seats = np.array([town.seat for town in towns])

    dice = random.Random(int(towns[0].county))
    mesh = triangulate(ring_km, scatter(ring_km, seats, dice))
    speed = np.array([0.85 if town.kind == "街道" else 1.0 for town in towns])
    label = grow(mesh, seats, speed, dice)

    border = borders(mesh, label)
    degrees = smooth(mesh, border, plane, ring)
    spacing = np.sqrt(shapely.Polygon(ring_km).area / len(towns))
    paths = roughen(degrees, border, plane, ring, detail_km=spacing / 20)
    inside = {edge: i // 3 for i, edge in enumerate(map(tuple, mesh.edges().tolist()))}
    n = len(ring)
    edge_label = np.array([label[inside[i, (i + 1) % n]] for i in range(n)])
    polygons = assemble(paths, border, ring, edge_label, len(towns))
    for town, polygon, seat in zip(towns, polygons, plane.to_degrees(seats), strict=True):
        if town.real and not shapely.contains_xy(polygon, *seat):
            raise AssertionError(f"the seat of {town.code} {town.name} is outside of it")
    return polygons


def edge_balance(polygons: list[shapely.Polygon]) -> Counter[tuple[object, object]]:
    """Sum directed segments; a segment and its reverse cancel."""
    total: Counter[tuple[object, object]] = Counter()
    for polygon in shapely.get_parts(shapely.orient_polygons(polygons)):
        for ring in [polygon.exterior, *polygon.interiors]:
            corners = list(ring.coords)
            for a, b in itertools.pairwise(corners):
                total[min(a, b), max(a, b)] += 1 if a < b else -1
    return Counter({edge: n for edge, n in total.items() if n})


def townships_illustrative(counties: Path, names: Path, geonames: Path, target: Path) -> list[Town]:
    """Grow all townships and write them, after proving that they fill their counties exactly."""
    wkb, fields = read_layer(counties, ["code"])
    outline = dict(zip(fields["code"], shapely.from_wkb(wkb), strict=True))
    towns, places = read_towns(names), read_places(geonames)
    polygons: list[shapely.Polygon] = []
    ordered: list[Town] = []
    for code in sorted(outline):
        (county,) = outline[code].geoms
        own = [town for town in towns if town.county == code]
        parts = divide(county, own, places)
        if edge_balance(parts) != edge_balance([county]):
            raise AssertionError(f"the townships of {code} do not add up to it")
        polygons += parts
        ordered += own
    if len(polygons) != len(towns) or not shapely.coverage_is_valid(polygons):
        raise AssertionError("the townships are no valid coverage")
    columns = {
        "code": [town.code for town in ordered],
        "name": [town.name for town in ordered],
        "kind": [town.kind for town in ordered],
        "parent": [town.county for town in ordered],
        "seat": ["geonames" if town.real else "assumed" for town in ordered],
        "note": ["示意"] * len(ordered),
    }
    arrays = {name: np.array(values, dtype=object) for name, values in columns.items()}
    level = np.full(len(ordered), 4, dtype=np.int32)
    write_layer(
        target,
        "township_illustrative",
        shapely.to_wkb(shapely.orient_polygons(polygons), byte_order=1),
        {k: arrays[k] for k in ("code", "name", "kind")}
        | {"level": level}
        | {k: arrays[k] for k in ("parent", "seat", "note")},
        geometry_type="Polygon",
        title="示意 – Illustrative townships of Chongqing (invented borders)",
        description="示意图层,界线为虚构,不得作为真实界线使用。 ILLUSTRATIVE: borders are "
        "invented, never use them as real ones. Counties © OpenStreetMap contributors (ODbL 1.0); "
        "seats GeoNames (CC BY 4.0); names and codes NBS 2022. WGS 84.",
    )
    return ordered
