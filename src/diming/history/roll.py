"""All units of one belief, by what they were called and what they lay below, when (名录).

Days are proleptic ordinals here, and a stretch of time is a tuple of half-open intervals,
in order and apart. Everything is looked up in dictionaries made once, so that a table of
addresses costs little more than one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from diming.model.code import parse_code
from diming.model.located import Form
from diming.model.unit import Level
from diming.script.address import short_forms, specific
from diming.script.fold import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from diming.model.place import Name
    from diming.versions import VersionTable

#: Days: ``[begin, end)`` each, in order, none touching the next.
Days = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Use:
    """One way to write one version: its row, how, and when it was written so."""

    row: int
    form: Form
    days: tuple[int, int]


def common(one: Days, other: Days) -> Days:
    """Return the days in both.

    Examples
    --------
    >>> common(((1, 5), (8, 12)), ((4, 9),))
    ((4, 5), (8, 9))
    """
    found, a, b = [], 0, 0
    while a < len(one) and b < len(other):
        begin, end = max(one[a][0], other[b][0]), min(one[a][1], other[b][1])
        if begin < end:
            found.append((begin, end))
        if one[a][1] <= other[b][1]:
            a += 1
        else:
            b += 1
    return tuple(found)


def either(parts: Iterable[tuple[int, int]]) -> Days:
    """Return the days in any; what touches is joined.

    Examples
    --------
    >>> either([(8, 12), (1, 5), (5, 6)])
    ((1, 6), (8, 12))
    """
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(parts):
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((begin, end))
    return tuple(joined)


class Roll:
    """Who was called what, and lay below whom, when.

    Parameters
    ----------
    table : VersionTable
        All versions of a belief.
    told : mapping of str to sequence of Name, optional
        Names that sources tell of units besides, by unit id.
    """

    def __init__(
        self, table: VersionTable, told: Mapping[str, Sequence[Name]] | None = None
    ) -> None:
        self.unit: list[str] = table.unit_id.tolist()
        self.name: list[str] = table.name.tolist()
        self.parent: list[str] = table.parent_id.tolist()
        self.code: list[str] = table.code.tolist()
        self.system: list[str] = (
            ["ministry"] * len(self.unit) if table.system is None else table.system.tolist()
        )
        self.level: list[int] = table.level.tolist()
        self.span: list[tuple[int, int]] = list(
            zip(table.begin.tolist(), table.end.tolist(), strict=True)
        )
        self.begin_known: list[bool] = table.begin_known.tolist()
        self.folded = self._folded()
        self.rows: dict[str, list[int]] = defaultdict(list)
        self.children: dict[str, list[int]] = defaultdict(list)
        self.by_code: dict[str, list[int]] = defaultdict(list)
        self._of_name: dict[str, list[int]] = defaultdict(list)
        self._index()
        #: Written form → the names it stands for, and how.
        self._forms: dict[str, list[tuple[str, Form]]] = defaultdict(list)
        self._told: dict[str, list[Use]] = defaultdict(list)
        self._enter(told or {})
        self._uses: dict[str, list[Use]] = {}
        #: First character → lengths of what begins with it, the longest first.
        self._sizes = self._lengths()
        #: Levels that units of this belief have, but the unknown one.
        self.levels = frozenset(Level(x) for x in set(self.level)) - {Level.UNKNOWN}
        self._above: dict[int, dict[str, Days]] = {}
        self._below: dict[str, list[tuple[int, Days]]] = {}

    def _folded(self) -> list[str]:
        known: dict[str, str] = {}
        return [known.get(n) or known.setdefault(n, fold(n)) for n in self.name]

    def _index(self) -> None:
        digits: dict[str, str] = {}
        for row, unit in enumerate(self.unit):
            self.rows[unit].append(row)
            if self.parent[row]:
                self.children[self.parent[row]].append(row)
            if self.folded[row]:
                self._of_name[self.folded[row]].append(row)
            written = self.code[row]
            if written and written not in digits:
                code = parse_code(written)
                digits[written] = "" if code is None else code.digits
            if written and digits[written]:
                self.by_code[digits[written]].append(row)
        for rows in self.rows.values():
            rows.sort(key=lambda r: self.span[r])

    def _enter(self, told: Mapping[str, Sequence[Name]]) -> None:
        for name in self._of_name:
            self._forms[name].append((name, Form.NAME))
            for text, generic in short_forms(name):
                self._forms[text].append((name, Form.SHORT if generic else Form.BARE))
        for unit, attested in told.items():
            for one in attested:
                self._enter_told(unit, one)

    def uses(self, text: str) -> list[Use]:
        """Return who was written so, how and when."""
        known = self._uses.get(text)
        if known is None and (text in self._forms or text in self._told):
            known = self._uses[text] = [
                Use(row, form, self.span[row])
                for name, form in self._forms.get(text, ())
                for row in self._of_name[name]
            ] + self._told.get(text, [])
        return known or []

    def _enter_told(self, unit: str, name: Name) -> None:
        text, span = fold(name.text), name.when.span
        if not text or span is None:
            return
        told = ((span.begin.day.toordinal(), span.end.day.toordinal()),)
        for row in self.rows.get(unit, ()):
            if self.folded[row] == text:
                continue
            for days in common(told, (self.span[row],)):
                self._told[text].append(Use(row, Form.TOLD, days))

    def _lengths(self) -> dict[str, list[int]]:
        found: dict[str, set[int]] = defaultdict(set)
        for texts in (self._forms, self._told):
            for text in texts:
                found[text[0]].add(len(text))
        return {first: sorted(sizes, reverse=True) for first, sizes in found.items()}

    def written(self, text: str, at: int, end: int) -> list[tuple[str, list[Use]]]:
        """Return the names that stand at a position of a text, the longest first."""
        found = []
        for size in self._sizes.get(text[at : at + 1], ()):
            if at + size <= end:
                word = text[at : at + size]
                uses = self.uses(word)
                if uses:
                    found.append((word, uses))
        return found

    def above(self, row: int) -> dict[str, Days]:
        """Return the superiors of a version, near and far, and when each was so."""
        known = self._above.get(row)
        if known is not None:
            return known
        # A unit below itself is for the check to say; here it is no superior.
        self._above[row] = {}
        parent = self.parent[row]
        if not parent:
            return {}
        span = (self.span[row],)
        parts: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for above in self.rows.get(parent, ()):
            shared = common(span, (self.span[above],))
            if not shared:
                continue
            parts[parent] += shared
            for unit, days in self.above(above).items():
                parts[unit] += common(shared, days)
        found = {unit: either(days) for unit, days in parts.items() if days}
        found.pop(self.unit[row], None)
        self._above[row] = found
        return found

    def below(self, unit: str) -> list[tuple[int, Days]]:
        """Return the versions below a unit, near and far, and when each was so."""
        known = self._below.get(unit)
        if known is None:
            rows, waiting, seen = [], [unit], {unit}
            while waiting:
                for row in self.children.get(waiting.pop(), ()):
                    days = self.above(row).get(unit)
                    if days:
                        rows.append((row, days))
                    if self.unit[row] not in seen:
                        seen.add(self.unit[row])
                        waiting.append(self.unit[row])
            known = self._below[unit] = rows
        return known

    def specific_of(self, row: int) -> str:
        """Return the specific part of a version's name, or all of it."""
        return specific(self.folded[row]) or self.folded[row]


def last_day(days: Days) -> date:
    """Return the last day of stretches that are in order."""
    return date.fromordinal(days[-1][1] - 1)
