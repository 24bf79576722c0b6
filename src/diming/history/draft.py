"""The rows that one act brings, while they are being put together (草案)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from diming.model.changeset import Changeset
from diming.model.event import fingerprint
from diming.model.span import NOT_ENDED, Span, When

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from diming.history.view import View
    from diming.model.event import Event
    from diming.model.version import Version


class Draft:
    """What stands after an act, as far as it is worked out, over what stood before.

    Parameters
    ----------
    view : View
        What is believed before the act.
    event : Event
    day : datetime.date
        The day it takes effect: that of the event, or one of those it may be.
    """

    def __init__(self, view: View, event: Event, day: date) -> None:
        self.view, self.event, self.day = view, event, day
        self.when: When = event.date.settled(day)
        #: Unit → its version from the day on.
        self.begun: dict[str, Version] = {}
        #: Unit → the version that it ended with.
        self.ended: dict[str, Version] = {}
        #: Unit → what it was just before.
        self.was: dict[str, Version] = {}
        self.territories: dict[str, Any] = {}
        self._closed: list[Version] = []
        self._superseded: list[int] = []
        #: Row → the belief put in its place.
        self._amended: dict[int, Version] = {}

    def current(self, unit_id: str) -> Version | None:
        """Return the version of a unit that holds from the day on, as drafted so far."""
        if unit_id in self.ended:
            return None
        if unit_id in self.begun:
            return self.begun[unit_id]
        held = next((v for v in self.view.of_unit(unit_id) if v.holds(self.day)), None)
        return None if held is None else self._as_amended(held)

    def drafted(self, versions: Iterable[Version]) -> Iterator[Version]:
        """Pass on what the view says of the day, with what is drafted in its place."""
        for version in versions:
            if version.holds(self.day) and version.unit_id not in self.was:
                yield version

    def with_code(self, system: str, code: str) -> list[Version]:
        """Return the versions that bear a code from the day on."""
        found = list(self.drafted(self.view.with_code(system, code)))
        return found + [v for v in self.begun.values() if v.code(system) == code]

    def children(self, unit_id: str) -> list[Version]:
        """Return the versions below a unit from the day on."""
        found = list(self.drafted(self.view.children(unit_id)))
        found += [v for v in self.begun.values() if v.parent_id == unit_id]
        return sorted(found, key=lambda v: v.unit_id)

    def end(self, version: Version) -> None:
        """Let a unit end on the day."""
        self._close(version)
        self.begun.pop(version.unit_id, None)
        self.ended[version.unit_id] = self.was[version.unit_id]

    def change(self, version: Version, **attributes: Any) -> Version:
        """Let a unit go on with other attributes from the day on."""
        if version.unit_id in self.begun:
            changed = replace(self.begun[version.unit_id], **attributes)
        else:
            version = self._as_amended(version)
            self._close(version)
            changed = replace(
                version, span=Span(self.when, version.span.end), began_by=self.event.id, row=None,
                **attributes,
            )  # fmt: skip
        self.begun[version.unit_id] = changed
        return changed

    def begin(self, ordinal: int, version: Version) -> Version:
        """Let a new unit begin on the day; its id follows from the event and the ordinal."""
        made = replace(
            version, unit_id=unit_id_of(self.event.id, ordinal),
            span=Span(self.when, NOT_ENDED), began_by=self.event.id, ended_by=None, row=None,
        )  # fmt: skip
        self.begun[made.unit_id] = made
        return made

    def amend(self, version: Version, **attributes: Any) -> None:
        """Put another belief in place of a row, whose span the act does not end."""
        assert version.row is not None
        held = self._amended.get(version.row, version)
        self._amended[version.row] = replace(held, row=None, **attributes)

    def later(self, unit_id: str) -> list[Version]:
        """Return the versions of a unit that begin after the day."""
        return [v for v in self.view.of_unit(unit_id) if v.span.begin.day > self.day]

    def changeset(self) -> Changeset:
        """Return the rows, without the event."""
        return Changeset(
            added=(*self._closed, *self._amended.values(), *self.begun.values()),
            superseded=(*self._superseded, *self._amended),
            territories=self.territories,
        )

    def _as_amended(self, version: Version) -> Version:
        """Return a row with what was put in its place."""
        amended = None if version.row is None else self._amended.get(version.row)
        return version if amended is None else replace(amended, row=version.row)

    def _close(self, version: Version) -> None:
        if version.unit_id in self.was:
            return
        self.was[version.unit_id] = version
        if version.row is not None:
            self._superseded.append(version.row)
            self._amended.pop(version.row, None)
        # One that began on the very day has no time of its own left.
        if version.span.begin.day < self.day:
            span = Span(version.span.begin, self.when)
            self._closed.append(replace(version, span=span, ended_by=self.event.id, row=None))


def unit_id_of(event_id: str, ordinal: int) -> str:
    """Return the permanent id of the unit that an event names in this place after it."""
    return "u" + fingerprint([event_id, ordinal])
