"""Read GeoParquet at once (GeoParquet 读取), batch by batch, with pyarrow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from diming.errors import EnvironmentLacks, UnreadableInput
from diming.files.bulk import AT_ONCE, Bulk, geometries, is_there, plain_values, unreadable
from diming.files.columns import recognise

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray
    from pyarrow.parquet import ParquetFile

    from diming.files.discover import Source


def read_geoparquet(source: Source, file: Path, fields: Mapping[str, str]) -> Bulk:
    """Read GeoParquet by its own metadata; the GDAL of the wheels has no driver for it.

    Raises
    ------
    UnreadableInput
        If it is damaged, or holds no geometry as WKB.
    EnvironmentLacks
        If pyarrow is not installed.
    """
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise EnvironmentLacks(
            "{path}: reading GeoParquet needs pyarrow; install it with pip install diming[parquet]",
            path=source.path,
        ) from None
    try:
        opened = parquet.ParquetFile(file)
        meta = json.loads((opened.schema_arrow.metadata or {}).get(b"geo", b"{}"))
        main = meta.get("primary_column")
        if main is None:
            raise UnreadableInput(
                "{path}: this Parquet file holds no geometry (it has no «geo» metadata)",
                path=source.path,
            )
        names = recognise(
            [c for c in opened.schema_arrow.names if c != main], fields, path=source.path
        )
        about = meta["columns"][main]
        if about.get("encoding", "WKB") != "WKB":
            raise UnreadableInput(
                "{path}: its geometry is stored as {encoding}, not as WKB; "
                "save it as GeoParquet 1.0",
                path=source.path, encoding=str(about["encoding"]),
            )  # fmt: skip
        geometry, has_bytes, values = _read_batches(opened, main, list(names.values()))
        columns = {role: plain_values(values[column], None) for role, column in names.items()}
    except UnreadableInput:
        raise
    except Exception as error:  # pyarrow's classes are many
        raise unreadable(source, error) from None
    system = about.get("crs", "OGC:CRS84")
    return Bulk(
        crs=None if system is None else system if isinstance(system, str) else json.dumps(system),
        fid=np.arange(len(geometry), dtype=np.int64),
        geometry=geometry,
        has_bytes=has_bytes,
        columns=columns,
        column_names=names,
        count=len(geometry),
    )


def _read_batches(
    opened: ParquetFile, main: str, wanted: list[str]
) -> tuple[NDArray[np.object_], NDArray[np.bool_], dict[str, NDArray[Any]]]:
    """Read geometry and columns batch by batch, so that no more bytes are held than one has."""
    none = np.empty(0, dtype=object)
    geometry, has_bytes, columns = [none], [none.astype(bool)], {name: [none] for name in wanted}
    for batch in opened.iter_batches(batch_size=AT_ONCE, columns=[main, *wanted]):
        # Of Arrow's memory, which is not to be written to, or of Python's own bytes.
        wkb = np.array(batch.column(main).to_numpy(zero_copy_only=False), dtype=object)
        has_bytes.append(is_there(wkb))
        geometry.append(geometries(wkb))
        for name, parts in columns.items():
            parts.append(_objects(batch.column(name).to_pylist()))
    joined = {name: np.concatenate(parts) for name, parts in columns.items()}
    return np.concatenate(geometry), np.concatenate(has_bytes), joined


def _objects(values: list[Any]) -> NDArray[np.object_]:
    """Return a list as an array of one dimension, whatever its items are."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
