"""The rules of naming as data: cited, complete, replaceable, strictly read."""

from datetime import date

import pytest

from diming.errors import UsageError
from diming.handbook.characters import standard_characters
from diming.handbook.naming_loading import load_naming_rules
from diming.model.naming import NameClass


def written(tmp_path, text):
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_item_of_the_article_is_there_and_cited():
    rules = {r.id: r for r in load_naming_rules().rules}
    numerals = "一二三四五六七八九十"
    for number, numeral in enumerate(numerals, start=1):
        assert rules[f"N{number}"].cited == f"《地名管理条例》第九条第（{numeral}）项"
    assert all(r.basis and r.title and r.title_en for r in rules.values())


def test_what_was_superseded_says_so():
    found = load_naming_rules()
    local = [r for r in found.rules if r.provinces] + list(found.thresholds)
    assert local
    assert {r.superseded_by for r in local} == {"渝民发〔2023〕7号"}
    assert {r.provinces for r in local} == {("50",)}


def test_nothing_claims_to_be_verified_that_was_not_seen():
    assert {r.verified_on for r in load_naming_rules().rules} == {None}


def test_standard_characters_are_those_of_the_table():
    levels = [standard_characters(level) for level in (1, 2, 3)]
    assert [len(level) for level in levels] == [3500, 3000, 1605]
    assert len(standard_characters()) == 8105 + 1  # and 〇
    assert {"一", "乙"} <= levels[0]
    assert {"碚", "綦"} <= standard_characters()
    assert "𣲗" in levels[2]
    assert not {"鎮", "堖", "A", "，"} & standard_characters()


def test_a_rule_of_ones_own_replaces_adds_and_drops(tmp_path):
    path = written(
        tmp_path,
        """
        [[naming_rule]]
        id = "C3"
        title = "专名不超过六个字"
        title_en = "at most six"
        basis = "某规定"
        article = "第三条"
        specific_most = 6
        verified_on = 2026-11-24
        [[naming_rule]]
        id = "D1"
        title = "不用“滨江”"
        title_en = "no waterfront"
        basis = "某区规定"
        words = ["滨江"]
        [[naming_rule]]
        id = "N6"
        drop = true
        [[generic_threshold]]
        id = "avenue"
        term = "大道"
        measure = "width_m"
        least = 30
        basis = "某规定"
        """,
    )
    packaged = {r.id for r in load_naming_rules().rules}
    found = load_naming_rules(path)
    rules = {r.id: r for r in found.rules}
    assert set(rules) == packaged - {"N6"} | {"D1"}
    assert (rules["C3"].specific_most, rules["C3"].verified_on) == (6, date(2026, 11, 24))
    assert rules["D1"].words == ("滨江",)
    assert {t.id: t.least for t in found.thresholds}["avenue"] == 30.0


@pytest.mark.parametrize(
    ("text", "entry", "field"),
    [
        ('[[naming_rule]]\nid = "D1"', "naming_rule D1", "title"),
        ('[[naming_rule]]\nid = "N99"\ndrop = true', "naming_rule N99", "drop"),
        ('[[naming_rule]]\nid = "D1"\ntitle = "a"\ntitle_en = "a"\nbasis = "b"\nword = ["x"]',
         "naming_rule D1", "word"),
        ('[[naming_rule]]\nid = "D1"\ntitle = "a"\ntitle_en = "a"\nbasis = "b"\nlabel = "新"',
         "naming_rule D1", "label"),
        ('[[naming_rule]]\nid = "D1"\ntitle = "a"\ntitle_en = "a"\nbasis = "b"\n'
         'unique = [{ classes = ["town"], scope = "county" }]', "naming_rule D1", "classes"),
        ('[[naming_rule]]\nid = "D1"\ntitle = "a"\ntitle_en = "a"\nbasis = "b"\n'
         'unique = [{ classes = ["street"], scope = "town" }]', "naming_rule D1", "scope"),
        ('[[naming_rule]]\nid = "D1"\ntitle = "a"\ntitle_en = "a"\nbasis = "b"\nunique = [1]',
         "naming_rule D1", "unique"),
        ('[[generic_threshold]]\nid = "x"\nterm = "坊"\nmeasure = "height_m"\nleast = 1\n'
         'basis = "b"', "generic_threshold x", "measure"),
        ('[[generic_threshold]]\nid = "x"\nterm = "坊"\nmeasure = "area_m2"\nleast = -1\n'
         'basis = "b"', "generic_threshold x", "least"),
        ('[[generic_term]]\nid = "x"\nclass = "street"\nterms = []\nbasis = "b"',
         "generic_term x", "terms"),
        ('[[alike]]\nid = "x"\nsounds = [["zh"]]\nbasis = "b"', "alike x", "sounds"),
        ('naming_rule = 3', "top level", "naming_rule"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused(tmp_path, text, entry, field):
    with pytest.raises(UsageError) as caught:
        load_naming_rules(written(tmp_path, text))
    assert (caught.value.facts["entry"], caught.value.facts["field"]) == (entry, field)


def test_terms_are_tried_the_longest_first():
    terms = load_naming_rules().terms_of(NameClass.TOWNSHIP)
    assert terms.index("民族乡") < terms.index("乡")
