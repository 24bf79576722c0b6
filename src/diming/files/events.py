"""Files of events in and out (变更文件): a table, or JSON ``diming.event/1``."""

from __future__ import annotations

from dataclasses import dataclass
from os import fspath
from typing import TYPE_CHECKING

from diming.errors import N_, Said
from diming.files.event_csv import read_rows
from diming.files.textfile import Faults

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from diming.model.event import Event

#: The CRS of geometry in a file that does not name one: longitude, latitude.
WGS84 = "EPSG:4326"


@dataclass(frozen=True, slots=True)
class EventFile:
    """Events as read; iterating yields them in the order of the file.

    Attributes
    ----------
    events : tuple of Event
    crs : str
        Of all geometry in them, x (east, longitude) first.
    path : str
    """

    events: tuple[Event, ...]
    crs: str = WGS84
    path: str = ""

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)


def read_events(path: str | os.PathLike[str]) -> EventFile:
    """Read a file of events: CSV, or JSON by the ending ``.json``.

    Raises
    ------
    UnreadableInput
        One error for all rows or events that are wrong, up to ten.
    """
    name = fspath(path)
    events = read_rows(name)
    _each_once(name, events)
    return EventFile(tuple(events), WGS84, name)


def _each_once(path: str, events: list[Event]) -> None:
    faults = Faults(path)
    seen: dict[str, Event] = {}
    for event in events:
        first = seen.setdefault(event.id, event)
        if first is not event:
            number = int(event.source.rpartition(":")[2])
            first_number = int(first.source.rpartition(":")[2])
            faults.add_row(
                number,
                Said(
                    N_("it has the id «{id}» of number {first_number}; leave one of them"),
                    {"id": event.id[:60], "first_number": first_number},
                ),
            )
    faults.settle()
