"""An index over x, y and time beside an archive (时空索引): which versions lie here, then.

It is a cache and nothing else: whatever is wrong with its files, it is built anew from
the archive, in memory where the folder cannot be written.

What is on disk is never changed, so that a crash or another process cannot
leave it half changed: an R-tree of boxes in three dimensions, with the exact
boxes beside it, and a log of the revisions since. A frame of the log counts only if it is whole
and in step. After some thousands of changes a new generation is written beside
the old one, and takes its place by renaming one small file. An open cube stays at its
revision until it is told to go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from rtree.index import Index, Property

from diming.geometry.cubefiles import PAGE, Boxes, Generation, Stamp, read, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from diming.geometry.chain import Ints

__all__ = ["Boxes", "Stamp", "TimeCube"]

#: Changes that wait in the log before a new generation: this many, or this share of all.
WAITING, WAITING_SHARE = 4096, 0.05


@dataclass(slots=True)
class _Base:
    """What the R-tree holds: boxes sorted by row, and which of them are gone since."""

    tree: Index | None
    boxes: Boxes
    gone: NDArray[np.bool_]


class TimeCube:
    """Boxes of versions in x, y and time, at one revision of an archive.

    Days are proleptic ordinals (`datetime.date.toordinal`), spans half-open. Open one with
    `TimeCube.open`. Safe to ask from several threads.
    """

    def __init__(self, path: Path, stamp: Stamp, base: _Base, generation: Generation | None):
        self._path = path
        self._stamp = stamp
        self._base = base
        self._generation = generation
        self._added = Boxes.none()
        self._lock = Lock()

    @classmethod
    def open(cls, path: Path, stamp: Stamp, everything: Callable[[], Boxes]) -> TimeCube:
        """Return a cube in step with an archive, from its files if they are.

        Parameters
        ----------
        path : Path
            Of the small file that names the others; they lie beside it.
        stamp : Stamp
            The archive, and its revision now.
        everything : callable
            Returns the boxes of all versions that revision believes; called only
            where the files are not in step.
        """
        found = cls._from_files(path, stamp)
        return found if found is not None else cls._built(path, stamp, everything())

    @classmethod
    def _from_files(cls, path: Path, stamp: Stamp) -> TimeCube | None:
        generation = read(path, stamp.archive)
        if generation is None:
            return None
        boxes = generation.boxes
        tree = None
        if len(boxes):
            try:
                tree = _tree(str(generation.stem))
            except Exception:  # a folder that is read-only: libspatialindex opens to write
                tree = _tree(None, boxes)
        base = _Base(tree, boxes, np.zeros(len(boxes), dtype=bool))
        cube = cls(path, generation.stamp, base, generation)
        return cube if cube._go_on(stamp) else None

    @classmethod
    def _built(cls, path: Path, stamp: Stamp, boxes: Boxes) -> TimeCube:
        boxes = boxes.fit()

        def put(stem: Path) -> None:
            if len(boxes):
                _tree(str(stem), boxes).close()

        generation = write(path, stamp, boxes, put)
        if generation is not None:
            found = cls._from_files(path, stamp)
            if found is not None:
                return found
        return cls._in_memory(path, stamp, boxes)

    @classmethod
    def _in_memory(cls, path: Path, stamp: Stamp, boxes: Boxes) -> TimeCube:
        tree = _tree(None, boxes) if len(boxes) else None
        return cls(path, stamp, _Base(tree, boxes, np.zeros(len(boxes), dtype=bool)), None)

    @property
    def stamp(self) -> Stamp:
        """The archive and the revision that answers are of."""
        return self._stamp

    @property
    def on_disk(self) -> bool:
        """Whether another process would find this cube, so far."""
        return self._generation is not None

    def __len__(self) -> int:
        return len(self._base.boxes) - int(self._base.gone.sum()) + len(self._added)

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            if self._base.tree is not None:
                self._base.tree.close()
            self._base = _Base(None, Boxes.none(), np.zeros(0, dtype=bool))
            self._added = Boxes.none()

    def __enter__(self) -> TimeCube:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def step(self, before: Stamp, after: Stamp, added: Boxes, removed: Ints) -> None:
        """Go from one revision to the next, once the archive has committed it.

        Parameters
        ----------
        before, after : Stamp
            Of the archive.
        added : Boxes
            Of rows that are new; rows without a box have none here.
        removed : int64 array
            Rows that were superseded; those without a box are passed over.

        Raises
        ------
        ValueError
            If the cube is not at `before`: let it `follow` first.
        """
        if self._stamp != before:
            raise ValueError(f"the cube is at {self._stamp}, not at {before}")
        added, removed = added.fit(), np.asarray(removed, dtype=np.int64)
        with self._lock:
            self._change(after, added, removed)
            if self._generation is not None and not self._generation.append(after, added, removed):
                self._generation = None
            waiting = len(self._added) + int(self._base.gone.sum())
            if waiting <= max(WAITING, WAITING_SHARE * len(self._base.boxes)):
                return
            fresh = self._built(self._path, after, self._all())
            self._base, self._generation = fresh._base, fresh._generation
            self._added = Boxes.none()

    def follow(self, stamp: Stamp, everything: Callable[[], Boxes]) -> None:
        """Go to the archive's revision, which another process may have made."""
        if self._stamp == stamp:
            return
        with self._lock:
            if self._generation is not None and self._go_on(stamp):
                return
            fresh = self.open(self._path, stamp, everything)
            self._base, self._added = fresh._base, fresh._added
            self._stamp, self._generation = fresh._stamp, fresh._generation

    def at_point(self, x: float, y: float, day: int) -> Ints:
        """Return the rows whose box holds a point on a day, sorted."""
        return self.meeting((x, y, x, y), day, day + 1)

    def meeting(self, bounds: tuple[float, float, float, float], begin: int, end: int) -> Ints:
        """Return the rows whose box meets `bounds` within ``[begin, end)``, sorted."""
        if not (begin < end and np.isfinite(bounds).all()):
            return np.empty(0, dtype=np.int64)
        with self._lock:
            base, added = self._base, self._added
            found = np.empty(0, dtype=np.int64)
            if base.tree is not None:
                low = np.array([[bounds[0], bounds[1], begin]], dtype=np.float64)
                high = np.array([[bounds[2], bounds[3], end - 1]], dtype=np.float64)
                found = base.tree.intersection_v(low, high)[0]  # type: ignore[no-untyped-call]
        found = found[~base.gone[found]]
        exact = base.boxes.take(found)
        rows = np.concatenate([
            exact.row[exact.meets(bounds, begin, end)], added.row[added.meets(bounds, begin, end)]
        ])  # fmt: skip
        return np.sort(rows)

    def _all(self) -> Boxes:
        """Return the boxes of this revision, sorted by row."""
        kept = self._base.boxes.take(np.flatnonzero(~self._base.gone))
        return Boxes.concatenate([kept, self._added]).fit()

    def _change(self, after: Stamp, added: Boxes, removed: Ints) -> None:
        gone = self._base.gone.copy()
        gone[self._base.boxes.places(removed)] = True
        kept = self._added.take(np.flatnonzero(~np.isin(self._added.row, removed)))
        self._base = _Base(self._base.tree, self._base.boxes, gone)
        self._added = Boxes.concatenate([kept, added])
        self._stamp = after

    def _go_on(self, stamp: Stamp) -> bool:
        """Follow the log up to a revision; tell whether it leads there."""
        if self._generation is None:
            return False
        state = self._stamp, self._base, self._added
        for frame in self._generation.frames():
            if self._stamp == stamp:
                break
            self._change(frame.stamp, frame.added, frame.removed)
            self._generation.end = frame.end
        if self._stamp == stamp:
            return True
        self._stamp, self._base, self._added = state
        return False


def _tree(stem: str | None, boxes: Boxes | None = None) -> Index:
    """Open a tree, or build one of boxes at once: positions by box and by first and last day."""
    options = Property(
        dimension=3, leaf_capacity=100, index_capacity=100, fill_factor=0.9, pagesize=PAGE
    )
    arguments: list[object] = [] if stem is None else [stem]
    if boxes is not None:
        low = np.column_stack([boxes.bounds[:, :2], boxes.begin])
        high = np.column_stack([boxes.bounds[:, 2:], boxes.end - 1])
        arguments.append((np.arange(len(boxes)), low, high))
    return Index(*arguments, properties=options, interleaved=True)
