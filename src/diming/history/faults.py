"""Why an act does not fit, as findings (变更不符)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.model.event import fingerprint
from diming.model.facts import Facts
from diming.model.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diming.model.event import Event
    from diming.model.version import Version

#: What a later day may put right, where only the year of an act is known.
MATTERS_OF_DAY = frozenset({"unit-not-alive", "parent-missing", "unit-exists", "code-taken"})


def fault(
    rule: str,
    event: Event,
    versions: Sequence[Version] = (),
    *,
    severity: Severity = Severity.ERROR,
    measures: Mapping[str, float] = Facts({}),
    at: tuple[float, float] | None = None,
    geometry: Any = None,
    **facts: Any,
) -> Finding:
    """Return a finding on an act.

    Facts always hold ``event`` (its id), ``act`` (as people write it) and
    ``source`` (file and row).
    """
    said = Facts({"event": event.id, "act": str(event), "source": event.source, **facts})
    units = tuple(v.code() or v.label for v in versions)
    mark = [
        event.id,
        rule,
        [v.unit_id for v in versions],
        sorted((k, str(v)) for k, v in facts.items()),
    ]
    return Finding(
        rule=rule,
        severity=severity,
        units=units,
        names=tuple(v.name for v in versions),
        measures=Facts(measures),
        facts=said,
        at=at,
        geometry=geometry,
        id=f"{rule}:{fingerprint(mark)}",
    )
