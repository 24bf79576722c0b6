"""What addresses come to, for programs and spreadsheets: JSON and CSV (地址解析数据)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from diming.model.located import Outcome
from diming.model.span import EVER, Precision
from diming.present.acts import act_text
from diming.present.answer_json import basis_dict, version_dict
from diming.present.csv_text import BOM, SEPARATOR, cell
from diming.present.json_text import dumps, rounded
from diming.present.language import N_, say
from diming.present.located import OUTCOMES, WHYS, chain_text
from diming.present.problems import problem_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diming.model.located import Candidate, Heir, Held, Located
    from diming.model.span import Span
    from diming.model.version import Version

#: A row of a table: its number there, its cells, and what its address comes to.
Row = tuple[int, "Sequence[str]", "Located"]

LOCATE, LOCATE_MANY = "diming.locate/1", "diming.locate-table/1"

#: What a table gets beside its own columns.
ADDED = (
    "outcome", "outcome_word", "unit_id", "code", "name", "chain", "held", "today_id", "today_code",
    "today", "rest", "problem", "candidates",
)  # fmt: skip
#: Candidates told in one cell.
_MOST_OFFERED = 3


def located_json(found: Located, lang: str | None) -> str:
    """Return what one address comes to."""
    return dumps({"format": LOCATE, **located_dict(found, lang)}, indent=1)


def located_dict(found: Located, lang: str | None) -> dict[str, Any]:
    """Return an answer as what `json` can write."""
    problem = found.problem
    return {
        **basis_dict(found.basis),
        "asked": found.asked,
        "outcome": found.outcome.value,
        "links": [
            {"text": x.text, "form": x.form.value, "outside": x.outside or None}
            for x in found.links
        ],
        "before": found.before,
        "rest": found.rest,
        "held": [_held(h, lang) for h in found.held],
        "failed_at": found.failed_at,
        "problem": None if problem is None else problem_text(problem, lang),
        "candidates": [_candidate(c, lang) for c in found.candidates],
    }


def _held(held: Held, lang: str | None) -> dict[str, Any]:
    last = held.spans[-1].end.day
    extent = held.extent
    return {
        "unit_id": held.unit.unit_id,
        "chain": [version_dict(v) for v in held.chain],
        "superiors": [short_dict(v) for v in held.whole],
        "spans": [span_dict(s) for s in held.spans],
        "since_known": held.since_known,
        "today": [heir_dict(h) for h in held.today],
        "stopped": held.stopped,
        "since": [
            {"id": a.event.id, "date": str(a.event.date), "act": act_text(a, lang)}
            for a in (held.lineage.acts if held.lineage else ())
            if a.event.date.day >= last
        ],
        "place": None if extent is None else {
            "of": short_dict(extent.of),
            "at": [rounded(extent.lon), rounded(extent.lat)],
            "bounds": [rounded(x) for x in extent.bounds],
        },
    }  # fmt: skip


def _candidate(candidate: Candidate, lang: str | None) -> dict[str, Any]:
    return {
        "why": candidate.why.value,
        "because": say(WHYS[candidate.why], lang),
        "unit_id": candidate.unit.unit_id,
        "chain": [short_dict(v) for v in candidate.chain],
        "offered": candidate.at,
        "span": span_dict(candidate.span),
        "via": None if candidate.via is None else short_dict(candidate.via),
        "code": candidate.code or None,
        "rest": candidate.rest,
        "today": [heir_dict(h) for h in candidate.today],
    }


def heir_dict(heir: Heir) -> dict[str, Any]:
    """Return what stands today, as what `json` can write."""
    return {
        "chain": [short_dict(v) for v in heir.chain],
        "share": None if heir.share is None else rounded(heir.share),
    }


def short_dict(version: Version) -> dict[str, Any]:
    """Return a unit by id, name, code and level."""
    return {
        "unit_id": version.unit_id, "name": version.name, "code": version.any_code or None,
        "level": int(version.level),
    }  # fmt: skip


def span_dict(span: Span) -> dict[str, Any]:
    """Return a span with the precision of its ends."""
    begin = span.begin
    unknown = begin.precision is Precision.UNKNOWN
    return {
        "begin": None if unknown else str(begin),
        "begin_precision": begin.precision.value,
        # It was so on that day; since when, nobody knows.
        "begin_by": begin.day.isoformat() if unknown and begin.day != EVER else None,
        "end": None if span.is_open else str(span.end),
        "end_precision": None if span.is_open else span.end.precision.value,
    }


def located_csv(found: Located, lang: str | None) -> str:
    """Return what one address comes to, a row a chain."""
    return located_table_csv(("address",), [(1, (found.asked,), found)], lang)


def located_table_csv(
    columns: Sequence[str],
    rows: Sequence[Row],
    lang: str | None,
) -> str:
    """Return the rows of a table, each with what its address comes to."""
    import csv
    import io

    # Names and chains come again and again.
    shown = cache(cell)
    header, *body = table_rows(columns, rows, lang)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([shown(x) for x in header])
    writer.writerows([shown(x) for x in row] for row in body)
    return BOM + buffer.getvalue()


def table_rows(
    columns: Sequence[str],
    rows: Sequence[Row],
    lang: str | None,
) -> Iterator[list[str]]:
    """Yield a header and rows: the table's own columns, then what each address comes to."""
    header = list(columns)
    header += [_fresh(name, header) for name in ADDED]
    yield header
    told: dict[int, list[str]] = {}
    for _, given, found in rows:
        # Alike addresses share one answer.
        if id(found) not in told:
            told[id(found)] = _cells(found, lang)
        yield [*given, *told[id(found)]]


def located_table_json(columns: Sequence[str], rows: Sequence[Row], lang: str | None) -> str:
    """Return the rows of a table with what their addresses come to."""
    told: dict[int, dict[str, Any]] = {}
    out = []
    basis: dict[str, Any] = {}
    for number, cells, found in rows:
        if id(found) not in told:
            said = located_dict(found, lang)
            basis = basis_dict(found.basis)
            told[id(found)] = {k: v for k, v in said.items() if k not in basis}
        out.append(
            {
                "row": number,
                "given": dict(zip(columns, cells, strict=True)),
                "located": told[id(found)],
            }
        )
    return dumps({"format": LOCATE_MANY, **basis, "rows": out}, indent=1)


def _cells(found: Located, lang: str | None) -> list[str]:
    units = list({h.unit.unit_id: h.unit for h in found.held}.values())
    chains = [chain_text(h.whole or h.chain, lang) for h in found.held]
    spans = [t for h in found.held for t in _span_cells(h)]
    heirs = [x for h in found.held for x in h.today]
    if found.outcome is Outcome.EXPLAINED:
        best = found.candidates[0]
        units, heirs = [best.unit], list(best.today)
        chains, spans = [chain_text(best.chain, lang)], [str(best.span)]
    elif found.outcome not in (Outcome.FOUND, Outcome.SEVERAL):
        units, chains, spans, heirs = [], [], [], []
    heirs = list({h.version.unit_id: h for h in heirs}.values())
    return [
        found.outcome.value,
        say(OUTCOMES[found.outcome], lang),
        SEPARATOR.join(u.unit_id for u in units),
        SEPARATOR.join(u.any_code for u in units),
        SEPARATOR.join(dict.fromkeys(u.name for u in units)),
        SEPARATOR.join(dict.fromkeys(chains)),
        SEPARATOR.join(spans),
        SEPARATOR.join(h.version.unit_id for h in heirs),
        SEPARATOR.join(h.version.any_code for h in heirs),
        SEPARATOR.join(chain_text(h.chain, lang) for h in heirs),
        found.rest,
        _problem(found, lang),
        SEPARATOR.join(
            f"{chain_text(c.chain, lang)} ({say(WHYS[c.why], lang)})"
            for c in found.candidates[:_MOST_OFFERED]
        ),
    ]


def _span_cells(held: Held) -> list[str]:
    """Return spans as begin/end; a begin that is not known is a question mark."""
    spans = list(map(str, held.spans))
    if not held.since_known:
        spans[0] = "?/" + spans[0].partition("/")[2]
    return spans


def _problem(found: Located, lang: str | None) -> str:
    if found.problem is None:
        return ""
    text = problem_text(found.problem, lang)
    if found.failed_at is None or not found.links:
        return text
    link = found.links[found.failed_at].text
    return say(N_("At “{link}”: {problem}."), lang, link=link, problem=text)


def _fresh(name: str, taken: Sequence[str]) -> str:
    n, fresh = 2, name
    while fresh in taken:
        fresh, n = f"{name}_{n}", n + 1
    return fresh
