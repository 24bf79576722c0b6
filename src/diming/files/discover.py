"""Find the files that inputs mean: files, folders, patterns, layers (输入发现)."""

from __future__ import annotations

import glob
import os
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from diming.errors import UnreadableInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Endings of the formats read, as GDAL knows them.
ENDINGS = (
    ".gpkg", ".shp", ".geojson", ".json", ".fgb", ".parquet", ".geoparquet", ".gdb", ".zip",
)  # fmt: skip


#: Flag of a zip's member whose name is in UTF-8.
_NAMED_IN_UTF_8 = 0x800


@dataclass(frozen=True, slots=True)
class Source:
    """One container to read.

    Attributes
    ----------
    path : str
        As the user knows it; a member of a zip is ``a.zip/b.shp``.
    file : pathlib.Path
        The file or folder on disk.
    layer : str or None
        The layer the user named.
    member : str or None
        Path of a shapefile inside a zip.
    """

    path: str
    file: Path
    layer: str | None = None
    member: str | None = None

    @property
    def ending(self) -> str:
        """The format, by its file ending."""
        return Path(self.member or self.file).suffix.lower()


def expand(inputs: Sequence[str]) -> list[Source]:
    """Return the containers that inputs mean, each once, in order.

    Raises
    ------
    UnreadableInput
        If an input does not exist, or a folder or pattern holds nothing to read.
    """
    found: dict[tuple[str, str | None, str | None], Source] = {}
    for text in inputs:
        for source in _expand_one(text):
            found.setdefault((os.path.realpath(source.file), source.layer, source.member), source)
    return list(found.values())


def _expand_one(text: str) -> Iterator[Source]:
    file, layer = _split_layer(text)
    if not os.path.lexists(file):
        matches = sorted(glob.glob(file, recursive=True)) if glob.has_magic(file) else []
        if not matches and glob.has_magic(file):
            raise UnreadableInput(
                "{path}: no file matches this pattern; check its spelling", path=text
            )
        if not matches:
            raise UnreadableInput(
                "{path}: there is no such file or folder; check the path", path=text
            )
        sources = [s for m in matches if _holds_some(m) for s in _containers(Path(m), m, layer)]
        if not sources:
            raise UnreadableInput(
                "{path}: what matches this pattern is of no known format ({formats}); "
                "name the files themselves",
                path=text, formats=list(ENDINGS),
            )  # fmt: skip
        yield from sources
        return
    yield from _containers(Path(file), file, layer)


def _split_layer(text: str) -> tuple[str, str | None]:
    """Part ``file.gpkg:layer``; a colon that belongs to the file name stays in it."""
    if os.path.lexists(text) or ":" not in text:
        return text, None
    file, _, layer = text.rpartition(":")
    while file:
        if os.path.lexists(file) or (glob.has_magic(file) and glob.glob(file, recursive=True)):
            return file, layer
        file, _, more = file.rpartition(":")
        layer = f"{more}:{layer}"
    return text, None


def _readable(name: str) -> bool:
    return name.lower().endswith(ENDINGS)


def _holds_some(match: str) -> bool:
    """Tell whether a match of a pattern is read; other files and folders are not meant."""
    if _readable(match) and not Path(match).is_dir():
        return True
    return Path(match).is_dir() and (
        _readable(match) or any(_readable(p.name) for p in _walk(Path(match)))
    )


def _containers(file: Path, path: str, layer: str | None) -> Iterator[Source]:
    if file.is_dir() and file.suffix.lower() != ".gdb":
        inside = [p for p in _walk(file) if _readable(p.name)]
        if not inside:
            raise UnreadableInput(
                "{path}: the folder holds no file of a known format ({formats}); "
                "name the files themselves",
                path=path, formats=list(ENDINGS),
            )  # fmt: skip
        for each in inside:
            yield from _containers(each, str(each), layer)
    elif file.exists() and not file.is_file() and not file.is_dir():
        # A device may have no end, and a pipe nobody that writes to it.
        raise UnreadableInput(
            "{path}: this is no file but a device or a pipe; save the data in a file first",
            path=path,
        )
    elif file.suffix.lower() == ".zip":
        yield from _members(file, path, layer)
    else:
        yield Source(path, file, layer)


def _walk(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        folders.sort()
        for name in [n for n in folders if n.lower().endswith(".gdb")]:
            folders.remove(name)
            yield Path(here, name)
        for name in sorted(files):
            if not name.startswith("."):
                yield Path(here, name)


def _members(file: Path, path: str, layer: str | None) -> Iterator[Source]:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise UnreadableInput(
            "{path}: the zip file is damaged or is none; ask for it again", path=path
        ) from None
    if any(e.flag_bits & 0x1 for e in entries):
        raise UnreadableInput(
            "{path}: the zip file is encrypted; unpack it with its password and name the files",
            path=path,
        )
    names = [
        e.filename
        for e in entries
        if e.filename.lower().endswith((".shp", ".geojson", ".gpkg"))
        # The shadow files that Macs put into zips are no shapefiles.
        and not PurePosixPath(e.filename).name.startswith(".")
    ]
    if not names:
        raise UnreadableInput(
            "{path}: the zip file holds no shapefile; unpack it and name the files", path=path
        )
    utf_8 = {e.filename for e in entries if e.flag_bits & _NAMED_IN_UTF_8}
    for name in sorted(names):
        shown = name if name in utf_8 else _from_code_page(name)
        yield Source(f"{path}/{PurePosixPath(shown)}", file, layer, name)


def _from_code_page(name: str) -> str:
    """Read a name that a Windows tool wrote in GBK, which `zipfile` takes for code page 437."""
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for encoding in ("UTF-8", "GB18030"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return name
