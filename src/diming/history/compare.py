"""What differs between two states of a region, unit by unit and level by level (对比).

Territories are held under a fingerprint of their coordinates, so most units are the
same without a look at their shapes: only those that changed are laid over each other.
That the region as a whole is what it was, is proved by the sums of the boundary chain.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.geometry.area import areas_m2
from diming.geometry.checksum import added
from diming.geometry.lonlat import crs_of
from diming.history.links import links_of
from diming.model.answers import Balance, Change, ChangeKind, Comparison, Flow
from diming.model.event import EventType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from diming.model.changeset import Applied
    from diming.model.unit import Level
    from diming.model.version import Version

    #: Fetches shapes, or checksums, by territory key.
    Fetch = Callable[[Iterable[str]], Mapping[str, Any]]

#: Ground smaller than this, or narrower on average, is rounding.
LEAST_M2, LEAST_WIDTH_M = 0.01, 0.001


def compare(
    earlier: Sequence[Version],
    later: Sequence[Version],
    shapes: Fetch,
    *,
    chain_sums: Fetch,
    crs: str | None,
    acts: Sequence[Applied] = (),
) -> Comparison:
    """Return what became of each unit, and whose ground became whose.

    Parameters
    ----------
    earlier, later : sequences of Version
        One a unit; two days of one belief, or one day of two.
    shapes, chain_sums : callables
        Of territory keys, such as `diming.history.view.View.shapes`.
    crs : str or None
        Of the shapes.
    acts : sequence of Applied
        Those between, which tell a conversion from an end and a beginning.
    """
    olds, news = ({v.unit_id: v for v in side} for side in (earlier, later))
    grounds = {
        level: _Ground(level, olds, news, shapes, crs)
        for level in sorted({v.level for v in (*earlier, *later)})
    }
    converted = _converted(acts)
    links = [link for act in acts for link in links_of(act)]
    forth = _graph((x.giver, x.taker) for x in links)
    back = _graph((x.taker, x.giver) for x in links)
    changes = []
    for unit in sorted(olds.keys() | news.keys(), key=lambda u: _order(olds.get(u), news.get(u))):
        before, after = olds.get(unit), news.get(unit)
        kinds = tuple(_kinds(before, after, unit in converted))
        if kinds:
            change = _change(unit, before, after, kinds, grounds)
            if change.gained_m2 == change.lost_m2 == 0:
                # Another vertex on its line, where a new border of others ends.
                change = replace(
                    change, kinds=tuple(k for k in kinds if k is not ChangeKind.TERRITORY)
                )
                if not change.kinds:
                    continue
            if after is None:
                change = replace(change, relatives=_reached(unit, forth, news))
            elif before is None:
                change = replace(change, relatives=_reached(unit, back, olds))
            changes.append(change)
    return Comparison(
        tuple(changes),
        tuple(flow for ground in grounds.values() for flow in ground.flows),
        tuple(ground.balance(chain_sums) for ground in grounds.values()),
    )


def _order(before: Version | None, after: Version | None) -> tuple[int, str, str]:
    version = after or before
    assert version is not None
    return version.level, version.any_code or version.label, version.unit_id


def _graph(pairs: Iterable[tuple[str | None, str | None]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for here, there in pairs:
        if here is not None and there is not None:
            found.setdefault(here, []).append(there)
    return found


def _reached(
    unit: str, graph: Mapping[str, list[str]], ends: Mapping[str, Version]
) -> tuple[str, ...]:
    """Return the units of the other state that acts lead to, whatever stood between."""
    reached: dict[str, None] = {}
    seen, waiting = {unit}, [unit]
    while waiting:
        for other in graph.get(waiting.pop(), ()):
            if other in seen:
                continue
            seen.add(other)
            if other in ends:
                reached[other] = None
            else:
                waiting.append(other)
    return tuple(sorted(reached, key=lambda u: _order(None, ends[u])))


def _converted(acts: Iterable[Applied]) -> set[str]:
    return {
        unit
        for act in acts
        if act.event.type is EventType.CONVERT
        for unit in (*act.before, *act.after)
        if unit is not None
    }


def _kinds(before: Version | None, after: Version | None, converted: bool) -> Iterable[ChangeKind]:
    if before is None or after is None:
        if converted:
            yield ChangeKind.CONVERTED
        yield ChangeKind.BEGUN if before is None else ChangeKind.ENDED
        return
    if before.kind != after.kind or before.level != after.level:
        yield ChangeKind.CONVERTED
    if before.name != after.name:
        yield ChangeKind.RENAMED
    if before.codes != after.codes:
        yield ChangeKind.RECODED
    if before.parent_id != after.parent_id:
        yield ChangeKind.PARENT
    if before.seat != after.seat:
        yield ChangeKind.SEAT
    if before.territory != after.territory:
        if before.territory is None:
            yield ChangeKind.TERRITORY_LEARNT
        elif after.territory is None:
            yield ChangeKind.TERRITORY_LOST_TRACK
        else:
            yield ChangeKind.TERRITORY


def _change(
    unit: str,
    before: Version | None,
    after: Version | None,
    kinds: tuple[ChangeKind, ...],
    grounds: Mapping[Level, _Ground],
) -> Change:
    area_before = grounds[before.level].old_m2.get(unit) if before else None
    area_after = grounds[after.level].new_m2.get(unit) if after else None
    gained = lost = None
    # A unit that is no more gained nothing; one whose ground was not known, nobody knows.
    if (before is None or area_before is not None) and (after is None or area_after is not None):
        same = before is not None and after is not None and before.territory == after.territory
        gained = grounds[after.level].taken_m2[unit] if after and not same else 0.0
        lost = grounds[before.level].given_m2[unit] if before and not same else 0.0
    return Change(unit, before, after, kinds, area_before, area_after, gained, lost)


class _Ground:
    """The territories of one level in both states, and what passed between units."""

    def __init__(
        self,
        level: Level,
        olds: Mapping[str, Version],
        news: Mapping[str, Version],
        shapes: Fetch,
        crs: str | None,
    ):
        self.level, self.crs = level, crs_of(crs)
        self.olds = {u: v for u, v in olds.items() if v.level == level}
        self.news = {u: v for u, v in news.items() if v.level == level}
        old = {u: v.territory for u, v in self.olds.items() if v.territory is not None}
        new = {u: v.territory for u, v in self.news.items() if v.territory is not None}
        same = {u for u, key in old.items() if new.get(u) == key}
        left = {u: key for u, key in old.items() if u not in same}
        right = {u: key for u, key in new.items() if u not in same}
        self._shapes = dict(shapes({*left.values(), *right.values()}))
        self._fetch = shapes
        self.old_m2, self.new_m2 = self._areas(left), self._areas(right)
        # Of units that only bear another name, say, the area is told too.
        touched = {u: old[u] for u in same if self.olds[u] != self.news[u]}
        if touched:
            self._shapes |= dict(shapes(touched.values()))
            kept = self._areas(touched)
            self.old_m2 |= kept
            self.new_m2 |= kept
        self.flows: list[Flow] = []
        self.given_m2: dict[str, float] = defaultdict(float)
        self.taken_m2: dict[str, float] = defaultdict(float)
        self._overlay(*self._whole(left, right))

    def _areas(self, keys: Mapping[str, str]) -> dict[str, float]:
        found = np.array([self._shapes[key] for key in keys.values()], dtype=object)
        return dict(zip(keys, areas_m2(found, self.crs).tolist(), strict=True))

    def _whole(
        self, left: dict[str, str], right: dict[str, str]
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Take out the territories that passed whole to another unit."""
        takers = {key: unit for unit, key in right.items()}
        for giver, key in list(left.items()):
            taker = takers.get(key)
            if taker is not None and right.get(taker) == key:
                self._add(giver, taker, self._shapes[key], self.old_m2[giver])
                del left[giver], right[taker]
        return left, right

    def _overlay(self, left: dict[str, str], right: dict[str, str]) -> None:
        givers, takers = list(left), list(right)
        a = np.array([self._shapes[left[u]] for u in givers], dtype=object)
        b = np.array([self._shapes[right[u]] for u in takers], dtype=object)
        i, j = np.empty(0, int), np.empty(0, int)
        if len(a) and len(b):
            i, j = shapely.STRtree(b).query(a, predicate="intersects")
        met = _polygonal(shapely.intersection(a[i], b[j])) if len(i) else np.empty(0, object)
        area = areas_m2(met, self.crs)
        for n in np.flatnonzero(_is_ground(met, area)):
            giver, taker = givers[i[n]], takers[j[n]]
            if giver != taker:
                self._add(giver, taker, met[n], float(area[n]))
        for unit, shape in self._rest(givers, a, b, i, j):
            self._add(unit, None, *shape)
        for unit, shape in self._rest(takers, b, a, j, i):
            self._add(None, unit, *shape)

    def _rest(
        self,
        units: list[str],
        shapes: NDArray[np.object_],
        others: NDArray[np.object_],
        mine: NDArray[np.int64],
        theirs: NDArray[np.int64],
    ) -> list[tuple[str, tuple[Any, float]]]:
        """Return what of each shape none of the others covers."""
        if len(units) == 0:
            return []
        covers = np.empty(len(units), dtype=object)
        for n in range(len(units)):
            covers[n] = shapely.union_all(others[theirs[mine == n]])
        bare = _polygonal(shapely.difference(shapes, covers))
        area = areas_m2(bare, self.crs)
        return [
            (units[n], (bare[n], float(area[n]))) for n in np.flatnonzero(_is_ground(bare, area))
        ]

    def _add(self, giver: str | None, taker: str | None, shape: Any, area_m2: float) -> None:
        self.flows.append(Flow(self.level, giver, taker, area_m2, shape))
        if giver is not None:
            self.given_m2[giver] += area_m2
        if taker is not None:
            self.taken_m2[taker] += area_m2

    def balance(self, chain_sums: Fetch) -> Balance:
        """Return the level as a whole."""
        before, after = (
            sum(v.territory is None for v in side.values()) for side in (self.olds, self.news)
        )
        conserved = None
        if not (before or after) and self.olds and self.news:
            conserved = self._sum(self.olds, chain_sums) == self._sum(self.news, chain_sums)
        came = sum(f.area_m2 for f in self.flows if f.giver is None)
        went = sum(f.area_m2 for f in self.flows if f.taker is None)
        return Balance(
            self.level, len(self.olds), len(self.news), before, after,
            gained_m2=None if came and before else came,
            lost_m2=None if went and after else went,
            conserved=conserved,
        )  # fmt: skip

    @staticmethod
    def _sum(side: Mapping[str, Version], chain_sums: Fetch) -> int:
        keys = [v.territory for v in side.values() if v.territory is not None]
        found = chain_sums(set(keys))
        return added(found[key] for key in keys)


def _is_ground(shapes: NDArray[np.object_], area: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell ground from what rounding leaves along lines that were drawn twice."""
    plain, outline = shapely.area(shapes), shapely.length(shapes)
    with np.errstate(divide="ignore", invalid="ignore"):
        metres = np.sqrt(area / plain)
        width = 2 * area / (outline * metres)
    found: NDArray[np.bool_] = (area > LEAST_M2) & (width > LEAST_WIDTH_M)
    return found


def _polygonal(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Keep the areas of shapes; where two meet in lines besides, the lines are no ground."""
    mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    for n in np.flatnonzero(mixed):
        parts = shapely.get_parts(shapes[n])
        flat = shapely.get_dimensions(parts) == 2
        shapes[n] = shapely.union_all(parts[flat]) if flat.any() else shapely.Polygon()
    return shapes
