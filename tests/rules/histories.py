"""Histories to check: change sets as version tables, and worlds that change but conserve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyproj
import shapely

from diming.geometry.checksum import chain_sums, territory_key
from diming.model.changeset import Changeset
from diming.model.span import NOT_ENDED, Span, When
from diming.model.unit import Level
from diming.model.version import SYSTEMS, Version
from diming.rules.timeline import timeline_findings
from diming.versions import VersionTable

from ..worlds import CRS, Grid, ground_scale


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


CELLS = Grid(4, 5, vertices=3, wobble=60.0, seed=5)
CELL = dict(enumerate(CELLS.polygons().values()))
START = date(1990, 1, 1)
DAYS = [START + timedelta(days=d) for d in (0, 400, 1000, 1001, 5000, 9000)]


@dataclass
class Holding:
    """A unit of a drawn world: the cells it holds in each period, and whom it lies under.

    Period k lasts from ``DAYS[k]`` to ``DAYS[k + 1]``; the last one is open.
    """

    unit: str
    cells: list[frozenset[int]]
    level: Level = Level.COUNTY
    parent: str | None = None
    code: str = ""


def area_m2(cells):
    """The area of some cells on the ground."""
    return sum(CELL[c].area for c in cells) / ground_scale() ** 2


def whole(cells):
    """The ground of some cells; corners on its outline are kept."""
    return shapely.coverage_union_all([CELL[c] for c in sorted(cells)])


def changeset(holdings):
    """The change set of a drawn world: a new version whenever the cells of a unit change."""
    versions, territories = [], {}
    for one in holdings:
        period = 0
        while period < len(one.cells):
            cells, last = one.cells[period], period
            while last + 1 < len(one.cells) and one.cells[last + 1] == cells:
                last += 1
            end = When(DAYS[last + 1]) if last + 1 < len(one.cells) else NOT_ENDED
            if cells:
                shape = whole(cells)
                key = territory_key(shape)
                territories[key] = shape
                versions.append(
                    Version(
                        one.unit, Span(When(DAYS[period]), end), one.level, f"{one.unit}镇",
                        codes=(("source", one.code or one.unit),), parent_id=one.parent,
                        territory=key,
                    )
                )  # fmt: skip
            period = last + 1
    return Changeset(added=tuple(versions), territories=territories)


def findings(change, *, asked=None, **options):
    """What the rules over time find in a change set."""
    table, fetch = table_of(change, asked)
    return timeline_findings(table, fetch, pyproj.CRS(CRS), **options)


def day(period):
    """The first day of a period as text; empty after the last."""
    return DAYS[period].isoformat() if period < len(DAYS) else ""
