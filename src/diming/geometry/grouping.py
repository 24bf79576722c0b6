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


def distinct(first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """Return the different pairs of two columns of numbers from 0, sorted."""
    width = int(second.max(initial=0)) + 1
    pairs = np.sort(first.astype(np.int64) * width + second)
    fresh = np.ones(len(pairs), dtype=bool)
    fresh[1:] = pairs[1:] != pairs[:-1]
    once = pairs[fresh]
    return once // width, once % width


def collect(count: int, row: Ints, value: Ints) -> list[tuple[int, ...]]:
    """Gather values by row: a sorted tuple without repeats for each of `count` rows."""
    row, value = distinct(row, value)
    cuts = np.searchsorted(row, np.arange(count + 1)).tolist()
    values = value.tolist()
    return [tuple(values[a:b]) for a, b in pairwise(cuts)]
