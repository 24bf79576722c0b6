"""Which pieces of two coverages laid over each other are territory that passed (区域流转)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from diming.history.infer_noise import by_widths
from diming.history.infer_overlay import OUTSIDE, Overlay

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints
    from diming.geometry.ground import Ground
    from diming.history.infer_match import Match
    from diming.history.infer_model import Compared, InferSettings, Snapshot

#: What a piece is: no wider than lines are apart, in doubt, or territory.
IS_NOISE, IN_DOUBT, PASSED = 0, 1, 2
#: Makers of maps leave exclaves out that are up to so many times wider than what is certain.
EXCLAVE_TIMES = 3.0
#: Pieces whose widths tell how they fall off.
SAMPLE = 2000


@dataclass
class Territory:
    """Two snapshots of one level, laid over each other, and what passed.

    `mate_old`, `mate_new` are the unit's position in the other snapshot, `OUTSIDE` for
    those that ended or were created. `state` is of the overlay's pieces.
    """

    old: Snapshot
    new: Snapshot
    ground: Ground
    laid: Overlay
    found: Match
    compared: Compared
    settings: InferSettings
    mate_old: Ints = field(init=False)
    mate_new: Ints = field(init=False)
    width_m: Floats = field(init=False)
    state: Ints = field(init=False)

    def __post_init__(self) -> None:
        """Judge every piece that is not of a unit that goes on."""
        self.width_m = np.full(len(self.laid.old), np.inf)
        self._judge()
        # Of units of another name, the same territory shows that they are one: all of it.
        touched = np.unique(self.laid.old[self.state == PASSED])
        given = np.unique(self.laid.new[self.state == PASSED])
        lone = (self.found.by == "territory") & (
            np.isin(self.found.old, touched) | np.isin(self.found.new, given)
        )
        if lone.any():
            self.found = self.found.take(~lone)
            self._judge()

    def _judge(self) -> None:
        self.mate_old = np.full(len(self.old), OUTSIDE, dtype=np.int64)
        self.mate_new = np.full(len(self.new), OUTSIDE, dtype=np.int64)
        self.mate_old[self.found.old] = self.found.new
        self.mate_new[self.found.new] = self.found.old
        laid = self.laid
        passing = np.flatnonzero(~self.stays)
        self._measure(passing)
        self.state = np.where(
            self.width_m > self.compared.certain_m, PASSED,
            np.where(self.width_m > self.compared.tolerance_m, IN_DOUBT, IS_NOISE),
        )  # fmt: skip
        self.state[self.stays] = IS_NOISE
        ended, created = self._mates(self.mate_old, laid.old), self._mates(self.mate_new, laid.new)
        if not self.compared.exact:
            small = self.width_m <= EXCLAVE_TIMES * self.compared.certain_m
            dropped = laid.whole_part & small & (self.state == PASSED) & ~ended & ~created
            self.state[dropped] = IN_DOUBT
        # What ended went somewhere, what was created came from somewhere, however small.
        self._main(laid.old, ended)
        self._main(laid.new, created)

    def _measure(self, passing: Ints) -> None:
        """Measure the width of pieces, as far as it matters.

        What is wider than lines are apart is told by the widths of some pieces; all
        others that cannot be as wide need not be measured.
        """
        laid = self.laid
        unknown = passing[np.isinf(self.width_m[passing])]
        if not self.compared.exact and self.settings.tolerance_m is None:
            inner = unknown[(laid.old[unknown] >= 0) & (laid.new[unknown] >= 0)]
            some = inner[:: max(1, len(inner) // SAMPLE)]
            self.width_m[some] = laid.widths(some, self.ground)
            if len(some):
                self.compared = by_widths(self.compared, self.width_m[some], len(inner))
            unknown = unknown[np.isinf(self.width_m[unknown])]
        bound = laid.widest(unknown, self.ground)
        self.width_m[unknown] = bound
        wide = unknown[bound > self.compared.tolerance_m]
        self.width_m[wide] = laid.widths(wide, self.ground)

    @property
    def stays(self) -> NDArray[np.bool_]:
        """Pieces of units that go on and keep them."""
        laid = self.laid
        both = (laid.old >= 0) & (laid.new >= 0)
        found: NDArray[np.bool_] = both & (self.mate_old[laid.old] == laid.new)
        return found

    @staticmethod
    def _mates(mate: Ints, unit: Ints) -> NDArray[np.bool_]:
        result = np.zeros(len(unit), dtype=bool)
        inside = unit >= 0
        result[inside] = mate[unit[inside]] == OUTSIDE
        return result

    def _main(self, unit: Ints, which: NDArray[np.bool_]) -> None:
        """Take the largest piece of each of some units for territory."""
        mine = np.flatnonzero(which)
        order = mine[np.lexsort((self.laid.area_m2[mine], unit[mine]))]
        last = order[np.flatnonzero(np.diff(np.append(unit[order], -9)))]
        self.state[last] = PASSED

    def node_of_new(self, unit: Ints) -> Ints:
        """Return one number a unit over time: that of the earlier one, or one after those."""
        mate = self.mate_new[unit]
        found: Ints = np.where(mate >= 0, mate, len(self.old) + unit)
        return found
