"""One number for the outline of a polygon, which adds up over a coverage (链和).

Every directed segment has a 64-bit number, and its reverse minus that number. The
sum over a polygon's boundary is its checksum; in the sum over a coverage, the
segments that neighbours share cancel, and what stays is that of the outer boundary
alone. An event that conserves territory leaves the sum as it was, whatever it did
inside. Sums are taken modulo 2^64 and held as signed integers.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.chain import doubled_areas, rings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_MIX = tuple(np.uint64(c) for c in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93))


def chain_sums(geometry: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return the checksum of each polygon's directed boundary.

    Parameters
    ----------
    geometry : object array of Polygon and MultiPolygon

    Returns
    -------
    int64 array

    Examples
    --------
    >>> import shapely
    >>> cells = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], dtype=object)
    >>> whole = np.array([shapely.coverage_union_all(cells)])
    >>> int(chain_sums(cells).sum()) == int(chain_sums(whole)[0])  # corners on the line are kept
    True
    """
    found = rings(geometry)
    if len(found.owner) == 0:
        return np.zeros(len(geometry), dtype=np.int64)
    turned = (doubled_areas(found) > 0) == found.hole
    h = _mixed(found.coordinates)
    following = np.empty_like(h)
    following[:-1] = h[1:]
    following[-1:] = h[-1:]
    closing = found.first[1:] - 1
    following[closing] = h[closing]
    # Antisymmetric in the two ends, and not linear in either: a - b would telescope away.
    key = h + following
    key ^= key >> np.uint64(31)
    key *= _MIX[1]
    key ^= key >> np.uint64(29)
    backward = h > following
    backward ^= np.repeat(turned, np.diff(found.first))
    signed = np.where(backward, np.uint64(0) - key, key)
    signed[h == following] = 0
    of_ring = np.add.reduceat(signed, found.first[:-1])
    result = np.zeros(len(geometry), dtype=np.uint64)
    np.add.at(result, found.owner, of_ring)
    return result.view(np.int64)


def added(sums: Iterable[int]) -> int:
    """Add checksums, as they are held: modulo 2^64, signed."""
    total = sum(sums) & 0xFFFFFFFFFFFFFFFF
    return total - (1 << 64) if total >> 63 else total


def territory_key(geometry: shapely.Geometry) -> str:
    """Return the key under which a shape is kept: a fingerprint of its very coordinates."""
    return key_of_wkb(shapely.to_wkb(geometry, byte_order=1))


def key_of_wkb(raw: bytes) -> str:
    """Return the territory key of a shape, given as little-endian WKB."""
    return hashlib.sha256(raw).hexdigest()[:32]


def _mixed(xy: NDArray[np.float64]) -> NDArray[np.uint64]:
    bits = np.ascontiguousarray(xy.T).view(np.uint64)
    h: NDArray[np.uint64] = bits[0] * _MIX[0]
    h ^= h >> np.uint64(32)
    h += bits[1]
    h *= _MIX[2]
    h ^= h >> np.uint64(29)
    h *= _MIX[1]
    h ^= h >> np.uint64(32)
    return h
