"""Where a place is, as one geometry (地点图形)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

if TYPE_CHECKING:
    from diming.model.place import Place

#: Coordinates of places: longitude and latitude in CGCS2000.
CRS = "EPSG:4490"


def shape_of(place: Place) -> Any:
    """Return the geometry of a place, else its position as a point; None where neither is known."""
    if place.geometry is not None:
        return place.geometry
    if place.lon is None or place.lat is None:
        return None
    return shapely.Point(place.lon, place.lat)
