"""Place names in CSV and TSV (文本表): whatever a row does, the other rows are read."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from typing import TYPE_CHECKING

from diming.errors import N_, UnreadableInput
from diming.files.encoding import looks_chinese
from diming.files.grid import MOST_ABOVE, Grid, header_at, headings
from diming.files.names_in_lp import check_lp, is_lp
from diming.files.textfile import read_bytes
from diming.model.facts import Facts
from diming.model.place import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Characters a cell may have; longer ones are whole files in a quotation mark.
LONGEST_CELL = 1_000_000
#: How often reading begins anew behind a quotation mark that is not closed.
MOST_RESTARTS = 50
#: The share of control characters above which bytes are no text.
_BINARY = 0.01

#: A record: its number, its cells, and what was wrong with its quotation marks.
_Row = tuple[int, tuple[str, ...], "Problem | None"]

_GEONAMES = (
    "geonameid", "name", "asciiname", "alternatenames", "latitude", "longitude", "feature class",
    "feature code", "country code", "cc2", "admin1 code", "admin2 code", "admin3 code",
    "admin4 code", "population", "elevation", "dem", "timezone", "modification date",
)  # fmt: skip


def read_csv(path: str, encoding: str | None = None, header_row: int | None = None) -> Grid:
    """Read a table as text, ``.gz`` too.

    Parameters
    ----------
    path : str
    encoding : str, optional
        UTF-8, UTF-16 or GB18030 are recognised.
    header_row : int, optional
        Which row the headings are in; looked for, if not given.

    Raises
    ------
    UnreadableInput
        If the file cannot be read, is empty or no text.
    """
    raw = _unpacked(path, read_bytes(path))
    text, used = decoded(path, raw, encoding)
    name = path.lower().removesuffix(".gz")
    delimiter = "\t" if name.endswith((".tsv", ".tab")) else _delimiter(text)
    if delimiter == "\t" and _is_geonames_dump(text):
        return _dump(text, used)
    rows = _rows(text, delimiter)
    del text, raw
    first = next((i for i, row in enumerate(rows) if any(map(str.strip, row[1]))), None)
    if first is None:
        raise UnreadableInput("{path}: the file is empty; ask for it again", path=path)
    at = header_row - 1 if header_row else header_at([r[1] for r in rows[:MOST_ABOVE]])
    if at >= len(rows):
        raise UnreadableInput(
            "{path}: there is no row {number} to take the headings from", path=path, number=at + 1
        )
    return _grid(rows, at, used)


def _unpacked(path: str, raw: bytes) -> bytes:
    if raw[:2] != b"\x1f\x8b":
        return raw
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error):
        raise UnreadableInput(
            "{path}: the compressed file is damaged; ask for it again", path=path
        ) from None


def decoded(path: str, raw: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Return bytes as text, and the encoding they were in.

    Raises
    ------
    UnreadableInput
        If they are no text in any of those known.
    """
    if encoding is not None:
        try:
            return raw.decode(encoding).removeprefix("\ufeff"), encoding
        except (LookupError, UnicodeDecodeError) as error:
            raise UnreadableInput(
                "{path}: this is no text in {encoding} ({detail})",
                path=path, encoding=encoding, detail=str(error)[:100],
            ) from None  # fmt: skip
    with_mark = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    candidates = ["utf-16"] if with_mark else ["utf-8-sig", "gb18030"]
    for name in candidates:
        try:
            text = raw.decode(name)
        except UnicodeDecodeError:
            continue
        hidden = sum(text.count(chr(c)) for c in range(32) if c not in (9, 10, 13))
        # One odd character is the fault of one row; many are no text at all.
        if hidden > 20 and hidden > _BINARY * len(text):
            break
        if name == "gb18030" and not looks_chinese(text[:2_000_000]):
            break
        return text, "UTF-8" if name == "utf-8-sig" else name.upper()
    raise UnreadableInput("{path}: this is no text in UTF-8 or GB18030; save it as such", path=path)


def _delimiter(text: str) -> str:
    """Return what parts the cells of the first row that has several."""
    for line in text[:100_000].splitlines()[:MOST_ABOVE]:
        counts = {d: line.count(d) for d in ("\t", ",", ";", "|")}
        best = max(counts, key=lambda d: counts[d])
        if counts[best]:
            return best
    return ","


def _rows(text: str, delimiter: str) -> list[_Row]:
    """Return the records; a bad quotation mark spoils its own row only."""
    limit = csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        return [(number, cells, None) for number, cells in enumerate(map(tuple, reader), start=1)]
    except csv.Error:
        return list(_parsed(_joined(text.splitlines(keepends=True)), delimiter))
    finally:
        csv.field_size_limit(limit)


def _joined(lines: list[str]) -> list[str]:
    """Undo what `str.splitlines` cut at signs that end no row (U+2028, form feeds)."""
    made: list[str] = []
    whole = True
    for line in lines:
        if whole:
            made.append(line)
        else:
            made[-1] += line
        whole = line.endswith(("\n", "\r"))
    return made


def _parsed(lines: list[str], delimiter: str) -> Iterator[_Row]:
    start, number, restarts = 0, 0, 0
    while start < len(lines):
        reader = csv.reader(iter(lines[start:]), delimiter=delimiter, strict=True)
        taken = 0
        try:
            for cells in reader:
                number += 1
                taken = reader.line_num
                yield number, tuple(cells), None
            return
        except csv.Error:
            number += 1
            restarts += 1
            yield _odd(number, lines[start + taken], delimiter)
            start += taken + 1
        if restarts >= MOST_RESTARTS:
            for line in lines[start:]:
                number += 1
                yield _odd(number, line, delimiter)
            return


def _odd(number: int, line: str, delimiter: str) -> _Row:
    """Read one line by itself, whose quotation marks are not as CSV has them."""
    line = line.rstrip("\r\n")
    if delimiter == "\t" or '"' not in line:
        return number, tuple(line.split(delimiter)), None
    try:
        cells = next(csv.reader([line], delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        return (
            number,
            tuple(line.split(delimiter)),
            Problem(N_("a quotation mark in the row is not closed, or stands within a cell")),
        )
    return number, tuple(cells), None


def _grid(rows: list[_Row], at: int, encoding: str) -> Grid:
    columns = headings(_trimmed(rows[at][1]))
    linked = is_lp(columns)
    if linked:
        # Several tables may follow each other, each under its own headings.
        heads = [columns, *(_trimmed(r[1]) for r in rows[at + 1 :] if is_lp(r[1]))]
        columns = headings(tuple(dict.fromkeys(c.strip() for head in heads for c in head)))
    kept: list[tuple[str, ...]] = []
    numbers: list[int] = []
    problems: dict[int, list[Problem]] = {}
    remarks: dict[int, list[Problem]] = {}
    width = len(_trimmed(rows[at][1]))
    order: list[int] | None = None
    if linked and width != len(columns):
        order = _order(columns, rows[at][1])
    for number, cells, fault in rows[at + 1 :]:
        if not any(cells) or not any(map(str.strip, cells)):
            continue
        if linked:
            if cells[0].startswith("#") and not any(map(str.strip, cells[1:])):
                continue
            if is_lp(cells):
                width, order = len(_trimmed(cells)), _order(columns, cells)
                continue
        place = len(kept)
        if len(cells) != width:
            cells = tuple(fitted(cells, width, place, problems, remarks))
        if order is not None:
            cells = tuple(cells[i] if i >= 0 else "" for i in order)
        if fault is not None:
            problems.setdefault(place, []).append(fault)
        kept.append(cells)
        numbers.append(number)
    if linked:
        check_lp(columns, kept, problems, remarks)
    return Grid(columns, kept, numbers, problems, remarks, format="csv", encoding=encoding)


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _order(columns: tuple[str, ...], head: tuple[str, ...]) -> list[int]:
    """Return where each column stands under other headings; -1 where it does not."""
    here = {cell.strip(): i for i, cell in reversed(list(enumerate(head)))}
    return [here.get(column, -1) for column in columns]


def fitted(
    cells: Sequence[str],
    width: int,
    place: int,
    problems: dict[int, list[Problem]],
    remarks: dict[int, list[Problem]],
) -> list[str]:
    """Return cells as many as there are headings, and note what that meant."""
    facts = Facts({"cells_count": len(cells), "columns_count": width})
    if len(cells) < width:
        remarks.setdefault(place, []).append(
            Problem(
                N_(
                    "the row has {cells_count} cells where the header has {columns_count}; "
                    "the last ones are taken as empty"
                ),
                facts,
            )
        )
        return [*cells, *[""] * (width - len(cells))]
    if any(map(str.strip, cells[width:])):
        problems.setdefault(place, []).append(
            Problem(
                N_(
                    "the row has {cells_count} cells where the header has {columns_count}; "
                    "cells may have moved"
                ),
                facts,
            )
        )
        # What is too much stays with the last cell, so that the row can be given back.
        return [*cells[: width - 1], " | ".join(cells[width - 1 :])] if width else []
    return list(cells[:width])


def _is_geonames_dump(text: str) -> bool:
    """Tell whether a text is a dump of GeoNames: 19 columns without headings."""
    cells = text[: text.find("\n") if "\n" in text else None].rstrip("\r").split("\t")
    return (
        len(cells) == len(_GEONAMES)
        and cells[0].isascii()
        and cells[0].isdecimal()
        and len(cells[6]) <= 1
    )


def _dump(text: str, encoding: str) -> Grid:
    kept: list[tuple[str, ...]] = []
    numbers: list[int] = []
    problems: dict[int, list[Problem]] = {}
    remarks: dict[int, list[Problem]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            cells = line.rstrip("\r").split("\t")
            if len(cells) != len(_GEONAMES):
                cells = fitted(cells, len(_GEONAMES), len(kept), problems, remarks)
            kept.append(tuple(cells))
            numbers.append(number)
    return Grid(_GEONAMES, kept, numbers, problems, remarks, format="geonames", encoding=encoding)
