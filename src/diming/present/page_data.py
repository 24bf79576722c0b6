"""What the report page's scripts read: findings and outlines, compactly, as JSON.

Coordinates travel as *tracks*: whole numbers of 10**-decimals units, each the
difference to the vertex before, written five bits a character as in Google's
encoded polylines. `assets/js/data.js` reads them back.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.present.plain import visible
from diming.present.words import hint, input_labels, message, rule_title

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from diming.model.finding import Backdrop, Finding, Report

#: Decimals of a finding's coordinates: 0.1 mm in degrees, a micrometre in metres.
FINE_DEGREES, FINE_PLANE = 9, 6


def to_script_json(value: object) -> str:
    """Return `value` as JSON that is safe inside a ``<script>`` element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def page_data(report: Report, lang: str) -> dict[str, Any]:
    """Return what the scripts need of `report`, ready for JSON.

    `plane` is true when coordinates are no longitudes and latitudes.
    """
    plane = bool(report.measured.get("plane")) or not _on_earth(report)
    hints: dict[str, int] = {}
    findings = [
        {
            **_finding_data(finding, plane=plane),
            "message": message(finding, lang, inputs=report.inputs),
            "hint": hints.setdefault(hint(finding, lang), len(hints)),
        }
        for finding in report.findings
    ]
    rules = dict.fromkeys(f.rule for f in report.findings)
    return {
        "plane": plane,
        "decimals": FINE_PLANE if plane else FINE_DEGREES,
        "inputs": input_labels(report.inputs),
        "rules": {rule: rule_title(rule, lang) for rule in rules},
        "hints": list(hints),
        "findings": findings,
        "backdrop": _backdrop_data(report.backdrop, plane=plane),
    }


def _finding_data(finding: Finding, *, plane: bool) -> dict[str, Any]:
    """Return one finding without its words; what is empty is left out."""
    decimals = FINE_PLANE if plane else FINE_DEGREES
    accepted = finding.excepted_by
    data: dict[str, Any] = {
        "id": visible(finding.id),
        "rule": finding.rule,
        "severity": str(finding.severity),
        "units": [visible(u) for u in finding.units],
        "names": [visible(n) for n in finding.names],
        "records": [[int(r.input), int(r.fid)] for r in finding.records],
        "measures": _finite(finding.measures),
        "at": _place(finding, plane=plane),
        "shape": shape_tracks(finding.geometry, decimals, plane=plane),
        "seam": bool(finding.seam),
        "accepted": accepted
        and {
            "reason": visible(accepted.reason),
            "approver": visible(accepted.approver),
            "date": accepted.date and accepted.date.isoformat(),
            "expires": accepted.expires and accepted.expires.isoformat(),
        },
    }
    return {key: value for key, value in data.items() if value}


def _finite(measures: Mapping[str, float]) -> dict[str, float]:
    return {
        visible(key): float(f"{value:.9g}")
        for key, value in measures.items()
        if math.isfinite(value)
    }


def _place(finding: Finding, *, plane: bool) -> list[float] | None:
    """Return where to put a finding's mark: `at`, else somewhere on its geometry."""
    point = finding.at
    if point is None and finding.geometry is not None and not finding.geometry.is_empty:
        corners = shapely.get_coordinates(finding.geometry)
        point = tuple(corners[len(corners) // 2].tolist())
    if point is None or not _mappable(np.asarray([point]), plane=plane):
        return None
    decimals = FINE_PLANE if plane else FINE_DEGREES
    return [round(float(point[0]), decimals), round(float(point[1]), decimals)]


def _mappable(points: NDArray[np.float64], *, plane: bool) -> bool:
    limits = (1e9, 1e9) if plane else (360.0, 90.0)
    return bool(len(points)) and bool((np.abs(points) <= limits).all())


def _on_earth(report: Report) -> bool:
    """Tell whether most coordinates can be longitudes and latitudes."""
    points = np.array([f.at for f in report.findings if f.at is not None])
    if report.backdrop is not None and len(report.backdrop.outlines):
        bounds = shapely.bounds(np.asarray(report.backdrop.outlines))
        points = bounds.reshape(-1, 2)
    points = points[np.isfinite(points).all(axis=1)] if len(points) else points
    inside = np.abs(points) <= (360.0, 90.0) if len(points) else np.ones((1, 2), bool)
    return bool(inside.all(axis=1).mean() >= 0.5)


def shape_tracks(geometry: Any, decimals: int, *, plane: bool) -> list[list[Any]]:
    """Return `geometry` as parts: a kind (``p``, ``l``, ``a``), then its tracks.

    An area's first track is its shell, the others are holes. Parts that cannot be
    drawn are left out.
    """
    if geometry is None or geometry.is_empty:
        return []
    parts: list[list[Any]] = []
    for part in _simple_parts(geometry):
        kind, lines = _lines(part)
        if all(_mappable(line, plane=plane) for line in lines):
            parts.append([kind, *(track(line, decimals) for line in lines)])
    return parts


def _simple_parts(geometry: Any) -> list[Any]:
    parts = shapely.get_parts(geometry).tolist()
    if any(p.geom_type.startswith(("Multi", "GeometryCollection")) for p in parts):
        parts = [simple for p in parts for simple in _simple_parts(p)]
    return [p for p in parts if not p.is_empty]


def _lines(part: Any) -> tuple[str, list[NDArray[np.float64]]]:
    if part.geom_type == "Polygon":
        return "a", [shapely.get_coordinates(r) for r in (part.exterior, *part.interiors)]
    return ("p" if part.geom_type == "Point" else "l"), [shapely.get_coordinates(part)]


def track(points: NDArray[np.float64], decimals: int, *, thin: bool = False) -> str:
    """Return `points` as a track; `thin` drops vertices that fall on the one before."""
    steps = np.rint(points * 10.0**decimals).astype(np.int64)
    deltas = np.diff(steps, axis=0, prepend=np.zeros((1, 2), np.int64))
    if thin:
        deltas = deltas[(deltas != 0).any(axis=1) | (np.arange(len(deltas)) == 0)]
    zigzag = np.where(deltas < 0, ~(deltas << 1), deltas << 1)
    letters: list[str] = []
    for value in zigzag.ravel().tolist():
        while value >= 32:
            letters.append(chr((value & 31 | 32) + 63))
            value >>= 5
        letters.append(chr(value + 63))
    return "".join(letters)


def _backdrop_data(backdrop: Backdrop | None, *, plane: bool) -> dict[str, Any] | None:
    """Return the outlines that can be drawn, each with code, name and label place."""
    if backdrop is None or not len(backdrop.outlines):
        return None
    outlines = np.asarray(backdrop.outlines, dtype=object)
    decimals = _backdrop_decimals(shapely.total_bounds(outlines), plane=plane)
    labels = shapely.get_coordinates(shapely.point_on_surface(outlines), return_index=True)
    label_of = dict(zip(labels[1].tolist(), labels[0], strict=True))
    units = []
    for i, outline in enumerate(outlines):
        parts = _outline_tracks(outline, decimals, plane=plane)
        if parts and i in label_of:
            label = track(label_of[i][None, :], decimals)
            units.append([visible(backdrop.codes[i]), visible(backdrop.names[i]), label, parts])
    return {"decimals": decimals, "units": units} if units else None


def _outline_tracks(outline: Any, decimals: int, *, plane: bool) -> list[list[str]]:
    if outline is None or outline.is_empty:
        return []
    polygons = [_lines(p)[1] for p in _simple_parts(outline) if p.geom_type == "Polygon"]
    return [
        [track(line, decimals, thin=True) for line in lines]
        for lines in polygons
        if all(_mappable(line, plane=plane) for line in lines)
    ]


def _backdrop_decimals(bounds: NDArray[np.float64], *, plane: bool) -> int:
    """Return decimals that give a step of a few millionths of the extent."""
    extent = float(np.nanmax(bounds[2:] - bounds[:2]))
    fitting = math.ceil(math.log10(2e5 / extent)) if extent > 0 else 6
    return max(0, min(6, fitting)) if plane else max(5, min(6, fitting))
