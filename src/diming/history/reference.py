"""Which unit is meant: a code or a name needs a date to say it (指称).

500110 was 万盛区 and is 綦江区; 兴隆镇 occurs in four counties. Nothing is guessed:
all units that fit are returned, and who asks decides what to do with none or several.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.model.code import parse_code
from diming.model.event import UnitRef
from diming.model.unit import Level
from diming.model.version import SYSTEMS

if TYPE_CHECKING:
    from datetime import date

    from diming.history.view import View
    from diming.model.version import Version


def candidates(view: View, ref: UnitRef, day: date | None) -> list[Version]:
    """Return the versions that a reference may mean on a day.

    Parameters
    ----------
    view : View
    ref : UnitRef
        An id outranks a code, a code outranks a name. Where the archive does not
        know the code, the name decides, within the parent that is given or that
        the code begins with.
    day : datetime.date or None
        Without one, at any time: one version a unit, the latest that fits.

    Returns
    -------
    list of Version
        One a unit, in order of unit id.
    """
    if ref.unit_id:
        return _on(view.of_unit(ref.unit_id), day)
    found: list[Version] = []
    if ref.code:
        found = _on(view.with_code(ref.system, ref.code), day)
        if found and ref.name:
            named = [v for v in found if v.name == ref.name]
            # Under another name it may be a slip in either; the name is then looked for too.
            found = named or [v for v in found if not v.name]
        if found:
            return _within(view, found, ref, day)
    if not ref.name:
        return []
    found = _on(view.with_name(ref.name), day)
    if ref.code:
        # One that bears another code of the same system is another unit.
        found = [v for v in found if v.code(ref.system) in (None, ref.code)]
        level = level_of_code(ref.code)
        if level is not Level.UNKNOWN:
            found = [v for v in found if v.level == level]
    if ref.level is not Level.UNKNOWN:
        found = [v for v in found if v.level == ref.level]
    return _within(view, found, ref, day)


def level_of_code(code: str | None) -> Level:
    """Return the level a division code is of; unknown for what is none."""
    parsed = parse_code(code) if code else None
    return Level.UNKNOWN if parsed is None else parsed.level


def superior(view: View, code: str | None, day: date) -> list[Version]:
    """Return the units that a code says its own lies below, on a day.

    Municipalities' counties lie below the municipality itself.
    """
    parsed = parse_code(code) if code else None
    above = None if parsed is None else parsed.parent
    while above is not None:
        found = _on(view.with_code("ministry", above.digits), day)
        if not found and above.level <= Level.COUNTY:
            # Down to the county both systems are one and the same.
            found = _on(view.with_code("nbs", above.digits), day)
        if found or above.level <= Level.COUNTY:
            return found
        above = above.parent
    return []


def parse_reference(text: str) -> UnitRef:
    """Read what a user types for a unit: an id, a code, a name, or ``name[code]``.

    Examples
    --------
    >>> parse_reference("綦江区[500110]").code
    '500110'
    >>> parse_reference("500110").name
    ''
    """
    text = text.strip()
    if text.endswith("]") and "[" in text:
        name, _, code = text[:-1].partition("[")
        return UnitRef(name=name.strip(), code=code.strip())
    if "/" in text.strip("/"):
        above, _, below = text.rpartition("/")
        inner = parse_reference(below)
        return UnitRef(name=inner.name, code=inner.code, parent=parse_reference(above))
    if parse_code(text) is not None:
        return UnitRef(code=text)
    return UnitRef(name=text)


def meant(view: View, text: str, day: date | None) -> list[Version]:
    """Return the versions that a user's text may mean, whatever it is: id, code, name."""
    ref = parse_reference(text)
    if ref.code:
        found = [v for system in SYSTEMS for v in candidates(view, _in_system(ref, system), day)]
    else:
        found = candidates(view, UnitRef(unit_id=ref.name), day) or candidates(view, ref, day)
        # A source's own ids look like names.
        found += _on(view.with_code("source", ref.name), day)
    seen: dict[tuple[str, object], Version] = {}
    for version in found:
        seen.setdefault((version.unit_id, None), version)
    return sorted(seen.values(), key=lambda v: v.unit_id)


def _in_system(ref: UnitRef, system: str) -> UnitRef:
    return UnitRef(name=ref.name, code=ref.code, system=system, parent=ref.parent)


def _on(versions: list[Version], day: date | None) -> list[Version]:
    if day is not None:
        return [v for v in versions if v.holds(day)]
    latest: dict[str, Version] = {}
    for version in versions:
        held = latest.get(version.unit_id)
        if held is None or held.span.begin.day < version.span.begin.day:
            latest[version.unit_id] = version
    return list(latest.values())


def _within(view: View, found: list[Version], ref: UnitRef, day: date | None) -> list[Version]:
    """Keep those whose superior is the one given, or that the code begins with, if several fit."""
    if ref.parent is not None:
        above = {v.unit_id for v in candidates(view, ref.parent, day)}
        return [v for v in found if v.parent_id in above]
    if len(found) > 1 and ref.code and day is not None:
        above = {v.unit_id for v in superior(view, ref.code, day)}
        inside = [v for v in found if v.parent_id in above]
        return inside or found
    return found
