"""What addresses come to, in words: text for a terminal (地址解析文本)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.model.located import Form, Outcome, Why
from diming.model.span import OPEN, Span
from diming.present.acts import label, source_text, span_text, stop_text
from diming.present.answer_text import acts_lines
from diming.present.columns import columns
from diming.present.language import N_, say
from diming.present.plain import plain, wrap
from diming.present.problems import problem_text
from diming.present.quantity import share_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diming.model.located import Candidate, Heir, Held, Located
    from diming.model.version import Version

OUTCOMES: dict[Outcome, str] = {
    Outcome.FOUND: N_("resolved"),
    Outcome.SEVERAL: N_("several units fit"),
    Outcome.EXPLAINED: N_("so on no day known, but explained"),
    Outcome.OUTSIDE: N_("outside the archive"),
    Outcome.FAILED: N_("not resolved"),
}

FORMS: dict[Form, str] = {
    Form.NAME: "",
    Form.TOLD: N_("a name told of it"),
    Form.SHORT: N_("a shorter name"),
    Form.BARE: N_("without its generic term"),
    Form.CODE: N_("its code"),
}

WHYS: dict[Why, str] = {
    Why.LINEAGE: N_("this name, below what the superior came from or went to"),
    Why.OTHER_TIME: N_("this name, below the superior at another time"),
    Why.CODE_TABLE: N_("the national code table has it there"),
    Why.OTHER_KIND: N_("the same specific name, another generic term"),
    Why.SIMILAR: N_("one character differs"),
    Why.SOUNDS_ALIKE: N_("read alike"),
    Why.ELSEWHERE: N_("this name, elsewhere"),
    Why.BELOW: N_("was below the superior then"),
}


def located_text(found: Located, lang: str | None) -> str:
    """Return what an address comes to."""
    return "\n".join(_lines(found, lang)) + "\n"


def _lines(found: Located, lang: str | None) -> Iterator[str]:
    yield plain(found.asked.strip()) or "–"
    yield say(OUTCOMES[found.outcome], lang) + " · " + source_text(found.basis, lang)
    if found.problem is not None:
        failing = (
            None if found.failed_at is None or not found.links else found.links[found.failed_at]
        )
        text = problem_text(found.problem, lang)
        if failing is not None:
            template = N_("At “{link}”: {problem}.")
            yield wrap(say(template, lang, link=plain(failing.text), problem=text))
        else:
            yield wrap(say(N_("{problem}."), lang, problem=_capital(text)))
    yield from _links(found, lang)
    for held in found.held:
        yield ""
        yield from _held(held, lang)
    if found.candidates:
        yield ""
        yield say(N_("Candidates"), lang)
        for candidate in found.candidates:
            yield from _candidate(candidate, lang)


def _links(found: Located, lang: str | None) -> Iterator[str]:
    rows = []
    if found.before:
        rows.append([plain(found.before), say(N_("before the address"), lang)])
    rows += [[plain(link.text), link_text(found, n, lang)] for n, link in enumerate(found.links)]
    if found.rest:
        rows.append([plain(found.rest), say(N_("the rest: no unit is looked for in it"), lang)])
    if rows:
        yield ""
        yield from columns(rows)


def link_text(found: Located, at: int, lang: str | None) -> str:
    """Return what one link names."""
    link = found.links[at]
    if link.outside:
        text = N_("outside the archive; in the national code table {code}")
        return say(text, lang, code=plain(link.outside))
    if at == found.failed_at and found.outcome is not Outcome.FOUND and not _named(found, at):
        return say(N_("not found below the link before"), lang)
    labels = " / ".join(dict.fromkeys(label(v, lang) for v in _named(found, at)))
    form = say(FORMS[link.form], lang) if FORMS[link.form] else ""
    if not form:
        return labels
    return say(N_("{text} ({detail})"), lang, text=labels, detail=form)


def _named(found: Located, at: int) -> list[Version]:
    """Return the units that a link names in the chains that fit."""
    inside = sum(not link.outside for link in found.links[:at])
    return [h.chain[inside] for h in found.held if inside < len(h.chain)]


def _held(held: Held, lang: str | None) -> Iterator[str]:
    yield chain_text(held.whole or held.chain, lang)
    rows = [[say(N_("held"), lang), spans_text(held.spans, lang, since_known=held.since_known)]]
    if held.extent is not None:
        at = held.extent
        west, south, east, north = at.bounds
        place = say(
            N_("{lon}, {lat} in {unit}, which reaches from {west}, {south} to {east}, {north}"),
            lang,
            lon=f"{at.lon:.4f}", lat=f"{at.lat:.4f}", unit=label(at.of, lang),
            west=f"{west:.4f}", south=f"{south:.4f}", east=f"{east:.4f}", north=f"{north:.4f}",
        )  # fmt: skip
        rows.append([say(N_("place"), lang), place])
    rows.append([say(N_("today"), lang), heirs_text(held.today, held.stopped, lang)])
    yield from columns(rows)
    if held.lineage is not None:
        last = held.spans[-1].end.day
        since = [a for a in held.lineage.acts if last != OPEN and a.event.date.day >= last]
        if since:
            yield "  " + say(N_("since then"), lang)
            yield from ("  " + line for line in acts_lines(since, lang))


def _candidate(candidate: Candidate, lang: str | None) -> Iterator[str]:
    yield f"  {chain_text(candidate.chain, lang)}"
    why = say(WHYS[candidate.why], lang)
    if candidate.code:
        why = say(N_("{text} ({detail})"), lang, text=why, detail=plain(candidate.code))
    elif candidate.via is not None:
        why = say(N_("{text} ({detail})"), lang, text=why, detail=label(candidate.via, lang))
    rows = [
        [say(N_("because"), lang), why],
        [say(N_("held"), lang), span_text(candidate.span, lang)],
        [say(N_("today"), lang), heirs_text(candidate.today, None, lang)],
    ]
    if candidate.rest:
        rows.append([say(N_("rest"), lang), plain(candidate.rest)])
    yield from columns(rows, indent="    ")


def chain_text(chain: Sequence[Version], lang: str | None) -> str:
    """Return units from the highest down."""
    return " / ".join(label(v, lang) for v in chain)


def spans_text(spans: Sequence[Span], lang: str | None, *, since_known: bool = True) -> str:
    """Return when something held; a begin that is only known not to be earlier is said to be."""
    comma = say(N_("; "), lang)
    text = comma.join(span_text(s, lang) for s in spans)
    if since_known or spans[0].begin.day.year == 1:
        return text
    return say(N_("{spans} (or later: the begin of a unit is not known)"), lang, spans=text)


def heirs_text(heirs: Sequence[Heir], stopped: str | None, lang: str | None) -> str:
    """Return what stands today, with shares where they are known."""
    parts = []
    for heir in heirs:
        text = chain_text(heir.chain, lang)
        if heir.share is not None and heir.share < 1:
            share = share_text(heir.share)
            text = say(N_("{text} ({detail})"), lang, text=text, detail=share)
        parts.append(text)
    if stopped is not None or not parts:
        parts.append(stop_text(stopped, lang) or say(N_("not known"), lang))
    return say(N_("; "), lang).join(parts)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
