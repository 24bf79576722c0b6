"""Province-like coverages of any size, seeded, with fractal shared edges (模拟区划).

Cells are a Voronoi diagram of jittered seats; each edge between two cells is
bent once, by midpoint displacement, and both cells take the same vertices, so
that the coverage is exactly valid. Everything is drawn from one seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from scipy.spatial import Voronoi

#: Metres between neighbouring seats, as of townships in Chongqing.
SPACING_M = 8_000.0
#: Lower left corner, in EPSG:4545 (CGCS2000 / 3-degree Gauss-Krüger CM 108E).
CORNER = np.array([300_000.0, 3_000_000.0])
CRS = "EPSG:4545"


@dataclass(frozen=True)
class Edges:
    """Shared edges: `line` of shape (e, k, 2), from node `start` to node `end`."""

    line: np.ndarray
    start: np.ndarray
    end: np.ndarray


@dataclass
class Province:
    """A valid coverage of about `count` cells with about `vertices` vertices each."""

    count: int
    vertices: int = 300
    seed: int = 0

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)
        side = int(np.ceil(np.sqrt(self.count)))
        self.size = side * SPACING_M
        x, y = np.meshgrid(np.arange(side) + 0.5, np.arange(side) + 0.5)
        seats = np.column_stack([x.ravel(), y.ravel()])[: self.count] * SPACING_M
        seats += self.random.uniform(-0.32, 0.32, seats.shape) * SPACING_M
        self.seats = seats
        self._tessellate()

    def _tessellate(self) -> None:
        """Bound the outer cells by seats mirrored in the four sides of the square."""
        s, size = self.seats, self.size
        top = s[:, 1].max() + SPACING_M / 2 if self.count < (size / SPACING_M) ** 2 else size
        near = [
            (s[s[:, 0] < 3 * SPACING_M], (-1, 1), (0, 0)),
            (s[s[:, 0] > size - 3 * SPACING_M], (-1, 1), (2 * size, 0)),
            (s[s[:, 1] < 3 * SPACING_M], (1, -1), (0, 0)),
            (s[s[:, 1] > top - 3 * SPACING_M], (1, -1), (0, 2 * top)),
        ]
        mirrored = [part * sign + np.array(shift) for part, sign, shift in near]
        diagram = Voronoi(np.concatenate([s, *mirrored]))
        pairs = diagram.ridge_points
        ends = np.array(diagram.ridge_vertices)
        inner = (pairs < len(s)).any(axis=1) & (ends >= 0).all(axis=1)
        pairs, ends = pairs[inner], ends[inner]
        self.nodes = CORNER + diagram.vertices
        # Left of an edge from ends[0] to ends[1] lies the seat for which the turn is positive.
        a, b = diagram.vertices[ends[:, 0]], diagram.vertices[ends[:, 1]]
        seat = diagram.points[pairs[:, 0]]
        turn = (b - a)[:, 0] * (seat - a)[:, 1] - (b - a)[:, 1] * (seat - a)[:, 0]
        self.left = np.where(turn > 0, pairs[:, 0], pairs[:, 1])
        self.right = np.where(turn > 0, pairs[:, 1], pairs[:, 0])
        self.left[self.left >= len(s)] = -1
        self.right[self.right >= len(s)] = -1
        self.edges = Edges(self._bend(ends), ends[:, 0], ends[:, 1])

    def _bend(self, ends: np.ndarray) -> np.ndarray:
        """Displace midpoints again and again; edges of the outside stay straight."""
        levels = max(1, int(np.ceil(np.log2(self.vertices / 6))))
        line = np.stack([self.nodes[ends[:, 0]], self.nodes[ends[:, 1]]], axis=1)
        inner = ((self.left >= 0) & (self.right >= 0))[:, None]
        for level in range(levels):
            a, b = line[:, :-1], line[:, 1:]
            across = np.stack([-(b - a)[..., 1], (b - a)[..., 0]], axis=-1)
            sway = self.random.uniform(-0.16, 0.16, a.shape[:2]) * inner
            # Nearly straight at the nodes, where three edges meet at unknown angles.
            share = np.minimum(np.arange(a.shape[1]), np.arange(a.shape[1])[::-1])
            sway *= np.where((share == 0) & (level > 0), 0.3, 1.0)
            middle = (a + b) / 2 + across * sway[..., None]
            bent = np.empty((len(line), 2 * line.shape[1] - 1, 2))
            bent[:, ::2], bent[:, 1::2] = line, middle
            line = bent
        return np.round(line, 4)

    @cached_property
    def sides(self) -> list[list[tuple[int, bool]]]:
        """For each cell its edges in order, counter-clockwise, and whether each runs forward."""
        count = len(self.seats)
        edge = np.arange(len(self.left))
        cell = np.concatenate([self.left, self.right])
        which = np.concatenate([edge, edge])
        forward = np.concatenate([np.ones(len(edge), bool), np.zeros(len(edge), bool)])
        a, b = self.edges.start, self.edges.end
        angle_from = np.where(forward, np.tile(a, 2), np.tile(b, 2))
        own = cell >= 0
        cell, which, forward, angle_from = (p[own] for p in (cell, which, forward, angle_from))
        away = self.nodes[angle_from] - CORNER - self.seats[cell]
        order = np.lexsort((np.arctan2(away[:, 1], away[:, 0]), cell))
        result: list[list[tuple[int, bool]]] = [[] for _ in range(count)]
        for c, e, f in zip(cell[order], which[order], forward[order], strict=True):
            result[c].append((int(e), bool(f)))
        return result

    def lines(self, cell: int) -> list[np.ndarray]:
        """The edges of a cell as runs of vertices, in order."""
        return [
            self.edges.line[e] if forward else self.edges.line[e][::-1]
            for e, forward in self.sides[cell]
        ]

    def polygon(self, cell: int) -> shapely.Polygon:
        """One cell."""
        return shapely.Polygon(np.concatenate([line[:-1] for line in self.lines(cell)]))

    @cached_property
    def polygons(self) -> np.ndarray:
        """All cells; the few edges whose bends cross are drawn straight first."""
        for _ in range(20):
            found = np.array([self.polygon(c) for c in range(len(self.seats))], dtype=object)
            bad = np.flatnonzero(~shapely.is_valid(found))
            if len(bad) == 0:
                break
            for edge in {e for c in bad for e, _ in self.sides[c]}:
                line = self.edges.line[edge]
                share = np.linspace(0, 1, len(line))[:, None]
                self.edges.line[edge] = np.round(line[0] + (line[-1] - line[0]) * share, 4)
        return found

    def codes(self) -> np.ndarray:
        """Invented nine-digit codes, one a cell."""
        return np.array([f"{900000000 + n}" for n in range(len(self.seats))], dtype=object)
