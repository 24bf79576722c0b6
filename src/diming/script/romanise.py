"""Spelling names in letters by the rules of 1984 (地名罗马字母拼写, (84)中地字第17号).

1. specific and generic apart, each capitalised, the syllables of a part joined
2. monosyllabic modifiers join, longer ones stand apart
3. natural villages are one word
4. a generic that became part of the specific stays in it
5. names of persons are one word
6. numerals in letters; codes, and ordinals of streets, in digits
7. an apostrophe before a, o, e inside a word
8. Mandarin readings; tones may be left out, ü stays ü
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diming.script.fold import simplified
from diming.script.parting import Piece, Role, ordinal, part
from diming.script.reading import Doubt, Read, readings, without_tone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a name, as written and as spelled."""

    role: Role
    text: str
    spelled: str


@dataclass(frozen=True, slots=True)
class Romanised:
    """A name in letters (罗马字母拼写).

    Attributes
    ----------
    name : str
        As written.
    text : str
        As spelled.
    parts : tuple of Part
        They make up the name without a rest.
    doubts : tuple of Doubt
        Characters whose reading is in doubt; the likelier one was taken.
    rules : tuple of int
        Rules that made a difference, 1 to 8.
    """

    name: str
    text: str
    parts: tuple[Part, ...]
    doubts: tuple[Doubt, ...]
    rules: tuple[int, ...]

    @property
    def specific(self) -> str:
        """The specific as spelled, with peoples and ordinals (专名)."""
        return _spaced(p for p in self.parts if p.role is not Role.GENERIC)

    @property
    def generic(self) -> str:
        """The generic as spelled; nothing if the name has none (通名)."""
        return _spaced(p for p in self.parts if p.role is Role.GENERIC)


def romanise(
    text: str,
    *,
    kind: str | None = None,
    class_code: str | None = None,
    tones: bool = True,
    within: str = "",
) -> Romanised:
    """Spell a name in letters.

    Parameters
    ----------
    text : str
        The name, simplified or traditional. Letters and digits in it stay as they are,
        and so do characters that nobody can read.
    kind : str, optional
        What the place is, in words: 河流, 自然村, 街道, or any generic term. Without it
        and `class_code` the name's own ending tells, where it can.
    class_code : str, optional
        地名类别; the first two digits count.
    tones : bool
        Whether to write them.
    within : str
        The division code of where the place is, or its beginning; some readings hold in
        one place only.

    Examples
    --------
    >>> romanise("磁器口街道").text, romanise("忠县").text, romanise("南岸区").text
    ('Cíqìkǒu Jiēdào', 'Zhōng Xiàn', "Nán'àn Qū")
    >>> romanise("长江").text, romanise("长江", kind="河流").text
    ('Chángjiāng', 'Cháng Jiāng')
    """
    parted = part(text, kind=kind, class_code=class_code)
    read = readings(text, within=within)
    parts, doubts = [], []
    rules = set(parted.rules)
    at = 0
    for piece in parted.pieces:
        end = at + len(piece.text)
        spelled = _spelled(piece, read, at)
        if "'" in spelled and "'" not in piece.text:
            rules.add(7)
        parts.append(Part(piece.role, piece.text, spelled if tones else _toneless(spelled, piece)))
        if piece.role is not Role.OTHER:
            rules.add(8)
            if not _NUMERALS.isdisjoint(piece.text):
                rules.add(6)
            # The term of a generic is in the table, and so is its reading.
            term = len(piece.generic.term) if piece.generic else 0
            doubts += [d for d in read.doubts if at <= d.position < end - term]
        at = end
    return Romanised(text, _spaced(parts), tuple(parts), tuple(doubts), tuple(sorted(rules)))


def _spelled(piece: Piece, read: Read, at: int) -> str:
    match piece.role:
        case Role.OTHER:
            return unicodedata.normalize("NFKC", piece.text).translate(_BRACKETS)
        case Role.ORDINAL:
            plain = simplified(piece.text)
            number = str(ordinal(plain.removeprefix("第")))
            return f"Dì-{number}" if plain.startswith("第") else number
        case Role.GENERIC if piece.generic is not None:
            modifiers = len(piece.text) - len(piece.generic.term)
            if not modifiers:
                return piece.generic.pinyin
            joined = _word(piece.text[:modifiers], read.syllables[at : at + modifiers])
            first, space, rest = piece.generic.pinyin.partition(" ")
            mark = "'" if _opens_with_vowel(first) else ""
            return joined + mark + first.lower() + space + rest
        case _:
            return _word(piece.text, read.syllables[at : at + len(piece.text)])


def _word(chars: str, syllables: Sequence[str | None]) -> str:
    """Join syllables to one word: apostrophes inside, a capital in front."""
    word = ""
    for char, syllable in zip(chars, syllables, strict=True):
        if syllable is not None and word and _opens_with_vowel(syllable):
            word += "'"
        word += char if syllable is None else syllable
    return word[:1].upper() + word[1:]


def _opens_with_vowel(syllable: str) -> bool:
    return syllable[:1].lower() in _VOWELS


_VOWELS = frozenset("aāáǎàoōóǒòeēéěèêếề")


def _toneless(spelled: str, piece: Piece) -> str:
    return spelled if piece.role is Role.OTHER else without_tone(spelled)


_NUMERALS = frozenset("一二三四五六七八九十百千")
_CLOSING, _OPENING = ")]", "(["
#: Brackets that letters do not know.
_BRACKETS = str.maketrans("【〔《「】〕》」", "(((())))")


def _spaced(parts: Iterable[Part]) -> str:
    """Set spaces between words, and none within brackets and beside other marks."""
    text = ""
    for item in parts:
        spelled = item.spelled
        if item.role is Role.OTHER and not spelled.strip():
            text = text.rstrip(" ") + " "
        elif spelled[:1] in _CLOSING:
            text = text.rstrip(" ") + spelled
        elif text and not _joins(text[-1], spelled[0]):
            text += " " + spelled
        else:
            text += spelled
    return text.strip(" ")


def _joins(last: str, first: str) -> bool:
    """Tell whether two marks stand side by side without a space."""
    if first in _OPENING:
        return last == " "
    return last == " " or last in _OPENING or not (last.isalnum() or last in _CLOSING) or not (
        first.isalnum()
    )  # fmt: skip
