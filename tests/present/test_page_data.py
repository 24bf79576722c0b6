"""What goes into the report page: safe text, compact coordinates, same bytes."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import shapely

from diming.model.finding import Backdrop, InputRecord
from diming.present.page import render_page
from diming.present.page_data import shape_tracks, to_script_json, track

from .page_worlds import make_report, overlap

HOSTILE = '</script><script>alert(1)</script>" onerror="x\u202eabc\u2028\x00\x07\ud800'


def embedded(page: str) -> dict:
    text = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    return json.loads(text[1])


def untrack(text: str, decimals: int) -> np.ndarray:
    """Read a track as the page does."""
    values, value, shift = [], 0, 0
    for letter in text:
        bits = ord(letter) - 63
        value |= (bits & 31) << shift
        shift += 5
        if bits < 32:
            values.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    return np.cumsum(np.reshape(values, (-1, 2)), axis=0) / 10**decimals


def test_tracks_keep_a_tenth_of_a_millimetre():
    points = np.array([[106.123456789, 29.987654321], [106.12345679, -29.5], [-179.9, 0.0]])
    assert np.allclose(untrack(track(points, 9), 9), points, rtol=0, atol=6e-10)


def test_json_cannot_leave_its_element():
    text = to_script_json({"a": "</script><!--&\u2028\u2029"})
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text) == {"a": "</script><!--&\u2028\u2029"}


def test_shapes_of_every_kind():
    shape = shapely.GeometryCollection(
        [
            shapely.MultiPolygon([shapely.box(0, 0, 3, 3) - shapely.box(1, 1, 2, 2)]),
            shapely.LineString([(0, 0), (1, 1)]),
            shapely.Point(5, 5),
            shapely.Point(),
        ]
    )
    parts = shape_tracks(shape, 9, plane=False)
    assert [(kind, len(tracks)) for kind, *tracks in parts] == [("a", 2), ("l", 1), ("p", 1)]
    assert shape_tracks(shapely.LineString([(0, 0), (1e5, 1)]), 9, plane=False) == []
    assert shape_tracks(None, 9, plane=False) == []


def test_same_report_same_bytes():
    assert render_page(make_report(), "zh") == render_page(make_report(), "zh")


def test_everything_is_inside():
    page = render_page(make_report(), "en")
    assert "sourceMappingURL" not in page
    assert not re.search(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="(?!data:)', page)
    assert not re.findall(r"url\((?!data:|#)", page.split("</style>")[0])
    assert "default-src &#39;none&#39;" in page


def test_hostile_text_never_becomes_markup():
    hostile = overlap(0, names=(HOSTILE, HOSTILE), units=(HOSTILE, "b"))
    inputs = (InputRecord(HOSTILE, HOSTILE, 1, 1, 0, "00", HOSTILE, HOSTILE, (HOSTILE,)),)
    page = render_page(make_report([hostile], inputs=inputs), "zh")
    page.encode("utf-8")
    assert "<script>alert" not in page
    assert not re.search("[\u202e\u2028\x00\x07]", page)
    assert "\\u202e" in embedded(page)["findings"][0]["names"][0]


def test_coordinates_that_no_map_can_show():
    lost = overlap(0, at=(float("nan"), 1.0), geometry=shapely.Point(0, 95))
    data = embedded(render_page(make_report([lost]), "zh"))
    assert "at" not in data["findings"][0]
    assert "shape" not in data["findings"][0]


def test_metres_labelled_as_degrees_are_drawn_as_a_plane():
    box = shapely.box(5e5, 3e6, 5.1e5, 3.1e6)
    odd = overlap(0, at=(5e5, 3e6), geometry=box)
    backdrop = Backdrop(np.array([box]), ("1",), ("甲",))
    data = embedded(render_page(make_report([odd], backdrop=backdrop), "zh"))
    assert data["plane"] is True
    assert data["findings"][0]["at"] == [5e5, 3e6]


def test_outlines_that_are_missing_or_broken():
    outlines = np.array([None, shapely.Polygon(), shapely.box(106, 29, 107, 30)], dtype=object)
    report = make_report(backdrop=Backdrop(outlines, ("1", "2", "3"), ("", "", "丙")))
    data = embedded(render_page(report, "zh"))
    assert [unit[0] for unit in data["backdrop"]["units"]] == ["3"]


def test_measures_that_are_no_numbers():
    odd = overlap(0, measures={"width_m": float("inf"), "area_m2": np.float64(2.5)})
    data = embedded(render_page(make_report([odd]), "zh"))
    assert data["findings"][0]["measures"] == {"area_m2": 2.5}


def test_a_large_report_stays_small():
    angles = np.linspace(0, 2 * np.pi, 81)
    wavy = 0.05 * (1 + 0.1 * np.sin(9 * angles))
    ring = np.column_stack([np.cos(angles) * wavy, np.sin(angles) * wavy])
    centres = [np.array([100 + i % 40, 20 + i // 40]) for i in range(1031)]
    outlines = np.array([shapely.Polygon(ring + centre) for centre in centres])
    codes = tuple(str(i) for i in range(1031))
    report = make_report(
        [overlap(n) for n in range(500)], backdrop=Backdrop(outlines, codes, codes)
    )
    assert len(render_page(report, "zh").encode()) < 3_000_000


def test_illustrative_inputs_are_announced():
    report = make_report()
    marked = replace(report.inputs[0], remarks=("illustrative",))
    assert 'class="banner"' not in render_page(report, "zh")
    assert "示意 · 非真实界线" in render_page(replace(report, inputs=(marked,)), "en")
