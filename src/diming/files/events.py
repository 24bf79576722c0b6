"""Files of events in and out (变更文件): a table, or JSON ``diming.event/1``."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from os import fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diming.errors import N_, Said, UsageError
from diming.files.event_csv import read_rows, write_rows
from diming.files.event_json import read_document
from diming.files.event_json_out import write_document
from diming.files.textfile import Faults, read_text
from diming.files.writing import write_file
from diming.model.notation import shortened

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import TextIO

    from diming.model.event import Event

#: The CRS of geometry in a file that does not name one: longitude, latitude.
WGS84 = "EPSG:4326"

#: Formats that events are written in.
FORMATS = ("json", "csv")


@dataclass(frozen=True, slots=True)
class EventFile:
    """Events as read; iterating yields them in the order of the file.

    Attributes
    ----------
    events : tuple of Event
        Their `source` is the path, a colon, and the row or the number of the event.
    crs : str
        Of all geometry in them, x (east, longitude) first.
    path : str
    proposals : tuple
        What an inference says of each event, or None; no part of the act.
    """

    events: tuple[Event, ...]
    crs: str = WGS84
    path: str = ""
    proposals: tuple[Mapping[str, Any] | None, ...] = ()

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)


def read_events(path: str | os.PathLike[str]) -> EventFile:
    """Read a file of events: JSON if it ends in ``.json`` or begins with a brace, else CSV.

    Raises
    ------
    UnreadableInput
        One error for all rows or events that are wrong, up to ten.
    """
    name = fspath(path)
    text = read_text(name)
    ending = Path(name).suffix.lower()
    if ending == ".json" or (ending != ".csv" and text.lstrip()[:1] in ("{", "[")):
        events, crs, proposals = read_document(name, text)
        _each_once(name, events, Faults.add_event)
        return EventFile(tuple(events), crs or WGS84, name, tuple(proposals))
    rows = read_rows(name, text)
    _each_once(name, rows, Faults.add_row)
    return EventFile(tuple(rows), WGS84, name, (None,) * len(rows))


def write_events(
    target: str | os.PathLike[str] | TextIO,
    events: Sequence[Event],
    *,
    crs: str | None = None,
    format: str | None = None,  # noqa: A002 – as on the command line
    proposals: Sequence[Mapping[str, Any] | None] = (),
) -> None:
    """Write a file of events, whole or not at all; `read_events` reads the same back.

    Parameters
    ----------
    target : path or text stream
    events : sequence of Event
    crs : str, optional
        Of their geometry; longitude and latitude in WGS 84 if None.
    format : str, optional
        ``json`` or ``csv``; by the ending of the path, else JSON.
    proposals : sequence, optional
        One for each event, or None: see ``docs/events.md``.

    Raises
    ------
    UsageError
        If an event cannot be said in that format, or the file cannot be written.
    """
    is_path = isinstance(target, str) or hasattr(target, "__fspath__")
    if format is None:
        by_ending = is_path and Path(fspath(target)).suffix.lower() == ".csv"  # type: ignore[arg-type]
        format = "csv" if by_ending else "json"  # noqa: A001
    if format not in FORMATS:
        raise UsageError(
            "events are not written as «{format}»; choose one of: {choices}",
            format=format, choices=list(FORMATS),
        )  # fmt: skip
    if proposals and len(proposals) != len(events):
        raise UsageError(
            "there are {events_count} events and {proposals_count} proposals; give one for each",
            events_count=len(events), proposals_count=len(proposals),
        )  # fmt: skip
    _each_said_once(events)
    text = _csv(events, proposals) if format == "csv" else _json(events, crs, proposals)
    if is_path:
        write_file(fspath(target), text)  # type: ignore[arg-type]
    else:
        target.write(text)  # type: ignore[union-attr]


def _csv(events: Sequence[Event], proposals: Sequence[Mapping[str, Any] | None]) -> str:
    if any(p is not None for p in proposals):
        raise UsageError("a table of events cannot carry proposals; write JSON")
    return write_rows(events)


def _json(
    events: Sequence[Event], crs: str | None, proposals: Sequence[Mapping[str, Any] | None]
) -> str:
    if crs is None or crs == WGS84:
        return write_document(events, None, proposals, degrees=True)
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        degrees = bool(CRS.from_user_input(crs).is_geographic)
    except CRSError:
        raise UsageError(
            "«{crs}» names no known reference system; write one such as EPSG:4545", crs=crs
        ) from None
    return write_document(events, crs, proposals, degrees=degrees)


def _each_said_once(events: Sequence[Event]) -> None:
    ids = Counter(event.id for event in events)
    if twice := [id_ for id_, count in ids.items() if count > 1]:
        raise UsageError(
            "several events have the id «{id}»; each needs its own", id=shortened(twice[0])
        )


def _each_once(
    path: str, events: Sequence[Event], add: Callable[[Faults, int, Said], None]
) -> None:
    faults = Faults(path)
    seen: dict[str, Event] = {}
    for event in events:
        first = seen.setdefault(event.id, event)
        if first is not event:
            what = Said(
                N_("it has the id «{id}» of number {first_number}; leave one of them"),
                {"id": event.id[:60], "first_number": _number(first)},
            )
            add(faults, _number(event), what)
    faults.settle()


def _number(event: Event) -> int:
    return int(event.source.rpartition(":")[2])
