"""Classes of places (地名类别): what a class code means, as far as the table knows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from diming.handbook.entries import Entry
from diming.handbook.loader import own_handbook
from diming.handbook.own import merged
from diming.handbook.titled import Titled, titled

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class PlaceClass(Titled):
    """One class, or group of classes; its `id` is the beginning of their codes."""


@dataclass(frozen=True, slots=True)
class PlaceClasses:
    """All classes that are known, by the digits they begin with."""

    by_digits: Mapping[str, PlaceClass]

    def of(self, code: str) -> PlaceClass | None:
        """Return the narrowest class that a code belongs to.

        Examples
        --------
        >>> load_place_classes().of("22100").zh
        '居民点'
        """
        for length in range(len(code), 0, -1):
            found = self.by_digits.get(code[:length])
            if found is not None:
                return found
        return None


def load_place_classes() -> PlaceClasses:
    """Return the table of classes, with those of a handbook of one's own.

    Raises
    ------
    UsageError
        If an entry is not understood.
    """
    own = own_handbook()
    return _packaged() if own is None or "place_classes" not in own[1] else _read()


@lru_cache(maxsize=1)
def _packaged() -> PlaceClasses:
    return _read()


def _read() -> PlaceClasses:
    lists, _, where = merged("place_classes", ("class",))
    found = {}
    for values in lists["class"].values():
        entry = Entry(values, f"class {values['id']}", where)
        entry.only("id", "zh", "en", "basis", "verified_on")
        found[str(values["id"])] = PlaceClass(**titled(entry))
    return PlaceClasses(found)
