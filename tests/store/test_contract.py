"""What every store must do, asked of each."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diming.errors import Conflict, UnreadableInput, UsageError
from diming.geometry.area import areas_m2
from diming.geometry.checksum import added, chain_sums, territory_key
from diming.geometry.ground import parse_crs
from diming.model.changeset import Applied, Changeset
from diming.model.event import Event, EventType
from diming.model.span import EVER, OPEN, Span, parse_when
from diming.model.unit import Level
from diming.model.version import SYSTEMS, Version
from diming.store.opening import create, open_store
from store.archives import CRS, START, Account, cell, draw_changes, record, simple

DAYS = [EVER, date(1949, 1, 1), date(1970, 6, 1), date(2001, 1, 1), date(2010, 5, 6),
        date(2025, 1, 1), date(9999, 12, 30)]  # fmt: skip


def check_belief(store, account: Account, known: int) -> None:
    view = store.view(known)
    held = account.believed(known)
    assert view.crs == CRS
    for unit in {v.unit_id for v, *_ in account.versions} | {"nobody"}:
        assert view.of_unit(unit) == [v for v in held if v.unit_id == unit]
        assert view.children(unit) == [v for v in held if v.parent_id == unit]
        found = [
            a for a in account.acts(known)
            if unit in (*a.before, *a.after) or unit in {x for p in a.passages for x in
                                                         (p.giver, p.taker)}
        ]  # fmt: skip
        assert view.acts(unit) == found
    for code in {c for v, *_ in account.versions for c in v.codes}:
        assert view.with_code(*code) == [v for v in held if code in v.codes]
    for name in {v.name for v, *_ in account.versions}:
        assert view.with_name(name) == [v for v in held if v.name == name]
    for day in DAYS:
        assert view.at(day) == [v for v in held if v.holds(day)]
        assert view.at(day, Level.COUNTY) == [
            v for v in held if v.holds(day) and v.level is Level.COUNTY
        ]
    for box in [(0, 0, 1, 1), (361_000, 3_273_100, 363_000, 3_274_000),
                shapely.bounds(cell(3, 3)), (-1e9, -1e9, 1e9, 1e9)]:  # fmt: skip
        for level in (Level.COUNTY, Level.VILLAGE):
            assert view.near(tuple(box), date(1960, 1, 1), date(2003, 1, 1), level) == [
                v for v in held
                if v.territory and v.level is level and v.span.begin.day < date(2003, 1, 1)
                and v.span.end.day > date(1960, 1, 1)
                and shapely.box(*shapely.bounds(account.shapes[v.territory])).intersects(
                    shapely.box(*box))
            ]  # fmt: skip
    assert view.events() == account.acts(known) == store.events(known)
    for applied, *_ in account.events:
        believed = [a for a in account.acts(known) if a.event.id == applied.event.id]
        assert view.act(applied.event.id) == (believed[0] if believed else None)
    check_table(store.table(known), held, account)


def check_table(table, held: list[Version], account: Account) -> None:
    assert table.row.tolist() == [v.row for v in held]
    for column in ("unit_id", "name", "kind"):
        assert getattr(table, column).tolist() == [getattr(v, column) for v in held]
    for column in ("parent_id", "began_by", "ended_by"):
        assert getattr(table, column).tolist() == [getattr(v, column) or "" for v in held]
    assert table.code.tolist() == [
        next((dict(v.codes)[s] for s in SYSTEMS if s in dict(v.codes)), "") for v in held
    ]
    assert table.level.tolist() == [int(v.level) for v in held]
    assert table.begin.tolist() == [v.span.begin.day.toordinal() for v in held]
    assert table.end.tolist() == [v.span.end.day.toordinal() for v in held]
    assert table.begin_known.tolist() == [v.span.begin.day != EVER for v in held]
    keys = table.keys.tolist()
    assert keys == sorted({v.territory for v in held if v.territory})
    assert [keys[i] if i >= 0 else None for i in table.territory] == [v.territory for v in held]
    shapes = np.array([account.shapes[k] for k in keys], dtype=object)
    assert (table.chain_sum == chain_sums(shapes)).all()
    assert (table.bounds == shapely.bounds(shapes).reshape(-1, 4)).all()
    assert table.area_m2 == pytest.approx(areas_m2(shapes, parse_crs(CRS)))


def test_every_revision_is_believed_as_it_was(store):
    account = record(store, draw_changes(1))
    for known in range(1, account.number + 1, 1 if store.place == ":memory:" else 3):
        check_belief(store, account, known)
        revision = next(r for r in store.revisions() if r.number == known)
        found = {k: v for k, v in revision.chain_sums.items() if v}
        assert found == {k: v for k, v in account.sums(known).items() if v}
    assert store.view().known == store.head().number == account.number
    assert store.verify() == []
    shapes = list(account.shapes)[::-1]
    for found, key in zip(store.shapes(shapes), shapes, strict=True):
        assert found.wkb == account.shapes[key].wkb and found.geom_type == account.shapes[
            key].geom_type  # fmt: skip
    sums = store.view().chain_sums([*shapes, "no such key"])
    assert sums == {k: int(chain_sums(np.array([g], dtype=object))[0])
                    for k, g in account.shapes.items()}  # fmt: skip
    counts = store.counts()
    assert counts["revisions"] == account.number
    assert counts["rows"] == len(account.versions)
    assert counts["versions"] == len(account.believed(account.number))
    assert counts["territories"] == len(account.shapes)
    assert counts["units"] == len({v.unit_id for v, *_ in account.versions})
    assert counts["events"] == len(account.acts(account.number))


def test_changes_since_are_those_rows_that_came_or_went(store):
    account = record(store, draw_changes(2))
    for since in range(1, account.number + 1):
        table = store.changes_since(since)
        wanted = {v.row: (a, b or 0) for v, a, b in account.versions
                  if a > since or (b or 0) > since}  # fmt: skip
        found = zip(table.known_from.tolist(), table.known_to.tolist(), strict=True)
        assert dict(zip(table.row.tolist(), found, strict=True)) == wanted


def test_hashes_are_the_same_wherever_it_is_kept(store, tmp_path):
    changes = draw_changes(3)
    hashes = []
    for made in (store, create(tmp_path / "other.gpkg", CRS, author="测试", recorded=START)):
        record(made, changes)
        hashes.append([(r.hash, r.chain_sums) for r in made.revisions()])
        made.verify()
    # The first was made at another time, so its own hash, and all after it, differ.
    assert hashes[0][0] != hashes[1][0]


def test_the_same_history_has_the_same_hashes(place, tmp_path):
    changes = draw_changes(3)
    hashes = []
    for where in (place, tmp_path / "other.gpkg"):
        with create(where, CRS, author="测试", recorded=START) as made:
            record(made, changes)
            hashes.append([r.hash for r in made.revisions()])
            assert len(set(hashes[-1])) == len(changes) + 1
    assert hashes[0] == hashes[1]


def test_any_difference_makes_another_hash(tmp_path):
    def tip(n, change, **told):
        with create(tmp_path / f"{n}.gpkg", CRS, recorded=START) as made:
            with made.write(**{"author": "a", "reason": "r", "recorded": START, **told}) as writer:
                writer.append(change)
            return made.head().hash

    changes = [
        simple(), simple("乙"), simple(at=1), simple(codes=()), simple(note="x"),
        simple(parent_id="u1"), simple(seat="x"), simple(ethnic=True), simple(kind="区"),
    ]  # fmt: skip
    tips = [tip(n, change) for n, change in enumerate(changes)]
    tips += [tip(20, simple(), author="b"), tip(21, simple(), reason="q"),
             tip(22, simple(), document="d"), tip(23, simple(), kind="load")]  # fmt: skip
    assert len(set(tips)) == len(tips)
    assert tip(30, simple()) == tips[0]


def test_a_block_that_fails_leaves_nothing(store):
    record(store, [simple()])
    before = (list(store.revisions()), store.view().at(date(2020, 1, 1)), store.counts())
    with pytest.raises(ZeroDivisionError), store.write(author="a", reason="r") as writer:
        writer.append(simple("乙", 1))
        assert [v.name for v in writer.view.of_unit("u1")] == ["乙"]
        assert store.view().of_unit("u1") == []
        raise ZeroDivisionError
    assert before == (list(store.revisions()), store.view().at(date(2020, 1, 1)), store.counts())
    assert store.verify() == []
    with store.write(author="a", reason="r"):
        pass
    assert store.head().number == 2


def test_rows_may_come_and_go_within_one_revision(store):
    with store.write(author="a", reason="r") as writer:
        assert writer.number == 2
        writer.append(simple())
        (held,) = writer.view.of_unit("u0")
        writer.append(Changeset(superseded=(held.row,), added=simple("乙").added))
        (held,) = writer.view.of_unit("u0")
        assert held.name == "乙"
        writer.append(simple("丙", 1))
    assert [v.name for v in store.view().at(date(2020, 1, 1))] == ["乙", "丙"]
    assert store.view(1).at(date(2020, 1, 1)) == []
    assert store.verify() == []
    assert sorted(store.changes_since(1).name) == ["丙", "乙"]


def test_what_is_no_longer_believed_cannot_be_superseded(store):
    record(store, [simple(), Changeset(superseded=(1,))])
    for row in (1, 99):
        with pytest.raises(Conflict), store.write(author="a", reason="r") as writer:
            writer.append(Changeset(superseded=(row,)))
    assert store.head().number == 3


def test_a_change_that_does_not_fit_leaves_nothing_of_itself(store):
    event = Event(EventType.RENAME, parse_when("2011"))
    record(store, [simple(), Changeset(superseded=(1,), events=(Applied(event, (), ()),))])
    with store.write(author="a", reason="r") as writer:
        writer.append(simple("乙", 1))
        for bad in (Changeset(added=simple("丙", 2).added, territories=simple("丙", 2).territories,
                              superseded=(1,)),
                    Changeset(added=simple("丙", 2).added, territories=simple("丙", 2).territories,
                              events=(Applied(event, (), ()),))):  # fmt: skip
            with pytest.raises(Conflict):
                writer.append(bad)
        writer.append(simple("丁", 3))
    assert [v.name for v in store.view().at(date(2020, 1, 1))] == ["乙", "丁"]
    assert store.counts()["territories"] == 3
    assert store.verify() == []


def test_events_are_recorded_once_and_undone_once(store):
    event = Event(EventType.RENAME, parse_when("2011"))
    undo = Event(EventType.CORRECTION, parse_when("2012"), given_id="undo-1")
    record(store, [Changeset(events=(Applied(event, (), ()),))])
    assert store.revision_of_event(event.id) == 2
    with pytest.raises(Conflict, match="recorded already"), store.write(
        author="a", reason="r") as writer:  # fmt: skip
        writer.append(Changeset(events=(Applied(event, (), ()),)))
    for applied, number in ((Applied(undo, (), (), reverts=event.id), 3),
                            (Applied(event, (), ()), 4)):  # fmt: skip
        with store.write(author="a", reason="r") as writer:
            writer.append(Changeset(events=(applied,)))
        assert store.revision_of_event(applied.event.id) == number
    with pytest.raises(Conflict), store.write(author="a", reason="r") as writer:
        again = Event(EventType.CORRECTION, parse_when("2013"))
        writer.append(Changeset(events=(Applied(again, (), (), reverts="nothing"),)))
    assert store.view(2).act(event.id).event == event
    assert store.view(3).act(event.id) is None
    assert store.view(3).act("undo-1").reverts == event.id
    assert store.view(3).act("undo-1").event == undo
    assert store.verify() == []


def test_work_on_what_has_moved_on_does_not_begin(store):
    record(store, [simple()])
    with store.write(author="a", reason="r", base=2) as writer:
        writer.append(simple("乙", 1))
    with pytest.raises(Conflict, match="revision 3 by a came after 2"), store.write(
        author="b", reason="r", base=2):  # fmt: skip
        raise AssertionError
    with pytest.raises(Conflict), store.write(author="b", reason="r") as writer:
        writer.append(simple("丙", 2))
        with store.write(author="c", reason="r"):
            raise AssertionError


def test_times_never_stand_still(store):
    late = datetime(2999, 1, 1, tzinfo=UTC)
    for n, recorded in enumerate([late, None, late, datetime(1990, 1, 1)]):
        with store.write(author="a", reason="r", recorded=recorded) as writer:
            writer.append(simple(at=n))
    times = [r.recorded for r in store.revisions()]
    assert times == sorted(times, reverse=True) and len(set(times)) == 5
    assert store.revision_at(late).number == 2
    assert store.revision_at(late + timedelta(microseconds=1700)).number == 3
    assert store.revision_at(late - timedelta(microseconds=1)).number == 1
    assert store.revision_at(datetime(1990, 1, 1)) is None
    assert [r.number for r in store.revisions(newest=2)] == [5, 4]


@pytest.mark.parametrize("text", ["\ud800", "a\0b", "\udfff甲"])
def test_text_that_cannot_be_kept_is_refused_in_one_sentence(store, text):
    bad = [
        simple(text), simple(note=text), simple(codes=(("nbs", text),)), simple(seat=text),
        Changeset(events=(Applied(Event(EventType.RENAME, parse_when("2011")), (text,), ()),)),
        Changeset(events=(
            Applied(Event(EventType.RENAME, parse_when("2011"), given_id=text), (), ()),)),
    ]  # fmt: skip
    for change in bad:
        with pytest.raises(UsageError, match="cannot be stored") as told, store.write(
            author="a", reason="r") as writer:  # fmt: skip
            writer.append(change)
        str(told.value).encode()
    with pytest.raises(UsageError), store.write(author=text, reason="r"):
        raise AssertionError
    view = store.view()
    assert view.of_unit(text) == view.with_name(text) == view.with_code("nbs", text) == []
    assert view.act(text) is None and view.shapes([text]) == {}
    assert store.head().number == 1 and store.verify() == []


def test_odd_text_comes_back_as_it_went(store):
    odd = ["'; DROP TABLE version; --", "%s %(name)s :name ::", "\u202e反", "e\u0301", "\u00e9",
           "🏯𠮷", "a\tb\nc\\N\\", "", "x" * 5000]  # fmt: skip
    record(store, [simple(text, n, note=text, seat=text) for n, text in enumerate(odd)])
    for n, text in enumerate(odd):
        (held,) = store.view().of_unit(f"u{n}")
        assert (held.name, held.note, held.seat) == (text, text, text)
        assert [v.unit_id for v in store.view().with_name(text)] == [f"u{n}"]
    assert store.verify() == []


def test_shapes_that_are_no_areas_are_refused(store):
    square = cell(0, 0)
    for shape in (shapely.Point(0, 0), shapely.Polygon(), shapely.force_3d(square, 1.0),
                  shapely.LineString([(0, 0), (1, 1)]),
                  shapely.Polygon([(0, 0), (np.inf, 1), (1, 1)])):  # fmt: skip
        with pytest.raises(UsageError, match="no areas of the plane"), store.write(
            author="a", reason="r") as writer:  # fmt: skip
            key = territory_key(shape)
            one = Version("u", Span(), Level.COUNTY, "x", territory=key)
            writer.append(Changeset(added=(one,), territories={key: shape}))
    for shapes in ({"0" * 32: square}, {}):
        with pytest.raises(KeyError), store.write(author="a", reason="r") as writer:
            one = Version("u", Span(), Level.COUNTY, "x", territory="0" * 32)
            writer.append(Changeset(added=(one,), territories=shapes))
    assert store.counts()["territories"] == 0


def test_the_reference_system_is_settled_before_the_first_shape(place):
    with create(place) as made:
        assert made.view().crs is None
        with pytest.raises(UsageError, match="no coordinate reference system"), made.write(
            author="a", reason="r") as writer:  # fmt: skip
            writer.append(simple())
        with pytest.raises(UnreadableInput), made.write(author="a", reason="r") as writer:
            writer.settle_crs("EPSG:999999")
        with made.write(author="a", reason="r") as writer:
            writer.settle_crs("EPSG:4490")
        with made.write(author="a", reason="r") as writer:
            writer.settle_crs("4545")
            writer.append(simple())
            assert writer.view.crs == "EPSG:4545"
        with made.write(author="a", reason="r") as writer:
            writer.settle_crs(parse_crs("EPSG:4545").to_wkt())
        assert made.head().number == 3
        with pytest.raises(Conflict, match="holds shapes"), made.write(
            author="a", reason="r") as writer:  # fmt: skip
            writer.settle_crs("EPSG:4490")
        assert [made.view(k).crs for k in (1, 2, 3)] == [None, "EPSG:4490", "EPSG:4545"]
        assert [v.unit_id for v in made.view().near((0, 0, 1e7, 1e7), EVER, OPEN, Level.COUNTY)] \
            == ["u0"]  # fmt: skip
        assert made.verify() == []


@pytest.mark.parametrize(
    "crs",
    ["EPSG:4326", "EPSG:4490", "EPSG:4524", "plane",
     "+proj=tmerc +lon_0=106.5 +k=1 +x_0=500000 +ellps=GRS80 +units=m", "ESRI:102025"],
)  # fmt: skip
def test_any_reference_system_can_be_kept(place, crs):
    with create(place, crs) as made:
        with made.write(author="a", reason="r") as writer:
            writer.append(simple())
        assert parse_crs(made.view().crs) == parse_crs(crs)
        assert made.verify() == []
        key = simple().added[0].territory
        assert made.shapes([key])[0] == cell(0, 0)


def test_settings_have_revisions(store):
    for number, value in ((2, "approved"), (3, "announced")):
        with store.write(author="a", reason="r") as writer:
            writer.setting("legal_date", value)
        assert store.head().number == number
    with store.write(author="a", reason="r") as writer:
        writer.setting("legal_date", "announced")
    assert store.head().number == 3
    assert store.settings() == {"crs": CRS, "legal_date": "announced"}
    assert store.settings(2)["legal_date"] == "approved"
    assert store.settings(1) == {"crs": CRS}
    assert store.verify() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE version SET name = 'x'", "DELETE FROM version", "UPDATE revision SET author = 'x'",
        "DELETE FROM revision", "DELETE FROM code", "UPDATE code SET code = 'x'",
        "UPDATE territory SET chain_sum = 0", "DELETE FROM territory", "DELETE FROM event",
        "UPDATE event SET payload = '{}'", "UPDATE event_unit SET unit_id = 'x'",
        "DELETE FROM event_unit", "DELETE FROM passage", "UPDATE passage SET share = 0",
        "DELETE FROM setting", "UPDATE setting SET value = 'x'", "DELETE FROM diming_layout",
        "UPDATE version SET known_to = 2, name = 'x' WHERE known_to IS NULL",
        "UPDATE version SET known_to = NULL WHERE known_to IS NOT NULL",
        "UPDATE version SET known_to = 9 WHERE known_to IS NOT NULL",
        "UPDATE version SET row_id = row_id + 1000",
    ],
)  # fmt: skip
def test_the_database_itself_keeps_rows_as_they_are(store, statement):
    record(store, draw_changes(5, rounds=3, per_round=5))
    with pytest.raises(Conflict):
        store.base.change(statement)
    assert store.verify() == []


def test_a_row_cannot_be_replaced_in_silence(tmp_path):
    with create(tmp_path / "a.gpkg", CRS) as made:
        record(made, [simple()])
        with pytest.raises(Conflict):
            made.base.change("INSERT OR REPLACE INTO version SELECT * FROM version")
        with pytest.raises(Conflict):
            made.base.change("REPLACE INTO code SELECT * FROM code")


def test_what_is_written_is_there_when_opened_again(lasting):
    with create(lasting, CRS) as made:
        account = record(made, draw_changes(6, rounds=3))
    for readonly in (False, True):
        with open_store(lasting, readonly=readonly) as opened:
            check_belief(opened, account, account.number)
            assert opened.verify() == []
            assert opened.place


def test_a_backup_is_an_archive_of_the_same_hashes(store, tmp_path):
    account = record(store, draw_changes(7))
    target = tmp_path / "copy.gpkg"
    store.backup(target)
    with open_store(target, readonly=True) as copy:
        assert list(copy.revisions()) == list(store.revisions())
        assert copy.verify() == []
        check_belief(copy, account, account.number)
        check_belief(copy, account, 3)
    before = target.read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        store.backup(target)
    assert target.read_bytes() == before
    record_more(store)
    store.backup(target, replace=True)
    with open_store(target) as copy:
        assert copy.head() == store.head()
        record_more(copy)
        assert copy.verify() == []
    assert sorted(p.name for p in tmp_path.iterdir() if "copy" in p.name) == ["copy.gpkg"]


def record_more(store):
    with store.write(author="a", reason="r") as writer:
        writer.append(simple("又", store.head().number))


def test_a_view_does_not_change_while_others_write(lasting):
    with create(lasting, CRS) as made, open_store(lasting) as other:
        account = record(made, draw_changes(8, rounds=3))
        view = other.view()
        held = view.at(date(1999, 1, 1))
        with made.write(author="a", reason="r") as writer:
            writer.append(Changeset(superseded=tuple(v.row for v in held)))
        assert view.at(date(1999, 1, 1)) == held == [
            v for v in account.believed(view.known) if v.holds(date(1999, 1, 1))]  # fmt: skip
        assert other.view().at(date(1999, 1, 1)) == []


def test_of_two_writers_one_is_told_and_nothing_is_lost(lasting):
    with create(lasting, CRS) as one, open_store(lasting) as other:
        with one.write(author="a", reason="r", base=1) as writer:
            writer.append(simple())
            with pytest.raises(Conflict, match="somebody else is writing"), other.write(
                author="b", reason="r"):  # fmt: skip
                raise AssertionError
        with pytest.raises(Conflict, match="moved on"), other.write(
            author="b", reason="r", base=1):  # fmt: skip
            raise AssertionError
        with other.write(author="b", reason="r", base=2) as writer:
            writer.append(simple("乙", 1))
        assert [r.author for r in one.revisions()] == ["b", "a", ""]
        assert one.verify() == []


def test_many_writers_at_once_lose_nothing(lasting):
    create(lasting, CRS).close()
    done: list[str] = []

    def work(who: int) -> None:
        with open_store(lasting) as mine:
            for n in range(40):
                if sum(d.startswith(f"{who}:") for d in done) == 5:
                    return
                try:
                    with mine.write(author=f"{who}", reason=f"{who}:{n}") as writer:
                        writer.append(simple(f"{who}:{n}", who * 50 + n))
                except Conflict:
                    threading.Event().wait(0.01)
                    continue
                done.append(f"{who}:{n}")

    threads = [threading.Thread(target=work, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) >= 10
    with open_store(lasting) as opened:
        assert sorted(r.reason for r in opened.revisions()) == sorted([*done, "init"])
        assert sorted(v.name for v in opened.view().at(date(2020, 1, 1))) == sorted(done)
        assert opened.verify() == []


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_history_verifies_and_is_believed_as_it_was(data):
    units = st.sampled_from(["u1", "u2", "u3"])
    places = st.integers(0, 4)
    with create(":memory:", CRS) as made:
        account, believed = Account(), []
        for _ in range(data.draw(st.integers(1, 5))):
            gone = data.draw(st.lists(st.sampled_from(believed), unique=True)) if believed else []
            shapes, new = {}, []
            for unit, at, ends in data.draw(
                st.lists(st.tuples(units, st.none() | places, st.booleans()), max_size=4)
            ):
                key = None
                if at is not None:
                    shape = cell(at, 0, multi=at % 2 == 0)
                    key = territory_key(shape)
                    shapes[key] = shape
                span = Span(parse_when("2001"), parse_when("2020")) if ends else Span()
                new.append(Version(unit, span, Level(3 + at % 2 if at else 3), unit, territory=key))
            change = Changeset(tuple(new), tuple(gone), shapes)
            if not change:
                continue
            with made.write(author="a", reason="r") as writer:
                writer.append(change)
            account.take(change)
            believed = [v.row for v, _, to in account.versions if to is None]
            held = {k: v for k, v in made.head().chain_sums.items() if v}
            assert held == {k: v for k, v in account.sums(account.number).items() if v}
        for known in range(1, account.number + 1):
            check_belief(made, account, known)
        assert made.verify() == []
        total = added(made.head().chain_sums.values())
        assert total == added(account.sums(account.number).values())
