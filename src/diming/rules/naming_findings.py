"""How findings on proposed names are made: what they cite, and what tells them apart."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from diming.model.facts import Facts
from diming.model.finding import Finding
from diming.model.rule import NAMING_RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diming.handbook.naming import GenericThreshold, NamingRule
    from diming.model.finding import Severity


def rule_name(rule: NamingRule) -> str:
    """Return the name under which findings of a rule are reported."""
    name = f"naming-{rule.id.lower()}"
    return name if name in NAMING_RULES else "naming-local"


def finding(
    rule: NamingRule,
    reason: str,
    proposed: str,
    severity: Severity,
    *,
    about: str = "",
    limit: GenericThreshold | None = None,
    units: tuple[str, ...] = (),
    names: tuple[str, ...] = (),
    measures: Mapping[str, float] | None = None,
    at: tuple[float, float] | None = None,
    **facts: Any,
) -> Finding:
    """Return a finding that cites what it rests on.

    Parameters
    ----------
    about : str
        What tells it from others of the same reason: whom it is about, a word.
    limit : GenericThreshold, optional
        A threshold that it rests on besides.
    """
    name = rule_name(rule)
    said = [name, rule.id, reason, proposed, about]
    mark = json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass")
    cited = rule.cited if limit is None else f"{rule.cited}；{limit.cited}"
    superseded = (limit.superseded_by if limit is not None else "") or rule.superseded_by
    return Finding(
        rule=name,
        severity=severity,
        units=units,
        names=names,
        measures=Facts(dict(measures or {})),
        facts=Facts({
            "reason": reason, "proposed": proposed, "naming_rule": rule.id,
            "naming_title": rule.title, "naming_title_en": rule.title_en,
            "cited": cited, "superseded": superseded, "label": rule.label, **facts,
        }),
        at=at,
        id=f"{name}:{hashlib.sha256(mark).hexdigest()[:12]}",
    )  # fmt: skip
