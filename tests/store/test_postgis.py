"""What only a server has: roles, schemas, views for others."""

from __future__ import annotations

import psycopg
import pyogrio
import pytest
import shapely

from diming.errors import Conflict, EnvironmentLacks, UsageError
from diming.model.changeset import Changeset
from diming.store.opening import create, open_store
from diming.store.postgis_opening import grant
from store.archives import CRS, cell, draw_changes, record, simple
from store.test_contract import check_belief


@pytest.fixture(scope="module")
def roles(server):
    for role in ("reader", "writer", "nobody"):
        server.sql(f"CREATE ROLE {role} LOGIN", "postgres")


@pytest.mark.usefixtures("roles")
def test_readers_read_everything_and_write_nothing(server, tmp_path):
    place = server.place()
    with create(place, CRS) as made:
        account = record(made, draw_changes(31, rounds=3))
        grant(made, readers=["reader"], writers=["writer"])
    with open_store(place.replace("postgres@", "reader@")) as opened:
        check_belief(opened, account, account.number)
        assert opened.verify() == []
        assert opened.settings() and opened.counts() and opened.head().number == 4
        opened.backup(tmp_path / "copy.gpkg")
        with pytest.raises(EnvironmentLacks, match="may only be read"), opened.write(
            author="a", reason="r"):  # fmt: skip
            raise AssertionError
        with pytest.raises(EnvironmentLacks):
            opened.base.change("INSERT INTO setting (name, value, known_from) VALUES ('a','b',1)")
        assert opened.base.rows("SELECT count(*) FROM history") == [
            (sum(v.territory is not None for v in account.believed(4)),)]  # fmt: skip
    with pytest.raises(EnvironmentLacks, match="may not be read"):
        open_store(place.replace("postgres@", "nobody@"))


@pytest.mark.usefixtures("roles")
def test_writers_add_and_close_and_no_more(server):
    place = server.place()
    with create(place) as made:
        grant(made, writers=["writer"])
    with open_store(place.replace("postgres@", "writer@")) as opened:
        with opened.write(author="w", reason="r") as writer:
            writer.settle_crs(CRS)
            writer.append(simple())
        with opened.write(author="w", reason="r") as writer:
            writer.append(Changeset(superseded=(1,), added=simple("乙").added))
        assert opened.verify() == [] and opened.head().number == 3
        for statement in ("UPDATE version SET name = 'x'", "DELETE FROM version",
                          "DROP TABLE version", "TRUNCATE version",
                          "ALTER TABLE version DISABLE TRIGGER ALL",
                          "UPDATE revision SET hash = ''"):  # fmt: skip
            with pytest.raises(EnvironmentLacks):
                opened.base.change(statement)
        assert [v.unit_id for v in opened.view().near(
            tuple(shapely.bounds(cell(0, 0))), *_ever())] == ["u0"]  # fmt: skip


def _ever():
    from diming.model.span import EVER, OPEN
    from diming.model.unit import Level

    return EVER, OPEN, Level.COUNTY


def test_opened_for_reading_nothing_can_be_written(server):
    place = server.place()
    create(place, CRS).close()
    with open_store(place, readonly=True) as opened:
        with pytest.raises(EnvironmentLacks), opened.write(author="a", reason="r"):
            raise AssertionError
        with pytest.raises(EnvironmentLacks):
            opened.base.change("INSERT INTO setting (name, value, known_from) VALUES ('a','b',1)")


def test_archives_in_one_database_do_not_meet(server):
    one, other = server.place(), server.place()
    with create(one, CRS) as a, create(other, "EPSG:4490") as b:
        with a.write(author="a", reason="r") as writer, b.write(author="b", reason="r") as second:
            writer.append(simple())
            second.append(simple("乙", 1))
        assert a.counts()["units"] == b.counts()["units"] == 1
        assert a.verify() == b.verify() == []
        assert a.view().crs != b.view().crs


def test_files_have_no_roles(tmp_path):
    with create(tmp_path / "a.gpkg") as made, pytest.raises(UsageError, match="is a file"):
        grant(made, readers=["x"])


def test_views_are_layers_with_a_reference_system(server):
    place = server.place()
    with create(place, CRS) as made:
        record(made, [simple("区", 3)])
        rows = made.base.rows(
            "SELECT f_table_name, srid, type FROM geometry_columns WHERE f_table_schema = :schema",
            {"schema": made.base.schema},
        )
        assert ("current_county", 4545, "MULTIPOLYGON") in rows and len(rows) == 9
        assert ("current_place", 4490, "GEOMETRY") in rows
        (found,) = made.base.rows('SELECT name, code, "begin" FROM current_county')
        assert (found[0], found[1], str(found[2])) == ("区", "500103", "2001-01-01")
        (found,) = made.base.rows('SELECT "end", ST_AsText(geom) FROM history')
        assert found[0] is None and shapely.from_wkt(found[1]) == shapely.multipolygons(
            [cell(3, 0)])  # fmt: skip
    # The wheels' GDAL has no PostgreSQL driver: what it would see is the above.
    assert "PostgreSQL" not in pyogrio.list_drivers()


def test_the_box_is_answered_by_the_index(server):
    place = server.place()
    with create(place, CRS) as made:
        record(made, [simple(f"{n}", n) for n in range(3)])
        made.base.change("SET enable_seqscan = off")
        box = {"xmin": 0, "ymin": 0, "xmax": 1, "ymax": 1}
        plan = made.base.rows(f"EXPLAIN {made.base.in_box()}", box)
        assert any("territory_geom" in line for (line,) in plan)


def test_writers_who_never_ask_for_the_lock_are_refused_by_the_tables(server):
    place = server.place()
    with create(place, CRS) as made:
        with psycopg.connect(server.url("model_gis"), autocommit=True) as rude:
            rude.execute(f"SET search_path TO {made.base.schema}, public")
            with made.write(author="a", reason="r") as writer:
                writer.append(simple())
            with pytest.raises(psycopg.errors.UniqueViolation):
                rude.execute("INSERT INTO revision SELECT * FROM revision WHERE number = 2")
        with pytest.raises(Conflict):
            made.base.change("INSERT INTO revision SELECT * FROM revision WHERE number = 2")
        assert made.verify() == []
