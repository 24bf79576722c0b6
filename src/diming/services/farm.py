"""Shapes kept on the workers of a Dask cluster (多机): a keeper like any other.

Each part of the input stays where it was read. What goes over the wire are the
answers: keys that a part does not cancel itself, the segments left in the end, and the
few units that a finding is about. Everything sent is a task that can be
repeated, so a worker that dies costs time and changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import shapely

from diming.errors import EnvironmentLacks
from diming.files.reading import read_source
from diming.geometry.keepers import held
from diming.geometry.shapes import Amend, Block, Gather, Geometries, Ints, Shapes
from diming.version import __version__

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.files.delivery import Delivery, ReadOptions
    from diming.files.discover import Source

T = TypeVar("T")
S = TypeVar("S")
Progress = Callable[[str, int, int], None]

#: Seconds to wait for a scheduler, and for workers when there are none.
PATIENCE_S = 30.0
#: Seconds between looks at what is done.
_PAUSE_S = 2.0


@contextmanager
def connected(address: str, progress: Progress) -> Iterator[Farm]:
    """Connect to a scheduler, and let go of everything on it in the end.

    Raises
    ------
    EnvironmentLacks
        If Dask is not installed here, nobody answers, there is no worker, or
        the workers run another diming.
    """
    try:
        import distributed
    except ImportError:
        raise EnvironmentLacks(
            "--scheduler needs Dask; install it with pip install diming[cluster]"
        ) from None
    try:
        client: Any = distributed.Client(  # type: ignore[no-untyped-call]
            address, timeout=PATIENCE_S / 3, set_as_default=False, name="diming"
        )
    except (OSError, ValueError, TypeError) as error:
        raise EnvironmentLacks(
            "no Dask scheduler answers at {address} ({detail}); start one with "
            "«dask scheduler», and «dask worker {address}» on each machine",
            address=address, detail=" ".join(str(error).split())[:120] or type(error).__name__,
        ) from None  # fmt: skip
    with client, client.as_current():
        try:
            client.wait_for_workers(1, timeout=PATIENCE_S)
        except TimeoutError:
            raise _no_workers(address) from None
        _same_version(client, address)
        yield Farm(client, address, progress)


def _no_workers(address: str) -> EnvironmentLacks:
    return EnvironmentLacks(
        "the scheduler at {address} has no workers; start some with «dask worker {address}»",
        address=address,
    )


def _version() -> str:
    return __version__


def _same_version(client: Any, address: str) -> None:
    try:
        theirs = set(client.run(_version).values())
    except ModuleNotFoundError as error:
        theirs = {str(error)}
    if theirs - {__version__}:
        raise EnvironmentLacks(
            "the workers at {address} run another diming ({theirs}) than this one ({ours}); "
            "install the same everywhere",
            address=address, theirs=sorted(theirs), ours=__version__,
        )  # fmt: skip


class Farm:
    """The workers behind one scheduler, and the parts they keep."""

    def __init__(self, client: Any, address: str, progress: Progress) -> None:
        self.client, self.address, self.progress = client, address, progress
        self.budget_bytes: int | None = None
        self._parts: list[Any] = []
        self._firsts: list[int] = [0]
        self._done = self._begun = 0

    def read(self, sources: Sequence[Source], options: ReadOptions) -> list[Delivery]:
        """Read each source on a worker, where its geometry stays.

        Returns
        -------
        list of Delivery
            In the order of the sources.

        Raises
        ------
        UnreadableInput
            As `diming.files.reading.read`.
        """
        absolute = [replace(s, file=s.file.absolute()) for s in sources]
        read = self._submit(_read, absolute, [options] * len(absolute))
        about = self._collect(self._submit(_about, read))
        whence = [(task, at) for task, a in zip(read, about, strict=True) for at in range(len(a))]
        self._parts += self._submit(_part_of, *map(list, zip(*whence, strict=True)))
        found = []
        for deliveries in about:
            for delivery, count, bounds in deliveries:
                first = self._firsts[-1]
                self._firsts.append(first + len(count))
                row = np.arange(first, first + len(count))
                found.append(replace(delivery, geometry=Shapes(self, row, count, bounds)))
        return found

    def load(self, row: Ints) -> Geometries:
        """Fetch some units."""
        result = np.empty(len(row), dtype=object)
        cuts = self.cut(row, np.empty(0, dtype=np.int64))
        places = [self._place(row[at]) for at in cuts]
        tasks = self._submit(_some_of, [p for p, _ in places], [w for _, w in places])
        for at, wkb in zip(cuts, self._collect(tasks), strict=True):
            result[at] = shapely.from_wkb(wkb)
        return result

    def cut(self, row: Ints, count: Ints) -> list[Ints]:
        """Part rows by the part they are in."""
        order = np.argsort(row, kind="stable")
        cuts = np.searchsorted(row[order], self._firsts)
        return [at for at in np.split(order, cuts) if len(at)]

    def each(self, function: Callable[..., T], blocks: Sequence[Block], jobs: int) -> Iterator[T]:
        """Call a function for each block, where the block is."""
        asked = [_Asked(function, *self._within(b)) for b in blocks]
        yield from self._collect(self._submit(_each, asked, [self._part(b) for b in blocks]))

    def rounds(
        self,
        first: Callable[..., tuple[Any, S]],
        gather: Gather[S],
        second: Callable[..., T],
        blocks: Sequence[Block],
        jobs: int,
    ) -> Iterator[T]:
        """Go round all blocks twice; what is gathered is summed up on a worker."""
        asked = [_Asked(first, *self._within(b)) for b in blocks]
        parts = [self._part(b) for b in blocks]
        ones = self._submit(_first, asked, parts)
        sent = self._submit(_sent, ones)
        shared = self.client.submit(_shared, gather, sent, pure=False)
        twos = self._submit(_second, [second] * len(ones), parts, ones, [shared] * len(ones))
        del ones, sent, shared  # what nobody needs any more goes while the second round runs
        yield from self._collect(twos)

    def _part(self, block: Block) -> Any:
        return self._place(block.row)[0]

    def _place(self, row: Ints) -> tuple[Any, Ints]:
        """Return the part that rows are in, and their positions there."""
        part = int(np.searchsorted(self._firsts, row[0], side="right")) - 1
        return self._parts[part], row - self._firsts[part]

    def _within(self, block: Block) -> tuple[Any, Any, tuple[Any, ...]]:
        row = self._place(block.row)[1]
        return _packed(row), block.amend, tuple(_packed(a) for a in block.arguments)

    def _submit(self, function: Callable[..., Any], *columns: Sequence[Any]) -> list[Any]:
        """Call a function for each row of columns, each call a task of its own."""
        if not columns or not columns[0]:
            return []
        return list(self.client.map(function, *columns, pure=False))

    def _collect(self, tasks: Sequence[Any]) -> list[Any]:
        """Wait for tasks, show how far they are, and return their results in order.

        Raises
        ------
        EnvironmentLacks
            If all workers or the scheduler are gone.
        """
        import distributed

        self._begun += len(tasks)
        waiting = set(tasks)
        idle_since = time.monotonic()
        try:
            while waiting:
                self.progress("cluster", self._begun - len(waiting), self._begun)
                try:
                    done = distributed.wait(  # type: ignore[no-untyped-call]
                        waiting, timeout=_PAUSE_S, return_when="FIRST_COMPLETED"
                    ).done
                except TimeoutError:
                    done = set()
                waiting -= done
                if done or self.client.scheduler_info(n_workers=1)["workers"]:
                    idle_since = time.monotonic()
                elif time.monotonic() - idle_since > PATIENCE_S:
                    raise _no_workers(self.address)
            return list(self.client.gather(list(tasks)))
        except (OSError, CancelledError) as error:
            raise EnvironmentLacks(
                "the scheduler at {address} does not answer any more ({detail})",
                address=self.address, detail=" ".join(str(error).split())[:120],
            ) from None  # fmt: skip


# What is sent, and what runs on the workers.


@dataclass(frozen=True, slots=True)
class _Run:
    """A column whose values are one step apart: row numbers, or the same all along."""

    first: Any
    step: Any
    count: int

    def __call__(self) -> NDArray[Any]:
        values: NDArray[Any] = np.full(self.count, self.first)
        if self.step:
            values += self.step * np.arange(self.count, dtype=values.dtype)
        return values


def _packed(column: NDArray[Any]) -> Any:
    """Return a column as little as says it; most are row numbers, or the same all along."""
    if column.ndim == 1 and len(column) > 1 and column.dtype.kind in "biu":
        if (column == column[0]).all():
            return _Run(column[0], 0, len(column))
        if column.dtype.kind != "b" and column[1] > column[0]:
            run = _Run(column[0], np.diff(column[:2])[0], len(column))
            return run if (column == run()).all() else column
    return column


def _unpacked(column: Any) -> Any:
    return column() if isinstance(column, _Run) else column


class _Part:
    """The geometry of one delivery, which knows how large it is.

    Dask weighs what it holds before it moves it to another worker or to disk;
    of an array of polygons it would see the pointers alone.
    """

    def __init__(self, geometry: Geometries, coordinates: int) -> None:
        self.geometry, self.coordinates = geometry, coordinates

    def __sizeof__(self) -> int:
        return _UNIT_BYTES * len(self.geometry) + _COORDINATE_BYTES * self.coordinates

    def __reduce__(self) -> tuple[Any, ...]:
        return _part_from, (shapely.to_wkb(self.geometry), self.coordinates)


#: About what GEOS takes in memory, a polygon and a coordinate.
_UNIT_BYTES, _COORDINATE_BYTES = 400, 16


def _part_from(wkb: NDArray[np.object_], coordinates: int) -> _Part:
    return _Part(shapely.from_wkb(wkb), coordinates)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question to a block: function, rows, amendments and columns."""

    function: Callable[..., Any]
    row: Any
    amend: Amend
    arguments: tuple[Any, ...]

    def block(self) -> Block:
        return Block(_unpacked(self.row), self.amend, tuple(map(_unpacked, self.arguments)))


def _read(source: Source, options: ReadOptions) -> list[tuple[Delivery, Ints, Any, _Part]]:
    found, none = [], held(np.empty(0, dtype=object))
    for delivery in read_source(source, options):
        shapes = delivery.geometry
        part = _Part(shapes[:], int(shapes.count.sum()))
        found.append((replace(delivery, geometry=none), shapes.count, shapes.bounds, part))
    return found


def _about(read: list[tuple[Delivery, Ints, Any, _Part]]) -> list[tuple[Delivery, Ints, Any]]:
    return [each[:3] for each in read]


def _part_of(read: list[tuple[Delivery, Ints, Any, _Part]], at: int) -> _Part:
    return read[at][3]


def _some_of(part: _Part, row: Ints) -> Any:
    return shapely.to_wkb(part.geometry[row])


def _each(asked: _Asked, part: _Part) -> Any:
    block = asked.block()
    return asked.function(block.amend(part.geometry[block.row]), *block.arguments)


def _first(asked: _Asked, part: _Part) -> tuple[Any, Any, _Asked]:
    stays, sent = _each(asked, part)
    return stays, sent, asked


def _sent(one: tuple[Any, S, _Asked]) -> S:
    return one[1]


def _shared(gather: Gather[S], sent: Sequence[S]) -> Any:
    for each in sent:
        gather.add(each)
    return gather.shared()


def _second(second: Callable[..., T], part: _Part, one: tuple[Any, Any, _Asked], shared: Any) -> T:
    block = one[2].block()

    def load(at: Ints) -> Geometries:
        some = block.take(at)
        return some.amend(part.geometry[some.row])

    return second(load, one[0], shared, *block.arguments)
