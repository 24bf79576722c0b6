"""Names of all units of a belief, and when they bore them (区划名称).

Read from the table of all versions at once: a proposal is compared with all names of a
province, whether they are in use or not.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from diming.model.naming import Bearer, NameClass
from diming.model.unit import Level

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from diming.versions import VersionTable

#: Levels of units, by what names of theirs are.
_CLASS_OF_LEVEL = {
    Level.PROVINCE: NameClass.COUNTY, Level.PREFECTURE: NameClass.COUNTY,
    Level.COUNTY: NameClass.COUNTY, Level.TOWNSHIP: NameClass.TOWNSHIP,
    Level.VILLAGE: NameClass.VILLAGE,
}  # fmt: skip


class UnitNames:
    """Names of all units of a belief and when they bore them, from its table.

    Parameters
    ----------
    table : VersionTable
    """

    def __init__(self, table: VersionTable) -> None:
        self._table = table
        self._rows: dict[str, list[int]] = defaultdict(list)
        for row in np.argsort(table.begin, kind="stable").tolist():
            self._rows[table.unit_id[row]].append(row)
        self._children: dict[str, dict[str, None]] = defaultdict(dict)
        for unit_id, parent in zip(table.unit_id.tolist(), table.parent_id.tolist(), strict=True):
            if parent:
                self._children[parent][unit_id] = None

    def _held(self, rows: Sequence[int], day: date) -> int:
        """Return, of rows of one unit, the one that held on a day, else the last."""
        on, table = day.toordinal(), self._table
        return next((r for r in rows if table.begin[r] <= on < table.end[r]), rows[-1])

    def name(self, unit_id: str, day: date) -> str:
        """Return the name of a unit on a day, else its last."""
        rows = self._rows.get(unit_id)
        return str(self._table.name[self._held(rows, day)]) if rows else ""

    def called(self, names: Sequence[str], level: Level) -> set[str]:
        """Return the units of a level that ever had one of these names."""
        table = self._table
        found = np.isin(table.name, np.array(names, dtype=object)) & (table.level == int(level))
        return set(table.unit_id[found].tolist())

    def below(self, unit_ids: Iterable[str]) -> dict[str, None]:
        """Return all units that ever lay in some units, in any depth, and what those became."""
        found: dict[str, None] = {}
        waiting = list(unit_ids)
        while waiting:
            unit = waiting.pop()
            for child in self._children.get(unit, ()):
                if child not in found:
                    found[child] = None
                    waiting.append(child)
        return found

    def bearers(
        self, unit_ids: Iterable[str], day: date, within: Collection[str]
    ) -> Iterable[Bearer]:
        """Yield one bearer for each name of each unit.

        Parameters
        ----------
        unit_ids : iterable of str
        day : datetime.date
            The day that codes and superiors are of.
        within : collection of str
            Units one of which they must lie in on that day; of what is gone, at last or
            before.
        """
        table, on = self._table, day.toordinal()
        for unit_id in unit_ids:
            by_name: dict[str, list[int]] = defaultdict(list)
            for row in self._rows[unit_id]:
                by_name[table.name[row]].append(row)
            for name, rows in by_name.items():
                first, last = rows[0], rows[-1]
                # On the day it may lie elsewhere than at last, under another code.
                shown = self._held(rows, day)
                above = self._above(shown, day)
                level = Level(int(table.level[shown]))
                stands = table.begin[shown] <= on < table.end[shown]
                if stands and not set(above).intersection(within):
                    continue
                yield Bearer(
                    id=unit_id,
                    text=name,
                    code=str(table.code[shown]),
                    name_class=_CLASS_OF_LEVEL.get(level, NameClass.OTHER),
                    above=tuple(self.name(u, day) for u in reversed(above)),
                    begin=_day(int(table.begin[first])) if table.begin_known[first] else None,
                    end=_day(int(table.end[last])),
                )

    def above(self, unit_id: str, day: date) -> tuple[str, ...]:
        """Return the ids of the superiors of a unit on a day, else its last, nearest first."""
        rows = self._rows.get(unit_id)
        return self._above(self._held(rows, day), day) if rows else ()

    def _above(self, row: int, day: date) -> tuple[str, ...]:
        """Return the ids of the superiors of a version, the nearest first."""
        found: dict[str, None] = {}
        parent = str(self._table.parent_id[row])
        while parent and parent not in found:
            found[parent] = None
            rows = self._rows.get(parent)
            parent = str(self._table.parent_id[self._held(rows, day)]) if rows else ""
        return tuple(found)


def _day(ordinal: int) -> date | None:
    """Return a day; None for the ends of the calendar, which stand for what is not known."""
    return None if ordinal in (date.min.toordinal(), date.max.toordinal()) else (
        date.fromordinal(ordinal)
    )  # fmt: skip
