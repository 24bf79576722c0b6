"""Which unit of a later snapshot is which of an earlier one (单元对应)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diming.history.infer_names import Naming, comparable, equal_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints
    from diming.history.infer_model import Snapshot

#: A unit of the same name is the same unit if either has so much of the other's ground.
NAMED = 0.2
#: Units are one by their ground alone if what they share is so much of what both cover,
COVERED = 0.8
#: and by ground and code, or ground and the specific part of the name, so much.
SUPPORTED = 0.5
#: A unit that passes more than this into another goes into it.
MOST = 0.5


@dataclass(frozen=True)
class Match:
    """Pairs of units that are one before and after.

    `old`, `new` are positions; `by` says what shows it: ``unit-id``, ``name``,
    ``specific-name``, ``code``, ``territory``. `codes`, `names`: whether they can be
    compared.
    """

    old: Ints
    new: Ints
    by: NDArray[np.object_]
    codes: bool
    names: bool

    def take(self, which: NDArray[np.bool_]) -> Match:
        """Return some of the pairs."""
        return Match(self.old[which], self.new[which], self.by[which], self.codes, self.names)


def match(
    old: Snapshot, new: Snapshot, pairs: tuple[Ints, Ints, Floats], areas: tuple[Floats, Floats]
) -> Match:
    """Match units, by territory first, then by name and code.

    Parameters
    ----------
    pairs : (old, new, area)
        Of all units that have ground in common.
    areas : (float64 array, float64 array)
        Of the units before and after.
    """
    row, column, shared = pairs
    before, after = areas[0][row], areas[1][column]
    covered = shared / np.maximum(before + after - shared, 1e-300)
    either = np.maximum(shared / before, shared / after)
    ours, theirs = Naming.of(old), Naming.of(new)
    alike = covered >= COVERED
    codes = comparable(ours.code[row[alike]], theirs.code[column[alike]])
    names = comparable(ours.full[row[alike]], theirs.full[column[alike]])

    def equal(one: NDArray[np.object_], other: NDArray[np.object_]) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = (one[row] != "") & (one[row] == other[column])
        return found

    name = equal(ours.full, theirs.full)
    own = equal(ours.specific, theirs.specific)
    code = equal(ours.code, theirs.code) & codes
    by_id = equal_pairs(old.unit_id, new.unit_id)
    taken_old, taken_new = np.zeros(len(old), dtype=bool), np.zeros(len(new), dtype=bool)
    found: list[tuple[int, int, str]] = []
    for i, j in zip(*(p.tolist() for p in by_id), strict=True):
        if not (taken_old[i] or taken_new[j]):
            taken_old[i] = taken_new[j] = True
            found.append((i, j, "unit-id"))
    order = np.lexsort((column, row, -covered))
    for reason, fits in (
        ("name", name & (either >= NAMED)),
        ("specific-name", own & (covered >= SUPPORTED)),
        ("code", code & (covered >= SUPPORTED)),
        ("territory", covered >= COVERED),
    ):
        for k in order[fits[order]].tolist():
            i, j = int(row[k]), int(column[k])
            if not (taken_old[i] or taken_new[j]):
                taken_old[i] = taken_new[j] = True
                found.append((i, j, reason))
    found = _without_new_units(found, taken_old, taken_new, pairs, areas)
    found.sort()
    return Match(
        np.array([f[0] for f in found], dtype=np.int64),
        np.array([f[1] for f in found], dtype=np.int64),
        np.array([f[2] for f in found], dtype=object),
        codes,
        names,
    )


def _without_new_units(
    found: list[tuple[int, int, str]],
    taken_old: NDArray[np.bool_],
    taken_new: NDArray[np.bool_],
    pairs: tuple[Ints, Ints, Floats],
    areas: tuple[Floats, Floats],
) -> list[tuple[int, int, str]]:
    """Leave out pairs of another name into, or out of, which another unit went.

    大足县 and 双桥区 became 大足区: that is a merger, not a conversion and an abolition.
    """
    row, column, shared = pairs
    goes = ~taken_old[row] & (shared > MOST * areas[0][row])
    comes = ~taken_new[column] & (shared > MOST * areas[1][column])
    swollen, torn = set(column[goes].tolist()), set(row[comes].tolist())
    return [
        (i, j, by)
        for i, j, by in found
        if by in ("unit-id", "name") or not (j in swollen or i in torn)
    ]
