"""Real checks on a real scheduler with two workers, and what they move and take (集群实测).

`python benchmarks/on_cluster.py ADDRESS FILE...` checks files on a cluster and prints what the
driver took: a process of its own, so that its memory is that of one check.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import distributed
import numpy as np

from diming.services.check import check_files
from diming.services.farm import Farm
from part_costs import in_memory

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests"))

from services.cluster import Cluster  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Driven:
    """What one check took on the driver."""

    seconds: float
    units: int
    vertices: int
    findings: int
    tasks: int
    #: Peak memory, and that before the check.
    peak_bytes: int
    before_bytes: int
    #: Sent with tasks, and results that came back, through the scheduler.
    sent_bytes: int
    back_bytes: int


@contextmanager
def cluster(workers: int = 2) -> Iterator[Cluster]:
    """Start a scheduler and workers of one thread each; stop them in the end."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield from _started(Cluster(Path(folder)), workers)


def _started(found: Cluster, workers: int) -> Iterator[Cluster]:
    try:
        found.start(workers)
        with client_of(found) as client:
            client.wait_for_workers(workers, timeout=60)
        yield found
    finally:
        found.stop()


@contextmanager
def client_of(found: Cluster) -> Iterator[distributed.Client]:
    """Connect to a cluster."""
    with distributed.Client(found.address, set_as_default=False) as client:
        yield client


def driven(found: Cluster, files: list[str], *, counted: bool = False) -> Driven:
    """Check files in a process of its own; `counted` weighs what is sent."""
    told = subprocess.run(
        [sys.executable, "-W", "ignore", __file__, *(["--count"] if counted else []),
         found.address, *files],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return Driven(**json.loads(told.stdout))


def moved(found: Cluster) -> dict[str, dict[str, int]]:
    """Return what each worker took from others so far, and its peak memory."""
    with client_of(found) as client:
        return dict(client.run(_moved))


def _moved(dask_worker: Any) -> dict[str, int]:
    got: Counter[str] = Counter()
    for transfer in dask_worker.transfer_incoming_log:
        for key, size in transfer["keys"].items():
            part = str(key).startswith(("_read", "_part_of"))
            got["parts_moved"] += part
            got["parts_bytes" if part else "answers_bytes"] += size
    status = Path("/proc/self/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
    return {"answers_bytes": 0, "parts_bytes": 0, "parts_moved": 0, **got, "peak_bytes": peak}


def _nothing(number: int, of: int) -> int:
    return number


def seconds_per_task(found: Cluster, count: int, times: int) -> float:
    """Return what a task costs that does nothing, sent, waited for and fetched as a farm does."""
    with client_of(found) as client, client.as_current():
        farm = Farm(client, found.address, lambda *_: None)
        kept = farm._submit(_nothing, list(range(count)), list(range(count)))
        farm._collect(kept)
        seconds = []
        for _ in range(times):
            begun = time.perf_counter()
            farm._collect(farm._submit(_nothing, kept, list(range(count))))
            seconds.append(time.perf_counter() - begun)
    return min(seconds) / count


def _bytes(count: int) -> np.ndarray:
    return np.ones(count, dtype=np.uint8)


def bytes_per_second(found: Cluster, count: int, times: int) -> float:
    """Return how fast workers on one machine pass arrays to each other."""
    with client_of(found) as client:
        here, there = client.scheduler_info(n_workers=-1)["workers"]
        seconds = []
        for _ in range(times):
            array = client.submit(_bytes, count, workers=[here], pure=False)
            client.submit(len, array, workers=[here], pure=False).result()
            begun = time.perf_counter()
            client.submit(len, array, workers=[there], pure=False).result()
            seconds.append(time.perf_counter() - begun)
    return count / min(seconds)


def _drive(address: str, files: list[str], *, counted: bool) -> Driven:
    sent, back, tasks = [0], [0], [0]
    submit, collect = Farm._submit, Farm._collect

    def weighed_submit(self: Farm, function: Any, *columns: Any) -> list[Any]:
        tasks[0] += len(columns[0]) if columns else 0
        if counted:
            sent[0] += sum(
                len(pickle.dumps(each, protocol=5))
                for column in columns
                for each in column
                if not isinstance(each, distributed.Future)
            )
        return submit(self, function, *columns)

    def weighed_collect(self: Farm, asked: Any) -> list[Any]:
        found = collect(self, asked)
        if counted:
            back[0] += sum(len(pickle.dumps(each, protocol=5)) for each in found)
        return found

    Farm._submit, Farm._collect = weighed_submit, weighed_collect  # type: ignore[method-assign]
    before = in_memory("VmHWM")
    begun = time.perf_counter()
    report = check_files(files, scheduler=address)
    seconds = time.perf_counter() - begun
    peak = in_memory("VmHWM")
    return Driven(
        seconds, report.units_examined, report.vertices_examined, len(report.findings),
        tasks[0], peak, before, sent[0], back[0],
    )  # fmt: skip


if __name__ == "__main__":
    given = sys.argv[1:]
    count = given[0] == "--count"
    address, *files = given[1:] if count else given
    print(json.dumps(asdict(_drive(address, files, counted=count))))
