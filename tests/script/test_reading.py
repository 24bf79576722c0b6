"""Readings: the table first, words second, and doubt where neither decides."""

import csv
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diming.errors import UsageError
from diming.handbook.readings import load_readings
from diming.script.reading import readings, syllables, syllables_many, without_tone

DIALECT = {
    "坝": "bà", "沱": "tuó", "坨": "tuó", "碚": "bèi", "垭": "yā", "塝": "bàng", "凼": "dàng",
    "硐": "dòng", "堖": "nǎo", "碛": "qì", "塆": "wān", "硚": "qiáo",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("重庆", "chóng qìng"), ("綦江", "qí jiāng"), ("涪陵", "fú líng"), ("北碚", "běi bèi"),
        ("长寿", "cháng shòu"), ("大足", "dà zú"), ("垫江", "diàn jiāng"), ("歇马", "xiē mǎ"),
        ("朝天门", "cháo tiān mén"), ("濯水", "zhuó shuǐ"), ("隘口", "ài kǒu"),
        ("侣俸", "lǚ fèng"), ("瀼渡", "ráng dù"), ("覃家岗", "qín jiā gǎng"),
        ("长安", "cháng ān"), ("曾家镇", "zēng jiā zhèn"), ("磁器口鎮", "cí qì kǒu zhèn"),
        ("一心", "yī xīn"), ("乾丰", "qián fēng"),
    ],
)  # fmt: skip
def test_names_are_read_without_doubt(text, read):
    found = readings(text)
    assert (" ".join(found.syllables), found.doubts) == (read, ())


@pytest.mark.parametrize(("char", "read"), DIALECT.items())
def test_characters_of_the_dialect(char, read):
    assert readings(f"石{char}村").syllables[1] == read


def test_doubt_names_the_character_and_the_readings_possible():
    (doubt,) = readings("长滩镇").doubts
    assert (doubt.char, doubt.position, doubt.readings) == ("长", 0, ("cháng", "zhǎng"))


def test_a_place_settles_what_the_character_does_not():
    assert not readings("长滩镇", within="500101103").doubts
    assert readings("长滩镇", within="450000").doubts


def test_a_word_settles_what_the_character_does_not():
    assert readings("银行街").syllables[1] == "háng"
    assert not readings("银行街").doubts


def test_a_character_that_nobody_knows_is_a_doubt_and_stays_unread():
    found = readings("\U00030fff山")
    assert found.syllables == (None, "shān")
    assert [(d.char, d.readings) for d in found.doubts] == [("\U00030fff", ())]


def test_syllables_keep_the_dots_of_u_and_say_nothing_of_letters():
    assert syllables("侣俸镇") == "lü feng zhen"
    assert syllables("A1 Zhèn") == ""
    assert syllables_many(["侣俸", "", "侣俸"]) == ["lü feng", "", "lü feng"]


def test_a_handbook_of_ones_own_outranks_the_packaged_table(tmp_path, monkeypatch):
    own = tmp_path / "own.toml"
    own.write_text(
        '[[reading]]\ntext = "长滩"\npinyin = "zhǎng tān"\nbasis = "said there"\nscope = "511"\n'
        '[[reading]]\ntext = "坝"\npinyin = "pèi"\nbasis = "a test"\nverified_on = 2026-01-02\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("DIMING_HANDBOOK", str(own))
    assert syllables("长滩坝") == "chang tan pei"
    assert syllables("长滩坝", within="511000") == "zhang tan pei"


@pytest.mark.parametrize(
    "entry", ['text = "长滩"\npinyin = "cháng"\nbasis = "b"', 'text = "长"\npinyin = "cháng"',
              'text = "长"\npinyin = "cháng"\nbasis = "b"\nwhere = "x"',
              'text = "长滩"\npinyin = "cháng tān|zhǎng tān"\nbasis = "b"',
              'text = "长"\npinyin = "cháng"\nbasis = "b"\nverified_on = "lately"'],
)  # fmt: skip
def test_what_is_wrong_in_it_is_said(entry, tmp_path, monkeypatch):
    own = tmp_path / "own.toml"
    own.write_text(f"[[reading]]\n{entry}\n", encoding="utf-8")
    monkeypatch.setenv("DIMING_HANDBOOK", str(own))
    with pytest.raises(UsageError, match="reading 长"):
        readings("长滩")


def test_the_table_is_sound():
    rows = load_readings()
    text = files("diming.handbook").joinpath("readings.csv").read_text(encoding="utf-8")
    keys = [(row["text"], row["scope"]) for row in csv.DictReader(text.splitlines())]
    assert len(keys) == len(set(keys)) == len(rows)
    for row in rows:
        assert row.basis
        assert (row.verified_on is None) == ("memory" in row.basis or "to be verified" in row.basis)
        for syllable in " ".join(row.readings).split():
            assert without_tone(syllable).replace("ü", "u").isascii()
            assert syllable != without_tone(syllable)
            assert "v" not in syllable


@given(st.text(max_size=8))
def test_every_text_is_read_character_by_character(text):
    found = readings(text)
    assert len(found.syllables) == len(text)
    assert all(found.text[d.position] == d.char for d in found.doubts)
    assert "v" not in syllables(text)
