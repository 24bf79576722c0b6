"""How names and characters are read, before any dictionary is asked (读音表)."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from diming.errors import UsageError
from diming.handbook.loader import NOT_UNDERSTOOD, own_handbook, own_tables

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
    fields = set(GivenReading.__slots__) - {"readings"} | {"pinyin"}
    for entry in entries:
        label = f"reading {entry.get('text', '?')}"
        for field in ("text", "pinyin", "basis"):
            if not isinstance(entry.get(field), str) or not entry[field].strip():
                raise UsageError(NOT_UNDERSTOOD, path=path, entry=label, field=field)
        if unknown := sorted(set(entry) - fields):
            raise UsageError(NOT_UNDERSTOOD, path=path, entry=label, field=unknown[0])
        day = _day(entry.get("verified_on"))
        if day is ...:
            raise UsageError(NOT_UNDERSTOOD, path=path, entry=label, field="verified_on")
        row = GivenReading(
            text=entry["text"].strip(),
            readings=tuple(" ".join(r.lower().split()) for r in entry["pinyin"].split("|")),
            basis=entry["basis"],
            scope=str(entry.get("scope") or ""),
            verified_on=day,
        )
        if not row.is_sound():
            raise UsageError(NOT_UNDERSTOOD, path=path, entry=label, field="pinyin")
        yield row


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
