"""Places and names that this library wrote (规范格式), read back without loss."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from diming.files.bulk import quiet
from diming.files.place_delivery import PlaceDelivery
from diming.files.place_table import COLUMNS, FORMAT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from diming.files.grid import Grid
    from diming.files.place_delivery import PlaceReading
    from diming.model.place import PlaceRecord


def own_table(path: str, grid: Grid, options: PlaceReading) -> PlaceDelivery | None:
    """Return the delivery of a table that was exported; None if it is another."""
    from diming.files.names_out_csv import records_in

    def make() -> Iterator[PlaceRecord]:
        numbered = zip(grid.numbers, grid.rows, strict=True)
        return records_in(grid.columns, numbered, path) or iter(())

    if records_in(grid.columns, (), path) is None:
        return None
    where = [grid.columns.index(c) for c in ("record", "place_id")]
    count, latest = 0, None
    for row in grid.rows:
        mine = [row[i] for i in where]
        count += mine != latest
        latest = mine
    return _delivery(path, make, count, options)


def own_collection(path: str, said: Any, options: PlaceReading) -> PlaceDelivery | None:
    """Return the delivery of a collection of Linked Places that was exported."""
    from diming.files.names_out_linked import records_in

    if not isinstance(said, dict) or records_in(said, path) is None:
        return None
    return _delivery(
        path, lambda: records_in(said, path) or iter(()), len(said["features"]), options
    )


def own_container(path: str, ending: str, options: PlaceReading) -> PlaceDelivery | None:
    """Return the delivery of a workbook, GeoPackage or GeoParquet that was exported.

    What cannot be opened at all is none: who reads it as another says why.
    """
    records = None
    with suppress(Exception), quiet():
        if ending == ".xlsx":
            from diming.files import names_out_xlsx

            found = names_out_xlsx.records_in(path)
        elif ending == ".gpkg":
            from diming.files import names_out_gpkg

            found = names_out_gpkg.records_in(path)
        else:
            from diming.files import names_out_parquet

            found = names_out_parquet.records_in(path)
        records = None if found is None else tuple(found)
    if records is None:
        return None
    return _delivery(path, lambda: iter(records), len(records), options)


def _delivery(
    path: str, make: Callable[[], Iterator[PlaceRecord]], count: int, options: PlaceReading
) -> PlaceDelivery:
    return PlaceDelivery(
        path, FORMAT, None, COLUMNS, {c: c for c in COLUMNS}, "EPSG:4490", options.source or "",
        count, make, options=options,
    )  # fmt: skip
