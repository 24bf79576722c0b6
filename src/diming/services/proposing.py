"""Acts that were inferred, as a file of events holds them (变更建议)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from diming.files.events import write_events
from diming.model.event import UnitRef

if TYPE_CHECKING:
    from diming.history.infer import Inference
    from diming.history.infer_model import AreaShare
    from diming.model.event import Event
    from diming.services.inference import InferredFiles


def write_proposals(path: str, found: InferredFiles) -> None:
    """Write the acts proposed as a file of events."""
    write_events(
        path, as_events(found.inference),
        crs=None if found.crs is None else found.crs.to_string(),
        proposals=as_proposals(found.inference),
    )  # fmt: skip


def as_events(inference: Inference) -> list[Event]:
    """Return the acts proposed, in order.

    Units beside an act whose lines got a vertex where a new border ends are named as
    parts after it, with their outline: so the coverage stays exact. Ground that came from
    outside, or went there, is named by ``~`` alone.
    """
    result = []
    for proposal in inference.proposals:
        beside = tuple(replace(ref, part=True) for ref in proposal.redrawn)
        event = proposal.event
        nobody = UnitRef(part=True)
        gained = any(s.giver is None for s in proposal.shares)
        lost = any(s.taker is None for s in proposal.shares)
        before = (*event.before, nobody) if gained and _all_named(event.before) else event.before
        after = (*event.after, nobody) if lost and _all_named(event.after) else event.after
        result.append(replace(event, before=before, after=(*after, *beside)))
    return result


def _all_named(refs: tuple[UnitRef, ...]) -> bool:
    return not any(ref.is_nobody for ref in refs)


def as_proposals(inference: Inference) -> list[dict[str, Any]]:
    """Return what the file says beside each act: confidence, shares, doubts."""
    return [
        {
            "confidence": round(p.confidence, 3),
            "doubtful": p.doubtful,
            "reasons": list(p.reasons),
            "shares": [_share(s) for s in p.shares],
        }
        for p in inference.proposals
    ]


def _share(share: AreaShare) -> dict[str, Any]:
    said = {
        "giver": None if share.giver is None else str(share.giver),
        "taker": None if share.taker is None else str(share.taker),
        "area_m2": round(share.area_m2, 1),
        "giver_share": _rounded(share.giver_share),
        "taker_share": _rounded(share.taker_share),
    }
    return {k: v for k, v in said.items() if v is not None or k in ("giver", "taker")}


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(min(share, 1.0), 4)
