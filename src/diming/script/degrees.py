"""Degrees as people write them: 106.55, 106°33′12″, 东经106度33分 (经纬度)."""

from __future__ import annotations

import math
import re
import unicodedata

_DEGREES = re.compile(
    r"(?P<before>[EWNS]|东经|西经|北纬|南纬|东|西|北|南)?\s*(?P<sign>[-+]?)\s*"
    r"(?P<d>\d{1,3}(?:\.\d+)?)\s*(?:[°º˚度]|(?=[:\s-]\s*\d))"
    r"(?:\s*[:\s-]?\s*(?P<m>\d{1,2}(?:\.\d+)?)\s*(?:['′’‘分]|$|(?=[:\s-]\s*\d)|(?=\s*[EWNS]$))"
    r"(?:\s*[:\s-]?\s*(?P<s>\d{1,2}(?:\.\d+)?)\s*(?:\"|″|”|“|秒|''|′′|’’|$|(?=\s*[EWNS]$)))?)?"
    r"\s*(?P<after>[EWNS])?",
    re.IGNORECASE,
)
#: How far longitude and latitude reach, by what fields are called.
LIMITS_DEG = {"lon": 180.0, "lat": 90.0}


def read_degrees(text: str, *, limit: float = math.inf) -> float | None:
    """Read degrees, as a decimal number or with minutes and seconds; None if it is neither.

    Parameters
    ----------
    text : str
    limit : float
        None as well for more degrees than these, to either side.

    Examples
    --------
    >>> round(read_degrees("106°33′12″"), 6), read_degrees("106.55"), read_degrees("W 2°30'")
    (106.553333, 106.55, -2.5)
    >>> read_degrees("106°75′"), read_degrees("近郊")
    (None, None)
    """
    plain = text.strip()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", plain.replace("º", "°").replace("˚", "°"))
        plain = plain.replace("\u2032\u2032", "″")
    try:
        value = float(plain)
    except ValueError:
        pass
    else:
        return value if math.isfinite(value) and abs(value) <= limit and "_" not in plain else None
    found = _DEGREES.fullmatch(plain)
    if found is None:
        return None
    minutes, seconds = float(found["m"] or 0), float(found["s"] or 0)
    if minutes >= 60 or seconds >= 60:
        return None
    value = float(found["d"]) + minutes / 60 + seconds / 3600
    side = (found["before"] or found["after"] or "").upper()
    west = side in ("W", "S", "西经", "南纬", "西", "南")
    if value > limit:
        return None
    return -value if west or found["sign"] == "-" else value
