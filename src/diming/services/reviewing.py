"""Review proposed names against an archive: fetch the names around, ask the rules (地名审查)."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from diming.errors import UsageError
from diming.geometry.lonlat import to_lonlat
from diming.handbook.naming_loading import load_naming_rules
from diming.model.naming import Bearer, Review
from diming.model.span import OPEN, Precision
from diming.model.unit import Level
from diming.rules.naming import Site, class_of, compared_classes, review_name, wanted_scopes
from diming.rules.naming_around import Around
from diming.services.asking import resolve
from diming.services.beliefs import day_meant, revision_meant
from diming.services.national_names import national_names
from diming.services.place_names import PlaceNames
from diming.services.unit_names import UnitNames

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from diming.handbook.naming import NamingRules
    from diming.model.naming import NameClass, Proposal
    from diming.model.version import Version
    from diming.store.protocol import Store


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
        self._around: dict[tuple[str, frozenset[str]], tuple[Around, frozenset[str]]] = {}
        self._points: dict[str, tuple[float, float] | None] = {}

    def review(self, proposal: Proposal) -> Review:
        """Return what is found of one proposal."""
        name_class = proposal.name_class or class_of(proposal.name, self.rules)
        chain = self._chain(proposal.within) if proposal.within else self._whole()
        province = next((v.any_code[:2] for v in chain if v.any_code), "")
        site = self._site(proposal, chain, province)
        around: dict[str, tuple[Around, ...]] = {}
        looked = []
        classes = compared_classes(self.rules, name_class)
        for scope in sorted(wanted_scopes(self.rules, name_class, province)):
            found = self._scope(scope, chain, province)
            if found is not None:
                title, units, within = found
                around[scope] = (units, *self._places_around(proposal.name, name_class, within))
                looked.append((scope, title, units.count(classes)))
        findings = review_name(proposal, name_class, self.rules, site, around, self._closer)
        return Review(
            proposal, name_class, site.within, tuple(looked), self._places_count, findings
        )

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
    ) -> tuple[str, Around, frozenset[str] | None] | None:
        """Return what a scope is called, the names of units within, and the units themselves.

        None where it is not known which it is; no units for the whole country.
        """
        if scope == "country":
            return "", self._in_country(), None
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
            around = Around(self._names.bearers(below, self.day, ids), self.rules)
            self._around[key] = around, frozenset({*ids, *below})
        return title, *self._around[key]

    def _in_country(self) -> Around:
        key = "country", frozenset[str]()
        if key not in self._around:
            self._around[key] = Around(national_names(), self.rules), frozenset()
        return self._around[key][0]

    @cached_property
    def _places(self) -> PlaceNames | None:
        """The gazetteer; None where it holds nothing."""
        if self.store is None:
            return None
        gazetteer = self.store.gazetteer(self._revision)
        return PlaceNames(gazetteer, self.rules) if gazetteer.counts().get("names") else None

    @property
    def _places_count(self) -> int:
        return 0 if self._places is None else self._places.count

    def _places_around(
        self, name: str, name_class: NameClass | None, within: frozenset[str] | None
    ) -> tuple[Around, ...]:
        """Return the places that bear a like name within some units, or anywhere."""
        if self._places is None or name_class is None:
            return ()
        found = [
            bearer
            for bearer in self._places.like(name, name_class, self.day, within)
            if not self._is_seat(bearer)
        ]
        return (Around(found, self.rules),) if found else ()

    def _is_seat(self, bearer: Bearer) -> bool:
        """Tell whether a place lies in a unit of its own name, which is compared already."""
        if self._view is None or not bearer.lies_in:
            return False
        return any(v.name == bearer.text for v in self._view.of_unit(bearer.lies_in))

    def _closer(self, bearer: Bearer) -> Bearer:
        """Say where a bearer is, and since when it bears its name, as exactly as that is known."""
        if self._view is None:
            return bearer
        if self._places is not None:
            bearer = replace(bearer, heritage=self._places.is_protected(bearer.id))
        if bearer.lies_in is not None:
            return self._placed(bearer, [bearer.lies_in] if bearer.lies_in else [])
        versions = self._view.of_unit(bearer.id)
        named = [v for v in versions if v.name == bearer.text]
        if not named:
            return bearer
        begin, end = named[0].span.begin, named[-1].span.end
        since = "" if begin.precision is Precision.UNKNOWN else str(begin)
        until = "" if end.day == OPEN else str(end)
        return self._placed(replace(bearer, since=since, until=until), [bearer.id])

    def _placed(self, bearer: Bearer, unit_ids: Sequence[str]) -> Bearer:
        """Give a bearer its position, or that of the smallest unit around whose shape is known."""
        chain = list(unit_ids)
        chain += self._names.above(chain[0], self.day) if chain else ()
        if bearer.lies_in:
            names = [self._names.name(unit, self.day) for unit in reversed(chain)]
            bearer = replace(bearer, above=tuple(n for n in names if n) or bearer.above)
        if bearer.lon is not None:
            return bearer
        lon, lat, placed_by = self._place(chain)
        own = placed_by == self._names.name(bearer.id, self.day)
        return replace(bearer, lon=lon, lat=lat, placed_by="" if own else placed_by)
