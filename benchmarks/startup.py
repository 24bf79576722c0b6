"""How long the command takes before it gets to work, and on a thousand units (启动时间).

python benchmarks/startup.py

Prints the best of five runs of each call, as seconds passed and seconds of processor
time, and what a tiny check imports that takes longest.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyogrio
import shapely

from measure import COMMAND
from province import CRS, Province
from world import World


@dataclass(frozen=True)
class Took:
    seconds: float
    processor_seconds: float


def draw(path: Path, count: int, vertices: int) -> int:
    """Write a coverage, and return how many vertices it has."""
    world = World(Province(count, vertices))
    cells = world.province.polygons
    pyogrio.raw.write(
        path, shapely.to_wkb(cells),
        field_data=[np.array(c, dtype=object) for c in (world.code, world.name)],
        fields=["code", "name"], geometry_type="Polygon", crs=CRS, driver="GPKG",
    )  # fmt: skip
    return int(shapely.get_num_coordinates(cells).sum())


def run(*arguments: str) -> Took:
    """Run Python with arguments as a child of its own, which must end well."""
    start = time.perf_counter()
    child = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{arguments} ended with {child.returncode}")
    return Took(seconds, used.ru_utime + used.ru_stime)


def imports(*arguments: str, least_ms: float) -> list[tuple[float, str]]:
    """Return milliseconds and name of packages that a call imports, with all they import."""
    told = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True, text=True, check=True,
    ).stderr  # fmt: skip
    rows = re.findall(r"import time: +\d+ \| +(\d+) \| +([\w.]+)", told)
    cost = [(int(micro) / 1000, name) for micro, name in rows]
    return sorted((c for c in cost if c[0] >= least_ms), reverse=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="the best of them counts")
    parser.add_argument("--least-ms", type=float, default=8.0, help="of imports that are told")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tiny, large = Path(folder, "tiny.gpkg"), Path(folder, "units.gpkg")
        few, many = draw(tiny, 4, 20), draw(large, 1000, 300)
        check = (*COMMAND[1:], "check", "--quiet", "--lang", "en")
        calls = {
            "python alone": ("-c", "pass"),
            "import diming": ("-c", "import diming"),
            "diming --help": (*COMMAND[1:], "--help"),
            f"check, 4 units, {few} vertices": (*check, str(tiny)),
            f"check, 1000 units, {many} vertices": (*check, "--jobs", "1", str(large)),
            "the same, two threads": (*check, "--jobs", "2", str(large)),
        }
        for label, arguments in calls.items():
            took = [run(*arguments) for _ in range(given.rounds)]
            best = [min(getattr(t, part) for t in took) for part in Took.__annotations__]
            print("{:36} {:6.2f} s {:6.2f} s of processor".format(label, *best))
        print("\nimports of the tiny check, with what they import")
        for cost, name in imports(*check, str(tiny), least_ms=given.least_ms):
            print(f"{cost:8.0f} ms  {name}")


if __name__ == "__main__":
    main()
