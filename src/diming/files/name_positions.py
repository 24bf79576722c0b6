"""Where the places of a table lie (坐标): all rows at once, in longitude and latitude."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.errors import N_, UnreadableInput, UsageError
from diming.files.name_cells import is_nothing
from diming.files.position_crs import CLOSED, closed_frame, crs_told, is_lonlat, lonlat_of
from diming.model.facts import Facts
from diming.model.place import Problem
from diming.script.degrees import read_degrees

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyproj
    from numpy.typing import NDArray

    from diming.files.grid import Grid
    from diming.files.name_columns import Plan

    Floats = NDArray[np.float64]

#: Coordinates are displaced by an official encryption: none may be kept, nor reversed.
DISPLACED = re.compile(r"gcj[-_ ]?0?2|bd[-_ ]?0?9|火星|百度坐标|国测局", re.IGNORECASE)
#: Headings and cells that tell a position, although no field was recognised in them.
_TELLING = re.compile(
    r"(^|_)(lon|lng|long|lat|x|y|xy|cp|wkt)($|_)|经度|纬度|东经|北纬|坐标|coord|cent(er|roid)"
    r"|longitude|latitude|geom",
    re.IGNORECASE,
)
_PAIR = re.compile(r"\d{2,3}\.\d{2,}\D+\d{2,3}\.\d{2,}")
_DATUMS = ("gcj-02", "bd-09")
#: What northings in China are, metres; eastings are less, or begin with the number of a zone.
_NORTHINGS = (1.8e6, 6.2e6)


@dataclass(slots=True)
class Positions:
    """Positions of all rows.

    Attributes
    ----------
    lon, lat : float64 array
        NaN where there is none.
    geometry : object array or None
        Lines and areas; None where a place is a point or nothing is known.
    crs : str or None
        What coordinates were in.
    displaced : bool array
        Rows whose position was not taken for being displaced.
    to : float64 array of shape (n, 2)
        Where what is long ends: 至东经, 至北纬.
    problems, remarks : dict
        Row → what is wrong or odd.
    columns : tuple of int
        Columns that say positions, which are not kept where they are displaced.
    """

    lon: Floats
    lat: Floats
    to: Floats
    displaced: NDArray[np.bool_]
    geometry: NDArray[np.object_] | None = None
    crs: str | None = None
    problems: dict[int, list[Problem]] = field(default_factory=dict)
    remarks: dict[int, list[Problem]] = field(default_factory=dict)
    columns: tuple[int, ...] = ()
    notes: list[Problem] = field(default_factory=list)

    def wrong(self, row: Any, problem: Problem) -> None:
        """Note what is wrong with a row."""
        self.problems.setdefault(int(row), []).append(problem)


def positions(
    grid: Grid, plan: Plan, *, path: str, crs: str | None, datum: str | None
) -> Positions:
    """Read the positions of all rows.

    Raises
    ------
    UsageError
        If the CRS or the datum that was told is none.
    UnreadableInput
        If a layer does not say its CRS, and none was told.
    """
    if datum is not None and datum.lower() not in _DATUMS:
        raise UsageError(
            "there is no datum «{datum}» to tell of; those displaced are: {choices}",
            datum=datum, choices=list(_DATUMS),
        )  # fmt: skip
    count = len(grid.rows)
    goes = ("lon", "lat", "lon_to", "lat_to", "x", "y", "geometry")
    columns = tuple(i for g in goes for i in plan.columns(g))
    found = Positions(
        np.full(count, np.nan), np.full(count, np.nan), np.full((count, 2), np.nan),
        np.zeros(count, dtype=bool), columns=columns,
    )  # fmt: skip
    said = [grid.rows[i][c] for i in range(count)] if (c := plan.column("crs")) is not None else []
    all_displaced = datum is not None or DISPLACED.search(f"{path} {crs or ''} {grid.part or ''}")
    if all_displaced or any(map(DISPLACED.search, set(said))):
        _leave_out(grid, found, said, bool(all_displaced))
    told = crs or grid.crs
    if grid.geometry is not None:
        if told is None:
            raise UnreadableInput(
                "{path}: the layer does not say in which coordinate reference system it is; "
                "ask who made it, then give it with --crs",
                path=path,
            )
        _take_shapes(found, grid.geometry, crs_told(told))
    else:
        _take_columns(found, grid, plan, told)
    closed = np.fromiter((bool(CLOSED.search(s)) for s in said), bool, len(said))
    if closed.any():
        found.lon[: len(closed)][closed] = found.lat[: len(closed)][closed] = np.nan
        found.to[: len(closed)][closed] = np.nan
        for row in np.flatnonzero(closed):
            found.problems.pop(int(row), None)
            found.remarks.setdefault(int(row), []).append(closed_frame(said[row]))
    found.lon[found.displaced] = found.lat[found.displaced] = np.nan
    found.to[found.displaced] = np.nan
    for row in np.flatnonzero(found.displaced):
        found.problems.pop(int(row), None)
    bad = [*found.problems]
    found.lon[bad] = found.lat[bad] = np.nan
    if found.geometry is not None:
        found.geometry[found.displaced] = None
    return found


def _leave_out(grid: Grid, found: Positions, said: Sequence[str], everything: bool) -> None:
    """Mark the rows with a position that may not be taken."""
    has = np.zeros(len(grid.rows), dtype=bool)
    for column in found.columns:
        has |= np.fromiter((not is_nothing(row[column]) for row in grid.rows), bool, len(has))
    if grid.geometry is not None:
        has |= np.fromiter((g is not None for g in grid.geometry), bool, len(has))
    shown = {column for column, name in enumerate(grid.columns) if _TELLING.search(name)}
    shown |= {
        column for row in grid.rows[:1000] for column, text in enumerate(row) if _PAIR.search(text)
    }
    found.columns = tuple(sorted({*found.columns, *shown}))
    if not everything:
        has &= np.fromiter((bool(DISPLACED.search(text)) for text in said), bool, len(has))
    found.displaced = has


def _take_shapes(found: Positions, shapes: NDArray[np.object_], crs: pyproj.CRS) -> None:
    found.crs = crs.to_string() if crs.to_epsg() is None else f"EPSG:{crs.to_epsg()}"
    if CLOSED.search(crs.datum.name if crs.datum is not None else ""):
        found.notes.append(closed_frame(crs.name))
        return
    shapes = shapely.force_2d(shapes)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    bounds = np.abs(shapely.bounds(shapes))
    with np.errstate(invalid="ignore"):
        odd = there & ~(np.isfinite(bounds).all(axis=1) & (bounds < 1e9).all(axis=1))
    for row in np.flatnonzero(odd):
        found.wrong(row, Problem(N_("the geometry has coordinates that are no place on Earth")))
    fit = np.flatnonzero(there & ~odd)
    made = np.full(len(shapes), None, dtype=object)
    made[fit] = shapes[fit]
    if len(fit) and not is_lonlat(crs):
        coordinates = shapely.get_coordinates(made[fit])
        made[fit] = shapely.set_coordinates(made[fit], lonlat_of(coordinates, crs))
    points = np.full(len(shapes), None, dtype=object)
    kind = shapely.get_type_id(made)
    areal, lines = fit[~np.isin(kind[fit], (0, 1, 5))], fit[np.isin(kind[fit], (1, 5))]
    single = fit[kind[fit] == 0]
    points[areal] = shapely.point_on_surface(made[areal])
    points[lines] = _middles(made[lines])
    points[single] = made[single]
    there = ~shapely.is_missing(points)
    found.lon[there] = shapely.get_x(points[there])
    found.lat[there] = shapely.get_y(points[there])
    made[single] = None
    found.geometry = made
    _check_range(found, fit)


def _middles(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the middle of each line; of several, of the longest."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    length = shapely.length(parts)
    order = np.lexsort((-length, owner))
    first = order[np.flatnonzero(np.diff(owner[order], prepend=-1))]
    middles: NDArray[np.object_] = shapely.line_interpolate_point(
        parts[first], 0.5, normalized=True
    )
    return middles


def _take_columns(found: Positions, grid: Grid, plan: Plan, told: str | None) -> None:
    """Take positions from columns: WKT, longitude and latitude, or X and Y."""
    crs = crs_told(told) if told else None
    lon, lat = plan.column("lon"), plan.column("lat")
    x, y = plan.column("x"), plan.column("y")
    wkt = plan.column("geometry")
    if lon is None and lat is None and (crs is None or crs.is_geographic):
        lon, lat = x, y  # degrees headed x and y
    if lon is not None and lat is not None:
        found.crs = told or "EPSG:4490"
        found.lon, found.lat = (
            _degrees(found, grid, column, limit) for column, limit in ((lon, 180.0), (lat, 90.0))
        )
        _check_pairs(found, grid, lon, lat)
        if crs is not None and not is_lonlat(crs):
            _transform_pairs(found, crs)
    elif x is not None and y is not None and crs is not None:
        found.crs = told
        _take_plane(found, grid, x, y, crs)
    for axis, goes, limit in ((0, "lon_to", 180.0), (1, "lat_to", 90.0)):
        column = plan.column(goes)
        if column is not None:
            found.to[:, axis] = _degrees(found, grid, column, limit)
    if wkt is not None:
        _take_wkt(found, grid, wkt, crs)


def _degrees(found: Positions, grid: Grid, column: int, limit: float) -> Floats:
    """Return a column as degrees, and note the cells that are none."""
    cells = [row[column] for row in grid.rows]
    try:
        values = np.array([cell or "nan" for cell in cells], dtype=np.float64)
        unread = np.zeros(len(cells), dtype=bool)
    except ValueError:
        read = [read_degrees(cell) if cell else np.nan for cell in cells]
        unread = np.fromiter((value is None for value in read), bool, len(read))
        values = np.array([np.nan if value is None else value for value in read])
    name = grid.columns[column]
    for row in np.flatnonzero(unread):
        if not is_nothing(cells[row]):
            facts = Facts({"column": name, "value": cells[row][:60]})
            found.wrong(
                row, Problem(N_("{column}: «{value}» is no number of degrees"), facts, name)
            )
    with np.errstate(invalid="ignore"):
        bad = (np.abs(values) > limit) | np.isinf(values)
    for row in np.flatnonzero(bad):
        facts = Facts({"column": name, "value": cells[row][:60], "limit": int(limit)})
        found.wrong(row, Problem(N_("{column}: {value} is beyond {limit} degrees"), facts, name))
    return values


def _check_pairs(found: Positions, grid: Grid, lon: int, lat: int) -> None:
    """Note swapped and half positions."""
    with np.errstate(invalid="ignore"):
        swapped = (np.abs(found.lat) > 90) & (np.abs(found.lat) <= 180) & (np.abs(found.lon) <= 90)
    for row in np.flatnonzero(swapped):
        found.problems[int(row)] = [
            Problem(
                N_("longitude {lon} and latitude {lat} seem to be swapped"),
                Facts({"lon": grid.rows[row][lon], "lat": grid.rows[row][lat]}),
                grid.columns[lat],
            )
        ]
    half = np.isnan(found.lon) != np.isnan(found.lat)
    for row in np.flatnonzero(half):
        if int(row) not in found.problems:
            column = grid.columns[lon if np.isnan(found.lon[row]) else lat]
            found.wrong(
                row, Problem(N_("{column} is missing beside the other coordinate"),
                             Facts({"column": column}), column),
            )  # fmt: skip
    zero = (found.lon == 0) & (found.lat == 0)
    for row in np.flatnonzero(zero):
        found.remarks.setdefault(int(row), []).append(
            Problem(N_("the position 0, 0 was taken to mean that none is known"))
        )
    bad = half | zero
    found.lon[bad] = found.lat[bad] = np.nan


def _transform_pairs(found: Positions, crs: pyproj.CRS) -> None:
    if CLOSED.search(crs.datum.name if crs.datum is not None else ""):
        found.notes.append(closed_frame(crs.name))
        found.lon[:] = found.lat[:] = np.nan
        return
    fit = np.flatnonzero(np.isfinite(found.lon) & np.isfinite(found.lat))
    made = lonlat_of(np.column_stack([found.lon[fit], found.lat[fit]]), crs)
    found.lon[fit], found.lat[fit] = made.T
    _check_range(found, fit)


def _take_plane(found: Positions, grid: Grid, x: int, y: int, crs: pyproj.CRS) -> None:
    """Take X and Y in metres: surveyors' X is north, programs' is east."""
    pair = []
    for column in (x, y):
        cells = [row[column] for row in grid.rows]
        values = np.full(len(cells), np.nan)
        for row, cell in enumerate(cells):
            if is_nothing(cell):
                continue
            try:
                values[row] = float(cell)
            except ValueError:
                name = grid.columns[column]
                facts = Facts({"column": name, "value": cell[:60]})
                found.wrong(row, Problem(N_("{column}: «{value}» is no number"), facts, name))
        pair.append(values)
    with np.errstate(invalid="ignore"):
        north = [(_NORTHINGS[0] < v) & (v < _NORTHINGS[1]) for v in pair]
    if north[0].sum() > north[1].sum():
        pair.reverse()
        found.notes.append(Problem(N_("the column {column} was taken for northings"),
                                   Facts({"column": grid.columns[x]})))  # fmt: skip
    found.lon, found.lat = pair
    _transform_pairs(found, crs)


def _take_wkt(found: Positions, grid: Grid, column: int, crs: pyproj.CRS | None) -> None:
    """Take shapes written as text; they say more than a point beside them."""
    cells = np.array([row[column].strip() or None for row in grid.rows], dtype=object)
    written = np.flatnonzero(np.fromiter((c is not None for c in cells), bool, len(cells)))
    if not len(written):
        return
    shapes = np.full(len(cells), None, dtype=object)
    shapes[written] = shapely.from_wkt(cells[written], on_invalid="ignore")
    name = grid.columns[column]
    for row in written[shapely.is_missing(shapes[written])]:
        facts = Facts({"column": name, "value": cells[row][:60]})
        found.wrong(row, Problem(N_("{column}: «{value}» is no geometry in WKT"), facts, name))
    lon, lat = found.lon.copy(), found.lat.copy()
    _take_shapes(found, shapes, crs if crs is not None else crs_told("EPSG:4490"))
    without = np.isnan(found.lon)
    found.lon[without], found.lat[without] = lon[without], lat[without]


def _check_range(found: Positions, rows: NDArray[Any]) -> None:
    with np.errstate(invalid="ignore"):
        bad = ~((np.abs(found.lon[rows]) <= 180) & (np.abs(found.lat[rows]) <= 90))
    for row in rows[bad]:
        found.wrong(row, Problem(N_("the geometry has coordinates that are no place on Earth")))
