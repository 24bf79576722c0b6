"""Search of names: why, when, in what then and today; and what must never come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diming.errors import UsageError
from diming.model.changeset import Changeset
from diming.model.namechange import NameChange
from diming.model.place import Name, NameKind, Place, Told, name_id_of
from diming.model.span import Span, parse_when
from diming.present.found_text import found_text
from diming.services.asking import Ambiguous
from diming.services.recording import record
from diming.services.searching import Searcher, search
from diming.store.opening import MEMORY, create
from history.drawn import event, grid, townships

WHO = {"author": "某", "reason": "登记"}
FIRST, LATER = date(2000, 1, 1), date(2010, 1, 1)


def told(begin, end):
    return Told(f"{begin}/{end}", Span(parse_when(begin), parse_when(end)))


def place(number, *names, **given):
    it = Place(f"p-{number}", source="测试", source_id=str(number), **given)
    made = []
    for text, kind, when in names:
        name = Name("", it.place_id, text, kind, when=when, citation="测试")
        made.append(Name(name_id_of(it.place_id, name), it.place_id, text, kind, when=when,
                         citation="测试"))  # fmt: skip
    return it, made


ALWAYS = Told()
PLACES = [
    place(1, ("磁器口", NameKind.STANDARD, ALWAYS), ("龙隐镇", NameKind.FORMER,
          told("1900", "1918")), within=("甲1县",)),
    place(2, ("瓷器街", NameKind.STANDARD, told("1950", "2005-01-01")), within=("甲2县",)),
    place(3, ("石桥湾", NameKind.STANDARD, ALWAYS), lon=None, lat=None),
    place(4, ("石桥湾", NameKind.STANDARD, ALWAYS), within=("甲2县",)),
]  # fmt: skip


@pytest.fixture(scope="module")
def store():
    world = townships(grid())
    with create(MEMORY, "EPSG:4490", author="某") as made:
        units = world.at(FIRST)
        shapes = world.shapes({v.territory for v in units if v.territory})
        with made.write(author="某", reason="始") as writer:
            writer.append(Changeset(tuple(units), territories=shapes))
            writer.append_names(NameChange(
                tuple(p for p, _ in PLACES), tuple(n for _, names in PLACES for n in names)
            ))  # fmt: skip
        result = record(made, [event("rename", "甲1县[500121]", "磁溪县", "2005-06-01")], **WHO)
        assert not result.refused
        yield made


def told_of(found):
    return [(h.text, h.why) for h in found.hits]


def test_a_place_is_found_by_each_of_its_names_once(store):
    assert told_of(search(store, "磁器口"))[0] == ("磁器口", "exact")
    (first, *_) = search(store, "龍隱鎮").hits
    assert (first.text, first.why, first.kind) == ("龙隐镇", "traditional", NameKind.FORMER)
    assert first.place.place_id == "p-1" and first.then.told == ("甲1县",)
    for text in ("慈器口", "ciqikou", "cqk", "磁碗口", "器口"):
        assert search(store, text).hits[0].place.place_id == "p-1"


def test_a_unit_is_found_by_the_name_it_bore(store):
    (hit, *_) = search(store, "甲1县").hits
    assert (hit.text, hit.kind, hit.why) == ("甲1县", NameKind.FORMER, "exact")
    assert str(hit.span).endswith("2005-06-01")
    assert [h.version.name for h in hit.heirs] == ["磁溪县"]
    (now, *_) = search(store, "磁溪").hits
    assert (now.text, now.kind, now.why) == ("磁溪县", NameKind.STANDARD, "generic-dropped")
    assert not now.heirs


def test_superiors_of_then_and_today(store):
    town = next(v for v in store.view().at(LATER) if v.level == 4)
    then = search(store, town.name, day=FIRST).hits
    now = search(store, town.name, day=LATER).hits
    for hits, day in ((then, FIRST), (now, LATER)):
        hit = next(h for h in hits if h.version.unit_id == town.unit_id)
        above = hit.then.units[-1]
        assert above.unit_id == town.parent_id and above.holds(day)


def test_names_are_of_the_day(store):
    assert "甲1县" not in [h.text for h in search(store, "甲1县", day=LATER).hits]
    assert "磁溪县" not in [h.text for h in search(store, "磁溪县", day=FIRST).hits]
    assert search(store, "瓷器街", day=date(2004, 12, 31)).hits[0].text == "瓷器街"
    assert "瓷器街" not in [h.text for h in search(store, "瓷器街", day=date(2005, 1, 1)).hits]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(
        ["磁器口", "瓷器街", "甲1县", "龙隐", "cqk", "石桥湾", "磁溪县", "甲2县", "器"]
    ),
    st.dates(date(1890, 1, 1), date(2025, 1, 1)),
)
def test_what_is_found_was_in_use_that_day(store, text, day):
    for hit in search(store, text, day=day, limit=50).hits:
        for said in (hit.text, *hit.also):
            used = hit.version is not None and hit.version.holds(day)
            used = used or any(
                n.text == said and n.when.holds(day)
                for _, names in PLACES for n in names
            )  # fmt: skip
            assert used
        assert hit.span.holds(day)


def test_within_a_unit(store):
    everywhere = search(store, "石桥湾")
    assert {h.place.place_id for h in everywhere.hits} == {"p-3", "p-4"}
    units = [v for v in store.view().at(LATER) if v.level == 4]
    town = units[0]
    above = next(v for v in store.view().at(LATER) if v.unit_id == town.parent_id)
    inside = search(store, town.name, within=above.unit_id, limit=50).hits
    assert town.unit_id in {h.version.unit_id for h in inside}
    for hit in inside:
        chain = (*hit.then.units, hit.version, *hit.today.units)
        assert above.unit_id in {v.unit_id for v in chain}
    with pytest.raises(UsageError):
        search(store, "石桥湾", within="无县")


def test_an_ambiguous_unit_is_refused_with_candidates(store):
    units = {v.unit_id: v for v in store.view().at(LATER)}
    one, *others = [v for v in units.values() if v.level == 4]
    other = others[0]
    with create(MEMORY, "EPSG:4490", author="某") as made:
        shapes = store.view().shapes({v.territory for v in (one, other)})
        twin = replace(other, name=one.name)
        with made.write(author="某", reason="始") as writer:
            kept = tuple(replace(v, row=None, parent_id=None) for v in (one, twin))
            writer.append(Changeset(kept, territories=shapes))
        with pytest.raises(Ambiguous) as several:
            search(made, "石桥湾", within=one.name)
        assert {v.unit_id for v in several.value.candidates} == {one.unit_id, twin.unit_id}


def test_limit_and_more(store):
    one = search(store, "石桥湾", limit=1)
    assert len(one.hits) == 1 and one.more
    assert not search(store, "龙隐镇", limit=50).more


def test_kinds(store):
    assert {h.kind for h in search(store, "龙隐镇", kinds=[NameKind.FORMER]).hits} == {
        NameKind.FORMER
    }
    standard = search(store, "龙隐镇", kinds=[NameKind.STANDARD])
    assert "龙隐镇" not in [h.text for h in standard.hits]


@pytest.mark.parametrize("text", ["", "  ", "。、！", "\x00\x1f", "\u200b"])
def test_nothing_to_look_for_is_refused(store, text):
    with pytest.raises(UsageError):
        search(store, text)


@pytest.mark.parametrize(
    "text",
    ["龙" * 10_000, "a" * 10_000, "%", "_%_", "'; DROP TABLE name; --", "😀磁器口", "磁\x00器口",
     "\ud800", "[磁-口]*", "1", "𠮷", "磁器口" * 50, "ǖ̈́", "cqk" * 100],
)  # fmt: skip
def test_whatever_is_typed_is_answered_or_refused(store, text):
    try:
        found = search(store, text)
    except UsageError:
        return
    assert len(found.hits) <= 10
    assert [h.score for h in found.hits] == sorted((h.score for h in found.hits), reverse=True)


def test_one_searcher_answers_like_many(store):
    searcher = Searcher(store)
    for text in ("磁器口", "甲1县", "shiqiaowan"):
        assert searcher.search(text).hits == search(store, text).hits


@pytest.mark.parametrize("asked", ["ciqi", "ci qi", "CIQI", "cíqì"])
def test_who_has_not_come_to_the_end_of_the_pinyin_finds_it_already(store, asked):
    found = search(store, asked)
    assert "磁器口" in [h.text for h in found.hits[:3]]
    by_text = {h.text: h.why for h in found.hits}
    assert by_text["磁器口"] == "prefix"


def test_who_types_an_address_is_told_what_finds_it(store):
    assert "names locate" in found_text(search(store, "甲一县石桥乡石桥湾"), "en")
    assert "names locate" not in found_text(search(store, "磁器口"), "en")
