"""Facts that do not change: a mapping that findings carry through processes and caches."""

from __future__ import annotations

from typing import Any, NoReturn


class Facts(dict[str, Any]):
    """A dictionary that is read only; it can be copied, pickled and hashed."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("facts do not change; make new ones")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type[Facts], tuple[dict[str, Any]]]:
        return Facts, (dict(self),)

    def __copy__(self) -> Facts:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Facts:
        return self

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self))
