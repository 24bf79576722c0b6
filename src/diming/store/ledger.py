"""An archive's memory over any database (账册)."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from diming.errors import Conflict
from diming.model.changeset import Revision
from diming.store.arrays import version_table
from diming.store.columns import LAYOUT
from diming.store.gazetteer import LedgerGazetteer
from diming.store.hashing import moment_text
from diming.store.migrations import up_to_date
from diming.store.protocol import Withdrawn
from diming.store.reading import LedgerView, believed, fetch_shapes
from diming.store.sqlite import busy, damaged
from diming.store.storable import storable
from diming.store.terms import rebuild_terms
from diming.store.verify import verify
from diming.store.writing import LedgerWriter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from diming.model.changeset import Applied
    from diming.store.database import Database, Row
    from diming.store.protocol import Flaw, Store
    from diming.versions import VersionTable

_REVISION = (
    "SELECT number, recorded, author, reason, document, kind, hash, chain_sums FROM revision "
)


class Ledger:
    """The store over one database; see `diming.store.protocol.Store`."""

    def __init__(self, base: Database) -> None:
        self.base = base
        self.place = base.place
        self._writing = False

    def head(self) -> Revision:
        """Return the latest revision; there is always one, that of ``init``."""
        return self._revision(self.base.rows(_REVISION + "ORDER BY number DESC LIMIT 1")[0])

    @property
    def identity(self) -> str:
        """Hash of the first revision: no other archive has it."""
        found: str = self.base.rows("SELECT hash FROM revision WHERE number = 1")[0][0]
        return found

    def revisions(self, *, newest: int | None = None) -> Iterator[Revision]:
        """Yield revisions, the latest first; only the `newest` so many, if given."""
        limit = "" if newest is None else " LIMIT :newest"
        values = {} if newest is None else {"newest": newest}
        for row in self.base.rows(f"{_REVISION}ORDER BY number DESC{limit}", values):
            yield self._revision(row)

    def revision_at(self, moment: datetime) -> Revision | None:
        """Return the latest revision recorded at or before a moment (UTC, if it has no zone)."""
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC)
        text = moment_text(moment)
        found = self.base.rows(
            _REVISION + "WHERE recorded <= :text ORDER BY number DESC LIMIT 1", {"text": text}
        )
        return self._revision(found[0]) if found else None

    def view(self, known: int | None = None) -> LedgerView:
        """Return what revision `known` believed; the latest, if None."""
        return LedgerView(self.base, self._known(known))

    def table(self, known: int | None = None) -> VersionTable:
        """Return all versions of a belief as arrays."""
        return version_table(self.base, believed("v"), {"known": self._known(known)})

    def gazetteer(self, known: int | None = None) -> LedgerGazetteer:
        """Return the places and names that revision `known` believed; the latest, if None."""
        return LedgerGazetteer(self.base, self._known(known))

    def shapes(self, keys: Sequence[str]) -> NDArray[np.object_]:
        """Return many shapes as an array, in the order of `keys`."""
        found = fetch_shapes(self.base, keys)
        result = np.empty(len(keys), dtype=object)
        result[:] = [found[key] for key in keys]
        return result

    def settings(self, known: int | None = None) -> Mapping[str, str]:
        """Return the settings in force."""
        rows = self.base.rows(
            f"SELECT s.name, s.value FROM setting s WHERE {believed('s')} ORDER BY s.name",
            {"known": self._known(known)},
        )
        return dict(rows)

    def events(self, known: int | None = None) -> list[Applied]:
        """Return all events believed, by date."""
        return self.view(known).events()

    def revision_of_event(self, event_id: str) -> int | None:
        """Return the revision that recorded an event, the last if it was undone and done again."""
        found = self.base.rows(
            "SELECT known_from FROM event WHERE id = :id ORDER BY number DESC LIMIT 1",
            {"id": event_id},
        )
        return found[0][0] if found else None

    def changes_since(self, revision: int) -> VersionTable:
        """Return the rows that came or were superseded after a revision, believed or not."""
        return version_table(
            self.base,
            "v.row_id IN (SELECT row_id FROM version WHERE known_from > :since "
            "UNION SELECT row_id FROM version WHERE known_to > :since) "
            "AND (v.known_to IS NULL OR v.known_to > v.known_from)",
            {"since": revision},
            dated=True,
        )

    @contextmanager
    def write(
        self,
        *,
        author: str,
        reason: str,
        document: str = "",
        kind: str = "record",
        base: int | None = None,
        recorded: datetime | None = None,
    ) -> Iterator[LedgerWriter]:
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
        storable(author, reason, document, kind)
        if self._writing:
            raise busy(self.place)
        self.base.begin()
        self._writing = True
        try:
            up_to_date(self.base)
            head = self.head()
            if base is not None and head.number != base:
                raise Conflict(
                    "{place} has moved on: revision {head} by {author} came after {base}, on which "
                    "this work is based; look at it again",
                    place=self.place, head=head.number, author=head.author, base=base,
                )  # fmt: skip
            coming = Revision(
                head.number + 1, _later(recorded, head.recorded), author, reason, document, kind,
                chain_sums=head.chain_sums,
            )  # fmt: skip
            writer = LedgerWriter(self.base, coming, head.hash)
            try:
                yield writer
            except Withdrawn:
                return
            if writer.wrote or writer.failure:
                writer.finish()
                self.base.commit()
        finally:
            self._writing = False
            self.base.rollback()

    def _revision(self, row: Row) -> Revision:
        try:
            return revision_of(row)
        except (ValueError, TypeError, AttributeError) as error:
            raise damaged(self.place, f"revision {row[0]}: {error}") from error

    def verify(self, *, tip: str | None = None) -> list[Flaw]:
        """Recompute every hash and look at every reference; return what is broken.

        Parameters
        ----------
        tip : str, optional
            Hash of a revision that somebody wrote down elsewhere. Only that can tell
            that whole revisions at the end were taken away.
        """
        return verify(self.base, list(self.revisions())[::-1], tip=tip)

    def rebuild_terms(self) -> None:
        """Make anew what searching needs; nothing that was recorded is touched."""
        if self._writing:
            raise busy(self.place)
        self.base.begin()
        try:
            if self.base.layout() >= LAYOUT:
                rebuild_terms(self.base)
                self.base.commit()
        finally:
            self.base.rollback()

    def backup(self, target: Path, *, replace: bool = False) -> None:
        """Copy the archive as it stands into a GeoPackage, while others use it.

        Raises
        ------
        UsageError
            If `target` exists, unless it may be replaced.
        """
        from diming.store.copying import backup

        backup(self.base, target, replace=replace)

    def counts(self) -> Mapping[str, int]:
        """Return how many revisions, events, units, versions, territories there are."""
        queries = {
            "revisions": "count(*) FROM revision",
            "events": "count(*) FROM event WHERE known_to IS NULL",
            "units": "count(DISTINCT unit_id) FROM version",
            "versions": "count(*) FROM version WHERE known_to IS NULL",
            "rows": "count(*) FROM version",
            "territories": "count(*) FROM territory",
        }
        return {name: self.base.rows(f"SELECT {q}")[0][0] for name, q in queries.items()}

    def close(self) -> None:
        """Let go of it."""
        self.base.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _known(self, known: int | None) -> int:
        if known is not None:
            return known
        number: int = self.base.rows("SELECT max(number) FROM revision")[0][0]
        return number


def revision_of(row: Row) -> Revision:
    """Return a revision from its row."""
    return Revision(
        number=row[0],
        recorded=datetime.fromisoformat(row[1]).astimezone(UTC),
        author=row[2], reason=row[3], document=row[4], kind=row[5], hash=row[6],
        chain_sums={int(k): v for k, v in json.loads(row[7]).items()},
    )  # fmt: skip


def _later(recorded: datetime | None, before: datetime) -> datetime:
    moment = datetime.now(UTC) if recorded is None else recorded
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return max(moment, before + timedelta(milliseconds=1))


if TYPE_CHECKING:

    def _is_a_store(ledger: Ledger) -> Store:
        return ledger
