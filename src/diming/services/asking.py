"""The questions staff ask of an archive: what held, where, since when, what changed (查询)."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.errors import N_, UsageError
from diming.geometry.lonlat import from_lonlat, has_place
from diming.history.compare import compare
from diming.history.following import follow
from diming.history.lineage import lineage
from diming.history.recall import Recall
from diming.history.reference import meant, parse_reference
from diming.history.standing import chain_at
from diming.model.answers import (
    Difference,
    History,
    LevelAt,
    Units,
    Where,
)
from diming.services.beliefs import basis, day_meant, revision_meant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from diming.history.view import View
    from diming.model.answers import Basis
    from diming.model.changeset import Applied
    from diming.model.unit import Level
    from diming.model.version import Version
    from diming.store.protocol import Store

#: Names offered where none fits.
_NEAR_NAMES = 5


class Ambiguous(UsageError):
    """A text means several units; `candidates` are their versions, `names` the superiors'."""

    def __init__(self, text: str, candidates: Sequence[Version], names: Mapping[str, Version]):
        super().__init__(
            N_(
                "“{text}” means {count} units; say which by its code or id, by its superior "
                "(above/unit), or by a date"
            ),
            text=text, count=len(candidates),
        )  # fmt: skip
        self.candidates = tuple(candidates)
        self.names = names


def at(
    store: Store, day: date | None = None, known: str | None = None, level: Level | None = None
) -> Units:
    """Return the units that held on a day, with their shapes."""
    revision = revision_meant(store, known)
    on = basis(store, day_meant(day), revision)
    return _units(store.view(revision.number), on, level)


def _units(view: View, on: Basis, level: Level | None) -> Units:
    versions = view.at(on.day, level)
    versions = sorted(versions, key=lambda v: (v.level, v.any_code or v.label, v.unit_id))
    found = view.shapes({v.territory for v in versions if v.territory is not None})
    shapes = tuple(None if v.territory is None else found[v.territory] for v in versions)
    return Units(on, tuple(versions), shapes, _superiors(view, versions, on.day), view.crs)


def _superiors(view: View, versions: Iterable[Version], day: date | None) -> dict[str, Version]:
    """Return the parents of versions, as they were that day, else as they were last."""
    versions = list(versions)
    held = {v.unit_id: v for v in versions}
    result = {}
    for parent in dict.fromkeys(v.parent_id for v in versions if v.parent_id is not None):
        if day is not None and parent in held and held[parent].holds(day):
            result[parent] = held[parent]
            continue
        found = view.of_unit(parent)
        if found:
            on = [v for v in found if day is not None and v.holds(day)]
            result[parent] = (on or found)[-1]
    return result


def where(
    store: Store,
    lon: float,
    lat: float,
    day: date | None = None,
    known: str | None = None,
    *,
    view: View | None = None,
) -> Where:
    """Return the chain of units at a point on a day, and what touched the place since.

    Parameters
    ----------
    lon, lat : float
        WGS 84, degrees.
    view : View, optional
        That of the revision, if somebody has it at hand (`diming.services.cubed`).

    Raises
    ------
    UsageError
        If the point is not on Earth.
    """
    revision = revision_meant(store, known)
    on = basis(store, day_meant(day), revision)
    view = view or store.view(revision.number)
    if view.crs is None or has_place(view.crs):
        check_place(lon, lat)
    memory = Recall(view)
    x, y = from_lonlat(np.array([[lon, lat]]), view.crs)[0]
    point = shapely.Point(x, y)
    levels = chain_at(memory, point, on.day)
    answer = Where(on, lon, lat, tuple(levels))
    smallest = answer.smallest
    if smallest is None:
        return Where(on, lon, lat, tuple(levels), names=_superiors(view, _all(levels), on.day))
    acts, now, stopped = follow(memory, smallest, on.day, point)
    names = _named(memory, acts) | {smallest.unit_id: smallest}
    return Where(on, lon, lat, tuple(levels), tuple(acts), now, stopped, names)


def check_place(lon: float, lat: float) -> None:
    """Refuse what is no longitude and latitude."""
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise UsageError(
            "{lon}, {lat} is no longitude and latitude in degrees (longitude comes first)",
            lon=lon, lat=lat,
        )  # fmt: skip


def _all(levels: Iterable[LevelAt]) -> list[Version]:
    return [v for found in levels for v in found.versions]


def _named(memory: Recall, acts: Iterable[Applied]) -> dict[str, Version]:
    """Return a version of every unit that acts name, as it was about their time."""
    names: dict[str, Version] = {}
    for act in acts:
        passed = (x for p in act.passages for x in (p.giver, p.taker))
        for unit in (*act.before, *act.after, *passed):
            if unit is not None and unit not in names:
                version = memory.near_act(unit, act)
                if version is not None:
                    names[unit] = version
    return names


def history(store: Store, text: str, day: date | None = None, known: str | None = None) -> History:
    """Return the lineage of the unit that a text means.

    Without a day, the one unit that ever bore the code or name is meant; shares are of its
    territory today, or of its last.
    """
    revision = revision_meant(store, known)
    view = store.view(revision.number)
    version = resolve(view, text, day)
    others = [v for v in meant(view, text, None) if v.unit_id != version.unit_id]
    asked = day_meant(day)
    found = lineage(view, version.unit_id, asked)
    above = _superiors(view, found.versions, None)
    return History(
        basis=basis(store, asked, revision),
        asked=text,
        lineage=replace(found, names={**above, **found.names}),
        also=tuple(others),
    )


def resolve(view: View, text: str, day: date | None) -> Version:
    """Return the one version that a text means on a day; without one, at any time.

    A code that two units bore one after the other means neither without a day.

    Raises
    ------
    Ambiguous
        If it means several.
    UsageError
        If it means none.
    """
    if not text.strip():
        raise UsageError("the unit to ask about is empty; give its id, code or name")
    found = meant(view, text, day)
    if len(found) == 1:
        return found[0]
    if found:
        raise Ambiguous(text, found, _superiors(view, found, day))
    ever = meant(view, text, None)
    if ever and day is not None:
        raise UsageError(
            "“{text}” was no unit on {day}; it was at other times: {times}; ask about one of them "
            "with --date",
            text=text, day=day.isoformat(), times=[f"{v.label} {v.span}" for v in ever],
        )  # fmt: skip
    near = near_names(view, text, day)
    if near:
        raise UsageError(
            "the archive knows no unit “{text}”; near to it are: {near}", text=text, near=near
        )
    raise UsageError("the archive knows no unit “{text}”", text=text)


def near_names(view: View, text: str, day: date | None) -> list[str]:
    """Return labels of units whose names, or codes, look like a text."""
    ref = parse_reference(text)
    versions = view.at(day_meant(day))
    if not ref.name:
        codes = {c: v for v in versions for _, c in v.codes}
        close = difflib.get_close_matches(ref.code or "", codes, n=_NEAR_NAMES, cutoff=0.8)
        return [codes[c].label for c in close]
    names: dict[str, list[Version]] = {}
    for v in versions:
        if v.name:
            names.setdefault(v.name, []).append(v)
    # Who types half a name means one that holds it: 万州 is 万州区.
    held = sorted((n for n in names if ref.name in n or n in ref.name), key=len)
    near = dict.fromkeys([*held, *difflib.get_close_matches(ref.name, names, n=_NEAR_NAMES)])
    return [v.label for name in near for v in names[name]][:_NEAR_NAMES]


def diff(
    store: Store,
    earlier: date | None = None,
    later: date | None = None,
    *,
    known_earlier: str | None = None,
    known_later: str | None = None,
    level: Level | None = None,
) -> Difference:
    """Return what changed between two days, or between two beliefs.

    Raises
    ------
    UsageError
        If both are the same.
    """
    first, second = revision_meant(store, known_earlier), revision_meant(store, known_later)
    one, two = day_meant(earlier), day_meant(later)
    if (one, first.number) == (two, second.number):
        raise UsageError("the two states to compare are the same; give two dates or two revisions")
    old_view, new_view = store.view(first.number), store.view(second.number)
    old = _units(old_view, basis(store, one, first), level)
    new = _units(new_view, basis(store, two, second), level)
    acts = _acts_between(store, old.basis, new.basis)

    def shapes(keys: Iterable[str]) -> Mapping[str, Any]:
        wanted = set(keys)
        held = {
            v.territory: s for u in (old, new) for v, s in zip(u.versions, u.shapes, strict=True)
        }
        return {k: held[k] for k in wanted}

    def sums(keys: Iterable[str]) -> Mapping[str, int]:
        wanted = set(keys)
        return {**old_view.chain_sums(_of(wanted, old)), **new_view.chain_sums(_of(wanted, new))}

    comparison = compare(
        old.versions, new.versions, shapes,
        chain_sums=sums, crs=new.crs or old.crs, acts=acts,
    )  # fmt: skip
    touched = {c.unit_id for c in comparison.changes}
    if level is not None:
        acts = [a for a in acts if touched.intersection((*a.before, *a.after))]
    names = {v.unit_id: v for u in (old, new) for v in u.versions}
    names |= {k: v for u in (old, new) for k, v in u.superiors.items() if k not in names}
    for view in (new_view, old_view):
        names = _named(Recall(view), acts) | names
    return Difference(old.basis, new.basis, comparison, tuple(acts), names, old, new)


def _of(keys: set[str], units: Units) -> set[str]:
    return keys & {v.territory for v in units.versions if v.territory is not None}


def _acts_between(store: Store, one: Basis, two: Basis) -> list[Applied]:
    """Return the acts that tell one state from the other."""
    later = {a.event.id: a for a in store.events(two.revision)}
    if one.revision == two.revision:
        first, last = sorted((one.day, two.day))
        return [a for a in later.values() if first < a.event.date.day <= last]
    earlier = {a.event.id: a for a in store.events(one.revision)}
    # Believed of one state and in force by then, but not so of the other.
    old = {k for k, a in earlier.items() if a.event.date.day <= one.day}
    new = {k for k, a in later.items() if a.event.date.day <= two.day}
    found = [(earlier.get(k) or later[k]) for k in old ^ new]
    return sorted(found, key=lambda a: (a.event.date.day, a.event.id))
