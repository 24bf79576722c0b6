"""Recall and precision by kind, by place: lenient, and the same for every program.

A truth is found when a reported place of its kind meets its ground (or its
point), as far as `NEAR_M`; where a truth has no place (a code that occurs
twice), when the units are named. A place is right when it meets any truth, of
whatever kind. How well a program measures, and whether it names the right
units, is not asked here; `score.py` asks that of diming.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from peers.protocol import HOLE, UNNAMED, Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from truth import Defect

#: Programs round and snap; a place this near meets a truth.
NEAR_M = 0.01
#: Vertices that differ by less are the same.
TOLERANCE_M = 0.001
#: Kinds of place that answer a truth besides its own.
ANSWERS = {"gap": {"gap", HOLE}, "void": {"void", HOLE}}
#: Remarks on a whole file, not on places.
REMARKS = frozenset({"vertex-noise", "exception-expired", "exception-unused"})


@dataclass
class Score:
    """How one kind of defect fared.

    Attributes
    ----------
    truths, found : int
        Defects there are, and those with a place of their kind.
    marked : int
        Defects with a place of any kind, also one without a name.
    reported, right : int
        Places that answer for this kind, and those of them that meet any defect.
    """

    truths: int = 0
    found: int = 0
    marked: int = 0
    reported: int = 0
    right: int = 0
    missed: list[list[str]] = field(default_factory=list)

    @property
    def recall(self) -> float | None:
        return self.found / self.truths if self.truths else None

    @property
    def precision(self) -> float | None:
        return self.right / self.reported if self.reported else None

    def figures(self) -> dict[str, Any]:
        counts = {k: getattr(self, k) for k in ("truths", "found", "marked", "reported", "right")}
        return {**counts, "recall": self.recall, "precision": self.precision,
                "missed": self.missed[:5]}  # fmt: skip


def ground_of(defect: Defect) -> shapely.Geometry:
    """Return where a defect is: its polygon, else its points, else nothing."""
    if defect.polygon:
        parts = [shapely.Polygon(ring) for ring in defect.polygon]
        return shapely.union_all(shapely.make_valid(parts))
    if defect.at is None:
        return shapely.GeometryCollection()
    return shapely.MultiPoint([defect.at, *defect.facts.get("places", ())])


@dataclass
class Scores:
    """By kind, and all together.

    Attributes
    ----------
    places, right : int
        Places, and those that meet a defect.
    truths, marked : int
        Defects, and those that a place meets.
    noise : int
        Places that meet none and are narrower than the tolerance, which count nowhere: vertices
        that differ by less are noise, and that there is some is true of the file.
    """

    kinds: dict[str, Score]
    places: int
    right: int
    truths: int
    marked: int
    noise: int

    def figures(self) -> dict[str, Any]:
        return {
            "places": self.places, "right": self.right, "truths": self.truths,
            "marked": self.marked, "noise": self.noise,
            "kinds": {k: s.figures() for k, s in self.kinds.items()},
        }  # fmt: skip


def score(
    places: Iterable[Place], defects: Iterable[Defect], *, leave_out: Iterable[str] = ()
) -> Scores:
    """Compare reported places with what is wrong, by kind; `leave_out` names rules not asked."""
    remarks = REMARKS.union(leave_out)
    told = [p for p in places if p.kind not in remarks]
    wrong = [d for d in defects if d.rule not in remarks]
    result: dict[str, Score] = {}
    for kind, count in Counter(d.rule for d in wrong).items():
        result.setdefault(kind, Score()).truths = count
    by_kind: dict[str, list[int]] = {}
    for number, place in enumerate(told):
        by_kind.setdefault(place.kind, []).append(number)
    hits, rights = _meetings(told, wrong)
    noise = _narrow(told) - rights
    for kind in {p.kind for p in told} | set(result):
        mine = result.setdefault(kind, Score())
        answering = [
            n for k in ANSWERS.get(kind, {kind}) for n in by_kind.get(k, ()) if n not in noise
        ]
        mine.reported, mine.right = len(answering), len(rights.intersection(answering))
    for truth, defect in enumerate(wrong):
        kinds = {told[p].kind for p in hits.get(truth, ())}
        mine = result[defect.rule]
        mine.marked += bool(kinds)
        if kinds & ANSWERS.get(defect.rule, {defect.rule}):
            mine.found += 1
        else:
            mine.missed.append([defect.kind, *defect.units[:3]])
    ordered = sorted(result.items(), key=lambda item: (item[0] in (HOLE, UNNAMED), item[0]))
    marked = sum(bool(found) for found in hits.values())
    places = len(told) - len(noise)
    return Scores(dict(ordered), places, len(rights), len(wrong), marked, len(noise))


def _narrow(told: list[Place]) -> set[int]:
    """Return the areal places that are narrower than the tolerance, on the average."""
    ground = np.array([p.geometry for p in told], dtype=object)
    area, outline = shapely.area(ground), shapely.length(ground)
    return set(np.flatnonzero((area > 0) & (2 * area < TOLERANCE_M * outline)).tolist())


def _meetings(told: list[Place], wrong: list[Defect]) -> tuple[dict[int, set[int]], set[int]]:
    """Return the places that meet each truth, and all places that meet one."""
    hits: dict[int, set[int]] = {}
    ground = np.array([ground_of(d) for d in wrong], dtype=object)
    place = np.array([p.geometry for p in told], dtype=object)
    if len(ground) and len(place):
        tree = shapely.STRtree(place)
        truths, places = tree.query(ground, predicate="dwithin", distance=NEAR_M)
        for truth, found in zip(truths.tolist(), places.tolist(), strict=True):
            hits.setdefault(truth, set()).add(found)
    # Without a place, and named as its kind: by the units.
    by_units: dict[tuple[str, str], set[int]] = {}
    for number, p in enumerate(told):
        for unit in p.units:
            by_units.setdefault((p.kind, unit), set()).add(number)
    for number, defect in enumerate(wrong):
        if ground[number].is_empty:
            for unit in defect.units:
                same = by_units.get((defect.rule, unit), set())
                hits.setdefault(number, set()).update(same)
    return hits, set().union(*hits.values()) if hits else set()
