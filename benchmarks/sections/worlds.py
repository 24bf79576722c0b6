"""Worlds to measure on, generated once for each size by `make.py` and kept in a folder."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from measure import run

from sections.setting import demand

if TYPE_CHECKING:
    from sections.setting import Setting

MAKE = Path(__file__).parents[1] / "make.py"


@dataclass(frozen=True)
class Files:
    """A generated file and what is wrong in it."""

    path: Path
    truth: Path
    layer: str


def world(setting: Setting, units: int, *, dirty: bool) -> Files:
    """Return a world of a size, clean or with defects."""
    from truth import read_truth

    density = setting.dirty if dirty else 0.0
    name = f"u{units}v{setting.vertices}s{setting.seed}d{density:g}"
    folder = setting.folder / name
    done = sorted(folder.glob("*.truth.json"))
    if not done:
        setting.say(f"making {units:,} units x {setting.vertices} vertices, "
                    f"{'dirty' if dirty else 'clean'}")  # fmt: skip
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, str(MAKE), str(folder / f"{name}.gpkg"), "--units", str(units),
                   "--vertices", str(setting.vertices), "--seed", str(setting.seed)]  # fmt: skip
        if dirty:
            command += ["--dirty", str(density)]
        demand(run(command, timeout=setting.timeout), "make.py")
        done = sorted(folder.glob("*.truth.json"))
    truth = read_truth(done[0])
    return Files(folder / truth.file, done[0], truth.layer or "")
