"""What a check on a cluster would take, from the measured constants (模型).

One formula a method; `docs/scale.md` says them in words. A world is so many units of so many
vertices in so many files, in an order, with so much wrong in it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: Between machines: one gigabit a second, as networks of offices have at least.
NETWORK_BYTES_PER_SECOND = 125e6
#: Defects a unit of a dirty national file (`benchmarks/README.md`).
DIRTY = 0.035
#: Defects a unit in the world that naming was measured on.
MEASURED_DIRTY = 0.1


@dataclass(frozen=True)
class World:
    """A coverage to be checked."""

    name: str
    units: int
    vertices: int
    files: int
    #: ``block``: files are compact areas; ``random``: units lie in any file.
    order: str = "block"
    #: ``sound``, ``dirty``, ``noise`` or ``shifted``: the last two leave every segment.
    wrong: str = "sound"

    @property
    def total(self) -> int:
        """Vertices of all units."""
        return self.units * self.vertices

    def of_size(self, units: int) -> World:
        """Return the like with other units, in files of the same size."""
        return replace(self, units=units, files=max(1, round(self.files * units / self.units)))


def fit(shares: list[Mapping[str, Any]], order: str = "block") -> float:
    """Return c of the law share = c / sqrt(units per file), by least squares of logarithms."""
    logs = [math.log(s["share"] * math.sqrt(s["units_per_part"])) for s in shares
            if s["order"] == order]  # fmt: skip
    return math.exp(float(np.mean(logs)))


def outline(naming: Mapping[str, Any]) -> float:
    """Return b of the law: outer segments = b * sqrt(units) * vertices of a unit."""
    logs = []
    for name, vertices in (("small", 24), ("many", 24), ("border", 480)):
        world = naming["worlds"][name]
        logs.append(math.log(world["segments"] / (math.sqrt(world["units"]) * vertices)))
    return math.exp(float(np.mean(logs)))


def segments_per_defect(naming: Mapping[str, Any]) -> float:
    """Return how many segments one defect leaves, at 300 vertices a unit."""
    found = naming["worlds"]
    more = found["dirty"]["segments"] - found["sound"]["segments"]
    return float(more / (MEASURED_DIRTY * found["sound"]["units"]))


@dataclass(frozen=True)
class Need:
    """What a world needs on a number of workers of one thread each."""

    constants: Mapping[str, Any]
    world: World
    workers: int
    network: float = NETWORK_BYTES_PER_SECOND

    @property
    def busy(self) -> int:
        """Files of the worker that has most: a file is one task."""
        return math.ceil(self.world.files / self.workers)

    @cached_property
    def share(self) -> float:
        """Return the share of keys that files do not cancel themselves."""
        per_file = self.world.units / self.world.files
        if self.world.order == "random":
            return 1 - 1 / self.world.files
        return min(1.0, fit(self.constants["shares"]) / math.sqrt(per_file))

    @cached_property
    def keys(self) -> float:
        """Return keys that are gathered."""
        everything = self.world.wrong in ("noise", "shifted")
        return self.world.total * (1.0 if everything else self.share)

    @cached_property
    def outer(self) -> float:
        """Return segments of the outline of all."""
        b = outline(self.constants["naming"])
        return min(self.world.total, b * math.sqrt(self.world.units) * self.world.vertices)

    @cached_property
    def wrong(self) -> float:
        """Return segments that do not cancel for what is wrong."""
        if self.world.wrong == "dirty":
            per_defect = segments_per_defect(self.constants["naming"])
            return DIRTY * self.world.units * per_defect * self.world.vertices / 300
        return self.world.total if self.world.wrong in ("noise", "shifted") else 0.0

    @property
    def segments(self) -> float:
        """Return all segments that do not cancel: the residual."""
        return min(self.world.total, self.outer + self.wrong)

    # Bytes.

    @property
    def file_bytes(self) -> float:
        return self.world.total * self.constants["disk_bytes_per_vertex"]

    @property
    def first_round_bytes(self) -> float:
        """Keys, from where they are to the worker that gathers."""
        return self.keys * self.constants["wire"]["key"] * (1 - 1 / self.workers)

    @property
    def second_round_bytes(self) -> float:
        """Keys that are left, to all workers, and segments, to the driver."""
        wire = self.constants["wire"]
        return self.segments * (wire["key"] * (self.workers - 1) + wire["segment"])

    @property
    def column_bytes(self) -> float:
        """Columns and answers, between workers and driver."""
        return self.world.units * self.constants["cluster"]["column_bytes_per_unit"]

    @property
    def worker_bytes(self) -> float:
        """Memory of a worker that does not gather."""
        memory = self.constants["worker_memory"]
        per_file = self.world.total / self.world.files
        kept = min(self.busy * per_file, self.world.total)
        held = kept * (memory["kept_per_vertex"] + 8)  # a key a vertex stays for the second round
        return float(
            self.constants["cluster"]["worker_process_bytes"]
            + held
            + per_file * memory["at_work_per_vertex"]
        )

    @property
    def gather_bytes(self) -> float:
        """Memory of the worker that gathers."""
        return self.worker_bytes + self.keys * float(self.constants["gather"]["bytes_per_key"])

    @property
    def driver_bytes(self) -> float:
        """Memory where the command runs."""
        world, memory = self.world, self.constants["driver_memory"]
        return float(
            memory["process"]
            + world.units * memory["per_unit"]
            + self.segments
            * memory["per_segment"]["noise" if world.wrong == "noise" else "shifted"]
        )

    # Seconds.

    @cached_property
    def seconds(self) -> dict[str, float]:
        """Return seconds by where they go."""
        c, world = self.constants, self.world
        steps = sum(c["part"]["seconds_per_million_vertices"].values())
        opening = sum(c["part"]["seconds_per_file"].values())
        by_segment = c["naming"]["seconds_per_thousand_segments"]
        moved = self.first_round_bytes + self.second_round_bytes + self.column_bytes
        tasks = c["cluster"]["tasks_per_part"] * world.files
        kind = world.wrong if world.wrong in by_segment else "border"
        naming = (self.outer * by_segment["border"] + self.wrong * by_segment[kind]) / 1e3
        return {
            "start": c["cluster"]["seconds_fixed"],
            "work on files": self.busy * (opening + world.total / world.files / 1e6 * steps),
            "tasks": tasks * c["cluster"]["seconds_per_task"],
            "gathering": self.keys / 1e6 * c["gather"]["seconds_per_million_keys"],
            "network": moved / self.network,
            "naming": naming,
            "columns": world.units / 1e3 * c["naming"]["seconds_per_thousand_units"],
        }

    @property
    def minutes(self) -> float:
        return sum(self.seconds.values()) / 60

    @property
    def bottleneck(self) -> str:
        return max(self.seconds, key=lambda k: self.seconds[k])


def breaks_at(
    constants: Mapping[str, Any], world: World, workers: int, too_much: Callable[[Need], bool]
) -> int | None:
    """Return the units, by bisection, from which on it is too much; None where it never is."""
    low, high = 1, 1
    while not too_much(Need(constants, world.of_size(high), workers)):
        low, high = high, 2 * high
        if high > 1 << 40:
            return None
    while high - low > max(1, low // 1000):
        middle = (low + high) // 2
        if too_much(Need(constants, world.of_size(middle), workers)):
            high = middle
        else:
            low = middle
    return high
