"""Codes of units over time (代码沿用): borne twice at once, or again by another unit."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from diming.model.finding import Severity
from diming.rules.chronicle import NOT_ENDED, numbered

if TYPE_CHECKING:
    from diming.geometry.chain import Ints
    from diming.model.finding import Finding
    from diming.rules.chronicle import Chronicle


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
        runs = _runs(chronicle, rows)
        code = str(t.code[rows[0]])
        for run in runs:
            units = set(t.unit_id[run].tolist())
            if len(units) > 1:
                result.append(
                    chronicle.finding(
                        "duplicate-code",
                        Severity.ERROR,
                        run.tolist(),
                        span=_shared(chronicle, run),
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


def _runs(chronicle: Chronicle, rows: Ints) -> list[Ints]:
    """Part rows into runs, by begin: those of one unit, or of units that overlap in time."""
    t = chronicle.table
    runs: list[list[int]] = []
    for row in rows.tolist():
        linked = [
            run
            for run in runs
            if any(
                t.unit_id[row] == t.unit_id[other] or _together(chronicle, row, other)
                for other in run
            )
        ]
        runs = [run for run in runs if run not in linked]
        runs.append([*(r for run in linked for r in run), row])
    first = sorted(runs, key=lambda run: (int(t.begin[run].min()), int(t.end[run].min())))
    return [np.array(run, dtype=np.int64) for run in first]


def _together(chronicle: Chronicle, one: int, other: int) -> tuple[int, int] | None:
    """Return the days on which two versions surely held both; None if they may never have."""
    t = chronicle.table
    begin = int(max(t.begin[one], t.begin[other]))
    end = int(min(t.end[one], t.end[other]))
    return (begin, end) if begin < end and not chronicle.doubtful([one, other], end) else None


def _shared(chronicle: Chronicle, rows: Ints) -> tuple[int, int]:
    """Return the first and last day on which two different units of some rows are there."""
    unit = chronicle.unit
    spans = [
        span
        for one, other in combinations(rows.tolist(), 2)
        if unit[one] != unit[other] and (span := _together(chronicle, one, other))
    ]
    return min(a for a, _ in spans), max(b for _, b in spans)
