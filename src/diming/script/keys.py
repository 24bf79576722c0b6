"""By which keys a name is found although a character is wrong (检索键).

Each spelling, a *term*, gets some ten whole numbers when it is kept. A question
makes numbers of its own, and whatever shares one is a candidate, which
`diming.script.rank` then looks at closely. What is found so, by construction:

- a term within one edit (wrong, missing, extra or swapped character): both lose one
  character and are the same (symmetric deletion, as SymSpell has it). A term whose ending
  can be left off loses characters of the rest only, since a question tries all
  shorter beginnings;
- a term that sounds the same or nearly so (磁器口, 慈器口, ``ciqikou``, ``chiqikou``), for
  letters also within one letter: a question tries all words one letter away, which costs
  no room in the archive;
- a term by the initials of its syllables (``cqk``);
- a term that has two neighbouring characters of the question, for parts of names and for more
  than one error.

Numbers are 48 bits of BLAKE2b: the same everywhere and always. That two texts share one by
chance does no harm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING

from diming.script.ending import without_ending, without_ending_in_letters
from diming.script.syllable import bare, parted, sound

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What keys are made by; an archive whose keys are of another edition needs new ones.
EDITION = 1

#: Han characters, those beyond the basic plane too.
_HAN = re.compile(r"[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_NO_LETTER = re.compile(r"[^a-zü]+")

#: Characters of a text that keys are made of; of what is longer the beginning is found.
MOST_CHARACTERS = 24
#: Letters up to which a question in letters is tried with one letter wrong.
_MOST_LETTERS = 30
#: Letters from which it is: below, too much is one letter away.
_LEAST_LETTERS = 4
#: Letters up to which any may be initials: ``an`` is 安, and 安宁 too.
_MOST_INITIALS = 6

_ALPHABET = "abcdefghijklmnopqrstuvwxyzü"


class Spelling(StrEnum):
    """What a question is written in."""

    HAN = "han"
    LETTERS = "letters"
    MIXED = "mixed"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for, and the keys of what may answer.

    Attributes
    ----------
    text : str
        Folded.
    syllables : str
        How it reads, as of a term: ``ci qi kou``. Of letters, the syllables they make.
    spelling : Spelling
    core : str
        The text without what may be left off its end.
    same : tuple of int
        Keys of what is written or sounds the same, ending left off or not.
    near : tuple of int
        Of what is one edit away, at most two.
    loose : tuple of int
        Of what shares a pair of characters, or initials. Many may.
    """

    text: str
    syllables: str
    spelling: Spelling
    core: str
    same: tuple[int, ...]
    near: tuple[int, ...]
    loose: tuple[int, ...]


def term_keys(text: str, syllables: str) -> list[int]:
    """Return the keys that a term is kept under, in ascending order.

    Parameters
    ----------
    text : str
        Folded, see `diming.script.fold`.
    syllables : str
        Its reading without tones, spaces between; nothing where it has no Han character.
    """
    text = text[:MOST_CHARACTERS]
    found: set[int] = set()
    core = without_ending(text)
    said = syllables.split()[:MOST_CHARACTERS]
    if not _HAN.search(text):
        return sorted({_key("t", text), *(_key("s", w) for w in _heard(text))})
    found.update(_key("t", t) for t in (text, core))
    # Of 李湾村 nothing but one character would be left.
    found.update(_key("t", t) for t in _shorter(core if len(core) > 2 else text))
    found.update(_key("b", core[i : i + 2]) for i in range(len(core) - 1))
    if said:
        found.add(_key("s", sound("".join(said))))
        found.add(_key("i", _initials(said)))
        cut = len(text) - len(core)
        # Where digits or letters stand between, syllables and characters do not go together.
        if cut and len(said) == len(text):
            found.add(_key("s", sound("".join(said[:-cut]))))
            found.add(_key("i", _initials(said[:-cut])))
    return sorted(found)


def query_keys(text: str, syllables: str = "") -> Query:
    """Return what a question asks for.

    Parameters
    ----------
    text : str
        Folded like a term.
    syllables : str
        Its reading, where it has Han characters.
    """
    text = text[:MOST_CHARACTERS] if _HAN.search(text) else text[: 4 * MOST_CHARACTERS]
    if not _HAN.search(text):
        return _of_letters(text)
    core = without_ending(text)
    said = syllables.split()[:MOST_CHARACTERS]
    mixed = bool(_letters(text))
    same = {_key("t", t) for t in (text, core)}
    near = {_key("t", t) for whole in {text, core} for t in _shorter(whole)}
    # Whatever the ending is, and an ending of two that has an error.
    near.update(_key("t", text[:n]) for n in range(max(2, len(text) - 5), len(text)))
    loose = {_key("b", core[i : i + 2]) for i in range(len(core) - 1)}
    if mixed:
        said = _read_mixed(text, said)
    if said:
        same.add(_key("s", sound("".join(said))))
        cut = len(text) - len(core)
        if cut and len(said) == len(text):
            same.add(_key("s", sound("".join(said[:-cut]))))
    return Query(
        text, " ".join(said), Spelling.MIXED if mixed else Spelling.HAN, core,
        tuple(sorted(same)), tuple(sorted(near - same)), tuple(sorted(loose)),
    )  # fmt: skip


def _of_letters(text: str) -> Query:
    """Return a question in letters: a reading, initials, or a name in another script."""
    joined = _letters(text)
    said = parted(joined)
    same = {_key("t", text), *(_key("s", w) for w in _heard(text))}
    near: set[int] = set()
    loose: set[int] = set()
    if joined:
        # Where every letter stands alone, they are meant as initials.
        (same if all(len(s) == 1 for s in said) else loose).add(_key("i", _initials(said)))
        if len(joined) <= _MOST_INITIALS:
            same.add(_key("i", joined.replace("zh", "z").replace("ch", "c").replace("sh", "s")))
        if _LEAST_LETTERS <= len(joined) <= _MOST_LETTERS:
            near.update(_key("s", w) for w in {sound(w) for w in _one_letter_away(joined)})
    return Query(
        text, " ".join(said), Spelling.LETTERS if joined else Spelling.OTHER,
        without_ending_in_letters(joined) or text,
        tuple(sorted(same)), tuple(sorted(near - same)), tuple(sorted(loose)),
    )  # fmt: skip


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", bare(text).lower())


def _heard(text: str) -> set[str]:
    """Return how letters sound, with and without their generic term."""
    joined = _letters(text)
    return {sound(w) for w in (joined, without_ending_in_letters(joined)) if w}


def _read_mixed(text: str, said: list[str]) -> list[str]:
    """Return the syllables of Han characters and letters as they stand: 磁qi口."""
    left = list(said)
    read: list[str] = []
    for piece in re.findall(rf"{_HAN.pattern}|[a-zü]+", bare(text).lower()):
        if _HAN.match(piece):
            read.append(left.pop(0) if left else "")
        else:
            read.extend(parted(piece))
    return [s for s in read if s]


def _initials(said: Sequence[str]) -> str:
    return "".join(s[0] for s in said)


def _shorter(text: str) -> list[str]:
    """Return the text without each of its characters in turn."""
    return [text[:i] + text[i + 1 :] for i in range(len(text))] if len(text) > 1 else []


def _one_letter_away(word: str) -> set[str]:
    parts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    found = {a + b[1:] for a, b in parts if b}
    found |= {a + b[1] + b[0] + b[2:] for a, b in parts if len(b) > 1}
    found |= {a + c + b[1:] for a, b in parts if b for c in _ALPHABET}
    found |= {a + c + b for a, b in parts for c in _ALPHABET}
    return found


def _key(of: str, text: str) -> int:
    said = f"{of}{text}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(said, digest_size=6).digest(), "big")
