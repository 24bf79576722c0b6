"""Archives on a server: made, opened, and who may do what in them (服务器档案)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.errors import EnvironmentLacks, UnreadableInput, UsageError
from diming.store.layers import layers
from diming.store.postgis import PostGis
from diming.store.schema import tables
from diming.store.server import driver, no_postgis, quoted, split_address, unreachable
from diming.store.sqlite import busy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from diming.store.ledger import Ledger


def create_postgis(address: str, begin: Callable[[PostGis], None]) -> PostGis:
    """Make the tables of an archive on a server.

    Parameters
    ----------
    begin : callable
        Writes the first revision, within the transaction that makes the tables.
    """
    base = connect(address, readonly=False)
    try:
        base.change("BEGIN")
        if not base.locked():
            raise busy(base.place)
        if _has_archive(base):
            raise UsageError("{place} exists already; name another file", place=base.place)
        if _postgis_schema(base) is None:
            base.change("CREATE EXTENSION postgis")
            _search(base)
        base.change(f"CREATE SCHEMA IF NOT EXISTS {quoted(base.schema)}")
        base.lay_out()
        begin(base)
        base.commit()
    except BaseException:
        base.connection.close()
        raise
    return base


def open_postgis(address: str, *, readonly: bool) -> PostGis:
    """Open an archive on a server."""
    base = connect(address, readonly=readonly)
    try:
        if not _has_archive(base):
            raise UnreadableInput(
                "there is no archive {place}; «diming init» makes one", place=base.place
            )
        if _postgis_schema(base) is None:
            raise no_postgis(base.place)
        if not base.rows("SELECT has_schema_privilege(:schema, 'USAGE')", {"schema": base.schema})[
            0
        ][0]:
            raise EnvironmentLacks(
                "{place} may not be read by this user; ask its owner", place=base.place
            )
        base.layout()
    except BaseException:
        base.connection.close()
        raise
    return base


def grant(store: Ledger, *, readers: Sequence[str] = (), writers: Sequence[str] = ()) -> None:
    """Let roles of the server read an archive, or add to it.

    Writers may add rows and close them, no more. New tables and layouts stay with the owner.
    """
    base = store.base
    if not isinstance(base, PostGis):
        raise UsageError("{place} is a file; rights to files are given by the system",
                         place=store.place)  # fmt: skip
    base.change("BEGIN")
    try:
        grant_roles(base, readers, writers)
        base.commit()
    finally:
        base.rollback()


def grant_roles(base: PostGis, readers: Sequence[str], writers: Sequence[str]) -> None:
    """Give rights within the transaction under way; see `grant`."""
    for role in (*readers, *writers):
        if not base.rows("SELECT 1 FROM pg_roles WHERE rolname = :role", {"role": role}):
            raise UsageError("the server has no role {role}; make it first", role=role)
    schema = quoted(base.schema)
    layout = base.layout()
    held = tables(layout)
    names = ", ".join([*(t.name for t in held), *(x.name for x in layers(layout))])
    written = ", ".join(t.name for t in held if t.name != "diming_layout")
    for role in map(quoted, (*readers, *writers)):
        base.change(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
        base.change(f"GRANT SELECT ON {names} TO {role}")
    for role in map(quoted, writers):
        base.change(f"GRANT INSERT ON {written} TO {role}")
        for table in held:
            if table.closes:
                base.change(f"GRANT UPDATE (known_to) ON {table.name} TO {role}")


def connect(address: str, *, readonly: bool) -> PostGis:
    """Reach a server; whether there is an archive is another question."""
    given, place, schema = split_address(address)
    psycopg = driver()
    try:
        connection = psycopg.connect(
            given, autocommit=True, prepare_threshold=None, client_encoding="UTF8",
            application_name="diming", connect_timeout=10,
        )  # fmt: skip
    except (psycopg.Error, UnicodeError) as error:
        raise unreachable(str(error), place) from None
    base = PostGis(connection, place, schema, readonly=readonly)
    try:
        base.change("SET client_min_messages = warning")
        if readonly:
            base.change("SET default_transaction_read_only = on")
        _search(base)
    except BaseException:
        connection.close()
        raise
    return base


def _search(base: PostGis) -> None:
    """Look for names in the archive's schema, then in that of PostGIS."""
    found = dict.fromkeys((base.schema, _postgis_schema(base) or "public"))
    base.change(f"SET search_path TO {', '.join(map(quoted, found))}")


def _postgis_schema(base: PostGis) -> str | None:
    found = base.rows(
        "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace "
        "WHERE e.extname = 'postgis'"
    )
    return found[0][0] if found else None


def _has_archive(base: PostGis) -> bool:
    return bool(
        base.rows(
            "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = :schema AND c.relname = 'diming_layout'",
            {"schema": base.schema},
        )
    )
