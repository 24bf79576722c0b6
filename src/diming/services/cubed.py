"""An archive with its time cube: neighbours in space and time without the database (时空索引)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from diming.geometry.timecube import Boxes, Stamp, TimeCube
from diming.store.reading import LedgerView

if TYPE_CHECKING:
    from datetime import date

    from diming.model.unit import Level
    from diming.model.version import Version
    from diming.store.ledger import Ledger
    from diming.versions import VersionTable

#: What is added to the name of an archive for its cube.
ENDING = ".cube"


def stamp_of(store: Ledger) -> Stamp:
    """Return which archive it is, and which revision."""
    head = store.head()
    return Stamp(store.identity, head.number, head.hash)


def open_cube(store: Ledger) -> TimeCube | None:
    """Return the time cube of an archive in a file, at its latest revision.

    It lies beside the file, and is built where it is missing or out of step. None for an
    archive in memory or on a server, whose own index answers as fast.
    """
    path = Path(store.place)
    if not path.is_file():
        return None
    base = path.with_name(path.name + ENDING)
    return TimeCube.open(base, stamp_of(store), lambda: boxes(store.table()))


def cubed(store: Ledger, cube: TimeCube) -> CubedView:
    """Return the latest belief with a cube that is in step with it."""
    cube.follow(stamp_of(store), lambda: boxes(store.table()))
    return CubedView(store.view(), cube)


def boxes(table: VersionTable) -> Boxes:
    """Return the boxes of all versions whose shape is known."""
    some = np.flatnonzero(table.territory >= 0)
    return Boxes(
        table.row[some], table.bounds[table.territory[some]], table.begin[some], table.end[some]
    )


class CubedView(LedgerView):
    """The latest belief of an archive, its neighbours found by the cube.

    Worth it for who asks again and again: opening the cube takes longer than one
    question to the file's own index (`benchmarks/record.py`).
    """

    def __init__(self, view: LedgerView, cube: TimeCube) -> None:
        super().__init__(view.base, view.known)
        self._cube = cube

    def near(
        self, bounds: tuple[float, float, float, float], begin: date, end: date, level: Level
    ) -> list[Version]:
        """Return versions of a level whose box meets `bounds` within ``[begin, end)``."""
        rows = self._cube.meeting(bounds, begin.toordinal(), end.toordinal())
        return [v for v in self.by_rows(rows.tolist()) if v.level == level]
