"""Whatever somebody changes behind our back, `verify` says so, and where."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest

from diming.store.opening import create, open_store
from store.archives import CRS, START, draw_changes, record

#: What is done, and what verify must say of it.
DEEDS = [
    ("UPDATE version SET name = 'x' WHERE row_id = 3", "what revision 2 recorded"),
    ("UPDATE version SET ethnic = 1 - ethnic WHERE row_id = 3", "what revision 2 recorded"),
    ("UPDATE version SET begin_day = '1950-01-02' WHERE row_id = 3", "what revision 2 recorded"),
    ("UPDATE version SET known_to = NULL WHERE known_to = 3", "what revision 3 recorded"),
    ("UPDATE version SET known_to = 4 WHERE row_id = (SELECT max(row_id) FROM version "
     "WHERE known_to IS NULL)", "what revision 4 recorded"),
    ("UPDATE version SET known_to = 77 WHERE row_id = 30", "names a revision that is not there"),
    ("UPDATE version SET known_from = 3 WHERE row_id = 3", "what revision 2 recorded"),
    ("DELETE FROM version WHERE row_id = 3", "what revision 2 recorded"),
    ("DELETE FROM version WHERE known_from = 3", "what revision 3 recorded"),
    ("UPDATE code SET code = '500199' WHERE version = (SELECT min(version) FROM code)",
     "what revision 2 recorded"),
    ("DELETE FROM code WHERE version = (SELECT min(version) FROM code)",
     "what revision 2 recorded"),
    ("INSERT INTO code (version, system, code) VALUES (99999, 'nbs', '1')",
     "a code names version 99999"),
    ("INSERT INTO code (version, system, code) VALUES (3, 'other', '1')",
     "what revision 2 recorded"),
    ("UPDATE event SET payload = replace(payload, 'inferred', 'confirmed') WHERE number = 1",
     "what revision 2 recorded"),
    ("UPDATE event SET known_to = NULL WHERE known_to IS NOT NULL", "recorded is not what"),
    ("DELETE FROM event WHERE number = 1", "by event 1, which is not there"),
    ("UPDATE event_unit SET unit_id = 'x' WHERE event = 1", "what revision 2 recorded"),
    ("DELETE FROM passage WHERE event = 1", "what revision 2 recorded"),
    ("UPDATE passage SET area_m2 = 5 WHERE event = 1 AND ordinal = 0",
     "what revision 2 recorded"),
    ("UPDATE territory SET chain_sum = chain_sum + 1 WHERE fid = 1", "of territory 1 is not"),
    ("UPDATE territory SET min_x = min_x - 1 WHERE fid = 1", "of territory 1 is not"),
    ("UPDATE territory SET area_m2 = area_m2 * 1.01 WHERE fid = 1", "of territory 1 is not"),
    ("UPDATE territory SET geom = (SELECT o.geom FROM territory o WHERE o.fid = 2) WHERE fid = 1",
     "the shape of territory 1"),
    ("UPDATE territory SET key = 'abc' WHERE fid = 1", "what revision 2 recorded"),
    ("DELETE FROM territory WHERE fid = 1", "names a territory that is not there"),
    ("UPDATE setting SET value = 'EPSG:4546' WHERE name = 'crs'", "what revision 1 recorded"),
    ("UPDATE revision SET author = 'x' WHERE number = 3", "what revision 3 recorded"),
    ("UPDATE revision SET recorded = '2020-01-01T10:00:00.001Z' WHERE number = 3",
     "what revision 3 recorded"),
    ("UPDATE revision SET recorded = '2019-01-01T10:00:00.000Z' WHERE number = 3",
     "no later than the one before"),
    ("UPDATE revision SET chain_sums = '{}' WHERE number = 3", "the chain sum of level"),
    ("UPDATE revision SET hash = 'abc' WHERE number = 3", "what revision 4 recorded"),
    ("DELETE FROM revision WHERE number = 3", "revisions before 4 are missing"),
    ("DELETE FROM revision WHERE number = 5", "names a revision that is not there"),
    ("DELETE FROM revision", "there is no revision at all"),
]  # fmt: skip
IDS = [str(n) for n in range(len(DEEDS))]


def fill(place) -> None:
    with create(place, CRS, recorded=START) as made:
        record(made, draw_changes(11, rounds=4, per_round=8))
        assert made.verify() == []


def said(flaws) -> list[str]:
    return [flaw.what.format(**flaw.facts) for flaw in flaws]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    path = tmp_path_factory.mktemp("sound") / "a.gpkg"
    fill(path)
    return path.read_bytes()


def in_file(path, sql: str) -> None:
    """Do something to a file with the triggers away, and put them back."""
    with open_store(path) as opened:
        base = opened.base.connection
        triggers = base.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name NOT LIKE 'rtree%'"
        ).fetchall()
        for name, _ in triggers:
            base.execute(f"DROP TRIGGER {name}")
        assert base.execute(sql).rowcount != 0
        for _, text in triggers:
            base.execute(text)


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
        assert base.change(sql) != 0
        found = said(opened.verify())
        base.rollback()
        assert any(what in text for text in found), found


def test_the_last_revision_taken_away_whole_is_told_from_the_file(tmp_path, sound):
    path = tmp_path / "a.gpkg"
    path.write_bytes(sound)
    with open_store(path) as opened:
        tip = opened.head().hash
        assert opened.verify(tip=tip) == []
    for sql in (
        "DELETE FROM code WHERE version IN (SELECT row_id FROM version WHERE known_from = 5)",
        "DELETE FROM event_unit WHERE event IN (SELECT number FROM event WHERE known_from = 5)",
        "DELETE FROM passage WHERE event IN (SELECT number FROM event WHERE known_from = 5)",
        "DELETE FROM event WHERE known_from = 5",
        "DELETE FROM version WHERE known_from = 5",
        "DELETE FROM territory WHERE revision = 5",
        "UPDATE version SET known_to = NULL WHERE known_to = 5",
        "UPDATE event SET known_to = NULL WHERE known_to = 5 OR number = 1",
        "DELETE FROM revision WHERE number = 5",
    ):
        in_file(path, sql)
    with open_store(path) as opened:
        found = said(opened.verify())
        assert any("rows at the end of revision were taken away: 1" in text for text in found)
        assert any(tip in text for text in said(opened.verify(tip=tip)))
    in_file(path, "UPDATE sqlite_sequence SET seq = 4 WHERE name = 'revision'")
    with open_store(path) as opened:
        assert any(tip in text for text in said(opened.verify(tip=tip)))


def test_guards_and_indexes_are_looked_at(tmp_path, sound, server):
    path = tmp_path / "a.gpkg"
    path.write_bytes(sound)
    with sqlite3.connect(path) as base:
        base.execute("DROP TRIGGER version_kept")
        base.execute("DELETE FROM rtree_territory_geom WHERE id = 2")
        base.execute("UPDATE rtree_territory_geom SET minx = maxx WHERE id = 3")
        base.execute("INSERT INTO rtree_territory_geom VALUES (999, 0, 1, 0, 1)")
    base.close()
    with open_store(path) as opened:
        found = said(opened.verify())
        assert [t for t in found if "misplaces" in t] == [
            f"the spatial index misplaces territory {fid}" for fid in (2, 3, 999)
        ]
        assert any("trigger version_kept" in text for text in found)
    place = server.place()
    with create(place, CRS) as made:
        made.base.change("ALTER TABLE version DISABLE TRIGGER version_kept")
        made.base.change("DROP INDEX territory_geom")
        assert said(made.verify()) == [
            "the index territory_geom is missing or not valid",
            "the trigger version_kept, which keeps rows from being changed, is missing or altered",
        ]


@pytest.mark.parametrize("at", [0.2, 0.4, 0.6, 0.8])
def test_bytes_changed_anywhere_are_found_out_or_harmless(tmp_path, sound, at):
    """A page overwritten: verify says so, or opening does, in one sentence."""
    from diming.errors import DimingError

    path = tmp_path / "a.gpkg"
    page = int(len(sound) * at) // 4096 * 4096
    path.write_bytes(sound[:page] + b"\x5a" * 4096 + sound[page + 4096 :])
    try:
        with open_store(path) as opened:
            assert opened.verify() != []
    except DimingError as error:
        assert "damaged" in str(error)


def test_the_server_says_no_to_deleting(on_server):
    with open_store(on_server) as opened:
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
            opened.base.connection.execute("TRUNCATE version")
        assert opened.verify() == []
