"""Make an archive, or open one, wherever it is (建库与开库)."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from diming.errors import EnvironmentLacks, UnreadableInput, UsageError
from diming.model.changeset import Revision
from diming.store.columns import LAYOUT
from diming.store.geopackage import GeoPackage, stamp
from diming.store.hashing import GENESIS
from diming.store.ledger import Ledger
from diming.store.migrations import note_layout
from diming.store.sqlite import connect, damaged, settle, told
from diming.store.storable import storable
from diming.store.writing import LedgerWriter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diming.store.database import Database
    from diming.store.postgis import PostGis

#: An archive that is gone when it is closed.
MEMORY = ":memory:"
_SCHEMES = ("postgresql://", "postgres://")
_GEOPACKAGES = {0x47504B47, 0x47503130, 0x47503131}


def create(
    place: str | os.PathLike[str],
    crs: str | None = None,
    *,
    author: str = "",
    reason: str = "init",
    document: str = "",
    recorded: datetime | None = None,
    readers: Sequence[str] = (),
    writers: Sequence[str] = (),
) -> Ledger:
    """Make a new, empty archive.

    Parameters
    ----------
    place : str or path
        A file (GeoPackage), ``:memory:``, or ``postgresql://…``.
    crs : str, optional
        CRS of its shapes; it can be settled later, with the first one.
    readers, writers : sequence of str
        Roles of a server that may read, and write.

    Raises
    ------
    UsageError
        If there is something already, or roles are given for a file.
    EnvironmentLacks
        If it cannot be written there.
    """
    storable(author, reason, document)
    first = Revision(1, _moment(recorded), author, reason, document, "init")
    where = _named(place)
    if where.startswith(_SCHEMES):
        from diming.store.postgis_opening import create_postgis, grant_roles

        def begin(made: PostGis) -> None:
            begin_archive(made, first, crs)
            grant_roles(made, readers, writers)

        return Ledger(create_postgis(where, begin))
    if readers or writers:
        raise UsageError("{place} is a file; rights to files are given by the system", place=where)
    if where == MEMORY:
        memory = sqlite3.connect(MEMORY, isolation_level=None)
        stamp(memory)
        package = GeoPackage(memory, MEMORY, readonly=False)
        package.change("BEGIN")
        package.lay_out()
        begin_archive(package, first, crs)
        package.change("COMMIT")
        return Ledger(package)
    path = Path(where)
    with new_file(path) as part:
        package = new_package(part, str(path))
        try:
            package.change("BEGIN")
            package.lay_out()
            begin_archive(package, first, crs)
            package.change("COMMIT")
        finally:
            package.close()
    return open_store(path)


def open_store(place: str | os.PathLike[str], *, readonly: bool = False) -> Ledger:
    """Open an archive.

    Nothing is written by opening and reading, but for putting right what a crash left.

    Raises
    ------
    UnreadableInput
        If there is none, or it is no archive, or one of newer software.
    EnvironmentLacks
        If the server cannot be reached, or a driver is missing.
    """
    where = _named(place)
    if where.startswith(_SCHEMES):
        from diming.store.postgis_opening import open_postgis

        return Ledger(checked(open_postgis(where, readonly=readonly)))
    if where == MEMORY:
        raise UsageError("an archive in memory can only be made, not opened")
    path = Path(where)
    _look(path)
    # SQLite falls back to reading by itself, and then says nothing before the end.
    readonly = readonly or not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
    try:
        connection = connect(path, readonly=readonly)
    except sqlite3.Error as error:
        raise told(error, where) from error
    package = GeoPackage(connection, where, readonly=readonly)
    try:
        _look_inside(package)
        checked(package)
    except BaseException:
        package.close()
        raise
    return Ledger(package)


def _named(place: str | os.PathLike[str]) -> str:
    """Return a place as text, if it can be one."""
    where = os.fspath(place)
    if "\0" in where:
        raise UsageError("{place} cannot be the name of a file", place=where)
    if "://" in where and not where.startswith(_SCHEMES):
        raise UsageError(
            "{place} is no place for an archive; name a file, or postgresql://user@host/database",
            place=where,
        )
    return where


def begin_archive(base: Database, first: Revision, crs: str | None) -> None:
    """Write the first revision into tables just made, within the transaction under way."""
    note_layout(base, LAYOUT)
    writer = LedgerWriter(base, first, GENESIS)
    if crs is not None:
        writer.settle_crs(crs)
    writer.finish()


def checked(base: Database) -> Database:
    """Return a database, if this software knows its layout."""
    layout = base.layout()
    if not 1 <= (layout or 0) <= LAYOUT:
        base.close()
    if not layout or layout < 1:
        raise damaged(base.place, f"layout {layout}")
    if layout > LAYOUT:
        raise UnreadableInput(
            "{place} was written by a newer diming (layout {layout}, this one knows {known}); "
            "update diming",
            place=base.place, layout=layout, known=LAYOUT,
        )  # fmt: skip
    return base


def new_package(part: Path, place: str) -> GeoPackage:
    """Return an empty GeoPackage in a file that is not there yet."""
    try:
        connection = sqlite3.connect(part, isolation_level=None)
        settle(connection)
        stamp(connection)
    except sqlite3.Error as error:
        raise told(error, place) from error
    return GeoPackage(connection, place, readonly=False)


@contextmanager
def new_file(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """Yield a path beside `target`, whose file takes its place when the block ends well.

    Whoever looks finds the whole file or none; nothing that stands there is overwritten
    unless told.
    """
    if not replace and os.path.lexists(target):
        raise UsageError("{place} exists already; name another file", place=str(target))
    if not target.parent.is_dir():
        raise UsageError("there is no folder {folder}", folder=str(target.parent))
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        yield part
        with part.open("rb") as handle:
            os.fsync(handle.fileno())
        if replace:
            part.replace(target)
        else:
            _claim(part, target)
        _sync_folder(target.parent)
    except OSError as error:
        raise EnvironmentLacks(
            "{place} cannot be written ({detail})",
            place=str(target), detail=error.strerror or str(error),
        ) from error  # fmt: skip
    finally:
        for end in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                part.with_name(part.name + end).unlink()


def _claim(part: Path, target: Path) -> None:
    """Give a file its name, unless somebody else has taken it meanwhile."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise UsageError("{place} exists already; name another file", place=str(target)) from None
    except OSError:
        # A file system without hard links; the name was free when we began.
        part.replace(target)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _look(path: Path) -> None:
    place = str(path)
    try:
        with path.open("rb") as handle:
            start = handle.read(16)
    except IsADirectoryError:
        raise UnreadableInput("{place} is a folder, not an archive", place=place) from None
    except (FileNotFoundError, NotADirectoryError):
        raise UnreadableInput(
            "there is no archive {place}; «diming init» makes one", place=place
        ) from None
    except OSError as error:
        raise UnreadableInput(
            "{place} cannot be read ({detail})", place=place, detail=error.strerror or str(error)
        ) from error
    if start != b"SQLite format 3\0":
        raise UnreadableInput("{place} is no GeoPackage", place=place)


def _look_inside(package: GeoPackage) -> None:
    try:
        (application,) = package.rows("PRAGMA application_id")[0]
        tables = {row[0] for row in package.rows("SELECT name FROM sqlite_master")}
    except IndexError:
        raise damaged(package.place, "no header") from None
    if application not in _GEOPACKAGES and "gpkg_contents" not in tables:
        raise UnreadableInput("{place} is no GeoPackage", place=package.place)
    if not {"diming_layout", "revision", "version"} <= tables:
        raise UnreadableInput(
            "{place} is a GeoPackage, but no archive of diming; «diming init» makes one, and "
            "«diming load» takes this file into it",
            place=package.place,
        )


def _moment(recorded: datetime | None) -> datetime:
    moment = datetime.now(UTC) if recorded is None else recorded
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
