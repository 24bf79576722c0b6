"""Applications in words, tables and JSON: ``diming.applications/1`` (地名申请展示)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.errors import N_
from diming.model.facts import Facts
from diming.model.finding import Finding, Severity
from diming.present.archive_text import written_text
from diming.present.columns import columns
from diming.present.json_text import dumps
from diming.present.language import P_, fill, resolve_language, say
from diming.present.plain import plain, wrap
from diming.present.problems import problem_text, shown
from diming.present.sheet import Column, Sheet, jsonable
from diming.present.words import message, severity_word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from diming.handbook.procedure import Procedure
    from diming.model.place import Problem
    from diming.rules.steps import Standing
    from diming.services.applications import Outcome, Taken, Waiting

_COLUMNS = (
    Column("id", N_("number")),
    Column("act", N_("matter")),
    Column("name", N_("name")),
    Column("within", N_("division")),
    Column("state", N_("state")),
    Column("since", N_("since")),
    Column("days", N_("days"), True),
    Column("overdue_days", N_("overdue"), True),
    Column("waits_for", N_("waits for")),
)


def waiting_sheet(found: Sequence[Waiting], procedure: Procedure, day: date) -> Sheet:
    """Return what waits for whom."""
    rows = [
        {
            "id": w.standing.matter_id,
            "act": procedure.acts.get(w.standing.act, w.standing.act),
            "class": w.standing.class_id,
            "name": w.standing.facts.get("name", ""),
            "old_name": w.standing.facts.get("old_name"),
            "within": w.standing.facts.get("within", ""),
            "state": w.state,
            "since": w.standing.since,
            "days": w.days,
            "overdue_days": w.overdue_days if w.overdue_days and w.overdue_days > 0 else None,
            "days_left": -w.overdue_days if w.overdue_days is not None else None,
            "waits_for": w.roles,
            "applicant": w.standing.entries[0].said.get("by"),
            "place_id": w.standing.place_id,
        }
        for w in found
    ]
    return Sheet("diming.applications/1", N_("Naming applications"), _COLUMNS, rows,
                 {"on": day})  # fmt: skip


def outcome_text(outcome: Outcome, procedure: Procedure, lang: str | None, *, dry_run: bool) -> str:
    """Say what became of steps."""
    lines: list[str] = []
    for one in outcome.taken:
        lines += _taken_lines(one, procedure, lang)
    if outcome.revision is not None:
        lines.append(written_text(outcome.revision, lang))
    elif dry_run:
        lines.append(say(N_("nothing was written: a trial"), lang))
    else:
        lines.append(say(N_("nothing was written"), lang))
    return "\n".join(lines) + "\n"


def _taken_lines(one: Taken, procedure: Procedure, lang: str | None) -> list[str]:
    now = one.standing
    name = plain(now.facts.get("name", "")) or "?"
    facts = {"name": name, "matter": now.matter_id or "–"}
    if one.problems:
        count = P_("{subject}: refused, for {problems_count} reason",
                   "{subject}: refused, for {problems_count} reasons",
                   "problems_count")  # fmt: skip
        subject = f"“{name}” {plain(one.source)}".rstrip()
        lines = [fill(count, lang, {"subject": subject, "problems_count": len(one.problems)})]
        return lines + _bullets(one.problems, lang)
    last = now.entries[-1]
    done = say(
        N_("{matter} “{name}”: {state} on {day}, by {by}"), lang, **facts,
        state=_state(last.state, procedure, resolve_language(lang)), day=last.day.isoformat(),
        by=plain(last.said.get("by", "")),
    )  # fmt: skip
    found = _findings(now, lang) if len(now.entries) == 1 else []
    return [done, *_bullets(one.remarks, lang), *found]


def _findings(now: Standing, lang: str | None) -> list[str]:
    """Say what the rules of naming found about the name."""
    lines = []
    for found in findings_kept(now):
        start = f"  {severity_word(found.severity, lang)} [{found.rule}] "
        lines += wrap(message(found, lang), first=start, indent="    ").split("\n")
    return lines


def findings_kept(now: Standing) -> list[Finding]:
    """Return the findings that an application keeps of its name."""
    return [
        Finding(
            rule=k["rule"], severity=Severity(k["severity"]), id=k["id"],
            units=tuple(k["units"]), names=tuple(k["names"]), measures=Facts(k["measures"]),
            facts=Facts(k["facts"]),
        )
        for k in now.facts.get("findings", ())
    ]  # fmt: skip


def _bullets(problems: Sequence[Problem], lang: str | None) -> list[str]:
    return [
        line for p in problems
        for line in wrap(problem_text(p, lang), first="  - ", indent="    ").split("\n")
    ]  # fmt: skip


def outcome_json(outcome: Outcome, lang: str | None) -> str:
    """Return what became of steps."""
    return dumps(
        {
            "format": "diming.applications/1",
            "revision": None if outcome.revision is None else outcome.revision.number,
            "steps": [
                {
                    "id": t.standing.matter_id or None,
                    "name": t.standing.facts.get("name"),
                    "source": t.source or None,
                    "state": t.standing.state,
                    "place_id": t.standing.place_id,
                    "refused": bool(t.problems),
                    "problems": [problem_dict(p, lang) for p in t.problems],
                    "remarks": [problem_dict(p, lang) for p in t.remarks],
                    "findings": [
                        {"rule": f.rule, "severity": str(f.severity), "message": message(f, lang)}
                        for f in findings_kept(t.standing)
                    ],
                }
                for t in outcome.taken
            ],
        },
        indent=1,
    )


def problem_dict(problem: Problem, lang: str | None) -> dict[str, Any]:
    """Return a problem with its words and what they were made of."""
    facts = {k: jsonable(v) for k, v in problem.facts.items()}
    return {"message": problem_text(problem, lang), "template": problem.what, "facts": facts}


#: Facts in the order in which they are shown; others follow.
_ORDER = (
    "act", "class", "name", "romanisation", "old_name", "within", "location", "feature", "size",
    "reason", "origin", "meaning", "approval_number",
)  # fmt: skip
#: What is told elsewhere, or means something to the program only.
_HIDDEN = frozenset({"within_id", "within_path", "by", "role", "documents", "note", "findings"})


def application_text(now: Standing, procedure: Procedure, lang: str | None) -> str:
    """Show an application: what it says, what was handed in, all its steps."""
    tongue = resolve_language(lang)
    said = dict(now.facts) | {
        "act": procedure.acts.get(now.act, now.act),
        "class": procedure.classes.get(now.class_id, now.class_id),
    }
    keys = [*(k for k in _ORDER if k in said), *(k for k in said if k not in _ORDER)]
    words = {"act": say(N_("matter"), lang), "class": say(N_("class"), lang)}
    rows = [
        [words.get(k) or (procedure.facts[k].title(tongue) if k in procedure.facts else plain(k)),
         shown(said[k], lang)]
        for k in keys if k not in _HIDDEN and said[k]
    ]  # fmt: skip
    if now.place_id:
        rows.append([say(N_("place (id)"), lang), now.place_id])
    papers = [
        [procedure.documents[d].title(tongue) if d in procedure.documents else plain(d),
         plain(text)]
        for d, text in now.documents.items()
    ]  # fmt: skip
    steps = [
        [str(e.step), e.day.isoformat(), _state(e.state, procedure, tongue),
         plain(e.said.get("by", "")), plain(e.said.get("note", ""))]
        for e in now.entries
    ]  # fmt: skip
    return "\n".join([
        now.matter_id, *columns(rows),
        say(N_("Documents"), lang), *columns(papers),
        say(N_("Steps"), lang), *columns(steps),
        *_findings(now, lang),
    ]) + "\n"  # fmt: skip


def application_json(now: Standing, procedure: Procedure) -> str:
    """Return an application with all its steps."""
    return dumps(
        {
            "format": "diming.application/1",
            "id": now.matter_id,
            "state": now.state,
            "place_id": now.place_id,
            "facts": {k: jsonable(v) for k, v in now.facts.items()},
            "documents": dict(now.documents),
            "steps": [
                {"step": e.step, "date": e.day.isoformat(), "state": e.state,
                 "known_from": e.known_from, "said": jsonable(dict(e.said))}
                for e in now.entries
            ],
        },
        indent=1,
    )  # fmt: skip


def _state(state: str, procedure: Procedure, lang: str) -> str:
    return procedure.states[state].title(lang) if state in procedure.states else plain(state)
