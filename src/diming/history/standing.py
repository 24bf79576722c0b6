"""Which unit of each level stands at a point on a day, known by its shape or not (定位)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from diming.model.answers import LevelAt, Standing
from diming.model.unit import Level

if TYPE_CHECKING:
    from diming.history.recall import Recall
    from diming.model.version import Version


def chain_at(memory: Recall, point: Any, day: date) -> list[LevelAt]:
    """Return the unit of each level at a point, the highest first.

    Levels whose shapes do not tell are filled by what the unit below belongs to; else it
    is said whether a unit without a known shape may be there.

    Parameters
    ----------
    memory : Recall
    point : Point
        In the CRS of the view.
    day : datetime.date
    """
    view = memory.view
    found: dict[Level, LevelAt] = {}
    box = (point.x, point.y, point.x, point.y)
    for level in (x for x in Level if x is not Level.UNKNOWN):
        near = [v for v in view.near(box, day, _after(day), level) if v.holds(day)]
        there = [v for v in near if v.territory and memory.shape(v).intersects(point)]
        if there:
            # Shapes of one belief may overlap or meet in a line: all are told.
            there.sort(key=lambda v: (v.any_code or v.label, v.unit_id))
            found[level] = LevelAt(level, Standing.PLACE, tuple(there))
    for at in sorted(found.values(), key=lambda a: -a.level):
        _add_superiors(memory, at, day, found)
    lowest: Version | None = None
    chain = []
    for level in (x for x in Level if x is not Level.UNKNOWN):
        if level in found:
            chain.append(found[level])
            if len(found[level].versions) == 1:
                lowest = found[level].versions[0]
            continue
        missing = _missing(memory, level, lowest, day)
        if missing is not None:
            chain.append(LevelAt(level, missing))
    return chain


def _add_superiors(memory: Recall, at: LevelAt, day: date, found: dict[Level, LevelAt]) -> None:
    """Fill levels without a shape by what the unit below belongs to."""
    if len({v.parent_id for v in at.versions}) == 1:
        for above in memory.above(at.versions[0], day):
            found.setdefault(above.level, LevelAt(above.level, Standing.PARENT, (above,)))


def _missing(memory: Recall, level: Level, above: Version | None, day: date) -> Standing | None:
    """Tell why no unit of a level is known at a place; None where the level has no units."""
    if above is not None:
        children = memory.view.children(above.unit_id)
        below = [v for v in children if v.level == level and v.holds(day)]
        hidden = any(v.territory is None for v in below)
    else:
        # Units that lie in a superior whose territory is known do not hold the place either.
        below = memory.view.at(day, level)
        hidden = any(v.territory is None and not _is_placed(memory, v, day) for v in below)
    if hidden:
        return Standing.NOT_KNOWN
    return Standing.OUTSIDE if below else None


def _is_placed(memory: Recall, version: Version, day: date) -> bool:
    """Tell whether the territory of some superior of a unit is known."""
    return any(above.territory is not None for above in memory.above(version, day))


def _after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)
