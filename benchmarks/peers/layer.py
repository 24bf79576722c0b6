"""Reading a layer for the peers that work on arrays, and comparing it before and after a repair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio
import shapely

from peers.protocol import Place

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: Less area than this is what a program's own rounding of coordinates moves.
LEAST_AREA_M2 = 1e-3


@dataclass(frozen=True)
class Layer:
    """Polygons, their codes, feature ids and CRS; what has coordinates that are no numbers apart.

    GEOS calls such polygons invalid and can do nothing more with them.
    """

    shape: NDArray[np.object_]
    code: NDArray[np.object_]
    fid: NDArray[np.int64]
    crs: str
    damaged: tuple[Place, ...] = ()

    def codes(self, rows: Any) -> tuple[str, ...]:
        return tuple(sorted({str(c) for c in self.code[np.unique(rows)]}))


def read_layer(path: Path, layer: str) -> Layer:
    """Read the records that are polygons: the other programs' functions take no others."""
    meta, fids, wkb, fields = pyogrio.raw.read(path, layer=layer or None, return_fids=True)
    named = dict(zip(meta["fields"], fields, strict=True))
    code = named.get("code", fids).astype(object)
    shape = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
    areal = np.isin(shapely.get_type_id(shape), (3, 6)) & ~shapely.is_empty(shape)
    xy, of = shapely.get_coordinates(shape, return_index=True)
    finite = np.isfinite(xy).all(axis=1)
    broken = np.zeros(len(shape), dtype=bool)
    broken[of[~finite]] = True
    damaged = tuple(
        Place("invalid-geometry", shapely.MultiPoint(xy[finite & (of == row)]), (str(code[row]),))
        for row in np.flatnonzero(areal & broken)
    )
    areal &= ~broken
    return Layer(shape[areal], code[areal], fids[areal], meta["crs"], damaged)


def sound_copy(path: Path, layer: str, workdir: Path) -> Path:
    """Write what is left for programs that stop at a record they cannot read, with its old fid."""
    units = read_layer(path, layer)
    copy = workdir / "polygons.gpkg"
    columns = {"code": units.code, "given": units.fid}
    pyogrio.raw.write(
        copy, shapely.to_wkb(units.shape), list(columns.values()), list(columns), layer="units",
        geometry_type="Unknown", crs=units.crs, driver="GPKG",
    )  # fmt: skip
    return copy


def mended(shape: NDArray[np.object_]) -> NDArray[np.object_]:
    """Make polygons valid, as each peer's documents say to do first."""
    bad = ~shapely.is_valid(shape)
    if bad.any():
        shape = shape.copy()
        fixed = shapely.make_valid(shape[bad], method="structure", keep_collapsed=False)
        shape[bad] = fixed
    return shape


def invalid_places(layer: Layer) -> list[Place]:
    """Report polygons that are not valid, whole."""
    bad = np.flatnonzero(~shapely.is_valid(layer.shape))
    fixed = shapely.make_valid(layer.shape[bad])
    return [
        *layer.damaged,
        *(
            Place("invalid-geometry", shape, layer.codes([row]))
            for row, shape in zip(bad, fixed, strict=True)
        ),
    ]


def bits(shape: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the same bytes for the same ground, in whatever order and wrapping."""
    alone = shapely.get_num_geometries(shape) == 1
    plain = np.where(alone, shapely.get_geometry(shape, 0), shape)
    found: NDArray[np.object_] = shapely.to_wkb(shapely.normalize(plain))
    return found


def moved(layer: Layer, before: NDArray[np.object_], after: NDArray[np.object_]) -> list[Place]:
    """Report what a repair took from units (overlap) and what it gave them (gap).

    Pieces of one place that several units lost or gained touch; each is a
    place of its own, as the repair tells no more.
    """
    changed = np.flatnonzero(bits(before) != bits(after))
    result = []
    for kind, one, other in (("overlap", before, after), ("gap", after, before)):
        piece = shapely.difference(one[changed], other[changed])
        part, row = shapely.get_parts(piece, return_index=True)
        area = shapely.area(part)
        result += [
            Place(kind, part[i], layer.codes(changed[row[i : i + 1]]), area_m2=float(area[i]))
            for i in np.flatnonzero(area > LEAST_AREA_M2)
        ]
    return result
