"""Codes over time: one day, one unit; another unit later is worth knowing."""

from dataclasses import replace

from diming.model.changeset import Changeset
from diming.model.finding import Severity
from diming.model.span import UNKNOWN_BEGIN, Span, When
from diming.model.unit import Level
from diming.model.version import Version

from .histories import DAYS, day, findings


def version(unit, code, first, last=None, system="ministry", level=Level.COUNTY):
    span = Span(When(DAYS[first])) if last is None else Span(When(DAYS[first]), When(DAYS[last]))
    return Version(unit, span, level, unit, codes=((system, code),))


def told(*versions):
    return [
        (f.rule, set(f.names), f.facts["begin"], f.facts["end"])
        for f in findings(Changeset(added=versions))
    ]


def test_a_code_that_another_unit_bears_later():
    rows = version("万盛区", "500110", 0, 2), version("綦江区", "500110", 2)
    assert told(*rows) == [("code-reuse", {"万盛区", "綦江区"}, day(2), "")]
    (one,) = findings(Changeset(added=rows))
    assert (one.severity, one.facts["code"]) == (Severity.INFO, "500110")
    assert one.names == ("万盛区", "綦江区")


def test_a_code_that_two_units_bear_at_once():
    rows = version("甲镇", "500106020", 0, 3), version("乙镇", "500106020", 1)
    assert told(*rows) == [("duplicate-code", {"甲镇", "乙镇"}, day(1), day(3))]
    (one,) = findings(Changeset(added=rows))
    assert one.measures["records_count"] == 2


def test_three_units_of_which_two_overlap():
    rows = (
        version("甲", "1", 0, 2), version("乙", "1", 1, 3), version("丙", "1", 4),
    )  # fmt: skip
    assert told(*rows) == [
        ("duplicate-code", {"甲", "乙"}, day(1), day(2)),
        ("code-reuse", {"甲", "乙", "丙"}, day(4), ""),
    ]


def test_who_began_nobody_knows_when_may_have_taken_the_code_over():
    first, later = version("甲", "1", 0, 3), version("乙", "1", 1, 5)
    later = replace(later, span=Span(UNKNOWN_BEGIN, later.span.end))
    assert [rule for rule, *_ in told(first, later)] == ["code-reuse"]
    later = replace(later, span=Span(UNKNOWN_BEGIN, When(DAYS[2])))
    assert told(first, later) == [("duplicate-code", {"甲", "乙"}, day(0), day(2))]


def test_what_does_not_share_a_code():
    one = version("甲", "500101", 0, 2)
    assert told(one, version("甲", "500101", 2)) == []
    assert told(one, version("乙", "500101", 2, system="nbs")) == []
    assert told(one, version("乙", "500101", 1, level=Level.TOWNSHIP)) == []
    assert told(one, version("乙", "500102", 1)) == []
    assert told(one, replace(version("乙", "", 1), codes=())) == []
