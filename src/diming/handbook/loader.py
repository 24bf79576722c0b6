"""Read the handbook: the packaged files, and over them one of the user's own."""

from __future__ import annotations

import csv
import gzip
import io
import os
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diming.errors import N_, UsageError
from diming.handbook.county_codes import CountyCode, CountyCodes, WrittenRow
from diming.handbook.entries import (
    NOT_UNDERSTOOD,
    Entry,
    are_pairs,
    are_texts,
    is_code,
    is_day,
    is_number,
    is_pair,
    is_text,
)
from diming.model.unit import Level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

#: Environment variable that names a handbook of one's own.
VARIABLE = "DIMING_HANDBOOK"

#: Tables that such a handbook may hold.
TABLES = frozenset({
    "code_range", "county_table", "county_code", "reading", "generic", "era",
    "naming_rule", "generic_threshold", "generic_term", "built_up_area", "alike",
    "procedure", "heritage", "registers", "forms", "place_classes",
})  # fmt: skip

_NOT_READ = N_("Handbook {path} cannot be read: {detail}.")


@dataclass(frozen=True, slots=True)
class CodeRange:
    """Numbers of a code's last group that are for certain kinds (代码区间)."""

    id: str
    level: Level
    #: First and last number, both included.
    first: int
    last: int
    kinds: tuple[str, ...]
    basis: str
    #: First and last prefecture group (digits 3-4) it is limited to, or None.
    prefecture: tuple[int, int] | None = None
    #: Six-digit codes it is limited to, or none for no limit.
    codes: tuple[str, ...] = ()
    #: First and last day it holds; None where open.
    begin: date | None = None
    end: date | None = None
    #: When it was last held against its basis; None where never.
    verified_on: date | None = None

    def holds_at(self, day: date | None) -> bool:
        """Tell whether the range was in use on `day`; without a day every range counts."""
        return day is None or (
            (self.begin is None or self.begin <= day) and (self.end is None or day <= self.end)
        )


@dataclass(frozen=True, slots=True)
class CountyTable:
    """How far the table of county codes can be trusted; see ``code_ranges.toml``."""

    first_year: int
    last_year: int
    look_ahead: int
    blocks: tuple[tuple[int, int], ...]
    zones: tuple[tuple[int, int], ...]
    without_counties: tuple[str, ...]
    basis: str
    verified_on: date | None = None


@dataclass(frozen=True, slots=True)
class Handbook:
    """What rules need to know of the field, dated and cited."""

    code_ranges: tuple[CodeRange, ...]
    county_codes: CountyCodes


def load_handbook(path: str | Path | None = None) -> Handbook:
    """Return the handbook, with the entries of `path` in place of packaged ones.

    Parameters
    ----------
    path
        A TOML file; without one, the file named by ``DIMING_HANDBOOK``, if any.
        A ``[[code_range]]`` replaces the packaged one of the same ``id``, or is
        added, or with ``drop = true`` only takes it away. ``[county_table]``
        replaces single values. A ``[[county_code]]`` (``code``, ``name``,
        ``begin``, perhaps ``end`` as the first day no longer in force) adds one.

    Raises
    ------
    UsageError
        If the file cannot be read or an entry is not understood.
    """
    own = own_handbook(path)
    if own is None:
        return _load(None)
    text = files(__package__).joinpath("code_ranges.toml").read_text(encoding="utf-8")
    return _assemble(tomllib.loads(text), own[1], own[0])


def own_handbook(path: str | Path | None = None) -> tuple[str, Mapping[str, Any]] | None:
    """Return the path and the values of a handbook of one's own; None if there is none.

    Parameters
    ----------
    path
        A TOML file; without one, the file named by ``DIMING_HANDBOOK``, if any.

    Raises
    ------
    UsageError
        If it cannot be read, or holds tables that nobody reads.
    """
    own = path if path is not None else os.environ.get(VARIABLE) or None
    if own is None:
        return None
    try:
        values = tomllib.loads(Path(own).read_text(encoding="utf-8-sig"))
    except OSError as error:
        detail = error.strerror or str(error)
        raise UsageError(_NOT_READ, path=str(own), detail=detail) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(_NOT_READ, path=str(own), detail=str(error)) from error
    if unknown := sorted(set(values) - TABLES):
        raise UsageError(NOT_UNDERSTOOD, path=str(own), entry="top level", field=unknown[0])
    return str(own), values


@lru_cache(maxsize=1)
def _load(_: None) -> Handbook:
    text = files(__package__).joinpath("code_ranges.toml").read_text(encoding="utf-8")
    return _assemble(tomllib.loads(text), {}, "code_ranges.toml")


def _assemble(packaged: Mapping[str, Any], own: Mapping[str, Any], path: str) -> Handbook:
    ranges = {entry["id"]: _code_range(entry, path) for entry in packaged["code_range"]}
    for entry in own_tables(own, "code_range", path):
        if entry.get("drop") is True:
            if ranges.pop(entry.get("id"), None) is None:
                label = f"code_range {entry.get('id', '?')}"
                raise UsageError(NOT_UNDERSTOOD, path=path, entry=label, field="drop")
        else:
            made = _code_range(entry, path)
            ranges[made.id] = made
    limits = own.get("county_table", {})
    if not isinstance(limits, dict):
        raise UsageError(NOT_UNDERSTOOD, path=path, entry="top level", field="county_table")
    table = _county_table({**packaged["county_table"], **limits}, path)
    added = [_county_code(entry, path) for entry in own_tables(own, "county_code", path)]
    return Handbook(tuple(ranges.values()), CountyCodes(_packaged_codes(), added, table))


def own_tables(own: Mapping[str, Any], name: str, path: str) -> list[dict[str, Any]]:
    """Return the entries ``[[name]]`` of a handbook of one's own.

    Raises
    ------
    UsageError
        If they are no tables.
    """
    entries = own.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise UsageError(NOT_UNDERSTOOD, path=path, entry="top level", field=name)
    return entries


def _code_range(values: Mapping[str, Any], path: str) -> CodeRange:
    entry = Entry(values, f"code_range {values.get('id', '?')}", path)
    entry.only(*CodeRange.__slots__)
    pair = entry.get("prefecture", is_pair, None)
    return CodeRange(
        id=entry.get("id", is_text),
        level=Level(entry.get("level", lambda v: is_number(v) and v in (2, 3, 4, 5))),
        first=entry.get("first", is_number),
        last=entry.get("last", lambda v: is_number(v) and v >= values.get("first", 0)),
        kinds=tuple(entry.get("kinds", lambda v: are_texts(v) and len(v) > 0)),
        basis=entry.get("basis", is_text),
        prefecture=None if pair is None else (pair[0], pair[1]),
        codes=tuple(entry.get("codes", lambda v: isinstance(v, list) and all(map(is_code, v)), [])),
        begin=entry.get("begin", is_day, None),
        end=entry.get("end", is_day, None),
        verified_on=entry.get("verified_on", is_day, None),
    )


def _county_table(values: Mapping[str, Any], path: str) -> CountyTable:
    entry = Entry(values, "county_table", path)
    entry.only(*CountyTable.__slots__)
    blocks, zones = entry.get("blocks", are_pairs), entry.get("zones", are_pairs)
    return CountyTable(
        first_year=entry.get("first_year", is_number),
        last_year=entry.get("last_year", is_number),
        look_ahead=entry.get("look_ahead", is_number),
        blocks=tuple((first, last) for first, last in blocks),
        zones=tuple((first, last) for first, last in zones),
        without_counties=tuple(entry.get("without_counties", are_texts)),
        basis=entry.get("basis", is_text),
        verified_on=entry.get("verified_on", is_day, None),
    )


def _county_code(values: Mapping[str, Any], path: str) -> CountyCode:
    entry = Entry(values, f"county_code {values.get('code', '?')}", path)
    entry.only("code", "name", "begin", "end")
    return CountyCode(
        code=entry.get("code", is_code),
        name=entry.get("name", is_text),
        begin=entry.get("begin", is_day),
        end=entry.get("end", is_day, None),
    )


@lru_cache(maxsize=1)
def _packaged_codes() -> Mapping[str, Sequence[WrittenRow]]:
    packed = files(__package__).joinpath("county_codes_1981_2025.csv.gz").read_bytes()
    rows = csv.reader(io.StringIO(gzip.decompress(packed).decode("utf-8")))
    next(rows)
    by_code: dict[str, list[WrittenRow]] = {}
    for row in rows:
        by_code.setdefault(row[0], []).append(row)
    return by_code
