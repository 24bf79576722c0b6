"""The page on scale says what the committed constants give, and constants can be measured anew."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scale
from model import Need, World, breaks_at, fit
from parts import cut
from province import Province

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def constants() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(scale.CONSTANTS.read_text(encoding="utf-8"))
    return found


def run(script: str, *arguments: str) -> None:
    paths = [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / script), *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in paths if p)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_page_is_what_the_constants_give(tmp_path: Path) -> None:
    page = tmp_path / "scale.md"
    run("scale.py", "--page", str(page))
    assert page.read_text(encoding="utf-8") == (ROOT / "docs" / "scale.md").read_text(
        encoding="utf-8"
    )


def test_constants_can_be_measured_anew(constants: dict[str, Any], tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    out = tmp_path / "constants.json"
    run("constants.py", "--quick", "--out", str(out))
    found = json.loads(out.read_text(encoding="utf-8"))

    def shape(value: Any) -> Any:
        return {k: shape(v) for k, v in value.items()} if isinstance(value, dict) else None

    assert shape(found) == shape(constants)
    assert found["validation"]["units"] == 120
    # What does not depend on speed or size is as it was.
    assert found["wire"]["key"] == pytest.approx(constants["wire"]["key"], rel=0.05)
    assert found["wire"]["segment"] == pytest.approx(constants["wire"]["segment"], rel=0.05)
    assert found["cluster"]["tasks_per_part"] == constants["cluster"]["tasks_per_part"]
    assert fit(found["shares"]) == pytest.approx(fit(constants["shares"]), rel=0.1)
    assert scale.page(found).count("\n| ") == scale.page(constants).count("\n| ") - len(
        {s["units_per_part"] for s in constants["shares"] if s["order"] == "row"}
    ) + len({s["units_per_part"] for s in found["shares"] if s["order"] == "row"})


def test_the_model_foretells_the_check_that_was_tried(constants: dict[str, Any]) -> None:
    tried = constants["validation"]
    world = World("", tried["units"], round(tried["vertices"] / tried["units"]), tried["parts"])
    loopback = constants["cluster"]["loopback_bytes_per_second"]
    need = Need(constants, world, tried["workers"], network=loopback)
    assert need.segments == pytest.approx(tried["segments"], rel=0.1)
    assert need.gather_bytes == pytest.approx(tried["worker_peak_bytes"], rel=0.25)
    assert need.driver_bytes == pytest.approx(tried["peak_bytes"], rel=0.25)
    assert 60 * need.minutes == pytest.approx(tried["seconds"], rel=0.5)


def test_more_workers_share_files_and_never_more_than_there_are(constants: dict[str, Any]) -> None:
    world = World("", 100_000, 300, 50)
    needs = [Need(constants, world, w) for w in (1, 2, 25, 50, 500)]
    assert [n.busy for n in needs] == [50, 25, 2, 1, 1]
    assert needs[-1].worker_bytes == needs[-2].worker_bytes
    assert needs[0].first_round_bytes == 0  # all on the worker that gathers


def test_the_law_of_shares_holds_in_a_world_it_was_not_fitted_to(
    constants: dict[str, Any],
) -> None:
    from part_costs import share_left

    province = Province(3_000, 24, seed=9)
    middle = province.seats.mean(axis=0)
    parts = cut(province, 400, "block")
    away = [np.hypot(*(province.seats[p].mean(axis=0) - middle)) for p in parts]
    part = parts[int(np.argmin(away))]
    law = fit(constants["shares"]) / math.sqrt(len(part))
    assert share_left(province, part) == pytest.approx(law, rel=0.15)
    drawn = cut(province, 400, "random")
    assert share_left(province, drawn[0]) == pytest.approx(1 - 1 / len(drawn), rel=0.03)


def test_where_it_breaks_is_the_first_size_that_is_too_much(constants: dict[str, Any]) -> None:
    world = World("", 10_000, 300, 10, wrong="shifted")

    def too_much(need: Need) -> bool:
        return need.driver_bytes > 4e9

    at = breaks_at(constants, world, 8, too_much)
    assert at is not None
    assert too_much(Need(constants, world.of_size(at), 8))
    assert not too_much(Need(constants, world.of_size(round(at * 0.99)), 8))
    assert breaks_at(constants, replace(world, wrong="sound"), 8, lambda _: False) is None
