"""Versions of a belief as arrays (版本数组)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from diming.geometry.area import areas_m2
from diming.geometry.ground import parse_crs
from diming.model.span import EVER, Precision
from diming.model.version import SYSTEMS
from diming.store.reading import fetch_shapes
from diming.store.schema import TERRITORY
from diming.versions import VersionTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from diming.store.database import Database, Row

#: The layout that brought areas.
_AREAS = TERRITORY.column("area_m2").since


def version_table(
    base: Database, condition: str, values: Mapping[str, Any], *, dated: bool = False
) -> VersionTable:
    """Return the versions that fulfil a condition, with revisions if `dated`."""
    rows = base.rows(
        "SELECT v.row_id, v.unit_id, v.name, v.kind, v.parent_id, v.began_by, v.ended_by, "
        "v.level, v.begin_day, v.end_day, v.begin_precision, v.territory, v.known_from, "
        f"v.known_to FROM version v WHERE {condition} "
        "ORDER BY v.unit_id, v.begin_day, v.row_id",
        values,
    )
    columns = list(zip(*rows, strict=True)) or [()] * 14
    row = np.array(columns[0], dtype=np.int64)
    fid = np.array([f or 0 for f in columns[11]], dtype=np.int64)
    used, at = np.unique(fid, return_inverse=True)
    shape = _territories(base, used[used > 0])
    # Position of each used fid among the keys, sorted by key; 0 stands for none.
    order = np.argsort(np.array([k for _, k, *_ in shape], dtype=object), kind="stable")
    place = np.full(len(used), -1, dtype=np.int64)
    place[len(used) - len(shape) + order] = np.arange(len(shape))
    of_shape = list(zip(*(shape[i] for i in order.tolist()), strict=True)) or [()] * 8
    area = np.array(of_shape[3], dtype=np.float64)
    keys = _texts(of_shape[1])
    if base.layout() < _AREAS and len(keys):
        area = _areas(base, keys.tolist())
    code, system = _codes(base, row)
    return VersionTable(
        row=row,
        system=system,
        unit_id=_texts(columns[1]), name=_texts(columns[2]), kind=_texts(columns[3]),
        code=code, parent_id=_texts(columns[4]),
        began_by=_texts(columns[5]), ended_by=_texts(columns[6]),
        level=np.array(columns[7], dtype=np.int8),
        begin=_ordinals(columns[8]), end=_ordinals(columns[9]),
        begin_known=np.array(
            [p != Precision.UNKNOWN and d != EVER.isoformat()
             for d, p in zip(columns[8], columns[10], strict=True)], dtype=bool),
        territory=place[at] if len(at) else np.empty(0, dtype=np.int64),
        keys=keys,
        chain_sum=np.array(of_shape[2], dtype=np.int64),
        area_m2=area,
        bounds=np.array(of_shape[4:8], dtype=np.float64).T.reshape(-1, 4),
        known_from=np.array(columns[12], dtype=np.int64) if dated else None,
        known_to=np.array([k or 0 for k in columns[13]], dtype=np.int64) if dated else None,
    )  # fmt: skip


def _areas(base: Database, keys: list[str]) -> NDArray[np.float64]:
    """Measure shapes that an older layout kept no areas of."""
    held = base.rows("SELECT value FROM setting WHERE name = 'crs' AND known_to IS NULL")
    found = fetch_shapes(base, keys)
    shapes = np.array([found[key] for key in keys], dtype=object)
    return areas_m2(shapes, parse_crs(held[0][0] if held else "plane"))


def _territories(base: Database, fids: NDArray[np.int64]) -> list[Row]:
    area = "area_m2" if base.layout() >= _AREAS else "NULL"
    columns = f"fid, key, chain_sum, {area}, min_x, min_y, max_x, max_y"
    most = base.rows("SELECT count(*) FROM territory")[0][0]
    if 4 * len(fids) >= most:
        rows = base.rows(f"SELECT {columns} FROM territory ORDER BY fid")
        wanted = set(fids.tolist())
        return [row for row in rows if row[0] in wanted]
    return base.rows(
        f"SELECT {columns} FROM territory WHERE {base.among('fid', 'fids')} ORDER BY fid",
        {"fids": base.listing(fids.tolist())},
    )


def _codes(
    base: Database, row: NDArray[np.int64]
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return the code of each row, and whose it is: the first system's that gives one."""
    code, whose = np.full(len(row), "", dtype=object), np.full(len(row), "", dtype=object)
    order = np.argsort(row)
    total = base.rows("SELECT count(*) FROM version")[0][0]
    for system in SYSTEMS[::-1]:
        query, values = "SELECT version, code FROM code WHERE system = :system", {}
        if 4 * len(row) < total:
            query += f" AND {base.among('version', 'rows')}"
            values = {"rows": base.listing(row.tolist())}
        found = base.rows(query, {"system": system, **values})
        if not found or not len(row):
            continue
        of, text = zip(*found, strict=True)
        at = np.searchsorted(row, of, sorter=order)
        at = order[np.minimum(at, len(row) - 1)]
        hit = row[at] == of
        code[at[hit]] = _texts(text)[hit]
        whose[at[hit]] = system
    return code, whose


def _texts(values: Sequence[str | None]) -> NDArray[np.object_]:
    result = np.empty(len(values), dtype=object)
    result[:] = [v or "" for v in values]
    return result


def _ordinals(days: Sequence[str]) -> NDArray[np.int64]:
    known = {day: date.fromisoformat(day).toordinal() for day in set(days)}
    return np.array([known[day] for day in days], dtype=np.int64)
