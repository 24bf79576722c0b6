"""Words for names: what they are to their place, when they were in use (名称用语)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.model.entry import Matter
from diming.model.place import Certainty, NameKind
from diming.model.span import Precision
from diming.present.acts import span_text
from diming.present.language import N_, say
from diming.present.plain import plain

if TYPE_CHECKING:
    from diming.model.place import Told

KINDS = {
    NameKind.STANDARD: N_("standard name"),
    NameKind.FORMER: N_("former name"),
    NameKind.ALIAS: N_("other name"),
    NameKind.SHORT: N_("short name"),
    NameKind.MINORITY: N_("name in another language of China"),
    NameKind.COLLOQUIAL: N_("colloquial name"),
    NameKind.MAP: N_("name on maps"),
}

CERTAINTIES = {
    Certainty.CERTAIN: "",
    Certainty.UNCERTAIN: N_("uncertain"),
    Certainty.APPROXIMATE: N_("about"),
    Certainty.BOTH: N_("uncertain, about"),
}


MATTERS = {
    Matter.APPLICATION: N_("naming application"),
    Matter.HERITAGE: N_("protected name"),
    Matter.APPRAISAL: N_("appraisal"),
    Matter.VANISHED: N_("vanished name"),
    Matter.SIGN: N_("name sign"),
}


def matter_word(matter: Matter, lang: str | None) -> str:
    """Return what a register is about."""
    return say(MATTERS[matter], lang)


def kind_word(kind: NameKind, lang: str | None) -> str:
    """Return what a name is to its place."""
    return say(KINDS[kind], lang)


def told_text(told: Told, lang: str | None) -> str:
    """Return when something was so, with the words of the source where they say more.

    Nothing where nothing is known.
    """
    span = told.span
    if span is None:
        return plain(told.text)
    unknown_end = not span.is_open and span.end.precision is Precision.UNKNOWN
    if unknown_end and span.begin.precision is Precision.UNKNOWN:
        said = say(N_("no longer by {day}"), lang, day=span.end.day.isoformat())
    elif span.is_open and span.begin.precision is Precision.UNKNOWN and not told.text:
        return ""
    else:
        said = span_text(span, lang)
    doubt = CERTAINTIES[told.certainty]
    if doubt:
        said = say(N_("{said} ({doubt})"), lang, said=said, doubt=say(doubt, lang))
    # What two columns were joined by is not the source's.
    text = told.text.removesuffix("..").removesuffix("/")
    same = (told.text.replace("/", " – "), f"? – {text.removeprefix('/')}")
    if text and said not in same and not said.startswith(f"{text} – "):
        return say(N_("{said}, «{text}»"), lang, said=said, text=plain(text))
    return said
