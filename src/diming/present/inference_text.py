"""Acts inferred from two snapshots, in words and as JSON ``diming.infer/1`` (推断结果)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.errors import N_
from diming.model.changeset import Applied
from diming.model.unit import Level
from diming.present.acts import act_text, level_word, when_text
from diming.present.columns import columns
from diming.present.json_text import dumps
from diming.present.language import P_, say
from diming.present.plain import plain, wrap
from diming.present.quantity import area_text, length_text, share_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diming.history.infer import Inference
    from diming.history.infer_model import AreaShare, Proposal
    from diming.model.event import Event


#: What an inference rests on, and what speaks against it, by the keys of `Proposal.reasons`.
REASONS: dict[str, str] = {
    "code-changed": N_("the code changed too"),
    "code-reused": N_("the code belonged to another unit before"),
    "codes-not-comparable": N_("the codes of the two are not of one kind"),
    "datum-shift": N_("the later snapshot was moved back"),
    "exclave-dropped": N_("a far part may only have been left out"),
    "near-noise": N_("hardly wider than the lines lie apart"),
    "no-geometry": N_("without outlines, by codes and names alone"),
    "other-superior": N_("another superior"),
    "outer-border": N_("at the outer border, which may only be drawn otherwise"),
    "outlines-exact": N_("the outlines agree vertex by vertex"),
    "outlines-noisy": N_("the outlines are drawn anew"),
    "outside-after": N_("the later snapshot lacks a unit there"),
    "outside-before": N_("the earlier snapshot lacks a unit there"),
    "same-code": N_("the same code"),
    "same-name": N_("the same name"),
    "same-specific-name": N_("the same specific part of the name"),
    "same-territory": N_("the same territory"),
    "same-unit-id": N_("the same unit"),
    "several-acts": N_("perhaps several acts of one day"),
    "territory-differs": N_("the territory is not quite the same"),
}

#: Of the comparison as a whole, by the keys of `Inference.remarks`.
REMARKS: dict[str, str] = {
    "codes-not-comparable": N_("codes were not compared: those of the two are not of one kind"),
    "names-not-comparable": N_("names were not compared: those of the two are not of one kind"),
    "datum-shift": N_("the later snapshot was moved back before it was compared"),
    "no-geometry": N_("there were no outlines: codes and names alone were compared"),
    "parent-recoded": N_("a superior has another code; its units were not taken for moved"),
}


def inference_text(found: Inference, lang: str | None, output: str | None) -> str:
    """Return the acts proposed, how sure they are, and what they rest on."""
    return "\n".join(_lines(found, lang, output)) + "\n"


def _lines(found: Inference, lang: str | None, output: str | None) -> Iterator[str]:
    for proposal in found.proposals:
        yield from _proposal(proposal, lang)
    doubtful = sum(p.doubtful for p in found.proposals)
    yield say(
        P_("{acts_count} act proposed, {doubtful_count} of them doubtful; "
           "{unchanged_count} units unchanged",
           "{acts_count} acts proposed, {doubtful_count} of them doubtful; "
           "{unchanged_count} units unchanged", "acts_count"),
        lang, acts_count=len(found.proposals), doubtful_count=doubtful,
        unchanged_count=found.unchanged_count,
    )  # fmt: skip
    for level, compared in found.compared.items():
        if not compared.exact:
            text = say(
                N_("{level}: the same lines lie {noise} apart; pieces narrower than "
                   "{tolerance} are no territory"),
                lang, level=level_word(Level(int(level)), lang),
                noise=length_text(compared.noise_m, lang),
                tolerance=length_text(compared.tolerance_m, lang),
            )  # fmt: skip
            yield wrap(text)
    if found.shift is not None:
        text = say(
            N_("the later snapshot lies {east} to the east and {north} to the north of the "
               "earlier one; it was moved back to be compared, and should be put right"),
            lang, east=length_text(found.shift.east_m, lang),
            north=length_text(found.shift.north_m, lang),
        )  # fmt: skip
        yield wrap(text)
    for remark in found.remarks:
        if remark != "datum-shift" or found.shift is None:
            yield wrap(say(REMARKS[remark], lang) if remark in REMARKS else plain(remark))
    if output and found.proposals:
        yield wrap(
            say(N_("{path} holds the acts; look at them, then «diming event record {path}»."),
                lang, path=plain(output))
        )  # fmt: skip


def _proposal(proposal: Proposal, lang: str | None) -> Iterator[str]:
    event = proposal.event
    mark = say(N_("doubtful"), lang) + " · " if proposal.doubtful else ""
    text = f"{mark}{when_text(event.date, lang)} {act_text(Applied(event, (), ()), lang)}"
    yield wrap(f"{text} · {share_text(proposal.confidence)}", first="", indent="  ")
    yield from columns([_share(s, lang) for s in proposal.shares])
    if proposal.doubtful and proposal.reasons:
        said = (say(REASONS[r], lang) if r in REASONS else plain(r) for r in proposal.reasons)
        yield wrap(say(N_(", "), lang).join(said), first="  ", indent="  ")


def _share(share: AreaShare, lang: str | None) -> list[str]:
    outside = say(N_("outside"), lang)
    giver, taker = (outside if r is None else plain(r) for r in (share.giver, share.taker))
    parts = [
        "" if value is None else say(template, lang, share=share_text(value))
        for value, template in (
            (share.giver_share, N_("{share} of the first")),
            (share.taker_share, N_("{share} of the second")),
        )
    ]
    return [giver, "→", taker, area_text(share.area_m2, lang), " · ".join(filter(None, parts))]


def inference_json(found: Inference, events: Sequence[Event], lang: str | None) -> str:
    """Return the same as JSON; the acts themselves are in the file of ``--output``."""
    return dumps(
        {
            "format": "diming.infer/1",
            "unchanged": found.unchanged_count,
            "noise_m": found.noise_m,
            "remarks": list(found.remarks),
            "proposals": [
                _dict(p, e, lang) for p, e in zip(found.proposals, events, strict=True)
            ],
        },
        indent=1,
    )  # fmt: skip


def _dict(proposal: Proposal, event: Event, lang: str | None) -> dict[str, Any]:
    return {
        "id": event.id,
        "act": act_text(Applied(proposal.event, (), ()), lang),
        "type": str(event.type),
        "date": str(event.date),
        "before": [str(r) for r in proposal.event.before],
        "after": [str(r) for r in proposal.event.after],
        "confidence": proposal.confidence,
        "doubtful": proposal.doubtful,
        "reasons": list(proposal.reasons),
        "shares": [
            {
                "giver": None if s.giver is None else str(s.giver),
                "taker": None if s.taker is None else str(s.taker),
                "area_m2": s.area_m2, "share_of_giver": s.giver_share,
                "share_of_taker": s.taker_share,
            }
            for s in proposal.shares
        ],
    }  # fmt: skip
