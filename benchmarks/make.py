"""Write a generated province, its counties, and the truth about it (造数).

python benchmarks/make.py OUT --units 1000 --vertices 300 --seed 0 --dirty 0.03 --parents

OUT is a file (`province.gpkg`, `.parquet`, `.geojson`, `.shp`), or, with --parts of a GeoParquet,
a folder of files. Beside it: `NAME.truth.json`, and `NAME-counties.…` with --parents. Parts are
made and written one after the other: what is held at once is lines, not polygons.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely

import record_defects as record
import unit_defects as unit
from generate import MISLABELLED, Generated, generate, mislabel
from raw_defects import spoil_bytes
from truth import write_truth

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas

FORMATS = {"gpkg": "GPKG", "parquet": None, "geojson": "GeoJSON", "shp": "ESRI Shapefile"}
#: Kinds that do not outlive a Shapefile: rings have no owner there, and layers one type.
NOT_IN_SHAPEFILES = (
    record.no_area, record.empty_geometry, unit.hole_outside, unit.nested_part, unit.nested_hole,
    unit.parts_meet,
)  # fmt: skip
#: Units written at once where the number of parts is not given.
UNITS_AT_ONCE = 10_000
#: Vertices up to which the share of segments that do not cancel is counted.
COUNTED_VERTICES = 20_000_000


def write(
    made: Generated, out: Path, kind: str, *, parts: int | None = None, shuffle: bool = False,
    parents: bool = False,
) -> Path:  # fmt: skip
    """Write a delivery and its truth; return where the truth is."""
    out.parent.mkdir(parents=True, exist_ok=True)
    order = made.order(shuffle=shuffle)
    blocks = list(made.world.blocks(parts or max(1, len(order) // UNITS_AT_ONCE), order))
    tables = (made.townships(block) for block in blocks)
    folder = kind == "parquet" and (parts or 1) > 1
    layer = "township" if kind == "gpkg" else None
    if kind == "parquet":
        vertices = _parquet(tables, out, folder=folder)
    elif kind == "gpkg":
        vertices = _gpkg(tables, out, "township")
        world = made.world
        spoil_bytes(out, "township", {world.code[u]: how for u, how in world.patches.items()})
    else:
        table = made.townships(order)
        vertices = _count(table)
        _pyogrio(table, out, FORMATS[kind])
    if parents:
        above = out.with_name(f"{out.stem}-counties.{kind}")
        if kind == "parquet":
            _parquet(iter([made.counties()]), above, folder=False)
        elif kind == "gpkg":
            _gpkg(iter([made.counties()]), above, "county")
        else:
            _pyogrio(made.counties(), above, FORMATS[kind])
    there = out.with_name(f"{out.stem}.truth.json")
    write_truth(made.truth(out.name, layer, vertices), there)
    return there


def _count(table: geopandas.GeoDataFrame) -> int:
    return int(shapely.get_num_coordinates(table.geometry.to_numpy()).sum())


def _parquet(tables: Iterator[geopandas.GeoDataFrame], out: Path, *, folder: bool) -> int:
    """Write GeoParquet 1.0: files in a folder, or row groups in a file."""
    if out.is_dir():
        shutil.rmtree(out)
    out.unlink(missing_ok=True)
    if folder:
        out.mkdir()
    vertices, writer = 0, None
    for number, table in enumerate(tables):
        vertices += _count(table)
        shape = table.geometry.to_numpy()
        columns = {name: pa.array(table[name]) for name in table.columns if name != "geometry"}
        columns["geometry"] = pa.array(shapely.to_wkb(shape), pa.binary())
        geo = {
            "version": "1.0.0",
            "primary_column": "geometry",
            "columns": {
                "geometry": {
                    "encoding": "WKB",
                    "geometry_types": [],
                    "crs": pyproj.CRS(table.crs).to_json_dict(),
                }
            },
        }
        rows = pa.table(columns).replace_schema_metadata({"geo": json.dumps(geo)})
        if folder:
            pq.write_table(rows, out / f"part-{number:03d}.parquet")
            continue
        writer = writer or pq.ParquetWriter(out, rows.schema)
        writer.write_table(rows)
    if writer:
        writer.close()
    return vertices


def _gpkg(tables: Iterator[geopandas.GeoDataFrame], out: Path, layer: str) -> int:
    out.unlink(missing_ok=True)
    vertices = 0
    for number, table in enumerate(tables):
        vertices += _count(table)
        _pyogrio(table, out, "GPKG", layer=layer, append=number > 0)
    return vertices


def _pyogrio(table: geopandas.GeoDataFrame, out: Path, driver: str, **options: object) -> None:
    if driver == "ESRI Shapefile":
        options["encoding"] = "UTF-8"
    else:
        options |= {"geometry_type": "Unknown", "promote_to_multi": False}
    if driver == "GPKG" and not options.get("append"):
        options["SPATIAL_INDEX"] = "NO"  # its triggers would look at spoilt records
    with warnings.catch_warnings():
        # Some of what is written is meant to be unsound.
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(table, out, driver=driver, **options)


def residual_share(made: Generated) -> float:
    """Return the share of segments that do not cancel between neighbours."""
    from diming.geometry.chain import residual
    from diming.geometry.keepers import held

    shape = made.world.geometries(made.world.units)
    areal = np.isin(shapely.get_type_id(shape), (3, 6))
    shape = shape[areal]
    shape = shape[~shapely.is_empty(shape)]
    return len(residual(held(shape))) / int(shapely.get_num_coordinates(shape).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--units", type=int, default=1000)
    parser.add_argument("--vertices", type=int, default=300, help="a unit, about")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dirty", type=float, default=0.0, metavar="DENSITY",
                        help="defects a unit; 0.03 is a dirty national file")  # fmt: skip
    parser.add_argument("--format", choices=FORMATS, help="by default from OUT's suffix")
    parser.add_argument("--parts", type=int, help="parts to write one by one")
    parser.add_argument("--parents", action="store_true", help="write the counties too")
    parser.add_argument("--shuffle", action="store_true", help="in any order, not by county")
    parser.add_argument("--mislabel", choices=MISLABELLED, help="claim another CRS")
    asked = parser.parse_args()
    kind = asked.format or asked.out.suffix.lstrip(".") or "parquet"
    if kind not in FORMATS:
        parser.error(f"no such format: {kind}")
    if asked.mislabel and asked.dirty:
        parser.error("what is mislabelled must be sound otherwise: leave out --dirty")
    begun = time.perf_counter()
    made = generate(
        asked.units, asked.vertices, asked.seed, dirty=asked.dirty,
        leave_out=NOT_IN_SHAPEFILES if kind == "shp" else (), enclosures=not asked.mislabel,
        raw=kind == "gpkg",
    )  # fmt: skip
    if asked.mislabel:
        made = mislabel(made, asked.mislabel)
    ready = time.perf_counter()
    truth = write(
        made, asked.out, kind, parts=asked.parts, shuffle=asked.shuffle, parents=asked.parents
    )
    done = time.perf_counter()
    found = json.loads(truth.read_text(encoding="utf-8"))
    print(f"{found['units']} units, {found['vertices']} vertices, {len(found['defects'])} truths")
    print(f"made in {ready - begun:.1f} s, written in {done - ready:.1f} s: {asked.out}, {truth}")
    if found["vertices"] <= COUNTED_VERTICES:
        print(f"segments that do not cancel: {100 * residual_share(made):.2f} %")


if __name__ == "__main__":
    main()
