"""Where inputs are read to: memory, a file within a memory limit, or a cluster (读取方式)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from diming.errors import UsageError
from diming.files.delivery import Delivery, ReadOptions
from diming.files.reading import IN_MEMORY, Keep, Progress, read
from diming.geometry.keepers import Spool

#: Reads inputs, as `diming.files.reading.read` does.
Reader = Callable[[Sequence[str], ReadOptions], list[Delivery]]

#: What the program itself takes, with its libraries and the columns of many units.
PROGRAM_BYTES = 450_000_000
#: What is read at once is this part of the memory left: it is held as bytes, as geometry, and as
#: what geometry is made of.
PIECES = 10
#: The smallest limit that leaves something to work with.
LEAST_BYTES = 1_000_000_000


@contextmanager
def reader(
    progress: Progress, *, memory_limit_bytes: int | None = None, scheduler: str | None = None
) -> Iterator[Reader]:
    """Choose where geometry goes; what was read is there until the context ends.

    Raises
    ------
    UsageError
        If both a limit and a scheduler are given, or the limit is too small.
    EnvironmentLacks
        If the scheduler does not answer.
    """
    if scheduler is not None:
        if memory_limit_bytes is not None:
            raise UsageError(
                "--memory-limit and --scheduler do not go together; limit the workers' memory "
                "where they are started"
            )
        from diming.files.discover import expand
        from diming.services.farm import connected

        with connected(scheduler, progress) as farm:
            yield lambda inputs, options: farm.read(expand(inputs), options)
        return
    if memory_limit_bytes is not None:
        if memory_limit_bytes < LEAST_BYTES:
            raise UsageError(
                "a memory limit of {given} MB leaves nothing to work with; "
                "give {least} MB at least",
                given=memory_limit_bytes // 10**6, least=LEAST_BYTES // 10**6,
            )  # fmt: skip
        budget = memory_limit_bytes - PROGRAM_BYTES
        spool = Spool(budget)
        keep = Keep(spool.append, bytes_at_once=budget // PIECES)
        try:
            yield lambda inputs, options: read(inputs, options, progress, keep)
        finally:
            spool.close()
        return
    yield lambda inputs, options: read(inputs, options, progress, IN_MEMORY)
