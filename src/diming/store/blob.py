"""Geometry as a GeoPackage keeps it: a header, then WKB (几何字段).

All shapes of an archive are multipolygons for others. A polygon is wrapped into
one when it is written, and taken out again when it is read: bytes, nothing else.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

#: Little-endian, envelope of x and y.
_FLAGS = 0b0000_0011
_EMPTY = 0b0001_0000
#: Length of the header by the kind of envelope.
_HEADER = (8, 40, 56, 56, 72)
_ENVELOPE = 40
_DOUBLE = struct.Struct("<d").unpack_from
#: WKB of a multipolygon before that of its only part.
_WRAP = struct.pack("<BII", 1, 6, 1)


def wkb_of(geometry: NDArray[np.object_]) -> list[bytes]:
    """Return little-endian WKB, the bytes that `territory_key` is of."""
    raw: list[bytes] = shapely.to_wkb(geometry, byte_order=1).tolist()
    return raw


def wrapped(wkb: Iterable[bytes], single: Iterable[bool]) -> list[bytes]:
    """Return WKB of multipolygons; where `single`, of a polygon wrapped into one."""
    return [_WRAP + raw if alone else raw for raw, alone in zip(wkb, single, strict=True)]


def unwrapped(wkb: Iterable[bytes], single: Iterable[bool]) -> list[bytes]:
    """Return WKB as it was before `wrapped`."""
    return [raw[len(_WRAP) :] if alone else raw for raw, alone in zip(wkb, single, strict=True)]


def to_blobs(wkb: Sequence[bytes], bounds: NDArray[np.float64], srs_id: int) -> list[bytes]:
    """Return geometry blobs of a GeoPackage.

    Parameters
    ----------
    wkb : sequence of bytes
    bounds : float64 array of shape (n, 4)
        xmin, ymin, xmax, ymax of each.
    srs_id : int
        Number of the CRS in the file.
    """
    header = np.zeros(
        len(wkb), dtype=[("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srs_id", "<i4"),
                         ("envelope", "<f8", (4,))],
    )  # fmt: skip
    header["magic"] = b"GP"
    header["flags"] = _FLAGS
    header["srs_id"] = srs_id
    header["envelope"] = bounds[:, [0, 2, 1, 3]]
    raw = header.tobytes()
    return [
        raw[at : at + _ENVELOPE] + body
        for at, body in zip(range(0, len(raw), _ENVELOPE), wkb, strict=True)
    ]


def from_blobs(blobs: Iterable[bytes]) -> list[bytes]:
    """Return the WKB in geometry blobs, whoever wrote them.

    Raises
    ------
    ValueError
        If one is none.
    """
    return [blob[_body(blob) :] for blob in blobs]


def _body(blob: bytes) -> int:
    if len(blob) < 8 or blob[:2] != b"GP" or (kind := (blob[3] >> 1) & 7) >= len(_HEADER):
        raise ValueError("not a geometry blob")
    return _HEADER[kind]


def envelope(blob: bytes | None) -> tuple[float, float, float, float] | None:
    """Return xmin, xmax, ymin, ymax of a geometry blob; None if it is empty or none."""
    if blob is None or blob[3] & _EMPTY:
        return None
    if (blob[3] >> 1) & 7:
        order = "<" if blob[3] & 1 else ">"
        return struct.unpack_from(f"{order}4d", blob, 8)
    box = shapely.bounds(shapely.from_wkb(blob[_body(blob) :]))
    return None if np.isnan(box[0]) else (box[0], box[2], box[1], box[3])


def is_empty(blob: bytes | None) -> int | None:
    """Tell SQL whether a geometry blob is empty."""
    if blob is None:
        return None
    return 0 if blob[3] == _FLAGS else int(envelope(blob) is None)


def ordinate(blob: bytes | None, position: int) -> float | None:
    """Tell SQL one of xmin, xmax, ymin, ymax of a geometry blob."""
    if blob is not None and blob[3] == _FLAGS:  # As we write them; asked for every row.
        value: float = _DOUBLE(blob, 8 + 8 * position)[0]
        return value
    box = envelope(blob)
    return None if box is None else box[position]
