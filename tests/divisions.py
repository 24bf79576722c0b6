"""A small region drawn in cells: units are sets of cells, acts move cells about."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import shapely

from diming.history.infer import InferSettings, Proposal, Snapshot
from diming.model.event import EventType
from worlds import CRS, Grid

SETTINGS = InferSettings(crs=CRS)
NAMES = ("东山县", "西河县", "南溪县", "北峰县", "中坝县", "上源县", "下江县", "前坪县", "后岭县")


@dataclass(frozen=True)
class Unit:
    """What is known of a unit, and its cells."""

    name: str
    cells: frozenset[tuple[int, int]]
    code: str = ""
    kind: str = ""
    parent: str = ""


@dataclass(frozen=True)
class Region:
    """Units side by side, blocks of 2 × 2 cells of a kilometre each to begin with."""

    units: tuple[Unit, ...]
    grid: Grid = field(default_factory=lambda: Grid(6, 6, vertices=6, wobble=60.0, seed=3))

    @staticmethod
    def blocks(seed: int = 3) -> Region:
        grid = Grid(6, 6, vertices=6, wobble=60.0, seed=seed)
        units = []
        for k, name in enumerate(NAMES):
            i, j = 2 * (k // 3), 2 * (k % 3)
            cells = frozenset({(i, j), (i, j + 1), (i + 1, j), (i + 1, j + 1)})
            units.append(Unit(name, cells, f"5002{21 + k}", parent="500000"))
        return Region(tuple(units), grid)

    def __getitem__(self, name: str) -> Unit:
        return next(u for u in self.units if u.name == name)

    def without(self, *names: str) -> Region:
        return replace(self, units=tuple(u for u in self.units if u.name not in names))

    def with_(self, *units: Unit) -> Region:
        """Add units; of the same name they replace what is there."""
        new = {u.name: u for u in units}
        kept = [new.pop(u.name, u) for u in self.units]
        return replace(self, units=(*kept, *new.values()))

    def snapshot(self, noise_m: float = 0.0, seed: int = 1, shift: tuple = (0.0, 0.0)) -> Snapshot:
        polygons = {c: shapely.Polygon(self.grid.ring(*c)) for c in self.grid.sides}
        shapes = np.array(
            [shapely.coverage_union_all([polygons[c] for c in sorted(u.cells)])
             for u in self.units], dtype=object
        )  # fmt: skip
        if noise_m:
            shapes = redrawn(shapes, noise_m, seed)
        if any(shift):
            shapes = shapely.transform(shapes, lambda xy: xy + shift)
        return Snapshot.of(
            [u.name for u in self.units], shapes, code=[u.code for u in self.units],
            kind=[u.kind for u in self.units], parent=[u.parent for u in self.units], level=3,
        )  # fmt: skip


def redrawn(shapes: np.ndarray, noise_m: float, seed: int) -> np.ndarray:
    """Draw the same lines anew: every vertex a bit aside, the same for all that share it."""
    xy = shapely.get_coordinates(shapes)
    _, of = np.unique(xy, axis=0, return_inverse=True)
    of = of.ravel()
    aside = np.random.default_rng(seed).normal(0.0, noise_m, (of.max() + 1, 2))
    aside = np.clip(aside, -2.5 * noise_m, 2.5 * noise_m)
    return shapely.set_coordinates(shapes.copy(), xy + aside[of])


def replayed(old: Snapshot, proposals: list[Proposal]) -> dict[str, shapely.Geometry]:
    """Record what is proposed: name → outline of what stands then."""
    there = dict(zip(old.name.tolist(), old.geometry, strict=True))
    for proposal in proposals:
        event = proposal.event
        if event.type in (EventType.RENAME, EventType.CONVERT) and not event.after[0].geometry:
            there[event.after[0].name] = there.pop(event.before[0].name)
            continue
        if event.type in (EventType.RECODE, EventType.TRANSFER):
            continue
        for ref in event.before:
            if not ref.part:
                there.pop(ref.name)
        for ref in (*event.after, *proposal.redrawn):
            there[ref.name] = ref.geometry
    return there
