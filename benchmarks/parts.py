"""A province in files: which unit goes into which part, and GeoParquet of each (分片).

Parts are square blocks, as of counties or prefectures; runs of rows, as where a table is cut
without a thought; or units drawn at random, as where it was sorted by something else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generate import Generated
from make import _parquet
from world import World

if TYPE_CHECKING:
    from pathlib import Path

    from province import Province

ORDERS = ("block", "row", "random")


def cut(province: Province, per_part: int, order: str) -> list[np.ndarray]:
    """Return the cells of each part of about `per_part` units."""
    place = (province.seats - province.corner) / province.spacing
    if order == "block":
        side = max(1, round(np.sqrt(per_part)))
        number = np.floor(place / side).astype(int)
        number = number[:, 1] * (number[:, 0].max() + 1) + number[:, 0]
        by = np.argsort(number, kind="stable")
        return np.split(by, np.flatnonzero(np.diff(number[by])) + 1)
    by = np.lexsort(np.floor(place).astype(int).T)
    if order == "random":
        by = np.random.default_rng(province.seed).permutation(by)
    return np.array_split(by, max(1, round(province.count / per_part)))


def evenly(province: Province, across: int, down: int) -> list[np.ndarray]:
    """Return the cells of `across` times `down` blocks of nearly equal count."""
    x, y = province.seats.T
    columns = np.array_split(np.argsort(x), across)
    return [part for c in columns for part in np.array_split(c[np.argsort(y[c])], down)]


def write(province: Province, parts: list[np.ndarray], folder: Path) -> list[str]:
    """Write one GeoParquet file a part, with codes and names; return their paths."""
    made = Generated(World(province), [])
    folder.mkdir(parents=True, exist_ok=True)
    _parquet((made.townships(part) for part in parts), folder, folder=True)
    return sorted(str(p) for p in folder.glob("*.parquet"))
