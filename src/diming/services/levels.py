"""Units by level (按级别): each level is a coverage of its own, and fills the one above."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diming.model.code import ENDS
from diming.model.unit import Level

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Ints
    from diming.rules.code_reading import CodeReading
    from diming.rules.survey import Survey


@dataclass(frozen=True)
class LevelUnits:
    """The units of one level: as delivered, and as the chain takes them.

    `index` gives the position of each of `areas` among all units.
    """

    level: int
    whole: Survey
    areas: Survey
    index: Ints


def by_level(
    whole: Survey, areas: Survey, reading: CodeReading, chosen: NDArray[np.bool_]
) -> list[LevelUnits]:
    """Part the chosen units by level, lowest number first.

    A unit of unknown level joins the most frequent level of its input.
    """
    units = whole.units
    level = np.where(units.level > 0, units.level, reading.level)
    for number in np.unique(units.input):
        mine = units.input == number
        known = Counter(level[mine & (level > 0)].tolist())
        if known:
            level = np.where(mine & (level == 0), known.most_common(1)[0][0], level)
    result = []
    for value in np.unique(level[chosen]).tolist():
        index = np.flatnonzero(chosen & (level == value))
        filled = index[areas.shape.count[index] > 0]
        result.append(LevelUnits(value, whole.take(index), areas.take(filled), filled))
    return result


def parent_of(child: LevelUnits, levels: list[LevelUnits]) -> LevelUnits | None:
    """Return the nearest level above, among all that are there."""
    above = [p for p in levels if p is not child and (p.level < child.level or not p.level)]
    return max(above, key=lambda p: p.level) if above else None


def parent_codes(
    child: LevelUnits, parent: LevelUnits, reading: CodeReading
) -> NDArray[np.object_]:
    """Return for each child the code of its parent, as the parents write theirs.

    What a column states outranks what the code's prefix says, where it names
    one of the parents.
    """
    stated = child.areas.units.parent
    if not reading.applicable:
        return stated
    written = reading.column.value
    cut = 10 ** (12 - ENDS.get(Level(parent.level), 12))
    named = zip(written[parent.index].tolist(), parent.areas.units.code, strict=True)
    theirs = {value: code for value, code in named if value}
    prefixes = (written[child.index] // cut * cut).tolist()
    derived = np.array([theirs.get(p, "") if p else "" for p in prefixes], dtype=object)
    known = np.isin(stated, list(theirs.values())) & (stated != "")
    return np.where(known, stated, derived)
