"""Place names in workbooks (XLSX 电子表格), as offices fill them in."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from diming.errors import N_, UnreadableInput
from diming.files.grid import MOST_ABOVE, Grid, header_at, headings
from diming.files.textfile import read_bytes
from diming.handbook.fields import name_fields
from diming.model.facts import Facts
from diming.model.place import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ZEROS = re.compile(r"0+")
_CODES = ("place.code", "place.source_id", "division_code", "within_code")
_NO_BOOK = N_("{path}: this is no workbook that can be read ({detail}); save it as .xlsx again")
#: What a spreadsheet keeps of a number.
_DIGITS_KEPT = 15


def read_xlsx(path: str, sheet: str | None = None, header_row: int | None = None) -> Grid:
    """Read a sheet of a workbook.

    Parameters
    ----------
    path : str
    sheet : str, optional
        Name or number (from 1); without one, the first in which a name is headed,
        else the first that is not empty.
    header_row : int, optional
        Which row the headings are in; looked for, if not given.

    Raises
    ------
    UnreadableInput
        If it is no workbook, is an .xls, or has no such sheet.
    """
    if read_bytes(path)[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise UnreadableInput(
            "{path}: this is an old .xls workbook, or one locked with a password; open it in a "
            "spreadsheet program and save it as .xlsx",
            path=path,
        )
    book = _opened(path)
    try:
        sheets = {str(each.title): each for each in book.worksheets}
        names = [_named(path, sheets, sheet)] if sheet is not None else list(sheets)
        found: list[tuple[str, list[list[str]], int]] = []
        for name in names:
            rows, at = _head(sheets[name], header_row)
            if sheet is not None or any(map(any, rows)):
                found.append((name, rows, at))
        if not found or not found[0][1]:
            raise UnreadableInput("{path}: the file is empty; ask for it again", path=path)
        chosen = next((f for f in found if _names_something(f[1], f[2])), found[0])
        notes = tuple(
            Problem(
                N_("the sheet «{sheet}» was not read; name it to read it"), Facts({"sheet": f[0]})
            )
            for f in found
            if f is not chosen
        )
        name, _, at = chosen
        return _grid(path, sheets[name], name, at, notes)
    except (zlib.error, zipfile.BadZipFile, SyntaxError, ValueError, KeyError, TypeError) as error:
        raise UnreadableInput(_NO_BOOK, path=path, detail=str(error)[:100]) from None
    finally:
        book.close()


def _opened(path: str) -> Any:
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and validations that are not looked at
            return openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError, EOFError, SyntaxError,
            TypeError, AttributeError) as error:  # fmt: skip
        detail = str(error)[:100] or type(error).__name__
        raise UnreadableInput(_NO_BOOK, path=path, detail=detail) from None


def _named(path: str, sheets: dict[str, Any], sheet: str) -> str:
    if sheet in sheets:
        return sheet
    if sheet.isascii() and sheet.isdecimal() and 1 <= int(sheet) <= len(sheets):
        return list(sheets)[int(sheet) - 1]
    raise UnreadableInput(
        "{path}: there is no sheet «{sheet}»; the sheets are: {sheets}",
        path=path, sheet=sheet, sheets=list(sheets),
    )  # fmt: skip


def _head(sheet: Any, header_row: int | None) -> tuple[list[list[str]], int]:
    """Return the first rows of a sheet, merged cells filled, and which is the header."""
    texts = [[_shown(cell) for cell in row] for row in sheet.iter_rows(max_row=MOST_ABOVE)]
    for first_row, first_column, last_row, last_column in _merged(sheet):
        if first_row <= len(texts) and first_column <= len(texts[first_row - 1]):
            text = texts[first_row - 1][first_column - 1]
            for row in texts[first_row - 1 : last_row]:
                row[first_column - 1 : last_column] = [text] * (
                    min(last_column, len(row)) - first_column + 1
                )
    return texts, header_row - 1 if header_row else header_at(texts)


def _names_something(rows: list[list[str]], at: int) -> bool:
    fields = name_fields()
    known = [fields.of_heading(cell) for cell in rows[at]] if at < len(rows) else []
    return any(k is not None and k[0] == "name" for k in known)


def _merged(sheet: Any) -> list[tuple[int, int, int, int]]:
    """Return the merged ranges of a sheet: first row, first column, last row, last column."""
    from openpyxl.utils.cell import range_boundaries

    found = []
    for reference in re.findall(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z0-9:]+)"', _xml(sheet)):
        first_column, first_row, last_column, last_row = range_boundaries(reference.decode())
        found.append((first_row, first_column, last_row, last_column))
    return found


def _xml(sheet: Any) -> bytes:
    """Return a sheet as it stands in the workbook: read-only sheets do not tell of all."""
    with sheet._get_source() as source:
        read: bytes = source.read()
    return read


def _grid(path: str, sheet: Any, name: str, at: int, notes: tuple[Problem, ...]) -> Grid:
    xml = _xml(sheet)
    merged = {
        (row, column): (first_row, first_column)
        for first_row, first_column, last_row, last_column in _merged(sheet)
        for row in range(first_row, min(last_row, first_row + 200_000) + 1)
        # Across columns only the header repeats: there cells stand for all below them.
        for column in range(
            first_column, (last_column if first_row <= at + 1 else first_column) + 1
        )
        if (row, column) != (first_row, first_column)
    }
    formulas = _formulas(path, name) if re.search(rb"<(?:\w+:)?f[ >/]", xml) else {}
    del xml
    rows = list(_rows(sheet, merged))
    numbers = [number for number, _ in rows]
    place = numbers.index(at + 1) if at + 1 in numbers else 0
    header = [text for text, _ in rows[place][1]]
    while header and not header[-1]:
        header.pop()
    width = len(header)
    columns = headings(header)
    fields = name_fields()
    coded = {
        i for i, column in enumerate(columns)
        if (known := fields.of_heading(column)) and fields.fields[known[0]].goes in _CODES
    }  # fmt: skip
    longest = _longest(rows[place + 1 :], coded)
    kept: list[tuple[str, ...]] = []
    kept_numbers: list[int] = []
    problems: dict[int, list[Problem]] = {}
    remarks: dict[int, list[Problem]] = {}
    spoilt: set[tuple[int, int]] = set()
    for number, cells in rows[place + 1 :]:
        if not any(text for text, _ in cells):
            continue
        here = len(kept)
        texts = [text for text, _ in cells[:width]]
        texts += [""] * (width - len(texts))
        for column in range(len(texts)):
            if not texts[column] and (number, column + 1) in formulas:
                problems.setdefault(here, []).append(
                    Problem(
                        N_(
                            "{column}: the formula {formula} has no value; open and save the file "
                            "in a spreadsheet program"
                        ),
                        Facts({"column": columns[column], "formula": formulas[number, column + 1]}),
                        columns[column],
                    )
                )
        for column, (text, kept_as) in enumerate(cells[:width]):
            if kept_as == "e":
                problems.setdefault(here, []).append(
                    Problem(
                        N_("{column}: the cell holds an error of a formula, {value}"),
                        Facts({"column": columns[column], "value": text}), columns[column],
                    )
                )  # fmt: skip
        for column in coded:
            if column < len(cells) and (
                odd := _odd_code(cells[column], columns[column], longest.get(column, 0))
            ):
                remarks.setdefault(here, []).append(odd)
                if len(cells[column][0].lstrip("-")) > _DIGITS_KEPT:
                    spoilt.add((here, column))
        if any(text for text, _ in cells[width:]):
            remarks.setdefault(here, []).append(
                Problem(N_("cells to the right of the last heading were passed over"))
            )
        kept.append(tuple(texts))
        kept_numbers.append(number)
    return Grid(
        columns,
        kept,
        kept_numbers,
        problems,
        remarks,
        spoilt,
        notes=notes,
        part=name,
        format="xlsx",
    )


def _formulas(path: str, name: str) -> dict[tuple[int, int], str]:
    """Return the formulas of a sheet by row and column: values are read without them."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path, read_only=True)
    try:
        return {
            (cell.row, cell.column): str(cell.value)[:60]
            for row in book[name].iter_rows() for cell in row
            if getattr(cell, "data_type", "") == "f"
        }  # fmt: skip
    finally:
        book.close()


def _rows(
    sheet: Any, merged: dict[tuple[int, int], tuple[int, int]]
) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Yield number and cells of the rows with text: each cell's text, and what it is kept as."""
    sheet.reset_dimensions()
    first: dict[tuple[int, int], tuple[str, str]] = {}
    wanted = set(merged.values())
    reach: dict[int, int] = {}
    for row, column in merged:
        reach[row] = max(reach.get(row, 0), column)
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = [(_shown(cell), _kept_as(cell)) for cell in row]
        if merged:
            cells += [("", "")] * (reach.get(number, 0) - len(cells))
            for column in range(len(cells)):
                if (number, column + 1) in wanted:
                    first[number, column + 1] = cells[column]
                elif (source := merged.get((number, column + 1))) is not None:
                    cells[column] = first.get(source, ("", ""))
        if any(text for text, _ in cells):
            yield number, cells


def _kept_as(cell: Any) -> str:
    """Return ``n`` for a number, ``e`` for an error of a formula, else nothing."""
    kind = getattr(cell, "data_type", None)
    if kind == "n" and isinstance(cell.value, int | float):
        return "n"
    return "e" if kind == "e" else ""


def _shown(cell: Any) -> str:
    """Return a cell as text, numbers as they are shown where zeros in front are."""
    value = getattr(cell, "value", None)
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        value = int(value)
    if isinstance(value, int):
        layout = str(getattr(cell, "number_format", "") or "")
        return str(value).zfill(len(layout)) if _ZEROS.fullmatch(layout) else str(value)
    return repr(value) if isinstance(value, float) else str(value)


def _longest(rows: Sequence[tuple[int, list[tuple[str, str]]]], coded: set[int]) -> dict[int, int]:
    """Return how many digits codes have in each column where some begin with a zero."""
    longest: dict[int, int] = {}
    for _, cells in rows:
        for column in coded:
            if column < len(cells) and cells[column][0].startswith("0"):
                longest[column] = max(longest.get(column, 0), len(cells[column][0]))
    return longest


def _odd_code(cell: tuple[str, str], column: str, longest: int) -> Problem | None:
    """Say what a spreadsheet may have done to a code that is kept as a number."""
    text, kept_as = cell
    if kept_as != "n":
        return None
    if len(text.lstrip("-")) > _DIGITS_KEPT:
        return Problem(
            N_(
                "{column}: {value} is kept as a number, of which a spreadsheet keeps 15 digits; "
                "the last ones are lost"
            ),
            Facts({"column": column, "value": text}), column,
        )  # fmt: skip
    if len(text) < longest:
        return Problem(
            N_(
                "{column}: {value} is kept as a number, where others have {digits_count} digits; "
                "zeros in front may be lost"
            ),
            Facts({"column": column, "value": text, "digits_count": longest}), column,
        )  # fmt: skip
    return None
