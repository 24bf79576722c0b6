"""Whatever somebody changes in the gazetteer behind our back, `verify` says so."""

from __future__ import annotations

import sqlite3

import pytest

from diming.model.namechange import NameChange
from diming.model.place import Name, Place
from diming.store.opening import create, open_store
from store.archives import CRS, START, simple
from store.gazetteers import draw_name_changes, record_names
from store.test_tampering import in_file, said

#: A place of a point, and one of a line, whatever their numbers are.
_POINT = "(SELECT min(row_id) FROM place WHERE key IS NULL AND lon IS NOT NULL)"
_SHAPE = "(SELECT min(row_id) FROM place WHERE key IS NOT NULL)"
_HASH = "recorded is not what"

#: What is done, and what verify must say of it.
DEEDS = [
    ("UPDATE place SET feature = 'x' WHERE row_id = 3", _HASH),
    ("UPDATE place SET verbatim = '{}' WHERE row_id = 3", _HASH),
    (f"UPDATE place SET lon = lon + 0.001 WHERE row_id = {_POINT}", "is not what its key or posi"),
    (f"UPDATE place SET lon = NULL WHERE row_id = {_POINT}", "is nowhere on the globe"),
    (f"UPDATE place SET lon = 9e999 WHERE row_id = {_POINT}", "is nowhere on the globe"),
    (f"UPDATE place SET lat = 91 WHERE row_id = {_POINT}", "is nowhere on the globe"),
    (f"UPDATE place SET geom = NULL WHERE row_id = {_POINT}", "is not what its key or position"),
    (f"UPDATE place SET geom = NULL WHERE row_id = {_SHAPE}", "is not what its key or position"),
    (f"UPDATE place SET geom = (SELECT p.geom FROM place p WHERE p.row_id = {_POINT}) "
     f"WHERE row_id = {_SHAPE}", "is not what its key or position"),
    (f"UPDATE place SET key = NULL WHERE row_id = {_SHAPE}", "is not what its key or position"),
    (f"UPDATE place SET key = 'abc' WHERE row_id = {_SHAPE}", _HASH),
    ("UPDATE place SET within_id = 'nowhere' WHERE row_id = 3", "lies in a unit that is not there"),
    ("UPDATE place SET known_to = 77 WHERE row_id = 3", "place 3 names a revision"),
    ("UPDATE place SET known_to = 4 WHERE known_to = 3", _HASH),
    ("DELETE FROM place WHERE place_id = 'all'", "is of a place that is not there"),
    ("DELETE FROM place WHERE known_from = 4", _HASH),
    ("UPDATE name SET text = 'x' WHERE row_id = 3", _HASH),
    ("UPDATE name SET citation = 'x' WHERE row_id = 3", _HASH),
    ("UPDATE name SET certainty = 'certain', told_certainty = 'uncertain' WHERE row_id = 3", _HASH),
    ("UPDATE name SET known_to = 3 WHERE known_to = 4", _HASH),
    ("UPDATE name SET known_from = 99 WHERE row_id = 3", "name 3 names a revision"),
    ("UPDATE name SET place_id = 'nobody' WHERE row_id = 3", "name 3 is of a place"),
    ("DELETE FROM name WHERE row_id = 3", _HASH),
    ("INSERT INTO name SELECT 999, 'z', place_id, text, kind, lang, romanisation, reading, "
     "told_text, begin_day, begin_precision, end_day, end_precision, told_certainty, certainty, "
     "origin, meaning, citation, facts, known_from, known_to FROM name WHERE row_id = 3", _HASH),
    ("UPDATE entry SET state = 'x' WHERE row_id = 3", _HASH),
    ("UPDATE entry SET said = '{}' WHERE row_id = 3", _HASH),
    ("UPDATE entry SET place_id = 'nobody' WHERE row_id = 3", "entry 3 is of a place"),
    ("UPDATE entry SET known_to = 2 WHERE row_id = 3", _HASH),
    ("UPDATE entry SET known_to = 99 WHERE row_id = 3", "entry 3 names a revision"),
    ("DELETE FROM entry WHERE row_id = 3", _HASH),
    ("DELETE FROM term", "not found by searching"),
    ("DELETE FROM term_use WHERE source = 'place'", "not found by searching"),
    ("DELETE FROM term_use WHERE source = 'unit'", "1 names are not found by searching"),
    ("DELETE FROM term_key WHERE term = 1", "1 names are not found by searching"),
    ("UPDATE term SET text = 'x' WHERE text = '万县'", "not found by searching"),
]  # fmt: skip
IDS = [str(n) for n in range(len(DEEDS))]


def fill(place) -> None:
    with create(place, CRS, recorded=START) as made:
        record_names(made, draw_name_changes(12, rounds=3, per_round=8))
        with made.write(author="a", reason="r") as writer:
            writer.append(simple("綦江区", 1))
            writer.append_names(NameChange((Place("all"),), (Name("all", "all", "全"),)))
        assert made.verify() == []


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    path = tmp_path_factory.mktemp("sound") / "a.gpkg"
    fill(path)
    return path.read_bytes()


@pytest.mark.parametrize(("sql", "what"), DEEDS, ids=IDS)
def test_a_changed_file_is_found_out(tmp_path, sound, sql, what):
    path = tmp_path / "a.gpkg"
    path.write_bytes(sound)
    in_file(path, sql)
    with open_store(path, readonly=True) as opened:
        assert any(what in text for text in said(opened.verify())), said(opened.verify())


@pytest.fixture(scope="module")
def on_server(server):
    place = server.place()
    fill(place)
    return place


@pytest.mark.parametrize(("sql", "what"), DEEDS, ids=IDS)
def test_a_changed_server_is_found_out(on_server, sql, what):
    with open_store(on_server) as opened:
        base = opened.base
        base.change("SET session_replication_role = replica")  # Triggers sleep.
        base.change("BEGIN")
        assert base.change(sql.replace("9e999", "CAST('Infinity' AS float8)")) != 0
        found = said(opened.verify())
        base.rollback()
        assert any(what in text for text in found), found


def test_guards_and_indexes_are_looked_at(tmp_path, sound, server):
    path = tmp_path / "a.gpkg"
    path.write_bytes(sound)
    with sqlite3.connect(path) as base:
        base.execute("DROP TRIGGER name_kept")
        ids = [r[0] for r in base.execute(
            "SELECT row_id FROM place WHERE geom IS NOT NULL ORDER BY row_id LIMIT 2")]  # fmt: skip
        base.execute("DELETE FROM rtree_place_geom WHERE id = ?", ids[:1])
        base.execute("UPDATE rtree_place_geom SET minx = maxx + 1, maxx = maxx + 2 WHERE id = ?",
                     ids[1:])  # fmt: skip
        base.execute("INSERT INTO rtree_place_geom VALUES (999, 0, 1, 0, 1)")
    base.close()
    with open_store(path) as opened:
        found = said(opened.verify())
        assert [t for t in found if "misplaces" in t] == [
            f"the spatial index misplaces place {row}" for row in (*ids, 999)
        ]
        assert any("trigger name_kept" in text for text in found)
    with create(server.place(), CRS) as made:
        made.base.change("ALTER TABLE entry DISABLE TRIGGER entry_unedited")
        made.base.change("DROP INDEX name_place")
        assert said(made.verify()) == [
            "the index name_place is missing or not valid",
            "the trigger entry_unedited, which keeps rows from being changed, is missing or "
            "altered",
        ]
