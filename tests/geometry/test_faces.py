"""The cover of faces, by walking from the outside, against rays and exact areas."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from diming.geometry.chain import residual
from diming.geometry.faces import Winding, faces_and_sides, spread
from diming.geometry.keepers import held
from diming.geometry.nodes import number
from diming.geometry.noding import Edges, resolve


def _world(seed: int) -> np.ndarray:
    """Squares, some inside others, some with holes, some the same, some touching."""
    random = np.random.default_rng(seed)
    shapes = []
    for _ in range(int(random.integers(1, 12))):
        x, y = random.integers(0, 12, 2)
        wide, tall = random.integers(1, 8, 2)
        shape = shapely.box(x, y, x + wide, y + tall)
        if wide > 2 and tall > 2 and random.random() < 0.5:
            shape = shape.difference(shapely.box(x + 1, y + 1, x + wide - 1, y + tall - 1))
        if random.random() < 0.4:
            shape = shapely.affinity.rotate(shape, random.uniform(0, 90), origin=(6, 6))
        shapes.append(shape)
    return np.array(shapes, dtype=object)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6))
def test_walking_counts_what_rays_count(seed: int) -> None:
    world = _world(seed)
    graph, _ = number(residual(held(world)), 1e-6)
    graph, _ = resolve(graph, 1e-6)
    found, sides = faces_and_sides(graph)
    rays = Winding(graph).about(found.inside)
    np.testing.assert_array_equal(found.cover, rays)
    # It was the walk that answered, not the rays it falls back on.
    way = np.where(graph.start < graph.end, 1, -1)
    net = np.bincount(sides.edges.edge, weights=way, minlength=len(sides.left)).astype(np.int64)
    walked = spread(sides, net, len(found))
    assert walked is not None
    np.testing.assert_array_equal(walked, rays)
    # Beside the point, for two squares may share a line through it.
    beside = shapely.points(found.inside + [1.3e-4, 0.7e-4])
    within = shapely.contains(found.polygon, beside)
    counted = [int(shapely.contains(world, point).sum()) for point in beside[within]]
    assert found.cover[within].tolist() == counted


def test_a_walk_that_contradicts_itself_gives_no_answer() -> None:
    world = np.array([shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)])
    graph, _ = number(residual(held(world)), 1e-6)
    graph, _ = resolve(graph, 1e-6)
    found, sides = faces_and_sides(graph)
    net = np.ones(len(sides.left), dtype=np.int64)
    assert spread(sides, net, len(found)) is None


def test_edges_along_the_outside() -> None:
    world = np.array([shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)])
    graph, _ = number(residual(held(world)), 1e-6)
    graph, _ = resolve(graph, 1e-6)
    _, sides = faces_and_sides(graph)
    edges = Edges.of(graph)
    length = np.hypot(*(graph.nodes[edges.high] - graph.nodes[edges.low]).T)
    assert length[sides.outer].sum() == shapely.union_all(world).length
