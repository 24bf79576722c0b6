"""What an act changes in the archive, as a value that can be looked at, refused or written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from diming.model.event import Event
    from diming.model.version import Version


@dataclass(frozen=True, slots=True)
class Passage:
    """Territory that passed from one unit to another by an event.

    `area_m2` is None where it is not known. `giver` or `taker` None stands for
    nobody knows whom, or the outside. `share` is of the giver's area before.
    `whole`: the giver passed whole.
    """

    giver: str | None
    taker: str | None
    area_m2: float | None = None
    share: float | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Applied:
    """An event with what it was resolved to."""

    event: Event
    #: Permanent ids of the units it names, in order; None for what names nobody.
    before: tuple[str | None, ...]
    after: tuple[str | None, ...]
    passages: tuple[Passage, ...] = ()
    #: Chain of what stood after less that before: 0 when territory is conserved to the
    #: bit; None when it is not known.
    chain_sum: int | None = None
    #: Id of the event that this one undoes.
    reverts: str | None = None


@dataclass(frozen=True, slots=True)
class Changeset:
    """Rows that a revision adds, and those it supersedes (变更集).

    Attributes
    ----------
    added : tuple of Version
        New rows; their `row` is None.
    superseded : tuple of int
        Rows no longer believed. They stay.
    territories : mapping
        Key → shapely geometry of shapes that may be new to the store.
    events : tuple of Applied
    """

    added: tuple[Version, ...] = ()
    superseded: tuple[int, ...] = ()
    territories: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[Applied, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.superseded or self.events)


@dataclass(frozen=True, slots=True)
class Revision:
    """When, by whom and why something was recorded (修订).

    `hash` is chained to that of the revision before; `chain_sums` are those of the
    coverage in force after it, by level.
    """

    number: int
    recorded: datetime
    author: str
    reason: str
    document: str = ""
    kind: str = "record"
    hash: str = ""
    chain_sums: Mapping[int, int] = field(default_factory=dict)
