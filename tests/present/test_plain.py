"""Foreign text is harmless, whatever it holds."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from diming.present.plain import display_width, plain, visible, wrap

ANY_TEXT = st.text(st.characters(), max_size=400)


def is_harmless(text, allowed=""):
    return all(
        unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") or c in allowed
        for c in text
    )


@given(ANY_TEXT)
def test_plain_is_harmless_short_and_encodable(text):
    shown = plain(text)
    assert is_harmless(shown)
    assert len(shown) <= 120
    shown.encode("utf-8")


@given(ANY_TEXT)
def test_visible_keeps_what_is_harmless(text):
    assert is_harmless(visible(text))
    if is_harmless(text):
        assert visible(text) == text


def test_bidi_and_newlines_become_escapes():
    assert plain("a\u202eb\u2066c\nd\x00") == "a\\u202eb\\u2066c\\nd\\u0000"


def test_private_characters_of_old_fonts_become_escapes():
    assert plain("\ue863家坝") == "\\ue863家坝"


def test_a_long_path_keeps_both_ends():
    shown = plain("/data/" + "长" * 5000 + "/town.gpkg")
    assert shown.startswith("/data/")
    assert shown.endswith("/town.gpkg")


@given(st.text(st.sampled_from("界线重叠，。（） ab-1"), max_size=200), st.integers(20, 80))
def test_wrapped_lines_fit_and_keep_the_text(text, width):
    wrapped = wrap(text, width, indent="  ")
    # A mark that must not begin a line may hang over by one character.
    assert all(display_width(line) <= width for line in wrapped.split("\n")) or any(
        mark in text for mark in "，。（）"
    )
    assert "".join(wrapped.split()) == "".join(text.split())


def test_chinese_counts_two_columns():
    assert display_width("重叠ab") == 6
    assert max(map(display_width, wrap("重叠" * 60, 80).split("\n"))) == 80
