"""From GeoDataFrames to deliveries: what notebooks hand over, whatever its shape."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.errors import UnreadableInput, UsageError
from diming.files.columns import as_text, recognise
from diming.files.delivery import Delivery, Trouble
from diming.geometry.keepers import held
from diming.geometry.rings import FARTHEST

if TYPE_CHECKING:
    import geopandas
    from numpy.typing import NDArray


def delivery_of(table: Any, *, path: str = "GeoDataFrame", fields: Mapping[str, Any]) -> Delivery:
    """Take a GeoDataFrame or GeoSeries for a delivery; records are numbered from 0.

    Raises
    ------
    UsageError
        If it is something else, or its columns cannot be told apart.
    UnreadableInput
        If it has no CRS or no polygons.
    """
    frame = _frame(table, path)
    geometry = np.asarray(frame.geometry.values, dtype=object)
    cells, names = _columns(frame, fields, path)
    if frame.crs is None:
        raise UnreadableInput(
            "{path}: the table does not say in which coordinate reference system it is; ask who "
            "made it, then give it with set_crs, e.g. table.set_crs(4490)",
            path=path,
        )
    areal, troubles = _areal(geometry)
    if not areal.any():
        raise UnreadableInput("{path}: there are no polygons to check", path=path)

    def said(role: str, row: int) -> str:
        return as_text(cells[role][row]) if role in cells else ""

    return Delivery(
        path=path, layer=None, declared=len(frame), sha256="", crs=frame.crs.to_wkt(),
        encoding=None, geometry=held(shapely.force_2d(geometry[areal])),
        fid=np.flatnonzero(areal).astype(np.int64),
        columns={role: values[areal] for role, values in cells.items()}, column_names=names,
        troubles=tuple(
            replace(t, code=said("code", t.fid), name=said("name", t.fid)) for t in troubles
        ),
    )  # fmt: skip


def _frame(table: Any, path: str) -> geopandas.GeoDataFrame:
    """Return what was given as a GeoDataFrame with a geometry."""
    import geopandas

    if isinstance(table, geopandas.GeoSeries):
        return geopandas.GeoDataFrame(geometry=table)
    if isinstance(table, str | os.PathLike):
        raise UsageError(
            "{path}: a table is wanted, not the name of a file; check_files checks files", path=path
        )
    if not isinstance(table, geopandas.GeoDataFrame):
        raise UsageError(
            "{path}: a GeoDataFrame is wanted, not {kind}; make one with "
            "geopandas.GeoDataFrame(table, geometry=..., crs=...)",
            path=path, kind=type(table).__name__,
        )  # fmt: skip
    if table.columns.nlevels > 1:
        raise UsageError("{path}: the columns have several levels; flatten them first", path=path)
    name = table.active_geometry_name
    if name is None or name not in table.columns:
        raise UsageError(
            "{path}: the table has no active geometry; name its column with set_geometry", path=path
        )
    _once(table, str(name), path)
    return table


def _once(table: Any, name: str, path: str) -> int:
    """Return the position of the only column of a name."""
    places = [i for i, column in enumerate(table.columns) if str(column) == name]
    if len(places) > 1:
        raise UsageError(
            "{path}: there are {count} columns named «{column}»; rename all but one",
            path=path, count=len(places), column=name,
        )  # fmt: skip
    return places[0]


def _columns(
    table: Any, fields: Mapping[str, Any], path: str
) -> tuple[dict[str, NDArray[np.object_]], dict[str, str]]:
    """Return the cells by role, and which column plays each role."""
    if not isinstance(fields, Mapping):
        raise UsageError(
            "fields must say which column plays which role, as in {example}",
            example='{"code": "adcode"}',
        )
    wanted = {role: str(column) for role, column in fields.items()}
    others = [str(c) for c in table.columns if c != table.active_geometry_name]
    names = recognise(others, wanted, path=path)
    cells = {}
    for role, name in names.items():
        column = table.iloc[:, _once(table, name, path)]
        # One by one: cells that are lists must not become a second dimension.
        cells[role] = np.fromiter(column.tolist(), dtype=object, count=len(table))
    return cells, names


def _areal(geometry: NDArray[np.object_]) -> tuple[NDArray[np.bool_], list[Trouble]]:
    """Tell which rows are areas, and what is wrong with the others."""
    areal = np.isin(shapely.get_type_id(geometry), (3, 6)) & ~shapely.is_empty(geometry)
    troubles = []
    for i in np.flatnonzero(~areal):
        if geometry[i] is None or shapely.is_empty(geometry[i]):
            reason = "null" if geometry[i] is None else "empty"
            troubles.append(Trouble("empty-geometry", reason, int(i)))
        else:
            found = geometry[i].geom_type
            troubles.append(Trouble("wrong-geometry-type", "type", int(i), facts={"found": found}))
    finite = (np.abs(shapely.bounds(geometry)) < FARTHEST).all(axis=1)
    troubles += [
        Trouble("invalid-geometry", "not-finite", int(i)) for i in np.flatnonzero(areal & ~finite)
    ]
    return areal & finite, troubles
