"""What is sent to the workers of a cluster, and what runs there (工作进程).

Parts know their size, columns travel as little as says them, and errors without
what cannot be sent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import shapely

from diming.errors import DimingError
from diming.files.reading import read_source
from diming.geometry.keepers import held
from diming.geometry.shapes import Amend, Block, Gather, Geometries, Ints

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from diming.files.delivery import Delivery, ReadOptions
    from diming.files.discover import Source

T = TypeVar("T")
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Run:
    """A column whose values are one step apart: row numbers, or the same all along."""

    first: Any
    step: Any
    count: int

    def __call__(self) -> NDArray[Any]:
        """Return the column."""
        values: NDArray[Any] = np.full(self.count, self.first)
        if self.step:
            values += self.step * np.arange(self.count, dtype=values.dtype)
        return values


def packed(column: NDArray[Any]) -> Any:
    """Return a column as little as says it; most are row numbers, or the same all along."""
    if column.ndim == 1 and len(column) > 1 and column.dtype.kind in "biu":
        if (column == column[0]).all():
            return Run(column[0], 0, len(column))
        if column.dtype.kind != "b" and column[1] > column[0]:
            run = Run(column[0], np.diff(column[:2])[0], len(column))
            return run if (column == run()).all() else column
    return column


def unpacked(column: Any) -> Any:
    """Return a column as it was before it was packed."""
    return column() if isinstance(column, Run) else column


class Part:
    """The geometry of one delivery, which knows how large it is.

    Dask weighs what it holds before it moves it to another worker or to disk;
    of an array of polygons it would see the pointers alone.
    """

    def __init__(self, geometry: Geometries, coordinates: int) -> None:
        self.geometry, self.coordinates = geometry, coordinates

    def __sizeof__(self) -> int:
        return _UNIT_BYTES * len(self.geometry) + _COORDINATE_BYTES * self.coordinates

    def __reduce__(self) -> tuple[Any, ...]:
        return part_from, (shapely.to_wkb(self.geometry), self.coordinates)


#: About what GEOS takes in memory, a polygon and a coordinate.
_UNIT_BYTES, _COORDINATE_BYTES = 400, 16


def part_from(wkb: NDArray[np.object_], coordinates: int) -> Part:
    """Make a part again of what travelled."""
    return Part(shapely.from_wkb(wkb), coordinates)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a block: function, rows, amendments and columns."""

    function: Callable[..., Any]
    row: Any
    amend: Amend
    arguments: tuple[Any, ...]

    def block(self) -> Block:
        """Return the block that is asked."""
        return Block(unpacked(self.row), self.amend, tuple(map(unpacked, self.arguments)))


def read_on_worker(source: Source, options: ReadOptions) -> list[tuple[Delivery, Ints, Any, Part]]:
    """Read a source: deliveries without geometry, counts and bounds of units, and the geometry."""
    try:
        read = read_source(source, options)
    except DimingError as error:
        # An error travels with what it came from, and GDAL's own cannot be sent.
        error.__cause__ = error.__context__ = None
        raise
    found, none = [], held(np.empty(0, dtype=object))
    for delivery in read:
        shapes = delivery.geometry
        part = Part(shapes[:], int(shapes.count.sum()))
        found.append((replace(delivery, geometry=none), shapes.count, shapes.bounds, part))
    return found


def about(read: list[tuple[Delivery, Ints, Any, Part]]) -> list[tuple[Delivery, Ints, Any]]:
    """Return what the driver is told of a source: all but the geometry."""
    return [each[:3] for each in read]


def part_of(read: list[tuple[Delivery, Ints, Any, Part]], at: int) -> Part:
    """Return the geometry of one delivery of a source, which stays."""
    return read[at][3]


def some_of(part: Part, row: Ints) -> Any:
    """Return a few units of a part as WKB."""
    return shapely.to_wkb(part.geometry[row])


def ask(asked: Asked, part: Part) -> Any:
    """Put a question to a block."""
    block = asked.block()
    return asked.function(block.amend(part.geometry[block.row]), *block.arguments)


def first_round(asked: Asked, part: Part) -> tuple[Any, Any, Asked]:
    """Return what stays beside the part, what is sent, and the question for the second round."""
    stays, sent = ask(asked, part)
    return stays, sent, asked


def sent(one: tuple[Any, S, Asked]) -> S:
    """Return what a first round sends."""
    return one[1]


def summed_up(gather: Gather[S], sent: Sequence[S]) -> Any:
    """Sum up what all first rounds have sent."""
    for each in sent:
        gather.add(each)
    return gather.shared()


def second_round(
    second: Callable[..., T], part: Part, one: tuple[Any, Any, Asked], shared: Any
) -> T:
    """Ask a block for what is left in it; only the units concerned are put together."""
    block = one[2].block()

    def load(at: Ints) -> Geometries:
        some = block.take(at)
        return some.amend(part.geometry[some.row])

    return second(load, one[0], shared, *block.arguments)
