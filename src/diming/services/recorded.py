"""Rows going into a register as one revision: new, known already, or refused (登记)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from diming.errors import N_
from diming.files.name_reading import unwritable
from diming.model.place import Problem
from diming.model.span import written_date
from diming.script.degrees import LIMITS_DEG, read_degrees

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diming.model.changeset import Revision
    from diming.model.entry import Entry
    from diming.model.span import When
    from diming.store.gazetteer_protocol import Gazetteer


@dataclass(slots=True)
class Recorded:
    """What became of rows.

    Attributes
    ----------
    revision : Revision or None
        None where nothing was written.
    added : list of Entry
    known : list of str
        Matters that were in the register already, said the same way.
    refused : list of (source, problems)
    remarks : list of (source, problems)
    """

    revision: Revision | None = None
    added: list[Entry] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    refused: list[tuple[str, tuple[Problem, ...]]] = field(default_factory=list)
    remarks: list[tuple[str, tuple[Problem, ...]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A row of a register as it came: what was recognised, what was not, and where it stands."""

    said: Mapping[str, str]
    rest: Mapping[str, str] = field(default_factory=dict)
    source: str = ""


def matter_id_of(prefix: str, *parts: object) -> str:
    """Return the id of a matter from what tells it from others: the same row has the same id."""
    said = json.dumps([str(p) for p in parts], ensure_ascii=False)
    return f"{prefix}-" + hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def column_of(headings: Mapping[str, Sequence[str]], key: str) -> str:
    """Return a column as people know it: its option, and how it is headed.

    Examples
    --------
    >>> column_of({"cause": ("消失原因", "原因")}, "cause")
    'cause/消失原因'
    """
    return "/".join([key, *headings.get(key, ())[:1]])


def when_said(row: RegisterRow, key: str) -> tuple[When | None, Problem | None]:
    """Read a date of a row, to the day, the month or the year; None where nothing is said."""
    text = row.said.get(key, "")
    try:
        return written_date(
            text.rstrip("年").replace("年", "-").replace("月", "-").rstrip("日-")
        ), None
    except ValueError:
        what = N_("{column}: “{value}” is no date such as 2024-12-31, 2024-12 or 2024")
        return None, Problem(what, {"column": key, "value": text})


def unknown_word(field_: str, text: str, choices: Mapping[str, object]) -> Problem:
    """Say that a word is none of those of the handbook."""
    what = N_("{column}: “{value}” is not known; known are: {choices}")
    return Problem(what, {"column": field_, "value": text, "choices": tuple(choices.values())})


def degrees_said(row: RegisterRow, key: str) -> float | None:
    """Read ``lon`` or ``lat`` of a row; None where it says none, or nothing that is one."""
    return read_degrees(row.said.get(key, ""), limit=LIMITS_DEG[key])


def no_degrees(row: RegisterRow, headings: Mapping[str, Sequence[str]]) -> list[Problem]:
    """Say of a row which of ``lon`` and ``lat`` are no degrees."""
    what = N_("{column}: “{value}” is no number of degrees")
    return [
        Problem(what, {"column": column_of(headings, key), "value": row.said[key]})
        for key in LIMITS_DEG
        if row.said.get(key) and degrees_said(row, key) is None
    ]


def no_place(gazetteer: Gazetteer, place_id: str) -> Problem | None:
    """Say that there is no such place; None if there is."""
    if gazetteer.place(place_id) is None:
        what = N_("the archive has no place “{place}”; «diming names search» finds its id")
        return Problem(what, {"place": place_id})
    return None


def unfit_name(name: object, column: str) -> Problem | None:
    """Say why a name cannot be kept: what no file of names could bring in, no hand may."""
    text = str(name or "")
    if text and not text.strip():
        return Problem(N_("there is no name"))
    problem = unwritable(text, column)
    return None if problem is None else replace(problem, column="")


def half_position(said: Mapping[str, object]) -> Problem | None:
    """Say that a position lacks its longitude or its latitude."""
    if bool(said.get("lon", "") not in ("", None)) == bool(said.get("lat", "") not in ("", None)):
        return None
    return Problem(N_("half a position: it takes both 东经 (lon) and 北纬 (lat)"))
