"""What reading one layer of one input yields (成果数据)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from diming.model.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from diming.geometry.shapes import Shapes

#: Roles a column may play; ``begin`` and ``end`` are those of dated versions.
ROLES = ("code", "name", "level", "parent", "kind", "begin", "end")


@dataclass(frozen=True, slots=True)
class Trouble:
    """A record, or part of one, that did not come back whole.

    `rule` is a rule of the report (``unreadable-record``, ``invalid-geometry``,
    ``empty-geometry``, ``wrong-geometry-type``, ``encoding-unsettled``);
    `reason` one of the reasons that `diming.present.words` can say.
    `fid` is -1 where the trouble concerns the whole file.
    """

    rule: str
    reason: str
    fid: int
    #: True when the record is examined all the same (an unclosed ring taken as closed).
    examined: bool = False
    measures: Mapping[str, float] = field(default_factory=lambda: Facts({}))
    facts: Mapping[str, Any] = field(default_factory=lambda: Facts({}))
    #: x, y in the CRS of the layer.
    at: tuple[float, float] | None = None
    #: What the record says of itself, as far as it could be read.
    code: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One layer as read: the records that are areas, and the troubles of the rest.

    ``len(geometry) + (number of fids in troubles that are not examined) == declared``.
    """

    path: str
    layer: str | None
    declared: int
    sha256: str
    #: The CRS as the file states it (WKT or authority code); None if it does not.
    crs: str | None
    encoding: str | None
    #: Polygons and MultiPolygons in two dimensions; never None, never empty.
    geometry: Shapes
    fid: NDArray[np.int64]
    #: Raw values by role, only for the columns found: object arrays.
    columns: Mapping[str, NDArray[np.object_]]
    #: Which source column plays each role.
    column_names: Mapping[str, str]
    troubles: tuple[Trouble, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How inputs are to be read."""

    #: Layer for inputs that do not name theirs.
    layer: str | None = None
    #: Role → column name, overriding recognition.
    fields: Mapping[str, str] = field(default_factory=lambda: Facts({}))
    encoding: str | None = None
