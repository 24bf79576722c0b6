"""Points to ask about, as rows of a CSV (点位表)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from diming.errors import N_, UnreadableInput
from diming.files.textfile import read_table, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Headings by which columns are recognised, any letter case.
LON = ("lon", "lng", "longitude", "x", "经度", "东经")
LAT = ("lat", "latitude", "y", "纬度", "北纬")
DATE = ("date", "day", "日期", "时间")


@dataclass(frozen=True, slots=True)
class PointRow:
    """One row: its number in the file, all its cells, and what was read from them.

    `problem` is a message id, filled by `facts`; then there is no place.
    """

    row: int
    cells: Mapping[str, str]
    lon: float = math.nan
    lat: float = math.nan
    day: date | None = None
    problem: str | None = None
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Points:
    """A table of points: headings in order, and all rows, good and bad."""

    columns: tuple[str, ...]
    rows: tuple[PointRow, ...]


def read_points(path: str, *, on_earth: bool = True) -> Points:
    """Read a CSV with columns of longitude, latitude and, if it has one, date.

    Parameters
    ----------
    path : str
    on_earth : bool
        Whether coordinates must be degrees.

    Raises
    ------
    UnreadableInput
        If it is no table, or has no such columns.
    """
    table = read_table(path, read_text(path))
    lon, lat = _column(table.columns, LON), _column(table.columns, LAT)
    when = _column(table.columns, DATE)
    if lon is None or lat is None:
        raise UnreadableInput(
            "{path}: there are no columns lon and lat (经度, 纬度); its columns are: {columns}",
            path=path, columns=list(table.columns),
        )  # fmt: skip
    rows = [
        _read(number, cells, lon, lat, when, on_earth=on_earth) for number, cells in table.records()
    ]
    return Points(table.columns, tuple(rows))


def _column(columns: tuple[str, ...], names: tuple[str, ...]) -> str | None:
    by_name = {c.strip().lower(): c for c in reversed(columns)}
    return next((by_name[n] for n in names if n in by_name), None)


def _read(
    number: int, cells: dict[str, str], lon: str, lat: str, when: str | None, *, on_earth: bool
) -> PointRow:
    places = []
    for column, limit in ((lon, 180.0), (lat, 90.0)):
        text = cells[column]
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or (on_earth and abs(value) > limit):
            problem = N_("{column}: “{value}” is no number of degrees")
            return PointRow(number, cells, problem=problem,
                            facts=(("column", column), ("value", text)))  # fmt: skip
        places.append(value)
    day = None
    text = cells[when] if when is not None else ""
    if text:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            problem = N_("{column}: “{value}” is no date such as 2024-12-31")
            return PointRow(number, cells, problem=problem,
                            facts=(("column", when or ""), ("value", text)))  # fmt: skip
    return PointRow(number, cells, places[0], places[1], day)
