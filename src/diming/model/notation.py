"""The notation of units in event tables (区划写法).

===================  ==============================================================
``a;b``              two units
``綦江区[500110]``    name and code; either may be missing: ``綦江区``, ``[500110]``
``北碚区/大湾镇``      parent and child
``~沙坪坝区``         part of a unit; ``~`` alone: of a unit nobody knows
``*潼南县``           all units below
``涪陵市(地级)``       one of 省级 地级 县级 乡级 村级 behind the name: of this level
===================  ==============================================================

Full-width characters of an input method (``；［］／～＊（）`` and digits) are read as the
plain ones. Other remarks in round brackets belong to the name.
"""

from __future__ import annotations

import re

from diming.errors import N_, Said
from diming.model.code import parse_code, tidy
from diming.model.event import UnitRef
from diming.model.unit import LEVEL_WORDS, Level

_PLAIN = str.maketrans("；［］／～〜＊", ";[]/~~*")
_SEGMENT = re.compile(r"\s*([^\[\]~*]*?)\s*(?:\[([^\[\]~*]*)\])?\s*")
_REMARK = re.compile(r"(.*?)\s*[(（]([省地县乡村]级)[)）]")
#: What no name or code may hold: it would be invisible, or break a line.
CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
#: The longest name or code taken for one; the longest name of a division has under 30.
LONGEST = 200

#: Units from a province down to a village: nothing lies deeper.
DEEPEST = 5

_LEVEL_REMARK = {
    Level.PROVINCE: "省级", Level.PREFECTURE: "地级", Level.COUNTY: "县级",
    Level.TOWNSHIP: "乡级", Level.VILLAGE: "村级",
}  # fmt: skip


class NotationError(ValueError):
    """A text is not in the notation; `said` tells what is wrong, and where."""

    def __init__(self, template: str, **facts: object) -> None:
        self.said = Said(template, facts)
        super().__init__(str(self.said))


def parse_units(text: str, system: str = "ministry") -> tuple[UnitRef, ...]:
    """Read units separated by semicolons; an empty text names none.

    Parameters
    ----------
    text : str
    system : str
        Whose the codes are: see `diming.model.version.SYSTEMS`. Division codes are read as
        such (``5001`` is ``500100``); ids of a source are taken as they are.

    Raises
    ------
    NotationError
        Says what is wrong and at which character, counted from 1.

    Examples
    --------
    >>> [str(unit) for unit in parse_units("渝北区[510218]；～江北区[510211]")]
    ['渝北区[510218]', '~江北区[510211]']
    """
    if not text.strip():
        return ()
    if hidden := CONTROL.search(text):
        raise NotationError(
            N_("character {place} is a control character; remove it"), place=hidden.start() + 1
        )
    units, start = [], 0
    for piece in text.translate(_PLAIN).split(";"):
        units.append(_unit(piece, start, system))
        start += len(piece) + 1
    return tuple(units)


def parse_unit(text: str, system: str = "ministry") -> UnitRef:
    """Read exactly one unit.

    Raises
    ------
    NotationError
        Also if there is none, or there are several.

    Examples
    --------
    >>> parse_unit("渝北区/大湾镇").parent.name
    '渝北区'
    """
    units = parse_units(text, system)
    if len(units) != 1:
        raise NotationError(
            N_("«{text}» names {units_count} units where one is wanted"),
            text=shortened(text), units_count=len(units),
        )  # fmt: skip
    return units[0]


def write_unit(ref: UnitRef) -> str:
    """Write a unit so that `parse_unit`, told the same system, reads the same.

    Raises
    ------
    NotationError
        If the notation cannot carry all that is said of it.

    Examples
    --------
    >>> write_unit(UnitRef("涪陵市", level=Level.PREFECTURE))
    '涪陵市(地级)'
    """
    text = ("~" if ref.part else "") + ("*" if ref.below else "") + _path(ref)
    try:
        same = parse_unit(text, ref.system) == ref
    except NotationError:
        same = False
    if not same:
        raise NotationError(
            N_("the notation cannot carry all that is said of «{unit}»"), unit=shortened(str(ref))
        )
    return text


def read_code(text: str, system: str) -> str | None:
    """Return a code as it is compared; None where it is no code of its system.

    Examples
    --------
    >>> read_code("５００１０１", "ministry"), read_code("01273", "nbs")
    ('500101', None)
    """
    if system == "source":
        return text.strip() or None
    code = parse_code(tidy(text))
    return None if code is None else code.digits


def shortened(text: str, length: int = 60) -> str:
    """Return the beginning of a foreign text, for a message."""
    return text if len(text) <= length else text[:length] + "…"


def _path(ref: UnitRef) -> str:
    above = f"{_path(ref.parent)}/" if ref.parent is not None else ""
    remark = f"({_LEVEL_REMARK[ref.level]})" if ref.level else ""
    return above + ref.name + remark + (f"[{ref.code}]" if ref.code else "")


def _unit(piece: str, start: int, system: str) -> UnitRef:
    """Read one unit; `start` is where the piece begins in the whole text."""
    body = piece.lstrip()
    place = start + len(piece) - len(body)
    marks = ""
    while body[:1] in ("~", "*"):
        if body[0] in marks:
            raise NotationError(
                N_("«{mark}» comes twice at character {place}; write it once"),
                mark=body[0], place=place + 1,
            )  # fmt: skip
        marks += body[0]
        rest = body[1:].lstrip()
        place += len(body) - len(rest)
        body = rest
    part, below = "~" in marks, "*" in marks
    if not body and marks == "~":
        return UnitRef(part=True, system=system)
    ref: UnitRef | None = None
    segments = body.split("/")
    if len(segments) > DEEPEST:
        raise NotationError(
            N_(
                "{units_count} units lie within each other at character {place}; "
                "name at most {most_count}"
            ),
            place=place + 1, units_count=len(segments), most_count=DEEPEST,
        )  # fmt: skip
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        name, code, level = _segment(segment, place, system)
        ref = UnitRef(
            name, code, system, ref, part=part and last, below=below and last, level=level
        )
        place += len(segment) + 1
    assert ref is not None
    return ref


def _segment(segment: str, start: int, system: str) -> tuple[str, str | None, Level]:
    found = _SEGMENT.fullmatch(segment)
    if found is None:
        raise _misplaced(segment, start)
    name, code = found.groups()
    place = start + len(segment) - len(segment.lstrip()) + 1
    level = Level.UNKNOWN
    if remark := _REMARK.fullmatch(name):
        name, level = remark[1], LEVEL_WORDS[remark[2]]
    if not name and (code is None or level):
        raise NotationError(N_("a unit is missing at character {place}"), place=place)
    if len(name) > LONGEST or len(code or "") > LONGEST:
        raise NotationError(
            N_("the name or code at character {place} is longer than {most_count} characters"),
            place=place, most_count=LONGEST,
        )  # fmt: skip
    if code is None:
        return name, None, level
    read = read_code(code, system)
    if read is None:
        raise NotationError(
            N_(
                "«{code}» at character {place} is no division code; "
                "for ids of your own set the code system to source"
            ),
            code=shortened(code), place=start + found.start(2) + 1,
        )  # fmt: skip
    return name, read, level


def _misplaced(segment: str, start: int) -> NotationError:
    """Say which of the signs stands where it cannot."""
    opened = segment.find("[")
    if opened >= 0 and "]" not in segment[opened:]:
        return NotationError(
            N_("the bracket opened at character {place} is not closed"), place=start + opened + 1
        )
    closed = segment.find("]")
    if closed >= 0 and segment[closed + 1 :].strip() and 0 <= opened < closed:
        place = closed + 1 + len(segment[closed + 1 :]) - len(segment[closed + 1 :].lstrip())
    else:
        place = next(i for i, c in enumerate(segment) if c in "]~*[")
    return NotationError(
        N_("«{sign}» at character {place} cannot stand there; separate units by a semicolon"),
        sign=segment[place], place=start + place + 1,
    )  # fmt: skip
