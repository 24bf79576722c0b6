"""Findings as CSV for a spreadsheet, one row a finding."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, Any

from diming.present.csv_text import BOM, SEPARATOR, cell
from diming.present.json_text import rounded
from diming.present.words import hint, message, rule_title, severity_word

if TYPE_CHECKING:
    from diming.model.finding import Finding, Report

COLUMNS = (
    "id",
    "rule",
    "title",
    "severity",
    "severity_word",
    "units",
    "names",
    "seam",
    "area_m2",
    "width_m",
    "length_m",
    "measures",
    "at_lon",
    "at_lat",
    "message",
    "hint",
    "excepted_by",
    "excepted_reason",
    "inputs",
    "fids",
)

#: Measures that have a column of their own.
_OWN_COLUMN = ("area_m2", "width_m", "length_m")


def to_csv(report: Report, lang: str | None) -> str:
    """Return findings as CSV text that begins with a byte order mark.

    No cell can act as a formula, and control characters are shown as escapes.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for finding in report.findings:
        row = _row(finding, report, lang)
        writer.writerow([cell(row[column]) for column in COLUMNS])
    return BOM + buffer.getvalue()


def _row(finding: Finding, report: Report, lang: str | None) -> dict[str, Any]:
    measures = {key: rounded(value) for key, value in finding.measures.items()}
    at = finding.at if finding.at and all(map(math.isfinite, finding.at)) else None
    exemption = finding.excepted_by
    paths = dict.fromkeys(
        report.inputs[r.input].path for r in finding.records if 0 <= r.input < len(report.inputs)
    )
    return {
        "id": finding.id,
        "rule": finding.rule,
        "title": rule_title(finding.rule, lang),
        "severity": str(finding.severity),
        "severity_word": severity_word(finding.severity, lang),
        "units": SEPARATOR.join(finding.units),
        "names": SEPARATOR.join(finding.names),
        "seam": "true" if finding.seam else "false",
        **{key: measures.get(key) for key in _OWN_COLUMN},
        "measures": SEPARATOR.join(f"{k}={v}" for k, v in measures.items() if k not in _OWN_COLUMN),
        "at_lon": f"{at[0]:.9f}" if at else None,
        "at_lat": f"{at[1]:.9f}" if at else None,
        "message": message(finding, lang, report.inputs),
        "hint": hint(finding, lang),
        "excepted_by": exemption.approver if exemption else None,
        "excepted_reason": exemption.reason if exemption else None,
        "inputs": SEPARATOR.join(paths),
        "fids": SEPARATOR.join(str(r.fid) for r in finding.records),
    }
