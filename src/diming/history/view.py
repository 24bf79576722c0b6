"""What decisions about history may ask of an archive's memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from diming.model.changeset import Applied
    from diming.model.unit import Level
    from diming.model.version import Version


class View(Protocol):
    """One belief: all versions of all units that one revision holds to be true.

    Every answer is fetched by an index, so that it costs what it returns and not
    what the archive holds. Versions come in order of unit id and begin.
    """

    @property
    def crs(self) -> str | None:
        """CRS of all shapes, as pyproj reads it; None before the first shape."""

    def of_unit(self, unit_id: str) -> list[Version]:
        """Return all versions of a unit."""

    def with_code(self, system: str, code: str) -> list[Version]:
        """Return all versions that bear a code of one system, at any time."""

    def with_name(self, name: str) -> list[Version]:
        """Return all versions of this very name, at any time."""

    def children(self, unit_id: str) -> list[Version]:
        """Return all versions whose superior is the unit, at any time."""

    def at(self, day: date, level: Level | None = None) -> list[Version]:
        """Return the versions that held on a day."""

    def near(
        self, bounds: tuple[float, float, float, float], begin: date, end: date, level: Level
    ) -> list[Version]:
        """Return versions of a level whose shape's box meets `bounds` within ``[begin, end)``."""

    def shapes(self, keys: Iterable[str]) -> Mapping[str, Any]:
        """Return shapely geometries by territory key."""

    def chain_sums(self, keys: Iterable[str]) -> Mapping[str, int]:
        """Return the checksums of shapes, see `diming.geometry.checksum`, by territory key."""

    def acts(self, unit_id: str) -> list[Applied]:
        """Return the events that name a unit or pass its territory on, by date; undone ones not."""

    def act(self, event_id: str) -> Applied | None:
        """Return an event that is believed."""
