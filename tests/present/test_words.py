"""Every rule and every reason is said, in both languages, with its measures."""

import re
from datetime import date
from pathlib import Path

import pytest

from diming.errors import Said, Sentences, UnreadableInput
from diming.model.finding import RecordRef, RuleRun
from diming.model.rule import ACT_RULES, NAMING_RULES, RULES
from diming.present.act_templates import ACT_MESSAGES
from diming.present.naming_templates import NAMING_MESSAGES
from diming.present.templates import MESSAGES, REASONS, TITLES
from diming.present.words import (
    error_text,
    hint,
    input_labels,
    join,
    message,
    reason_text,
    remark_text,
    rule_title,
    severity_word,
    status_word,
)

from .worlds import OVERLAP, finding, input_record, report

DOCS = Path(__file__).parents[2] / "docs" / "findings.md"

#: One finding for every rule and reason, with what docs/findings.md says it holds.
SIZES = {"area_m2": 812.4, "width_m": 1.02, "length_m": 796.0, "parts_count": 2}
SPAN = {"begin": "1997-12-20", "end": "2011-10-22"}
ACT = {
    "event": "e0123456789ab", "source": "acts.csv:7", "day": "2019-01-01", "since": "2020-05-01",
    "named": "井口镇[500106102]", "known": ["井口街道[500106010] 2019/"], "count": 1, "least": 2,
    "before": 2, "after": 3, "code": "500106020", "holder": "香炉山街道[500106020]",
    "candidates": ["兴隆镇[500112106]", "兴隆镇[500236101]"], "named_units": ["*潼南县[500223]"],
    "legal_date": "announced",
}  # fmt: skip
NAMED = {
    "proposed": "兴隆镇", "label": "重", "words": ["国际"], "characters": ["𣲗"],
    "code_points": ["U+23C97"], "standard": ["兴"], "specific": "国际大都会", "term": "花园",
    "terms": ["镇", "乡"], "above": "重庆市/南川区", "since": "1983", "until": "2011-10-22",
    "between": ["奉节县", "南川区"], "beyond": "兴隆街道", "superseded": "渝民发〔2023〕7号",
}  # fmt: skip
LIMITS = {
    "area": {"area_m2": 1500.0, "least_m2": 2000.0}, "area-unknown": {"least_m2": 2000.0},
    "width": {"width_m": 24.0, "least_m": 40.0}, "width-unknown": {"least_m": 40.0},
    "green": {"share": 0.3, "least_share": 0.4}, "green-unknown": {"least_share": 0.4},
    "length": {"characters_count": 5.0, "most_count": 4.0},
}  # fmt: skip
THREE = {"units": ("1", "2", "3"), "names": ("甲", "乙", "丙")}
EVERY = [
    *(
        finding("unreadable-record", facts={"reason": reason, **facts})
        for reason, facts in {
            "truncated": {"declared_count": 9, "read_count": 4},
            "fewer-records": {"declared_count": 9, "read_count": 4},
            "not-strict-json": {"line": 3, "column": 7},
            "geometry-undecodable": {"detail": "bad WKB"},
        }.items()
    ),
    *(
        finding("invalid-geometry", facts={"reason": reason, "ring": 0, "detail": "x"})
        for reason in (
            *("too-few-points", "not-finite", "self-intersection", "ring-self-intersection"),
            *("hole-outside-shell", "nested-holes", "nested-shells", "duplicate-rings"),
            *("interior-disconnected", "other"),
        )
    ),
    finding("invalid-geometry", measures={"opening_m": 12.4}, facts={"reason": "ring-not-closed"}),
    finding("empty-geometry", facts={"reason": "null"}),
    finding("empty-geometry", facts={"reason": "empty"}),
    finding("wrong-geometry-type", facts={"found": "LineString"}),
    finding(
        "encoding-unsettled", units=(), facts={"tried": ("UTF-8", "GB18030"), "column": "NAME"}
    ),
    finding("duplicate-geometry", measures={"area_m2": 25000.0}),
    finding("duplicate-code", measures={"records_count": 2}, facts={"code": "500103001"}),
    finding("missing-code", "error"),
    *(
        finding("bad-code", facts={"reason": reason, "code": "99", "prefix": "9", "date": None})
        for reason in (
            *("length", "characters", "unknown-province", "unknown-prefix", "summary-row"),
        )
    ),
    finding(
        "code-kind",
        "warning",
        facts={
            "code": "500103001",
            "kind": "镇",
            "expected": ("街道",),
            "date": date(2024, 12, 31),
        },
    ),
    finding("code-parent", "warning", facts={"code": "1", "parent": "2", "expected": "3"}),
    finding("overlap", measures={**SIZES, "cover_count": 3}),
    finding("gap", measures=SIZES, facts={"open": True}),
    finding("void", "info", measures=SIZES, facts={"open": False}),
    finding(
        "unmatched-edge", measures={"vertices_count": 3, "offset_m": 0.004, "length_m": 1200.0}
    ),
    finding("vertex-noise", units=(), measures={"vertices_count": 9000, "max_m": 0.0004}),
    finding("spike", "warning", measures={"length_m": 9.1, "width_m": 0.02, "angle_deg": 0.13}),
    finding("sliver-ring", "warning", measures=SIZES, facts={"ring": "part"}),
    finding("sliver-ring", "warning", measures=SIZES, facts={"ring": "hole"}),
    finding("short-edge", "warning", measures={"edges_count": 1, "length_m": 0.0031}),
    finding("outside-parent", measures=SIZES, facts={"into": "500112"}),
    finding("outside-parent", measures=SIZES, facts={"into": ""}),
    finding("parent-not-covered", measures=SIZES),
    finding("parent-mismatch", measures={"share": 0.987}, **THREE),
    *(
        finding(rule, measures={**SIZES, "days_count": 9000}, facts=SPAN)
        for rule in ("time-overlap", "time-gap", "territory-lost", "territory-gained")
    ),
    *(
        finding(rule, measures={"days_count": 1}, facts={"reason": "versions", **SPAN})
        for rule in ("time-overlap", "time-gap")
    ),
    *(
        finding("dangling-parent", facts={"reason": reason, "parent": "u12", **SPAN})
        for reason in ("absent", "not-alive", "level")
    ),
    finding("code-reuse", "info", facts={"code": "500110", "begin": "2011-10-22", "end": ""}),
    finding("exclave", "info", measures={"parts_count": 3, "area_m2": 4.0e6}),
    finding("enclave", "info", measures={"area_m2": 4.0e6}),
    *(
        finding(
            "crs-suspect",
            "warning",
            units=(),
            measures={"shift_east_m": 512.0, "shift_north_m": -288.0, "matched_units_count": 31},
            facts={
                "reason": reason,
                "crs": "EPSG:4545",
                "suggested": "EPSG:4524",
                "reference": "r.gpkg",
            },
        )
        for reason in (
            *("degrees-labelled-projected", "metres-labelled-geographic", "axes-swapped"),
            *("outside-area-of-use", "zone-prefix", "datum-shift"),
        )
    ),
    finding(
        "exception-expired",
        "warning",
        facts={"exception": "gap:1", "approver": "张三", "expired_on": date(2024, 1, 1)},
    ),
    *(
        finding(
            "audit-mismatch",
            measures={"area_m2": 4.0, "audited_m2": 9.0},
            facts={"reason": reason},
        )
        for reason in ("overlap", "gap")
    ),
    finding("exception-unused", "info", units=(), facts={"exception": "gap:1", "approver": "李四"}),
    finding(
        "exception-unused",
        "warning",
        units=(),
        measures={"more_count": 7.0},
        facts={"reason": "more"},
    ),
    *(
        finding(
            rule,
            measures={"children_count": 3.0} if rule == "children-unassigned" else {},
            facts={**ACT, **({"reason": reason} if reason else {})},
        )
        for rule, _, reason in (key.partition(":") for key in ACT_MESSAGES)
    ),
    *(
        finding(
            rule,
            measures=LIMITS.get(reason, {"distance_m": 295_500.0}),
            facts={**NAMED, "reason": reason, "cited": f"《地名管理条例》{rule}"},
        )
        for rule, _, reason in (key.partition(":") for key in NAMING_MESSAGES)
    ),
]


def key_of(one):
    return f"{one.rule}:{one.facts.get('reason', one.facts.get('ring', ''))}"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("one", EVERY, ids=key_of)
def test_every_finding_is_said_whole(one, lang):
    text = message(one, lang, report().inputs)
    assert "?" not in text
    assert "{" not in text
    # That a shape is not known from then on is a note; there is nothing to be done.
    assert hint(one, lang) or one.rule == "territory-unknown"
    assert ("一" <= max(rule_title(one.rule, lang)) <= "鿿") == (lang == "zh")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_reason_has_words_of_its_own(lang):
    said = [message(one, lang, report().inputs) for one in EVERY]
    assert len(set(said)) == len(said)


def test_everything_in_the_documentation_has_words():
    text = DOCS.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    documented = {name for row in rows for name in re.findall(r"`([a-z0-9-]+)`", row.split("|")[1])}
    assert documented == set(TITLES) == {*RULES, *ACT_RULES, *NAMING_RULES}
    ran = text[text.index("Reasons why a rule did not run") :].split("\n\n")[0]
    assert set(re.findall(r"`([a-z-]+)`", ran)) == set(REASONS)
    for row in rows:
        rule = re.findall(r"`([a-z0-9-]+)`", row)[0]
        if "`reason`:" in row:
            codes = re.sub(r"\([^)]*\)", "", row.split("`reason`:")[1].split(";")[0])
            for code in re.findall(r"`([a-z-]+)`", codes):
                assert f"{rule}:{code}" in MESSAGES
    assert documented <= {one.rule for one in EVERY}


def test_message_names_units_and_sizes():
    assert message(OVERLAP, "zh") == (
        "朝天门街道 (500103001) 与 解放碑街道 (500103002) 重叠，面积 812.4 m²，"
        "最宽 1.02 m，长 796 m"
    )
    assert message(OVERLAP, "en") == (
        "朝天门街道 (500103001) and 解放碑街道 (500103002) overlap by 812.4 m², "
        "up to 1.02 m wide, 796 m long"
    )


def test_a_seam_names_both_deliveries():
    inputs = report().inputs
    assert message(OVERLAP, "en", inputs).endswith("(seam between a.gpkg and b.shp)")
    assert message(OVERLAP, "zh", inputs).endswith("（接边：a.gpkg 与 b.shp 的成果不一致）")
    assert "neighbouring office" in hint(OVERLAP, "en")


def test_a_seam_within_one_file_is_not_called_one():
    one = finding("overlap", seam=True, records=(RecordRef(0, 1), RecordRef(0, 2)))
    assert "seam" not in message(one, "en", report().inputs)


def test_singular_and_plural():
    one = finding("unmatched-edge", measures={"vertices_count": 1})
    two = finding("unmatched-edge", measures={"vertices_count": 2.0})
    assert "lacks 1 vertex on" in message(one, "en")
    assert "lacks 2 vertices on" in message(two, "en")


def test_a_gap_inside_one_unit_is_not_between():
    one = finding("gap", units=("1",), names=("甲",), measures={"area_m2": 3.0})
    assert message(one, "en") == "A gap of 3 m² within 甲 (1)"
    assert message(one, "zh") == "甲 (1) 内部有缝隙，面积 3 m²"


def test_a_finding_of_a_whole_file_names_the_file():
    one = finding(
        "unreadable-record",
        units=(),
        names=(),
        records=(RecordRef(1, -1),),
        facts={"reason": "truncated", "declared_count": 9, "read_count": 4},
    )
    assert message(one, "en", report().inputs).startswith("b.shp: the file is cut off")


def test_a_rule_without_words_is_named_all_the_same():
    assert message(finding("newest-rule"), "en").endswith(": newest-rule")
    assert hint(finding("newest-rule"), "en") == ""


def test_many_units_are_counted():
    assert join([str(i) for i in range(9)], "en") == "0, 1, 2, 3, 4 and 4 more"
    assert join([str(i) for i in range(9)], "zh") == "0、1、2、3、4等（另有 4 个）"
    assert join([], "en") == ""


def test_inputs_are_told_apart():
    inputs = [
        input_record("x/a.gpkg", layer="town"),
        input_record("y/a.gpkg", layer="town"),
        input_record("b.gpkg", layer="one"),
        input_record("b.gpkg", layer="two"),
    ]
    assert input_labels(inputs) == ["x/a.gpkg", "y/a.gpkg", "b.gpkg:one", "b.gpkg:two"]


def test_errors_are_said_and_made_harmless():
    error = UnreadableInput(
        "{output} cannot be written: {detail}", output="a\x1b[2J", detail="no\u202espace"
    )
    assert error_text(error, "en") == "a\\u001b[2J cannot be written: no\\u202espace"
    assert error_text(error, "zh").startswith("无法写入 a\\u001b")


def test_an_error_not_in_the_catalogue_speaks_english():
    assert error_text(UnreadableInput("{path}: gone", path="x"), "zh") == "x: gone"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_small_words(lang):
    assert severity_word("error", lang) in ("错误", "error")
    assert status_word("skipped", lang) in ("已略过", "skipped")
    assert remark_text("illustrative", lang) in ("示意数据，并非真实界线",) or lang == "en"
    assert remark_text("试\x07用", lang) == "试\\u0007用"
    assert reason_text(RuleRun("gap", "run"), lang) == ""
    for reason in REASONS:
        assert reason_text(RuleRun("gap", "skipped", reason=reason), lang)
    assert reason_text(RuleRun("gap", "skipped", reason="other"), lang) == "other"


def test_the_library_beneath_is_quoted_only_where_it_alone_knows():
    known = {"reason": "too-few-points", "detail": "Too few points in geometry component"}
    assert "Too few" not in message(finding("invalid-geometry", facts=known), "zh")
    other = {"reason": "other", "detail": "Something new"}
    assert "Something new" in message(finding("invalid-geometry", facts=other), "zh")


def test_sentences_within_an_error_are_said_in_its_language_and_harmless():
    what = Said("«{text}» is no date; write 2011-10-22, 2011-10 or 2011", {"text": "a\x1b[2J"})
    rows = [Said("row {number}: {what}", {"number": n, "what": what}) for n in (2, 5)]
    error = UnreadableInput("{path}: {faults}", path="e.csv", faults=Sentences(tuple(rows)))
    assert error_text(error, "zh") == (
        "e.csv：第 2 行：“a\\u001b[2J”不是日期；请写成 2011-10-22、2011-10 或 2011；"
        "第 5 行：“a\\u001b[2J”不是日期；请写成 2011-10-22、2011-10 或 2011"
    )
    assert error_text(error, "en").startswith("e.csv: row 2: «a\\u001b[2J» is no date; write")
    assert str(error).count("is no date") == 2


def test_every_reason_of_an_inference_has_words():
    """What `history/infer*.py` may say of a proposal, and of the whole."""
    from pathlib import Path

    import diming.history
    from diming.history.infer_act import AGAINST
    from diming.history.infer_attributes import TRUST
    from diming.present.inference_text import REASONS, REMARKS

    assert set(AGAINST) | {f"same-{by}" for by in TRUST} <= set(REASONS)
    folder = Path(diming.history.__file__).parent
    source = "".join(p.read_text(encoding="utf-8") for p in folder.glob("infer*.py"))
    for key in (*REASONS, *REMARKS):
        assert f'"{key.removeprefix("same-")}"' in source or f'"{key}"' in source, key
