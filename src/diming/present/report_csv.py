"""Findings as CSV for a spreadsheet, one row a finding."""

from __future__ import annotations

import csv
import io
import math
import re
from typing import TYPE_CHECKING, Any

from diming.present.plain import visible
from diming.present.report_json import rounded
from diming.present.words import hint, message, rule_title, severity_word

if TYPE_CHECKING:
    from diming.model.finding import Finding, Report

#: Excel reads UTF-8 only behind a byte order mark.
BOM = "\ufeff"

#: Between several values in one cell; no separator of cells in any locale.
SEPARATOR = " | "

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

#: What begins a formula; the full-width signs do so in East Asian locales.
_FORMULA = tuple("=+-@＝＋－＠")

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


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


def cell(value: Any) -> str:
    """Return a value as a cell that a spreadsheet takes for data, never for a formula.

    Examples
    --------
    >>> cell("=1+1"), cell("-12.5"), cell(-12.5)
    ("'=1+1", '-12.5', '-12.5')
    """
    if value is None:
        return ""
    text = str(value)
    # Before control characters become visible: a leading tab hides a formula.
    risky = text.lstrip().startswith(_FORMULA) or text.startswith(("\t", "\r"))
    shown = visible(text)
    return f"'{shown}" if risky and not _NUMBER.fullmatch(text) else shown


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
