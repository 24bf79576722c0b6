"""The version of this library, as it was installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("diming")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"
