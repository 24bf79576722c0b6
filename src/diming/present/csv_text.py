"""Cells of CSV for a spreadsheet, whatever it is about (CSV 单元格)."""

from __future__ import annotations

import re
from typing import Any

from diming.present.plain import visible

#: Excel reads UTF-8 only behind a byte order mark.
BOM = "\ufeff"

#: Between several values in one cell; no separator of cells in any locale.
SEPARATOR = " | "

#: What begins a formula; the full-width signs do so in East Asian locales.
_FORMULA = tuple("=+-@＝＋－＠")

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def cell(value: Any) -> str:
    """Return a value as a cell that a spreadsheet takes for data, never for a formula.

    Examples
    --------
    >>> cell("=1+1"), cell("-12.5"), cell(-12.5)
    ("'=1+1", '-12.5', '-12.5')
    """
    if value is None:
        return ""
    text = str(value)
    # Before control characters become visible: a leading tab hides a formula.
    risky = text.lstrip().startswith(_FORMULA) or text.startswith(("\t", "\r"))
    shown = visible(text)
    return f"'{shown}" if risky and not _NUMBER.fullmatch(text) else shown
