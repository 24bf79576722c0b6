"""Reports for the page: a grid of cells, with slivers of known width between them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.model.finding import (
    Backdrop,
    CheckSettings,
    Exemption,
    Finding,
    InputRecord,
    RecordRef,
    Report,
    RuleRun,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely import Polygon


def cell(column: int, row: int) -> Polygon:
    """Return a cell of a grid of tenths of a degree."""
    west, south = 106 + column / 10, 29 + row / 10
    return shapely.box(west, south, west + 0.1, south + 0.1)


def sliver(column: int, row: int, *, width_m: float = 0.05) -> Polygon:
    """Return a strip 800 m long on the cell's western edge, tapering from its middle."""
    west, south = 106 + column / 10, 29 + row / 10
    half = width_m / 97_000 / 2  # degrees of longitude here, about
    ys = (south + 0.046, south + 0.05, south + 0.054)
    return shapely.Polygon(
        [(west, ys[0]), (west + half, ys[1]), (west, ys[2]), (west - half, ys[1])]
    )


def overlap(number: int, **changes: Any) -> Finding:
    """Return an overlap 5 cm wide between two cells of the grid."""
    column, row = 1 + number % 9, number // 9 % 10
    width = changes.pop("width_m", 0.05)
    found = Finding(
        rule="overlap",
        severity=Severity.ERROR,
        units=(f"5001{row:02d}{column - 1:03d}", f"5001{row:02d}{column:03d}"),
        names=(f"第{row}行第{column - 1}镇", f"第{row}行第{column}镇"),
        records=(RecordRef(0, number), RecordRef(0, number + 1)),
        measures={"area_m2": width * 400, "width_m": width, "length_m": 800.0},
        at=(106 + column / 10, 29.05 + row / 10),
        geometry=sliver(column, row, width_m=width),
        id=f"overlap:{number:012x}",
    )
    return replace(found, **changes)


def several() -> tuple[Finding, ...]:
    """Return findings of every severity, accepted, on a seam, and without a place."""
    accepted = Exemption("x", "协议约定,维持现状", "王芳", date(2026, 3, 1))
    return (
        *(overlap(n, width_m=0.05 * (n + 1)) for n in range(12)),
        overlap(20, seam=True),
        overlap(21, rule="gap", id="gap:000000000001", excepted_by=accepted),
        overlap(22, rule="spike", severity=Severity.WARNING, id="spike:000000000001"),
        overlap(23, rule="exclave", severity=Severity.INFO, id="exclave:000000000001"),
        overlap(24, rule="bad-code", id="bad-code:1", at=None, geometry=None, measures={}),
    )


def make_report(findings: Sequence[Finding] | None = None, **changes: Any) -> Report:
    """Return a report on a grid of ten by ten cells."""
    places = [(column, row) for row in range(10) for column in range(10)]
    findings = several() if findings is None else findings
    rules = Counter(f.rule for f in findings)
    report = Report(
        version="0.1.0",
        created=datetime(2026, 11, 23, 9, 0, tzinfo=timezone(timedelta(hours=8))),
        inputs=(InputRecord("乡镇.gpkg", "town", 101, 100, 1, "0f" * 32, "EPSG:4490"),),
        settings=CheckSettings(),
        units_examined=100,
        vertices_examined=400,
        measured={"areas": "tangent-plane-wgs84"},
        rules=(
            *(RuleRun(rule, "run", findings=count) for rule, count in rules.items()),
            RuleRun("outside-parent", "not-applicable", "no-parents"),
        ),
        findings=tuple(findings),
        backdrop=Backdrop(
            np.array([cell(*place) for place in places]),
            tuple(f"5001{row:02d}{column:03d}" for column, row in places),
            tuple(f"第{row}行第{column}镇" for column, row in places),
        ),
    )
    return replace(report, **changes)
