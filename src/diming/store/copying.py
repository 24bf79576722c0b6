"""A copy of an archive that is a GeoPackage, wherever the archive is (备份)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.errors import UsageError
from diming.geometry.ground import parse_crs
from diming.store.geopackage import GeoPackage
from diming.store.geopackage_tables import rtree_name
from diming.store.opening import new_file, new_package
from diming.store.schema import tables
from diming.store.schema_names import PLACE_SRID
from diming.store.sqlite import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diming.store.columns import Table
    from diming.store.database import Database, Row

#: What speaks of the archive; all else is trouble with the copy.
_OF_THE_ARCHIVE = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB,
}  # fmt: skip
#: Rows copied at a time.
_BLOCK = 10_000


def backup(base: Database, target: Path, *, replace: bool = False) -> None:
    """Copy an archive as it stands into a GeoPackage, while others use it."""
    if isinstance(base, GeoPackage) and _same_file(Path(base.place), target):
        raise UsageError("{output} is the archive itself; name another file", output=str(target))
    with new_file(target, replace=replace) as part:
        if isinstance(base, GeoPackage):
            _copy_pages(base, part, str(target))
        else:
            _copy_rows(base, part, str(target))


def _same_file(place: Path, target: Path) -> bool:
    try:
        return place.samefile(target)
    except OSError:
        return False


def _copy_pages(base: GeoPackage, part: Path, place: str) -> None:
    try:
        with closing(sqlite3.connect(part)) as copy:
            base.connection.backup(copy)
    except sqlite3.Error as error:
        ours = getattr(error, "sqlite_errorcode", 0) & 0xFF in _OF_THE_ARCHIVE
        raise told(error, base.place if ours else place) from error


def _copy_rows(base: Database, part: Path, place: str) -> None:
    """Copy row by row, numbers and hashes as they are."""
    package = new_package(part, place)
    base.hold()
    try:
        package.change("BEGIN")
        layout = base.layout()
        package.lay_out(layout)
        srid = 0
        crs = base.rows("SELECT value FROM setting WHERE name = 'crs' AND known_to IS NULL")
        if crs:
            srid = package.settle(parse_crs(crs[0][0]), crs[0][0])
        for table in tables(layout):
            for rows in _blocks(base, table, layout):
                package.insert(table, *_translated(base, package, table, layout, rows, srid))
        (last,) = package.rows("SELECT max(recorded) FROM revision")[0]
        package.touched(last, *(_box(package, t) for t in tables(layout) if t.shape))
        package.change("COMMIT")
    finally:
        base.rollback()
        package.close()


def _box(package: GeoPackage, table: Table) -> tuple[float, ...] | None:
    """Return the box of a layer, from its spatial index rounded outward."""
    edges = "min(min_x), min(min_y), max(max_x), max(max_y) FROM territory"
    if table.name != "territory":
        edges = f"min(minx), min(miny), max(maxx), max(maxy) FROM {rtree_name(table)}"
    (box,) = package.rows(f"SELECT {edges}")
    return None if box[0] is None else box


def _blocks(base: Database, table: Table, layout: int) -> Iterator[list[Row]]:
    keys = table.key if table.derived or table.numbered else ("fid",)
    columns = ", ".join(
        base.shape_column("x") if table.column(c) is table.shape else f"x.{c}"
        for c in table.names(layout)
    )
    if not (table.derived or table.numbered):
        columns = f"x.fid, {columns}"
    listed = ", ".join(f"x.{k}" for k in keys)
    places = ", ".join(f":last{'abc'[at]}" for at in range(len(keys)))
    condition = "1 = 1"
    values: dict[str, Any] = {}
    while rows := base.rows(
        f"SELECT {listed}, {columns} FROM {table.name} x WHERE {condition} "
        f"ORDER BY {listed} LIMIT {_BLOCK}",
        values,
    ):
        condition = f"({listed}) > ({places})"
        values = {f"last{'abc'[at]}": rows[-1][at] for at in range(len(keys))}
        yield [row[len(keys) :] for row in rows]


def _translated(
    base: Database, package: GeoPackage, table: Table, layout: int, rows: list[Row], srid: int
) -> tuple[tuple[str, ...], list[Row]]:
    names = table.names(layout)
    if not (table.derived or table.numbered):
        return ("fid", *names), rows
    if table.shape is None:
        return names, rows
    at = names.index(table.shape.name)
    held = [n for n, row in enumerate(rows) if row[at] is not None]
    raw = base.unpack(rows[n][at] for n in held)
    bounds = shapely.bounds(np.array(shapely.from_wkb(raw), dtype=object))
    number = PLACE_SRID if table.shape.kind == "geometry" else srid
    blobs = dict(zip(held, package.pack(raw, bounds, number), strict=True))
    return names, [(*row[:at], blobs.get(n), *row[at + 1 :]) for n, row in enumerate(rows)]
