"""Place names from layers (图层): GeoPackage, Shapefile, GeoJSON, FlatGeobuf; any geometry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from diming.errors import N_, UnreadableInput
from diming.files.bulk import BYTES, geometries, is_there, plain_values, quiet, unreadable
from diming.files.columns import as_text
from diming.files.containers import opened, sibling
from diming.files.discover import expand
from diming.files.encoding import settle
from diming.files.grid import Grid, headings
from diming.handbook.fields import name_fields
from diming.model.facts import Facts
from diming.model.place import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from diming.files.discover import Source

#: What the ten bytes of a .dbf's header leave of headings, and what they were.
_HEADING_BYTES = 10


def read_layer(path: str, layer: str | None = None, encoding: str | None = None) -> Grid:
    """Read a layer with all its columns.

    Parameters
    ----------
    path : str
        ``file.gpkg:layer`` names a layer, too.
    layer : str, optional
        Without one, the only one in which a name is headed.
    encoding : str, optional
        Of a shapefile's texts; settled by its bytes, if not given.

    Raises
    ------
    UnreadableInput
        If it cannot be read, has no such layer, or has several with names.
    """
    sources = expand([path])
    if len(sources) != 1:
        raise UnreadableInput(
            "{path}: it holds several files; name one of them: {choices}",
            path=path, choices=[s.path for s in sources],
        )  # fmt: skip
    source = sources[0]
    if source.layer is None and layer is not None:
        source = replace(source, layer=layer)
    with opened(source) as file:
        try:
            with quiet():
                return _read(source, file, encoding)
        except UnreadableInput:
            raise
        except Exception as error:  # GDAL's own classes differ from version to version
            raise unreadable(source, error) from None


def _read(source: Source, file: Path, encoding: str | None) -> Grid:
    import pyogrio

    chosen = _chosen(source, file)
    used = None
    options: dict[str, Any] = {"layer": chosen, "return_fids": True}
    if source.ending == ".shp" and (dbf := sibling(file, ".dbf")) is not None:
        used = settle(dbf, encoding)
        options["encoding"] = BYTES
    meta, fid, wkb, values = pyogrio.raw.read(file, **options)
    code = used.encoding if used is not None else None
    names = plain_values(np.array(list(meta["fields"]), dtype=object), code).tolist()
    columns = headings([_whole(str(n)) if source.ending == ".shp" else str(n) for n in names])
    texts = [list(map(as_text, plain_values(v, code).tolist())) for v in values]
    shapes = np.full(len(fid), None, dtype=object) if wkb is None else None
    problems: dict[int, list[Problem]] = {}
    if wkb is not None:
        there = is_there(wkb)
        shapes = geometries(wkb)
        missing = np.equal(shapes, np.array(None, dtype=object)).astype(bool)
        for row in np.flatnonzero(there & missing):
            problems[int(row)] = [Problem(N_("the geometry cannot be read"))]
    notes: list[Problem] = []
    if used is not None and used.unsettled:
        notes.append(
            Problem(
                N_("the texts of {columns} are in no encoding that could be settled; name it"),
                Facts({"columns": ", ".join(used.unsettled)}),
            )
        )
    rows: list[tuple[str, ...]] = [()] * len(fid)
    if texts:
        rows = list(zip(*texts, strict=True))
    return Grid(
        columns, rows, [int(f) for f in fid], problems, geometry=shapes,
        crs=meta["crs"] if wkb is not None else None, notes=tuple(notes), part=chosen,
        format="layer", encoding=used.label if used is not None else None,
    )  # fmt: skip


def _chosen(source: Source, file: Path) -> str:
    """Return the layer to read."""
    import pyogrio

    names = [str(name) for name, _ in pyogrio.list_layers(file)]
    if source.layer is not None:
        if source.layer not in names:
            raise UnreadableInput(
                "{path}: there is no layer «{layer}»; the layers are: {layers}",
                path=source.path, layer=source.layer, layers=names,
            )  # fmt: skip
        return source.layer
    if len(names) == 1:
        return names[0]
    fields = name_fields()
    named = [
        name for name in names
        if any(
            (known := fields.of_heading(str(c))) is not None and known[0] == "name"
            for c in pyogrio.read_info(file, layer=name)["fields"]
        )
    ]  # fmt: skip
    if len(named) != 1:
        raise UnreadableInput(
            "{path}: it has several layers; name the one to read: {layers}",
            path=source.path, layers=named or names,
        )  # fmt: skip
    return named[0]


def _whole(heading: str) -> str:
    """Return a heading that a .dbf has cut, if only one that is known begins so."""
    fields = name_fields()
    if fields.of_heading(heading) is not None:
        return heading
    size = max(len(heading.encode("utf-8")), len(heading.encode("gb18030", "replace")))
    if size < _HEADING_BYTES - 2:
        return heading
    known = {h for f in fields.fields.values() for h in f.headers if h.startswith(heading)}
    keys = {found[0] for h in known if (found := fields.of_heading(h)) is not None}
    return min(known, key=len) if len(keys) == 1 else heading
