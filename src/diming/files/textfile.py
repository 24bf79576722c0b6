"""Small text files read whole: UTF-8, or GB18030 as Chinese spreadsheets write it (文本文件)."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from diming.errors import N_, Said, Sentences, UnreadableInput
from diming.files.encoding import looks_chinese

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Faults told in one error; the rest is counted.
MOST_TOLD = 10

#: What no text file holds: other control characters than tab and line ends.
_BINARY = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def read_text(path: str) -> str:
    """Return the text of a file, its byte order mark taken off.

    Raises
    ------
    UnreadableInput
        If there is no such file, it is a folder or a device, empty, or no text.
    """
    raw = read_bytes(path)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _BINARY.search(text) or (encoding == "gb18030" and not looks_chinese(text)):
            break
        if not text.strip():
            raise UnreadableInput("{path}: the file is empty; ask for it again", path=path)
        return text
    raise UnreadableInput("{path}: this is no text in UTF-8 or GB18030; save it as such", path=path)


def read_bytes(path: str) -> bytes:
    """Return what a file holds.

    Raises
    ------
    UnreadableInput
        If there is no such file, it is a folder or a device, or may not be read.
    """
    file = Path(path)
    try:
        if file.is_dir():
            raise UnreadableInput("{path}: this is a folder; name a file in it", path=path)
        if file.exists() and not file.is_file():
            raise UnreadableInput(
                "{path}: this is no file but a device or a pipe; save the data in a file first",
                path=path,
            )
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise UnreadableInput(
            "{path}: there is no such file or folder; check the path", path=path
        ) from None
    except OSError as error:
        raise UnreadableInput(
            "{path}: the file cannot be read ({detail}); check its permissions",
            path=path, detail=error.strerror or str(error),
        ) from None  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV: its columns as they are headed, and its rows.

    Rows are numbered as a spreadsheet does: the header is row 1.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield the rows as column → cell, cells without spaces around them."""
        for number, cells in self.rows:
            yield number, dict(zip(self.columns, map(str.strip, cells), strict=True))


def read_table(path: str, text: str) -> Table:
    """Read a CSV with a header; rows without any text are passed over.

    Parameters
    ----------
    path : str
        For messages.
    text : str

    Raises
    ------
    UnreadableInput
        Also where a row has more or fewer cells than the header, a column comes twice, or
        a quotation mark is not closed.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns: tuple[str, ...] = ()
    rows: list[tuple[int, tuple[str, ...]]] = []
    faults = Faults(path)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if not columns:
                columns = header(path, cells)
            elif not any(map(str.strip, cells)):
                continue
            elif len(cells) != len(columns):
                faults.add_row(
                    number,
                    Said(
                        N_(
                            "it has {cells_count} cells where the header has {columns_count}; "
                            "put cells with commas between quotation marks"
                        ),
                        {"cells_count": len(cells), "columns_count": len(columns)},
                    ),
                )
            else:
                rows.append((number, tuple(cells)))
    except csv.Error as error:
        faults.add_row(
            number + 1,
            Said(
                N_("it cannot be read as CSV ({detail}); check its quotation marks"),
                {"detail": str(error)},
            ),
        )
    faults.settle()
    return Table(columns, tuple(rows))


def header(path: str, cells: list[str]) -> tuple[str, ...]:
    """Return the headings of a table; refuse empty ones, and one that comes twice."""
    columns = tuple(cell.strip() for cell in cells)
    if "" in columns:
        raise UnreadableInput(
            "{path}: column {number} has no heading; the first row must name all columns",
            path=path, number=columns.index("") + 1,
        )  # fmt: skip
    seen: set[str] = set()
    for column in columns:
        if column.lower() in seen:
            raise UnreadableInput(
                "{path}: the column «{column}» comes twice; rename or remove one",
                path=path, column=column[:60],
            )  # fmt: skip
        seen.add(column.lower())
    return columns


class Faults:
    """Gather what is wrong in a file, to tell it in one error."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._said: list[Said] = []

    def __bool__(self) -> bool:
        return bool(self._said)

    def add(self, said: Said) -> None:
        """Add a fault."""
        self._said.append(said)

    def add_row(self, number: int, what: Said) -> None:
        """Add what is wrong with a row."""
        self.add(Said(N_("row {number}: {what}"), {"number": number, "what": what}))

    def add_event(self, number: int, what: Said) -> None:
        """Add what is wrong with an event of a list."""
        self.add(Said(N_("event {number}: {what}"), {"number": number, "what": what}))

    def settle(self) -> None:
        """Raise, if there is any fault.

        Raises
        ------
        UnreadableInput
        """
        if not self._said:
            return
        told = Sentences(tuple(self._said[:MOST_TOLD]))
        more = len(self._said) - MOST_TOLD
        if more > 0:
            raise UnreadableInput(
                "{path}: {faults}; and {more_count} more of this kind",
                path=self.path, faults=told, more_count=more,
            )  # fmt: skip
        raise UnreadableInput("{path}: {faults}", path=self.path, faults=told)
