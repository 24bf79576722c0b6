"""Does an event conserve territory (变更守恒)? The chain of what is after minus what was before.

Equal checksums say so to the bit, at once. Otherwise the boundaries after, less
those before, are cancelled, and only where something is left is there
anything to look at: a face of value 1 is covered once more than it was, -1 once less.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.area import areas_m2
from diming.geometry.chain import residual
from diming.geometry.checksum import added, chain_sums
from diming.geometry.division import divide
from diming.geometry.faces import faces, numbers_of_some, rims
from diming.geometry.ground import Ground
from diming.geometry.grouping import collect
from diming.geometry.keepers import held
from diming.geometry.measure import sizes
from diming.geometry.nodes import number
from diming.geometry.noding import resolve
from diming.geometry.sound import sound

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    from diming.geometry.chain import Chain, Floats, Ints
    from diming.geometry.nodes import Graph

#: Differences narrower than this are noise of the vertices.
TOLERANCE_M = 0.001


class Change(StrEnum):
    """What an event did to a piece of ground beyond handing it on."""

    GAINED = "gained"
    LOST = "lost"
    #: Covered more often than once after the event, and oftener than before.
    OVERLAP = "overlap"
    #: Covered more often than once before, and less often after.
    THINNED = "thinned"


@dataclass(frozen=True, slots=True)
class Piece:
    """Ground whose cover changed.

    Attributes
    ----------
    change : Change
    value : int
        Cover after less cover before.
    polygon : shapely.Polygon
        In the CRS of the data, on their very vertices where they have some.
    area_m2, width_m, length_m : float
        On the ground; the width is that of the largest circle that fits in.
    widest : (float, float)
        A place within, in the CRS of the data.
    before, after : tuple of int
        Positions of the polygons that cover it.
    beside_before, beside_after : tuple of int
        Positions of the polygons with an edge on its outline that did not cancel.
    """

    change: Change
    value: int
    polygon: shapely.Polygon
    area_m2: float
    width_m: float
    length_m: float
    widest: tuple[float, float]
    before: tuple[int, ...]
    after: tuple[int, ...]
    beside_before: tuple[int, ...]
    beside_after: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Conservation:
    """What became of the territory of an event.

    Attributes
    ----------
    exact : bool
        Every segment cancelled: the same ground, to the bit.
    pieces : tuple of Piece
        Where the cover changed, widest first.
    moved_count, largest_m
        Vertices that differ by less than the tolerance, and by how much at most.
    unmatched_count : int
        Vertices that one side has and the other lacks on the same line.
    """

    exact: bool
    pieces: tuple[Piece, ...] = ()
    moved_count: int = 0
    largest_m: float = 0.0
    unmatched_count: int = 0

    @property
    def conserved(self) -> bool:
        """Whether the same ground is covered as often as before, within the tolerance."""
        return not self.pieces

    def area_m2(self, *change: Change) -> float:
        """Return the ground that changed in these ways."""
        return sum(p.area_m2 for p in self.pieces if p.change in change)


def balance(
    before: NDArray[np.object_],
    after: NDArray[np.object_],
    crs: pyproj.CRS,
    *,
    tolerance_m: float = TOLERANCE_M,
    jobs: int = 1,
) -> Conservation:
    """Hold the ground after an event against that before it.

    Parameters
    ----------
    before, after : object arrays of Polygon and MultiPolygon
        The territories of all units that the event names, in any order. Invalid
        ones stand for the ground they enclose.
    crs : pyproj.CRS
        Of both.
    tolerance_m : float
        Vertices closer than this are one; pieces narrower than this are noise.

    Returns
    -------
    Conservation
        An overlap among the units after shows as a piece of value 1 or more that
        several of them cover; so do ground gained and lost, however narrow.

    Examples
    --------
    >>> import pyproj, shapely
    >>> whole = np.array([shapely.box(0, 0, 2, 1)])
    >>> halves = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> found = balance(whole, halves, pyproj.CRS("EPSG:4545"))
    >>> found.exact, found.conserved, found.unmatched_count
    (False, True, 2)
    """
    whole = [np.asarray(part, dtype=object)[~shapely.is_missing(part)] for part in (before, after)]
    if all(np.isin(shapely.get_type_id(part), (3, 6)).all() for part in whole) and (
        added(chain_sums(whole[0]).tolist()) == added(chain_sums(whole[1]).tolist())
    ):
        return Conservation(exact=True)
    joint = np.concatenate([sound(np.asarray(part, dtype=object)) for part in (before, after)])
    count = len(before)
    chain = residual(held(joint), minus=np.arange(len(joint)) < count, jobs=jobs)
    if len(chain) == 0:
        return Conservation(exact=True)
    ground = Ground.under(crs, shapely.total_bounds(joint))
    laid = chain.mapped(ground.plane)
    graph, noise = number(laid, tolerance_m)
    graph, touches = resolve(graph, tolerance_m)
    return Conservation(
        False,
        _pieces(_Laid(shapely.transform(joint, ground.plane)), count, ground, chain, graph,
                tolerance_m, jobs),
        noise.moved_count,
        noise.largest_m,
        len(np.unique(touches.node)),
    )  # fmt: skip


class _Laid:
    """Polygons of the plane, for `divide`."""

    def __init__(self, shape: NDArray[np.object_]) -> None:
        self.shape = shape
        self.tree = shapely.STRtree(shape)

    def __len__(self) -> int:
        return len(self.shape)

    def covering(self, points: Floats) -> tuple[Ints, Ints]:
        return self.meeting(shapely.points(points))

    def meeting(self, polygon: NDArray[np.object_]) -> tuple[Ints, Ints]:
        asked, unit = self.tree.query(polygon, predicate="intersects")
        order = np.lexsort((unit, asked))
        return asked[order], unit[order]

    def shapes_in_plane(self, units: Ints) -> NDArray[np.object_]:
        shapes: NDArray[np.object_] = self.shape[units]
        return shapes


def _pieces(
    laid: _Laid, count: int, ground: Ground, chain: Chain, graph: Graph,
    tolerance_m: float, jobs: int,
) -> tuple[Piece, ...]:  # fmt: skip
    found = faces(graph)
    found = found.take(found.cover != 0)
    if len(found) == 0:
        return ()
    parted = divide(laid, found.polygon, tolerance_m, even=False, jobs=jobs)
    measured = sizes(parted.polygon, ground, jobs=jobs)
    area = areas_m2(shapely.transform(parted.polygon, ground.unplane), ground.crs)
    rim = rims(found.polygon, graph)
    beside = collect(len(found), rim.owner_face, rim.owner)
    drawn = _on_own_vertices(parted.polygon, ground, chain, graph)
    widest = ground.unplane(measured.widest)
    pieces = []
    for i in np.lexsort((-area, -measured.width_m)).tolist():
        if measured.width_m[i] <= tolerance_m:
            continue
        face, covering = int(parted.face[i]), parted.units[i]
        value, on_rim = int(found.cover[face]), beside[face]
        was, now = _sides(covering, count)
        pieces.append(
            Piece(
                _change(value, len(was), len(now)),
                value,
                drawn[i],
                float(area[i]),
                float(measured.width_m[i]),
                float(measured.length_m[i]),
                (float(widest[i, 0]), float(widest[i, 1])),
                was,
                now,
                *_sides(on_rim, count),
            )
        )
    return tuple(pieces)


def _sides(units: tuple[int, ...], count: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Part positions among both sides into those before and those after."""
    return tuple(u for u in units if u < count), tuple(u - count for u in units if u >= count)


def _change(value: int, before: int, after: int) -> Change:
    if value > 0:
        return Change.OVERLAP if after > 1 else Change.GAINED
    return Change.THINNED if before > 1 and after > 0 else Change.LOST


def _on_own_vertices(
    polygon: NDArray[np.object_], ground: Ground, chain: Chain, graph: Graph
) -> NDArray[np.object_]:
    """Return polygons of the plane in the CRS, with the bits of the data where they have them."""
    vertices = np.concatenate([chain.start, chain.end])

    def there(xy: Floats) -> Floats:
        result = ground.unplane(xy)
        node = numbers_of_some(xy, graph.nodes)
        known = node >= 0
        known[known] = graph.origin[node[known]] >= 0
        result[known] = vertices[graph.origin[node[known]]]
        return result

    moved: NDArray[np.object_] = shapely.transform(polygon, there)
    return moved
