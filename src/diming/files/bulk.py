"""Read a layer at once (整层读取): only the columns needed, geometry as bytes.

Nothing is judged here: what does not come back whole is left for
`diming.files.record` to look at.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.errors import UnreadableInput
from diming.files.columns import recognise
from diming.files.geojson import is_feature_collection
from diming.files.geopackage import description, is_database

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from diming.files.discover import Source

_PARQUET = (".parquet", ".geoparquet")
#: The encoding in which every byte is one character.
BYTES = "ISO-8859-1"
#: Geometries made of bytes at once.
AT_ONCE = 1024
#: What a cell of a column may be as it stands.
_PLAIN = {str, int, float, bool, type(None)}
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
    if source.ending in _PARQUET or (source.layer is None and is_feature_collection(file)):
        return [(None, "")]
    import pyogrio

    try:
        with quiet():
            listed = pyogrio.list_layers(file)
    except Exception as error:  # GDAL's own classes differ from version to version
        raise unreadable(source, error) from None
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
    return [(None if single else n, _description(file, n)) for n in chosen]


def _may_be_areal(kind: str) -> bool:
    return any(word in kind.lower() for word in _AREAL)


def _description(file: Path, layer: str) -> str:
    return description(file, layer) if is_database(file) else ""


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
        from diming.files.geoparquet import parquet_pieces

        yield from parquet_pieces(source, file, fields, bytes_at_once)
        return
    options: dict[str, Any] = {"layer": layer, "return_fids": True}
    if encoding is not None:
        # Bytes as characters, decoded below: one broken text must not stop the file.
        options["encoding"] = BYTES
    try:
        if is_feature_collection(file) and (
            bytes_at_once is None or file.stat().st_size <= bytes_at_once
        ):
            with quiet():
                bulk = _whole(source, file, options, fields)
            yield bulk
            return
        with quiet():
            columns, records, more = _asked(source, file, options, fields, encoding, count)
            at_once = records_at_once(file, max(records, more or 0), bytes_at_once)
        options["columns"] = [columns.given[n] for n in columns.names.values()]
        for begin in range(0, max(records, more or 0, 1), at_once):
            if at_once < max(records, more or 0):
                options |= {"skip_features": begin, "max_features": at_once}
            with quiet():
                bulk = _bulk(columns, records, *_read_counting(file, options, more))
            yield bulk
    except UnreadableInput:
        raise
    except Exception as error:  # GDAL's own classes differ from version to version
        raise unreadable(source, error) from None


@dataclass(frozen=True, slots=True)
class _Columns:
    """Columns wanted: `names` by role, and what GDAL calls them, before decoding."""

    names: Mapping[str, str]
    given: Mapping[str, str]
    encoding: str | None

    @staticmethod
    def among(
        there: Iterable[object], source: Source, fields: Mapping[str, str], encoding: str | None
    ) -> _Columns:
        given = {_decoded(str(name), encoding): str(name) for name in there}
        return _Columns(recognise(list(given), fields, path=source.path), given, encoding)


def _asked(
    source: Source,
    file: Path,
    options: Mapping[str, Any],
    fields: Mapping[str, str],
    encoding: str | None,
    count: int | None,
) -> tuple[_Columns, int, int | None]:
    """Ask GDAL for columns and records; the last is `count` where that is more."""
    import pyogrio

    asked = {k: v for k, v in options.items() if k != "return_fids"}
    info = pyogrio.read_info(file, force_feature_count=True, **asked)
    # A damaged header may name any number; a record takes some bytes at least.
    if file.is_file() and info["features"] > file.stat().st_size and not is_database(file):
        raise unreadable(source, ValueError(f"{info['features']} records declared"))
    records = int(info["features"])
    columns = _Columns.among(info["fields"], source, fields, encoding)
    return columns, records, count if count is not None and count > records else None


def _whole(
    source: Source, file: Path, options: Mapping[str, Any], fields: Mapping[str, str]
) -> Bulk:
    """Read a GeoJSON with all columns: it is parsed anew at each question, which takes longest."""
    import pyogrio

    read = pyogrio.raw.read(file, **options)
    columns = _Columns.among(read[0]["fields"], source, fields, None)
    return _bulk(columns, len(read[1]), *read)


def _bulk(
    columns: _Columns,
    count: int,
    meta: Mapping[str, Any],
    fid: NDArray[np.int64],
    wkb: NDArray[np.object_] | None,
    values: Sequence[NDArray[Any]],
) -> Bulk:
    """Put together what GDAL read; the bytes are used up."""
    by_column = dict(zip(meta["fields"], values, strict=True))
    wkb = np.full(len(fid), None, dtype=object) if wkb is None else wkb
    has_bytes = is_there(wkb)
    return Bulk(
        crs=meta["crs"],
        fid=np.asarray(fid, dtype=np.int64),
        geometry=geometries(wkb),
        has_bytes=has_bytes,
        columns={
            role: plain_values(by_column[columns.given[column]], columns.encoding)
            for role, column in columns.names.items()
        },
        column_names=columns.names,
        count=count,
    )


def records_at_once(file: Path, records: int, bytes_at_once: int | None) -> int:
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


def plain_values(values: NDArray[Any], encoding: str | None) -> NDArray[Any]:
    """Return a column of texts, numbers and dates; a list in a cell becomes its text."""
    if values.dtype.kind != "O":
        return values
    kinds = set(map(type, values.tolist()))
    if kinds <= _PLAIN and (encoding is None or str not in kinds):
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


def is_there(wkb: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell where there are bytes at all."""
    there: NDArray[np.bool_] = np.not_equal(wkb, np.array(None, dtype=object)).astype(bool)
    return there


def geometries(wkb: NDArray[np.object_]) -> NDArray[np.object_]:
    """Make geometries of bytes, some at a time; the bytes are let go as they are used up."""
    geometry = np.empty(len(wkb), dtype=object)
    with quiet():
        for start in range(0, len(wkb), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            geometry[part] = shapely.from_wkb(wkb[part], on_invalid="ignore")
            wkb[part] = None
    if (shapely.get_coordinate_dimension(geometry) > 2).any():
        geometry = shapely.force_2d(geometry)
    return geometry


def unreadable(source: Source, error: Exception) -> UnreadableInput:
    """Return what to raise where a reader cannot read, with its reason."""
    detail = " ".join(str(error).split())[:200] or type(error).__name__
    return UnreadableInput(
        "{path}: the file cannot be read ({detail}); check that it is whole and of a known format",
        path=source.path, detail=detail,
    )  # fmt: skip
