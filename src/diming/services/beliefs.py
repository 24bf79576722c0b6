"""Which day and which belief of an archive are meant (查询时点)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from diming.errors import UsageError
from diming.model.answers import Basis
from diming.model.span import OPEN, day_before

if TYPE_CHECKING:
    from diming.model.changeset import Revision
    from diming.store.protocol import Store

_NUMBER = re.compile(r"[rR]?(\d{1,9})", re.ASCII)


def today() -> date:
    """Return the day it is here."""
    return datetime.now().astimezone().date()


def day_meant(day: date | None) -> date:
    """Return the day asked about: today without one; for ever is the last day there is."""
    if day is None:
        return today()
    # What has not ended, ends with the calendar.
    return day_before(day) if day == OPEN else day


def revision_meant(store: Store, known: str | None) -> Revision:
    """Return the revision that a user means by a number (``7``, ``r7``) or a time.

    A date means the end of that day, a time without an offset that of this place.

    Raises
    ------
    UsageError
        If it is neither, or the archive has nothing so early, or no such revision.
    """
    head = store.head()
    if known is None:
        return head
    text = known.strip()
    number = _NUMBER.fullmatch(text)
    if number is not None:
        wanted = int(number[1])
        found = next((r for r in store.revisions() if r.number == wanted), None)
        if found is None:
            raise UsageError(
                "the archive has no revision {number}; the latest is {latest}",
                number=wanted, latest=head.number,
            )  # fmt: skip
        return found
    moment = moment_meant(text)
    if moment is None:
        raise UsageError(
            "“{value}” is neither a revision such as r7 nor a time such as 2024-12-31T18:00",
            value=known,
        )
    found = store.revision_at(moment)
    if found is None:
        raise UsageError(
            "the archive knew nothing at {moment}; its first revision is younger",
            moment=moment.isoformat(sep=" ", timespec="minutes"),
        )
    return found


def moment_meant(text: str) -> datetime | None:
    """Read a date, meaning its end, or a time; None if it is neither."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        pass
    else:
        if day == date.max:
            return datetime.max.replace(tzinfo=UTC)
        # The last moment of the day, wherever the day ends here.
        end = datetime.combine(day + timedelta(days=1), time()).astimezone()
        return end - timedelta(microseconds=1)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        moment.astimezone(UTC)  # At either end of the calendar, other zones have no such time.
        return moment.astimezone() if moment.tzinfo is None else moment
    except (OverflowError, ValueError):
        return None


def basis(store: Store, day: date, revision: Revision) -> Basis:
    """Return what an answer says of its ground."""
    return Basis(
        archive=store.place,
        day=day,
        revision=revision.number,
        recorded=revision.recorded,
        latest=revision.number == store.head().number,
    )
