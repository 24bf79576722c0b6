"""Worlds to measure on, generated once for each size by `make.py` and kept in a folder."""

from __future__ import annotations

import json
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
    parents: str | None = None


def world(setting: Setting, units: int, *, dirty: bool, parts: int = 1) -> Files:
    """Return a world of a size, clean or with defects; in several parts it is GeoParquet."""
    density = setting.dirty if dirty else 0.0
    name = f"u{units}v{setting.vertices}s{setting.seed}d{density:g}"
    folder, kind = setting.folder / name, "gpkg" if parts == 1 else "parquet"
    truth, above = folder / f"{name}.truth.json", folder / f"{name}-counties.{kind}"
    if not truth.exists():
        state = "dirty" if dirty else "clean"
        setting.say(f"making {units:,} units x {setting.vertices} vertices, {state}")
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, str(MAKE), str(folder / f"{name}.{kind}"), "--parents"]
        asked = {"units": units, "vertices": setting.vertices, "seed": setting.seed}
        asked |= {"dirty": density} if dirty else {}
        asked |= {"parts": parts} if parts > 1 else {}
        for option, value in asked.items():
            command += [f"--{option}", str(value)]
        demand(run(command, timeout=setting.timeout), "make.py")
    with truth.open(encoding="utf-8") as file:
        head = json.loads(file.readline().rpartition(', "defects"')[0] + "}")
    parents = str(above) if above.exists() else None
    return Files(folder / head["file"], truth, head["layer"] or "", parents)
