"""What the rules on geometry look at together: units, where they lie, and their ground."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.geometry.chain import Chain, Floats, Ints, residual
from diming.geometry.ground import Ground, same_crs, transform
from diming.geometry.nodes import Graph, Noise, number
from diming.model.facts import Facts
from diming.model.finding import Finding, RecordRef, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyproj
    from numpy.typing import NDArray

    from diming.geometry.shapes import Shapes
    from diming.tables import Units


@dataclass(frozen=True)
class Survey:
    """Units of one level, with geometry fit for the chain.

    Attributes
    ----------
    units : Units
        As delivered; labels and records of findings come from here.
    shape : Shapes
        The units' geometry as the chain takes it: valid polygons, in the CRS
        of their input.
    crs : tuple of pyproj.CRS
        One an input.
    ground : Ground
        Beneath the working CRS, in which deliveries are compared.
    paths : tuple of str
        One an input, for units that have neither code nor name.
    """

    units: Units
    shape: Shapes
    crs: tuple[pyproj.CRS, ...]
    ground: Ground
    paths: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.units)

    def take(self, index: NDArray[Any]) -> Survey:
        """Return the survey of some of the units, on the same ground."""
        return Survey(
            self.units.take(index), self.shape.take(index), self.crs, self.ground, self.paths
        )

    def label(self, unit: int) -> str:
        """Return what a finding calls a unit: its code, else its name, else file#fid."""
        u = self.units
        return str(u.code[unit] or u.name[unit] or f"{self.paths[u.input[unit]]}#{u.fid[unit]}")

    def names_of_inputs(self) -> list[str]:
        """Return the file names that the units come from, sorted, with their level."""
        level = int(self.units.level.max(initial=0))
        return [str(level), *sorted({self.paths[i] for i in np.unique(self.units.input)})]

    @cached_property
    def unit_of(self) -> Mapping[tuple[int, int], int]:
        """Positions of units by input and feature id, as the records of findings name them."""
        keys = zip(self.units.input.tolist(), self.units.fid.tolist(), strict=True)
        return {key: position for position, key in enumerate(keys)}

    @cached_property
    def groups(self) -> tuple[tuple[pyproj.CRS, Ints], ...]:
        """Units by CRS: those of one CRS are compared bit by bit, before any transformation."""
        kinds: list[pyproj.CRS] = []
        kind_of = []
        for crs in self.crs:
            known = next((k for k, c in enumerate(kinds) if same_crs(c, crs)), len(kinds))
            kinds.extend([crs] if known == len(kinds) else [])
            kind_of.append(known)
        kind = np.asarray(kind_of, dtype=np.int64)[self.units.input]
        found = ((crs, np.flatnonzero(kind == k)) for k, crs in enumerate(kinds))
        return tuple((crs, members) for crs, members in found if len(members))

    def residual(
        self,
        *,
        jobs: int = 1,
        minus: NDArray[np.bool_] | None = None,
        group: Ints | None = None,
    ) -> Chain:
        """Return the residual of the units, in CRS coordinates of each unit's own input.

        Units marked `minus` are subtracted; with `group`, segments cancel only
        among units of the same group.
        """
        parts = []
        for _, members in self.groups:
            chain = residual(
                self.shape.take(members),
                jobs=jobs,
                minus=None if minus is None else minus[members],
                group=None if group is None else group[members],
            )
            parts.append(Chain(chain.start, chain.end, members[chain.owner].astype(np.int32)))
        return Chain.concatenate(parts)

    def number(self, chain: Chain, tolerance_m: float) -> tuple[Graph, Noise]:
        """Bring a residual to the plane of the ground and number its nodes."""
        start, end = np.empty_like(chain.start), np.empty_like(chain.end)
        of = self._group_of[chain.owner]
        for g, (crs, _) in enumerate(self.groups):
            mine = of == g
            both = np.concatenate([chain.start[mine], chain.end[mine]])
            start[mine], end[mine] = np.split(self.to_plane(both, crs), 2)
        return number(Chain(start, end, chain.owner), tolerance_m)

    @cached_property
    def _group_of(self) -> Ints:
        """Which of the groups each unit is in."""
        place = np.zeros(len(self), dtype=np.int64)
        for g, (_, members) in enumerate(self.groups):
            place[members] = g
        return place

    def to_plane(self, xy: Floats, crs: pyproj.CRS) -> Floats:
        """Bring points of an input's CRS to the plane of the ground."""
        return self.ground.plane(transform(xy, crs, self.ground.crs))

    def shapes_in_plane(self, units: Ints) -> NDArray[np.object_]:
        """Return the shapes of some units in the plane of the ground."""
        result = self.shape[units]
        for g, (crs, _) in enumerate(self.groups):
            mine = self._group_of[units] == g
            result[mine] = shapely.transform(
                result[mine], lambda xy, crs=crs: self.to_plane(xy, crs)
            )
        return result

    @cached_property
    def _trees(self) -> tuple[shapely.STRtree, ...]:
        """Trees of the boxes of units: shapes are fetched only where a box is met."""
        return tuple(
            shapely.STRtree(shapely.box(*self.shape.bounds[members].T))
            for _, members in self.groups
        )

    def _intersecting(
        self, tree: shapely.STRtree, members: Ints, asked: NDArray[np.object_]
    ) -> tuple[Ints, Ints]:
        """Return (asked, unit) pairs that intersect."""
        hit, place = tree.query(asked)
        order = np.argsort(place, kind="stable")
        hit, unit = hit[order], members[place[order]]
        units, nth = np.unique(unit, return_inverse=True)
        meets = np.zeros(len(hit), dtype=bool)
        first = 0
        for some in self.shape.portions(units):
            mine = slice(*np.searchsorted(nth, (first, first + len(some))))
            shape = self.shape[some]
            meets[mine] = shapely.intersects(asked[hit[mine]], shape[nth[mine] - first])
            first += len(some)
        return hit[meets], unit[meets]

    def covering(self, points: Floats) -> tuple[Ints, Ints]:
        """Return (point, unit) pairs: which units cover points of the plane."""
        found = []
        for (crs, members), tree in zip(self.groups, self._trees, strict=True):
            xy = transform(self.ground.unplane(points), self.ground.crs, crs)
            found.append(self._intersecting(tree, members, shapely.points(xy)))
        point, unit = _joined(found)
        order = np.lexsort((unit, point))
        return point[order], unit[order]

    def meeting(self, polygon: NDArray[np.object_]) -> tuple[Ints, Ints]:
        """Return (polygon, unit) pairs: which units meet polygons of the plane."""
        found = []
        for (crs, members), tree in zip(self.groups, self._trees, strict=True):
            asked = shapely.transform(
                polygon,
                lambda xy, crs=crs: transform(self.ground.unplane(xy), self.ground.crs, crs),
            )
            found.append(self._intersecting(tree, members, asked))
        return _joined(found)

    def finding(
        self,
        rule: str,
        severity: Severity,
        units: Iterable[int],
        *,
        measures: Mapping[str, float] = Facts({}),
        facts: Mapping[str, Any] = Facts({}),
        at: Floats | None = None,
        geometry: Any = None,
        mark: bytes = b"",
        others: Survey | None = None,
        other_units: Iterable[int] = (),
    ) -> Finding:
        """Make a finding about some units (and units of another survey).

        `at` (shape (2,)) and `geometry` are of the plane; `mark` tells this
        place from others of the same units, in bits of the input.
        """
        mine = [(self, int(i)) for i in units]
        mine += [(others, int(i)) for i in other_units] if others is not None else []
        labels = tuple(s.label(i) for s, i in mine)
        inputs = {int(s.units.input[i]) for s, i in mine}
        where = None if at is None else self.ground.lonlat(np.asarray(at, dtype=float)[None])[0]
        if where is not None and not np.isfinite(where).all():
            where, geometry = None, None
        if geometry is not None:
            geometry = self.ground.as_lonlat(np.array([geometry], dtype=object))[0]
        return Finding(
            rule=rule,
            severity=severity,
            units=labels,
            names=tuple(str(s.units.name[i]) for s, i in mine),
            records=tuple(RecordRef(int(s.units.input[i]), int(s.units.fid[i])) for s, i in mine),
            measures=Facts({k: _number(v) for k, v in measures.items()}),
            facts=Facts(dict(facts)),
            at=None if where is None else (float(where[0]), float(where[1])),
            geometry=geometry,
            seam=len(inputs) > 1,
            id=fingerprint(rule, labels, mark),
        )


def _joined(pairs: list[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    """Join pairs of arrays; there may be none, where no unit has ground."""
    none = np.empty(0, dtype=np.int64)
    first, second = zip((none, none), *pairs, strict=True)
    return np.concatenate(first), np.concatenate(second)


def _number(value: float) -> float:
    return int(value) if isinstance(value, int | np.integer) else float(value)


def fingerprint(rule: str, labels: Iterable[str], mark: bytes = b"") -> str:
    """Return an id for what is wrong: the rule, the units in any order, and a mark of the place."""
    digest = hashlib.sha256(mark)
    for label in sorted(labels):
        digest.update(b"\0" + label.encode("utf-8", "surrogatepass"))
    return f"{rule}:{digest.hexdigest()[:12]}"
