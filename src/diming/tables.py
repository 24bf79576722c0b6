"""The schema of many units together, and conversion from and to GeoDataFrames.

Inside the check, a coverage is a set of parallel arrays (`Units`): pandas is
not needed on the way from file to report, so that the command starts fast.
GeoDataFrames are the face towards notebooks, and conversion happens here alone.
"""

from __future__ import annotations

from dataclasses import Field, dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from diming.geometry.keepers import joined

if TYPE_CHECKING:
    import geopandas
    from numpy.typing import NDArray

    from diming.geometry.shapes import Shapes


@dataclass(frozen=True, slots=True)
class Units:
    """Units of one delivery (区划单元), as parallel arrays of one length.

    Attributes
    ----------
    geometry : Shapes
        Polygons and MultiPolygons, two-dimensional, never None or empty, in
        the CRS of their input; they may be invalid.
    code, name, parent, kind : object arrays
        Text, or an empty string where the source says nothing.
    level : int8 array
        `diming.model.unit.Level`; 0 where unknown.
    input : int32 array
        Position of the input in the report.
    fid : int64 array
        Feature id within that input.
    """

    geometry: Shapes
    code: NDArray[np.object_]
    name: NDArray[np.object_]
    parent: NDArray[np.object_]
    kind: NDArray[np.object_]
    level: NDArray[np.int8]
    input: NDArray[np.int32]
    fid: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.geometry)

    def take(self, index: NDArray[Any]) -> Units:
        """Return the units at `index` (positions or a mask)."""
        return Units(
            self.geometry.take(index),
            **{f.name: getattr(self, f.name)[index] for f in _columns()},
        )

    @staticmethod
    def concatenate(parts: list[Units]) -> Units:
        """Join several sets of units, in order."""
        return Units(
            joined([p.geometry for p in parts]),
            **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in _columns()},
        )

    def to_geodataframe(self, crs: Any) -> geopandas.GeoDataFrame:
        """Return a GeoDataFrame with one column a field."""
        import geopandas

        columns = {f.name: getattr(self, f.name) for f in _columns()}
        return geopandas.GeoDataFrame(columns, geometry=self.geometry[:], crs=crs)


def _columns() -> list[Field[Any]]:
    return [f for f in fields(Units) if f.name != "geometry"]
