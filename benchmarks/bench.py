"""Where defects are put: free places of a world, edits to outlines, and exact truths (注入)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import csr_array

from truth import Defect
from widths import inscribed_diameter

if TYPE_CHECKING:
    from world import World

#: Draws before a kind of defect is given up for want of a fit place.
DRAWS = 300
#: How far off, in cells, the second part of a unit lies.
NEAR = 5
#: Decimals of coordinates, as in the province.
DECIMALS = 4
#: Necks of this width or less are in doubt; the tolerance is a millimetre.
NECK_M = 0.0015


class NoPlaceLeft(Exception):
    """The world is too small, or too full, for one more defect of a kind."""


class Bench:
    """A world under the knife: each cell is used by one defect at most."""

    def __init__(self, world: World, random: np.random.Generator) -> None:
        self.world, self.random = world, random
        self.province = p = world.province
        self.free = np.ones(p.count, dtype=bool)
        self.defects: list[Defect] = []
        self.inner = np.ones(p.count, dtype=bool)
        for beside, other in ((p.left, p.right), (p.right, p.left)):
            self.inner[beside[(other < 0) & (beside >= 0)]] = False

    # -- places -----------------------------------------------------------

    @cached_property
    def _touching(self) -> csr_array:
        """Which cells share a node."""
        p = self.province
        cell = np.concatenate([p.left, p.left, p.right, p.right])
        node = np.concatenate([p.start, p.end, p.start, p.end])
        own = cell >= 0
        at = csr_array(
            (np.ones(int(own.sum()), dtype=np.int32), (cell[own], node[own])),
            shape=(p.count, len(p.nodes)),
        )
        return csr_array(at @ at.T)

    def around(self, cell: int) -> np.ndarray:
        """Return the cells that share a node with a cell, without itself."""
        rows = self._touching
        near = rows.indices[rows.indptr[cell] : rows.indptr[cell + 1]]
        return np.sort(near[near != cell])

    def beside(self, cell: int) -> np.ndarray:
        """Return, for each side of a cell in order, the cell on the other side (-1 outside)."""
        edge, forward = self.province.sides_of(cell)
        return np.where(forward, self.province.right[edge], self.province.left[edge])

    def a_cell(self, *, lone: bool = False) -> int:
        """Draw a free inner cell; `lone`: amid free cells of its own county only."""
        county = self.world.county
        for _ in range(DRAWS):
            cell = int(self.random.integers(self.province.count))
            if not (self.free[cell] and self.inner[cell]):
                continue
            if lone:
                near = self.around(cell)
                if not (self.free[near].all() and (county[near] == county[cell]).all()):
                    continue
            return cell
        raise NoPlaceLeft

    def a_cell_near(self, cell: int) -> int:
        """Draw a free inner cell a few cells away, as exclaves lie."""
        away = np.hypot(*(self.province.seats - self.province.seats[cell]).T)
        near = np.flatnonzero((away > 0) & (away < NEAR * self.province.spacing))
        near = near[self.free[near] & self.inner[near]]
        if len(near) == 0:
            raise NoPlaceLeft
        return int(self.random.choice(near))

    def an_edge(self, *, county_line: bool = False, least: float = 0.2) -> int:
        """Draw an edge between two free inner cells, `least` spacings long or more."""
        p, county = self.province, self.world.county
        for _ in range(DRAWS * (4 if county_line else 1)):
            edge = int(self.random.integers(len(p.left)))
            a, b = p.left[edge], p.right[edge]
            if a < 0 or b < 0 or not (self.free[a] and self.free[b]):
                continue
            if (county[a] != county[b]) != county_line:
                continue
            if np.hypot(*(p.nodes[p.end[edge]] - p.nodes[p.start[edge]])) >= least * p.spacing:
                return edge
        raise NoPlaceLeft

    def claim(self, *cells: int) -> None:
        """Keep further defects away from some cells."""
        self.free[[c for c in cells if 0 <= c < self.province.count]] = False

    # -- outlines ---------------------------------------------------------

    def ring(self, cell: int) -> np.ndarray:
        """Return the outline of a cell, counter-clockwise, not closed."""
        return shapely.get_coordinates(self.province.polygons_of(np.array([cell]))[0])[:-1]

    def with_run(self, cell: int, edge: int, a: int, b: int, between: np.ndarray) -> np.ndarray:
        """Return a cell's outline with other vertices between positions a < b of an edge.

        `between` runs as the edge does.
        """
        edges, forward = self.province.sides_of(cell)
        side = int(np.flatnonzero(edges == edge)[0])
        length = self.province.line.shape[1] - 1
        ring = self.ring(cell)
        if forward[side]:
            ring = np.roll(ring, -(side * length + a), axis=0)
            return np.concatenate([ring[:1], between, ring[b - a :]])
        ring = np.roll(ring, -(side * length + length - b), axis=0)
        return np.concatenate([ring[:1], between[::-1], ring[b - a :]])

    def left_normal(self, edge: int) -> np.ndarray:
        """Return the unit vector to the left of an edge's chord."""
        p = self.province
        along = p.nodes[p.end[edge]] - p.nodes[p.start[edge]]
        return np.array([-along[1], along[0]]) / np.hypot(*along)

    # -- truths -----------------------------------------------------------

    def codes(self, *units: int) -> tuple[str, ...]:
        """Return what findings call units."""
        return tuple(self.world.code[u] or self.world.name[u] for u in units)

    def area(
        self,
        rule: str,
        kind: str,
        units: tuple[str, ...],
        shape: shapely.Geometry,
        /,
        **facts: object,
    ) -> Defect:
        """Make a truth about ground: areas, widths, and lengths exact in the plane, then scaled."""
        parts = shapely.get_parts(shape)
        # Within the tolerance a neck is closed or open: nobody can say how many parts there are.
        core = shapely.buffer(parts, -NECK_M / 2, join_style="mitre")
        if (shapely.get_num_geometries(core) > 1).any():
            raise Unfit
        found = [inscribed_diameter(p) for p in parts]
        wide, at = max(found)
        scale = self.world.scale(at)
        lengths = [
            max(shapely.get_exterior_ring(p).length / 2 - w, w)
            for p, (w, _) in zip(parts, found, strict=True)
        ]
        return Defect(
            rule, kind, units,
            width_m=wide / scale,
            length_m=sum(lengths) / scale,
            area_m2=float(shapely.area(shape)) / scale**2,
            at=at,
            polygon=[shapely.get_coordinates(shapely.get_exterior_ring(p)).tolist() for p in parts],
            scale=scale,
            facts={"parts_count": len(parts), **facts},
        )  # fmt: skip

    def line(
        self, rule: str, kind: str, units: tuple[str, ...], at: np.ndarray, /, *,
        length: float | None = None, width: float | None = None, **facts: object,
    ) -> Defect:  # fmt: skip
        """Make a truth about points, of which any may be named as the place.

        `at` has shape (2,) or (n, 2); `length` and `width` are of the plane.
        """
        places = np.atleast_2d(at).tolist()
        if len(places) > 1:
            facts["places"] = places
        x, y = places[0]
        scale = self.world.scale((x, y))
        return Defect(
            rule, kind, units, at=(x, y), scale=scale, facts=dict(facts),
            length_m=None if length is None else length / scale,
            width_m=None if width is None else width / scale,
        )  # fmt: skip

    def record(self, rule: str, kind: str, units: tuple[str, ...], /, **facts: object) -> Defect:
        """Make a truth about a record, which has no place of its own."""
        return Defect(rule, kind, units, facts=dict(facts))

    def gap_or_void(self, width_m: float) -> str:
        """Return the rule for a void of a width; refuse those too near the limit to tell."""
        if 0.985 < width_m / 5.0 < 1.015:
            raise Unfit
        return "gap" if width_m < 5.0 else "void"


class Unfit(Exception):
    """A place drawn does not suit the defect: draw another."""


def rounded(xy: np.ndarray) -> np.ndarray:
    return np.round(xy, DECIMALS)


def polygon(ring: np.ndarray) -> shapely.Polygon:
    """Return a valid polygon of an outline, or refuse the place."""
    made = shapely.Polygon(ring)
    if not made.is_valid:
        raise Unfit
    return made


def simple(shape: shapely.Geometry) -> shapely.Polygon:
    """Return the one polygon that a shape is, or refuse the place."""
    parts = shapely.get_parts(shape)
    parts = parts[shapely.area(parts) > 1e-6]
    if len(parts) != 1 or parts[0].geom_type != "Polygon":
        raise Unfit
    return parts[0]
