"""GRASS GIS: a topological import; areas with several categories, and areas with none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from peers.protocol import HOLE, InPython, Place, Steps, program, spoken

if TYPE_CHECKING:
    from pathlib import Path

#: `v.in.ogr` writes the number of features on an area as its category in layer 2;
#: areas without a centroid are on no feature, and get one in layer 3.
WORK = """
set -e
v.extract input=units layer=2 cats=2-100000 type=area output=several --quiet
if [ -n "$(v.category input=several layer=2 option=print)" ]; then
  v.out.ogr -s input=several layer=2 type=area output="$1/several.gpkg" format=GPKG --quiet
fi
v.centroids input=units output=all layer=3 cat=1 step=0 --quiet
v.extract input=all layer=3 cats=1 type=area output=none --quiet
if [ -n "$(v.category input=none layer=3 option=print)" ]; then
  v.out.ogr -s input=none layer=3 type=area output="$1/none.gpkg" format=GPKG --quiet
fi
"""


class Peer(InPython):
    name = "GRASS v.in.ogr + v.centroids"
    how = (
        "`v.in.ogr snap=-1` breaks all boundaries at their crossings and cleans them as `v.clean` "
        "does (tools break, rmdupl, rmbridge…); areas of several features (layer 2) are overlaps, "
        "areas that `v.centroids` finds on no feature are holes. Without snapping, as snapping by "
        "`v.clean` moves what is to be found."
    )
    kinds = ("overlap", "gap", "void")
    licence = "GPL-2.0-or-later"

    def version(self) -> str:
        return re.findall(r"[\d.]+\d", spoken([program("grass"), "--version"]))[0]

    def find(self, path: Path, layer: str, workdir: Path, steps: Steps) -> list[Place]:
        import pyogrio
        import shapely

        from peers.layer import LEAST_AREA_M2, sound_copy

        grass = program("grass")
        with steps.step("location"):
            spoken([grass, "-c", "XY", "-e", str(workdir / "location")])
        mapset = str(workdir / "location" / "PERMANENT")
        with steps.step("copy"):
            copy = sound_copy(path, layer, workdir)
        with steps.step("v.in.ogr"):
            read = ["v.in.ogr", "-o", f"input={copy}", "output=units", "snap=-1", "--quiet"]
            spoken([grass, mapset, "--exec", *read])
        script = workdir / "areas.sh"
        script.write_text(WORK, "utf-8")
        with steps.step("areas"):
            spoken([grass, mapset, "--exec", "sh", str(script), str(workdir)])
        places = []
        for kind, name in (("overlap", "several.gpkg"), (HOLE, "none.gpkg")):
            if not (workdir / name).exists():
                continue
            wkb = pyogrio.raw.read(workdir / name)[2]
            shapes = shapely.from_wkb(wkb)
            shapes = shapes[shapely.area(shapes) > LEAST_AREA_M2]
            places += [Place(kind, shape, area_m2=shape.area) for shape in shapes]
        return places
