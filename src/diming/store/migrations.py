"""From the tables of older software to ours (库结构迁移).

Layout 1 kept no areas, and showed what is in force only. Layout 2 keeps the area of each
territory, and shows history, with styles. Layout 3 has the gazetteer. A migration runs in
the transaction of the first revision that newer software writes; reading an older archive
changes nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.area import areas_m2
from diming.geometry.ground import parse_crs
from diming.store.blob import unwrapped
from diming.store.columns import LAYOUT
from diming.store.hashing import moment_text
from diming.store.reading import chunks
from diming.store.schema import LAYOUTS, TERRITORY, tables
from diming.store.schema_names import NAME_TABLES
from diming.store.terms import rebuild_terms
from diming.version import __version__

if TYPE_CHECKING:
    from diming.store.database import Database


def up_to_date(base: Database) -> None:
    """Bring the tables to the present layout, within the transaction under way."""
    for step in range(base.layout() + 1, LAYOUT + 1):
        _STEPS[step](base)
        note_layout(base, step)


def note_layout(base: Database, layout: int) -> None:
    """Put down that the tables have a layout now."""
    row = (layout, moment_text(datetime.now(UTC)), f"diming {__version__}")
    base.insert(LAYOUTS, LAYOUTS.names(), [row])


def _areas_and_history(base: Database) -> None:
    base.loosen(TERRITORY)
    base.add_column(TERRITORY, "area_m2")
    held = base.rows("SELECT value FROM setting WHERE name = 'crs' AND known_to IS NULL")
    crs = parse_crs(held[0][0] if held else "plane")
    query = (
        f"SELECT t.fid, t.single, {base.shape_column('t')} FROM territory t "
        f"WHERE {base.among('t.fid', 'fids')}"
    )
    fids = [fid for (fid,) in base.rows("SELECT fid FROM territory ORDER BY fid")]
    for some in chunks(fids):
        rows = base.rows(query, {"fids": base.listing(some)})
        raw = unwrapped(base.unpack(row[2] for row in rows), (row[1] for row in rows))
        areas = areas_m2(np.asarray(shapely.from_wkb(raw), dtype=object), crs)
        for (fid, *_), area in zip(rows, areas.tolist(), strict=True):
            if np.isfinite(area):
                base.change(
                    "UPDATE territory SET area_m2 = :area WHERE fid = :fid",
                    {"area": area, "fid": fid},
                )
    for table in tables(2):
        base.loosen(table)
        base.guard(table, 2)
    base.furnish(2)


def _gazetteer(base: Database) -> None:
    for table in NAME_TABLES:
        base.add_table(table, 3)
    base.furnish(3)
    rebuild_terms(base)


_STEPS = {2: _areas_and_history, 3: _gazetteer}
