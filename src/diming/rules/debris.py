"""Digitising debris: spikes and short edges of outlines (尖刺, 短边)."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.chain import Floats, Ints, rings
from diming.geometry.ground import Ground
from diming.geometry.grouping import collect
from diming.geometry.noding import cross
from diming.model.finding import CheckSettings, Finding, Severity

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    from diming.rules.survey import Survey


def debris_findings(survey: Survey, settings: CheckSettings, *, jobs: int = 1) -> list[Finding]:
    """Look for spikes and short edges in the outlines of units, as delivered.

    Returns
    -------
    list of Finding
        Of the rules ``spike`` and ``short-edge``.
    """
    result = []
    for crs, members in survey.groups:
        debris = _all_debris(survey, crs, members, settings, jobs)
        result += _spikes(survey, crs, members, debris)
        result += _short_edges(survey, crs, members, debris)
    return result


@dataclass(frozen=True, slots=True)
class Debris:
    """Spikes and short edges by position: unit, and coordinates of the input."""

    spike_unit: Ints
    #: Before, at and after the tip: shape (n, 3, 2).
    spike: Floats
    edge_unit: Ints
    #: Both ends: shape (n, 2, 2).
    edge: Floats


def _all_debris(
    survey: Survey, crs: pyproj.CRS, members: Ints, settings: CheckSettings, jobs: int
) -> Debris:
    """Find the debris of all units, in their order."""
    shapes = survey.shape.take(members)
    look = partial(
        _debris, stretch=Ground.under(crs, shapes.total_bounds).stretch, settings=settings
    )
    found = [part for _, part in shapes.each(look, np.arange(len(shapes)), jobs=jobs)]
    none = _debris(np.empty(0, dtype=object), members[:0], stretch=(1.0, 1.0), settings=settings)
    joined = {
        f.name: np.concatenate([getattr(part, f.name) for part in (none, *found)])
        for f in fields(Debris)
    }
    spike = np.argsort(joined["spike_unit"], kind="stable")
    edge = np.argsort(joined["edge_unit"], kind="stable")
    return Debris(**{k: v[spike if k.startswith("spike") else edge] for k, v in joined.items()})


def _debris(
    geometry: NDArray[np.object_],
    unit: Ints,
    *,
    stretch: tuple[float, float],
    settings: CheckSettings,
) -> Debris:
    """Find the debris of a block of units; `unit` names them."""
    ring = rings(geometry)
    xy, first = ring.coordinates, ring.first
    dx, dy = _steps(xy, stretch)
    short = np.zeros(len(xy), dtype=bool)
    short[:-1] = dx * dx + dy * dy < settings.short_edge_m**2
    short[first[1:] - 1] = False
    edge = np.flatnonzero(short)
    kept = xy
    if len(edge):
        # A tip may be two vertices with a short edge between: look at it as one.
        kept = xy[~short]
        first = first - np.concatenate([[0], np.cumsum(short)])[first]
        dx, dy = _steps(kept, stretch)
    tips = _tips(dx, dy, first, settings.spike_angle_deg, settings.spike_length_m)
    of_tip = np.searchsorted(first, tips.at, side="right") - 1
    of_edge = np.searchsorted(ring.first, edge, side="right") - 1
    return Debris(
        unit[ring.owner[of_tip]],
        np.stack([kept[tips.before], kept[tips.at], kept[tips.at + 1]], axis=1),
        unit[ring.owner[of_edge]],
        np.stack([xy[edge], xy[edge + 1]], axis=1),
    )


def _steps(xy: Floats, stretch: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return the steps from each vertex to the next, in metres; those between rings too."""
    return np.diff(xy[:, 0]) * stretch[0], np.diff(xy[:, 1]) * stretch[1]


@dataclass(frozen=True, slots=True)
class _Tips:
    """Vertices at which rings turn back: their position, and that of the one before."""

    before: Ints
    at: Ints


def _tips(dx: Floats, dy: Floats, first: Ints, angle_deg: float, length_m: float) -> _Tips:
    """Find vertices at which a ring turns back on itself.

    Rings of fewer than four vertices are left alone: a narrow triangle is no
    spike, and would not outlive its tip.
    """
    begin, last = first[:-1], first[1:] - 1
    # The way on leads back: most vertices are none of these.
    back = dx[:-1] * dx[1:]
    back += dy[:-1] * dy[1:]
    at = np.flatnonzero(back < 0) + 1
    ring = np.searchsorted(first, at, side="right") - 1
    inner = (at > begin[ring]) & (at < last[ring])
    long = last - begin > 3
    at = np.concatenate([at[inner & long[ring]], begin[long]])
    before = np.concatenate([at[: len(at) - int(long.sum())] - 1, last[long] - 1])
    dot = -(dx[before] * dx[at] + dy[before] * dy[at])
    turn = np.abs(dx[before] * dy[at] - dy[before] * dx[at])
    leg = np.sqrt(np.minimum(dx[at] ** 2 + dy[at] ** 2, dx[before] ** 2 + dy[before] ** 2))
    spiky = (dot > 0) & (turn <= math.tan(math.radians(angle_deg)) * dot) & (leg >= length_m)
    order = np.flatnonzero(spiky)[np.argsort(at[spiky], kind="stable")]
    return _Tips(before[order], at[order])


def _spikes(survey: Survey, crs: pyproj.CRS, members: Ints, debris: Debris) -> list[Finding]:
    """Report each spike once, with all units whose outlines go through it."""
    if len(debris.spike_unit) == 0:
        return []
    # By the feet of the legs: of a blunt tip each neighbour may have taken another vertex.
    first, same = _alike(debris.spike[:, [0, 2]])
    owners = collect(len(first), same, members[debris.spike_unit])
    result = []
    before, tip, after = np.moveaxis(_on_the_ground(survey, crs, debris.spike[first]), 1, 0)
    legs = [np.hypot(*(foot - tip).T) for foot in (before, after)]
    turn = np.abs(cross(before - tip, after - tip))
    angles = np.arctan2(turn, ((before - tip) * (after - tip)).sum(axis=1))
    for i, units, length, angle in zip(
        first.tolist(), owners, np.minimum(*legs), angles, strict=True
    ):
        plane = survey.to_plane(debris.spike[i], crs)
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


def _alike(ends: Floats) -> tuple[Ints, Ints]:
    """Tell pairs of points apart, in either order, bit by bit; `ends` has shape (n, 2, 2).

    Returns
    -------
    first : int64 array
        Row of each different pair.
    same : int64 array of shape (n,)
        Which of them each row is.
    """
    pairs = np.sort(np.ascontiguousarray(ends).view(np.complex128).reshape(-1, 2), axis=1)
    _, first, same = np.unique(pairs, axis=0, return_index=True, return_inverse=True)
    return first, same.ravel()


def _on_the_ground(survey: Survey, crs: pyproj.CRS, lines: Floats) -> Floats:
    """Return lines of shape (n, k, 2) in metres east and north of the middle of each."""
    plane = survey.to_plane(lines.reshape(-1, 2), crs).reshape(lines.shape)
    local = survey.ground.tangent(shapely.linestrings(plane)).geometry()
    xy: Floats = shapely.get_coordinates(local).reshape(lines.shape)
    return xy


def _short_edges(survey: Survey, crs: pyproj.CRS, members: Ints, debris: Debris) -> list[Finding]:
    """Report short edges once for all units that share them."""
    if len(debris.edge_unit) == 0:
        return []
    first, same = _alike(debris.edge)
    groups: dict[tuple[int, ...], list[int]] = {}
    owners = collect(len(first), same, members[debris.edge_unit])
    for i, units in zip(first.tolist(), owners, strict=True):
        groups.setdefault(units, []).append(i)
    length_m = np.hypot(*np.diff(_on_the_ground(survey, crs, debris.edge), axis=1)[:, 0].T)
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
                    "length_m": length_m[edges].min(),
                },
                facts={} if length_m[edges].any() else {"reason": "repeated"},
                at=plane[0],
                geometry=shapely.multipoints(plane),
                mark=np.sort(debris.edge[edges, 0], axis=0).tobytes(),
            )
        )
    return result
