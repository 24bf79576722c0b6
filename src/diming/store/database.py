"""What the ledger asks of a database: little, and in plain SQL (数据库接口)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    import pyproj
    from numpy.typing import NDArray

    from diming.store.columns import Table
    from diming.store.protocol import Flaw

Row = tuple[Any, ...]
#: Values passed in one list to a statement.
AT_ONCE = 20_000


class Database(Protocol):
    """An open database that holds the tables of an archive.

    Statements name their values ``:so`` and use no other colon, no percent sign.
    All failures come as errors of `diming.errors`.
    """

    #: For messages: path, or address without password.
    place: str

    def rows(self, sql: str, values: Mapping[str, Any] = ...) -> list[Row]:
        """Return all rows that a statement yields."""

    def change(self, sql: str, values: Mapping[str, Any] = ...) -> int:
        """Run a statement; return how many rows it changed."""

    def insert(self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Add many rows."""

    def among(self, column: str, name: str) -> str:
        """Return the condition that a column is in the list passed as `name`."""

    def listing(self, values: Sequence[Any]) -> Any:
        """Return a list as it is passed to `among`."""

    def in_box(self) -> str:
        """Return the query of fids of territories that meet ``:xmin :ymin :xmax :ymax``."""

    def shape_column(self, alias: str) -> str:
        """Return the expression that yields what `unpack` takes."""

    def pack(self, wkb: Sequence[bytes], bounds: NDArray[np.float64], srid: int) -> Sequence[Any]:
        """Return shapes as a shape column takes them, from little-endian WKB."""

    def unpack(self, shapes: Iterable[Any]) -> list[bytes]:
        """Return little-endian WKB of shapes as kept."""

    def layout(self) -> int:
        """Return the layout of the tables."""

    def begin(self) -> None:
        """Begin the one transaction that writes; refuse if somebody else has."""

    def commit(self) -> None:
        """End it well."""

    def rollback(self) -> None:
        """Undo all since `begin`; nothing if there was none."""

    def settle(self, crs: pyproj.CRS | None, wkt: str) -> int:
        """Make a CRS that of the shape column; return the number it has there."""

    def touched(
        self, moment: str, bounds: Sequence[float] | None, places: Sequence[float] | None = ...
    ) -> None:
        """Take note that something was written, and where: territories, and places."""

    def guard(self, table: Table, layout: int = ...) -> None:
        """Refuse from now on that rows of a table be edited or deleted."""

    def loosen(self, table: Table) -> None:
        """Let rows of a table be edited, until `guard`: for migrations."""

    def add_table(self, table: Table, layout: int = ...) -> None:
        """Make a table of the schema, with its indexes and guards."""

    def add_column(self, table: Table, column: str) -> None:
        """Add a column of the schema to a table made before it."""

    def furnish(self, layout: int) -> None:
        """Make, or make anew, the views of a layout and how they are drawn."""

    def hold(self) -> None:
        """Read all that follows, until `rollback`, as it stands now."""

    def flaws(self) -> list[Flaw]:
        """Return what is broken in the database itself: its pages, its indexes."""

    def close(self) -> None:
        """Let go of it."""
