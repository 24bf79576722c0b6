"""Scripts and languages of names, by their characters."""

import pytest

from diming.script.tongue import is_traditional, lang_of, looks_pinyin, script_of


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("磁器口", "zh-Hans"), ("萬縣", "zh-Hant"), ("乾隆坝", "zh-Hans"), ("硚口", "zh-Hans"),
        ("庸州", "zh-Hans"), ("Cíqìkǒu", "und-Latn"), ("བོད", "bo"), ("ꆈꌠ", "ii"),
        ("ᠮᠣᠩᠭᠣᠯ", "mn-Mong"), ("ئۈرۈمچى", "und-Arab"), ("Омск", "und-Cyrl"), ("318", "und"),
        ("", "und"), ("𠮷田", "zh-Hans"), ("2马路", "zh-Hans"), ("(旧)萬縣", "zh-Hant"),
    ],
)  # fmt: skip
def test_characters_tell_language_and_script(text, lang):
    assert lang_of(text) == lang


@pytest.mark.parametrize(
    ("text", "language", "lang"),
    [
        ("ئۈرۈمچى", "ug", "ug"), ("Ürümchi", "ug", "ug-Latn"), ("ꆈꌠ", "ii", "ii"),
        ("诺苏", "ii", "ii-Hani"), ("萬縣", "zh", "zh-Hant"), ("Sanfrancisco", "en", "en"),
        ("x", "zh-Latn-pinyin", "zh-Latn-pinyin"),
    ],
)  # fmt: skip
def test_a_source_that_says_the_language_is_believed(text, language, lang):
    assert lang_of(text, language) == lang


@pytest.mark.parametrize(
    ("text", "may_be"),
    [
        ("Cíqìkǒu Jiēdào", True), ("Nán'àn", True), ("zi tong", True), ("Lǚfèng", True),
        ("lvfeng", True), ("T'ung-nan-hsien", False), ("Chungking", False), ("Marienborch", False),
        ("", False), ("'", False),
    ],
)  # fmt: skip
def test_pinyin_is_made_of_its_syllables(text, may_be):
    assert looks_pinyin(text) is may_be


def test_words_decide_where_a_character_may_be_either():
    assert not is_traditional("乾隆") and is_traditional("乾淨")
    assert script_of("·磁") == "Hani"
