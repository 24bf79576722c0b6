"""Is each geometry valid (图形有效性)? What is wrong with it, and where."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.model.finding import Finding, Severity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats
    from diming.geometry.shapes import Shapes
    from diming.rules.survey import Survey

#: What GEOS says, and the reason it stands for.
_REASONS = (
    ("Ring Self-intersection", "ring-self-intersection"),
    ("Self-intersection", "self-intersection"),
    ("Hole lies outside shell", "hole-outside-shell"),
    ("Holes are nested", "nested-holes"),
    ("Nested shells", "nested-shells"),
    ("Duplicate Rings", "duplicate-rings"),
    ("Interior is disconnected", "interior-disconnected"),
    ("Too few points", "too-few-points"),
    ("Invalid Coordinate", "not-finite"),
)


def valid(shapes: Shapes, *, jobs: int = 1) -> NDArray[np.bool_]:
    """Tell which polygons are valid (OGC simple features), in threads."""
    return shapes.column(shapely.is_valid, jobs=jobs)


def as_areas(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the ground that invalid polygons enclose, for the rules that need areas.

    Used to compare neighbours only; nothing is written back. Vertices keep
    their places; where outlines cross, a vertex is added. A hole takes ground from
    its own part only: one that lies outside takes none.
    """
    result = np.empty(len(geometry), dtype=object)
    for i, shape in enumerate(geometry):
        polygons = shapely.get_parts(shape)
        shells = _ground(shapely.polygons(shapely.get_exterior_ring(polygons)))
        holes = shapely.get_num_interior_rings(polygons) > 0
        if not holes.any():
            result[i] = shells
            continue
        grounds = [
            shapely.difference(
                _ground(shapely.polygons([shapely.get_exterior_ring(p)])),
                _ground(shapely.polygons(shapely.get_rings(p)[1:])),
            )
            for p in polygons
        ]
        result[i] = _areal(shapely.union_all(grounds))
    return result


def _ground(rings: NDArray[np.object_]) -> shapely.Geometry:
    """Return the ground that rings enclose, each by itself."""
    sound = shapely.make_valid(rings, method="structure", keep_collapsed=False)
    return _areal(shapely.union_all(sound))


def _areal(shape: shapely.Geometry) -> shapely.Geometry:
    """Keep the polygons of a shape."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = shapely.get_parts(shapely.get_parts(shape))
    areas = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return shapely.multipolygons(areas) if len(areas) else shapely.Polygon()


def reason(geometry: shapely.Geometry) -> tuple[str, str, Floats | None]:
    """Return why a polygon is invalid: reason, GEOS's words, and the place in its CRS."""
    words = shapely.is_valid_reason(geometry)
    place = re.search(r"\[(\S+) (\S+?)\]", words)
    at = np.array([float(place[1]), float(place[2])]) if place else None
    name = next((code for text, code in _REASONS if words.startswith(text)), "other")
    parts = shapely.get_parts(geometry)
    if len(parts) > 1 and name != "nested-shells" and shapely.is_valid(parts).all():
        name = "parts-meet"
    return name, words.split("[")[0], at


def validity_findings(survey: Survey, invalid: NDArray[np.bool_]) -> list[Finding]:
    """Report invalid geometries (rule ``invalid-geometry``).

    `survey.shape` here is the geometry as delivered.
    """
    result = []
    for crs, members in survey.groups:
        wrong = members[invalid[members]]
        for unit, shape in zip(wrong, survey.shape[wrong], strict=True):
            name, words, at = reason(shape)
            here = (
                None
                if at is None or not np.isfinite(at).all()
                else survey.to_plane(at[None], crs)[0]
            )
            result.append(
                survey.finding(
                    "invalid-geometry",
                    Severity.ERROR,
                    (unit,),
                    facts={"reason": name, "detail": words},
                    at=here,
                    geometry=None if here is None else shapely.points(here),
                    mark=b"" if at is None else at.tobytes(),
                )
            )
    return result
