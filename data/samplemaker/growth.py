"""Let townships grow from their seats over a mesh until the county is full."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    import random

    from samplemaker.mesh import Mesh

# The ridges of eastern Sichuan run north-north-east; borders like to follow them.
RIDGE_DEGREES = 35.0


def terrain(points: np.ndarray, spacing: float, dice: random.Random) -> np.ndarray:
    """Return the cost of crossing each point: invented ridges, about one for each township."""
    height = np.zeros(len(points))
    for _ in range(28):
        across = np.radians(-RIDGE_DEGREES) + dice.gauss(0, 0.6)
        length = spacing * dice.uniform(0.3, 1.5)
        wave = 2 * np.pi / length * (points @ [np.cos(across), np.sin(across)])
        height += np.cos(wave + dice.uniform(0, 2 * np.pi)) * length / spacing
    return np.exp(0.85 * height / height.std())


def grow(mesh: Mesh, seats: np.ndarray, speed: np.ndarray, dice: random.Random) -> np.ndarray:
    """Return the township of every triangle.

    Seats too poor in land grow faster in the next round, the too rich slower;
    each township stays in one piece, since land is always reached over its own.
    """
    centre, near = mesh.centres(), mesh.neighbours()
    area = shapely.area(shapely.polygons(mesh.points[mesh.triangles]))
    mean = area.sum() / len(seats)
    cost = terrain(centre, np.sqrt(mean), dice)
    step = np.hypot(*(centre[near] - centre[:, None]).transpose(2, 0, 1)) * (
        cost[near] + cost[:, None]
    )
    start = _start(mesh, seats)
    near_list, step_list = near.tolist(), step.tolist()
    best, least = np.zeros(0, dtype=int), np.inf
    for _ in range(14):
        label = _spread(start, near_list, step_list, speed)
        share = np.bincount(label, area, minlength=len(seats)) / mean
        uneven = max(0.15 / share.min(), share.max() / 2.8)
        if uneven < least:
            best, least = label, uneven
        if least < 1:
            break
        speed = np.clip(speed * np.clip(share, 0.3, 2.2) ** -0.25, 0.4, 3.0)
    return _shave(best, near, {t for group in start for t in group})


def _start(mesh: Mesh, seats: np.ndarray) -> list[list[int]]:
    """Return the triangles each seat owns from the outset: those around it, never shared."""
    around: dict[int, list[int]] = {}
    for i, triangle in enumerate(mesh.triangles.tolist()):
        for vertex in triangle:
            around.setdefault(vertex, []).append(i)
    index = {tuple(point): i for i, point in enumerate(mesh.points.tolist())}
    centre = mesh.centres()
    taken: set[int] = set()
    groups = []
    for seat in seats:
        star = around.get(index[tuple(seat.tolist())], [])
        group = [t for t in star if t not in taken]
        if len(group) < len(star):
            group = group[:1]  # what is left of a shared star may be in two pieces
        if not group:
            order = np.argsort(np.hypot(*(centre - seat).T))
            group = [next(int(t) for t in order if int(t) not in taken)]
        taken.update(group)
        groups.append(group)
    return groups


def _spread(
    start: list[list[int]], near: list[list[int]], step: list[list[float]], speed: np.ndarray
) -> np.ndarray:
    """Dijkstra from all seats at once."""
    label = np.full(len(near), -1)
    queue = [(0.0, t, town) for town, group in enumerate(start) for t in group]
    heapq.heapify(queue)
    slowness = (1 / speed).tolist()
    while queue:
        at, t, town = heapq.heappop(queue)
        if label[t] >= 0:
            continue
        label[t] = town
        for other, cost in zip(near[t], step[t], strict=True):
            if other >= 0 and label[other] < 0:
                heapq.heappush(queue, (at + cost * slowness[town], other, town))
    return label


def _shave(label: np.ndarray, near: np.ndarray, seeds: set[int]) -> np.ndarray:
    """Hand over triangles that stick out into another township by two of their sides.

    Such a triangle holds on to its own by one side at most, so nothing falls apart.
    """
    label = label.copy()
    for _ in range(8):
        changed = 0
        for t, sides in enumerate(near.tolist()):
            if t in seeds:
                continue
            around = [int(label[o]) for o in sides if o >= 0]
            for other in set(around):
                if other != label[t] and around.count(other) == 2:
                    label[t] = other
                    changed += 1
        if not changed:
            break
    return label
