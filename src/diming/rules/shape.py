"""Units one by one: twins, narrow rings, exclaves, enclaves (重复, 狭长环, 飞地)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.chain import Ints, doubled_areas, rings
from diming.geometry.ground import Ground
from diming.geometry.measure import sizes
from diming.model.finding import CheckSettings, Finding, Severity
from diming.rules.debris import debris_findings

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    from diming.rules.survey import Survey


def shape_findings(
    whole: Survey, areas: Survey, settings: CheckSettings, *, jobs: int = 1
) -> list[Finding]:
    """Look at the units one by one.

    Parameters
    ----------
    whole : Survey
        The units as delivered: duplicates and debris are looked for here.
    areas : Survey
        The ground they enclose: parts and holes are counted here, where lines
        without area and parts that touch along a line are none.

    Returns
    -------
    list of Finding
        Of the rules ``duplicate-geometry``, ``spike``, ``sliver-ring``,
        ``short-edge``, ``exclave`` and ``enclave``.
    """
    result = _duplicates(whole) + debris_findings(whole, settings, jobs=jobs)
    for crs, members in areas.groups:
        result += _sliver_rings(areas, crs, members, settings, jobs)
        result += _enclaves(areas, members, jobs)
    return result + _exclaves(areas, jobs)


def _duplicates(survey: Survey) -> list[Finding]:
    result = []
    for _, members in survey.groups:
        bounds = survey.shape.bounds[members]
        order = np.lexsort(bounds.T)
        alike = (bounds[order[1:]] == bounds[order[:-1]]).all(axis=1)
        cuts = np.flatnonzero(~alike) + 1
        for left in np.split(order, cuts):
            if len(left) < 2:
                continue
            left = np.sort(left)
            shape = survey.shape[members[left]]
            while len(left) > 1:
                equal = shapely.equals(shape, shape[0])
                if (twins := members[left[equal]]).size > 1:
                    plane = survey.shapes_in_plane(twins[:1])
                    result.append(
                        survey.finding(
                            "duplicate-geometry",
                            Severity.ERROR,
                            twins,
                            measures={"area_m2": survey.ground.areas_m2(plane)[0]},
                            at=shapely.get_coordinates(shapely.point_on_surface(plane))[0],
                            geometry=plane[0],
                            mark=bounds[left[0]].tobytes(),
                        )
                    )
                rest = ~equal if equal.any() else np.arange(len(left)) > 0
                left, shape = left[rest], shape[rest]
    return result


@dataclass(frozen=True, slots=True)
class _Ring:
    """Rings that may be slivers: coordinates of each, its unit, and whether it is a hole."""

    ring: NDArray[np.object_]
    unit: Ints
    hole: NDArray[np.bool_]


def _thin_rings(
    geometry: NDArray[np.object_], unit: Ints, *, stretch: tuple[float, float], width_m: float
) -> _Ring:
    """Find the rings whose area does not show that they are wider than a limit.

    What is nowhere wider than w has at most the area of its outline times w.
    """
    ring = rings(geometry)
    area = np.abs(doubled_areas(ring)) / 2 * stretch[0] * stretch[1]
    first = ring.first[:-1]
    doubt = np.arange(0)
    if len(first):
        x, y = ring.coordinates[:, 0], ring.coordinates[:, 1]
        step = np.hypot(np.diff(x) * stretch[0], np.diff(y) * stretch[1])
        step[ring.first[1:-1] - 1] = 0.0
        outline = np.add.reduceat(step, first)
        doubt = np.flatnonzero(area <= width_m * outline)
    xy = [ring.coordinates[a:b] for a, b in zip(first[doubt], ring.first[1:][doubt], strict=True)]
    lines = np.array([shapely.linearrings(part) for part in xy], dtype=object)
    return _Ring(lines, unit[ring.owner[doubt]], ring.hole[doubt])


def _sliver_rings(
    survey: Survey, crs: pyproj.CRS, members: Ints, settings: CheckSettings, jobs: int
) -> list[Finding]:
    """Report parts and holes that are nowhere wider than the limit."""
    shapes = survey.shape.take(members)
    look = partial(
        _thin_rings,
        stretch=Ground.under(crs, shapes.total_bounds).stretch,
        width_m=settings.sliver_width_m,
    )
    found = [part for _, part in shapes.each(look, np.arange(len(shapes)), jobs=jobs)]
    if not any(len(part.unit) for part in found):
        return []
    owner = np.concatenate([part.unit for part in found])
    order = np.argsort(owner, kind="stable")
    owner, all_rings = owner[order], np.concatenate([part.ring for part in found])[order]
    hole = np.concatenate([part.hole for part in found])[order]
    plane = shapely.transform(shapely.polygons(all_rings), lambda xy: survey.to_plane(xy, crs))
    measured = sizes(plane, survey.ground)
    inside = shapely.get_coordinates(shapely.point_on_surface(plane))
    return [
        survey.finding(
            "sliver-ring",
            Severity.WARNING,
            (members[owner[i]],),
            measures={
                "area_m2": measured.area_m2[i],
                "width_m": measured.width_m[i],
                "length_m": measured.length_m[i],
            },
            facts={"ring": "hole" if hole[i] else "part"},
            at=inside[i],
            geometry=plane[i],
            mark=np.unique(shapely.get_coordinates(all_rings[i]), axis=0).tobytes(),
        )
        for i in np.flatnonzero(measured.width_m <= settings.sliver_width_m)
    ]


def _exclaves(survey: Survey, jobs: int) -> list[Finding]:
    several = np.flatnonzero(survey.shape.column(shapely.get_num_geometries, jobs=jobs) > 1)
    return [
        finding
        for units in survey.shape.portions(several)
        for finding in _exclaves_of(survey, units)
    ]


def _exclaves_of(survey: Survey, several: Ints) -> list[Finding]:
    parts, owner = shapely.get_parts(survey.shapes_in_plane(several), return_index=True)
    area = survey.ground.areas_m2(parts)
    result = []
    for i, unit in enumerate(several):
        mine = np.flatnonzero(owner == i)
        mine = mine[np.argsort(-area[mine], kind="stable")]
        if len(mine) < 2:
            continue
        apart = parts[mine[1:]]
        result.append(
            survey.finding(
                "exclave",
                Severity.INFO,
                (int(unit),),
                measures={"parts_count": len(mine), "area_m2": area[mine[1:]].sum()},
                at=shapely.get_coordinates(shapely.point_on_surface(apart[:1]))[0],
                geometry=shapely.multipolygons(apart),
            )
        )
    return result


@dataclass(frozen=True, slots=True)
class _Holes:
    """Holes of units that hold some ground, as polygons, and whose they are."""

    hole: NDArray[np.object_]
    outer: Ints


def _holes(geometry: NDArray[np.object_], unit: Ints) -> _Holes:
    parts, owner = shapely.get_parts(geometry, return_index=True)
    pierced = shapely.get_num_interior_rings(parts) > 0
    all_rings, part = shapely.get_rings(parts[pierced], return_index=True)
    hole = np.ones(len(part), dtype=bool)
    hole[np.unique(part, return_index=True)[1]] = False
    found = shapely.polygons(all_rings[hole]) if hole.any() else np.empty(0, dtype=object)
    usable = shapely.is_valid(found)
    return _Holes(found[usable], unit[owner[pierced][part[hole]]][usable])


def _enclaves(survey: Survey, members: Ints, jobs: int) -> list[Finding]:
    """Report units that fill a hole of another."""
    shapes = survey.shape.take(members)
    found = [part for _, part in shapes.each(_holes, np.arange(len(shapes)), jobs=jobs)]
    if not any(len(part.outer) for part in found):
        return []
    outer = np.concatenate([part.outer for part in found])
    order = np.argsort(outer, kind="stable")
    outer, holes = outer[order], np.concatenate([part.hole for part in found])[order]
    # A unit within a hole has its box within the hole's.
    box = shapely.box(*shapes.bounds.T)
    hit, inner = shapely.STRtree(box).query(shapely.box(*shapely.bounds(holes).T), "covers")
    order = np.lexsort((inner, hit))
    hit, inner = hit[order], inner[order]
    fills = np.zeros(len(hit), dtype=bool)
    for some in shapes.portions(np.unique(inner)):
        mine = np.flatnonzero(np.isin(inner, some))
        unit = shapes[some][np.searchsorted(some, inner[mine])]
        # An enclave may hold an enclave of its own: what counts is how far its outline reaches.
        outline = shapely.get_exterior_ring(shapely.get_geometry(unit, 0))
        filled = shapely.area(shapely.polygons(outline))
        fills[mine] = shapely.covers(holes[hit[mine]], unit) & (
            filled >= 0.999 * shapely.area(holes[hit[mine]])
        )
    result = []
    for i, unit in zip(hit[fills], inner[fills], strict=True):
        plane = survey.shapes_in_plane(members[[unit]])
        result.append(
            survey.finding(
                "enclave",
                Severity.INFO,
                (members[unit], members[outer[i]]),
                measures={"area_m2": survey.ground.areas_m2(plane)[0]},
                at=shapely.get_coordinates(shapely.point_on_surface(plane))[0],
                geometry=plane[0],
            )
        )
    return result
