"""An archive in one file that every GIS opens: a GeoPackage (OGC 12-128r18, 1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.errors import N_
from diming.store.blob import from_blobs, to_blobs
from diming.store.columns import LAYOUT, Table
from diming.store.geopackage_tables import (
    CRS_WKT,
    METADATA,
    RTREE,
    STYLE_TABLE,
    SYSTEMS,
    TERMS,
    column_of,
    create_table,
    rtree_name,
    spatial_index,
)
from diming.store.guards import sqlite_guards
from diming.store.layers import layers, styles, view_query
from diming.store.protocol import Flaw
from diming.store.schema import PLACES, TERRITORY, indexes, tables
from diming.store.schema_names import PLACE, PLACE_SRID
from diming.store.sqlite import SqliteFile

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    import numpy as np
    import pyproj
    from numpy.typing import NDArray

#: ``GPKG``, and version 1.3.
APPLICATION_ID, USER_VERSION = 0x47504B47, 10300
#: A day that may be missing, with the declared type of its column, which a GIS reads.
_DAY = "(SELECT d.{column} FROM {table} d WHERE d.row_id = v.row_id AND d.{column} <> '{missing}')"
_UNDEFINED_CARTESIAN = -1
#: Numbers of CRS that no authority has numbered.
_OWN_CRS = 100_000
_RTREE = rtree_name(TERRITORY)
#: What is in the CRS of places; all other layers are in that of the territories.
_OF_PLACES = f"('{PLACE.name}', '{PLACES.name}')"


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
        for statement in METADATA:
            self.change(statement)
        self._many("gpkg_spatial_ref_sys", SYSTEMS)
        self._register(4326)
        self._extension("gpkg_spatial_ref_sys", "definition_12_063", CRS_WKT)
        for table in tables(layout):
            self.add_table(table, layout)
        self.furnish(layout)

    def add_table(self, table: Table, layout: int = LAYOUT) -> None:
        """Make a table of the schema, with its indexes and guards."""
        self.change(create_table(table, layout))
        if table.derived:
            self._extension(table.name, None, TERMS)
        elif table.shape is None:
            self._content(table.name, "attributes", table.title, table.about)
        else:
            self._layer(table.name, table.title, table.about)
            self._extension(table.name, "geom", RTREE)
        for statement in (*indexes(table), *(spatial_index(table) if table.shape else ())):
            self.change(statement)
        self.guard(table, layout)

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
        self.change(f"ALTER TABLE {table.name} ADD COLUMN {column_of(table.column(column))}")

    def furnish(self, layout: int) -> None:
        """Make, or make anew, the views of a layout and how they are drawn."""
        for layer in layers(layout):
            query = view_query(layer, fid="OGC_FID", layout=layout, day=_DAY)
            self.change(f"DROP VIEW IF EXISTS {layer.name}")
            self.change(f"CREATE VIEW {layer.name} AS {query}")
            if not self.rows(
                "SELECT 1 FROM gpkg_contents WHERE table_name = :name", {"name": layer.name}
            ):
                self._layer(layer.name, layer.title, layer.about)
        if layout < 2:
            return
        if not self.rows("SELECT 1 FROM sqlite_master WHERE name = 'layer_styles'"):
            self.change(STYLE_TABLE)
            self._content("layer_styles", "attributes", "layer_styles", "Styles, for QGIS.")
        drawn = {row[0] for row in self.rows("SELECT f_table_name FROM layer_styles")}
        for layer, qml in styles(layout):
            if layer.name not in drawn:
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
        others = f"table_name NOT IN {_OF_PLACES}"
        if self.rows(
            f"SELECT 1 FROM gpkg_geometry_columns WHERE srs_id <> :number AND {others}", values
        ):
            self.change(f"UPDATE gpkg_geometry_columns SET srs_id = :number WHERE {others}", values)
            self.change(
                "UPDATE gpkg_contents SET srs_id = :number WHERE data_type = 'features' "
                f"AND {others}",
                values,
            )
        return number

    def touched(
        self, moment: str, bounds: Sequence[float] | None, places: Sequence[float] | None = None
    ) -> None:
        """Take note that something was written, and where."""
        self.change("UPDATE gpkg_contents SET last_change = :moment", {"moment": moment})
        for which, box in (("NOT IN", bounds), ("IN", places)):
            if box is not None:
                self.change(
                    "UPDATE gpkg_contents SET min_x = min(coalesce(min_x, :xmin), :xmin), "
                    "min_y = min(coalesce(min_y, :ymin), :ymin), "
                    "max_x = max(coalesce(max_x, :xmax), :xmax), "
                    "max_y = max(coalesce(max_y, :ymax), :ymax) "
                    f"WHERE data_type = 'features' AND table_name {which} {_OF_PLACES}",
                    dict(zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True)),
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
        layout = self.layout()
        if layout >= PLACE.since:
            flaws += self._places_astray()
        kept: dict[str, str] = dict(
            self.rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        )
        flaws += [
            Flaw(N_("the trigger {name}, which keeps rows from being changed, is missing or "
                    "altered"), {"name": name})
            for table in tables(layout)
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

    def _places_astray(self) -> list[Flaw]:
        rtree = rtree_name(PLACE)
        # The index holds edges as short floats, and rounds those next to nought inward.
        astray = self.rows(
            f"SELECT p.row_id FROM place p LEFT JOIN {rtree} r ON r.id = p.row_id "
            "WHERE p.geom IS NOT NULL AND (r.id IS NULL "
            "OR r.minx > ST_MinX(p.geom) + 1e-9 OR r.maxx < ST_MaxX(p.geom) - 1e-9 "
            "OR r.miny > ST_MinY(p.geom) + 1e-9 OR r.maxy < ST_MaxY(p.geom) - 1e-9) "
            f"UNION SELECT r.id FROM {rtree} r LEFT JOIN place p "
            "ON p.row_id = r.id AND p.geom IS NOT NULL WHERE p.row_id IS NULL ORDER BY 1 LIMIT 20"
        )
        return [Flaw(N_("the spatial index misplaces place {row}"), {"row": r}) for (r,) in astray]

    def _counted(self) -> list[tuple[str, int | None, int | None]]:
        """Return the highest number ever given in each table, and the highest there is."""
        given: dict[str, int] = dict(self.rows("SELECT name, seq FROM sqlite_sequence"))
        found = []
        for table in tables(self.layout()):
            if table.derived:
                continue
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
        self._many(
            "gpkg_contents (table_name, data_type, identifier, description)",
            [(name, kind, title, about)],
        )

    def _layer(self, name: str, title: str, about: str) -> None:
        """Enter a layer of territories, or of places."""
        self._content(name, "features", title, about)
        beneath = PLACE if name in (PLACE.name, PLACES.name) else TERRITORY
        kind, srs = "MULTIPOLYGON", self._shape_srs()
        if beneath is PLACE:
            kind, srs = "GEOMETRY", self._register(PLACE_SRID)
        self._many("gpkg_geometry_columns", [(name, "geom", kind, srs, 0, 0)])
        self.change(
            "UPDATE gpkg_contents SET (min_x, min_y, max_x, max_y) = (SELECT min_x, min_y, max_x, "
            "max_y FROM gpkg_contents WHERE table_name = :beneath), srs_id = :srs "
            "WHERE table_name = :name",
            {"name": name, "beneath": beneath.name, "srs": srs},
        )

    def _extension(self, table: str, column: str | None, extension: tuple[str, str, str]) -> None:
        self._many("gpkg_extensions", [(table, column, *extension)])

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


def _wkt1(crs: pyproj.CRS) -> str:
    import pyproj

    try:
        return str(crs.to_wkt("WKT1_GDAL")) or "undefined"
    except pyproj.exceptions.CRSError:
        return "undefined"
