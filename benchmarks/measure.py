"""Run a command as a child of its own; seconds and peak memory are those of it and its children.

The command is started by a small launcher (this file, run as a program): a
process that is started from a large one would otherwise be charged with the
memory of its parent up to the moment it becomes itself.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

#: `diming` of whatever is on the path, installed or not.
COMMAND = [sys.executable, "-c", "from diming.cli.main import main; main(prog_name='diming')"]
#: Seconds between asking a command to stop and ending it.
GRACE_S = 15.0


@dataclass(frozen=True)
class Run:
    """What a command did and used.

    Attributes
    ----------
    exit_code : int
        Negative: ended by that signal.
    seconds, cpu_seconds : float
        Wall clock; processors, all children together.
    peak_mb : float
        Largest resident memory of any one process of the command, in MiB.
    said : str
        The end of what it wrote to stderr.
    timed_out : bool
    """

    exit_code: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    said: str = ""
    timed_out: bool = False

    def figures(self) -> dict[str, float]:
        return {"seconds": self.seconds, "cpu_seconds": self.cpu_seconds, "peak_mb": self.peak_mb}


def run(
    command: list[str],
    *,
    output: Path | None = None,
    env: dict[str, str] | None = None,
    timeout: float = 3600.0,
) -> Run:
    """Run a command, its stdout into the file `output`; a command that fails is no exception."""
    with tempfile.TemporaryDirectory() as scratch:
        said = Path(scratch) / "stderr"
        call = json.dumps({
            "command": command, "timeout": timeout, "said": str(said),
            "output": os.devnull if output is None else str(output),
        })  # fmt: skip
        launcher = [sys.executable, "-I", "-S", __file__, call]
        done = subprocess.run(launcher, capture_output=True, text=True, env=env, check=False)
        if done.returncode:
            raise OSError(f"{command[0]} could not be run: {done.stderr.strip()[-400:]}")
        found = json.loads(done.stdout)
        tail = said.read_bytes()[-2000:].decode("utf-8", "replace").strip()
    return Run(**{**found, "said": tail})


def _launch(command: list[str], output: str, said: str, timeout: float) -> Run:
    with Path(output).open("wb") as out, Path(said).open("wb") as err:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, stderr=err, start_new_session=True)
        late = _stop_after(child.pid, timeout)
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        timed_out = late()
    per_mb = 2**20 if sys.platform == "darwin" else 2**10
    cpu = used.ru_utime + used.ru_stime
    return Run(child.returncode, seconds, cpu, used.ru_maxrss / per_mb, "", timed_out)


def _stop_after(pid: int, timeout: float):
    """Stop the process group of `pid` when its time is over; the result says whether it was."""
    sent: list[int] = []

    def strike(number: int, frame: object) -> None:
        sent.append(signal.SIGKILL if sent else signal.SIGTERM)
        signal.setitimer(signal.ITIMER_REAL, GRACE_S)
        os.killpg(pid, sent[-1])

    signal.signal(signal.SIGALRM, strike)
    signal.setitimer(signal.ITIMER_REAL, timeout)

    def over() -> bool:
        signal.setitimer(signal.ITIMER_REAL, 0)
        return bool(sent)

    return over


if __name__ == "__main__":
    print(json.dumps(asdict(_launch(**json.loads(sys.argv[1])))))
