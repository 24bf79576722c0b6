"""What a check costs on this machine, piece by piece, one thread each (常数).

python benchmarks/constants.py [--quick] [--whole] [--out benchmarks/constants.json]

`benchmarks/scale.py` computes from these what larger coverages would need. --quick measures on
worlds so small that the figures mean little.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import distributed
import numpy as np
import shapely

import driver_costs
import on_cluster
import part_costs
from parts import ORDERS, cut, evenly, write
from province import Province

#: Where constants are kept.
HERE = Path(__file__).with_name("constants.json")


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    part_units: int
    share_world: int
    share_parts: tuple[int, ...]
    keys: int
    tasks: int
    wire_bytes: int
    naming_units: int
    wrong_units: int
    driver_units: int
    driver_wrong: int
    validated_units: int
    times: int


FULL = Size(1_000, 160_000, (50, 200, 1_000, 5_000, 20_000), 8_000_000, 1_000, 200_000_000,
            40_000, 2_400, 80_000, 300, 20_000, 5)  # fmt: skip
QUICK = Size(60, 2_500, (25, 100), 20_000, 20, 1_000_000, 400, 64, 400, 16, 120, 1)
#: Parts of the check that is measured whole.
ACROSS, DOWN = 5, 4


def shares(size: Size) -> list[dict[str, Any]]:
    """Return shares of keys that parts in the middle of a large world do not cancel."""
    world = Province(size.share_world, 12, 1)
    middle = world.seats.mean(axis=0)
    found = []
    for order in ORDERS:
        for units in size.share_parts:
            parts = cut(world, units, order)
            away = [np.hypot(*(world.seats[p].mean(axis=0) - middle)) for p in parts]
            part = parts[int(np.argmin(away))]
            found.append({"order": order, "units_per_part": len(part), "parts": len(parts),
                          "share": part_costs.share_left(world, part)})  # fmt: skip
    return found


def machine() -> dict[str, Any]:
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
    return {
        "processor": model, "processors": os.cpu_count(), "python": platform.python_version(),
        "numpy": np.__version__, "shapely": shapely.__version__,
        "geos": shapely.geos_version_string, "distributed": distributed.__version__,
    }  # fmt: skip


def measure(size: Size, folder: Path) -> dict[str, Any]:
    """Measure everything."""
    whole = Province(size.validated_units, 300, 1)
    files = write(whole, evenly(whole, ACROSS, DOWN), folder / "whole")
    part = write(Province(size.part_units, 300, 2), [np.arange(size.part_units)], folder / "part")
    vertices = int(shapely.get_num_coordinates(whole.polygons).sum())
    small = write(Province(40, 24, 1), [np.arange(40)], folder / "small")
    steps = part_costs.step_seconds(small[0], part[0], size.times)
    found: dict[str, Any] = {
        "measured": time.strftime("%Y-%m-%d"),
        "machine": machine(),
        "disk_bytes_per_vertex": sum(Path(f).stat().st_size for f in files) / vertices,
        "part": steps,
        "worker_memory": part_costs.memory(*files[:10]),
        "share_world": size.share_world,
        "shares": shares(size),
        "wire": part_costs.on_the_wire(Province(size.part_units, 300, 3).polygons),
        "gather": part_costs.gathering(size.keys, size.times),
        "naming": driver_costs.naming(
            folder / "naming", size.naming_units, size.wrong_units, size.times
        ),
    }
    with on_cluster.cluster() as started:
        found["cluster"] = {
            "seconds_per_task": on_cluster.seconds_per_task(started, size.tasks, size.times),
            "loopback_bytes_per_second": on_cluster.bytes_per_second(
                started, size.wire_bytes, size.times
            ),
        }
        found["driver_memory"] = driver_costs.memory(
            started, folder / "driver", size.driver_units, size.driver_wrong
        )
    with on_cluster.cluster() as started:
        found["cluster"]["seconds_fixed"] = min(
            on_cluster.driven(started, small).seconds for _ in range(size.times + 1)
        )
    return found


def try_whole(size: Size, folder: Path, found: dict[str, Any]) -> None:
    """Check a province of many files on a cluster, to compare with what constants foretell."""
    whole = Province(size.validated_units, 300, 1)
    files = write(whole, evenly(whole, ACROSS, DOWN), folder / "whole")
    small = write(Province(40, 24, 1), np.array_split(np.arange(40), 8), folder / "small")
    load = os.getloadavg()[0]  # of others
    with on_cluster.cluster() as started:
        for _ in range(2):
            on_cluster.driven(started, small)  # both workers import what they need
        before = on_cluster.moved(started)
        runs = [on_cluster.driven(started, files)]
        once = on_cluster.moved(started)
        runs += [on_cluster.driven(started, files) for _ in range(size.times)]
        after = on_cluster.moved(started)
        counted = on_cluster.driven(started, files, counted=True)
    left = driver_costs.residual_of(whole.polygons)
    found["validation"] = {
        **asdict(min(runs, key=lambda run: run.seconds)),
        "parts": ACROSS * DOWN, "workers": 2, "runs": len(runs), "load_before": load,
        "seconds_worst": max(run.seconds for run in runs),
        "sent_bytes": counted.sent_bytes, "back_bytes": counted.back_bytes,
        "segments": left,
        "moved_bytes": sum(
            after[w]["answers_bytes"] - before[w]["answers_bytes"] for w in after
        ) / len(runs),
        "parts_moved": sum(w["parts_moved"] for w in after.values()),
        "parts_bytes": sum(w["parts_bytes"] for w in after.values()),
        "worker_peak_bytes": max(w["peak_bytes"] for w in once.values()),
        "worker_peak_after_runs_bytes": max(w["peak_bytes"] for w in after.values()),
    }  # fmt: skip
    through = counted.back_bytes + counted.sent_bytes - found["wire"]["segment"] * left
    found["cluster"] |= {
        "worker_process_bytes": max(w["peak_bytes"] for w in before.values()),
        "tasks_per_part": counted.tasks / (ACROSS * DOWN),
        "column_bytes_per_unit": through / counted.units,
    }


def rounded(value: Any) -> Any:
    """Return figures to four digits: more is noise."""
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="try the way, not the figures")
    parser.add_argument("--whole", action="store_true", help="try the whole check again, no more")
    parser.add_argument("--out", type=Path, default=HERE)
    asked = parser.parse_args()
    here = Path(__file__).parents[1]
    paths = [str(here / "src"), str(here / "benchmarks"), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(p for p in paths if p)
    with tempfile.TemporaryDirectory(prefix="diming-") as folder:
        size = QUICK if asked.quick else FULL
        if asked.whole:
            found = json.loads(asked.out.read_text(encoding="utf-8"))
        else:
            found = measure(size, Path(folder))
        try_whole(size, Path(folder), found)
    text = json.dumps(rounded(found), indent=1, ensure_ascii=False)
    asked.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
