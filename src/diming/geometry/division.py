"""Part faces among the units that cover them (重叠归属).

A line that two neighbours share cancels in the chain. An overlap that lies
across it is one face, yet two disagreements: here it is cut along that line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import shapely

from diming.geometry.grouping import collect
from diming.geometry.threads import each, runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints


class Cover(Protocol):
    """Units whose shapes can be asked for in the plane; they are numbered from 0."""

    def __len__(self) -> int: ...

    def covering(self, points: Floats) -> tuple[Ints, Ints]:
        """Return (point, unit) pairs: which units cover points of the plane."""

    def meeting(self, polygon: NDArray[np.object_]) -> tuple[Ints, Ints]:
        """Return (polygon, unit) pairs: which units meet polygons of the plane."""

    def shapes_in_plane(self, units: Ints) -> NDArray[np.object_]:
        """Return the shapes of some units in the plane."""


@dataclass(frozen=True, slots=True)
class Division:
    """Pieces of faces: `face` each is of, and the sorted `units` that cover it."""

    polygon: NDArray[np.object_]
    face: Ints
    units: list[tuple[int, ...]]


def divide(
    survey: Cover,
    polygon: NDArray[np.object_],
    tolerance_m: float,
    *,
    even: bool = True,
    jobs: int = 1,
) -> Division:
    """Cut polygons of the plane so that each piece is covered by the same units throughout.

    `even` says that each polygon is covered equally often throughout, so that
    one which meets only the units that cover a point within it is whole.
    Pieces nowhere wider than twice the tolerance are left out, unless all are.
    """
    faces = np.arange(len(polygon))
    inside = shapely.get_coordinates(shapely.point_on_surface(polygon))
    point, cover = survey.covering(inside)
    core = shapely.buffer(polygon, -tolerance_m, join_style="mitre", mitre_limit=2.0)
    face, unit = survey.meeting(core)
    foreign = np.ones(len(face), dtype=bool)
    if even:
        foreign = ~np.isin(face * len(survey) + unit, point * len(survey) + cover)
    whole = np.ones(len(polygon), dtype=bool)
    whole[face[foreign]] = False
    parted = ~whole[face]
    parts, of = _cut(survey, polygon, face[parted], unit[parted], tolerance_m, jobs)
    middle = shapely.get_coordinates(shapely.point_on_surface(parts))
    covering = collect(len(polygon), point, cover)
    return Division(
        np.concatenate([polygon[whole], parts]),
        np.concatenate([faces[whole], of]),
        [covering[i] for i in faces[whole]] + collect(len(parts), *survey.covering(middle)),
    )


def _cut(
    survey: Cover,
    polygon: NDArray[np.object_],
    face: Ints,
    unit: Ints,
    tolerance_m: float,
    jobs: int,
) -> tuple[NDArray[np.object_], Ints]:
    """Cut polygons along the outlines of some units: pieces, and the polygon each is of."""
    if len(face) == 0:
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    order = np.lexsort((unit, face))
    face, unit = face[order], unit[order]
    units, row = np.unique(unit, return_inverse=True)
    outline = shapely.boundary(survey.shapes_in_plane(units))
    begin = np.flatnonzero(np.diff(face, prepend=-1))
    found = np.concatenate([begin, [len(face)]])
    cuts = runs(np.ones(len(begin)), jobs)

    def pieces(cut: slice) -> tuple[NDArray[np.object_], Ints]:
        first, last = found[cut.start], found[cut.stop]
        return _pieces(polygon, face[first:last], outline[row[first:last]], tolerance_m)

    parts, of = zip(*each(pieces, cuts, jobs=jobs), strict=True)
    return np.concatenate(parts), np.concatenate(of)


def _pieces(
    polygon: NDArray[np.object_], face: Ints, outline: NDArray[np.object_], tolerance_m: float
) -> tuple[NDArray[np.object_], Ints]:
    """Cut polygons along outlines, each outline the one beside it in sorted `face`."""
    mine, row = np.unique(face, return_inverse=True)
    # Clip wider than the polygon, so that every line crosses its outline and is noded with it.
    box = shapely.bounds(polygon[mine])
    margin = 1000 * tolerance_m + 1.0
    window = shapely.box(*(box[:, :2] - margin).T, *(box[:, 2:] + margin).T)
    near = shapely.intersection(outline, window[row])
    count = np.bincount(row, minlength=len(mine))
    lines = np.full((len(mine), int(count.max()) + 1), None, dtype=object)
    lines[:, 0] = shapely.boundary(polygon[mine])
    lines[row, np.arange(len(row)) - (np.cumsum(count) - count)[row] + 1] = near
    noded = shapely.union_all(lines, axis=1)
    parts, of = shapely.get_parts(shapely.polygonize(noded[:, None]), return_index=True)
    own = shapely.contains(polygon[mine[of]], shapely.point_on_surface(parts))
    parts, of = parts[own], of[own]
    broad = ~shapely.is_empty(shapely.buffer(parts, -tolerance_m))
    some = np.zeros(len(mine), dtype=bool)
    some[of[broad]] = True
    parts = np.concatenate([parts[broad], polygon[mine[~some]]])
    of = np.concatenate([of[broad], np.flatnonzero(~some)])
    order = np.argsort(of, kind="stable")
    return parts[order], mine[of[order]]
