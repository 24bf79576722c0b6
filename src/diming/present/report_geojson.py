"""Findings as GeoJSON (RFC 7946): opens in any GIS, one feature a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from diming.present.json_text import dumps
from diming.present.report_json import geometry, metadata, properties

if TYPE_CHECKING:
    from diming.model.finding import Report


def to_geojson(report: Report, lang: str | None) -> str:
    """Return the findings as a FeatureCollection; the report's metadata are foreign members.

    Outer rings run counter-clockwise. A finding without geometry is shown by its
    place, and is a feature with a null geometry where it has none either.
    """
    features = [
        {
            "type": "Feature",
            "id": f.id,
            "geometry": geometry(_oriented(f.geometry)) or _point(f.at),
            "properties": properties(f, report.inputs, lang),
        }
        for f in report.findings
    ]
    collection = {"type": "FeatureCollection", **metadata(report), "features": features}
    return dumps(collection)


def _oriented(shape: Any) -> Any:
    if shape is None or not hasattr(shapely, "orient_polygons"):
        return shape
    return shapely.orient_polygons(shape)


def _point(at: tuple[float, float] | None) -> Any:
    return geometry(shapely.Point(at)) if at is not None else None
