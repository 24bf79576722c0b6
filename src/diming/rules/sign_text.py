"""Whether the text of a sign is the standard name, characters above pinyin (标志内容)."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from diming.errors import N_
from diming.model.place import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diming.handbook.registers import Registers, SignKind
    from diming.model.place import Name


def sign_problems(
    text: str, romanisation: str, kind: SignKind, standard: Iterable[Name], words: Registers
) -> tuple[Problem, ...]:
    """Return what is wrong with the text of a sign.

    Parameters
    ----------
    text, romanisation : str
        As they stand on the sign; no romanisation where nothing was noted.
    kind : SignKind
    standard : iterable of Name
        Standard names of the place in use.
    words : Registers
    """
    names = list(standard)
    found: list[Problem] = []
    fits = [n for n in names if _agrees(text, n.text, kind)]
    if names and not fits:
        what = N_("the sign says “{text}”, the standard name is “{name}” ({basis})")
        found.append(Problem(what, {"text": text, "name": tuple(n.text for n in names),
                                    "basis": kind.basis}))  # fmt: skip
    if foreign := sorted(words.foreign_words & set(_letters(romanisation, " ").split())):
        what = N_("“{words}” under the name is no pinyin ({basis})")
        found.append(Problem(what, {"words": tuple(foreign), "basis": words.basis}))
    spelled = [n.romanisation for n in fits if n.romanisation]
    if romanisation and spelled and not any(_spells(romanisation, s, kind) for s in spelled):
        what = N_("under the name stands “{text}”; its spelling is “{name}” ({basis})")
        found.append(Problem(what, {"text": romanisation, "name": tuple(spelled),
                                    "basis": words.basis}))  # fmt: skip
    return tuple(found)


def _agrees(text: str, name: str, kind: SignKind) -> bool:
    one, two = "".join(text.split()), "".join(name.split())
    return one.startswith(two) if kind.text == "begins" else one == two


def _spells(romanisation: str, name: str, kind: SignKind) -> bool:
    """Tell whether letters are those of a name: case, tones and spaces do not count."""
    one, two = _letters(romanisation, ""), _letters(name, "")
    return one.startswith(two) if kind.text == "begins" else one == two


def _letters(text: str, space: str) -> str:
    """Return letters without tones, in lower case; ü stays ü."""
    kept = []
    for c in unicodedata.normalize("NFD", text.lower()):
        if c == "\u0308":  # The dots of ü are no tone.
            kept.append(c)
        elif not unicodedata.combining(c):
            kept.append(c if c.isalnum() else space)
    return unicodedata.normalize("NFC", "".join(kept))
