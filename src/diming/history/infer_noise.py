"""How far apart two sources draw the same line (数字化误差), and shifts of a datum."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.chain import Rings, rings
from diming.geometry.ground import metres_per_degree
from diming.history.infer_model import Compared, Shift

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints
    from diming.geometry.ground import Ground

#: Two sources that share so many segments to the bit are issues of one.
EXACT_SHARE = 0.1
#: A piece is noise up to this many times the noise, and in doubt up to that many times.
NOISE_TIMES, DOUBT_TIMES = 3.0, 6.0
#: The same, of the widest piece that noise is expected to make among so many.
WIDEST_TIMES, WIDEST_DOUBT_TIMES = 1.5, 3.0
#: Pieces from which the widest one can be told.
PIECES = 20
#: The noise is this much of the third quartile of distances: their 95th percentile, if
#: they fall off exponentially; real changes touch it only where they are a quarter of all.
QUARTILE, OF_QUARTILE = 0.75, 2.2
#: Points at which distances between lines are taken.
SAMPLES = 20_000
#: What computing with coordinates may do to a line, in metres.
ROUNDING_M = 1e-6
#: Of a step of the grid that coordinates are rounded to: how far rounding moves a line.
OF_GRID = 0.75
#: Units whose area differs by more are not the same, and a shift is shared to within this.
AREA_SHARE, OF_SHIFT = 0.02, 0.25
_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
Geometries = np.ndarray[tuple[int], np.dtype[np.object_]]


def compare(
    old: Geometries, new: Geometries, ground: Ground, *, tolerance_m: float | None = None
) -> Compared:
    """Compare the outlines of two snapshots as they lie.

    With `tolerance_m` given, pieces wider than that are territory and others are not;
    0 says that the two are exact.
    """
    ours, theirs = rings(old), rings(new)
    shared = _shared(ours, theirs)
    rounding = _rounding_m(ours, theirs, ground)
    if tolerance_m == 0 or (tolerance_m is None and shared >= EXACT_SHARE):
        return Compared(True, shared, 0.0, rounding, rounding)
    one, other = (_distances(a, b, ground) for a, b in ((ours, theirs), (theirs, ours)))
    noise = OF_QUARTILE * min(float(np.quantile(d, QUARTILE)) for d in (one, other))
    if tolerance_m is not None:
        return Compared(False, shared, noise, tolerance_m, tolerance_m)
    return Compared(
        False, shared, noise, max(NOISE_TIMES * noise, rounding), max(DOUBT_TIMES * noise, rounding)
    )


def by_widths(compared: Compared, width_m: Floats, count: int) -> Compared:
    """Settle what is noise by the widths of pieces that two snapshots differ in.

    Noise makes very many pieces, whose widths fall off exponentially; acts make few.
    The quartiles tell the widest piece that noise alone would make among `count`.
    """
    if compared.exact or len(width_m) < PIECES:
        return compared
    half, third = np.quantile(width_m, [0.5, 0.75])
    widest = float(third + (third - half) / np.log(2) * np.log(count / 4))
    return replace(
        compared, tolerance_m=WIDEST_TIMES * widest, certain_m=WIDEST_DOUBT_TIMES * widest
    )


def _segments(found: Rings) -> Ints:
    """Return the position of the first vertex of each segment."""
    leaves = np.ones(len(found.coordinates), dtype=bool)
    leaves[found.first[1:] - 1] = False
    return np.flatnonzero(leaves)


def _keys(found: Rings) -> NDArray[np.uint64]:
    bits = np.ascontiguousarray(found.coordinates.T).view(np.uint64)
    h = bits[0] * _MIX[0]
    h ^= h >> np.uint64(31)
    h += bits[1]
    h *= _MIX[1]
    h ^= h >> np.uint64(29)
    at = _segments(found)
    both: NDArray[np.uint64] = (h[at] + h[at + 1]) * _MIX[0]
    return np.unique(both)


def _shared(ours: Rings, theirs: Rings) -> float:
    one, other = _keys(ours), _keys(theirs)
    least = min(len(one), len(other))
    return len(np.intersect1d(one, other, assume_unique=True)) / least if least else 0.0


def _rounding_m(ours: Rings, theirs: Rings, ground: Ground) -> float:
    """Return how far the rounding of coordinates may move a line."""
    xy = np.concatenate([ours.coordinates, theirs.coordinates])
    for digits in range(2, 10):
        if _on_grid(xy[:1000], digits) and _on_grid(xy, digits):
            return max(OF_GRID * 10.0**-digits * max(ground.stretch), ROUNDING_M)
    return ROUNDING_M


def _on_grid(xy: Floats, digits: int) -> bool:
    scaled = xy * 10.0**digits
    return bool((np.abs(scaled - np.round(scaled)) <= np.abs(scaled) * 4e-16 + 1e-9).all())


def _distances(asked: Rings, among: Rings, ground: Ground) -> Floats:
    """Return the distance in metres from places along some lines to the nearest of others."""
    at, to = _segments(asked), _segments(among)
    start, end = ground.plane(asked.coordinates[at]), ground.plane(asked.coordinates[at + 1])
    long = np.cumsum(np.hypot(*(end - start).T))
    where = np.linspace(0, long[-1], SAMPLES, endpoint=False) + long[-1] / SAMPLES / 2
    which = np.searchsorted(long, where)
    before = np.where(which > 0, long[which - 1], 0.0)
    along = (where - before) / (long[which] - before)
    points = start[which] + along[:, None] * (end - start)[which]
    lines = shapely.linestrings(
        np.stack([ground.plane(among.coordinates[to]), ground.plane(among.coordinates[to + 1])], 1)
    )
    tree = shapely.STRtree(lines)
    _, distance = tree.query_nearest(
        shapely.points(points), return_distance=True, all_matches=False
    )
    found: Floats = distance
    return found


def find_shift(
    old: Geometries, new: Geometries, ground: Ground
) -> tuple[Shift, NDArray[np.float64]] | None:
    """Find a shift that all units share, of which old and new shapes are given in pairs.

    Returns
    -------
    (Shift, float64 array of shape (3, 2)) or None
        The second takes (1, x, y) of the later snapshot's CRS to what is to be added
        to x and y.
    """
    if len(old) < 3:
        return None
    one, other = shapely.area(old), shapely.area(new)
    with np.errstate(divide="ignore", invalid="ignore"):
        same = np.abs(other / one - 1) <= AREA_SHARE
    here, there = (shapely.get_coordinates(shapely.centroid(g[same])) for g in (old, new))
    if len(here) < 3:
        return None
    move = there - here
    metres = move * np.asarray(ground.stretch)
    if not ground.is_plane and ground.crs.is_geographic:
        metres = move * metres_per_degree(here[:, 1])
    middle = np.median(metres, axis=0)
    off = np.hypot(*(metres - middle).T)
    length = float(np.hypot(*middle))
    if length <= ROUNDING_M or float(np.median(off)) > OF_SHIFT * length:
        return None
    agreeing = off <= length / 2
    basis = np.column_stack([np.ones(len(there)), there - there.mean(axis=0)])[agreeing]
    if agreeing.sum() < 6:
        basis = basis[:, :1]
    fit = np.linalg.lstsq(basis, -move[agreeing], rcond=None)[0]
    back = np.zeros((3, 2))
    back[: len(fit)] = fit
    back[0] -= there.mean(axis=0) @ back[1:]
    return Shift(float(middle[0]), float(middle[1]), int(agreeing.sum())), back


def moved_back(geometry: Geometries, back: NDArray[np.float64]) -> Geometries:
    """Return shapes moved as `find_shift` says."""
    moved: Geometries = shapely.transform(geometry, lambda xy: xy + back[0] + xy @ back[1:])
    return moved
