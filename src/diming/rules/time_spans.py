"""Spans of units against themselves, and against those of their parents (时段)."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from diming.model.finding import Severity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Ints
    from diming.model.finding import Finding
    from diming.rules.chronicle import Chronicle


def span_findings(chronicle: Chronicle) -> list[Finding]:
    """Find units whose versions overlap in time, or leave a hole in it.

    Returns
    -------
    list of Finding
        Of the rules ``time-overlap`` and ``time-gap``, with the reason ``versions``.
    """
    t = chronicle.table
    unit, order = _ordered(chronicle)
    if len(order) == 0:
        return []
    begin, end = t.begin[order], t.end[order]
    reached = _reached(unit, end)
    follows = np.flatnonzero(unit[1:] == unit[:-1]) + 1
    odd = follows[begin[follows] != reached[follows - 1]]
    result = []
    for i in odd.tolist():
        a, b = int(begin[i]), int(reached[i - 1])
        overlaps = a < b
        span = (a, min(b, int(end[i]))) if overlaps else (b, a)
        if overlaps and chronicle.doubtful([int(order[i])], span[1]):
            continue
        result.append(
            chronicle.finding(
                "time-overlap" if overlaps else "time-gap",
                Severity.ERROR,
                [int(order[i])],
                span=span,
                facts={"reason": "versions"},
            )
        )
    return result


def dangling_parents(chronicle: Chronicle) -> list[Finding]:
    """Find parents that are not there while their children are, or not of a level above.

    Returns
    -------
    list of Finding
        Of the rule ``dangling-parent``: one a child, parent and reason, with the
        first and last day it is true. Reasons: ``absent``, ``not-alive``, ``level``.
    """
    t = chronicle.table
    child = np.flatnonzero(t.parent_id != "")
    if len(child) == 0:
        return []
    number = chronicle.unit
    place = dict(zip(t.unit_id.tolist(), number.tolist(), strict=True))
    at = np.array([place.get(above, -1) for above in t.parent_id[child].tolist()], dtype=np.int64)
    there = at >= 0
    cases: list[tuple[int, str, int, int]] = [
        (row, "absent", int(t.begin[row]), int(t.end[row])) for row in child[~there].tolist()
    ]
    child, at = child[there], at[there]
    level = np.zeros(len(place), dtype=np.int64)
    level[number] = t.level
    wrong = (level[at] > 0) & (t.level[child] > 0) & (level[at] >= t.level[child])
    cases += [(row, "level", int(t.begin[row]), int(t.end[row])) for row in child[wrong].tolist()]
    cases += _uncovered(chronicle, child, at)
    cases.sort(key=lambda c: (t.unit_id[c[0]], t.parent_id[c[0]], c[1], c[2]))
    last_row = dict(zip(t.unit_id.tolist(), range(len(number)), strict=True)) if cases else {}
    result = []
    for (_, parent, reason), members in groupby(
        cases, lambda c: (t.unit_id[c[0]], t.parent_id[c[0]], c[1])
    ):
        mine = list(members)
        rows = [mine[0][0]]
        if reason != "absent":
            rows.append(last_row[str(parent)])
        result.append(
            chronicle.finding(
                "dangling-parent",
                Severity.ERROR,
                rows,
                span=(mine[0][2], max(c[3] for c in mine)),
                facts={"reason": reason, "parent": str(parent)},
            )
        )
    return result


def _uncovered(chronicle: Chronicle, child: Ints, at: Ints) -> list[tuple[int, str, int, int]]:
    """Return children's spans in which the parent, known at other times, is not alive."""
    t = chronicle.table
    unit, order = _ordered(chronicle)
    begin, end = t.begin[order], t.end[order]
    reached = _reached(unit, end)
    opens = np.ones(len(order), dtype=bool)
    opens[1:] = (unit[1:] != unit[:-1]) | (begin[1:] > reached[:-1])
    run = np.flatnonzero(opens)
    last = reached[np.append(run[1:], len(order)) - 1]
    of = unit[run]
    # Runs of a unit are in order: one number for unit and day finds the run that holds a day.
    width = int(max(t.end.max(), 1)) + 1
    place = np.searchsorted(of * width + begin[run], at * width + t.begin[child], "right") - 1
    fits = (place >= 0) & (of[place] == at) & (last[place] >= t.end[child])
    result = []
    for i in np.flatnonzero(~fits).tolist():
        mine = np.flatnonzero(of == at[i])
        row, day = int(child[i]), int(t.begin[child[i]])
        for a, b in zip(begin[run][mine].tolist(), last[mine].tolist(), strict=True):
            # Of a child whose begin is not known only the last day is sure.
            if day < a and day < t.end[row] and not chronicle.doubtful([row], a):
                result.append((row, "not-alive", day, int(min(a, t.end[row]))))
            day = max(day, b)
        if day < t.end[row]:
            result.append((row, "not-alive", day, int(t.end[row])))
    return result


def _ordered(chronicle: Chronicle) -> tuple[Ints, Ints]:
    """Return the order of rows by unit and begin, and before it the number of each one's unit."""
    t, unit = chronicle.table, chronicle.unit
    order = np.lexsort((t.end, t.begin, unit))
    return unit[order], order


def _reached(unit: Ints, end: NDArray[np.int64]) -> Ints:
    """Return the last day that each unit's versions reach, up to each of them."""
    width = int(end.max(initial=0)) + 1
    reached: Ints = np.maximum.accumulate(unit * width + end) - unit * width
    return reached
