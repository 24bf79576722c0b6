"""Words for names: what they are to their place, what registers are about (名称用语)."""

from __future__ import annotations

from diming.model.entry import Matter
from diming.model.place import NameKind
from diming.present.language import N_, say

KINDS = {
    NameKind.STANDARD: N_("standard name"),
    NameKind.FORMER: N_("former name"),
    NameKind.ALIAS: N_("other name"),
    NameKind.SHORT: N_("short name"),
    NameKind.MINORITY: N_("name in another language of China"),
    NameKind.COLLOQUIAL: N_("colloquial name"),
    NameKind.MAP: N_("name on maps"),
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
