"""How names are compared: their writing, their parts, their sound (名称比较)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diming.script.fold import simplified

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diming.handbook.naming import Alike


@dataclass(frozen=True, slots=True)
class Parts:
    """A name in its two parts: 专名, 通名."""

    specific: str
    generic: str


def parts_of(text: str, terms: Sequence[str]) -> Parts:
    """Part a name at the longest generic term it ends with; something must be left.

    Parameters
    ----------
    text : str
    terms : sequence of str
        Generic terms, the longest first.

    Examples
    --------
    >>> parts_of("兴隆镇", ["街道", "镇"])
    Parts(specific='兴隆', generic='镇')
    >>> parts_of("广场", ["广场"])
    Parts(specific='广场', generic='')
    """
    shown = simplified(text)
    found = next((t for t in terms if shown.endswith(t) and len(text) > len(t)), "")
    return Parts(text[: len(text) - len(found)], found)


class Hearing:
    """Sounds as the speech of a place tells them apart, or does not.

    Parameters
    ----------
    alike : sequence of Alike
        A pair that ends in ``-`` is an initial, others are looked for where they stand:
        ``zh`` at the beginning of a syllable, ``ing`` at its end.
    """

    def __init__(self, alike: Sequence[Alike]) -> None:
        self._rules: list[tuple[re.Pattern[str], str]] = []
        for one in alike:
            for first, second in one.sounds:
                initial = first.endswith("-") or first[0] not in "aeiouü"
                sound, other = first.rstrip("-"), second.rstrip("-")
                pattern = rf"^{re.escape(sound)}(?=.)" if initial else rf"{re.escape(sound)}$"
                self._rules.append((re.compile(pattern), other))

    def local(self, syllables: str) -> str:
        """Return syllables with sounds that are not told apart written alike.

        Examples
        --------
        >>> from diming.handbook.naming import Alike
        >>> Hearing([Alike("x", (("ing", "in"), ("n-", "l-")), "…")]).local("xing nan")
        'xin lan'
        """
        return " ".join(map(self._syllable, syllables.split()))

    def _syllable(self, syllable: str) -> str:
        for pattern, other in self._rules:
            syllable = pattern.sub(other, syllable)
        return syllable
