"""Score a report against the truth: recall and precision by rule, units, widths, areas (评分).

python benchmarks/score.py REPORT.json TRUTH.json [--output SCORE.json]

A finding is right when rule and place are; whether it names the right units, and
how far its width, length and area are from the truth, is said beside that. Findings
on codes and records have no place: their units, and the reason given, stand for it.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

from truth import Defect, Truth, read_truth

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Rules whose first unit is not like the others; of the rest the order means nothing.
ORDERED = frozenset({
    "unmatched-edge", "enclave", "outside-parent", "parent-not-covered", "parent-mismatch",
})  # fmt: skip
#: How far a finding's `at` may lie from the defect, in metres.
NEAR_M = 0.5
#: Facts that must be those of the truth where it has them.
TOLD = ("reason", "into", "ring", "open", "expected", "found")
#: Measures that are compared, of the truth itself and among its facts.
MEASURES = ("width_m", "area_m2", "length_m")
FURTHER = ("max_m", "offset_m", "angle_deg", "share", "opening_m")
#: Measures that are whole numbers.
COUNTED = ("parts_count", "cover_count", "vertices_count", "edges_count", "records_count")


@dataclass
class RuleScore:
    """How one rule did."""

    rule: str
    truths: int = 0
    findings: int = 0
    matched: int = 0
    right_units: int = 0
    right_facts: int = 0
    #: Relative errors of what was matched, against the truth; absolute ones for counts.
    errors: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    misses: list[dict[str, Any]] = field(default_factory=list)
    false: list[dict[str, Any]] = field(default_factory=list)
    mistaken: list[dict[str, Any]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.matched / self.truths if self.truths else 1.0

    @property
    def precision(self) -> float:
        return self.matched / self.findings if self.findings else 1.0

    def summary(self) -> dict[str, Any]:
        """Return the numbers, with errors as their largest and their median."""
        told = dict(vars(self))
        told["errors"] = {
            name: {"max": float(np.max(e)), "median": float(np.median(e))}
            for name, e in self.errors.items()
        }
        return {**told, "recall": self.recall, "precision": self.precision}


def score(report: Mapping[str, Any], truth: Truth) -> dict[str, RuleScore]:
    """Match a report (as `diming.present.report_json.to_dict` gives it) with the truth.

    Truths of rules that the report says were not run are left out.
    """
    ran = {r["rule"] for r in report["rules"] if r["status"] == "run"}
    place = _Places(truth.crs)
    findings: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for found in report["findings"]:
        findings[found["rule"]].append(found)
    truths: dict[str, list[Defect]] = defaultdict(list)
    for defect in truth.defects:
        truths[defect.rule].append(defect)
    rules = sorted((truths.keys() & ran) | findings.keys())
    return {rule: _one_rule(rule, truths[rule], findings[rule], place) for rule in rules}


class _Places:
    """Where findings are, in the CRS of the truth."""

    def __init__(self, crs: str) -> None:
        self.there = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)

    def of(self, findings: Sequence[Mapping[str, Any]]) -> np.ndarray:
        lonlat = [f["at"] or (np.nan, np.nan) for f in findings]
        x, y = self.there.transform(*np.array(lonlat, dtype=float).reshape(-1, 2).T)
        points: np.ndarray = shapely.points(np.column_stack([x, y]))
        return points


def _one_rule(
    rule: str, truths: list[Defect], findings: list[Mapping[str, Any]], place: _Places
) -> RuleScore:
    result = RuleScore(rule, len(truths), len(findings))
    pairs = _candidates(rule, truths, findings, place)
    open_truths, open_findings = set(range(len(truths))), set(range(len(findings)))
    for _, _, t, f in sorted(pairs):
        if t in open_truths and f in open_findings:
            open_truths.remove(t)
            open_findings.remove(f)
            _compare(result, truths[t], findings[f])
    result.misses = [_named(truths[t]) for t in sorted(open_truths)]
    result.false = [_told(findings[f]) for f in sorted(open_findings)]
    return result


def _candidates(
    rule: str, truths: list[Defect], findings: list[Mapping[str, Any]], place: _Places
) -> list[tuple[tuple[bool, bool], float, int, int]]:
    """Return pairs that may be the same fact: (units or facts differ, distance, truth, finding)."""
    pairs = []
    placed = [t for t, d in enumerate(truths) if d.at is not None]
    if placed and findings:
        shapes = np.array([_shape(truths[t]) for t in placed], dtype=object)
        points = place.of(findings)
        tree = shapely.STRtree(shapes)
        f_index, s_index = tree.query(points, predicate="dwithin", distance=NEAR_M)
        away = shapely.distance(points[f_index], shapes[s_index])
        for f, s, d in zip(f_index.tolist(), s_index.tolist(), away.tolist(), strict=True):
            t = placed[s]
            alike = _same_units(rule, truths[t].units, findings[f]["units"])
            pairs.append(((not alike, not _same_facts(truths[t], findings[f])), d, t, f))
    by_units: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for f, found in enumerate(findings):
        by_units[tuple(sorted(found["units"]))].append(f)
    for t, defect in enumerate(truths):
        if defect.at is None:
            for f in by_units[tuple(sorted(defect.units))]:
                alike = _same_units(rule, defect.units, findings[f]["units"])
                pairs.append(((not alike, not _same_facts(defect, findings[f])), 0.0, t, f))
    return pairs


def _shape(defect: Defect) -> shapely.Geometry:
    if defect.polygon is None:
        return shapely.MultiPoint(defect.facts.get("places", [defect.at]))
    return shapely.union_all([shapely.Polygon(ring) for ring in defect.polygon])


def _same_units(rule: str, mine: Sequence[str], theirs: Sequence[str]) -> bool:
    if sorted(mine) != sorted(theirs):
        return False
    return rule not in ORDERED or mine[0] == theirs[0]


def _same_facts(defect: Defect, found: Mapping[str, Any]) -> bool:
    """Tell whether a finding says what is true; `or_reason` is another way to say it."""
    mine, theirs = defect.facts, found["facts"]
    told = all(
        theirs.get(name) in (mine[name], mine.get(f"or_{name}", mine[name]))
        for name in TOLD if name in mine
    )  # fmt: skip
    return told and bool(theirs.get("open")) == bool(mine.get("open"))


def _compare(result: RuleScore, defect: Defect, found: Mapping[str, Any]) -> None:
    result.matched += 1
    units = _same_units(result.rule, defect.units, found["units"])
    facts = _same_facts(defect, found)
    result.right_units += units
    result.right_facts += facts
    if not (units and facts):
        result.mistaken.append({"truth": _named(defect), "finding": _told(found)})
    measures = found["measures"]
    for name in (*MEASURES, *FURTHER):
        true = getattr(defect, name) if name in MEASURES else defect.facts.get(name)
        said = measures.get(name)
        if true is not None and said is not None:
            result.errors[name].append(abs(said - true) / true if true else abs(said))
    for name in COUNTED:
        if name in defect.facts and name in measures:
            result.errors[name].append(abs(measures[name] - defect.facts[name]))


def _named(d: Defect) -> dict[str, Any]:
    return {
        "kind": d.kind, "units": list(d.units), "at": d.at, "width_m": d.width_m,
        "area_m2": d.area_m2, "facts": d.facts,
    }  # fmt: skip


def _told(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in ("id", "units", "at", "measures", "facts")}


def table(scores: Mapping[str, RuleScore]) -> str:
    """Return the scores as text, a rule a line."""
    head = (
        f"{'rule':<20}{'truths':>7}{'found':>7}{'recall':>8}{'precis.':>8}{'units':>7}{'facts':>7}"
        f"{'width max/median':>19}{'area max/median':>19}"
    )
    lines = [head]
    for s in scores.values():
        share = [x / s.matched if s.matched else 1.0 for x in (s.right_units, s.right_facts)]
        errors = "".join(f"{_percent(s.errors.get(name)):>19}" for name in MEASURES[:2])
        lines.append(
            f"{s.rule:<20}{s.truths:>7}{s.findings:>7}{s.recall:>8.4f}{s.precision:>8.4f}"
            f"{share[0]:>7.3f}{share[1]:>7.3f}{errors}"
        )
    return "\n".join(lines)


def _percent(errors: list[float] | None) -> str:
    return f"{100 * max(errors):.3f} / {100 * np.median(errors):.3f} %" if errors else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args()
    report = json.loads(asked.report.read_text(encoding="utf-8"))
    scores = score(report, read_truth(asked.truth))
    print(table(scores))
    if asked.output:
        told = {rule: s.summary() for rule, s in scores.items()}
        asked.output.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
