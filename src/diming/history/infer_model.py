"""Two snapshots, and what an inference says of them (推断), as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from diming.model.event import Event, UnitRef
from diming.model.span import UNKNOWN_BEGIN, When
from diming.model.unit import Level

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Snapshot:
    """All units of a region as one source gives them (快照), as parallel arrays.

    Attributes
    ----------
    name, code, kind, parent : object arrays of str
        Empty where the source says nothing; `parent` is the code of the superior.
    level : int8 array
        `diming.model.unit.Level`; 0 where unknown.
    geometry : object array
        Valid Polygons and MultiPolygons in the CRS of `InferSettings`, or None.
    unit_id : object array of str
        Permanent ids, where known; empty where not.
    """

    name: NDArray[np.object_]
    code: NDArray[np.object_]
    kind: NDArray[np.object_]
    level: NDArray[np.int8]
    parent: NDArray[np.object_]
    geometry: NDArray[np.object_]
    unit_id: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.name)

    @staticmethod
    def of(
        name: Sequence[str],
        geometry: Sequence[Any] | None = None,
        *,
        code: Sequence[str] | None = None,
        kind: Sequence[str] | None = None,
        level: Sequence[int] | int = 0,
        parent: Sequence[str] | None = None,
        unit_id: Sequence[str] | None = None,
    ) -> Snapshot:
        """Make a snapshot of plain sequences; what is left out is unknown."""
        count = len(name)

        def column(values: Sequence[Any] | None, nothing: Any = "") -> NDArray[np.object_]:
            made = np.full(count, nothing, dtype=object)
            if values is not None:
                made[:] = list(values)
            return made

        levels = np.broadcast_to(np.asarray(level, dtype=np.int8), (count,)).copy()
        return Snapshot(
            column(name), column(code), column(kind), levels, column(parent),
            column(geometry, None), column(unit_id),
        )  # fmt: skip

    def take(self, index: NDArray[Any]) -> Snapshot:
        """Return the units at `index` (positions or a mask)."""
        return Snapshot(
            self.name[index], self.code[index], self.kind[index], self.level[index],
            self.parent[index], self.geometry[index], self.unit_id[index],
        )  # fmt: skip

    @property
    def drawn(self) -> NDArray[np.bool_]:
        """Which units have a shape."""
        return np.array([g is not None and not g.is_empty for g in self.geometry], dtype=bool)

    def ref(self, unit: int, *, system: str, part: bool = False, geometry: Any = None) -> UnitRef:
        """Return a unit as an act names it."""
        return UnitRef(
            name=str(self.name[unit]),
            code=str(self.code[unit]) or None,
            system=system,
            part=part,
            unit_id=str(self.unit_id[unit]) or None,
            level=Level(int(self.level[unit])),
            kind=str(self.kind[unit]),
            geometry=geometry,
        )


@dataclass(frozen=True, slots=True)
class InferSettings:
    """How snapshots are compared.

    Attributes
    ----------
    crs : str
        CRS of both, as pyproj reads it; ``plane`` for metres without a place.
    date : When
        When what happened took effect, as far as known.
    tolerance_m : float, optional
        Pieces of difference no wider are no territory, wider ones are. Without it,
        it is taken from how the two snapshots differ; 0 says they are exact.
    system : str
        Whose the codes are, see `diming.model.version.SYSTEMS`.
    document : str
        批准文号, where known.
    """

    crs: str = "EPSG:4490"
    date: When = UNKNOWN_BEGIN
    tolerance_m: float | None = None
    system: str = "ministry"
    document: str = ""


@dataclass(frozen=True, slots=True)
class AreaShare:
    """Territory that passed: how much, of the giver before, of the taker after.

    `giver` or `taker` None is what lies outside the snapshot.
    """

    giver: UnitRef | None
    taker: UnitRef | None
    area_m2: float
    giver_share: float | None
    taker_share: float | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """An act that would explain a difference between two snapshots (推断的变更).

    Attributes
    ----------
    event : Event
        Its after-units carry their new outline where it changed; in the CRS of the
        snapshots, fitting the outlines of units that did not change.
    shares : tuple of AreaShare
    confidence : float
        0 to 1.
    reasons : tuple of str
        What the confidence rests on, and what speaks against it, as short keys.
    doubtful : bool
        Whether somebody has to decide.
    redrawn : tuple of UnitRef
        Units beside it that keep their territory, with the outline the later
        snapshot gives them: it has other vertices where new borders end.
    narrowest_m : float, optional
        Width of the narrowest piece of territory that passed.
    """

    event: Event
    shares: tuple[AreaShare, ...] = ()
    confidence: float = 1.0
    reasons: tuple[str, ...] = ()
    doubtful: bool = False
    redrawn: tuple[UnitRef, ...] = ()
    narrowest_m: float | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """How far all of the later snapshot lies from the earlier: another datum."""

    east_m: float
    north_m: float
    units_count: int


@dataclass(frozen=True, slots=True)
class Compared:
    """How the outlines of two snapshots compare.

    Attributes
    ----------
    exact : bool
        They have vertices in common to the bit: every difference is a change.
    shared : float
        Share of segments that are the same to the bit.
    noise_m : float
        How far lines that mean the same lie apart; 0 where they are the same.
    tolerance_m : float
        Pieces no wider are not taken for territory.
    certain_m : float
        Pieces no wider are left to somebody to decide.
    shift : Shift or None
        The later snapshot was moved back by it before it was compared.
    """

    exact: bool = True
    shared: float = 1.0
    noise_m: float = 0.0
    tolerance_m: float = 0.0
    certain_m: float = 0.0
    shift: Shift | None = None


@dataclass(frozen=True)
class Inference(Sequence[Proposal]):
    """The acts that explain the difference between two snapshots; a sequence of proposals.

    Attributes
    ----------
    proposals : tuple of Proposal
    compared : mapping of level to Compared
        For levels with outlines.
    unchanged_count : int
        Units that are the same in both, but for noise.
    remarks : tuple of str
        ``codes-not-comparable``, ``names-not-comparable``, ``datum-shift``,
        ``no-geometry``, ``parent-recoded``.
    """

    proposals: tuple[Proposal, ...] = ()
    compared: dict[Level, Compared] = field(default_factory=dict)
    unchanged_count: int = 0
    remarks: tuple[str, ...] = ()

    @property
    def noise_m(self) -> float:
        """The largest noise of any level."""
        return max((c.noise_m for c in self.compared.values()), default=0.0)

    @property
    def shift(self) -> Shift | None:
        """The shift between the two, if there is one."""
        return next((c.shift for c in self.compared.values() if c.shift is not None), None)

    def __len__(self) -> int:
        return len(self.proposals)

    @overload
    def __getitem__(self, index: int) -> Proposal: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Proposal]: ...
    def __getitem__(self, index: int | slice) -> Proposal | Sequence[Proposal]:
        return self.proposals[index]
