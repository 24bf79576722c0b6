"""Reviews of proposed names as text for a terminal (命名审查文本)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.handbook.naming import MANUAL
from diming.model.finding import Severity
from diming.present.language import N_, P_, fill, say
from diming.present.naming_templates import CLASS_TITLES, SCOPE_TITLES
from diming.present.plain import plain, wrap
from diming.present.words import fact_texts, hint, message, rule_title, severity_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diming.model.finding import Finding
    from diming.model.naming import Proposal, Review

_ORDER = list(Severity)


def reviews_text(reviews: Sequence[Review], bad: Sequence[Proposal], lang: str | None) -> str:
    """Return what was found of each proposal, the gravest first, and what people must judge."""
    lines: list[str] = []
    for review in reviews:
        lines += [*_review(review, lang), ""]
    lines += [
        wrap(problem_text(p, lang), first="  !! ", indent="     ") for p in bad
    ]  # fmt: skip
    lines.append(summary_text(reviews, bad, lang))
    return "\n".join(lines) + "\n"


def problem_text(proposal: Proposal, lang: str | None) -> str:
    """Return why a row could not be looked at."""
    problem = fill(proposal.problem or "", lang, fact_texts(proposal.facts, lang))
    return say(N_("row {row}: {problem}"), lang, row=proposal.row, problem=problem)


def summary_text(reviews: Sequence[Review], bad: Sequence[Proposal], lang: str | None) -> str:
    """Return one line of counts."""
    found = [f for r in reviews for f in r.findings]
    counts = {s: sum(f.severity is s for f in found) for s in Severity}
    parts = [
        fill(P_("{count} proposed name", "{count} proposed names", "count"), lang,
             {"count": len(reviews)}),
        fill(P_("{count} error", "{count} errors", "count"), lang,
             {"count": counts[Severity.ERROR]}),
        fill(P_("{count} warning", "{count} warnings", "count"), lang,
             {"count": counts[Severity.WARNING]}),
        fill(P_("{count} note", "{count} notes", "count"), lang,
             {"count": counts[Severity.INFO]}),
    ]  # fmt: skip
    if bad:
        template = P_("{count} row could not be read", "{count} rows could not be read", "count")
        parts.append(fill(template, lang, {"count": len(bad)}))
    return say(N_(", "), lang).join(parts)


def scope_text(scope: str, name: str, lang: str | None) -> str:
    """Return within what names were compared."""
    return say(SCOPE_TITLES[scope], lang, name=plain(name))


def _review(review: Review, lang: str | None) -> Iterator[str]:
    proposal = review.proposal
    name_class = review.name_class
    word = say(CLASS_TITLES[name_class], lang) if name_class else say(N_("class not known"), lang)
    parts = [plain(proposal.name), word]
    if review.within:
        parts.append(plain("/".join(review.within)))
    if proposal.row:
        parts.insert(0, say(N_("row {number}"), lang, number=proposal.row))
    yield wrap(" · ".join(parts))
    for scope, name, count in review.scopes:
        template = P_(
            "Compared with {count} name of {scope}", "Compared with {count} names of {scope}",
            "count",
        )  # fmt: skip
        text = fill(template, lang, {"count": count, "scope": scope_text(scope, name, lang)})
        yield wrap(text, first="  ", indent="    ")
    if review.scopes and review.places_count:
        template = P_(
            "and with places of like names, of {count} in the archive",
            "and with places of like names, of {count} in the archive",
            "count",
        )
        yield "    " + fill(template, lang, {"count": review.places_count})
    told = [f for f in review.findings if f.facts["reason"] not in MANUAL]
    for finding in sorted(told, key=lambda f: _ORDER.index(f.severity)):
        yield from _finding(finding, lang)
    if not told:
        yield "  " + say(N_("Nothing was found."), lang)
    left = [f for f in review.findings if f.facts["reason"] in MANUAL]
    if left:
        items = say(N_("; "), lang).join(
            say(N_("{title} ({rule})"), lang, title=rule_title(f.rule, lang),
                rule=plain(f.facts["naming_rule"]))
            for f in left
        )  # fmt: skip
        yield wrap(say(N_("For people to judge: {items}"), lang, items=items), first="  ",
                   indent="    ")  # fmt: skip


def _finding(finding: Finding, lang: str | None) -> Iterator[str]:
    label = finding.facts.get("label")
    mark = f"{plain(finding.facts['naming_rule'])}{f' {label}' if label else ''}"
    head = f"  {severity_word(finding.severity, lang)} · {mark}: "
    yield wrap(message(finding, lang), first=head, indent="    ")
    advice = hint(finding, lang)
    if advice:
        yield wrap(advice, first="    → ", indent="      ")
