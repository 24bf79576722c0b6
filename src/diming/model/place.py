"""Places, and what they have been called (地名): a name is an attestation, dated and cited.

A unit of the archive is a place too: names told of it carry its ``unit_id`` as
``place_id``. What an act renames is in its versions, and is not told here again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from diming.model.facts import Facts
from diming.model.span import Span

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


#: Who attests the names of units that follow from acts, and nobody else does.
OF_ARCHIVE = "diming"


class NameKind(StrEnum):
    """What a name is to its place (名称类型)."""

    STANDARD = "standard"  # 标准名称
    FORMER = "former"  # 曾用名
    ALIAS = "alias"  # 别名
    SHORT = "short"  # 简称
    MINORITY = "minority"  # 少数民族语名称
    COLLOQUIAL = "colloquial"  # 俗称
    MAP = "map"  # 图上名称


class Certainty(StrEnum):
    """How sure a source is of what it says (可信度); EDTF writes ``?``, ``~``, ``%``."""

    CERTAIN = "certain"
    UNCERTAIN = "uncertain"  # 存疑
    APPROXIMATE = "approximate"  # 约
    BOTH = "uncertain-approximate"


@dataclass(frozen=True, slots=True)
class Told:
    """A stretch of time as a source tells it (时间, 原文).

    Attributes
    ----------
    text : str
        As the source writes it; nothing where it says nothing.
    span : Span or None
        The days it may be; None where all of it lies before the year 1, which
        cannot be asked for.
    certainty : Certainty
    """

    text: str = ""
    span: Span | None = field(default_factory=Span)
    certainty: Certainty = Certainty.CERTAIN

    def holds(self, day: date) -> bool:
        """Tell whether it may have been so on a day."""
        return self.span is not None and self.span.holds(day)


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a place, as one source attests it.

    Attributes
    ----------
    name_id : str
        Permanent; nothing before it is in an archive.
    place_id : str
        The place, or the unit, that it is a name of.
    text : str
        As written.
    kind : NameKind
    lang : str
        Language and script, BCP 47: ``zh-Hans``, ``zh-Hant``, ``zh-Latn-pinyin``, ``ii``.
    romanisation : str
        罗马字母拼写: ``Cíqìkǒu Jiēdào``.
    reading : str
        How people there read it (读音), where that differs or was noted.
    when : Told
        When it was in use.
    certainty : Certainty
        Of the name itself; that of its time is in `when`.
    origin : str
        来历: where the name comes from.
    meaning : str
        含义.
    citation : str
        Where this is attested.
    facts : Facts
        What a source says of the name besides, as text by field.
    row : int or None
        Row in the store.
    """

    name_id: str
    place_id: str
    text: str
    kind: NameKind = NameKind.STANDARD
    lang: str = "zh-Hans"
    romanisation: str = ""
    reading: str = ""
    when: Told = field(default_factory=Told)
    certainty: Certainty = Certainty.CERTAIN
    origin: str = ""
    meaning: str = ""
    citation: str = ""
    facts: Mapping[str, str] = field(default_factory=lambda: Facts({}))
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A place that may have any number of names (地点).

    Attributes
    ----------
    place_id : str
        Permanent and opaque; nothing before it is in an archive.
    class_code : str
        地名类别, five digits, where known.
    feature : str
        What kind of place, in the words of the source.
    code : str
        地名代码, twenty digits, as issued; never recomputed.
    lon, lat : float or None
        Where it is, degrees (CGCS2000; WGS 84 is the same within a metre): of what is
        long or large, a point on it.
    geometry : shapely.Geometry or None
        Line or area in the same coordinates, where known; None for points.
    within : tuple of str
        Names of what it lies in as the source says, the largest first: ``("重庆市", "巫山县")``.
    within_code : str
        The code of the smallest of them, as the source says.
    within_id : str or None
        The unit of the archive that this was found to be.
    within_on : datetime.date or None
        The day of which that was said.
    when : Told
        When the place was there.
    source, source_id : str
        Where it comes from, and what it is called there: the same pair is the same place.
    facts : Facts
        Further census fields by their key, as text (`diming.handbook.fields`).
    verbatim : Facts
        The row as it came, column by column, as far as it may be kept.
    row : int or None
        Row in the store.
    """

    place_id: str
    class_code: str = ""
    feature: str = ""
    code: str = ""
    lon: float | None = None
    lat: float | None = None
    geometry: Any = None
    within: tuple[str, ...] = ()
    within_code: str = ""
    within_id: str | None = None
    within_on: date | None = None
    when: Told = field(default_factory=Told)
    source: str = ""
    source_id: str = ""
    facts: Mapping[str, str] = field(default_factory=lambda: Facts({}))
    verbatim: Mapping[str, str] = field(default_factory=lambda: Facts({}))
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a record cannot be taken, or what is odd about it.

    `what` is a message id, marked by `diming.errors.N_`; `facts` fill its places.
    """

    what: str
    facts: Mapping[str, Any] = field(default_factory=lambda: Facts({}))
    #: Column it is about, as headed; nothing if it is about the whole.
    column: str = ""


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """A place with its names: what files hold, and what is exchanged (地名记录).

    Attributes
    ----------
    place : Place
    names : tuple of Name
        The standard name first; at least one, unless there are problems.
    file : str
        What it was read from, for messages; nothing for what comes from an archive.
    number : int
        Its number there, as a spreadsheet counts: the header is row 1.
    cells : mapping
        The row as it was, column → text; what is given back if it is refused.
    problems : tuple of Problem
        Why it is refused; none if it may be taken.
    remarks : tuple of Problem
        What was noticed, although it may be taken.
    """

    place: Place
    names: tuple[Name, ...]
    file: str = ""
    number: int = 0
    cells: Mapping[str, str] = field(default_factory=lambda: Facts({}))
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()


def place_id_of(*parts: object) -> str:
    """Return the permanent id of a place from what first told of it.

    Examples
    --------
    >>> place_id_of("geonames", "1783700") == place_id_of("geonames", "1783700")
    True
    """
    return "p-" + _digest(parts)


def name_id_of(place_id: str, name: Name) -> str:
    """Return the permanent id of a name: the same attestation, of the same row, has the same."""
    return "n-" + _digest((
        place_id, name.text, name.kind.value, name.lang, name.when.text, name.citation,
        name.facts.get("row", ""),
    ))  # fmt: skip


def _digest(parts: tuple[object, ...]) -> str:
    said = json.dumps([str(p) for p in parts], ensure_ascii=False)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]
