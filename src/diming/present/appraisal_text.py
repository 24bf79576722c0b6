"""Appraisals, and entries of registers step by step, in words and JSON (鉴定与案卷展示)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.errors import N_
from diming.present.application_text import problem_dict
from diming.present.archive_text import written_text
from diming.present.columns import columns
from diming.present.json_text import dumps
from diming.present.language import say
from diming.present.plain import plain, wrap
from diming.present.problems import problem_text, shown
from diming.present.sheet import jsonable
from diming.rules.appraisal import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diming.model.changeset import Revision
    from diming.model.entry import Entry
    from diming.rules.appraisal import Appraisal

VERDICTS = {
    Verdict.RECOGNISED: N_("recognised"),
    Verdict.DOUBTFUL: N_("doubtful: a hearing decides"),
    Verdict.NOT_RECOGNISED: N_("not recognised"),
    Verdict.OPEN: N_("open: something is not said"),
}


def appraisal_text(
    found: Appraisal, matter_id: str, name: str, revision: Revision | None, lang: str | None
) -> str:
    """Say what came of an appraisal, and why."""
    lines = [
        say(N_("{name}: {verdict} ({matter})"), lang, name=plain(name), matter=matter_id,
            verdict=say(VERDICTS[found.verdict], lang))
    ]  # fmt: skip
    for reason in found.reasons:
        lines += wrap(problem_text(reason, lang), first="  - ", indent="    ").split("\n")
    lines.append(
        say(N_("nothing was written: a trial"), lang) if revision is None
        else written_text(revision, lang)
    )  # fmt: skip
    return "\n".join(lines) + "\n"


def appraisal_json(
    found: Appraisal, matter_id: str, name: str, revision: Revision | None, lang: str | None
) -> str:
    """Return what came of an appraisal."""
    return dumps(
        {
            "format": "diming.appraisal/1",
            "id": matter_id,
            "name": name,
            "verdict": str(found.verdict),
            "total": found.total,
            "reasons": [problem_dict(r, lang) for r in found.reasons],
            "revision": None if revision is None else revision.number,
        },
        indent=1,
    )


def entries_text(entries: Sequence[Entry], lang: str | None) -> str:
    """Show steps of matters, and what each says."""
    lines = []
    for entry in entries:
        lines.append(f"{entry.matter_id} {entry.step}  {entry.day.isoformat()}  "
                     f"{plain(entry.state)}")  # fmt: skip
        rows = [[plain(k), shown(_flat(v), lang)] for k, v in entry.said.items() if v]
        if entry.place_id:
            rows.append([say(N_("place (id)"), lang), entry.place_id])
        lines += columns(rows)
    return "\n".join(lines) + "\n"


def entries_json(entries: Sequence[Entry], tag: str) -> str:
    """Return steps of matters."""
    return dumps(
        {
            "format": tag,
            "entries": [
                {"id": e.matter_id, "matter": str(e.matter), "step": e.step,
                 "date": e.day.isoformat(), "state": e.state, "place_id": e.place_id,
                 "known_from": e.known_from, "said": jsonable(dict(e.said))}
                for e in entries
            ],
        },
        indent=1,
    )  # fmt: skip


def _flat(value: object) -> object:
    return [f"{k} {v}" for k, v in value.items()] if isinstance(value, dict) else value
