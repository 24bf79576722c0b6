"""Part faces among the units that cover them (重叠归属).

A line that two neighbours share cancels in the chain. An overlap that lies
across it is one face, yet two disagreements: here it is cut along that line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.grouping import collect

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Ints
    from diming.rules.survey import Survey


@dataclass(frozen=True, slots=True)
class Division:
    """Pieces of faces: `face` each is of, and the sorted `units` that cover it."""

    polygon: NDArray[np.object_]
    face: Ints
    units: list[tuple[int, ...]]


def divide(
    survey: Survey, polygon: NDArray[np.object_], tolerance_m: float, *, even: bool = True
) -> Division:
    """Cut polygons of the plane so that each piece is covered by the same units throughout.

    `even` says that each polygon is covered equally often throughout, so that
    one which meets only the units that cover a point within it is whole.
    Pieces nowhere wider than twice the tolerance are left out, unless all are.
    """
    faces = np.arange(len(polygon))
    inside = shapely.get_coordinates(shapely.point_on_surface(polygon))
    covering = collect(len(polygon), *survey.covering(inside))
    core = shapely.buffer(polygon, -tolerance_m, join_style="mitre", mitre_limit=2.0)
    meeting = collect(len(polygon), *survey.meeting(core))
    whole = np.array(
        [set(meeting[i]) <= (set(covering[i]) if even else set()) for i in faces], dtype=bool
    )
    pieces, of = [polygon[whole]], [faces[whole]]
    units = [covering[i] for i in faces[whole]]
    for i in faces[~whole]:
        parts = _cut(survey, polygon[i], meeting[i], tolerance_m)
        middle = shapely.get_coordinates(shapely.point_on_surface(parts))
        pieces.append(parts)
        of.append(np.full(len(parts), i))
        units += collect(len(parts), *survey.covering(middle))
    return Division(np.concatenate(pieces), np.concatenate(of), units)


def _cut(
    survey: Survey, polygon: shapely.Geometry, units: tuple[int, ...], tolerance_m: float
) -> NDArray[np.object_]:
    """Cut one polygon along the outlines of some units."""
    outlines = shapely.boundary(survey.shapes_in_plane(np.asarray(units)))
    # Cut wider than the polygon, so that every line crosses its outline and is noded with it.
    near = shapely.intersection(outlines, shapely.buffer(polygon, 1000 * tolerance_m + 1.0))
    lines = [shapely.boundary(polygon), *near]
    parts = shapely.get_parts(shapely.polygonize(shapely.get_parts([shapely.union_all(lines)])))
    parts = parts[shapely.contains(polygon, shapely.point_on_surface(parts))]
    broad = ~shapely.is_empty(shapely.buffer(parts, -tolerance_m))
    return parts[broad] if broad.any() else np.array([polygon], dtype=object)
