"""Histories to check: change sets as version tables, and worlds that change but conserve."""

from __future__ import annotations

import numpy as np
import shapely

from diming.geometry.checksum import chain_sums
from diming.model.version import SYSTEMS
from diming.versions import VersionTable


def text(values):
    result = np.empty(len(values), dtype=object)
    result[:] = [v or "" for v in values]
    return result


def table_of(change, asked=None):
    """A version table of a change set's rows, and what fetches its shapes.

    `asked`, a list, is told the keys that were fetched.
    """
    rows = change.added
    keys = sorted({v.territory for v in rows if v.territory})
    place = {key: i for i, key in enumerate(keys)}
    shapes = np.empty(len(keys), dtype=object)
    shapes[:] = [change.territories[k] for k in keys]
    whose = [next((s for s in SYSTEMS if v.code(s)), "") for v in rows]

    def fetch(wanted):
        if asked is not None:
            asked.extend(wanted)
        return shapes[[place[k] for k in wanted]]

    table = VersionTable(
        row=np.arange(len(rows)),
        unit_id=text([v.unit_id for v in rows]),
        name=text([v.name for v in rows]),
        kind=text([v.kind for v in rows]),
        code=text([v.code(s) if s else "" for v, s in zip(rows, whose, strict=True)]),
        parent_id=text([v.parent_id for v in rows]),
        began_by=text([v.began_by for v in rows]),
        ended_by=text([v.ended_by for v in rows]),
        level=np.array([v.level for v in rows], dtype=np.int8),
        begin=np.array([v.span.begin.day.toordinal() for v in rows], dtype=np.int64),
        end=np.array([v.span.end.day.toordinal() for v in rows], dtype=np.int64),
        begin_known=np.array([v.span.begin.precision != "unknown" for v in rows], dtype=bool),
        territory=np.array([place.get(v.territory, -1) for v in rows], dtype=np.int64),
        keys=text(keys),
        chain_sum=chain_sums(shapes),
        area_m2=shapely.area(shapes),
        bounds=shapely.bounds(shapes).reshape(-1, 4),
        system=text(whose),
    )
    return table, fetch
