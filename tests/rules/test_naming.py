"""Proposed names against the rules: words, characters, thresholds, names around."""

from datetime import date

import pytest

from diming.handbook.naming_loading import load_naming_rules
from diming.model.naming import Bearer, NameClass, Proposal
from diming.rules.naming import Site, class_of, review_name
from diming.rules.naming_around import Around
from diming.rules.naming_spelling import Hearing, Parts, parts_of

RULES = load_naming_rules()
DAY = date(2026, 1, 1)
SITE = Site(DAY, "50", ("重庆市", "奉节县"), 109.4, 31.0)
TOWN = NameClass.TOWNSHIP


def review(name, name_class=None, bearers=(), *, site=SITE, rules=RULES, **measures):
    name_class = name_class or class_of(name, rules)
    around = Around(bearers, rules)
    every = dict.fromkeys(("country", "province", "county", "built-up"), (around,))
    return review_name(Proposal(name, measures=measures), name_class, rules, site, every)


def told(found):
    """Return what was found by rule and reason, without what is left to people."""
    manual = {"meaning", "person", "foreign", "brand", "division", "facility"}
    return {
        (f.facts["naming_rule"], f.facts["reason"]): f
        for f in found
        if f.facts["reason"] not in manual
    }


def town(text, code, **more):
    more = {"above": ("重庆市", "某县"), **more}
    return Bearer(f"u{code}", text, code, TOWN, **more)


@pytest.mark.parametrize(
    ("name", "rule", "severity"),
    [
        ("毛泽东路", "N4", "error"), ("曼哈顿花园", "N5", "error"), ("万达广场", "N6", "error"),
        ("皇家山庄", "N1", "warning"), ("国际大厦", "C1", "warning"), ("三峡镇", "N9", "warning"),
    ],
)  # fmt: skip
def test_words_of_lists(name, rule, severity):
    name_class = NameClass.HOUSING if rule == "N6" else None
    finding = told(review(name, name_class))[rule, "word"]
    assert str(finding.severity) == severity
    assert finding.facts["cited"]
    assert finding.facts["words"][0] in name


def test_whole_words_only_where_the_rule_says_so():
    assert ("N9", "word") not in told(review("三峡口镇"))


def test_local_rules_are_for_their_place():
    elsewhere = Site(DAY, "51", ("四川省",))
    assert ("C1", "word") in told(review("国际大厦"))
    assert not any(r.startswith("C") for r, _ in told(review("国际大厦", site=elsewhere)))
    assert ("N2", "width-unknown") not in told(review("滨江大道", site=elsewhere))


def test_what_no_list_can_decide_is_left_to_people():
    found = review("老鹰茶街道")
    assert {(f.facts["naming_rule"], str(f.severity)) for f in found} == {
        (rule, "info") for rule in ("N1", "N4", "N5", "N6", "N9")
    }


@pytest.mark.parametrize(
    ("name", "reason", "characters"),
    [
        ("興隆鎮", "variant", ["興", "鎮"]),
        ("老堖镇", "variant", ["堖"]),
        ("羴羴镇", "rare", ["羴"]),
        ("淼𣲗镇", "uncommon", ["淼", "𣲗"]),
        ("Phoenix镇", "script", list("Phoenix")),
        ("兴隆·镇", "punctuation", ["·"]),
        ("兴 隆镇", "punctuation", [" "]),
        ("兴\x07隆\u202e镇", "punctuation", ["\x07", "\u202e"]),
        ("兴隆ё镇", "script", ["ё"]),
    ],
)  # fmt: skip
def test_characters(name, reason, characters):
    finding = told(review(name, TOWN))["N3", reason]
    assert finding.facts["characters"] == characters
    assert finding.facts["code_points"][0] == f"U+{ord(characters[0]):04X}"


def test_standard_forms_are_offered():
    assert told(review("興隆鎮", TOWN))["N3", "variant"].facts["standard"] == ["兴", "镇"]


@pytest.mark.parametrize("name", ["磁器口街道", "綦江区", "北碚街道", "二〇一厂社区"])
def test_usual_names_have_no_odd_characters(name):
    assert not [key for key in told(review(name)) if key[0] == "N3"]


def test_digits_and_length():
    assert ("C2", "digits") in told(review("88号大厦"))
    assert ("C2", "digits") in told(review("五一路"))
    assert ("C2", "digits") not in told(review("五里店路"))
    finding = told(review("国际大都会花园"))["C3", "length"]
    assert finding.facts["specific"] == "国际大都会"
    assert finding.measures == {"characters_count": 5.0, "most_count": 4.0}
    assert ("C3", "length") not in told(review("四个字的花园"))


@pytest.mark.parametrize(
    ("name", "measure", "least", "reason"),
    [
        ("阳光花园", "green_share", 0.4, "green"), ("鹅岭广场", "area_m2", 2000.0, "area"),
        ("龙头城", "area_m2", 200_000.0, "area"), ("滨江大道", "width_m", 40.0, "width"),
    ],
)  # fmt: skip
def test_generic_terms_demand_a_size_only_where_it_is_given(name, measure, least, reason):
    name_class = NameClass.HOUSING if name != "滨江大道" else NameClass.STREET
    assert ("N2", f"{reason}-unknown") in told(review(name, name_class))
    below = told(review(name, name_class, **{measure: least * 0.99}))
    assert str(below["N2", reason].severity) == "warning"
    assert "渝民发" in below["N2", reason].facts["superseded"]
    at = told(review(name, name_class, **{measure: least}))
    assert not [key for key in at if key[0] == "N2"]


def test_generic_terms_are_of_their_class():
    assert ("N2", "kind") in told(review("阳光花园", TOWN))
    assert ("N2", "no-generic") in told(review("阳光", NameClass.STREET))
    assert not [k for k in told(review("阳光路", NameClass.STREET)) if k[0] == "N2"]


def test_classes_told_by_names():
    assert class_of("兴隆镇", RULES) is TOWN
    assert class_of("人民路", RULES) is NameClass.STREET
    assert class_of("解放碑广场", RULES) is None  # a square, or a building
    assert class_of("兴隆", RULES) is None


@pytest.mark.parametrize(
    ("bearer", "reason", "severity"),
    [
        ("兴隆镇", "exact", "error"), ("興隆鎮", "exact", "error"),
        ("兴隆乡", "specific", "warning"),
        ("兴龙镇", "homophone", "warning"), ("兴龙乡", "homophone-specific", "warning"),
        ("欣龙镇", "near", "info"), ("欣农乡", "near", "info"),
        ("兴隆街道", "specific", "warning"),
    ],
)  # fmt: skip
def test_names_around(bearer, reason, severity):
    (finding,) = [f for (r, _), f in told(review("兴隆镇", bearers=[town(bearer, "1")])).items()
                  if r == "N8"]  # fmt: skip
    assert (finding.facts["reason"], str(finding.severity)) == (reason, severity)
    assert finding.names == (bearer,)
    assert finding.facts["above"] == "重庆市/某县"


def test_names_that_are_unlike_are_not_told():
    others = [town(t, str(n)) for n, t in enumerate(["兴盛镇", "隆兴镇", "新隆兴镇", "忠县"])]
    assert not told(review("兴隆镇", bearers=others))


def test_one_syllable_alone_is_no_homophone():
    county = Bearer("u", "中山市", "442000", NameClass.COUNTY)
    one = Bearer("v", "钟县", "500999", NameClass.COUNTY)
    found = told(review("忠县", NameClass.COUNTY, [county, one]))
    assert set(found) == {("N7", "homophone")}
    assert found["N7", "homophone"].names == ("钟县",)


def test_a_subdistrict_is_beyond_the_article():
    finding = told(review("兴隆街道", bearers=[town("兴隆街道", "1")]))["N8", "exact"]
    assert str(finding.severity) == "warning"
    assert finding.facts["beyond"] == "兴隆街道"


def test_the_nearest_comes_first_and_distances_are_told():
    near = town("兴隆镇", "2", lon=109.5, lat=31.0)
    far = town("兴隆镇", "1", lon=107.1, lat=29.2, placed_by="南川区")
    nowhere = town("兴隆镇", "3")
    found = [f for f in review("兴隆镇", bearers=[far, near, nowhere]) if f.rule == "naming-n8"]
    by_code = {f.units[0]: f for f in found}
    assert by_code["2"].measures["distance_m"] == pytest.approx(9_550, rel=0.01)
    assert by_code["2"].facts["between"] == []
    assert by_code["1"].facts["between"] == ["兴隆镇", "南川区"]
    assert "distance_m" not in by_code["3"].measures
    codes = [f.units[0] for f in found]
    assert codes.index("2") < codes.index("1")
    assert (by_code["2"].at, by_code["1"].at) == ((109.5, 31.0), None)


def test_names_no_longer_in_use_are_notes_and_homophones_of_them_nothing():
    gone = town("兴隆镇", "1", end=date(2001, 1, 1), until="2001")
    sounding = town("兴龙镇", "2", end=date(2001, 1, 1))
    found = told(review("兴隆镇", bearers=[gone, sounding]))
    assert set(found) == {("N8", "former")}
    assert str(found["N8", "former"].severity) == "info"
    on_its_day = Site(date(2000, 12, 31), "50")
    assert set(told(review("兴隆镇", bearers=[gone, sounding], site=on_its_day))) == {
        ("N8", "exact"), ("N8", "homophone"),
    }  # fmt: skip


def test_protected_names_are_reserved():
    gone = town("万县镇", "1", end=date(2001, 1, 1), heritage=True)
    assert str(told(review("万县镇", bearers=[gone]))["N8", "reserved"].severity) == "warning"


def test_what_is_renamed_does_not_count():
    site = Site(DAY, "50", excepted=frozenset({"u1"}))
    found = [f for f in review("兴隆镇", bearers=[town("兴隆镇", "1"), town("兴隆镇", "2")],
                               site=site) if f.rule == "naming-n8"]  # fmt: skip
    assert [f.units for f in found] == [("2",)]


def test_an_unknown_scope_is_told_and_not_passed_over():
    found = review_name(Proposal("兴隆镇"), TOWN, RULES, SITE, {})
    assert ("N8", "scope-unknown") in told(found)


def test_ids_are_stable_and_tell_findings_apart():
    bearers = [town("兴隆镇", "1"), town("兴隆镇", "2"), town("兴隆乡", "3")]
    one, two = review("兴隆镇", bearers=bearers), review("兴隆镇", bearers=bearers[::-1])
    assert len({f.id for f in one}) == len(one)
    assert {f.id for f in one} == {f.id for f in two}


def test_parts():
    assert parts_of("巴山民族乡", ["民族乡", "乡"]).specific == "巴山"
    assert parts_of("興隆鎮", ["镇"]) == Parts("興隆", "镇")
    assert parts_of("镇", ["镇"]).generic == ""


def test_sounds_of_the_southwest():
    hearing = Hearing(RULES.alike)
    assert hearing.local("xing long zhen") == hearing.local("xin nong zen")
    assert hearing.local("shan") != hearing.local("shang")
