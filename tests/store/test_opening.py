"""Every bad case gets one clear sentence, and the exit code of its kind."""

from __future__ import annotations

import builtins
import sqlite3
import sys

import geopandas
import pytest

from diming.errors import DimingError, EnvironmentLacks
from diming.store import server as servers
from diming.store.opening import create, open_store
from diming.store.server import split_address
from store.archives import CRS, cell, record, simple


def refused(place, code: int, part: str, **more) -> str:
    with pytest.raises(DimingError) as told:
        open_store(place, **more)
    text = str(told.value)
    assert told.value.exit_code == code and part in text and "\n" not in text, text
    return text


@pytest.mark.parametrize("readonly", [True, False])
def test_what_is_no_archive_is_said_to_be_none(tmp_path, readonly):
    refused(tmp_path / "none.gpkg", 3, "there is no archive", readonly=readonly)
    refused(tmp_path, 3, "is a folder", readonly=readonly)
    for name, raw in {"empty": b"", "text": b"hello" * 99, "cut": b"SQLite format 3\0"}.items():
        (tmp_path / name).write_bytes(raw)
        refused(tmp_path / name, 3, "is " if name == "cut" else "is no GeoPackage")
    sqlite3.connect(tmp_path / "plain.db").execute("CREATE TABLE version (x)").connection.close()
    refused(tmp_path / "plain.db", 3, "is no GeoPackage", readonly=readonly)
    geopandas.GeoDataFrame(geometry=[cell(0, 0)], crs=CRS).to_file(tmp_path / "map.gpkg")
    refused(tmp_path / "map.gpkg", 3, "no archive of diming", readonly=readonly)
    refused(":memory:", 2, "can only be made")
    assert not list(tmp_path.glob("*-*"))


def test_an_archive_of_newer_software_is_left_alone(lasting):
    with create(lasting, CRS) as made:
        made.base.insert(
            __import__("diming.store.schema", fromlist=["LAYOUTS"]).LAYOUTS,
            ("version", "applied", "software"), [(99, "2099-01-01T00:00:00.000Z", "diming 9")],
        )  # fmt: skip
    refused(lasting, 3, "newer diming (layout 99")


def test_a_file_cut_short_is_damaged(tmp_path):
    path = tmp_path / "a.gpkg"
    create(path, CRS).close()
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 3])
    with pytest.raises(DimingError) as told, open_store(path) as opened:
        assert opened.verify() == []
        list(opened.revisions())
        raise AssertionError
    assert "damaged" in str(told.value)


def test_nothing_is_overwritten_by_making_an_archive(lasting, tmp_path):
    with create(lasting, CRS, author="a") as made:
        tip = made.head().hash
    with pytest.raises(DimingError, match="exists already") as told:
        create(lasting, CRS)
    assert told.value.exit_code == 2
    with open_store(lasting) as opened:
        assert opened.head().hash == tip
    other = tmp_path / "text.gpkg"
    other.write_text("mine")
    with pytest.raises(DimingError, match="exists already"):
        create(other)
    (tmp_path / "dangling.gpkg").symlink_to(tmp_path / "nowhere")
    with pytest.raises(DimingError, match="exists already"):
        create(tmp_path / "dangling.gpkg")
    with pytest.raises(DimingError, match="there is no folder"):
        create(tmp_path / "no" / "a.gpkg")
    with pytest.raises(DimingError, match="is not understood"):
        create(tmp_path / "b.gpkg", "EPSG:nonsense")
    assert other.read_text() == "mine"
    assert not list(tmp_path.glob(".*")) and not (tmp_path / "b.gpkg").exists()


def test_odd_paths_are_paths(tmp_path):
    for name in ("档 案?#%20.gpkg", "a'b;c.gpkg", "-x.gpkg"):
        with create(tmp_path / name, CRS) as made:
            record(made, [simple()])
            assert made.verify() == []
        with open_store(tmp_path / name, readonly=True) as opened:
            assert opened.head().number == 2
            opened.backup(tmp_path / f"copy {name}")
        assert (tmp_path / f"copy {name}").exists()


def test_servers_that_are_not_there_are_told_of(server, tmp_path):
    refused("postgresql://u:geheim@localhost:1/x", 5, "cannot be reached")
    refused(f"postgresql://u@/x?host={tmp_path}", 5, "cannot be reached")
    refused(server.url("nosuch"), 5, "no such database")
    refused("postgresql://[::1/x", 2, "is not understood")
    refused("postgresql://h/x?schema=a-b", 2, "cannot be the name of a schema")
    refused("postgresql://h:port/x", 2, "is not understood")
    refused(server.place(), 3, "there is no archive")


def test_a_wrong_password_is_told_of_and_never_shown(server):
    server.sql("CREATE ROLE asked LOGIN PASSWORD 'right'", "postgres")
    for password in ("geheim", "g%40h%3Aeim"):
        address = server.url("model_gis", f"asked:{password}")
        text = refused(address, 5, "does not accept")
        assert password not in text and "asked@" in text
    text = refused(f"{server.url('model_gis', 'asked')}&password=geheim", 5, "does not accept")
    assert "geheim" not in text
    for secret in ("ge/heim", "ge#heim", "ge?heim", "12?heim", "ge:heim/"):
        address = f"postgresql://u:{secret}@h/x"
        with pytest.raises(DimingError) as told:
            open_store(address)
        assert "ge" not in str(told.value).replace("message", "") and "heim" not in str(told.value)
    text = refused("postgresql://u:geheim@localhost:1/x?sslpassword=topf", 5, "cannot be reached")
    assert "geheim" not in text and "topf" not in text


def test_the_address_is_shown_without_its_secrets():
    assert split_address("postgresql://u:p%40q@h:5/db?schema=cq&sslmode=require&password=z") == (
        "postgresql://u:p%40q@h:5/db?sslmode=require&password=z",
        "postgresql://u@h:5/db?schema=cq&sslmode=require", "cq",
    )  # fmt: skip
    assert split_address("postgres:///db")[1:] == ("postgres:///db", "diming")


def test_a_database_without_postgis_is_told_of(server):
    server.sql("CREATE DATABASE bare", "postgres")
    server.sql("CREATE ROLE plain LOGIN; GRANT CREATE ON DATABASE bare TO plain", "postgres")
    with pytest.raises(EnvironmentLacks, match="has no PostGIS"):
        create(server.url("bare", "plain"), CRS)
    with create(server.url("bare"), CRS) as made:  # Its administrator is helped.
        record(made, [simple()])
        made.base.change("DROP EXTENSION postgis CASCADE")
    refused(server.url("bare"), 5, "has no PostGIS")


def test_without_the_driver_the_extra_is_named(monkeypatch):
    real = builtins.__import__
    for name in [m for m in sys.modules if m.split(".")[0] == "psycopg"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.setattr(builtins, "__import__", real)
    servers.driver.cache_clear()
    refused("postgresql://h/x", 5, "diming[postgis]")
    servers.driver.cache_clear()
