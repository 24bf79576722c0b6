"""What ``diming demo`` shows (演示): the packaged samples, and a seam that does not fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.ground import parse_crs, transform
from diming.samples import sample

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: How far the second of two made-up deliveries is off, in metres.
SEAM_M = 0.4
#: Neighbouring districts of the illustrative townships, and the zone each delivers in.
WEST, EAST = ("500109", "EPSG:4544"), ("500112", "EPSG:4545")


@dataclass(frozen=True, slots=True)
class Show:
    """One check to show: a page's name, what it is about, and the inputs."""

    page: str
    title: str
    inputs: tuple[str, ...]
    parents: tuple[str, ...] = ()


def make_deliveries(folder: Path) -> tuple[Path, Path]:
    """Write two districts as their offices might deliver them: in two zones, one a little off.

    They are cut from the illustrative townships and say so in their names.
    """
    import pyogrio

    meta, _, wkb, (code, name) = pyogrio.raw.read(
        sample("chongqing_townships_illustrative"), columns=["code", "name"]
    )
    shape = shapely.from_wkb(wkb)
    files = []
    for county, system in (WEST, EAST):
        crs = parse_crs(system)
        mine = np.array([str(c).startswith(county) for c in code])
        moved = shapely.transform(
            shape[mine],
            lambda xy, crs=crs, off=0.0 if county == WEST[0] else SEAM_M: _moved(
                transform(xy, parse_crs(meta["crs"]), crs), off
            ),
        )
        file = folder / f"{county}-示意.gpkg"
        file.unlink(missing_ok=True)
        pyogrio.raw.write(
            file,
            shapely.to_wkb(shapely.multipolygons([shapely.get_parts(g) for g in moved])),
            [code[mine], name[mine]],
            ["code", "name"],
            geometry_type="MultiPolygon",
            crs=system,
            layer="township_illustrative",
        )
        files.append(file)
    return files[0], files[1]


def _moved(xy: NDArray[np.float64], east_m: float) -> NDArray[np.float64]:
    result: NDArray[np.float64] = xy + np.array([east_m, 0.0])
    return result


def shows(folder: Path) -> tuple[Show, ...]:
    """Return what to check, after writing the deliveries to `folder`."""
    west, east = make_deliveries(folder)
    return (
        Show("cao-bang.html", "real-wards", (str(sample("cao_bang_wards_2025")),)),
        Show(
            "counties-2016.html", "messy-counties", (str(sample("chongqing_counties_2016_messy")),)
        ),
        Show("seam.html", "seam", (str(west), str(east))),
        Show(
            "townships.html",
            "townships",
            (str(sample("chongqing_townships_illustrative")),),
            (str(sample("chongqing_counties_2019")),),
        ),
    )
