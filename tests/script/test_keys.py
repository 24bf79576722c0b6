"""What is one edit away, or sounds alike, shares a key; and how candidates are ordered."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diming.script.ending import ENDINGS, without_ending
from diming.script.fold import fold
from diming.script.keys import MOST_CHARACTERS, Spelling, query_keys, term_keys
from diming.script.rank import Why, rank
from diming.script.reading import syllables
from diming.script.syllable import SYLLABLES, parted

CHARACTERS = "磁器口龙门石坝李家湾村社区街道镇乡路大小双河坪桥新"
NAMES = st.text(alphabet=CHARACTERS, min_size=2, max_size=9)


def asked(text):
    folded = fold(text)
    return query_keys(folded, syllables(folded))


def kept(text):
    folded = fold(text)
    return set(term_keys(folded, syllables(folded)))


def finds(question, name):
    query = asked(question)
    return bool(kept(name) & {*query.same, *query.near})


def best(question, *names):
    folded = [fold(n) for n in names]
    found = rank(asked(question), folded, [syllables(n) for n in folded], [1] * len(names))
    return [(names[m.index], m.why) for m in found]


@settings(deadline=None)
@given(NAMES, st.integers(0, 8), st.sampled_from(CHARACTERS), st.sampled_from("wmxs"))
def test_any_single_edit_of_a_name_finds_it(name, at, char, edit):
    at = at % len(name)
    changed = {
        "w": name[:at] + char + name[at + 1 :],
        "m": name[:at] + name[at + 1 :],
        "x": name[:at] + char + name[at:],
        "s": name[:at] + name[at : at + 2][::-1] + name[at + 2 :],
    }[edit]
    if len(changed) < 2 or (len(name) == 2 and edit == "s"):
        return  # Of two characters that change places, nothing is left.
    assert finds(changed, name)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_name_is_found_without_its_ending(ending):
    assert finds("磁器口", "磁器口" + ending)
    assert finds("慈器口", "磁器口" + ending)
    assert finds("磁口", "磁器口" + ending)


@pytest.mark.parametrize(
    ("question", "name", "why"),
    [
        ("磁器口街道", "磁器口街道", Why.EXACT),
        ("磁器口", "磁器口街道", Why.GENERIC),
        ("磁器口镇", "磁器口街道", Why.GENERIC),
        ("慈器口", "磁器口", Why.HOMOPHONE),
        ("隆洞村", "农洞村", Why.NEAR_SOUND),
        ("磁碗口", "磁器口", Why.ONE_CHARACTER),
        ("磁口器", "磁器口", Why.SWAPPED),
        ("ciqikou", "磁器口", Why.PINYIN),
        ("Ciqikou Jiedao", "磁器口街道", Why.PINYIN),
        ("cíqìkǒu", "磁器口街道", Why.PINYIN),
        ("ci2qi4kou3", "磁器口街道", Why.PINYIN),
        ("chiqikou", "磁器口", Why.NEAR_SOUND),
        ("cqk", "磁器口街道", Why.INITIALS),
        ("磁qi口", "磁器口", Why.PINYIN),
        ("lvshui", "绿水镇", Why.PINYIN),
        ("lüshui", "绿水镇", Why.PINYIN),
        ("石柱", "石柱土家族自治县", Why.GENERIC),
        ("nan'an", "南岸区", Why.PINYIN),
        ("磁器", "磁器口街道", Why.PREFIX),
    ],
)
def test_why_a_name_matches(question, name, why):
    query = asked(question)
    assert kept(name) & {*query.same, *query.near, *query.loose}
    assert best(question, name) == [(name, why)]


@settings(deadline=None)
@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=1),
       st.integers(0, 6), st.sampled_from("wmxs"))  # fmt: skip
def test_one_wrong_letter_finds_a_name(letter, at, edit):
    word = "ciqikou"
    changed = {
        "w": word[:at] + letter + word[at + 1 :],
        "m": word[:at] + word[at + 1 :],
        "x": word[:at] + letter + word[at:],
        "s": word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    }[edit]
    assert finds(changed, "磁器口街道")


def test_what_is_written_so_comes_before_what_is_like_it():
    names = ["磁器口街道", "瓷器口", "磁器口", "磁气口镇", "磁碗口", "磁口", "器磁口"]
    order = [n for n, _ in best("磁器口", *names)]
    assert order[:2] == ["磁器口", "磁器口街道"]
    assert order.index("瓷器口") < order.index("磁碗口")


def test_of_what_is_equally_alike_the_common_comes_first():
    query = asked("李家X湾"[:2] + "沱")
    names = ["李家坪", "李家坎"]
    found = rank(query, names, [syllables(n) for n in names], [1, 300])
    assert [names[m.index] for m in found] == ["李家坎", "李家坪"]


@settings(deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=12, unique=True), NAMES, st.randoms())
def test_the_order_does_not_depend_on_the_order_of_candidates(names, question, shuffle):
    first = best(question, *names)
    mixed = list(names)
    shuffle.shuffle(mixed)
    assert best(question, *mixed) == first


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_nothing_written_upsets_keys_or_ranks(question, name):
    query = asked(question)
    for key in (*query.same, *query.near, *query.loose, *kept(name)):
        assert 0 <= key < 1 << 48
    for match in rank(query, [fold(name)], [syllables(fold(name))], [1]):
        assert 0 <= match.score <= 1


def test_keys_are_few_and_the_same_everywhere():
    assert len(kept("磁器口街道")) <= 12
    assert len(kept("龙" * 500)) <= 3 * MOST_CHARACTERS
    assert term_keys("磁器口", "ci qi kou") == sorted(term_keys("磁器口", "ci qi kou"))
    assert term_keys("abc", "") == [22042267561232, 251292292882803]


def test_what_a_question_is_written_in():
    assert asked("磁器口").spelling is Spelling.HAN
    assert asked("cqk").spelling is Spelling.LETTERS
    assert asked("磁qi口").spelling is Spelling.MIXED
    assert asked("123").spelling is Spelling.OTHER


@settings(deadline=None)
@given(st.lists(st.sampled_from(sorted(SYLLABLES)), min_size=1, max_size=4))
def test_syllables_joined_are_parted_into_syllables(said):
    assert all(part in SYLLABLES for part in parted("".join(said)))


def test_enough_is_left_of_a_name():
    assert without_ending("忠县") == "忠县"
    assert without_ending("南津街街道") == "南津街"
    assert without_ending("彭水苗族土家族自治县") == "彭水"
