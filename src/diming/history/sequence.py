"""Acts in the order they took effect, where some are known only to the year (次第)."""

from __future__ import annotations

from datetime import date
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from diming.model.span import Precision

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diming.model.event import Event


class Queue:
    """Yields acts with the day to try them on.

    One known to the day has that day. One known to the month or year is tried on
    the first day of it, then, `again`, after each act within it that is known
    better, and at last on its last day. Backward, all that the other way round.

    Parameters
    ----------
    events : sequence of Event
        Those of one day are taken in this order.
    backward : bool
    until : datetime.date, optional
        The day to go back from.
    """

    def __init__(
        self, events: Sequence[Event], *, backward: bool = False, until: date = date.max
    ) -> None:
        self._sign = -1 if backward else 1
        self._until = until
        self._days = sorted({e.date.day for e in events if e.date.precision is Precision.DAY})
        self._orders = {id(e): n for n, e in enumerate(events)}
        self._queue: list[tuple[int, int, int, Event]] = []
        for event in events:
            self._push(event, min(event.date.last, until) if backward else event.date.day)

    def __iter__(self) -> Iterator[tuple[Event, date]]:
        while self._queue:
            day, _, _, event = heappop(self._queue)
            yield event, date.fromordinal(self._sign * day)

    def again(self, event: Event, day: date) -> bool:
        """Put an act back to another day of its month or year; False if there is none left."""
        first, last = event.date.day, min(event.date.last, self._until)
        if self._sign > 0:
            following = [d for d in self._days if day < d <= last]
            other = following[0] if following else last
        else:
            following = [d for d in self._days if first <= d < day]
            other = following[-1] if following else first
        if other == day:
            return False
        self._push(event, other)
        return True

    def _push(self, event: Event, day: date) -> None:
        exact = event.date.precision is Precision.DAY
        order = self._sign * self._orders[id(event)]
        # On one day, what is known to the day goes first, whatever the direction.
        heappush(self._queue, (self._sign * day.toordinal(), 0 if exact else 1, order, event))
