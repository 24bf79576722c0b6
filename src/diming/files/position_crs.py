"""In what coordinate reference system places of a table are given (坐标系)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from diming.errors import N_, UsageError
from diming.model.facts import Facts
from diming.model.place import Problem

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Frames whose parameters of transformation are not for general use (北京54, 西安80).
CLOSED = re.compile(r"北京|1954|beijing|西安|1980|xian|xi'an", re.IGNORECASE)


def closed_frame(crs: str) -> Problem:
    """Say that a position is in a frame that nobody may transform from here."""
    return Problem(
        N_(
            "the position is in {crs}, whose parameters of transformation are not held here; it "
            "was not taken: have it transformed"
        ),
        Facts({"crs": crs}),
    )


def crs_told(text: str) -> pyproj.CRS:
    """Return the CRS that a text means.

    Raises
    ------
    UsageError
        If it means none.
    """
    import pyproj

    try:
        return pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError:
        raise UsageError(
            "there is no coordinate reference system «{crs}»; give one such as EPSG:4490",
            crs=text[:60],
        ) from None


def is_lonlat(crs: pyproj.CRS) -> bool:
    """Tell whether coordinates are longitude and latitude as they are kept here."""
    return crs.to_epsg() in (4326, 4490) or crs.to_authority() == ("OGC", "CRS84")


def lonlat_of(coordinates: Floats, crs: pyproj.CRS) -> Floats:
    """Return coordinates, an array of shape (n, 2), as degrees of EPSG:4490."""
    import pyproj

    way = pyproj.Transformer.from_crs(crs, 4490, always_xy=True)
    made: Floats = np.column_stack(way.transform(*coordinates.T))
    return made
