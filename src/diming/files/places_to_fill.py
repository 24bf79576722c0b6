"""Places in templates, ``{{标准名称}}``, and what fills them (模板占位)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diming.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PLACE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
#: A line of a table with this place comes once for every name.
NUMBER = "序号"


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its places filled.

    Examples
    --------
    >>> filled("将{{ 原名称 }}更名为{{标准名称}}", {"原名称": "甲", "标准名称": "乙"})
    '将甲更名为乙'
    """
    return PLACE.sub(lambda found: values[found[1]], text)


def repeats(text: str) -> bool:
    """Tell whether a line of a table comes once for every name."""
    return any(found == NUMBER for found in PLACE.findall(text))


def refuse_unknown(texts: Iterable[str], known: Iterable[str], source: str) -> None:
    """Refuse a template with places that nothing fills: they would come out empty.

    Raises
    ------
    UsageError
    """
    names = {NUMBER, *known}
    unknown = {p: None for t in texts for p in PLACE.findall(t) if p not in names}
    if unknown:
        raise UsageError(
            "{path}: nothing fills {unknown}; the places are: {known}",
            path=source, unknown=[f"{{{{{u}}}}}" for u in unknown], known=sorted(names),
        )  # fmt: skip


def together(each: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return what several names have in common: different values are joined."""
    joined: dict[str, dict[str, None]] = {}
    for values in each:
        for key, value in values.items():
            joined.setdefault(key, {})
            if value:
                joined[key][value] = None
    return {key: "、".join(values) for key, values in joined.items()}
