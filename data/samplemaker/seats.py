"""Seats of townships: real points where GeoNames has them, sensible guesses elsewhere.

Coordinates here are kilometres in a plane of the county's own (`Plane`).
"""

from __future__ import annotations

import csv
import random
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Plane:
    """An equirectangular plane about one county: degrees to kilometres and back."""

    lon: float
    lat: float

    @property
    def scale(self) -> np.ndarray:
        """Kilometres per degree of longitude and of latitude."""
        return np.array([111.320 * np.cos(np.radians(self.lat)), 110.852])

    def to_km(self, degrees: np.ndarray) -> np.ndarray:
        """Project an array of (lon, lat)."""
        return (degrees - [self.lon, self.lat]) * self.scale

    def to_degrees(self, km: np.ndarray) -> np.ndarray:
        """Unproject, to 1e-6 degree (0.1 m), the precision the sample is published with."""
        return np.round(km / self.scale + [self.lon, self.lat], 6)


@dataclass
class Town:
    """A township: what the statistical table says, and where its seat is put."""

    code: str
    name: str
    kind: str
    county: str
    seat: np.ndarray = field(default_factory=lambda: np.zeros(2))
    real: bool = False


@dataclass(frozen=True)
class Place:
    """A GeoNames populated place."""

    geonameid: int
    lonlat: tuple[float, float]
    names: frozenset[str]
    population: int


def read_towns(path: Path) -> list[Town]:
    """Read the statistical list of townships, in its order."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return [
            Town(row["nbs_code"], row["name"], row["kind"], row["county_code"])
            for row in csv.DictReader(handle)
        ]


def read_places(path: Path) -> list[Place]:
    """Read GeoNames places, the most populous first so that it wins among namesakes."""
    with path.open(encoding="utf-8", newline="") as handle:
        places = [
            Place(
                int(row["geonameid"]),
                (float(row["longitude"]), float(row["latitude"])),
                frozenset(row["alternatenames"].split("|")),
                int(row["population"]),
            )
            for row in csv.DictReader(handle)
        ]
    return sorted(places, key=lambda place: (-place.population, place.geonameid))


def stem(name: str) -> str:
    """Return a township's name without its generic term, which changes as places grow."""
    return re.sub("(街道|民族乡|镇|乡)$", "", name)


def match_seats(towns: list[Town], places: list[Place], county: shapely.Polygon, km: Plane) -> None:
    """Give the towns of one county the GeoNames points that lie in it and bear their names.

    The full name counts first; then the name without generic term, since many
    a 乡 of GeoNames is a 镇 or 街道 today. Points closer together than a fifth
    of the usual spacing (at most 600 m) stand for one place: the later is refused.
    """
    inside = [p for p in places if shapely.contains_xy(county, *p.lonlat)]
    spacing = np.sqrt(shapely.area(shapely.transform(county, km.to_km)) / len(towns))
    least = min(0.6, 0.2 * spacing)
    used: list[np.ndarray] = []
    taken: set[int] = set()
    for exact in (True, False):
        for town in towns:
            if town.real:
                continue
            for place in inside:
                names = place.names if exact else {stem(name) for name in place.names}
                if (
                    place.geonameid in taken
                    or (town.name if exact else stem(town.name)) not in names
                ):
                    continue
                seat = km.to_km(np.array(place.lonlat))
                taken.add(place.geonameid)
                if all(np.hypot(*(seat - other)) >= least for other in used):
                    town.seat, town.real = seat, True
                    used.append(seat)
                    break


def assume_seats(towns: list[Town], county_km: shapely.Polygon) -> None:
    """Put the remaining seats where the county is empty, the same ones on every run.

    Of a few hundred random points each takes the best: far from other seats and
    not on the edge; subdistricts stay near the town they are part of, unless
    the district is a city altogether.
    """
    dice = random.Random(int(towns[0].county))
    west, south, east, north = shapely.bounds(county_km)
    edge = shapely.boundary(county_km)
    spacing = np.sqrt(shapely.area(county_km) / len(towns))
    city = sum(town.kind == "街道" for town in towns) > 0.75 * len(towns)
    for town in [t for t in towns if not t.real]:
        seats = np.array([t.seat for t in towns if t.real or t.seat.any()] or [[1e6, 1e6]])
        urban = np.array([t.seat for t in towns if t.kind == "街道" and t.seat.any()])
        points = [(dice.uniform(west, east), dice.uniform(south, north)) for _ in range(900)]
        tries = np.array([p for p in points if shapely.contains_xy(county_km, *p)])
        gaps = np.hypot(*(tries[:, None] - seats[None]).transpose(2, 0, 1)).min(axis=1)
        room = np.minimum(gaps, 2 * shapely.distance(edge, shapely.points(tries)))
        if town.kind == "街道" and len(urban) and not city:
            away = np.hypot(*(tries - np.median(urban, axis=0)).T)
            score = np.minimum(room, 0.45 * spacing) - 0.15 * away
        else:
            score = np.minimum(room, 1.1 * spacing)
        town.seat = tries[int(np.argmax(score))]
