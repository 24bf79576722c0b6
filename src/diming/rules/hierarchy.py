"""Do children fill their parents (上下级套合)? The chain of children minus parents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.chain import Chain, Floats, Ints
from diming.geometry.division import divide
from diming.geometry.faces import Faces, faces, rims
from diming.geometry.grouping import collect
from diming.geometry.keepers import joined
from diming.geometry.measure import sizes
from diming.geometry.noding import resolve
from diming.model.finding import CheckSettings, Finding, Severity
from diming.rules.coverage import Patches, group_findings, touch_findings
from diming.rules.survey import Survey
from diming.tables import Units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.nodes import Graph


def hierarchy_findings(
    children: Survey,
    parents: Survey,
    parent_code: NDArray[np.object_],
    settings: CheckSettings,
    *,
    jobs: int = 1,
) -> list[Finding]:
    """Check that children lie in their parents and fill them.

    Parameters
    ----------
    children, parents : Survey
        On the same ground.
    parent_code : object array
        For each child the code of its parent, or an empty string.

    Returns
    -------
    list of Finding
        Of the rules ``outside-parent``, ``parent-not-covered``,
        ``parent-mismatch``, and ``unmatched-edge`` between child and parent.
    """
    by_code = _by_code(parents, parent_code)
    by_place = _by_place(children, parents)
    result, home = _mismatches(children, parents, by_code, by_place)
    joint = Survey(
        Units.concatenate([children.units, parents.units]),
        joined([children.shape, parents.shape]),
        children.crs,
        children.ground,
        children.paths,
    )
    count = len(children)
    # A child without any parent is alone in its group: all of it is outside.
    strays = np.flatnonzero(home < 0)
    home[strays] = len(parents) + strays
    group = np.concatenate([home, np.arange(len(parents))])
    minus = np.arange(len(joint)) >= count
    chain = joint.residual(jobs=jobs, minus=minus, group=group)
    of = group[chain.owner]
    order = np.argsort(of, kind="stable")
    for mine in np.split(order, np.flatnonzero(np.diff(of[order])) + 1):
        if len(mine):
            part = Chain(chain.start[mine], chain.end[mine], chain.owner[mine])
            result += _group(joint, children, parents, home, int(of[mine[0]]), part, settings)
    return result


def _by_code(parents: Survey, parent_code: NDArray[np.object_]) -> Ints:
    position = {str(code): i for i, code in enumerate(parents.units.code) if code}
    return np.array([position.get(str(code), -1) for code in parent_code], dtype=np.int64)


def _by_place(children: Survey, parents: Survey) -> Ints:
    """Return for each child the parent that holds a point within it, or -1."""
    place = np.full(len(children), -1, dtype=np.int64)
    for crs, members in children.groups:
        inside = children.shape.take(members).column(_point_within)
        child, parent = parents.covering(children.to_plane(inside, crs))
        place[members[child[::-1]]] = parent[::-1]
    return place


def _point_within(geometry: NDArray[np.object_]) -> Floats:
    """Return a point within each polygon, shape (n, 2)."""
    within: Floats = shapely.get_coordinates(shapely.point_on_surface(geometry))
    return within


def _mismatches(
    children: Survey, parents: Survey, by_code: Ints, by_place: Ints
) -> tuple[list[Finding], Ints]:
    """Report children that lie for the most part in another parent than their code says.

    Returns the findings, and for each child the parent it is held against.
    """
    home = np.where(by_code >= 0, by_code, by_place)
    doubt = np.flatnonzero((by_code >= 0) & (by_place >= 0) & (by_code != by_place))
    result = []
    if len(doubt):
        shape = children.shapes_in_plane(doubt)
        there = parents.shapes_in_plane(by_place[doubt])
        share = shapely.area(shapely.intersection(shape, there)) / shapely.area(shape)
        inside = shapely.get_coordinates(shapely.point_on_surface(shape))
        for i in np.flatnonzero(share > 0.5):
            child = doubt[i]
            home[child] = by_place[child]
            result.append(
                children.finding(
                    "parent-mismatch",
                    Severity.ERROR,
                    (child,),
                    measures={"share": share[i]},
                    at=inside[i],
                    geometry=shape[i],
                    others=parents,
                    other_units=(by_code[child], by_place[child]),
                )
            )
    return result, home


def _group(
    joint: Survey,
    children: Survey,
    parents: Survey,
    home: Ints,
    group: int,
    chain: Chain,
    settings: CheckSettings,
) -> list[Finding]:
    """Hold the children of one parent against it."""
    count = len(children)
    graph, _ = joint.number(chain, settings.tolerance_m)
    graph, touches = resolve(graph, settings.tolerance_m)
    found = faces(graph)
    found = found.take(found.cover != 0)
    rim = rims(found.polygon, graph)
    at_parent = np.zeros(len(found), dtype=bool)
    at_parent[rim.owner_face[rim.owner >= count]] = True
    point, parent = parents.covering(found.inside)
    in_parent = np.zeros(len(found), dtype=bool)
    in_parent[point[parent == group]] = True

    outside = np.flatnonzero((found.cover > 0) & ~in_parent)
    empty = np.flatnonzero((found.cover < 0) & in_parent)
    lacking, left = _not_covered(children, home, group, found, empty)
    measured = sizes(left, joint.ground)
    # A narrow void between children is reported as a gap already.
    kept = (measured.width_m > settings.tolerance_m) & (
        at_parent[lacking] | (measured.width_m > settings.gap_width_m)
    )
    lacking, left = lacking[kept], left[kept]
    owner_of = collect(len(found), rim.owner_face, rim.owner)
    result: list[Finding] = []
    parted = divide(joint, found.polygon[outside], settings.tolerance_m, even=False)
    spills: dict[str, list[int]] = {}
    for i, covering in enumerate(parted.units):
        if any(c < count and home[c] == group for c in covering):
            target = next((joint.label(c) for c in covering if c >= count), "")
            spills.setdefault(target, []).append(i)
    for target, members in spills.items():
        units = [
            tuple(c for c in parted.units[i] if c < count and home[c] == group)
            + _parent_of(group, parents, count)
            for i in members
        ]
        result += _findings(
            joint, chain, graph, found, outside[parted.face[members]], parted.polygon[members],
            units, "outside-parent", {"into": target},
        )  # fmt: skip
    units = [(count + group, *(o for o in owner_of[i] if o < count)) for i in lacking.tolist()]
    result += _findings(joint, chain, graph, found, lacking, left, units, "parent-not-covered", {})
    between = (touches.lacking >= count) != (touches.having >= count)
    result += touch_findings(joint, chain, graph, touches.take(between), np.unique(rim.node))
    return result


def _parent_of(group: int, parents: Survey, count: int) -> tuple[int, ...]:
    return (count + group,) if group < len(parents) else ()


def _not_covered(
    children: Survey, home: Ints, group: int, found: Faces, empty: Ints
) -> tuple[Ints, NDArray[np.object_]]:
    """Return what is left of empty faces after children of other parents are taken away.

    Those are reported as outside their own parent: one fact, said once.
    """
    left = found.polygon[empty].copy()
    if len(empty):
        face, unit = children.meeting(left)
        stranger = home[unit] != group
        face, unit = face[stranger], unit[stranger]
        shapes = children.shapes_in_plane(unit)
        for i in np.unique(face):
            left[i] = shapely.difference(left[i], shapely.union_all(shapes[face == i]))
    parts, index = shapely.get_parts(left, return_index=True)
    areal = shapely.area(parts) > 0
    return empty[index[areal]], parts[areal]


def _findings(
    joint: Survey, chain: Chain, graph: Graph, found: Faces, index: Ints,
    polygon: NDArray[np.object_], units: list[tuple[int, ...]], rule: str, facts: dict[str, object],
) -> list[Finding]:  # fmt: skip
    faces_, face = np.unique(index, return_inverse=True)
    return group_findings(
        joint,
        chain,
        Patches(
            polygon,
            found.cover[index],
            sizes(polygon, joint.ground),
            np.full(len(polygon), rule, dtype=object),
            units,
            face,
            rims(found.polygon[faces_], graph),
            graph,
            facts=facts,
        ),
    )
