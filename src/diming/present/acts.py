"""Acts, units, dates and levels in words, for whoever asks an archive (变更说明)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.model.answers import (
    BEGIN_UNKNOWN,
    TERRITORY_UNKNOWN,
    ChangeKind,
    Standing,
)
from diming.model.event import EventType
from diming.model.span import EVER, Precision
from diming.model.unit import Level
from diming.present.language import N_, say
from diming.present.plain import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diming.model.answers import Basis, LevelAt
    from diming.model.changeset import Applied
    from diming.model.event import UnitRef
    from diming.model.span import Span, When
    from diming.model.version import Version

TYPES: dict[EventType, str] = {
    EventType.ESTABLISH: N_("establishment"),
    EventType.ABOLISH: N_("abolition"),
    EventType.CONVERT: N_("conversion"),
    EventType.MERGE: N_("merger"),
    EventType.SPLIT: N_("split"),
    EventType.REORGANISE: N_("reorganisation"),
    EventType.RENAME: N_("change of name"),
    EventType.TRANSFER: N_("transfer to another superior"),
    EventType.BOUNDARY: N_("change of boundary"),
    EventType.SEAT: N_("move of the seat"),
    EventType.PROXY: N_("change of proxy administration"),
    EventType.RECODE: N_("change of code"),
    EventType.CORRECTION: N_("correction"),
}

LEVELS: dict[Level, str] = {
    Level.UNKNOWN: N_("level not known"),
    Level.PROVINCE: N_("province level"),
    Level.PREFECTURE: N_("prefecture level"),
    Level.COUNTY: N_("county level"),
    Level.TOWNSHIP: N_("township level"),
    Level.VILLAGE: N_("village level"),
}

KINDS: dict[ChangeKind, str] = {
    ChangeKind.BEGUN: N_("begun"),
    ChangeKind.ENDED: N_("ended"),
    ChangeKind.CONVERTED: N_("converted"),
    ChangeKind.RENAMED: N_("renamed"),
    ChangeKind.RECODED: N_("recoded"),
    ChangeKind.PARENT: N_("another superior"),
    ChangeKind.SEAT: N_("another seat"),
    ChangeKind.TERRITORY: N_("another territory"),
    ChangeKind.TERRITORY_LEARNT: N_("territory known now"),
    ChangeKind.TERRITORY_LOST_TRACK: N_("territory no longer known"),
}

STANDINGS: dict[Standing, str] = {
    Standing.PLACE: N_("by its territory"),
    Standing.PARENT: N_("as superior of the unit below; its own territory is not known"),
    Standing.NOT_KNOWN: N_("not known: units of this level have no territory on record here"),
    Standing.OUTSIDE: N_("no unit: outside all territories of this level"),
}

STOPS: dict[str, str] = {
    TERRITORY_UNKNOWN: N_("no further: the territory that passed is not known"),
    BEGIN_UNKNOWN: N_("no further: the archive does not know how it began"),
}


def type_word(kind: EventType, lang: str | None) -> str:
    """Return the word for a type of act."""
    return say(TYPES[kind], lang)


def level_word(level: Level, lang: str | None) -> str:
    """Return the word for a level."""
    return say(LEVELS[level], lang)


def kinds_text(kinds: Sequence[ChangeKind], lang: str | None) -> str:
    """Return what became of a unit."""
    return _listed([say(KINDS[k], lang) for k in kinds], lang)


def standing_text(at: LevelAt, lang: str | None) -> str:
    """Return how the unit of a level is known, where that is not plain."""
    if len(at.versions) > 1:
        return say(N_("on the line between these units"), lang)
    return "" if at.standing is Standing.PLACE else say(STANDINGS[at.standing], lang)


def stop_text(stopped: str | None, lang: str | None) -> str:
    """Return why a line of descent goes no further; empty if it does not stop."""
    return say(STOPS[stopped], lang) if stopped in STOPS else plain(stopped or "")


def label(version: Version | None, lang: str | None) -> str:
    """Return a unit by name and code, as people write it."""
    return say(N_("not known"), lang) if version is None else plain(version.label)


def unit_text(unit: str | None, names: Mapping[str, Version], lang: str | None) -> str:
    """Return a unit by name and code, by its id where it has neither."""
    if unit is None:
        return say(N_("not known"), lang)
    return label(names[unit], lang) if unit in names else plain(unit)


def when_text(when: When | None, lang: str | None) -> str:
    """Return a date as exactly as it is known."""
    if when is None or when.day == EVER:
        return say(N_("date not known"), lang)
    return _begin(when, lang)


def span_text(span: Span, lang: str | None) -> str:
    """Return from when until when something held."""
    end = say(N_("today"), lang) if span.is_open else str(span.end)
    return f"{_begin(span.begin, lang)} – {end}"


def _begin(when: When, lang: str | None) -> str:
    """Return since when: a day, by when at the latest, or that nobody knows."""
    if when.precision is Precision.UNKNOWN and when.day != EVER:
        return say(N_("{day} at the latest"), lang, day=when.day.isoformat())
    return "?" if when.day == EVER else str(when)


def act_text(act: Applied, lang: str | None) -> str:
    """Return an act without its date: what, who, on which document."""
    event = act.event
    if act.reverts is not None:
        return say(
            N_("undoes {event} ({reason})"), lang,
            event=plain(act.reverts), reason=plain(event.note) or "?",
        )  # fmt: skip
    text = say(
        N_("{type}: {before} → {after}"),
        lang,
        type=type_word(event.type, lang),
        before=_refs(event.before, lang),
        after=_refs(event.after, lang),
    )
    if event.document:
        text = say(N_("{text} ({detail})"), lang, text=text, detail=plain(event.document))
    return text


def _refs(refs: Sequence[UnitRef], lang: str | None) -> str:
    return _listed([_ref(r, lang) for r in refs], lang) or say(N_("none"), lang)


def _listed(items: Sequence[str], lang: str | None) -> str:
    return say(N_("{first}, {next}"), lang, first="", next="").join(items)


def _ref(ref: UnitRef, lang: str | None) -> str:
    if ref.is_nobody:
        return say(N_("ground not known whose"), lang)
    name = plain(ref.name or ref.code or ref.unit_id or "?")
    if ref.name and ref.code:
        name += f"[{plain(ref.code)}]"
    if ref.parent is not None:
        name = f"{_ref(ref.parent, lang)}/{name}"
    if ref.below:
        return say(N_("all units of {unit}"), lang, unit=name)
    return say(N_("part of {unit}"), lang, unit=name) if ref.part else name


def source_text(basis: Basis, lang: str | None) -> str:
    """Return which archive and belief an answer rests on."""
    return say(
        N_("by {archive}, revision r{revision} of {recorded}"),
        lang,
        archive=plain(basis.archive),
        revision=basis.revision,
        recorded=basis.recorded.astimezone().isoformat(sep=" ", timespec="minutes")[:16],
    )


def basis_text(basis: Basis, lang: str | None) -> str:
    """Return which archive, day and belief an answer rests on."""
    recorded = basis.recorded.astimezone().isoformat(sep=" ", timespec="minutes")[:16]
    template = (
        N_("as of {day}, by {archive}, revision r{revision} of {recorded}")
        if basis.latest
        else N_("as of {day}, as {archive} knew it in revision r{revision} of {recorded}")
    )
    return say(
        template,
        lang,
        day=basis.day.isoformat(),
        archive=plain(basis.archive),
        revision=basis.revision,
        recorded=recorded,
    )
