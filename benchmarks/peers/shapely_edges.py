"""`shapely.coverage_invalid_edges`: edges that are wrong, not in what way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from peers.layer import invalid_places, mended, read_layer
from peers.protocol import UNNAMED, InPython, Place, Steps

if TYPE_CHECKING:
    from pathlib import Path

GAP_WIDTH_M = 5.0


class Peer(InPython):
    name = "shapely coverage_invalid_edges"
    how = (
        "`shapely.is_valid`, then `shapely.coverage_invalid_edges(gap_width=5)` on all polygons, "
        "invalid ones mended first. Edges of one unit that touch are one place."
    )
    kinds = ("invalid-geometry",)
    licence = "BSD-3-Clause (GEOS: LGPL)"

    def version(self) -> str:
        return f"{shapely.__version__} (GEOS {shapely.geos_version_string})"

    def find(self, path: Path, layer: str, workdir: Path, steps: Steps) -> list[Place]:
        with steps.step("read"):
            units = read_layer(path, layer)
        with steps.step("check"):
            places = invalid_places(units)
            edges = shapely.coverage_invalid_edges(mended(units.shape), gap_width=GAP_WIDTH_M)
        part, row = shapely.get_parts(shapely.line_merge(edges), return_index=True)
        solid = ~shapely.is_empty(part)
        return places + [
            Place(UNNAMED, line, units.codes([r]))
            for line, r in zip(part[solid], row[solid], strict=True)
        ]
