"""A report as text for a terminal, readable at eighty columns."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from diming.model.finding import Finding, Report, Severity
from diming.model.rule import RULES
from diming.present.language import N_, P_, fill, say
from diming.present.measured import measured_lines, settings_line
from diming.present.plain import plain, wrap
from diming.present.words import (
    crs_label,
    encoding_text,
    hint,
    input_labels,
    message,
    reason_text,
    remark_text,
    rule_title,
    severity_word,
    status_word,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diming.model.finding import InputRecord

WIDTH = 80

_COLORS = {"error": "\x1b[31m", "warning": "\x1b[33m", "info": "\x1b[36m", "bold": "\x1b[1m"}
_RESET = "\x1b[0m"

#: What "large" means, first measure found first.
_SIZES = ("area_m2", "length_m", "opening_m", "offset_m", "max_m", "vertices_count")


def size(finding: Finding) -> float:
    """Return how large a finding is, for sorting: its area, else a length, else zero."""
    value = next((finding.measures[k] for k in _SIZES if k in finding.measures), 0.0)
    return value if value == value else 0.0


def ordered(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings by severity, rule, and size, the largest first."""
    rank = {rule: position for position, rule in enumerate(RULES)}
    severities = list(Severity)
    worst: dict[str, int] = {}
    for f in findings:
        weight = severities.index(f.severity)
        worst[f.rule] = min(worst.get(f.rule, weight), weight)
    return sorted(
        findings,
        key=lambda f: (
            worst[f.rule],
            rank.get(f.rule, len(rank)),
            f.rule,
            severities.index(f.severity),
            -size(f),
            f.id,
        ),
    )


def render_text(report: Report, lang: str | None, color: bool = False) -> str:
    """Return a report as text.

    Parameters
    ----------
    report : Report
        What to show.
    lang : str or None
        ``"zh"`` or ``"en"``.
    color : bool
        Whether severities are coloured (ANSI escapes).
    """
    lines = [
        *_header(report, lang, color),
        *_findings(report, lang, color),
        *_excepted(report, lang, color),
        *_not_run(report, lang, color),
        *_audit(report, lang),
        "",
        wrap(_paint(summary_line(report, lang), "bold", color), WIDTH + (8 if color else 0)),
    ]
    return "\n".join(lines) + "\n"


def summary_line(report: Report, lang: str | None) -> str:
    """Return one line that says how many findings there are, by severity."""
    counts = report.summary()
    parts = [
        fill(template, lang, {"count": counts[key]})
        for key, template in (
            ("error", P_("{count} error", "{count} errors", "count")),
            ("warning", P_("{count} warning", "{count} warnings", "count")),
            ("info", P_("{count} note", "{count} notes", "count")),
            ("excepted", P_("{count} accepted", "{count} accepted", "count")),
        )
    ]
    comma = say(N_(", "), lang)
    if not report.findings:
        return say(N_("No findings."), lang)
    return say(N_("Findings: {counts}."), lang, counts=comma.join(parts))


def _header(report: Report, lang: str | None, color: bool) -> Iterator[str]:
    when = report.created.isoformat(sep=" ", timespec="minutes")
    yield _paint(f"diming {plain(report.version)} · {when}", "bold", color)
    yield ""
    yield say(N_("Inputs"), lang)
    for record, label in zip(report.inputs, input_labels(report.inputs), strict=True):
        details = [
            fill(
                P_(
                    "{features} of {declared} record examined",
                    "{features} of {declared} records examined",
                    "declared",
                ),
                lang,
                {"features": record.features, "declared": record.declared},
            ),
            crs_label(record.crs) if record.crs else say(N_("CRS unknown"), lang),
        ]
        if record.layer and f":{record.layer}" not in label:
            details.insert(0, say(N_("layer {layer}"), lang, layer=plain(record.layer)))
        if record.encoding:
            details.append(encoding_text(record.encoding, lang))
        if record.parents:
            details.append(say(N_("as the level above"), lang))
        if record.dated_out:
            details.append(dated_out_text(record, lang))
        yield wrap(f"{label}: {' · '.join(details)}", WIDTH, first="  ", indent="    ")
        for remark in record.remarks:
            text = remark_text(remark, lang)
            yield _paint(wrap(text, WIDTH, first="  !! ", indent="     "), "warning", color)
    yield ""
    yield say(
        N_("Examined: {units} units, {vertices} vertices"),
        lang,
        units=report.units_examined,
        vertices=report.vertices_examined,
    )
    for line in (*measured_lines(report.measured, lang), settings_line(report.settings, lang)):
        yield wrap(line, WIDTH, first="", indent="  ")


def dated_out_text(record: InputRecord, lang: str | None) -> str:
    """Return how many versions of a file are not in force at the date asked for."""
    template = P_(
        "{count} version not in force on {date}", "{count} versions not in force on {date}", "count"
    )
    date = record.as_of.isoformat() if record.as_of else "?"
    return fill(template, lang, {"count": record.dated_out, "date": date})


def _findings(report: Report, lang: str | None, color: bool) -> Iterator[str]:
    open_ = ordered([f for f in report.findings if f.excepted_by is None])
    for rule, group in groupby(open_, key=lambda f: f.rule):
        members = list(group)
        title = say(
            N_("{severity} · {title} ({rule}): {count}"),
            lang,
            severity=severity_word(members[0].severity, lang),
            title=rule_title(rule, lang),
            rule=plain(rule),
            count=len(members),
        )
        yield ""
        yield _paint(title, str(members[0].severity), color)
        for finding in members:
            yield from _finding(finding, report, lang)


def _finding(finding: Finding, report: Report, lang: str | None) -> Iterator[str]:
    text = message(finding, lang, report.inputs)
    yield wrap(text, WIDTH, first="  - ", indent="    ")
    place = say(N_("at {place}"), lang, place=place_text(finding)) if finding.at else ""
    yield wrap("  ".join(p for p in (plain(finding.id), place) if p), WIDTH, indent="    ")
    advice = hint(finding, lang)
    if advice:
        yield wrap(advice, WIDTH, first="    → ", indent="      ")


def place_text(finding: Finding) -> str:
    """Return the place of a finding, longitude and latitude (or x, y); empty without one."""
    return f"{finding.at[0]:.6f}, {finding.at[1]:.6f}" if finding.at else ""


def _excepted(report: Report, lang: str | None, color: bool) -> Iterator[str]:
    accepted = ordered([f for f in report.findings if f.excepted_by is not None])
    if accepted:
        yield ""
        yield _paint(say(N_("Accepted exceptions"), lang), "bold", color)
    for finding in accepted:
        exemption = finding.excepted_by
        assert exemption is not None
        text = say(
            N_("{id}: {message} – accepted by {approver}: {reason}"),
            lang,
            id=plain(finding.id),
            message=message(finding, lang, report.inputs),
            approver=plain(exemption.approver),
            reason=plain(exemption.reason),
        )
        yield wrap(text, WIDTH, first="  - ", indent="    ")


def _not_run(report: Report, lang: str | None, color: bool) -> Iterator[str]:
    # That nobody asked for an audit says nothing of the data.
    runs = [run for run in report.rules if run.status != "run" and run.reason != "no-audit"]
    if runs:
        yield ""
        yield _paint(say(N_("Rules that did not run"), lang), "bold", color)
    for run in runs:
        text = say(
            N_("{title} ({rule}): {status}"),
            lang,
            title=rule_title(run.rule, lang),
            rule=plain(run.rule),
            status=status_word(run.status, lang),
        )
        reason = reason_text(run, lang)
        if reason:
            text = say(N_("{text} – {reason}"), lang, text=text, reason=reason)
        yield wrap(text, WIDTH, first="  - ", indent="    ")


def _audit(report: Report, lang: str | None) -> Iterator[str]:
    for run in report.rules:
        if run.rule == "audit-mismatch" and run.status == "run":
            places = {**run.facts, "wrong_count": run.findings}
            template = N_(
                "Recomputed by overlay: {pairs_count} overlapping pairs of units and "
                "{holes_count} holes; {wrong_count} areas differ."
            )
            yield ""
            yield wrap(say(template, lang, **places), WIDTH)


def _paint(text: str, what: str, color: bool) -> str:
    return f"{_COLORS[what]}{text}{_RESET}" if color and what in _COLORS else text
