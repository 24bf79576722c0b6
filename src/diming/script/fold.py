"""One spelling for all ways to write the same (归一): simplified, of one width and case."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any


def fold(text: str) -> str:
    """Return how a name is compared and looked up.

    Examples
    --------
    >>> fold("萬縣　ＡＢ")
    '万县 ab'
    """
    whole = unicodedata.normalize("NFKC", text).casefold()
    return whole if whole.isascii() else "".join(map(_simplified, whole))


@cache
def _simplified(character: str) -> str:
    found: str = _converter().convert(character)
    return found


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")
