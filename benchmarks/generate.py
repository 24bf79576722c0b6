"""From a seed to a world and its truth (生成)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas
import numpy as np
import shapely

from bench import Bench
from defects import Maker, spoil
from enclosures import enclose
from province import CRS, Province
from truth import Defect, Truth
from world import TOWNSHIP, World

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass
class Generated:
    """A delivery: townships and counties as they will be written, and what is wrong in them."""

    world: World
    defects: list[Defect]
    crs: str = CRS
    #: How coordinates are changed on the way out, where the file is to be mislabelled.
    turn: object = None

    def order(self, *, shuffle: bool = False) -> np.ndarray:
        """Return the units as they are to be written: county by county, or in any order."""
        units = self.world.units
        if shuffle:
            return np.random.default_rng([self.world.province.seed, 3]).permutation(units)
        counties = {code: i for i, code in enumerate(self.world.county_code.tolist())}
        home = [self.world.home.get(u, self.world.parent[u]) for u in units.tolist()]
        return units[np.argsort([counties[c] for c in home], kind="stable")]

    def townships(self, units: np.ndarray | None = None) -> geopandas.GeoDataFrame:
        """Return some units, or all, as a table."""
        w = self.world
        units = self.order() if units is None else units
        rows = units.tolist()
        columns = {
            "code": [w.code[u] for u in rows],
            "name": [w.name[u] for u in rows],
            "level": np.full(len(rows), TOWNSHIP),
            "parent": [w.parent[u] for u in rows],
        }
        return self._table(columns, w.geometries(units))

    def counties(self) -> geopandas.GeoDataFrame:
        """Return the counties as a table."""
        w = self.world
        columns = {
            "code": w.county_code,
            "name": w.county_names(),
            "level": np.full(len(w.county_code), TOWNSHIP - 1),
        }
        return self._table(columns, w.counties)

    def _table(self, columns: dict[str, object], shape: np.ndarray) -> geopandas.GeoDataFrame:
        if self.turn is not None:
            shape = shapely.transform(shape, self.turn)
        return geopandas.GeoDataFrame(columns, geometry=shape, crs=self.crs)

    def truth(self, file: str, layer: str | None, vertices: int) -> Truth:
        """Return the truth about a file."""
        seed, units = self.world.province.seed, len(self.world.units)
        return Truth(file, layer, self.crs, seed, units, vertices, defects=self.defects)


def generate(
    units: int,
    vertices: int = 300,
    seed: int = 0,
    *,
    dirty: float = 0.0,
    leave_out: Sequence[Maker] = (),
    enclosures: bool = True,
    raw: bool = False,
) -> Generated:
    """Make a province of townships, with `dirty` defects per unit.

    `raw` defects come true only in a GeoPackage that `make.write` writes.
    """
    world = World(Province(units, vertices, seed))
    bench = Bench(world, np.random.default_rng([seed, 2]))
    if enclosures:
        enclose(bench)
    _ = world.counties  # of what is sound yet
    if dirty:
        spoil(bench, dirty, leave_out=tuple(leave_out), raw=raw)
    return Generated(world, bench.defects)


#: Ways to mislabel a file: the reason a check is to give, and the CRS that is claimed.
MISLABELLED = {
    "degrees-labelled-projected": "EPSG:4545",
    "metres-labelled-geographic": "EPSG:4490",
    "axes-swapped": "EPSG:4490",
    "zone-prefix": "EPSG:4545",
}


def mislabel(made: Generated, reason: str) -> Generated:
    """Claim another CRS for a sound delivery than it is in (rule ``crs-suspect``)."""
    import pyproj

    there = pyproj.Transformer.from_crs(CRS, "EPSG:4490", always_xy=True)

    def degrees(xy: np.ndarray) -> np.ndarray:
        return np.column_stack(there.transform(*xy.T))

    turns = {
        "degrees-labelled-projected": degrees,
        "metres-labelled-geographic": None,
        "axes-swapped": lambda xy: degrees(xy)[:, ::-1],
        "zone-prefix": lambda xy: xy + (36_000_000.0, 0.0),
    }
    defect = Defect("crs-suspect", reason, facts={"reason": reason})
    return replace(made, defects=[defect], crs=MISLABELLED[reason], turn=turns[reason])
