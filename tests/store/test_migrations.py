"""Archives of older layouts are read as they are, and brought up to date by the first write."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pyogrio
import pytest

from diming.errors import UnreadableInput
from diming.model.changeset import Revision
from diming.services.searching import search
from diming.store.columns import LAYOUT
from diming.store.hashing import GENESIS
from diming.store.layers import layers
from diming.store.migrations import note_layout
from diming.store.opening import create, new_package, open_store
from diming.store.postgis_opening import connect
from diming.store.schema import TABLES
from diming.store.server import quoted
from diming.store.writing import LedgerWriter
from store.archives import CRS, START, Account, draw_changes, simple
from store.test_contract import check_belief

CHANGES = draw_changes(41, rounds=4)


def build(base, layout: int) -> Account:
    """Lay out the tables of an older layout, and write a history into them."""
    base.lay_out(layout)
    for step in range(1, layout + 1):
        note_layout(base, step)
    first = LedgerWriter(base, Revision(1, START, "旧", "init", kind="init"), GENESIS)
    first.settle_crs(CRS)
    done, account = first.finish(), Account()
    for n, change in enumerate(CHANGES, 2):
        coming = Revision(n, START + timedelta(hours=n), "旧", "r", chain_sums=done.chain_sums)
        writer = LedgerWriter(base, coming, done.hash)
        writer.append(change)
        done = writer.finish()
        account.take(change)
    return account


@pytest.fixture(params=range(1, LAYOUT))
def layout(request):
    return request.param


@pytest.fixture(params=["geopackage", "postgis"])
def old(request, tmp_path, layout):
    """An archive of an older layout, and what it must know."""
    if request.param == "geopackage":
        path = tmp_path / "old.gpkg"
        base = new_package(path, str(path))
        base.change("BEGIN")
    else:
        path = request.getfixturevalue("server").place()
        base = connect(path, readonly=False)
        base.change("BEGIN")
        base.change(f"CREATE SCHEMA {quoted(base.schema)}")
    account = build(base, layout)
    base.commit()
    base.close()
    return str(path), account


def shown(store) -> set[str]:
    if hasattr(store.base, "schema"):
        query = "SELECT table_name FROM information_schema.views WHERE table_schema = :schema"
        return {r[0] for r in store.base.rows(query, {"schema": store.base.schema})}
    return {r[0] for r in store.base.rows("SELECT name FROM sqlite_master WHERE type = 'view'")}


def test_an_older_archive_is_read_without_changing_it(old, layout, tmp_path):
    place, account = old
    for readonly in (True, False):
        with open_store(place, readonly=readonly) as opened:
            for known in (2, account.number):
                check_belief(opened, account, known)
            assert opened.verify() == []
            assert opened.base.layout() == layout
            if layout < 3:  # Nothing would be found, whatever it holds.
                with pytest.raises(UnreadableInput, match="older layout"):
                    search(opened, "江北区")
            assert shown(opened) == {x.name for x in layers(layout)}
            gazetteer = opened.gazetteer()
            assert set(gazetteer.counts().values()) == {0}
            assert list(gazetteer.every()) == gazetteer.terms([1]) == gazetteer.entries() == []
    with open_store(place) as opened:
        opened.backup(tmp_path / "copy.gpkg")
    with open_store(tmp_path / "copy.gpkg") as copy:
        assert copy.base.layout() == layout and copy.verify() == []
        check_belief(copy, account, account.number)


def test_the_first_write_brings_it_up_to_date(old):
    place, account = old
    with open_store(place) as opened:
        before = list(opened.revisions())
        with opened.write(author="新", reason="r") as writer:
            writer.append(simple("新", 99))
        account.take(simple("新", 99))
        assert opened.base.layout() == LAYOUT
        assert list(opened.revisions())[1:] == before
        assert opened.verify() == []
        check_belief(opened, account, account.number)
        check_belief(opened, account, 3)
        gazetteer = opened.gazetteer()
        (term,) = [t for t in gazetteer.terms_beginning("万县", 9) if t.text == "万县区"]
        assert gazetteer.uses([term.number])[term.number] == [
            v for v in sorted(account.believed(account.number), key=lambda v: v.row)
            if v.name == "万县区"
        ]  # fmt: skip
        texts = {t.text for t in gazetteer.terms_beginning("", 999)}
        opened.rebuild_terms()
        assert texts == {t.text for t in gazetteer.terms_beginning("", 999)}
        assert shown(opened) == {x.name for x in layers(LAYOUT)}
        assert opened.base.rows("SELECT count(*) FROM territory WHERE area_m2 IS NULL") == [(0,)]
        applied = opened.base.rows("SELECT version FROM diming_layout ORDER BY version")
        assert applied == [(n,) for n in range(1, LAYOUT + 1)]
    with open_store(place, readonly=True) as opened:
        assert opened.verify() == []


def test_a_write_that_fails_leaves_the_older_layout(old, layout):
    place, account = old
    with open_store(place) as opened:
        with pytest.raises(ZeroDivisionError), opened.write(author="新", reason="r") as writer:
            writer.append(simple("新", 99))
            assert opened.base.layout() == LAYOUT
            raise ZeroDivisionError
        assert opened.base.layout() == layout
        assert shown(opened) == {x.name for x in layers(layout)}
        assert opened.verify() == []
        check_belief(opened, account, account.number)


def structure(path) -> set:
    with sqlite3.connect(path) as base:
        found = {(r[0], r[1], r[2]) for r in base.execute(
            "SELECT type, name, CASE WHEN type = 'trigger' OR type = 'view' THEN sql END "
            "FROM sqlite_master")}  # fmt: skip
        for table in (t.name for t in TABLES):
            found |= {(table, *c[1:4]) for c in base.execute(f"PRAGMA table_info({table})")}
    base.close()
    return found


def test_what_was_migrated_is_like_what_is_made_anew(tmp_path, layout):
    path = tmp_path / "old.gpkg"
    base = new_package(path, str(path))
    base.change("BEGIN")
    build(base, layout)
    base.commit()
    base.close()
    with open_store(path) as opened, opened.write(author="a", reason="r") as writer:
        writer.append(simple("新", 99))
    create(tmp_path / "new.gpkg", CRS).close()
    assert structure(path) == structure(tmp_path / "new.gpkg")
    assert len(pyogrio.read_dataframe(path, layer="history")) > 10
