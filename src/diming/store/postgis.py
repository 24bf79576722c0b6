"""An archive on a server, for many users: PostgreSQL with PostGIS."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import shapely

from diming.errors import N_
from diming.geometry.ground import parse_crs
from diming.store.columns import LAYOUT, Column, Table
from diming.store.guards import postgres_guards, refuse_function
from diming.store.layers import layers, view_query
from diming.store.protocol import Flaw
from diming.store.schema import indexes, tables
from diming.store.schema_names import PLACE, PLACE_SRID
from diming.store.server import driver, quoted, told
from diming.store.sqlite import busy, read_only

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    import psycopg
    import pyproj
    from numpy.typing import NDArray

    from diming.store.database import Row

#: Of an advisory lock: whoever holds it writes.
_LOCK = 0x64696D
_TEXT = 'TEXT COLLATE "C"'
_TYPES = {"text": _TEXT, "int": "BIGINT", "real": "DOUBLE PRECISION", "bool": "SMALLINT",
          "day": _TEXT, "moment": _TEXT, "shape": "geometry(MultiPolygon)",
          "geometry": f"geometry(Geometry, {PLACE_SRID})"}  # fmt: skip
_DAY = "CAST(NULLIF(v.{column}, '{missing}') AS date)"
#: First number of CRS that no authority has numbered.
_OWN_CRS = 910_000
_NONE: dict[str, Any] = {}


class PostGis:
    """The tables of an archive in a schema; see `diming.store.database.Database`."""

    def __init__(
        self, connection: psycopg.Connection[Any], place: str, schema: str, *, readonly: bool
    ) -> None:
        self.connection = connection
        self.place = place
        self.schema = schema
        self.readonly = readonly
        self._srid: int | None = None

    def rows(self, sql: str, values: Mapping[str, Any] = _NONE) -> list[Row]:
        """Return all rows that a statement yields."""
        if any(map(_unstorable, values.values())):
            return []  # Nothing stored has half a character, or NUL.
        try:
            cursor = self.connection.execute(_spelt(sql), values or None)
            return cursor.fetchall() if cursor.description else []
        except driver().Error as error:
            raise told(error, self.place) from error

    def change(self, sql: str, values: Mapping[str, Any] = _NONE) -> int:
        """Run a statement; return how many rows it changed."""
        try:
            return self.connection.execute(_spelt(sql), values or None).rowcount
        except driver().Error as error:
            raise told(error, self.place) from error

    def insert(self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Add many rows."""
        try:
            with (
                self.connection.cursor() as cursor,
                cursor.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as copy,
            ):
                for row in rows:
                    copy.write_row(row)
        except driver().Error as error:
            raise told(error, self.place) from error

    def among(self, column: str, name: str) -> str:
        """Return the condition that a column is in the list passed as `name`."""
        return f"{column} = ANY(:{name})"

    def listing(self, values: Sequence[Any]) -> list[Any]:
        """Return a list as it is passed to `among`."""
        return [v for v in values if not _unstorable(v)]

    def in_box(self) -> str:
        """Return the query of fids of territories that meet ``:xmin :ymin :xmax :ymax``."""
        if not self._srid:
            held = self.rows("SELECT ST_SRID(geom) FROM territory LIMIT 1")
            self._srid = held[0][0] if held else 0
        return (
            "SELECT g.fid FROM territory g WHERE g.geom && "
            f"ST_MakeEnvelope(:xmin, :ymin, :xmax, :ymax, {int(self._srid or 0)})"
        )

    def shape_column(self, alias: str) -> str:
        """Return the expression that yields what `unpack` takes."""
        return f"ST_AsBinary({alias}.geom, 'NDR')"

    def pack(self, wkb: Sequence[bytes], bounds: NDArray[np.float64], srid: int) -> list[str]:
        """Return multipolygons as the shape column takes them, from little-endian WKB."""
        shapes = shapely.set_srid(shapely.from_wkb(list(wkb)), srid)
        packed: list[str] = shapely.to_wkb(
            shapes, hex=True, byte_order=1, include_srid=True
        ).tolist()
        return packed

    def unpack(self, shapes: Iterable[Any]) -> list[bytes]:
        """Return little-endian WKB of multipolygons as kept."""
        return [bytes(raw) for raw in shapes]

    def layout(self) -> int:
        """Return the layout of the tables."""
        number: int = self.rows("SELECT max(version) FROM diming_layout")[0][0]
        return number

    def begin(self) -> None:
        """Begin the one transaction that writes; refuse if somebody else has."""
        if self.readonly:
            raise read_only(self.place)
        self.change("BEGIN")
        if not self.rows("SELECT has_table_privilege('revision', 'INSERT')")[0][0]:
            self.rollback()
            raise read_only(self.place)
        if not self.locked():
            self.rollback()
            raise busy(self.place)

    def locked(self) -> bool:
        """Take the lock of whoever writes, until the transaction ends; False if another has it."""
        held: bool = self.rows(
            "SELECT pg_try_advisory_xact_lock(:lock, hashtext(:schema))",
            {"lock": _LOCK, "schema": self.schema},
        )[0][0]
        return held

    def commit(self) -> None:
        """End it well."""
        self.change("COMMIT")

    def rollback(self) -> None:
        """Undo all since `begin`; nothing if there was none."""
        idle = driver().pq.TransactionStatus.IDLE
        if not self.connection.closed and self.connection.info.transaction_status != idle:
            self.change("ROLLBACK")

    def hold(self) -> None:
        """Read all that follows, until `rollback`, as it stands now."""
        self.change("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def lay_out(self, layout: int = LAYOUT) -> None:
        """Make all tables in the schema, within the transaction under way."""
        self.change(refuse_function(quoted(self.schema)))
        for table in tables(layout):
            self.add_table(table, layout)
        self.furnish(layout)

    def add_table(self, table: Table, layout: int = LAYOUT) -> None:
        """Make a table of the schema, with its indexes and guards.

        Who may read and write the tables there are may read and write it.
        """
        if table is PLACE:
            self._number(parse_crs(f"EPSG:{PLACE_SRID}"), f"EPSG:{PLACE_SRID}")
        self.change(_create(table, layout))
        self._comment(f"TABLE {table.name}", f"{table.title}: {table.about}")
        for statement in indexes(table):
            self.change(statement)
        if table.shape is not None:
            self.change(f"CREATE INDEX {table.name}_geom ON {table.name} USING gist (geom)")
        self.guard(table, layout)
        if table.since > 1:
            for role in self._allowed("SELECT"):
                self.change(f"GRANT SELECT ON {table.name} TO {role}")
            for role in self._allowed("INSERT"):
                self.change(f"GRANT INSERT ON {table.name} TO {role}")
                if table.closes:
                    self.change(f"GRANT UPDATE (known_to) ON {table.name} TO {role}")

    def guard(self, table: Table, layout: int = LAYOUT) -> None:
        """Refuse from now on that rows of a table be edited or deleted."""
        for statement in postgres_guards(table, quoted(self.schema), layout):
            self.change(statement)

    def loosen(self, table: Table) -> None:
        """Let rows of a table be edited, until `guard`: for migrations."""
        for end in ("kept", "unedited", "untruncated"):
            self.change(f"DROP TRIGGER IF EXISTS {table.name}_{end} ON {table.name}")

    def add_column(self, table: Table, column: str) -> None:
        """Add a column of the schema to a table made before it."""
        self.change(f"ALTER TABLE {table.name} ADD COLUMN {_column(table.column(column))}")

    def furnish(self, layout: int) -> None:
        """Make, or make anew, the views of a layout; who may read the tables may read them."""
        for layer in layers(layout):
            self.change(f"DROP VIEW IF EXISTS {layer.name}")
            query = view_query(
                layer, schema=f"{quoted(self.schema)}.", fid="fid", layout=layout, day=_DAY
            )
            self.change(f"CREATE VIEW {layer.name} AS {query}")
            self._comment(f"VIEW {layer.name}", f"{layer.title}: {layer.about}")
            for role in self._allowed("SELECT"):
                self.change(f"GRANT SELECT ON {layer.name} TO {role}")

    def _allowed(self, privilege: str) -> list[str]:
        """Return the roles, quoted, that were given a right to the versions."""
        rows = self.rows(
            "SELECT DISTINCT grantee FROM information_schema.role_table_grants "
            "WHERE table_schema = :schema AND table_name = 'version' "
            "AND privilege_type = :privilege AND grantee <> grantor",
            {"schema": self.schema, "privilege": privilege},
        )
        return [quoted(role) for (role,) in rows]

    def settle(self, crs: pyproj.CRS | None, wkt: str) -> int:
        """Make a CRS that of the shape column; return the number it has there."""
        number = 0 if crs is None else self._number(crs, wkt)
        held, owned = self.rows(
            "SELECT postgis_typmod_srid(a.atttypmod), pg_has_role(c.relowner, 'USAGE') "
            "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
            "WHERE c.oid = CAST('territory' AS regclass) AND a.attname = 'geom'"
        )[0]
        if held != number and owned:
            layout = max(self.layout(), 1)
            for layer in layers(layout):
                self.change(f"DROP VIEW IF EXISTS {layer.name}")
            self.change(
                f"ALTER TABLE territory ALTER COLUMN geom TYPE geometry(MultiPolygon, {number}) "
                f"USING ST_SetSRID(geom, {number})"
            )
            self.furnish(layout)
        self._srid = number
        return number

    def touched(
        self, moment: str, bounds: Sequence[float] | None, places: Sequence[float] | None = None
    ) -> None:
        """Take note that something was written: nothing to do on a server."""

    def flaws(self) -> list[Flaw]:
        """Return what is broken in the database itself: its indexes, its triggers."""
        layout = self.layout()
        sought = ["territory_geom", "territory_key", "version_unit", "code_code"]
        if layout >= PLACE.since:
            sought += ["place_geom", "place_place", "name_place", "term_key_pkey"]
        flaws = [
            Flaw(N_("the index {name} is missing or not valid"), {"name": name})
            for name in sought
            if not self.rows(
                "SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
                "JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE i.indisvalid AND c.relname = :name AND n.nspname = :schema",
                {"name": name, "schema": self.schema},
            )
        ]
        kept = {
            row[0]
            for row in self.rows(
                "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE n.nspname = :schema AND t.tgenabled IN ('O', 'A')",
                {"schema": self.schema},
            )
        }
        flaws += [
            Flaw(N_("the trigger {name}, which keeps rows from being changed, is missing or "
                    "altered"), {"name": f"{table.name}_{end}"})
            for table in tables(layout)
            for end in ("kept", "unedited", "untruncated")
            if not table.derived and f"{table.name}_{end}" not in kept
        ]  # fmt: skip
        return flaws

    def close(self) -> None:
        """Let go of it."""
        self.connection.close()

    def _number(self, crs: pyproj.CRS, wkt: str) -> int:
        authority, _, code = wkt.partition(":")
        named = {"name": authority, "code": int(code)} if code.isdigit() else None
        if named:
            held = self.rows(
                "SELECT srid FROM spatial_ref_sys WHERE auth_name = :name AND auth_srid = :code",
                named,
            )
        else:
            held = self.rows(
                "SELECT srid FROM spatial_ref_sys WHERE auth_name = 'diming' AND srtext = :text",
                {"text": wkt[:2048]},
            )
        if held:
            return int(held[0][0])
        if not self.rows("SELECT has_table_privilege('spatial_ref_sys', 'INSERT')")[0][0]:
            return 0  # The archive knows its CRS without.
        (most,) = self.rows("SELECT max(srid) FROM spatial_ref_sys WHERE srid < 998000")[0]
        number = max(_OWN_CRS, (most or 0) + 1)
        self.change(
            "INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text) "
            "VALUES (:srid, :name, :code, :text, :proj)",
            {"srid": number, "name": authority if named else "diming",
             "code": named["code"] if named else number,
             "text": (crs.to_wkt() if named else wkt)[:2048], "proj": ""},
        )  # fmt: skip
        return number

    def _comment(self, what: str, text: str) -> None:
        self.change(f"COMMENT ON {what} IS '{text.replace(chr(39), chr(39) * 2)}'")


def _create(table: Table, layout: int) -> str:
    columns = [_column(c, primary=table.numbered and c.name == table.key[0])
               for c in table.columns if c.since <= layout]  # fmt: skip
    if table.derived and not table.numbered:
        columns.append(f"PRIMARY KEY ({', '.join(table.key)})")
    elif not table.numbered:
        columns.insert(0, "fid BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY")
    return f"CREATE TABLE {table.name} ({', '.join(columns)})"


def _column(column: Column, *, primary: bool = False) -> str:
    end = " PRIMARY KEY" if primary else "" if column.null else " NOT NULL"
    return f"{column.name} {_TYPES[column.kind]}{end}"


@cache
def _spelt(sql: str) -> str:
    return re.sub(r"(?<![:\w]):([a-z_]+)", r"%(\1)s", sql)


def _unstorable(value: Any) -> bool:
    return isinstance(value, str) and ("\0" in value or (not value.isascii() and _halved(value)))


def _halved(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
