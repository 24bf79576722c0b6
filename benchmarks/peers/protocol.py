"""What a peer is: a name, a version, and a way to find places where a coverage is wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Kind of a place that a peer marks as wrong without saying in what way.
UNNAMED = "unnamed"
#: Kind of a place within the outline that no unit covers, of a program that tells no widths:
#: a gap or a void.
HOLE = "hole"
#: Folder that `setup_peers.sh` installs into.
FOLDER = Path(os.environ.get("DIMING_PEERS", Path(__file__).parents[2] / ".peers"))


class NotInstalled(Exception):
    """A peer is not there; the message says what is missing."""


@dataclass(frozen=True)
class Place:
    """One place that a peer reports.

    Attributes
    ----------
    kind : str
        A rule of `diming` that means the same, or `HOLE`, or `UNNAMED`.
    geometry : shapely.Geometry
        In the CRS of the file.
    units : tuple of str
        Codes of the units, where the peer names them.
    width_m, area_m2 : float or None
        Where the peer gives them; in the plane of the CRS, but for diming.
    """

    kind: str
    geometry: Any
    units: tuple[str, ...] = ()
    width_m: float | None = None
    area_m2: float | None = None


@dataclass
class Steps:
    """Seconds of the steps of a run, and memory of processes that are not its children."""

    seconds: dict[str, float] = field(default_factory=dict)
    server_peak_mb: float | None = None

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        start = perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - start


class Peer(Protocol):
    """One program, used in one way.

    Attributes
    ----------
    name : str
    how : str
        What is run, and why so.
    kinds : tuple of str
        Rules whose defects it can name; all others it cannot say.
    licence : str
    parents : str or None
        File of the level above, for a program that can use it.
    """

    name: str
    how: str
    kinds: tuple[str, ...]
    licence: str
    parents: str | None

    def version(self) -> str:
        """Return the version; raise `NotInstalled` with the reason."""

    def command(self, path: Path, layer: str, workdir: Path, result: Path) -> list[str]:
        """Return what is run as a child and measured; it writes `result` or stdout."""

    def places(self, result: Path, stdout: Path) -> tuple[list[Place], Steps]:
        """Read what the run has found."""


class InPython:
    """A peer whose `find` runs in a child interpreter and leaves its places in a file."""

    name: str
    how: str
    kinds: tuple[str, ...]
    licence: str
    parents: str | None = None

    def interpreter(self) -> str:
        return sys.executable

    def find(self, path: Path, layer: str, workdir: Path, steps: Steps) -> list[Place]:
        raise NotImplementedError

    def command(self, path: Path, layer: str, workdir: Path, result: Path) -> list[str]:
        module = type(self).__module__.rpartition(".")[2]
        program = Path(__file__).with_name("child.py")
        paths = [str(path), layer, str(workdir), str(result)]
        return [self.interpreter(), str(program), module, *paths]

    def places(self, result: Path, stdout: Path) -> tuple[list[Place], Steps]:
        return read_places(result)


def load(module: str) -> Peer:
    """Return the peer of a module of this package."""
    peer: Peer = import_module(f"peers.{module}").Peer()
    return peer


def program(*names: str) -> str:
    """Return the path of a program, in the folder of the peers or on PATH."""
    for name in names:
        for folder in (FOLDER / "node_modules" / ".bin", FOLDER / "bin"):
            if (folder / name).exists():
                return str(folder / name)
        if found := shutil.which(name):
            return found
    raise NotInstalled(f"no program {' or '.join(names)} on PATH or in {FOLDER}")


def spoken(command: list[str], **options: Any) -> str:
    """Run a command and return what it says; it failing is an error with its words."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        words = (done.stderr or done.stdout).strip()[-1500:]
        raise RuntimeError(f"{Path(command[0]).name} ended with {done.returncode}: {words}")
    return done.stdout or done.stderr


def write_places(path: Path, places: list[Place], steps: Steps) -> None:
    """Keep places in a file."""
    import shapely

    wkb = shapely.to_wkb([p.geometry for p in places], hex=True) if places else []
    rows = [
        {
            "kind": p.kind,
            "units": list(p.units),
            "width_m": p.width_m,
            "area_m2": p.area_m2,
            "wkb": str(text),
        }
        for p, text in zip(places, wkb, strict=True)
    ]
    kept = {"steps": steps.seconds, "server_peak_mb": steps.server_peak_mb, "places": rows}
    path.write_text(json.dumps(kept), "utf-8")


def read_places(path: Path) -> tuple[list[Place], Steps]:
    """Read places that `write_places` has kept."""
    import shapely

    kept = json.loads(path.read_text("utf-8"))
    rows = kept["places"]
    shapes = shapely.from_wkb([r.pop("wkb") for r in rows]) if rows else []
    places = [
        Place(geometry=shape, **{**row, "units": tuple(row["units"])})
        for row, shape in zip(rows, shapes, strict=True)
    ]
    return places, Steps(kept["steps"], kept["server_peak_mb"])
