"""GeoPackages whose bytes depend on their content only."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import pyogrio
from pyogrio import raw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# GeoPackage stamps the time of writing into gpkg_contents; a fixed one makes reruns equal.
STAMP = "2026-01-01T00:00:00.000Z"

#: GCJ-02 has no EPSG code. The ellipsoid is that of the coordinates it displaces.
GCJ02_NAME = "GCJ-02 (offset coordinates, not WGS 84, no EPSG code)"
GCJ02_WKT = (
    f'GEOGCS["{GCJ02_NAME}",'
    'DATUM["GCJ-02_offset_datum",SPHEROID["WGS 84 (before the offset)",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],'
    'AXIS["Longitude",EAST],AXIS["Latitude",NORTH]]'
)


def read_layer(path: Path, columns: Sequence[str]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Read a layer without building geometries.

    Returns
    -------
    wkb : object array of bytes
        As the driver gives it: broken rings stay broken.
    fields : dict
        One array for each of `columns`.
    """
    meta, _, wkb, values = raw.read(path, columns=list(columns))
    fields = dict(zip(meta["fields"], values, strict=True))
    return wkb, {name: fields[name] for name in columns}


def write_layer(
    path: Path,
    layer: str,
    wkb: np.ndarray,
    fields: Mapping[str, np.ndarray],
    *,
    crs: str = "EPSG:4326",
    geometry_type: str,
    title: str,
    description: str,
) -> None:
    """Write a new GeoPackage of one layer from WKB, never looking inside a geometry.

    `title` and `description` go to gpkg_contents, so that they travel with the file.
    """
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    raw.write(
        path,
        geometry=wkb,
        field_data=[np.asarray(values) for values in fields.values()],
        fields=np.array(list(fields), dtype=object),
        layer=layer,
        driver="GPKG",
        geometry_type=geometry_type,
        crs=crs,
        encoding="UTF-8",
        layer_options={"IDENTIFIER": title, "DESCRIPTION": description},
    )


def coordinates(wkb: bytes) -> list[float]:
    """Return every number of a little-endian WKB (multi)polygon, in order.

    A reader of our own, since the usual ones refuse rings with too few points.
    """
    numbers: list[float] = []

    def geometry(at: int) -> int:
        kind = struct.unpack_from("<I", wkb, at + 1)[0] % 1000
        count = struct.unpack_from("<I", wkb, at + 5)[0]
        at += 9
        for _ in range(count):
            if kind == 6:
                at = geometry(at)
                continue
            size = struct.unpack_from("<I", wkb, at)[0]
            numbers.extend(struct.unpack_from(f"<{2 * size}d", wkb, at + 4))
            at += 4 + 16 * size
        return at

    geometry(0)
    return numbers
