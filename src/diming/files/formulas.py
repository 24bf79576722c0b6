"""Cells that a spreadsheet program would run as formulas (公式注入)."""

from __future__ import annotations

import re

#: What makes a cell of a CSV a formula in Excel, LibreOffice or WPS; also in full width.
_RUN = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_FIRST = frozenset("'=+-@\t\r＝＋－＠")
_GUARDED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")


def guarded(text: str) -> str:
    """Return a text that no spreadsheet runs: with an apostrophe before it, if it could.

    Examples
    --------
    >>> guarded("=1+1"), guarded("磁器口")
    ("'=1+1", '磁器口')
    """
    if not text or text[0] not in _FIRST:
        return text
    return "'" + text if _RUN.match(text) else text


def unguarded(text: str) -> str:
    """Return what was guarded, as it was.

    Examples
    --------
    >>> unguarded(guarded("'-5"))
    "'-5"
    """
    return text[1:] if _GUARDED.match(text) else text
