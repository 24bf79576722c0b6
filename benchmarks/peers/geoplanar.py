"""geoplanar: planar enforcement of GeoDataFrames, by the PySAL developers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from peers.protocol import FOLDER, HOLE, InPython, NotInstalled, Place, Steps, spoken

if TYPE_CHECKING:
    from pathlib import Path

ASK = "from importlib.metadata import version; import pyogrio; print(version('geoplanar'))"


class Peer(InPython):
    name = "geoplanar"
    how = (
        "`overlaps`, `missing_interiors`, `gaps` and `non_planar_edges` of one GeoDataFrame, the "
        "checks that `is_planar_enforced` is made of; pairs get a place by intersecting them. "
        "Validity by `GeoSeries.is_valid`, invalid polygons mended by `make_valid` first."
    )
    kinds = ("overlap", "gap", "void", "unmatched-edge", "invalid-geometry")
    licence = "BSD-3-Clause"

    def interpreter(self) -> str:
        own = FOLDER / "bin" / "python"
        return str(own) if own.exists() else sys.executable

    def version(self) -> str:
        try:
            return spoken([self.interpreter(), "-c", ASK]).strip()
        except RuntimeError as error:
            reason = str(error).splitlines()[-1]
            raise NotInstalled(f"{self.interpreter()}: {reason}") from None

    def find(self, path: Path, layer: str, workdir: Path, steps: Steps) -> list[Place]:
        import geopandas
        import geoplanar
        import numpy as np
        import shapely

        from peers.layer import LEAST_AREA_M2, invalid_places, mended, read_layer

        with steps.step("read"):
            units = read_layer(path, layer)
        places = invalid_places(units)
        shape = mended(units.shape)
        frame = geopandas.GeoDataFrame(geometry=shape, crs=units.crs)
        with steps.step("overlaps"):
            one, other = np.asarray(geoplanar.overlaps(frame))
            pairs = {(min(p), max(p)) for p in zip(one.tolist(), other.tolist(), strict=True)}
            inside = geoplanar.missing_interiors(frame)
            pairs |= {(int(min(p)), int(max(p))) for p in inside}
        ordered = np.array(sorted(p for p in pairs if p[0] != p[1]), dtype=int).reshape(-1, 2)
        common = shapely.intersection(shape[ordered[:, 0]], shape[ordered[:, 1]])
        for pair, ground in zip(ordered, common, strict=True):
            if ground.area > LEAST_AREA_M2:
                codes = units.codes(pair)
                places.append(Place("overlap", ground, codes, area_m2=float(ground.area)))
        with steps.step("gaps"):
            for hole in geoplanar.gaps(frame):
                if hole.area > LEAST_AREA_M2:
                    places.append(Place(HOLE, hole, area_m2=float(hole.area)))
        with steps.step("non_planar_edges"):
            graph = geoplanar.non_planar_edges(frame)
            links = [p for p in graph.adjacency.index if p[0] < p[1] and graph.adjacency[p] > 0]
        for a, b in links:
            line = shapely.intersection(shape[a].boundary, shape[b].boundary)
            if not line.is_empty:
                places.append(Place("unmatched-edge", line, units.codes([a, b])))
        return places
