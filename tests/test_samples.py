"""The packaged samples keep what their README files promise."""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

import fiona
import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from pyogrio import raw

from diming.errors import DimingError
from diming.samples import list_samples, sample

if TYPE_CHECKING:
    from pathlib import Path

GCJ02 = "GCJ-02 (offset coordinates, not WGS 84, no EPSG code)"


def layer(name: str) -> tuple[dict[str, np.ndarray], np.ndarray]:
    meta, _, wkb, values = raw.read(sample(name))
    return dict(zip(meta["fields"], values, strict=True)), shapely.from_wkb(wkb)


def table(name: str) -> list[dict[str, str]]:
    path = sample(name)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def edge_balance(geometries: np.ndarray) -> Counter[tuple[object, object]]:
    """Directed segments of shapes that may share edges; opposite ones cancel."""
    total: Counter[tuple[object, object]] = Counter()
    for polygon in shapely.get_parts(shapely.orient_polygons(geometries)):
        for ring in [polygon.exterior, *polygon.interiors]:
            for a, b in pairwise(ring.coords):
                total[min(a, b), max(a, b)] += 1 if a < b else -1
    return Counter({edge: n for edge, n in total.items() if n})


def test_every_sample_is_there_and_described() -> None:
    samples = list_samples()
    assert len({s.name for s in samples}) == len(samples) == 14
    for entry in samples:
        assert entry.path == sample(entry.name)
        assert entry.path.is_file()
        assert entry.title_en and entry.title_zh and entry.licence and entry.attribution
        readme = (entry.path.parent / "README.md").read_text(encoding="utf-8")
        assert f"## {entry.path.name}" in readme
    assert [s.name for s in samples if s.illustrative] == [
        "chongqing_townships_illustrative",
        "office_table_illustrative",
    ]


def test_no_file_is_left_out_of_the_list_and_all_are_small() -> None:
    listed = {s.path for s in list_samples()}
    folders: set[Path] = {path.parent for path in listed}
    files = {path for folder in folders for path in folder.iterdir()}
    data = {path for path in files if path.suffix not in {".md", ".txt"}}
    assert data == listed
    assert sum(path.stat().st_size for path in files) < 6_000_000
    assert sample("chongqing_townships_illustrative").stat().st_size < 2_000_000
    assert sample("china_county_codes_1981_2025").stat().st_size < 150_000


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(DimingError, match=r"no sample atlantis.*chongqing_counties_2019"):
        sample("atlantis")


@pytest.mark.parametrize(
    ("name", "expected_layer", "units", "vertices"),
    [
        ("chongqing_counties_2019", "county", 38, 5_051),
        ("chongqing_counties_2016_messy", "county", 38, 20_252),
        ("cao_bang_wards_2025", "ward", 56, 129_229),
        ("chongqing_townships_illustrative", "township_illustrative", 1_031, 75_125),
    ],
)
def test_boundaries_hold_what_the_readme_says(
    name: str, expected_layer: str, units: int, vertices: int
) -> None:
    assert [row[0] for row in pyogrio.list_layers(sample(name))] == [expected_layer]
    fields, shapes = layer(name)
    assert len(shapes) == len(set(fields["code"])) == units
    assert shapely.get_num_coordinates(shapes).sum() == vertices
    assert all(isinstance(code, str) for code in fields["code"])
    readme = (sample(name).parent / "README.md").read_text(encoding="utf-8")
    row = next(line for line in readme.splitlines() if line.startswith(f"| `{name}.gpkg`"))
    assert f"| {units:,} | {vertices:,} |" in row


@pytest.mark.parametrize(
    "name", ["chongqing_counties_2019", "cao_bang_wards_2025", "chongqing_townships_illustrative"]
)
def test_wgs84_layers_say_so(name: str) -> None:
    assert pyogrio.read_info(sample(name))["crs"] == "EPSG:4326"


def test_gcj02_is_never_called_wgs84() -> None:
    path = sample("chongqing_counties_2016_messy")
    with fiona.open(path) as source:
        through_fiona = pyproj.CRS.from_wkt(source.crs_wkt)
    for crs in (pyproj.CRS(pyogrio.read_info(path)["crs"]), through_fiona):
        assert crs.name == GCJ02
        assert crs.datum is not None
        assert crs.datum.name.startswith("GCJ-02")
        assert crs.is_geographic
        assert crs.to_epsg() is None
        assert crs != pyproj.CRS("EPSG:4326")


def test_counties_2019_are_a_valid_coverage() -> None:
    fields, counties = layer("chongqing_counties_2019")
    assert shapely.is_valid(counties).all()
    assert shapely.coverage_is_valid(counties)
    assert set(fields["level"]) == {3}
    assert set(fields["parent"]) == {"500000"}
    assert Counter(fields["kind"]) == {"市辖区": 26, "县": 8, "自治县": 4}
    assert not any(set(text) & set("[ăĕĭŏŭ") for text in fields["pinyin"])
    assert list(fields) == ["code", "name", "kind", "level", "parent", "pinyin"]


def test_the_messy_delivery_is_messy_as_documented() -> None:
    fields, counties = layer("chongqing_counties_2016_messy")
    reasons = Counter(text.split("[")[0] for text in shapely.is_valid_reason(counties))
    assert reasons == {
        "Valid Geometry": 30,
        "Self-intersection": 4,
        "Ring Self-intersection": 1,
        "Too few points in geometry component": 3,
    }
    edges = shapely.coverage_invalid_edges(counties)
    assert np.count_nonzero(~shapely.is_empty(edges)) == 37
    # The raster of 1/1024 degree proves that no coordinate was touched.
    raster = shapely.get_coordinates(counties) * 1024
    assert np.array_equal(raster, np.round(raster))
    assert {"500228", "500232", "500154"} <= set(fields["code"])


def test_cao_bang_has_valid_shapes_in_an_invalid_coverage() -> None:
    fields, wards = layer("cao_bang_wards_2025")
    assert shapely.is_valid(wards).all()
    edges = shapely.coverage_invalid_edges(wards)
    assert np.count_nonzero(~shapely.is_empty(edges)) == 11
    segments = shapely.get_num_coordinates(shapely.get_parts(edges)) - 1
    assert segments[segments > 0].sum() == 80
    assert set(fields["kind"]) == {"phường", "xã"}


def test_townships_fill_their_counties_vertex_by_vertex() -> None:
    county_fields, counties = layer("chongqing_counties_2019")
    fields, towns = layer("chongqing_townships_illustrative")
    assert shapely.is_valid(towns).all()
    assert set(shapely.get_type_id(towns)) == {shapely.GeometryType.POLYGON}
    assert shapely.coverage_is_valid(towns)
    for code, county in zip(county_fields["code"], counties, strict=True):
        own = towns[fields["parent"] == code]
        assert edge_balance(own) == edge_balance(np.array([county])), code


def test_townships_are_those_of_the_table_and_say_they_are_illustrative() -> None:
    fields, towns = layer("chongqing_townships_illustrative")
    listed = {row["nbs_code"]: row for row in table("chongqing_townships_nbs_2022")}
    assert set(fields["code"]) == set(listed)
    for code, name, kind, parent in zip(
        *(fields[key] for key in ("code", "name", "kind", "parent")), strict=True
    ):
        row = listed[code]
        assert (name, kind, parent) == (row["name"], row["kind"], row["county_code"])
    assert Counter(fields["seat"]) == {"geonames": 862, "assumed": 169}
    assert set(fields["note"]) == {"示意"}
    assert set(fields["level"]) == {4}
    meta = pyogrio.read_info(sample("chongqing_townships_illustrative"))["layer_metadata"]
    assert "ILLUSTRATIVE" in meta["DESCRIPTION"] and "示意" in meta["IDENTIFIER"]
    geod = pyproj.Geod(ellps="WGS84")
    areas_km2 = [abs(geod.geometry_area_perimeter(town)[0]) / 1e6 for town in towns]
    assert min(areas_km2) > 0.25 and max(areas_km2) < 400


def test_tables_hold_the_rows_the_readme_says() -> None:
    rows = {
        "chongqing_townships_nbs_2022": 1_031,
        "chongqing_county_codes": 57,
        "chongqing_events": 142,
        "chongqing_events_written_out": 3,
        "chongqing_exceptions": 2,
        "chongqing_township_changes_2014_2023": 101,
        "china_county_codes_1981_2025": 6_823,
    }
    readme = (sample("chongqing_events").parent / "README.md").read_text(encoding="utf-8")
    for name, count in rows.items():
        assert len(table(name)) == count
        assert f"`{sample(name).name}` | {count:,} |" in readme


def test_codes_of_china_tell_reuse_and_succession() -> None:
    by_code: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in table("china_county_codes_1981_2025"):
        by_code[row["code"]].append(row)
    assert len(by_code) == 6_450
    assert {row["name"] for row in by_code["500110"]} == {"万盛区", "綦江区"}
    assert all(len(code) == 6 and code.isdigit() for code in by_code)
    assert all(
        not row["end"] or row["begin"] <= row["end"] for rows in by_code.values() for row in rows
    )
