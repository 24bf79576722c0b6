"""Shapes kept on the workers of a Dask cluster (多机): a keeper like any other.

Each part of the input stays where it was read. What goes over the wire are the
answers: keys that a part does not cancel itself, the segments left in the end, and the
few units that a finding is about. Everything sent is a task that can be
repeated, so a worker that dies costs time and changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import shapely

from diming.errors import DimingError, EnvironmentLacks
from diming.files.reading import read_source
from diming.geometry.keepers import held
from diming.geometry.shapes import Block, Gather, Geometries, Ints, Shapes
from diming.version import __version__

if TYPE_CHECKING:
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
        # In a thread: a notebook has a loop of its own in this one.
        with ThreadPoolExecutor(1) as apart:
            apart.submit(asyncio.run, _hands_shaken(address, PATIENCE_S / 3)).result()
        client: Any = distributed.Client(  # type: ignore[no-untyped-call]
            address, timeout=PATIENCE_S / 3, set_as_default=False, name="diming"
        )
    except (OSError, ValueError, TypeError) as error:
        raise EnvironmentLacks(
            "no Dask scheduler answers at {address} ({detail}); start one with "
            "«dask scheduler», and «dask worker {address}» on each machine",
            address=address, detail=" ".join(str(error).split())[:120] or type(error).__name__,
        ) from None  # fmt: skip
    with _said_here_only(), client, client.as_current():
        try:
            client.wait_for_workers(1, timeout=PATIENCE_S)
        except TimeoutError:
            raise _no_workers(address) from None
        _same_version(client, address)
        yield Farm(client, address, progress)


@contextmanager
def _said_here_only() -> Iterator[None]:
    """Keep the client from writing tracebacks of its own: what happened is said in one sentence."""
    log = logging.getLogger("distributed.client")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)


async def _hands_shaken(address: str, patience_s: float) -> None:
    """Make sure that it is Dask that answers; a client would wait for ever for its words."""
    from distributed.comm.core import connect
    from distributed.security import Security

    # Unlike the client's, this wait ends also where something answers that is no Dask.
    arguments = Security().get_connection_args("client")  # type: ignore[no-untyped-call]
    answer = connect(address, timeout=patience_s, **arguments)  # type: ignore[no-untyped-call]
    comm = await asyncio.wait_for(answer, patience_s + 1.0)
    await comm.close()


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
        read = [self._submit(_read, replace(s, file=s.file.absolute()), options) for s in sources]
        about = self._collect([self._submit(_without_geometry, r) for r in read])
        found = []
        for part, deliveries in zip(read, about, strict=True):
            for at, (delivery, count, bounds) in enumerate(deliveries):
                first = self._firsts[-1]
                self._parts.append(self._submit(_geometry_of, part, at))
                self._firsts.append(first + len(count))
                row = np.arange(first, first + len(count))
                found.append(replace(delivery, geometry=Shapes(self, row, count, bounds)))
        return found

    def load(self, row: Ints) -> Geometries:
        """Fetch some units."""
        result = np.empty(len(row), dtype=object)
        cuts = self.cut(row, np.empty(0, dtype=np.int64))
        tasks = [self._submit(_some_of, *self._place(row[at])) for at in cuts]
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
        tasks = [self._submit(_each, function, self._part(b), self._within(b)) for b in blocks]
        yield from self._collect(tasks)

    def rounds(
        self,
        first: Callable[..., tuple[Any, S]],
        gather: Gather[S],
        second: Callable[..., T],
        blocks: Sequence[Block],
        jobs: int,
    ) -> Iterator[T]:
        """Go round all blocks twice; what is gathered is summed up on a worker."""
        parts = [(self._part(b), self._within(b)) for b in blocks]
        ones = [self._submit(_each, first, part, block) for part, block in parts]
        sent = [self._submit(_sent, one) for one in ones]
        shared = self._submit(_shared, gather, sent)
        twos = [
            self._submit(_second, second, part, one, shared, block)
            for (part, block), one in zip(parts, ones, strict=True)
        ]
        yield from self._collect(twos)

    def _part(self, block: Block) -> Any:
        return self._place(block.row)[0]

    def _place(self, row: Ints) -> tuple[Any, Ints]:
        """Return the part that rows are in, and their positions there."""
        part = int(np.searchsorted(self._firsts, row[0], side="right")) - 1
        return self._parts[part], row - self._firsts[part]

    def _within(self, block: Block) -> Block:
        return replace(block, row=self._place(block.row)[1])

    def _submit(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return self.client.submit(function, *arguments, pure=False)

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
        except distributed.KilledWorker as error:
            raise EnvironmentLacks(
                "workers at {address} died again and again at the same piece of work, likely for "
                "want of memory; give them more, or cut the inputs into smaller files",
                address=self.address,
            ) from error
        except (OSError, CancelledError) as error:
            raise EnvironmentLacks(
                "the scheduler at {address} does not answer any more ({detail})",
                address=self.address, detail=" ".join(str(error).split())[:120],
            ) from None  # fmt: skip


# What runs on the workers.


def _read(source: Source, options: ReadOptions) -> list[Delivery]:
    try:
        return read_source(source, options)
    except DimingError as error:
        # An error travels with what it came from, and GDAL's own cannot be sent.
        error.__cause__ = error.__context__ = None
        raise


def _without_geometry(deliveries: list[Delivery]) -> list[tuple[Delivery, Ints, Any]]:
    nothing = held(np.empty(0, dtype=object))
    return [(replace(d, geometry=nothing), d.geometry.count, d.geometry.bounds) for d in deliveries]


def _geometry_of(deliveries: list[Delivery], at: int) -> Geometries:
    return deliveries[at].geometry[:]


def _some_of(part: Geometries, row: Ints) -> Any:
    return shapely.to_wkb(part[row])


def _each(function: Callable[..., T], part: Geometries, block: Block) -> T:
    return function(block.amend(part[block.row]), *block.arguments)


def _sent(one: tuple[Any, S]) -> S:
    return one[1]


def _shared(gather: Gather[S], sent: Sequence[S]) -> Any:
    for each in sent:
        gather.add(each)
    return gather.shared()


def _second(
    second: Callable[..., T], part: Geometries, one: tuple[Any, Any], shared: Any, block: Block
) -> T:
    def load(at: Ints) -> Geometries:
        some = block.take(at)
        return some.amend(part[some.row])

    return second(load, one[0], shared, *block.arguments)
