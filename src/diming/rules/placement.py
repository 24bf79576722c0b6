"""Does an input lie where its CRS says (坐标系存疑)? Degrees for metres, swapped axes, shifts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

from diming.geometry.ground import metres_per_degree, transform
from diming.model.facts import Facts
from diming.model.finding import Finding, RecordRef, Severity
from diming.rules.survey import fingerprint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats
    from diming.geometry.shapes import Shapes

_WGS84 = pyproj.CRS.from_epsg(4326)

#: Gauss-Krüger zones of CGCS2000 (3°) with the zone number before the easting, and without.
_PREFIXED = {4513 + i: 4534 + i for i in range(21)}
#: A shift must reach this to be called one, and units must agree on it to within a quarter.
SHIFT_M = 150.0
#: Units whose area differs by more than this share are not the same unit any more.
AREA_SHARE = 0.02


def placement_reason(crs: pyproj.CRS, bounds: Floats) -> tuple[str, str] | None:
    """Judge a CRS by the extent of the data that claim it.

    Parameters
    ----------
    crs : pyproj.CRS
    bounds : float64 array of shape (4,)
        xmin, ymin, xmax, ymax in that CRS.

    Returns
    -------
    (reason, suggested) or None
        As `docs/findings.md` lists them; `suggested` is a better CRS or empty.
    """
    xmin, ymin, xmax, ymax = (float(b) for b in bounds)
    in_degrees = xmin >= -180.001 and xmax <= 180.001 and ymin >= -90.001 and ymax <= 90.001
    if crs.is_geographic:
        if crs.axis_info[0].unit_name != "degree":
            return None
        if not in_degrees:
            turned = ymin >= -180 and ymax <= 180 and xmin >= -90 and xmax <= 90
            if turned:
                return "axes-swapped", ""
            # Longitudes may be counted on past 180; metres go into the thousands.
            metres = max(abs(b) for b in (xmin, ymin, xmax, ymax)) > 1000
            return ("metres-labelled-geographic", "") if metres else None
    elif crs.is_projected:
        if in_degrees and max(xmax - xmin, ymax - ymin) > 0.01:
            return "degrees-labelled-projected", "EPSG:4490"
    else:
        return None
    if crs.area_of_use is None or _lies_in(crs, bounds):
        return None
    swapped = np.array([ymin, xmin, ymax, xmax])
    if _lies_in(crs, swapped):
        return "axes-swapped", ""
    other = _other_notation(crs)
    for number in other:
        if _lies_in(pyproj.CRS.from_epsg(number), bounds):
            return "zone-prefix", f"EPSG:{number}"
    return "outside-area-of-use", ""


def _lies_in(crs: pyproj.CRS, bounds: Floats, margin: float = 4.5) -> bool:
    """Tell whether the middle of an extent lies in the CRS's area of use, give or take."""
    middle = np.array([[(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2]])
    lon, lat = transform(middle, crs, _WGS84)[0]
    area = crs.area_of_use
    if area is None or not (np.isfinite(lon) and np.isfinite(lat)):
        return False
    west, east = area.west - margin, area.east + margin
    across = area.west > area.east  # the date line
    inside = (lon >= west or lon <= east) if across else west <= lon <= east
    return bool(inside and area.south - margin <= lat <= area.north + margin)


def _other_notation(crs: pyproj.CRS) -> list[int]:
    number = crs.to_epsg()
    back = {v: k for k, v in _PREFIXED.items()}
    found = [n for n in (_PREFIXED.get(number or 0), back.get(number or 0)) if n]
    if number in back:  # the right notation may also be that of a neighbouring zone
        found += sorted(_PREFIXED)
    return found


@dataclass(frozen=True, slots=True)
class Centres:
    """Where counties lie: code, centroid (WGS 84) and area, as arrays."""

    code: NDArray[np.object_]
    lonlat: Floats
    area_m2: Floats

    @staticmethod
    def of(shape: Shapes, crs: pyproj.CRS, code: NDArray[np.object_]) -> Centres:
        """Sum units up by county code (units with an empty code are left out)."""
        coded = code != ""
        shape, code = shape.take(coded), code[coded]
        found = shape.column(_centre_and_area)
        lonlat, area = transform(found[:, :2], crs, _WGS84), found[:, 2]
        if crs.is_geographic:
            area = area * metres_per_degree(lonlat[:, 1]).prod(axis=1)
        codes, of = np.unique(code.astype(str), return_inverse=True)
        total = np.bincount(of, weights=area, minlength=len(codes)).astype(np.float64)
        middle = np.column_stack(
            [np.bincount(of, weights=area * lonlat[:, k], minlength=len(codes)) for k in (0, 1)]
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            return Centres(codes.astype(object), middle / total[:, None], total)


def _centre_and_area(geometry: NDArray[np.object_]) -> Floats:
    """Return x, y of the centroid, and the area, of each polygon."""
    middle = shapely.get_coordinates(shapely.centroid(geometry))
    return np.column_stack([middle, shapely.area(geometry)])


@dataclass(frozen=True, slots=True)
class Shift:
    """How far data lie from a reference, in metres, by how many units."""

    east_m: float
    north_m: float
    units_count: int


def datum_shift(data: Centres, reference: Centres) -> Shift | None:
    """Return the shift that all counties share, or None if there is none.

    A datum shift moves every unit alike, by hundreds of metres for GCJ-02;
    generalised or redrawn outlines move each its own way.
    """
    _, mine, theirs = np.intersect1d(
        data.code.astype(str), reference.code.astype(str), return_indices=True
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        same = np.abs(data.area_m2[mine] / reference.area_m2[theirs] - 1) <= AREA_SHARE
    mine, theirs = mine[same], theirs[same]
    if len(mine) == 0:
        return None
    move = (data.lonlat[mine] - reference.lonlat[theirs]) * metres_per_degree(
        reference.lonlat[theirs, 1]
    )
    east, north = np.median(move, axis=0)
    length = float(np.hypot(east, north))
    spread = float(np.median(np.hypot(*(move - [east, north]).T)))
    if length < SHIFT_M or spread > length / 4:
        return None
    return Shift(float(east), float(north), len(mine))


def crs_suspect(
    input_: int,
    path: str,
    crs: pyproj.CRS,
    *,
    reason: str,
    facts: dict[str, Any] | None = None,
    measures: dict[str, float] | None = None,
) -> Finding:
    """Make the finding that an input's CRS is in doubt."""
    return Finding(
        rule="crs-suspect",
        severity=Severity.WARNING,
        records=(RecordRef(input_, -1),),
        measures=Facts(measures or {}),
        facts=Facts({"reason": reason, "crs": crs.name, "path": path, **(facts or {})}),
        id=fingerprint(
            "crs-suspect", (path.replace("\\", "/").rsplit("/", 1)[-1],), reason.encode()
        ),
    )
