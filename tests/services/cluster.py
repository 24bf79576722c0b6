"""A real scheduler with real workers, as processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

SRC = Path(__file__).parents[2] / "src"


@dataclass
class Cluster:
    """Started in a folder of its own; `address` is known once it answers."""

    folder: Path
    address: str = ""
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def _start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(SRC), os.environ.get("PYTHONPATH", "")]),
            "PYTHONWARNINGS": "ignore",
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments],
                stdout=log, stderr=log, env=environment, cwd=self.folder,
            )  # fmt: skip

    def start(self, workers: int) -> None:
        file = self.folder / "scheduler.json"
        self.scheduler = self._start(
            "scheduler", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
            "--dashboard-address", "127.0.0.1:0", "--scheduler-file", str(file),
        )  # fmt: skip
        self._wait(file.exists)
        import json

        self.address = json.loads(file.read_text())["address"]
        for _ in range(workers):
            self.add_worker()

    def add_worker(self) -> None:
        name = f"worker{len(self.workers)}"
        how = ("--nthreads", "1", "--no-dashboard", "--no-nanny")
        self.workers.append(
            self._start(name, "worker", self.address, *how, "--local-directory", str(self.folder))
        )

    def kill_worker(self) -> None:
        """Kill one worker, as if its machine had lost power."""
        victim = self.workers.pop(0)
        victim.send_signal(signal.SIGKILL)
        victim.wait()

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            if process is not None:
                process.kill()
                process.wait()

    def _wait(self, ready: object) -> None:
        until = time.monotonic() + 60
        while not ready():
            assert time.monotonic() < until, "the scheduler did not start"
            assert self.scheduler is not None and self.scheduler.poll() is None
            time.sleep(0.1)
