"""Record acts in an archive: all of a file or nothing, or what fits (登记变更)."""

from __future__ import annotations

from datetime import date
from itertools import takewhile
from typing import TYPE_CHECKING

from diming.history.apply import apply
from diming.history.faults import MATTERS_OF_DAY
from diming.history.sequence import Queue
from diming.model.facts import Facts
from diming.model.finding import Severity
from diming.model.outcome import Recording, Refused
from diming.services.lawful import dated_in_law
from diming.services.placed import in_crs
from diming.store.protocol import Withdrawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from diming.model.changeset import Applied, Revision
    from diming.model.event import Event
    from diming.model.finding import Exemption, Finding
    from diming.store.protocol import Store, Writer


def record(
    store: Store,
    events: Sequence[Event],
    *,
    author: str,
    reason: str,
    document: str = "",
    crs: str | None = None,
    accepted: Iterable[Exemption] = (),
    keep_going: bool = False,
    dry_run: bool = False,
    base: int | None = None,
    tolerance_m: float = 0.001,
) -> Recording:
    """Apply acts in the order they took effect, and record them as one revision.

    Where an act says no date, the archive's setting ``legal_date`` tells which of its
    others counts.

    Parameters
    ----------
    store : Store
    events : sequence of Event
    author, reason, document : str
        Of the revision.
    crs : str, optional
        CRS of geometry in the events.
    accepted : iterable of Exemption
        Findings that somebody answers for.
    keep_going : bool
        Record the acts that fit although others do not; by default all or none.
    dry_run : bool
        Write nothing; say what would be.
    base : int, optional
        The revision this was prepared against.
    tolerance_m : float

    Returns
    -------
    Recording

    Raises
    ------
    Conflict
        If somebody else is writing, or the archive moved on since `base`.
    """
    with store.write(author=author, reason=reason, document=document, base=base) as writer:
        work = Work(writer, accepted, tolerance_m=tolerance_m)
        dated, work.refused = dated_in_law(events, store.settings())
        work.through(in_crs(dated, crs, writer))
        keep = bool(work.applied) and not dry_run and (keep_going or not work.refused)
        if not keep:
            raise Withdrawn
    return work.result(revision_written(store, writer.number) if keep else None)


def revision_written(store: Store, number: int) -> Revision | None:
    """Return the revision that a transaction left; None where it had nothing to record."""
    later = takewhile(lambda r: r.number >= number, store.revisions())
    return next((r for r in later if r.number == number), None)


class Work:
    """Acts going into one transaction, one after the other."""

    def __init__(
        self,
        writer: Writer,
        accepted: Iterable[Exemption] = (),
        *,
        tolerance_m: float = 0.001,
        codes_known: Mapping[str, Mapping[str, str]] = Facts({}),
    ) -> None:
        self.writer, self.tolerance_m, self.codes_known = writer, tolerance_m, codes_known
        self.accepts = _acceptance(accepted)
        self.applied: list[Applied] = []
        self.refused: list[Refused] = []
        self.findings: list[Finding] = []

    def through(self, events: Sequence[Event]) -> None:
        """Apply all acts that fit; one known to the year only is tried on later days of it."""
        queue = Queue(events)
        first: dict[str, tuple[Finding, ...]] = {}
        for event, day in queue:
            outcome = apply(
                event, self.writer.view, day=day, tolerance_m=self.tolerance_m,
                accepted=self.accepts, codes_known=self.codes_known.get(event.id, {}),
            )  # fmt: skip
            if outcome.change is not None:
                self.writer.append(outcome.change)
                self.applied += outcome.change.events
                self.findings += outcome.findings
                continue
            first.setdefault(event.id, outcome.findings)
            if _matter_of_day(outcome.findings) and queue.again(event, day):
                continue
            self.refused.append(Refused(event, outcome.findings or first[event.id]))

    def result(self, revision: Revision | None) -> Recording:
        """Return what came of it."""
        return Recording(
            revision, tuple(self.applied), tuple(self.refused), tuple(self.findings)
        )  # fmt: skip


def _matter_of_day(findings: Iterable[Finding]) -> bool:
    wrong = [f for f in findings if f.severity is Severity.ERROR]
    return all(f.rule in MATTERS_OF_DAY for f in wrong)


def _acceptance(accepted: Iterable[Exemption]) -> Callable[[Finding], bool]:
    today = date.today()
    ids = {e.id for e in accepted if e.expires is None or today <= e.expires}
    return lambda finding: finding.id in ids
