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


#: What an edit costs; a likeness is 1 less the cost a character. A character for another that
#: reads the same, that reads nearly the same, or any; neighbours swapped.
_SAME_SOUND, _NEAR_SOUND, _SWAP = 0.4, 0.6, 0.4
#: How much the letters of a reading take off the cost of any other edit, at most.
_SOUND = 0.25
#: Of an ending that was left off, of one too many, of one that is another.
_ENDING_OFF, _ENDING_MORE, _ENDING_OTHER = 0.06, 0.3, 0.4
#: Likeness of a name to its beginning or another part of it, at most.
_PREFIX, _PART = 0.88, 0.80
_INITIALS = 0.90
#: The same of letters: likeness lost by an ending left off, or another.
_OFF, _OTHER = 0.02, 0.08
#: What it costs, in letters, that zh is z, l is n, or the like.
_DIALECT = 0.4
#: What it is worth to be written twice as often.
_COMMON = 0.02
#: From here on it is what was asked for; what is not, stays below.
_SURE, _NOT_SURE = 0.9995, 0.99


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate that matches: which one, how well, and why.

    Attributes
    ----------
    index : int
        Among the candidates given.
    score : float
        0 to 1: how alike, and a little more for what is written often.
    why : Why
    """

    index: int
    score: float
    why: Why


def rank(
    query: Query,
    texts: Sequence[str],
    syllables: Sequence[str],
    uses: Sequence[int],
    *,
    least: float = 0.4,
) -> list[Match]:
    """Return the candidates that are like what is asked for, the most like first.

    Parameters
    ----------
    query : Query
    texts, syllables : sequence of str
        Of the candidates: the terms of a store.
    uses : sequence of int
        How often each is written: of what is about as much alike, the common comes first.
    least : float
        What is less like is left out.

    Returns
    -------
    list of Match
        Ties are broken by length, then by the text.
    """
    if not texts or not query.text:
        return []
    by_characters = query.spelling in (Spelling.HAN, Spelling.OTHER)
    score, why = (_by_characters if by_characters else _by_letters)(query, texts, syllables)
    chosen = np.flatnonzero(score >= least).tolist()
    common = _COMMON * np.log2(np.maximum(np.asarray(uses, dtype=np.float64), 1))
    # What was asked for itself stays ahead, however seldom it is written.
    score = np.where(score >= _SURE, 1.0, np.minimum(score + common, _NOT_SURE)).round(4)
    order = sorted(chosen, key=lambda i: (-score[i], len(texts[i]), texts[i]))
    return [Match(i, float(score[i]), _ALL[why[i]]) for i in order]


_ALL = tuple(Why)
_AT = {why: i for i, why in enumerate(_ALL)}


def _by_characters(
    query: Query, texts: Sequence[str], syllables: Sequence[str]
) -> tuple[Floats, Any]:
    cores = [_core(t) for t in texts]
    ending = query.text[len(query.core) :]
    endings = [t[len(c) :] for t, c in zip(texts, cores, strict=True)]
    said = _joined(query.syllables, len(ending))
    heard = [_joined(s, len(e)) for s, e in zip(syllables, endings, strict=True)]
    whole, why = _edits(query.text, texts, said[0], [h[0] for h in heard])
    inner, why_inner = _edits(query.core, cores, said[1], [h[1] for h in heard])
    lacking = _ENDING_OTHER if ending else _ENDING_OFF
    inner += [0.0 if e == ending else lacking if e else _ENDING_MORE for e in endings]
    same = [e == ending for e in endings]
    size = np.maximum(np.fromiter(map(len, texts), float, len(texts)), len(query.text))
    # An ending that stands on one side only makes the name no longer.
    short = np.maximum(np.fromiter(map(len, cores), float, len(texts)), len(query.core))
    score = 1 - whole / size
    by_core = 1 - inner / np.where(same, size, short)
    better = by_core > score
    score = np.where(better, by_core, score)
    why = np.where(better, why_inner, why)
    why[better & (why_inner == _AT[Why.EXACT])] = _AT[Why.GENERIC]
    _parts(query.text, texts, score, why)
    return score, why


def _edits(
    asked: str, texts: Sequence[str], said: str, heard: Sequence[str]
) -> tuple[Floats, NDArray[np.int64]]:
    """Return what the edits from one text to each other cost, and which kind they are."""
    edits = _distance(asked, texts)
    alike = _similar(said, heard) if said else np.zeros(len(texts))
    cost = edits - _SOUND * alike * (edits > 0)
    why = np.full(len(texts), _AT[Why.ALIKE])
    why[edits == 0] = _AT[Why.EXACT]
    why[edits == 1] = _AT[Why.ONE_CHARACTER]
    letters, soft = sorted(asked), sound(said)
    for i in np.flatnonzero((edits > 0) & (edits <= 2)).tolist():
        if len(texts[i]) != len(asked):
            continue
        if edits[i] == 1 and sorted(texts[i]) == letters:
            cost[i], why[i] = _SWAP, _AT[Why.SWAPPED]
        elif said and heard[i] == said:
            cost[i], why[i] = _SAME_SOUND * edits[i], _AT[Why.HOMOPHONE]
        elif said and sound(heard[i]) == soft:
            cost[i], why[i] = _NEAR_SOUND * edits[i], _AT[Why.NEAR_SOUND]
    return cost, why


def _by_letters(query: Query, texts: Sequence[str], syllables: Sequence[str]) -> tuple[Floats, Any]:
    """Compare how things sound: what was asked in letters, or in both."""
    asked = query.syllables.replace(" ", "")
    cores = [_core(t) for t in texts]
    heard = [s.replace(" ", "").replace("ü", "u") or t
             for s, t in zip(syllables, texts, strict=True)]  # fmt: skip
    heard_core = [
        _joined(s, len(t) - len(c))[1].replace("ü", "u") if len(t) != len(c) else h
        for s, t, c, h in zip(syllables, texts, cores, heard, strict=True)
    ]
    asked = asked.replace("ü", "u").replace("v", "u")
    core = without_ending_in_letters(asked)
    score = np.maximum(
        _similar(asked, heard),
        np.maximum(_similar(asked, heard_core) - _OFF, _similar(core, heard_core) - _OTHER),
    )  # fmt: skip
    soft, soft_heard = sound(asked), [sound(h) for h in heard]
    soft_core = [sound(h) for h in heard_core]
    lowered = 1 - _DIALECT / max(len(asked), 7)
    by_sound = np.maximum(_similar(soft, soft_heard), _similar(soft, soft_core) - _OFF)
    by_sound *= lowered
    why = np.full(len(texts), _AT[Why.ALIKE])
    why[(by_sound > score) & (by_sound >= lowered - _OFF)] = _AT[Why.NEAR_SOUND]
    score = np.maximum(score, by_sound)
    joined = query.text
    initials = len(joined) <= 8
    for i, (said, whole, short) in enumerate(zip(syllables, heard, heard_core, strict=True)):
        if whole == asked:
            why[i], score[i] = _AT[Why.PINYIN], 1.0
        elif short == asked:
            # In letters the generic term is left off as a rule: Qijiang is 綦江区.
            why[i], score[i] = _AT[Why.PINYIN], 1.0
        elif said and len(asked) > 2 and whole.startswith(asked):
            more = len(said.split()) - len(query.syllables.split())
            value = _PREFIX - 0.02 * min(max(more, 1), 8)
            if value > score[i]:
                score[i], why[i] = value, _AT[Why.PREFIX]
        if initials and said:
            firsts = "".join(s[0] for s in said.split())
            if firsts == joined or firsts[: len(cores[i])] == joined:
                value = _INITIALS - (0.0 if firsts == joined else _OFF)
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


def _distance(asked: str, texts: Sequence[str]) -> Floats:
    found = cdist([asked], texts, scorer=OSA.distance, dtype=np.int32)[0]
    return np.asarray(found, dtype=np.float64)


def _similar(asked: str, texts: Sequence[str]) -> Floats:
    found = cdist([asked], texts, scorer=OSA.normalized_similarity, dtype=np.float64)[0]
    return np.asarray(found, dtype=np.float64)


@lru_cache(maxsize=200_000)
def _core(text: str) -> str:
    return without_ending(text)


@lru_cache(maxsize=200_000)
def _joined(syllables: str, cut: int) -> tuple[str, str]:
    """Return the syllables joined, whole and without the last ones."""
    parts = syllables.split()
    whole = "".join(parts)
    return whole, "".join(parts[:-cut]) if 0 < cut < len(parts) else whole
