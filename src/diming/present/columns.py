"""Tables of text for a terminal, aligned by the width of characters (文本表格)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.present.plain import display_width, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Columns of a terminal; narrower than this, the last column is not wrapped but runs on.
WIDTH, LEAST = 80, 24
_GAP = "  "


def columns(
    rows: Sequence[Sequence[str]],
    head: Sequence[str] = (),
    *,
    right: str = "",
    indent: str = "  ",
) -> list[str]:
    """Return lines of a table; the last column is wrapped where there is room.

    Parameters
    ----------
    rows : sequence of rows of cells
    head : sequence of str, optional
    right : str
        One letter a column: ``r`` for those whose cells stand to the right.

    Examples
    --------
    >>> for line in columns([["西县", "12.5"], ["ab", "7"]], right="lr", indent=""):
    ...     print(line)
    西县  12.5
    ab       7
    """
    table = [list(head), *map(list, rows)] if head else [list(r) for r in rows]
    if not table:
        return []
    widths = [max(display_width(cell) for cell in column) for column in zip(*table, strict=True)]
    lines = []
    for row in table:
        start = indent
        for n, cell in enumerate(row[:-1]):
            start += _padded(cell, widths[n], right[n : n + 1] == "r") + _GAP
        last = row[-1]
        if right[len(row) - 1 :] == "r":
            lines.append(start + _padded(last, widths[-1], True))
        elif WIDTH - display_width(start) < LEAST:
            lines.append((start + last).rstrip())
        else:
            wrapped = wrap(last, WIDTH, first=start, indent=" " * display_width(start))
            lines += wrapped.split("\n")
    return lines


def _padded(text: str, width: int, right: bool) -> str:
    room = " " * (width - display_width(text))
    return room + text if right else text + room
