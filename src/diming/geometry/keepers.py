"""Keepers of shapes on this machine: in memory, or in a file beside it (图形存放)."""

from __future__ import annotations

import os
import tempfile
import weakref
from functools import partial
from threading import Lock
from typing import IO, TYPE_CHECKING, Any, TypeVar

import numpy as np
import shapely

from diming.errors import no_room
from diming.geometry import threads
from diming.geometry.shapes import Block, Gather, Geometries, Ints, Shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

T = TypeVar("T")
S = TypeVar("S")

#: Coordinates a block may hold: small enough for the processor's cache.
BLOCK_COORDINATES = 1 << 17


class Local:
    """What keepers on this machine have in common: blocks in the order kept, in threads."""

    budget_bytes: int | None = None

    def load(self, row: Ints) -> Geometries:
        """Return the geometries of some rows."""
        raise NotImplementedError

    def put(self, values: NDArray[Any]) -> Any:
        """Lay an array aside between two rounds."""
        return values

    def get(self, place: Any) -> NDArray[Any]:
        """Return an array laid aside."""
        result: NDArray[Any] = place
        return result

    def cut(self, row: Ints, count: Ints) -> list[Ints]:
        """Cut rows, in the order kept, into runs of about `BLOCK_COORDINATES` coordinates."""
        order = np.argsort(row, kind="stable")
        ends = np.cumsum(count[order])
        cuts = []
        first = 0
        while first < len(order):
            done = ends[first - 1] if first else 0
            stop = int(np.searchsorted(ends, done + BLOCK_COORDINATES, side="right"))
            stop = max(stop, first + 1)
            cuts.append(order[first:stop])
            first = stop
        return cuts

    def each(self, function: Callable[..., T], blocks: Sequence[Block], jobs: int) -> Iterator[T]:
        """Call a function for each block, in threads."""
        yield from threads.each(
            lambda block: function(self._shapes(block), *block.arguments), blocks, jobs=jobs
        )

    def rounds(
        self,
        first: Callable[..., tuple[Any, S]],
        gather: Gather[S],
        second: Callable[..., T],
        blocks: Sequence[Block],
        jobs: int,
    ) -> Iterator[T]:
        """Go round all blocks twice."""

        def one(block: Block) -> tuple[Any, S]:
            stays, sent = first(self._shapes(block), *block.arguments)
            return self.put(stays), sent

        places = []
        for place, sent in threads.each(one, blocks, jobs=jobs):
            places.append(place)
            gather.add(sent)
        shared = gather.shared()

        def two(work: tuple[Block, Any]) -> T:
            block, place = work
            load = partial(self._some_of, block)
            return second(load, self.get(place), shared, *block.arguments)

        yield from threads.each(two, list(zip(blocks, places, strict=True)), jobs=jobs)

    def _shapes(self, block: Block) -> Geometries:
        return block.amend(self.load(block.row))

    def _some_of(self, block: Block, at: Ints) -> Geometries:
        return self._shapes(block.take(at))


class Held(Local):
    """Shapes in memory."""

    def __init__(self, geometry: Geometries) -> None:
        self.geometry = geometry

    def load(self, row: Ints) -> Geometries:
        """Return the geometries of some rows."""
        return self.geometry[row]


def _close(*files: IO[bytes]) -> None:
    for file in files:
        file.close()


def _write(file: IO[bytes], raw: bytes, at: int) -> None:
    """Write all of some bytes; the system writes less at once where little room is left."""
    left = memoryview(raw)
    try:
        while left:
            done = os.pwrite(file.fileno(), left, at)
            left, at = left[done:], at + done
    except OSError as error:
        raise no_room(error) from None


def _read(file: IO[bytes], length: int, at: int) -> bytes:
    """Read so many bytes; the system reads 2 GB at once at the most."""
    raw = os.pread(file.fileno(), length, at)
    while len(raw) < length:
        more = os.pread(file.fileno(), length - len(raw), at + len(raw))
        if not more:
            raise EOFError("the temporary file ends too early")
        raw += more
    return raw


def held(geometry: Geometries) -> Shapes:
    """Return an array of polygons in memory as shapes."""
    return _described(Held(geometry), np.arange(len(geometry)), geometry)


class Spool(Local):
    """Shapes in a temporary file, which goes when nobody needs it any more.

    Holds the units of all inputs of one check; memory is that of the blocks in work.

    Parameters
    ----------
    budget_bytes : int
        Memory that may be used at any time for what is read, beside the
        program itself.
    """

    def __init__(self, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes
        try:
            self._shapes_file = tempfile.TemporaryFile("w+b", 0, prefix="diming-")  # noqa: SIM115
            self._asides_file = tempfile.TemporaryFile("w+b", 0, prefix="diming-")  # noqa: SIM115
        except OSError as error:
            raise no_room(error) from None
        self._ends = [np.zeros(1, dtype=np.int64)]
        self._end_of_asides = 0
        self._lock = Lock()
        #: Closes, and so removes, the files; happens by itself with the last of the shapes.
        self.close = weakref.finalize(self, _close, self._shapes_file, self._asides_file)

    def append(self, geometry: Geometries) -> Shapes:
        """Write shapes at the end, and return them as kept here."""
        wkb = shapely.to_wkb(geometry)
        before = sum(len(e) for e in self._ends) - 1
        length = np.fromiter(map(len, wkb), dtype=np.int64, count=len(wkb))
        _write(self._shapes_file, b"".join(wkb), int(self._ends[-1][-1]))
        if len(length):
            self._ends.append(self._ends[-1][-1] + np.cumsum(length))
        return _described(self, before + np.arange(len(geometry)), geometry)

    def load(self, row: Ints) -> Geometries:
        """Read the geometries of some rows."""
        if len(row) == 0:
            return np.empty(0, dtype=object)
        if len(self._ends) > 1:
            self._ends = [np.concatenate(self._ends)]
        ends = self._ends[0]
        wkb = np.empty(len(row), dtype=object)
        begin, stop = ends[row], ends[row + 1]
        # Rows that follow each other are read at once.
        runs = np.flatnonzero(np.r_[True, begin[1:] != stop[:-1]])
        for first, last in zip(runs, np.r_[runs[1:], len(row)] - 1, strict=True):
            at = int(begin[first])
            raw = _read(self._shapes_file, int(stop[last]) - at, at)
            wkb[first : last + 1] = [
                raw[a:b]
                for a, b in zip(
                    (begin[first : last + 1] - at).tolist(),
                    (stop[first : last + 1] - at).tolist(),
                    strict=True,
                )
            ]
        result: Geometries = shapely.from_wkb(wkb)
        return result

    def put(self, values: NDArray[Any]) -> Any:
        """Write an array aside."""
        raw = values.tobytes()
        with self._lock:
            at = self._end_of_asides
            self._end_of_asides += len(raw)
        _write(self._asides_file, raw, at)
        return at, len(raw), values.dtype

    def get(self, place: Any) -> NDArray[Any]:
        """Read an array written aside."""
        at, length, kind = place
        return np.frombuffer(_read(self._asides_file, length, at), dtype=kind)


def joined(parts: Sequence[Shapes]) -> Shapes:
    """Join shapes: those of one keeper as they are, others in memory."""
    if len({id(p.keeper) for p in parts}) == 1:
        return Shapes.concatenate(parts)
    return held(np.concatenate([p[:] for p in parts]))


def _described(keeper: Local, row: Ints, geometry: Geometries) -> Shapes:
    return Shapes(
        keeper,
        row,
        shapely.get_num_coordinates(geometry).astype(np.int64),
        shapely.bounds(geometry).reshape(-1, 4),
    )
