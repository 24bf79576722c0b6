"""Division codes (区划代码): present, unique, well-formed, issued, fitting kind and parent.

Codes are read once (`diming.rules.code_reading.read_codes`); each rule then
takes units and reading and returns findings. On foreign codes only
`duplicate_code` says anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from diming.handbook import CodeRange, CountyCodes, Standing
from diming.model.code import ENDS
from diming.model.finding import Finding, RecordRef, Severity
from diming.model.kind import KINDS_OF_TERM
from diming.model.unit import Level
from diming.rules.code_reading import (
    CodeColumn,
    CodeReading,
    code_texts,
    parents_of,
    parse_codes,
    read_codes,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from diming.tables import Units

__all__ = [
    "CodeReading",
    "bad_code",
    "code_kind",
    "code_parent",
    "duplicate_code",
    "missing_code",
    "read_codes",
]


def duplicate_code(units: Units, reading: CodeReading) -> list[Finding]:
    """Find codes that several units of one level bear, whatever their codes are.

    Differently padded or spelt codes of one division are the same code. Units
    of different levels, and dated versions of one unit, are for the caller to
    keep apart.
    """
    written = reading.column.value > 0
    keys = np.where(written, reading.column.digits(), units.code)
    levels = np.where(units.level > 0, units.level, reading.level)
    coded = np.flatnonzero(~_blank(keys))
    pairs = list(zip(keys[coded].tolist(), levels[coded].tolist(), strict=True))
    if len(set(pairs)) == len(pairs):
        return []
    bearers: dict[tuple[str, int], list[int]] = {}
    for i, pair in zip(coded.tolist(), pairs, strict=True):
        bearers.setdefault(pair, []).append(i)
    return [
        _finding(
            "duplicate-code",
            Severity.ERROR,
            units,
            index,
            facts={"code": code},
            measures={"records_count": len(index)},
        )
        for (code, _), index in bearers.items()
        if len(index) > 1
    ]


def missing_code(units: Units, reading: CodeReading) -> list[Finding]:
    """Find units without a code where others have a division code.

    Of foreign codes nobody knows whether every unit must have one: American
    atlases leave it empty for areas that were no county.
    """
    without = _blank(units.code)
    if not reading.applicable or without.all():
        return []
    return [
        _finding("missing-code", Severity.ERROR, units, [i])
        for i in np.flatnonzero(without).tolist()
    ]


def bad_code(
    units: Units, reading: CodeReading, county_codes: CountyCodes, day: date | None = None
) -> list[Finding]:
    """Find codes that are ill-written, or that nobody had issued on `day`.

    A code with odd characters (spaces, full-width digits, ``.0``) is reported
    for them and still read. Without a day, a code passes if it was ever in
    force. Where the national table cannot tell, nothing is said. Statistical
    summary rows are no units, except where the caller says ``nbs``.
    """
    if not reading.applicable:
        return []
    column = reading.column
    faults = column.fault.copy()
    faults[_blank(units.code)] = ""
    if reading.system == "ministry":
        faults[(faults == "") & (column.level == Level.VILLAGE)] = "length"
    county = column.county()
    summary = column.summary_rows()
    wrong = np.isin(county, _wrong_prefixes(column, county_codes, day))
    # No township lies in a province directly.
    wrong |= (column.level >= Level.TOWNSHIP) & (county % 10**4 == 0)
    wrong &= ~reading.foreign & ~summary

    found = []
    for i in np.flatnonzero((faults != "") | reading.foreign | wrong | summary).tolist():
        facts = {"code": units.code[i]}
        reasons = []
        if faults[i]:
            reasons.append({"reason": faults[i]})
        if reading.foreign[i]:
            reasons.append({"reason": "unknown-province"})
        if wrong[i]:
            said = "" if day is None else day.isoformat()
            prefix = f"{county[i]}"
            reasons.append({"reason": "unknown-prefix", "prefix": prefix, "date": said})
        if summary[i] and reading.system != "nbs":
            reasons.append({"reason": "summary-row"})
        found += [
            _finding("bad-code", Severity.ERROR, units, [i], facts={**reason, **facts})
            for reason in reasons
        ]
    return found


def code_kind(
    units: Units,
    reading: CodeReading,
    ranges: Sequence[CodeRange],
    day: date | None = None,
) -> list[Finding]:
    """Find codes whose number is for other kinds than the unit's, on `day`.

    The kind column speaks first, then the end of the name; where neither says
    a kind, or the handbook has no range, nothing is said.
    """
    if not reading.applicable:
        return []
    column = reading.column
    covered = np.zeros(len(units), bool)
    agrees = np.zeros(len(units), bool)
    number, county = column.number(), column.county()
    terms = {level: _terms(units, column.level == level, level) for level in KINDS_OF_TERM}
    holding = [r for r in ranges if r.holds_at(day)]
    for entry in holding:
        if entry.level not in terms:
            continue
        here = _within(entry, column, number, county)
        right = [bool(set(kinds) & set(entry.kinds)) for kinds in _kinds(entry.level)]
        covered |= here
        # The last place is for units that say no kind (-1): they agree with everything.
        agrees |= here & np.array([*right, True])[terms[entry.level]]
    found = []
    for i in np.flatnonzero(covered & ~agrees & ~reading.foreign).tolist():
        level = Level(int(column.level[i]))
        one = np.array([i])
        expected = [
            kind
            for entry in holding
            if entry.level == level
            and _within(entry, _only(column, one), number[one], county[one])[0]
            for kind in entry.kinds
        ]
        facts = {
            "code": units.code[i],
            "kind": list(_kinds(level))[terms[level][i]][0],
            "expected": tuple(dict.fromkeys(expected)),
            "date": "" if day is None else day.isoformat(),
        }
        found.append(_finding("code-kind", Severity.WARNING, units, [i], facts=facts))
    return found


def code_parent(units: Units, reading: CodeReading) -> list[Finding]:
    """Find codes that do not begin with the code of the parent they name.

    Any division above will do (a township may name its county or its
    province). A parent column that holds names or foreign identifiers is no
    matter of codes and is passed over.
    """
    if not reading.applicable:
        return []
    column, parents = reading.column, parse_codes(units.parent)
    given = ~_blank(units.parent)
    likely = np.isin(parents.province(), reading.provinces)
    if not given.any() or 2 * int(likely.sum()) < int(given.sum()):
        return []
    fits = np.zeros(len(units), bool)
    for level in ENDS:
        here = (parents.level == level) & (column.level > level)
        fits[here] = column.prefix(level)[here] == parents.value[here]
    digits = (parents.value > 0) | (parents.fault == "length")
    wrong = np.flatnonzero(given & digits & (column.level > Level.PROVINCE) & ~fits)
    expected = code_texts(*parents_of(_only(column, wrong)))
    return [
        _finding(
            "code-parent",
            Severity.WARNING,
            units,
            [i],
            facts={"code": units.code[i], "parent": units.parent[i], "expected": above},
        )
        for i, above in zip(wrong.tolist(), expected.tolist(), strict=True)
    ]


def _wrong_prefixes(column: CodeColumn, county_codes: CountyCodes, day: date | None) -> list[int]:
    """Return the six-digit beginnings that were certainly not in force on `day`."""
    known = np.fromiter((int(c) for c in county_codes.all_alive(day)), np.int64)
    used = np.unique(column.county()[column.value > 0])
    doubtful = used[~np.isin(used, known)].tolist()
    return [
        prefix
        for prefix in doubtful
        if county_codes.standing(f"{prefix}", day) is Standing.NOT_IN_FORCE
    ]


def _within(
    entry: CodeRange, column: CodeColumn, number: NDArray[np.int64], county: NDArray[np.int64]
) -> NDArray[np.bool_]:
    here: NDArray[np.bool_] = (
        (column.level == entry.level) & (number >= entry.first) & (number <= entry.last)
    )
    if entry.prefecture is not None:
        group = county // 100 % 100
        here &= (group >= entry.prefecture[0]) & (group <= entry.prefecture[1])
    if entry.codes:
        here &= np.isin(county, [int(c) for c in entry.codes])
    return here


def _kinds(level: Level) -> Iterable[tuple[str, ...]]:
    return KINDS_OF_TERM[level].values()


def _terms(units: Units, here: NDArray[np.bool_], level: Level) -> NDArray[np.int64]:
    """Return for each unit `here` which term of the level it bears; -1 for none."""
    found = np.full(len(units), -1)
    index = np.flatnonzero(here)
    if not len(index):
        return found
    terms = list(KINDS_OF_TERM[level])
    tails = _tails(units.name[index])
    # Shorter terms first, so that 林区 overrules 区.
    for i in sorted(range(len(terms)), key=lambda i: len(terms[i])):
        found[index[np.char.endswith(tails, terms[i]) & (tails != terms[i])]] = i
    # The kind column has the last word.
    kinds = _tails(units.kind[index])
    for i, term in enumerate(terms):
        found[index[kinds == term]] = i
    return found


def _tails(texts: NDArray[np.object_]) -> NDArray[np.str_]:
    # No term is longer; one endless name must not widen the whole array.
    return np.array([text.strip()[-8:] for text in texts.tolist()], dtype="U8")


def _only(column: CodeColumn, index: NDArray[np.int64]) -> CodeColumn:
    return CodeColumn(column.value[index], column.level[index], column.fault[index])


def _blank(texts: NDArray[np.object_]) -> NDArray[np.bool_]:
    return np.array([not text or text.isspace() for text in texts.tolist()], dtype=bool)


def _finding(
    rule: str,
    severity: Severity,
    units: Units,
    index: Sequence[int] | NDArray[np.int64],
    *,
    facts: Mapping[str, Any] | None = None,
    measures: Mapping[str, float] | None = None,
) -> Finding:
    inputs = [int(units.input[i]) for i in index]
    fids = [int(units.fid[i]) for i in index]
    return Finding(
        rule,
        severity,
        units=tuple(
            units.code[i].strip() or units.name[i].strip() or f"#{fid}"
            for i, fid in zip(index, fids, strict=True)
        ),
        names=tuple(units.name[i] for i in index),
        records=tuple(RecordRef(*pair) for pair in zip(inputs, fids, strict=True)),
        measures=measures or {},
        facts=facts or {},
        seam=len(set(inputs)) > 1,
    )
