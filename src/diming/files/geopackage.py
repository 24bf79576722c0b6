"""What a GeoPackage says of itself, asked in SQL, past GDAL (库内记录)."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: Values asked for at once; SQLite allows 999 in its older builds.
_AT_ONCE = 500


def is_database(file: Path) -> bool:
    """Tell whether a file is an SQLite database, whatever its ending."""
    if not file.is_file():
        return False
    with file.open("rb") as handle:
        return handle.read(16) == b"SQLite format 3\0"


def records(file: Path, layer: str | None) -> int | None:
    """Count the records of a layer; None where it cannot be asked."""
    found = _ask(file, f"SELECT count(*) FROM {_quoted(layer)}")
    return int(found[0][0]) if found else None


def stored(file: Path, layer: str | None, fids: Sequence[int]) -> frozenset[int]:
    """Return those of some records for whose geometry the database holds bytes."""
    if not fids or not is_database(file):
        return frozenset()
    columns = _ask(
        file, "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (layer or "",)
    )
    if not columns:
        return frozenset()
    query = (
        f"SELECT rowid FROM {_quoted(layer)} WHERE {_quoted(columns[0][0])} IS NOT NULL "
        "AND rowid IN ({})"
    )
    found: set[int] = set()
    for first in range(0, len(fids), _AT_ONCE):
        some = [int(f) for f in fids[first : first + _AT_ONCE]]
        found |= {row[0] for row in _ask(file, query.format(", ".join("?" * len(some))), some)}
    return frozenset(found)


def description(file: Path, layer: str) -> str:
    """Return identifier and description of a layer, as far as there are any."""
    found = _ask(
        file,
        "SELECT coalesce(identifier, '') || ' ' || coalesce(description, '') "
        "FROM gpkg_contents WHERE table_name = ?",
        (layer,),
    )
    return str(found[0][0]) if found else ""


def _quoted(name: str | None) -> str:
    text = (name or "").replace('"', '""')
    return f'"{text}"'


def _ask(file: Path, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Ask without ever writing beside the file; nothing where it is no such database."""
    try:
        base = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            return base.execute(query, tuple(values)).fetchall()
        finally:
            base.close()
    except sqlite3.Error:
        return []
