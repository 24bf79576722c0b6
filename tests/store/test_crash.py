"""Killed, full, or left lying: a file stays sound, and says what it is about."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from diming.errors import Conflict, EnvironmentLacks
from diming.store.opening import create, open_store
from store.archives import CRS, record, simple

TESTS = Path(__file__).parents[1]
SOURCE = TESTS.parent / "src"


def start(path: Path, limit: int = 0) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, str(TESTS / "store" / "writer_process.py"), str(path), str(limit)],
        stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": f"{SOURCE}{os.pathsep}{TESTS}"},
    )  # fmt: skip


def test_killed_at_any_instant_it_is_sound_and_keeps_what_was_said_to_be_written(tmp_path):
    path = tmp_path / "a.gpkg"
    create(path, CRS).close()
    done = subprocess.run(
        [sys.executable, str(TESTS / "store" / "killed_process.py"), str(path), "15"],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": f"{SOURCE}{os.pathsep}{TESTS}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rounds, revisions, hot = map(int, done.stdout.split())
    assert rounds == 15 and revisions > 15 and hot > 0
    with open_store(path) as opened:
        assert opened.head().number == revisions
        assert opened.verify() == []


@contextlib.contextmanager
def left_hot(path: Path):
    """A file as a crash leaves it: pages written half, and the journal that undoes them."""
    with create(path, CRS) as made:
        record(made, [simple(n * "甲", n) for n in range(8)])
        sound = list(made.revisions())
    writer = sqlite3.connect(path, isolation_level=None)
    writer.create_function("ST_IsEmpty", 1, lambda _: 1)
    writer.execute("PRAGMA cache_size = 1")
    writer.execute("BEGIN IMMEDIATE")
    for n in range(200):
        writer.execute(
            "INSERT INTO setting (name, value, known_from) VALUES (?, ?, 99)", (f"s{n}", "x" * 4000)
        )
    journal = Path(f"{path}-journal")
    assert journal.exists()
    pages, undo = path.read_bytes(), journal.read_bytes()
    writer.execute("ROLLBACK")
    writer.close()
    path.write_bytes(pages)
    journal.write_bytes(undo)
    yield sound


@pytest.mark.parametrize("readonly", [True, False])
def test_a_reader_puts_right_what_a_crash_left(tmp_path, readonly):
    path = tmp_path / "a.gpkg"
    with left_hot(path) as sound, open_store(path, readonly=readonly) as opened:
        assert list(opened.revisions()) == sound
        assert opened.verify() == []
    assert [p.name for p in tmp_path.iterdir()] == ["a.gpkg"]


def as_nobody(code: str, *arguments: str) -> str:
    """Run Python as a user who owns nothing; what it prints."""
    prefix = []
    if os.getuid() == 0:
        prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        closed = [p for root in (SOURCE, Path(sys.prefix)) for p in (root, *root.parents)
                  if not p.stat().st_mode & stat.S_IXOTH]  # fmt: skip
        if closed:
            pytest.skip(f"nobody but its owner may look into {closed[0]}, where the code is")
    done = subprocess.run(
        [*prefix, sys.executable, "-c", code, *arguments], capture_output=True, text=True,
        check=False, cwd="/",
        env={"PYTHONPATH": os.pathsep.join([str(SOURCE), *sys.path]), "PATH": os.environ["PATH"],
             "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


TRY = """
import sys
from diming.errors import DimingError
from diming.store.opening import open_store
for readonly in (True, False):
    try:
        with open_store(sys.argv[1], readonly=readonly) as store:
            print(store.head().number, store.verify(), store.view().of_unit("u0")[0].name)
            with store.write(author="a", reason="r"):
                print("wrote")
    except DimingError as error:
        print(error.exit_code, error)
"""


@pytest.fixture
def open_folder():
    """A folder that everybody can reach; pytest's own are private."""
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="diming-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_read_only_media_are_read_and_nothing_is_left_there(open_folder):
    path = open_folder / "a.gpkg"
    with create(path, CRS) as made:
        record(made, [simple()])
    path.chmod(0o444)
    open_folder.chmod(0o555)
    before = path.read_bytes()
    told = as_nobody(TRY, str(path)).splitlines()
    assert told[0] == told[2] == "2 [] 甲"
    assert (
        told[1]
        == told[3]
        == (f"5 {path} may only be read here; ask for the right to write, or work on a copy")
    )
    assert [p.name for p in open_folder.iterdir()] == ["a.gpkg"]
    assert path.read_bytes() == before


def test_who_may_not_put_it_right_is_told(open_folder):
    path = open_folder / "a.gpkg"
    with left_hot(path):
        for each in open_folder.iterdir():
            each.chmod(0o444)
        open_folder.chmod(0o555)
        told = as_nobody(TRY, str(path)).splitlines()
        assert len(told) == 2
        assert all("left in the middle of writing" in line and line[0] == "5" for line in told)


def test_reading_writes_nothing(tmp_path):
    path = tmp_path / "a.gpkg"
    with create(path, CRS) as made:
        record(made, [simple()])
    before, time_before = path.read_bytes(), path.stat().st_mtime_ns
    for readonly in (True, False):
        with open_store(path, readonly=readonly) as opened:
            opened.verify(), opened.table(), opened.settings(), list(opened.revisions())
    assert path.read_bytes() == before and path.stat().st_mtime_ns == time_before
    assert [p.name for p in tmp_path.iterdir()] == ["a.gpkg"]


def test_a_full_disk_is_told_and_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.gpkg"
    create(path, CRS).close()
    size = path.stat().st_size
    writer = start(path, size + 200_000)
    said, _ = writer.communicate(timeout=60)
    last = said.splitlines()[-1]
    assert last.startswith("5 ") and "Make room" in last and "nothing was changed" in last
    written = int(said.splitlines()[-2])
    assert written > 2
    with open_store(path) as opened:
        assert opened.head().number == written
        assert opened.verify() == []
        with opened.write(author="a", reason="r") as more:
            more.append(simple("有", 9999))
        assert opened.verify() == []


def test_a_full_disk_within_this_process(tmp_path):
    path = tmp_path / "a.gpkg"
    with create(path, CRS) as made:
        record(made, [simple()])
        (pages,) = made.base.rows("PRAGMA page_count")[0]
        made.base.rows(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(EnvironmentLacks, match="Make room"), made.write(
            author="a", reason="r") as writer:  # fmt: skip
            for n in range(50):
                writer.append(simple("乙" * 500, n + 1))
        assert made.head().number == 2 and made.verify() == []
        fitted = 0
        with contextlib.suppress(EnvironmentLacks):
            with made.write(author="a", reason="r") as writer:
                for n in range(50):
                    with contextlib.suppress(EnvironmentLacks):
                        writer.append(simple("乙" * 500, n + 1))
                        fitted += 1
            assert len(made.view().at(date(2020, 1, 1))) == 1 + fitted
        assert made.verify() == []
        made.base.rows("PRAGMA max_page_count = 100000")
        with made.write(author="a", reason="r") as writer:
            writer.append(simple("丙", 3))
        assert made.verify() == []


def test_a_gis_that_chose_a_write_ahead_log_is_undone(tmp_path):
    path = tmp_path / "a.gpkg"
    with create(path, CRS) as made:
        record(made, [simple()])
    other = sqlite3.connect(path, isolation_level=None)
    assert other.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    with open_store(path) as opened:
        with opened.write(author="a", reason="r") as writer:
            writer.append(simple("乙", 1))  # While the other is there, its log will do.
        other.close()
        with opened.write(author="a", reason="r") as writer:
            writer.append(simple("丙", 2))
        assert opened.base.rows("PRAGMA journal_mode") == [("delete",)]
        assert opened.verify() == []
    assert [p.name for p in tmp_path.iterdir()] == ["a.gpkg"]


def test_who_reads_for_long_is_waited_for_then_told_of(tmp_path, monkeypatch):
    path = tmp_path / "a.gpkg"
    monkeypatch.setattr("diming.store.sqlite.PATIENCE_S", 0.2)
    with create(path, CRS) as made:
        record(made, [simple()])
    with open_store(path) as opened:
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM version").fetchone()
        with pytest.raises(Conflict), opened.write(author="a", reason="r") as writer:
            writer.append(simple("乙", 1))
        reader.close()
        assert opened.head().number == 2
        with opened.write(author="a", reason="r") as writer:
            writer.append(simple("乙", 1))
        assert opened.verify() == []


def test_a_server_that_goes_away_is_told_of(server):
    place = server.place()
    with create(place, CRS) as made:
        record(made, [simple()])
        (pid,) = made.base.rows("SELECT pg_backend_pid()")[0]
        with pytest.raises(EnvironmentLacks, match="was lost"), made.write(
            author="a", reason="r") as writer:  # fmt: skip
            writer.append(simple("乙", 1))
            server.sql(f"SELECT pg_terminate_backend({pid}, 5000)", "postgres")
    with open_store(place) as opened:
        assert opened.head().number == 2 and opened.verify() == []
