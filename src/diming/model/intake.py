"""What came of taking in places, row by row (地名导入结果)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diming.model.changeset import Revision
    from diming.model.place import Name, PlaceRecord, Problem
    from diming.model.version import Version


class Fate(StrEnum):
    """What becomes of a row."""

    #: A place the archive did not know (新增).
    ADDED = "added"
    #: A place or unit it knew, which gains names or particulars (补充).
    MATCHED = "matched"
    #: All of it is there already (无变化).
    UNCHANGED = "unchanged"
    #: The same as an earlier row of this delivery (重复).
    DUPLICATE = "duplicate"
    #: At odds with what is there; somebody must decide (冲突).
    CONFLICTING = "conflicting"
    #: Cannot be taken as it is (退回).
    REFUSED = "refused"


#: Fates of rows that are not taken, and come back to who sent them.
RETURNED = (Fate.CONFLICTING, Fate.REFUSED)


@dataclass(frozen=True, slots=True)
class TakenRow:
    """One row and what becomes of it.

    Attributes
    ----------
    record : PlaceRecord
    fate : Fate
    place_id : str
        The place it is, or becomes; nothing for rows that are returned.
    unit : Version or None
        The unit that the place is.
    within : Version or None
        The unit that it lies in, on the day the source speaks of.
    names : tuple of Name
        Names that are new.
    reasons : tuple of Problem
        Why it is returned, or what should be known of it.
    """

    record: PlaceRecord
    fate: Fate
    place_id: str = ""
    unit: Version | None = None
    within: Version | None = None
    names: tuple[Name, ...] = ()
    reasons: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Intake:
    """What came of a delivery.

    Attributes
    ----------
    revision : Revision or None
        None where nothing was written.
    rows : tuple of TakenRow
    """

    revision: Revision | None
    rows: tuple[TakenRow, ...]

    def counts(self) -> Mapping[Fate, int]:
        """Return how many rows met each fate, all of them named."""
        found = Counter(row.fate for row in self.rows)
        return {fate: found[fate] for fate in Fate}

    @property
    def returned(self) -> tuple[TakenRow, ...]:
        """Rows that were not taken."""
        return tuple(row for row in self.rows if row.fate in RETURNED)
