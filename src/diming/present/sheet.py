"""One table, as text for a terminal, CSV, JSON or a workbook (表)."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from diming.handbook.titled import Titled
from diming.present.columns import columns
from diming.present.csv_text import BOM, cell
from diming.present.json_text import dumps
from diming.present.language import say
from diming.present.problems import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key, its heading as a message id, and whether numbers stand to the right."""

    key: str
    head: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table.

    Attributes
    ----------
    format : str
        Tag of its JSON, e.g. ``diming.applications/1``.
    title : str
        Message id; the heading in a workbook.
    columns : tuple of Column
    rows : sequence of mappings
        By key; a title (`diming.handbook.procedure.Titled`) is said in the language of the
        run, and is its id in JSON. Keys without a column are in JSON only.
    """

    format: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Any]]
    more: Mapping[str, Any] = field(default_factory=dict)


def sheet_text(sheet: Sheet, lang: str | None, *, empty: str) -> str:
    """Return a table for a terminal; `empty` is what to say where it has no row."""
    if not sheet.rows:
        return say(empty, lang) + "\n"
    heads = [say(c.head, lang) for c in sheet.columns]
    rows = [[shown(r.get(c.key), lang) for c in sheet.columns] for r in sheet.rows]
    right = "".join("r" if c.right else "l" for c in sheet.columns)
    return "\n".join(columns(rows, heads, right=right, indent="")) + "\n"


def sheet_csv(sheet: Sheet, lang: str | None) -> str:
    """Return a table as CSV; headings are the keys."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([c.key for c in sheet.columns])
    for row in sheet.rows:
        writer.writerow([cell(whole(row.get(c.key), lang)) for c in sheet.columns])
    return BOM + buffer.getvalue()


def sheet_json(sheet: Sheet) -> str:
    """Return a table as JSON."""
    rows = [{k: jsonable(v) for k, v in row.items()} for row in sheet.rows]
    more = {k: jsonable(v) for k, v in sheet.more.items()}
    return dumps({"format": sheet.format, **more, "rows": rows}, indent=1)


def sheet_cells(sheet: Sheet, lang: str | None) -> tuple[list[str], list[list[Any]]]:
    """Return headings in the language of the run, and cells: numbers stay numbers."""
    heads = [say(c.head, lang) for c in sheet.columns]
    rows = [
        [v if isinstance(v := r.get(c.key), int | float) and not isinstance(v, bool)
         else whole(v, lang) for c in sheet.columns]
        for r in sheet.rows
    ]  # fmt: skip
    return heads, rows


def whole(value: Any, lang: str | None) -> str:
    """Return a value as text for a file: nothing is shortened."""
    return value if isinstance(value, str) else shown(value, lang)


def jsonable(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, Titled):
        return value.id
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {k: jsonable(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(v) for v in value]
    return value
