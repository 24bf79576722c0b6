"""What a GIS sees when it opens an archive: layers in force, and history (图层)."""

from __future__ import annotations

from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from diming.model.span import EVER, OPEN
from diming.store.schema import HISTORY, LAYERS, PLACES, Layer

if TYPE_CHECKING:
    from collections.abc import Iterator

_EVER, _OPEN = EVER.isoformat(), OPEN.isoformat()

#: Outline of a level: colour and width in millimetres; the larger unit has the stronger line.
_OUTLINES = {0: ("#555555", 0.3), 1: ("#6b2d5c", 0.9), 2: ("#8a4f7d", 0.7), 3: ("#a23b3b", 0.5),
             4: ("#b7791f", 0.35), 5: ("#7a8b99", 0.2)}  # fmt: skip

_CODE = (
    "(SELECT c.code FROM {schema}code c WHERE c.version = v.row_id "
    "ORDER BY CASE c.system WHEN 'ministry' THEN 0 WHEN 'nbs' THEN 1 ELSE 2 END LIMIT 1)"
)
_PARENT = (
    "(SELECT p.name FROM {schema}version p WHERE p.unit_id = v.parent_id AND p.known_to IS NULL "
    "AND p.begin_day <= v.begin_day AND p.end_day > v.begin_day "
    "ORDER BY p.row_id LIMIT 1)"
)


#: A list of names as people read it; quotes within a name stay escaped.
_WITHIN = (
    """CASE WHEN v.within = '[]' THEN (SELECT w.name FROM {schema}version w """
    "WHERE w.unit_id = v.within_id AND w.known_to IS NULL ORDER BY w.begin_day DESC, w.row_id "
    """LIMIT 1) ELSE replace(trim(v.within, '[]"'), '","', ' ') END"""
)
#: Its standard name, the one in use before others.
_STANDARD = (
    "(SELECT n.{column} FROM {schema}name n WHERE n.place_id = v.place_id AND n.known_to IS NULL "
    "ORDER BY CASE n.kind WHEN 'standard' THEN 0 ELSE 1 END, coalesce(n.end_day, '') DESC, "
    "n.row_id LIMIT 1)"
)


def view_query(layer: Layer, *, schema: str = "", fid: str, layout: int, day: str) -> str:
    """Return the query behind a layer.

    Parameters
    ----------
    schema : str
        With its dot.
    fid : str
        What the number of a feature is called.
    day : str
        How a column of days becomes a day that may be missing, with places ``{table}``,
        ``{column}`` and ``{missing}``.

    Notes
    -----
    In layers in force it is the number of the territory: so GDAL finds its way to the
    spatial index of the table beneath. In history a territory may occur twice.
    """
    if layer is PLACES:
        return _places_query(schema, fid, day)
    number = "v.row_id" if layer.level == 0 else "t.fid"
    area = "t.area_m2, " if layout >= 2 else ""
    of = {"table": "version", "schema": schema}
    begin = day.format(column="begin_day", missing=_EVER, **of)
    end = day.format(column="end_day", missing=_OPEN, **of)
    level = "v.level, " if layer.level == 0 else ""
    ending = f', {end} AS "end"' if layer.level == 0 else ""
    condition = (
        "v.known_to IS NULL"
        if layer.level == 0
        else f"v.known_to IS NULL AND v.level = {layer.level} AND v.end_day = '{_OPEN}'"
    )
    return (
        f"SELECT {number} AS {fid}, v.unit_id, {_CODE.format(schema=schema)} AS code, v.name, "
        f"{level}v.kind, v.parent_id, {_PARENT.format(schema=schema)} AS parent, v.seat, "
        f'{begin} AS "begin"{ending}, v.note, {area}t.geom AS geom '
        f"FROM {schema}version v JOIN {schema}territory t ON t.fid = v.territory WHERE {condition}"
    )


def _places_query(schema: str, fid: str, day: str) -> str:
    begin = day.format(column="begin_day", missing=_EVER, table="place", schema=schema)
    name, romanisation = (
        _STANDARD.format(column=column, schema=schema) for column in ("text", "romanisation")
    )
    within = _WITHIN.format(schema=schema)
    return (
        f"SELECT v.row_id AS {fid}, v.place_id, {name} AS name, {romanisation} AS romanisation, "
        f'v.class_code, v.feature, v.code, {begin} AS "begin", {within} AS within, v.source, '
        f"v.source_id, v.geom AS geom FROM {schema}place v "
        f"WHERE v.known_to IS NULL AND v.end_day = '{_OPEN}' AND v.geom IS NOT NULL"
    )


def layers(layout: int) -> tuple[Layer, ...]:
    """Return the layers that a layout shows."""
    return tuple(x for x in (*LAYERS, HISTORY, PLACES) if x.since <= layout)


def styles(layout: int) -> Iterator[tuple[Layer, str]]:
    """Yield each layer with how QGIS draws it."""
    areas, places = (
        Template(files("diming.store").joinpath(name).read_text("utf-8"))
        for name in ("layer.qml", "place.qml")
    )
    for layer in layers(layout):
        if layer is PLACES:
            yield layer, places.substitute()
            continue
        colour, width = _OUTLINES[layer.level]
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        yield layer, areas.substitute(
            line=f"{red},{green},{blue},255", fill=f"{red},{green},{blue},24", width=width,
            temporal=int(layer is HISTORY), size=max(12 - layer.level, 7),
        )  # fmt: skip
