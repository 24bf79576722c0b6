"""Many findings at once: where they lie, and what tells their places apart (位置标识).

Asking for one place after the other costs more than finding it; so marks and
positions are made for all findings of a rule in one go.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Chain, Floats, Ints
    from diming.geometry.ground import Ground
    from diming.geometry.nodes import Graph
    from diming.model.finding import Finding


def place_marks(graph: Graph, chain: Chain, place: Ints, node: Ints, bounds: Floats) -> list[bytes]:
    """Return marks of places: the bits of the input's own vertices there.

    Parameters
    ----------
    graph : Graph
    chain : Chain
        What the graph was made of, in coordinates of the input.
    place, node : int64 arrays of one length
        The nodes at each place.
    bounds : float64 array of shape (number of places, 4)
        Where the data have no vertex (lines that merely cross), these serve,
        rounded to a centimetre of the plane.
    """
    origin = graph.origin[node]
    known = origin >= 0
    place, origin = place[known], origin[known]
    half = len(chain)
    xy = np.empty((len(origin), 2))
    starts = origin < half
    xy[starts] = chain.start[origin[starts]]
    xy[~starts] = chain.end[origin[~starts] - half]
    order = np.lexsort((xy[:, 1], xy[:, 0], place))
    place, xy = place[order], xy[order]
    fresh = np.ones(len(place), dtype=bool)
    fresh[1:] = (place[1:] != place[:-1]) | (xy[1:] != xy[:-1]).any(axis=1)
    place, xy = place[fresh], xy[fresh]
    cuts = np.searchsorted(place, np.arange(len(bounds) + 1)).tolist()
    rounded = np.round(bounds, 2)
    return [
        xy[first:last].tobytes() if last > first else rounded[i].tobytes()
        for i, (first, last) in enumerate(itertools.pairwise(cuts))
    ]


def placed(
    findings: list[Finding], ground: Ground, at: Floats, geometry: NDArray[np.object_]
) -> list[Finding]:
    """Give findings their places: `at` and `geometry` are of the plane, one a finding."""
    if not findings:
        return []
    where, drawn = ground.lonlat(at), ground.as_lonlat(geometry)
    somewhere = np.isfinite(where[:, 0]) & np.isfinite(where[:, 1])
    return [
        replace(finding, at=(x, y), geometry=shape) if known else finding
        for finding, (x, y), shape, known in zip(
            findings, where.tolist(), drawn, somewhere.tolist(), strict=True
        )
    ]


def gathered(geometry: NDArray[np.object_], group: Ints, count: int) -> NDArray[np.object_]:
    """Join the polygons of each of `count` groups; one alone stays a Polygon."""
    order = np.argsort(group, kind="stable")
    members = np.bincount(group, minlength=count)
    result = np.empty(count, dtype=object)
    result[group[order]] = geometry[order]
    several = members > 1
    if several.any():
        of = group[order]
        row = (np.cumsum(several) - 1)[of[several[of]]]
        result[several] = shapely.multipolygons(geometry[order][several[of]], indices=row)
    return result
