"""Undo what was recorded, by a new revision; nothing is forgotten (撤回)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from diming.errors import Conflict, UsageError
from diming.model.changeset import Applied, Changeset
from diming.model.event import Event, EventType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diming.history.view import View
    from diming.model.changeset import Revision
    from diming.model.version import Version
    from diming.store.protocol import Store


@dataclass(frozen=True, slots=True)
class Reverted:
    """What was undone, and the revision that undid it."""

    revision: Revision
    events: tuple[Applied, ...]
    units: tuple[str, ...]


def revert(
    store: Store, what: str, *, author: str, reason: str, document: str = "",
    base: int | None = None,
) -> Reverted:  # fmt: skip
    """Undo one act, or all of a revision (``r7``): believe again what was believed before.

    Parameters
    ----------
    store : Store
    what : str
        Id of an event, or ``r`` and the number of a revision.
    author, reason, document : str
    base : int, optional

    Raises
    ------
    UsageError
        If there is no such event or revision, or it cannot be undone at all.
    Conflict
        If units it touched were touched again since: those acts are to be undone first.
    """
    number, ids, whole = _target(store, what)
    with store.write(
        author=author, reason=reason, document=document, kind="revert", base=base
    ) as writer:
        now = writer.view
        events = [a for i in ids if (a := now.act(i)) is not None]
        then, before = store.view(number), store.view(number - 1)
        touched = _touched(store, number, None if whole else ids)
        if not touched and store.gazetteer(number).changed(number, came=True):
            raise UsageError(
                "{what} brought names, and no divisions: «diming names revert» undoes it", what=what
            )
        if not touched or (ids and not events) or _is_undone(now, before, touched):
            raise UsageError("{what} is undone already, or brought nothing", what=what)
        _refuse_dependants(store, number, now, then, touched, set(ids), what)
        if not whole:
            _refuse_company(then, before, touched, set(ids), number, what)
        added: list[Version] = []
        superseded: list[int] = []
        for unit_id in touched:
            held, back = _said(now, unit_id), _said(before, unit_id)
            superseded += [row for said, row in held.items() if said not in back]
            added += [said for said in back if said not in held]
        writer.append(
            Changeset(
                added=tuple(added),
                superseded=tuple(superseded),
                events=tuple(_undoing(a, reason, number) for a in events),
            )
        )
    return Reverted(store.head(), tuple(events), tuple(touched))


def _is_undone(now: View, before: View, touched: Iterable[str]) -> bool:
    """Tell whether all is believed again as before."""
    return all(_said(now, u).keys() == _said(before, u).keys() for u in touched)


def _target(store: Store, what: str) -> tuple[int, list[str], bool]:
    """Return a revision, the acts of it that are meant, and whether it is meant whole."""
    if what[:1] in ("r", "R") and what[1:].isdecimal():
        number = int(what[1:])
        if not 1 <= number <= store.head().number:
            raise UsageError(
                "there is no revision {number}; the latest is {head}",
                number=number, head=store.head().number,
            )  # fmt: skip
        ids = [
            a.event.id for a in store.events(number)
            if store.revision_of_event(a.event.id) == number and a.reverts is None
        ]  # fmt: skip
        return number, ids, True
    found = store.revision_of_event(what)
    if found is None:
        raise UsageError(
            "there is no event «{event}»; «diming event list» shows them all", event=what[:60]
        )
    return found, [what], False


def _touched(store: Store, number: int, ids: Iterable[str] | None) -> list[str]:
    """Return the units whose rows of a revision come from these acts; from all, if None."""
    table = store.changes_since(number - 1)
    if ids is None:
        assert table.known_from is not None and table.known_to is not None
        mine = (table.known_from == number) | (table.known_to == number)
        return sorted(set(table.unit_id[mine].tolist()))
    wanted = set(ids)
    by = zip(
        table.unit_id.tolist(), table.began_by.tolist(), table.ended_by.tolist(), strict=True
    )  # fmt: skip
    units = {unit for unit, began, ended in by if began in wanted or ended in wanted}
    for applied in store.events(number):
        if applied.event.id in wanted:
            units |= {u for u in (*applied.before, *applied.after) if u is not None}
    return sorted(units)


def _said(view: View, unit_id: str) -> dict[Version, int]:
    """Return what is believed of a unit, with the rows that say it.

    What was undone stands in new rows: rows are compared by what they say.
    """
    return {replace(v, row=None): v.row for v in view.of_unit(unit_id) if v.row is not None}


def _later_revisions(store: Store, number: int, unit_id: str) -> list[str]:
    """Return the revisions after one that changed a unit, and brought no acts of it."""
    table = store.changes_since(number)
    assert table.known_from is not None and table.known_to is not None
    mine = table.unit_id == unit_id
    found = {*table.known_from[mine].tolist(), *table.known_to[mine].tolist()}
    return [f"r{n}" for n in sorted(found) if n > number]


def _refuse_dependants(
    store: Store, number: int, now: View, then: View, touched: Iterable[str], own: set[str],
    what: str,
) -> None:  # fmt: skip
    """Refuse where later revisions built on what is to be undone."""
    for unit_id in touched:
        if _said(now, unit_id).keys() == _said(then, unit_id).keys():
            continue
        held, was = now.of_unit(unit_id), then.of_unit(unit_id)
        later = sorted(
            {e for v in held for e in (v.began_by, v.ended_by) if e}
            - {e for v in was for e in (v.began_by, v.ended_by) if e} - own
        ) or _later_revisions(store, number, unit_id)  # fmt: skip
        raise Conflict(
            "{what} cannot be undone: {unit} was changed since by {later}; undo that first",
            what=what, unit=(held or was)[-1].label, later=later,
        )  # fmt: skip


def _refuse_company(
    then: View, before: View, touched: Iterable[str], own: set[str], number: int, what: str
) -> None:
    """Refuse where other acts of the same revision touched the same units."""
    for unit_id in touched:
        known = {e for v in before.of_unit(unit_id) for e in (v.began_by, v.ended_by)}
        others = {
            e for v in then.of_unit(unit_id) for e in (v.began_by, v.ended_by)
            if e and e not in own and e not in known
        }  # fmt: skip
        if others:
            raise Conflict(
                "{what} cannot be undone alone: revision {number} changed {unit} by {others} "
                "too; undo the revision: r{number}",
                what=what, number=number, unit=then.of_unit(unit_id)[-1].label,
                others=sorted(others),
            )  # fmt: skip


def _undoing(applied: Applied, reason: str, number: int) -> Applied:
    """Return the entry that stands for the undoing in the list of events."""
    event = Event(
        EventType.CORRECTION,
        applied.event.date,
        document=applied.event.document,
        note=reason,
        changes=(("reverts", applied.event.id), ("revision", number)),
    )
    return Applied(event, (), (), reverts=applied.event.id)
