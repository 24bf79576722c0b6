"""Protected names: what stands in the lists, and what that forbids (地名文化遗产保护)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from diming.errors import N_
from diming.model.place import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from diming.handbook.registers import Registers
    from diming.model.entry import Entry

#: States of a listing.
LISTED, REMOVED = "listed", "removed"


@dataclass(frozen=True, slots=True)
class Listing:
    """A name in a list of protected names (保护名录条目).

    Attributes
    ----------
    matter_id, name, level, class_id, batch, within, use : str
        Level, class and use are ids of the handbook; use is how the name is used today.
    place_id : str or None
    listed_on : datetime.date
    state : str
    document, note : str
    """

    matter_id: str
    name: str
    level: str
    class_id: str
    batch: str
    within: str
    use: str
    place_id: str | None
    listed_on: date
    state: str
    document: str = ""
    note: str = ""


def listing(entries: Iterable[Entry]) -> Listing:
    """Return a listing as its steps leave it; what was said last counts."""
    taken = sorted(entries, key=lambda e: e.step)
    said: dict[str, str] = {}
    for entry in taken:
        said |= {k: str(v) for k, v in entry.said.items() if v not in ("", None)}
    place = next((e.place_id for e in reversed(taken) if e.place_id), None)
    return Listing(
        matter_id=taken[0].matter_id, name=said.get("name", ""), level=said.get("level", ""),
        class_id=said.get("class", ""), batch=said.get("batch", ""),
        within=said.get("within", ""), use=said.get("use", "in_use"), place_id=place,
        listed_on=taken[0].day, state=taken[-1].state, document=said.get("document", ""),
        note=said.get("note", ""),
    )  # fmt: skip


def protects(
    listings: Iterable[Listing],
    words: Registers,
    act: str,
    *,
    place_id: str | None,
    name: str,
    within: str,
) -> Listing | None:
    """Return the listing that forbids an act on a name, if there is one.

    A listing with a place protects that place; one without protects the name, within
    the unit that it says.

    Parameters
    ----------
    act : str
        ``rename`` or ``abolish``.
    place_id, name, within : str
        Of the place as it is now.
    """
    for one in listings:
        use = words.uses.get(one.use)
        if one.state != LISTED or use is None or act not in use.forbids:
            continue
        if one.place_id is not None:
            if one.place_id == place_id:
                return one
        elif one.name == name and _same_ground(one.within, within):
            return one
    return None


def protection(one: Listing, words: Registers) -> Problem:
    """Say why a protected name stays as it is."""
    use, level = words.uses[one.use], words.levels.get(one.level)
    what = N_("“{name}” is a protected name ({level}, {batch}) in use: it is neither renamed nor "
              "given up ({basis})")  # fmt: skip
    return Problem(what, {
        "name": one.name, "level": level or one.level, "batch": one.batch or "–",
        "basis": "; ".join(x for x in (use.basis, one.document) if x),
    })  # fmt: skip


def _same_ground(listed: str, asked: str) -> bool:
    """Tell whether two texts may mean the same unit: one of them is silent, or holds the other."""
    one, two = listed.strip(), asked.strip()
    return not one or not two or one in two or two in one
