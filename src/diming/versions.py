"""All versions of all units together, as parallel arrays (区划版本表)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class VersionTable:
    """All versions of one belief as parallel arrays, for work on all of them at once.

    Attributes
    ----------
    row : int64 array
        Row in the store.
    unit_id, name, kind, code, parent_id, began_by, ended_by : object arrays of str
        Empty where there is none; `code` is the ministry's, else the
        statisticians', else the source's own.
    level : int8 array
    begin, end : int64 arrays
        Proleptic ordinals of days (`datetime.date.toordinal`), ``[begin, end)``.
    begin_known : bool array
        False where the begin is not known.
    territory : int64 array
        Position in `keys`; -1 where the shape is not known.
    keys : object array of str
        The territory keys that occur, sorted.
    chain_sum : int64 array, area_m2 : float64 array, bounds : float64 array (n, 4)
        Of each key; an area that nobody can tell is NaN.
    known_from, known_to : int64 array or None
        Of `Store.changes_since`: the revision that brought the row, and the one that
        superseded it (0: believed).
    system : object array of str, optional
        Whose each code is (`diming.model.version.SYSTEMS`): codes of different systems
        are never compared. Where it is not said, all are taken as those of one.
    """

    row: NDArray[np.int64]
    unit_id: NDArray[np.object_]
    name: NDArray[np.object_]
    kind: NDArray[np.object_]
    code: NDArray[np.object_]
    parent_id: NDArray[np.object_]
    began_by: NDArray[np.object_]
    ended_by: NDArray[np.object_]
    level: NDArray[np.int8]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    begin_known: NDArray[np.bool_]
    territory: NDArray[np.int64]
    keys: NDArray[np.object_]
    chain_sum: NDArray[np.int64]
    area_m2: NDArray[np.float64]
    bounds: NDArray[np.float64]
    known_from: NDArray[np.int64] | None = None
    known_to: NDArray[np.int64] | None = None
    system: NDArray[np.object_] | None = None
