"""Province-like coverages of any size, seeded, with fractal shared edges (模拟区划).

Cells are a Voronoi diagram of jittered seats; each edge between two cells is
bent once, by midpoint displacement, and both cells take the same vertices, so
that the coverage is exactly valid. Everything is drawn from one seed. Lines
are held once; polygons are made block by block when asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Voronoi, cKDTree

CRS = "EPSG:4545"
#: Middle of every province, in EPSG:4545 (CGCS2000 / 3-degree Gauss-Krüger CM 108E).
MIDDLE = np.array([500_000.0, 3_300_000.0])
#: Metres between neighbouring seats, as of townships in Chongqing.
SPACING_M = 8_000.0
#: No province is wider: further from its meridian the projection means little.
WIDEST_M = 1_600_000.0
#: Nodes closer than this share of the spacing are one: real borders have no such edges.
CLOSEST = 0.05
#: Edges bent, and cells made, in one go.
EDGES_AT_ONCE, CELLS_AT_ONCE = 50_000, 10_000


@dataclass
class Province:
    """A valid coverage of `count` cells with about `vertices` vertices each."""

    count: int
    vertices: int = 300
    seed: int = 0

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)
        side = int(np.ceil(np.sqrt(self.count)))
        self.spacing = min(SPACING_M, WIDEST_M / side)
        self.size = side * self.spacing
        self.corner = MIDDLE - self.size / 2
        x, y = np.meshgrid(np.arange(side) + 0.5, np.arange(side) + 0.5)
        seats = np.column_stack([x.ravel(), y.ravel()])[: self.count] * self.spacing
        seats += self.random.uniform(-0.32, 0.32, seats.shape) * self.spacing
        self.seats = seats + self.corner
        self._tessellate(seats)
        self._bend()
        self._straighten()

    def _tessellate(self, s: np.ndarray) -> None:
        """Bound the outer cells by seats mirrored in the four sides of the square."""
        size, near = self.size, 3 * self.spacing
        full = self.count == round(size / self.spacing) ** 2
        top = size if full else s[:, 1].max() + self.spacing / 2
        mirrored = [
            s[s[:, 0] < near] * (-1, 1),
            s[s[:, 0] > size - near] * (-1, 1) + (2 * size, 0),
            s[s[:, 1] < near] * (1, -1),
            s[s[:, 1] > top - near] * (1, -1) + (0, 2 * top),
        ]
        diagram = Voronoi(np.concatenate([s, *mirrored]))
        pairs, ends = diagram.ridge_points, np.array(diagram.ridge_vertices)
        inner = (pairs < len(s)).any(axis=1) & (ends >= 0).all(axis=1)
        pairs, ends = pairs[inner], ends[inner]
        # Left of an edge from ends[0] to ends[1] lies the seat for which the turn is positive.
        a, b = diagram.vertices[ends[:, 0]], diagram.vertices[ends[:, 1]]
        seat = diagram.points[pairs[:, 0]]
        turn = (b - a)[:, 0] * (seat - a)[:, 1] - (b - a)[:, 1] * (seat - a)[:, 0]
        left = np.where(turn > 0, pairs[:, 0], pairs[:, 1])
        right = np.where(turn > 0, pairs[:, 1], pairs[:, 0])
        used, ends = np.unique(ends, return_inverse=True)
        nodes, merged = _merge(diagram.vertices[used], CLOSEST * self.spacing)
        ends = merged[ends.reshape(-1, 2)]
        kept = ends[:, 0] != ends[:, 1]
        self.nodes = np.round(nodes + self.corner, 4)
        self.start, self.end = ends[kept].T
        #: Cells beside each edge, -1 outside.
        self.left, self.right = (np.where(c < len(s), c, -1)[kept] for c in (left, right))

    def _bend(self) -> None:
        """Displace midpoints again and again, then keep as many vertices as asked for."""
        segments = max(2, round(self.vertices / 6))
        levels = int(np.ceil(np.log2(segments)))
        chosen = np.round(np.linspace(0, 2**levels, segments + 1)).astype(int)
        #: Vertices of each edge, from start to end: shape (edges, segments + 1, 2).
        self.line = np.empty((len(self.start), segments + 1, 2))
        for first in range(0, len(self.start), EDGES_AT_ONCE):
            cut = slice(first, first + EDGES_AT_ONCE)
            line = np.stack([self.nodes[self.start[cut]], self.nodes[self.end[cut]]], axis=1)
            for level in range(levels):
                line = self._finer(line, level)
            self.line[cut] = np.round(line[:, chosen], 4)

    def _finer(self, line: np.ndarray, level: int) -> np.ndarray:
        a, b = line[:, :-1], line[:, 1:]
        across = np.stack([-(b - a)[..., 1], (b - a)[..., 0]], axis=-1)
        sway = self.random.uniform(-0.16, 0.16, a.shape[:2])
        # Nearly straight at the nodes, where three edges meet at unknown angles.
        share = np.minimum(np.arange(a.shape[1]), np.arange(a.shape[1])[::-1])
        sway *= np.where((share == 0) & (level > 0), 0.3, 1.0)
        bent = np.empty((len(line), 2 * line.shape[1] - 1, 2))
        bent[:, ::2], bent[:, 1::2] = line, (a + b) / 2 + across * sway[..., None]
        return bent

    def _straighten(self) -> None:
        """Draw the few edges straight that cross themselves or another of their cell."""
        doubtful = np.arange(self.count)
        for _ in range(20):
            blocks = np.array_split(doubtful, max(1, len(doubtful) // CELLS_AT_ONCE))
            bad = np.concatenate([b[~shapely.is_valid(self.polygons_of(b))] for b in blocks])
            if len(bad) == 0:
                return
            edge = np.unique(np.concatenate([self.sides_of(c)[0] for c in bad]))
            line = self.line[edge]
            share = np.linspace(0, 1, line.shape[1])[:, None]
            straight = line[:, :1] + (line[:, -1:] - line[:, :1]) * share
            # Straight lines may cross bent neighbours still: half way first.
            self.line[edge] = np.round(0.3 * line + 0.7 * straight, 4)
            beside = np.concatenate([self.left[edge], self.right[edge]])
            doubtful = np.unique(beside[beside >= 0])
        raise RuntimeError(f"{len(bad)} cells stay crossed")

    @cached_property
    def _sides(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Edges of all cells in order, counter-clockwise; whether forward; first of each cell."""
        edge = np.tile(np.arange(len(self.left)), 2)
        forward = np.repeat([True, False], len(self.left))
        cell = np.concatenate([self.left, self.right])
        begin = np.concatenate([self.start, self.end])
        own = cell >= 0
        cell, edge, forward, begin = cell[own], edge[own], forward[own], begin[own]
        away = self.nodes[begin] - self.seats[cell]
        order = np.lexsort((np.arctan2(away[:, 1], away[:, 0]), cell))
        first = np.searchsorted(cell[order], np.arange(self.count + 1))
        return edge[order], forward[order], first

    def sides_of(self, cell: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the edges of a cell in order, and whether each runs forward.

        Each side gives the ring its vertices but the last.
        """
        edge, forward, first = self._sides
        mine = slice(first[cell], first[cell + 1])
        return edge[mine], forward[mine]

    def polygons_of(self, cells: np.ndarray) -> np.ndarray:
        """Make the polygons of some cells."""
        edge, forward, first = self._sides
        count = first[cells + 1] - first[cells]
        ring = np.repeat(np.arange(len(cells)), count)
        row = first[cells][ring] + np.arange(len(ring)) - (np.cumsum(count) - count)[ring]
        line = self.line[edge[row]]
        back = ~forward[row]
        line[back] = line[back, ::-1]
        xy = line[:, :-1].reshape(-1, 2)
        return shapely.polygons(
            shapely.linearrings(xy, indices=np.repeat(ring, self.line.shape[1] - 1))
        )

    @cached_property
    def polygons(self) -> np.ndarray:
        """All cells."""
        blocks = np.array_split(np.arange(self.count), max(1, self.count // CELLS_AT_ONCE))
        return np.concatenate([self.polygons_of(block) for block in blocks])

    @cached_property
    def neighbours(self) -> coo_array:
        """Which cells share an edge: a symmetric matrix."""
        both = (self.left >= 0) & (self.right >= 0)
        a, b = self.left[both], self.right[both]
        ones = np.ones(2 * len(a), dtype=bool)
        rows, columns = np.concatenate([a, b]), np.concatenate([b, a])
        return coo_array((ones, (rows, columns)), shape=(self.count,) * 2).tocsr()


def _merge(nodes: np.ndarray, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Make one node, in their middle, of nodes within reach; return nodes and new numbers."""
    pairs = cKDTree(nodes).query_pairs(reach, output_type="ndarray")
    links = coo_array((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), (len(nodes),) * 2)
    count, of = connected_components(links, directed=False)
    share = np.bincount(of, minlength=count)
    middle = [np.bincount(of, nodes[:, k], minlength=count) / share for k in (0, 1)]
    return np.column_stack(middle), of
