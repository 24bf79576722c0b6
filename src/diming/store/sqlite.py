"""SQLite as the ledger asks for it: one file, one journal (SQLite 适配)."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

from diming.errors import Conflict, DimingError, EnvironmentLacks, UnreadableInput
from diming.store.blob import is_empty, ordinate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from diming.store.columns import Table
    from diming.store.database import Row

#: How long a reader waits for a commit, and a commit for readers.
PATIENCE_S = 10.0
#: Pages held in memory: the keys by which names are found lie all over the file.
CACHE_KIB = 65_536
_HOT = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
_NONE: dict[str, Any] = {}


class SqliteFile:
    """A connection to an SQLite file that speaks our errors."""

    def __init__(self, connection: sqlite3.Connection, place: str, *, readonly: bool) -> None:
        self.connection = connection
        self.place = place
        self.readonly = readonly
        functions = {"ST_IsEmpty": is_empty} | {
            name: partial(ordinate, position=at)
            for at, name in enumerate(("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"))
        }
        for name, function in functions.items():
            connection.create_function(name, 1, function, deterministic=True)
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")

    def rows(self, sql: str, values: Mapping[str, Any] = _NONE) -> list[Row]:
        """Return all rows that a statement yields."""
        try:
            return self.connection.execute(sql, values).fetchall()
        except UnicodeEncodeError:
            return []  # Nothing stored has half a character.
        except sqlite3.Error as error:
            raise told(error, self.place) from error

    def change(self, sql: str, values: Mapping[str, Any] = _NONE) -> int:
        """Run a statement; return how many rows it changed."""
        try:
            return self.connection.execute(sql, values).rowcount
        except sqlite3.Error as error:
            raise told(error, self.place) from error

    def insert(self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Add many rows."""
        places = ", ".join("?" * len(columns))
        try:
            self.connection.executemany(
                f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({places})", rows
            )
        except sqlite3.Error as error:
            raise told(error, self.place) from error

    def among(self, column: str, name: str) -> str:
        """Return the condition that a column is in the list passed as `name`."""
        return f"{column} IN (SELECT value FROM json_each(:{name}))"

    def listing(self, values: Sequence[Any]) -> str:
        """Return a list as it is passed to `among`."""
        return json.dumps(list(values))

    def begin(self) -> None:
        """Begin the one transaction that writes; refuse if somebody else has."""
        if self.readonly:
            raise read_only(self.place)
        if self.connection.in_transaction:
            raise busy(self.place)
        if self.rows("PRAGMA journal_mode")[0][0] == "wal":
            self._leave_wal()
        self.change("PRAGMA busy_timeout = 0")
        try:
            self.change("BEGIN IMMEDIATE")
        finally:
            self.change(f"PRAGMA busy_timeout = {int(PATIENCE_S * 1000)}")

    def hold(self) -> None:
        """Read all that follows, until `rollback`, as it stands now."""
        self.change("BEGIN")
        self.rows("SELECT 1 FROM sqlite_master LIMIT 1")

    def _leave_wal(self) -> None:
        """Go back to a journal that leaves one file; a GIS may have chosen another."""
        try:
            self.connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError:
            return  # Others have it open. Their journal is as safe.

    def commit(self) -> None:
        """End it well."""
        self.change("COMMIT")

    def rollback(self) -> None:
        """Undo all since `begin`; nothing if there was none."""
        if self.connection.in_transaction:
            self.change("ROLLBACK")

    def close(self) -> None:
        """Let go of it."""
        self.connection.close()


def connect(path: Path, *, readonly: bool) -> sqlite3.Connection:
    """Open an existing file.

    One that was left in the middle of writing is put right first; for that it must
    be writable, even if it is only to be read.
    """
    try:
        return _connect(path, "ro" if readonly else "rw")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _HOT:
            raise
    try:
        with closing(_connect(path, "rw")) as base:
            if base.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
                base.execute("PRAGMA journal_mode = DELETE")
        return _connect(path, "ro" if readonly else "rw")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _HOT:
            raise
        journals = [path.with_name(path.name + end) for end in ("-journal", "-wal")]
        if any(j.exists() for j in journals):
            raise EnvironmentLacks(
                "{place} was left in the middle of writing, and is put right when it is next "
                "opened by someone who may write to it and its folder; you may not",
                place=str(path),
            ) from error
        raise


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    base = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=PATIENCE_S, isolation_level=None
    )
    try:
        settle(base)
        # Only now is the file looked at, and a journal found.
        base.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        base.close()
        raise
    return base


def settle(base: sqlite3.Connection) -> None:
    """Choose what is not kept in the file."""
    base.execute("PRAGMA synchronous = FULL")
    base.execute("PRAGMA cache_size = -65536")
    base.execute("PRAGMA temp_store = MEMORY")


def read_only(place: str) -> EnvironmentLacks:
    """Return what to say where nothing may be written."""
    return EnvironmentLacks(
        "{place} may only be read here; ask for the right to write, or work on a copy", place=place
    )


def busy(place: str) -> Conflict:
    """Return what to say where somebody else is writing."""
    return Conflict("somebody else is writing to {place}; try again in a moment", place=place)


def told(error: sqlite3.Error, place: str) -> DimingError:
    """Return an error of the database as one of ours."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    detail = str(error)
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return busy(place)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return read_only(place)
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return no_room(place, detail)
        case sqlite3.SQLITE_CANTOPEN:
            return EnvironmentLacks(
                "{place} cannot be opened ({detail}); look at the rights of the file and its "
                "folder",
                place=place, detail=detail,
            )  # fmt: skip
        case sqlite3.SQLITE_CONSTRAINT:
            return unfitting(place, detail)
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return damaged(place, detail)
    return damaged(place, detail)


def damaged(place: str, detail: str) -> UnreadableInput:
    """Return what to say of a file that holds something else than it should."""
    return UnreadableInput(
        "{place} is damaged ({detail}); keep it, and go on with a backup",
        place=place, detail=detail,
    )  # fmt: skip


def no_room(place: str, detail: str) -> EnvironmentLacks:
    """Return what to say where the disk is full, or fails."""
    return EnvironmentLacks(
        "{place} cannot be written or read on ({detail}); nothing was changed. Make room, "
        "and look at the disk",
        place=place, detail=detail,
    )  # fmt: skip


def unfitting(place: str, detail: str) -> Conflict:
    """Return what to say where the database refuses a row."""
    return Conflict(
        "{place} refuses what does not fit into it ({detail})", place=place, detail=detail
    )
