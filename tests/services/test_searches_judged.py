"""Searches of the gazetteer that the README builds, held against what was judged by eye."""

from __future__ import annotations

import pytest

from diming.model.place import NameKind
from diming.present.found_data import found_csv
from diming.present.found_text import found_text
from diming.services.searching import Searcher
from diming.store.opening import open_store
from searches import asked, build, judged, said


@pytest.fixture(scope="module")
def searcher(tmp_path_factory):
    """The archive of the README, with villages, GeoNames and the office's table."""
    file = tmp_path_factory.mktemp("searches") / "archive.gpkg"
    build(file)
    with open_store(file, readonly=True) as store:
        yield Searcher(store)


@pytest.mark.parametrize("row", judged(), ids=lambda r: "-".join((r["asked"], r["date"])))
def test_what_comes_first_is_what_was_judged(searcher, row):
    found = asked(searcher, row)
    assert said(found) == tuple(row[k] for k in ("name", "kind", "why", "today"))


def test_a_former_name_tells_what_it_is_a_name_of_and_how_to_ask_for_it(searcher):
    found = searcher.search("龙隐湾", limit=1)
    (hit,) = found.hits
    assert (hit.kind, hit.standard) == (NameKind.FORMER, "石桥湾")
    shown = found_text(found, "zh")
    assert "标准名称  石桥湾" in shown and hit.place.place_id in shown
    assert found_csv(found, "zh").splitlines()[1].endswith("石桥湾")


def test_a_standard_name_is_not_told_of_itself(searcher):
    (hit,) = searcher.search("石桥湾", limit=1).hits
    assert hit.kind is NameKind.STANDARD and not hit.standard


def test_what_was_set_up_before_a_day_is_found_long_after(searcher):
    day = {"asked": "凉水井", "date": "2024-12-31", "within": "大湾镇"}
    hits = [h for h in asked(searcher, day).hits if h.text == "凉水井"]
    assert len(hits) == 1  # Told twice in the table, some metres apart.
