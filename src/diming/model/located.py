"""What an address comes to: units, when its chain held, and what they are today (地址解析)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diming.model.answers import Basis, Lineage
    from diming.model.place import Problem
    from diming.model.span import Span
    from diming.model.version import Version


class Form(StrEnum):
    """How a link names its unit."""

    NAME = "name"  # by the name it bore
    TOLD = "told"  # by a name that a source tells of it (别名, 曾用名…)
    SHORT = "short"  # with a shorter generic term: 石柱县
    BARE = "bare"  # without a generic term: 江北
    CODE = "code"


class Outcome(StrEnum):
    """How far an address could be resolved (解析结果)."""

    FOUND = "found"  # one unit, and days on which the whole chain held
    SEVERAL = "several"  # several units fit
    EXPLAINED = "explained"  # no day fits, but one unit explains what is written
    OUTSIDE = "outside"  # nothing of it is in the archive, the code table knows it
    FAILED = "failed"


class Why(StrEnum):
    """Why a unit is offered for a link that failed (候选理由)."""

    LINEAGE = "lineage"  # this name, below a successor or predecessor of the superior
    OTHER_TIME = "other-time"  # this name, below the superior at another time
    CODE_TABLE = "code-table"  # the national code table has it below the superior
    OTHER_KIND = "other-kind"  # the same specific name, another generic term
    SIMILAR = "similar"  # one character is different
    SOUNDS_ALIKE = "sounds-alike"  # read alike
    ELSEWHERE = "elsewhere"  # this name, somewhere else
    BELOW = "below"  # what there was below the superior


@dataclass(frozen=True, slots=True)
class Link:
    """One part of an address that names a unit.

    `outside` is the code by which the national table knows it, where the archive does not
    hold it.
    """

    text: str
    outside: str = ""
    form: Form = Form.NAME


@dataclass(frozen=True, slots=True)
class Heir:
    """What stands today where a unit stood.

    Attributes
    ----------
    chain : tuple of Version
        From the highest down to the unit itself, as they stand today.
    share : float or None
        How much of the ground is there; None if not known.
    """

    chain: tuple[Version, ...]
    share: float | None = None

    @property
    def version(self) -> Version:
        """The unit itself."""
        return self.chain[-1]


@dataclass(frozen=True, slots=True)
class Extent:
    """Where it is, by the shape of the unit or of the lowest superior that has one.

    A point within, and west, south, east, north; WGS 84, degrees, or as in the archive where
    that has no place on Earth.
    """

    of: Version
    lon: float
    lat: float
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Held:
    """One chain of units that bore the names, and when all of it held.

    Attributes
    ----------
    chain : tuple of Version
        The units named, the highest first, as they were on the day asked about, else on the
        last day it held.
    spans : tuple of Span
        All days on which each was below the one before under these names.
    whole : tuple of Version
        The last unit with all its superiors on that day, whether named or not.
    since_known : bool
        False where the begin of a unit is not known: the first span may have begun later.
    today : tuple of Heir
        What stands there today, the largest share first.
    stopped : str or None
        Why nothing is known of today, where that is so (`diming.model.answers`).
    lineage : Lineage or None
        What came of the last unit; None where it was not asked for.
    extent : Extent or None
    """

    chain: tuple[Version, ...]
    spans: tuple[Span, ...]
    whole: tuple[Version, ...] = ()
    since_known: bool = True
    today: tuple[Heir, ...] = ()
    stopped: str | None = None
    lineage: Lineage | None = None
    extent: Extent | None = None

    @property
    def unit(self) -> Version:
        """The unit that the address names."""
        return self.chain[-1]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that may be meant by a link that failed.

    Attributes
    ----------
    why : Why
    chain : tuple of Version
        The unit offered, its superiors before it, and what further links then name below it.
    span : Span
        When the last of them was so.
    at : int
        Place of the offered unit in `chain`.
    rest : str
        What is left of the address with it.
    via : Version or None
        The successor or predecessor by which it was found.
    code : str
        By which the code table knows it, for `Why.CODE_TABLE`.
    today : tuple of Heir
    """

    why: Why
    chain: tuple[Version, ...]
    span: Span
    at: int = -1
    rest: str = ""
    via: Version | None = None
    code: str = ""
    today: tuple[Heir, ...] = ()

    @property
    def unit(self) -> Version:
        """The unit that the address would name."""
        return self.chain[-1]


@dataclass(frozen=True, slots=True)
class Located:
    """What one address comes to.

    Attributes
    ----------
    basis : Basis
    asked : str
        The address, as given.
    outcome : Outcome
    links : tuple of Link
        As far as they could be read; the failing one is the last.
    before, rest : str
        What stands before the first link and after the last: street, number, village.
    held : tuple of Held
        All chains that fit; of a failed address, as far as it went.
    problem : Problem or None
        At which link it fails, and why; or what makes it ambiguous.
    failed_at : int or None
        Place of that link in `links`.
    candidates : tuple of Candidate
        The likeliest first.
    names : mapping
        Versions of units named in the lineages, by unit id.
    """

    basis: Basis
    asked: str
    outcome: Outcome
    links: tuple[Link, ...] = ()
    before: str = ""
    rest: str = ""
    held: tuple[Held, ...] = ()
    problem: Problem | None = None
    failed_at: int | None = None
    candidates: tuple[Candidate, ...] = ()
    names: Mapping[str, Version] = field(default_factory=dict)

    @property
    def found(self) -> Held | None:
        """The one chain, where there is one."""
        return self.held[0] if self.outcome is Outcome.FOUND else None
