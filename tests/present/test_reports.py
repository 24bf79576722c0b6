"""Reports as text, JSON, CSV and GeoJSON."""

import csv
import io
import json
import math
import unicodedata
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from diming.present.csv_text import cell
from diming.present.json_text import rounded
from diming.present.plain import display_width
from diming.present.report_csv import to_csv
from diming.present.report_geojson import to_geojson
from diming.present.report_json import to_dict, to_json
from diming.present.text import ordered, render_text

from .test_words import EVERY
from .worlds import EXEMPTION, OVERLAP, finding, report

HOSTILE = "街\u202e道\x1b[31m\r\n=cmd\x9b" + "长" * 200
ANY_TEXT = st.text(st.characters(), max_size=60)


def harmful(text):
    kinds = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return {c for c in text if unicodedata.category(c) in kinds}


def rows(text):
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


# Text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_text_fits_eighty_columns(lang):
    text = render_text(report(*EVERY), lang)
    assert max(map(display_width, text.split("\n"))) <= 82


def test_text_shows_all_that_matters():
    text = render_text(report(OVERLAP, replace(finding("gap"), excepted_by=EXEMPTION)), "en")
    for part in (
        "a.gpkg: layer town",
        "EPSG:4490",
        "GB18030",
        "!! Illustrative, not real boundaries",
        "Measured: working coordinate system EPSG:4490; lengths and areas on the ground",
        "error · Overlap (overlap): 1",
        "overlap:9f2c1a7e0b3d",
        "at 106.545000, 29.550000",
        "→ Decide by the boundary agreement",
        "accepted by 张三: 等待勘界",
        "Gap (gap): skipped – left out on request",
        "Findings: 1 error, 0 warnings, 0 notes, 1 accepted.",
    ):
        assert part in text


def test_text_of_a_clean_report():
    assert render_text(report(), "zh").endswith("未发现问题。\n")


def test_findings_are_sorted_by_severity_rule_and_size():
    small, large = (
        replace(OVERLAP, measures={"area_m2": area}, id=f"overlap:{area}") for area in (1.0, 9.0)
    )
    void = finding("void", "info", measures={"area_m2": 1e9})
    assert ordered([void, small, finding("spike", "warning"), large])[:2] == [large, small]
    assert ordered([void, finding("spike", "warning")])[1] is void


def test_color_only_on_request():
    assert "\x1b" not in render_text(report(OVERLAP), "en")
    assert "\x1b[31m" in render_text(report(OVERLAP), "en", color=True)


@settings(max_examples=60, deadline=None)
@given(name=ANY_TEXT, code=ANY_TEXT, path=ANY_TEXT, fact=ANY_TEXT)
def test_nothing_in_the_data_gets_raw_into_text_or_csv(name, code, path, fact):
    inputs = tuple(replace(i, path=path, layer=name, remarks=(fact,)) for i in report().inputs)
    findings = [
        replace(one, units=(code, name), names=(name, code), facts={**one.facts, "detail": fact})
        for one in (OVERLAP, EVERY[3], EVERY[-1])
    ]
    accepted = replace(OVERLAP, excepted_by=replace(EXEMPTION, reason=fact, approver=name))
    whole = report(*findings, accepted, inputs=inputs)
    assert harmful(render_text(whole, "zh")) <= {"\n"}
    assert harmful(to_csv(whole, "en")) <= {"\n", "\r", "\ufeff"}
    to_json(whole, "zh").encode("utf-8")
    to_geojson(whole, "zh").encode("utf-8")


# JSON


def test_json_has_the_shape_of_the_contract():
    said = to_dict(report(OVERLAP), "en")
    assert said["format"] == "diming.report/1"
    assert said["examined"] == {"units": 4, "vertices": 120}
    assert said["settings"]["gap_width_m"] == 5.0
    assert said["settings"]["date"] == "2024-12-31"
    assert said["rules"][1]["reason"] == "on-request"
    assert said["summary"] == {"error": 1, "warning": 0, "info": 0, "excepted": 0}
    assert said["inputs"][0]["remarks"] == ["illustrative"]
    (one,) = said["findings"]
    assert one["records"] == [{"input": 0, "fid": 37}, {"input": 1, "fid": 41}]
    assert one["measures"]["area_m2"] == 812.4
    assert one["at"] == [106.545, 29.55]
    assert one["geometry"]["type"] == "Polygon"
    assert one["seam"] is True
    assert one["excepted_by"] is None
    assert json.loads(to_json(report(OVERLAP), "en")) == said


def test_json_is_the_same_every_time():
    assert to_json(report(*EVERY), "zh") == to_json(report(*EVERY), "zh")


def test_json_holds_finite_numbers_only():
    with np.errstate(invalid="ignore"):
        line = shapely.LineString([(0, 0), (math.nan, 1)])
    broken = finding(
        "invalid-geometry",
        measures={"area_m2": math.nan, "width_m": math.inf},
        facts={"reason": "not-finite", "value": math.nan, "codes": {"b", "a"}},
        at=(math.nan, 1.0),
        geometry=line,
    )
    text = to_json(report(broken), "en")
    one = json.loads(text, parse_constant=pytest.fail)["findings"][0]
    assert one["measures"] == {"area_m2": None, "width_m": None}
    assert one["facts"]["codes"] == ["a", "b"]
    assert one["at"] is None
    assert one["geometry"] is None


def test_json_gives_hostile_text_back_unchanged():
    text = to_json(report(replace(OVERLAP, names=(HOSTILE, "\ud800"))), "en")
    assert harmful(text) <= {"\n"}
    assert json.loads(text)["findings"][0]["names"] == [HOSTILE, "\ud800"]


@given(st.floats(1e-12, 1e12))
def test_rounding_loses_less_than_a_micrometre(value):
    assert rounded(value) == pytest.approx(value, rel=1e-5, abs=5.1e-7)
    # Beyond 2**31 neighbouring floats lie further apart than the micrometre's half.
    assert abs(rounded(value) - value) <= 5.1e-7 + math.ulp(value)


# CSV


def test_csv_has_a_row_for_each_finding():
    text = to_csv(report(*EVERY), "zh")
    found = rows(text)
    assert [row["rule"] for row in found] == [one.rule for one in EVERY]
    overlap = rows(to_csv(report(OVERLAP), "zh"))[0]
    assert overlap["units"] == "500103001 | 500103002"
    assert overlap["area_m2"] == "812.4"
    assert overlap["at_lon"] == "106.545000000"
    assert overlap["severity_word"] == "错误"
    assert overlap["inputs"] == "data/a.gpkg | data/b.shp"


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "-cmd", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "-1+1"]
)
def test_no_cell_is_a_formula(text):
    assert cell(text).startswith("'")


@pytest.mark.parametrize("number", ["-12.5", "+3", "-1e-06", -288.0])
def test_negative_numbers_stay_numbers(number):
    assert cell(number) == str(number)


@given(st.text(st.characters(), max_size=40))
def test_cells_are_harmless(text):
    shown = cell(text)
    assert not harmful(shown)
    assert shown[:1] not in ("=", "@")


# GeoJSON


def test_geojson_is_a_feature_collection_with_metadata():
    hole = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    clockwise = shapely.Polygon(hole.exterior.coords[::-1], [hole.interiors[0].coords])
    said = json.loads(
        to_geojson(
            report(
                replace(OVERLAP, geometry=clockwise),
                replace(OVERLAP, geometry=None),
                replace(OVERLAP, geometry=None, at=None),
            ),
            "en",
        )
    )
    assert said["type"] == "FeatureCollection"
    assert said["format"] == "diming.report/1"
    assert "crs" not in said
    polygon, point, nothing = (f["geometry"] for f in said["features"])
    assert shapely.LinearRing(polygon["coordinates"][0]).is_ccw
    assert not shapely.LinearRing(polygon["coordinates"][1]).is_ccw
    assert point == {"type": "Point", "coordinates": [106.545, 29.55]}
    assert nothing is None
    assert said["features"][0]["properties"]["seam"] is True
