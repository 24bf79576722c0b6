"""The files of a time cube: written once, named by one small file, and a log of changes."""

from __future__ import annotations

import json
import os
import secrets
import struct
import zlib
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints

#: Raised whenever the files change their meaning; others are built anew.
FORMAT = "diming.cube/1"
_BOX = np.dtype([("row", "<i8"), ("bounds", "<f8", (4,)), ("begin", "<i8"), ("end", "<i8")])
#: Before each frame of the log: magic, checksum, bytes of the header and of the payload.
_FRAME = struct.Struct("<4sIIQ")
_MAGIC = b"dmc1"
_SUFFIXES = (".idx", ".dat", ".npy")
#: Bytes of a page of the tree, and what of .dat is not summed up: behind the header of the
#: tree. libspatialindex writes the header again whenever it closes, and behind it
#: what happened to be in its buffer.
PAGE = 4096
_SPARE = slice(PAGE + 64, 2 * PAGE)
#: Of larger files, the first, middle and last pieces of this size are summed up.
_PIECE = 1 << 25


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which archive, and which of its revisions; `mark` tells apart two of one number."""

    archive: str
    revision: int
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes of rows, arrays of one length.

    Attributes
    ----------
    row : int64 array
        Each at most once.
    bounds : float64 array of shape (n, 4)
        xmin, ymin, xmax, ymax.
    begin, end : int64 arrays
        Ordinals of days, ``[begin, end)``.
    """

    row: Ints
    bounds: Floats
    begin: Ints
    end: Ints

    def __len__(self) -> int:
        return len(self.row)

    @staticmethod
    def none() -> Boxes:
        """Return no boxes."""
        return Boxes._of(np.empty(0, dtype=_BOX))

    @staticmethod
    def _of(table: NDArray[Any]) -> Boxes:
        return Boxes(table["row"], table["bounds"], table["begin"], table["end"])

    @staticmethod
    def concatenate(parts: Sequence[Boxes]) -> Boxes:
        """Join boxes."""
        return Boxes(
            np.concatenate([p.row for p in parts]), np.concatenate([p.bounds for p in parts]),
            np.concatenate([p.begin for p in parts]), np.concatenate([p.end for p in parts]),
        )  # fmt: skip

    def take(self, index: Ints) -> Boxes:
        """Return some of the boxes."""
        return Boxes(self.row[index], self.bounds[index], self.begin[index], self.end[index])

    def fit(self) -> Boxes:
        """Return those that any question can meet, sorted by row."""
        own = np.isfinite(self.bounds).all(axis=1) & (self.begin < self.end)
        own &= (self.bounds[:, :2] <= self.bounds[:, 2:]).all(axis=1)
        index = np.flatnonzero(own)
        return self.take(index[np.argsort(self.row[index], kind="stable")])

    def places(self, row: Ints) -> Ints:
        """Return the positions of those of some rows that are here; boxes are sorted by row."""
        if len(self) == 0:
            return np.empty(0, dtype=np.int64)
        place = np.minimum(np.searchsorted(self.row, row), len(self) - 1)
        found: Ints = place[self.row[place] == row]
        return found

    def meets(self, bounds: Sequence[float], begin: int, end: int) -> NDArray[np.bool_]:
        """Tell which meet bounds (closed) within a span of days (half-open)."""
        b = self.bounds
        found: NDArray[np.bool_] = (
            (b[:, 0] <= bounds[2]) & (b[:, 2] >= bounds[0])
            & (b[:, 1] <= bounds[3]) & (b[:, 3] >= bounds[1])
            & (self.begin < end) & (self.end > begin)
        )  # fmt: skip
        return found

    def table(self) -> NDArray[Any]:
        """Return the boxes as one array of records."""
        table = np.empty(len(self), dtype=_BOX)
        table["row"], table["bounds"] = self.row, self.bounds
        table["begin"], table["end"] = self.begin, self.end
        return table


@dataclass(frozen=True, slots=True)
class Frame:
    """One revision in the log; `end` is where it ends."""

    stamp: Stamp
    added: Boxes
    removed: Ints
    end: int


@dataclass(slots=True)
class Generation:
    """Files that belong together: the boxes at one revision, and the log since.

    `stem` is the path of all but their suffix; `end` the bytes of the log
    that were followed.
    """

    stem: Path
    stamp: Stamp
    boxes: Boxes
    end: int = 0

    @property
    def log(self) -> Path:
        """The log; there is none before the first change."""
        return self.stem.with_name(self.stem.name + ".log")

    def frames(self) -> Iterator[Frame]:
        """Yield the frames that are whole, from `end` on."""
        try:
            with self.log.open("rb") as file:
                file.seek(self.end)
                raw = file.read()
        except OSError:
            return
        start, at = self.end, 0
        while len(raw) - at >= _FRAME.size:
            magic, checksum, head, payload = _FRAME.unpack_from(raw, at)
            body = raw[at + _FRAME.size : at + _FRAME.size + head + payload]
            if magic != _MAGIC or len(body) < head + payload or zlib.crc32(body) != checksum:
                return
            about = json.loads(body[:head])
            count = about.pop("added")
            split = head + count * _BOX.itemsize
            at += _FRAME.size + len(body)
            yield Frame(
                Stamp(**about),
                Boxes._of(np.frombuffer(body[head:split], dtype=_BOX)),
                np.frombuffer(body[split:], dtype="<i8"),
                start + at,
            )

    def append(self, stamp: Stamp, added: Boxes, removed: Ints) -> bool:
        """Write a revision behind those that were followed; tell whether it stands there.

        It does not where another process was there first, or one died while writing.
        """
        head = json.dumps({**asdict(stamp), "added": len(added)}).encode()
        body = head + added.table().tobytes() + removed.astype("<i8").tobytes()
        frame = _FRAME.pack(_MAGIC, zlib.crc32(body), len(head), len(body) - len(head)) + body
        try:
            with self.log.open("ab") as file:
                if file.tell() != self.end:
                    return False
                file.write(frame)
        except OSError:
            return False
        self.end += len(frame)
        return True


def write(
    path: Path, stamp: Stamp, boxes: Boxes, put_tree: Callable[[Path], None]
) -> Generation | None:
    """Write a new generation and let `path` name it; None where that cannot be done.

    `put_tree` writes ``.idx`` and ``.dat`` at a stem.
    """
    token = secrets.token_hex(6)
    stem = path.with_name(f"{path.name}-{token}")
    temporary = stem.with_name(stem.name + ".new")
    try:
        put_tree(stem)
        np.save(stem.with_name(stem.name + ".npy"), boxes.table())
        about = {
            "format": FORMAT, "stamp": asdict(stamp), "token": token, "count": len(boxes),
            "files": {s: _fingerprint(stem, s) for s in _SUFFIXES},
        }  # fmt: skip
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(about, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except Exception:  # libspatialindex has errors of its own for a full disk
        _forget(path, keep=None, only=token)
        return None
    _forget(path, keep=token)
    return Generation(stem, stamp, boxes)


def read(path: Path, archive: str) -> Generation | None:
    """Return the generation that `path` names; None unless it is whole and of this archive."""
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        if about["format"] != FORMAT or about["stamp"]["archive"] != archive:
            return None
        stem = path.with_name(f"{path.name}-{about['token']}")
        for suffix in _SUFFIXES:
            # An empty tree has no files; one that is not there would be opened as an empty one.
            needed = suffix == ".npy" or about["count"]
            found = _fingerprint(stem, suffix)
            if found != about["files"][suffix] or (needed and found is None):
                return None
        table = np.load(stem.with_name(stem.name + ".npy"), mmap_mode="r").view(np.ndarray)
        if table.dtype != _BOX or len(table) != about["count"]:
            return None
        return Generation(stem, Stamp(**about["stamp"]), Boxes._of(table))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError):
        return None


def _fingerprint(stem: Path, suffix: str) -> list[int] | None:
    """Return size and checksum of a file, None where there is none."""
    path = stem.with_name(stem.name + suffix)
    if not path.exists():
        return None
    size = path.stat().st_size
    starts = [0] if size <= 3 * _PIECE else [0, size // 2, size - _PIECE]
    length = size if len(starts) == 1 else _PIECE
    checksum = 0
    with path.open("rb") as file:
        for start in starts:
            file.seek(start)
            piece = file.read(length)
            if suffix == ".dat" and start == 0:
                piece = piece[: _SPARE.start] + piece[_SPARE.stop :]
            checksum = zlib.crc32(piece, checksum)
    return [size, checksum]


def _forget(path: Path, *, keep: str | None, only: str | None = None) -> None:
    """Delete generations: all but one, or only one; those still in use elsewhere may stay."""
    prefix = f"{path.name}-"
    with suppress(OSError):
        for file in path.parent.iterdir():
            token = file.name[len(prefix) :].split(".")[0]
            if not file.name.startswith(prefix) or token == keep or only not in (None, token):
                continue
            with suppress(OSError):
                file.unlink()
