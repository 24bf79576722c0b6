"""What a table of an archive is, whatever the database (列与表)."""

from __future__ import annotations

from dataclasses import dataclass

#: Layout written by this software; see `diming.store.migrations`.
LAYOUT = 3


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `kind` is one of text, int, real, bool, day, moment, shape, geometry."""

    name: str
    kind: str = "text"
    null: bool = False
    #: The layout that brought it.
    since: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an archive.

    Attributes
    ----------
    key : tuple of str
        Columns that no two rows share. Where there are several, or it is no number,
        rows are numbered by the database besides, in `fid`.
    title, about : str
        For those who open the file in a GIS.
    since : int
        The layout that brought it.
    derived : bool
        Whether it is worked out from other tables, and may be made anew at any time: it
        stands in no hash, has no `fid`, and its rows are not guarded.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    title: str
    about: str
    since: int = 1
    derived: bool = False

    @property
    def numbered(self) -> bool:
        """Whether its key is one number, given by us."""
        return len(self.key) == 1 and self.column(self.key[0]).kind == "int"

    @property
    def closes(self) -> bool:
        """Whether its rows can be superseded."""
        return any(c.name == "known_to" for c in self.columns)

    @property
    def shape(self) -> Column | None:
        """The column of shapes, if there is one."""
        return next((c for c in self.columns if c.kind in ("shape", "geometry")), None)

    def column(self, name: str) -> Column:
        """Return a column by name."""
        return next(c for c in self.columns if c.name == name)

    def names(self, layout: int = LAYOUT) -> tuple[str, ...]:
        """Return the names of its columns in a layout."""
        return tuple(c.name for c in self.columns if c.since <= layout)


#: Which revisions believe a row.
KNOWN = (Column("known_from", "int"), Column("known_to", "int", null=True))
