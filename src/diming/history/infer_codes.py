"""Matching lists of units without outlines (无图形的推断): all there is are names and codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from diming.history.infer_match import Match
from diming.history.infer_model import Proposal
from diming.history.infer_names import Naming, equal_pairs
from diming.model.event import Event, EventType, Move, TerritoryKind, UnitRef

if TYPE_CHECKING:
    from diming.history.infer_model import InferSettings, Snapshot

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
    above = np.array([f"{n}\0{p}" if n and p else "" for n, p in zip(ours.full, old.parent, strict=True)], dtype=object)
    theirs_above = np.array([f"{n}\0{p}" if n and p else "" for n, p in zip(theirs.full, new.parent, strict=True)], dtype=object)
    own = np.array([f"{n}\0{p}" if n else "" for n, p in zip(ours.specific, old.parent, strict=True)], dtype=object)
    theirs_own = np.array([f"{n}\0{p}" if n else "" for n, p in zip(theirs.specific, new.parent, strict=True)], dtype=object)
    both = np.array([f"{n}\0{c}" if n and c else "" for n, c in zip(ours.full, ours.code, strict=True)], dtype=object)
    theirs_both = np.array([f"{n}\0{c}" if n and c else "" for n, c in zip(theirs.full, theirs.code, strict=True)], dtype=object)
    for reason, one, other in (
        ("unit-id", old.unit_id, new.unit_id),
        ("name", both, theirs_both),
        ("name", above, theirs_above),
        ("name", ours.full, theirs.full),
        ("specific-name", own, theirs_own),
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
