"""The table of general standard characters (通用规范汉字表)."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=4)
def standard_characters(level: int = 0) -> frozenset[str]:
    """Return the 8,105 characters of 通用规范汉字表, and 〇, which is written in numbers.

    Parameters
    ----------
    level : int
        Those of one level only: 1 common, 2 less common, 3 of names and science.
    """
    text = files(__package__).joinpath("standard_characters.txt").read_text(encoding="utf-8")
    parts = text.split("# level ")[1:]
    found = "".join(part[1:] for part in parts if level in (0, int(part[0])))
    return frozenset("".join(found.split())) | (frozenset() if level else frozenset("〇"))
