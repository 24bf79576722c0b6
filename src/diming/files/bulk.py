"""Read a layer at once (整层读取): only the columns needed, geometry as bytes.

Nothing is judged here: what does not come back whole is left for
`diming.files.record` to look at.
"""

from __future__ import annotations

import json
import warnings
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.errors import EnvironmentLacks, UnreadableInput
from diming.files.columns import recognise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from diming.files.discover import Source

_PARQUET = (".parquet", ".geoparquet")
#: The encoding in which every byte is one character.
BYTES = "ISO-8859-1"
_AREAL = ("polygon", "surface", "geometrycollection", "unknown", "geometry")


@dataclass(frozen=True, slots=True)
class Bulk:
    """A layer as read at once; geometry None where its bytes make none."""

    crs: str | None
    fid: NDArray[np.int64]
    geometry: NDArray[np.object_]
    #: True where the file holds bytes for a geometry.
    has_bytes: NDArray[np.bool_]
    columns: Mapping[str, NDArray[Any]]
    column_names: Mapping[str, str]
    #: Records the driver says there are; what does not come back is missing.
    count: int = 0


def is_database(file: Path) -> bool:
    """Tell whether a file is an SQLite database, whatever its ending."""
    if not file.is_file():
        return False
    with file.open("rb") as handle:
        return handle.read(16) == b"SQLite format 3\0"


@contextmanager
def quiet() -> Iterator[None]:
    """Keep warnings of the readers from the user: what they warn of is looked at here."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def layers(source: Source, file: Path) -> list[tuple[str | None, str]]:
    """Return (layer, description) of the layers that may hold areas.

    Raises
    ------
    UnreadableInput
        If the file is none that can be read, or has no layer of that name.
    """
    if source.ending in _PARQUET:
        return [(None, "")]
    import pyogrio

    try:
        with quiet():
            listed = pyogrio.list_layers(file)
    except Exception as error:  # GDAL's own classes differ from version to version
        raise _unreadable(source, error) from None
    names = {str(name): kind for name, kind in listed}
    if source.layer is not None:
        if source.layer not in names:
            raise UnreadableInput(
                "{path}: there is no layer «{layer}»; the layers are: {layers}",
                path=source.path, layer=source.layer, layers=list(names),
            )  # fmt: skip
        chosen = [source.layer]
    elif len(names) == 1:
        chosen = list(names)
    else:
        # A table without geometry has no kind; it lies beside the layers of many a database.
        chosen = [n for n, kind in names.items() if kind and _may_be_areal(str(kind))]
    single = len(names) == 1 and source.ending != ".gdb" and not is_database(file)
    return [(None if single else n, _description(source, file, n)) for n in chosen]


def _may_be_areal(kind: str) -> bool:
    return any(word in kind.lower() for word in _AREAL)


def _description(source: Source, file: Path, layer: str) -> str:
    if not is_database(file):
        return ""
    import sqlite3

    try:
        base = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            row = base.execute(
                "SELECT coalesce(identifier, '') || ' ' || coalesce(description, '') "
                "FROM gpkg_contents WHERE table_name = ?", (layer,)
            ).fetchone()  # fmt: skip
        finally:
            base.close()
    except sqlite3.Error:
        return ""
    return str(row[0]) if row else ""


def read_pieces(
    source: Source,
    file: Path,
    layer: str | None,
    fields: Mapping[str, str],
    encoding: str | None,
    count: int | None = None,
    bytes_at_once: int | None = None,
) -> Iterator[Bulk]:
    """Read one layer, in pieces of about `bytes_at_once` of its file, or whole.

    `count` is how many records its container holds, where that is known.

    Raises
    ------
    UnreadableInput
        If GDAL cannot read it, with GDAL's reason.
    """
    if source.ending in _PARQUET:
        yield from _parquet_pieces(source, file, fields, bytes_at_once)
        return
    import pyogrio

    options: dict[str, Any] = {"layer": layer}
    if encoding is not None:
        # Bytes as characters, decoded below: one broken text must not stop the file.
        options["encoding"] = BYTES
    try:
        with quiet():
            info = pyogrio.read_info(file, force_feature_count=True, **options)
            # A damaged header may name any number; a record takes some bytes at least.
            if file.is_file() and info["features"] > file.stat().st_size and not is_database(file):
                raise _unreadable(source, ValueError(f"{info['features']} records declared"))
            given = {_decoded(str(name), encoding): str(name) for name in info["fields"]}
            names = recognise(list(given), fields, path=source.path)
            options |= {"columns": [given[n] for n in names.values()], "return_fids": True}
            more = count if count is not None and count > info["features"] else None
            records = max(int(info["features"]), more or 0)
            at_once = _records_at_once(file, records, bytes_at_once)
        for begin in range(0, max(records, 1), at_once):
            if at_once < records:
                options |= {"skip_features": begin, "max_features": at_once}
            with quiet():
                bulk = _piece(file, options, more, given, names, encoding, int(info["features"]))
            yield bulk
    except UnreadableInput:
        raise
    except Exception as error:  # GDAL's own classes differ from version to version
        raise _unreadable(source, error) from None


def _piece(
    file: Path,
    options: dict[str, Any],
    more: int | None,
    given: Mapping[str, str],
    names: Mapping[str, str],
    encoding: str | None,
    count: int,
) -> Bulk:
    meta, fid, wkb, values = _read_counting(file, options, more)
    by_column = dict(zip(meta["fields"], values, strict=True))
    wkb = np.full(len(fid), None, dtype=object) if wkb is None else wkb
    return Bulk(
        crs=meta["crs"],
        fid=np.asarray(fid, dtype=np.int64),
        geometry=_geometries(wkb),
        has_bytes=np.array([w is not None for w in wkb], dtype=bool),
        columns={
            role: _plain_values(by_column[given[column]], encoding)
            for role, column in names.items()
        },
        column_names=names,
        count=count,
    )


def _records_at_once(file: Path, records: int, bytes_at_once: int | None) -> int:
    """Return how many records of a file make a piece."""
    if bytes_at_once is None or not file.is_file() or records == 0:
        return max(records, 1)
    return max(1, int(records * bytes_at_once / max(file.stat().st_size, 1)))


def _read_counting(file: Path, options: dict[str, Any], more: int | None) -> Any:
    """Read a layer; where it holds `more` records than GDAL was told, make GDAL count.

    A GeoPackage keeps a count of its own, which is wrong where other programs
    wrote to it, and no more than that is read; a condition makes GDAL count.
    """
    import pyogrio

    if more is not None:
        # Under a condition a single spoilt geometry stops the reading: then without.
        with suppress(Exception):
            return pyogrio.raw.read(file, where="1 = 1", **options)
    return pyogrio.raw.read(file, **options)


def _decoded(text: str, encoding: str | None) -> str:
    """Decode bytes that were read as characters; a character cut at the end is left out."""
    if encoding is None or text.isascii():
        return text
    raw = text.encode(BYTES)
    for cut in range(4):
        with suppress(UnicodeDecodeError):
            return raw[: len(raw) - cut].decode(encoding)
    return raw.decode(encoding, "replace")


def _plain_values(values: NDArray[Any], encoding: str | None) -> NDArray[Any]:
    """Return a column of texts, numbers and dates; a list in a cell becomes its text."""
    if values.dtype.kind != "O":
        return values
    plain = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        if isinstance(value, str):
            plain[i] = _decoded(value, encoding)
        elif isinstance(value, np.ndarray | list | tuple):
            plain[i] = ", ".join(map(str, value))
        elif isinstance(value, bytes):
            plain[i] = value.decode("utf-8", "replace")
        else:
            plain[i] = value
    return plain


def _geometries(wkb: NDArray[np.object_]) -> NDArray[np.object_]:
    with quiet():
        geometry: NDArray[np.object_] = shapely.from_wkb(wkb, on_invalid="ignore")
    if (shapely.get_coordinate_dimension(geometry) > 2).any():
        geometry = shapely.force_2d(geometry)
    return geometry


def _parquet_pieces(
    source: Source, file: Path, fields: Mapping[str, str], bytes_at_once: int | None
) -> Iterator[Bulk]:
    """Read GeoParquet by its own metadata; the GDAL of the wheels has no driver for it."""
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise EnvironmentLacks(
            "{path}: reading GeoParquet needs pyarrow; install it with pip install diming[parquet]",
            path=source.path,
        ) from None
    try:
        with parquet.ParquetFile(file) as opened:
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
            system = about.get("crs", "OGC:CRS84")
            records = int(opened.metadata.num_rows)
            begin = 0
            for batch in (
                opened.iter_batches(
                    _records_at_once(file, records, bytes_at_once), columns=[main, *names.values()]
                )
                if records
                else [opened.read(columns=[main, *names.values()])]
            ):
                wkb = _objects(batch.column(main).to_pylist())
                yield Bulk(
                    crs=None if system is None
                    else system if isinstance(system, str) else json.dumps(system),
                    fid=np.arange(begin, begin + len(wkb), dtype=np.int64),
                    geometry=_geometries(wkb),
                    has_bytes=np.array([w is not None for w in wkb], dtype=bool),
                    columns={
                        role: _plain_values(_objects(batch.column(column).to_pylist()), None)
                        for role, column in names.items()
                    },
                    column_names=names,
                    count=records,
                )  # fmt: skip
                begin += len(wkb)
    except UnreadableInput:
        raise
    except Exception as error:  # pyarrow's classes are many
        raise _unreadable(source, error) from None


def _objects(values: list[Any]) -> NDArray[np.object_]:
    """Return a list as an array of one dimension, whatever its items are."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _unreadable(source: Source, error: Exception) -> UnreadableInput:
    detail = " ".join(str(error).split())[:200] or type(error).__name__
    return UnreadableInput(
        "{path}: the file cannot be read ({detail}); check that it is whole and of a known format",
        path=source.path, detail=detail,
    )  # fmt: skip
