"""Files of dated divisions: read into versions, they hold what the file holds, at any date."""

from datetime import date, timedelta
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from diming.errors import UnreadableInput
from diming.model.event import Event, EventType, UnitRef
from diming.model.span import OPEN, When
from diming.model.unit import Level
from diming.rules.timeline import timeline_findings
from diming.services.dated import dated_versions

from ..rules.histories import CELL, table_of
from ..worlds import CRS

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
CODES = ROOT / "data" / "placenames" / "chongqing_county_codes.csv"
RENAMED = Event(
    EventType.RENAME,
    When(date(1998, 5, 22)),
    before=(UnitRef("万县区", "500101"),),
    after=(UnitRef("万州区", "500101"),),
)


def drawn(path):
    """An atlas of two counties whose line moves, one that vanishes for a while, ground gained."""
    rows = [
        ("a", "LEFT", "1801-01-01", "1810-05-04", range(10)),
        ("a", "LEFT", "1810-05-05", "1850-12-31", [*range(10), 10, 11]),
        ("b", "RIGHT", "1801-01-01", "1810-05-04", range(10, 18)),
        ("b", "RIGHT", "1810-05-05", "1820-02-28", range(12, 18)),
        ("b", "RIGHT", "1825-07-01", "1850-12-31", range(12, 19)),
    ]
    geopandas.GeoDataFrame(
        pd.DataFrame(
            [(i, n, b, e) for i, n, b, e, _ in rows],
            columns=["id", "name", "start_date", "end_date"],
        ),
        geometry=[shapely.coverage_union_all([CELL[c] for c in cells]) for *_, cells in rows],
        crs=CRS,
    ).to_file(path)
    return path


@pytest.fixture(params=["drawn", "us_ct", "us_tn"])
def atlas(request, tmp_path):
    if request.param == "drawn":
        return drawn(tmp_path / "atlas.gpkg")
    path = SHARED / f"{request.param}_county_versions_newberry.gpkg"
    if not path.exists():
        pytest.skip("the atlas is not packaged")
    return path


def in_force(table, day):
    """The rows of an atlas that hold on a day, by its own way of writing last days."""
    text = day.isoformat()
    return table[(table.start_date <= text) & (text <= table.end_date)]


def days_of(table):
    """Every day on which something begins, and the days beside it."""
    begins = {date.fromisoformat(d) for d in table.start_date}
    ends = {date.fromisoformat(d) + timedelta(days=1) for d in table.end_date}
    return sorted(begins | ends)


def test_at_any_date_the_versions_are_the_rows_of_the_file(atlas):
    table = geopandas.read_file(atlas)
    change, crs = dated_versions(atlas, level=Level.COUNTY)
    assert pyproj.CRS(crs) == table.crs
    assert len(change.added) == len(table)
    assert len({v.unit_id for v in change.added}) == table.id.nunique()
    changes = days_of(table)
    for day in [
        d + timedelta(days=k) for d in changes[:: max(len(changes) // 40, 1)] for k in (-1, 0)
    ]:
        shapes = {
            (v.name, v.code("source")): change.territories[v.territory].wkb
            for v in change.added
            if v.holds(day)
        }
        rows = in_force(table, day)
        file = zip(rows.name, rows.id, shapely.force_2d(rows.geometry.values), strict=True)
        assert shapes == {(name, code): shape.wkb for name, code, shape in file}


def test_every_finding_over_time_is_true_of_the_file(atlas):
    """Areas gained, lost and held twice, recomputed by overlay on every day of change."""
    table = geopandas.read_file(atlas)
    change, crs = dated_versions(atlas, level=Level.COUNTY)
    found = timeline_findings(*table_of(change), pyproj.CRS(crs))
    ground = [f for f in found if "reason" not in f.facts]
    assert {f.rule for f in found} <= {
        "time-gap", "time-overlap", "territory-lost", "territory-gained",
    }  # fmt: skip
    back = (
        pyproj.Transformer.from_crs(4326, crs, always_xy=True).transform
        if not pyproj.CRS(crs).is_geographic
        else None
    )

    def area(rules, key, day):
        some = [f.geometry for f in ground if f.rule in rules and f.facts[key] == day.isoformat()]
        if back is not None:
            some = [shapely.transform(g, back, interleaved=False) for g in some]
        return sum(g.area for g in some)

    valid = shapely.make_valid(table.geometry.values)
    before, twice = None, 0.0
    for day in days_of(table)[:-1]:
        rows = in_force(table, day)
        shapes = valid[rows.index]
        after = shapely.union_all(shapes)
        slack = 1e-6 * after.length * (0.001 if back is None else 1000)
        if before is not None:
            gained = area(("territory-gained",), "begin", day) + area(("time-gap",), "end", day)
            lost = area(("territory-lost", "time-gap"), "begin", day)
            assert gained == pytest.approx(after.difference(before).area, rel=1e-4, abs=slack)
            assert lost == pytest.approx(before.difference(after).area, rel=1e-4, abs=slack)
        twice += area(("time-overlap",), "begin", day) - area(("time-overlap",), "end", day)
        assert twice == pytest.approx(shapely.area(shapes).sum() - after.area, rel=1e-4, abs=slack)
        before = after


def test_what_the_atlas_of_tennessee_says_is_what_is_found():
    """Two counties were re-created; surveyors took a piece of Kentucky without authority."""
    path = SHARED / "us_tn_county_versions_newberry.gpkg"
    if not path.exists():
        pytest.skip("the atlas is not packaged")
    change, crs = dated_versions(path, level=Level.COUNTY)
    found = timeline_findings(*table_of(change), pyproj.CRS(crs))
    assert {(f.rule, f.names, f.facts["begin"], f.facts["end"]) for f in found} == {
        ("time-gap", ("PUTNAM",), "1845-03-01", "1854-02-11"),
        ("time-gap", ("LEWIS",), "1869-02-19", "1869-12-07"),
        ("territory-gained", ("ROBERTSON",), "1859-11-30", ""),
    }


def test_ground_of_a_county_that_vanished_is_a_gap(tmp_path):
    change, crs = dated_versions(drawn(tmp_path / "a.gpkg"), level=Level.COUNTY)
    found = timeline_findings(*table_of(change), pyproj.CRS(crs))
    assert {(f.rule, f.names, f.facts["begin"], f.facts["end"]) for f in found} == {
        ("time-gap", ("RIGHT",), "1820-02-29", "1825-07-01"),
        ("territory-gained", ("RIGHT",), "1825-07-01", ""),
    }


def units(change, code):
    """The names of each unit that bore a code, in order."""
    rows = [v for v in change.added if v.code() == code]
    rows.sort(key=lambda v: v.span.begin.day)
    names = {}
    for v in rows:
        names.setdefault(v.unit_id, []).append(v.name)
    return list(names.values())


def test_a_code_is_not_a_unit():
    change, crs = dated_versions(CODES)
    assert crs is None
    assert units(change, "500110") == [["万盛区"], ["綦江区"]]
    assert units(change, "500111") == [["双桥区"], ["大足区"]]
    assert units(change, "500101") == [["万县区"], ["万州区"]]
    assert {v.level for v in change.added if v.code()} == {Level.COUNTY}


def test_a_rename_is_what_an_event_says():
    change, _ = dated_versions(CODES, events=[RENAMED])
    assert units(change, "500101") == [["万县区", "万州区"]]
    assert units(change, "500110") == [["万盛区"], ["綦江区"]]
    first, second = sorted(
        (v for v in change.added if v.code() == "500101"), key=lambda v: v.span.begin.day
    )
    assert first.span.end.day == second.span.begin.day == date(1998, 5, 22)


def test_ids_do_not_depend_on_the_order_of_rows(tmp_path):
    header, *lines = CODES.read_text(encoding="utf-8").splitlines()
    other = tmp_path / "other.csv"
    other.write_text("\n".join([header, *reversed(lines)]), encoding="gb18030")
    assert dated_versions(other)[0] == dated_versions(CODES)[0]


def test_counties_of_chongqing_count_as_they_should():
    change, _ = dated_versions(CODES)
    alive = [sum(v.holds(date(y, 12, 31)) for v in change.added) for y in (1997, 2011, 2025)]
    assert alive == [40, 38, 37]
    assert sum(v.span.end.day == OPEN for v in change.added) == 37


def test_reused_codes_of_chongqing_are_known():
    change, _ = dated_versions(CODES, events=[RENAMED])
    found = timeline_findings(*table_of(change), pyproj.CRS(4490))
    assert {(f.rule, f.facts["code"], f.names) for f in found} == {
        ("code-reuse", "500110", ("万盛区", "綦江区")),
        ("code-reuse", "500111", ("双桥区", "大足区")),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,begin,end\n甲,2011,2010\n", "it ends 2010"),
        ("name,begin,end\n甲,last spring,\n", "no date"),
        ("name,kind\n甲,县\n", "from when"),
    ],
)
def test_what_cannot_be_dated_is_refused(tmp_path, text, words):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableInput, match=words):
        dated_versions(path)


def test_parents_are_found_by_id_or_code(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        "code,name,level,parent,begin,end\n"
        "500222,綦江县,3,,1997,2011-10-22\n"
        "500110,綦江区,3,,2011-10-22,\n"
        "500222001,甲街道,4,500222,2005,2011-10-22\n"
        "500110001,甲街道,4,500110,2011-10-22,\n",
        encoding="utf-8",
    )
    change, _ = dated_versions(path)
    by_code = {v.code(): v for v in change.added}
    assert by_code["500222001"].parent_id == by_code["500222"].unit_id
    assert by_code["500110001"].parent_id == by_code["500110"].unit_id
    table, fetch = table_of(change)
    assert [f.rule for f in timeline_findings(table, fetch, pyproj.CRS(4490))] == []
    assert np.all(table.territory == -1)
