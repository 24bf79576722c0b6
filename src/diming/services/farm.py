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
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import shapely

from diming.errors import EnvironmentLacks
from diming.geometry.shapes import Block, Gather, Geometries, Ints, Shapes
from diming.services.worker import (
    Asked,
    about,
    ask,
    first_round,
    packed,
    part_of,
    read_on_worker,
    second_round,
    sent,
    some_of,
    summed_up,
)  # fmt: skip
from diming.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from diming.files.delivery import Delivery, ReadOptions
    from diming.files.discover import Source
    from diming.files.reading import Progress

T = TypeVar("T")
S = TypeVar("S")

#: Seconds to wait for a scheduler, and for workers when there are none.
PATIENCE_S = 30.0
#: Share of this machine's memory that may hold what is left after cancelling.
_OWN_SHARE = 0.7
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
        from distributed.system import MEMORY_LIMIT

        #: What is left after cancelling is named here, not on the workers.
        self.budget_bytes: int | None = int(MEMORY_LIMIT * _OWN_SHARE)
        self._parts: list[Any] = []
        self._firsts: list[int] = [0]
        self._begun = 0

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
        read = self._submit(read_on_worker, absolute, [options] * len(absolute))
        told = self._collect(self._submit(about, read))
        whence = [(task, at) for task, a in zip(read, told, strict=True) for at in range(len(a))]
        self._parts += self._submit(part_of, *map(list, zip(*whence, strict=True)))
        found = []
        for deliveries in told:
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
        tasks = self._submit(some_of, [p for p, _ in places], [w for _, w in places])
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
        asked = [Asked(function, *self._within(b)) for b in blocks]
        yield from self._collect(self._submit(ask, asked, [self._part(b) for b in blocks]))

    def rounds(
        self,
        first: Callable[..., tuple[Any, S]],
        gather: Gather[S],
        second: Callable[..., T],
        blocks: Sequence[Block],
        jobs: int,
    ) -> Iterator[T]:
        """Go round all blocks twice; what is gathered is summed up on a worker."""
        asked = [Asked(first, *self._within(b)) for b in blocks]
        parts = [self._part(b) for b in blocks]
        ones = self._submit(first_round, asked, parts)
        parcels = self._submit(sent, ones)
        shared = self.client.submit(summed_up, gather, parcels, pure=False)
        twos = self._submit(second_round, [second] * len(ones), parts, ones, [shared] * len(ones))
        del ones, parcels, shared  # what nobody needs any more goes while the second round runs
        yield from self._collect(twos)

    def _part(self, block: Block) -> Any:
        return self._place(block.row)[0]

    def _place(self, row: Ints) -> tuple[Any, Ints]:
        """Return the part that rows are in, and their positions there."""
        part = int(np.searchsorted(self._firsts, row[0], side="right")) - 1
        return self._parts[part], row - self._firsts[part]

    def _within(self, block: Block) -> tuple[Any, Any, tuple[Any, ...]]:
        row = self._place(block.row)[1]
        return packed(row), block.amend, tuple(packed(a) for a in block.arguments)

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
