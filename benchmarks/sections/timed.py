"""The child processes of the sections: one task each, its seconds as JSON on stdout.

timed.py TASK FILE LAYER JOBS
"""

from __future__ import annotations

import json
import sys
from time import perf_counter
from typing import Any

import numpy as np
import pyogrio
import shapely


def arrays(path: str, layer: str) -> tuple[Any, Any, str]:
    """Read polygons that can be compared, mended as the check mends them, and their codes."""
    from diming.rules.validity import as_areas

    meta, fids, wkb, fields = pyogrio.raw.read(path, layer=layer or None, return_fids=True)
    columns = dict(zip(meta["fields"], fields, strict=True))
    shape = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
    kept = comparable(shape)
    shape, code = shape[kept], columns.get("code", fids)[kept].astype(str).astype(object)
    bad = ~shapely.is_valid(shape)
    shape[bad] = as_areas(shape[bad])
    return shape, code, meta["crs"]


def comparable(shape: Any) -> Any:
    """Tell polygons from the rest; of coordinates that are no numbers GEOS makes an error."""
    xy, of = shapely.get_coordinates(shape, return_index=True)
    broken = np.zeros(len(shape), dtype=bool)
    broken[of[~np.isfinite(xy).all(axis=1)]] = True
    return np.isin(shapely.get_type_id(shape), (3, 6)) & ~shapely.is_empty(shape) & ~broken


def survey(shape: Any, code: Any, crs: str) -> Any:
    """Return the arrays as the rules take them."""
    import pyproj

    from diming.geometry.ground import Ground
    from diming.geometry.keepers import held
    from diming.rules.survey import Survey
    from diming.tables import Units

    count, none = len(shape), np.full(len(shape), "", dtype=object)
    shapes = held(shape)
    units = Units(shapes, code, none, none, none, np.full(count, 4, np.int8),
                  np.zeros(count, np.int32), np.arange(count, dtype=np.int64))  # fmt: skip
    system = pyproj.CRS(crs)
    ground = Ground.under(system, shapely.total_bounds(shape))
    return Survey(units, shapes, (system,), ground, ("arrays",))


def timed(task: str, path: str, layer: str, jobs: int) -> dict[str, Any]:
    """Read first, import what is needed by a small run, then take the time of the task alone."""
    shape, code, crs = arrays(path, layer)
    call = edges if task.startswith("edges") else named
    few = np.arange(min(16, len(shape)))
    call(task, shape[few], code[few], crs, jobs)
    seconds, found = call(task, shape, code, crs, jobs)
    return {"seconds": seconds, "found": found}


def edges(task: str, shape: Any, code: Any, crs: str, jobs: int) -> tuple[float, int]:
    """Take the time of marking edges."""
    width = 5.0 if task == "edges-gap" else 0.0
    start = perf_counter()
    found = shapely.coverage_invalid_edges(shape, gap_width=width)
    return perf_counter() - start, int((~shapely.is_empty(found)).sum())


def named(task: str, shape: Any, code: Any, crs: str, jobs: int) -> tuple[float, int]:
    """Take the time of naming; setting up the tables is not in it."""
    from diming.model.finding import CheckSettings
    from diming.rules.coverage import coverage_findings
    from diming.rules.shape import shape_findings

    whole, settings = survey(shape, code, crs), CheckSettings()
    start = perf_counter()
    if task == "naming":
        told = coverage_findings(whole, settings, jobs=jobs)
    else:
        told = shape_findings(whole, whole, settings, jobs=jobs)
    return perf_counter() - start, len(told)


def baseline(path: str, layer: str) -> dict[str, Any]:
    """Do what any checker must: read, ask for validity, find the edges that are wrong."""
    wkb = pyogrio.raw.read(path, layer=layer or None)[2]
    shape = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
    shape = shape[comparable(shape)]
    bad = ~shapely.is_valid(shape)
    shape[bad] = shapely.make_valid(shape[bad], method="structure")
    edges = shapely.coverage_invalid_edges(shape)
    return {"invalid": int(bad.sum()), "found": int((~shapely.is_empty(edges)).sum())}


if __name__ == "__main__":
    task, path, layer, jobs = sys.argv[1:]
    told = baseline(path, layer) if task == "baseline" else timed(task, path, layer, int(jobs))
    print(json.dumps(told))
