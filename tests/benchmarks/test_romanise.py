"""Every reading of a township that differs from another's has been judged."""

from pathlib import Path

import pytest

import romanise

SHARED = Path(__file__).parents[3] / "shared" / "data"


def test_differences_from_a_dictionary_are_judged():
    found = romanise.against_dictionary()
    assert {d.name for d in found} >= {"覃家岗街道", "曾家镇", "长滩镇"}
    assert romanise.unexplained(found) == []


@pytest.mark.skipif(
    not (SHARED / romanise.PUBLISHED).exists(), reason="files that may not be passed on"
)
def test_differences_from_a_published_table_are_judged():
    found = romanise.against_table(SHARED / romanise.PUBLISHED)
    assert found
    assert romanise.unexplained(found) == []


def test_a_difference_that_nobody_judged_is_told():
    (known, *_) = romanise.against_dictionary()
    other = romanise.Difference(known.source, known.code, known.name, "pèi", known.theirs)
    assert romanise.unexplained([known, other]) == [other]


def test_judgements_say_who_is_right_and_are_all_of_use():
    rows = romanise.judged()
    assert {row["judgement"] for row in rows.values()} <= {"ours", "theirs", "unsure"}
    assert all(row["why"] for row in rows.values())
    differ = {(d.source, d.code, d.name) for d in romanise.against_dictionary()}
    assert {key for key in rows if key[0] == romanise.DICTIONARY} == differ
