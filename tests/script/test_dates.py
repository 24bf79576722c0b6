"""Dates as sources write them become days that they may be."""

import calendar
import pickle
import time
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from diming.handbook.eras import EraKind, load_eras
from diming.model.place import Certainty, Told
from diming.model.span import EVER, OPEN, Precision
from diming.script.dates import BadDate, read_told, stretch_told, to_edtf, told_between
from diming.script.edtf_dates import _parser
from diming.script.numerals import number_of


def days(text, **options):
    span = read_told(text, **options).span
    return span.begin.day.isoformat(), span.end.day.isoformat()


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("2011-10-22", "2011-10-22", "2011-10-23"),
        ("2011/10/22", "2011-10-22", "2011-10-23"),
        ("2011.10", "2011-10-01", "2011-11-01"),
        ("2011-10-22 00:00:00", "2011-10-22", "2011-10-23"),
        ("2011-10-22T08:00:00+08:00", "2011-10-22", "2011-10-23"),
        ("20111022", "2011-10-22", "2011-10-23"),
        ("22/10/2011", "2011-10-22", "2011-10-23"),
        ("10/22/2011", "2011-10-22", "2011-10-23"),
        ("618", "0618-01-01", "0619-01-01"),
        ("1912-1949", "1912-01-01", "1950-01-01"),
        ("1912—1949年", "1912-01-01", "1950-01-01"),
        ("1912－49年", "1912-01-01", "1950-01-01"),
        ("1958~1962", "1958-01-01", "1963-01-01"),
        ("1997年6月", "1997-06-01", "1997-07-01"),
        ("1997年6月18日", "1997-06-18", "1997-06-19"),
        ("一九五八年三月", "1958-03-01", "1958-04-01"),
        ("１９５８年　３月", "1958-03-01", "1958-04-01"),
        ("1997年6月至9月", "1997-06-01", "1997-10-01"),
        ("1958年上半年", "1958-01-01", "1958-07-01"),
        ("1996年2月下旬", "1996-02-21", "1996-03-01"),
        ("民国三十年", "1941-01-01", "1942-01-01"),
        ("民国30年3月2日", "1941-03-02", "1941-03-03"),
        ("民国元年至三年", "1912-01-01", "1915-01-01"),
        ("光绪三十四年", "1908-01-01", "1909-01-01"),
        ("清光绪三十四年（1908年）", "1908-01-01", "1909-01-01"),
        ("南宋淳熙十六年（1189年）二月", "1189-01-01", "1190-01-01"),
        ("清雍正六年（1728年）设", "1728-01-01", "1729-01-01"),
        ("1958.10-1984.3", "1958-10-01", "1984-04-01"),
        ("光绪三十四年十二月", "1908-01-01", "1909-01-01"),
        ("光绪丁未年", "1907-01-01", "1908-01-01"),
        ("清乾隆年间", "1736-01-01", "1796-01-01"),
        ("明洪武四年", "1371-01-01", "1372-01-01"),
        ("唐太宗贞观元年", "0627-01-01", "0628-01-01"),
        ("宋真宗咸平年间", "0998-01-01", "1004-01-01"),
        ("宋崇宁元年", "1102-01-01", "1103-01-01"),
        ("宋淳熙十六年", "1189-01-01", "1190-01-01"),
        ("民國三十年", "1941-01-01", "1942-01-01"),
        ("清光緒三十四年", "1908-01-01", "1909-01-01"),
        ("清嘉慶年間", "1796-01-01", "1821-01-01"),
        ("清代", "1644-01-01", "1912-02-13"),
        ("明清时期", "1368-01-01", "1912-02-13"),
        ("元明清", "1271-01-01", "1912-02-13"),
        ("宋", "0960-01-01", "1280-01-01"),
        ("清末", "1840-01-01", "1912-02-13"),
        ("民国初年", "1912-01-01", "1920-01-01"),
        ("解放前", "0001-01-01", "1949-10-01"),
        ("建国前", "0001-01-01", "1949-10-01"),
        ("解放后", "1949-10-01", "9999-12-31"),
        ("重庆解放前", "0001-01-01", "1949-11-30"),
        ("解放初", "1949-10-01", "1957-01-01"),
        ("解放前后", "1949-01-01", "1950-01-01"),
        ("抗战时期", "1937-07-07", "1945-09-03"),
        ("文革期间", "1966-05-16", "1976-10-07"),
        ("文革前", "0001-01-01", "1966-05-16"),
        ("1958年以前", "0001-01-01", "1959-01-01"),
        ("1958年以后", "1958-01-01", "9999-12-31"),
        ("1992年12月31日之前", "0001-01-01", "1992-12-31"),
        ("1958年至今", "1958-01-01", "9999-12-31"),
        ("自1958年起", "1958-01-01", "9999-12-31"),
        ("至1958年", "0001-01-01", "1959-01-01"),
        ("现今", "0001-01-01", "9999-12-31"),
        ("1950年代", "1950-01-01", "1960-01-01"),
        ("五十年代", "1950-01-01", "1960-01-01"),
        ("20世纪50年代", "1950-01-01", "1960-01-01"),
        ("1950s", "1950-01-01", "1960-01-01"),
        ("19世纪", "1801-01-01", "1901-01-01"),
        ("1919-XX", "1919-01-01", "1920-01-01"),
        ("195X", "1950-01-01", "1960-01-01"),
        ("1960/..", "1960-01-01", "9999-12-31"),
        ("/1960", "0001-01-01", "1961-01-01"),
        ("2001-21", "2001-03-01", "2001-06-01"),
        ("[1667,1668,1670..1672]", "1667-01-01", "1673-01-01"),
        ("-0220/0009", "0001-01-01", "0010-01-01"),
        ("2004-02-XX", "2004-02-01", "2004-03-01"),
    ],
)
def test_what_is_written_is_read(text, begin, end):
    assert days(text) == (begin, end)
    told = read_told(text)
    assert told.text == text
    assert read_told(told.text) == told


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("1984?", "uncertain"), ("1984~", "approximate"), ("1984%", "uncertain-approximate"),
        ("?1984-06", "uncertain"), ("1984-06-~11", "approximate"),
        ("1984?/2004~", "uncertain-approximate"), ("约1950年", "approximate"),
        ("1958年前后", "approximate"), ("1958年左右", "approximate"),
        ("约1958年?", "uncertain-approximate"),
        ("1950年（存疑）", "uncertain"), ("可能1950年", "uncertain"), ("1950年", "certain"),
        ("清中叶", "approximate"), ("元至元三年", "uncertain"), ("元至元十年", "certain"),
    ],
)  # fmt: skip
def test_doubt_is_kept(text, certainty):
    assert read_told(text).certainty is Certainty(certainty)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1997-02-30", "month 2 of that year has 28 days"),
        ("1997年2月30日", "month 2 of that year has 28 days"),
        ("1997-13", "there is no month 13"),
        ("1997年13月", "there is no month 13"),
        ("民国零年", "民国 has the years 1 to 38"),
        ("民国三十年二月三十日", "month 2"),
        ("光绪四十年", "光绪 has the years 1 to 34"),
        ("光绪甲子年", "光绪 has no such year"),
        ("1950/1949", "begins after it ends"),
        ("1950年—1949年", "begins after it ends"),
        ("光绪三十四年（1968年）", "do not meet"),
        ("3/4/1997", "day or month first"),
        ("Y20000", "after the year 9998"),
        ("第一中学", "is no date"),
        ("1997-02-30/1998", "month 2"),
        ("0年", "is no date"),
        ("公元0年", "count from 1"),
        ("新", "is no date"),
        ("三百年前", "is no date"),
        ("约50年前", "is no date"),
        ("光绪三十四年（1968年）二月", "do not meet"),
        ("甲" * 200, "too long"),
    ],
)
def test_the_impossible_is_refused(text, said):
    with pytest.raises(BadDate, match=said) as caught:
        read_told(text)
    problem = caught.value.problem
    assert problem.what.format(**problem.facts) == str(caught.value)
    assert pickle.loads(pickle.dumps(caught.value)).problem == problem
    assert read_told("3/4/1997", day_first=True).span.begin.day == date(1997, 4, 3)


def test_years_before_the_year_one():
    for text in ("公元前316年", "-0315", "前316年", "316 BC", "周慎靓王五年", "战国"):
        assert read_told(text).span is None, text
    assert to_edtf(read_told("公元前316年")) == "-0315"
    assert to_edtf(read_told("秦")) == "-0220/-0206"
    partly = read_told("汉").span
    assert (partly.begin.day, partly.begin.precision) == (EVER, Precision.ERA)
    assert to_edtf(read_told("汉")) == "-0205/0220"


def test_two_columns():
    assert told_between("", "") == Told()
    assert told_between("1912", "").span.is_open
    assert told_between("1912-1949", "") == read_told("1912-1949")
    assert told_between("24", "302").span.begin.day == date(24, 1, 1)
    assert to_edtf(told_between("-202", "13")) == "-0201/0013"
    for begin, end in [
        ("解放后", "1958年"),
        ("民国三十年", "至今"),
        ("", "1949"),
        ("22/10/2011", ""),
    ]:
        told = told_between(begin, end)
        assert read_told(told.text) == told
    for begin, end in [("0", "-314"), ("1997-02-30", ""), ("1950", "1949"), ("甲乙", "1949")]:
        with pytest.raises(BadDate):
            told_between(begin, end)


@pytest.mark.parametrize("begin", ["解放前", "1949年以前", "1958年前", "解放前（1949年以前）"])
def test_what_began_before_a_day_is_still_in_use(begin):
    told = told_between(begin, "")
    assert told.holds(date(1940, 1, 1)) and told.holds(date(2024, 1, 1))
    assert read_told(told.text) == told
    ended = told_between(begin, "1983")
    assert ended.holds(date(1980, 1, 1)) and not ended.holds(date(1984, 1, 1))


@pytest.mark.parametrize("said", ["/1949", "至1949年", "1949年止"])
def test_a_column_of_begins_may_still_tell_an_end(said):
    assert not told_between(said, "").holds(date(1950, 1, 1))


def test_what_a_source_calls_past_had_ended_by_its_day():
    told = read_told("历史", known_on=date(2020, 1, 1))
    assert told.holds(date(1900, 1, 1)) and not told.holds(date(2020, 1, 2))
    assert read_told("现今", known_on=date(2020, 1, 1)).span.is_open


def test_handbook_of_ones_own(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        '[[era]]\nid = "时期:解放"\nfirst_day = 1949-11-30\nlast_day = 1949-11-30\n'
        '[[era]]\nid = "时期:三星堆"\nname = "三星堆文化"\nfirst_year = -1600\nlast_year = -1100\n'
        'basis = "test"\n[[era]]\nid = "时期:土改"\ndrop = true\n',
        encoding="utf-8",
    )
    eras = load_eras(own)
    assert days("解放前", eras=eras)[1] == "1949-11-30"
    assert read_told("三星堆文化时期", eras=eras).span is None
    with pytest.raises(BadDate):
        read_told("土改时期", eras=eras)


def test_every_era_is_sound():
    eras = load_eras()
    assert len({e.id for e in eras.rows}) == len(eras.rows) > 500
    for era in eras.rows:
        assert era.basis
        if era.first is not None and era.last is not None:
            assert era.first <= era.last, era
        if len(era.name) > 1:
            assert read_told(era.name).text == era.name
        if era.counts is None:
            continue
        house = era.dynasty[0] if era.dynasty else ""
        for number in {1, era.counts}:
            stretch = stretch_told(f"{house}{era.name}{number}年")
            assert stretch.begin.first[0] <= era.first + number - 1 <= stretch.end.last[0]
        with pytest.raises(BadDate):
            read_told(f"{house}{era.name}{99}年")


@pytest.mark.parametrize("house", ["明", "清"])
def test_eras_of_ming_and_qing_follow_each_other(house):
    mine = sorted(
        (e for e in load_eras().rows if e.kind is EraKind.ERA and e.dynasty[:1] == (house,)),
        key=lambda e: e.first,
    )
    assert mine[0].first == {"明": 1368, "清": 1644}[house]
    assert mine[-1].last == {"明": 1644, "清": 1911}[house]
    for earlier, later in pairwise(mine):
        # Only 景泰/天顺 and 万历/泰昌 share a year.
        assert later.first - earlier.last == 1 or earlier.name in ("景泰", "万历")


@given(st.integers(1, 9999))
def test_numbers_in_characters(number):
    digits = "〇一二三四五六七八九"
    assert number_of("".join(digits[int(d)] for d in str(number))) == number
    written = ""
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            written += digits[digit] + unit
        elif written and number % place and not written.endswith("零"):
            written += "零"
    assert number_of(written) == number
    if written.startswith("一十"):
        assert number_of(written[1:]) == number


@pytest.mark.parametrize(
    "text",
    ["约" * 50 + "?" * 50, "至" * 119, "(" * 60 + ")" * 59, "~" * 119, "明清" * 59, "1-" * 59],
)
def test_no_text_takes_long(text):
    begun = time.process_time()
    with pytest.raises(BadDate):
        read_told(text)
    assert time.process_time() - begun < 5


years = st.integers(1, 9990)
month_days = st.dates(date(1, 1, 1), date(9990, 12, 31))
marks = st.sampled_from(["", "?", "~", "%"])


@st.composite
def edtf_points(draw):
    day = draw(month_days)
    form = draw(st.sampled_from(["y", "m", "d", "X", "XX", "mX", "dX", "season", "BC", "long"]))
    year = f"{day.year:04d}"
    text = {
        "y": year, "m": day.isoformat()[:7], "d": day.isoformat(), "X": year[:3] + "X",
        "XX": year[:2] + "XX", "mX": year + "-XX", "dX": day.isoformat()[:7] + "-XX",
        "season": f"{year}-{21 + day.day % 4}", "BC": f"-{year}", "long": f"Y-{10000 + day.year}",
    }[form]  # fmt: skip
    return text + (draw(marks) if form in ("y", "m", "d") else "")


@st.composite
def edtf_texts(draw):
    form = draw(st.sampled_from(["point", "open", "unknown", "until", "interval", "set"]))
    point = draw(edtf_points())
    if form == "point":
        return point
    if form == "open":
        return point + "/.."
    if form == "unknown":
        return point + "/"
    if form == "until":
        return draw(st.sampled_from(["../", "/"])) + point
    if form == "set":
        one, two = sorted(draw(st.tuples(years, years)))
        return f"[{one:04d},{two:04d}]"
    one, two = sorted(draw(st.tuples(month_days, month_days)))
    return f"{one.isoformat()}{draw(marks)}/{two.isoformat()}{draw(marks)}"


@settings(max_examples=60, deadline=None)
@given(edtf_texts())
def test_every_edtf_date_is_held_by_its_span(text):
    # The library takes fewer forms within an interval than alone: each side is asked.
    left, _, right = text.partition("/") if "/" in text else (text, "", text)
    low = None if left in ("", "..") else _parser()(left).lower_strict()
    high = None if right in ("", "..") else _parser()(right).upper_strict()
    span = read_told(text).span
    if span is None:
        assert high is not None and high.tm_year < 1
    elif low is None or low.tm_year < 1:
        assert span.begin.day == EVER
    else:
        assert span.begin.day <= date(*low[:3])
    if span is not None and high is None:
        assert span.end.day == OPEN
    elif span is not None:
        last = min(high.tm_mday, calendar.monthrange(high.tm_year, high.tm_mon)[1])
        assert date(high.tm_year, high.tm_mon, last) < span.end.day


@settings(max_examples=60, deadline=None)
@given(edtf_texts())
def test_edtf_written_is_read_back(text):
    told = read_told(text)
    again = read_told(to_edtf(told))
    # EDTF has no word for the precision of an era.
    assert told.span is None or (again.span.begin.day, again.span.end.day) == (
        told.span.begin.day, told.span.end.day
    )  # fmt: skip
    assert again.certainty == told.certainty
    assert to_edtf(again) == to_edtf(told)
    # Also from the span alone.
    if told.span is not None and told.span.begin.day != EVER:
        bare = read_told(to_edtf(Told("", told.span, told.certainty)))
        assert (bare.span.begin.day, bare.span.end.day) == (told.span.begin.day, told.span.end.day)


words = st.one_of(
    st.sampled_from([*"年月日至-—/~?约后起清明初末元0()前今X[]{},YET:〇一廿百s"]),
    st.sampled_from(["前后", "以前", "世纪", "年代", "民国", "光绪", "乾隆", "三十", "十二"]),
    st.sampled_from(["1958", "13", "公元", "解放", "..", "甲子", "时期", "BC"]),
)


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=30), st.lists(words, max_size=9).map("".join)))
@example("Y1E999999999")
@example("[Y1E99999999]")
@example("1984-1X")
@example("②〇年")
@example("٣٤٥٦")
def test_nothing_but_a_bad_date_is_raised(text):
    try:
        told = read_told(text)
    except BadDate as error:
        assert error.problem.what.format(**error.problem.facts)
        return
    assert told.text == text.strip()
    assert read_told(told.text) == told
    to_edtf(told)


@settings(max_examples=200, deadline=None)
@given(st.lists(words, max_size=5).map("".join), st.lists(words, max_size=5).map("".join))
def test_columns_are_read_again_from_their_text(begin, end):
    try:
        told = told_between(begin, end)
    except BadDate:
        return
    assert read_told(told.text) == told
