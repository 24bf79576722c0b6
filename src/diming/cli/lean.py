"""Import pyogrio without what the command has no use for (精简导入).

At its import pyogrio asks which versions of pandas, geopandas and pyarrow there
are, by importing them: 0.4 s, a third of a small check. It keeps nothing but
those versions, which their metadata tell without importing; the packages
themselves it imports where they are used. So they are stood in for, while
pyogrio is being imported and no longer, by modules that know their version.
Whoever calls ``pyogrio.read_dataframe`` later in the process gets the real ones.

Only the command does so, before it starts a thread: a library must not touch
what another thread may be importing.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ASKED_FOR = ("pyarrow", "pandas", "geopandas")


def import_pyogrio() -> None:
    """Import pyogrio, once a process.

    Should it ever ask for more than a version, or be missing, the import fails
    here without a word, and is done, or fails, where pyogrio is needed.
    """
    if "pyogrio" not in sys.modules:
        with _versions_only(_ASKED_FOR), suppress(Exception):
            import_module("pyogrio")


@contextmanager
def _versions_only(names: tuple[str, ...]) -> Iterator[None]:
    """Let modules that are installed, and not imported yet, be known by version only."""
    stand_ins = {}
    for name in names:
        if name not in sys.modules:
            with suppress(PackageNotFoundError):
                module = ModuleType(name)
                module.__dict__["__version__"] = version(name)
                stand_ins[name] = module
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, module in stand_ins.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
