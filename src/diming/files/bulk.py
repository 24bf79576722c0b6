"""Read a layer at once (整层读取): only the columns needed, geometry as bytes.

Nothing is judged here: what does not come back whole is left for
`diming.files.record` to look at.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from diming.errors import EnvironmentLacks, UnreadableInput
from diming.files.columns import recognise
from diming.files.discover import Source

_PARQUET = (".parquet", ".geoparquet")
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


@contextmanager
def quiet() -> Iterator[None]:
    """Keep warnings of the readers from the user: what they warn of is looked at here."""
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
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
    names = {str(name): str(kind or "Unknown") for name, kind in listed}
    if source.layer is not None:
        if source.layer not in names:
            raise UnreadableInput(
                "{path}: there is no layer «{layer}»; the layers are: {layers}",
                path=source.path, layer=source.layer, layers=list(names),
            )  # fmt: skip
        chosen = [source.layer]
    else:
        chosen = [n for n, kind in names.items() if any(a in kind.lower() for a in _AREAL)]
    single = len(names) == 1 and source.ending not in (".gpkg", ".gdb")
    return [(None if single else n, _description(source, file, n)) for n in chosen]


def _description(source: Source, file: Path, layer: str) -> str:
    if source.ending != ".gpkg":
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


def read_layer(
    source: Source,
    file: Path,
    layer: str | None,
    fields: Mapping[str, str],
    encoding: str | None,
) -> Bulk:
    """Read one layer.

    Raises
    ------
    UnreadableInput
        If GDAL cannot read it, with GDAL's reason.
    """
    if source.ending in _PARQUET:
        return _read_parquet(source, file, fields)
    import pyogrio

    options: dict[str, Any] = {"layer": layer}
    if encoding is not None:
        options["encoding"] = encoding
    try:
        with quiet():
            info = pyogrio.read_info(file, **options)
            names = recognise(list(info["fields"]), fields, path=source.path)
            meta, fid, wkb, values = pyogrio.raw.read(
                file, columns=list(names.values()), return_fids=True, **options
            )
    except UnreadableInput:
        raise
    except Exception as error:  # GDAL's own classes differ from version to version
        raise _unreadable(source, error) from None
    by_column = dict(zip(meta["fields"], values, strict=True))
    wkb = np.full(len(fid), None, dtype=object) if wkb is None else wkb
    return Bulk(
        crs=meta["crs"],
        fid=np.asarray(fid, dtype=np.int64),
        geometry=_geometries(wkb),
        has_bytes=np.array([w is not None for w in wkb], dtype=bool),
        columns={role: by_column[column] for role, column in names.items()},
        column_names=names,
    )


def _geometries(wkb: NDArray[np.object_]) -> NDArray[np.object_]:
    with quiet():
        geometry: NDArray[np.object_] = shapely.from_wkb(wkb, on_invalid="ignore")
    if shapely.has_z(geometry).any():
        geometry = shapely.force_2d(geometry)
    return geometry


def _read_parquet(source: Source, file: Path, fields: Mapping[str, str]) -> Bulk:
    """Read GeoParquet by its own metadata; the GDAL of the wheels has no driver for it."""
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
        table = opened.read(columns=[main, *names.values()])
    except UnreadableInput:
        raise
    except Exception as error:  # pyarrow's classes are many
        raise _unreadable(source, error) from None
    wkb = np.array(table.column(main).to_pylist(), dtype=object)
    system = meta["columns"][main].get("crs", "OGC:CRS84")
    return Bulk(
        crs=None if system is None else system if isinstance(system, str) else json.dumps(system),
        fid=np.arange(len(wkb), dtype=np.int64),
        geometry=_geometries(wkb),
        has_bytes=np.array([w is not None for w in wkb], dtype=bool),
        columns={
            role: np.array(table.column(column).to_pylist(), dtype=object)
            for role, column in names.items()
        },
        column_names=names,
    )


def _unreadable(source: Source, error: Exception) -> UnreadableInput:
    detail = " ".join(str(error).split())[:200] or type(error).__name__
    return UnreadableInput(
        "{path}: the file cannot be read ({detail}); check that it is whole and of a known format",
        path=source.path, detail=detail,
    )  # fmt: skip
