"""A copy of an archive that is a GeoPackage, wherever the archive is (备份)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from diming.errors import UsageError
from diming.geometry.ground import parse_crs
from diming.store.geopackage import GeoPackage
from diming.store.opening import new_file, new_package
from diming.store.schema import TABLES, Table
from diming.store.sqlite import told

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        for table in TABLES:
            for rows in _blocks(base, table, layout):
                package.insert(table, *_translated(base, package, table, layout, rows, srid))
        (box,) = package.rows(
            "SELECT min(min_x), min(min_y), max(max_x), max(max_y) FROM territory"
        )
        (last,) = package.rows("SELECT max(recorded) FROM revision")[0]
        package.touched(last, None if box[0] is None else box)
        package.change("COMMIT")
    finally:
        base.rollback()
        package.close()


def _blocks(base: Database, table: Table, layout: int) -> Iterator[list[Row]]:
    key = table.key[0] if table.numbered else "fid"
    columns = ", ".join(
        base.shape_column("x") if c == "geom" else f"x.{c}" for c in table.names(layout)
    )
    last = -1
    while rows := base.rows(
        f"SELECT x.{key}, {columns} FROM {table.name} x WHERE x.{key} > :last "
        f"ORDER BY x.{key} LIMIT {_BLOCK}",
        {"last": last},
    ):
        last = rows[-1][0]
        yield rows


def _translated(
    base: Database, package: GeoPackage, table: Table, layout: int, rows: list[Row], srid: int
) -> tuple[tuple[str, ...], list[Row]]:
    names = table.names(layout)
    if not table.numbered:
        return ("fid", *names), rows
    plain = [row[1:] for row in rows]
    if "geom" not in names:
        return names, plain
    at = names.index("geom")
    box = [names.index(edge) for edge in ("min_x", "min_y", "max_x", "max_y")]
    bounds = np.array([[row[i] for i in box] for row in plain], dtype=np.float64)
    blobs = package.pack(base.unpack(row[at] for row in plain), bounds, srid)
    return names, [
        (*row[:at], blob, *row[at + 1 :]) for row, blob in zip(plain, blobs, strict=True)
    ]
