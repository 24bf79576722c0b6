"""Events as rows of a table (变更表), as in ``data/placenames/chongqing_events.csv``."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from diming.errors import N_, Said, UnreadableInput, UsageError
from diming.files.event_words import (
    CERTAINTIES,
    TYPE_WORDS,
    Wrong,
    as_read,
    check_whole,
    read_choice,
    read_when,
    within,
)
from diming.files.textfile import Faults, read_table
from diming.model.event import Event, EventType, UnitRef
from diming.model.notation import CONTROL, NotationError, parse_units, shortened, write_unit
from diming.model.span import UNKNOWN_BEGIN
from diming.model.version import SYSTEMS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from diming.model.span import When

T = TypeVar("T")

#: Columns every table has.
REQUIRED = ("date", "event_type", "units_before", "units_after")

#: All columns, in the order they are written.
COLUMNS = (
    *REQUIRED, "note", "certainty",
    "id", "code_system", "document", "approved", "announced", "completed", "seat",
)  # fmt: skip

#: Chinese headings of the columns.
HEADINGS: Mapping[str, str] = {
    "日期": "date", "变更类型": "event_type", "变更前": "units_before", "变更后": "units_after",
    "备注": "note", "可靠程度": "certainty", "编号": "id", "代码体系": "code_system",
    "批准文号": "document", "批准日期": "approved", "公告日期": "announced",
    "完成日期": "completed", "驻地": "seat",
}  # fmt: skip

#: A remark behind the name of a seat: ``李渡街道 (end-2023 list)``.
_REMARK = re.compile(r"\s*[(（][^()（）]*[)）]$")


def read_rows(path: str, text: str) -> list[Event]:
    """Read a table of events; `path` is for messages.

    Raises
    ------
    UnreadableInput
        Names all rows that are wrong, up to ten.
    """
    table = read_table(path, text)
    names = _columns(path, table.columns)
    faults, events = Faults(path), []
    for number, record in table.records():
        cells = {names[column]: cell for column, cell in record.items()}
        try:
            events.append(replace(read_row(cells), source=f"{path}:{number}"))
        except Wrong as wrong:
            faults.add_row(number, wrong.said)
    faults.settle()
    return events


def _columns(path: str, headings: Sequence[str]) -> dict[str, str]:
    """Return heading → column."""
    names = {h: HEADINGS.get(h, h.lower()) for h in headings}
    unknown = [h for h, column in names.items() if column not in COLUMNS]
    missing = [column for column in REQUIRED if column not in names.values()]
    if missing:
        raise UnreadableInput(
            "{path}: the columns {missing} are missing; an event table has {columns}",
            path=path, missing=missing, columns=list(COLUMNS),
        )  # fmt: skip
    if unknown:
        raise UnreadableInput(
            "{path}: nothing is known of the columns {unknown}; move them into the note or remove "
            "them, an event table has {columns}",
            path=path, unknown=[h[:60] for h in unknown], columns=list(COLUMNS),
        )  # fmt: skip
    if len(set(names.values())) < len(names):
        twice = next(c for c in COLUMNS if list(names.values()).count(c) > 1)
        raise UnreadableInput(
            "{path}: the column «{column}» comes twice; rename or remove one",
            path=path, column=twice,
        )  # fmt: skip
    return names


def read_row(cells: Mapping[str, str]) -> Event:
    """Read one row, given as column → cell.

    Raises
    ------
    Wrong
    """
    note = cells.get("note", "")
    marks = _marks(note)
    for field, text in cells.items():
        if CONTROL.search(text.replace("\n", "").replace("\r", "") if field == "note" else text):
            raise within(field, Said(N_("it holds control characters; remove them")))
    system = _cell(cells, "code_system", lambda text: read_choice(text, SYSTEMS)) or "ministry"
    kind = _cell(cells, "event_type", _event_type)
    day = _cell(cells, "date", read_when)
    before = _units(cells, "units_before", system)
    after = _units(cells, "units_after", system)
    seat = _agreed("seat", cells.get("seat", ""), _seat(marks, kind))
    if seat:
        after = _seated(after, seat, asked=bool(cells.get("seat")))
    if kind is None:
        raise within("event_type", Said(N_("it is empty; every event needs it")))
    event = Event(
        kind, day or UNKNOWN_BEGIN, before, after,
        approved=_cell(cells, "approved", read_when),
        announced=_cell(cells, "announced", read_when),
        completed=_cell(cells, "completed", read_when),
        document=_agreed("document", cells.get("document", ""), marks.get("doc", "")),
        note=note,
        certainty=_cell(cells, "certainty", lambda t: read_choice(t, CERTAINTIES)) or "confirmed",
        given_id=cells.get("id", ""),
    )  # fmt: skip
    check_whole(event)
    return event


def _cell(cells: Mapping[str, str], field: str, read: Callable[[str], T]) -> T | None:
    """Read a cell; None where it is empty."""
    text = cells.get(field, "")
    if not text:
        return None
    try:
        return read(text)
    except Wrong as wrong:
        raise within(field, wrong.said) from None


def _event_type(text: str) -> EventType:
    known = tuple(EventType)
    return TYPE_WORDS.get(text) or EventType(read_choice(text, tuple(map(str, known))))


def _units(cells: Mapping[str, str], field: str, system: str) -> tuple[UnitRef, ...]:
    try:
        return parse_units(cells.get(field, ""), system)
    except NotationError as error:
        raise within(field, error.said) from None


def _marks(note: str) -> dict[str, str]:
    """Return what a note says in the form ``doc=…; seat=…``.

    Raises
    ------
    Wrong
        If it says one of them twice.
    """
    marks: dict[str, str] = {}
    for piece in re.split("[;；]", note):
        key, sign, value = piece.partition("=")
        key = key.strip()
        if not sign or key not in ("doc", "seat", "from", "to"):
            continue
        if marks.setdefault(key, value.strip()) != value.strip():
            raise within(
                "note", Said(N_("it says «{key}=» twice; leave one of them"), {"key": key})
            )
    return marks


def _seat(marks: Mapping[str, str], kind: EventType | None) -> str:
    text = marks.get("to") if kind is EventType.SEAT else None
    return _REMARK.sub("", text or marks.get("seat", ""))


def _agreed(field: str, cell: str, noted: str) -> str:
    """Return what a column or the note says, which must not contradict each other."""
    if cell and noted and cell != noted:
        raise within(
            field,
            Said(
                N_("the column says «{cell}», the note «{noted}»; correct one of them"),
                {"cell": cell[:60], "noted": noted[:60]},
            ),
        )
    return cell or noted


def _seated(after: tuple[UnitRef, ...], seat: str, *, asked: bool) -> tuple[UnitRef, ...]:
    """Give the seat to the one unit after that is whole; a note about several stays a note."""
    whole = [u for u in after if not u.part and not u.below]
    if len(whole) == 1:
        return tuple(replace(u, seat=seat) if u is whole[0] else u for u in after)
    if asked:
        raise within(
            "seat",
            Said(N_("it is not clear whose seat it is; write an event of several units as JSON")),
        )
    return after


def write_rows(events: Sequence[Event]) -> str:
    """Return the table of events.

    Raises
    ------
    UsageError
        If a row cannot carry all that an event says.
    """
    rows = [_row(number, as_read(event)) for number, event in enumerate(events, start=1)]
    columns = [c for c in COLUMNS if c in COLUMNS[:6] or any(row[c] for row in rows)]
    return _text(columns, rows)


def _text(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _row(number: int, event: Event) -> dict[str, str]:
    try:
        row = _cells(event)
        ((_, again),) = read_table("", _text(COLUMNS, [row])).records()
        same = replace(read_row(again), source=event.source) == event
    except (UnreadableInput, ValueError):
        same = False
    if not same:
        raise UsageError(
            "event {number} ({event}) says more than a row of CSV can carry, such as geometry, "
            "territory or changes; write it as JSON",
            number=number, event=shortened(str(event)),
        )  # fmt: skip
    return row


def _cells(event: Event) -> dict[str, str]:
    systems = {s for ref in (*event.before, *event.after) for s in _systems(ref)}
    marks = _marks(event.note)
    seats = {ref.seat for ref in event.after} - {""}
    seat = seats.pop() if len(seats) == 1 else ""
    return {
        "date": "" if event.date == UNKNOWN_BEGIN else str(event.date),
        "event_type": str(event.type),
        "units_before": ";".join(write_unit(replace(r, seat="")) for r in event.before),
        "units_after": ";".join(write_unit(replace(r, seat="")) for r in event.after),
        "note": event.note,
        "certainty": event.certainty,
        "id": event.given_id,
        "code_system": systems.pop() if len(systems) == 1 and systems != {"ministry"} else "",
        "document": "" if marks.get("doc") == event.document else event.document,
        "approved": _date(event.approved),
        "announced": _date(event.announced),
        "completed": _date(event.completed),
        "seat": "" if _seat(marks, event.type) == seat else seat,
    }


def _systems(ref: UnitRef) -> tuple[str, ...]:
    return (ref.system, *(_systems(ref.parent) if ref.parent is not None else ()))


def _date(when: When | None) -> str:
    return "" if when is None else str(when)
