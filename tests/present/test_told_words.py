"""Times of names in words."""

from datetime import date

import pytest

from diming.model.place import Certainty, Told
from diming.model.span import Span
from diming.present.told_words import told_days, told_text
from diming.script.dates import read_told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("清乾隆年间", "清乾隆年间 (1736 – 1795)"),
        ("清代", "清代 (1644 – 1912-02-12)"),
        ("民国三十年", "民国三十年 (1941)"),
        ("1912-1949", "1912-1949"),
        ("1997-06-18", "1997-06-18"),
        ("1997年6月", "1997年6月 (1997-06)"),
        ("解放前", "解放前 (until 1949-09-30)"),
        ("解放前/", "begun 解放前"),
        ("清乾隆年间/", "清乾隆年间 (since 1736)"),
        ("解放后", "解放后 (since 1949-10-01)"),
        ("公元前316年", "公元前316年 (before the year 1)"),
        ("汉", "汉 (until 0220)"),
        ("现今", "现今"),
        ("", ""),
    ],
)
def test_times_are_told_as_written_and_as_read(text, said):
    assert told_text(read_told(text), "en") == said


def test_in_chinese_and_from_the_span_alone():
    told = read_told("解放前")
    assert told_days(told, "zh") == "至 1949-09-30 止"
    assert told_text(Told("", read_told("1936/1950-03").span), "zh") == "1936 – 1950-03"


def test_doubt_is_said_where_the_text_does_not_say_it():
    told = Told("", read_told("1958").span, Certainty.APPROXIMATE)
    assert told_text(told, "en") == "1958 (about)"
    assert told_text(Told("", Span()), "en") == ""
    past = read_told("历史", known_on=date(2020, 5, 1))
    assert told_days(past, "en") == "no longer by 2020-05-02"
