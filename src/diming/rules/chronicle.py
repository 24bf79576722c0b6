"""All versions of an archive and where they lie: what the rules over time look at (沿革)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from diming.geometry.chain import Chain, Ints, residual
from diming.geometry.faces import Faces, faces
from diming.geometry.ground import Ground
from diming.geometry.grouping import matches
from diming.geometry.keepers import held
from diming.geometry.nodes import Graph, number
from diming.geometry.noding import resolve
from diming.model.facts import Facts
from diming.model.finding import Finding, RecordRef, Severity
from diming.model.span import EVER, OPEN
from diming.rules.survey import fingerprint
from diming.rules.validity import as_areas

if TYPE_CHECKING:
    import pyproj

    from diming.versions import VersionTable

#: Returns the shapes of some territory keys, in their order.
Fetch = Callable[[Sequence[str]], NDArray[np.object_]]

#: Days without a date: since ever, and not ended.
SINCE_EVER, NOT_ENDED = EVER.toordinal(), OPEN.toordinal()


@dataclass(frozen=True)
class Looks:
    """Sums of shapes to be looked at: `key` is added in look `look`, or subtracted if `minus`."""

    look: Ints
    key: Ints
    minus: NDArray[np.bool_]


@dataclass(frozen=True)
class Chronicle:
    """All versions of one belief, on their ground; shapes are fetched when asked for.

    Attributes
    ----------
    table : VersionTable
    fetch : callable
        Returns shapes by territory key; none is asked for twice.
    ground : Ground
    """

    table: VersionTable
    fetch: Fetch
    ground: Ground
    _kept: dict[int, shapely.Geometry] = field(default_factory=dict)

    @staticmethod
    def of(table: VersionTable, fetch: Fetch, crs: pyproj.CRS) -> Chronicle:
        """Lay the versions of an archive on the ground of its CRS."""
        box = table.bounds
        filled = box[np.isfinite(box).all(axis=1)] if len(box) else box
        corners = (
            np.concatenate([filled[:, :2].min(axis=0), filled[:, 2:].max(axis=0)])
            if len(filled)
            else np.zeros(4)
        )
        return Chronicle(table, fetch, Ground.under(crs, corners))

    def shapes(self, key: Ints) -> NDArray[np.object_]:
        """Return the areas of some keys, by their positions, in the archive's CRS."""
        wanted = [k for k in dict.fromkeys(key.tolist()) if k not in self._kept]
        if wanted:
            found = np.asarray(self.fetch([str(self.table.keys[k]) for k in wanted]), dtype=object)
            wrong = np.flatnonzero(~shapely.is_valid(found))
            if len(wrong):
                found = found.copy()
                found[wrong] = as_areas(found[wrong])
            self._kept.update(zip(wanted, found, strict=True))
        result = np.empty(len(key), dtype=object)
        result[:] = [self._kept[k] for k in key.tolist()]
        return result

    def plane(self, key: Ints) -> NDArray[np.object_]:
        """Return the areas of some keys in the plane of the ground."""
        moved: NDArray[np.object_] = shapely.transform(self.shapes(key), self.ground.plane)
        return moved

    def faces(
        self, looks: Looks, tolerance_m: float, *, jobs: int = 1
    ) -> Iterator[tuple[int, Faces, Graph]]:
        """Yield, look by look, the pieces of ground that a sum leaves, and its graph."""
        if len(looks.key) == 0:
            return
        keys, row = np.unique(looks.key, return_inverse=True)
        shape = held(self.shapes(keys)).take(row)
        chain = residual(shape, jobs=jobs, minus=looks.minus, group=looks.look)
        of = looks.look[chain.owner]
        order = np.argsort(of, kind="stable")
        for mine in np.split(order, np.flatnonzero(np.diff(of[order])) + 1):
            if len(mine):
                start, end = (self.ground.plane(xy[mine]) for xy in (chain.start, chain.end))
                graph, _ = number(Chain(start, end, chain.owner[mine]), tolerance_m)
                graph, _ = resolve(graph, tolerance_m)
                yield int(of[mine[0]]), faces(graph), graph

    @cached_property
    def unit(self) -> Ints:
        """Return a number for the unit of each version, in the order of unit ids."""
        return numbered(self.table.unit_id)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        """Boxes of all keys: shapes are fetched only where a box is met."""
        return shapely.STRtree(shapely.box(*self.table.bounds.T))

    def meeting(self, asked: NDArray[np.object_], rows: Ints) -> tuple[Ints, Ints]:
        """Return (asked, version) pairs that intersect, among some rows of the table.

        `asked` are of the plane; the version's box is looked at first.
        """
        asked = shapely.transform(asked, self.ground.unplane)
        hit, key = self._tree.query(asked)
        known = np.zeros(len(self.table.keys), dtype=bool)
        known[self.table.territory[rows]] = True
        hit, key = hit[known[key]], key[known[key]]
        meets = shapely.intersects(asked[hit], self.shapes(key))
        hit, key = hit[meets], key[meets]
        pair, at = matches(key, self.table.territory[rows])
        hit, row = hit[pair], rows[at]
        order = np.lexsort((row, hit))
        return hit[order], row[order]

    def covering(self, polygon: NDArray[np.object_], rows: Ints) -> tuple[Ints, Ints]:
        """Return (polygon, version) pairs: which versions cover a point within each."""
        return self.meeting(shapely.point_on_surface(polygon), rows)

    def doubtful(self, rows: Iterable[int], until: int) -> bool:
        """Tell whether any of some versions may not have begun before `until`.

        A version whose begin is not known surely held on its last day, and on
        no other: what is said of days before another one's end may not be true.
        """
        t = self.table
        return any(not t.begin_known[r] and t.end[r] > until for r in rows)

    def label(self, row: int) -> str:
        """Return what a finding calls a version: its code, else its name, else its unit's id."""
        t = self.table
        return str(t.code[row] or t.name[row] or t.unit_id[row])

    def finding(
        self,
        rule: str,
        severity: Severity,
        rows: Iterable[int],
        *,
        span: tuple[int, int],
        measures: Mapping[str, float] = Facts({}),
        facts: Mapping[str, Any] = Facts({}),
        mark: str = "",
    ) -> Finding:
        """Make a finding about versions, one a unit, and the days ``[begin, end)`` it is true.

        The id stands for the units, the days and the `mark`; not for rows, which
        a later revision may replace.
        """
        chosen = list({self.table.unit_id[r]: r for r in reversed(list(rows))}.values())[::-1]
        begin, end = span
        days = {"days_count": end - begin} if _dated(begin) and _dated(end) else {}
        ids = [str(self.table.unit_id[r]) for r in chosen]
        return Finding(
            rule=rule,
            severity=severity,
            units=tuple(self.label(r) for r in chosen),
            names=tuple(str(self.table.name[r]) for r in chosen),
            records=tuple(RecordRef(0, int(self.table.row[r])) for r in chosen),
            measures=Facts({**measures, **days}),
            facts=Facts({**facts, "begin": iso(begin), "end": iso(end)}),
            id=fingerprint(rule, ids, f"{iso(begin)}/{iso(end)}{mark}".encode()),
        )


def numbered(text: NDArray[np.object_]) -> Ints:
    """Return for each text its place among the different ones, sorted."""
    place = {value: i for i, value in enumerate(sorted(set(text.tolist())))}
    return np.fromiter((place[value] for value in text.tolist()), np.int64, len(text))


def _dated(day: int) -> bool:
    return SINCE_EVER < day < NOT_ENDED


def iso(day: int) -> str:
    """Return the date of a day; empty for since ever, and for not ended."""
    return date.fromordinal(day).isoformat() if _dated(day) else ""
