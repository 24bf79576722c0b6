"""What names and codes of two sources say of being one unit (名称与代码的比较)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diming.model.code import parse_code, tidy
from diming.model.kind import KINDS_OF_TERM
from diming.model.unit import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from diming.geometry.chain import Ints
    from diming.history.infer_model import Snapshot

#: So many pairs, and so small a share of them equal, and a column means two things.
FEW, DIFFERENT = 4, 0.3
#: Terms of any level, longest first, for units of unknown level.
_ALL_TERMS = sorted({t for terms in KINDS_OF_TERM.values() for t in terms}, key=len, reverse=True)


def split_name(name: str, level: int = 0) -> tuple[str, str]:
    """Part a name into what is its own and what says its kind (专名, 通名).

    Examples
    --------
    >>> split_name("綦江区", 3)
    ('綦江', '区')
    >>> split_name("石柱土家族自治县")
    ('石柱土家族', '自治县')
    >>> split_name("ANDERSON")
    ('ANDERSON', '')
    """
    known = KINDS_OF_TERM.get(Level(level)) if level else None
    terms: Sequence[str] = sorted(known, key=len, reverse=True) if known else _ALL_TERMS
    for term in terms:
        if name.endswith(term) and len(name) > len(term):
            return name[: -len(term)], term
    return name, ""


@dataclass(frozen=True)
class Naming:
    """Names and codes of one snapshot, ready to be compared.

    Object arrays of str; `code` in one spelling, whatever padding it had.
    """

    full: NDArray[np.object_]
    specific: NDArray[np.object_]
    generic: NDArray[np.object_]
    code: NDArray[np.object_]

    @staticmethod
    def of(snapshot: Snapshot) -> Naming:
        """Read the names and codes of a snapshot."""
        full = [_plain(n) for n in snapshot.name.tolist()]
        pairs = [split_name(n, lv) for n, lv in zip(full, snapshot.level.tolist(), strict=True)]
        columns = (full, [p[0] for p in pairs], [p[1] for p in pairs],
                   [plain_code(c) for c in snapshot.code.tolist()])  # fmt: skip
        made = [np.full(len(full), "", dtype=object) for _ in columns]
        for target, values in zip(made, columns, strict=True):
            target[:] = values
        return Naming(*made)


def plain_code(code: str) -> str:
    """Return a code in the one spelling in which codes are compared."""
    parsed = parse_code(code) if code else None
    return tidy(code) if parsed is None else parsed.digits


def comparable(one: NDArray[np.object_], other: NDArray[np.object_]) -> bool:
    """Tell whether two columns mean the same thing, by pairs known to be one unit.

    Two publishers' codes may look alike and be two systems; names may be of two
    languages. Then nearly none of them agree.
    """
    both = (one != "") & (other != "")
    count = int(both.sum())
    return count < FEW or float((one[both] == other[both]).mean()) >= DIFFERENT


def equal_pairs(one: NDArray[np.object_], other: NDArray[np.object_]) -> tuple[Ints, Ints]:
    """Return all pairs of positions with the same text; an empty one equals none."""
    everything, of = np.unique(np.concatenate([one, other]).astype(str), return_inverse=True)
    left, right = of[: len(one)].copy(), of[len(one) :].copy()
    empty = np.flatnonzero(everything == "")
    left[np.isin(left, empty)], right[np.isin(right, empty)] = -1, -2
    order = np.argsort(right, kind="stable")
    first = np.searchsorted(right[order], left, "left")
    count = np.searchsorted(right[order], left, "right") - first
    row = np.repeat(np.arange(len(left)), count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, order[np.repeat(first, count) + within]


def only_spelt_otherwise(one: str, other: str) -> bool:
    """Tell names of which one leaves out what the other says of the kind or the people.

    Examples
    --------
    >>> only_spelt_otherwise("石柱", "石柱县")
    True
    >>> only_spelt_otherwise("开县", "开州区")
    False
    """
    if not one or not other:
        return True
    short, long = sorted((one, other), key=len)
    return split_name(short)[1] == "" and split_name(long)[0] == short and short != long


def _plain(name: str) -> str:
    return " ".join(str(name).split()).casefold()
