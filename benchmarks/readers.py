"""Which way of reading polygons is the fastest, format by format (读取方式比较).

python benchmarks/readers.py --vertices 2000000 --json readers.json

Draws a coverage of many small and one of few large polygons (`province.py`), writes
each in every format with two columns that are needed and six that are not, and reads
it in every way until geometries of shapely and the needed columns are in memory.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas
import numpy as np
import pyarrow
import pyarrow.parquet
import pyogrio
import shapely

from province import CRS, Province
from world import World

if TYPE_CHECKING:
    from collections.abc import Callable

FORMATS = {
    "GeoPackage": ".gpkg", "Shapefile": ".shp", "GeoJSON": ".geojson",
    "FlatGeobuf": ".fgb", "GeoParquet": ".parquet",
}  # fmt: skip
NEEDED = ["code", "name"]
#: Vertices of each polygon.
KINDS = {"many small": 50, "few large": 50_000}


def table(vertices: int, each: int) -> geopandas.GeoDataFrame:
    world = World(Province(max(4, vertices // each), each))
    count = len(world)
    spare = {f"spare_{i}": [f"{i} of {n}, of no use" for n in range(count)] for i in range(6)}
    return geopandas.GeoDataFrame(
        {"code": world.code, "name": world.name, **spare},
        geometry=world.province.polygons, crs=CRS,
    )  # fmt: skip


def raw(path: Path) -> np.ndarray:
    """WKB of GDAL's records, one by one."""
    _, _, wkb, _ = pyogrio.raw.read(path, columns=NEEDED, return_fids=True)
    return shapely.from_wkb(wkb)


def raw_all_columns(path: Path) -> np.ndarray:
    _, _, wkb, _ = pyogrio.raw.read(path, return_fids=True)
    return shapely.from_wkb(wkb)


def dataframe(path: Path) -> np.ndarray:
    read = pyogrio.read_dataframe(path, columns=NEEDED, use_arrow=False)
    return read.geometry.to_numpy()


def dataframe_arrow(path: Path) -> np.ndarray:
    read = pyogrio.read_dataframe(path, columns=NEEDED, use_arrow=True)
    return read.geometry.to_numpy()


def stream(path: Path) -> np.ndarray:
    """Arrow batches from GDAL, each made into geometries before the next is read."""
    with pyogrio.raw.open_arrow(path, columns=NEEDED, return_fids=True, use_pyarrow=True) as opened:
        meta, reader = opened
        name = meta["geometry_name"] or "wkb_geometry"
        found = []
        for batch in reader:
            found.append(shapely.from_wkb(batch[name].to_numpy(zero_copy_only=False)))
            for column in NEEDED:
                batch[column].to_numpy(zero_copy_only=False)
    return np.concatenate(found)


def records(path: Path) -> np.ndarray:
    """Record by record in Python: fiona and `shapely.geometry.shape`."""
    import fiona

    choice = {} if path.suffix == ".geojson" else {"include_fields": NEEDED}
    with fiona.open(path, **choice) as opened:
        return np.array([shapely.geometry.shape(r.geometry) for r in opened], dtype=object)


def parquet_list(path: Path) -> np.ndarray:
    read = pyarrow.parquet.read_table(path, columns=[*NEEDED, "geometry"])
    wkb = np.empty(len(read), dtype=object)
    wkb[:] = read.column("geometry").to_pylist()
    for column in NEEDED:
        read.column(column).to_pylist()
    return shapely.from_wkb(wkb)


def parquet_numpy(path: Path) -> np.ndarray:
    read = pyarrow.parquet.read_table(path, columns=[*NEEDED, "geometry"])
    for column in NEEDED:
        read.column(column).to_numpy()
    return shapely.from_wkb(read.column("geometry").to_numpy())


def parquet_groups(path: Path) -> np.ndarray:
    """Row group by row group, without buffering ahead."""
    with pyarrow.parquet.ParquetFile(path) as opened:
        found = []
        for batch in opened.iter_batches(columns=[*NEEDED, "geometry"], batch_size=4096):
            found.append(shapely.from_wkb(batch["geometry"].to_numpy(zero_copy_only=False)))
            for column in NEEDED:
                batch[column].to_numpy(zero_copy_only=False)
    return np.concatenate(found)


def geopandas_parquet(path: Path) -> np.ndarray:
    return geopandas.read_parquet(path, columns=[*NEEDED, "geometry"]).geometry.to_numpy()


BY_GDAL = {
    "pyogrio.raw.read": raw, "the same, all columns": raw_all_columns,
    "read_dataframe": dataframe, "read_dataframe, Arrow": dataframe_arrow,
    "open_arrow, batches": stream, "fiona, shape": records,
}  # fmt: skip
OF_PARQUET = {
    "pyarrow, to_pylist": parquet_list, "pyarrow, to_numpy": parquet_numpy,
    "pyarrow, batches": parquet_groups, "geopandas.read_parquet": geopandas_parquet,
}  # fmt: skip


def seconds(way: Callable[[Path], np.ndarray], path: Path, vertices: int, rounds: int) -> float:
    """Best of some rounds; what was read must be what was written."""
    best = np.inf
    for _ in range(rounds):
        gc.collect()
        start = time.perf_counter()
        found = way(path)
        best = min(best, time.perf_counter() - start)
        assert int(shapely.get_num_coordinates(found).sum()) == vertices, path
    return float(best)


def measure(folder: Path, vertices: int, rounds: int) -> list[dict[str, object]]:
    rows = []
    for kind, each in KINDS.items():
        drawn = table(vertices, each)
        count = int(drawn.count_coordinates().sum())
        for label, suffix in FORMATS.items():
            path = folder / f"units{suffix}"
            if suffix == ".parquet":
                drawn.to_parquet(path)
            else:
                pyogrio.write_dataframe(drawn, path)
            for way, read in (OF_PARQUET if suffix == ".parquet" else BY_GDAL).items():
                took = seconds(read, path, count, rounds)
                print(f"{kind:11} {label:11} {way:24} {took:7.3f} s", flush=True)
                rows.append(
                    {"polygons": kind, "units": len(drawn), "vertices": count, "format": label,
                     "way": way, "seconds": round(took, 4)}
                )  # fmt: skip
            for left in folder.iterdir():
                left.unlink()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vertices", type=int, default=1_000_000, help="of each coverage")
    parser.add_argument("--rounds", type=int, default=3, help="the best of them counts")
    parser.add_argument("--json", type=Path, help="write the measurements there too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder), given.vertices, given.rounds)
    if given.json:
        versions = {m.__name__: m.__version__ for m in (pyogrio, pyarrow, shapely, geopandas)}
        about = {"python": sys.version.split()[0], **versions}
        given.json.write_text(json.dumps({"versions": about, "rows": rows}, indent=1), "utf-8")


if __name__ == "__main__":
    main()
