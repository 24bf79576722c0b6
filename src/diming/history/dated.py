"""Rows with a begin and an end become versions of units (带起止日期的区划表).

Which rows are one unit is the question. A source's own id says it. A code does not:
500110 was 万盛区 until one day and 綦江区 from that day on, and 500101 was 万县区 and
万州区, one unit under two names. So rows of one code are one unit while the name stays;
a new name is a new unit, unless an event says that it was a rename.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from diming.errors import UnreadableInput
from diming.geometry.checksum import territory_key
from diming.model.changeset import Changeset
from diming.model.event import EventType, fingerprint
from diming.model.span import NOT_ENDED, OPEN, UNKNOWN_BEGIN, Span, When, ends_are_last_days
from diming.model.unit import Level
from diming.model.version import Version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diming.model.event import Event


@dataclass(frozen=True, slots=True)
class DatedRow:
    """One row of a source with dates.

    Attributes
    ----------
    id : str
        The source's own name for the unit, the same in all its rows; else empty.
    begin, end : When or None
        As written; whether the end is the last day it held, or the first it did
        not, is read from all rows together.
    parent : str
        Id or code of the superior, within the same source.
    geometry : shapely geometry or None
    source : str
        File and row, for messages.
    """

    id: str = ""
    code: str = ""
    name: str = ""
    kind: str = ""
    level: Level = Level.UNKNOWN
    parent: str = ""
    begin: When | None = None
    end: When | None = None
    geometry: Any = None
    note: str = ""
    source: str = ""


def dated_changeset(
    rows: Sequence[DatedRow], *, system: str = "source", events: Sequence[Event] = ()
) -> Changeset:
    """Turn rows into versions of units with permanent ids.

    Parameters
    ----------
    rows : sequence of DatedRow
    system : str
        Whose the codes are.
    events : sequence of Event
        Those of type ``rename`` join rows of one code under two names.

    Returns
    -------
    Changeset
        At any date, the shapes of the versions that hold are those of the rows
        that hold.

    Raises
    ------
    UnreadableInput
        If a row ends before it begins.
    """
    last_days = ends_are_last_days(
        [r.begin.day for r in rows if r.begin], [r.end.day for r in rows if r.end]
    )
    spans = [_span(row, last_days=last_days) for row in rows]
    ids = unit_ids(rows, spans, events)
    territories: dict[str, Any] = {}
    keys: list[str | None] = []
    for row in rows:
        key = None if row.geometry is None else territory_key(row.geometry)
        if key is not None:
            territories[key] = row.geometry
        keys.append(key)
    bearers = _bearers(rows)
    versions = [
        Version(
            unit_id=ids[i],
            span=spans[i],
            level=row.level,
            name=row.name,
            kind=row.kind,
            codes=_codes(row, system),
            parent_id=_parent(row.parent, spans[i], bearers, ids, spans),
            territory=keys[i],
            note=row.note,
        )
        for i, row in enumerate(rows)
    ]
    versions.sort(key=lambda v: (v.unit_id, v.span.begin.day, v.span.end.day))
    return Changeset(added=tuple(versions), territories=territories)


def unit_ids(
    rows: Sequence[DatedRow], spans: Sequence[Span], events: Sequence[Event] = ()
) -> list[str]:
    """Return the permanent id of the unit of each row: opaque, and the same on every reading."""
    result = [""] * len(rows)
    renames = _renames(events)
    coded: list[int] = []
    for i, row in enumerate(rows):
        if row.id:
            result[i] = _opaque("id", row.id)
        elif row.code:
            coded.append(i)
        else:
            result[i] = _opaque("name", int(row.level), row.name)
    order = sorted(
        coded,
        key=lambda i: (int(rows[i].level), rows[i].code, spans[i].begin.day, spans[i].end.day),
    )
    for _, mine in groupby(order, key=lambda i: (int(rows[i].level), rows[i].code)):
        #: Latest row of each unit that bore the code so far.
        latest: dict[str, int] = {}
        for i in mine:
            row, begin = rows[i], spans[i].begin.day
            unit = next(
                (u for u, j in latest.items() if _continues(rows[j], row, begin, renames)), None
            )
            if unit is None:
                unit = _opaque("code", int(row.level), row.code, row.name, begin.isoformat())
            result[i] = unit
            latest[unit] = i
    return result


def _continues(
    before: DatedRow,
    after: DatedRow,
    begin: date,
    renames: Mapping[tuple[str, str, str], set[date]],
) -> bool:
    """Tell whether two rows of one code are one unit: of one name, or renamed by an event."""
    if before.name.strip() == after.name.strip():
        return True
    days = renames.get((after.code, before.name.strip(), after.name.strip()), set())
    return begin in days


def _renames(events: Sequence[Event]) -> dict[tuple[str, str, str], set[date]]:
    """Return (code, old name, new name) of all renames, with their days."""
    found: dict[tuple[str, str, str], set[date]] = {}
    for event in events:
        if event.type is EventType.RENAME:
            for old, new in zip(event.before, event.after, strict=False):
                code = new.code or old.code
                if code:
                    key = (code, old.name.strip(), new.name.strip())
                    found.setdefault(key, set()).add(event.date.day)
    return found


def _opaque(*key: Any) -> str:
    return "u" + fingerprint(list(key))


def _span(row: DatedRow, *, last_days: bool) -> Span:
    begin = row.begin or UNKNOWN_BEGIN
    end = row.end or NOT_ENDED
    if row.end is not None and last_days and end.last < OPEN:
        end = When(end.last + timedelta(days=1), end.precision)
    if end.day <= begin.day:
        raise UnreadableInput(
            "{path}: {name} ends on {end}, but begins on {begin}; correct the dates in the source",
            path=row.source, name=row.name or row.code or row.id,
            end=str(row.end), begin=str(begin),
        )  # fmt: skip
    return Span(begin, end)


def _codes(row: DatedRow, system: str) -> tuple[tuple[str, str], ...]:
    if row.code:
        return ((system, row.code),)
    return (("source", row.id),) if row.id else ()


def _bearers(rows: Sequence[DatedRow]) -> dict[str, list[int]]:
    """Return the rows that an id or a code may name, ids first."""
    found: dict[str, list[int]] = {}
    for name in ("id", "code"):
        for i, row in enumerate(rows):
            text = getattr(row, name)
            if text and i not in found.get(text, ()):
                found.setdefault(text, []).append(i)
    return found


def _parent(
    text: str, span: Span, bearers: Mapping[str, list[int]], ids: Sequence[str],
    spans: Sequence[Span],
) -> str | None:  # fmt: skip
    """Return the unit that a row names as its superior: the one that holds when it begins."""
    named = bearers.get(text, []) if text else []
    there = [i for i in named if spans[i].meets(span)]
    on = [i for i in there if spans[i].holds(span.begin.day)]
    return next((ids[i] for i in (*on, *there)), None)
