"""Natural-looking borders between grown townships, without a single crossing.

The mesh edges between townships are a valid division already. Smoothing and
roughening are tried on top, and taken back wherever borders would meet.
"""

from __future__ import annotations

import hashlib
import itertools
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from samplemaker.mesh import Mesh
    from samplemaker.seats import Plane


@dataclass(frozen=True)
class Border:
    """Mesh edges between townships: `left[i]` is the township left of `edges[i]`."""

    edges: np.ndarray
    left: np.ndarray
    right: np.ndarray


def borders(mesh: Mesh, label: np.ndarray) -> Border:
    """Return each edge between two townships once."""
    near = mesh.neighbours().reshape(-1)
    edges = mesh.edges()
    mine = np.repeat(label, 3)
    other = np.where(near >= 0, label[near], -1)
    keep = (other >= 0) & (mine < other)
    return Border(edges[keep], mine[keep], other[keep])


def clashes(start: np.ndarray, end: np.ndarray, extra: int) -> np.ndarray:
    """Return the segments that meet another one elsewhere than at a common end.

    The last `extra` segments are the county's own and are not tried among themselves.
    """
    lines = shapely.linestrings(np.stack([start, end], axis=1))
    one, two = shapely.STRtree(lines).query(lines[: len(lines) - extra], predicate="intersects")
    keep = one != two
    one, two = one[keep], two[keep]
    same = [np.all(a[one] == b[two], axis=1) for a in (start, end) for b in (start, end)]
    joined = np.logical_or.reduce(same)
    bad = ~joined
    pairs = np.flatnonzero(joined)
    # Joined segments may touch in their common end only.
    meet = shapely.intersection(lines[one[pairs]], lines[two[pairs]])
    bad[pairs] = shapely.get_type_id(meet) != 0
    return np.unique(np.concatenate([one[bad], two[bad]]))


def smooth(mesh: Mesh, border: Border, plane: Plane, ring: np.ndarray) -> np.ndarray:
    """Return mesh vertices in degrees, border vertices eased towards their neighbours.

    County vertices keep the very coordinates of `ring` (degrees).
    """
    a, b = border.edges.T
    count = np.bincount(border.edges.ravel(), minlength=len(mesh.points))
    movable = count >= 2
    movable[: mesh.fixed] = False
    ends = np.roll(ring, -1, axis=0)
    for _ in range(60):
        moved = mesh.points.copy()
        for _ in range(2):
            total = np.zeros_like(moved)
            np.add.at(total, a, moved[b])
            np.add.at(total, b, moved[a])
            eased = 0.45 * moved + 0.55 * total / np.maximum(count, 1)[:, None]
            moved = np.where(movable[:, None], eased, moved)
        degrees = plane.to_degrees(moved)
        degrees[: mesh.fixed] = ring
        wrong = clashes(
            np.concatenate([degrees[a], ring]), np.concatenate([degrees[b], ends]), len(ring)
        )
        wrong = wrong[wrong < len(a)]
        if not len(wrong):
            return degrees
        movable[border.edges[wrong].ravel()] = False
    raise AssertionError("the smoothed borders still cross")


def roughen(
    degrees: np.ndarray, border: Border, plane: Plane, ring: np.ndarray, detail_km: float
) -> list[np.ndarray]:
    """Return each border edge as a polyline with points every `detail_km` or so.

    Midpoints are displaced at random, half as far at each halving; the dice are
    loaded with the edge's own ends. Edges in a clash become calmer until none is left.
    """
    strength = np.full(len(border.edges), 0.30)
    ends = np.roll(ring, -1, axis=0)
    for round_ in range(12):
        paths = [
            _fractal(degrees[a], degrees[b], plane, force, detail_km)
            for (a, b), force in zip(border.edges, strength, strict=True)
        ]
        owner = np.repeat(np.arange(len(paths)), [len(p) - 1 for p in paths])
        start = np.concatenate([*(p[:-1] for p in paths), ring])
        end = np.concatenate([*(p[1:] for p in paths), ends])
        wrong = clashes(start, end, len(ring))
        wrong = np.unique(owner[wrong[wrong < len(owner)]])
        if not len(wrong):
            return paths
        strength[wrong] = strength[wrong] * 0.5 if round_ < 5 else 0.0
    raise AssertionError("the roughened borders still cross")


def _fractal(
    start: np.ndarray, end: np.ndarray, plane: Plane, strength: float, detail_km: float
) -> np.ndarray:
    """Displace midpoints between two points (degrees); the same whichever end comes first."""
    if strength == 0.0:
        return np.array([start, end])
    swap = tuple(start) > tuple(end)
    path = plane.to_km(np.array([end, start] if swap else [start, end]))
    text = repr(sorted([start.tolist(), end.tolist()])).encode()
    dice = random.Random(hashlib.sha256(text).digest())
    while np.hypot(*(path[1] - path[0])) > 1.5 * detail_km:
        along = np.diff(path, axis=0)
        across = np.stack([-along[:, 1], along[:, 0]], axis=1)
        shift = np.array([[dice.uniform(-1, 1), dice.uniform(-0.3, 0.3)] for _ in along])
        middle = (path[:-1] + path[1:]) / 2 + strength * (
            shift[:, :1] * across + shift[:, 1:] * along
        )
        path = np.insert(path, np.arange(1, len(path)), middle, axis=0)
    result = plane.to_degrees(path)
    result[0], result[-1] = (end, start) if swap else (start, end)
    return result[::-1] if swap else result


def assemble(
    paths: list[np.ndarray], border: Border, ring: np.ndarray, edge_label: np.ndarray, towns: int
) -> list[shapely.Polygon]:
    """Close the borders and the county's edge into one polygon for each township.

    Parameters
    ----------
    edge_label : array
        Township inside each county edge ``ring[i] -> ring[i + 1]`` (counter-clockwise).
    """
    ends = np.roll(ring, -1, axis=0)
    pieces: list[list[np.ndarray]] = [[] for _ in range(towns)]
    for path, left, right in zip(paths, border.left, border.right, strict=True):
        pieces[left].append(path)
        pieces[right].append(path[::-1])
    for start, end, town in zip(ring, ends, edge_label, strict=True):
        pieces[town].append(np.array([start, end]))
    return [_polygon(parts) for parts in pieces]


def _polygon(parts: list[np.ndarray]) -> shapely.Polygon:
    """Build the polygon that has all of `parts` on its rim, itself on their left."""
    faces = shapely.get_parts(shapely.polygonize([shapely.LineString(p) for p in parts]))
    directed = {(tuple(p[0]), tuple(p[1])) for p in parts}
    own = []
    for face in shapely.orient_polygons(faces):
        corner = [tuple(c) for c in face.exterior.coords]
        if any(pair in directed for pair in itertools.pairwise(corner)):
            own.append(face)
    if len(own) != 1:
        raise AssertionError(f"a township in {len(own)} pieces")
    return own[0]
