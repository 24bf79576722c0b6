"""Terms that keys found, in the order of how alike they are, tones and all (检索排序)."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from diming.script.fold import simplified
from diming.script.rank import Match, Why, rank
from diming.script.reading import readings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diming.script.keys import Query
    from diming.store.gazetteer_protocol import Term

#: Matches whose tones are looked at where the question has some.
_MOST_TONED = 40
#: What reads the same in another tone is a little less what was asked for.
_OTHER_TONE = 0.02


def ranked(query: Query, terms: Iterable[Term]) -> list[tuple[Term, Match]]:
    """Return the terms that are like a question, the most alike first."""
    listed = list(terms)
    found = rank(
        query, [t.text for t in listed], [t.syllables for t in listed], [t.uses for t in listed]
    )
    return [(listed[m.index], m) for m in found]


def why_found(match: Match, asked: str, text: str) -> str:
    """Return why a name matches; what is folded alike may still be written otherwise."""
    if match.why is Why.EXACT and text != asked and simplified(asked) != asked:
        return Why.TRADITIONAL
    if match.why is Why.EXACT and simplified(text) != text and text != asked:
        return Why.TRADITIONAL
    return match.why


def tones_of(asked: str) -> str:
    """Return letters with tones joined as readings are; nothing where there are none."""
    marked = unicodedata.normalize("NFD", asked)
    if not any(mark in marked for mark in "\u0300\u0301\u0304\u030c"):
        return ""
    joined = unicodedata.normalize("NFC", asked).lower()
    return "".join(c for c in joined if c.isalpha())


def by_tone(found: list[tuple[Term, Match]], tones: str) -> list[tuple[Term, Match]]:
    """Put what reads in the very tones first."""
    result = []
    for at, (term, match) in enumerate(found):
        if at < _MOST_TONED and match.why is Why.PINYIN:
            read = "".join(s or "" for s in readings(term.text).syllables)
            if not read.startswith(tones):
                match = replace(match, score=round(match.score - _OTHER_TONE, 4))
        result.append((term, match))
    head = sorted(result[:_MOST_TONED], key=lambda f: -f[1].score)
    return head + result[_MOST_TONED:]
