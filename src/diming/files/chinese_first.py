"""The Chinese name of a place that a source lists by its name in letters (中文名在先).

GeoNames calls a place in China by its pinyin, and gives its name in characters among many
others: of those, the one that reads so is the standard name.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from diming.model.place import NameKind
from diming.script.ending import without_ending
from diming.script.fold import fold
from diming.script.reading import syllables
from diming.script.tongue import script_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diming.model.place import Name


def chinese_first(names: Sequence[Name]) -> list[Name]:
    """Return names with the one in characters first that the first, in letters, spells.

    Parameters
    ----------
    names : sequence of Name
        The standard name first.

    Returns
    -------
    list of Name
        As given, where the first is in characters already, or none reads so. Otherwise the one
        in characters is the standard name, spelt as the first was, which becomes another name.
    """
    if not names or script_of(names[0].text) != "Latn":
        return list(names)
    first, letters = names[0], fold(names[0].text)
    # In full before without the generic term, simplified before traditional.
    found = sorted(
        (rank, name.lang != "zh-Hans", at)
        for at, name in enumerate(names)
        if name.kind is NameKind.ALIAS and script_of(name.text) == "Hani"
        for rank, text in enumerate((fold(name.text), without_ending(fold(name.text))))
        if fold(syllables(text).replace(" ", "")) == letters
    )
    if not found:
        return list(names)
    chosen = names[found[0][2]]
    return [
        replace(chosen, kind=first.kind, romanisation=first.text, when=first.when),
        replace(first, kind=NameKind.ALIAS),
        *(n for n in names[1:] if n is not chosen),
    ]
