"""Published lists of names, read whole: how many rows are taken, and why others are not."""

from collections import Counter
from pathlib import Path

import pytest

from diming.files.names_in import read_places
from diming.files.place_delivery import PlaceReading

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
PACKAGED = Path(__file__).parents[2] / "data" / "placenames"

#: File, format, rows, refused, positions taken, positions not taken.
FILES = [
    ("chongqing_county_codes.csv", "csv", 57, 0, 0, 0),
    ("chongqing_townships_nbs_2022.csv", "csv", 1031, 0, 0, 0),
    ("cq_adcodes_cpca.csv", "csv", 41, 0, 41, 0),
    ("cq_codes_2023_county.csv", "csv", 38, 0, 0, 0),
    ("cq_codes_2023_town.csv", "csv", 1031, 0, 0, 0),
    ("cq_codes_2023_village.csv.gz", "csv", 11270, 0, 0, 0),
    ("cq_codes_2024_town_pinyin.csv", "code-list-pinyin", 1062, 0, 0, 0),
    ("cq_codes_2025_town_mumuy.csv", "csv", 1173, 0, 0, 0),
    ("cq_county_adcode2016_gcj02.gpkg", "layer", 36, 0, 0, 36),
    ("cq_county_amap_2026_wgs84.gpkg", "layer", 37, 0, 37, 0),
    ("cq_county_echarts4_gcj02.geojson", "layer", 38, 0, 0, 38),
    ("cq_county_osm_2019_wgs84.geojson", "layer", 38, 0, 38, 0),
    ("cq_county_tianditu_2024_wgs84.geojson", "layer", 38, 0, 38, 0),
    ("cq_geonames_cities500.csv", "geonames", 958, 0, 958, 0),
    ("cq_places_adcode2016_gcj02.csv.gz", "adcode", 12204, 0, 0, 2123),
    ("cq_tgaz_historical_places.csv", "tgaz", 1443, 2, 1443, 0),
    ("tw_nantou_villages_2021_twd97.gpkg", "villages-tw", 262, 0, 262, 0),
    ("tw_towns_2021_twd97.gpkg", "towns-tw", 368, 0, 368, 0),
    ("us_ct_county_versions_newberry.gpkg", "layer", 130, 0, 130, 0),
    ("vn_cao_bang_wards_2025.gpkg", "layer", 56, 0, 56, 0),
    ("whg_diamonds135.tsv", "lp-tsv", 135, 0, 15, 0),
    ("whg_lp7_100.tsv", "lp-tsv", 100, 0, 69, 0),
    ("whg_lp_tsv_template.tsv", "lp-tsv", 17, 10, 5, 0),
    ("whg_lp_tsv_test_builder.tsv", "lp-tsv", 194, 189, 9, 0),
    ("whg_lugares_20.jsonld", "linked-places", 20, 0, 20, 0),
]


def shared(name):
    file = SHARED / name
    if not file.exists():
        pytest.skip(f"{name} is not beside the checkout")
    return file


@pytest.mark.parametrize(("name", "kind", "rows", "bad", "placed", "displaced"), FILES)
def test_published_files(name, kind, rows, bad, placed, displaced):
    delivery = read_places(shared(name))
    records = list(delivery)
    assert (delivery.format, len(delivery), len(records)) == (kind, rows, rows)
    refused = [r for r in records if r.problems]
    assert len(refused) == bad, Counter(p.what for r in refused for p in r.problems)
    assert sum(r.place.lon is not None for r in records) == placed
    assert delivery.displaced == displaced
    for record in records:
        assert record.names or record.problems
        assert not displaced or not any("." in v for v in record.place.verbatim.values())


def test_historical_places_have_both_scripts_and_years_before_christ():
    records = list(read_places(shared("cq_tgaz_historical_places.csv")))
    by_id = {r.place.source_id: r for r in records}
    early = [r for r in records if r.cells["start_year"] == "-314"]
    assert early and all(r.place.when.text.startswith("-314/") for r in early)
    both = [r for r in records if len(r.names) == 2]
    assert len(both) > 500
    assert all({n.lang for n in r.names} == {"zh-Hans", "zh-Hant"} for r in both)
    assert all(r.names[0].text == r.cells["names_zh"].split("|")[1] for r in both)
    assert by_id["hvd_110082"].names[0].when == by_id["hvd_110082"].place.when
    backwards = [r for r in records if r.problems]
    assert all(int(r.cells["start_year"]) > int(r.cells["end_year"]) for r in backwards)


def test_lists_with_pinyin_give_the_short_name_its_reading():
    records = {r.place.source_id: r for r in read_places(shared("cq_codes_2024_town_pinyin.csv"))}
    town = records["500101001"]
    assert [(n.text, n.kind.value, n.reading) for n in town.names] == [
        ("高笋塘街道", "standard", ""), ("高笋塘", "short", "gao sun tang"),
    ]  # fmt: skip
    assert town.place.within_code == "500101"
    assert town.place.facts["division_code"] == "500101001000"


def test_a_list_of_five_levels_says_what_each_place_lies_in():
    delivery = read_places(shared("cq_places_adcode2016_gcj02.csv.gz"))
    village = next(r for r in delivery if r.place.source_id == "500101135202")
    assert village.place.within == ("重庆市", "市辖区", "万州区", "龙沙镇")
    assert village.place.within_code == "500101135000"


def test_packaged_tables():
    assert len(read_places(PACKAGED / "chongqing_villages_nbs_2023.csv.gz")) == 11270
    office = list(read_places(PACKAGED / "office_table_illustrative.csv"))
    assert [bool(r.problems) for r in office].count(True) == 3
    assert office[0].names[1].text == "石桥塆"
    assert [n.kind.value for n in office[0].names] == ["standard", "alias", "former"]
    displaced = read_places(
        PACKAGED / "office_table_illustrative.csv", PlaceReading(datum="gcj-02")
    )
    assert displaced.displaced == 10 - sum(not r.cells["东经"] for r in office)
    assert all(r.place.lon is None for r in displaced)
