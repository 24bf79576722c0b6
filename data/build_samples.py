"""Make every packaged sample from the files it was published in.

Run ``python data/build_samples.py SOURCE_FOLDER [TARGET_FOLDER]``. The target is
this folder unless another is given. The same sources give the same bytes, as
long as GDAL, SQLite, GEOS and Qhull keep their versions. It takes about half a minute.

The source folder holds, under these names (origins are in the README files):
cq_county_osm_2019_wgs84.geojson, cq_county_echarts4_gcj02.geojson,
vn_cao_bang_wards_2025.gpkg, cq_geonames_cities500.csv,
chongqing_townships_nbs_2022.csv, chongqing_county_codes.csv, chongqing_events.csv,
cn_town_changes_2014_2023.csv, cn_county_history_1981_2025.csv, cq_codes_2023_village.csv.gz.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from samplemaker import boundaries, tables, townships  # noqa: E402


def build(source: Path, target: Path) -> None:
    """Make all samples below `target`, in ``boundaries`` and ``placenames``."""
    shapes, names = target / "boundaries", target / "placenames"
    for folder in (shapes, names):
        folder.mkdir(parents=True, exist_ok=True)

    tables.copied_tables(source, names)
    tables.events_written_out(
        names / "chongqing_events.csv", names / "chongqing_events_written_out.csv"
    )
    tables.township_changes(
        source / "cn_town_changes_2014_2023.csv",
        names / "chongqing_township_changes_2014_2023.csv",
    )
    tables.china_county_codes(
        source / "cn_county_history_1981_2025.csv",
        names / "china_county_codes_1981_2025.csv.gz",
    )
    tables.villages(
        source / "cq_codes_2023_village.csv.gz", names / "chongqing_villages_nbs_2023.csv.gz"
    )
    tables.populated_places(
        source / "cq_geonames_cities500.csv", names / "chongqing_geonames.csv.gz"
    )

    counties = shapes / "chongqing_counties_2019.gpkg"
    boundaries.counties_2019(source / "cq_county_osm_2019_wgs84.geojson", counties)
    boundaries.counties_2016_messy(
        source / "cq_county_echarts4_gcj02.geojson", shapes / "chongqing_counties_2016_messy.gpkg"
    )
    boundaries.cao_bang_wards(
        source / "vn_cao_bang_wards_2025.gpkg", shapes / "cao_bang_wards_2025.gpkg"
    )
    towns = townships.townships_illustrative(
        counties,
        names / "chongqing_townships_nbs_2022.csv",
        source / "cq_geonames_cities500.csv",
        shapes / "chongqing_townships_illustrative.gpkg",
    )
    real = sum(town.real for town in towns)
    print(f"{len(towns)} townships, {real} with a seat from GeoNames", file=sys.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the packaged samples from their sources.")
    parser.add_argument("source", type=Path, help="folder with the source files")
    parser.add_argument("target", type=Path, nargs="?", default=HERE, help="default: this folder")
    arguments = parser.parse_args()
    build(arguments.source, arguments.target)
