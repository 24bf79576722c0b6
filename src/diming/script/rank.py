"""In which order candidates answer a question, and why each does (排序).

How alike two spellings are is one number from 0 to 1: characters count for more than
sounds, so that a homophone (慈器口) comes before any other wrong character, and what sounds
nearly the same before what does not. rapidfuzz measures all candidates at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from diming.script.ending import without_ending, without_ending_in_letters
from diming.script.keys import Spelling
from diming.script.syllable import sound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from diming.script.keys import Query

    Floats = NDArray[np.float64]


class Why(StrEnum):
    """Why something matches, the surest first (匹配原因)."""

    EXACT = "exact"  # 完全一致
    TRADITIONAL = "traditional"  # 繁简或异体
    GENERIC = "generic-dropped"  # 省略或更换通名
    PINYIN = "pinyin"  # 拼音
    HOMOPHONE = "homophone"  # 同音
    NEAR_SOUND = "near-sound"  # 音近
    ONE_CHARACTER = "one-character"  # 差一字
    SWAPPED = "swapped"  # 颠倒
    INITIALS = "initials"  # 首字母
    PREFIX = "prefix"  # 开头
    PART = "part"  # 部分
    ALIKE = "alike"  # 近似


#: Of the likeness of two spellings, the share of their characters; the rest is how they sound.
_CHARACTERS = 0.6
#: What it costs that an ending is left off, or is another.
_ENDING_OFF, _ENDING_OTHER = 0.02, 0.05
#: Where neighbours are swapped, how they sound says nothing: so alike they count.
_SWAPPED = 0.93
#: Likeness of a name to its beginning or another part of it, at most.
_PREFIX, _PART = 0.88, 0.80
_INITIALS = 0.90


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate that matches: which one, how well, and why.

    Attributes
    ----------
    index : int
        Among the candidates given.
    score : float
        0 to 1.
    why : Why
    """

    index: int
    score: float
    why: Why


def rank(
    query: Query, texts: Sequence[str], syllables: Sequence[str], *, least: float = 0.4
) -> list[Match]:
    """Return the candidates that are like what is asked for, the most like first.

    Parameters
    ----------
    query : Query
    texts, syllables : sequence of str
        Of the candidates: the terms of a store.
    least : float
        What is less like is left out.

    Returns
    -------
    list of Match
        Ties are broken by length, then by the text.
    """
    if not texts:
        return []
    if query.spelling in (Spelling.HAN, Spelling.OTHER):
        score, why = _by_characters(query, texts, syllables)
    elif query.spelling is Spelling.LETTERS:
        score, why = _by_letters(query, texts, syllables)
    else:
        score, why = _by_letters(query, texts, syllables)
    chosen = np.flatnonzero(score >= least)
    order = sorted(chosen, key=lambda i: (-round(float(score[i]), 6), len(texts[i]), texts[i]))
    return [Match(int(i), round(float(score[i]), 4), Why(_ALL[why[i]])) for i in order]


_ALL = tuple(Why)
_AT = {why: i for i, why in enumerate(_ALL)}


def _by_characters(
    query: Query, texts: Sequence[str], syllables: Sequence[str]
) -> tuple[Floats, Any]:
    cores = [_core(t) for t in texts]
    size = np.fromiter(map(len, texts), float, len(texts))
    core_size = np.fromiter(map(len, cores), float, len(texts))
    cut = (size - core_size).astype(int)
    whole = _distance(query.text, texts)
    inner = _distance(query.core, cores)
    heard = [s.replace(" ", "") for s in syllables]
    asked = query.syllables.replace(" ", "")
    q_cut = len(query.text) - len(query.core)
    asked_core = _core_sound(query.syllables, q_cut)
    heard_core = [_core_sound(s, int(n)) if n else h
                  for s, h, n in zip(syllables, heard, cut, strict=True)]  # fmt: skip
    score = _alike(whole, np.maximum(size, len(query.text)), asked, heard)
    by_core = _alike(inner, np.maximum(core_size, len(query.core)), asked_core, heard_core)
    # Nothing was left off on either side, or different things were.
    off = np.where((cut == 0) | (q_cut == 0), _ENDING_OFF, _ENDING_OTHER)
    same_ending = np.array([t[len(c):] == query.text[len(query.core):]
                            for t, c in zip(texts, cores, strict=True)])  # fmt: skip
    by_core -= np.where(same_ending, 0.0, off)
    why = np.full(len(texts), _AT[Why.ALIKE])
    chosen = by_core > score
    score = np.maximum(score, by_core)
    near = np.minimum(whole, np.where(chosen, inner, np.inf))
    why[near == 1] = _AT[Why.ONE_CHARACTER]
    for i in np.flatnonzero(near == 1):
        a, b = (query.core, cores[i]) if chosen[i] and whole[i] != 1 else (query.text, texts[i])
        if len(a) == len(b) and a != b and sorted(a) == sorted(b):
            why[i] = _AT[Why.SWAPPED]
            score[i] = max(score[i], 1 - (1 - _SWAPPED) * 4 / (3 + len(a)))
            continue
        if not asked:
            continue
        said, told = (asked_core, heard_core[i]) if near[i] == inner[i] else (asked, heard[i])
        if len(a) == len(b):
            if said == told:
                why[i] = _AT[Why.HOMOPHONE]
            elif sound(said) == sound(told):
                why[i] = _AT[Why.NEAR_SOUND]
                score[i] = max(score[i], 1 - (1 - _SWAPPED) * 4 / (3 + len(a)))
    why[inner == 0] = _AT[Why.GENERIC]
    why[whole == 0] = _AT[Why.EXACT]
    score[whole == 0] = 1.0
    _parts(query.text, texts, score, why)
    return score, why


def _by_letters(query: Query, texts: Sequence[str], syllables: Sequence[str]) -> tuple[Floats, Any]:
    """Compare how things sound: what was asked in letters, or in both."""
    asked = query.syllables.replace(" ", "")
    cores = [_core(t) for t in texts]
    heard = [s.replace(" ", "").replace("ü", "u") or t
             for s, t in zip(syllables, texts, strict=True)]  # fmt: skip
    heard_core = [
        _core_sound(s, len(t) - len(c)).replace("ü", "u") if len(t) != len(c) else h
        for s, t, c, h in zip(syllables, texts, cores, heard, strict=True)
    ]
    asked = asked.replace("ü", "u").replace("v", "u")
    core = without_ending_in_letters(asked)
    score = np.maximum(
        _similar(asked, heard),
        np.maximum(_similar(asked, heard_core) - _ENDING_OFF,
                   _similar(core, heard_core) - _ENDING_OTHER),
    )  # fmt: skip
    soft, soft_heard = sound(asked), [sound(h) for h in heard]
    soft_core = [sound(h) for h in heard_core]
    lowered = 1 - 0.06 * 7 / max(len(asked), 7)
    by_sound = np.maximum(_similar(soft, soft_heard), _similar(soft, soft_core) - _ENDING_OFF)
    by_sound *= lowered
    why = np.full(len(texts), _AT[Why.ALIKE])
    near = by_sound > score
    score = np.maximum(score, by_sound)
    why[near] = _AT[Why.NEAR_SOUND]
    joined = query.text
    initials = len(joined) <= 8
    for i, (said, whole, short) in enumerate(zip(syllables, heard, heard_core, strict=True)):
        if whole == asked:
            why[i], score[i] = _AT[Why.PINYIN], 1.0
        elif short == asked:
            why[i] = _AT[Why.PINYIN]
        if initials and said:
            firsts = "".join(s[0] for s in said.split())
            if firsts == joined or firsts[: len(cores[i])] == joined:
                value = _INITIALS - (0.0 if firsts == joined else _ENDING_OFF)
                if value > score[i]:
                    score[i], why[i] = value, _AT[Why.INITIALS]
        if texts[i] == query.text:
            score[i], why[i] = 1.0, _AT[Why.EXACT]
    return score, why


def _parts(asked: str, texts: Sequence[str], score: Floats, why: Any) -> None:
    """Raise what the question is a part of."""
    if len(asked) < 2:
        return
    for i, text in enumerate(texts):
        if len(text) > len(asked) and asked in text and why[i] != _AT[Why.GENERIC]:
            begins = text.startswith(asked)
            most = _PREFIX if begins else _PART
            value = most - 0.02 * min(len(text) - len(asked), 8)
            if value > score[i] or why[i] == _AT[Why.ALIKE]:
                score[i] = max(score[i], value)
                why[i] = _AT[Why.PREFIX if begins else Why.PART]


def _alike(distance: Floats, longer: Floats, asked: str, heard: Sequence[str]) -> Floats:
    characters = 1 - distance / longer
    if not asked:
        return characters
    by_sound = np.where([bool(h) for h in heard], _similar(asked, heard), characters)
    return np.asarray(_CHARACTERS * characters + (1 - _CHARACTERS) * by_sound)


def _distance(asked: str, texts: Sequence[str]) -> Floats:
    return cdist([asked], texts, scorer=OSA.distance, dtype=np.int32)[0].astype(float)


def _similar(asked: str, texts: Sequence[str]) -> Floats:
    return cdist([asked], texts, scorer=OSA.normalized_similarity, dtype=np.float64)[0]


@lru_cache(maxsize=200_000)
def _core(text: str) -> str:
    return without_ending(text)


@lru_cache(maxsize=200_000)
def _core_sound(syllables: str, cut: int) -> str:
    """Return the joined syllables without the last ones."""
    parts = syllables.split()
    return "".join(parts[:-cut] if 0 < cut < len(parts) else parts)
