"""What reading a file of place names is told, and what it yields (地名成果)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from diming.model.facts import Facts
from diming.model.place import NameKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from diming.model.place import PlaceRecord, Problem


@dataclass(frozen=True, slots=True)
class PlaceReading:
    """How a file is to be read; what is not said is recognised.

    Attributes
    ----------
    mapping : str or None
        File that says which column is which: see `diming.files.name_mapping`.
    columns : mapping
        Heading → key of a field, as a mapping says; "" keeps a column as it came.
    constants : mapping
        Key of a field → what holds for all rows that do not say otherwise.
    source : str or None
        What the file is called as a source; its name without ending, if not said.
    kind : NameKind
        Of the name in the column of the standard name.
    date : str
        When names were in use that do not say it, as sources write dates.
    crs : str or None
        Of coordinates, where the file does not say it; longitude and latitude in CGCS2000,
        if not said.
    datum : str or None
        ``gcj-02`` or ``bd-09``: coordinates are displaced, and none is taken.
    part : str or None
        Sheet (name or number) or layer.
    header_row : int or None
        Row of the headings; looked for, if not said.
    encoding : str or None
        Of text; recognised, if not said.
    day_first : bool or None
        Whether ``3/4/1997`` is the third of April; without, such a date is refused.
    """

    mapping: str | None = None
    columns: Mapping[str, str] = field(default_factory=lambda: Facts({}))
    constants: Mapping[str, str] = field(default_factory=lambda: Facts({}))
    source: str | None = None
    kind: NameKind = NameKind.STANDARD
    date: str = ""
    crs: str | None = None
    datum: str | None = None
    part: str | None = None
    header_row: int | None = None
    encoding: str | None = None
    day_first: bool | None = None


@dataclass(frozen=True, slots=True)
class PlaceDelivery:
    """A file of place names; iterating yields its records, made anew each time.

    Attributes
    ----------
    path : str
    format : str
        ``csv``, ``xlsx``, ``layer``, ``geonames``, ``lp-tsv``, ``linked-places``, ``tgaz``,
        ``code-list-pinyin`` or ``diming`` (the canonical table).
    part : str or None
        Sheet or layer.
    columns : tuple of str
        Headings in order, those that come twice numbered.
    recognised : mapping
        Heading → key of the field it was taken for (`diming.handbook.fields`).
    crs : str or None
        What coordinates were in; None where there are none.
    source : str
    displaced : int
        Positions that were not taken, since they are in GCJ-02 or BD-09: these are
        encryptions, left to authorised services.
    remarks : tuple of Problem
        Of the file as a whole.
    """

    path: str
    format: str
    part: str | None
    columns: tuple[str, ...]
    recognised: Mapping[str, str]
    crs: str | None
    source: str
    rows_count: int
    make: Callable[[], Iterator[PlaceRecord]]
    displaced: int = 0
    encoding: str | None = None
    remarks: tuple[Problem, ...] = ()
    options: PlaceReading = field(default_factory=PlaceReading)

    def __iter__(self) -> Iterator[PlaceRecord]:
        return self.make()

    def __len__(self) -> int:
        return self.rows_count

    @property
    def kept(self) -> tuple[str, ...]:
        """Headings that mean no known field: kept as they came, and no more."""
        return tuple(c for c in self.columns if c not in self.recognised)
