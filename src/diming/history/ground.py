"""Shapes of the units that an act concerns, before it and as they are worked out (疆域草案)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from diming.geometry.checksum import territory_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from diming.history.draft import Draft
    from diming.model.version import Version


class Ground:
    """Shapes by unit; None where one is not known.

    Parameters
    ----------
    draft : Draft
    units : iterable of str
        Those that the act names.

    Attributes
    ----------
    before, after : dict
        Unit → shape. A unit that begins is not in `before`; one that ends is not in `after`.
    beside : dict
        Neighbours whose lines got a vertex: unit → (shape before, shape after).
    """

    def __init__(self, draft: Draft, units: Iterable[str]) -> None:
        self.draft = draft
        self.was: dict[str, Version] = {}
        for unit_id in dict.fromkeys(units):
            version = draft.was.get(unit_id) or (
                None if unit_id in draft.begun else draft.current(unit_id)
            )
            if version is not None:
                self.was[unit_id] = version
        keys = {v.territory for v in self.was.values() if v.territory is not None}
        shapes = draft.view.shapes(keys)
        self.before: dict[str, Any] = {
            u: None if v.territory is None else shapes[v.territory] for u, v in self.was.items()
        }
        self.after: dict[str, Any] = {
            u: shape for u, shape in self.before.items() if u not in draft.ended
        }
        self.beside: dict[str, tuple[Any, Any]] = {}
        #: What is left of units that end, when parts were cut off them or a vertex put in.
        self.rest: dict[str, Any] = {}

    @property
    def known(self) -> bool:
        """Whether every shape is known, before and after."""
        return None not in (*self.before.values(), *self.after.values())

    @property
    def unknown(self) -> bool:
        """Whether no shape is."""
        return not any(s is not None for s in (*self.before.values(), *self.after.values()))

    def put_beside(self, unit_id: str, shape: Any) -> None:
        """Give a unit along a changed border its shape with the new vertex."""
        if unit_id in self.after:
            self.after[unit_id] = shape
            return
        if unit_id in self.draft.ended:
            self.rest[unit_id] = shape
            return
        if unit_id not in self.beside:
            version = self.draft.current(unit_id)
            assert version is not None and version.territory is not None
            key = version.territory
            self.beside[unit_id] = self.draft.view.shapes([key])[key], shape
        self.beside[unit_id] = self.beside[unit_id][0], shape

    def sides(self) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
        """Return the known shapes before and after, with neighbours that got a vertex."""
        before = [s for s in self.before.values() if s is not None]
        after = [s for s in self.after.values() if s is not None]
        before += [a for a, _ in self.beside.values()]
        after += [b for _, b in self.beside.values()]
        return _array(before), _array(after)

    def keep(self) -> None:
        """Put the shapes into the draft: one that is as it was changes nothing."""
        shapes = {**self.after, **{u: b for u, (_, b) in self.beside.items()}}
        for unit_id, shape in shapes.items():
            version = self.draft.current(unit_id)
            if version is None:
                continue
            key = None if shape is None else territory_key(shape)
            if key != version.territory:
                self.draft.change(version, territory=key)
                if key is not None:
                    self.draft.territories[key] = shape


def _array(shapes: list[Any]) -> NDArray[np.object_]:
    result: NDArray[np.object_] = np.empty(len(shapes), dtype=object)
    result[:] = shapes
    return result
