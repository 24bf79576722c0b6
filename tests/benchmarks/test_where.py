from __future__ import annotations

import numpy as np
import pytest

import where


@pytest.mark.parametrize("days", ["own", "common"])
def test_answers_are_those_of_geopandas(days: str, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--units", "60", "--versions", "4", "--vertices", "40", "--points", "3000"]
    assert where.main([*small, "--days", days]) == 0
    said = capsys.readouterr().out
    assert "240 versions" in said
    assert "geopandas" in said
    assert " 0 answers differ" in said


def test_most_points_are_found_and_days_matter() -> None:
    history = where.draw(60, 4, 40, 2000, common=False)
    found, *_ = where.ours(history, 2)
    assert 0.5 < (found >= 0).mean() < 1.0
    held = found[found >= 0]
    on = history.day[found >= 0]
    assert ((history.begin[held] <= on) & (on < history.end[held])).all()
    assert len(np.unique(held // 60)) == 4  # all versions answer for some
