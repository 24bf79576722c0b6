from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diming.geometry import timecube
from diming.geometry.timecube import Boxes, Stamp, TimeCube

EVER, OPEN = date.min.toordinal(), date.max.toordinal()
ONE = Stamp("archive-1", 1)


def boxes(rows: list[tuple[float, ...]]) -> Boxes:
    table = np.array(rows, dtype=float).reshape(-1, 7)
    row, begin, end = (table[:, i].astype(np.int64) for i in (0, 5, 6))
    return Boxes(row, table[:, 1:5], begin, end)


def drawn(seed: int, count: int, first: int = 0) -> Boxes:
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 100, (count, 2))
    begin = rng.choice([EVER, 700_000, 710_000, 720_000], count)
    end = rng.choice([700_001, 710_000, 730_000, OPEN], count)
    bounds = np.hstack([low, low + rng.uniform(0, 20, (count, 2))])
    return Boxes(np.arange(first, first + count) * 3, bounds, begin, end)


def brute(world: Boxes, bounds: tuple[float, ...], begin: int, end: int) -> list[int]:
    x0, y0, x1, y1 = bounds
    return sorted(
        int(r)
        for r, b, s, e in zip(world.row, world.bounds, world.begin, world.end, strict=True)
        if b[0] <= x1 and b[2] >= x0 and b[1] <= y1 and b[3] >= y0
        if s < e and max(s, begin) < min(e, end)
    )


class Archive:
    """A world that changes by revisions, and counts how often it is asked for everything."""

    def __init__(self, world: Boxes, stamp: Stamp = ONE) -> None:
        self.world, self.stamp, self.asked = world, stamp, 0

    def everything(self) -> Boxes:
        self.asked += 1
        return self.world

    def open(self, path: Path) -> TimeCube:
        return TimeCube.open(path, self.stamp, self.everything)

    def change(self, added: Boxes, removed: np.ndarray) -> tuple[Stamp, Stamp, Boxes, np.ndarray]:
        before, self.stamp = self.stamp, Stamp(self.stamp.archive, self.stamp.revision + 1)
        kept = np.flatnonzero(~np.isin(self.world.row, removed))
        self.world = Boxes.concatenate([self.world.take(kept), added])
        return before, self.stamp, added, removed

    def agrees(self, cube: TimeCube, questions: int = 30) -> None:
        assert cube.stamp == self.stamp
        rng = np.random.default_rng(5)
        for _ in range(questions):
            x, y = rng.uniform(0, 110, 2)
            day = int(rng.choice([EVER, 699_999, 700_000, 710_000, 715_000, OPEN - 1]))
            here, area = (x, y, x, y), (x, y, x + 9, y + 9)
            assert cube.at_point(x, y, day).tolist() == brute(self.world, here, day, day + 1)
            found = cube.meeting(area, day, day + 5)
            assert found.tolist() == brute(self.world, area, day, day + 5)


def test_spans_are_half_open_and_reach_from_ever_to_open(tmp_path: Path) -> None:
    world = boxes([(7, 0, 0, 1, 1, EVER, 700_000), (9, 0, 0, 1, 1, 700_000, OPEN)])
    cube = Archive(world).open(tmp_path / "a.cube")
    assert cube.on_disk
    assert cube.at_point(0.5, 0.5, EVER).tolist() == [7]
    assert cube.at_point(0.5, 0.5, 699_999).tolist() == [7]
    assert cube.at_point(1.0, 1.0, 700_000).tolist() == [9]
    assert cube.at_point(0.5, 0.5, OPEN - 1).tolist() == [9]
    assert cube.at_point(0.5, 0.5, OPEN).tolist() == []
    assert cube.at_point(1.1, 0.5, 700_000).tolist() == []
    assert cube.meeting((1, 1, 5, 5), EVER, OPEN).tolist() == [7, 9]
    assert cube.meeting((1, 1, 5, 5), 700_000, 700_000).tolist() == []
    assert cube.meeting((0, 0, float("nan"), 1), EVER, OPEN).tolist() == []


def test_files_in_step_are_opened_and_not_built_again(tmp_path: Path) -> None:
    archive = Archive(drawn(1, 15_000))
    for questions in (0, 1, 3):
        with archive.open(tmp_path / "a.cube") as cube:
            archive.agrees(cube, questions)
    assert archive.asked == 1
    with archive.open(tmp_path / "a.cube") as cube:
        cube.step(*archive.change(drawn(2, 40, 15_000), np.arange(0, 90, 3)))
        cube.step(*archive.change(drawn(3, 4, 16_000), np.arange(1500, 1530, 3)))
        archive.agrees(cube)
        assert len(cube) == len(archive.world.fit())
    with archive.open(tmp_path / "a.cube") as cube:
        archive.agrees(cube)
    assert archive.asked == 1


def test_a_row_without_a_box_is_passed_over(tmp_path: Path) -> None:
    world = boxes([(1, np.nan, 0, 1, 1, 5, 9), (2, 0, 0, 1, 1, 9, 9), (3, 0, 0, 1, 1, 5, 9)])
    archive = Archive(world)
    cube = archive.open(tmp_path / "a.cube")
    assert cube.at_point(0.5, 0.5, 7).tolist() == [3]
    cube.step(*archive.change(Boxes.none(), np.array([1, 3])))
    assert cube.at_point(0.5, 0.5, 7).tolist() == []


def test_many_changes_make_a_new_generation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timecube, "WAITING", 50)
    archive = Archive(drawn(1, 300))
    cube = archive.open(tmp_path / "a.cube")
    first = json.loads((tmp_path / "a.cube").read_text())["token"]
    for i in range(10):
        removed = archive.world.row[i : i + 9]
        cube.step(*archive.change(drawn(10 + i, 12, 300 + 12 * i), removed))
        archive.agrees(cube, 5)
    assert json.loads((tmp_path / "a.cube").read_text())["token"] != first
    assert not list(tmp_path.glob(f"*{first}*"))
    archive.agrees(archive.open(tmp_path / "a.cube"))
    assert archive.asked == 1


def test_an_empty_archive_may_grow(tmp_path: Path) -> None:
    archive = Archive(Boxes.none())
    cube = archive.open(tmp_path / "a.cube")
    assert cube.meeting((0, 0, 1, 1), EVER, OPEN).tolist() == []
    cube.step(*archive.change(drawn(1, 30), np.empty(0, dtype=np.int64)))
    archive.agrees(cube)
    again = archive.open(tmp_path / "a.cube")
    archive.agrees(again)
    assert archive.asked == 1


def test_another_archive_revision_or_mark_is_built_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.cube"
    Archive(drawn(1, 100)).open(path).close()
    for k, stamp in enumerate([
        Stamp("archive-2", 1), Stamp("archive-2", 2), Stamp("archive-2", 1),
        Stamp("archive-2", 1, "other"),
    ]):  # fmt: skip
        archive = Archive(drawn(k + 2, 100), stamp)
        archive.agrees(archive.open(path))
        assert archive.asked == 1


def test_two_processes_follow_each_other(tmp_path: Path) -> None:
    archive = Archive(drawn(1, 200))
    one, two = archive.open(tmp_path / "a.cube"), archive.open(tmp_path / "a.cube")
    old = Archive(archive.world)
    one.step(*archive.change(drawn(2, 10, 200), np.arange(0, 30, 3)))
    old.agrees(two)  # stays at its revision
    with pytest.raises(ValueError, match="not at"):
        two.step(*archive.change(drawn(3, 10, 300), np.arange(30, 60, 3)))
    archive = Archive(one._all(), one.stamp)
    two.follow(archive.stamp, archive.everything)
    archive.agrees(two)
    assert archive.asked == 0
    two.step(*archive.change(drawn(3, 10, 300), np.arange(30, 60, 3)))
    one.follow(archive.stamp, archive.everything)
    archive.agrees(one)
    assert archive.asked == 0


def files(path: Path) -> list[Path]:
    return sorted(p for p in path.parent.iterdir() if p.name.startswith(path.name))


@pytest.mark.parametrize("damage", ["cut", "empty", "gone", "flipped", "folder"])
@pytest.mark.parametrize("which", range(5))
def test_damaged_files_are_built_anew(tmp_path: Path, damage: str, which: int) -> None:
    archive, path = Archive(drawn(1, 400)), tmp_path / "a.cube"
    with archive.open(path) as cube:
        cube.step(*archive.change(drawn(2, 20, 400), np.arange(0, 60, 3)))
    assert len(files(path)) == 5  # the name, .dat, .idx, .log, .npy
    victim = files(path)[which]
    raw = victim.read_bytes()
    if damage == "cut":
        victim.write_bytes(raw[: len(raw) * 2 // 3])
    elif damage == "empty":
        victim.write_bytes(b"")
    elif damage == "flipped":
        flipped = bytearray(raw)
        flipped[len(raw) // 2] ^= 64
        victim.write_bytes(flipped)
    else:
        victim.unlink()
        if damage == "folder":
            victim.mkdir()
    again = archive.open(path)
    archive.agrees(again)
    assert archive.asked == 2
    archive.agrees(archive.open(path))
    again.step(*archive.change(drawn(3, 20, 500), np.arange(60, 90, 3)))
    archive.agrees(again)
    archive.agrees(archive.open(path))


def test_an_older_format_is_built_anew(tmp_path: Path) -> None:
    archive, path = Archive(drawn(1, 50)), tmp_path / "a.cube"
    archive.open(path).close()
    about = json.loads(path.read_text())
    path.write_text(json.dumps({**about, "format": "diming.cube/0"}))
    archive.agrees(archive.open(path))
    assert archive.asked == 2


def test_a_torn_frame_is_no_revision(tmp_path: Path) -> None:
    archive, path = Archive(drawn(1, 50)), tmp_path / "a.cube"
    with archive.open(path) as cube:
        cube.step(*archive.change(drawn(2, 5, 50), np.arange(0, 9, 3)))
    (log,) = tmp_path.glob("*.log")
    whole = log.read_bytes()
    log.write_bytes(whole + whole[: len(whole) // 2])  # died while it wrote the next
    cube = archive.open(path)
    archive.agrees(cube)
    assert archive.asked == 1
    cube.step(*archive.change(drawn(3, 5, 60), np.arange(9, 18, 3)))
    archive.agrees(cube)
    archive.agrees(archive.open(path))
    assert archive.asked == 2


@contextmanager
def nobody() -> Iterator[None]:
    """Give up root's right to write anywhere, for a while."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(was)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="folders have other rights here")
def test_a_folder_that_is_read_only_serves_and_a_new_one_lies_in_memory() -> None:
    with TemporaryDirectory() as name:
        archive, path = Archive(drawn(1, 5000)), Path(name) / "a.cube"
        archive.open(path).close()
        Path(name).chmod(0o555)
        for file in files(path):
            file.chmod(0o444)
        before = {file: file.read_bytes() for file in files(path)}
        with nobody():
            cube = archive.open(path)
            archive.agrees(cube)
            assert archive.asked == 1
            cube.step(*archive.change(drawn(2, 5, 5000), np.arange(0, 9, 3)))
            assert not cube.on_disk
            archive.agrees(cube)
            other = Archive(drawn(1, 50), Stamp("archive-2", 1))
            memory = other.open(path)
            assert not memory.on_disk
            memory.step(*other.change(drawn(2, 5, 50), np.arange(0, 9, 3)))
            other.agrees(memory)
        assert {file: file.read_bytes() for file in files(path)} == before
        Path(name).chmod(0o755)


def test_a_folder_that_is_not_there_means_an_index_in_memory(tmp_path: Path) -> None:
    archive = Archive(drawn(1, 50))
    cube = archive.open(tmp_path / "none" / "a.cube")
    assert not cube.on_disk
    archive.agrees(cube)
    cube.step(*archive.change(drawn(2, 5, 50), np.arange(0, 9, 3)))
    archive.agrees(cube)


VICTIM = """
import sys
from pathlib import Path
import numpy as np
from diming.geometry import timecube
import test_timecube as t
timecube.WAITING = 300  # a new generation every few steps
archive, path = t.Archive(t.drawn(1, 2000)), Path(sys.argv[1])
cube = archive.open(path)
for i in range(100_000):
    change = archive.change(t.drawn(i, 60, 2000 + 60 * i), archive.world.row[:60])
    print(archive.stamp.revision, flush=True)  # the archive has committed
    cube.step(*change)
"""


@pytest.mark.parametrize("wait_s", [0.0, 0.02, 0.05, 0.11, 0.23])
def test_killed_in_the_middle_of_an_update(tmp_path: Path, wait_s: float) -> None:
    path = tmp_path / "a.cube"
    places = [str(Path(__file__).parent), *filter(None, sys.path)]
    process = subprocess.Popen(
        [sys.executable, "-c", VICTIM, str(path)], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
    )  # fmt: skip
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(wait_s)
    process.send_signal(signal.SIGKILL)
    last = int((first + process.stdout.read()).split("\n")[-2])
    process.wait()
    process.stdout.close()
    archive = Archive(drawn(1, 2000))
    for i in range(last - 1):
        archive.change(drawn(i, 60, 2000 + 60 * i), archive.world.row[:60])
    assert archive.stamp.revision == last
    cube = archive.open(path)
    archive.agrees(cube)
    cube.step(*archive.change(drawn(99, 60, 10**6), archive.world.row[:60]))
    archive.agrees(cube)
    archive.agrees(archive.open(path))


corner = st.integers(0, 6)
day = st.sampled_from([EVER, EVER + 1, 700_000, 700_001, OPEN - 1, OPEN])
a_box = st.tuples(corner, corner, st.integers(0, 3), st.integers(0, 3), day, day)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(a_box, max_size=12),
    st.lists(st.tuples(st.lists(a_box, max_size=4), st.lists(st.integers(0, 20))), max_size=4),
    st.tuples(corner, corner, st.integers(0, 3), st.integers(0, 3), day, day),
)
def test_any_changes_agree_with_brute_force(
    tmp_path_factory: pytest.TempPathFactory,
    begun: list[tuple[int, ...]],
    changes: list[tuple[list[tuple[int, ...]], list[int]]],
    asked: tuple[int, ...],
) -> None:
    count = 0

    def made(some: list[tuple[int, ...]]) -> Boxes:
        nonlocal count
        rows = [(count + i, x, y, x + w, y + h, s, e) for i, (x, y, w, h, s, e) in enumerate(some)]
        count += len(some)
        return boxes(rows)

    path = tmp_path_factory.mktemp("cube") / "a.cube"
    archive = Archive(made(begun))
    cube = archive.open(path)
    x, y, w, h, begin, end = asked
    area = (x, y, x + w, y + h)
    for added, removed in [([], []), *changes]:
        cube.step(*archive.change(made(added), np.array(removed, dtype=np.int64)))
        for each in (cube, archive.open(path)):
            assert each.meeting(area, begin, end).tolist() == brute(archive.world, area, begin, end)
            assert each.at_point(x, y, begin).tolist() == brute(
                archive.world, (x, y, x, y), begin, begin + 1
            )
    assert archive.asked == 1
