"""Dynasties, eras and periods, and the years they stand for (年号表).

The packaged table is ``eras.csv``. Years are those of the common reckoning; ``-221`` is
221 BC, and there is no year 0. A year of an era that counts by the moon (``calendar``
``lunar``) is told as the year of our calendar that it mostly covers: 光绪三十四年 is
1908, though its last days fell into January 1909.
"""

from __future__ import annotations

import csv
import io
import os
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diming.errors import UsageError
from diming.handbook.entries import NOT_UNDERSTOOD, Entry
from diming.handbook.loader import VARIABLE, own_handbook, own_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class EraKind(StrEnum):
    """What a row of the table is."""

    DYNASTY = "dynasty"  # 朝代
    ERA = "era"  # 年号
    REIGN = "reign"  # 在位
    PERIOD = "period"  # 时期


@dataclass(frozen=True, slots=True)
class Era:
    """A stretch of time that has a name (年号, 朝代, 时期).

    Attributes
    ----------
    id : str
        By which a handbook of one's own replaces it.
    name : str
    dynasty : tuple of str
        Dynasties it may be written with: 清乾隆.
    kind : EraKind
    first, last : int or None
        Years, of which the first is the year one (元年); astronomical: 0 is 1 BC. None
        where open.
    first_day, last_day : datetime.date or None
        Where known to the day.
    lunar : bool
        Whether its years follow the moon.
    aliases : tuple of str
    basis : str
        Where this is from.
    verified_on : datetime.date or None
        When it was last held against its basis; None where never.
    note : str
    """

    id: str
    name: str
    dynasty: tuple[str, ...] = ()
    kind: EraKind = EraKind.PERIOD
    first: int | None = None
    last: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    lunar: bool = False
    aliases: tuple[str, ...] = ()
    basis: str = ""
    verified_on: date | None = None
    note: str = ""

    @property
    def counts(self) -> int | None:
        """How many years it counts; None if its years are not counted."""
        if self.kind not in (EraKind.ERA, EraKind.REIGN) or self.first is None:
            return None
        return None if self.last is None else self.last - self.first + 1


class Eras:
    """The table, and what in it a word may mean."""

    def __init__(self, rows: Iterable[Era]) -> None:
        self.rows = tuple(rows)
        self._words: dict[str, list[Era]] = {}
        houses: dict[str, set[str]] = {}
        for row in self.rows:
            if row.kind in (EraKind.DYNASTY, EraKind.PERIOD):
                for name in (row.name, *row.aliases):
                    houses.setdefault(row.name, set()).add(name)
        for row in self.rows:
            names = (row.name, *row.aliases)
            befores = {""}
            for house in row.dynasty:
                befores |= {house} | houses.get(house, set())
            for before in befores:
                for name in names:
                    found = self._words.setdefault(before + name, [])
                    if row not in found:
                        found.append(row)
        self.longest = max(map(len, self._words), default=0)

    def find(self, word: str) -> tuple[Era, ...]:
        """Return what a word may mean: several, where eras of one name were many."""
        return tuple(self._words.get(word, ()))


def load_eras(path: str | Path | None = None) -> Eras:
    """Return the eras, with the entries of `path` in place of packaged ones.

    Parameters
    ----------
    path
        A TOML file; without one, the file named by ``DIMING_HANDBOOK``, if any. An
        ``[[era]]`` with the ``id`` of a packaged one replaces the values that it gives;
        with ``drop = true`` it takes it away; otherwise it is added. So
        ``id = "时期:解放"``, ``first_day = 1949-11-30``, ``last_day = 1949-11-30`` makes
        解放前 end on the day of Chongqing.

    Raises
    ------
    UsageError
        If the file cannot be read or an entry is not understood.
    """
    own = path if path is not None else os.environ.get(VARIABLE) or None
    if own is None:
        return _packaged()
    try:
        changed = Path(own).stat().st_mtime_ns
    except OSError:
        # Reading it says what is wrong.
        changed = 0
    return _merged(str(own), changed)


@lru_cache(maxsize=1)
def _packaged() -> Eras:
    return Eras(_rows())


@lru_cache(maxsize=1)
def _rows() -> tuple[Era, ...]:
    text = files(__package__).joinpath("eras.csv").read_text(encoding="utf-8")
    return tuple(map(_row, csv.DictReader(io.StringIO(text))))


def _row(cells: Mapping[str, str]) -> Era:
    return Era(
        id=cells["id"],
        name=cells["name"],
        dynasty=_several(cells["dynasty"]),
        kind=EraKind(cells["kind"]),
        first=_year(cells["first_year"]),
        last=_year(cells["last_year"]),
        first_day=_day(cells["first_day"]),
        last_day=_day(cells["last_day"]),
        lunar=cells["calendar"] == "lunar",
        aliases=_several(cells["aliases"]),
        basis=cells["basis"],
        verified_on=_day(cells["verified_on"]),
        note=cells["note"],
    )


def _several(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(";")))


def _year(text: str) -> int | None:
    if not text:
        return None
    year = int(text)
    return year + 1 if year < 0 else year


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@lru_cache(maxsize=4)
def _merged(path: str, changed: int) -> Eras:
    _, values = own_handbook(path) or (path, {})
    entries = own_tables(values, "era", path)
    rows = {row.id: row for row in _rows()}
    for entry in entries:
        name = entry.get("id")
        if not isinstance(name, str) or not name:
            raise UsageError(NOT_UNDERSTOOD, path=path, entry="era ?", field="id")
        if entry.get("drop") is True:
            if rows.pop(name, None) is None:
                raise UsageError(NOT_UNDERSTOOD, path=path, entry=f"era {name}", field="drop")
        else:
            rows[name] = _own(entry, rows.get(name), path)
    return Eras(rows.values())


def _own(given: Mapping[str, Any], old: Era | None, path: str) -> Era:
    entry = Entry(given, f"era {given['id']}", path)
    entry.only(
        "id", "name", "dynasty", "kind", "first_year", "last_year", "first_day", "last_day",
        "calendar", "aliases", "basis", "verified_on", "note",
    )  # fmt: skip
    values: dict[str, Any] = {f: entry.text(f) for f in ("name", "basis", "note") if f in given}
    values |= {f: entry.texts(f) for f in ("dynasty", "aliases") if f in given}
    for field in ("first_day", "last_day", "verified_on"):
        day = entry.day(field)
        if day is not None:
            values[field] = day
            if field != "verified_on":
                values[field.removesuffix("_day")] = day.year
    for field in ("first_year", "last_year"):
        year = entry.get(field, _is_year, None)
        if year is not None:
            values[field.removesuffix("_year")] = year + 1 if year < 0 else year
            values.setdefault(field.removesuffix("_year") + "_day", None)
    if "kind" in given:
        if given["kind"] not in tuple(EraKind):
            raise entry.wrong("kind")
        values["kind"] = EraKind(given["kind"])
    if "calendar" in given:
        if given["calendar"] not in ("solar", "lunar"):
            raise entry.wrong("calendar")
        values["lunar"] = given["calendar"] == "lunar"
    era = replace(old or Era(given["id"], ""), **values)
    for field in ("name", "basis"):
        if not getattr(era, field).strip():
            raise entry.wrong(field)
    if era.first is None and era.last is None:
        raise entry.wrong("first_year")
    if era.first is None and era.kind in (EraKind.ERA, EraKind.REIGN):
        raise entry.wrong("first_year")
    first = (era.first_day or date.min, era.first)
    last = (era.last_day or date.max, era.last)
    if (first[1] is not None and last[1] is not None and first[1] > last[1]) or first[0] > last[0]:
        raise entry.wrong("last_year")
    for day, year, field in (
        (era.first_day, era.first, "first_day"), (era.last_day, era.last, "last_day"),
    ):  # fmt: skip
        if day is not None and day.year != year:
            raise entry.wrong(field)
    return era


def _is_year(value: Any) -> bool:
    """Tell whether a value is a year as written: there is no year 0."""
    return isinstance(value, int) and not isinstance(value, bool) and value != 0 and value <= 9999
