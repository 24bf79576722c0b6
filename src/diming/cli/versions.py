"""Versions of this program and of what it stands on, for reports of faults."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import TYPE_CHECKING

from diming.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator


def versions() -> Iterator[tuple[str, str]]:
    """Yield names and versions.

    fiona and pyogrio may each bring a GDAL of its own, so both are told.
    """
    yield "diming", __version__
    yield "Python", f"{platform.python_version()} ({platform.system()} {platform.machine()})"
    yield "fiona", _with_gdal("fiona")
    yield "pyogrio", _with_gdal("pyogrio")
    yield "shapely", _shapely()
    yield "pyproj", _pyproj()
    for name in ("numpy", "scipy", "rtree", "geopandas", "folium", "click", "matplotlib"):
        yield name, package_version(name)


def package_version(name: str) -> str:
    """Return the version of an installed package; a dash if there is none."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "–"


def _with_gdal(name: str) -> str:
    version = package_version(name)
    try:
        if name == "fiona":
            import fiona

            gdal = fiona.__gdal_version__
        else:
            import pyogrio

            gdal = pyogrio.__gdal_version_string__
    except (ImportError, AttributeError) as error:
        return f"{version} (GDAL: {type(error).__name__})"
    return f"{version} (GDAL {gdal})"


def _shapely() -> str:
    try:
        import shapely
    except ImportError as error:
        return f"– ({type(error).__name__})"
    return f"{shapely.__version__} (GEOS {shapely.geos_version_string})"


def _pyproj() -> str:
    try:
        import pyproj
    except ImportError as error:
        return f"– ({type(error).__name__})"
    return f"{pyproj.__version__} (PROJ {pyproj.proj_version_str})"
