"""One act on territory: who takes part, what passed, how sure that is (变更事件)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from diming.geometry.area import areas_m2
from diming.history.infer_match import MOST
from diming.history.infer_model import AreaShare, Proposal
from diming.history.infer_names import Naming
from diming.history.infer_overlay import OUTSIDE
from diming.history.infer_pieces import NOISE, Parting, parted, parting, united
from diming.model.event import Event, EventType, Move, TerritoryKind, UnitRef

if TYPE_CHECKING:
    from collections.abc import Iterable

    import shapely

    from diming.geometry.chain import Ints
    from diming.history.infer_noise import Geometries
    from diming.history.infer_territory import Territory

#: Below this confidence somebody has to decide.
SURE = 0.6
#: What speaks against an act, and how much of the confidence it takes.
AGAINST = {
    "outlines-noisy": 0.95, "near-noise": 0.55, "exclave-dropped": 0.5, "outside-before": 0.5,
    "outside-after": 0.5, "outer-border": 0.6, "datum-shift": 0.85, "code-reused": 0.97,
    "several-acts": 0.9, "territory-differs": 0.6,
}  # fmt: skip


class Act:
    """One act: the pieces that passed by it, the units that take part."""

    def __init__(self, t: Territory, pieces: Ints, label: Ints) -> None:
        self.t, self.pieces = t, pieces
        old, new = t.laid.old[pieces], t.laid.new[pieces]
        givers, takers = set(old[old >= 0].tolist()), set(new[new >= 0].tolist())
        givers |= {int(t.mate_new[j]) for j in takers if t.mate_new[j] >= 0}
        takers |= {int(t.mate_old[i]) for i in givers if t.mate_old[i] >= 0}
        self.old_units, self.new_units = sorted(givers), sorted(takers)
        self.ended = [i for i in self.old_units if t.mate_old[i] == OUTSIDE]
        self.created = [j for j in self.new_units if t.mate_new[j] == OUTSIDE]
        self.going_on = [i for i in self.old_units if t.mate_old[i] != OUTSIDE]
        self.label = label
        self.partings = {} if t.compared.exact else {i: self._parting(i) for i in self.old_units}
        self.flows: dict[tuple[int, int], shapely.Geometry] = {}

    def _parting(self, i: int) -> Parting:
        mine = np.flatnonzero(self.t.laid.old == i)
        return parting(
            self.t.old.geometry[i], self.t.laid.geometry[mine], self.label[mine], self.t.ground,
            self.t.compared.noise_m,
        )  # fmt: skip

    def carry_out(self, outlines: Geometries) -> None:
        """Find what ground passed from whom to whom, kept grounds among them.

        `outlines` are those of the earlier units, fit to be cut.
        """
        self.flows = self._flows(outlines)

    def _flows(self, outlines: Geometries) -> dict[tuple[int, int], shapely.Geometry]:
        """Return (old, new) → the ground."""
        t, laid = self.t, self.t.laid
        flows: dict[tuple[int, int], shapely.Geometry] = {}
        if t.compared.exact:
            for i in self.old_units:
                mine = np.flatnonzero((laid.old == i) & (self.label != NOISE))
                for j in np.unique(laid.new[mine]).tolist():
                    some = mine[laid.new[mine] == j]
                    flows[i, j] = united(laid.geometry[some])
        else:
            for i, found in self.partings.items():
                shares = parted(outlines[i], found)
                flows.update({(i, j): shape for j, shape in shares.items()})
        gained = self.pieces[laid.old[self.pieces] == OUTSIDE]
        for j in np.unique(laid.new[gained]).tolist():
            flows[OUTSIDE, j] = united(laid.geometry[gained[laid.new[gained] == j]])
        return flows

    def proposal(self, *, in_doubt: bool = False, outlines: bool = True) -> Proposal:
        """Return the act as it is proposed."""
        t = self.t
        passing = {k: g for k, g in self.flows.items() if not self._kept(*k)}
        before = tuple(self._old_ref(i) for i in (*self.ended, *self.going_on))
        after = tuple(
            self._new_ref(j, outlines=outlines)
            for j in (*self.created, *(int(t.mate_old[i]) for i in self.going_on))
        )
        moves = tuple(self._move(i, j, g) for (i, j), g in sorted(passing.items(), key=_first))
        event = Event(
            self._type(passing), t.settings.date, before, after,
            document=t.settings.document, certainty="inferred", moves=moves,
        )  # fmt: skip
        reasons = self._reasons(passing, in_doubt=in_doubt)
        confidence = float(np.prod([AGAINST.get(r, 1.0) for r in reasons]))
        width = t.width_m[self.pieces]
        width = width[np.isfinite(width)]
        return Proposal(
            event, self._shares(passing), round(confidence, 3), reasons,
            in_doubt or confidence < SURE,
            narrowest_m=float(width.min()) if len(width) else None,
        )  # fmt: skip

    def _kept(self, i: int, j: int) -> bool:
        return i >= 0 and j >= 0 and self.t.mate_old[i] == j

    def _old_ref(self, i: int) -> UnitRef:
        return self.t.old.ref(i, system=self.t.settings.system, part=i not in self.ended)

    def _new_ref(self, j: int, *, outlines: bool = True) -> UnitRef:
        """Return a unit after the act; one that goes on bears the name it had."""
        t, i = self.t, int(self.t.mate_new[j])
        shape = self._outline(j) if outlines else None
        if i >= 0:
            return t.old.ref(i, system=t.settings.system, part=True, geometry=shape)
        return t.new.ref(j, system=t.settings.system, geometry=shape)

    def _outline(self, j: int) -> Any:
        if self.t.compared.exact:
            return self.t.new.geometry[j]
        return united(g for (_, to), g in sorted(self.flows.items(), key=_first) if to == j)

    def _whole(self, i: int, j: int) -> bool:
        return i >= 0 and sum(1 for k in self.flows if k[0] == i) == 1 and (i, j) in self.flows

    def _move(self, i: int, j: int, shape: shapely.Geometry) -> Move:
        giver = None if i == OUTSIDE else self.t.old.ref(i, system=self.t.settings.system)
        taker = None
        if j != OUTSIDE:
            mate = int(self.t.mate_new[j])
            units, at = (self.t.old, mate) if mate >= 0 else (self.t.new, j)
            taker = units.ref(at, system=self.t.settings.system)
        if self._whole(i, j):
            return Move(giver, taker, TerritoryKind.WHOLE)
        return Move(giver, taker, TerritoryKind.POLYGON, geometry=shape)

    def _type(self, passing: Iterable[tuple[int, int]]) -> EventType:
        ended, created = len(self.ended), len(self.created)
        if not ended and not created:
            return EventType.BOUNDARY
        if not ended:
            return EventType.ESTABLISH
        if not created:
            return EventType.ABOLISH
        if self.going_on or any(OUTSIDE in k for k in passing):
            return EventType.REORGANISE
        if ended == 1 and created == 1:
            i, j = self.ended[0], self.created[0]
            named = (
                Naming.of(self.t.old.take(np.array([i]))),
                Naming.of(self.t.new.take(np.array([j]))),
            )
            same = named[0].generic[0] == named[1].generic[0]
            return EventType.RENAME if same and self.t.found.names else EventType.CONVERT
        if created == 1:
            return EventType.MERGE
        return EventType.SPLIT if ended == 1 else EventType.REORGANISE

    def _reasons(
        self, passing: dict[tuple[int, int], shapely.Geometry], *, in_doubt: bool
    ) -> tuple[str, ...]:
        t, laid, pieces = self.t, self.t.laid, self.pieces
        found = ["outlines-exact" if t.compared.exact else "outlines-noisy"]
        if in_doubt:
            narrow = t.width_m[pieces] <= t.compared.certain_m
            if narrow.any():
                found.append("near-noise")
            if laid.whole_part[pieces].any():
                found.append("exclave-dropped")
        inside = laid.area_m2[pieces]
        if any(inside[(laid.new[pieces] == j) & (laid.old[pieces] == OUTSIDE)].sum()
               > MOST * laid.new_area_m2[j] for j in self.created):  # fmt: skip
            found.append("outside-before")
        if any(inside[(laid.old[pieces] == i) & (laid.new[pieces] == OUTSIDE)].sum()
               > MOST * laid.old_area_m2[i] for i in self.ended):  # fmt: skip
            found.append("outside-after")
        if not self.ended and not self.created and any(OUTSIDE in k for k in passing):
            found.append("outer-border")
        if len(self.ended) == len(self.created) == 1 and not self.going_on:
            found.append("territory-differs")
        if t.compared.shift is not None:
            found.append("datum-shift")
        codes = {t.old.code[i] for i in range(len(t.old))} - {""}
        if any(t.new.code[j] in codes for j in self.created):
            found.append("code-reused" if t.found.codes else "codes-not-comparable")
        if self._falls_apart(passing):
            found.append("several-acts")
        return tuple(found)

    def _falls_apart(self, passing: Iterable[tuple[int, int]]) -> bool:
        """Tell whether units that go on are all that holds the act together."""
        links = [k for k in passing if OUTSIDE not in k]
        if len(links) < 2:
            return False
        seen = [{f"o{i}" if self.t.mate_old[i] == OUTSIDE else f"x{n}",
                 f"n{j}" if self.t.mate_new[j] == OUTSIDE else f"y{n}"}
                for n, (i, j) in enumerate(links)]  # fmt: skip
        if not self.ended and not self.created:
            ends = [frozenset((i, int(self.t.mate_new[j]))) for i, j in links]
            return len(set(ends)) > 1
        whole = seen.pop()
        while True:
            met = [s for s in seen if s & whole]
            if not met:
                return bool(seen)
            for s in met:
                whole |= s
                seen.remove(s)

    def _shares(self, passing: dict[tuple[int, int], shapely.Geometry]) -> tuple[AreaShare, ...]:
        t = self.t
        keys = sorted(passing)
        area = areas_m2(np.array([passing[k] for k in keys], dtype=object), t.ground.crs)
        everything = list(self.flows)
        size = areas_m2(np.array([self.flows[k] for k in everything], dtype=object), t.ground.crs)
        taken: dict[int, float] = defaultdict(float)
        for (_, j), a in zip(everything, size.tolist(), strict=True):
            taken[j] += a
        result = []
        for (i, j), a in zip(keys, area.tolist(), strict=True):
            move = self._move(i, j, passing[i, j])
            of = t.laid.new_area_m2[j] if t.compared.exact and j >= 0 else taken[j]
            result.append(
                AreaShare(
                    move.giver, move.taker, a,
                    None if i == OUTSIDE else min(a / float(t.laid.old_area_m2[i]), 1.0),
                    None if j == OUTSIDE else min(a / float(of), 1.0),
                )
            )  # fmt: skip
        return tuple(sorted(result, key=lambda s: -s.area_m2))


def _first(item: tuple[tuple[int, int], Any]) -> tuple[int, int]:
    return item[0]
