"""Divisions, boundaries and place names (区划 · 界线 · 地名) as one coverage.

Public names are loaded when first used; importing the package does nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "check": "diming.api",
    "check_files": "diming.api",
    "open_archive": "diming.archive",
    "create_archive": "diming.archive",
    "Archive": "diming.archive",
    "infer_files": "diming.services.inference",
    "read_events": "diming.files.events",
    "write_events": "diming.files.events",
    "Event": "diming.model.event",
    "CheckSettings": "diming.model.finding",
    "Finding": "diming.model.finding",
    "Report": "diming.present.live",
    "Severity": "diming.model.finding",
    "DimingError": "diming.errors",
    "sample": "diming.samples",
    "list_samples": "diming.samples",
    "__version__": "diming.version",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'diming' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), "LiveReport" if name == "Report" else name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
