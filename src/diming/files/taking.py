"""What becomes of the records that were read (记录去向): units, or troubles that say why not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.files.bulk import quiet
from diming.files.columns import as_text
from diming.files.delivery import Trouble
from diming.files.geopackage import stored
from diming.files.record import look_at_records
from diming.geometry.keepers import joined
from diming.geometry.rings import FARTHEST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from diming.files.bulk import Bulk
    from diming.files.containers import Declaration
    from diming.geometry.shapes import Shapes

_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the records of a layer, or of a piece of one."""

    shapes: Shapes
    #: Of the records that became units, and of all that came back.
    fid: NDArray[np.int64]
    seen: NDArray[np.int64]
    columns: Mapping[str, NDArray[Any]]
    troubles: list[Trouble]

    @staticmethod
    def together(pieces: Sequence[Taken]) -> Taken:
        """Join pieces; a column of numbers in one piece may be one of texts in another."""
        if len(pieces) == 1:
            return pieces[0]
        return Taken(
            joined([p.shapes for p in pieces]),
            np.concatenate([p.fid for p in pieces]),
            np.concatenate([p.seen for p in pieces]),
            {
                role: np.concatenate([p.columns[role].astype(object) for p in pieces])
                for role in pieces[0].columns
            },
            [t for p in pieces for t in p.troubles],
        )


def take(
    file: Path,
    layer: str | None,
    encoding: str | None,
    bulk: Bulk,
    said: Declaration,
    keep: Callable[[NDArray[np.object_]], Shapes],
) -> Taken:
    """Keep the polygons; look again, one by one, at all that did not come back whole."""
    geometry = bulk.geometry.copy()
    kind = shapely.get_type_id(geometry)
    empty = shapely.is_empty(geometry)
    with quiet():
        bounds, length = shapely.bounds(geometry), shapely.length(geometry)
    finite = (np.abs(bounds) < FARTHEST).all(axis=1) & np.isfinite(length)
    usable = np.isin(kind, _POLYGONS) & ~empty & finite
    troubles: list[Trouble] = []
    nothing = bulk.fid[(kind == -1) & ~bulk.has_bytes].tolist()
    # GDAL gives none where a database holds bytes that make none.
    there = stored(file, layer, nothing)
    troubles += [
        Trouble("unreadable-record", "geometry-undecodable", f, facts={"detail": "WKB"})
        if f in there
        else Trouble("empty-geometry", "null", f)
        for f in nothing
    ]
    troubles += [Trouble("empty-geometry", "empty", int(f)) for f in bulk.fid[empty]]
    other = (kind >= 0) & ~empty & ~np.isin(kind, _POLYGONS)
    for i in np.flatnonzero(other):
        found = {"found": geometry[i].geom_type}
        troubles.append(Trouble("wrong-geometry-type", "type", int(bulk.fid[i]), facts=found))
    again = ((kind == -1) & bulk.has_bytes) | (np.isin(kind, _POLYGONS) & ~empty & ~finite)
    position = {int(bulk.fid[i]): int(i) for i in np.flatnonzero(again)}
    if position and file.suffix.lower() in (".parquet", ".geoparquet"):
        troubles += [
            Trouble("unreadable-record", "geometry-undecodable", fid, facts={"detail": "WKB"})
            for fid in position
        ]
    elif position:
        for record in look_at_records(file, layer, list(position), as_bytes=encoding is not None):
            troubles += record.troubles
            if record.geometry is not None:
                geometry[position[record.fid]] = record.geometry
                usable[position[record.fid]] = True
    return Taken(
        keep(geometry[usable]),
        bulk.fid[usable],
        bulk.fid,
        {role: values[usable] for role, values in bulk.columns.items()},
        [_named(_cut_off(t, said), bulk) for t in troubles],
    )


def _cut_off(trouble: Trouble, said: Declaration) -> Trouble:
    """Say of a record without geometry that it lay where the file ends too early."""
    if trouble.fid not in said.cut:
        return trouble
    facts = next(t.facts for t in said.troubles if t.reason == "truncated")
    return Trouble("unreadable-record", "truncated", trouble.fid, facts=facts)


def _named(trouble: Trouble, bulk: Bulk) -> Trouble:
    at = np.flatnonzero(bulk.fid == trouble.fid)
    if len(at) == 0:
        return trouble
    said: dict[str, str] = {}
    for role in ("code", "name"):
        said[role] = as_text(bulk.columns[role][at[:1]].tolist()[0]) if role in bulk.columns else ""
    return replace(trouble, code=said["code"], name=said["name"])


def missing(fid: NDArray[np.int64], count: int, said: Sequence[Trouble]) -> list[Trouble]:
    """Return a trouble for each record that was declared and did not come back."""
    lost = count - len(fid)
    if lost <= 0:
        return []
    facts: Mapping[str, Any] = {"declared_count": count, "read_count": len(fid)}
    reason = next((t.reason for t in said if t.reason == "truncated"), "fewer-records")
    there = set(fid.tolist())
    gone = [f for f in range(count + len(there)) if f not in there][:lost]
    return [Trouble("unreadable-record", reason, f, facts=facts) for f in gone]
