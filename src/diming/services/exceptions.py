"""Accepted findings (例外清单): who accepted what, why, and until when."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diming.errors import UnreadableInput
from diming.model.facts import Facts
from diming.model.finding import Exemption, Finding, Severity
from diming.model.rule import ACT_RULES
from diming.rules.survey import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Set

#: Columns of an exceptions file, and the Chinese headings also understood.
COLUMNS = {
    "id": ("id", "编号", "finding"),
    "reason": ("reason", "理由", "原因"),
    "approver": ("approver", "批准人", "审批人"),
    "date": ("date", "日期", "批准日期"),
    "expires": ("expires", "有效期至", "到期日期"),
}


#: Unused exceptions reported one by one; more are counted, since the list is another check's.
MOST_UNUSED = 1000


def read_exceptions(path: str) -> tuple[Exemption, ...]:
    """Read accepted findings from CSV (with a heading) or JSON.

    JSON is a list of objects, or an object whose ``exceptions`` is that list.

    Raises
    ------
    UnreadableInput
        Naming the file and line, when a row lacks its id, reason, approver or
        date, names an id twice, or has a date that is none; or when the file
        cannot be read, or is neither CSV nor JSON.
    """
    text = _decode(_bytes(path), path)
    rows = (_json_rows if text.lstrip()[:1] in ("[", "{") else _csv_rows)(text, path)
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


def _bytes(path: str) -> bytes:
    file = Path(path)
    try:
        # A device may have no end, and a pipe nobody that writes to it.
        if file.exists() and not file.is_file():
            raise OSError
        return file.read_bytes()
    except (OSError, ValueError):
        raise UnreadableInput(
            "{path}: the exceptions file cannot be read; check that it exists and may be read",
            path=path,
        ) from None


def _decode(raw: bytes, path: str) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    if "\0" in text:
        raise UnreadableInput(
            "{path}: the exceptions file is no text; save it as CSV in UTF-8, or as JSON",
            path=path,
        )
    return text


def _csv_rows(text: str, path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    # Lines may end as on any system, even the old Macs'.
    reader = csv.DictReader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")))
    try:
        heads = {str(head).strip().lower() for head in reader.fieldnames or ()}
        if heads:
            _demand({f: not heads.isdisjoint(n) for f, n in COLUMNS.items()}, path, 1)
        for row in reader:
            if any((v or "").strip() for v in row.values() if isinstance(v, str)):
                yield reader.line_num, row
    except csv.Error as error:
        raise UnreadableInput(
            "{path}, line {line}: the exceptions file is not valid CSV ({detail}); mend it there",
            path=path, line=reader.line_num, detail=str(error),
        ) from None  # fmt: skip


def _json_rows(text: str, path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableInput(
            "{path}: the exceptions file is not valid JSON ({detail}); mend it there",
            path=path, detail=str(error),
        ) from None  # fmt: skip
    rows = rows.get("exceptions") if isinstance(rows, dict) else rows
    if not isinstance(rows, list):
        raise UnreadableInput(
            "{path}: the exceptions file must hold a list of exceptions, each with the fields "
            "id, reason, approver and date",
            path=path,
        )
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise UnreadableInput(
                "{path}, line {line}: an exception must have the fields id, reason, approver "
                "and date",
                path=path, line=number,
            )  # fmt: skip
        yield number, row


def _demand(there: Mapping[str, object], path: str, line: int) -> None:
    """Refuse a heading or a row that lacks a field."""
    lacking = [field for field in ("id", "reason", "approver", "date") if not there[field]]
    if lacking:
        raise UnreadableInput(
            "{path}, line {line}: an exception must have the fields id, reason, approver and date; "
            "missing here: {fields}",
            path=path, line=line, fields=", ".join(lacking),
        )  # fmt: skip


def _exemption(row: dict[str, Any], path: str, line: int) -> Exemption:
    known = {str(k).strip().lower(): v for k, v in row.items() if k is not None}
    values = {
        field: str(next((known[n] for n in names if known.get(n)), "")).strip()
        for field, names in COLUMNS.items()
    }
    _demand(values, path, line)
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
    exception to one of them fits nothing proves nothing. Acts are not looked at by
    checks at all: what is wrong with them is found when they are recorded.
    """
    unproven = frozenset(ACT_RULES) | unproven
    by_id = {e.id: e for e in exceptions}
    result: list[Finding] = []
    seen: set[str] = set()
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
    unused = [
        entry
        for entry in by_id.values()
        if entry.id not in seen and entry.id.partition(":")[0] not in unproven
    ]
    result += [_unused(entry) for entry in unused[:MOST_UNUSED]]
    if len(unused) > MOST_UNUSED:
        result.append(_more_unused(len(unused) - MOST_UNUSED))
    return result


def _expired(finding: Finding, entry: Exemption) -> Finding:
    return replace(
        finding,
        rule="exception-expired",
        severity=Severity.WARNING,
        measures=Facts({}),
        facts=Facts({
            "exception": entry.id, "approver": entry.approver, "expired_on": str(entry.expires),
        }),
        geometry=None,
        id=fingerprint("exception-expired", (entry.id,)),
    )  # fmt: skip


def _unused(entry: Exemption) -> Finding:
    return Finding(
        rule="exception-unused",
        severity=Severity.WARNING,
        facts=Facts({"exception": entry.id, "approver": entry.approver}),
        id=fingerprint("exception-unused", (entry.id,)),
    )


def _more_unused(count: int) -> Finding:
    return Finding(
        rule="exception-unused",
        severity=Severity.WARNING,
        measures=Facts({"more_count": float(count)}),
        facts=Facts({"reason": "more"}),
        id=fingerprint("exception-unused", ("more",)),
    )
