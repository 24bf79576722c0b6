"""Digitising debris, and units in several parts or inside others (数字化残留, 飞地)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.chain import Floats, Ints, blocks, rings
from diming.geometry.ground import Ground
from diming.geometry.grouping import collect
from diming.geometry.measure import sizes
from diming.model.finding import CheckSettings, Finding, Severity

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    from diming.rules.survey import Survey


def shape_findings(whole: Survey, areas: Survey, settings: CheckSettings) -> list[Finding]:
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
    result = _duplicates(whole)
    for crs, members in whole.groups:
        bounds = shapely.total_bounds(whole.shape[members])
        debris = _debris(whole.shape[members], Ground.under(crs, bounds), settings)
        result += _spikes(whole, crs, members, debris)
        result += _short_edges(whole, crs, members, debris)
    for crs, members in areas.groups:
        result += _sliver_rings(areas, crs, members, settings)
        result += _enclaves(areas, crs, members)
    return result + _exclaves(areas)


def _duplicates(survey: Survey) -> list[Finding]:
    result = []
    for _, members in survey.groups:
        shape = survey.shape[members]
        bounds = np.ascontiguousarray(shapely.bounds(shape))
        _, same, count = np.unique(bounds, axis=0, return_inverse=True, return_counts=True)
        same = same.ravel()
        for s in np.flatnonzero(count > 1):
            left = np.flatnonzero(same == s)
            while len(left) > 1:
                equal = shapely.equals(shape[left], shape[left[0]])
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
                left = left[~equal] if equal.any() else left[1:]
    return result


@dataclass(frozen=True, slots=True)
class Debris:
    """Spikes and short edges by position: unit, and coordinates of the input."""

    spike_unit: Ints
    #: Before, at and after the tip: shape (n, 3, 2).
    spike: Floats
    #: Shorter leg in metres, and the angle between the legs in radians.
    spike_length_m: Floats
    spike_angle: Floats
    edge_unit: Ints
    #: Both ends: shape (n, 2, 2).
    edge: Floats
    edge_length_m: Floats


def _debris(shape: NDArray[np.object_], ground: Ground, settings: CheckSettings) -> Debris:
    found: list[tuple[Floats | Ints, ...]] = []
    for cut in blocks(shape):
        ring = rings(shape[cut])
        xy, owner = ring.coordinates, np.repeat(ring.owner, np.diff(ring.first)) + cut.start
        last = ring.first[1:] - 1
        step = np.zeros_like(xy)
        step[:-1] = (xy[1:] - xy[:-1]) * ground.stretch
        length = np.hypot(step[:, 0], step[:, 1])
        length[last] = np.inf
        short = length < settings.short_edge_m
        edge = np.flatnonzero(short)
        # A tip may be two vertices with a short edge between: look at it as one.
        kept = ~short
        first = np.concatenate([[0], np.cumsum(kept)[last]])
        before, tip, after, leg, angle = _tips(
            xy[kept], first, ground, settings.spike_angle_deg, settings.spike_length_m
        )
        found.append((
            owner[kept][tip], np.stack([before, xy[kept][tip], after], axis=1), leg, angle,
            owner[edge], np.stack([xy[edge], xy[edge + 1]], axis=1), length[edge],
        ))  # fmt: skip
    return Debris(*(np.concatenate(part) for part in zip(*found, strict=True)))


def _tips(
    xy: Floats, first: Ints, ground: Ground, angle_deg: float, length_m: float
) -> tuple[Floats, Ints, Floats, Floats, Floats]:
    """Find vertices at which a ring turns back on itself.

    Rings of fewer than four vertices are left alone: a narrow triangle is no
    spike, and would not outlive its tip.

    Returns
    -------
    before, tip, after : arrays
        Coordinates of the neighbours, and the position of the tip.
    length_m : float64 array
        Of the shorter leg.
    angle : float64 array
        Between the legs, in radians.
    """
    last = first[1:] - 1
    step = np.zeros_like(xy)
    step[:-1] = (xy[1:] - xy[:-1]) * ground.stretch
    step[last] = 0.0
    previous = np.roll(np.arange(len(xy)), 1)
    previous[first[:-1]] = np.maximum(last - 1, 0)
    back = step[previous]
    dot = -(back[:, 0] * step[:, 0] + back[:, 1] * step[:, 1])
    turn = np.abs(back[:, 0] * step[:, 1] - back[:, 1] * step[:, 0])
    leg = np.sqrt(np.minimum((step**2).sum(axis=1), (back**2).sum(axis=1)))
    spiky = (dot > 0) & (turn <= math.tan(math.radians(angle_deg)) * dot) & (leg >= length_m)
    spiky &= np.repeat(np.diff(first) > 4, np.diff(first))
    spiky[last] = False
    tip = np.flatnonzero(spiky)
    return (
        xy[previous[tip]], tip, xy[np.minimum(tip + 1, len(xy) - 1)], leg[tip],
        np.arctan2(turn[tip], dot[tip]),
    )  # fmt: skip


def _spikes(survey: Survey, crs: pyproj.CRS, members: Ints, debris: Debris) -> list[Finding]:
    """Report each spike once, with all units whose outlines go through it."""
    if len(debris.spike_unit) == 0:
        return []
    # By the feet of the legs: of a blunt tip each neighbour may have taken another vertex.
    ends = np.sort(debris.spike[:, [0, 2]].copy().view(np.complex128).reshape(-1, 2), axis=1)
    _, first, same = np.unique(ends, axis=0, return_index=True, return_inverse=True)
    owners = collect(len(first), same.ravel(), members[debris.spike_unit])
    result = []
    for i, units in zip(first.tolist(), owners, strict=True):
        plane = survey.to_plane(debris.spike[i], crs)
        length, angle = debris.spike_length_m[i], debris.spike_angle[i]
        result.append(
            survey.finding(
                "spike",
                Severity.WARNING,
                units,
                measures={
                    "length_m": length,
                    "width_m": 2 * length * math.tan(angle / 2),
                    "angle_deg": math.degrees(angle),
                },
                at=plane[1],
                geometry=shapely.linestrings(plane),
                mark=np.sort(debris.spike[i, [0, 2]], axis=0).tobytes(),
            )
        )
    return result


def _short_edges(survey: Survey, crs: pyproj.CRS, members: Ints, debris: Debris) -> list[Finding]:
    """Report short edges once for all units that share them."""
    if len(debris.edge_unit) == 0:
        return []
    ends = np.sort(debris.edge.copy().view(np.complex128).reshape(-1, 2), axis=1)
    _, first, same = np.unique(ends, axis=0, return_index=True, return_inverse=True)
    groups: dict[tuple[int, ...], list[int]] = {}
    owners = collect(len(first), same.ravel(), members[debris.edge_unit])
    for i, units in zip(first.tolist(), owners, strict=True):
        groups.setdefault(units, []).append(i)
    result = []
    for units, edges in groups.items():
        plane = survey.to_plane(debris.edge[edges].mean(axis=1), crs)
        result.append(
            survey.finding(
                "short-edge",
                Severity.WARNING,
                units,
                measures={
                    "edges_count": len(edges),
                    "length_m": debris.edge_length_m[edges].min(),
                },
                facts={} if debris.edge_length_m[edges].any() else {"reason": "repeated"},
                at=plane[0],
                geometry=shapely.multipoints(plane),
                mark=np.sort(debris.edge[edges, 0], axis=0).tobytes(),
            )
        )
    return result


def _sliver_rings(
    survey: Survey, crs: pyproj.CRS, members: Ints, settings: CheckSettings
) -> list[Finding]:
    """Report parts and holes that are nowhere wider than the limit."""
    shape = survey.shape[members]
    parts, owner = shapely.get_parts(shape, return_index=True)
    all_rings, part = shapely.get_rings(parts, return_index=True)
    hole = np.ones(len(part), dtype=bool)
    hole[np.unique(part, return_index=True)[1]] = False
    # What is nowhere wider than w has at most the area of its outline times w:
    # few rings are left to be measured.
    stretch = Ground.under(crs, shapely.total_bounds(shape)).stretch
    area = shapely.area(shapely.polygons(all_rings)) * stretch[0] * stretch[1]
    outline = shapely.length(all_rings) * min(stretch)
    thin = np.flatnonzero(area <= settings.sliver_width_m * outline)
    if len(thin) == 0:
        return []
    plane = shapely.transform(
        shapely.polygons(all_rings[thin]), lambda xy: survey.to_plane(xy, crs)
    )
    measured = sizes(plane, survey.ground)
    inside = shapely.get_coordinates(shapely.point_on_surface(plane))
    return [
        survey.finding(
            "sliver-ring",
            Severity.WARNING,
            (members[owner[part[thin[i]]]],),
            measures={
                "area_m2": measured.area_m2[i],
                "width_m": measured.width_m[i],
                "length_m": measured.length_m[i],
            },
            facts={"ring": "hole" if hole[thin[i]] else "part"},
            at=inside[i],
            geometry=plane[i],
            mark=np.unique(shapely.get_coordinates(all_rings[thin[i]]), axis=0).tobytes(),
        )
        for i in np.flatnonzero(measured.width_m <= settings.sliver_width_m)
    ]


def _exclaves(survey: Survey) -> list[Finding]:
    several = np.flatnonzero(shapely.get_num_geometries(survey.shape) > 1)
    if len(several) == 0:
        return []
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


def _enclaves(survey: Survey, crs: pyproj.CRS, members: Ints) -> list[Finding]:
    """Report units that fill a hole of another."""
    shape = survey.shape[members]
    parts, owner = shapely.get_parts(shape, return_index=True)
    pierced = shapely.get_num_interior_rings(parts) > 0
    all_rings, part = shapely.get_rings(parts[pierced], return_index=True)
    if len(part) == 0:
        return []
    hole = np.ones(len(part), dtype=bool)
    hole[np.unique(part, return_index=True)[1]] = False
    holes = shapely.polygons(all_rings[hole])
    outer = owner[pierced][part[hole]]
    usable = shapely.is_valid(holes)
    holes, outer = holes[usable], outer[usable]
    hit, inner = shapely.STRtree(shape).query(holes, predicate="covers")
    # An enclave may hold an enclave of its own: what counts is how far its outline reaches.
    outline = shapely.get_exterior_ring(shapely.get_geometry(shape[inner], 0))
    filled = shapely.area(shapely.polygons(outline))
    fills = filled >= 0.999 * shapely.area(holes[hit])
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
