"""`shapely.coverage_clean`: a repair; what it moved tells where something was wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from peers.layer import invalid_places, mended, moved, read_layer
from peers.protocol import InPython, NotInstalled, Place, Steps

if TYPE_CHECKING:
    from pathlib import Path

GAP_WIDTH_M = 5.0


class Peer(InPython):
    name = "shapely coverage_clean"
    how = (
        "`shapely.coverage_clean(gap_width=5)` on all polygons, invalid ones mended first; what a "
        "unit lost was an overlap, what it gained a gap. `snapping_distance` as it is by default."
    )
    kinds = ("overlap", "gap", "invalid-geometry")
    licence = "BSD-3-Clause (GEOS: LGPL)"

    def version(self) -> str:
        if shapely.geos_version < (3, 14, 0) or not hasattr(shapely, "coverage_clean"):
            raise NotInstalled(f"shapely {shapely.__version__} has no coverage_clean")
        return f"{shapely.__version__} (GEOS {shapely.geos_version_string})"

    def find(self, path: Path, layer: str, workdir: Path, steps: Steps) -> list[Place]:
        with steps.step("read"):
            units = read_layer(path, layer)
        before = mended(units.shape)
        with steps.step("clean"):
            after = shapely.coverage_clean(before, gap_width=GAP_WIDTH_M)
        with steps.step("compare"):
            return invalid_places(units) + moved(units, before, after)
