"""Answers of an archive as text, JSON and CSV."""

import csv
import io
import json
from datetime import date

import numpy as np
import pytest
import shapely

from diming.model.event import EventType
from diming.model.unit import Level
from diming.present import acts, answer_csv, answer_json, answer_text
from diming.present.columns import columns
from diming.present.plain import display_width
from diming.services import asking
from diming.services.locating import where_many
from history.memory import Belief, recorded
from history.scenes import archive, box

T2013, T2021 = date(2013, 7, 1), date(2021, 7, 1)


@pytest.fixture(scope="module")
def store():
    return archive()


def table(text):
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


def test_columns_line_up_by_the_width_of_characters():
    lines = columns([["西县", "1", "甲"], ["abc", "22", "乙"]], ["名称", "n", "x"], right="lr")
    assert (
        len({display_width(line[: line.index(c)]) for line, c in zip(lines, "x甲乙", strict=True)})
        == 1
    )
    assert columns([]) == []
    wrapped = columns([["甲", "很长的说明" * 20]])
    assert all(display_width(line) <= 80 for line in wrapped)
    assert len(wrapped) > 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_word_is_said(lang):
    for kind in EventType:
        assert acts.type_word(kind, lang)
    for level in Level:
        assert acts.level_word(level, lang)
    assert acts.stop_text("territory-unknown", lang) != acts.stop_text("begin-unknown", lang)
    assert acts.stop_text(None, lang) == ""


def test_units(store):
    units = asking.at(store, T2013)
    text = answer_text.units_text(units, "zh")
    assert "8 个单元" in text
    assert "乙乡" in text.split("乡级")[1]
    assert "辖地不详" in text
    said = json.loads(answer_json.units_geojson(units))
    assert said["format"] == "diming.units/1"
    assert (said["date"], said["revision"], said["latest"]) == ("2013-07-01", 4, True)
    by_name = {f["properties"]["name"]: f for f in said["features"]}
    assert by_name["丙乡"]["geometry"] is None
    assert by_name["乙乡"]["properties"]["code"] == "500201200"
    assert by_name["乙乡"]["properties"]["parent"]["name"] == "西县"
    shape = shapely.from_geojson(json.dumps(by_name["乙乡"]["geometry"]))
    assert shape.symmetric_difference(box(0.1, 0.1, 0.2)).area < 1e-9
    assert shape.exterior.is_ccw
    rows = table(answer_csv.units_csv(units))
    assert rows[0]["code"] == "500000"
    assert {r["territory_known"] for r in rows} == {"true", "false"}


def test_where(store):
    found = asking.where(store, 106.15, 29.15, T2013)
    text = answer_text.where_text(found, "zh")
    assert "乙乡[500201200]" in text
    assert "2014-06-03  改设：乙乡 → 乙街道（渝府〔2014〕81号）" in text
    assert "现为：新城街道[500101003]" in text
    said = json.loads(answer_json.where_json(found, "zh"))
    assert said["format"] == "diming.where/1"
    assert [x["standing"] for x in said["levels"]] == ["parent", "place", "place"]
    assert [a["type"] for a in said["since"]] == ["convert", "merge", "transfer"]
    assert said["since"][1]["passages"][0]["from"]["name"] == "甲镇"
    assert table(answer_csv.where_csv(found))[2]["name"] == "乙乡"
    unknown = answer_text.where_text(asking.where(store, 106.15, 29.05, T2013), "en")
    assert "not known: units of this level" in unknown


def test_where_many_keeps_every_row(store):
    found = where_many(store, np.array([[106.15, 29.15], [106.15, 29.05]]), day=T2013)
    points = [
        {
            "row": 2,
            "given": {"lon": "106.15", "name_4": "旧", "n": "=1+1"},
            "at": 0,
            "problem": None,
        },
        {"row": 3, "given": {"lon": "x", "name_4": "", "n": ""}, "at": None, "problem": "坏"},
        {"row": 4, "given": {"lon": "106.15", "name_4": "", "n": ""}, "at": 1, "problem": None},
    ]
    rows = table(answer_csv.where_many_csv(found, ["lon", "name_4", "n"], points, "zh"))
    assert rows[0]["name_4"] == "旧"
    assert rows[0]["name_4_2"] == "乙乡"
    assert rows[0]["n"] == "'=1+1"
    assert rows[1]["remark"] == "坏"
    assert rows[2]["code_3"] == "500201"
    assert rows[2]["remark"] == "乡级：不详"
    said = json.loads(answer_json.where_many_json(found, points))
    assert said["points"][0]["units"]["4"]["name"] == "乙乡"
    assert said["points"][1]["units"] is None
    assert said["points"][2]["units"]["4"] == {"standing": "not-known"}


def test_history(store):
    found = asking.history(store, "新城街道")
    text = answer_text.history_text(found, "en")
    assert "66.7%" in text
    assert "no further: the archive does" in text
    assert "西县[500201]" in text  # the superior's name, not its id
    said = json.loads(answer_json.history_json(found, "en"))
    assert said["format"] == "diming.history/1"
    shares = {k["unit"]["name"]: k["share"] for k in said["before"]}
    assert shares["乙乡"] == pytest.approx(2 / 3, abs=1e-5)
    assert {(x["from"]["name"], x["to"]["name"]) for x in said["links"]} >= {("甲镇", "新城街道")}
    rows = table(answer_csv.history_csv(found, "zh"))
    assert [r["way"] for r in rows] == ["before"] * 4 + ["after"] * len(found.lineage.after)


def test_diff(store):
    found = asking.diff(store, T2013, T2021)
    text = answer_text.diff_text(found, "zh")
    assert "43.16 km²  丁镇[500101100] → 戊镇[500101101]" in text
    assert "2016-03-01  变更界线：丁镇 → 戊镇" in text
    said = json.loads(answer_json.diff_json(found, "zh"))
    assert said["format"] == "diming.diff/1"
    flows = {(f["from"]["name"], f["to"]["name"]): f for f in said["flows"]}
    moved = shapely.from_geojson(json.dumps(flows["丁镇", "戊镇"]["geometry"]))
    assert moved.symmetric_difference(box(0.38, 0, 0.02, 0.2)).area < 1e-9
    rows = table(answer_csv.diff_csv(found, "zh"))
    assert {r["what"] for r in rows if r["name_before"] == "乙乡"} == {"converted | ended"}
    same = asking.diff(store, T2021, date(2022, 7, 1))
    assert "没有单元发生变化" in answer_text.diff_text(same, "zh")


def test_log_info_and_events(store):
    assert answer_text.log_text(store.revisions(), "en").splitlines()[1].startswith("r4")
    said = json.loads(answer_json.log_json(store.revisions()))
    assert said["format"] == "diming.log/1"
    assert [r["number"] for r in said["revisions"]] == [4, 3, 2, 1]
    assert all(isinstance(x, str) for x in said["revisions"][0]["chain_sums"].values())
    info = json.loads(
        answer_json.info_json(
            store.place, store.head(), store.counts(), store.settings(), "EPSG:4490"
        )
    )
    assert info["format"] == "diming.info/1"
    assert info["counts"]["revisions"] == 4
    events = json.loads(answer_json.events_json(store.events(), {}, "en"))
    assert events["format"] == "diming.events/1"
    assert len(events["events"]) == 4


def test_hostile_names_are_only_text():
    evil = "\u202e<script>\x1b[31m\"'=1"
    b = Belief()
    b.unit("x", evil, None, "2000-01-01", box(0, 0), ended_by="e")
    b.unit("y", evil, "2000-01-01", None, box(0, 0), began_by="e")
    b.act("e", "2000-01-01", "convert", ["x"], ["y"], [("x", "y", None, 1.0, True)], document=evil)
    store = recorded(b)
    texts = [
        answer_text.units_text(asking.at(store, T2013), "zh"),
        answer_text.where_text(asking.where(store, 106.05, 29.05, date(1999, 1, 1)), "zh"),
        answer_text.history_text(asking.history(store, "y"), "zh"),
        answer_text.diff_text(asking.diff(store, date(1999, 1, 1), T2013), "zh"),
        answer_json.diff_json(asking.diff(store, date(1999, 1, 1), T2013), "zh"),
        answer_csv.diff_csv(asking.diff(store, date(1999, 1, 1), T2013), "zh"),
    ]
    for text in texts:
        assert "\u202e" not in text
        assert "\x1b" not in text
