"""What became of a delivery of places, for machines (导入结果数据)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.model.intake import Fate
from diming.present.answer_csv import written_table
from diming.present.intake_words import fate_word
from diming.present.json_text import dumps
from diming.present.problems import reasons_text

if TYPE_CHECKING:
    from diming.model.intake import Intake, TakenRow
    from diming.model.version import Version

FORMAT = "diming.intake/1"


def intake_json(intake: Intake, lang: str | None, *, dry_run: bool) -> str:
    """Return the fate of each row as JSON."""
    counts = intake.counts()
    return dumps(
        {
            "format": FORMAT,
            "revision": None if intake.revision is None else intake.revision.number,
            "dry_run": dry_run,
            "rows": len(intake.rows),
            "counts": {fate.value: counts[fate] for fate in Fate},
            "names": sum(len(row.names) for row in intake.rows),
            "taken": [_row(row, lang) for row in intake.rows],
        }
    )


def _row(row: TakenRow, lang: str | None) -> dict[str, Any]:
    return {
        "file": row.record.file,
        "row": row.record.number,
        "name": row.record.names[0].text if row.record.names else None,
        "fate": row.fate.value,
        "place_id": row.place_id or None,
        "unit": _unit(row.unit),
        "within": _unit(row.within),
        "names": [n.text for n in row.names],
        "reasons": [
            {"what": r.what, "facts": dict(r.facts), "said": reasons_text((r,), lang)}
            for r in row.reasons
        ],
    }


def _unit(version: Version | None) -> str | None:
    return None if version is None else version.label


def intake_csv(intake: Intake, lang: str | None) -> str:
    """Return the fate of each row as a table."""
    head = ("file", "row", "name", "fate", "fate_word", "place_id", "unit", "within", "new_names",
            "reasons")  # fmt: skip
    rows = [
        [
            row.record.file, row.record.number,
            row.record.names[0].text if row.record.names else "",
            row.fate.value, fate_word(row.fate, lang), row.place_id, _unit(row.unit),
            _unit(row.within), len(row.names), reasons_text(row.reasons, lang),
        ]
        for row in intake.rows
    ]  # fmt: skip
    return written_table(head, rows)
