"""What the text of a GeoJSON says (GeoJSON 文本): features declared, and whether it is strict JSON.

Of a file of boundaries nearly all is coordinates. They are held against the grammar
where they stand, and only what is left is parsed into objects: in half the time, and
without the hundreds of megabytes that lists of numbers take.
"""

from __future__ import annotations

import json
import mmap
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SPACE = rb"[ \t\r\n]*+"
_NUMBER = rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][-+]?[0-9]++)?+"


def _list_of(item: bytes) -> bytes:
    """Return the pattern of a JSON array; nothing is tried twice, so time is linear."""
    return rb"\[%b(?>%b)(?:%b,%b(?>%b))*+%b\]" % (_SPACE, item, _SPACE, _SPACE, item, _SPACE)


#: A ring: an array of arrays of numbers.
_RING = re.compile(_list_of(_list_of(_NUMBER)))


@dataclass(frozen=True, slots=True)
class Counted:
    """Features declared, if it is a collection; line and column where it is no strict JSON."""

    features: int | None
    broken_at: tuple[int, int] | None = None


def is_feature_collection(file: Path) -> bool:
    """Tell whether a file begins as a GeoJSON of features: one layer, which GDAL reads whole."""
    if file.suffix.lower() not in (".geojson", ".json") or not file.is_file():
        return False
    with file.open("rb") as handle:
        head = handle.read(4096)
    # Features and Geometries JSON, which says what it conforms to, may have several layers.
    return (
        re.search(rb'"type"\s*:\s*"FeatureCollection"', head) is not None
        and b'"conformsTo"' not in head
    )


def count_features(file: Path) -> Counted:
    """Count the features of a GeoJSON, and tell where it is no strict JSON.

    NaN and Infinity are no JSON either, but the coordinates will say so themselves.
    """
    if file.stat().st_size == 0:
        return Counted(None, (1, 1))
    with file.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as text:
        try:
            counted = _features(json.loads(_RING.sub(_stand_in, text)))
        except (ValueError, RecursionError):
            return _parsed_whole(text[:])
        # No features: there are none, or their list looks like a ring itself.
        return counted if counted.features != 0 else _parsed_whole(text[:])


def _stand_in(ring: re.Match[bytes]) -> bytes:
    """Stand in for a ring with an array; line breaks stay, which a text must not hold."""
    return b"[" + ring[0].translate(None, b"0123456789+-.eE,[] ") + b"]"


def _parsed_whole(text: bytes) -> Counted:
    """Parse all of a file, to say in which line and column it is no strict JSON."""
    try:
        return _features(json.loads(text))
    except json.JSONDecodeError as error:
        return Counted(None, (error.lineno, error.colno))
    except (ValueError, RecursionError):
        return Counted(None, (1, 1))


def _features(content: object) -> Counted:
    found = content.get("features") if isinstance(content, dict) else None
    return Counted(len(found) if isinstance(found, list) else None)
