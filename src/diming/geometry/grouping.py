"""Rows that belong together: joins and gatherings over arrays."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Ints


def matches(left: NDArray[Any], right: NDArray[Any]) -> tuple[Ints, Ints]:
    """Return all pairs of positions at which two arrays hold the same number."""
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    first = np.searchsorted(ordered, left, side="left")
    count = np.searchsorted(ordered, left, side="right") - first
    row = np.repeat(np.arange(len(left)), count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, order[np.repeat(first, count) + within]


def collect(count: int, row: Ints, value: Ints) -> list[tuple[int, ...]]:
    """Gather values by row: a sorted tuple without repeats for each of `count` rows."""
    order = np.lexsort((value, row))
    cuts = np.searchsorted(row[order], np.arange(count + 1))
    values = value[order].tolist()
    return [tuple(sorted(set(values[a:b]))) for a, b in pairwise(cuts)]
