"""What single cells of a table of names say (单元格)."""

from __future__ import annotations

import re
import unicodedata

from diming.model.notation import CONTROL

#: What stands in a cell to say that there is nothing.
NOTHING = frozenset(
    {"", "无", "/", "-", "—", "——", "－", "暂无", "没有", "空", "null", "none", "n/a", "nan"}
)
_LONGEST_NOTHING = max(map(len, NOTHING))
_OPEN, _CLOSE = "(（[【〔", ")）]】〕"
_NOTE = re.compile(r"^(.+?)\s*[(（〔\[]([^()（）〔〕\[\]]+)[)）〕\]]$", re.DOTALL)
_DEGREES = re.compile(
    r"(?P<before>[EWNS]|东经|西经|北纬|南纬|东|西|北|南)?\s*(?P<sign>[-+]?)\s*"
    r"(?P<d>\d{1,3}(?:\.\d+)?)\s*(?:[°º˚度]|(?=[:\s-]\s*\d))"
    r"(?:\s*[:\s-]?\s*(?P<m>\d{1,2}(?:\.\d+)?)\s*(?:['′’‘分]|$|(?=[:\s-]\s*\d)|(?=\s*[EWNS]$))"
    r"(?:\s*[:\s-]?\s*(?P<s>\d{1,2}(?:\.\d+)?)\s*(?:\"|″|”|“|秒|''|′′|’’|$|(?=\s*[EWNS]$)))?)?"
    r"\s*(?P<after>[EWNS])?",
    re.IGNORECASE,
)
#: Controls that show nothing: marks of writing direction, joiners, byte order marks.
_INVISIBLE = re.compile("[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def is_nothing(text: str) -> bool:
    """Tell whether a cell says that there is nothing: 无, —, N/A."""
    if len(text) > _LONGEST_NOTHING and text[0] > " ":
        return False
    return text.strip().lower() in NOTHING


def split_names(text: str, marks: str = "、;；|\n") -> list[str]:
    """Return the names in a cell: marks within brackets part nothing.

    Examples
    --------
    >>> split_names("江北嘴（1958—1980、1985）、陈家馆；无;刘家台")
    ['江北嘴（1958—1980、1985）', '陈家馆', '刘家台']
    """
    if is_nothing(text):
        return []
    found, depth, start = [], 0, 0
    for place, character in enumerate(text):
        if character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            depth = max(0, depth - 1)
        elif character in marks and not depth:
            found.append(text[start:place])
            start = place + 1
    found.append(text[start:])
    return [name for each in found if not is_nothing(name := each.strip())]


def with_note(text: str) -> tuple[str, str]:
    """Part a name from what stands in brackets behind it.

    Examples
    --------
    >>> with_note("江北嘴（1958—1980）"), with_note("朝天门")
    (('江北嘴', '1958—1980'), ('朝天门', ''))
    """
    found = _NOTE.match(text)
    return (found[1].strip(), found[2].strip()) if found else (text, "")


def read_degrees(text: str) -> float | None:
    """Read degrees, as a decimal number or with minutes and seconds; None if it is neither.

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
        return value if abs(value) < float("inf") and "_" not in plain else None
    found = _DEGREES.fullmatch(plain)
    if found is None:
        return None
    minutes, seconds = float(found["m"] or 0), float(found["s"] or 0)
    if minutes >= 60 or seconds >= 60:
        return None
    value = float(found["d"]) + minutes / 60 + seconds / 3600
    side = (found["before"] or found["after"] or "").upper()
    west = side in ("W", "S", "西经", "南纬", "西", "南")
    return -value if west or found["sign"] == "-" else value


def tidied(text: str) -> tuple[str, bool]:
    r"""Return a name without controls that show nothing, and whether there were any.

    Examples
    --------
    >>> tidied("朝天\u200b门")
    ('朝天门', True)
    """
    if text.isprintable() or _INVISIBLE.search(text) is None:
        return text, False
    return _INVISIBLE.sub("", text).strip(), True


def has_control(text: str) -> bool:
    """Tell whether a text holds what no name may."""
    return not text.isprintable() and CONTROL.search(text) is not None
