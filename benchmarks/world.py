"""A generated delivery: units with codes, names and parents, open to edits (模拟数据).

Townships are the cells of a `Province`; counties are blocks of them, dissolved
exactly. Codes begin with those of real counties, so that the rules on codes
have something to say; places and names are invented.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely

from diming.handbook import load_handbook
from province import CRS, Province

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Sides of a county in townships, and the most counties there are codes for.
BLOCK, MOST_COUNTIES = 4, 2_000
#: First number and word of each kind of township, and how many of ten are of it.
KINDS = (("街道", 1, 2), ("镇", 100, 5), ("乡", 200, 3))
#: Numbers that units of each kind are given in a county; some are left for wrong ones.
NUMBERS = (90, 90, 190)
TOWNSHIP = 4


@dataclass
class World:
    """Units 0 to `province.count` - 1 are cells; what is added comes after them.

    `edited` holds the geometry of units that are no longer their cell; it may
    be None, no polygon, or bytes that make no geometry at all.
    """

    province: Province
    code: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    parent: list[str] = field(default_factory=list)
    edited: dict[int, object] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    #: County that a unit lies in where its parent column says another one.
    home: dict[int, str] = field(default_factory=dict)
    #: What is done to the bytes of a record once it is written; see `raw_defects`.
    patches: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        p = self.province
        self.random = np.random.default_rng([p.seed, 1])
        self.given: dict[tuple[str, int], int] = {}
        grid = np.floor((p.seats - p.corner) / p.spacing).astype(int)
        block = max(BLOCK, int(np.ceil(np.sqrt(p.count / MOST_COUNTIES))))
        across = int(np.ceil(p.size / p.spacing / block))
        number = grid[:, 1] // block * across + grid[:, 0] // block
        _, self.county = np.unique(number, return_inverse=True)
        self.county_code = np.array(county_codes()[: self.county.max() + 1], dtype=object)
        kind = self.random.choice(len(KINDS), p.count, p=[k[2] / 10 for k in KINDS])
        for county, k in zip(self.county.tolist(), kind.tolist(), strict=True):
            self._name(county, k)

    def _name(self, county: int, kind: int) -> None:
        parent = str(self.county_code[county])
        # Where a kind's numbers are used up, the next kind has some.
        for other in range(len(KINDS)):
            chosen = (kind + other) % len(KINDS)
            if self.given.get((parent, chosen), 0) < NUMBERS[chosen]:
                kind = chosen
                break
        word, first, _ = KINDS[kind]
        number = self.given.get((parent, kind), 0)
        self.given[parent, kind] = number + 1
        self.code.append(f"{parent}{first + number:03d}")
        self.name.append(f"试{len(self.code)}{word}")
        self.parent.append(parent)

    def __len__(self) -> int:
        return len(self.code)

    def add(self, geometry: object, county: int) -> int:
        """Add a unit to a county (by its number) and return its own number."""
        unit = len(self)
        self._name(county, 1)
        self.edited[unit] = geometry
        return unit

    def geometry(self, unit: int) -> object:
        """Return the geometry of one unit as it stands."""
        if unit in self.edited:
            return self.edited[unit]
        return self.province.polygons_of(np.array([unit]))[0]

    def geometries(self, units: np.ndarray) -> np.ndarray:
        """Return the geometries of many units as they stand."""
        result = np.empty(len(units), dtype=object)
        plain = np.array([u not in self.edited for u in units.tolist()], dtype=bool)
        result[plain] = self.province.polygons_of(units[plain])
        for i in np.flatnonzero(~plain):
            result[i] = self.edited[int(units[i])]
        return result

    @property
    def units(self) -> np.ndarray:
        """Numbers of the units that are there, in order."""
        return np.array([u for u in range(len(self)) if u not in self.gone], dtype=np.int64)

    def county_of(self, unit: int) -> int:
        """Return the number of the county a unit is in."""
        if unit < self.province.count:
            return int(self.county[unit])
        return int(np.flatnonzero(self.county_code == self.parent[unit])[0])

    @cached_property
    def counties(self) -> np.ndarray:
        """Counties as unions of their townships; to be taken before anything is spoilt."""
        members: dict[str, list[int]] = {}
        for unit in self.units.tolist():
            members.setdefault(self.parent[unit], []).append(unit)
        return np.array(
            [
                shapely.coverage_union_all(self.geometries(np.array(members[code])))
                for code in self.county_code
            ],
            dtype=object,
        )

    def county_names(self) -> list[str]:
        return [
            f"试{i + 1}{'县' if int(code[4:]) > 20 else '区'}"
            for i, code in enumerate(self.county_code)
        ]

    @cached_property
    def _projection(self) -> tuple[pyproj.Transformer, pyproj.Proj]:
        crs = pyproj.CRS(CRS)
        there = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
        return there, pyproj.Proj(crs)

    def scale(self, xy: tuple[float, float]) -> float:
        """Metres of the plane per metre on the ground at a place; the projection is conformal."""
        there, projection = self._projection
        lon, lat = there.transform(*xy)
        return float(np.sqrt(projection.get_factors(lon, lat).areal_scale))

    def blocks(self, count: int, order: np.ndarray | None = None) -> Iterator[np.ndarray]:
        """Yield the units in about `count` equal parts."""
        units = self.units if order is None else order
        yield from np.array_split(units, max(1, count))


def county_codes() -> list[str]:
    """Return codes of counties and districts that are in force, without those of Chongqing.

    The packaged reference knows where Chongqing's counties lie.
    """
    alive = sorted(load_handbook().county_codes.all_alive(date(2024, 12, 31)))
    return [
        c for c in alive
        if c[:2] not in ("50", "71", "81", "82")
        and (21 <= int(c[4:]) <= 50 or (1 <= int(c[4:]) <= 20 and 1 <= int(c[2:4]) <= 20))
    ]  # fmt: skip


def kind_of(code: str) -> str:
    """Return the word for the kind of township that a code's number is for."""
    return [word for word, first, _ in KINDS if int(code[6:9]) >= first][-1]
