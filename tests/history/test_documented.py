"""`docs/history.md` and `docs/findings.md` leave out no type of act, no rule, no reason."""

import re
from pathlib import Path

import pytest

from diming.model.event import EventType
from diming.model.rule import ACT_RULES, NAMING_RULES, RULES
from diming.present.act_templates import ACT_MESSAGES
from diming.present.naming_templates import NAMING_MESSAGES

DOCS = Path(__file__).parents[2] / "docs"


def rows(page):
    """Yield the rows of tables: what the first cell names, and the whole row."""
    for line in (DOCS / page).read_text("utf-8").splitlines():
        if line.startswith("| `"):
            yield re.findall(r"`([^`]+)`", line.split("|")[1]), line


def test_every_type_of_act_is_described():
    described = {name for names, _ in rows("history.md") for name in names}
    assert {str(t) for t in EventType} <= described


@pytest.mark.parametrize("page", ["findings.md"])
def test_every_rule_has_its_row(page):
    described = [name for names, _ in rows(page) for name in names]
    for rule in (*RULES, *ACT_RULES, *NAMING_RULES):
        assert described.count(rule) == 1, rule


def test_every_refusal_is_told():
    told = {name for names, _ in rows("history.md") for name in names}
    assert set(ACT_RULES) - {"territory-unknown"} <= told


def test_every_reason_stands_beside_its_rule():
    line_of = {name: line for names, line in rows("findings.md") for name in names}
    for key in (*ACT_MESSAGES, *NAMING_MESSAGES):
        rule, _, reason = key.partition(":")
        if reason:
            assert f"`{reason}`" in line_of[rule], key
