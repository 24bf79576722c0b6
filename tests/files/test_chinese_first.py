"""The name in characters comes first where a source lists a place by its pinyin."""

from __future__ import annotations

import pytest

from diming.files.chinese_first import chinese_first
from diming.model.place import Name, NameKind


def names(first, *others):
    lang = {True: "zh-Hans", False: "und-Latn"}
    made = [Name("", "", first, lang=lang[not first.isascii()])]
    return [
        *made,
        *(Name("", "", t, NameKind.ALIAS, lang=lang[not t.isascii()]) for t in others),
    ]


@pytest.mark.parametrize(
    ("first", "others", "standard"),
    [
        ("Zitong", ["zi tong jie dao", "梓潼街道", "梓潼", "潼南县"], "梓潼"),
        ("Zitong", ["潼南县", "梓潼街道"], "梓潼街道"),
        ("Chongqing", ["Chungking", "重庆"], "重庆"),
        ("Lüfeng", ["侣俸"], "侣俸"),
    ],
)
def test_the_one_that_reads_so_is_the_standard_name(first, others, standard):
    found = chinese_first(names(first, *others))
    assert (found[0].text, found[0].kind) == (standard, NameKind.STANDARD)
    assert found[0].romanisation == first
    assert (found[1].text, found[1].kind) == (first, NameKind.ALIAS)
    assert sorted(n.text for n in found) == sorted([first, *others])


@pytest.mark.parametrize(
    ("first", "others"),
    [("Wanxian", ["万州"]), ("梓潼", ["Zitong"]), ("Zitong", []), ("忠县", ["忠州"])],
)
def test_where_none_reads_so_all_stays(first, others):
    given = names(first, *others)
    assert chinese_first(given) == given


def test_no_names_stay_none():
    assert chinese_first([]) == []
