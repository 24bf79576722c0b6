"""Acts on what units are called and what they are, not on their territory (属性变更)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from diming.history.infer_model import InferSettings, Proposal, Snapshot
from diming.history.infer_names import Naming, only_spelt_otherwise, plain_code
from diming.model.event import Event, EventType, UnitRef

if TYPE_CHECKING:
    from diming.history.infer_match import Match

#: How far a pair can be trusted, by what shows it.
TRUST = {
    "unit-id": 1.0, "name": 0.98, "specific-name": 0.95, "code": 0.9, "territory": 0.9,
}  # fmt: skip


def attribute_acts(
    old: Snapshot, new: Snapshot, found: Match, settings: InferSettings, trust: float
) -> tuple[list[Proposal], set[int], list[str]]:
    """Propose renamings, conversions, new codes and new superiors of units that go on.

    Parameters
    ----------
    trust : float
        Confidence in anything said about the two snapshots.

    Returns
    -------
    proposals, old units that changed, remarks
    """
    ours, theirs = Naming.of(old), Naming.of(new)
    result: list[Proposal] = []
    changed: set[int] = set()
    moves, remarks = _new_superiors(old, new, found)
    transferred: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for i, j, by in zip(found.old.tolist(), found.new.tolist(), found.by.tolist(), strict=True):
        confidence = trust * TRUST[by]
        recoded = found.codes and ours.code[i] and theirs.code[j] and ours.code[i] != theirs.code[j]
        other_kind = bool(old.kind[i] and new.kind[j] and old.kind[i] != new.kind[j])
        other_level = bool(old.level[i] and new.level[j] and old.level[i] != new.level[j])
        other_name = (
            found.names
            and ours.full[i] != theirs.full[j]
            and not only_spelt_otherwise(ours.full[i], theirs.full[j])
        )
        other_term = other_name and ours.generic[i] != theirs.generic[j]
        reasons: tuple[str, ...] = ("same-" + by,) if by != "territory" else ("same-territory",)
        kind: EventType | None = None
        if other_term or other_kind or other_level or (other_name and recoded):
            # A change of name keeps the code: with another one it is another unit in its place.
            kind = EventType.CONVERT
        elif other_name:
            kind = EventType.RENAME
        if (i, j) in moves:
            transferred[moves[i, j]].append((i, j))
            changed.add(i)
        elif kind is None and recoded:
            kind = EventType.RECODE
        elif recoded:
            reasons += ("code-changed",)
        if kind is None:
            continue
        changed.add(i)
        before = old.ref(i, system=settings.system)
        after = new.ref(j, system=settings.system)
        event = Event(
            kind, settings.date, (before,), (after,), document=settings.document,
            certainty="inferred",
        )  # fmt: skip
        result.append(Proposal(event, (), round(confidence, 3), reasons, confidence < 0.6))
    for (above, below), units in sorted(transferred.items()):
        event = Event(
            EventType.TRANSFER, settings.date,
            tuple(_under(old, i, above, settings) for i, _ in units),
            tuple(_under(new, j, below, settings) for _, j in units),
            document=settings.document, certainty="inferred",
        )  # fmt: skip
        result.append(Proposal(event, (), round(trust * 0.95, 3), ("other-superior",)))
    return result, changed, remarks


def _under(snapshot: Snapshot, unit: int, parent: str, settings: InferSettings) -> UnitRef:
    ref = snapshot.ref(unit, system=settings.system)
    return replace(ref, parent=UnitRef(code=parent, system=settings.system))


def _new_superiors(
    old: Snapshot, new: Snapshot, found: Match
) -> tuple[dict[tuple[int, int], tuple[str, str]], list[str]]:
    """Return the pairs whose superior is another one, before and after.

    A superior whose code is gone, and all of whose units lie below one that was not
    there before, has another code itself: nothing passed to another superior.
    """
    before, after = ([plain_code(p) for p in s.parent.tolist()] for s in (old, new))
    there, theirs = set(before), set(after)
    passes: dict[tuple[int, int], tuple[str, str]] = {}
    successors: dict[str, set[str]] = defaultdict(set)
    for i, j in zip(found.old.tolist(), found.new.tolist(), strict=True):
        if before[i] and after[j]:
            successors[before[i]].add(after[j])
            if before[i] != after[j]:
                passes[i, j] = (before[i], after[j])
    recoded = {
        p for p, q in successors.items()
        if p not in theirs and len(q) == 1 and not q & there
    }  # fmt: skip
    # Two that became one did pass to another superior.
    heirs = [next(iter(successors[p])) for p in recoded]
    recoded = {p for p in recoded if heirs.count(next(iter(successors[p]))) == 1}
    kept = {pair: pq for pair, pq in passes.items() if pq[0] not in recoded}
    return kept, ["parent-recoded"] if len(kept) < len(passes) else []
