"""Geometry in files of events: GeoJSON in, shapely out, and back (GeoJSON 几何)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.errors import N_
from diming.files.event_words import Wrong
from diming.geometry.rings import FARTHEST
from diming.model.notation import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_AREAS = ("Polygon", "MultiPolygon")
_LINES = ("LineString",)
#: What JSON has for numbers; true and false are none.
_NUMBERS = {int, float}


def read_area(value: Any, *, degrees: bool) -> Any:
    """Read a Polygon or MultiPolygon.

    Parameters
    ----------
    value
        As JSON has it.
    degrees : bool
        Whether coordinates are longitude and latitude, which have bounds.

    Raises
    ------
    Wrong
    """
    return _read(value, _AREAS, degrees)


def read_line(value: Any, *, degrees: bool) -> Any:
    """Read a LineString that does not cross itself, else it would have no sides.

    Raises
    ------
    Wrong
    """
    line = _read(value, _LINES, degrees)
    if not line.is_simple:
        raise Wrong(N_("the line crosses itself, so it has no two sides; draw it anew"))
    return line


def write_geometry(geometry: Any) -> dict[str, Any]:
    """Return GeoJSON; numbers are written in full, so that the same are read back."""
    said: Mapping[str, Any] = shapely.geometry.mapping(geometry)
    return {"type": said["type"], "coordinates": _lists(said["coordinates"])}


def _lists(value: Any) -> Any:
    return [_lists(v) for v in value] if isinstance(value, tuple | list) else value


def _read(value: Any, kinds: tuple[str, ...], degrees: bool) -> Any:
    if not isinstance(value, dict) or set(value) != {"type", "coordinates"}:
        raise Wrong(N_("a geometry is an object with the members type and coordinates, no others"))
    kind, coordinates = value["type"], value["coordinates"]
    if kind not in kinds:
        raise Wrong(
            N_("«{kind}» is no geometry for this place; it must be {kinds}"),
            kind=shortened(str(kind)), kinds=" / ".join(kinds),
        )  # fmt: skip
    if kind == "LineString":
        geometry = shapely.LineString(_positions(coordinates, degrees, 2))
    elif kind == "Polygon":
        geometry = _polygon(coordinates, degrees)
    else:
        parts = _list(coordinates)
        geometry = shapely.MultiPolygon([_polygon(part, degrees) for part in parts])
    if not shapely.is_valid(geometry):
        raise Wrong(
            N_("the geometry is invalid ({detail}); repair it in the source"),
            detail=shapely.is_valid_reason(geometry),
        )
    return geometry


def _polygon(value: Any, degrees: bool) -> Any:
    rings = [_positions(ring, degrees, 4) for ring in _list(value)]
    for ring in rings:
        if (ring[0] != ring[-1]).any():
            raise Wrong(N_("a ring is not closed; repeat its first position as its last"))
    return shapely.Polygon(rings[0], rings[1:])


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise Wrong(N_("coordinates must be lists of positions, none of them empty"))
    return value


def _positions(value: Any, degrees: bool, least: int) -> NDArray[np.float64]:
    items = _list(value)
    if not all(type(i) is list and len(i) == 2 and {*map(type, i)} <= _NUMBERS for i in items):
        raise Wrong(N_("a position is two numbers, east before north, and no height"))
    try:
        positions = np.array(items, dtype=np.float64)
    except OverflowError:
        positions = np.full((len(items), 2), np.inf)
    if not (np.abs(positions) < FARTHEST).all():
        raise Wrong(N_("a coordinate is larger than any on Earth; correct it"))
    beyond = (np.abs(positions) > (180, 90)).any(axis=1)
    if degrees and beyond.any():
        x, y = positions[beyond][0].tolist()
        raise Wrong(
            N_("{x}, {y} is no longitude and latitude; name the CRS of the file as «crs»"),
            x=x, y=y,
        )  # fmt: skip
    if len(items) < least:
        raise Wrong(
            N_("it has {positions_count} positions where at least {least_count} are needed"),
            positions_count=len(items), least_count=least,
        )  # fmt: skip
    return positions
