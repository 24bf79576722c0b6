from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from diming.store.opening import create
from store.server import Server


@pytest.fixture
def tmp_path(tmp_path):
    """A folder in memory where there is one: archives wait for the disk at every revision."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or shutil.disk_usage(memory).free < 200_000_000:
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(prefix="diming-", dir=memory))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def server():
    running = Server()
    yield running
    running.stop()


@pytest.fixture(params=["memory", "geopackage", "postgis"])
def place(request, tmp_path):
    """Where an archive can be made."""
    if request.param == "memory":
        return ":memory:"
    if request.param == "geopackage":
        return tmp_path / "a.gpkg"
    return request.getfixturevalue("server").place()


@pytest.fixture(params=["geopackage", "postgis"])
def lasting(request, tmp_path):
    """Where an archive can be made, and opened again."""
    if request.param == "geopackage":
        return str(tmp_path / "a.gpkg")
    return request.getfixturevalue("server").place()


@pytest.fixture
def store(place):
    with create(place, "EPSG:4545", author="测试") as made:
        yield made
