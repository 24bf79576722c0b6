"""In which unit of the archive a record lies, and whether it is a unit itself (归属).

A code says little without knowing whose it is: the ministry's and the statisticians'
township codes look alike and mean different units. So a code counts only where the name
that stands with it is that of the unit, or where nothing stands with it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from diming.model.code import parse_code
from diming.model.unit import Level
from diming.script.address import short_forms
from diming.script.fold import fold
from diming.services.locating import where_many

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from diming.history.view import View
    from diming.model.place import Place, PlaceRecord
    from diming.model.version import Version
    from diming.store.protocol import Store

#: Systems of codes that are division codes.
_DIVISIONS = ("ministry", "nbs")


class UnitsOn:
    """The units that held on a day, by code and by name.

    Parameters
    ----------
    view : View
    day : datetime.date
    systems : sequence of str
        Whose codes records bear, the likeliest first.
    """

    def __init__(self, view: View, day: date, systems: Sequence[str] = _DIVISIONS) -> None:
        self.day, self.systems = day, tuple(systems)
        self._by_code: dict[tuple[str, str], Version] = {}
        self._by_name: dict[str, list[Version]] = defaultdict(list)
        self._by_id: dict[str, Version] = {}
        #: Levels of which there are units that day.
        self.levels: set[Level] = set()
        for version in view.at(day):
            self._by_id[version.unit_id] = version
            self.levels.add(version.level)
            for system, code in version.codes:
                self._by_code[system, code] = version
            for text in _spellings(fold(version.name)):
                self._by_name[text].append(version)

    def unit(self, unit_id: str) -> Version | None:
        """Return a unit by its id."""
        return self._by_id.get(unit_id)

    def coded(self, text: str, name: str = "") -> Version | None:
        """Return the unit that a code means, if it bears the name that stands with it."""
        code = parse_code(text) if text else None
        if code is None:
            return None
        wanted = _spellings(fold(name)) if name else ()
        for system in self.systems:
            found = self._by_code.get((system, code.digits))
            if found is not None and (
                not name
                or fold(found.name) in wanted
                or any(s in wanted for s in _spellings(fold(found.name)))
            ):
                return found
        return None

    def bearing(self, text: str) -> Version | None:
        """Return the unit that bears a code in the likeliest system, whatever it is called."""
        code = parse_code(text) if text else None
        if code is None:
            return None
        found = (self._by_code.get((system, code.digits)) for system in self.systems)
        return next((v for v in found if v is not None), None)

    def called(self, names: Sequence[str], level: Level | None = None) -> list[Version]:
        """Return the units that the last of some names means, below those that the others mean.

        Names that no unit bears are passed over, unless they are the last.
        """
        *above, last = names
        found = [v for v in self._by_name.get(fold(last), ()) if level in (None, v.level)]
        known = [
            u for text in above if (u := {v.unit_id for v in self._by_name.get(fold(text), ())})
        ]
        return [v for v in found if all(self._is_below(v, units) for units in known)]

    def in_text(self, text: str) -> list[Version]:
        """Return the units that the end of a text means, which the rest names superiors of.

        ``重庆市沙坪坝区磁器口街道`` means the 街道. The longest end that fits is taken.
        """
        whole = fold(text)
        for start in range(len(whole) - 1):
            found = self._by_name.get(whole[start:], ())
            rest = whole[:start]
            fits = [v for v in found if self._tells(rest, self.above(v))]
            if fits:
                return fits
        return []

    def _tells(self, rest: str, above: Sequence[Version]) -> bool:
        """Tell whether a text is names of superiors, the largest first; some may be left out."""
        if not rest:
            return True
        for at, version in enumerate(above):
            for name in _spellings(fold(version.name)):
                if rest.endswith(name) and self._tells(rest[: -len(name)], above[at + 1 :]):
                    return True
        return False

    def bearing_in(self, version: Version, names: Iterable[str]) -> list[Version]:
        """Return the units below one that are called by one of some names, in full."""
        texts = {fold(name) for name in names}
        found = {v.unit_id: v for t in texts for v in self._by_name.get(t, ()) if fold(v.name) == t}
        return [
            v for v in found.values()
            if v.unit_id != version.unit_id and self._is_below(v, {version.unit_id})
        ]  # fmt: skip

    def above(self, version: Version) -> list[Version]:
        """Return the units a unit lies in, the nearest first."""
        result: list[Version] = []
        parent = version.parent_id
        while parent is not None and len(result) < len(Level):
            above = self._by_id.get(parent)
            if above is None:
                break
            result.append(above)
            parent = above.parent_id
        return result

    def _is_below(self, version: Version, units: set[str]) -> bool:
        return version.unit_id in units or any(v.unit_id in units for v in self.above(version))


def lies_in(units: UnitsOn, place: Place) -> tuple[Version | None, str]:
    """Return the unit a place was told to lie in, and what kept it from being found.

    Returns
    -------
    unit : Version or None
        The smallest that is known.
    trouble : str
        ``ambiguous``, ``partly`` (only a larger one is known), ``unknown``; nothing where all
        is well or nothing was told.
    """
    name = place.within[-1] if place.within else ""
    found = units.coded(place.within_code, name)
    if found is not None:
        return found, ""
    for length in range(len(place.within), 0, -1):
        called = units.called(place.within[:length]) or units.in_text(place.within[length - 1])
        if len({v.unit_id for v in called}) == 1:
            return called[0], "" if length == len(place.within) else "partly"
        if called:
            return None, "ambiguous"
    code = parse_code(place.within_code) if place.within_code else None
    while code is not None:
        above = units.coded(code.digits) if not name else None
        if above is not None:
            return above, "partly"
        code = code.parent
    if not place.within and not place.within_code:
        return None, ""
    return None, "unknown"


def likeliest_systems(view: View, day: date, pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the systems of codes, the one first in which most codes bear their names.

    Parameters
    ----------
    pairs : iterable of (code, name)
        Of records that may be units.
    """
    units = {system: UnitsOn(view, day, (system,)) for system in _DIVISIONS}
    listed = list(pairs)
    score = {s: sum(u.coded(c, n) is not None for c, n in listed) for s, u in units.items()}
    # Twelve digits are the statisticians'; so are most lists, where nothing tells.
    return tuple(sorted(_DIVISIONS, key=lambda s: (-score[s], s != "nbs")))


def _spellings(text: str) -> tuple[str, ...]:
    """Return a folded name, and what sources write for it: 忠县, but 万州 for 万州区."""
    return (text, *(short for short, _ in short_forms(text)))


def spots(store: Store, records: Sequence[PlaceRecord], day: date) -> dict[int, Version]:
    """Return the smallest unit at each record's position, where shapes are known."""
    placed = [r for r in records if r.place.lon is not None and r.place.lat is not None]
    if not placed or store.view().crs is None:
        return {}
    lonlat = np.array([(r.place.lon, r.place.lat) for r in placed], dtype=np.float64)
    found = where_many(store, lonlat, day=day)
    smallest = np.full(len(placed), -1, dtype=np.int64)
    for level in sorted(found.rows):
        rows = found.rows[level]
        smallest = np.where(rows >= 0, rows, smallest)
    units = {v.unit_id: v for v in store.view().at(day)}
    result = {}
    for record, row in zip(placed, smallest.tolist(), strict=True):
        if row >= 0:
            unit = units.get(str(found.table.unit_id[row]))
            if unit is not None:
                result[id(record)] = unit
    return result
