"""What the standard wants to stand in a GeoPackage, as SQL (GeoPackage 建表)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diming.store.columns import Column, Table

_TYPES = {"text": "TEXT", "int": "INTEGER", "real": "DOUBLE", "bool": "BOOLEAN", "day": "DATE",
          "moment": "DATETIME", "shape": "MULTIPOLYGON", "geometry": "GEOMETRY"}  # fmt: skip

METADATA = (
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
#: Kinds of extensions: name, definition, scope.
RTREE = (
    "gpkg_rtree_index", "http://www.geopackage.org/spec130/#extension_rtree", "write-only"
)  # fmt: skip
CRS_WKT = (
    "gpkg_crs_wkt", "http://www.geopackage.org/spec130/#extension_crs_wkt", "read-write"
)  # fmt: skip
#: Tables that are of no interest to a GIS.
TERMS = ("diming_terms", "docs/archive.md of diming: what searching needs", "read-write")
SYSTEMS = (
    ("Undefined cartesian SRS", -1, "NONE", -1, "undefined", "undefined cartesian", "undefined"),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic", "undefined"),
)  # fmt: skip

#: Styles, as QGIS keeps them in a file.
STYLE_TABLE = """CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
  styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))"""


def rtree_name(table: Table) -> str:
    """Return what the spatial index of a table is called."""
    return f"rtree_{table.name}_geom"


def spatial_index(table: Table) -> tuple[str, ...]:
    """Return the index and its triggers, as the standard words them (its clause F.3)."""
    rtree, of, key = rtree_name(table), table.name, table.key[0]
    box = "ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)"
    held = "(NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))"
    void = "(NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))"
    add = f"INSERT OR REPLACE INTO {rtree} VALUES (NEW.{key}, {box});"
    remove = f"DELETE FROM {rtree} WHERE id = OLD.{key};"
    return (
        f"CREATE VIRTUAL TABLE {rtree} USING rtree(id, minx, maxx, miny, maxy)",
        f"CREATE TRIGGER {rtree}_insert AFTER INSERT ON {of} WHEN {held} BEGIN {add} END",
        f"CREATE TRIGGER {rtree}_update1 AFTER UPDATE OF geom ON {of} "
        f"WHEN OLD.{key} = NEW.{key} AND {held} BEGIN {add} END",
        f"CREATE TRIGGER {rtree}_update2 AFTER UPDATE OF geom ON {of} "
        f"WHEN OLD.{key} = NEW.{key} AND {void} BEGIN {remove} END",
        f"CREATE TRIGGER {rtree}_update3 AFTER UPDATE ON {of} "
        f"WHEN OLD.{key} != NEW.{key} AND {held} BEGIN {remove} {add} END",
        f"CREATE TRIGGER {rtree}_update4 AFTER UPDATE ON {of} "
        f"WHEN OLD.{key} != NEW.{key} AND {void} "
        f"BEGIN DELETE FROM {rtree} WHERE id IN (OLD.{key}, NEW.{key}); END",
        f"CREATE TRIGGER {rtree}_delete AFTER DELETE ON {of} WHEN OLD.geom NOT NULL "
        f"BEGIN {remove} END",
    )


def create_table(table: Table, layout: int) -> str:
    """Return the statement that makes a table of a layout."""
    if table.derived and not table.numbered:
        columns = [column_of(c) for c in table.columns]
        keys = ", ".join(table.key)
        return (
            f"CREATE TABLE {table.name} ({', '.join(columns)}, PRIMARY KEY ({keys})) WITHOUT ROWID"
        )
    columns = [
        _numbering(c.name, table.derived)
        if table.numbered and c.name == table.key[0]
        else column_of(c)
        for c in table.columns
        if c.since <= layout
    ]
    if not table.numbered:
        columns.insert(0, _numbering("fid"))
    return f"CREATE TABLE {table.name} ({', '.join(columns)})"


def _numbering(name: str, derived: bool = False) -> str:
    # No number is ever given twice, but among what is made anew.
    return f"{name} INTEGER PRIMARY KEY {'' if derived else 'AUTOINCREMENT '}NOT NULL"


def column_of(column: Column) -> str:
    """Return a column as a table is made with it."""
    return f"{column.name} {_TYPES[column.kind]}" + ("" if column.null else " NOT NULL")
