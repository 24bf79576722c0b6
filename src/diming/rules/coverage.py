"""Is it a coverage (无缝无叠)? Overlaps, gaps, voids, and lines that share no vertices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.geometry.components import components
from diming.geometry.division import divide
from diming.geometry.faces import Faces, Rims, Sides, faces_and_sides, rims
from diming.geometry.grouping import collect, distinct, matches
from diming.geometry.measure import Sizes, sizes
from diming.geometry.noding import Touches, resolve
from diming.geometry.slits import is_slit, open_slits
from diming.model.facts import Facts
from diming.model.finding import CheckSettings, Finding, Severity
from diming.rules.marks import gathered, place_marks, placed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from diming.geometry.chain import Chain, Ints
    from diming.geometry.nodes import Graph, Noise
    from diming.rules.survey import Survey


@dataclass(frozen=True)
class Patches:
    """Pieces of faces that are wrong, measured, with the units each concerns.

    `kind` is the rule of each, `units` the sorted positions of its units, and
    `face` the face it is of, whose rim is in `rims`.
    """

    polygon: NDArray[np.object_]
    cover: Ints
    sizes: Sizes
    kind: NDArray[np.object_]
    units: list[tuple[int, ...]]
    face: Ints
    rims: Rims
    graph: Graph
    facts: Mapping[str, Any] = field(default_factory=lambda: Facts({}))

    def kind_of_face(self, face: Ints) -> NDArray[np.object_]:
        """Return the kind of faces, by their pieces."""
        kinds = np.full(int(face.max(initial=-1)) + 1, "", dtype=object)
        known = self.face < len(kinds)
        kinds[self.face[known]] = self.kind[known]
        return kinds[face]


def coverage_findings(survey: Survey, settings: CheckSettings, *, jobs: int = 1) -> list[Finding]:
    """Check that units of one level neither overlap nor leave gaps.

    Returns
    -------
    list of Finding
        Of the rules ``overlap``, ``gap``, ``void``, ``unmatched-edge`` and
        ``vertex-noise``.
    """
    chain = survey.residual(jobs=jobs)
    graph, noise = survey.number(chain, settings.tolerance_m)
    graph, touches = resolve(graph, settings.tolerance_m)
    found, sides = faces_and_sides(graph)
    wrong = found.take(found.cover != 1)
    patches = _name(survey, graph, wrong, settings, jobs)
    explained = np.zeros(len(graph.nodes), dtype=bool)
    explained[patches.rims.node[patches.kind_of_face(patches.rims.node_face) != "void"]] = True
    slits = _slits(survey, graph, sides, settings, jobs)
    result = group_findings(survey, chain, patches)
    result += group_findings(survey, chain, slits)
    result += touch_findings(survey, chain, graph, touches, np.flatnonzero(explained))
    result += _noise_findings(survey, noise)
    return result


def _name(
    survey: Survey, graph: Graph, wrong: Faces, settings: CheckSettings, jobs: int
) -> Patches:
    rim = rims(wrong.polygon, graph)
    on_rim = collect(len(wrong), rim.owner_face, rim.owner)
    over = np.flatnonzero(wrong.cover > 1)
    free = np.flatnonzero(wrong.cover <= 1)
    parted = divide(survey, wrong.polygon[over], settings.tolerance_m, jobs=jobs)
    face = np.concatenate([free, over[parted.face]])
    units = [on_rim[i] for i in free]
    for i, covering in zip(over[parted.face], parted.units, strict=True):
        # One alone covers it only where it is narrower than what merging vertices moved.
        units.append(covering if len(covering) > 1 else tuple(sorted({*covering, *on_rim[i]})))
    polygon = np.concatenate([wrong.polygon[free], parted.polygon])
    measured = sizes(polygon, survey.ground, jobs=jobs)
    kind = np.where(measured.width_m <= settings.gap_width_m, "gap", "void").astype(object)
    kind[len(free) :] = "overlap"
    return Patches(polygon, wrong.cover[face], measured, kind, units, face, rim, graph)


def _slits(
    survey: Survey, graph: Graph, sides: Sides, settings: CheckSettings, jobs: int
) -> Patches:
    polygon, bridged = open_slits(
        graph, sides, max_width_m=settings.gap_width_m, tolerance_m=settings.tolerance_m
    )
    measured = sizes(polygon, survey.ground, jobs=jobs)
    kept = is_slit(measured.width_m, measured.length_m) & (measured.width_m <= settings.gap_width_m)
    polygon = polygon[kept]
    rim = rims(polygon, bridged)
    return Patches(
        polygon,
        np.zeros(len(polygon), dtype=np.int64),
        measured.take(kept),
        np.full(len(polygon), "gap", dtype=object),
        collect(len(polygon), rim.owner_face, rim.owner),
        np.arange(len(polygon)),
        rim,
        bridged,
        {"open": True},
    )


def group_findings(survey: Survey, chain: Chain, patches: Patches) -> list[Finding]:
    """Make one finding of the faces that touch, are of one kind, and concern the same units.

    Two outlines that cross to and fro leave a string of slivers: one
    disagreement, not dozens.
    """
    if len(patches.polygon) == 0:
        return []
    string = _strings_of_faces(patches).tolist()
    number: dict[tuple[int, str, tuple[int, ...]], int] = {}
    group = np.array([
        number.setdefault((string[i], patches.kind[i], units), len(number))
        for i, units in enumerate(patches.units)
    ])  # fmt: skip
    count = len(number)
    members = np.bincount(group, minlength=count)
    area = np.bincount(group, patches.sizes.area_m2, count)
    length = np.bincount(group, patches.sizes.length_m, count)
    cover = np.zeros(count, dtype=np.int64)
    np.maximum.at(cover, group, patches.cover)
    first = np.unique(group, return_index=True)[1]
    by_width = np.lexsort((np.arange(len(group)), -patches.sizes.width_m, group))
    widest = by_width[np.searchsorted(group[by_width], np.arange(count))]
    piece, row = matches(patches.face, patches.rims.node_face)
    marks = place_marks(
        patches.graph, chain, group[piece], patches.rims.node[row],
        shapely.bounds(patches.polygon[first]),
    )  # fmt: skip
    result = []
    for i, (_, kind, units) in enumerate(number):
        measures = {
            "area_m2": area[i],
            "width_m": patches.sizes.width_m[widest[i]],
            "length_m": length[i],
            "parts_count": int(members[i]),
        }
        if kind == "overlap":
            measures["cover_count"] = int(cover[i])
        severity = Severity.INFO if kind == "void" else Severity.ERROR
        result.append(
            survey.finding(
                kind, severity, units, measures=measures, facts=patches.facts, mark=marks[i]
            )
        )
    drawn = gathered(patches.polygon, group, count)
    return placed(result, survey.ground, patches.sizes.widest[widest], drawn)


def _strings_of_faces(patches: Patches) -> Ints:
    """Give strings of narrow faces that touch a number each; a void stands alone."""
    count = int(patches.face.max()) + 1
    face, node = patches.rims.node_face, patches.rims.node
    narrow = patches.kind_of_face(face) != "void"
    face, node = face[narrow], node[narrow]
    string = components(count + len(patches.graph.nodes), face, node + count)
    found: Ints = string[patches.face]
    return found


def touch_findings(
    survey: Survey, chain: Chain, graph: Graph, touches: Touches, explained: Ints
) -> list[Finding]:
    """Report vertices that one unit lacks on a line it shares (rule ``unmatched-edge``).

    Those at the ends of an overlap or gap (`explained`) are part of that.
    """
    touches = touches.take(~np.isin(touches.node, explained))
    if len(touches.node) == 0:
        return []
    lines, line = _lines_of_touches(touches)
    count = len(lines)
    shared = np.bincount(line, touches.shared_m, count)
    offset = np.zeros(count)
    np.maximum.at(offset, line, touches.offset_m)
    place, node = distinct(line, touches.node)
    vertices = np.bincount(place, minlength=count)
    xy = graph.nodes[node]
    at = xy[np.searchsorted(place, np.arange(count))]
    marks = place_marks(graph, chain, place, node, np.concatenate([at, at], axis=1))
    result = [
        survey.finding(
            "unmatched-edge",
            Severity.ERROR,
            (unit, *others),
            measures={
                "vertices_count": int(vertices[i]),
                "offset_m": offset[i],
                "length_m": shared[i],
            },
            facts={} if shared[i] > 0 else {"reason": "touch"},
            mark=survey.label(unit).encode("utf-8", "replace") + marks[i],
        )
        for i, (unit, others) in enumerate(lines)
    ]
    drawn = shapely.multipoints(shapely.points(xy), indices=place)
    return placed(result, survey.ground, at, drawn)


def _lines_of_touches(touches: Touches) -> tuple[list[tuple[int, tuple[int, ...]]], Ints]:
    """Gather missing vertices by the unit that lacks them and the units that have them.

    Those on one segment belong together, whoever has them: a long edge along
    many small neighbours is one omission.

    Returns
    -------
    lines : list of (unit, other units)
    line : int64 array
        Number of each row's line.
    """
    width = int(touches.segment.max(initial=0)) + 1
    _, segment = np.unique(
        touches.lacking.astype(np.int64) * width + touches.segment, return_inverse=True
    )
    partners = collect(int(segment.max(initial=-1)) + 1, segment, touches.having.astype(np.int64))
    number: dict[tuple[int, tuple[int, ...]], int] = {}
    line = np.array([
        number.setdefault((unit, partners[place]), len(number))
        for unit, place in zip(touches.lacking.tolist(), segment.tolist(), strict=True)
    ])  # fmt: skip
    return list(number), line


def _noise_findings(survey: Survey, noise: Noise) -> list[Finding]:
    """Report once, with its size, that vertices differ by less than the tolerance."""
    if noise.moved_count == 0 or noise.largest_m < 1e-6:
        return []
    several = len(survey.groups) > 1
    return [
        survey.finding(
            "vertex-noise",
            Severity.INFO if several else Severity.WARNING,
            (),
            measures={"vertices_count": noise.moved_count, "max_m": noise.largest_m},
            mark="\0".join(survey.names_of_inputs()).encode("utf-8", "replace"),
        )
    ]
