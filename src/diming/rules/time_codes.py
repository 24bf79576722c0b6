"""Codes of units over time (代码沿用): borne twice at once, or again by another unit."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from diming.model.finding import Severity
from diming.rules.chronicle import NOT_ENDED, numbered

if TYPE_CHECKING:
    from diming.geometry.chain import Ints
    from diming.model.finding import Finding
    from diming.rules.chronicle import Chronicle
    from diming.versions import VersionTable


def code_findings(chronicle: Chronicle) -> list[Finding]:
    """Find codes that different units of one level bear.

    Codes of different systems are never compared; where the table does not say
    whose codes it holds, they are taken as those of one.

    Returns
    -------
    list of Finding
        Of the rules ``duplicate-code``, for units that bear it on one day, and
        ``code-reuse``, for those that bear it one after the other.
    """
    t = chronicle.table
    result = []
    for rows in _sharing(chronicle):
        runs = _runs(t, rows)
        code = str(t.code[rows[0]])
        for run in runs:
            units = set(t.unit_id[run].tolist())
            if len(units) > 1:
                result.append(
                    chronicle.finding(
                        "duplicate-code",
                        Severity.ERROR,
                        run.tolist(),
                        span=_shared(t, run),
                        measures={"records_count": len(units)},
                        facts={"code": code},
                    )
                )
        if len(runs) > 1:
            result.append(
                chronicle.finding(
                    "code-reuse",
                    Severity.INFO,
                    np.concatenate(runs).tolist(),
                    span=(int(t.begin[runs[1]].min()), NOT_ENDED),
                    facts={"code": code},
                )
            )
    return result


def _sharing(chronicle: Chronicle) -> list[Ints]:
    """Return the rows of each code that several units of one level bear, by begin."""
    t = chronicle.table
    coded = np.flatnonzero(t.code != "")
    if len(coded) == 0:
        return []
    whose = np.zeros(len(coded), np.int64) if t.system is None else numbered(t.system[coded])
    number = numbered(t.code[coded]) * 64 + t.level[coded] * 8 + whose
    unit = chronicle.unit[coded]
    order = np.lexsort((t.end[coded], t.begin[coded], unit, number))
    number, unit = number[order], unit[order]
    several = np.unique(number[1:][(number[1:] == number[:-1]) & (unit[1:] != unit[:-1])])
    first = np.searchsorted(number, several, side="left")
    last = np.searchsorted(number, several, side="right")
    found = [coded[order[a:b]] for a, b in zip(first, last, strict=True)]
    return [rows[np.lexsort((t.end[rows], t.begin[rows]))] for rows in found]


def _runs(t: VersionTable, rows: Ints) -> list[Ints]:
    """Part rows into runs, by begin: those of one unit, or of units that overlap in time."""
    runs: list[list[int]] = []
    for row in rows.tolist():
        linked = [run for run in runs if any(_linked(t, row, other) for other in run)]
        runs = [run for run in runs if run not in linked]
        runs.append([*(r for run in linked for r in run), row])
    return [
        np.array(run, dtype=np.int64)
        for run in sorted(runs, key=lambda run: int(t.begin[run].min()))
    ]


def _linked(t: VersionTable, one: int, other: int) -> bool:
    """Tell whether two versions are of one unit, or overlap in time."""
    if t.unit_id[one] == t.unit_id[other]:
        return True
    return bool(t.begin[other] < t.end[one] and t.begin[one] < t.end[other])


def _shared(t: VersionTable, rows: Ints) -> tuple[int, int]:
    """Return the first and last day on which two different units of some rows are there."""
    days = np.unique(np.concatenate([t.begin[rows], t.end[rows]])).tolist()
    shared = [
        (a, b)
        for a, b in pairwise(days)
        if len(set(t.unit_id[rows[(t.begin[rows] <= a) & (b <= t.end[rows])]].tolist())) > 1
    ]
    return shared[0][0], shared[-1][1]
