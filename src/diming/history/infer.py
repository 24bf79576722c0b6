"""From two snapshots to the acts that lie between them (由快照推断变更).

Units are matched by territory first, then by name and code. What passed between
units is gathered into acts. Two sources never draw a line alike: a piece of
difference is territory only if it is wider than the two are apart where nothing
happened. Two issues of one source share their vertices to the bit; there every
difference is a change.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.ground import Ground, parse_crs
from diming.history.infer_attributes import attribute_acts
from diming.history.infer_codes import LISTED, match_lists, unplaced_acts
from diming.history.infer_events import territorial_acts
from diming.history.infer_match import match
from diming.history.infer_model import (
    AreaShare,
    Compared,
    Inference,
    InferSettings,
    Proposal,
    Shift,
    Snapshot,
)
from diming.history.infer_names import Naming, equal_pairs
from diming.history.infer_noise import compare, find_shift, moved_back
from diming.history.infer_overlay import overlay
from diming.history.infer_territory import Territory
from diming.model.unit import Level

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "AreaShare", "Compared", "InferSettings", "Inference", "Proposal", "Shift", "Snapshot", "infer",
]  # fmt: skip

#: Confidence in what is said of two units that are one, where the territory shows it.
_DRAWN, _SHIFTED = 1.0, 0.9


def infer(old: Snapshot, new: Snapshot, settings: InferSettings | None = None) -> Inference:
    """Propose the acts that explain the difference between two snapshots.

    Parameters
    ----------
    old, new : Snapshot
        Each level is taken as a coverage of its own. Where either says nothing of
        levels, all units are of one.
    settings : InferSettings, optional

    Returns
    -------
    Inference
        A sequence of proposals: acts on territory, then on names, kinds, codes and
        superiors of units that go on; recorded in this order, they lead to the
        later snapshot.

    Examples
    --------
    >>> cells = [shapely.box(i, 0, i + 1, 1) for i in range(3)]
    >>> before = Snapshot.of(["甲县", "乙县", "丙县"], cells)
    >>> after = Snapshot.of(["丁县", "丙县"], [shapely.box(0, 0, 2, 1), cells[2]])
    >>> [str(p.event) for p in infer(before, after)]
    ['? merge 甲县;乙县 → 丁县']
    """
    settings = settings or InferSettings()
    if not (old.level > 0).all() or not (new.level > 0).all():
        return _level(old, new, settings)
    found = [
        _level(old.take(old.level == value), new.take(new.level == value), settings)
        for value in sorted({*old.level.tolist(), *new.level.tolist()})
    ]
    return Inference(
        tuple(p for f in found for p in f.proposals),
        {level: compared for f in found for level, compared in f.compared.items()},
        sum(f.unchanged_count for f in found),
        tuple(dict.fromkeys(r for f in found for r in f.remarks)),
    )


def _level(old: Snapshot, new: Snapshot, settings: InferSettings) -> Inference:
    """Compare the units of one level."""
    ours, theirs = old.drawn, new.drawn
    if not ours.any() or not theirs.any():
        return _lists(old, new, settings)
    without = None
    if not ours.all() or not theirs.all():
        # What one snapshot has no outline of can be told by name alone.
        old, new, without = _part(old, new, ours, theirs)
    level = Level(int(old.level.max(initial=0)))
    drawn = _drawn(old, new, settings, level)
    if without is None:
        return drawn
    listed = _lists(*without, settings)
    return Inference(
        (*drawn.proposals, *listed.proposals), drawn.compared,
        drawn.unchanged_count + listed.unchanged_count,
        tuple(dict.fromkeys((*drawn.remarks, *listed.remarks))),
    )  # fmt: skip


def _part(
    old: Snapshot, new: Snapshot, ours: NDArray[np.bool_], theirs: NDArray[np.bool_]
) -> tuple[Snapshot, Snapshot, tuple[Snapshot, Snapshot]]:
    """Part off the units of which one snapshot or the other has no outline."""
    pairs = match_lists(old, new)
    bare = ~(ours[pairs.old] & theirs[pairs.new])
    left, right = ~ours, ~theirs
    left[pairs.old[bare]] = True
    right[pairs.new[bare]] = True
    return old.take(~left), new.take(~right), (old.take(left), new.take(right))


def _lists(old: Snapshot, new: Snapshot, settings: InferSettings) -> Inference:
    found = match_lists(old, new)
    acts, changed, remarks = attribute_acts(old, new, found, settings, LISTED)
    acts = [replace(p, reasons=(*p.reasons, "no-geometry")) for p in acts]
    return Inference(
        (*unplaced_acts(old, new, found, settings), *acts), {}, len(found.old) - len(changed),
        ("no-geometry", *remarks),
    )  # fmt: skip


def _drawn(old: Snapshot, new: Snapshot, settings: InferSettings, level: Level) -> Inference:
    low, high = (
        f(axis=0) for f in (
            np.concatenate([shapely.bounds(old.geometry), shapely.bounds(new.geometry)]).min,
            np.concatenate([shapely.bounds(old.geometry), shapely.bounds(new.geometry)]).max,
        )
    )  # fmt: skip
    ground = Ground.under(parse_crs(settings.crs), np.concatenate([low[:2], high[2:]]))
    compared = compare(old.geometry, new.geometry, ground, tolerance_m=settings.tolerance_m)
    if not compared.exact:
        new, compared = _without_shift(old, new, ground, settings, compared)
    laid = overlay(old.geometry, new.geometry, ground)
    found = match(old, new, laid.pairs(), (laid.old_area_m2, laid.new_area_m2))
    territory = Territory(old, new, ground, laid, found, compared, settings)
    acts, parts = territorial_acts(territory)
    trust = _DRAWN if compared.shift is None else _SHIFTED
    found = territory.found
    further, changed, remarks = attribute_acts(old, new, found, settings, trust)
    if not found.codes:
        remarks.append("codes-not-comparable")
    if not found.names:
        remarks.append("names-not-comparable")
    if compared.shift is not None:
        remarks.append("datum-shift")
    unchanged = len(set(found.old.tolist()) - parts - changed)
    return Inference((*acts, *further), {level: territory.compared}, unchanged, tuple(remarks))


def _without_shift(
    old: Snapshot, new: Snapshot, ground: Ground, settings: InferSettings, compared: Compared
) -> tuple[Snapshot, Compared]:
    """Move the later snapshot back, if all of it is shifted, and compare once more."""
    i, j = equal_pairs(Naming.of(old).full, Naming.of(new).full)
    once = (np.bincount(i, minlength=len(old))[i] == 1) & (
        np.bincount(j, minlength=len(new))[j] == 1
    )
    shift = find_shift(old.geometry[i[once]], new.geometry[j[once]], ground)
    if shift is None:
        return new, compared
    moved = replace(new, geometry=moved_back(new.geometry, shift[1]))
    again = compare(old.geometry, moved.geometry, ground, tolerance_m=settings.tolerance_m)
    if again.noise_m >= compared.noise_m:
        return new, compared
    return moved, replace(again, shift=shift[0])
