"""How wide, how long, how large: measures of narrow faces (宽度, 长度, 面积).

The width is the diameter of the largest circle that fits in. A search for that
circle over a sliver that is a thousand times longer than wide takes tens of
milliseconds; so slivers are first cut into triangles, whose heights tell where
they are widest, and the search looks there only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints
    from diming.geometry.ground import Ground

#: Error allowed in a width, as a share of the face's mean width.
WIDTH_PRECISION = 0.005
#: Outline² / area from which a face is a sliver; a square has 16, a strip 1 : 12 has 56.
SLIVER = 60.0
#: Places in a sliver that are searched, and how far around, in local widths.
PLACES, REACH = 6, 3.0


@dataclass(frozen=True, slots=True)
class Sizes:
    """Measures of faces, arrays of one length; `widest` is a place of the plane in each."""

    area_m2: Floats
    width_m: Floats
    length_m: Floats
    widest: Floats

    def take(self, index: NDArray[np.bool_] | Ints) -> Sizes:
        """Return the measures of some of the faces."""
        return Sizes(
            self.area_m2[index], self.width_m[index], self.length_m[index], self.widest[index]
        )


def sizes(polygon: NDArray[np.object_], ground: Ground) -> Sizes:
    """Measure polygons of the plane on the ground.

    The length of a face is half its outline less its width: the long side of
    a rectangle, the way along a sliver.
    """
    tangent = ground.tangent(polygon)
    local = tangent.geometry()
    width, centre = widths(local)
    outline = shapely.length(shapely.get_exterior_ring(local))
    return Sizes(
        shapely.area(local), width, np.maximum(outline / 2 - width, width), tangent.back(centre)
    )


def widths(polygon: NDArray[np.object_]) -> tuple[Floats, Floats]:
    """Find the largest circle that fits into each polygon.

    Parameters
    ----------
    polygon : object array of shape (n,)
        In metres.

    Returns
    -------
    diameter : float64 array of shape (n,)
        Exact for triangles and quadrilaterals, else within `WIDTH_PRECISION`
        of the mean width, from below.
    centre : float64 array of shape (n, 2)
    """
    diameter = np.zeros(len(polygon))
    centre = _any_point(polygon)
    area, outline = shapely.area(polygon), shapely.length(polygon)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, shape = 2 * area / outline, outline**2 / area
    some = area > 0
    plain = some & ((shape < SLIVER) | (shapely.get_num_coordinates(polygon) <= 5))
    diameter[plain], centre[plain] = _circles(polygon[plain], mean[plain])
    thin = np.flatnonzero(some & ~plain)
    if len(thin):
        face, place, local = _wide_places(polygon[thin])
        reach = REACH * local[:, None]
        windows = shapely.box(*(place - reach).T, *(place + reach).T)
        parts, of = shapely.get_parts(
            shapely.intersection(polygon[thin][face], windows), return_index=True
        )
        areal = shapely.area(parts) > 0
        parts, of = parts[areal], of[areal]
        found, middle = _circles(parts, 2 * local[of])
        order = np.lexsort((found, face[of]))
        last = np.flatnonzero(np.diff(np.append(face[of][order], -1)))
        best = order[last]
        diameter[thin[face[of][best]]] = found[best]
        centre[thin[face[of][best]]] = middle[best]
    return diameter, centre


def _any_point(polygon: NDArray[np.object_]) -> Floats:
    result: Floats = shapely.get_coordinates(shapely.point_on_surface(polygon))
    return result if len(result) == len(polygon) else np.zeros((len(polygon), 2))


def _circles(polygon: NDArray[np.object_], mean: Floats) -> tuple[Floats, Floats]:
    """Search for the largest circles; `mean` widths set how finely."""
    radius = shapely.maximum_inscribed_circle(
        polygon, tolerance=np.maximum(mean * WIDTH_PRECISION, 1e-9)
    )
    return 2 * shapely.length(radius), shapely.get_coordinates(shapely.get_point(radius, 0))


def _wide_places(polygon: NDArray[np.object_]) -> tuple[Ints, Floats, Floats]:
    """Find where slivers are widest, by cutting them into triangles.

    In a triangle that has a side on the outline, the height over that side is
    the local width, at the tip.

    Returns
    -------
    face : int64 array of shape (m,)
        At most `PLACES` for each polygon.
    place : float64 array of shape (m, 2)
    width : float64 array of shape (m,)
    """
    triangles, face = shapely.get_parts(
        shapely.constrained_delaunay_triangles(polygon), return_index=True
    )
    corner = shapely.get_coordinates(triangles).reshape(-1, 4, 2)
    side = np.hypot(*np.moveaxis(corner[:, 1:] - corner[:, :-1], 2, 0))
    ends = np.ascontiguousarray(corner).view(np.complex128)[..., 0]
    pair = np.sort(np.stack([ends[:, :-1], ends[:, 1:]], axis=-1), axis=-1).reshape(-1, 2)
    keys = np.column_stack([np.repeat(face, 3).astype(np.complex128), pair])
    _, same, count = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    outer = (count[same.ravel()] == 1).reshape(-1, 3)
    base = np.where(outer, side, -1.0).argmax(axis=1)
    rows = np.arange(len(corner))
    on_outline = outer[rows, base]
    height = 2 * shapely.area(triangles) / np.maximum(side[rows, base], 1e-300)
    width = np.where(on_outline, height, side.min(axis=1))
    a, b, tip = (corner[rows, (base + k) % 3] for k in range(3))
    along = b - a
    foot = ((tip - a) * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-300)
    foot_place = a + np.clip(foot, 0, 1)[:, None] * along
    place = np.where(on_outline[:, None], (foot_place + tip) / 2, corner[:, :3].mean(axis=1))
    order = np.lexsort((-width, face))
    first = np.searchsorted(face[order], np.arange(len(polygon)))
    chosen = order[np.arange(len(order)) - first[face[order]] < PLACES]
    return face[chosen], place[chosen], width[chosen]
