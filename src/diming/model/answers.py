"""What an archive answers when staff ask it: values that any face can show (查询结果).

Geometry is opaque here, in the archive's CRS unless said otherwise; areas are in
square metres on the ground. What is not known is None, never nought.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from diming.model.changeset import Applied
    from diming.model.unit import Level
    from diming.model.version import Version

#: Why a line of descent goes no further.
TERRITORY_UNKNOWN = "territory-unknown"
#: The archive knows the unit, but not how it began.
BEGIN_UNKNOWN = "begin-unknown"


@dataclass(frozen=True, slots=True)
class Basis:
    """Of which archive, day and belief something was asked.

    `latest` tells whether nothing has been recorded since `revision`.
    """

    archive: str
    day: date
    revision: int
    recorded: datetime
    latest: bool = True


@dataclass(frozen=True, slots=True)
class Units:
    """The units that held on a day.

    `shapes` are in the order of `versions`, None where the territory is not known;
    `superiors` are their parents' versions of that day, by unit id.
    """

    basis: Basis
    versions: tuple[Version, ...]
    shapes: tuple[Any, ...]
    superiors: Mapping[str, Version]
    crs: str | None


class Standing(StrEnum):
    """How the unit at a place is known."""

    PLACE = "place"  # its territory holds the point
    PARENT = "parent"  # it is the superior of one whose territory does
    NOT_KNOWN = "not-known"  # some that may hold the point have no known territory
    OUTSIDE = "outside"  # all territories are known, and none holds the point


@dataclass(frozen=True, slots=True)
class LevelAt:
    """Which unit of one level holds a point; several where it lies on their common line."""

    level: Level
    standing: Standing
    versions: tuple[Version, ...] = ()


@dataclass(frozen=True, slots=True)
class Where:
    """The chain of units at a point then, from the highest level down, and what came after.

    Attributes
    ----------
    lon, lat : float
        As asked: WGS 84 (coordinates of the archive where it has no place on Earth).
    acts : tuple of Applied
        Those since that touched the smallest unit found there, and its successors
        as far as they hold the point.
    now : Version or None
        The latest version of the last of these successors.
    stopped : str or None
        `TERRITORY_UNKNOWN` where nobody knows which successor got the point.
    """

    basis: Basis
    lon: float
    lat: float
    levels: tuple[LevelAt, ...]
    acts: tuple[Applied, ...] = ()
    now: Version | None = None
    stopped: str | None = None
    names: Mapping[str, Version] = field(default_factory=dict)

    @property
    def smallest(self) -> Version | None:
        """The lowest unit that is known there, alone."""
        known = [at.versions[0] for at in self.levels if len(at.versions) == 1]
        return known[-1] if known else None


@dataclass(frozen=True, slots=True)
class WhereMany:
    """Units of each level at many points, each on its own day.

    Attributes
    ----------
    revision : Basis
        Its day is that of points that give none.
    lonlat : float64 array (n, 2)
    days : int64 array
        Proleptic ordinals.
    rows : mapping of Level to int64 array
        Position in `table`; -1: not known, -2: outside.
    by_parent : mapping of Level to bool array
        Where the unit is known only as superior of the one below.
    table : VersionTable
    """

    basis: Basis
    lonlat: Any
    days: Any
    rows: Mapping[Level, Any]
    by_parent: Mapping[Level, Any]
    table: Any


@dataclass(frozen=True, slots=True)
class Link:
    """Ground that went from one unit to another by an act.

    `share` is of the giver's area before the act. `giver` or `taker` None: nobody
    knows whom, or the outside.
    """

    event_id: str
    giver: str | None
    taker: str | None
    area_m2: float | None = None
    share: float | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Kin:
    """A unit that had, or got, ground of the unit asked about.

    Attributes
    ----------
    version : Version or None
        As it was when the ground came from it, or to it; None for nobody knows whom.
    event_id : str or None
        The first act by which it did; None for the unit itself.
    share : float or None
        How much of the asked unit's ground passed through it; None if not known.
    rests : float or None
        How much is there at the end: today, or before the first act known.
    ends : bool
        Whether the line ends here (0 may rest there all the same).
    stopped : str or None
        Why nothing is known beyond; None where it stands to this day.
    """

    version: Version | None
    event_id: str | None
    share: float | None
    rests: float | None = 0.0
    ends: bool = False
    stopped: str | None = None

    @property
    def unit_id(self) -> str | None:
        """Permanent id; None for nobody knows whom."""
        return None if self.version is None else self.version.unit_id


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a unit's ground came from, and where it went (沿革).

    Attributes
    ----------
    version : Version
        The one asked about; shares are of its territory.
    versions : tuple of Version
        All of the unit, in order.
    before, after : tuple of Kin
        Backward in time, the latest first; forward, the earliest first.
    links : tuple of Link
        Edges of the graph, in both directions, by date.
    acts : tuple of Applied
        All acts concerned, by date.
    names : mapping
        Version of every unit named above, by unit id.
    """

    version: Version
    versions: tuple[Version, ...]
    before: tuple[Kin, ...]
    after: tuple[Kin, ...]
    links: tuple[Link, ...]
    acts: tuple[Applied, ...]
    names: Mapping[str, Version]


@dataclass(frozen=True, slots=True)
class History:
    """The lineage of the unit that a text means; `also`: others it meant at other times."""

    basis: Basis
    asked: str
    lineage: Lineage
    also: tuple[Version, ...] = ()


class ChangeKind(StrEnum):
    """What became of a unit between two states."""

    BEGUN = "begun"
    ENDED = "ended"
    CONVERTED = "converted"  # another kind, by an act that keeps the territory
    RENAMED = "renamed"
    RECODED = "recoded"
    PARENT = "parent"
    SEAT = "seat"
    TERRITORY = "territory"
    TERRITORY_LEARNT = "territory-learnt"  # not known in the earlier state
    TERRITORY_LOST_TRACK = "territory-lost-track"  # not known in the later one


@dataclass(frozen=True, slots=True)
class Change:
    """What is different about one unit; areas are None where a territory is not known.

    `relatives`: of a unit that ended, those of the later state that acts made of it; of
    one that began, those of the earlier state that it was made of.
    """

    unit_id: str
    before: Version | None
    after: Version | None
    kinds: tuple[ChangeKind, ...]
    area_before_m2: float | None = None
    area_after_m2: float | None = None
    gained_m2: float | None = None
    lost_m2: float | None = None
    relatives: tuple[str, ...] = ()

    @property
    def version(self) -> Version:
        """The later version, else the earlier one."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class Flow:
    """Ground of one unit that belongs to another in the later state.

    `giver` None: it belonged to no unit whose territory is known; `taker` None: it
    belongs to none.
    """

    level: Level
    giver: str | None
    taker: str | None
    area_m2: float
    geometry: Any = None


@dataclass(frozen=True, slots=True)
class Balance:
    """One level as a whole.

    Attributes
    ----------
    units_before, units_after, unknown_before, unknown_after : int
        Units, and those among them whose territory is not known.
    gained_m2, lost_m2 : float or None
        Ground that no territory held before, or that none holds any more; None where it
        may lie in one that is not known.
    conserved : bool or None
        Whether the outer line is the same to the bit (chain sums); None where some
        territory is not known.
    """

    level: Level
    units_before: int
    units_after: int
    unknown_before: int
    unknown_after: int
    gained_m2: float | None = 0.0
    lost_m2: float | None = 0.0
    conserved: bool | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two states held against each other."""

    changes: tuple[Change, ...]
    flows: tuple[Flow, ...]
    balances: tuple[Balance, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between two days, or between two beliefs (对比).

    `earlier_units` and `later_units` hold the states themselves, for maps.
    """

    earlier: Basis
    later: Basis
    comparison: Comparison
    acts: tuple[Applied, ...]
    names: Mapping[str, Version]
    earlier_units: Units
    later_units: Units
