"""What one part costs a worker: seconds a step, bytes, and keys that it does not cancel (分片代价).

`python benchmarks/part_costs.py WARM FILE...` prints what the files take in memory; it is run as a
process of its own, for memory once used is never quite given back.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.files.delivery import ReadOptions
from diming.files.reading import Keep, read
from diming.geometry.balance import Balance, cancel
from diming.geometry.chain import _first_round, _Part, residual
from diming.geometry.keepers import Held, held
from diming.geometry.shapes import Block, Shapes
from diming.handbook import load_handbook
from diming.model.finding import CheckSettings
from diming.model.rule import wanted_rules
from diming.rules.placement import _centre_and_area
from diming.services.check import Check
from diming.services.intake import take_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from province import Province


class Timed(Held):
    """Shapes of one part in memory, asked in one block as on a cluster, by the clock."""

    def __init__(self, geometry: np.ndarray) -> None:
        super().__init__(geometry)
        self.seconds: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()

    def cut(self, row: np.ndarray, count: np.ndarray) -> list[np.ndarray]:
        return [np.argsort(row, kind="stable")]

    def each(self, function: Callable[..., Any], blocks: list[Block], jobs: int) -> Iterator[Any]:
        yield from super().each(self._timed(function), blocks, jobs)

    def rounds(
        self, first: Any, gather: Any, second: Any, blocks: list[Block], jobs: int
    ) -> Iterator[Any]:
        for block in blocks:
            stays, sent = self._timed(first)(self._shapes(block), *block.arguments)
            gather.add(sent)
            shared = gather.shared()

            def load(at: np.ndarray, block: Block = block) -> np.ndarray:
                return self._some_of(block, at)

            yield self._timed(second)(load, stays, shared, *block.arguments)

    def _timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        name = getattr(getattr(function, "func", function), "__name__", "?").strip("_")

        def timed(*arguments: Any) -> Any:
            begun = time.perf_counter()
            result = function(*arguments)
            self.seconds[name] += time.perf_counter() - begun
            self.calls[name] += 1
            return result

        return timed


def _whole(geometry: np.ndarray) -> Shapes:
    shapes = held(geometry)
    return Shapes(Timed(geometry), shapes.row, shapes.count, shapes.bounds)


def check(file: str, shapes: Callable[[np.ndarray], Shapes] = held) -> tuple[Any, float, float]:
    """Check one file; return the report, seconds to read it, and seconds to check it."""
    begun = time.perf_counter()
    deliveries = read([file], ReadOptions(), None, Keep(shapes))
    ready = time.perf_counter()
    settings = CheckSettings()
    intake = take_in(deliveries)
    work = Check(
        intake, settings, wanted_rules(settings), 1, lambda *_: None, load_handbook(), None
    )
    report = work.report(None, with_map=False)
    return report, ready - begun, time.perf_counter() - ready


def step_seconds(small: str, large: str, times: int) -> dict[str, Any]:
    """Return seconds a file and a million vertices for each step that a check puts to a part.

    What is read is kept, as on a worker: memory is new each time.
    """
    least, most = _steps(small, times), _steps(large, times)
    millions = (most["vertices"] - least["vertices"]) / 1e6
    per_file: dict[str, float] = least["seconds"]
    return {
        "seconds_per_file": per_file,
        "seconds_per_million_vertices": {
            k: max(0.0, v - per_file[k]) / millions for k, v in most["seconds"].items()
        },
        "from_wkb_within_read": most["from_wkb"] / millions,
        "centre_and_area_with_reference": most["centres"] / millions,
        "calls": most["calls"],
    }


def _steps(file: str, times: int) -> dict[str, Any]:
    best: dict[str, float] = {}
    keepers: list[Timed] = []

    def timed(geometry: np.ndarray) -> Shapes:
        shapes = held(geometry)
        keepers.append(Timed(geometry))
        return Shapes(keepers[-1], shapes.row, shapes.count, shapes.bounds)

    for _ in range(times):
        report, reading, _ = check(file, timed)
        found = {"read": reading, **keepers[-1].seconds}
        best = {k: min(v, best.get(k, v)) for k, v in found.items()}
    geometry, calls = keepers[-1].geometry, keepers[-1].calls
    wkb = shapely.to_wkb(geometry)
    begun = time.perf_counter()
    shapely.from_wkb(wkb)
    part_of_reading = time.perf_counter() - begun
    begun = time.perf_counter()
    _centre_and_area(geometry)
    centres = time.perf_counter() - begun
    return {
        "vertices": report.vertices_examined, "seconds": best, "calls": dict(calls),
        "from_wkb": part_of_reading, "centres": centres,
    }  # fmt: skip


def in_memory(what: str) -> int:
    """Return bytes this process holds (VmRSS), or held at most since it began (VmHWM).

    `ru_maxrss` would count the process that started it as well.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{what}:")[1].split()[0]) * 1024


def _memory(warm: str, *files: str) -> dict[str, float]:
    check(warm, _whole)  # what libraries take once
    before = in_memory("VmRSS")
    taken = [read([file], ReadOptions())[0].geometry for file in files]
    counts = [int(shapes.count.sum()) for shapes in taken]
    kept = in_memory("VmRSS") - before
    check(files[-1], _whole)  # all steps, while the others are kept
    return {
        "process": before,
        "kept_per_vertex": kept / sum(counts),
        "at_work_per_vertex": (in_memory("VmHWM") - before - kept) / max(counts),
    }


def memory(*files: str) -> dict[str, float]:
    """Return bytes in memory: of a process, a vertex kept, a vertex at work besides."""
    told = subprocess.run(
        [sys.executable, __file__, *files], capture_output=True, check=True, text=True
    )
    found: dict[str, float] = json.loads(told.stdout)
    return found


def share_left(province: Province, part: np.ndarray) -> float:
    """Return the share of a part's keys that it does not cancel itself."""
    geometry = province.polygons_of(part)
    count = shapely.get_num_coordinates(geometry).astype(np.int64)
    n = len(part)
    keys, sent = _first_round(
        geometry, np.zeros(n, dtype=bool), np.zeros(n, dtype=np.uint64), count, seed=0
    )
    return len(sent) / int((keys != 0).sum())


def on_the_wire(geometry: np.ndarray) -> dict[str, float]:
    """Return bytes of a key and of a segment as they are sent."""
    shapes = held(geometry)
    n = len(geometry)
    _, sent = _first_round(
        geometry, np.zeros(n, dtype=bool), np.zeros(n, dtype=np.uint64), shapes.count, seed=0
    )
    left = residual(shapes)
    part = _Part(left.start, left.end, left.owner.astype(np.int64))
    return {
        "key": len(pickle.dumps(sent, protocol=5)) / len(sent),
        "segment": len(pickle.dumps(part, protocol=5)) / len(left),
    }


def gathering(keys: int, times: int) -> dict[str, float]:
    """Return what summing up keys takes: half of them cancel, as between two parts."""
    import tracemalloc

    random = np.random.default_rng(0)
    one = random.integers(2, 2**63, keys // 2, dtype=np.uint64) << np.uint64(1)
    sent = [cancel(part) for part in np.array_split(one, 10)]
    sent += [cancel(part | np.uint64(1)) for part in np.array_split(one[::-1], 10)]
    seconds = []
    for _ in range(times):
        begun = time.perf_counter()
        balance = Balance()
        for part in sent:
            balance.add(part)
        left = balance.shared()
        seconds.append(time.perf_counter() - begun)
        assert len(left) == 0
    tracemalloc.start()
    balance = Balance()
    for part in sent:
        balance.add(part.copy())
    balance.shared()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return {"seconds_per_million_keys": min(seconds) / keys * 1e6, "bytes_per_key": peak / keys}


if __name__ == "__main__":
    # As on a worker, not in the main thread: threads have heaps of their own.
    with ThreadPoolExecutor(1) as worker:
        print(json.dumps(worker.submit(_memory, *sys.argv[1:]).result()))
