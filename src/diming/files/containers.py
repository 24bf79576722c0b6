"""How many records a container says it has, and whether it is whole (容器完整性)."""

from __future__ import annotations

import errno
import hashlib
import lzma
import re
import shutil
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from diming.errors import UnreadableInput, no_room
from diming.files.delivery import Trouble
from diming.files.geojson import count_features
from diming.files.geopackage import is_database, records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diming.files.discover import Source

#: Above this a GeoJSON is not gone through to see whether it is strict JSON.
STRICT_JSON_BYTES = 1 << 30


#: What a full disk answers.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def opened(source: Source) -> Iterator[Path]:
    """Give a path that GDAL can read without writing anything beside the input.

    A GeoPackage with a write-ahead log or a hot journal would be recovered in
    place by the mere reading; and a zip's names may be in GBK. Both are read
    from a copy that is removed afterwards.
    """
    if source.member is not None:
        with tempfile.TemporaryDirectory(prefix="diming-") as folder:
            file = _unpacked(source, Path(folder))
            if _has_journal(file):
                _fold_log(source, file)
            yield file
    elif _has_journal(source.file):
        with tempfile.TemporaryDirectory(prefix="diming-") as folder:
            copy = Path(folder, f"data{source.file.suffix}")
            shutil.copyfile(source.file, copy)
            for tail in ("-wal", "-journal"):
                beside = source.file.with_name(source.file.name + tail)
                if beside.exists():
                    shutil.copyfile(beside, copy.with_name(copy.name + tail))
            _fold_log(source, copy)
            yield copy
    elif "!" in str(source.file.absolute()):
        # Readers take what follows the mark for a member of an archive.
        with tempfile.TemporaryDirectory(prefix="diming-") as folder:
            yield _renamed(source.file, Path(folder))
    else:
        # A relative «zip:x.gpkg» would be taken for an address.
        yield source.file.absolute()


def _renamed(file: Path, folder: Path) -> Path:
    """Copy a file with its companions, or a folder, under a plain name."""
    target = folder / f"data{file.suffix}"
    if file.is_dir():
        shutil.copytree(file, target)
        return target
    for each in file.parent.iterdir():
        if each == file or (
            file.suffix.lower() == ".shp" and each.stem == file.stem and each.is_file()
        ):
            shutil.copyfile(each, folder / f"data{each.suffix}")
    return target


def _fold_log(source: Source, copy: Path) -> None:
    """Fold the log of a copied database into it, so that a plain read sees all of it."""
    try:
        database = sqlite3.connect(copy)
        try:
            # Reading rolls a hot journal back; the pragma alone would leave it.
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
            database.execute("PRAGMA journal_mode=DELETE").fetchone()
        finally:
            database.close()
    except sqlite3.Error as error:
        raise UnreadableInput(
            "{path}: the file cannot be read ({detail}); check that it is whole and of a known "
            "format",
            path=source.path, detail=str(error),
        ) from None  # fmt: skip


def _has_journal(file: Path) -> bool:
    if not is_database(file):
        return False
    with file.open("rb") as handle:
        head = handle.read(20)
    journal = file.with_name(file.name + "-journal")
    return head[18:20] == b"\x02\x02" or (journal.exists() and journal.stat().st_size > 0)


def _unpacked(source: Source, folder: Path) -> Path:
    """Unpack one dataset of a zip under plain names."""
    member = source.member or ""
    stem = member.rpartition(".")[0].lower()
    target = folder / f"data{source.ending}"
    try:
        with zipfile.ZipFile(source.file) as archive:
            for entry in archive.infolist():
                name, _, ending = entry.filename.rpartition(".")
                if name.lower() == stem:
                    with (
                        archive.open(entry) as inner,
                        target.with_suffix(f".{ending.lower()}").open("wb") as outer,
                    ):
                        shutil.copyfileobj(inner, outer)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError,
            NotImplementedError, RuntimeError) as error:  # fmt: skip
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise no_room(error) from None
        raise UnreadableInput(
            "{path}: the zip file is damaged or is none; ask for it again", path=source.path
        ) from None
    return target


def checksum(source: Source) -> str:
    """Return the SHA-256 of a source: a shapefile's .shp, .dbf and .shx, a folder's files."""
    digest = hashlib.sha256()
    files = [source.file]
    if source.file.is_dir():
        files = sorted(p for p in source.file.rglob("*") if p.is_file())
    elif source.ending == ".shp" and source.member is None:
        files = [f for e in (".shp", ".dbf", ".shx") if (f := sibling(source.file, e)) is not None]
    for file in files:
        with file.open("rb") as handle:
            while block := handle.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def sibling(shp: Path, ending: str) -> Path | None:
    """Return the file beside a shapefile with another ending, in either letter case."""
    for case in (ending, ending.upper()):
        file = shp.with_suffix(case)
        if file.exists():
            return file
    return None


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a container says of itself: records declared, and what is broken in it."""

    count: int | None
    troubles: tuple[Trouble, ...] = ()
    #: Record numbers that lie, wholly or in part, behind the end of the file.
    cut: frozenset[int] = frozenset()


def declared(source: Source, file: Path, layer: str | None) -> Declaration:
    """Count the records a container declares, independently of what GDAL reads."""
    if source.ending == ".shp":
        return _shapefile(source, file)
    if is_database(file):
        return Declaration(records(file, layer))
    if source.ending in (".geojson", ".json"):
        return _geojson(file)
    return Declaration(None)


def check_head(source: Source, file: Path) -> bytes:
    """Return the header of a .shp.

    Raises
    ------
    UnreadableInput
        If it has none.
    """
    with file.open("rb") as handle:
        head = handle.read(100)
    if len(head) < 100 or struct.unpack(">i", head[:4])[0] != 9994:
        raise UnreadableInput(
            "{path}: this is no shapefile, or only the beginning of one; ask for it again",
            path=source.path,
        )
    return head


def index_is_whole(shp: Path) -> bool:
    """Tell whether the .shx of a shapefile is there, and as long as it says."""
    index = sibling(shp, ".shx")
    if index is None:
        return False
    with index.open("rb") as handle:
        head = handle.read(100)
    return len(head) == 100 and struct.unpack(">i", head[24:28])[0] * 2 <= index.stat().st_size


def _cut(index: Path | None, size: int) -> frozenset[int]:
    """Return the records that an index puts behind the end of its .shp."""
    if index is None:
        return frozenset()
    raw = index.read_bytes()[100:]
    pairs = np.frombuffer(raw[: len(raw) // 8 * 8], dtype=">i4")
    offset, length = pairs.reshape(-1, 2).astype(np.int64).T
    return frozenset(np.flatnonzero((offset * 2 + 8 + length * 2) > size).tolist())


def _shapefile(source: Source, file: Path) -> Declaration:
    """Compare a shapefile's headers with the bytes that are there."""
    troubles = []
    size = file.stat().st_size
    head = check_head(source, file)
    whole = struct.unpack(">i", head[24:28])[0] * 2
    index, table = sibling(file, ".shx"), sibling(file, ".dbf")
    counts = []
    deleted = 0
    if index is not None:
        counts.append(max(0, (index.stat().st_size - 100) // 8))
    if table is not None:
        rows, deleted = _rows(table)
        counts.append(rows)
    count = max(counts) if counts else None
    cut: frozenset[int] = _cut(index, size) if size < whole else frozenset()
    if size < whole:
        there = _whole_shapes(file, size)
        troubles.append(
            Trouble(
                "unreadable-record", "truncated", -1,
                facts={"declared_count": there if count is None else count, "read_count": there},
            )
        )  # fmt: skip
    elif len(set(counts)) > 1:
        troubles.append(
            Trouble(
                "unreadable-record", "fewer-records", -1,
                facts={"declared_count": max(counts), "read_count": min(counts)},
            )
        )  # fmt: skip
    return Declaration(None if count is None else count - deleted, tuple(troubles), cut)


def _rows(dbf: Path) -> tuple[int, int]:
    """Count the rows of a .dbf that are there, and those marked as deleted, which no one reads."""
    with dbf.open("rb") as handle:
        head = handle.read(12).ljust(12, b"\0")
        count, start, size = struct.unpack("<IHH", head[4:12])
        if not size or not start:
            return 0, 0
        # A damaged header may name any number; no more rows than bytes are there.
        count = min(count, max(0, -(-(dbf.stat().st_size - start) // size)))
        deleted = 0
        handle.seek(start)
        left = count
        while left > 0:
            block = handle.read(size * min(left, 1 + (1 << 20) // size))
            if not block:
                break
            deleted += block[::size].count(b"*")
            left -= -(-len(block) // size)
    return count, deleted


def _whole_shapes(file: Path, size: int) -> int:
    """Count the records of a .shp that lie wholly within its bytes."""
    there, place = 0, 100
    with file.open("rb") as handle:
        while place + 8 <= size:
            handle.seek(place)
            length = struct.unpack(">i", handle.read(8)[4:8])[0] * 2
            place += 8 + length
            if length <= 0 or place > size:
                break
            there += 1
    return there


def _geojson(file: Path) -> Declaration:
    if file.stat().st_size > STRICT_JSON_BYTES:
        return Declaration(None)
    counted = count_features(file)
    if counted.broken_at is None:
        return Declaration(counted.features)
    line, column = counted.broken_at
    facts = {"line": line, "column": column}
    return Declaration(None, (Trouble("unreadable-record", "not-strict-json", -1, facts=facts),))


def illustrative(source: Source, layer: str | None, description: str) -> bool:
    """Tell whether a file says of itself that its lines are not real (示意)."""
    text = f"{source.path} {layer or ''} {description}"
    return re.search("示意|illustrative", text, re.IGNORECASE) is not None
