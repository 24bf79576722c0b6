"""Territory changes hands along exactly matching lines (划转, 拆分, 合并).

What is cut off one unit is joined to another so that the coverage stays exact: the
new line has the same vertices on both sides, and where it ends on a border, every
unit along that border gets the new vertex. Units are never snapped to anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from diming.geometry.checksum import added, chain_sums
from diming.geometry.cutting import Cutting, cutting
from diming.geometry.ground import Ground
from diming.geometry.newvertices import with_vertices
from diming.geometry.sound import sound

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints

#: How far a line drawn by hand gives way to the borders it follows.
TOLERANCE_M = 1.0


class Reason(StrEnum):
    """Why nothing was done."""

    #: The polygon and the giver have no ground in common wider than the tolerance.
    NOTHING_MOVED = "nothing-moved"
    #: Nothing wider than the tolerance would be left of the giver: merge the two instead.
    EVERYTHING_MOVED = "everything-moved"
    #: The line leaves the unit in one piece.
    LINE_DOES_NOT_CUT = "line-does-not-cut"
    #: A piece lies on both sides of the line: say which pieces are meant.
    SIDE_UNCLEAR = "side-unclear"
    #: A unit is invalid, or units that should meet overlap or differ in vertices.
    NOT_A_COVERAGE = "not-a-coverage"


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was done; `pieces` are those there are, where they are in question."""

    reason: Reason
    pieces: NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Moved:
    """Territory that changed hands.

    Attributes
    ----------
    giver, taker, piece : Polygon or MultiPolygon
    neighbours : object array
        As given, with the new vertices.
    changed : bool array
        Which of the neighbours got one.
    new_vertices : float64 array of shape (k, 2)
        Put into the giver's old border: where the new line ends on it.
    open_vertices : float64 array of shape (m, 2)
        Those that no other unit here has on its line: the rim of these units, or a border
        whose vertices do not match.
    """

    giver: shapely.Geometry
    taker: shapely.Geometry
    neighbours: NDArray[np.object_]
    piece: shapely.Geometry
    changed: NDArray[np.bool_]
    new_vertices: Floats
    open_vertices: Floats


@dataclass(frozen=True, slots=True)
class Split:
    """The pieces of a unit, those left of the line first; `side` is 1 left, -1 right, 0 both.

    `neighbours`, `changed`, `new_vertices` and `open_vertices` are as in `Moved`.
    """

    pieces: NDArray[np.object_]
    side: NDArray[np.int8]
    neighbours: NDArray[np.object_]
    changed: NDArray[np.bool_]
    new_vertices: Floats
    open_vertices: Floats


_NONE = np.empty(0, dtype=object)


def take_polygon(
    giver: shapely.Geometry,
    taker: shapely.Geometry,
    piece: shapely.Geometry,
    neighbours: NDArray[np.object_],
    crs: pyproj.CRS,
    *,
    tolerance_m: float = TOLERANCE_M,
) -> Moved | Refused:
    """Move the part of `giver` within `piece` to `taker`.

    Parameters
    ----------
    giver, taker : Polygon or MultiPolygon
    piece : Polygon or MultiPolygon
        As drawn: what lies outside the giver is cut off, and where it follows the
        giver's border within the tolerance it follows it exactly.
    neighbours : object array
        Other units along the giver's border.
    crs : pyproj.CRS
        Of all.
    tolerance_m : float
    """
    if not _fit(giver, taker):
        return Refused(Reason.NOT_A_COVERAGE, _NONE)
    drawn = shapely.orient_polygons(sound(np.array([piece], dtype=object))[0])
    lines = [shapely.get_coordinates(r) for r in shapely.get_rings(shapely.get_parts(drawn))]
    cut = cutting(giver, lines, Ground.under(crs, shapely.total_bounds(giver)), tolerance_m)
    home = _absorbed(cut, tolerance_m)
    return _moved(giver, taker, neighbours, cut, (cut.within != 0)[home])


def take_side(
    giver: shapely.Geometry,
    taker: shapely.Geometry,
    line: shapely.Geometry,
    side: Literal["left", "right"],
    neighbours: NDArray[np.object_],
    crs: pyproj.CRS,
    *,
    tolerance_m: float = TOLERANCE_M,
) -> Moved | Refused:
    """Move what lies on one side of a line to `taker`.

    Parts of the giver that the line does not cut stay. The other parameters are those of
    `take_polygon`; ends of the line need not lie on the border, but must reach it within
    the tolerance.
    """
    if not _fit(giver, taker):
        return Refused(Reason.NOT_A_COVERAGE, _NONE)
    cut, home = _cut_by(giver, line, crs, tolerance_m)
    sides = _sides(cut, home)
    if not sides.any():
        return Refused(Reason.LINE_DOES_NOT_CUT, _NONE)
    if sides.all(axis=1).any():
        return Refused(Reason.SIDE_UNCLEAR, _drawn(cut, home)[0])
    return _moved(giver, taker, neighbours, cut, sides[home, 0 if side == "left" else 1])


def split_by_line(
    unit: shapely.Geometry,
    line: shapely.Geometry,
    crs: pyproj.CRS,
    neighbours: NDArray[np.object_] = _NONE,
    *,
    tolerance_m: float = TOLERANCE_M,
) -> Split | Refused:
    """Part a unit along a line; parts that the line does not cut are pieces of side 0."""
    if not _fit(unit):
        return Refused(Reason.NOT_A_COVERAGE, _NONE)
    cut, home = _cut_by(unit, line, crs, tolerance_m)
    sides = _sides(cut, home)
    if not sides.any():
        return Refused(Reason.LINE_DOES_NOT_CUT, _NONE)
    pieces, label, kept = _drawn(cut, home)
    on = sides[label]
    side = np.where(on.all(axis=1), 0, on[:, 0].astype(np.int8) - on[:, 1]).astype(np.int8)
    order = np.lexsort((*shapely.bounds(pieces).T, -side))
    others, changed, open_ = with_vertices(cut, kept, neighbours)
    return Split(pieces[order], side[order], others, changed, cut.nodes[kept], open_)


def merge(units: NDArray[np.object_]) -> shapely.Geometry | Refused:
    """Make one polygon of units that meet exactly; vertices on the rim stay.

    The checksum of the result is the sum of theirs, or the units are refused.
    """
    if not _fit(*units):
        return Refused(Reason.NOT_A_COVERAGE, _NONE)
    try:
        whole = shapely.coverage_union_all(units)
    except shapely.errors.GEOSException:  # says that they overlap, where it sees it
        return Refused(Reason.NOT_A_COVERAGE, _NONE)
    if not shapely.is_valid(whole) or not _same_sum(np.array([whole], dtype=object), units):
        return Refused(Reason.NOT_A_COVERAGE, _NONE)
    return whole


def _fit(*units: shapely.Geometry) -> bool:
    kind = shapely.get_type_id(np.array(units, dtype=object))
    return bool(np.isin(kind, (3, 6)).all() and shapely.is_valid(units).all())


def _same_sum(one: NDArray[np.object_], other: NDArray[np.object_]) -> bool:
    return added(chain_sums(one).tolist()) == added(chain_sums(other).tolist())


def _cut_by(
    unit: shapely.Geometry, line: shapely.Geometry, crs: pyproj.CRS, tolerance_m: float
) -> tuple[Cutting, Ints]:
    lines = [shapely.get_coordinates(part) for part in shapely.get_parts(line)]
    cut = cutting(unit, lines, Ground.under(crs, shapely.total_bounds(unit)), tolerance_m)
    return cut, _absorbed(cut, tolerance_m)


def _absorbed(cut: Cutting, tolerance_m: float) -> Ints:
    """Return for each face the one it goes with: narrow ones with what they share most line with.

    What is narrow has a mean width, twice its area over its outline, within the tolerance,
    and nowhere holds a circle of that radius: a star is not narrow for its points.
    """
    home = np.arange(len(cut.face))
    broad = 2 * shapely.area(cut.face) > tolerance_m * shapely.length(cut.face)
    doubtful = np.flatnonzero(~broad)
    broad[doubtful] = ~shapely.is_empty(shapely.buffer(cut.face[doubtful], -tolerance_m))
    length = np.hypot(*(cut.plane[cut.ends[:, 1]] - cut.plane[cut.ends[:, 0]]).T)
    one = np.concatenate([cut.left, cut.right])
    other = np.concatenate([cut.right, cut.left])
    length = np.concatenate([length, length])
    while not broad.all():
        ready = ~broad[one] & broad[other]
        if not ready.any():
            break
        pair, row = np.unique(
            np.column_stack([one[ready], home[other[ready]]]), axis=0, return_inverse=True
        )
        shared = np.bincount(row.ravel(), length[ready])
        order = np.lexsort((pair[:, 1], -shared, pair[:, 0]))
        narrow, first = np.unique(pair[order, 0], return_index=True)
        home[narrow] = pair[order[first], 1]
        broad[narrow] = True
    return home


def _sides(cut: Cutting, home: Ints) -> NDArray[np.bool_]:
    """Tell for each face, with what it took in, whether it lies left and whether right of lines."""
    sides = np.zeros((len(cut.face), 2), dtype=bool)
    left, right = home[cut.left], home[cut.right]
    parts = left != right
    sides[left[parts], 0] = True
    sides[right[parts], 1] = True
    return sides


def _drawn(cut: Cutting, label: Ints) -> tuple[NDArray[np.object_], Ints, Ints]:
    """Draw faces in the CRS, those of one label as one polygon.

    Returns
    -------
    polygons : object array
    labels : int64 array
        Of the polygons.
    kept : int64 array
        Nodes put into the unit's edges at which a line between polygons ends; the other
        such nodes are left out again.
    """
    parts = label[cut.left] != label[cut.right]
    placed = np.fromiter(sorted(cut.border), dtype=np.int64, count=len(cut.border))
    is_kept = np.isin(placed, cut.ends[parts])
    spare = np.zeros(len(cut.nodes), dtype=bool)
    spare[placed[~is_kept]] = True
    labels = np.unique(label)
    polygons = [_redrawn(cut, shapely.coverage_union_all(cut.face[label == k]), spare)
                for k in labels]  # fmt: skip
    return np.array(polygons, dtype=object), labels, placed[is_kept]


def _redrawn(cut: Cutting, whole: shapely.Geometry, spare: NDArray[np.bool_]) -> shapely.Geometry:
    """Return a polygon of the plane on the vertices of the CRS, without spare ones."""

    def ring(raw: shapely.LinearRing) -> Floats:
        node = cut.number(shapely.get_coordinates(raw))[:-1]
        node = node[~spare[node]]
        placed: Floats = cut.nodes[np.append(node, node[:1])]
        return placed

    parts = [
        shapely.Polygon(ring(part.exterior), [ring(hole) for hole in part.interiors])
        for part in shapely.get_parts(whole)
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _moved(
    giver: shapely.Geometry, taker: shapely.Geometry, neighbours: NDArray[np.object_],
    cut: Cutting, goes: NDArray[np.bool_],
) -> Moved | Refused:  # fmt: skip
    """Join the faces that go to the taker."""
    if not goes.any():
        return Refused(Reason.NOTHING_MOVED, _NONE)
    if goes.all():
        return Refused(Reason.EVERYTHING_MOVED, _NONE)
    (rest, piece), _, kept = _drawn(cut, goes.astype(np.int64))
    others, changed, open_ = with_vertices(
        cut, kept, np.concatenate([np.array([taker], dtype=object), neighbours])
    )
    was, _, _ = with_vertices(cut, kept, np.array([giver], dtype=object))
    whole = merge(np.array([others[0], piece], dtype=object))
    if isinstance(whole, Refused):
        return whole
    if not _fit(rest) or not _same_sum(np.array([rest, piece], dtype=object), was):
        return Refused(Reason.NOT_A_COVERAGE, _NONE)
    return Moved(rest, whole, others[1:], piece, changed[1:], cut.nodes[kept], open_)
