"""Accepted findings (例外清单): who accepted what, why, and until when."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from diming.errors import UnreadableInput
from diming.model.finding import Exemption, Finding, Severity
from diming.rules.survey import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Set

#: Columns of an exceptions file, and the Chinese headings also understood.
COLUMNS = {
    "id": ("id", "编号", "finding"),
    "reason": ("reason", "理由", "原因"),
    "approver": ("approver", "批准人", "审批人"),
    "date": ("date", "日期", "批准日期"),
    "expires": ("expires", "有效期至", "到期日期"),
}


def read_exceptions(path: str) -> tuple[Exemption, ...]:
    """Read accepted findings from CSV (with a heading) or JSON.

    JSON is a list of objects, or an object whose ``exceptions`` is that list.

    Raises
    ------
    UnreadableInput
        Naming the file and line, when a row lacks its id, reason, approver or
        date, names an id twice, or has a date that is none.
    """
    try:
        text = _decode(Path(path).read_bytes())
    except OSError:
        raise UnreadableInput(
            "{path}: the exceptions file cannot be read; check that it exists and may be read",
            path=path,
        ) from None
    rows = _json_rows(text, path) if text.lstrip()[:1] in ("[", "{") else _csv_rows(text)
    found: dict[str, Exemption] = {}
    for line, row in rows:
        entry = _exemption(row, path, line)
        if entry.id in found:
            raise UnreadableInput(
                "{path}, line {line}: the exception «{id}» is listed twice; keep one",
                path=path, line=line, id=entry.id,
            )  # fmt: skip
        found[entry.id] = entry
    return tuple(found.values())


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")


def _csv_rows(text: str) -> Iterable[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text))
    for row in reader:
        if any((v or "").strip() for v in row.values() if isinstance(v, str)):
            yield reader.line_num, row


def _json_rows(text: str, path: str) -> Iterable[tuple[int, dict[str, Any]]]:
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise UnreadableInput(
            "{path}: the exceptions file is not valid JSON ({detail}); mend it there",
            path=path, detail=str(error),
        ) from None  # fmt: skip
    if isinstance(rows, dict):
        # An object without the list is taken for an entry, and refused for what it lacks.
        rows = rows.get("exceptions", rows)
    for number, row in enumerate(rows if isinstance(rows, list) else [rows], start=1):
        if not isinstance(row, dict):
            raise UnreadableInput(
                "{path}, line {line}: an exception must have the fields id, reason, approver "
                "and date",
                path=path, line=number,
            )  # fmt: skip
        yield number, row


def _exemption(row: dict[str, Any], path: str, line: int) -> Exemption:
    known = {str(k).strip().lower(): v for k, v in row.items() if k is not None}
    values = {
        field: str(next((known[n] for n in names if known.get(n)), "")).strip()
        for field, names in COLUMNS.items()
    }
    lacking = [field for field in ("id", "reason", "approver", "date") if not values[field]]
    if lacking:
        raise UnreadableInput(
            "{path}, line {line}: an exception must have the fields id, reason, approver and date; "
            "missing here: {fields}",
            path=path, line=line, fields=", ".join(lacking),
        )  # fmt: skip
    dates = {}
    for field in ("date", "expires"):
        try:
            dates[field] = date.fromisoformat(values[field]) if values[field] else None
        except ValueError:
            raise UnreadableInput(
                "{path}, line {line}: «{value}» is no date; write it as 2026-11-24",
                path=path, line=line, value=values[field][:40],
            ) from None  # fmt: skip
    return Exemption(values["id"], values["reason"], values["approver"], **dates)


def apply_exceptions(
    findings: Iterable[Finding],
    exceptions: Iterable[Exemption],
    today: date,
    *,
    unproven: Set[str] = frozenset(),
) -> list[Finding]:
    """Mark accepted findings; report exceptions that expired or no longer occur.

    `unproven` are rules whose findings were not all looked for: that an
    exception to one of them fits nothing proves nothing.
    """
    by_id = {e.id: e for e in exceptions}
    result = []
    seen = set()
    for finding in findings:
        entry = by_id.get(finding.id)
        if entry is None:
            result.append(finding)
            continue
        seen.add(entry.id)
        if entry.expires is not None and entry.expires < today:
            result += [finding, _expired(finding, entry)]
        else:
            result.append(replace(finding, excepted_by=entry))
    result += [
        _unused(entry)
        for entry in by_id.values()
        if entry.id not in seen and entry.id.partition(":")[0] not in unproven
    ]
    return result


def _expired(finding: Finding, entry: Exemption) -> Finding:
    return replace(
        finding,
        rule="exception-expired",
        severity=Severity.WARNING,
        measures=MappingProxyType({}),
        facts=MappingProxyType({
            "exception": entry.id, "approver": entry.approver, "expired_on": str(entry.expires),
        }),
        geometry=None,
        id=fingerprint("exception-expired", (entry.id,)),
    )  # fmt: skip


def _unused(entry: Exemption) -> Finding:
    return Finding(
        rule="exception-unused",
        severity=Severity.WARNING,
        facts=MappingProxyType({"exception": entry.id, "approver": entry.approver}),
        id=fingerprint("exception-unused", (entry.id,)),
    )
