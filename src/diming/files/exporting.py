"""Units written as a layer of any format that GDAL writes (导出图层).

Written beside its place first, then moved there, so that nobody reads half a file.
Codes and names are text, whatever they look like.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.errors import UsageError
from diming.geometry.lonlat import to_lonlat
from diming.model.span import EVER

if TYPE_CHECKING:
    from collections.abc import Callable

    from diming.model.answers import Units
    from diming.model.version import Version

#: Formats that know no other coordinates than WGS 84.
_LONLAT = frozenset({"KML", "LIBKML", "GPX", "GeoJSONSeq"})

#: Names of columns, their short form for Shapefiles, and what is in them.
_COLUMNS: tuple[tuple[str, str, Callable[[Version, Version | None], Any]], ...] = (
    ("unit_id", "unit_id", lambda v, _: v.unit_id),
    ("code", "code", lambda v, _: v.any_code),
    ("name", "name", lambda v, _: v.name),
    ("level", "level", lambda v, _: int(v.level)),
    ("kind", "kind", lambda v, _: v.kind),
    ("parent_id", "parent_id", lambda v, _: v.parent_id or ""),
    ("parent_code", "p_code", lambda _, p: p.any_code if p else ""),
    ("parent_name", "p_name", lambda _, p: p.name if p else ""),
    ("seat", "seat", lambda v, _: v.seat),
    ("begin", "begin", lambda v, _: "" if v.span.begin.day == EVER else str(v.span.begin)),
    ("end", "end", lambda v, _: "" if v.span.is_open else str(v.span.end)),
    ("territory_known", "t_known", lambda v, _: int(v.territory is not None)),
)


def driver_of(output: str) -> str:
    """Return the GDAL driver that a file's suffix names.

    Raises
    ------
    UsageError
        If none that writes is named.
    """
    from pyogrio import detect_write_driver

    suffix = Path(output).suffix
    try:
        driver: str = detect_write_driver(output)
    except ValueError:
        driver = ""
    if not driver or not suffix:
        raise UsageError(
            "{output}: the suffix names no vector format that is written here; "
            "try .gpkg, .shp, .geojson, .fgb or .csv",
            output=output,
        )
    return driver


def export_units(units: Units, output: str) -> None:
    """Write units and their shapes to a file; those without a territory have no geometry.

    Raises
    ------
    UsageError
        If the suffix names no format, or the file cannot be written.
    """
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError
    from pyogrio.errors import GeometryError as BadGeometry

    driver = driver_of(output)
    target = Path(os.path.realpath(output))
    if target.is_dir():
        raise UsageError("{output} is a folder; name a file", output=output)
    try:
        with tempfile.TemporaryDirectory(prefix=".diming-", dir=target.parent) as folder:
            draft = Path(folder) / target.name
            _write(units, draft, driver)
            # The file that is asked for comes last: when it is there, its sidecars are.
            made = sorted(Path(folder).iterdir(), key=lambda p: (p.name == target.name, p.name))
            for part in made:
                _move(part, target.parent / part.name)
    except OSError as error:
        raise _unwritable(output, error.strerror or str(error)) from error
    except (DataSourceError, DataLayerError, FeatureError, BadGeometry, ValueError) as error:
        raise _unwritable(output, str(error)) from error


def _move(part: Path, place: Path) -> None:
    if part.is_dir():
        shutil.move(part, place)
        return
    part.replace(place)


def _unwritable(output: str, detail: str) -> UsageError:
    return UsageError("{output} cannot be written: {detail}", output=output, detail=detail)


def _write(units: Units, path: Path, driver: str) -> None:
    from pyogrio.raw import write

    shapes = np.array([*units.shapes, None], dtype=object)[:-1]
    crs = units.crs
    if driver in _LONLAT:
        shapes, crs = to_lonlat(shapes, crs), "EPSG:4326"
    known = np.array([s is not None for s in shapes], dtype=bool)
    if known.any():
        shapes[known] = _multi(shapes[known])
    short = driver == "ESRI Shapefile"
    columns = []
    for _, _, value in _COLUMNS:
        found = [value(v, units.superiors.get(v.parent_id or "")) for v in units.versions]
        whole = bool(found) and isinstance(found[0], int)
        columns.append(np.array(found, dtype=np.int32 if whole else object))
    more = {"SPATIAL_INDEX": "NO"} if driver == "FlatGeobuf" and not known.all() else {}
    write(
        path,
        shapely.to_wkb(shapes),
        columns,
        [brief if short else name for name, brief, _ in _COLUMNS],
        layer=path.stem if driver != "GPKG" else "units",
        driver=driver,
        geometry_type="MultiPolygon",
        crs=crs,
        encoding="UTF-8" if short else None,
        **more,
    )


def _multi(shapes: Any) -> Any:
    """Return every shape as one of many parts, so that a layer holds one type."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    return shapely.multipolygons(parts, indices=owner)
