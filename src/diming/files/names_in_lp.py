"""What Linked Places tables must have (LP-TSV 0.5): records without it are refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diming.errors import N_
from diming.model.facts import Facts
from diming.model.place import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIELDS = frozenset({
    "id", "title", "title_source", "fclasses", "aat_types", "attestation_year", "start", "end",
    "title_uri", "ccodes", "matches", "variants", "types", "parent_name", "parent_id", "lon",
    "lat", "geowkt", "geo_source", "geo_id", "approximation", "description",
})  # fmt: skip
_REQUIRED = ("id", "title", "title_source")
#: Authorities whose identifiers may be given by prefix.
_PREFIXES = frozenset({
    "bnf", "cerl", "dbp", "gn", "gnd", "gov", "loc", "pl", "tgn", "viaf", "wd", "wp",
    "http", "https",
})  # fmt: skip
_AAT = re.compile(r"(aat:)?300[0-9]{6}")


def is_lp(cells: Sequence[str]) -> bool:
    """Tell whether cells are the headings of a Linked Places table, even of a deficient one."""
    said = {cell.strip() for cell in cells if len(cell) < 40} - {""}
    return len(said) > 4 and {"id", "title"} <= said and len(said - _FIELDS) <= len(said) // 3


def check_lp(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    problems: dict[int, list[Problem]],
    remarks: dict[int, list[Problem]],
) -> None:
    """Note what is missing, and what other programs will not take.

    Parameters
    ----------
    columns : sequence of str
    rows : sequence of sequence of str
    problems, remarks : dict
        Place in `rows` → what was noted; added to.
    """
    where = {column: i for i, column in enumerate(columns)}

    def cell(row: Sequence[str], column: str) -> str:
        return row[where[column]].strip() if column in where else ""

    for place, row in enumerate(rows):
        for column in _REQUIRED:
            # That there is no name is said anyway.
            if column != "title" and not cell(row, column):
                _add(problems, place, _missing(column), column)
        if not cell(row, "start") and not cell(row, "attestation_year"):
            _add(problems, place, _missing("start", "attestation_year"), "start")
        if not cell(row, "fclasses") and not cell(row, "aat_types"):
            _add(remarks, place, _missing("fclasses", "aat_types"), "fclasses")
        for each in filter(None, map(str.strip, cell(row, "matches").split(";"))):
            if each.partition(":")[0] not in _PREFIXES:
                what = N_("matches: «{value}» begins with no known prefix of an authority")
                _add(remarks, place, Problem(what, Facts({"value": each[:60]})), "matches")
        for each in filter(None, map(str.strip, cell(row, "aat_types").split(";"))):
            if _AAT.fullmatch(each) is None:
                what = N_("aat_types: «{value}» is no number of the Art & Architecture Thesaurus")
                _add(remarks, place, Problem(what, Facts({"value": each[:60]})), "aat_types")


def _missing(*columns: str) -> Problem:
    return Problem(
        N_("{columns} is missing, which Linked Places tables must have"),
        Facts({"columns": " / ".join(columns)}),
    )


def _add(noted: dict[int, list[Problem]], place: int, problem: Problem, column: str) -> None:
    noted.setdefault(place, []).append(Problem(problem.what, problem.facts, column))
