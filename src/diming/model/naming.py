"""Proposed names, and the names around that they are held against (拟命名, 周边地名)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from diming.model.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from diming.model.finding import Finding


class NameClass(StrEnum):
    """What a proposed name is to be the name of (地名类别)."""

    COUNTY = "county"  # 县级以上行政区划
    TOWNSHIP = "township"  # 乡级行政区划
    VILLAGE = "village"  # 村（居）委会所在地，自然村
    STREET = "street"  # 街路巷
    HOUSING = "housing"  # 住宅区、楼宇
    SQUARE = "square"  # 广场
    PARK = "park"  # 城市公园、自然保护地
    FACILITY = "facility"  # 设施
    NATURE = "nature"  # 自然地理实体
    OTHER = "other"  # 其他


@dataclass(frozen=True, slots=True)
class Proposal:
    """A name that somebody proposes (拟命名).

    Attributes
    ----------
    name : str
        As written.
    name_class : NameClass or None
        None where it is told by the generic term.
    within : str
        The unit it is to lie in, as somebody writes it: a name, a code, an id.
    lon, lat : float or None
        Where, in degrees.
    measures : mapping
        What is known of its size: ``area_m2``, ``width_m``, ``green_share``.
    instead_of : str
        What is renamed, as somebody writes it: its own name is no duplicate.
    row : int
        Its number in a file, as a spreadsheet counts; 0 for one that was typed.
    problem : str or None
        A message id, filled by `facts`, where it could not be read.
    cells : mapping
        The row as it was.
    """

    name: str
    name_class: NameClass | None = None
    within: str = ""
    lon: float | None = None
    lat: float | None = None
    measures: Mapping[str, float] = field(default_factory=lambda: Facts({}))
    instead_of: str = ""
    row: int = 0
    problem: str | None = None
    facts: Mapping[str, object] = field(default_factory=lambda: Facts({}))
    cells: Mapping[str, str] = field(default_factory=lambda: Facts({}))


@dataclass(frozen=True, slots=True)
class Bearer:
    """A unit or a place that bears a name, or bore it (重名对象).

    Attributes
    ----------
    id : str
        Of the unit or the place; the code for what is known from the national table alone.
    text : str
        The name.
    code : str
    name_class : NameClass
    above : tuple of str
        Names of what it lies in, the largest first.
    begin, end : datetime.date or None
        First day it bore the name, and first day it did not; None where not known, or
        where it still does.
    since, until : str
        The same as exactly as they are known; nothing where they are not.
    lon, lat : float or None
        Where it is.
    placed_by : str
        The unit whose middle stands for its position; nothing where that is its own.
    lies_in : str or None
        Of a place, the unit it lies in, nothing where that is not known; None for a unit.
    heritage : bool
        Whether the name is protected (地名文化遗产).
    """

    id: str
    text: str
    code: str
    name_class: NameClass
    above: tuple[str, ...] = ()
    begin: date | None = None
    end: date | None = None
    since: str = ""
    until: str = ""
    lon: float | None = None
    lat: float | None = None
    placed_by: str = ""
    lies_in: str | None = None
    heritage: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """What was found of one proposal (审查结果).

    Attributes
    ----------
    proposal : Proposal
    name_class : NameClass or None
        As given, or as told by the generic term; None where neither tells.
    within : tuple of str
        Names of the units it is to lie in, the largest first.
    scopes : tuple of (scope, name, count)
        Within what the name was compared, and how many names of units there were.
    places_count : int
        How many names of places the archive has; they were compared too.
    findings : tuple of Finding
    """

    proposal: Proposal
    name_class: NameClass | None
    within: tuple[str, ...]
    scopes: tuple[tuple[str, str, int], ...]
    places_count: int
    findings: tuple[Finding, ...]
