"""What a search of names comes to (检索结果)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diming.model.answers import Basis
    from diming.model.located import Heir
    from diming.model.place import Name, NameKind, Place
    from diming.model.span import Span
    from diming.model.version import Version


@dataclass(frozen=True, slots=True)
class Above:
    """What something lay in on a day (所属政区).

    Attributes
    ----------
    units : tuple of Version
        The highest first; none if not known.
    told : tuple of str
        What the source says, where no unit of the archive is known.
    """

    units: tuple[Version, ...] = ()
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One place or unit whose name is like what was asked for.

    Attributes
    ----------
    text : str
        The name that matched, as written.
    kind : NameKind
        What it is to the place; of a unit's own name, standard as long as it bears it.
    score : float
        How alike, 0 to 1.
    why : str
        `diming.script.rank.Why`.
    span : Span or None
        When the name was in use, as far as is known.
    version : Version or None
        The unit, as it was under this name.
    place : Place or None
    name : Name or None
        The attestation, where the name was told and is not that of a version.
    then, today : Above
        What it lay in when the name was last in use (on the day asked for, if any), and what its
        place lies in today.
    heirs : tuple of Heir
        What stands today where a unit stood that is gone, or the unit itself under the name that
        it bears today.
    stopped : str or None
        Why nothing is known of today, where that is so.
    also : tuple of str
        Further names of the same place or unit that matched.
    standard : str
        Of a place, its standard name, where another of its names matched.
    """

    text: str
    kind: NameKind
    score: float
    why: str
    span: Span | None
    version: Version | None = None
    place: Place | None = None
    name: Name | None = None
    then: Above = field(default_factory=Above)
    today: Above = field(default_factory=Above)
    heirs: tuple[Heir, ...] = ()
    stopped: str | None = None
    also: tuple[str, ...] = ()
    standard: str = ""

    @property
    def place_id(self) -> str:
        """Id of the place, or of the unit."""
        if self.version is not None:
            return self.version.unit_id
        return self.place.place_id if self.place is not None else ""


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search.

    Attributes
    ----------
    basis : Basis
        Its day is today where none was asked for.
    asked : str
    hits : tuple of Hit
        The most alike first.
    any_day : bool
        Whether names of any time were looked for, or those in use on the day of the basis.
    within : Version or None
    more : bool
        Whether there were more than asked for.
    """

    basis: Basis
    asked: str
    hits: tuple[Hit, ...]
    any_day: bool = True
    within: Version | None = None
    more: bool = False
