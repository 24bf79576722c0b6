"""Lists of units without outlines, as CSV (代码表)."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from diming.errors import UnreadableInput
from diming.files.columns import recognise

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Encodings that are tried, in order.
_ENCODINGS = ("utf-8-sig", "gb18030")


def is_list(path: str) -> bool:
    """Tell a plain table by the ending of its name."""
    return Path(path).suffix.lower() in (".csv", ".tsv")


def read_list(
    path: str, fields: Mapping[str, str], encoding: str | None = None
) -> dict[str, list[str]]:
    """Read a table of units: role → texts, for the roles found.

    Parameters
    ----------
    path : str
        CSV with a heading; ``.tsv`` is parted by tabs.
    fields : mapping
        Role → column, see `diming.files.columns`.
    encoding : str, optional
        Without it UTF-8 is tried, then GB 18030.

    Raises
    ------
    UnreadableInput
        If it cannot be read, or has neither names nor codes.
    """
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise UnreadableInput(
            "{path}: the file cannot be read ({detail}); check that it is whole and of a known "
            "format",
            path=path, detail=error.strerror or type(error).__name__,
        ) from None  # fmt: skip
    text = _text(raw, path, encoding)
    parted = "\t" if Path(path).suffix.lower() == ".tsv" else ","
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=parted))
    heading = [str(c) for c in rows[0] if c is not None] if rows else []
    roles = recognise(heading, fields, path=path)
    if not {"name", "code"} & set(roles):
        raise UnreadableInput(
            "{path}: there is no column of names or codes; the columns are: {columns}",
            path=path, columns=heading,
        )  # fmt: skip
    return {r: [(row.get(c) or "").strip() for row in rows] for r, c in roles.items()}


def _text(raw: bytes, path: str, encoding: str | None) -> str:
    for name in (encoding,) if encoding else _ENCODINGS:
        try:
            return raw.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    raise UnreadableInput(
        "{path}: the file cannot be read ({detail}); check that it is whole and of a known format",
        path=path, detail="encoding",
    )  # fmt: skip
