"""A million dated points over many versions: how long, beside other programs (定位).

python benchmarks/where.py [--units 40000] [--versions 8] [--vertices 300] [--points 1000000]

Draws a province, gives each unit several versions, each of another shape, either on days
common to all (``--days common``) or on days of its own, and asks which version held each of
many points on a day. Peers get the same arrays: ``geopandas.sjoin``, per epoch where days are
common, else of all versions and filtered by day; and PostGIS, if it is installed, with a
GiST index over geometry and span. Answers are compared point by point.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.geometry.epochs import Epochs
from province import CRS, Province

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: First and last day of histories: 1950-01-01 and 2026-01-01.
FIRST, LAST = 711_858, 739_617
#: How far borders move from version to version, in metres, and over what distance.
SWAY_M, WAVE_M = 300.0, 9_000.0


@dataclass(frozen=True)
class History:
    """Versions of units, version by version, and points to find."""

    shape: np.ndarray
    unit: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    xy: np.ndarray
    day: np.ndarray
    common: bool

    @cached_property
    def vertices(self) -> int:
        return int(shapely.get_num_coordinates(self.shape).sum())


def draw(
    units: int, versions: int, vertices: int, points: int, *, common: bool, seed: int = 0
) -> History:
    """Draw a history and points within its region, on any day of it."""
    rng = np.random.default_rng(seed)
    cells = Province(units, vertices, seed).polygons

    def sway(phase: float) -> np.ndarray:
        return shapely.transform(
            cells, lambda xy: xy + SWAY_M * np.sin(xy[:, ::-1] / WAVE_M + phase)
        )

    shape = np.concatenate([sway(float(k)) for k in range(versions)])
    cuts = np.sort(rng.integers(FIRST + 1, LAST, (1 if common else units, versions - 1)), axis=1)
    edges = np.hstack([np.full((len(cuts), 1), FIRST), cuts, np.full((len(cuts), 1), LAST)])
    edges = np.broadcast_to(edges, (units, versions + 1))
    low, high = shapely.total_bounds(cells).reshape(2, 2)
    return History(
        shape,
        np.tile(np.arange(units), versions),
        edges[:, :-1].T.ravel().copy(),
        edges[:, 1:].T.ravel().copy(),
        rng.uniform(low, high, (points, 2)),
        rng.integers(FIRST, LAST, points),
        common,
    )


def ours(history: History, jobs: int) -> tuple[np.ndarray, float, float, float]:
    """Return answers, the seconds of building, and those of a second call, passed and of work."""
    start = time.perf_counter()
    epochs = Epochs(
        history.shape, np.arange(len(history.shape)), history.begin, history.end, history.unit,
        jobs=jobs,
    )  # fmt: skip
    built = time.perf_counter() - start
    epochs.locate(history.xy, history.day, jobs=jobs)
    start, worked = time.perf_counter(), time.process_time()
    found = epochs.locate(history.xy, history.day, jobs=jobs)
    return found, built, time.perf_counter() - start, time.process_time() - worked


def lowest(point: np.ndarray, version: np.ndarray, unit: np.ndarray, count: int) -> np.ndarray:
    """Return for each point the version of the lowest unit among those found."""
    result = np.full(count, -1)
    order = np.argsort(-unit[version], kind="stable")
    result[point[order]] = version[order]
    return result


def by_geopandas(history: History) -> tuple[np.ndarray, float]:
    """Return answers of spatial joins, and their seconds."""
    import geopandas

    start = time.perf_counter()
    points = geopandas.GeoSeries(shapely.points(history.xy), crs=CRS).to_frame("geometry")
    shapes = geopandas.GeoDataFrame(geometry=history.shape, crs=CRS)
    found = []
    begins = np.unique(history.begin) if history.common else np.array([FIRST])
    for begin, end in zip(begins, [*begins[1:], LAST], strict=True):
        some = points[(history.day >= begin) & (history.day < end)]
        held = shapes[history.begin == begin] if history.common else shapes
        joined = geopandas.sjoin(some, held, predicate="intersects")
        found.append((joined.index.to_numpy(), joined["index_right"].to_numpy()))
    point, version = (np.concatenate(part) for part in zip(*found, strict=True))
    on = history.day[point]
    holds = (history.begin[version] <= on) & (on < history.end[version])
    result = lowest(point[holds], version[holds], history.unit, len(history.xy))
    return result, time.perf_counter() - start


TABLES = """
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE UNLOGGED TABLE versions (id int, unit int, span int4range, geom geometry);
CREATE UNLOGGED TABLE points (id int, day int, geom geometry);
"""
INDEX = """
CREATE INDEX ON versions USING gist (geom, span);
ANALYZE versions; ANALYZE points;
"""
ASK = """
CREATE UNLOGGED TABLE found AS SELECT DISTINCT ON (p.id) p.id, v.id AS version
FROM points p JOIN versions v ON v.geom && p.geom AND v.span @> p.day
AND ST_Intersects(v.geom, p.geom) ORDER BY p.id, v.unit"""


def by_postgis(history: History) -> tuple[np.ndarray, float]:
    """Return answers of PostGIS, and the seconds of the query alone: loading is not counted."""
    from peers import postgis
    from peers.protocol import Steps

    postgis.Peer().version()
    with tempfile.TemporaryDirectory() as folder, postgis.server(Steps()) as socket:
        postgis.query(socket, TABLES)
        rows = zip(history.unit.tolist(), history.begin.tolist(), history.end.tolist(),
                   shapely.to_wkb(history.shape, hex=True), strict=True)  # fmt: skip
        put(socket, Path(folder) / "versions.tsv", "versions", (
            f"{i}\t{u}\t[{b},{e})\t{wkb}\n" for i, (u, b, e, wkb) in enumerate(rows)
        ))  # fmt: skip
        points = zip(
            history.day.tolist(), shapely.to_wkb(shapely.points(history.xy), hex=True), strict=True
        )
        put(socket, Path(folder) / "points.tsv", "points", (
            f"{i}\t{d}\t{wkb}\n" for i, (d, wkb) in enumerate(points)
        ))  # fmt: skip
        postgis.query(socket, INDEX)
        start = time.perf_counter()
        postgis.query(socket, ASK)
        seconds = time.perf_counter() - start
        text = postgis.query(socket, "COPY found TO STDOUT")
    result = np.full(len(history.xy), -1)
    pairs = np.array(text.split(), dtype=np.int64).reshape(-1, 2)
    result[pairs[:, 0]] = pairs[:, 1]
    return result, seconds


def put(socket: str, path: Path, table: str, rows: Iterable[str]) -> None:
    """Copy rows into a table."""
    from peers import postgis

    with path.open("w", encoding="utf-8") as file:
        file.writelines(rows)
    postgis.query(socket, f"\\copy {table} FROM '{path}'")
    path.unlink()


PEERS = {"geopandas": by_geopandas, "postgis": by_postgis}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=40_000)
    parser.add_argument("--versions", type=int, default=8)
    parser.add_argument("--vertices", type=int, default=300, help="of a unit")
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--days", choices=["own", "common"], default="own")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), default=["geopandas"])
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    history = draw(
        given.units, given.versions, given.vertices, given.points,
        common=given.days == "common", seed=given.seed,
    )  # fmt: skip
    print(f"{len(history.shape):,} versions, {history.vertices:,} vertices, days: {given.days}")
    found, built, seconds, worked = ours(history, given.jobs)
    outside = (found < 0).mean()
    print(
        f"diming: {seconds:.2f} s for {given.points:,} points with {given.jobs} threads "
        f"({worked:.2f} s of processor time; built in {built:.1f} s; {outside:.2%} outside)"
    )
    different = 0
    for name in given.peers:
        answers, took = PEERS[name](history)
        unlike = int((answers != found).sum())
        different += unlike
        print(f"{name}: {took:.2f} s, ratio {took / seconds:.1f}, {unlike} answers differ")
    return 1 if different else 0


if __name__ == "__main__":
    raise SystemExit(main())
