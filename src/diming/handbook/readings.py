"""How names and characters are read, before any dictionary is asked (读音表)."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from diming.handbook.entries import Entry
from diming.handbook.loader import own_handbook, own_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class GivenReading:
    """One row of the table of readings.

    Attributes
    ----------
    text : str
        A name, the beginning or middle of names, or one character.
    readings : tuple of str
        Syllables with tones, one a character, parted by spaces. More than one is for a
        single character only: the table says that the character alone does not decide,
        and gives the likelier reading first.
    basis : str
        Where this is known from.
    scope : str
        Digits that division codes begin with, where it holds there only.
    verified_on : datetime.date or None
        When it was last held against its basis; None where never.
    """

    text: str
    readings: tuple[str, ...]
    basis: str
    scope: str = ""
    verified_on: date | None = None

    def is_sound(self) -> bool:
        """Tell whether each character has its syllable, and only single ones have several."""
        return bool(
            self.text
            and self.readings
            and (len(self.readings) == 1 or len(self.text) == 1)
            and all(len(r.split()) == len(self.text) for r in self.readings)
            and (not self.scope or self.scope.isdecimal())
        )


def load_readings() -> tuple[GivenReading, ...]:
    """Return the packaged rows, and after them those of a handbook of one's own.

    A later row outranks an earlier one of the same text and scope.

    Raises
    ------
    UsageError
        If the handbook that ``DIMING_HANDBOOK`` names cannot be read, or an entry of
        its ``[[reading]]`` is not understood.
    """
    own = own_handbook()
    if own is None:
        return _packaged()
    path, values = own
    return (*_packaged(), *_rows(own_tables(values, "reading", path), path))


@lru_cache(maxsize=1)
def _packaged() -> tuple[GivenReading, ...]:
    text = files(__package__).joinpath("readings.csv").read_text(encoding="utf-8")
    return tuple(_rows(csv.DictReader(io.StringIO(text)), "readings.csv"))


def _rows(entries: Iterable[Mapping[str, Any]], path: str) -> Iterable[GivenReading]:
    for values in entries:
        entry = Entry(values, f"reading {values.get('text', '?')}", path)
        entry.only("text", "pinyin", "basis", "scope", "verified_on")
        text, pinyin, basis = (entry.get(f, _says) for f in ("text", "pinyin", "basis"))
        day = _day(values.get("verified_on"))
        if day is ...:
            raise entry.wrong("verified_on")
        row = GivenReading(
            text=text.strip(),
            readings=tuple(" ".join(r.lower().split()) for r in pinyin.split("|")),
            basis=basis,
            scope=str(values.get("scope") or ""),
            verified_on=day,
        )
        if not row.is_sound():
            raise entry.wrong("pinyin")
        yield row


def _says(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _day(given: Any) -> Any:
    """Return a day, None where there is none, and an ellipsis for what is no day."""
    if not given:
        return None
    if type(given) is date:
        return given
    try:
        return date.fromisoformat(given)
    except (TypeError, ValueError):
        return ...
