"""One function over long arrays in several threads (多线程), the result that of one.

shapely's array functions let other threads run; Python's loops do not. So rows
are cut into runs of about equal weight, as many as the threads can use. What is
asked of a row must not depend on the others of its run; results come in order,
and so cannot depend on the number of threads.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

Result = TypeVar("Result")
Work = TypeVar("Work")

#: Runs a thread: the last ones are short, so that none waits long for another.
RUNS_PER_THREAD = 4


def each(
    function: Callable[[Work], Result], work: Sequence[Work], *, jobs: int = 1
) -> Iterator[Result]:
    """Yield the results of a function for each piece of work, in order."""
    if jobs <= 1 or len(work) <= 1:
        yield from map(function, work)
        return
    with ThreadPoolExecutor(min(jobs, len(work))) as pool:
        yield from pool.map(function, work)


def runs(weight: NDArray[Any], jobs: int) -> list[slice]:
    """Cut rows into runs of about equal total weight: one for one thread, several for more."""
    count = 1 if jobs <= 1 else min(jobs * RUNS_PER_THREAD, len(weight))
    total = np.concatenate([[0.0], np.cumsum(weight, dtype=np.float64)])
    cuts = np.searchsorted(total, np.linspace(0.0, total[-1], count + 1)[1:-1])
    edges = np.unique(np.concatenate([[0], cuts, [len(weight)]]))
    return [slice(int(a), int(b)) for a, b in pairwise(edges)]
