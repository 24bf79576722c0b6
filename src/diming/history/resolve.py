"""The units that an act names, found in what is believed (定位)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from diming.history.faults import fault
from diming.history.reference import candidates, level_of_code, superior
from diming.model.kind import KINDS_OF_TERM
from diming.model.span import day_before
from diming.model.unit import Level
from diming.model.version import Version, with_code

if TYPE_CHECKING:
    from diming.history.draft import Draft
    from diming.model.event import UnitRef
    from diming.model.finding import Finding


@dataclass(frozen=True, slots=True)
class Named:
    """A reference with the unit it means.

    `version` is None for nobody (``~`` alone) and for what lies outside the region.
    """

    ref: UnitRef
    version: Version | None

    @property
    def unit_id(self) -> str | None:
        """Id of the unit, or None."""
        return None if self.version is None else self.version.unit_id


def find(draft: Draft, ref: UnitRef) -> Named | Finding:
    """Return the one unit that a reference means on the day of an act, or why there is none.

    Where nothing bears the code yet, the unit of that name takes it: the act tells it.
    """
    if ref.is_nobody:
        return Named(ref, None)
    found = _alive(draft, ref)
    if not found:
        if ref.part and Level.UNKNOWN < level_of_code(ref.code) <= Level.PREFECTURE:
            return Named(ref, None)
        return _not_alive(draft, ref)
    if len(found) > 1:
        return fault(
            "unit-ambiguous", draft.event, found, named=str(ref), day=draft.day.isoformat(),
            candidates=[v.label for v in found],
        )  # fmt: skip
    version = found[0]
    if ref.code and version.code(ref.system) is None:
        codes = with_code(version.codes, ref.system, ref.code)
        version = replace(version, codes=codes)
    return Named(ref, version)


def _alive(draft: Draft, ref: UnitRef) -> list[Version]:
    found = candidates(draft.view, ref, draft.day)
    if not found and ref.parent is not None:
        # The superior may have ended the same day, by another row of the same decision.
        earlier = candidates(draft.view, ref, day_before(draft.day))
        found = [v for e in earlier if (v := draft.current(e.unit_id)) is not None]
    return found


def _not_alive(draft: Draft, ref: UnitRef) -> Finding:
    once = candidates(draft.view, replace(ref, parent=None), None)
    others = [] if once or not ref.code else candidates(
        draft.view, replace(ref, name="", parent=None), draft.day
    )  # fmt: skip
    known = [f"{v.label} {v.span}" for v in (once or others)[:5]]
    return fault(
        "unit-not-alive", draft.event, named=str(ref), day=draft.day.isoformat(),
        reason="other-name" if others else "other-time" if once else "not-known", known=known,
    )  # fmt: skip


def level_of(ref: UnitRef, like: Version | None) -> Level:
    """Return the level of a unit that an act makes."""
    if ref.level is not Level.UNKNOWN:
        return ref.level
    if ref.system != "source" and (level := level_of_code(ref.code)) is not Level.UNKNOWN:
        return level
    if like is not None and (kind_of(ref.name, like.level) or like.level is Level.PROVINCE):
        return like.level
    for level in (Level.TOWNSHIP, Level.COUNTY):
        if kind_of(ref.name, level):
            return level
    return Level.UNKNOWN if like is None else like.level


def kind_of(name: str, level: Level) -> str:
    """Return what the last characters of a name say of the kind; empty if nothing certain.

    Examples
    --------
    >>> kind_of("文复苗族土家族乡", Level.TOWNSHIP)
    '民族乡'
    """
    if level is Level.TOWNSHIP and name.endswith("族乡"):
        return "民族乡"
    terms = KINDS_OF_TERM.get(level, {})
    for term in sorted(terms, key=len, reverse=True):
        if name.endswith(term):
            return terms[term][0]
    return ""


def parent_for(
    draft: Draft, ref: UnitRef, like: Version | None, level: Level
) -> str | Finding | None:
    """Return the superior of a unit after an act; None where there need be none.

    The one named; else the one that the code begins with; else that of the unit
    before; if that ended by this very act, the one that came in its place.
    """
    if ref.parent is not None:
        found = find(draft, ref.parent)
        return found.unit_id if isinstance(found, Named) else found
    if ref.system != "source" and ref.code:
        above = [v for v in _drafted_above(draft, ref) if v.level < level]
        if len(above) == 1:
            return above[0].unit_id
        if not above and level >= Level.COUNTY and _has_above(draft, level):
            return fault(
                "parent-missing", draft.event, named=str(ref), code=ref.code,
                day=draft.day.isoformat(),
            )  # fmt: skip
    if like is None or like.parent_id is None:
        return None
    if like.parent_id not in draft.ended:
        return like.parent_id
    before = draft.ended[like.parent_id]
    instead = [
        v for v in draft.begun.values() if v.level == before.level and v.parent_id != before.unit_id
    ]
    return instead[0].unit_id if len(instead) == 1 else before.parent_id


def _drafted_above(draft: Draft, ref: UnitRef) -> list[Version]:
    found = superior(draft.view, ref.code, draft.day)
    still = [draft.current(v.unit_id) for v in found]
    left = [v for v in still if v is not None]
    if left and all(v.code(s) == c for v in left for s, c in found[0].codes[:1]):
        return left
    prefixes = _prefixes(ref.code or "")
    return [v for v in draft.begun.values() if v.code() in prefixes] or left


def _prefixes(code: str) -> set[str]:
    from diming.model.code import parse_code

    result, above = set(), parse_code(code)
    while above is not None and (above := above.parent) is not None:
        result.add(above.digits)
        if above.level <= Level.COUNTY:
            break
    return result


def _has_above(draft: Draft, level: Level) -> bool:
    """Tell whether any unit of a level above is held at all on the day."""
    return any(draft.view.at(draft.day, Level(n)) for n in range(1, int(level)))
