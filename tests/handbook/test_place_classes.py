"""What a class code means: the narrowest class that the table knows."""

from __future__ import annotations

import pytest

from diming.errors import UsageError
from diming.handbook.place_classes import load_place_classes


@pytest.mark.parametrize(
    ("code", "zh"),
    [("22100", "居民点"), ("12100", "河流"), ("12900", "陆地水系"), ("29000", "人文地理实体")],
)
def test_a_code_is_of_the_narrowest_class_it_begins_with(code, zh):
    assert load_place_classes().of(code).zh == zh


@pytest.mark.parametrize("code", ["", "9", "x"])
def test_of_others_nothing_is_known(code):
    assert load_place_classes().of(code) is None


def test_an_office_adds_the_leaves_of_its_own_table(tmp_path, monkeypatch):
    own = tmp_path / "own.toml"
    own.write_text(
        '[[place_classes.class]]\nid = "22110"\nzh = "农村居民点"\nbasis = "本市地名分类表"\n',
        "utf-8",
    )
    monkeypatch.setenv("DIMING_HANDBOOK", str(own))
    assert load_place_classes().of("22110").zh == "农村居民点"
    assert load_place_classes().of("22100").zh == "居民点"


def test_what_is_not_understood_is_refused(tmp_path, monkeypatch):
    own = tmp_path / "own.toml"
    own.write_text('[[place_classes.class]]\nid = "22110"\nname = "农村"\n', "utf-8")
    monkeypatch.setenv("DIMING_HANDBOOK", str(own))
    with pytest.raises(UsageError, match="name"):
        load_place_classes()
