"""Read GeoParquet at once (GeoParquet 读取), batch by batch, with pyarrow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from diming.errors import EnvironmentLacks, UnreadableInput
from diming.files.bulk import (
    AT_ONCE,
    Bulk,
    geometries,
    is_there,
    plain_values,
    records_at_once,
    unreadable,
)
from diming.files.columns import recognise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray
    from pyarrow import RecordBatch
    from pyarrow.parquet import ParquetFile

    from diming.files.discover import Source


def parquet_pieces(
    source: Source, file: Path, fields: Mapping[str, str], bytes_at_once: int | None
) -> Iterator[Bulk]:
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
        with parquet.ParquetFile(file) as opened:
            yield from _pieces(source, file, opened, fields, bytes_at_once)
    except UnreadableInput:
        raise
    except Exception as error:  # pyarrow's classes are many
        raise unreadable(source, error) from None


def _pieces(
    source: Source,
    file: Path,
    opened: ParquetFile,
    fields: Mapping[str, str],
    bytes_at_once: int | None,
) -> Iterator[Bulk]:
    meta = json.loads((opened.schema_arrow.metadata or {}).get(b"geo", b"{}"))
    main = meta.get("primary_column")
    if main is None:
        raise UnreadableInput(
            "{path}: this Parquet file holds no geometry (it has no «geo» metadata)",
            path=source.path,
        )
    names = recognise([c for c in opened.schema_arrow.names if c != main], fields, path=source.path)
    about = meta["columns"][main]
    if about.get("encoding", "WKB") != "WKB":
        raise UnreadableInput(
            "{path}: its geometry is stored as {encoding}, not as WKB; save it as GeoParquet 1.0",
            path=source.path, encoding=str(about["encoding"]),
        )  # fmt: skip
    system = about.get("crs", "OGC:CRS84")
    crs = None if system is None else system if isinstance(system, str) else json.dumps(system)
    records = int(opened.metadata.num_rows)
    at_once = records_at_once(file, records, bytes_at_once)
    batches = opened.iter_batches(min(at_once, AT_ONCE), columns=[main, *names.values()])
    begin = 0
    # Whole, a file goes batch by batch too, so that its bytes are not all held at once.
    for piece in [batches] if at_once >= records else _gathered(batches, at_once):
        geometry, has_bytes, values = _read_batches(piece, main, list(names.values()))
        yield Bulk(
            crs=crs,
            fid=np.arange(begin, begin + len(geometry), dtype=np.int64),
            geometry=geometry,
            has_bytes=has_bytes,
            columns={role: plain_values(values[column], None) for role, column in names.items()},
            column_names=names,
            count=records,
        )
        begin += len(geometry)


def _gathered(batches: Iterable[RecordBatch], at_once: int) -> Iterator[list[RecordBatch]]:
    """Gather batches to pieces of so many records, or a batch more."""
    piece: list[RecordBatch] = []
    for batch in batches:
        piece.append(batch)
        if sum(map(len, piece)) >= at_once:
            yield piece
            piece = []
    if piece:
        yield piece


def _read_batches(
    batches: Iterable[RecordBatch], main: str, wanted: list[str]
) -> tuple[NDArray[np.object_], NDArray[np.bool_], dict[str, NDArray[Any]]]:
    """Make geometries of bytes batch by batch."""
    none = np.empty(0, dtype=object)
    geometry, has_bytes, columns = [none], [none.astype(bool)], {name: [none] for name in wanted}
    for batch in batches:
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
