"""What every store of an archive offers.

Rows are versions of units (`diming.model.version.Version`), each with the revision
that brought it and, once it is no longer believed, the one that superseded it. No
row is ever edited otherwise, and none is deleted. All that one revision brings is
written in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from diming.history.view import View
    from diming.model.changeset import Applied, Changeset, Revision
    from diming.model.namechange import NameChange
    from diming.store.gazetteer_protocol import Gazetteer
    from diming.versions import VersionTable


class Writer(Protocol):
    """One transaction under way; what it appended is seen by its own view."""

    @property
    def view(self) -> View:
        """What the revision to be believes so far."""

    @property
    def number(self) -> int:
        """Number of the revision to be."""

    def append(self, change: Changeset) -> None:
        """Add the rows of a change set.

        Parameters
        ----------
        change : Changeset
            Rows it supersedes must be believed.
        """

    def append_names(self, change: NameChange) -> None:
        """Add the rows of a change of the gazetteer.

        Parameters
        ----------
        change : NameChange
            Rows it supersedes must be believed; places and units that its names are of
            must be there, or come with it.
        """

    @property
    def gazetteer(self) -> Gazetteer:
        """The places and names believed so far; terms come when the revision is done."""

    def settle_crs(self, crs: str) -> None:
        """Fix the CRS of all shapes; only before the first one."""

    def setting(self, name: str, value: str) -> None:
        """Record a setting, e.g. ``legal_date``; settings have revisions like rows."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that `Store.verify` found broken; `what` is a message id, `facts` fill it."""

    what: str
    facts: Mapping[str, Any]


class Withdrawn(Exception):
    """Raised within `Store.write`: the block ends, nothing is kept, and nothing is wrong."""


class Store(Protocol):
    """Where an archive is kept."""

    #: For messages: the path, or the URL without its password.
    place: str

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None:
        """Let go of it."""

    def head(self) -> Revision:
        """Return the latest revision; there is always one, that of ``init``."""

    def revisions(self, *, newest: int | None = None) -> Iterator[Revision]:
        """Yield revisions, the latest first; only the `newest` so many, if given."""

    def revision_at(self, moment: datetime) -> Revision | None:
        """Return the latest revision recorded at or before a moment."""

    def view(self, known: int | None = None) -> View:
        """Return what revision `known` believed; the latest, if None."""

    def table(self, known: int | None = None) -> VersionTable:
        """Return all versions of a belief as arrays."""

    def shapes(self, keys: Sequence[str]) -> NDArray[np.object_]:
        """Return many shapes as an array, in the order of `keys`."""

    def settings(self, known: int | None = None) -> Mapping[str, str]:
        """Return the settings in force."""

    def events(self, known: int | None = None) -> list[Applied]:
        """Return all events believed, by date."""

    def revision_of_event(self, event_id: str) -> int | None:
        """Return the revision that recorded an event."""

    def changes_since(self, revision: int) -> VersionTable:
        """Return the rows that came or were superseded after a revision, believed or not.

        `VersionTable.known_from` and `known_to` tell which.
        """

    def gazetteer(self, known: int | None = None) -> Gazetteer:
        """Return the places and names that revision `known` believed; the latest, if None."""

    def rebuild_terms(self) -> None:
        """Make anew what searching needs; nothing that was recorded is touched.

        Raises
        ------
        Conflict
            If somebody is writing.
        EnvironmentLacks
            If it may only be read, or, on a server, by anyone but its owner.
        """

    def write(
        self,
        *,
        author: str,
        reason: str,
        document: str = "",
        kind: str = "record",
        base: int | None = None,
        recorded: datetime | None = None,
    ) -> AbstractContextManager[Writer]:
        """Open the one transaction of a new revision; it commits when the block ends well.

        A block that records nothing, or raises `Withdrawn`, leaves no revision.

        Parameters
        ----------
        base : int, optional
            The revision the caller looked at; if another has come since, the
            block does not begin.
        recorded : datetime, optional
            Now, if not given; moved on by a millisecond where it is not later than the
            revision before.

        Raises
        ------
        Conflict
            If somebody else is writing, or the archive moved on.
        EnvironmentLacks
            If it may only be read, or there is no room.
        """

    def verify(self, *, tip: str | None = None) -> list[Flaw]:
        """Recompute every hash and look at every reference; return what is broken.

        Parameters
        ----------
        tip : str, optional
            Hash of a revision that somebody wrote down elsewhere. Only that can tell
            that whole revisions at the end were taken away.
        """

    def backup(self, target: Path, *, replace: bool = False) -> None:
        """Copy the archive as it stands into a GeoPackage, while others use it.

        Raises
        ------
        UsageError
            If `target` exists, unless it may be replaced.
        """

    def counts(self) -> Mapping[str, int]:
        """Return how many revisions, events, units, versions, territories there are."""

    def close(self) -> None:
        """Let go of it."""
