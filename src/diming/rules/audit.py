"""Areas of overlaps and gaps recomputed by brute force (核算): overlay of every pair, one union.

Nothing of the chain is used here, so that agreement means something. It takes
many times as long as the check itself, and all shapes in memory.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.components import components
from diming.model.facts import Facts
from diming.model.finding import CheckSettings, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from diming.geometry.chain import Floats, Ints
    from diming.rules.survey import Survey

#: Pairs that are intersected at once.
_PAIRS_AT_ONCE = 20_000
#: Share of an area by which the two ways may differ, for rounding.
_SHARE = 1e-6
#: Grid of the union where the tolerance is finer, or nothing.
_FINEST_GRID_M = 1e-6


@dataclass(frozen=True, slots=True)
class Audit:
    """What was recomputed, and where it does not agree (rule ``audit-mismatch``)."""

    findings: tuple[Finding, ...] = ()
    pairs_count: int = 0
    holes_count: int = 0

    def __add__(self, other: Audit) -> Audit:
        """Join the audits of two levels."""
        return Audit(
            self.findings + other.findings,
            self.pairs_count + other.pairs_count,
            self.holes_count + other.holes_count,
        )


def audit(survey: Survey, found: Sequence[Finding], settings: CheckSettings) -> Audit:
    """Recompute the areas of overlaps, gaps and voids of one level.

    Parameters
    ----------
    survey : Survey
        The ground that the units enclose.
    found : sequence of Finding
        What `coverage_findings` says of them.
    settings : CheckSettings
        Areas may differ by what moving vertices within the tolerance can do.

    Returns
    -------
    Audit
    """
    plane = survey.shapes_in_plane(np.arange(len(survey)))
    return _pairs(survey, plane, found, settings) + _holes(survey, plane, found, settings)


def _pairs(
    survey: Survey, plane: NDArray[np.object_], found: Sequence[Finding], settings: CheckSettings
) -> Audit:
    """Compare the overlap of each two units with the overlaps found between them."""
    told: dict[tuple[int, int], float] = defaultdict(float)
    slack: dict[tuple[int, int], float] = defaultdict(float)
    for finding in found:
        if finding.rule == "overlap":
            units = sorted(survey.unit_of[r.input, r.fid] for r in finding.records)
            for pair in combinations(units, 2):
                told[pair] += finding.measures["area_m2"]
                slack[pair] += 2 * finding.measures["length_m"]
    first, second, area, outline = _intersections(survey, plane)
    true = dict(zip(zip(first.tolist(), second.tolist(), strict=True), area.tolist(), strict=True))
    around = dict(zip(true, outline.tolist(), strict=True))
    wrong = []
    for pair in sorted({*told, *true}):
        a, b = told.get(pair, 0.0), true.get(pair, 0.0)
        rim = slack.get(pair, 0.0) + around.get(pair, 0.0)
        if abs(a - b) > 2 * settings.tolerance_m * rim + _SHARE * max(a, b) + _SHARE:
            both = shapely.intersection(plane[pair[0]], plane[pair[1]])
            wrong.append(_mismatch(survey, pair, "overlap", a, b, both))
    return Audit(tuple(wrong), pairs_count=len(true))


def _intersections(survey: Survey, plane: NDArray[np.object_]) -> tuple[Ints, Ints, Floats, Floats]:
    """Return the pairs of units that overlap, with area (m²) and outline (m) of what they share."""
    first, second = shapely.STRtree(plane).query(plane)
    once = first < second
    first, second = first[once], second[once]
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    area, outline = np.zeros(len(first)), np.zeros(len(first))
    for begin in range(0, len(first), _PAIRS_AT_ONCE):
        some = slice(begin, begin + _PAIRS_AT_ONCE)
        both = shapely.intersection(plane[first[some]], plane[second[some]])
        # Piece by piece: the scale of the ground is that at the middle of each.
        parts, of = shapely.get_parts(both, return_index=True)
        areal = shapely.area(parts) > 0
        parts, of = parts[areal], begin + of[areal]
        np.add.at(area, of, survey.ground.areas_m2(parts))
        np.add.at(outline, of, shapely.length(parts))
    over = area > 0
    return first[over], second[over], area[over], outline[over]


def _holes(
    survey: Survey, plane: NDArray[np.object_], found: Sequence[Finding], settings: CheckSettings
) -> Audit:
    """Compare what the union of all units leaves out with the gaps and voids found.

    A string of slivers that touch may be one finding and several holes, so
    both are compared by what hangs together.
    """
    # On a grid: a vertex that lies on a neighbour's line but for rounding closes a hole.
    grid = max(settings.tolerance_m, _FINEST_GRID_M)
    union = shapely.union_all(plane, grid_size=grid)
    lines = shapely.node(shapely.boundary(union))
    hole = shapely.get_parts(shapely.polygonize(shapely.get_parts([lines])))
    if len(hole):
        within = shapely.point_on_surface(hole)
        shapely.prepare(union)
        hole = hole[~shapely.intersects(union, within)]
    told = [f for f in found if f.rule in ("gap", "void") and not f.facts.get("open")]
    parts, of = shapely.get_parts(np.array([f.geometry for f in told], object), return_index=True)
    known = np.array([p is not None for p in parts], dtype=bool)
    points = shapely.point_on_surface(parts[known])
    asked, at = shapely.STRtree(survey.ground.as_lonlat(hole)).query(points, predicate="intersects")
    together = components(len(hole) + len(told), at, len(hole) + of[known][asked])
    area = survey.ground.areas_m2(hole)
    size = int(together.max(initial=-1)) + 1
    true = np.bincount(together[: len(hole)], weights=area, minlength=size)
    said = np.bincount(
        together[len(hole) :], weights=[f.measures["area_m2"] for f in told], minlength=size
    )
    rim = np.bincount(together[: len(hole)], weights=shapely.length(hole), minlength=size)
    rim += np.bincount(
        together[len(hole) :], weights=[2 * f.measures["length_m"] for f in told], minlength=size
    )
    allowed = 2 * grid * rim + _SHARE * np.maximum(true, said) + _SHARE
    wrong = []
    for group in np.flatnonzero(np.abs(true - said) > allowed):
        mine = [f for f, g in zip(told, together[len(hole) :], strict=True) if g == group]
        units = {survey.unit_of[r.input, r.fid] for f in mine for r in f.records}
        missed = hole[together[: len(hole)] == group]
        around = shapely.union_all(missed)
        if not units:
            near = shapely.buffer(missed, 2 * settings.tolerance_m)
            units = set(survey.meeting(near)[1].tolist())
        wrong.append(_mismatch(survey, sorted(units), "gap", said[group], true[group], around))
    return Audit(tuple(wrong), holes_count=len(hole))


def _mismatch(
    survey: Survey, units: Sequence[int], kind: str, told: float, true: float, shape: object
) -> Finding:
    geometry = None if shapely.is_empty(shape) else shape
    inside = None if geometry is None else shapely.point_on_surface(geometry)
    return survey.finding(
        "audit-mismatch",
        Severity.ERROR,
        units,
        measures={"area_m2": told, "audited_m2": true},
        facts=Facts({"reason": kind}),
        at=None if inside is None else shapely.get_coordinates(inside)[0],
        geometry=geometry,
        mark=f"{kind}{told:.3f}".encode(),
    )
