"""Ground that passed between units, gathered into acts (变更事件归并)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.components import components
from diming.history.infer_act import Act
from diming.history.infer_overlay import OUTSIDE
from diming.history.infer_pieces import NOISE, agreed, with_vertices
from diming.history.infer_territory import IN_DOUBT, PASSED, Territory

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diming.geometry.chain import Ints
    from diming.history.infer_model import Proposal
    from diming.history.infer_noise import Geometries


def territorial_acts(t: Territory) -> tuple[list[Proposal], set[int]]:
    """Propose acts on territory; also return the old units that surely take part."""
    together, apart = _gathered(t)
    label = _labels(t, [piece for pieces in together for piece in pieces])
    sure = [Act(t, np.array(pieces), label) for pieces in together]
    outlines = _with_ends(t, sure)
    result: list[Proposal] = []
    parts: set[int] = set()
    for act in sure:
        act.carry_out(outlines)
        result.append(act.proposal())
        parts.update(act.old_units)
    _add_redrawn(t, result, parts, outlines)
    for pieces in apart:
        # Each by itself, as if nothing else in doubt were true.
        act = Act(t, np.array(pieces), _labels(t, pieces))
        outlines = _with_ends(t, [act])
        act.carry_out(outlines)
        busy = not parts.isdisjoint(act.old_units)
        proposal = [act.proposal(in_doubt=True, outlines=not busy)]
        if not busy:
            _add_redrawn(t, proposal, {*parts, *act.old_units}, outlines)
        result += proposal
    return result, parts


def _gathered(t: Territory) -> tuple[list[list[int]], list[list[int]]]:
    """Gather pieces into acts: those that surely passed, and those in doubt."""
    laid, count = t.laid, len(t.old) + len(t.new)
    passed = np.flatnonzero(t.state == PASSED)
    doubt = np.flatnonzero(t.state == IN_DOUBT)
    giver = np.where(laid.old >= 0, laid.old, OUTSIDE)
    taker = np.where(laid.new >= 0, t.node_of_new(laid.new), OUTSIDE)
    there = (giver >= 0) & (taker >= 0)
    inner = passed[there[passed]]
    group = components(count, giver[inner], taker[inner])
    # Pieces that passed to or from the outside belong to the one unit they have.
    of = group[np.where(giver >= 0, giver, taker)]
    doubt = doubt[there[doubt]]  # the region's own outline is drawn in many ways
    structural = np.concatenate([t.mate_old == OUTSIDE, t.mate_new == OUTSIDE])
    reorganised = np.zeros(count, dtype=bool)
    np.logical_or.at(reorganised, group, structural)
    # In the turmoil of a reorganisation, what is in doubt goes with the rest.
    within = doubt[group[giver[doubt]] == group[taker[doubt]]]
    along = within[reorganised[of[within]] & np.isin(of[within], of[passed])]
    together: dict[int, list[int]] = defaultdict(list)
    for piece in np.union1d(passed, along).tolist():
        together[int(of[piece])].append(piece)
    apart: dict[tuple[int, int], list[int]] = defaultdict(list)
    between = ~(structural[giver[doubt]] | structural[taker[doubt]])
    for piece in np.setdiff1d(doubt[between], along).tolist():
        low, high = sorted((int(giver[piece]), int(taker[piece])))
        apart[low, high].append(piece)
    return list(together.values()), list(apart.values())


def _labels(t: Territory, moved: list[int]) -> Ints:
    """Label all pieces with the later unit they belong to, `NOISE` where they stay behind."""
    label = np.full(len(t.laid.old), NOISE, dtype=np.int64)
    label[t.stays] = t.laid.new[t.stays]
    label[moved] = t.laid.new[moved]
    return label


def _with_ends(t: Territory, acts: Iterable[Act]) -> Geometries:
    """Return the earlier outlines, with vertices where cuts of some acts end on them."""
    keys = [(act, i) for act in acts for i in act.partings]
    settled = agreed([act.partings[i] for act, i in keys], t.ground)
    for (act, i), found in zip(keys, settled, strict=True):
        act.partings[i] = found
    ends = [found.ends for found in settled]
    return with_vertices(t.old.geometry, np.concatenate([np.empty((0, 2)), *ends]), t.ground)


def _add_redrawn(
    t: Territory, proposals: list[Proposal], parts: set[int], outlines: Geometries
) -> None:
    """Name beside each act the units that keep their ground but got other vertices by it."""
    if not proposals:
        return
    if t.compared.exact:
        fitted = t.old.geometry.copy()
        fitted[t.found.old] = t.new.geometry[t.found.new]
        changed = t.laid.same_as < 0
    else:
        fitted = outlines
        changed = shapely.get_num_coordinates(outlines) > shapely.get_num_coordinates(
            t.old.geometry
        )
    other = np.array([i for i in t.found.old.tolist() if changed[i] and i not in parts], dtype=int)
    if len(other) == 0:
        return
    shapes = [np.array([r.geometry for r in p.event.after if r.geometry is not None], object)
                for p in proposals]  # fmt: skip
    of = np.repeat(np.arange(len(shapes)), [len(s) for s in shapes])
    tree = shapely.STRtree(np.concatenate(shapes))
    unit, hit = tree.query(t.old.geometry[other], predicate="intersects")
    first: dict[int, int] = {}
    for u, h in zip(unit.tolist(), hit.tolist(), strict=True):
        first[u] = min(first.get(u, len(proposals)), int(of[h]))
    for k, proposal in enumerate(proposals):
        refs = tuple(
            t.old.ref(int(other[u]), system=t.settings.system,
                      geometry=fitted[other[u]])
            for u in sorted(first) if first[u] == k
        )  # fmt: skip
        if refs:
            proposals[k] = replace(proposal, redrawn=refs)
