"""Undo a revision of the gazetteer, by a new one; nothing is forgotten (撤回地名)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from diming.errors import N_, Conflict, UsageError
from diming.model.namechange import NameChange
from diming.services.recording import revision_written

if TYPE_CHECKING:
    from diming.model.changeset import Revision
    from diming.store.gazetteer_protocol import Gazetteer
    from diming.store.protocol import Store

_REVISION = re.compile(r"[rR]?(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class NamesReverted:
    """What was undone, and the revision that undid it."""

    revision: Revision | None
    undone: NameChange
    restored: NameChange


def revert_names(
    store: Store, what: str, *, author: str, reason: str, document: str = ""
) -> NamesReverted:
    """Undo all that a revision did to places, names and registers.

    What it added is no longer believed, and what it superseded is believed again.

    Parameters
    ----------
    store : Store
    what : str
        ``r`` and the number of the revision.
    author, reason, document : str
        Of the new revision.

    Raises
    ------
    UsageError
        If there is no such revision, or it brought no names, or is undone already.
    Conflict
        If later revisions rest on what it brought: those are to be undone first.
    """
    number = _number(store, what)
    came = store.gazetteer(number).changed(number, came=True)
    went = store.gazetteer(number - 1).changed(number, came=False)
    if not came and not went:
        raise UsageError(N_("{what} brought no places and no names"), what=what)
    with store.write(author=author, reason=reason, document=document, kind="revert") as writer:
        now = store.gazetteer()
        _refuse_if_undone(now, came, what)
        _refuse_if_built_on(now, came, went, what)
        writer.append_names(
            NameChange(
                places=tuple(replace(p, row=None) for p in went.places),
                names=tuple(replace(n, row=None) for n in went.names),
                entries=tuple(replace(e, row=None, known_from=None) for e in went.entries),
                old_places=tuple(p.row for p in came.places if p.row is not None),
                old_names=tuple(n.row for n in came.names if n.row is not None),
                old_entries=tuple(e.row for e in came.entries if e.row is not None),
            )
        )
    return NamesReverted(revision_written(store, writer.number), came, went)


def _number(store: Store, what: str) -> int:
    found = _REVISION.fullmatch(what.strip())
    number = int(found[1]) if found else 0
    if not 1 <= number <= store.head().number:
        raise UsageError(
            N_("“{what}” is no revision of this archive; «diming log» lists them"), what=what
        )
    return number


def _standing(now: Gazetteer, change: NameChange) -> tuple[set[int], set[int], set[int]]:
    """Return which rows of a change are still believed: places, names, entries."""
    ids = {p.place_id for p in change.places}
    named = {n.place_id for n in change.names}
    matters = {e.matter_id for e in change.entries}
    places = {p.row for p in now.places(ids).values()}
    names = {n.row for some in now.names_of(named).values() for n in some}
    entries = {e.row for m in matters for e in now.entries(matter_id=m)}
    return (
        {r for p in change.places if (r := p.row) in places and r is not None},
        {r for n in change.names if (r := n.row) in names and r is not None},
        {r for e in change.entries if (r := e.row) in entries and r is not None},
    )


def _refuse_if_undone(now: Gazetteer, came: NameChange, what: str) -> None:
    standing = _standing(now, came)
    whole = len(came.places) + len(came.names) + len(came.entries)
    left = sum(map(len, standing))
    if left == whole:
        return
    if left == 0:
        raise UsageError(N_("{what} is undone already, or brought nothing"), what=what)
    raise Conflict(
        N_("{count} rows that {what} brought were changed since; undo those revisions first"),
        what=what, count=whole - left,
    )  # fmt: skip


def _refuse_if_built_on(now: Gazetteer, came: NameChange, went: NameChange, what: str) -> None:
    """Refuse where names or entries of others hang on places that would be gone."""
    back = {p.place_id for p in went.places}
    gone = {p.place_id for p in came.places} - back
    own_names = {n.row for n in came.names}
    own_entries = {e.row for e in came.entries}
    hanging = [
        n for some in now.names_of(gone).values() for n in some if n.row not in own_names
    ]  # fmt: skip
    entries = [e for e in now.entries() if e.place_id in gone and e.row not in own_entries]
    if hanging or entries:
        raise Conflict(
            N_("later revisions told {count} names or register entries of places that {what} "
               "brought; undo those first"),
            what=what, count=len(hanging) + len(entries),
        )  # fmt: skip
