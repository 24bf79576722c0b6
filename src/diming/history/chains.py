"""Which chains of units an address may name: all readings of it that held on some day (读法).

The text is gone through from left to right, from one possible end of a name to the next. A
reading goes on only with units that were below the last one on days on which all of it held
so far; so few go on, however often a name comes again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diming.history.roll import common, either
from diming.model.code import parse_code
from diming.model.located import Form
from diming.model.span import OPEN
from diming.model.unit import Level
from diming.script.address import CODE, HEADINGS, may_follow_bare, unit_like

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from diming.history.outside import Listed, Outside
    from diming.history.roll import Days, Roll, Use
    from diming.script.address import AddressText

#: Whenever.
ALWAYS: Days = ((1, OPEN.toordinal()),)
#: Readings kept at one position; the plainest.
_MOST = 128
#: Answers kept for the addresses to come.
_MOST_FITTED = 200_000
#: How far a way of naming is from the name itself.
_COST = {Form.NAME: 0, Form.TOLD: 1, Form.SHORT: 1, Form.BARE: 2, Form.CODE: 0}
_HEADING, _AGAIN, _STRAY, _OUTSIDE, _FAR = 1, 1, 3, 3, 1


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of a text, and what it names: a unit, a division outside, or nothing."""

    begin: int
    end: int
    unit: str = ""
    listed: Listed | None = None
    form: Form = Form.NAME


@dataclass(frozen=True, slots=True)
class Path:
    """One reading of the beginning of a text, with the days on which all of it held."""

    steps: tuple[Step, ...] = ()
    unit: str = ""
    days: Days = ALWAYS
    #: What codes begin with below the last division outside.
    prefix: str = ""
    cost: int = 0
    #: A day that must be among them; 0 for any.
    on: int = 0

    def longer(
        self, step: Step, days: Days, cost: int, *, prefix: str | None = None
    ) -> Path | None:
        """Return the reading with one step more; None if it did not hold on the day asked for."""
        if self.on and not any(begin <= self.on < end for begin, end in days):
            return None
        below = self.prefix if prefix is None else prefix
        unit = step.unit or self.unit
        return Path((*self.steps, step), unit, days, below, self.cost + cost, self.on)

    @property
    def units(self) -> tuple[str, ...]:
        """The units named, each once."""
        return tuple(dict.fromkeys(s.unit for s in self.steps if s.unit))


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a text could be read.

    Attributes
    ----------
    paths : tuple of Path
        The plainest of those that go furthest; none where nothing could be read.
    start, end : int
        Which part of the text they cover.
    failing : tuple of int or None
        Begin and end of what looks like a unit, but none that was below the last.
    """

    paths: tuple[Path, ...]
    start: int
    end: int
    failing: tuple[int, int] | None


class Chains:
    """Reads addresses.

    Parameters
    ----------
    roll : Roll
    outside : Outside
    """

    def __init__(self, roll: Roll, outside: Outside) -> None:
        self.roll, self.outside = roll, outside
        self._fitted: dict[tuple[str, str, Days, str], list[tuple[str, Form, Days]]] = {}

    def read(self, text: AddressText, on: int = 0) -> Reading:
        """Read an address as far as it goes; on some day, or with 0 on any."""
        paths, end = self.furthest(text, 0, Path(on=on))
        start = 0
        if not paths:
            start = self._later_start(text)
            if start:
                paths, end = self.furthest(text, start, Path(on=on))
            if not paths:
                start = end = 0
        return Reading(paths, start, end, self._failing(text, paths, end))

    def furthest(self, text: AddressText, at: int, path: Path) -> tuple[tuple[Path, ...], int]:
        """Return the plainest of the readings that go furthest from a position, and how far."""
        best: list[Path] = []
        furthest = at
        for end, found in self._readings(text, at, path):
            if end > furthest:
                best, furthest = [], end
            best.append(found)
        if not best:
            return (), at
        least = min(p.cost for p in best)
        return tuple(p for p in best if p.cost == least), furthest

    def _readings(self, text: AddressText, at: int, path: Path) -> Iterator[tuple[int, Path]]:
        """Yield all readings from a position that may end where they end, with that end."""
        waiting: dict[int, list[Path]] = {at: [path]}
        while waiting:
            place = min(waiting)
            paths = waiting.pop(place)
            if len(paths) > _MOST:
                paths = sorted(paths, key=lambda p: p.cost)[:_MOST]
            for one in paths:
                if one is not path and self._may_end(text, one, place):
                    yield place, one
                for end, longer in self._steps(text, place, one):
                    waiting.setdefault(end, []).append(longer)

    def _may_end(self, text: AddressText, path: Path, at: int) -> bool:
        last = path.steps[-1]
        if not (last.unit or last.listed):
            return bool(path.unit)
        if last.form is not Form.BARE:
            return True
        return self._bare_may_end(text, at, path.unit)

    def _bare_may_end(self, text: AddressText, at: int, unit: str) -> bool:
        apart = at in text.apart
        return may_follow_bare(text.folded, at, apart=apart, level=self._level(unit))

    def _level(self, unit: str) -> Level:
        return Level(self.roll.level[self.roll.rows[unit][-1]])

    def _steps(self, text: AddressText, at: int, path: Path) -> Iterator[tuple[int, Path]]:
        """Yield what a reading may go on with, and where that ends."""
        if at >= len(text.folded):
            return
        ways: Iterable[tuple[int, Path | None]]
        if text.folded[at] == CODE:
            ways = ((at + 1, way) for way in self._code(text, at, path))
        else:
            ways = self._names(text, at, path)
        for end, longer in ways:
            if longer is not None:
                yield end, longer

    def _names(self, text: AddressText, at: int, path: Path) -> Iterator[tuple[int, Path | None]]:
        folded, end = text.folded, self._reach(text, at)
        for word, uses in self.roll.written(folded, at, end):
            stop = at + len(word)
            for unit, form, days in self._fitting(word, uses, path):
                if len(path.steps) > 1 and path.steps[-2].unit == unit:
                    continue
                yield stop, self._with(path, Step(at, stop, unit, None, form), days)
        for word in HEADINGS if folded.startswith(HEADINGS, at) else ():
            stop = at + len(word)
            if stop <= end and folded.startswith(word, at) and (
                self._is_heading(text, at, word, path)
            ):  # fmt: skip
                yield stop, path.longer(Step(at, stop), path.days, _HEADING)
        if path.unit:
            return
        for stop, listed in self.outside.at(folded, at, end):
            if listed.code in self.roll.by_code or listed.prefix == path.prefix:
                continue
            days = common(path.days, listed.days)
            if days and listed.prefix.startswith(path.prefix):
                step = Step(at, stop, listed=listed)
                yield stop, path.longer(step, days, _OUTSIDE, prefix=listed.prefix)

    @staticmethod
    def _is_heading(text: AddressText, at: int, word: str, path: Path) -> bool:
        if len(word) > 1:
            return True
        # 县 alone is a heading of lists only where it stands for itself.
        end = at + len(word)
        return bool(path.steps) and at in text.apart and (
            end in text.apart or end == len(text.folded)
        )  # fmt: skip

    @staticmethod
    def _reach(text: AddressText, at: int) -> int:
        """Return how far a name that begins at a position may reach."""
        return text.stops[bisect_right(text.stops, at)]

    def _code(self, text: AddressText, at: int, path: Path) -> Iterator[Path | None]:
        parsed = parse_code(text.codes[at])
        digits = "" if parsed is None else parsed.digits
        rows = self.roll.by_code.get(digits, ())
        by_unit: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for row in rows:
            by_unit[self.roll.unit[row]] += self._days(row, (self.roll.span[row],), path)
        ways = [
            self._with(path, Step(at, at + 1, unit, None, Form.CODE), either(days))
            for unit, days in by_unit.items()
            if days
        ]
        if not path.unit and not rows:
            for listed in self.outside.coded(digits):
                days = common(path.days, listed.days)
                if days and listed.prefix.startswith(path.prefix):
                    step = Step(at, at + 1, listed=listed, form=Form.CODE)
                    cost = 0 if listed.prefix == path.prefix else _OUTSIDE
                    ways.append(path.longer(step, days, cost, prefix=listed.prefix))
        if not any(ways) and path.steps:
            # It contradicts what is written before it.
            ways.append(path.longer(Step(at, at + 1, form=Form.CODE), path.days, _STRAY))
        yield from ways

    def _with(self, path: Path, step: Step, days: Days) -> Path | None:
        """Return a reading with one unit more."""
        cost = _COST[step.form]
        last = path.steps[-1].form if path.steps else Form.NAME
        if step.unit == path.unit and Form.CODE not in (step.form, last):
            cost += _AGAIN
        if step.form is Form.BARE and self._level(step.unit) > Level.COUNTY and not (
            path.unit and self._level(path.unit) >= Level.COUNTY
        ):  # fmt: skip
            # 重庆江北 is a county, though there is a 江北街道 in another.
            cost += _FAR
        return path.longer(step, days, cost)

    def _fitting(self, word: str, uses: Iterable[Use], path: Path) -> list[tuple[str, Form, Days]]:
        """Return units written so that were below the last one, how written, and when."""
        # Addresses of one table begin alike.
        key = word, path.unit, path.days, path.prefix
        known = self._fitted.get(key)
        if known is None:
            found: dict[tuple[str, Form], list[tuple[int, int]]] = defaultdict(list)
            for use in uses:
                days = self._days(use.row, (use.days,), path)
                if days:
                    found[self.roll.unit[use.row], use.form] += days
            if len(self._fitted) > _MOST_FITTED:
                self._fitted.clear()
            known = [(unit, form, either(parts)) for (unit, form), parts in found.items()]
            self._fitted[key] = known
        return known

    def _days(self, row: int, days: Days, path: Path) -> Days:
        """Return on which days a version goes on with a reading."""
        if path.unit and path.unit != self.roll.unit[row]:
            above = self.roll.above(row).get(path.unit)
            if above is None:
                return ()
            days = common(days, above)
        days = common(days, path.days)
        if days and path.prefix and not self.lies_below(row, path.prefix):
            return ()
        return days

    def lies_below(self, row: int, prefix: str) -> bool:
        """Tell whether codes allow that a version lay below a division outside."""
        roll = self.roll
        if roll.code[row] and roll.system[row] != "source":
            return roll.code[row].startswith(prefix)
        inside = False
        for unit, days in roll.above(row).items():
            for above in roll.rows[unit]:
                code = parse_code(roll.code[above])
                if code is None or roll.system[above] == "source":
                    continue
                if not common((roll.span[above],), days):
                    continue
                begun = code.significant
                if begun.startswith(prefix):
                    inside = True
                elif not prefix.startswith(begun):
                    return False
        # Of what has no code at all, a province may be believed.
        return inside or len(prefix) <= 2

    def _later_start(self, text: AddressText) -> int:
        """Return where the first name stands in a text that begins with something else."""
        folded = text.folded
        for at in range(1, len(folded)):
            if folded[at] == CODE:
                return 0
            end = self._reach(text, at)
            named = any(
                use.form is Form.NAME and len(word) > 1
                for word, uses in self.roll.written(folded, at, end)
                for use in uses
            )
            if named:
                like = unit_like(folded, 0, at, self.roll.levels)
                return 0 if like is not None else at
        return 0

    def _failing(
        self, text: AddressText, paths: tuple[Path, ...], at: int
    ) -> tuple[int, int] | None:
        """Return what stands at a position if it names a unit, or looks like one."""
        folded = text.folded
        if at >= len(folded) or folded[at] == CODE:
            return None
        end = self._reach(text, at)
        last = self.level_of(paths)
        for word, uses in self.roll.written(folded, at, end):
            stop = at + len(word)
            if stop == end or any(u.form is not Form.BARE for u in uses):
                return at, stop
        levels = frozenset(x for x in self.roll.levels if x > last)
        found = unit_like(folded, at, end, levels)
        if found is not None:
            return at, found
        if not paths:
            return at, end
        return None

    def level_of(self, paths: tuple[Path, ...]) -> Level | int:
        """Return the highest level at which some readings end; 0 where they name no unit."""
        return min((self._level(p.unit) for p in paths if p.unit), default=0)
