"""JSON ``diming.event/1`` in (变更文件); ``schemas/event-1.json`` is its published grammar."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from diming.errors import N_, Said, UnreadableInput
from diming.files.event_geometry import read_area, read_line
from diming.files.event_words import CERTAINTIES, Wrong, check_whole, read_choice, read_when, within
from diming.files.strict_json import loads
from diming.files.textfile import Faults
from diming.model.event import Event, EventType, Move, TerritoryKind, UnitRef
from diming.model.notation import CONTROL, DEEPEST, LONGEST, NotationError, parse_unit, read_code
from diming.model.span import Precision, When
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
    members = _members(value, MEMBERS, ("type", "date"))

    def get(name: str, read: Callable[[Any], T], default: T) -> T:
        return _at(name, read, members[name]) if name in members else default

    def units(items: Any) -> tuple[UnitRef, ...]:
        return _each(items, lambda item: read_unit(item, degrees))

    get("proposal", check_proposal, None)
    event = Event(
        type=_at(
            "type", lambda v: EventType(_choice(v, tuple(map(str, EventType)))), value["type"]
        ),
        date=_at("date", _when, value["date"]),
        before=get("before", units, ()),
        after=get("after", units, ()),
        approved=get("approved", _when, None),
        announced=get("announced", _when, None),
        completed=get("completed", _when, None),
        document=get("document", _line, ""),
        note=get("note", _note, ""),
        certainty=get("certainty", lambda v: _choice(v, CERTAINTIES), "confirmed"),
        moves=get("territory", lambda v: _each(v, lambda item: _move(item, degrees)), ()),
        changes=get("changes", lambda v: _changes(v, degrees), ()),
        given_id=get("id", _word, ""),
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
    members = _members(value, known, ())
    if depth > DEEPEST:
        raise Wrong(
            N_("more than {most_count} units lie within each other; name fewer"), most_count=DEEPEST
        )

    def get(name: str, read: Callable[[Any], T], default: T) -> T:
        return _at(name, read, members[name]) if name in members else default

    def superior(item: Any) -> UnitRef:
        ref = read_unit(item, degrees, depth + 1)
        if ref.part or ref.below:
            raise Wrong(N_("a superior is a whole unit; leave the ~ or * out"))
        return ref

    system = get("system", lambda v: _choice(v, SYSTEMS), "ministry")
    ref = UnitRef(
        name=get("name", _word, ""),
        code=get("code", lambda v: _code(v, system), None),
        system=system,
        parent=get("parent", superior, None),
        part=get("part", _flag, False),
        below=get("below", _flag, False),
        unit_id=get("unit_id", _word, None),
        level=get("level", _level, Level.UNKNOWN),
        kind=get("kind", _word, ""),
        seat=get("seat", _word, ""),
        geometry=get("geometry", lambda v: read_area(v, degrees=degrees), None),
    )
    if not (ref.name or ref.code or ref.unit_id or (ref.part and not ref.below)):
        raise Wrong(N_("it has neither name, code nor unit_id; give one of them"))
    return ref


def _move(value: Any, degrees: bool) -> Move:
    members = _members(
        value, ("giver", "taker", "kind", "geometry", "side", "units"), ("giver", "taker", "kind")
    )
    kind = TerritoryKind(_at("kind", lambda v: _choice(v, tuple(TerritoryKind)), value["kind"]))
    needs = {
        TerritoryKind.POLYGON: ("geometry",),
        TerritoryKind.LINE: ("geometry", "side"),
        TerritoryKind.UNITS: ("units",),
    }.get(kind, ())
    for name in ("geometry", "side", "units"):
        if (name in members) != (name in needs):
            template = (
                N_("territory of the kind {kind} needs the member «{name}»; add it")
                if name in needs
                else N_("territory of the kind {kind} has no member «{name}»; leave it out")
            )
            raise Wrong(template, kind=str(kind), name=name)

    def party(item: Any) -> UnitRef | None:
        return None if item is None else read_unit(item, degrees)

    giver = _at("giver", party, value["giver"])
    taker = _at("taker", party, value["taker"])
    if giver is None and taker is None:
        raise Wrong(N_("giver and taker cannot both lie outside; name one of them"))
    geometry: Any = None
    if kind is TerritoryKind.POLYGON:
        geometry = _at("geometry", lambda v: read_area(v, degrees=degrees), value["geometry"])
    if kind is TerritoryKind.LINE:
        geometry = _at("geometry", lambda v: read_line(v, degrees=degrees), value["geometry"])
    units: tuple[UnitRef, ...] = ()
    if kind is TerritoryKind.UNITS:
        units = _at("units", lambda v: _each(v, lambda i: read_unit(i, degrees)), value["units"])
        if not units:
            raise within("units", Said(N_("the list is empty; name the units that move")))
    side = _at("side", lambda v: _choice(v, ("left", "right")), members.get("side", "left"))
    return Move(giver, taker, kind, geometry, side, units)


def _changes(value: Any, degrees: bool) -> tuple[tuple[str, Any], ...]:
    members = _members(value, CHANGES, ())
    if not members:
        raise Wrong(N_("it is empty; say what the correction changes"))
    readers: Mapping[str, Callable[[Any], Any]] = {
        "name": _word,
        "kind": _word,
        "code": _or_null(_word),
        "seat": _or_null(_word),
        "parent": _or_null(_unit_text),
        "begin": _or_null(lambda v: str(read_when(_iso(v)))),
        "end": _or_null(lambda v: str(read_when(_iso(v)))),
        "geometry": _or_null(lambda v: read_area(v, degrees=degrees)),
    }
    return tuple((name, _at(name, readers[name], item)) for name, item in members.items())


def check_proposal(value: Any) -> None:
    """See that what an inference says of its own event is in order; no part of the act.

    Raises
    ------
    Wrong
    """
    members = _members(value, ("confidence", "shares", "doubtful"), ("confidence",))
    _at("confidence", _share, value["confidence"])
    if "doubtful" in members:
        _at("doubtful", lambda v: _each(v, _line), value["doubtful"])
    if "shares" in members:
        _at("shares", lambda v: _each(v, _check_passage), value["shares"])


def _check_passage(value: Any) -> None:
    known = ("giver", "taker", "area_m2", "share_of_giver", "share_of_taker")
    members = _members(value, known, ("giver", "taker"))
    for name in ("giver", "taker"):
        _at(name, _or_null(_word), value[name])
    for name in ("share_of_giver", "share_of_taker"):
        if name in members:
            _at(name, _share, value[name])
    if "area_m2" in members:
        _at("area_m2", lambda v: _number(v, _EARTH_M2), value["area_m2"])


def _at(name: str, read: Callable[[Any], T], value: Any) -> T:
    """Read a member; what is wrong with it is told with its name."""
    try:
        return read(value)
    except Wrong as wrong:
        raise within(name, wrong.said) from None


def _each(value: Any, read: Callable[[Any], T]) -> tuple[T, ...]:
    if not isinstance(value, list):
        raise Wrong(N_("it must be a list in square brackets"))
    return tuple(_at(f"[{place}]", read, item) for place, item in enumerate(value))


def _members(value: Any, known: tuple[str, ...], required: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Wrong(N_("it must be an object in braces"))
    if unknown := [key[:60] for key in value if key not in known]:
        raise Wrong(
            N_("nothing is known of the members {unknown}; here may be: {known}"),
            unknown=unknown, known=list(known),
        )  # fmt: skip
    if missing := [name for name in required if name not in value]:
        raise Wrong(N_("the members {missing} are missing; add them"), missing=missing)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Wrong(N_("it must be a text in quotation marks"))
    return value


def _line(value: Any) -> str:
    if CONTROL.search(_text(value)):
        raise Wrong(N_("it holds control characters; remove them"))
    return str(value)


def _note(value: Any) -> str:
    _line(_text(value).replace("\n", "").replace("\r", "").replace("\t", ""))
    return str(value)


def _word(value: Any) -> str:
    text = _line(value)
    if not text or text != text.strip() or len(text) > LONGEST:
        raise Wrong(
            N_("it must be a text of 1 to {most_count} characters without spaces around it"),
            most_count=LONGEST,
        )
    return text


def _unit_text(value: Any) -> str:
    return str(read_unit(_text(value)))


def _code(value: Any, system: str) -> str:
    text = _word(value)
    code = read_code(text, system)
    if code is None:
        raise Wrong(
            N_("«{code}» is no division code; for ids of your own set the system to source"),
            code=text[:60],
        )
    return code


def _choice(value: Any, choices: tuple[str, ...]) -> str:
    return read_choice(_text(value), choices)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong(N_("it must be true or false"))
    return value


def _level(value: Any) -> Level:
    if isinstance(value, int | float) and not isinstance(value, bool) and value in LEVELS.values():
        return Level(int(value))
    if isinstance(value, str) and value in LEVELS:
        return LEVELS[value]
    raise Wrong(N_("a level is a number from 1 to 5 or one of: {choices}"), choices=list(LEVELS))


def _number(value: Any, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise Wrong(N_("it must be a number from 0 to {most}"), most=most)
    return float(value)


def _share(value: Any) -> float:
    return _number(value, 1)


def _or_null(read: Callable[[Any], T]) -> Callable[[Any], T | None]:
    return lambda value: None if value is None else read(value)


def _iso(value: Any) -> str:
    text = _text(value)
    if not _ISO.fullmatch(text):
        raise Wrong(N_("«{text}» is no date; write 2011-10-22, 2011-10 or 2011"), text=text[:60])
    return text


def _when(value: Any) -> When:
    if not isinstance(value, dict):
        return read_when(_iso(value))
    _members(value, ("day", "precision"), ("day", "precision"))
    day = _at("day", lambda v: read_when(_iso(v)), value["day"])
    if len(value["day"]) < 10:
        raise within("day", Said(N_("it must be a whole day, such as 2011-10-22")))
    precision = _at("precision", lambda v: _choice(v, tuple(Precision)), value["precision"])
    return When(day.day, Precision(precision))
