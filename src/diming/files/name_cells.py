"""What single cells of a table of names say (单元格)."""

from __future__ import annotations

import re

from diming.model.notation import CONTROL

#: What stands in a cell to say that there is nothing.
NOTHING = frozenset(
    {"", "无", "/", "-", "—", "——", "－", "暂无", "没有", "空", "null", "none", "n/a", "nan"}
)
_LONGEST_NOTHING = max(map(len, NOTHING))
_OPEN, _CLOSE = "(（[【〔", ")）]】〕"
_NOTE = re.compile(r"^(.+?)\s*[(（〔\[]([^()（）〔〕\[\]]+)[)）〕\]]$", re.DOTALL)
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
