"""How the characters of a name are read: the table of readings first, a dictionary second.

Four answers are asked in turn, and the first that decides a character counts:

1. names and parts of names in the table (``handbook/readings.csv``), the longest first;
2. characters for which the table has one reading, in the scope asked about or anywhere;
3. words in the dictionary of phrases;
4. characters of which the dictionary knows one reading.

Where none decides, the likelier reading is given together with a `Doubt`. The table
outranks the dictionary, which reads 曾家镇 as *céng*, 长滩镇 as *zhǎng* and 覃家岗 as
*tán* without a word of warning.
"""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import add
from typing import TYPE_CHECKING, Any

from diming.handbook.loader import VARIABLE
from diming.handbook.readings import GivenReading, load_readings
from diming.script.fold import simplified

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Doubt:
    """A character with several readings, of which neither table nor dictionary decides one.

    Attributes
    ----------
    char : str
    position : int
        Where it stands in the text, from 0.
    readings : tuple of str
        Those possible, with tones; the first was taken. None if nobody knows the character.
    """

    char: str
    position: int
    readings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """A text as read (读音).

    Attributes
    ----------
    text : str
    syllables : tuple of (str or None)
        One a character, with tones; None for what is no Han character, or unknown.
    doubts : tuple of Doubt
    """

    text: str
    syllables: tuple[str | None, ...]
    doubts: tuple[Doubt, ...] = ()


def readings(text: str, *, within: str = "") -> Read:
    """Return how each character of a text is read, and where that is in doubt.

    Parameters
    ----------
    text : str
        A name, simplified or traditional.
    within : str
        The division code of where it is, or its beginning: some rows of the table hold
        in one place only.

    Raises
    ------
    UsageError
        If a handbook of one's own is not understood.

    Examples
    --------
    >>> readings("覃家岗街道").syllables
    ('qín', 'jiā', 'gǎng', 'jiē', 'dào')
    >>> readings("长滩镇").doubts
    (Doubt(char='长', position=0, readings=('cháng', 'zhǎng')),)
    >>> readings("长滩镇", within="500101").doubts
    ()
    """
    return _reader().read(text, within)


def syllables(text: str, *, within: str = "") -> str:
    """Return the readings without tones, space-separated; nothing without Han characters.

    ü stays ü. Where readings are in doubt, the likelier one is given.

    Examples
    --------
    >>> syllables("侣俸镇"), syllables("绿林"), syllables("A1")
    ('lü feng zhen', 'lu lin', '')
    """
    return _reader().toneless(text, within)


def syllables_many(texts: Iterable[str], *, within: str = "") -> list[str]:
    """Return `syllables` of many texts, in order; alike ones are read once."""
    toneless = _reader().toneless
    known: dict[str, str] = {}
    read = []
    for text in texts:
        found = known.get(text)
        if found is None:
            found = known[text] = toneless(text, within)
        read.append(found)
    return read


def without_tone(syllable: str) -> str:
    """Return a syllable without its tone; ü stays.

    Examples
    --------
    >>> without_tone("lǚ"), without_tone("nán")
    ('lü', 'nan')
    """
    parts = unicodedata.normalize("NFD", syllable)
    kept = "".join(c for c in parts if c not in _TONES)
    return unicodedata.normalize("NFC", kept)


#: Macron, acute, caron, grave; the dots of ü and the roof of ê are no tones.
_TONES = frozenset("\u0304\u0301\u030c\u0300")


class _Dictionary:
    """Readings of pypinyin; imported when first asked, for that takes a third of a second."""

    @cached_property
    def _data(self) -> tuple[Mapping[int, str], Mapping[str, Any]]:
        from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

        return PINYIN_DICT, PHRASES_DICT

    def chars(self, char: str) -> tuple[str, ...]:
        said = self._data[0].get(ord(char), "")
        return tuple(said.split(",")) if said else ()

    def phrase(self, text: str) -> list[list[str]] | None:
        found: list[list[str]] | None = self._data[1].get(text)
        return found

    @cached_property
    def longest(self) -> dict[str, int]:
        """The longest phrase by its first two characters."""
        return _longest(self._data[1])


def _longest(texts: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for text in texts:
        head, length = text[:2], len(text)
        if length > 1 and length > found.get(head, 0):
            found[head] = length
    return found


class _Reader:
    """The table of readings, made ready for asking."""

    def __init__(self, rows: Iterable[GivenReading], dictionary: _Dictionary) -> None:
        self._dictionary = dictionary
        self._own = frozenset(row.text for row in rows if len(row.text) == 1)
        self._given: dict[str, dict[str, GivenReading]] = {}
        for row in rows:
            self._given.setdefault(self._plain(row.text), {})[row.scope] = row
        self._heads = _longest(self._given)
        scopes = {scope for found in self._given.values() for scope in found}
        #: The longest first: of those that hold for a place each begins with the next.
        self._scopes = sorted(scopes, key=len, reverse=True)
        #: Readings of characters met, by the place asked about.
        self._chars: defaultdict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)

    def read(self, text: str, within: str) -> Read:
        if within:
            within = next((scope for scope in self._scopes if within.startswith(scope)), "")
        plain = self._plain(text)
        said: list[str | None] = [None] * len(text)
        self._from_table(plain, within, said)
        chars = self._chars[within]
        undecided = {}
        for n, char in enumerate(plain):
            if said[n] is None:
                found = chars.get(char) or self._char(char, within)
                if len(found) == 1:
                    said[n] = found[0]
                elif found or _is_han(char):
                    undecided[n] = found
        if undecided:
            self._from_phrases(plain, undecided, said)
        doubts = []
        for n, possible in undecided.items():
            if said[n] is None:
                said[n] = possible[0] if possible else None
                doubts.append(Doubt(text[n], n, possible))
        return Read(text, tuple(said), tuple(doubts))

    def toneless(self, text: str, within: str) -> str:
        if text.isascii():
            return ""
        return " ".join([_BARE[s] for s in self.read(text, within).syllables if s])

    def _plain(self, text: str) -> str:
        """Simplify, but for characters that the table has as they are: 乾."""
        plain = simplified(text)
        if plain == text:
            return text
        return "".join(w if w in self._own else p for w, p in zip(text, plain, strict=True))

    def _from_table(self, text: str, within: str, said: list[str | None]) -> None:
        heads, past = self._heads, 0
        for start, head in enumerate(map(add, text, text[1:])):
            if head not in heads or start < past:
                continue
            for length in range(min(heads[head], len(text) - start), 1, -1):
                row = self._row(text[start : start + length], within)
                if row is not None:
                    past = start + length
                    said[start:past] = row.readings[0].split()
                    break

    def _row(self, text: str, within: str) -> GivenReading | None:
        """Return the row for a text: of the narrowest scope that holds, if any."""
        found = self._given.get(text)
        if found is None:
            return None
        scopes = [scope for scope in found if within.startswith(scope)]
        return found[max(scopes, key=len)] if scopes else None

    def _char(self, char: str, within: str) -> tuple[str, ...]:
        """Return the readings of a character: one, if that is decided; of others none."""
        if not _is_han(char):
            return ()
        row = self._row(char, within)
        found = self._dictionary.chars(char) if row is None else row.readings
        self._chars[within][char] = found
        return found

    def _from_phrases(
        self, text: str, wanted: Mapping[int, tuple[str, ...]], said: list[str | None]
    ) -> None:
        """Let words decide, from left to right and the longest first, as far as they do."""
        start, longest = 0, self._dictionary.longest
        while start < len(text) - 1:
            most = longest.get(text[start : start + 2], 0)
            for length in range(min(most, len(text) - start), 1, -1):
                phrase = self._dictionary.phrase(text[start : start + length])
                if phrase is not None and len(phrase) == length:
                    for n, possible in enumerate(phrase, start):
                        if n in wanted and len(possible) == 1 and _has_tone(possible[0]):
                            said[n] = possible[0]
                    start += length - 1
                    break
            start += 1


class _Bare(dict[str, str]):
    """Syllables without tones, by syllables; there are some two thousand."""

    def __missing__(self, syllable: str) -> str:
        bare = self[syllable] = without_tone(syllable)
        return bare


_BARE = _Bare()


def _has_tone(syllable: str) -> bool:
    """Tell whether a syllable has a tone: names are not read with the neutral one."""
    return without_tone(syllable) != syllable


def _is_han(char: str) -> bool:
    return (
        "\u3400" <= char <= "\u9fff"
        or "\U00020000" <= char <= "\U0003ffff"
        or "\uf900" <= char <= "\ufaff"
        or char == "〇"
    )


def _reader() -> _Reader:
    return _reader_of(os.environ.get(VARIABLE) or None)


@lru_cache(maxsize=2)
def _reader_of(own: str | None) -> _Reader:
    # The path is the key: another handbook is another reader.
    return _Reader(load_readings(), _DICTIONARY)


_DICTIONARY = _Dictionary()
