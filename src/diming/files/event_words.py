"""What members and columns of event files may say, and what is wrong if they do not (变更文件)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from diming.errors import N_, Said
from diming.model.event import Event, EventType, UnitRef
from diming.model.notation import read_code, shortened
from diming.model.span import UNKNOWN_BEGIN, When, parse_when

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How sure a source is of an act: all, all but the day, or nothing written down.
CERTAINTIES = ("confirmed", "confirmed-year", "inferred")

#: Chinese words for types, read in tables.
TYPE_WORDS: Mapping[str, EventType] = {
    "设立": EventType.ESTABLISH, "撤销": EventType.ABOLISH, "改设": EventType.CONVERT,
    "合并": EventType.MERGE, "分设": EventType.SPLIT, "重组": EventType.REORGANISE,
    "更名": EventType.RENAME, "变更隶属关系": EventType.TRANSFER,
    "变更界线": EventType.BOUNDARY, "驻地迁移": EventType.SEAT, "代管变更": EventType.PROXY,
    "代码变更": EventType.RECODE,
}  # fmt: skip

_DATE_FORM = re.compile(r"[0-9]{4}-[0-9]{1,2}(-[0-9]{1,2})?|[0-9]{4}", re.ASCII)


_FIELD = N_("{field}: {what}")


class Wrong(ValueError):
    """One thing wrong with a row or an event; `said` tells it."""

    def __init__(self, template: str, **facts: object) -> None:
        self.said = Said(template, facts)
        super().__init__(template)


def within(field: str, what: Said) -> Wrong:
    """Return what is wrong, with the field it is wrong with: ``after[0].geometry``."""
    if what.template == _FIELD:
        inner = str(what.facts["field"])
        field += inner if inner.startswith("[") else f".{inner}"
        what = cast("Said", what.facts["what"])
    return Wrong(_FIELD, field=field, what=what)


def read_when(text: str) -> When:
    """Read a date of day, month or year.

    Raises
    ------
    Wrong
    """
    try:
        return parse_when(text)
    except ValueError:
        if _DATE_FORM.fullmatch(text.strip()):
            raise Wrong(
                N_("the calendar has no «{text}»; correct the date"), text=shortened(text)
            ) from None
        raise Wrong(
            N_("«{text}» is no date; write 2011-10-22, 2011-10 or 2011"), text=shortened(text)
        ) from None


def read_choice(text: str, choices: tuple[str, ...]) -> str:
    """Return a word that must be one of several.

    Raises
    ------
    Wrong
    """
    if text not in choices:
        raise Wrong(
            N_("«{text}» is not known here; write one of: {choices}"),
            text=shortened(text), choices=list(map(str, choices)),
        )  # fmt: skip
    return text


def check_whole(event: Event) -> None:
    """See that an event says what one must.

    Raises
    ------
    Wrong
    """
    if event.date == UNKNOWN_BEGIN and not (event.approved or event.announced or event.completed):
        raise Wrong(N_("it says no date; give «date», or one of approved, announced, completed"))
    if not event.before and not event.after:
        raise Wrong(N_("it names no unit, neither before nor after; name at least one"))
    if event.type is EventType.CORRECTION and not event.changes:
        raise Wrong(N_("a correction needs «changes», which only JSON can carry; write it there"))
    if event.type is not EventType.CORRECTION and event.changes:
        raise Wrong(N_("only a correction may have «changes»; give it the type correction"))


def as_read(event: Event) -> Event:
    """Return an event with its codes as the readers leave them (``5001`` is ``500100``)."""
    return replace(
        event,
        before=tuple(map(_as_read, event.before)),
        changes=tuple(
            (k, read_code(v, _system(event)) or v if k == "code" and v else v)
            for k, v in event.changes
        ),
        after=tuple(map(_as_read, event.after)),
        moves=tuple(
            replace(
                m,
                giver=None if m.giver is None else _as_read(m.giver),
                taker=None if m.taker is None else _as_read(m.taker),
                units=tuple(map(_as_read, m.units)),
            )
            for m in event.moves
        ),
    )


def _system(event: Event) -> str:
    return event.before[0].system if event.before else "ministry"


def _as_read(ref: UnitRef) -> UnitRef:
    return replace(
        ref,
        code=None if ref.code is None else read_code(ref.code, ref.system) or ref.code,
        parent=None if ref.parent is None else _as_read(ref.parent),
    )
