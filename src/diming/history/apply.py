"""What an act changes, or why it does not fit (变更生效).

Nothing is written here: the answer is a change set, or findings. Only the units an
act names, those below them and their neighbours are asked for, so that an act costs
the same in a small archive and in a large one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from diming.history.act import Act
from diming.history.correction import correct
from diming.history.draft import Draft
from diming.history.effects import bring_about
from diming.history.faults import fault
from diming.history.forms import form_faults
from diming.history.territory import settle_territory
from diming.model.changeset import Applied, Changeset
from diming.model.event import EventType
from diming.model.facts import Facts
from diming.model.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from diming.history.view import View
    from diming.model.changeset import Passage
    from diming.model.event import Event


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of applying an act.

    Attributes
    ----------
    change : Changeset or None
        None where the act does not fit.
    findings : tuple of Finding
        Why not, or what should be known; of severity error only where it does not fit,
        or where each error was accepted.
    """

    change: Changeset | None
    findings: tuple[Finding, ...] = ()


def _nothing(_: Finding) -> bool:
    return False


def apply(
    event: Event,
    view: View,
    *,
    day: date | None = None,
    tolerance_m: float = 0.001,
    accepted: Callable[[Finding], bool] = _nothing,
    codes_known: Mapping[str, str] = Facts({}),
) -> Outcome:
    """Work out what an act changes.

    Parameters
    ----------
    event : Event
    view : View
        What is believed now.
    day : datetime.date, optional
        The day it takes effect, where the act tells only the year or month.
    tolerance_m : float
        How far territory before and after may part, in metres on the ground.
    accepted : callable
        Says of a finding that somebody answers for it, so that it does not stand in the way.
    codes_known : mapping
        Unit id → ministry code, after a recoding that does not list them.

    Returns
    -------
    Outcome
    """
    if view.act(event.id) is not None:
        return Outcome(None, (fault("event-recorded", event, day=str(event.date)),))
    shape = form_faults(event)
    if shape:
        return Outcome(None, tuple(shape))
    draft = Draft(view, event, day or event.date.day)
    act = Act(event, draft)
    act.resolve_before()
    passages: tuple[Passage, ...] = ()
    chain_sum: int | None = None
    if _stands(act, accepted):
        act.check_named()
    if not _stands(act, accepted):
        return Outcome(None, tuple(act.findings))
    if event.type is EventType.CORRECTION:
        correct(act)
    else:
        bring_about(act, codes_known)
        _keep_learnt(act)
    act.check_codes()
    if _stands(act, accepted):
        passages, chain_sum = settle_territory(act, tolerance_m)
    if not _stands(act, accepted):
        return Outcome(None, tuple(act.findings))
    applied = Applied(
        event,
        before=tuple(n.unit_id for n in act.before),
        after=tuple(n.unit_id for n in act.after),
        passages=passages,
        chain_sum=chain_sum,
    )
    rows = draft.changeset()
    change = Changeset(rows.added, rows.superseded, rows.territories, (applied,))
    return Outcome(change, tuple(act.findings))


def _stands(act: Act, accepted: Callable[[Finding], bool]) -> bool:
    return all(f.severity is not Severity.ERROR or accepted(f) for f in act.findings)


def _keep_learnt(act: Act) -> None:
    """Keep the codes that the act told of units it does not change otherwise."""
    resolved = {n.unit_id: n.version for n in (*act.after, *act.before)}
    for unit in resolved.values():
        if unit is None or unit.row is None or unit.unit_id in act.draft.was:
            continue
        known = next(
            (v for v in act.draft.view.of_unit(unit.unit_id) if v.row == unit.row), None
        )  # fmt: skip
        if known is not None and known.codes != unit.codes:
            act.draft.amend(known, codes=unit.codes)
