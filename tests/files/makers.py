"""Real files to read, whole and spoilt, and what must hold of every reading."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import struct
import zipfile
from typing import TYPE_CHECKING

import geopandas
import numpy as np
import pyogrio
import shapely

from diming.files.delivery import Delivery, ReadOptions
from diming.files.reading import read

if TYPE_CHECKING:
    from pathlib import Path

CODES = ["500101001", "050102002", "500103003"]
NAMES = ["龙都街道", "陈家坝街道", "高峰镇"]


def cell(i: int) -> shapely.Polygon:
    """One of a row of squares, in degrees."""
    return shapely.box(108 + i * 0.1, 30, 108.1 + i * 0.1, 30.1)


def table(count: int = 3, **columns: object) -> geopandas.GeoDataFrame:
    columns = columns or {"code": CODES[:count], "name": NAMES[:count]}
    return geopandas.GeoDataFrame(
        columns, geometry=[cell(i) for i in range(count)], crs="EPSG:4490"
    )


def write(path: Path, frame: geopandas.GeoDataFrame | None = None, **options: object) -> Path:
    frame = table() if frame is None else frame
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        if path.suffix == ".shp":
            options.setdefault("encoding", "UTF-8")
        pyogrio.write_dataframe(frame, path, **options)
    return path


def points(count: int = 2) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(
        {"name": NAMES[:count]}, geometry=[shapely.Point(108, 30 + i) for i in range(count)],
        crs="EPSG:4490",
    )  # fmt: skip


# Shapefiles byte by byte, as other programs leave them.


def dbf_bytes(
    rows: list[list[bytes]],
    *,
    fields: tuple[tuple[bytes, int], ...] = ((b"code", 12), (b"name", 24)),
    driver: int = 0,
    declared: int | None = None,
    deleted: tuple[int, ...] = (),
) -> bytes:
    size = 1 + sum(n for _, n in fields)
    head = struct.pack(
        "<BBBBIHH", 3, 126, 1, 1, len(rows) if declared is None else declared,
        33 + 32 * len(fields), size,
    )  # fmt: skip
    head = bytearray(head.ljust(32, b"\0"))
    head[29] = driver
    for name, length in fields:
        head += name.ljust(11, b"\0") + b"C" + bytes(4) + bytes([length, 0]) + bytes(14)
    body = b"".join(
        (b"*" if i in deleted else b" ")
        + b"".join(v.ljust(n)[:n] for v, (_, n) in zip(row, fields, strict=True))
        for i, row in enumerate(rows)
    )
    return bytes(head) + b"\r" + body + b"\x1a"


def shapefile(
    path: Path, rows: list[list[bytes]] | None = None, *, cpg: str | None = None, **options: object
) -> Path:
    """A shapefile of squares whose .dbf is written as given; no .cpg unless given."""
    rows = rows if rows is not None else coded("GB18030")
    count = options.pop("shapes", len(rows))
    plain = path.with_name("made.shp")
    write(plain, table(count, code=["x"] * count))
    for ending in (".shp", ".shx", ".dbf", ".prj"):
        plain.with_suffix(ending).rename(path.with_suffix(ending))
    plain.with_suffix(".cpg").unlink()
    path.with_suffix(".cpg").unlink(missing_ok=True)
    path.with_suffix(".dbf").write_bytes(dbf_bytes(rows, **options))
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    return path


def coded(encoding: str, names: list[str] | None = None) -> list[list[bytes]]:
    names = NAMES if names is None else names
    return [[c.encode(), n.encode(encoding)] for c, n in zip(CODES, names, strict=False)]


class OldName(zipfile.ZipInfo):
    """A member whose name is written as bytes of a code page, without the UTF-8 flag."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("cp437"), self.flag_bits & ~0x800


def zipped(path: Path, *shapefiles: Path, folder: str = "", encoding: str = "utf-8") -> Path:
    """Zip shapefiles; GBK names without the UTF-8 flag, as Windows tools write them."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for shp in shapefiles:
            for file in sorted(shp.parent.iterdir()):
                if file.stem != shp.stem:
                    continue
                name = folder + file.name
                if encoding == "utf-8":
                    archive.write(file, name)
                else:
                    info = OldName(name.encode(encoding).decode("cp437"))
                    archive.writestr(info, file.read_bytes())
    return path


# GeoJSON as text.


def feature(geometry: object, number: int = 0, **more: object) -> dict:
    properties = {"code": f"5001{number:05d}", "name": f"第{number}镇"}
    return {"type": "Feature", "properties": properties, "geometry": geometry, **more}


def collection(*geometries: object, **more: object) -> dict:
    features = [feature(g, i) for i, g in enumerate(geometries)]
    return {"type": "FeatureCollection", "features": features, **more}


def geojson(path: Path, content: object, encoding: str = "utf-8") -> Path:
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_bytes(text.encode(encoding))
    return path


def ring(i: int = 0, side: float = 0.1) -> list[list[float]]:
    x, y = 108 + i * 0.1, 30.0
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]


def polygon(i: int = 0) -> dict:
    return {"type": "Polygon", "coordinates": [ring(i)]}


# GeoPackages, blob by blob.


def wkb_polygon(*rings: list[list[float]], kind: int = 3) -> bytes:
    blob = struct.pack("<BII", 1, kind, len(rings))
    for each in rings:
        blob += struct.pack("<I", len(each)) + b"".join(
            struct.pack(f"<{len(p)}d", *p) for p in each
        )
    return blob


def set_blob(path: Path, fid: int, wkb: bytes | None) -> None:
    """Put raw WKB into a record, past all drivers."""
    database = sqlite3.connect(path)
    try:
        # The triggers of the spatial index need functions that SQLite itself lacks.
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        blob = None if wkb is None else b"GP\0\1" + struct.pack("<i", 4490) + wkb
        layer = database.execute("SELECT table_name FROM gpkg_contents").fetchone()[0]
        database.execute(f'UPDATE "{layer}" SET geom = ? WHERE fid = ?', (blob, fid))
        database.commit()
    finally:
        database.close()


# Reading.


def read_all(*inputs: object, **options: object) -> list[Delivery]:
    """Read, and see that every record is accounted for and every geometry sound."""
    found = read([str(i) for i in inputs], ReadOptions(**options))
    for delivery in found:
        accounted(delivery)
    return found


def read_one(*inputs: object, **options: object) -> Delivery:
    found = read_all(*inputs, **options)
    assert len(found) == 1
    return found[0]


def accounted(delivery: Delivery) -> None:
    lost = {t.fid for t in delivery.troubles if not t.examined and t.fid >= 0}
    assert len(delivery.geometry) + len(lost) == delivery.declared
    assert len(delivery.geometry) == len(delivery.fid) == len(set(delivery.fid.tolist()))
    assert not lost & set(delivery.fid.tolist())
    assert np.isin(shapely.get_type_id(delivery.geometry), (3, 6)).all()
    assert not shapely.is_empty(delivery.geometry[:]).any()
    assert (shapely.get_coordinate_dimension(delivery.geometry[:]) == 2).all()
    for values in delivery.columns.values():
        assert len(values) == len(delivery.geometry)


def reasons(delivery: Delivery) -> dict[int, tuple[str, str]]:
    return {t.fid: (t.rule, t.reason) for t in delivery.troubles}


def snapshot(folder: Path) -> dict[str, tuple[str, int]]:
    """Everything in a folder: bytes and times."""
    return {
        str(p.relative_to(folder)): (
            hashlib.sha256(p.read_bytes()).hexdigest() if p.is_file() else "folder",
            p.stat().st_mtime_ns,
        )
        for p in sorted(folder.rglob("*"))
    }
