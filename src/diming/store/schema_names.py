"""The tables of the gazetteer, since layout 3 (地名库表)."""

from __future__ import annotations

from diming.store.columns import KNOWN, Column, Table

#: CRS of all places, whatever that of the territories: CGCS2000.
PLACE_SRID = 4490

_SPAN = (
    Column("begin_day", "day", null=True), Column("begin_precision", null=True),
    Column("end_day", "day", null=True), Column("end_precision", null=True),
)  # fmt: skip

PLACE = Table(
    "place",
    ("row_id",),
    (
        Column("row_id", "int"), Column("place_id"), Column("class_code"), Column("feature"),
        Column("code"), Column("lon", "real", null=True), Column("lat", "real", null=True),
        Column("within"), Column("within_code"), Column("within_id", null=True),
        Column("within_on", "day", null=True), Column("told_text"), *_SPAN, Column("certainty"),
        Column("source"), Column("source_id"), Column("facts"), *KNOWN,
        Column("key", null=True), Column("verbatim"), Column("geom", "geometry", null=True),
    ),
    "地点 places",
    "Places other than divisions: what each is, and where.",
    since=3,
)  # fmt: skip
NAME = Table(
    "name",
    ("row_id",),
    (
        Column("row_id", "int"), Column("name_id"), Column("place_id"), Column("text"),
        Column("kind"), Column("lang"), Column("romanisation"), Column("reading"),
        Column("told_text"), *_SPAN, Column("told_certainty"), Column("certainty"),
        Column("origin"), Column("meaning"), Column("citation"), Column("facts"), *KNOWN,
    ),
    "地名 names",
    "Names of places, and of units besides those in versions: each as one source attests it.",
    since=3,
)  # fmt: skip
ENTRY = Table(
    "entry",
    ("row_id",),
    (
        Column("row_id", "int"), Column("matter_id"), Column("matter"), Column("step", "int"),
        Column("day", "day"), Column("state"), Column("place_id", null=True), Column("said"),
        *KNOWN,
    ),
    "案卷 entries",
    "Steps of applications, listings, signs: a register that only grows.",
    since=3,
)  # fmt: skip

TERM = Table(
    "term",
    ("number",),
    (Column("number", "int"), Column("text"), Column("syllables")),
    "检索词 terms",
    "Spellings that occur among names, each once; worked out from them.",
    since=3,
    derived=True,
)
TERM_KEY = Table(
    "term_key",
    ("key", "term"),
    (Column("key", "int"), Column("term", "int")),
    "检索键 keys of terms",
    "By which keys a term is found.",
    since=3,
    derived=True,
)
TERM_USE = Table(
    "term_use",
    ("term", "source", "row"),
    (Column("term", "int"), Column("source"), Column("row", "int")),
    "检索词出处 uses of terms",
    "Which rows are written so: of `name` (place), of `version` (unit).",
    since=3,
    derived=True,
)

#: In the order in which they are made and copied.
NAME_TABLES = (PLACE, NAME, ENTRY, TERM, TERM_KEY, TERM_USE)

#: Name, table, columns, unique, condition.
NAME_INDEXES = (
    ("place_place", "place", "place_id", False, ""),
    ("place_believed", "place", "place_id", True, "known_to IS NULL"),
    ("place_source", "place", "source, source_id", False, ""),
    ("place_code", "place", "code", False, "code <> ''"),
    ("place_within", "place", "within_id", False, "within_id IS NOT NULL"),
    ("place_position", "place", "lon, lat", False, "lon IS NOT NULL"),
    ("place_known_from", "place", "known_from, row_id", False, ""),
    ("place_known_to", "place", "known_to", False, "known_to IS NOT NULL"),
    ("name_believed", "name", "name_id", True, "known_to IS NULL"),
    ("name_place", "name", "place_id", False, ""),
    ("name_known_from", "name", "known_from, row_id", False, ""),
    ("name_known_to", "name", "known_to", False, "known_to IS NOT NULL"),
    ("entry_believed", "entry", "matter_id, step", True, "known_to IS NULL"),
    ("entry_every", "entry", "matter_id, step, known_from", False, ""),
    ("entry_matter", "entry", "matter, matter_id, step", False, ""),
    ("entry_place", "entry", "place_id", False, "place_id IS NOT NULL"),
    ("entry_known_from", "entry", "known_from, row_id", False, ""),
    ("entry_known_to", "entry", "known_to", False, "known_to IS NOT NULL"),
    ("term_text", "term", "text", True, ""),
    ("term_syllables", "term", "syllables", False, "syllables <> ''"),
    ("term_use_row", "term_use", "source, row", False, ""),
)
