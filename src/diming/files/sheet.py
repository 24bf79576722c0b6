"""A table of an office, row by row: CSV or a sheet of a workbook (表格)."""

from __future__ import annotations

import warnings
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from diming.errors import UnreadableInput
from diming.files.textfile import Table, header, read_table, read_text

if TYPE_CHECKING:
    from collections.abc import Iterable


def read_sheet(path: str) -> Table:
    """Read a CSV, or the first sheet of a workbook that has anything in it.

    Raises
    ------
    UnreadableInput
        If it is neither, or its first row does not name its columns.
    """
    if path.lower().endswith((".xlsx", ".xlsm")):
        return _read_book(path)
    return read_table(path, read_text(path))


def _read_book(path: str) -> Table:
    import openpyxl

    try:
        with warnings.catch_warnings():
            # Of styles and extensions that nobody needs here.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            try:
                for sheet in book.worksheets:
                    rows = _rows(sheet.iter_rows(values_only=True))
                    if rows:
                        return _table(path, rows)
            finally:
                book.close()
    except FileNotFoundError:
        raise UnreadableInput(
            "{path}: there is no such file or folder; check the path", path=path
        ) from None
    except UnreadableInput:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers do.
        raise UnreadableInput(
            "{path}: the workbook cannot be read ({detail}); save it again as .xlsx, or as CSV",
            path=path, detail=str(error)[:200] or type(error).__name__,
        ) from error  # fmt: skip
    return Table((), ())


def _rows(values: Iterable[tuple[Any, ...]]) -> list[tuple[int, tuple[str, ...]]]:
    rows = []
    for number, row in enumerate(values, 1):
        cells = tuple(map(_shown, row))
        if any(cells):
            rows.append((number, cells))
    return rows


def _table(path: str, rows: list[tuple[int, tuple[str, ...]]]) -> Table:
    (_, first), *others = rows
    used = max((n for _, row in rows for n, text in enumerate(row, 1) if text), default=len(first))
    columns = header(path, list(first[:used]) + [""] * (used - len(first)))
    return Table(
        columns,
        tuple((n, (row + ("",) * used)[:used]) for n, row in others),
    )


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date().isoformat()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
