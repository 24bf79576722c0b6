"""Answers of an archive as CSV for a spreadsheet (查询结果表格)."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING, Any

from diming.model.span import EVER
from diming.present.acts import act_text, kinds_text, level_word, unit_text
from diming.present.csv_text import BOM, SEPARATOR, cell
from diming.present.language import N_, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from diming.model.answers import Difference, History, Kin, Units, Where, WhereMany
    from diming.model.version import Version

_OF_VERSION = (
    "unit_id", "code", "name", "level", "kind", "parent_id", "parent_code", "parent_name",
    "seat", "begin", "end", "territory_known",
)  # fmt: skip


def written_table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table as spreadsheets open it: with a byte order mark, cells kept from formulas."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([cell(h) for h in header])
    writer.writerows([cell(value) for value in row] for row in rows)
    return BOM + buffer.getvalue()


def _code(version: Version | None) -> str:
    return "" if version is None else version.any_code


def _version(version: Version, superiors: Mapping[str, Version]) -> list[Any]:
    span, parent = version.span, superiors.get(version.parent_id or "")
    return [
        version.unit_id, _code(version), version.name, int(version.level), version.kind,
        version.parent_id, _code(parent), parent.name if parent else "", version.seat,
        "" if span.begin.day == EVER else str(span.begin), "" if span.is_open else str(span.end),
        "true" if version.territory is not None else "false",
    ]  # fmt: skip


def units_csv(units: Units) -> str:
    """Return the units that held on a day, without their shapes."""
    return written_table(_OF_VERSION, (_version(v, units.superiors) for v in units.versions))


def where_csv(where: Where) -> str:
    """Return the chain of units at a point."""
    rows = [
        [int(at.level), str(at.standing), v.unit_id if v else "", _code(v), v.name if v else ""]
        for at in where.levels
        for v in (at.versions or (None,))
    ]
    return written_table(("level", "standing", "unit_id", "code", "name"), rows)


def where_many_csv(
    found: WhereMany, columns: Sequence[str], points: Sequence[Mapping[str, Any]], lang: str | None
) -> str:
    """Return the rows of the input, each with the units of every level and what is wrong.

    Parameters
    ----------
    columns : sequence of str
        Of the input.
    points : sequence of mappings
        As for `diming.present.answer_json.where_many_json`.
    """
    levels = list(found.rows)
    header = list(columns)
    added = ["asked_date", *(f"{part}_{int(x)}" for x in levels for part in ("code", "name")),
             "remark"]  # fmt: skip
    # An input may have been through here before.
    header += [_fresh(name, header) for name in added]
    table = found.table
    rows = []
    for p in points:
        row: list[Any] = [p["given"].get(c, "") for c in columns]
        at = p["at"]
        if at is None:
            rows.append([*row, *[""] * (len(added) - 1), p["problem"]])
            continue
        row.append(date.fromordinal(int(found.days[at])).isoformat())
        remarks = []
        for level in levels:
            r = int(found.rows[level][at])
            row += [table.code[r], table.name[r]] if r >= 0 else ["", ""]
            if r < 0:
                template = N_("{level}: not known") if r == -1 else N_("{level}: none here")
                remarks.append(say(template, lang, level=level_word(level, lang)))
        rows.append([*row, SEPARATOR.join(remarks)])
    return written_table(header, rows)


def _fresh(name: str, taken: Sequence[str]) -> str:
    n, fresh = 2, name
    while fresh in taken:
        fresh, n = f"{name}_{n}", n + 1
    return fresh


def history_csv(history: History, lang: str | None) -> str:
    """Return the units a unit's ground came from and went to, one a row."""
    lineage = history.lineage
    acts = {a.event.id: a for a in lineage.acts}

    def row(way: str, kin: Kin) -> list[Any]:
        act = acts.get(kin.event_id or "")
        version = kin.version
        return [
            way, act.event.date if act else "", str(act.event.type) if act else "",
            kin.unit_id, _code(version), version.name if version else "",
            kin.share, kin.rests if kin.ends else "", kin.stopped,
            act.event.document if act else "", act_text(act, lang) if act else "",
        ]  # fmt: skip

    return written_table(
        ("way", "date", "type", "unit_id", "code", "name", "share", "rests", "stopped",
         "document", "act"),
        [*(row("before", k) for k in lineage.before), *(row("after", k) for k in lineage.after)],
    )  # fmt: skip


def diff_csv(diff: Difference, lang: str | None) -> str:
    """Return the units that changed, one a row."""
    rows = [
        [
            int(c.version.level), c.unit_id, _code(c.before),
            c.before.name if c.before else "", _code(c.after), c.after.name if c.after else "",
            SEPARATOR.join(map(str, c.kinds)), kinds_text(c.kinds, lang),
            SEPARATOR.join(unit_text(u, diff.names, lang) for u in c.relatives),
            c.area_before_m2, c.area_after_m2, c.gained_m2, c.lost_m2,
        ]
        for c in diff.comparison.changes
    ]  # fmt: skip
    return written_table(
        ("level", "unit_id", "code_before", "name_before", "code_after", "name_after", "what",
         "what_words", "relatives", "area_before_m2", "area_after_m2", "gained_m2", "lost_m2"),
        rows,
    )  # fmt: skip
