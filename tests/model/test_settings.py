"""What a check can be asked to do, and what it refuses."""

import datetime
import math

import numpy as np
import pandas as pd
import pytest

from diming.errors import UsageError
from diming.model.finding import CheckSettings
from diming.model.rule import RULES, wanted_rules

LENGTHS = (
    "gap_width_m", "tolerance_m", "spike_angle_deg", "spike_length_m", "sliver_width_m",
    "short_edge_m",
)  # fmt: skip


@pytest.mark.parametrize("name", LENGTHS)
@pytest.mark.parametrize("value", [math.nan, math.inf, -1, -0.001, None, "5", True, [5], 10**400])
def test_lengths_are_numbers_from_zero_on(name, value):
    with pytest.raises(UsageError, match=name):
        CheckSettings(**{name: value})


def test_numbers_of_any_kind_become_floats():
    settings = CheckSettings(gap_width_m=np.float32(2), tolerance_m=0)
    assert (type(settings.gap_width_m), settings.gap_width_m) == (float, 2.0)
    assert (type(settings.tolerance_m), settings.tolerance_m) == (float, 0.0)


def test_a_tolerance_that_hides_defects_is_refused():
    assert CheckSettings(tolerance_m=1).tolerance_m == 1
    with pytest.raises(UsageError, match="would hide defects"):
        CheckSettings(tolerance_m=1.01)


@pytest.mark.parametrize("value", ["iso", "", None, 3, ["auto"]])
def test_code_systems_are_known(value):
    with pytest.raises(UsageError, match="no code system"):
        CheckSettings(code_system=value)


@pytest.mark.parametrize(
    "value",
    [
        "2024-12-31",
        "2024-12-31T08:00:00",
        datetime.date(2024, 12, 31),
        datetime.datetime(2024, 12, 31, 8),
        pd.Timestamp("2024-12-31 08:00"),
    ],
)
def test_dates_may_come_in_several_forms(value):
    assert CheckSettings(date=value).date == datetime.date(2024, 12, 31)
    assert type(CheckSettings(date=value).date) is datetime.date


@pytest.mark.parametrize("value", ["31.12.2024", "", 2024, pd.NaT, math.nan, ["2024-12-31"]])
def test_what_is_no_date_is_refused(value):
    with pytest.raises(UsageError, match="date must be"):
        CheckSettings(date=value)


def test_rules_may_be_one_word_or_any_collection():
    assert CheckSettings(rules="gap", skip="void").rules == ("gap",)
    assert CheckSettings(rules="gap", skip="void").skip == ("void",)
    assert CheckSettings(rules=["gap", "void"]).rules == ("gap", "void")
    assert CheckSettings(skip={"void", "gap"}).skip == ("gap", "void")
    assert CheckSettings(skip=None).skip == ()
    hash(CheckSettings(rules=["gap"]))
    with pytest.raises(UsageError, match="names of rules"):
        CheckSettings(rules=5)
    with pytest.raises(UsageError, match="no rule «5»"):
        wanted_rules(CheckSettings(rules=[5]))


@pytest.mark.parametrize(
    ("rules", "skip"),
    [
        ((), ()),
        (("overlap",), ("overlap",)),
        (("seam",), ("seam",)),
        (("seam", "gap"), ("gap",)),
        (("seam",), RULES),
        (None, RULES),
    ],
)
def test_a_check_of_nothing_is_refused(rules, skip):
    with pytest.raises(UsageError, match="nothing to run"):
        wanted_rules(CheckSettings(rules=rules, skip=skip))


def test_what_is_left_runs():
    assert wanted_rules(CheckSettings(rules=("gap", "void"), skip=("void",))) == {"gap"}
    assert wanted_rules(CheckSettings(rules=("seam",))) == set(RULES)
    assert wanted_rules(CheckSettings(skip=("seam",))) == set(RULES)
