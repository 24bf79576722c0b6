"""What ``diming demo`` writes: pages of checks, an archive, and pages about it."""

from datetime import date

import pytest
from click.testing import CliRunner

from diming.cli.main import main
from diming.model.unit import Level
from diming.store.opening import open_store

PAGES = {"cao-bang", "counties-2016", "seam", "townships", "archive", "changes"}


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "演示"
    result = CliRunner().invoke(main, ["demo", str(folder), "--lang", "en"])
    assert result.exit_code == 0, result.output
    return folder, result


def test_it_says_what_to_open(shown):
    folder, result = shown
    assert {page.stem for page in folder.glob("*.html")} == PAGES
    for page in PAGES:
        assert f"→ {folder.resolve() / page}.html" in result.stdout


def test_the_archive_is_sound_and_knows_more_than_one_day(shown):
    folder, _ = shown
    with open_store(folder / "chongqing.gpkg", readonly=True) as store:
        assert store.verify() == []
        assert len(store.events()) == 145
        counts = [len(store.view().at(date(y, 12, 31), Level.COUNTY)) for y in (2010, 2011, 2025)]
    assert counts == [40, 38, 37]


def test_pages_tell_of_the_archive(shown):
    folder, result = shown
    changes = (folder / "changes.html").read_text("utf-8")
    assert "綦江区" in changes and "两江新区" in changes and "500156001" not in changes
    assert "1 accepted" in result.stdout.split("county shapes", 1)[1]


def test_it_can_be_shown_again_in_the_same_place(shown):
    folder, result = shown
    again = CliRunner().invoke(main, ["demo", str(folder), "--lang", "en"])
    assert again.stdout == result.stdout
