"""Review proposed names against an archive: fetch the names around, ask the rules (地名审查)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from diming.errors import UsageError
from diming.geometry.lonlat import to_lonlat
from diming.handbook.loader import load_handbook
from diming.handbook.naming import load_naming_rules
from diming.model.naming import Bearer, NameClass, Review
from diming.model.span import OPEN, Precision
from diming.model.unit import Level
from diming.rules.naming import Site, class_of, compared_classes, review_name, wanted_scopes
from diming.rules.naming_around import Around
from diming.services.asking import resolve
from diming.services.beliefs import day_meant, revision_meant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from diming.handbook.naming import NamingRules
    from diming.model.naming import Proposal
    from diming.model.version import Version
    from diming.store.protocol import Store
    from diming.versions import VersionTable

#: Levels of units, by what names of theirs are.
_CLASS_OF_LEVEL = {
    Level.PROVINCE: NameClass.COUNTY, Level.PREFECTURE: NameClass.COUNTY,
    Level.COUNTY: NameClass.COUNTY, Level.TOWNSHIP: NameClass.TOWNSHIP,
    Level.VILLAGE: NameClass.VILLAGE,
}  # fmt: skip


def review(
    store: Store | None,
    proposals: Sequence[Proposal],
    *,
    day: date | None = None,
    known: str | None = None,
    rules: NamingRules | None = None,
) -> list[Review]:
    """Hold proposed names against the rules and the names of an archive.

    Parameters
    ----------
    store : Store or None
        Without an archive, only what a name says by itself, and the national table of
        counties, can be looked at; the rest is noted as not known.
    proposals : sequence of Proposal
        Those with a problem are passed over.
    day : datetime.date, optional
        The day names are compared on; default: today.
    known : str, optional
        What the archive believed then.
    rules : NamingRules, optional
        Default: those of the handbook.

    Raises
    ------
    UsageError
        If a unit that a proposal names is none, or may be several.
    """
    reviewer = Reviewer(store, day_meant(day), known, rules or load_naming_rules())
    return [reviewer.review(p) for p in proposals if p.problem is None]


class Reviewer:
    """What an archive tells of names, fetched once for all proposals."""

    def __init__(
        self, store: Store | None, day: date, known: str | None, rules: NamingRules
    ) -> None:
        self.store, self.day, self.rules = store, day, rules
        self._revision = None if store is None else revision_meant(store, known).number
        self._view = None if store is None else store.view(self._revision)
        self._around: dict[tuple[str, frozenset[str]], Around] = {}
        self._points: dict[str, tuple[float, float] | None] = {}

    def review(self, proposal: Proposal) -> Review:
        """Return what is found of one proposal."""
        name_class = proposal.name_class or class_of(proposal.name, self.rules)
        chain = self._chain(proposal.within) if proposal.within else self._whole()
        province = next((v.any_code[:2] for v in chain if v.any_code), "")
        site = self._site(proposal, chain, province)
        around: dict[str, Around] = {}
        scopes: dict[str, str] = {}
        for scope in sorted(wanted_scopes(self.rules, name_class, province)):
            found = self._scope(scope, chain, province)
            if found is not None:
                scopes[scope], around[scope] = found
        site = replace(site, scopes=scopes)
        findings = review_name(proposal, name_class, self.rules, site, around, self._closer)
        classes = compared_classes(self.rules, name_class)
        looked = tuple((s, scopes[s], around[s].count(classes)) for s in scopes)
        return Review(proposal, name_class, site.within, looked, findings)

    # -- where -----------------------------------------------------------------

    def _chain(self, text: str) -> tuple[Version, ...]:
        """Return the unit that a text means on the day and its superiors, the largest first."""
        if self._view is None:
            raise UsageError(
                "“{unit}” can be looked up in an archive only; name one with --archive", unit=text
            )
        return self._above(resolve(self._view, text, self.day))

    def _above(self, version: Version) -> tuple[Version, ...]:
        chain = [version]
        seen = {version.unit_id}
        while (parent := chain[0].parent_id) is not None and parent not in seen:
            seen.add(parent)
            assert self._view is not None
            found = self._view.of_unit(parent)
            held = [v for v in found if v.holds(self.day)] or found[-1:]
            if not held:
                break
            chain.insert(0, held[0])
        return tuple(chain)

    def _whole(self) -> tuple[Version, ...]:
        """Return the one unit that all others of an archive lie in, if there is one."""
        if self._view is None:
            return ()
        found = self._view.at(self.day, Level.PROVINCE)
        return (found[0],) if len(found) == 1 else ()

    def _site(self, proposal: Proposal, chain: tuple[Version, ...], province: str) -> Site:
        excepted: frozenset[str] = frozenset()
        if proposal.instead_of:
            renamed = self._chain(proposal.instead_of)[-1]
            # The national table knows it by its code.
            excepted = frozenset({renamed.unit_id, *(code for _, code in renamed.codes)})
        lon, lat, placed_by = proposal.lon, proposal.lat, ""
        if lon is None or lat is None:
            lon, lat, placed_by = self._place([v.unit_id for v in reversed(chain)][:-1])
        names = tuple(v.name for v in chain)
        return Site(self.day, province, names, lon, lat, placed_by, excepted)

    def _place(self, unit_ids: Iterable[str]) -> tuple[float | None, float | None, str]:
        """Return the middle of the first of some units whose shape is known, and its name."""
        for unit_id in unit_ids:
            if unit_id not in self._points:
                self._points[unit_id] = self._middle(unit_id)
            point = self._points[unit_id]
            if point is not None:
                return *point, self._names.name(unit_id, self.day)
        return None, None, ""

    def _middle(self, unit_id: str) -> tuple[float, float] | None:
        import shapely

        view = self._view
        if view is None:
            return None
        shaped = [v for v in view.of_unit(unit_id) if v.territory]
        on = [v for v in shaped if v.holds(self.day)] or shaped[-1:]
        if not on or on[0].territory is None:
            return None
        shape = view.shapes([on[0].territory])[on[0].territory]
        point = to_lonlat(np.array([shapely.point_on_surface(shape)], dtype=object), view.crs)[0]
        return float(point.x), float(point.y)

    # -- names -----------------------------------------------------------------

    @cached_property
    def _names(self) -> UnitNames:
        assert self.store is not None
        return UnitNames(self.store.table(self._revision))

    def _scope(
        self, scope: str, chain: tuple[Version, ...], province: str
    ) -> tuple[str, Around] | None:
        """Return what a scope is called and the names within, or None where it is not known."""
        if scope == "country":
            return "", self._in_country()
        wanted = Level.PROVINCE if scope == "province" else Level.COUNTY
        unit = next((v for v in chain if v.level == wanted), None)
        if unit is None:
            return None
        ids, title = {unit.unit_id}, unit.name
        if scope == "built-up":
            for area in self.rules.built_up_areas:
                if unit.name in area.counties and province in ("", area.province):
                    others = self._names.called(area.counties, Level.COUNTY)
                    ids, title = ids | others, area.title
        key = scope, frozenset(ids)
        if key not in self._around:
            below = self._names.below(ids)
            self._around[key] = Around(self._names.bearers(below, self.day), self.rules)
        return title, self._around[key]

    def _in_country(self) -> Around:
        key = "country", frozenset[str]()
        if key not in self._around:
            self._around[key] = Around(_national(), self.rules)
        return self._around[key]

    def _closer(self, bearer: Bearer) -> Bearer:
        """Say where a unit is, and since when it bears its name, as exactly as that is known."""
        if self._view is None:
            return bearer
        versions = self._view.of_unit(bearer.id)
        named = [v for v in versions if v.name == bearer.text]
        if not named:
            return bearer
        begin, end = named[0].span.begin, named[-1].span.end
        lon, lat, placed_by = self._place([bearer.id, *self._names.above(bearer.id, self.day)])
        own = placed_by == self._names.name(bearer.id, self.day)
        return replace(
            bearer,
            since="" if Precision.UNKNOWN is begin.precision else str(begin),
            until="" if end.day == OPEN else str(end),
            lon=lon,
            lat=lat,
            placed_by="" if own else placed_by,
        )


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

    def name(self, unit_id: str, day: date) -> str:
        """Return the name of a unit on a day, else its last."""
        rows, on = self._rows[unit_id], day.toordinal()
        held = [r for r in rows if self._table.begin[r] <= on < self._table.end[r]] or rows[-1:]
        return str(self._table.name[held[0]]) if held else ""

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

    def bearers(self, unit_ids: Iterable[str], day: date) -> Iterable[Bearer]:
        """Yield one bearer for each name of each unit."""
        table = self._table
        for unit_id in unit_ids:
            by_name: dict[str, list[int]] = defaultdict(list)
            for row in self._rows[unit_id]:
                by_name[table.name[row]].append(row)
            for name, rows in by_name.items():
                first, last = rows[0], rows[-1]
                above = self._above(last, day)
                level = Level(int(table.level[last]))
                yield Bearer(
                    id=unit_id,
                    text=name,
                    code=str(table.code[last]),
                    name_class=_CLASS_OF_LEVEL.get(level, NameClass.OTHER),
                    above=tuple(self.name(u, day) for u in reversed(above)),
                    begin=_day(int(table.begin[first])) if table.begin_known[first] else None,
                    end=_day(int(table.end[last])),
                )

    def above(self, unit_id: str, day: date) -> tuple[str, ...]:
        """Return the ids of the superiors of a unit on a day, else its last, nearest first."""
        rows, on = self._rows[unit_id], day.toordinal()
        held = [r for r in rows if self._table.begin[r] <= on < self._table.end[r]] or rows[-1:]
        return self._above(held[0], day) if held else ()

    def _above(self, row: int, day: date) -> tuple[str, ...]:
        """Return the ids of the superiors of a version, the nearest first."""
        found: dict[str, None] = {}
        parent = str(self._table.parent_id[row])
        while parent and parent not in found:
            found[parent] = None
            rows, on = self._rows[parent], day.toordinal()
            held = [r for r in rows if self._table.begin[r] <= on < self._table.end[r]]
            rows = held or rows[-1:]
            parent = str(self._table.parent_id[rows[0]]) if rows else ""
        return tuple(found)


def _day(ordinal: int) -> date | None:
    """Return a day; None for the ends of the calendar, which stand for what is not known."""
    return None if ordinal in (date.min.toordinal(), date.max.toordinal()) else (
        date.fromordinal(ordinal)
    )  # fmt: skip


#: Years are known of most codes, not days: what ends and begins within one is one span.
_YEAR = 366


def _year(day: date) -> str:
    """Return the year alone of a first of January, which stands for it in the table."""
    return str(day.year) if (day.month, day.day) == (1, 1) else day.isoformat()


def _last_year(day: date) -> str:
    """Return the last year it held, of an end that stands for one; else the day it ended."""
    return str(day.year - 1) if (day.month, day.day) == (1, 1) else day.isoformat()


def _national() -> list[Bearer]:
    """Return the names of counties and above since 1981, from the national table.

    A county that kept its name under another code is one bearer, with its last code.
    """
    codes = load_handbook().county_codes
    rows = sorted((r for c in codes.every() for r in codes.rows(c)), key=lambda r: r.begin)
    last = {row.code: row.name for row in rows}
    bearers: dict[str, list[Bearer]] = defaultdict(list)
    for row in rows:
        above = [c for c in (row.code[:2] + "0000", row.code[:4] + "00") if c != row.code]
        bearer = Bearer(
            id=row.code,
            text=row.name,
            code=row.code,
            name_class=NameClass.COUNTY,
            above=tuple(dict.fromkeys(last[c] for c in above if c in last)),
            begin=row.begin,
            end=row.end,
            since=_year(row.begin),
            until="" if row.end is None else _last_year(row.end),
        )
        same = bearers[row.name]
        for n, before in enumerate(same):
            if before.end is not None and abs((row.begin - before.end).days) <= _YEAR:
                same[n] = replace(bearer, begin=before.begin, since=before.since)
                break
        else:
            same.append(bearer)
    return [bearer for same in bearers.values() for bearer in same]
