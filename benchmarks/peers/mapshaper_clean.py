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
        "`mapshaper-xl FILE -clean gap-width=5m close-outer-gaps allow-empty`, written as "
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

        from peers.layer import mended, moved, read_layer

        out = workdir / "clean.gpkg"
        # Every feature gets a number, as those without area vanish.
        work = ["-each", "row_number = this.id", "-clean", "gap-width=5m", "close-outer-gaps"]
        with steps.step("mapshaper"):
            source = [str(path), *(["layers=" + layer] if layer else [])]
            spoken([mapshaper(), *source, *work, "-o", str(out), "force"])
        with steps.step("compare"):
            units = read_layer(path, layer)
            meta, _, wkb, fields = pyogrio.raw.read(out, columns=["row_number"])
            row = fields[list(meta["fields"]).index("row_number")].astype(int)
            after = np.full(row.max(initial=-1) + 1, shapely.Polygon(), dtype=object)
            after[row] = shapely.from_wkb(wkb)
            before = mended(units.shape)
            if len(after) < len(before):
                after = np.append(after, np.full(len(before) - len(after), shapely.Polygon()))
            return moved(units, before, mended(after[: len(before)]))
