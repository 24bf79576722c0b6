"""Loading what stood on a day: the first time, again with more, and what is refused."""

from __future__ import annotations

from datetime import date

import geopandas
import pytest
import shapely

from diming.errors import Conflict, DimingError, UnreadableInput, UsageError
from diming.files.delivery import ReadOptions
from diming.history.reference import candidates
from diming.model.event import Move, TerritoryKind, UnitRef
from diming.model.span import Precision
from diming.model.unit import Level
from diming.services.loading import load
from diming.services.loading_dated import load_dated
from diming.services.stated import StatedOptions
from diming.store.opening import MEMORY, create
from history.drawn import event, ref

DAY = date(2020, 12, 31)
WHO = {"author": "某", "reason": "入库"}
COUNTIES = [("500101", "万州区"), ("500102", "涪陵区"), ("500103", "渝中区")]


def csv_of(tmp_path, rows, name="counties.csv", columns="code,name"):
    path = tmp_path / name
    path.write_text("\n".join([columns, *(",".join(r) for r in rows)]) + "\n", encoding="utf-8")
    return str(path)


def drawn(tmp_path, rows=COUNTIES, name="counties.gpkg", crs="EPSG:4490", shift=0.0):
    shapes = [
        shapely.box(106 + i / 100 + shift, 29, 106 + (i + 1) / 100 + shift, 29.01)
        for i in range(len(rows))
    ]
    frame = geopandas.GeoDataFrame(
        {"code": [c for c, _ in rows], "name": [n for _, n in rows]}, geometry=shapes, crs=4490
    )
    path = tmp_path / name
    frame.to_crs(crs).to_file(path)
    return str(path)


@pytest.fixture
def store():
    with create(MEMORY, author="某") as made:
        yield made


def one(store, day=DAY, **said):
    (found,) = candidates(store.view(), UnitRef(**said), day)
    return found


def test_the_first_list_stands_from_its_day_as_far_as_is_known(store, tmp_path):
    result = load(store, [csv_of(tmp_path, COUNTIES)], day=DAY, **WHO)
    assert result.revision == store.head()
    # The municipality that no list has, but the table of codes knows.
    assert result.units == {1: 1, 3: 3}
    unit = one(store, name="万州区")
    assert unit.span.begin.day == DAY and unit.span.begin.precision is Precision.UNKNOWN
    assert unit.kind == "市辖区" and unit.parent_id == one(store, name="重庆市").unit_id
    assert store.view().at(date(2020, 12, 30)) == []


def test_since_says_when_it_held_already(store, tmp_path):
    load(store, [csv_of(tmp_path, COUNTIES)], day=DAY, since={3: date(2011, 1, 1)}, **WHO)
    assert len(store.view().at(date(2011, 1, 1), Level.COUNTY)) == 3
    assert store.view().at(date(2010, 12, 31), Level.COUNTY) == []


def test_since_after_the_day_is_refused_in_one_sentence(store, tmp_path):
    with pytest.raises(UsageError, match=r"2021-01-01 is after --date 2020-12-31"):
        load(store, [csv_of(tmp_path, COUNTIES)], day=DAY, since={3: date(2021, 1, 1)}, **WHO)


def test_a_second_load_gives_units_the_shapes_and_codes_they_lack(store, tmp_path):
    load(store, [csv_of(tmp_path, [("", n) for _, n in COUNTIES], columns="code,name")],
         day=DAY, options=StatedOptions(level=Level.COUNTY), **WHO)  # fmt: skip
    before = one(store, name="涪陵区")
    assert (before.territory, before.codes) == (None, ())
    result = load(store, [drawn(tmp_path)], day=DAY, **WHO)
    assert result.shapes_added == 3 and not result.differing and result.report is not None
    after = one(store, name="涪陵区")
    assert after.unit_id == before.unit_id and after.span == before.span
    assert after.territory is not None and after.any_code == "500102"
    again = load(store, [drawn(tmp_path)], day=DAY, **WHO)
    assert again.revision is None and again.shapes_added == 0


def test_a_shape_known_of_one_day_holds_as_far_as_no_ground_moved(store, tmp_path):
    acts = [
        event("rename", "万县区[500101]", "万州区[500101]", "1998-05-22"),
        event("boundary", "~涪陵区[500102]", "~渝中区[500103]", "2005-01-01"),
    ]
    load(store, [drawn(tmp_path)], day=DAY, events=acts, **WHO)
    assert one(store, date(1998, 1, 1), name="万县区").territory is not None
    assert one(store, date(2004, 12, 31), name="涪陵区").territory is None
    assert one(store, date(2005, 1, 1), name="涪陵区").territory is not None


def test_what_differs_is_told_and_nothing_is_written(store, tmp_path):
    load(store, [drawn(tmp_path)], day=DAY, **WHO)
    other = [("500101", "万州区"), ("500102", "涪陵区"), ("500104", "大渡口区")]
    result = load(store, [csv_of(tmp_path, other)], day=DAY, **WHO)
    assert result.revision is None and store.head().number == 2
    assert set(result.differing) == {"+ 大渡口区[500104]", "- 渝中区[500103]"}
    moved = load(store, [drawn(tmp_path, name="moved.gpkg", shift=0.001)], day=DAY, **WHO)
    assert moved.revision is None and len(moved.differing) == 3


def test_a_trial_writes_nothing(store, tmp_path):
    result = load(store, [drawn(tmp_path)], day=DAY, dry_run=True, **WHO)
    assert result.revision is None and result.shapes_added == 3
    assert store.head().number == 1


def test_shapes_that_do_not_fit_together_are_not_loaded_unless_asked(store, tmp_path):
    path = drawn(tmp_path)
    frame = geopandas.read_file(path)
    frame.loc[1, "geometry"] = shapely.box(106.009, 29, 106.02, 29.01)
    frame.to_file(path)
    result = load(store, [path], day=DAY, **WHO)
    assert result.revision is None and result.report.fails()
    assert {f.rule for f in result.report.findings if f.severity == "error"} == {"overlap"}
    assert load(store, [path], day=DAY, unchecked=True, **WHO).revision is not None


def test_shapes_in_another_crs_than_the_archive_s(store, tmp_path):
    load(store, [drawn(tmp_path)], day=DAY, **WHO)
    towns = drawn(tmp_path, [("500101100", "甲镇")], "towns.gpkg", "EPSG:4545")
    with pytest.raises(UsageError, match="bring them into the archive's"):
        load(store, [towns], day=DAY, **WHO)
    assert store.head().number == 2


def test_levels_one_after_the_other(store, tmp_path):
    load(store, [csv_of(tmp_path, COUNTIES)], day=DAY, **WHO)
    towns = csv_of(tmp_path, [("500101100", "甲镇"), ("500102100", "乙镇")], "towns.csv")
    result = load(store, [towns], day=DAY, **WHO)
    assert result.units == {4: 2}
    assert one(store, name="乙镇").parent_id == one(store, name="涪陵区").unit_id


def test_a_level_that_is_held_and_one_that_is_not_in_one_call(store, tmp_path):
    counties = csv_of(tmp_path, COUNTIES)
    load(store, [counties], day=DAY, **WHO)
    towns = csv_of(tmp_path, [("500101100", "甲镇"), ("500102100", "乙镇")], "towns.csv")
    result = load(store, [counties, towns], day=DAY, **WHO)
    assert not result.differing and result.units == {3: 3, 4: 2}
    assert result.revision == store.head() and store.head().number == 3
    assert one(store, name="乙镇").parent_id == one(store, name="涪陵区").unit_id
    assert len(store.view().at(DAY)) == 6


def test_acts_lead_to_the_list_and_on_from_it(store, tmp_path):
    acts = [
        event("convert", "万县[500227]", "万州区[500101]", "2015-03-01"),
        event("rename", "渝中区[500103]", "渝东区[500103]", "2022-01-01"),
    ]
    result = load(store, [csv_of(tmp_path, COUNTIES)], day=DAY, events=acts,
                  since={3: date(2010, 1, 1)}, **WHO)  # fmt: skip
    assert len(result.recording.applied) == 2 and not result.opening
    assert one(store, date(2014, 1, 1), code="500227").kind == "县"
    assert one(store, date(2022, 1, 1), code="500103").name == "渝东区"
    assert one(store, date(2010, 1, 1), name="涪陵区").span.begin.day == date(2010, 1, 1)


def test_a_list_that_acts_do_not_lead_to_is_told(store, tmp_path):
    """The act ends in a unit that the list does not have."""
    acts = [event("convert", "万县[500227]", "无州区[500119]", "2015-03-01")]
    result = load(store, [csv_of(tmp_path, COUNTIES)], day=DAY, events=acts, **WHO)
    (finding,) = result.opening
    assert (finding.rule, finding.facts["named"]) == ("unit-not-alive", "无州区[500119]")
    (refused,) = result.recording.refused
    assert refused.event == acts[0]
    assert result.revision is None and store.head().number == 1


@pytest.mark.parametrize(
    ("columns", "rows", "match"),
    [
        ("code,name", [("500101", "甲区"), ("500101", "乙区")], "500101"),
        ("name", [("某地",)], "level of 某地 is not known"),
        ("code,name,begin", [("500101", "甲区", "2021-01-01")], "no unit in it held on 2020-12-31"),
        ("code,title", [("500101", "甲区")], "name"),
        ("code,name", [], "counties.csv"),
    ],
)
def test_wrong_lists_are_told_in_one_sentence(store, tmp_path, columns, rows, match):
    with pytest.raises((UnreadableInput, UsageError), match=match) as caught:
        load(store, [csv_of(tmp_path, rows, columns=columns)], day=DAY, **WHO)
    assert "\n" not in str(caught.value)
    assert store.head().number == 1


def test_a_file_that_is_not_there(store, tmp_path):
    with pytest.raises(DimingError, match="nowhere"):
        load(store, [str(tmp_path / "nowhere.gpkg")], day=DAY, **WHO)


def dated(tmp_path, name="atlas.gpkg"):
    left, right = shapely.box(106, 29, 106.01, 29.01), shapely.box(106.01, 29, 106.02, 29.01)
    frame = geopandas.GeoDataFrame(
        {
            "id": ["a", "a", "b"], "name": ["LEFT", "LEFT", "RIGHT"],
            "begin": ["1800-01-01", "1810-01-01", "1800-01-01"],
            "end": ["1809-12-31", "1850-12-31", "1809-12-31"],
        },
        geometry=[left, shapely.union(left, right), right], crs=4326,
    )  # fmt: skip
    path = tmp_path / name
    frame.to_file(path)
    return str(path)


def test_dated_files_are_loaded_with_all_their_versions(store, tmp_path):
    options = StatedOptions(read=ReadOptions(fields={"code": "id"}), level=Level.COUNTY)
    result = load_dated(store, [dated(tmp_path)], options=options, **WHO)
    assert result.units == {3: 2} and result.shapes_added == 3
    assert result.revision == store.head()
    assert len(store.view().at(date(1805, 1, 1))) == 2
    assert len(store.view().at(date(1820, 1, 1))) == 1
    with pytest.raises(Conflict, match=r"holds .* already"):
        load_dated(store, [dated(tmp_path)], options=options, **WHO)


def test_geometry_of_acts_is_brought_into_the_archive_s_crs(store, tmp_path):
    """The list is drawn in metres, the act that led to it in degrees."""
    part = Move(ref("涪陵区"), ref("渝中区"), TerritoryKind.POLYGON,
                geometry=shapely.box(106.019, 29.001, 106.02, 29.003))  # fmt: skip
    later = event("boundary", "~涪陵区[500102]", "~渝中区[500103]", "2022-01-01", moves=(part,))
    load(store, [drawn(tmp_path, crs="EPSG:4545")], day=DAY, **WHO)
    with create(MEMORY, "EPSG:4545", author="某") as other:
        result = load(
            other, [csv_of(tmp_path, COUNTIES)], day=DAY, events=[later], events_crs="OGC:CRS84",
            **WHO,
        )  # fmt: skip
        (applied,) = result.recording.applied
        assert applied.event.moves[0].geometry.bounds[0] > 300_000
