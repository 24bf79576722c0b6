"""mapshaper `-mosaic`: all tiles that the polygons' edges make, each with the units on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from peers.protocol import HOLE, InPython, Place, Steps, program, spoken

if TYPE_CHECKING:
    from pathlib import Path


def mapshaper() -> str:
    """Return the program; the one for large files sets how much memory node.js may take."""
    return program("mapshaper-xl", "mapshaper")


def mapshaper_version() -> str:
    found = spoken([program("mapshaper"), "--version"])
    return re.findall(r"[\d.]+", found)[0]


class Peer(InPython):
    name = "mapshaper -mosaic"
    how = (
        "`mapshaper-xl FILE -mosaic calc='n = count(), "
        "codes = collect(code)' -filter 'n != 1'`: "
        "tiles of several units are overlaps, tiles of none are holes. It names units, which "
        "`-clean` does not."
    )
    kinds = ("overlap", "gap", "void")
    licence = "MPL-2.0"

    def version(self) -> str:
        return mapshaper_version()

    def find(self, path: Path, layer: str, workdir: Path, steps: Steps) -> list[Place]:
        import json

        import shapely

        from peers.layer import LEAST_AREA_M2, sound_copy

        out = workdir / "tiles.geojson"
        calc = "calc=n = count(), codes = collect(code)"
        work = ["-mosaic", calc, "-filter", "n != 1"]
        with steps.step("copy"):
            copy = sound_copy(path, layer, workdir)
        with steps.step("mapshaper"):
            spoken([mapshaper(), str(copy), *work, "-o", str(out), "gj2008"])
        places = []
        for feature in json.loads(out.read_text("utf-8")).get("features", []):
            if feature["geometry"] is None:
                continue
            told = feature["properties"]
            shape = shapely.from_geojson(json.dumps(feature["geometry"]))
            if shape.area <= LEAST_AREA_M2:
                continue
            kind = "overlap" if told["n"] > 1 else HOLE
            codes = tuple(sorted(str(c) for c in told["codes"] or ()))
            places.append(Place(kind, shape, codes, area_m2=shape.area))
        return places
