"""Spelling by the eight rules of 1984, and what must hold of any name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diming.errors import UsageError
from diming.handbook.generics import load_generics
from diming.script.parting import Role
from diming.script.reading import readings, without_tone
from diming.script.romanise import romanise

#: The examples of each rule: name, kind, spelling.
RULES = {
    1: [("朝天门街道", None, "Cháotiānmén Jiēdào"), ("南岸区", None, "Nán'àn Qū"),
        ("石柱土家族自治县", None, "Shízhù Tǔjiāzú Zìzhìxiàn"), ("忠县", None, "Zhōng Xiàn"),
        ("酉阳土家族苗族自治县", None, "Yǒuyáng Tǔjiāzú Miáozú Zìzhìxiàn"),
        ("恒合土家族乡", None, "Hénghé Tǔjiāzú Xiāng"), ("长江", "河流", "Cháng Jiāng"),
        ("碑林区", None, "Bēilín Qū"), ("新疆维吾尔自治区", None, "Xīnjiāng Wéiwú'ěr Zìzhìqū"),
        ("内蒙古自治区", None, "Nèiměnggǔ Zìzhìqū")],
    2: [("西辽河", None, "Xīliáo Hé"), ("潮白新河", None, "Cháobái Xīnhé"),
        ("解放东路", None, "Jiěfàng Dōnglù"), ("大石坝正街", None, "Dàshíbà Zhèngjiē"),
        ("第二松花江", None, "Dì'èr Sōnghuā Jiāng"),
        ("科尔沁左翼后旗", None, "Kē'ěrqìn Zuǒyì Hòuqí"),
        ("朝天门长江大桥", None, "Cháotiānmén Chángjiāng Dàqiáo")],
    3: [("周口店", "自然村", "Zhōukǒudiàn"), ("红光村", None, "Hóngguāngcūn"),
        ("江镇", "自然村", "Jiāngzhèn"), ("第六屯", None, "Dìliùtún")],
    4: [("磁器口街道", None, "Cíqìkǒu Jiēdào"), ("南津街街道", None, "Nánjīnjiē Jiēdào"),
        ("歌乐山镇", None, "Gēlèshān Zhèn")],
    5: [("左权县", None, "Zuǒquán Xiàn"), ("中山四路", None, "Zhōngshān 4 Lù")],
    6: [("九龙坡", None, "Jiǔlóngpō"), ("二马路", None, "2 Mǎlù"), ("三环路", None, "3 Huánlù"),
        ("三八路", None, "Sānbā Lù"), ("统一路", None, "Tǒngyī Lù"), ("第九巷", None, "Dì-9 Xiàng"),
        ("大川淀一巷", None, "Dàchuāndiàn 1 Xiàng"), ("经五路", None, "Jīng 5 Lù"),
        ("1203高地", None, "1203 Gāodì"),
        ("A1路", None, "A1 Lù")],
    7: [("南岸", None, "Nán'àn"), ("西安", None, "Xī'ān"), ("长安", None, "Cháng'ān")],
    8: [("侣俸镇", None, "Lǚfèng Zhèn"), ("綦江", None, "Qíjiāng"),
        ("碚石镇", None, "Bèishí Zhèn")],
}  # fmt: skip

#: The handbook's examples; 忠县 is above.
SPELLED = {
    "重庆": "Chóngqìng", "綦江": "Qíjiāng", "涪陵": "Fúlíng", "北碚": "Běibèi", "长寿": "Chángshòu",
    "大足": "Dàzú", "合川": "Héchuān", "万州": "Wànzhōu", "垫江": "Diànjiāng", "秀山": "Xiùshān",
    "酉阳": "Yǒuyáng", "彭水": "Péngshuǐ", "巫溪": "Wūxī", "渝中": "Yúzhōng", "歇马": "Xiēmǎ",
    "沙坪坝": "Shāpíngbà", "磁器口": "Cíqìkǒu", "朝天门": "Cháotiānmén", "龚滩": "Gōngtān",
    "濯水": "Zhuóshuǐ", "洪安": "Hóng'ān", "白帝": "Báidì", "云阳": "Yúnyáng", "永安": "Yǒng'ān",
    "隘口": "Àikǒu", "侣俸": "Lǚfèng", "瀼渡": "Rángdù", "覃家岗": "Qínjiāgǎng", "长安": "Cháng'ān",
}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "name", "kind", "spelled"),
    [(rule, *example) for rule, examples in RULES.items() for example in examples],
)
def test_examples_of_the_rules(rule, name, kind, spelled):
    found = romanise(name, kind=kind)
    assert (found.text, found.doubts) == (spelled, ())
    assert rule in found.rules


@pytest.mark.parametrize(("name", "spelled"), SPELLED.items())
def test_examples_of_the_handbook(name, spelled):
    found = romanise(name)
    assert (found.text, found.doubts) == (spelled, ())
    plain = romanise(name, tones=False).text
    assert plain == without_tone(spelled)


def test_what_a_place_is_comes_from_its_class_before_its_name():
    assert romanise("綦江").text == "Qíjiāng"
    assert romanise("綦江", class_code="12100").text == "Qí Jiāng"
    assert romanise("歌乐山", class_code="13000").text == "Gēlè Shān"
    assert romanise("歌乐山", class_code="21000").text == "Gēlèshān"
    assert romanise("大坝", class_code="24000", kind="自然村").text == "Dà Bà"


def test_parts_and_doubts_are_told():
    found = romanise("长滩镇")
    assert [(p.role, p.text, p.spelled) for p in found.parts] == [
        (Role.SPECIFIC, "长滩", "Chángtān"), (Role.GENERIC, "镇", "Zhèn"),
    ]  # fmt: skip
    assert (found.specific, found.generic) == ("Chángtān", "Zhèn")
    assert [(d.char, d.readings) for d in found.doubts] == [("长", ("cháng", "zhǎng"))]
    assert not romanise("长滩镇", within="500101").doubts


def test_traditional_names_are_spelled_like_simplified_ones():
    assert romanise("磁器口鎮").text == romanise("磁器口镇").text == "Cíqìkǒu Zhèn"


def test_brackets_and_letters_stay():
    assert romanise("滨江路（东段）").text == "Bīnjiāng Lù (Dōngduàn)"
    assert romanise("Lijia 路").text == "Lijia Lù"
    assert romanise("").text == ""


def test_a_handbook_of_ones_own_adds_generics(tmp_path, monkeypatch):
    own = tmp_path / "own.toml"
    entry = '[[generic]]\nterm = "院子"\npinyin = "Yuànzǐ"\nclasses = ["22"]\nalone = 2\n'
    own.write_text(entry, encoding="utf-8")
    assert romanise("龙门院子").text == "Lóngményuànzǐ"
    monkeypatch.setenv("DIMING_HANDBOOK", str(own))
    assert romanise("龙门院子").text == "Lóngmén Yuànzǐ"
    own.with_name("bad.toml").write_text(entry + "width = 3\n", encoding="utf-8")
    monkeypatch.setenv("DIMING_HANDBOOK", str(own.with_name("bad.toml")))
    with pytest.raises(UsageError, match="width"):
        romanise("龙门院子")


HAN = st.text(
    st.one_of(
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
        st.sampled_from("吕绿女安恩欧二十三马路街道县镇河村大新土家族苗族东第"),
    ),
    min_size=1,
    max_size=8,
)
KINDS = st.sampled_from([None, "河流", "自然村", "道路", "街道", "山"])


def word(chars, said):
    """One word of syllables, an apostrophe before each that opens with a, o or e."""
    return "".join(
        (("'" if n and without_tone(s)[0] in "aoeê" else "") + s) if s else c
        for n, (c, s) in enumerate(zip(chars, said, strict=True))
    )


@given(HAN, KINDS, st.booleans())
def test_no_v_and_no_character_lost(name, kind, tones):
    found = romanise(name, kind=kind, tones=tones)
    said = readings(name).syllables
    assert "v" not in found.text.lower()
    assert "".join(p.text for p in found.parts) == name
    at = 0
    for each in found.parts:
        if each.role in (Role.SPECIFIC, Role.PEOPLE, Role.MODIFIER):
            whole = word(each.text, said[at : at + len(each.text)])
            assert each.spelled.lower() == (whole if tones else without_tone(whole))
        at += len(each.text)


def test_generics_are_spelled_as_they_are_read():
    for term, generic in load_generics().generics.items():
        said = readings(term, within="50")
        assert generic.pinyin.lower().replace(" ", "") == "".join(said.syllables), term
        assert all(part[0].isupper() for part in generic.pinyin.split())


@given(HAN, KINDS)
def test_every_word_has_one_capital_in_front(name, kind):
    for word in romanise(name, kind=kind).text.split():
        letters = word.removeprefix("Dì-")
        known = [c for c in letters if c.isalpha() and c < "\u3400"]
        if known and letters[0] in known:
            assert letters[0].isupper()
        assert not any(c.isupper() for c in letters[1:])


@given(HAN)
def test_villages_are_one_word(name):
    found = romanise(name, kind="自然村")
    assert found.text.lower() == word(name, readings(name).syllables)


@given(st.text(max_size=10), KINDS)
def test_any_text_is_spelled(name, kind):
    found = romanise(name, kind=kind)
    assert "".join(p.text for p in found.parts) == name
    assert found.text == found.text.strip(" ")
