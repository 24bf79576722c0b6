"""Rows of registers as offices deliver them: CSV, XLSX, JSON, TOML (登记表读取).

Columns are recognised by their headings. In a workbook the headings need not be the
first row: a title may stand above them.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diming.errors import UnreadableInput
from diming.files.textfile import read_table, read_text
from diming.files.workbook import cell_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: Rows of a workbook among which the headings are looked for.
_TOP = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet counts, what was recognised, and what was not."""

    number: int
    cells: Mapping[str, Any]
    rest: Mapping[str, Any]


def read_rows(path: str, headings: Mapping[str, Sequence[str]], *, needs: str) -> list[Row]:
    """Read the rows of a register.

    Parameters
    ----------
    path : str
        ``.csv``, ``.xlsx``, ``.json`` (a list, or an object that holds one), ``.toml``.
    headings : mapping
        Key → headings it is recognised by, besides itself.
    needs : str
        Key without which the file is no such register.

    Raises
    ------
    UnreadableInput
        If it cannot be read, or lacks that column.
    """
    known = {even(h): key for key, names in headings.items() for h in (key, *names)}
    suffix = Path(path).suffix.lower()
    if suffix in (".xlsx", ".xlsm"):
        found = list(_of_workbook(path, known))
    elif suffix in (".json", ".toml"):
        found = list(enumerate(_of_data(path, suffix), start=1))
    else:
        found = list(read_table(path, read_text(path)).records())
    seen = dict.fromkeys(c for _, cells in found for c in cells)
    if not any(known.get(even(c)) == needs for c in seen):
        raise UnreadableInput(
            "{path}: there is no column {column}; its columns are: {columns}",
            path=path, column=" / ".join(headings[needs][:1]) or needs, columns=list(seen),
        )  # fmt: skip
    rows = []
    for number, cells in found:
        mine: dict[str, Any] = {}
        rest = {}
        for column, value in cells.items():
            key = known.get(even(column))
            if key is None:
                rest[column] = value
            elif not mine.get(key):
                mine[key] = value
        rows.append(Row(number, mine, rest))
    return rows


def even(heading: str) -> str:
    """Return a heading without case, spaces and what stands in brackets behind it."""
    text = "".join(heading.split()).lower().replace("（", "(")
    return text.partition("(")[0] or text


def _of_workbook(path: str, known: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except FileNotFoundError:
        raise UnreadableInput(
            "{path}: there is no such file or folder; check the path", path=path
        ) from None
    except Exception as error:  # Whatever a damaged archive or its XML raises.
        raise UnreadableInput(
            "{path}: this is no workbook that can be read ({detail})",
            path=path, detail=str(error) or type(error).__name__,
        ) from error  # fmt: skip
    try:
        lines = [[cell_text(v) for v in line] for line in book.worksheets[0].values]
    finally:
        book.close()
    hits = [sum(even(c) in known for c in line) for line in lines[:_TOP]]
    if not hits or max(hits) == 0:
        raise UnreadableInput(
            "{path}: there is no column {column}; its columns are: {columns}",
            path=path, column=next(iter(known)), columns=[c for c in (lines or [[]])[0] if c],
        )  # fmt: skip
    top = hits.index(max(hits))
    heads = lines[top]
    for number, line in enumerate(lines[top + 1 :], start=top + 2):
        if any(line):
            yield number, {h: v for h, v in zip(heads, line, strict=False) if h}


def _of_data(path: str, suffix: str) -> list[dict[str, Any]]:
    text = read_text(path)
    try:
        data: Any = tomllib.loads(text) if suffix == ".toml" else json.loads(text)
    except ValueError as error:
        raise UnreadableInput(
            "{path}: this cannot be read as {kind} ({detail})",
            path=path, kind=suffix[1:].upper(), detail=str(error),
        ) from error  # fmt: skip
    if isinstance(data, dict):
        lists = [
            v for v in data.values()
            if isinstance(v, list) and v and all(isinstance(e, dict) for e in v)
        ]  # fmt: skip
        data = lists[0] if lists else [data]
    if not isinstance(data, list) or not all(isinstance(e, dict) for e in data):
        raise UnreadableInput("{path}: a list of objects is wanted", path=path)
    return data
