"""Places taken in: what is new, what is known, what comes back, and that nothing is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
import shapely

from diming.errors import Conflict, UsageError
from diming.gazetteer import Names
from diming.model.facts import Facts
from diming.model.intake import Fate
from diming.model.place import Name, NameKind, Place, PlaceRecord, Problem, Told
from diming.services.importing import ImportOptions, take_in
from diming.services.loading import load
from diming.services.names_reverting import revert_names
from diming.services.reverting import revert
from diming.store.opening import MEMORY, create
from services.test_loading import DAY, WHO, csv_of, drawn

ON = ImportOptions(day=DAY)
COUNTIES = [("500101", "万州区"), ("500102", "涪陵区")]
TOWNS = [
    ("500101100", "龙沙镇"), ("500101101", "兴隆镇"), ("500102100", "兴隆镇"),
    ("500102001", "敦仁街道"),
]  # fmt: skip


def record(text, number=2, **given):
    others = given.pop("others", ())
    cells = {"名称": text, "行": str(number)}
    said = {"source": "测试", "verbatim": Facts(cells), **given}
    names = [Name("", "", text, citation="测试")]
    names += [Name("", "", t, k, citation="测试") for t, k in others]
    return PlaceRecord(
        Place("", **said), tuple(names), "names.csv", number, cells=Facts(cells)
    )  # fmt: skip


@pytest.fixture
def store(tmp_path):
    with create(MEMORY, author="某") as made:
        shapes = drawn(tmp_path, COUNTIES)
        towns = csv_of(tmp_path, TOWNS, "towns.csv")
        load(made, [shapes], day=DAY, **WHO)
        load(made, [towns], day=DAY, **WHO)
        yield made


def taken(store, *records, options=ON, **more):
    return take_in(store, records, options=options, **WHO, **more)


def test_a_new_place_is_added_with_its_row_and_lies_where_it_says(store):
    intake = taken(store, record("石桥湾", within=("万州区", "兴隆镇"), lon=106.005, lat=29.005))
    (row,) = intake.rows
    assert row.fate is Fate.ADDED and intake.revision == store.head()
    assert row.within.any_code == "500101101"
    place = store.gazetteer().place(row.place_id)
    assert place.verbatim == {"名称": "石桥湾", "行": "2"}
    assert place.within_id == row.within.unit_id and place.within_on == DAY
    (name,) = store.gazetteer().names_of([row.place_id])[row.place_id]
    assert name.text == "石桥湾" and name.citation == "测试"


def test_the_same_again_changes_nothing_and_leaves_no_revision(store):
    one = record("石桥湾", within=("万州区", "兴隆镇"))
    taken(store, one)
    head = store.head()
    intake = taken(store, one)
    assert [r.fate for r in intake.rows] == [Fate.UNCHANGED]
    assert intake.revision is None and store.head() == head


def test_a_unit_is_a_place_and_is_not_made_a_second_time(store):
    intake = taken(store, record("龙沙镇", source_id="500101100"))
    (row,) = intake.rows
    assert row.fate is Fate.MATCHED and row.unit.name == "龙沙镇"
    gazetteer = store.gazetteer()
    assert gazetteer.place(row.place_id) is None  # The unit says it all.
    (name,) = gazetteer.names_of([row.unit.unit_id])[row.unit.unit_id]
    assert json.loads(name.facts["row"]) == {"名称": "龙沙镇", "行": "2"}


def test_a_code_of_the_other_system_is_not_believed_against_the_name(store):
    # The county of the code has one such town: it is meant, and the code is told of.
    intake = taken(store, record("兴隆镇", source_id="500102001"))
    (row,) = intake.rows
    assert row.fate is Fate.MATCHED and row.unit.any_code == "500102100"
    assert row.reasons[0].facts["unit"] == "敦仁街道[500102001]"
    # Nobody is called so there: somebody must decide.
    intake = taken(store, record("白鹤镇", source_id="500102001"))
    assert [r.fate for r in intake.rows] == [Fate.CONFLICTING]


def test_a_name_that_two_units_bear_is_left_to_a_person(store):
    intake = taken(
        store, record("某湾", within=("兴隆镇",)), record("兴隆镇", 3, class_code="21400")
    )
    place, unit = intake.rows
    assert place.fate is Fate.ADDED and place.within is None
    assert place.reasons[0].facts["within"] == "兴隆镇"
    assert unit.fate is Fate.CONFLICTING
    assert len(unit.reasons[0].facts["units"]) == 2


def test_doubles_within_a_delivery_are_told_by_row(store):
    one = record("石桥湾", within=("万州区", "兴隆镇"))
    intake = taken(store, one, replace(one, number=3))
    assert [r.fate for r in intake.rows] == [Fate.ADDED, Fate.DUPLICATE]
    assert intake.rows[1].reasons[0].facts["row"] == 2
    assert store.gazetteer().counts()["places"] == 1


def test_a_place_told_twice_some_metres_apart_is_a_double_also_when_it_comes_again(store):
    told = {"class_code": "22100", "within": ("万州区", "兴隆镇"), "lat": 29.005}
    one = record("凉水井", 2, lon=106.0050, **told)
    two = record("凉水井", 3, lon=106.0055, **told)
    for fates in ([Fate.ADDED, Fate.DUPLICATE], [Fate.UNCHANGED, Fate.DUPLICATE]):
        intake = taken(store, one, two)
        assert [r.fate for r in intake.rows] == fates
        assert intake.rows[1].reasons[0].facts["row"] == 2
    assert store.gazetteer().counts()["places"] == 1


@pytest.mark.parametrize(
    "other",
    [
        {"lon": 106.0065}, {"class_code": "22200"}, {"within": ("万州区", "龙沙镇")},
        {"source": "别处"}, {"code": "50010110122100000009"},
    ],
)  # fmt: skip
def test_namesakes_of_one_delivery_stay_two_places_also_when_they_come_again(store, other):
    told = {
        "class_code": "22100", "within": ("万州区", "兴隆镇"), "lon": 106.0050, "lat": 29.005,
        "code": "50010110122100000001" if "code" in other else "",
    }  # fmt: skip
    one, two = record("李家湾", 2, **told), record("李家湾", 3, **{**told, **other})
    assert [r.fate for r in taken(store, one, two).rows] == [Fate.ADDED, Fate.ADDED]
    assert store.gazetteer().counts()["places"] == 2
    assert {r.fate for r in taken(store, one, two).rows} == {Fate.UNCHANGED}


def test_what_the_source_itself_corrects_is_corrected(store):
    one = record("石桥湾", source_id="a", lon=106.001, lat=29.001)
    (row,) = taken(store, one).rows
    cells = Facts({"名称": "石桥湾", "行": "改"})
    place = replace(one.place, lon=106.008, verbatim=cells)
    (again,) = taken(store, replace(one, place=place)).rows
    assert (again.fate, again.place_id) == (Fate.MATCHED, row.place_id)
    held = store.gazetteer().place(row.place_id)
    assert (held.lon, held.verbatim["行"]) == (106.008, "改")
    before = store.gazetteer(store.head().number - 1).place(row.place_id)
    assert (before.lon, before.verbatim["行"]) == (106.001, "2")


def test_a_double_that_says_something_else_is_kept_with_its_row(store):
    one = record("石桥湾", within=("万州区", "兴隆镇"), verbatim=Facts({"备注": "甲"}))
    two = record("石桥湾", 3, within=("万州区", "兴隆镇"), verbatim=Facts({"备注": "乙"}))
    intake = taken(store, one, two)
    assert [r.fate for r in intake.rows] == [Fate.ADDED, Fate.DUPLICATE]
    place_id = intake.rows[0].place_id
    names = store.gazetteer().names_of([place_id])[place_id]
    kept = [json.loads(n.facts["row"]) for n in names if "row" in n.facts]
    assert store.gazetteer().place(place_id).verbatim == {"备注": "甲"} and kept == [{"备注": "乙"}]
    assert {r.fate for r in taken(store, one, two).rows} == {Fate.UNCHANGED, Fate.DUPLICATE}
    assert len(store.gazetteer().names_of([place_id])[place_id]) == 2


def test_another_source_attests_a_known_place_and_its_row_is_kept(store):
    first = record("石桥湾", within=("万州区", "兴隆镇"), lon=106.001, lat=29.001)
    (row,) = taken(store, first).rows
    other = replace(
        record("石橋灣", 7, source="普查", lon=106.002, lat=29.001, class_code="22100"),
        names=(Name("", "", "石橋灣", lang="zh-Hant", citation="普查"),),
    )
    intake = taken(store, other)
    (again,) = intake.rows
    assert (again.fate, again.place_id) == (Fate.MATCHED, row.place_id)
    names = store.gazetteer().names_of([row.place_id])[row.place_id]
    assert {n.text for n in names} == {"石桥湾", "石橋灣"}
    by_text = {n.text: n for n in names}
    assert json.loads(by_text["石橋灣"].facts["row"])["行"] == "7"
    place = store.gazetteer().place(row.place_id)
    assert (place.class_code, place.lon) == ("22100", 106.001)  # Gained; what it had stays.


def test_a_place_of_that_name_far_off_is_another(store):
    taken(store, record("石桥湾", lon=106.001, lat=29.001))
    intake = taken(store, record("石桥湾", source="普查", lon=106.012, lat=29.009))
    assert [r.fate for r in intake.rows] == [Fate.MATCHED]  # 1.4 km: by default one place.
    strict = replace(ON, same_place_m=500.0)
    intake = taken(store, record("石桥湾", source="三普", lon=106.03, lat=29.009), options=strict)
    assert [r.fate for r in intake.rows] == [Fate.ADDED]


def test_one_source_with_two_ids_means_two_places(store):
    intake = taken(
        store,
        record("石桥湾", source_id="a", lon=106.001, lat=29.001),
        record("石桥湾", 3, source_id="b", lon=106.001, lat=29.001),
    )
    assert [r.fate for r in intake.rows] == [Fate.ADDED, Fate.ADDED]
    again = taken(store, record("石桥湾", 4, source_id="c", lon=106.001, lat=29.001))
    assert [r.fate for r in again.rows] == [Fate.ADDED]
    vague = taken(store, record("石桥湾", 5, source="普查", lon=106.001, lat=29.001))
    assert [r.fate for r in vague.rows] == [Fate.CONFLICTING]
    assert vague.rows[0].reasons[0].facts["places_count"] == 3


def test_what_cannot_be_read_is_refused_and_the_rest_is_taken(store):
    bad = replace(record("坏", 3), problems=(Problem("bad {x}", Facts({"x": 1})),))
    intake = taken(store, record("石桥湾"), bad)
    assert [r.fate for r in intake.rows] == [Fate.ADDED, Fate.REFUSED]
    assert intake.returned[0].record.number == 3
    assert store.gazetteer().counts()["places"] == 1


def test_a_dry_run_tells_the_same_and_writes_nothing(store):
    head = store.head()
    records = [record("石桥湾"), record("龙沙镇", 3, source_id="500101100")]
    dry = take_in(store, records, options=ON, dry_run=True, **WHO)
    assert store.head() == head and dry.revision is None
    wet = taken(store, *records)
    assert [r.fate for r in wet.rows] == [r.fate for r in dry.rows]


def test_former_names_without_a_time_ended_by_the_day_of_the_source(store):
    rec = record("石桥湾", others=[("龙隐湾", NameKind.FORMER)])
    (row,) = taken(store, rec).rows
    names = {n.text: n for n in store.gazetteer().names_of([row.place_id])[row.place_id]}
    assert not names["龙隐湾"].when.holds(DAY) and names["龙隐湾"].when.holds(date(1950, 1, 1))
    assert names["石桥湾"].when.holds(DAY)
    told = replace(rec.names[1], when=Told("不详"))
    (row,) = taken(store, replace(rec, names=(rec.names[0], told), number=9)).rows
    assert row.names[0].when == told.when  # What the source says of its time stays.


def test_a_position_that_speaks_against_what_is_said_is_told(store):
    (row,) = taken(store, record("石桥湾", within=("涪陵区",), lon=106.005, lat=29.005)).rows
    assert row.within.name == "涪陵区"
    (reason,) = row.reasons
    assert (reason.facts["there"], reason.facts["told"]) == (
        "万州区[500101]", "涪陵区[500102]",
    )  # fmt: skip
    (inside,) = taken(store, record("瓦店", 3, lon=106.015, lat=29.005)).rows
    assert inside.within.name == "涪陵区"  # Where nothing is said, the position says it.


def test_geometry_other_than_points_is_kept(store):
    line = shapely.LineString([(106.001, 29.001), (106.004, 29.002)])
    (row,) = taken(store, record("桃花溪", lon=106.002, lat=29.0015, geometry=line)).rows
    assert shapely.equals_exact(store.gazetteer().place(row.place_id).geometry, line)


def test_the_day_decides_which_units_are_meant(store):
    early = replace(ON, day=date(1990, 1, 1))
    (row,) = taken(store, record("石桥湾", within=("万州区",)), options=early).rows
    assert row.within is None and "1990" not in row.reasons[0].what
    assert row.fate is Fate.ADDED


def test_places_that_say_nothing_lie_where_the_caller_says(store):
    unit = next(v for v in store.view().at(DAY) if v.name == "敦仁街道")
    (row,) = taken(store, record("瓦店"), options=replace(ON, within_id=unit.unit_id)).rows
    assert row.within == unit


@pytest.mark.parametrize(
    "text", ["重庆市万州区兴隆镇", "万州兴隆镇", "重慶市萬州區興隆鎮", "万州区兴隆镇"]
)  # fmt: skip
def test_a_chain_in_one_cell_is_taken_apart_by_the_units_there_are(store, text):
    (row,) = taken(store, record("石桥湾", within=(text,))).rows
    assert row.within.any_code == "500101101" and row.reasons == ()


def test_a_place_of_a_townships_name_in_its_county_lies_in_that_township(store):
    rec = record("Longsha", others=[("龙沙镇", NameKind.ALIAS)], lon=106.005, lat=29.005)
    (row,) = taken(store, rec).rows
    assert row.fate is Fate.ADDED and row.within.name == "龙沙镇"


def test_lists_that_write_committees_in_full_or_short_mean_the_same(store):
    (row,) = taken(store, record("石桥村村民委员会", within=("万州区", "兴隆镇"))).rows
    other = record("石桥村委会", source="旧表", within=("万州区", "兴隆镇"))
    (again,) = taken(store, other).rows
    assert (again.fate, again.place_id) == (Fate.MATCHED, row.place_id)
    (not_it,) = taken(
        store, record("石桥村居委会", source="旧表", within=("万州区", "兴隆镇"))
    ).rows
    assert not_it.fate is Fate.ADDED


def test_two_rows_that_are_one_known_place_do_not_tell_a_name_twice(store):
    first = record("石桥湾", source="普查", lon=106.001, lat=29.001)
    (row,) = taken(store, first).rows
    one = record("石桥湾", source="甲", source_id="1", lon=106.001, lat=29.001)
    two = record("石桥湾", 3, source="甲", source_id="2", lon=106.001, lat=29.001)
    intake = taken(store, one, two)
    assert [r.place_id for r in intake.rows] == [row.place_id] * 2
    again = taken(store, two, one)
    assert {r.fate for r in again.rows} <= {Fate.UNCHANGED, Fate.DUPLICATE, Fate.MATCHED}
    assert {r.place_id for r in again.rows} == {row.place_id}


def test_a_number_that_looks_like_a_province_is_no_claim(store):
    (row,) = taken(store, record("Brunei", source_id="50")).rows
    assert row.fate is Fate.ADDED and row.unit is None and row.reasons == ()


def believed(store):
    return [
        (p.place_id, p.lon, dict(p.verbatim), sorted(n.name_id for n in names))
        for block in store.gazetteer().every()
        for p, names in block
    ]


def test_an_import_is_undone_and_what_it_replaced_stands_again(store):
    one = record("石桥湾", source_id="a", lon=106.001, lat=29.001)
    taken(store, one)
    before = believed(store)
    place = replace(one.place, lon=106.008, verbatim=Facts({"名称": "石桥湾", "行": "改"}))
    taken(store, replace(one, place=place), record("瓦店", 3))
    changed = store.head().number
    done = revert_names(store, f"r{changed}", author="某", reason="误导入")
    assert believed(store) == before
    assert len(done.undone.places) == 2 and len(done.restored.places) == 1
    assert store.gazetteer(changed).counts()["places"] == 2
    assert store.verify() == []
    with pytest.raises(UsageError, match="undone already"):
        revert_names(store, f"r{changed}", author="某", reason="误导入")
    assert [r.fate for r in taken(store, record("瓦店", 3)).rows] == [Fate.ADDED]


def test_what_others_rest_on_is_not_undone_before_them(store):
    taken(store, record("石桥湾", lon=106.001, lat=29.001))
    first = store.head().number
    taken(store, record("石桥湾", source="普查", lon=106.001, lat=29.001))
    with pytest.raises(Conflict, match="undo those first"):
        revert_names(store, f"r{first}", author="某", reason="误导入")
    revert_names(store, f"r{first + 1}", author="某", reason="误导入")
    revert_names(store, f"r{first}", author="某", reason="误导入")
    assert store.gazetteer().counts()["places"] == 0 and store.verify() == []


@pytest.mark.parametrize("what", ["r1", "r99", "x", ""])
def test_what_brought_no_names_cannot_be_undone(store, what):
    with pytest.raises(UsageError):
        revert_names(store, what, author="某", reason="误导入")


def test_undoing_names_as_an_act_says_which_command_does_it(store):
    taken(store, record("石桥湾"))
    with pytest.raises(UsageError, match="diming names revert"):
        revert(store, f"r{store.head().number}", author="某", reason="误导入")


@pytest.mark.parametrize("suffix", [".csv", ".gpkg", ".jsonld"])
def test_what_was_handed_out_comes_back_as_what_it_is(store, tmp_path, suffix):
    """Export then import changes nothing here, and makes the same elsewhere."""
    taken(
        store,
        record("石桥湾", within=("万州区", "兴隆镇"), lon=106.001, lat=29.001,
               others=[("龙隐湾", NameKind.FORMER), ("%别", NameKind.ALIAS)]),
        record("石桥湾", 3, within=("涪陵区",), others=[("_别", NameKind.ALIAS)]),
        record("龙沙镇", 4, source_id="500101100", lon=106.002, lat=29.003, class_code="21400"),
    )  # fmt: skip
    names = Names(store)
    out = tmp_path / f"all{suffix}"
    names.export(out)
    again = names.take_in(out, author="某", day=DAY)
    changed = [(r.record.place, r.names) for r in again.rows if r.fate is not Fate.UNCHANGED]
    assert changed == [] and again.revision is None
    with create(MEMORY, author="某") as other:
        load(other, [drawn(tmp_path, COUNTIES)], day=DAY, **WHO)
        load(other, [csv_of(tmp_path, TOWNS, "towns.csv")], day=DAY, **WHO)
        Names(other).take_in(out, author="某", day=DAY)
        assert believed(other) == believed(store)
