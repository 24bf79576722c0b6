"""Matching lists of units without outlines (无图形的推断): all there is are names and codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from diming.history.infer_match import Match
from diming.history.infer_model import Proposal
from diming.history.infer_names import Naming, equal_pairs
from diming.model.event import Event, EventType, Move, TerritoryKind, UnitRef

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.history.infer_model import InferSettings, Snapshot

    Texts = NDArray[np.object_]

#: Confidence that a unit of a list ended or was created, with nothing to say whose ground it had.
UNPLACED = 0.4
#: Confidence in what is said of two units of lists that are one.
LISTED = 0.8


def match_lists(old: Snapshot, new: Snapshot) -> Match:
    """Match units by id, by name and superior, by name alone, by code, and by specific name.

    Names that occur more than once are matched within their superior only.
    """
    ours, theirs = Naming.of(old), Naming.of(new)
    taken_old, taken_new = np.zeros(len(old), dtype=bool), np.zeros(len(new), dtype=bool)
    found: list[tuple[int, int, str]] = []
    for reason, one, other in (
        ("unit-id", old.unit_id, new.unit_id),
        ("name", _both(ours.full, ours.code), _both(theirs.full, theirs.code)),
        ("name", _both(ours.full, old.parent), _both(theirs.full, new.parent)),
        ("name", ours.full, theirs.full),
        ("specific-name", _both(ours.specific, old.parent), _both(theirs.specific, new.parent)),
        ("specific-name", ours.specific, theirs.specific),
        ("code", ours.code, theirs.code),
    ):
        free_old, free_new = np.flatnonzero(~taken_old), np.flatnonzero(~taken_new)
        i, j = equal_pairs(one[free_old], other[free_new])
        # What fits several fits none.
        single = (np.bincount(i, minlength=len(free_old))[i] == 1) & (
            np.bincount(j, minlength=len(free_new))[j] == 1
        )
        for a, b in zip(free_old[i[single]].tolist(), free_new[j[single]].tolist(), strict=True):
            taken_old[a] = taken_new[b] = True
            found.append((a, b, reason))
    found.sort()
    by = np.full(len(found), "", dtype=object)
    by[:] = [f[2] for f in found]
    return Match(
        np.array([f[0] for f in found], dtype=np.int64),
        np.array([f[1] for f in found], dtype=np.int64),
        by, codes=True, names=True,
    )  # fmt: skip


def _both(one: Texts, other: Texts) -> Texts:
    """Join two columns; what has nothing in either is empty."""
    result = np.full(len(one), "", dtype=object)
    filled = (one != "") & (other != "")
    result[filled] = one[filled] + "\0" + other[filled]
    return result


def unplaced_acts(
    old: Snapshot, new: Snapshot, found: Match, settings: InferSettings
) -> list[Proposal]:
    """Propose that units which one list alone has ended, or were created, nobody knows of what."""
    ended = np.setdiff1d(np.arange(len(old)), found.old).tolist()
    created = np.setdiff1d(np.arange(len(new)), found.new).tolist()
    nobody = UnitRef(part=True)
    result = []
    for kind, before, after in (
        *((EventType.ABOLISH, old.ref(i, system=settings.system), nobody) for i in ended),
        *((EventType.ESTABLISH, nobody, new.ref(j, system=settings.system)) for j in created),
    ):
        gone = kind is EventType.ABOLISH
        move = Move(before if gone else None, None if gone else after, TerritoryKind.UNKNOWN)
        event = Event(
            kind, settings.date, (before,), (after,), document=settings.document,
            certainty="inferred", moves=(move,),
        )  # fmt: skip
        result.append(Proposal(event, (), UNPLACED, ("no-geometry",), True))
    return result
