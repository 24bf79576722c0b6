"""Acts that were inferred, as a file of events holds them (变更建议)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diming.history.infer import Inference
    from diming.model.event import Event


def as_events(inference: Inference) -> list[Event]:
    """Return the acts proposed, in order.

    Units beside an act whose lines got a vertex where a new border ends are named as
    parts after it, with their outline: so the coverage stays exact.
    """
    result = []
    for proposal in inference.proposals:
        beside = tuple(replace(ref, part=True) for ref in proposal.redrawn)
        event = proposal.event
        result.append(replace(event, after=(*event.after, *beside)))
    return result


def as_proposals(inference: Inference) -> list[dict[str, Any]]:
    """Return what the file says beside each act: confidence, shares, doubts."""
    return [
        {
            "confidence": round(p.confidence, 3),
            "shares": [
                _said(
                    {
                        "giver": None if s.giver is None else str(s.giver),
                        "taker": None if s.taker is None else str(s.taker),
                        "area_m2": round(s.area_m2, 1),
                        "share_of_giver": _rounded(s.giver_share),
                        "share_of_taker": _rounded(s.taker_share),
                    }
                )
                for s in p.shares
            ],
            "doubtful": [*p.reasons] if p.doubtful else [],
        }
        for p in inference.proposals
    ]


def _said(share: dict[str, Any]) -> dict[str, Any]:
    """Leave out shares that are not known."""
    return {k: v for k, v in share.items() if v is not None or k in ("giver", "taker")}


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(min(share, 1.0), 4)
