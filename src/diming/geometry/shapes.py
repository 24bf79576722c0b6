"""The shapes of many units, wherever they are kept (图形集).

A check asks little of a geometry at a time: something of each, block by block,
and a few of them whole. So shapes need not lie in memory: a keeper holds them
there, in a file, or on other machines, and answers these two questions. Blocks
are cut by the keeper; no answer may depend on how.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

T = TypeVar("T")
S = TypeVar("S")
Sent = TypeVar("Sent", contravariant=True)
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Geometries = NDArray[np.object_]
#: Fetches geometries of a block by their positions within it.
Load = Callable[[Ints], Geometries]


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a keeper that are worked on in one go.

    `amend` says what stands for the geometry as kept; `arguments` are the
    further columns of these rows.
    """

    row: Ints
    amend: Amend
    arguments: tuple[Any, ...] = ()

    def take(self, at: Ints) -> Block:
        """Return some rows of the block; arguments are left out."""
        return Block(self.row[at], self.amend.take(at))


@dataclass(frozen=True, slots=True)
class Amend:
    """What stands for some rows as kept: others in their place, axes swapped.

    `changed` is by position; `swapped` is True where x and y change places.
    """

    changed: Mapping[int, shapely.Geometry] = field(default_factory=dict)
    swapped: NDArray[np.bool_] | None = None

    def __call__(self, geometry: Geometries) -> Geometries:
        """Return the geometries that are meant."""
        if self.swapped is not None and self.swapped.any():
            geometry = geometry.copy()
            geometry[self.swapped] = shapely.transform(
                geometry[self.swapped], lambda xy: xy[:, ::-1]
            )
        if self.changed:
            geometry = geometry.copy()
            for at, other in self.changed.items():
                geometry[at] = other
        return geometry

    def take(self, at: Ints) -> Amend:
        """Return the amendments of some positions."""
        changed = {i: self.changed[p] for i, p in enumerate(at.tolist()) if p in self.changed} \
            if self.changed else self.changed  # fmt: skip
        return Amend(changed, None if self.swapped is None else self.swapped[at])


class Gather(Protocol[Sent]):
    """Takes what the first round of all blocks sends, in any order, to what the second needs."""

    def add(self, sent: Sent) -> None:
        """Take what one block sends."""

    def shared(self) -> Any:
        """Return what every block is told in the second round."""


class Keeper(Protocol):
    """Where shapes are kept; rows are numbered from 0.

    `budget_bytes` is the memory that work on them may use; None where that is not limited.
    """

    budget_bytes: int | None

    def load(self, row: Ints) -> Geometries:
        """Return the geometries of some rows, as kept."""

    def cut(self, row: Ints, count: Ints) -> list[Ints]:
        """Cut rows into blocks: positions in `row`; `count` tells coordinates."""

    def each(self, function: Callable[..., T], blocks: Sequence[Block], jobs: int) -> Iterator[T]:
        """Call ``function(geometry, *arguments)`` for each block; yield results in order."""

    def rounds(
        self,
        first: Callable[..., tuple[Any, S]],
        gather: Gather[S],
        second: Callable[..., T],
        blocks: Sequence[Block],
        jobs: int,
    ) -> Iterator[T]:
        """Go round all blocks twice.

        ``first(geometry, *arguments)`` returns what stays beside the block, and
        what is sent to `gather`; ``second(load, stayed, shared, *arguments)``
        is given what stayed, and fetches only geometry that it needs.
        """


@dataclass(frozen=True, slots=True)
class Shapes:
    """Polygons and MultiPolygons of units, in the order of the units.

    Attributes
    ----------
    keeper : Keeper
    row : int64 array of shape (n,)
        Where the keeper has them.
    count : int64 array of shape (n,)
        Coordinates of each; 0 where it is empty.
    bounds : float64 array of shape (n, 4)
        xmin, ymin, xmax, ymax of each.
    changed : mapping
        By row, geometries that stand for those kept.
    swapped : bool array of shape (n,), optional
        Where x and y change places.
    """

    keeper: Keeper
    row: Ints
    count: Ints
    bounds: Floats
    changed: Mapping[int, shapely.Geometry] = field(default_factory=dict)
    swapped: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.row)

    def __getitem__(self, index: Any) -> Geometries:
        """Return the geometries at `index` (positions, a mask or a slice), in memory."""
        part = self.take(index)
        return part._amend()(self.keeper.load(part.row))

    def take(self, index: Any) -> Shapes:
        """Return the shapes at `index`, without fetching them."""
        return Shapes(
            self.keeper, self.row[index], self.count[index], self.bounds[index], self.changed,
            None if self.swapped is None else self.swapped[index],
        )  # fmt: skip

    def replaced(self, index: Ints, geometry: Geometries) -> Shapes:
        """Return the shapes with others at `index`."""
        count, bounds = self.count.copy(), self.bounds.copy()
        count[index] = shapely.get_num_coordinates(geometry)
        bounds[index] = shapely.bounds(geometry)
        changed = {**self.changed, **dict(zip(self.row[index].tolist(), geometry, strict=True))}
        return replace(self, count=count, bounds=bounds, changed=changed)

    def with_swapped_axes(self, which: NDArray[np.bool_]) -> Shapes:
        """Return the shapes with x and y swapped where `which` says so."""
        bounds = self.bounds.copy()
        bounds[which] = bounds[which][:, [1, 0, 3, 2]]
        before = np.zeros(len(self), dtype=bool) if self.swapped is None else self.swapped
        return replace(self, bounds=bounds, swapped=before ^ which)

    @property
    def total_bounds(self) -> Floats:
        """xmin, ymin, xmax, ymax of all, NaN where there are none."""
        filled = self.bounds[self.count > 0]
        if len(filled) == 0:
            return np.full(4, np.nan)
        return np.concatenate([filled[:, :2].min(axis=0), filled[:, 2:].max(axis=0)])

    def each(
        self, function: Callable[..., T], *columns: NDArray[Any], jobs: int = 1
    ) -> Iterator[tuple[Ints, T]]:
        """Ask something of all shapes, block by block.

        Parameters
        ----------
        function : callable
            ``function(geometry, *columns)``, at the top of a module, so that it
            can be sent to other processes.
        columns : arrays of shape (n, …)
            Cut up like the shapes.
        jobs : int
            Threads.

        Yields
        ------
        positions : int64 array
            Of the block's shapes among all.
        result
        """
        cuts, blocks = self._blocks(columns)
        yield from zip(cuts, self.keeper.each(function, blocks, jobs), strict=True)

    def column(self, function: Callable[..., NDArray[Any]], jobs: int = 1) -> NDArray[Any]:
        """Ask for one value (or row of values) a shape; return them in order."""
        parts = list(self.each(function, jobs=jobs))
        if not parts:
            return function(np.empty(0, dtype=object))
        result = np.empty((len(self), *parts[0][1].shape[1:]), dtype=parts[0][1].dtype)
        for at, values in parts:
            result[at] = values
        return result

    def rounds(
        self,
        first: Callable[..., tuple[Any, S]],
        gather: Gather[S],
        second: Callable[..., T],
        *columns: NDArray[Any],
        jobs: int = 1,
    ) -> Iterator[tuple[Ints, T]]:
        """Go round all blocks twice, as `Keeper.rounds` says; yield as `each` does."""
        cuts, blocks = self._blocks(columns)
        found = self.keeper.rounds(first, gather, second, blocks, jobs)
        yield from zip(cuts, found, strict=True)

    def portions(self, index: Ints, coordinates: int = 1 << 21) -> Iterator[Ints]:
        """Part positions into runs that may be fetched at once."""
        filled = np.cumsum(self.count[index])
        cuts = np.flatnonzero(np.diff(filled // coordinates)) + 1
        yield from (part for part in np.split(index, cuts) if len(part))

    def _blocks(self, columns: Sequence[NDArray[Any]]) -> tuple[list[Ints], list[Block]]:
        cuts = self.keeper.cut(self.row, self.count)
        return cuts, [
            Block(part.row, part._amend(), tuple(c[at] for c in columns))
            for at in cuts
            for part in (self.take(at),)
        ]

    def _amend(self) -> Amend:
        changed: dict[int, shapely.Geometry] = {}
        if self.changed:
            known = np.fromiter(self.changed, dtype=np.int64, count=len(self.changed))
            at = np.flatnonzero(np.isin(self.row, known))
            changed = {int(i): self.changed[int(self.row[i])] for i in at}
        return Amend(changed, self.swapped)

    @staticmethod
    def concatenate(parts: Sequence[Shapes]) -> Shapes:
        """Join shapes that one keeper keeps."""
        swapped = None
        if any(p.swapped is not None for p in parts):
            swapped = np.concatenate(
                [np.zeros(len(p), bool) if p.swapped is None else p.swapped for p in parts]
            )
        changed = {row: shape for p in parts for row, shape in p.changed.items()}
        return Shapes(
            parts[0].keeper,
            np.concatenate([p.row for p in parts]),
            np.concatenate([p.count for p in parts]),
            np.concatenate([p.bounds for p in parts]),
            changed,
            swapped,
        )
