"""Read deliveries (读取成果): at once where possible, record by record where not.

Every record a container declares is accounted for: it becomes a unit, or a
trouble says why it did not.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from diming.errors import UnreadableInput
from diming.files.bulk import layers, read_pieces
from diming.files.containers import (
    check_head,
    checksum,
    declared,
    illustrative,
    index_is_whole,
    opened,
    sibling,
)
from diming.files.delivery import Delivery, ReadOptions, Trouble
from diming.files.discover import Source, expand
from diming.files.encoding import Settled, settle
from diming.files.geopackage import is_database
from diming.files.taking import Taken, missing, take
from diming.geometry.keepers import held

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from diming.geometry.shapes import Shapes

Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Take no notice of progress."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Where the geometry that is read goes.

    `take` is given polygons and returns them as kept. With `bytes_at_once`,
    a layer is read in pieces of about that many bytes of its file.
    """

    take: Callable[[NDArray[np.object_]], Shapes]
    bytes_at_once: int | None = None


IN_MEMORY = Keep(held)


def read(
    inputs: Sequence[str],
    options: ReadOptions,
    progress: Progress | None = None,
    keep: Keep = IN_MEMORY,
) -> list[Delivery]:
    """Read all layers of areas that inputs mean.

    Parameters
    ----------
    inputs : sequence of str
        Files, folders, globs; ``file.gpkg:layer`` names a layer.
    options : ReadOptions
    progress : callable, optional
        Called with ``"read"``, files done, files in all.
    keep : Keep
        Where geometry goes.

    Returns
    -------
    list of Delivery
        In the order of the inputs.

    Raises
    ------
    UnreadableInput
        If a container cannot be read at all, or nothing in it is an area.
    """
    sources = expand(inputs)
    found: list[Delivery] = []
    for done, source in enumerate(sources):
        if progress is not None:
            progress("read", done, len(sources))
        found += read_source(source, options, keep)
    if progress is not None:
        progress("read", len(sources), len(sources))
    return found


def read_source(source: Source, options: ReadOptions, keep: Keep = IN_MEMORY) -> list[Delivery]:
    """Read all layers of areas of one container, as `read` does.

    Raises
    ------
    UnreadableInput
        If it cannot be read at all, or nothing in it is an area.
    """
    if source.layer is None and options.layer is not None and source.ending in (".gpkg", ".gdb"):
        source = replace(source, layer=options.layer)
    try:
        # Hashing leaves the interpreter to the reading beside it.
        with ThreadPoolExecutor(1) as beside:
            digest = beside.submit(checksum, source)
            try:
                return _read_opened(source, options, digest, keep)
            except UnreadableInput:
                digest.result()  # that a file cannot be opened says more
                raise
    except OSError as error:
        raise UnreadableInput(
            "{path}: the file cannot be read ({detail}); check that it is whole and of a known "
            "format",
            path=source.path, detail=error.strerror or str(error),
        ) from None  # fmt: skip


def _read_opened(
    source: Source, options: ReadOptions, digest: Future[str], keep: Keep
) -> list[Delivery]:
    with opened(source) as file:
        if source.ending == ".shp":
            with _complete(source, file) as whole:
                return _read_layers(source, whole, options, digest, keep)
        return _read_layers(source, file, options, digest, keep)


@contextmanager
def _complete(source: Source, file: Path) -> Iterator[Path]:
    """Give a shapefile that GDAL can read: without a whole .shx, a copy beside a new one."""
    if sibling(file, ".dbf") is None:
        raise UnreadableInput(
            "{path}: the .dbf beside it, with codes and names, is missing; "
            "ask for the whole shapefile",
            path=source.path,
        )
    check_head(source, file)
    if index_is_whole(file):
        yield file
        return
    with tempfile.TemporaryDirectory(prefix="diming-") as folder:
        for each in file.parent.iterdir():
            if each.stem == file.stem and each.is_file():
                shutil.copyfile(each, Path(folder, "data" + each.suffix.lower()))
        whole = Path(folder, "data.shp")
        _write_index(whole)
        yield whole


def _write_index(shp: Path) -> None:
    """Write the .shx that a .shp lacks, from the lengths its records state."""
    import struct

    raw = shp.read_bytes()
    place, entries = 100, []
    while place + 8 <= len(raw):
        length = struct.unpack(">i", raw[place + 4 : place + 8])[0]
        entries.append(struct.pack(">ii", place // 2, length))
        place += 8 + max(length, 0) * 2
    head = raw[:24] + struct.pack(">i", 50 + 4 * len(entries)) + raw[28:100]
    shp.with_suffix(".shx").write_bytes(head + b"".join(entries))


def _read_layers(
    source: Source, file: Path, options: ReadOptions, digest: Future[str], keep: Keep
) -> list[Delivery]:
    settled = None
    if source.ending == ".shp" and (dbf := sibling(file, ".dbf")) is not None:
        settled = settle(dbf, options.encoding)
    chosen = layers(source, file)
    found = [
        _read_layer(source, file, layer, text, options, settled, digest, keep)
        for layer, text in chosen
    ]
    kept = [d for d in found if len(d.geometry)]
    named = source.layer is not None or len(found) == 1
    if not kept or (named and not len(found[0].geometry)):
        raise UnreadableInput(
            "{path}: there are no polygons to check in it ({found}); name another file or layer",
            path=source.path, found=_what_is_there(found),
        )  # fmt: skip
    # A layer of points beside the areas is not meant; one of spoilt areas is.
    return [d for d in found if len(d.geometry) or _spoilt(d)]


def _spoilt(delivery: Delivery) -> bool:
    return any(t.rule != "wrong-geometry-type" for t in delivery.troubles)


def _what_is_there(found: list[Delivery]) -> str:
    kinds: dict[str, int] = {}
    for delivery in found:
        for trouble in delivery.troubles:
            kind = str(trouble.facts.get("found", trouble.reason))
            kinds[kind] = kinds.get(kind, 0) + 1
    return ", ".join(f"{count} × {kind}" for kind, count in sorted(kinds.items())) or "0"


def _read_layer(
    source: Source,
    file: Path,
    layer: str | None,
    description: str,
    options: ReadOptions,
    settled: Settled | None,
    digest: Future[str],
    keep: Keep,
) -> Delivery:
    said = declared(source, file, layer)
    # Only a shapefile's texts have an encoding to settle; the other formats are UTF-8.
    encoding = settled.encoding if settled is not None else None
    pieces = []
    for bulk in read_pieces(
        source, file, layer, options.fields, encoding,
        said.count if is_database(file) else None, keep.bytes_at_once,
    ):  # fmt: skip
        pieces.append(take(file, layer, encoding, bulk, said, keep.take))
    taken = Taken.together(pieces)
    count = max(bulk.count if said.count is None else said.count, len(taken.seen))
    troubles = taken.troubles + list(said.troubles)
    troubles += missing(taken.seen, count, said.troubles)
    remarks = ["illustrative"] if illustrative(source, layer, description) else []
    if settled is not None and settled.unsettled:
        troubles.append(
            Trouble(
                "encoding-unsettled", "undecodable", -1,
                facts={"tried": ["UTF-8", "GB18030"], "column": ", ".join(settled.unsettled)},
            )
        )  # fmt: skip
    if settled is not None and settled.contradicts:
        remarks.append(f".cpg: {settled.contradicts} ≠ {settled.encoding}")
    return Delivery(
        path=source.path,
        layer=layer,
        declared=count,
        sha256=digest.result(),
        crs=bulk.crs,
        encoding=settled.label if settled is not None else None,
        geometry=taken.shapes,
        fid=taken.fid,
        columns=taken.columns,
        column_names=bulk.column_names,
        troubles=tuple(troubles),
        remarks=tuple(remarks),
    )
