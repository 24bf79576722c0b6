"""JSON ``diming.event/1`` in (变更文件); ``schemas/event-1.json`` is its published grammar."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from diming.errors import N_, Said, UnreadableInput
from diming.files import json_members as member
from diming.files.event_geometry import read_area, read_line
from diming.files.event_words import CERTAINTIES, Wrong, check_whole, read_when, within
from diming.files.strict_json import loads
from diming.files.textfile import Faults
from diming.model.event import Event, EventType, Move, TerritoryKind, UnitRef
from diming.model.notation import DEEPEST, NotationError, parse_unit, read_code, write_unit
from diming.model.span import UNKNOWN_BEGIN, Precision, When
from diming.model.unit import Level
from diming.model.version import SYSTEMS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

FORMAT = "diming.event/1"

#: Members of an event.
MEMBERS = (
    "id", "type", "date", "before", "after", "approved", "announced", "completed", "document",
    "note", "certainty", "territory", "changes", "proposal",
)  # fmt: skip
#: Members of a unit; a parent has only the first six.
UNIT_MEMBERS = (
    "name", "code", "system", "parent", "unit_id", "level",
    "kind", "part", "below", "seat", "geometry",
)  # fmt: skip
#: Words for levels, as they are written.
LEVELS: Mapping[str, Level] = {level.name.lower(): level for level in Level if level}
#: What a correction may change.
CHANGES = ("name", "code", "kind", "seat", "parent", "begin", "end", "geometry")

#: No area is larger: the Earth has 5.1e14 m².
_EARTH_M2 = 1e15
_EARTH_M = 1e8

_ISO = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", re.ASCII)


def read_document(path: str, text: str) -> tuple[list[Event], str | None, list[Any]]:
    """Read a document: events, the CRS it names, and the proposal of each event or None.

    Raises
    ------
    UnreadableInput
        Names all events that are wrong, up to ten.
    """
    document = loads(path, text)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UnreadableInput(
            "{path}: this is no file of events; it must be an object with \"format\": \"{format}\"",
            path=path, format=FORMAT,
        )  # fmt: skip
    crs, degrees = None, True
    if "crs" in document:
        crs, degrees = _crs(path, document["crs"])
    if "events" in document:
        unknown = [k for k in document if k not in ("format", "crs", "events")]
        if unknown or not isinstance(document["events"], list):
            raise UnreadableInput(
                "{path}: beside format and crs, a file of several events has a list named events "
                "and nothing else",
                path=path,
            )
        items = document["events"]
    else:
        items = [{k: v for k, v in document.items() if k not in ("format", "crs")}]
    faults, events, proposals = Faults(path), [], []
    for number, item in enumerate(items, start=1):
        try:
            events.append(replace(read_event(item, degrees), source=f"{path}:{number}"))
            proposals.append(item.get("proposal"))
        except Wrong as wrong:
            faults.add_event(number, wrong.said)
    faults.settle()
    return events, crs, proposals


def _crs(path: str, text: Any) -> tuple[str, bool]:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        if not isinstance(text, str):
            raise CRSError(str(text))
        return text, bool(CRS.from_user_input(text).is_geographic)
    except CRSError:
        raise UnreadableInput(
            "{path}: «crs» names no known reference system; write one such as EPSG:4545",
            path=path,
        ) from None


def read_event(value: Any, degrees: bool = True) -> Event:
    """Read one event.

    Parameters
    ----------
    value
        As JSON has it.
    degrees : bool
        Whether coordinates are longitude and latitude.

    Raises
    ------
    Wrong
    """
    said = member.members(value, MEMBERS, ("type",))

    def units(items: Any) -> tuple[UnitRef, ...]:
        return member.each(items, lambda item: read_unit(item, degrees))

    said.get("proposal", lambda v: check_proposal(v, degrees), None)
    nobody: tuple[UnitRef, ...] = ()
    before = said.get("before", units, nobody)
    system = before[0].system if before else "ministry"
    event = Event(
        type=said.need("type", lambda v: EventType(member.choice(v, tuple(map(str, EventType))))),
        date=said.get("date", _when, UNKNOWN_BEGIN),
        before=before,
        after=said.get("after", units, ()),
        approved=said.get("approved", _when, None),
        announced=said.get("announced", _when, None),
        completed=said.get("completed", _when, None),
        document=said.get("document", member.line, ""),
        note=said.get("note", member.note, ""),
        certainty=said.get("certainty", lambda v: member.choice(v, CERTAINTIES), "confirmed"),
        moves=said.get(
            "territory", lambda v: member.each(v, lambda item: _move(item, degrees)), ()
        ),
        changes=said.get("changes", lambda v: _changes(v, degrees, system), ()),
        given_id=said.get("id", member.word, ""),
    )
    check_whole(event)
    return event


def read_unit(value: Any, degrees: bool = True, depth: int = 1) -> UnitRef:
    """Read a unit: a text in the notation of tables, or an object.

    Raises
    ------
    Wrong
    """
    if isinstance(value, str):
        try:
            return parse_unit(value)
        except NotationError as error:
            raise Wrong(error.said.template, **error.said.facts) from None
    known = UNIT_MEMBERS if depth == 1 else UNIT_MEMBERS[:7]
    said = member.members(value, known)
    if depth > DEEPEST:
        raise Wrong(
            N_("more than {most_count} units lie within each other; name fewer"), most_count=DEEPEST
        )

    system = said.get("system", lambda v: member.choice(v, SYSTEMS), "ministry")
    ref = UnitRef(
        name=said.get("name", member.word, ""),
        code=said.get("code", lambda v: _code(v, system), None),
        system=system,
        parent=said.get("parent", lambda v: _superior(v, degrees, depth + 1), None),
        part=said.get("part", member.flag, False),
        below=said.get("below", member.flag, False),
        unit_id=said.get("unit_id", member.word, None),
        level=said.get("level", _level, Level.UNKNOWN),
        kind=said.get("kind", member.word, ""),
        seat=said.get("seat", member.word, ""),
        geometry=said.get("geometry", lambda v: read_area(v, degrees=degrees), None),
    )
    if not (ref.name or ref.code or ref.unit_id or (ref.part and not ref.below)):
        raise Wrong(N_("it has neither name, code nor unit_id; give one of them"))
    return ref


def _move(value: Any, degrees: bool) -> Move:
    said = member.members(
        value, ("giver", "taker", "kind", "geometry", "side", "units"), ("giver", "taker", "kind")
    )
    kind = TerritoryKind(said.need("kind", lambda v: member.choice(v, tuple(TerritoryKind))))
    needs = {
        TerritoryKind.POLYGON: ("geometry",),
        TerritoryKind.LINE: ("geometry", "side"),
        TerritoryKind.UNITS: ("units",),
    }.get(kind, ())
    for name in ("geometry", "side", "units"):
        if (name in said) != (name in needs):
            template = (
                N_("territory of the kind {kind} needs the member «{name}»; add it")
                if name in needs
                else N_("territory of the kind {kind} has no member «{name}»; leave it out")
            )
            raise Wrong(template, kind=str(kind), name=name)

    def party(item: Any) -> UnitRef | None:
        return None if item is None else read_unit(item, degrees)

    giver = said.need("giver", party)
    taker = said.need("taker", party)
    if giver is None and taker is None:
        raise Wrong(N_("giver and taker cannot both lie outside; name one of them"))
    geometry: Any = None
    if kind is TerritoryKind.POLYGON:
        geometry = said.need("geometry", lambda v: read_area(v, degrees=degrees))
    if kind is TerritoryKind.LINE:
        geometry = said.need("geometry", lambda v: read_line(v, degrees=degrees))
    units: tuple[UnitRef, ...] = ()
    if kind is TerritoryKind.UNITS:
        units = said.need("units", lambda v: member.each(v, lambda i: read_unit(i, degrees)))
        if not units:
            raise within("units", Said(N_("the list is empty; name the units that move")))
    side = said.get("side", lambda v: member.choice(v, ("left", "right")), "left")
    return Move(giver, taker, kind, geometry, side, units)


def _changes(value: Any, degrees: bool, system: str) -> tuple[tuple[str, Any], ...]:
    """Read what a correction changes; `system` is whose codes the unit has."""
    said = member.members(value, CHANGES)
    if not said.said:
        raise Wrong(N_("it is empty; say what the correction changes"))
    readers: Mapping[str, Callable[[Any], Any]] = {
        "name": member.word,
        "kind": member.word,
        "code": member.or_null(lambda v: _new_code(v, system)),
        "seat": member.or_null(member.word),
        "parent": member.or_null(lambda v: write_unit(_superior(member.string(v), degrees))),
        "begin": member.or_null(lambda v: str(read_when(_iso(v)))),
        "end": member.or_null(lambda v: str(read_when(_iso(v)))),
        "geometry": member.or_null(lambda v: read_area(v, degrees=degrees)),
    }
    return tuple((name, said.need(name, readers[name])) for name in said.said)


def check_proposal(value: Any, degrees: bool = True) -> None:
    """See that what an inference says of its own event is in order; no part of the act.

    Raises
    ------
    Wrong
    """
    readers: Mapping[str, Callable[[Any], Any]] = {
        "confidence": member.share,
        "doubtful": member.flag,
        "reasons": lambda v: member.each(v, member.line),
        "shares": lambda v: member.each(v, _check_passage),
        "narrowest_m": member.or_null(lambda v: member.number(v, _EARTH_M)),
        "redrawn": lambda v: member.each(v, lambda item: read_unit(item, degrees)),
    }
    said = member.members(value, tuple(readers), ("confidence",))
    for name in said.said:
        said.need(name, readers[name])


def _check_passage(value: Any) -> None:
    readers: Mapping[str, Callable[[Any], Any]] = {
        "giver": member.word,
        "taker": member.word,
        "area_m2": lambda v: member.number(v, _EARTH_M2),
        "giver_share": member.share,
        "taker_share": member.share,
    }
    said = member.members(value, tuple(readers), ("giver", "taker"))
    for name in said.said:
        said.need(name, member.or_null(readers[name]))


def _superior(value: Any, degrees: bool, depth: int = 1) -> UnitRef:
    ref = read_unit(value, degrees, depth)
    if ref.part or ref.below:
        raise Wrong(N_("a superior is a whole unit; leave the ~ or * out"))
    return ref


def _new_code(value: Any, system: str) -> str:
    code = read_code(member.word(value), system)
    if code is None:
        raise Wrong(
            N_("«{code}» is no code of the system that the unit has ({system}); correct it"),
            code=value[:60], system=system,
        )  # fmt: skip
    return code


def _code(value: Any, system: str) -> str:
    text = member.word(value)
    code = read_code(text, system)
    if code is None:
        raise Wrong(
            N_("«{code}» is no division code; for ids of your own set the system to source"),
            code=text[:60],
        )
    return code


def _level(value: Any) -> Level:
    if isinstance(value, int | float) and not isinstance(value, bool) and value in LEVELS.values():
        return Level(int(value))
    if isinstance(value, str) and value in LEVELS:
        return LEVELS[value]
    raise Wrong(N_("a level is a number from 1 to 5 or one of: {choices}"), choices=list(LEVELS))


def _iso(value: Any) -> str:
    text = member.string(value)
    if not _ISO.fullmatch(text):
        raise Wrong(N_("«{text}» is no date; write 2011-10-22, 2011-10 or 2011"), text=text[:60])
    return text


def _when(value: Any) -> When:
    if not isinstance(value, dict):
        return read_when(_iso(value))
    said = member.members(value, ("day", "precision"), ("day", "precision"))
    day = said.need("day", lambda v: read_when(_iso(v)))
    if len(value["day"]) < 10:
        raise within("day", Said(N_("it must be a whole day, such as 2011-10-22")))
    precision = said.need("precision", lambda v: member.choice(v, tuple(Precision)))
    return When(day.day, Precision(precision))
