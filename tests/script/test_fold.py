"""Folding: what is written alike in any way folds alike, part by part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diming.script.fold import fold, fold_many, simplified

WRITTEN = st.text(
    st.one_of(st.characters(), st.sampled_from("lnvyuüǖÜae 乾後·磁器口鎮（）１Ａ")), max_size=12
)


@pytest.mark.parametrize(
    "alike",
    [
        ("磁器口镇", "磁器口鎮", "磁器口 镇", "磁器口·鎮"),
        ("后山", "後山"),
        ("台里", "臺裡", "臺裏", "台裏"),
        ("坝子乡", "垻子鄉", "壩子鄉", "埧子乡"),
        ("李家村", "李家邨"),
        ("乾坤", "乾坤", "干坤"),
        ("A1路(东)", "Ａ１路（東）", "a1 路【东】", "A1路〔東〕"),
        ("Cíqìkǒu Jiēdào", "CIQIKOU JIEDAO", "ciqikou-jiedao", "Ciqikou’ Jiedao"),
        ("lü", "lǚ", "lv", "lu", "lyu", "LYU", "Lü", "lu\u0308"),
        ("nü'er", "nver", "nyuer", "nu er"),
        ("Đông Khê", "dong khe"),
        ("二〇一", "二○一"),
        ("⼭", "山"),
    ],
)
def test_one_spelling(alike):
    assert len({fold(text) for text in alike}) == 1


@pytest.mark.parametrize(
    "apart", [("坝", "坪"), ("后", "厚"), ("万", "方"), ("Wanyu", "Wanu"), ("1", "2")]
)
def test_what_differs_stays_apart(apart):
    assert fold(apart[0]) != fold(apart[1])


def test_nothing_is_left_of_punctuation():
    assert fold(" ·（）—　\u200b\n") == ""


@given(WRITTEN)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(categories=["Lo"]), max_size=8), st.text(max_size=8))
def test_a_part_folds_to_a_part(first, rest):
    # Hangul and the like compose across the seam; Han never do.
    han = "".join(c for c in first if "\u4e00" <= c <= "\u9fff")
    assert fold(han + "一" + rest).startswith(fold(han))


@given(st.lists(WRITTEN, max_size=6))
def test_many_are_one_by_one(texts):
    assert fold_many(texts) == [fold(text) for text in texts]


@given(WRITTEN)
def test_simplifying_keeps_places(text):
    assert len(simplified(text)) == len(text)
