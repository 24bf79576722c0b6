"""Terms: each spelling among names once, with the keys it is found by (检索词).

They are worked out from names and versions by `diming.script`, stand in no hash, and
may be made anew at any time. Only spellings that are new are read: an act that
renames nothing costs three look-ups.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from typing import TYPE_CHECKING, Any

import numpy as np

from diming.store.reading import chunks
from diming.store.schema_names import TERM, TERM_KEY, TERM_USE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from diming.store.database import Database

#: Where a spelling stands: in `name`, in `version`.
PLACE, UNIT = "place", "unit"
#: Source, row, text, romanisation.
Use = tuple[str, int, str, str]

_QUERIES = (
    f"SELECT '{PLACE}', row_id, text, romanisation FROM name",
    f"SELECT '{UNIT}', row_id, name, '' FROM version",
)
_BLOCK = 100_000
_NO_LETTER = re.compile(r"[^a-zü]+")


def fill_terms(base: Database, number: int) -> None:
    """Give terms to the names and versions that a revision brought."""
    if base.layout() < TERM.since:
        return
    for query in _QUERIES:
        _add(base, base.rows(f"{query} WHERE known_from = :number", {"number": number}))


def rebuild_terms(base: Database) -> None:
    """Make all terms anew, within the transaction under way."""
    for table in (TERM_USE, TERM_KEY, TERM):
        base.change(f"DELETE FROM {table.name}")
    for query in _QUERIES:
        _add(base, base.rows(query))


def _add(base: Database, uses: Sequence[Use]) -> None:
    uses = [use for use in uses if use[2]]
    if not uses:
        return
    of_text, new = _terms(base, {text for _, _, text, _ in uses})
    readings = _other_readings(base, uses, of_text, new)
    _insert(base, TERM, sorted((n, text, said) for text, (n, said) in new.items()))
    _add_keys(base, new, readings)
    pairs = {(of_text[text], source, row) for source, row, text, _ in uses}
    _insert(base, TERM_USE, sorted(pairs))


def _terms(base: Database, texts: set[str]) -> tuple[dict[str, int], dict[str, tuple[int, str]]]:
    """Return the number of the term of each text, and the new terms with their syllables."""
    numbers = _numbers(base, texts)
    rest = texts - set(numbers)
    if not rest:
        return numbers, {}
    # These bring dictionaries with them, which an act that tells no new name need not load.
    from diming.script.fold import fold_many
    from diming.script.reading import syllables_many

    left = sorted(rest)
    folded = dict(zip(left, fold_many(left), strict=True))
    held = _numbers(base, set(folded.values()))
    (most,) = base.rows("SELECT max(number) FROM term")[0]
    coming = sorted(set(folded.values()) - set(held))
    first = (most or 0) + 1
    new = {
        text: (first + at, said)
        for at, (text, said) in enumerate(zip(coming, syllables_many(coming), strict=True))
    }
    for text, whole in folded.items():
        numbers[text] = held[whole] if whole in held else new[whole][0]
    return numbers, new


def _numbers(base: Database, texts: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    query = f"SELECT text, number FROM term WHERE {base.among('text', 'texts')}"
    for some in chunks(texts):
        found.update(base.rows(query, {"texts": base.listing(some)}))
    return found


def _other_readings(
    base: Database,
    uses: Sequence[Use],
    of_text: dict[str, int],
    new: dict[str, tuple[int, str]],
) -> dict[int, set[str]]:
    """Return by term how romanisations read it, where that is not its usual reading."""
    told = {(of_text[text], toneless(said)) for _, _, text, said in uses if said}
    if not told:
        return {}
    usual = dict(new.values())
    for some in chunks({number for number, _ in told} - set(usual)):
        usual.update(base.rows(
            f"SELECT number, syllables FROM term WHERE {base.among('number', 'numbers')}",
            {"numbers": base.listing(some)},
        ))  # fmt: skip
    found: dict[int, set[str]] = {}
    for number, letters in told:
        # What is not written in characters has no other reading than its letters.
        if letters and usual[number] and letters != toneless(usual[number]):
            found.setdefault(number, set()).add(letters)
    return found


def toneless(said: str) -> str:
    """Return the bare letters of a romanisation: ``lüfengzhen`` for ``Lǚfèng Zhèn``.

    Examples
    --------
    >>> toneless("Nán'àn Qū"), toneless("lvfeng")
    ('nananqu', 'lüfeng')
    """
    apart = unicodedata.normalize("NFD", said.lower().replace("v", "ü").replace("u:", "ü"))
    kept = (c for c in apart if not unicodedata.combining(c) or c == "\u0308")
    return _NO_LETTER.sub("", unicodedata.normalize("NFC", "".join(kept)))


def _add_keys(
    base: Database, new: dict[str, tuple[int, str]], readings: dict[int, set[str]]
) -> None:
    if not new and not readings:
        return
    from diming.script.keys import term_keys
    from diming.script.syllable import parted

    key, term = array("q"), array("q")
    for text, (number, said) in new.items():
        found = set(term_keys(text, said))
        for other in readings.pop(number, ()):
            found.update(term_keys(text, " ".join(parted(other))))
        key.extend(found)
        term.extend([number] * len(found))
    for number, others in readings.items():
        (text,) = base.rows("SELECT text FROM term WHERE number = :n", {"n": number})[0]
        found = {k for o in others for k in term_keys(text, " ".join(parted(o)))}
        held = base.rows(
            f"SELECT key FROM term_key WHERE {base.among('key', 'keys')} AND term = :n",
            {"keys": base.listing(sorted(found)), "n": number},
        )
        found -= {k for (k,) in held}
        key.extend(found)
        term.extend([number] * len(found))
    _insert(base, TERM_KEY, _in_order(np.array(key), np.array(term)))


def _in_order(key: np.ndarray[Any, Any], term: np.ndarray[Any, Any]) -> Iterator[tuple[int, int]]:
    """Yield pairs in the order in which an index takes them best."""
    order = np.lexsort((term, key))
    for first in range(0, len(order), _BLOCK):
        at = order[first : first + _BLOCK]
        yield from zip(key[at].tolist(), term[at].tolist(), strict=True)


def _insert(base: Database, table: Any, rows: Iterable[Any]) -> None:
    base.insert(table, table.names(), rows)
