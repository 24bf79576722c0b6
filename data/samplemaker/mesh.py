"""A triangulation of a county that keeps every boundary edge and adds no vertex to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import Delaunay, cKDTree

if TYPE_CHECKING:
    import random


@dataclass(frozen=True)
class Mesh:
    """Triangles of one county.

    Attributes
    ----------
    points : (n, 2) array
        Kilometres; the first `fixed` are the county's vertices in ring order.
    triangles : (m, 3) array
        Counter-clockwise.
    """

    points: np.ndarray
    triangles: np.ndarray
    fixed: int

    def centres(self) -> np.ndarray:
        """Centroids of the triangles."""
        return self.points[self.triangles].mean(axis=1)

    def edges(self) -> np.ndarray:
        """Directed edges, three for each triangle, in triangle order."""
        return np.stack([self.triangles, np.roll(self.triangles, -1, axis=1)], axis=-1).reshape(
            -1, 2
        )

    def neighbours(self) -> np.ndarray:
        """(m, 3) array: the triangle across each edge, or -1 at the county boundary."""
        edges = self.edges()
        owner = {(a, b): i // 3 for i, (a, b) in enumerate(edges.tolist())}
        return np.array([owner.get((b, a), -1) for a, b in edges.tolist()]).reshape(-1, 3)


def scatter(ring: np.ndarray, seats: np.ndarray, dice: random.Random) -> np.ndarray:
    """Return interior points: seats, a star about each, and a fill denser where seats crowd."""
    county = shapely.Polygon(ring)
    spacing = np.sqrt(county.area / len(seats))
    tree = cKDTree(seats)
    reach = tree.query(seats, k=2)[0][:, 1] if len(seats) > 1 else np.array([spacing])
    stars = []
    for seat, near in zip(seats, reach, strict=True):
        turn, radius = dice.uniform(0, 2 * np.pi), min(0.38 * near, spacing / 5)
        angle = turn + np.arange(7) * 2 * np.pi / 7
        stars.append(seat + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    placed = _away_from_edges(np.concatenate(stars), ring, county)
    placed = np.concatenate([seats, placed])
    coarse = spacing / 5.5
    for level in range(4):
        step = coarse / 2**level
        grid = _jittered(county.bounds, step, dice)
        second = tree.query(grid, k=min(2, len(seats)))[0].reshape(len(grid), -1)[:, -1]
        wanted = np.clip(0.28 * second, coarse / 8, coarse)
        here = (wanted >= step * 0.99) & ((wanted < 2 * step) if level else True)
        grid = _away_from_edges(grid[here], ring, county)
        if len(grid):
            placed = np.concatenate([placed, grid[cKDTree(placed).query(grid)[0] > 0.6 * step]])
    return placed


def _jittered(bounds: tuple[float, ...], step: float, dice: random.Random) -> np.ndarray:
    """Return a hexagonal grid, each point shaken by up to a third of the step."""
    west, south, east, north = bounds
    rows = np.arange(south, north, step * np.sqrt(3) / 2)
    points = [
        (x + step / 2 * (i % 2), y) for i, y in enumerate(rows) for x in np.arange(west, east, step)
    ]
    shake = [(dice.uniform(-1, 1), dice.uniform(-1, 1)) for _ in points]
    return np.array(points) + np.array(shake) * step * 0.33


def _away_from_edges(points: np.ndarray, ring: np.ndarray, county: shapely.Polygon) -> np.ndarray:
    """Keep points in the county that lie in no boundary edge's diametral circle.

    Such a point would keep the edge out of the Delaunay triangulation.
    """
    points = points[shapely.contains_xy(county, points[:, 0], points[:, 1])]
    ends = np.roll(ring, -1, axis=0)
    middle, radius = (ring + ends) / 2, np.hypot(*(ends - ring).T) / 2
    circles = shapely.STRtree(shapely.buffer(shapely.points(middle), radius * 1.02))
    hit, _ = circles.query(shapely.points(points), predicate="intersects")
    return np.delete(points, np.unique(hit), axis=0)


def triangulate(ring: np.ndarray, inner: np.ndarray) -> Mesh:
    """Triangulate a county (counter-clockwise `ring`, not closed) with points inside it.

    Delaunay first; where it misses a boundary edge, the triangles in the way are
    taken out and the hole is filled by a constrained triangulation without new points.
    """
    points = np.concatenate([ring, inner])
    county = shapely.Polygon(ring)
    found = Delaunay(points).simplices
    corner = points[found]
    turn = np.cross(
        np.pad(corner[:, 1] - corner[:, 0], ((0, 0), (0, 1))),
        np.pad(corner[:, 2] - corner[:, 0], ((0, 0), (0, 1))),
    )[:, 2]
    found[turn < 0] = found[turn < 0][:, ::-1]
    found = found[np.abs(turn) > 1e-9]
    centre = points[found].mean(axis=1)
    found = found[shapely.contains_xy(county, centre[:, 0], centre[:, 1])]

    n = len(ring)
    border = {(i, (i + 1) % n) for i in range(n)}
    present = {(a, b) for t in found.tolist() for a, b in zip(t, t[1:] + t[:1], strict=True)}
    missing = [shapely.LineString(points[[a, b]]) for a, b in sorted(border - present)]
    if missing:
        shapes = shapely.polygons(points[found])
        tree = shapely.STRtree(shapes)
        hit = np.unique(tree.query(missing, predicate="intersects")[1])
        # A triangle that only touches the edge's end is not in the way.
        crossed = [
            i
            for i in hit
            if any(shapely.relate_pattern(shapes[i], m, "T********") for m in missing)
        ]
        found = np.delete(found, crossed, axis=0)
        found = np.concatenate([found, _fill(points, found, border, county)])
    mesh = Mesh(points, found, n)
    area = shapely.polygons(points[found])
    if not np.isclose(shapely.area(area).sum(), county.area, rtol=1e-9):
        raise AssertionError("the mesh does not cover the county")
    return mesh


def _fill(
    points: np.ndarray, kept: np.ndarray, border: set[tuple[int, int]], county: shapely.Polygon
) -> np.ndarray:
    """Triangulate what `kept` leaves of the county."""
    inner = {(a, b) for t in kept.tolist() for a, b in zip(t, t[1:] + t[:1], strict=True)}
    rest = {(a, b) for a, b in border if (a, b) not in inner}
    rest |= {(b, a) for a, b in inner if (b, a) not in inner and (a, b) not in border}
    lines = shapely.linestrings([points[[a, b]] for a, b in sorted(rest)])
    index = {tuple(point): i for i, point in enumerate(points.tolist())}
    tree = shapely.STRtree(shapely.polygons(points[kept]))
    triangles = []
    for face in shapely.get_parts(shapely.polygonize(lines)):
        inside = shapely.point_on_surface(face)
        if not county.contains(inside) or len(tree.query(inside, predicate="within")):
            continue
        for part in shapely.get_parts(shapely.constrained_delaunay_triangles(face)):
            part = shapely.orient_polygons(part)
            triangles.append([index[tuple(c)] for c in part.exterior.coords[:3]])
    return np.array(triangles).reshape(-1, 3)
