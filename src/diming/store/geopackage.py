"""An archive in one file that every GIS opens: a GeoPackage (OGC 12-128r18, 1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.errors import N_
from diming.store.blob import from_blobs, to_blobs
from diming.store.guards import sqlite_guards
from diming.store.layers import layers, styles, view_query
from diming.store.protocol import Flaw
from diming.store.schema import LAYOUT, TABLES, Column, Table, indexes
from diming.store.sqlite import SqliteFile

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    import numpy as np
    import pyproj
    from numpy.typing import NDArray

#: ``GPKG``, and version 1.3.
APPLICATION_ID, USER_VERSION = 0x47504B47, 10300
_RTREE = "rtree_territory_geom"
_TYPES = {"text": "TEXT", "int": "INTEGER", "real": "DOUBLE", "bool": "BOOLEAN", "day": "DATE",
          "moment": "DATETIME", "shape": "MULTIPOLYGON"}  # fmt: skip
#: A day that may be missing, with the declared type of its column, which a GIS reads.
_DAY = "(SELECT d.{column} FROM version d WHERE d.row_id = v.row_id AND d.{column} <> '{missing}')"
_UNDEFINED_CARTESIAN = -1
#: Numbers of CRS that no authority has numbered.
_OWN_CRS = 100_000

_METADATA = (
    """CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT,
  definition_12_063 TEXT NOT NULL DEFAULT 'undefined')""",
    """CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))""",
    """CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id))""",
    """CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))""",
)
_EXTENSIONS = (
    ("territory", "geom", "gpkg_rtree_index",
     "http://www.geopackage.org/spec130/#extension_rtree", "write-only"),
    ("gpkg_spatial_ref_sys", "definition_12_063", "gpkg_crs_wkt",
     "http://www.geopackage.org/spec130/#extension_crs_wkt", "read-write"),
)  # fmt: skip
_SYSTEMS = (
    ("Undefined cartesian SRS", -1, "NONE", -1, "undefined", "undefined cartesian", "undefined"),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic", "undefined"),
)  # fmt: skip

_BOX = "ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)"
_HELD = "(NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))"
_VOID = "(NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))"
#: The index and its triggers, as the standard words them (its clause F.3).
_SPATIAL_INDEX = (
    f"CREATE VIRTUAL TABLE {_RTREE} USING rtree(id, minx, maxx, miny, maxy)",
    f"CREATE TRIGGER {_RTREE}_insert AFTER INSERT ON territory WHEN {_HELD} "
    f"BEGIN INSERT OR REPLACE INTO {_RTREE} VALUES (NEW.fid, {_BOX}); END",
    f"CREATE TRIGGER {_RTREE}_update1 AFTER UPDATE OF geom ON territory "
    f"WHEN OLD.fid = NEW.fid AND {_HELD} "
    f"BEGIN INSERT OR REPLACE INTO {_RTREE} VALUES (NEW.fid, {_BOX}); END",
    f"CREATE TRIGGER {_RTREE}_update2 AFTER UPDATE OF geom ON territory "
    f"WHEN OLD.fid = NEW.fid AND {_VOID} "
    f"BEGIN DELETE FROM {_RTREE} WHERE id = OLD.fid; END",
    f"CREATE TRIGGER {_RTREE}_update3 AFTER UPDATE ON territory "
    f"WHEN OLD.fid != NEW.fid AND {_HELD} "
    f"BEGIN DELETE FROM {_RTREE} WHERE id = OLD.fid; "
    f"INSERT OR REPLACE INTO {_RTREE} VALUES (NEW.fid, {_BOX}); END",
    f"CREATE TRIGGER {_RTREE}_update4 AFTER UPDATE ON territory "
    f"WHEN OLD.fid != NEW.fid AND {_VOID} "
    f"BEGIN DELETE FROM {_RTREE} WHERE id IN (OLD.fid, NEW.fid); END",
    f"CREATE TRIGGER {_RTREE}_delete AFTER DELETE ON territory WHEN OLD.geom NOT NULL "
    f"BEGIN DELETE FROM {_RTREE} WHERE id = OLD.fid; END",
)

#: Styles, as QGIS keeps them in a file.
_STYLE_TABLE = """CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
  styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))"""


class GeoPackage(SqliteFile):
    """The tables of an archive in a GeoPackage; see `diming.store.database.Database`."""

    def in_box(self) -> str:
        """Return the query of fids of territories that meet ``:xmin :ymin :xmax :ymax``."""
        return (
            f"SELECT id FROM {_RTREE} WHERE minx <= :xmax AND maxx >= :xmin "
            "AND miny <= :ymax AND maxy >= :ymin"
        )

    def shape_column(self, alias: str) -> str:
        """Return the expression that yields what `unpack` takes."""
        return f"{alias}.geom"

    def pack(self, wkb: Sequence[bytes], bounds: NDArray[np.float64], srid: int) -> list[bytes]:
        """Return multipolygons as the shape column takes them."""
        return to_blobs(wkb, bounds, srid)

    def unpack(self, shapes: Iterable[Any]) -> list[bytes]:
        """Return little-endian WKB of multipolygons as kept."""
        return from_blobs(shapes)

    def layout(self) -> int:
        """Return the layout of the tables."""
        number: int = self.rows("SELECT max(version) FROM diming_layout")[0][0]
        return number

    def lay_out(self, layout: int = LAYOUT) -> None:
        """Make all tables in an empty database, within the transaction under way."""
        for statement in _METADATA:
            self.change(statement)
        self._many("gpkg_spatial_ref_sys", _SYSTEMS)
        self._register(4326)
        self._many("gpkg_extensions", _EXTENSIONS)
        for table in TABLES:
            self.change(_create(table, layout))
            spatial = table.name == "territory"
            self._content(
                table.name, "features" if spatial else "attributes", table.title, table.about
            )
        self._geometry_column("territory")
        for statement in (*indexes(), *_SPATIAL_INDEX):
            self.change(statement)
        for table in TABLES:
            self.guard(table, layout)
        self.furnish(layout)

    def guard(self, table: Table, layout: int = LAYOUT) -> None:
        """Refuse from now on that rows of a table be edited or deleted."""
        for statement in sqlite_guards(table, layout).values():
            self.change(statement)

    def loosen(self, table: Table) -> None:
        """Let rows of a table be edited, until `guard`: for migrations."""
        for name in sqlite_guards(table, LAYOUT):
            self.change(f"DROP TRIGGER IF EXISTS {name}")

    def add_column(self, table: Table, column: str) -> None:
        """Add a column of the schema to a table made before it."""
        self.change(f"ALTER TABLE {table.name} ADD COLUMN {_column(table.column(column))}")

    def furnish(self, layout: int) -> None:
        """Make, or make anew, the views of a layout and how they are drawn."""
        for layer in layers(layout):
            query = view_query(layer, fid="OGC_FID", layout=layout, day=_DAY)
            self.change(f"DROP VIEW IF EXISTS {layer.name}")
            self.change(f"CREATE VIEW {layer.name} AS {query}")
            if not self.rows(
                "SELECT 1 FROM gpkg_contents WHERE table_name = :name", {"name": layer.name}
            ):
                self._content(layer.name, "features", layer.title, layer.about)
                self._geometry_column(layer.name)
        if layout >= 2 and not self.rows("SELECT 1 FROM sqlite_master WHERE name = 'layer_styles'"):
            self.change(_STYLE_TABLE)
            self._content("layer_styles", "attributes", "layer_styles", "Styles, for QGIS.")
            for layer, qml in styles():
                self.change(
                    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
                    "f_geometry_column, styleName, styleQML, useAsDefault, description, owner) "
                    "VALUES ('', '', :name, 'geom', :name, :qml, 1, :about, '')",
                    {"name": layer.name, "qml": qml, "about": layer.about},
                )

    def settle(self, crs: pyproj.CRS | None, wkt: str) -> int:
        """Make a CRS that of the shape column; return the number it has there."""
        number = _UNDEFINED_CARTESIAN if crs is None else self._number(crs, wkt)
        values = {"number": number}
        if self.rows("SELECT 1 FROM gpkg_geometry_columns WHERE srs_id <> :number", values):
            self.change("UPDATE gpkg_geometry_columns SET srs_id = :number", values)
            self.change(
                "UPDATE gpkg_contents SET srs_id = :number WHERE data_type = 'features'", values
            )
        return number

    def touched(self, moment: str, bounds: Sequence[float] | None) -> None:
        """Take note that something was written, and where."""
        self.change("UPDATE gpkg_contents SET last_change = :moment", {"moment": moment})
        if bounds is not None:
            self.change(
                "UPDATE gpkg_contents SET min_x = min(coalesce(min_x, :xmin), :xmin), "
                "min_y = min(coalesce(min_y, :ymin), :ymin), "
                "max_x = max(coalesce(max_x, :xmax), :xmax), "
                "max_y = max(coalesce(max_y, :ymax), :ymax) WHERE data_type = 'features'",
                dict(zip(("xmin", "ymin", "xmax", "ymax"), bounds, strict=True)),
            )

    def flaws(self) -> list[Flaw]:
        """Return what is broken in the file itself: its pages, its indexes, its triggers."""
        said = [row[0] for row in self.rows("PRAGMA integrity_check(20)")]
        if said != ["ok"]:
            return [
                Flaw(N_("the file is damaged: {detail}"), {"detail": text, "fatal": True})
                for text in said
            ]
        astray = self.rows(
            f"SELECT t.fid FROM territory t LEFT JOIN {_RTREE} r ON r.id = t.fid "
            "WHERE r.id IS NULL OR r.minx > t.min_x OR r.maxx < t.max_x OR r.miny > t.min_y "
            f"OR r.maxy < t.max_y UNION SELECT r.id FROM {_RTREE} r LEFT JOIN territory t "
            "ON t.fid = r.id WHERE t.fid IS NULL"
        )
        flaws = [
            Flaw(N_("the spatial index misplaces territory {fid}"), {"fid": row[0]})
            for row in astray[:20]
        ]
        kept: dict[str, str] = dict(
            self.rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        )
        layout = self.layout()
        flaws += [
            Flaw(N_("the trigger {name}, which keeps rows from being changed, is missing or "
                    "altered"), {"name": name})
            for table in TABLES
            for name, sql in sqlite_guards(table, layout).items()
            if kept.get(name) != sql
        ]  # fmt: skip
        for name, highest, most in self._counted():
            if highest is not None and highest > (most or 0):
                flaws.append(
                    Flaw(N_("rows at the end of {table} were taken away: {count}"),
                         {"table": name, "count": highest - (most or 0)})
                )  # fmt: skip
        return flaws

    def _counted(self) -> list[tuple[str, int | None, int | None]]:
        """Return the highest number ever given in each table, and the highest there is."""
        given: dict[str, int] = dict(self.rows("SELECT name, seq FROM sqlite_sequence"))
        found = []
        for table in TABLES:
            key = table.key[0] if table.numbered else "fid"
            (most,) = self.rows(f"SELECT max({key}) FROM {table.name}")[0]
            found.append((table.name, given.get(table.name), most))
        return found

    def _number(self, crs: pyproj.CRS, wkt: str) -> int:
        organization, _, code = wkt.partition(":")
        if code.isdigit() and organization == "EPSG":
            return self._register(int(code), crs)
        text = wkt if not code.isdigit() else crs.to_wkt()
        held = self.rows(
            "SELECT srs_id FROM gpkg_spatial_ref_sys WHERE definition_12_063 = :text",
            {"text": text},
        )
        if held:
            return int(held[0][0])
        (most,) = self.rows("SELECT max(srs_id) FROM gpkg_spatial_ref_sys")[0]
        number = max(_OWN_CRS, most + 1)
        self._many("gpkg_spatial_ref_sys", [
            (crs.name, number, organization if code.isdigit() else "NONE",
             int(code) if code.isdigit() else number, _wkt1(crs), None, text)
        ])  # fmt: skip
        return int(number)

    def _register(self, code: int, crs: pyproj.CRS | None = None) -> int:
        if not self.rows("SELECT 1 FROM gpkg_spatial_ref_sys WHERE srs_id = :code", {"code": code}):
            if crs is None:
                import pyproj

                crs = pyproj.CRS.from_epsg(code)
            self._many(
                "gpkg_spatial_ref_sys",
                [(crs.name, code, "EPSG", code, _wkt1(crs), None, crs.to_wkt())],
            )
        return code

    def _content(self, name: str, kind: str, title: str, about: str) -> None:
        srs = self._shape_srs() if kind == "features" else None
        self._many(
            "gpkg_contents (table_name, data_type, identifier, description, srs_id)",
            [(name, kind, title, about, srs)],
        )

    def _geometry_column(self, name: str) -> None:
        row = (name, "geom", "MULTIPOLYGON", self._shape_srs(), 0, 0)
        self._many("gpkg_geometry_columns", [row])
        self.change(
            "UPDATE gpkg_contents SET (min_x, min_y, max_x, max_y) = (SELECT min_x, min_y, max_x, "
            "max_y FROM gpkg_contents WHERE table_name = 'territory') WHERE table_name = :name",
            {"name": name},
        )

    def _shape_srs(self) -> int:
        held = self.rows("SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = 'territory'")
        return int(held[0][0]) if held else _UNDEFINED_CARTESIAN

    def _many(self, target: str, rows: Sequence[tuple[Any, ...]]) -> None:
        places = ", ".join("?" * len(rows[0]))
        self.connection.executemany(f"INSERT INTO {target} VALUES ({places})", rows)


def stamp(connection: sqlite3.Connection) -> None:
    """Say in the header of a new file that it is a GeoPackage."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {USER_VERSION}")


def _create(table: Table, layout: int) -> str:
    columns = [_column(c, primary=table.numbered and c.name == table.key[0])
               for c in table.columns if c.since <= layout]  # fmt: skip
    if not table.numbered:
        columns.insert(0, "fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL")
    return f"CREATE TABLE {table.name} ({', '.join(columns)})"


def _column(column: Column, *, primary: bool = False) -> str:
    if primary:
        return f"{column.name} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"
    return f"{column.name} {_TYPES[column.kind]}" + ("" if column.null else " NOT NULL")


def _wkt1(crs: pyproj.CRS) -> str:
    import pyproj

    try:
        return str(crs.to_wkt("WKT1_GDAL")) or "undefined"
    except pyproj.exceptions.CRSError:
        return "undefined"
