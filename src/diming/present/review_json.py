"""Reviews of proposed names as JSON (命名审查 JSON)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from diming.present.json_text import dumps, rounded
from diming.present.language import fill
from diming.present.words import fact_texts, hint, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diming.model.finding import Finding
    from diming.model.naming import Proposal, Review

FORMAT = "diming.names-review/1"


def reviews_json(reviews: Sequence[Review], bad: Sequence[Proposal], lang: str | None) -> str:
    """Return what was found of each proposal, and the rows that could not be read."""
    document = {
        "format": FORMAT,
        "reviews": [_review(r, lang) for r in reviews],
        "refused": [
            {
                "row": p.row,
                "name": p.name,
                "problem": fill(p.problem or "", lang, fact_texts(p.facts, lang)),
                "cells": dict(p.cells),
            }
            for p in bad
        ],
    }
    return dumps(document, indent=1)


def _review(review: Review, lang: str | None) -> dict[str, Any]:
    proposal = review.proposal
    at = None if proposal.lon is None else [proposal.lon, proposal.lat]
    return {
        "row": proposal.row or None,
        "name": proposal.name,
        "class": None if review.name_class is None else str(review.name_class),
        "within": list(review.within),
        "at": at,
        "measures": {k: rounded(v) for k, v in proposal.measures.items()},
        "instead_of": proposal.instead_of or None,
        "compared": [
            {"scope": scope, "name": name or None, "names": count}
            for scope, name, count in review.scopes
        ],
        "place_names": review.places_count,
        "findings": [finding_dict(f, lang) for f in review.findings],
    }


def finding_dict(finding: Finding, lang: str | None) -> dict[str, Any]:
    """Return one finding on a proposal, with what it cites."""
    facts = finding.facts
    own = ("proposed", "naming_rule", "naming_title", "naming_title_en", "cited", "superseded",
           "label")  # fmt: skip
    return {
        "id": finding.id,
        "rule": finding.rule,
        "naming_rule": facts["naming_rule"],
        "title": facts["naming_title"] if lang != "en" else facts["naming_title_en"],
        "severity": str(finding.severity),
        "reason": facts["reason"],
        "cites": facts["cited"],
        "superseded_by": facts["superseded"] or None,
        "label": facts["label"] or None,
        "units": list(finding.units),
        "names": list(finding.names),
        "measures": {k: rounded(v) for k, v in finding.measures.items()},
        "facts": {k: _json(v) for k, v in facts.items() if k not in (*own, "reason")},
        "at": None if finding.at is None else list(finding.at),
        "message": message(finding, lang),
        "hint": hint(finding, lang),
    }


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
