"""How wide, how long, how large: measures of narrow faces (宽度, 长度, 面积)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats
    from diming.geometry.ground import Ground

#: Error allowed in a width, as a share of the face's mean width.
WIDTH_PRECISION = 0.005


@dataclass(frozen=True, slots=True)
class Sizes:
    """Measures of faces: `area_m2`, `width_m`, `length_m`, arrays of one length."""

    area_m2: Floats
    width_m: Floats
    length_m: Floats


def widths(polygon: NDArray[np.object_]) -> Floats:
    """Return the diameter of the largest circle that fits into each polygon.

    `polygon` in metres; exact for triangles and quadrilaterals, else within
    `WIDTH_PRECISION` of the mean width.
    """
    result = np.zeros(len(polygon))
    perimeter = shapely.length(polygon)
    some = (perimeter > 0) & (shapely.area(polygon) > 0)
    if some.any():
        mean = 2 * shapely.area(polygon[some]) / perimeter[some]
        radius = shapely.maximum_inscribed_circle(
            polygon[some], tolerance=np.maximum(mean * WIDTH_PRECISION, 1e-9)
        )
        result[some] = 2 * shapely.length(radius)
    return result


def sizes(polygon: NDArray[np.object_], ground: Ground) -> Sizes:
    """Measure polygons of the plane on the ground.

    The length of a face is half its outline less its width: the long side of
    a rectangle, the way along a sliver.
    """
    local = ground.tangent(polygon)
    width = widths(local)
    outline = shapely.length(shapely.get_exterior_ring(local))
    return Sizes(ground.areas_m2(polygon), width, np.maximum(outline / 2 - width, width))
