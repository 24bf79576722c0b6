"""What became of rows of a register, in words and JSON (登记结果)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.errors import N_
from diming.present.application_text import problem_dict
from diming.present.archive_text import written_text
from diming.present.json_text import dumps
from diming.present.language import P_, fill, say
from diming.present.plain import plain, wrap
from diming.present.problems import problem_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from diming.model.place import Problem
    from diming.services.recorded import Recorded

#: Rows told one by one.
_MOST = 20


def recorded_text(result: Recorded, lang: str | None, *, dry_run: bool) -> str:
    """Say how many rows are new, were known, are refused and why."""
    what = P_("{rows_count} row is new", "{rows_count} rows are new", "rows_count")
    if result.refused and result.revision is None:
        # One that is refused holds back all.
        what = P_("{rows_count} row is new and in order", "{rows_count} rows are new and in order",
                  "rows_count")  # fmt: skip
    lines = [fill(what, lang, {"rows_count": len(result.added)})]
    if len(result.added) == 1:
        lines[0] += f" ({result.added[0].matter_id})"
    if result.known:
        what = P_(
            "{rows_count} row was there already, said the same way",
            "{rows_count} rows were there already, said the same way",
            "rows_count",
        )
        lines.append(fill(what, lang, {"rows_count": len(result.known)}))
    if result.refused:
        what = P_("{rows_count} row is refused", "{rows_count} rows are refused", "rows_count")
        lines.append(fill(what, lang, {"rows_count": len(result.refused)}))
        lines += _told(result.refused, lang)
    lines += _told(result.remarks, lang)
    if result.revision is not None:
        lines.append(written_text(result.revision, lang))
    else:
        lines.append(say(N_("nothing was written: a trial") if dry_run
                         else N_("nothing was written"), lang))  # fmt: skip
    return "\n".join(lines) + "\n"


def recorded_json(result: Recorded, tag: str, lang: str | None) -> str:
    """Return what became of rows."""

    def told(each: Iterable[tuple[str, Sequence[Problem]]]) -> list[dict[str, object]]:
        return [
            {"source": source, "problems": [problem_dict(p, lang) for p in problems]}
            for source, problems in each
        ]

    return dumps(
        {
            "format": tag,
            "revision": None if result.revision is None else result.revision.number,
            "added": [
                {"id": e.matter_id, "step": e.step, "state": e.state, "place_id": e.place_id}
                for e in result.added
            ],
            "known": len(result.known),
            "refused": told(result.refused),
            "remarks": told(result.remarks),
        },
        indent=1,
    )  # fmt: skip


def _told(each: Sequence[tuple[str, Sequence[Problem]]], lang: str | None) -> list[str]:
    lines = []
    for source, problems in each[:_MOST]:
        for problem in problems:
            start = f"  {plain(source)}: " if source else "  - "
            lines += wrap(
                problem_text(problem, lang), first=start, indent="    "
            ).split("\n")  # fmt: skip
    if len(each) > _MOST:
        more = P_("… and {rows_count} row more", "… and {rows_count} rows more", "rows_count")
        lines.append(fill(more, lang, {"rows_count": len(each) - _MOST}))
    return lines
