"""What falls to the driver: columns of all units, and naming what does not cancel (主控代价)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.geometry.chain import residual
from diming.geometry.keepers import held
from diming.geometry.shapes import Shapes
from generate import Generated, generate
from make import _parquet
from on_cluster import driven
from part_costs import Timed, check
from parts import evenly, write
from province import Province
from world import World

if TYPE_CHECKING:
    from pathlib import Path

    from services.cluster import Cluster


def _driver_seconds(file: str, times: int) -> tuple[float, int]:
    """Return what a check takes but for reading and what workers would do; and its findings."""
    seconds = []
    for _ in range(times):
        keepers: list[Timed] = []

        def timed(geometry: np.ndarray, keepers: list[Timed] = keepers) -> Shapes:
            shapes = held(geometry)
            keepers.append(Timed(geometry))
            return Shapes(keepers[0], shapes.row, shapes.count, shapes.bounds)

        report, _, checking = check(file, timed)
        seconds.append(checking - sum(keepers[0].seconds.values()))
    return min(seconds), len(report.findings)


def residual_of(shape: np.ndarray) -> int:
    """Return how many segments of some units do not cancel."""
    areal = np.isin(shapely.get_type_id(shape), (3, 6))
    shape = shape[areal]
    return len(residual(held(shape[~shapely.is_empty(shape)])))


def _shifted(made: Generated, by_m: float) -> Generated:
    """Move every other unit: neighbours that share no vertex any more."""
    world = made.world
    place = np.floor((world.province.seats - world.province.corner) / world.province.spacing)
    odd = np.flatnonzero(place.sum(axis=1) % 2)
    moved = shapely.transform(world.geometries(odd), lambda xy: xy + by_m)
    world.edited.update(zip(odd.tolist(), moved, strict=True))
    return made


def _one(made: Generated, folder: Path, name: str) -> str:
    file = folder / f"{name}.parquet"
    _parquet(iter([made.townships()]), file, folder=False)
    return str(file)


def naming(folder: Path, units: int, wrong_units: int, times: int) -> dict[str, Any]:
    """Return driver seconds a unit, and a thousand segments left, by what they are."""
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {}
    worlds = {
        "small": Generated(World(Province(units // 4, 24, 1)), []),
        "many": Generated(World(Province(units, 24, 1)), []),
        "border": Generated(World(Province(units // 4, 480, 1)), []),
        "sound": generate(wrong_units, 300, 2),
        "dirty": generate(wrong_units, 300, 2, dirty=0.1),
        "few": Generated(World(Province(wrong_units // 8, 300, 3)), []),
        "noise": _shifted(Generated(World(Province(wrong_units // 8, 300, 3)), []), 1e-5),
        "shifted": _shifted(Generated(World(Province(wrong_units // 8, 300, 3)), []), 1.0),
        "shifted more": _shifted(Generated(World(Province(wrong_units, 300, 3)), []), 1.0),
    }
    for name, made in worlds.items():
        seconds, findings = _driver_seconds(_one(made, folder, name), times)
        left = residual_of(made.world.geometries(made.world.units))
        units = len(made.world.units)
        found[name] = {"units": units, "segments": left, "findings": findings, "seconds": seconds}

    def slope(one: str, other: str, by: str) -> float:
        more, less = found[one], found[other]
        return float((more["seconds"] - less["seconds"]) / (more[by] - less[by]))

    border = slope("border", "small", "segments")
    extra = border * (found["many"]["segments"] - found["small"]["segments"])
    by_units = (found["many"]["seconds"] - found["small"]["seconds"] - extra) / (
        found["many"]["units"] - found["small"]["units"]
    )
    dirty, sound = found["dirty"], found["sound"]
    return {
        "worlds": found,
        "seconds_per_thousand_units": 1e3 * by_units,
        "seconds_per_thousand_segments": {
            "border": 1e3 * border,
            "dirty": 1e3 * slope("dirty", "sound", "segments"),
            "noise": 1e3 * slope("noise", "few", "segments"),
            "shifted": 1e3 * slope("shifted more", "few", "segments"),
        },
        "dirty_segments_per_vertex": (dirty["segments"] - sound["segments"]) / (300 * wrong_units),
    }


def memory(found: Cluster, folder: Path, units: int, wrong_units: int) -> dict[str, float]:
    """Return bytes on the driver of a cluster: its own, a unit, a segment that does not cancel."""

    def peak(name: str, province: Province, by: int) -> tuple[int, int]:
        files = write(province, evenly(province, by, by), folder / name)
        told = driven(found, files)
        return told.peak_bytes - told.before_bytes, told.before_bytes

    few, before = peak("few-units", Province(units // 8, 12, 1), 2)
    many, _ = peak("many-units", Province(units, 12, 1), 2)

    def wrong(vertices: int, by_m: float) -> int:
        made = _shifted(Generated(World(Province(wrong_units, vertices, 3)), []), by_m)
        file = _one(made, folder, f"wrong-{vertices}-{by_m}")
        return driven(found, [file]).peak_bytes

    segments = [
        residual_of(_shifted(Generated(World(Province(wrong_units, v, 3)), []), 1.0).townships()
                    .geometry.to_numpy()) for v in (30, 600)
    ]  # fmt: skip
    per_unit = (many - few) / (units - units // 8)
    return {
        "process": before + few - per_unit * (units // 8),
        "per_unit": per_unit,
        "per_segment": {
            name: (wrong(600, by_m) - wrong(30, by_m)) / (segments[1] - segments[0])
            for name, by_m in (("noise", 1e-5), ("shifted", 1.0))
        },
    }
