"""The invariant over time (时序不变量): each level a coverage, at every date, in one sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from diming.model.finding import CheckSettings, Finding
from diming.rules.chronicle import Chronicle, Fetch
from diming.rules.time_codes import code_findings
from diming.rules.time_levels import level_findings
from diming.rules.time_parents import parent_findings
from diming.rules.time_spans import dangling_parents, span_findings

if TYPE_CHECKING:
    from collections.abc import Collection

    import pyproj

    from diming.versions import VersionTable


def timeline_findings(
    table: VersionTable,
    fetch: Fetch,
    crs: pyproj.CRS,
    settings: CheckSettings | None = None,
    *,
    outside_events: Collection[str] = (),
    jobs: int = 1,
) -> list[Finding]:
    """Check all dates of an archive at once.

    Parameters
    ----------
    table : VersionTable
        All versions of one belief.
    fetch : callable
        Returns the shapes of territory keys, in their order; asked for those
        of the first date, and for what is suspicious.
    crs : pyproj.CRS
        Of all shapes.
    settings : CheckSettings, optional
        Its tolerance counts.
    outside_events : collection of str
        Ids of events that say which outside territory they take or give.
    jobs : int
        Threads.

    Returns
    -------
    list of Finding
        Of the rules ``time-overlap``, ``time-gap``, ``territory-lost``,
        ``territory-gained``, ``outside-parent``, ``parent-not-covered``,
        ``dangling-parent``, ``duplicate-code`` and ``code-reuse``. Facts
        carry `begin` and `end` as ISO dates, ``[begin, end)``, empty for
        since ever, and for not ended.
    """
    settings = settings or CheckSettings()
    chronicle = Chronicle.of(table, fetch, crs)
    found: list[Finding] = []
    for level in np.unique(table.level):
        rows = np.flatnonzero(table.level == level)
        found += level_findings(chronicle, rows, settings, outside_events=outside_events, jobs=jobs)
    found += _untold(span_findings(chronicle), found)
    found += parent_findings(chronicle, settings, jobs=jobs)
    found += dangling_parents(chronicle)
    found += code_findings(chronicle)
    return found


def _untold(spans: list[Finding], ground: list[Finding]) -> list[Finding]:
    """Leave out holes in the time of a unit whose ground was reported as held by nobody then."""
    told = {
        (f.rule, f.facts["begin"], f.facts["end"], label)
        for f in ground
        if f.rule == "time-gap"
        for label in f.units
    }
    return [f for f in spans if (f.rule, f.facts["begin"], f.facts["end"], f.units[0]) not in told]
