"""What a run is asked for, and what sections hand to the page."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from measure import Run

SECTIONS = Path(__file__).parent


@dataclass(frozen=True)
class Setting:
    """Sizes and repetitions; `--quick` takes `QUICK`.

    Attributes
    ----------
    folder : Path
        Worlds are kept here.
    vertices : int
        A unit, about.
    dirty : float
        Defects a unit.
    runs : int
        Of each side; the best is taken.
    """

    folder: Path
    vertices: int = 300
    seed: int = 1
    dirty: float = 0.03
    runs: int = 3
    states: tuple[str, ...] = ("clean", "dirty")
    threads: tuple[int, ...] = (1, 2)
    timeout: float = 3600.0
    speed_units: tuple[int, ...] = (10_000, 40_000)
    command_units: tuple[int, ...] = (1_000, 40_000)
    growth_units: tuple[int, ...] = (1_000, 2_000, 5_000, 10_000, 20_000, 40_000)
    peer_units: tuple[int, ...] = (1_000, 10_000)
    peers: tuple[str, ...] = ()
    big_units: int = 400_000
    big_parts: int = 40
    memory_limit: str = "2GB"
    say: Callable[[str], None] = field(default=lambda text: print(text, file=sys.stderr))

    def told(self) -> dict[str, Any]:
        kept = {k: v for k, v in vars(self).items() if k not in ("say", "folder")}
        return json.loads(json.dumps(kept))


#: Sizes that show within seconds whether everything runs.
QUICK: dict[str, Any] = {
    "vertices": 40, "runs": 1, "dirty": 0.05, "timeout": 120.0, "speed_units": (225,),
    "command_units": (225,), "growth_units": (100, 225, 400), "peer_units": (225,),
    "big_units": 900, "big_parts": 4,
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """Rows of text; the first columns, as many as `words`, are words, the others numbers."""

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]
    note: str = ""
    words: int = 1


@dataclass(frozen=True)
class Reach:
    """A figure beside the value to be reached."""

    what: str
    value: float | None
    most: float
    unit: str

    @property
    def reached(self) -> bool | None:
        return None if self.value is None else self.value <= self.most

    def figures(self) -> dict[str, Any]:
        return {**vars(self), "reached": self.reached}


class Failed(Exception):
    """A run that the section cannot do without did not succeed."""


def demand(run: Run, what: str, *, codes: tuple[int, ...] = (0,)) -> Run:
    """Return a run that ended as it should; else say how it ended."""
    if run.timed_out or run.exit_code not in codes:
        how = "stopped for time" if run.timed_out else f"exit code {run.exit_code}"
        raise Failed(f"{what}: {how}: {run.said[-600:]}")
    return run
