"""The ground that an act moves: shapes after it, and the proof that none is lost (疆域)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.model.changeset import Passage

if TYPE_CHECKING:
    from diming.history.act import Act


def settle_territory(act: Act, tolerance_m: float) -> tuple[tuple[Passage, ...], int | None]:
    """Provisional."""
    passages = tuple(Passage(f.giver, f.taker, whole=f.whole) for f in act.flows)
    for unit in list(act.draft.begun.values()):
        if unit.unit_id not in act.draft.was and unit.territory:
            raise NotImplementedError
    return passages, None
