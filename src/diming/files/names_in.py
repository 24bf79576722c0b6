"""Place names from files of any known format (地名入库文件)."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from diming.errors import N_, UnreadableInput
from diming.files.name_columns import recognise_fields
from diming.files.name_mapping import check_constants, with_mapping
from diming.files.name_positions import positions
from diming.files.name_rows import RowReader
from diming.files.names_in_csv import decoded, read_csv
from diming.files.names_in_linked import is_linked, read_linked
from diming.files.names_in_own import own_collection, own_container, own_table
from diming.files.names_refused import without_reasons
from diming.files.place_delivery import PlaceDelivery, PlaceReading
from diming.files.strict_json import loads
from diming.files.textfile import read_bytes
from diming.model.facts import Facts
from diming.model.place import Problem

if TYPE_CHECKING:
    from diming.files.grid import Grid

_TABLES = (".csv", ".tsv", ".tab", ".txt")
_LAYERS = (".gpkg", ".shp", ".geojson", ".json", ".fgb", ".gdb", ".zip")
_OWN = (".xlsx", ".gpkg", ".parquet", ".geoparquet")
_BOOKS = (".xlsx", ".xlsm", ".xls")
_ENDINGS = re.compile(
    r"(\.(gz|zip|csv|tsv|tab|txt|xlsx|xlsm|gpkg|shp|fgb|gdb|geojson|jsonld|json))+$", re.IGNORECASE
)


def read_places(path: str | os.PathLike[str], options: PlaceReading | None = None) -> PlaceDelivery:
    """Read a file of place names.

    Parameters
    ----------
    path : str or path
    options : PlaceReading, optional

    Returns
    -------
    PlaceDelivery
        Its records include those that are refused, each with its problems.

    Raises
    ------
    UnreadableInput
        If the file as a whole cannot be read, or nothing in it is recognised as a name.
    UsageError
        If the options or the mapping name what there is not.
    """
    path = os.fspath(path)
    options = options or PlaceReading()
    if options.mapping is not None:
        options = with_mapping(options)
    check_constants(options.constants, path)
    ending = Path(path.lower().removesuffix(".gz")).suffix
    if ending in _OWN and options.part is None and options.mapping is None:
        own = own_container(path, ending, options)
        if own is not None:
            return own
    if ending in _BOOKS or _is_book(path):
        from diming.files.names_in_xlsx import read_xlsx

        grid = read_xlsx(path, options.part, options.header_row)
    elif ending in _TABLES or not ending:
        grid = read_csv(path, options.encoding, options.header_row)
        if (own := own_table(path, grid, options)) is not None:
            return own
    elif ending in (".json", ".jsonld", ".geojson") and (
        (said := _parsed(path)) is not None and is_linked(said)
    ):
        own = own_collection(path, said, options)
        source = options.source or source_of(path)
        return own if own is not None else read_linked(path, said, options, source)
    elif ending in _LAYERS or ":" in ending:
        from diming.files.names_in_layer import read_layer

        grid = read_layer(path, options.part, options.encoding)
    else:
        raise UnreadableInput(
            "{path}: names are not read from files that end in {ending}; known are {choices}",
            path=path, ending=ending,
            choices=[*_TABLES, ".xlsx", ".gpkg", ".shp", ".geojson", ".jsonld"],
        )  # fmt: skip
    return _delivered(path, grid, options)


def _parsed(path: str) -> Any:
    """Return a JSON, if it names places; other GeoJSON is read as a layer."""
    raw = read_bytes(path)
    if b'"names"' not in raw:
        return None
    text, _ = decoded(path, raw)
    return loads(path, text)


def _is_book(path: str) -> bool:
    try:
        with Path(path).open("rb") as handle:
            head = handle.read(8)
    except (OSError, ValueError):
        return False
    return head == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def source_of(path: str) -> str:
    """Return what a file is called as a source, unless told otherwise.

    Examples
    --------
    >>> source_of("lists/cq_codes_2023_village.csv.gz")
    'cq_codes_2023_village'
    """
    return _ENDINGS.sub("", Path(path).name) or Path(path).name


def _delivered(path: str, grid: Grid, options: PlaceReading) -> PlaceDelivery:
    grid = without_reasons(grid)
    plan = recognise_fields(grid.columns, options.columns, path)
    if "name" not in options.constants and not any(
        field.goes in ("name.text", "name.both") for _, field in plan.places
    ):
        raise UnreadableInput(
            "{path}: none of its columns is recognised as the name of a place; say which it is in "
            "a mapping; the columns are: {columns}",
            path=path, columns=list(grid.columns),
        )  # fmt: skip
    found = positions(grid, plan, path=Path(path).name, crs=options.crs, datum=options.datum)
    source = options.source or source_of(path)
    displaced = int(np.count_nonzero(found.displaced))
    notes = [*grid.notes, *found.notes]
    if displaced:
        notes.append(
            Problem(
                N_(
                    "positions in GCJ-02 or BD-09 are encrypted, and may be neither kept nor "
                    "reversed: none was taken"
                )
            )
        )
    marks = "、;；|\n," if plan.format == "geonames" else "、;；|\n"
    reader = RowReader(path, source, grid, plan, found, replace(options, source=source), marks)
    return PlaceDelivery(
        path, plan.format or grid.format, grid.part, grid.columns, Facts(plan.recognised),
        found.crs, source, len(grid.rows), reader.__iter__, displaced, grid.encoding,
        (*notes, *reader.notes), options,
    )  # fmt: skip
