"""A table as it came (原表): headings and rows of texts, whatever the file it was in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from diming.handbook.fields import name_fields, plain_heading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

    from diming.model.place import Problem

#: Rows among which the header is looked for: titles and dates of filling in stand above it.
MOST_ABOVE = 30


@dataclass(frozen=True, slots=True)
class Grid:
    """Headings, rows, and what was noticed in reading them.

    Attributes
    ----------
    columns : tuple of str
        Headings as they came, made different from each other.
    rows : list of tuple of str
        Each as long as `columns`.
    numbers : list of int
        Which row each stands in, as a spreadsheet counts.
    problems, remarks : mapping
        Place in `rows` → what is wrong or odd with the row as such.
    spoilt : set of (int, int)
        Cells, by place in `rows` and column, that are no longer what was entered: kept as they
        are, and taken for nothing.
    geometry : object array or None
        Of layers: shapes as stored, in `crs`.
    crs : str or None
        Of `geometry`.
    notes : tuple of Problem
        Of the file as a whole.
    part : str or None
        Sheet or layer.
    format : str
    """

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    numbers: list[int]
    problems: Mapping[int, list[Problem]] = field(default_factory=dict)
    remarks: Mapping[int, list[Problem]] = field(default_factory=dict)
    spoilt: Set[tuple[int, int]] = frozenset()
    geometry: Any = None
    crs: str | None = None
    notes: tuple[Problem, ...] = ()
    part: str | None = None
    format: str = "csv"
    encoding: str | None = None


def header_at(rows: Sequence[Sequence[str]]) -> int:
    """Return which of the first rows is the header.

    The one with the most headings that are known; of equal ones that follow each other the
    last (cells merged over two rows), else the first row with any text.
    """
    best, most = -1, 1
    for place, row in enumerate(rows[:MOST_ABOVE]):
        known = _known(row)
        again = best >= 0 and known == most and list(row) == list(rows[best]) and place == best + 1
        if known > most or again:
            best, most = place, known
    if best >= 0:
        return best
    return next((i for i, row in enumerate(rows) if any(map(str.strip, row))), 0)


def _known(row: Sequence[str]) -> int:
    """Count the headings of a row that mean a field, each field once."""
    fields = name_fields()
    found = set()
    for cell in row:
        # Headings are short; a sentence that begins alike is none.
        if cell and len(cell) <= 40 and (known := fields.of_heading(cell)) is not None:
            found.add(known[0])
    plain = {plain_heading(cell) for cell in row if len(cell) <= 40}
    for dialect in fields.dialects:
        if plain.issuperset(dialect.needs):
            return max(len(found), 2) + len(dialect.needs)
    return len(found)


def headings(cells: Sequence[str]) -> tuple[str, ...]:
    r"""Return headings made different: a second 名称 is ``名称 2``, an empty one ``column 3``.

    Examples
    --------
    >>> headings(["名称", " 名称", "", "备注\n"])
    ('名称', '名称 2', 'column 3', '备注')
    """
    made: list[str] = []
    taken = {cell.strip() for cell in cells}
    seen: set[str] = set()
    for place, cell in enumerate(cells, start=1):
        plain = " ".join(cell.split()) or f"column {place}"
        name, number = plain, 2
        while name in seen or (name != plain and name in taken):
            name, number = f"{plain} {number}", number + 1
        seen.add(name)
        made.append(name)
    return tuple(made)
