"""mapshaper `-clean`: a repair; what it moved tells where something was wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peers.mapshaper_mosaic import mapshaper, mapshaper_version
from peers.protocol import InPython, Place, Steps, spoken

if TYPE_CHECKING:
    from pathlib import Path


class Peer(InPython):
    name = "mapshaper -clean"
    how = (
        "`mapshaper-xl FILE -clean gap-width=5m close-outer-gaps`, written as "
        "GeoPackage and compared with the file unit by unit: what a unit lost was an overlap, what "
        "it gained a gap."
    )
    kinds = ("overlap", "gap")
    licence = "MPL-2.0"

    def version(self) -> str:
        return mapshaper_version()

    def find(self, path: Path, layer: str, workdir: Path, steps: Steps) -> list[Place]:
        import pyogrio
        import shapely

        from peers.layer import mended, moved, read_layer, sound_copy

        out = workdir / "clean.gpkg"
        # Features that lose all their area vanish: their ids tell which are left.
        work = ["-each", "before = given",
                "-clean", "gap-width=5m", "close-outer-gaps"]  # fmt: skip
        with steps.step("copy"):
            copy = sound_copy(path, layer, workdir)
        with steps.step("mapshaper"):
            spoken([mapshaper(), str(copy), *work, "-o", str(out), "force"])
        with steps.step("compare"):
            units = read_layer(path, layer)
            _, _, wkb, (left,) = pyogrio.raw.read(out, columns=["before"])
            row_of = {int(fid): row for row, fid in enumerate(units.fid)}
            before = mended(units.shape)
            after = np.full(len(before), shapely.Polygon(), dtype=object)
            after[[row_of[int(fid)] for fid in left]] = shapely.from_wkb(wkb)
            return moved(units, before, mended(after))
