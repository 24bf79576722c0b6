"""Reviews of proposed names as CSV, one row a finding (命名审查表)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from diming.present.csv_text import BOM, SEPARATOR, cell
from diming.present.json_text import rounded
from diming.present.language import say
from diming.present.naming_templates import CLASS_TITLES
from diming.present.review_text import problem_text
from diming.present.words import hint, message, severity_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diming.model.finding import Finding
    from diming.model.naming import Proposal, Review

COLUMNS = (
    "row", "name", "class", "class_word", "within", "id", "rule", "naming_rule", "label",
    "severity", "severity_word", "reason", "cites", "bearer", "bearer_code", "bearer_above",
    "since", "until", "distance_m", "message", "hint",
)  # fmt: skip


def reviews_csv(reviews: Sequence[Review], bad: Sequence[Proposal], lang: str | None) -> str:
    """Return findings as CSV; a proposal without any has a row too, and so has one refused."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in (*_reviewed(reviews, lang), *_refused(bad, lang)):
        writer.writerow({k: cell(v) for k, v in row.items()})
    return BOM + buffer.getvalue()


def _reviewed(reviews: Sequence[Review], lang: str | None) -> Iterator[dict[str, Any]]:
    for review in reviews:
        name_class = review.name_class
        base = {
            "row": review.proposal.row or "",
            "name": review.proposal.name,
            "class": "" if name_class is None else str(name_class),
            "class_word": "" if name_class is None else say(CLASS_TITLES[name_class], lang),
            "within": "/".join(review.within),
        }
        for finding in review.findings:
            yield {**base, **_finding(finding, lang)}
        if not review.findings:
            yield base


def _refused(bad: Sequence[Proposal], lang: str | None) -> Iterator[dict[str, Any]]:
    for proposal in bad:
        yield {"row": proposal.row, "name": proposal.name, "message": problem_text(proposal, lang)}


def _finding(finding: Finding, lang: str | None) -> dict[str, Any]:
    facts = finding.facts
    return {
        "id": finding.id,
        "rule": finding.rule,
        "naming_rule": facts["naming_rule"],
        "label": facts["label"],
        "severity": str(finding.severity),
        "severity_word": severity_word(finding.severity, lang),
        "reason": facts["reason"],
        "cites": facts["cited"],
        "bearer": SEPARATOR.join(finding.names),
        "bearer_code": SEPARATOR.join(finding.units),
        "bearer_above": facts.get("above") or "",
        "since": facts.get("since") or "",
        "until": facts.get("until") or "",
        "distance_m": rounded(finding.measures["distance_m"])
        if "distance_m" in finding.measures else "",
        "message": message(finding, lang),
        "hint": hint(finding, lang),
    }  # fmt: skip
