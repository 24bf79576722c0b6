"""Recording acts: all or none, what fits, a trial, a base, another CRS, exceptions."""

from __future__ import annotations

from datetime import date, timedelta

import pyproj
import pytest
import shapely

from diming.errors import Conflict, UnreadableInput, UsageError
from diming.files.events import read_events, write_events
from diming.model.changeset import Changeset
from diming.model.event import Event, EventType, Move, TerritoryKind
from diming.model.finding import Exemption
from diming.model.span import UNKNOWN_BEGIN, parse_when
from diming.services.making import make
from diming.services.recording import record
from diming.services.reverting import revert
from diming.store.opening import MEMORY, create
from history.drawn import area_m2, event, grid, ref, townships

WHO = {"author": "某", "reason": "登记"}


@pytest.fixture
def store():
    world = townships(grid())
    with create(MEMORY, "EPSG:4490", author="某") as made:
        units = world.at(date(2000, 1, 1))
        shapes = world.shapes({v.territory for v in units if v.territory})
        with made.write(author="某", reason="始") as writer:
            writer.append(Changeset(tuple(units), territories=shapes))
        yield made


FITS = event("rename", "甲1县[500121]", "丙县")
FITS_TOO = event("rename", "甲2县[500122]", "丁县", "2001-01-01")
UNFIT = event("rename", "无县[500199]", "戊县", "2000-06-01")


def names(store):
    return {v.name for v in store.view().at(date(2010, 1, 1))}


def test_all_acts_or_none(store):
    result = record(store, [FITS, UNFIT, FITS_TOO], **WHO)
    assert result.revision is None and store.head().number == 2
    assert [a.event for a in result.applied] == [FITS, FITS_TOO]
    assert [r.event for r in result.refused] == [UNFIT]
    assert "丙县" not in names(store)


def test_what_fits_if_asked_to_keep_going(store):
    result = record(
        store, [FITS_TOO, UNFIT, FITS], keep_going=True, document="渝府〔2000〕1号", **WHO
    )
    assert result.revision == store.head() and result.revision.document == "渝府〔2000〕1号"
    assert [a.event for a in result.applied] == [FITS, FITS_TOO]
    assert {"丙县", "丁县"} <= names(store)


def test_a_trial_writes_nothing_and_says_what_would_be(store):
    trial = record(store, [FITS], dry_run=True, **WHO)
    assert trial.revision is None and store.head().number == 2
    assert trial.applied == record(store, [FITS], **WHO).applied


def test_no_acts_are_no_revision(store):
    assert record(store, [], **WHO).revision is None
    assert record(store, [UNFIT], keep_going=True, **WHO).revision is None
    assert store.head().number == 2


def test_a_base_that_moved_on_is_a_conflict(store):
    base = store.head().number
    record(store, [FITS], base=base, **WHO)
    with pytest.raises(Conflict, match="moved on"):
        record(store, [FITS_TOO], base=base, **WHO)
    assert "丁县" not in names(store)


def test_acts_of_a_file_see_those_before_them(store):
    after = event("convert", "丙县[500121]", "丙区[500103]", "2000-01-01")
    assert record(store, [after], **WHO).refused
    assert record(store, [FITS, after], **WHO).revision is not None


def test_geometry_in_another_crs_is_brought_into_the_archive_s(store):
    degrees = shapely.box(106.009, 29.002, 106.01, 29.004)
    there = pyproj.Transformer.from_crs(4490, 4545, always_xy=True).transform
    plane = shapely.transform(degrees, there, interleaved=False)
    told = Move(ref("甲1县"), ref("甲2县"), TerritoryKind.POLYGON, geometry=plane)
    act = event("boundary", "~甲1县", "~甲2县", moves=(told,))
    (applied,) = record(store, [act], crs="EPSG:4545", **WHO).applied
    assert applied.event.id == act.id
    assert applied.passages[0].area_m2 == pytest.approx(area_m2(degrees), rel=1e-4)
    again = record(store, [act], crs="EPSG:4545", **WHO)
    assert [f.rule for r in again.refused for f in r.findings] == ["event-recorded"]


def test_an_exception_that_expired_does_not_count(store):
    act = event("convert", "乙4镇[500121103]", "乙4街道[500121102]")
    (refused,) = record(store, [act], **WHO).refused
    (finding,) = refused.findings
    today = date.today()
    old = Exemption(finding.id, "因故", "某", expires=today - timedelta(days=1))
    assert record(store, [act], accepted=[old], **WHO).refused
    held = Exemption(finding.id, "因故", "某", expires=today)
    result = record(store, [act], accepted=[held], **WHO)
    assert result.revision is not None
    assert finding.id in {f.id for f in result.findings}


def test_an_act_known_to_the_year_is_put_where_it_fits(store):
    """乙1镇 became a street in 2014; in June of it its county became a district."""
    county = event("convert", "甲1县[500121]", "甲1区[500103]", "2014-06-03")
    early = event("convert", "乙1镇[500121100]", "乙1街道[500121001]", "2014")
    late = event("convert", "乙2镇[500103101]", "乙2街道[500103002]", "2014")
    result = record(store, [late, county, early], **WHO)
    assert not result.refused
    view = store.view()
    first, second = (view.with_name(n)[0] for n in ("乙1街道", "乙2街道"))
    assert str(second.span) == "2014/"
    assert first.unit_id != second.unit_id
    assert second.span.begin.day == date(2014, 6, 3)
    assert min(v.span.begin.day for v in view.with_name("乙1街道")) == date(2014, 1, 1)
    assert [a.event for a in result.applied] == [early, county, late]


def test_acts_of_one_day_and_decision_follow_each_other(store):
    """As on 2025-11-06: a county ends, and its townships pass to others by rows after it."""
    acts = [
        event("merge", "甲1县[500121];甲2县[500122]", "新区[500103]"),
        event("transfer", "甲1县/乙1镇;甲1县/乙2镇", "甲3县/乙1镇;甲3县/乙2镇"),
    ]
    result = record(store, acts, **WHO)
    assert not result.refused
    view = store.view()
    below = {v.name for v in view.children("u500123") if v.span.is_open}
    assert below == {"乙1镇", "乙2镇"}
    new = view.with_name("新区")[0].unit_id
    assert {v.name for v in view.children(new) if v.span.is_open} == {"乙3镇", "乙4镇"}
    # On one day a unit has one version: those that lasted no day are not kept.
    assert len(view.of_unit("u500121100")) == 2


# ---- undoing


def state(store):
    view = store.view()
    units = {v.unit_id for v in view.at(date(1999, 1, 1))} | {
        v.unit_id for v in view.at(date(2010, 1, 1))
    }
    return {(str(v.span), v.label, v.parent_id, v.territory, v.seat) for u in units
            for v in view.of_unit(u)}  # fmt: skip


def test_undoing_an_act_believes_what_was_believed_before(store):
    before = state(store)
    act = event("merge", "甲1县[500121];甲2县[500122]", "新区[500103]")
    record(store, [act], **WHO)
    undone = revert(store, act.id, author="某", reason="有误")
    assert state(store) == before
    assert undone.revision.number == 4 and undone.revision.kind == "revert"
    assert store.view().act(act.id) is None
    assert store.view(3).act(act.id) is not None
    assert record(store, [act], **WHO).revision is not None


def test_undoing_a_whole_revision(store):
    before = state(store)
    record(store, [FITS, FITS_TOO], **WHO)
    assert len(revert(store, "r3", author="某", reason="有误").events) == 2
    assert state(store) == before


def test_what_others_built_on_cannot_be_undone_first(store):
    later = event("convert", "丙县[500121]", "丙区[500103]", "2005-01-01")
    record(store, [FITS], **WHO)
    record(store, [later], **WHO)
    with pytest.raises(Conflict) as caught:
        revert(store, FITS.id, author="某", reason="有误")
    assert later.id in str(caught.value) and "丙区" not in str(caught.value)
    revert(store, later.id, author="某", reason="有误")
    revert(store, FITS.id, author="某", reason="有误")
    assert "甲1县" in names(store)


def test_an_act_whose_company_touched_the_same_unit_goes_with_it(store):
    later = event("rename", "丙县[500121]", "己县", "2005-01-01")
    record(store, [FITS, later], **WHO)
    with pytest.raises(Conflict, match="r3"):
        revert(store, FITS.id, author="某", reason="有误")


def test_what_is_undone_or_never_was_cannot_be_undone(store):
    record(store, [FITS], **WHO)
    revert(store, FITS.id, author="某", reason="有误")
    with pytest.raises(UsageError, match="undone already"):
        revert(store, FITS.id, author="某", reason="有误")
    with pytest.raises(UsageError, match="no event"):
        revert(store, "e0", author="某", reason="有误")
    with pytest.raises(UsageError, match="no revision 9"):
        revert(store, "r9", author="某", reason="有误")
    with pytest.raises(UsageError, match="brought nothing"):
        revert(store, "r1", author="某", reason="有误")


def test_a_correction_can_be_undone_too(store):
    before = state(store)
    act = Event(EventType.CORRECTION, parse_when("1999-01-01"), (ref("甲1县"),),
                changes=(("seat", "某镇"),))  # fmt: skip
    record(store, [act], **WHO)
    assert state(store) != before
    revert(store, act.id, author="某", reason="有误")
    assert state(store) == before


@pytest.mark.parametrize("changes", [("begin", "1999-01-01"), ("geometry", None)])
def test_undoing_a_correction_undoes_it_for_all_it_reached(store, changes):
    """The day of an act is that of all its rows: unit before, unit after, and children."""
    record(store, [event("convert", "甲1县[500121]", "甲1区[500103]")], **WHO)
    before = state(store)
    act = Event(EventType.CORRECTION, parse_when("2005-01-01"), (ref("甲1区"),),
                changes=(changes,))  # fmt: skip
    record(store, [act], **WHO)
    reached = {v.unit_id for v in store.view().at(date(1999, 6, 1))}
    assert state(store) != before
    assert store.verify() == []
    if changes[0] == "begin":
        assert "u500121" not in reached
    revert(store, act.id, author="某", reason="有误")
    assert state(store) == before


# ---- which date counts


@pytest.mark.parametrize(
    ("legal", "day"), [("approved", "2011-10-22"), ("announced", "2011-11-05"), ("completed", None)]
)
def test_the_archive_says_which_date_counts_where_the_act_does_not(legal, day, tmp_path):
    with make(tmp_path / "a.gpkg", legal_date=legal, author="某") as store:
        with store.write(author="某", reason="始") as writer:
            writer.append(Changeset(tuple(grid().at(date(2000, 1, 1))[:1])))
        path = tmp_path / "acts.csv"
        path.write_text(
            "date,event_type,units_before,units_after,approved,announced\n"
            ",establish,~,丙县[500131],2011-10-22,2011-11-05\n"
            "2012-01-01,establish,~,丁县[500132],2011-10-22,2011-11-05\n",
            encoding="utf-8",
        )
        acts = read_events(path).events
        result = record(store, acts, keep_going=True, **WHO)
        held = {v.name: str(v.span.begin) for v in store.view().at(date(2020, 1, 1))}
        assert held["丁县"] == "2012-01-01"
        if day is None:
            ((finding,),) = [r.findings for r in result.refused]
            assert (finding.rule, finding.facts["reason"]) == ("event-form", "no-date")
            assert finding.facts["legal_date"] == "completed"
            assert "丙县" not in held
        else:
            assert held["丙县"] == day
            assert store.view().act(acts[0].id).event.date == parse_when(day)


@pytest.mark.parametrize("format_", ["csv", "json"])
def test_an_act_without_date_is_written_and_read_back(tmp_path, format_):
    act = Event(EventType.ABOLISH, UNKNOWN_BEGIN, (ref("甲1县"),), announced=parse_when("2011-11"))
    path = tmp_path / f"acts.{format_}"
    write_events(path, [act])
    assert read_events(path).events == (act,)
    bare = path.read_text(encoding="utf-8").replace("2011-11", "")
    path.write_text(bare, encoding="utf-8")
    with pytest.raises(UnreadableInput):
        read_events(path)
