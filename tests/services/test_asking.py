"""Questions asked of an archive: what held, where, since when, what changed."""

from datetime import date, datetime

import numpy as np
import pytest

from diming.errors import UsageError
from diming.model.answers import TERRITORY_UNKNOWN, ChangeKind, Standing
from diming.model.unit import Level
from diming.services import asking, beliefs
from diming.services.asking import Ambiguous
from diming.services.locating import NOT_KNOWN, OUTSIDE, where_many
from history.scenes import archive

T2013, T2017, T2019, T2021 = (date(y, 7, 1) for y in (2013, 2017, 2019, 2021))


@pytest.fixture(scope="module")
def store():
    return archive()


def test_at_a_date_and_a_level(store):
    found = asking.at(store, T2013, level=Level.TOWNSHIP)
    assert [v.name for v in found.versions] == ["丁镇", "戊镇", "甲镇", "乙乡", "丙乡"]
    assert [s is None for s in found.shapes] == [False] * 4 + [True]
    assert found.superiors["w"].name == "西县"
    assert (found.basis.revision, found.basis.latest) == (4, True)
    assert len(asking.at(store, T2013).versions) == 8


def test_for_ever_is_the_last_day_there_is(store):
    assert len(asking.at(store, date.max).versions) == len(asking.at(store, T2021).versions) == 7


def test_known_at(store):
    old = asking.at(store, T2019, known="r3")
    assert "新域街道" in {v.name for v in old.versions}
    assert (old.basis.revision, old.basis.latest) == (3, False)
    assert [v.name for v in asking.at(store, T2019, known="2").versions] == ["甲镇"]


def test_known_at_a_time(store):
    assert beliefs.revision_meant(store, "2026-01-01T02:30+00:00").number == 2
    assert beliefs.revision_meant(store, "2026-01-09").number == 4
    local = datetime.fromisoformat("2026-01-01T01:30+00:00").astimezone().replace(tzinfo=None)
    assert beliefs.revision_meant(store, local.isoformat()).number == 1
    for text in ("r9", "2025-01-01", "yesterday", ""):
        with pytest.raises(UsageError):
            beliefs.revision_meant(store, text)


def test_a_date_means_the_end_of_its_day_here():
    end = beliefs.moment_meant("2026-03-01")
    assert end.utcoffset() == datetime(2026, 3, 1, 12).astimezone().utcoffset()
    assert (end.hour, end.minute, end.day) == (23, 59, 1)


def test_where_gives_the_chain_and_what_came_after(store):
    found = asking.where(store, 106.15, 29.15, T2013)
    chain = [(at.level, at.standing, [v.name for v in at.versions]) for at in found.levels]
    assert chain == [
        (Level.PROVINCE, Standing.PARENT, ["渝市"]),
        (Level.COUNTY, Standing.PLACE, ["西县"]),
        (Level.TOWNSHIP, Standing.PLACE, ["乙乡"]),
    ]
    assert [a.event.id for a in found.acts] == ["c14", "m18", "t20"]
    assert found.now.name == "新城街道"
    assert found.now.parent_id == "e"
    assert found.stopped is None


def test_where_a_shape_is_not_known(store):
    found = asking.where(store, 106.15, 29.05, T2013)
    assert found.levels[-1].standing is Standing.NOT_KNOWN
    assert found.smallest.name == "西县"
    assert [a.event.id for a in found.acts] == ["t20"]
    outside = asking.where(store, 107.5, 29.05, T2013)
    assert {at.standing for at in outside.levels} <= {Standing.OUTSIDE, Standing.NOT_KNOWN}
    assert outside.smallest is None


def test_where_a_part_changed_hands_the_point_decides(store):
    kept = asking.where(store, 106.35, 29.05, T2013)
    gone = asking.where(store, 106.39, 29.05, T2013)
    assert (kept.smallest.name, kept.now.name) == ("丁镇", "丁镇")
    assert (gone.smallest.name, gone.now.name) == ("丁镇", "戊镇")


def test_where_on_a_line_all_neighbours_are_told(store):
    found = asking.where(store, 106.1, 29.15, T2013)
    assert [v.name for v in found.levels[-1].versions] == ["甲镇", "乙乡"]
    assert found.smallest.name == "西县"


def test_where_nobody_knows_who_got_the_point():
    from history.memory import Belief, recorded
    from history.scenes import box

    b = Belief()
    b.unit("a", "甲", None, "2000-01-01", box(0, 0))
    b.unit("a", "甲", "2000-01-01", None)
    b.unit("c", "丙")
    b.act("x", "2000-01-01", "boundary", ["a"], ["c"], [("a", "c")])
    found = asking.where(recorded(b), 106.05, 29.05, date(1999, 1, 1))
    assert found.stopped == TERRITORY_UNKNOWN
    assert [a.event.id for a in found.acts] == ["x"]


@pytest.mark.parametrize("place", [(200, 20), (29.5, 106.5), (float("nan"), 1)])
def test_places_that_are_none(store, place):
    with pytest.raises(UsageError, match="longitude"):
        asking.where(store, *place)


def test_many_points_say_what_one_says(store):
    rng = np.random.default_rng(3)
    lonlat = rng.uniform((105.95, 28.95), (106.7, 29.25), (300, 2))
    days = rng.choice([d.toordinal() for d in (T2013, T2017, T2019, T2021)], 300)
    found = where_many(store, lonlat, days)
    for n in range(300):
        one = asking.where(store, *lonlat[n], date.fromordinal(int(days[n])))
        said = {at.level: at for at in one.levels}
        for level, rows in found.rows.items():
            row = rows[n]
            if row >= 0:
                assert said[level].versions[0].unit_id == found.table.unit_id[row]
                assert found.by_parent[level][n] == (said[level].standing is Standing.PARENT)
            else:
                standing = {NOT_KNOWN: Standing.NOT_KNOWN, OUTSIDE: Standing.OUTSIDE}[row]
                assert said[level].standing is standing
    assert {NOT_KNOWN, OUTSIDE} <= set(found.rows[Level.TOWNSHIP])


def test_many_points_of_which_some_are_none(store):
    lonlat = np.array([[106.15, 29.15], [np.nan, np.nan]])
    found = where_many(store, lonlat, day=T2013)
    assert found.rows[Level.COUNTY].tolist()[1] == OUTSIDE
    assert found.table.name[found.rows[Level.TOWNSHIP][0]] == "乙乡"
    nothing = where_many(store, np.empty((0, 2)))
    assert all(len(r) == 0 for r in nothing.rows.values())


def test_history_by_name_code_and_id(store):
    for text in ("新城街道", "500101003", "n", "东区/新城街道", "新城街道[500101003]"):
        found = asking.history(store, text)
        assert found.lineage.version.unit_id == "n"
    before = {k.unit_id: k.share for k in found.lineage.before}
    assert before["b"] == pytest.approx(2 / 3, abs=1e-6)
    assert before["a"] == pytest.approx(1 / 3, abs=1e-6)


def test_a_name_of_the_past_needs_no_date_where_it_is_one_units(store):
    found = asking.history(store, "乙乡")
    assert found.lineage.version.unit_id == "b"
    assert found.lineage.after[-1].version.name == "新城街道"


def test_what_is_not_known_is_said_with_names_near(store):
    with pytest.raises(UsageError, match=r"near to it are.*新城街道"):
        asking.history(store, "新城")
    with pytest.raises(UsageError, match="was no unit on 2019-07-01; it was at other times"):
        asking.history(store, "乙乡", T2019)
    with pytest.raises(UsageError, match=r"knows no unit “xyz”$"):
        asking.history(store, "xyz")
    with pytest.raises(UsageError, match="empty"):
        asking.history(store, " ")


def test_several_are_listed():
    from history.memory import Belief, recorded

    b = Belief()
    b.unit("w", "西县")
    for n, parent in enumerate(("w", None)):
        b.unit(f"x{n}", "兴隆镇", None, level=Level.TOWNSHIP, parent=parent)
    with pytest.raises(Ambiguous) as caught:
        asking.history(recorded(b), "兴隆镇")
    assert [v.unit_id for v in caught.value.candidates] == ["x0", "x1"]
    assert caught.value.names["w"].name == "西县"
    assert asking.history(recorded(b), "西县/兴隆镇").lineage.version.unit_id == "x0"


def test_a_reused_code_needs_a_date_and_tells_of_its_other_bearers():
    from history.memory import Belief, recorded

    b = Belief()
    b.unit("old", "万盛区", None, "2011-10-22", code="500110")
    b.unit("new", "綦江区", "2011-10-22", code="500110")
    with pytest.raises(asking.Ambiguous) as several:
        asking.history(recorded(b), "500110")
    assert [v.name for v in several.value.candidates] == ["綦江区", "万盛区"]
    found = asking.history(recorded(b), "500110", date(2012, 1, 1))
    assert found.lineage.version.unit_id == "new"
    assert [v.name for v in found.also] == ["万盛区"]
    assert asking.history(recorded(b), "500110", date(2000, 1, 1)).lineage.version.unit_id == "old"


def test_diff_between_dates(store):
    found = asking.diff(store, T2013, T2021)
    kinds = {c.unit_id: c.kinds for c in found.comparison.changes}
    assert kinds["b"] == (ChangeKind.CONVERTED, ChangeKind.ENDED)
    assert kinds["n"] == (ChangeKind.BEGUN,)
    relatives = {c.unit_id: c.relatives for c in found.comparison.changes}
    assert relatives["n"] == ("a", "b")  # through a unit that stands in neither state
    assert relatives["b"] == ("n",)
    assert kinds["d"] == (ChangeKind.TERRITORY,)
    assert "c" not in kinds
    assert [a.event.id for a in found.acts] == ["c14", "b16", "m18", "t20"]
    balances = {b.level: b for b in found.comparison.balances}
    assert balances[Level.COUNTY].gained_m2 == 0
    assert balances[Level.TOWNSHIP].unknown_after == 1
    assert {"n", "a", "w"} <= set(found.names)
    backward = asking.diff(store, T2021, T2013, level=Level.TOWNSHIP)
    assert {c.unit_id for c in backward.comparison.changes} == set(kinds) - {"w", "e"}


def test_diff_between_beliefs(store):
    found = asking.diff(store, T2019, T2019, known_earlier="3", known_later="4")
    [change] = found.comparison.changes
    assert change.kinds == (ChangeKind.RENAMED,)
    assert (change.before.name, change.after.name) == ("新域街道", "新城街道")
    assert found.acts == ()
    first = asking.diff(store, T2013, T2013, known_earlier="2")
    assert len(first.comparison.changes) == 8
    with pytest.raises(UsageError, match="are the same"):
        asking.diff(store, T2019, T2019)
