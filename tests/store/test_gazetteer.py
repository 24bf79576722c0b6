"""What every store must know of places, names and entries, asked of each."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diming.errors import Conflict, UsageError
from diming.model.changeset import Changeset
from diming.model.entry import Entry, Matter
from diming.model.facts import Facts
from diming.model.namechange import NameChange
from diming.model.place import Certainty, Name, NameKind, Place, Told
from diming.model.version import Version
from diming.store.gazetteer import LedgerGazetteer
from diming.store.opening import create, open_store
from store.archives import CRS, START, simple
from store.gazetteers import (
    SHAPES,
    TOLD,
    NameAccount,
    check_gazetteer,
    draw_name_changes,
    record_names,
)

with np.errstate(invalid="ignore"):
    #: A line one of whose corners is nowhere.
    HALF = shapely.linestrings([(0, 0), (math.nan, 1), (2, 2)])
ONE = NameChange((Place("p", lon=106.5, lat=29.5),), (Name("n", "p", "磁器口"),))


def write(store, change: NameChange) -> None:
    with store.write(author="a", reason="r") as writer:
        writer.append_names(change)


def found(gazetteer, text: str, syllables: str = "") -> list:
    """What is written or read so."""
    from diming.script.fold import fold
    from diming.script.keys import query_keys

    asked = query_keys(fold(text), syllables)
    terms = gazetteer.terms(asked.same)
    return [use for some in gazetteer.uses([t.number for t in terms]).values() for use in some]


def test_every_revision_believes_its_places_and_names(store):
    account = record_names(store, draw_name_changes(1))
    for known in range(1, account.number + 1):
        check_gazetteer(store.gazetteer(known), account, known)
    check_gazetteer(store.gazetteer(), account, account.number)
    assert store.verify() == []


def test_the_same_names_have_the_same_hashes_everywhere(place, tmp_path):
    changes = draw_name_changes(2)
    hashes = []
    for where in (place, tmp_path / "other.gpkg"):
        with create(where, CRS, author="测试", recorded=START) as made:
            record_names(made, changes)
            hashes.append([r.hash for r in made.revisions()])
    assert hashes[0] == hashes[1] and len(set(hashes[0])) == len(changes) + 1


def test_any_difference_of_a_name_makes_another_hash(tmp_path):
    (place,), (name,) = ONE.places, ONE.names
    entry = Entry("m", Matter.SIGN, 1, date(2020, 1, 1), "up")
    told = TOLD[1]
    changes = [ONE, *(replace(ONE, places=(replace(place, **more),)) for more in (
        {"class_code": "1"}, {"feature": "x"}, {"code": "1"}, {"lon": 106.50000001}, {"lat": 29.0},
        {"geometry": SHAPES[1]}, {"geometry": SHAPES[2]}, {"within": ("x",)}, {"within_code": "1"},
        {"within_on": date(2020, 1, 1)}, {"when": told}, {"when": TOLD[2]}, {"source": "x"},
        {"source_id": "x"}, {"facts": Facts({"a": "b"})}, {"verbatim": Facts({"a": "b"})},
    ))]  # fmt: skip
    changes += [replace(ONE, names=(replace(name, **more),)) for more in (
        {"name_id": "x"}, {"text": "x"}, {"kind": NameKind.FORMER}, {"lang": "x"},
        {"romanisation": "x"}, {"reading": "x"}, {"when": told}, {"when": TOLD[2]},
        {"certainty": Certainty.BOTH}, {"origin": "x"}, {"meaning": "x"}, {"citation": "x"},
        {"facts": Facts({"a": "b"})},
    )]  # fmt: skip
    changes += [replace(ONE, entries=(replace(entry, **more),)) for more in (
        {}, {"matter_id": "x"}, {"matter": Matter.HERITAGE}, {"step": 2}, {"state": "x"},
        {"day": date(2020, 1, 2)}, {"place_id": "p"}, {"said": Facts({"a": 1})},
    )]  # fmt: skip
    tips = set()
    for change in changes:
        with create(":memory:", CRS, recorded=START) as made:
            with made.write(author="a", reason="r", recorded=START) as writer:
                writer.append_names(change)
            assert made.verify() == []
            tips.add(made.head().hash)
    assert len(tips) == len(changes)


def test_what_is_no_longer_believed_cannot_be_superseded(store):
    write(store, replace(ONE, entries=(Entry("m", Matter.SIGN, 1, date(2020, 1, 1), "up"),)))
    gone = NameChange(old_places=(1,), old_names=(1,), old_entries=(1,))
    write(store, gone)
    assert store.gazetteer().counts() | {"terms": 0} == dict.fromkeys(
        ("places", "names", "terms", "entries"), 0)  # fmt: skip
    for one in (NameChange(old_places=(1,)), NameChange(old_names=(1,)),
                NameChange(old_entries=(1,)), NameChange(old_places=(77,))):  # fmt: skip
        with pytest.raises(Conflict, match="no longer believed"):
            write(store, one)
    assert store.head().number == 3 and store.verify() == []


@pytest.mark.parametrize("again", [
    NameChange(ONE.places), NameChange(names=ONE.names), NameChange(ONE.places * 2),
    NameChange(entries=(Entry("m", Matter.SIGN, 1, date(2020, 1, 1), "down"),)),
])  # fmt: skip
def test_nothing_is_believed_twice(store, again):
    first = replace(ONE, entries=(Entry("m", Matter.SIGN, 1, date(2020, 1, 1), "up"),))
    write(store, first)
    with store.write(author="a", reason="r") as writer:
        with pytest.raises(Conflict):
            writer.append_names(again)
        assert writer.gazetteer.counts()["places"] == 1
        writer.append_names(NameChange((Place("q"),)))
    counts = store.gazetteer().counts()
    assert (counts["places"], counts["names"], counts["entries"]) == (2, 1, 1)
    assert store.verify() == []


@pytest.mark.parametrize("change", [
    NameChange(names=(Name("n", "nobody", "x"),)),
    NameChange((Place("q", within_id="nowhere"),)),
    NameChange(entries=(Entry("m", Matter.SIGN, 1, date(2020, 1, 1), "up", "nobody"),)),
])  # fmt: skip
def test_what_nothing_stands_behind_is_not_taken(store, change):
    with pytest.raises(KeyError), store.write(author="a", reason="r") as writer:
        writer.append_names(change)
    assert store.head().number == 1


@pytest.mark.parametrize("nowhere", [
    Place("q", lon=math.nan, lat=1.0), Place("q", lon=math.inf, lat=1.0), Place("q", lon=1.0),
    Place("q", lat=1.0), Place("q", lon=181.0, lat=1.0), Place("q", lon=29.0, lat=106.0),
    Place("q", geometry=shapely.Point()), Place("q", geometry=shapely.Point(1, 2, 3)),
    Place("q", geometry=HALF),
])  # fmt: skip
def test_what_is_nowhere_is_refused(store, nowhere):
    with store.write(author="a", reason="r") as writer:
        with pytest.raises(UsageError, match="1 places are nowhere on the globe"):
            writer.append_names(NameChange((*ONE.places, nowhere)))
        writer.append_names(ONE)
    assert store.gazetteer().counts()["places"] == 1 and store.verify() == []


@pytest.mark.parametrize("text", ["a\0b", "\ud842"])
def test_text_that_cannot_be_kept_is_refused(store, text):
    for change in (replace(ONE, names=(Name("n", "p", text),)),
                   NameChange((Place("p", source_id=text),)),
                   NameChange((Place("p", verbatim=Facts({"x": "\ud842"})),))):  # fmt: skip
        with pytest.raises(UsageError, match="cannot be stored"):
            write(store, change)
    assert store.head().number == 1
    assert store.gazetteer().places([text]) == store.gazetteer().names_of([text]) == {}


def test_a_unit_is_a_place_too_and_what_acts_name_is_found(store):
    with store.write(author="a", reason="r") as writer:
        writer.append(simple("綦江区", 1))
    name = Name("n", "u1", "南桐矿区", NameKind.FORMER)
    there = Place("p", within_id="u1", within_on=date(2020, 1, 1))
    write(store, NameChange((there,), (name,)))
    gazetteer = store.gazetteer()
    assert gazetteer.names_of(["u1"])["u1"] == [replace(name, row=1)]
    assert gazetteer.below(["u1", "u2"]) == [replace(there, row=1)]
    assert found(gazetteer, "南桐礦區") == [replace(name, row=1)]
    (version,) = found(gazetteer, "綦江區")
    assert isinstance(version, Version) and version == store.view().of_unit("u1")[0]
    assert found(gazetteer, "qijiangqu") == [version]
    assert found(store.gazetteer(2), "南桐矿区") == found(store.gazetteer(1), "綦江区") == []
    with store.write(author="a", reason="r") as writer:
        new = replace(version, name="万盛县", row=None)
        writer.append(Changeset(superseded=(1,), added=(new,)))
    assert found(store.gazetteer(), "綦江区") == [] and found(gazetteer, "綦江区") == [version]
    assert [v.name for v in found(store.gazetteer(), "wsx")] == ["万盛县"]
    assert store.verify() == []


def test_a_name_is_found_by_the_reading_it_was_given_too(store):
    place = ONE.places[0]
    write(store, NameChange((place,), (Name("n1", "p", "乐温县", romanisation="Lèwēn Xiàn"),)))
    gazetteer = store.gazetteer()
    (term,) = gazetteer.terms_written(["乐温县"])
    assert term.syllables == "le wen xian" and len(found(gazetteer, "lewenxian")) == 1
    assert found(gazetteer, "yuewenxian") == []
    write(store, NameChange(names=(Name("n2", "p", "樂溫縣", romanisation="Yuèwēn Xiàn"),)))
    gazetteer = store.gazetteer()
    for letters in ("lewenxian", "yuewenxian", "ywx"):
        assert [n.name_id for n in found(gazetteer, letters)] == ["n1", "n2"]
    (again,) = gazetteer.terms_written(["乐温县"])
    assert (again.number, again.syllables) == (term.number, term.syllables)
    assert gazetteer.counts()["terms"] == 1
    write(store, NameChange(names=(Name("n3", "p", "新乐温", romanisation="Xīn Yuèwēn"),)))
    assert [n.name_id for n in found(store.gazetteer(), "xinyuewen")] == ["n3"]
    assert store.verify() == []


def test_terms_are_few_and_in_order(store):
    texts = ["龙兴", "龙兴镇", "龙兴村", "龙溪", "龙"]
    names = tuple(Name(t, "p", t) for t in texts)
    write(store, NameChange(ONE.places, names))
    gazetteer = store.gazetteer()
    assert [t.text for t in gazetteer.terms_beginning("龙", 4)] == ["龙", "龙兴", "龙溪", "龙兴村"]
    assert gazetteer.terms_beginning("x", 9) == gazetteer.terms([]) == []
    assert gazetteer.uses([]) == gazetteer.uses([99]) == {}
    write(store, NameChange(names=(Name("again", "p", "龍興鎮"),)))
    assert store.gazetteer().counts()["terms"] == len(texts)


def test_terms_can_be_made_anew(store):
    account = record_names(store, draw_name_changes(4, rounds=2))
    with store.write(author="a", reason="r") as writer:
        writer.append(simple("綦江区", 1))
    for broken in ("DELETE FROM term_use WHERE source = 'unit'", "DELETE FROM term_key",
                   "UPDATE term SET text = 'x' WHERE text = '磁器口'"):  # fmt: skip
        store.base.change(broken)
        (flaw,) = store.verify()
        assert "--rebuild-terms" in flaw.what and flaw.facts["count"] >= 1
        store.rebuild_terms()
        assert store.verify() == []
        check_gazetteer(store.gazetteer(), account, account.number)
        assert len(found(store.gazetteer(), "綦江区")) == 1
    with store.write(author="a", reason="r"), pytest.raises(Conflict):
        store.rebuild_terms()


def test_a_backup_has_places_and_terms(store, tmp_path):
    account = record_names(store, draw_name_changes(5))
    store.backup(tmp_path / "copy.gpkg")
    with open_store(tmp_path / "copy.gpkg", readonly=True) as copy:
        assert list(copy.revisions()) == list(store.revisions())
        check_gazetteer(copy.gazetteer(), account, account.number)
        check_gazetteer(copy.gazetteer(3), account, 3)
        for table in ("term", "term_key", "term_use"):
            rows = [s.base.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for s in (copy, store)]
            assert rows[0] == rows[1] != []
        assert copy.verify() == []
        assert copy.base.rows(
            "SELECT count(*) FROM place p JOIN rtree_place_geom r ON r.id = p.row_id"
        ) == copy.base.rows("SELECT count(*) FROM place WHERE geom IS NOT NULL")
    with open_store(tmp_path / "copy.gpkg") as copy:
        write(copy, NameChange((Place("new"),)))
        assert copy.verify() == []


@pytest.mark.parametrize("statement", [
    "UPDATE place SET feature = 'x'", "DELETE FROM place", "UPDATE name SET text = 'x'",
    "DELETE FROM name", "UPDATE entry SET state = 'x'", "DELETE FROM entry",
    "UPDATE name SET known_to = NULL WHERE known_to IS NOT NULL",
    "UPDATE place SET known_to = 9, verbatim = '{}' WHERE known_to IS NULL",
])  # fmt: skip
def test_the_database_itself_keeps_rows_as_they_are(store, statement):
    record_names(store, draw_name_changes(6, rounds=2))
    with pytest.raises(Conflict):
        store.base.change(statement)
    assert store.verify() == []


def test_a_block_that_fails_leaves_nothing(store):
    with pytest.raises(ZeroDivisionError), store.write(author="a", reason="r") as writer:
        writer.append_names(ONE)
        assert writer.gazetteer.place("p") == replace(ONE.places[0], row=1)
        assert store.gazetteer().place("p") is None
        raise ZeroDivisionError
    assert store.gazetteer().counts() == dict.fromkeys(("places", "names", "terms", "entries"), 0)
    with store.write(author="a", reason="r") as writer:
        writer.append_names(NameChange())
    assert store.head().number == 1


def test_every_question_is_answered_by_an_index(tmp_path):
    with create(tmp_path / "a.gpkg", CRS) as made:
        record_names(made, draw_name_changes(7))
        rows = made.base.rows
        asked = []
        made.base.rows = lambda sql, values={}: asked.append((sql, values)) or rows(sql, values)
        for known in (3, 5):
            gazetteer = LedgerGazetteer(made.base, known)
            gazetteer.place("p"), gazetteer.places(["p"]), list(gazetteer.every(5))
            gazetteer.from_source("s", ["p"]), gazetteer.below(["u"]), gazetteer.coded(["1"])
            gazetteer.in_box((0, 0, 1, 1)), gazetteer.names_of(["p"]), gazetteer.terms([1, 2])
            gazetteer.terms_beginning("x", 3), gazetteer.terms_written(["x"])
            gazetteer.terms_sounding("ci qi", 3)
            gazetteer.uses([1, 2]), gazetteer.entries(Matter.SIGN)
            gazetteer.entries(matter_id="m"), gazetteer.entries(place_id="p")
        made.base.rows = rows
        assert len(asked) > 40
        for sql, values in asked:
            for *_, detail in rows(f"EXPLAIN QUERY PLAN {sql}", values):
                assert "known_from" not in detail, (sql, detail)
                if detail.startswith("SCAN"):
                    # The lists that are passed are read through; so is the layout.
                    assert "json_each" in detail or "diming_layout" in sql, (sql, detail)


def test_an_act_with_no_new_name_loads_no_dictionary(tmp_path):
    import subprocess
    import sys

    path = tmp_path / "a.gpkg"
    with create(path, CRS) as made, made.write(author="a", reason="r") as writer:
        writer.append(simple("綦江区", 1))
    script = (
        "import sys\nfrom diming.store.opening import open_store\n"
        "from store.archives import simple\n"
        f"with open_store({str(path)!r}) as store, store.write(author='a', reason='r') as writer:\n"
        "    writer.append(simple('綦江区', 2))\n"
        "print(sorted({'opencc', 'pypinyin'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": ":".join(sys.path), "PATH": ""}, encoding="utf-8",
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
    with open_store(path) as opened:
        assert len(found(opened.gazetteer(), "綦江区")) == 2 and opened.verify() == []


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
_FACTS = st.dictionaries(_TEXT, _TEXT, max_size=2).map(Facts)
_TOLD = st.sampled_from(TOLD) | st.builds(Told, _TEXT, certainty=st.sampled_from(Certainty))
_PLACE = st.builds(
    lambda at, **more: Place(**more, **({"lon": at[0], "lat": at[1]} if at else {})),
    at=st.none() | st.tuples(st.floats(-180, 180), st.floats(-90, 90)),
    place_id=st.sampled_from("abc"), class_code=_TEXT, feature=_TEXT, code=_TEXT,
    geometry=st.sampled_from(SHAPES), within=st.lists(_TEXT, max_size=3).map(tuple),
    within_code=_TEXT, within_on=st.none() | st.dates(), when=_TOLD, source=_TEXT,
    source_id=_TEXT, facts=_FACTS, verbatim=_FACTS,
)  # fmt: skip
_NAME = st.builds(
    Name, name_id=st.sampled_from("xyz"), place_id=st.sampled_from("abc"), text=_TEXT,
    kind=st.sampled_from(NameKind), lang=_TEXT, romanisation=_TEXT, reading=_TEXT, when=_TOLD,
    certainty=st.sampled_from(Certainty), origin=_TEXT, meaning=_TEXT, citation=_TEXT,
    facts=_FACTS,
)  # fmt: skip


@pytest.mark.parametrize("on", ["memory", "postgis"])
def test_whatever_is_told_is_read_back_equal(on, request):
    """Any places and names, superseded at random, come back as they were told."""
    place = ":memory:" if on == "memory" else request.getfixturevalue("server").place()
    with create(place, CRS) as made:
        write(made, NameChange((Place("a"), Place("b"), Place("c"))))
        account = NameAccount(number=1)
        account.take(NameChange((Place("a"), Place("b"), Place("c"))))

        @settings(max_examples=60 if on == "memory" else 25, deadline=None,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(
            places=st.lists(_PLACE, unique_by=lambda p: p.place_id, max_size=3),
            names=st.lists(_NAME, unique_by=lambda n: n.name_id, max_size=3),
        )
        def told(places, names):
            held = [p.row for p in account.places.believed(account.number)
                    if p.place_id in {q.place_id for q in places}]  # fmt: skip
            old = [n.row for n in account.names.believed(account.number)
                   if n.name_id in {m.name_id for m in names}]  # fmt: skip
            change = NameChange(tuple(places), tuple(names), (), tuple(held), tuple(old))
            if not change:
                return
            write(made, change)
            account.take(change)
            gazetteer = made.gazetteer()
            believed = {p.place_id: p for p in account.places.believed(account.number)}
            assert gazetteer.places("abc") == believed
            now = account.names.believed(account.number)
            some = gazetteer.names_of("abc")
            assert sorted((n for x in some.values() for n in x), key=lambda n: n.row) == now

        told()
        for known in range(2, account.number, 5):
            assert made.gazetteer(known).places("abc") == {
                p.place_id: p for p in account.places.believed(known)
            }
        assert made.verify() == []
