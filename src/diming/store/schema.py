"""The tables of an archive, said once for every database (库表).

Rows are added, and closed: `known_to` is set once, by the revision that no longer
believes them. Nothing else ever changes. Both databases refuse it by triggers.
"""

from __future__ import annotations

from dataclasses import dataclass

from diming.store.columns import KNOWN, LAYOUT, Column, Table
from diming.store.schema_names import NAME_INDEXES, NAME_TABLES

LAYOUTS = Table(
    "diming_layout",
    ("version",),
    (Column("version", "int"), Column("applied", "moment"), Column("software")),
    "库结构版本 layout",
    "Layout of these tables, and the software that made it so.",
)
REVISION = Table(
    "revision",
    ("number",),
    (
        Column("number", "int"), Column("recorded", "moment"), Column("author"),
        Column("reason"), Column("document"), Column("kind"), Column("chain_sums"),
        Column("hash"),
    ),
    "修订 revisions",
    "When, by whom and why something was recorded; each hash is chained to the one before.",
)  # fmt: skip
VERSION = Table(
    "version",
    ("row_id",),
    (
        Column("row_id", "int"), Column("unit_id"), Column("level", "int"), Column("name"),
        Column("kind"), Column("ethnic", "bool"), Column("parent_id", null=True),
        Column("seat"), Column("territory", "int", null=True),
        Column("begin_day", "day"), Column("begin_precision"),
        Column("end_day", "day"), Column("end_precision"),
        Column("began_by", null=True), Column("ended_by", null=True), Column("note"), *KNOWN,
    ),
    "区划版本 versions of units",
    "What each unit was like during each span, with the revisions that believed it.",
)  # fmt: skip
CODE = Table(
    "code",
    ("version", "system"),
    (Column("version", "int"), Column("system"), Column("code")),
    "区划代码 codes",
    "Codes of versions, by system.",
)
EVENT = Table(
    "event",
    ("number",),
    (
        Column("number", "int"), Column("id"), Column("type"), Column("day", "day"),
        Column("payload"), Column("chain_sum", "int", null=True), Column("reverts", null=True),
        *KNOWN,
    ),
    "变更事件 events",
    "Legal acts that changed units, as JSON.",
)  # fmt: skip
EVENT_UNIT = Table(
    "event_unit",
    ("event", "side", "ordinal"),
    (
        Column("event", "int"), Column("side"), Column("ordinal", "int"),
        Column("unit_id", null=True),
    ),
    "事件单位 units of events",
    "Units that an event names, before and after.",
)  # fmt: skip
PASSAGE = Table(
    "passage",
    ("event", "ordinal"),
    (
        Column("event", "int"), Column("ordinal", "int"), Column("giver", null=True),
        Column("taker", null=True), Column("area_m2", "real", null=True),
        Column("share", "real", null=True), Column("whole", "bool"),
    ),
    "辖域转移 passages",
    "Territory that passed from one unit to another by an event.",
)  # fmt: skip
TERRITORY = Table(
    "territory",
    ("fid",),
    (
        # The shape comes last, so that SQLite need not read it for the sake of the others.
        Column("fid", "int"), Column("key"), Column("chain_sum", "int"),
        Column("area_m2", "real", null=True, since=2),
        Column("min_x", "real"), Column("min_y", "real"),
        Column("max_x", "real"), Column("max_y", "real"),
        Column("single", "bool"), Column("revision", "int"), Column("geom", "shape"),
    ),
    "辖域图形 territories",
    "Shapes of versions, each kept once under the fingerprint of its coordinates.",
)  # fmt: skip
SETTING = Table(
    "setting",
    ("name", "known_from", "known_to"),
    (Column("name"), Column("value"), *KNOWN),
    "设置 settings",
    "Settings of the archive; they have revisions like rows.",
)

#: In the order in which they are made and copied.
TABLES = (
    LAYOUTS, REVISION, TERRITORY, VERSION, CODE, EVENT, EVENT_UNIT, PASSAGE, SETTING,
    *NAME_TABLES,
)  # fmt: skip

#: Name, table, columns, unique, condition.
INDEXES = (
    ("territory_key", "territory", "key", True, ""),
    ("territory_revision", "territory", "revision", False, ""),
    ("version_unit", "version", "unit_id, begin_day", False, ""),
    ("version_parent", "version", "parent_id", False, "parent_id IS NOT NULL"),
    ("version_name", "version", "name", False, ""),
    ("version_level", "version", "level, end_day, begin_day", False, ""),
    ("version_territory", "version", "territory", False, "territory IS NOT NULL"),
    ("version_known_from", "version", "known_from", False, ""),
    ("version_known_to", "version", "known_to", False, "known_to IS NOT NULL"),
    ("code_version", "code", "version, system", True, ""),
    ("code_code", "code", "system, code, version", False, ""),
    ("event_id", "event", "id", True, "known_to IS NULL"),
    ("event_every_id", "event", "id, known_from", False, ""),
    ("event_day", "event", "day, number", False, ""),
    ("event_known_from", "event", "known_from", False, ""),
    ("event_known_to", "event", "known_to", False, "known_to IS NOT NULL"),
    ("event_unit_event", "event_unit", "event, side, ordinal", True, ""),
    ("event_unit_unit", "event_unit", "unit_id", False, "unit_id IS NOT NULL"),
    ("passage_event", "passage", "event, ordinal", True, ""),
    ("passage_giver", "passage", "giver", False, "giver IS NOT NULL"),
    ("passage_taker", "passage", "taker", False, "taker IS NOT NULL"),
    ("setting_name", "setting", "name", True, "known_to IS NULL"),
    *NAME_INDEXES,
)


def tables(layout: int = LAYOUT) -> tuple[Table, ...]:
    """Return the tables of a layout."""
    return tuple(t for t in TABLES if t.since <= layout)


@dataclass(frozen=True, slots=True)
class Layer:
    """What a GIS shows of a level: its name, and titles."""

    name: str
    level: int
    title: str
    about: str
    #: The layout that brought it.
    since: int = 1


#: What is in force today, a layer a level.
LAYERS = (
    Layer("current_province", 1, "现行省级区划 provinces in force", "Provinces in force today."),
    Layer("current_prefecture", 2, "现行地级区划 prefectures in force",
          "Prefectures in force today."),
    Layer("current_county", 3, "现行县级区划 counties in force", "Counties in force today."),
    Layer("current_township", 4, "现行乡级区划 townships in force", "Townships in force today."),
    Layer("current_village", 5, "现行村级区域 villages in force", "Villages in force today."),
)  # fmt: skip
#: All that is believed of all times.
HISTORY = Layer(
    "history", 0, "区划历史 history", "All versions believed today, with begin and end.", since=2
)
#: Places that are there, with their standard names.
PLACES = Layer(
    "current_place", -1, "现有地名 places", "Places that are there today, by standard name.",
    since=3,
)  # fmt: skip


def indexes(table: Table) -> list[str]:
    """Return the statements that make the indexes of a table."""
    return [
        f"CREATE {'UNIQUE ' if unique else ''}INDEX {name} ON {of} ({columns})"
        + (f" WHERE {condition}" if condition else "")
        for name, of, columns, unique, condition in INDEXES
        if of == table.name
    ]
