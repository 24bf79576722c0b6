"""Place names from files of any known format (地名入库文件)."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from diming.errors import N_, UnreadableInput
from diming.files.name_columns import recognise_fields
from diming.files.name_positions import positions
from diming.files.name_rows import RowReader
from diming.files.names_in_csv import read_csv
from diming.files.place_delivery import PlaceDelivery, PlaceReading
from diming.model.facts import Facts
from diming.model.place import Problem

if TYPE_CHECKING:
    from diming.files.grid import Grid

_TABLES = (".csv", ".tsv", ".tab", ".txt")
_BOOKS = (".xlsx", ".xlsm", ".xls")
_ENDINGS = re.compile(r"(\.(gz|csv|tsv|tab|txt|xlsx|xlsm|gpkg|shp|geojson|jsonld|json))+$", re.I)


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
    ending = Path(path.lower().removesuffix(".gz")).suffix
    if ending in _BOOKS or _is_book(path):
        from diming.files.names_in_xlsx import read_xlsx

        grid = read_xlsx(path, options.part, options.header_row)
    elif ending in _TABLES or not ending:
        grid = read_csv(path, options.encoding, options.header_row)
    else:
        raise UnreadableInput(
            "{path}: names are not read from files that end in {ending}; known are {choices}",
            path=path, ending=ending,
            choices=[*_TABLES, ".xlsx", ".gpkg", ".shp", ".geojson", ".jsonld"],
        )  # fmt: skip
    return _delivered(path, grid, options)


def _is_book(path: str) -> bool:
    try:
        with Path(path).open("rb") as handle:
            head = handle.read(8)
    except OSError:
        return False
    return head[:4] == b"\xd0\xcf\x11\xe0"


def source_of(path: str) -> str:
    """Return what a file is called as a source, unless told otherwise.

    Examples
    --------
    >>> source_of("lists/cq_codes_2023_village.csv.gz")
    'cq_codes_2023_village'
    """
    return _ENDINGS.sub("", Path(path).name) or Path(path).name


def _delivered(path: str, grid: Grid, options: PlaceReading) -> PlaceDelivery:
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
                    "{count} positions in GCJ-02 or BD-09 were not taken: these are encryptions, "
                    "which may be neither kept nor reversed"
                ),
                Facts({"count": displaced}),
            )
        )
    marks = "、;；|\n," if plan.format == "geonames" else "、;；|\n"
    reader = RowReader(path, source, grid, plan, found, replace(options, source=source), marks)
    return PlaceDelivery(
        path, plan.format or grid.format, grid.part, grid.columns, Facts(plan.recognised),
        found.crs, source, len(grid.rows), reader.__iter__, displaced, grid.encoding,
        tuple(notes), options,
    )  # fmt: skip
