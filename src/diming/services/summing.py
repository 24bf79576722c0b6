"""Sum a check up (汇总): which findings count, in what order, and what became of the rules."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.geometry.keepers import Held
from diming.model.facts import Facts
from diming.model.finding import Backdrop, CheckSettings, Finding, RuleRun, Severity
from diming.model.rule import EXCEPTION_RULES, RULES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diming.geometry.ground import Ground
    from diming.geometry.shapes import Geometries
    from diming.services.levels import LevelUnits


def pick(
    findings: Sequence[Finding], wanted: frozenset[str], settings: CheckSettings
) -> list[Finding]:
    """Keep what was asked for; ``seam`` asks for findings between inputs, of any rule."""
    found = unique([f for f in findings if f.rule in wanted])
    if settings.rules is not None and "seam" in settings.rules:
        others = set(settings.rules) - {"seam"}
        found = [f for f in found if f.seam or f.rule in others]
    if "seam" in settings.skip:
        found = [f for f in found if not f.seam]
    return found


def unique(findings: list[Finding]) -> list[Finding]:
    """Part findings whose ids would be the same: number those after the first by place."""
    by_id: dict[str, list[Finding]] = {}
    for finding in findings:
        by_id.setdefault(finding.id, []).append(finding)
    result = []
    for same in by_id.values():
        same.sort(key=lambda f: (f.at or (0.0, 0.0), str(f.records)))
        result += [f if n == 0 else replace(f, id=f"{f.id}-{n + 1}") for n, f in enumerate(same)]
    return result


def weight(finding: Finding) -> tuple[Any, ...]:
    """Sort the gravest first: by severity, rule, size; the id settles ties."""
    size = finding.measures.get("area_m2", finding.measures.get("length_m", 0.0))
    return (
        list(Severity).index(finding.severity), RULES.index(finding.rule), -float(size), finding.id
    )  # fmt: skip


def rule_runs(
    found: Sequence[Finding],
    wanted: frozenset[str],
    not_applicable: Mapping[str, str],
    *,
    with_exceptions: bool,
) -> tuple[RuleRun, ...]:
    """Say of every rule whether it ran, and what it found."""
    counts = Counter(f.rule for f in found)
    runs = []
    for rule in RULES:
        if rule not in wanted:
            runs.append(RuleRun(rule, "skipped", "on-request"))
        elif rule in EXCEPTION_RULES and not with_exceptions:
            runs.append(RuleRun(rule, "not-applicable", "no-exceptions"))
        elif rule in not_applicable:
            runs.append(RuleRun(rule, "not-applicable", not_applicable[rule]))
        else:
            runs.append(RuleRun(rule, "run", findings=counts[rule]))
    return tuple(runs)


def measured(ground: Ground) -> Mapping[str, Any]:
    """Say how lengths and areas were measured."""
    number = ground.crs.to_epsg()
    facts = {
        "plane": ground.is_plane,
        "working_crs": f"EPSG:{number}" if number else ground.crs.name,
        "areas": "plane" if ground.is_plane else "tangent-plane-wgs84",
        "lengths": "plane" if ground.is_plane else "tangent-plane-wgs84",
    }
    return Facts(facts)


def backdrop(level: LevelUnits) -> Backdrop | None:
    """Return outlines for maps: simplified together, so that neighbours still fit."""
    areas = level.areas
    if len(areas) == 0:
        return None
    simple = np.empty(len(areas), dtype=object)
    for crs, members in areas.groups:
        shapes = areas.shape.take(members)
        box = shapes.total_bounds
        look = partial(_simplified, step=float(np.hypot(box[2] - box[0], box[3] - box[1])) / 3000)
        whole = isinstance(shapes.keeper, Held)
        parts = [(np.arange(len(shapes)), look(shapes[:]))] if whole else shapes.each(look)
        for at, part in parts:
            simple[members[at]] = shapely.transform(
                part, lambda xy, crs=crs: areas.to_plane(xy, crs)
            )
    return Backdrop(
        areas.ground.as_lonlat(simple),
        tuple(areas.units.code.tolist()),
        tuple(areas.units.name.tolist()),
    )


def _simplified(geometry: Geometries, *, step: float) -> Geometries:
    """Simplify units together where they make a coverage, else each by itself."""
    try:
        simple = shapely.coverage_simplify(geometry, step)
    except shapely.errors.GEOSException:
        simple = shapely.simplify(geometry, step)
    return np.asarray(simple, dtype=object)
