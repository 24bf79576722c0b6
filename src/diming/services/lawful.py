"""Which of an act's dates counts, where it does not say so itself (生效日期)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from diming.history.faults import fault
from diming.model.outcome import Refused
from diming.model.span import UNKNOWN_BEGIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from diming.model.event import Event


def dated_in_law(
    events: Iterable[Event], settings: Mapping[str, str]
) -> tuple[list[Event], list[Refused]]:
    """Give acts without a date the one that counts in an archive.

    Parameters
    ----------
    events : iterable of Event
        An act that says its date keeps it.
    settings : mapping
        Of the archive; ``legal_date`` is ``approved`` (the default), ``announced`` or
        ``completed``.

    Returns
    -------
    events : list of Event
    refused : list of Refused
        Acts that do not give the date that counts.
    """
    counts = settings.get("legal_date", "approved")
    dated, refused = [], []
    for event in events:
        if event.date != UNKNOWN_BEGIN:
            dated.append(event)
            continue
        day = getattr(event, counts)
        if day is None:
            finding = fault("event-form", event, reason="no-date", legal_date=counts)
            refused.append(Refused(event, (finding,)))
        else:
            # It is the same act, whichever of its dates an archive goes by.
            dated.append(replace(event, date=day, given_id=event.id))
    return dated, refused
