"""Read single records with their raw coordinates (逐条读取), where a bulk read says nothing."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from diming.files.bulk import BYTES, quiet
from diming.files.delivery import Trouble
from diming.geometry.rings import RingFault, look_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import shapely


#: Record numbers from here on can only be met, not asked for.
_LARGE = 1 << 31


@dataclass(frozen=True, slots=True)
class Record:
    """One record looked at: its geometry, if it makes one, and what is wrong with it."""

    fid: int
    geometry: shapely.Geometry | None
    troubles: tuple[Trouble, ...]


def look_at_records(
    file: Path, layer: str | None, fids: list[int], *, as_bytes: bool
) -> Iterator[Record]:
    """Yield the records of some fids, one by one.

    `as_bytes` keeps texts from being decoded (shapefiles): only the geometry is looked at.
    Whatever keeps a record from being read is told as its trouble, never raised.
    """
    import fiona

    logging.getLogger("fiona").setLevel(logging.CRITICAL)
    options: dict[str, Any] = {"layer": layer}
    if as_bytes:
        options["encoding"] = BYTES
    with quiet():
        try:
            collection = fiona.open(file, **options)
        except Exception as error:  # fiona's and GDAL's classes
            for fid in fids:
                yield _undecodable(fid, error)
            return
        with collection:
            large = {fid for fid in fids if fid >= _LARGE}
            found_large = {int(r.id): r for r in collection if int(r.id) in large} if large else {}
            for fid in fids:
                try:
                    found = found_large[fid] if fid in large else collection.get(fid)
                except Exception as error:  # one record must not stop the others
                    yield _undecodable(fid, error)
                    continue
                if found is None:
                    yield _undecodable(fid, None)
                else:
                    yield _look(fid, found)


def _undecodable(fid: int, error: Exception | None) -> Record:
    detail = " ".join(str(error).split())[:200] if error is not None else ""
    trouble = Trouble("unreadable-record", "geometry-undecodable", fid, facts={"detail": detail})
    return Record(fid, None, (trouble,))


def _look(fid: int, found: Any) -> Record:
    geometry = found.geometry
    if geometry is None:
        return Record(fid, None, (Trouble("empty-geometry", "null", fid),))
    if geometry.type not in ("Polygon", "MultiPolygon"):
        trouble = Trouble("wrong-geometry-type", "type", fid, facts={"found": geometry.type})
        return Record(fid, None, (trouble,))
    coordinates = geometry.coordinates
    polygons = [coordinates] if geometry.type == "Polygon" else coordinates
    polygons = [rings for rings in polygons if any(len(ring) for ring in rings)]
    if not polygons:
        return Record(fid, None, (Trouble("empty-geometry", "empty", fid),))
    faults, shape = look_at(polygons)
    if shape is None and not faults:
        return Record(fid, None, (Trouble("empty-geometry", "empty", fid),))
    if shape is None:
        faults = [f for f in faults if f.reason != "ring-not-closed"]
    troubles = tuple(_trouble(fid, f, shape is not None) for f in faults)
    return Record(fid, shape, troubles)


def _trouble(fid: int, fault: RingFault, examined: bool) -> Trouble:
    return Trouble(
        "invalid-geometry",
        fault.reason,
        fid,
        examined=examined,
        measures={"opening": fault.opening} if fault.reason == "ring-not-closed" else {},
        facts={"ring": fault.ring},
        at=fault.at,
    )
