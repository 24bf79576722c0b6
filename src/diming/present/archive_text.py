"""What became of an archive, in words: made, loaded, recorded, undone, proved (档案操作结果)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.errors import N_
from diming.model.finding import Severity
from diming.model.unit import Level
from diming.present.acts import act_text, level_word, unit_text, when_text
from diming.present.columns import columns
from diming.present.inference_text import inference_text
from diming.present.json_text import dumps
from diming.present.language import P_, fill, say
from diming.present.plain import plain, wrap
from diming.present.quantity import area_text, share_text
from diming.present.words import fact_texts, hint, message, severity_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from diming.model.changeset import Applied, Passage, Revision
    from diming.model.finding import Finding
    from diming.model.outcome import Loading, Recording
    from diming.model.version import Version

#: Findings told one by one under an act.
_MOST = 10


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def made_text(place: str, lang: str | None) -> str:
    """Say that an archive was made, and what comes next."""
    return say(
        N_("{place} is ready; put a first state into it with «diming load»."),
        lang, place=plain(place),
    )  # fmt: skip


def copied_text(target: str, head: Revision, lang: str | None) -> str:
    """Say that an archive was copied."""
    return say(
        N_("{target} holds the archive as of revision r{revision}."),
        lang, target=plain(target), revision=head.number,
    )  # fmt: skip


def written_text(revision: Revision, lang: str | None) -> str:
    """Say that a revision was written."""
    return say(
        N_("written as revision r{revision} by {author}"),
        lang, revision=revision.number, author=plain(revision.author) or "?",
    )  # fmt: skip


def reverted_text(revision: Revision, events: int, units: int, lang: str | None) -> str:
    """Say what was undone."""
    done = [
        say(
            P_("{events_count} act was undone", "{events_count} acts were undone", "events_count"),
            lang, events_count=events,
        )
    ] if events else []  # fmt: skip
    touched = say(
        P_("{units_count} unit is as before", "{units_count} units are as before", "units_count"),
        lang, units_count=units,
    )  # fmt: skip
    return say(N_(", "), lang).join([*done, touched, written_text(revision, lang)])


#: How sure a source is of an act, in words; see `diming.files.event_words`.
CERTAINTIES = {
    "confirmed": N_("confirmed"),
    "confirmed-year": N_("confirmed, but for the day"),
    "inferred": N_("inferred"),
}

_COUNTS = {
    "revisions": N_("revisions"),
    "events": N_("acts"),
    "units": N_("units"),
    "versions": N_("versions in force or past"),
    "rows": N_("rows, superseded ones too"),
    "territories": N_("shapes"),
}


def info_text(
    place: str, head: Revision, counts: Mapping[str, int], settings: Mapping[str, str],
    crs: str | None, lang: str | None,
) -> str:  # fmt: skip
    """Describe an archive."""
    recorded = head.recorded.astimezone().isoformat(sep=" ", timespec="minutes")[:16]
    rows = [
        [say(N_("archive"), lang), plain(place)],
        [say(N_("coordinate system"), lang), plain(crs or say(N_("not settled yet"), lang))],
        [
            say(N_("latest revision"), lang),
            f"r{head.number} · {recorded} · {plain(head.author)} · {plain(head.reason)}",
        ],
        [say(N_("hash"), lang), head.hash],
        *([say(_COUNTS.get(k, k), lang), f"{v:,}"] for k, v in counts.items()),
        *([plain(k), plain(v)] for k, v in settings.items() if k != "crs"),
    ]
    return _text(columns(rows, indent=""))


def verified_text(
    place: str, head: Revision, flaws: Sequence[tuple[str, Mapping[str, Any]]], lang: str | None
) -> str:
    """Say whether an archive is sound."""
    if not flaws:
        return _text(
            [
                say(
                    N_("{place} is sound: {number} revisions, the last of them {hash}"),
                    lang, place=plain(place), number=head.number, hash=head.hash,
                )
            ]
        )  # fmt: skip
    lines = [_flaw(f, lang) for f in flaws]
    total = say(
        P_("{place}: {flaws_count} flaw", "{place}: {flaws_count} flaws", "flaws_count"),
        lang, place=plain(place), flaws_count=len(flaws),
    )  # fmt: skip
    return _text([total, *(wrap(line, first="  ", indent="    ") for line in lines)])


def _flaw(flaw: tuple[str, Mapping[str, Any]], lang: str | None) -> str:
    what, facts = flaw
    return fill(what, lang, fact_texts(facts, lang))


def verified_json(
    place: str, head: Revision, flaws: Sequence[tuple[str, Mapping[str, Any]]], lang: str | None
) -> str:
    """Return the same as JSON ``diming.verify/1``."""
    return dumps(
        {
            "format": "diming.verify/1", "archive": place, "revision": head.number,
            "hash": head.hash, "sound": not flaws, "flaws": [_flaw(f, lang) for f in flaws],
        },
        indent=1,
    )  # fmt: skip


def recording_text(result: Recording, lang: str | None, *, dry_run: bool = False) -> str:
    """Say which acts fit, which do not and why."""
    *lines, fit = _recording(result, lang)
    outcome = _outcome(result.revision, lang, dry_run=dry_run)
    return _text([*lines, say(N_("{summary}; {outcome}"), lang, summary=fit, outcome=outcome)])


def _recording(result: Recording, lang: str | None) -> Iterator[str]:
    """Yield what is to be told of acts, and at last how many fit."""
    for refused in result.refused:
        yield wrap(
            say(N_("does not fit: {act}"), lang, act=_act(refused.event, lang)), indent="  ",
            first="",
        )  # fmt: skip
        yield from finding_lines(refused.findings, lang)
    notes = [f for f in result.findings if f.severity is not Severity.INFO]
    if notes:
        yield say(N_("accepted, somebody answers for it:"), lang)
        yield from finding_lines(notes, lang)
    infos = [f for f in result.findings if f.severity is Severity.INFO]
    if infos:
        yield say(N_("to be known:"), lang)
        yield from finding_lines(infos, lang)
    fit = say(
        P_("{acts_count} act fits", "{acts_count} acts fit", "acts_count"),
        lang, acts_count=len(result.applied),
    )  # fmt: skip
    if result.refused:
        wrong = say(
            P_("{acts_count} does not fit", "{acts_count} do not fit", "acts_count"),
            lang, acts_count=len(result.refused),
        )  # fmt: skip
        fit = say(N_(", "), lang).join([fit, wrong])
    yield fit


def _outcome(revision: Revision | None, lang: str | None, *, dry_run: bool) -> str:
    if revision is not None:
        return written_text(revision, lang)
    if dry_run:
        return say(N_("a dry run: nothing was written"), lang)
    return say(N_("nothing was written"), lang)


def finding_lines(findings: Sequence[Finding], lang: str | None) -> Iterator[str]:
    """Yield what was found, with what to do; of many the first."""
    for finding in findings[:_MOST]:
        word = severity_word(finding.severity, lang)
        text = f"{word} · {message(finding, lang)}  [{finding.id}]"
        yield wrap(text, first="  ", indent="    ")
        if advice := hint(finding, lang):
            yield wrap(f"→ {advice}", first="    ", indent="      ")
    if len(findings) > _MOST:
        yield "  " + say(
            P_("and {more_count} more", "and {more_count} more", "more_count"),
            lang, more_count=len(findings) - _MOST,
        )  # fmt: skip


def _act(event: Any, lang: str | None) -> str:
    from diming.model.changeset import Applied as Act

    return f"{when_text(event.date, lang)} {act_text(Act(event, (), ()), lang)}"


def loading_text(
    result: Loading, lang: str | None, *, dry_run: bool = False, output: str | None = None
) -> str:
    """Say what was loaded, or why nothing was; `output` is where explaining acts were written."""
    return _text(_loading(result, lang, dry_run=dry_run, output=output))


def _loading(
    result: Loading, lang: str | None, *, dry_run: bool, output: str | None
) -> Iterator[str]:
    if result.report is not None and result.report.fails():
        counts = result.report.summary()
        yield say(
            P_("the shapes have {errors_count} error; run «diming check» on the files, and mend "
               "them, or accept the findings with --exceptions",
               "the shapes have {errors_count} errors; run «diming check» on the files, and mend "
               "them, or accept the findings with --exceptions", "errors_count"),
            lang, errors_count=counts["error"],
        )  # fmt: skip
        yield from finding_lines(
            [f for f in result.report.findings if f.severity is Severity.ERROR], lang
        )
    if result.opening:
        yield say(N_("on the way back to the opening list:"), lang)
        yield from finding_lines(result.opening, lang)
    if result.recording is not None:
        yield from _recording(result.recording, lang)
    if result.differing:
        yield say(N_("the archive holds something else:"), lang)
        told = [t for t in result.differing if not t.startswith("~")]
        yield from (f"  {plain(t)}" for t in told[:20])
        if len(told) > 20:
            yield "  " + say(
                P_("and {more_count} more", "and {more_count} more", "more_count"),
                lang, more_count=len(told) - 20,
            )  # fmt: skip
        if outlines := len(result.differing) - len(told):
            yield "  " + say(
                P_("{units_count} unit has another outline", "{units_count} units have another "
                   "outline", "units_count"),
                lang, units_count=outlines,
            )  # fmt: skip
    if result.explained is not None:
        yield say(N_("what would explain it:"), lang)
        yield from inference_text(result.explained.inference, lang, output).splitlines()
    units = say(N_(", "), lang).join(
        say(
            P_("{units_count} unit of {level}", "{units_count} units of {level}", "units_count"),
            lang, units_count=count, level=level_word(Level(level), lang),
        )
        for level, count in result.units.items()
    )  # fmt: skip
    if result.shapes_added:
        units = say(
            P_("{units}, {shapes_count} with a shape", "{units}, {shapes_count} with shapes",
               "shapes_count"),
            lang, units=units, shapes_count=result.shapes_added,
        )  # fmt: skip
    outcome = _outcome(result.revision, lang, dry_run=dry_run)
    if result.revision is None and not dry_run and _is_there(result):
        outcome = say(N_("all of it is there already, so nothing was written"), lang)
    yield say(N_("{summary}; {outcome}"), lang, summary=units, outcome=outcome)


def _is_there(result: Loading) -> bool:
    refused = result.recording is not None and bool(result.recording.refused)
    failed = result.report is not None and result.report.fails()
    return not (refused or failed or result.differing)


def acts_table(acts: Sequence[Applied], lang: str | None) -> str:
    """Return acts with their ids, one a line."""
    if not acts:
        return _text([say(N_("No acts."), lang)])
    rows = [
        [plain(a.event.id), when_text(a.event.date, lang), act_text(a, lang)] for a in acts
    ]  # fmt: skip
    head = [say(t, lang) for t in (N_("id"), N_("date"), N_("act"))]
    return _text(columns(rows, head, indent=""))


def act_page(
    applied: Applied, names: Mapping[str, Version], revision: int | None, lang: str | None
) -> str:
    """Return all that an act says and did."""
    event = applied.event
    dates = [
        (N_("takes effect"), event.date), (N_("approved"), event.approved),
        (N_("announced"), event.announced), (N_("completed"), event.completed),
    ]  # fmt: skip
    rows = [
        [say(N_("act"), lang), act_text(applied, lang)],
        *([say(title, lang), when_text(when, lang)] for title, when in dates if when is not None),
        [say(N_("document"), lang), plain(event.document) or "–"],
        [say(N_("certainty"), lang), _certainty(event.certainty, lang)],
        [say(N_("remark"), lang), plain(event.note) or "–"],
        [say(N_("revision"), lang), "?" if revision is None else f"r{revision}"],
        [say(N_("id"), lang), plain(event.id)],
    ]
    if applied.chain_sum is not None:
        proof = (
            N_("conserved to the bit")
            if applied.chain_sum == 0
            else N_("conserved, with vertices added on the outer line")
        )
        rows.append([say(N_("ground"), lang), say(proof, lang)])
    lines = columns(rows, indent="")
    if applied.passages:
        lines += ["", *columns([_passage(p, names, lang) for p in applied.passages], indent="")]
    return _text(lines)


def _certainty(word: str, lang: str | None) -> str:
    return say(CERTAINTIES[word], lang) if word in CERTAINTIES else plain(word)


def _passage(passage: Passage, names: Mapping[str, Version], lang: str | None) -> list[str]:
    share = "" if passage.share is None else share_text(passage.share)
    area = say(N_("area not known"), lang) if passage.area_m2 is None else area_text(
        passage.area_m2, lang
    )  # fmt: skip
    return [
        unit_text(passage.giver, names, lang), "→", unit_text(passage.taker, names, lang), area,
        share,
    ]  # fmt: skip
