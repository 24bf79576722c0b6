"""What stands today where a unit stood, with the superiors of any day (今属)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.history.lineage import lineage
from diming.model.answers import TERRITORY_UNKNOWN
from diming.model.located import Heir

if TYPE_CHECKING:
    from datetime import date

    from diming.history.recall import Recall
    from diming.model.version import Version

#: More than any unit has above it.
_MOST_ABOVE = 12


class Heirs:
    """Chains and successors by one belief, remembered.

    Parameters
    ----------
    memory : Recall
    now : datetime.date
    """

    def __init__(self, memory: Recall, now: date) -> None:
        self.memory, self.now = memory, now
        self._found: dict[tuple[str, date], tuple[tuple[Heir, ...], str | None]] = {}
        self._chains: dict[tuple[str, date], tuple[Version, ...]] = {}

    def chain(self, unit_id: str, day: date) -> tuple[Version, ...]:
        """Return a unit with its superiors on a day, the highest first; nothing if it was not."""
        key = unit_id, day
        if key not in self._chains:
            self._chains[key] = self._chain(unit_id, day)
        return self._chains[key]

    def _chain(self, unit_id: str, day: date) -> tuple[Version, ...]:
        chain: list[Version] = []
        at: str | None = unit_id
        while at is not None and len(chain) < _MOST_ABOVE:
            version = next((v for v in self.memory.versions(at) if v.holds(day)), None)
            if version is None or any(v.unit_id == at for v in chain):
                break
            chain.append(version)
            at = version.parent_id
        return tuple(reversed(chain))

    def of(self, unit_id: str, day: date) -> tuple[tuple[Heir, ...], str | None]:
        """Return what stands today where a unit stood on a day, and why that is not known.

        Of a unit that still stands, itself.
        """
        key = unit_id, day
        if key not in self._found:
            self._found[key] = self._of(unit_id, day)
        return self._found[key]

    def _of(self, unit_id: str, day: date) -> tuple[tuple[Heir, ...], str | None]:
        own = self.chain(unit_id, self.now)
        if own:
            return (Heir(own),), None
        heirs, stopped = [], None
        for kin in lineage(self.memory.view, unit_id, day).after:
            if not kin.ends:
                continue
            if kin.version is None or kin.stopped is not None:
                stopped = kin.stopped or TERRITORY_UNKNOWN
            chain = () if kin.version is None else self.chain(kin.version.unit_id, self.now)
            if chain and chain[-1].unit_id != unit_id:
                heirs.append(Heir(chain, kin.rests if kin.stopped is None else None))
        heirs.sort(key=lambda h: (h.share is None, -(h.share or 0.0), h.version.any_code))
        return tuple(heirs), stopped if heirs or stopped else TERRITORY_UNKNOWN
