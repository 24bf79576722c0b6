"""The audit agrees with the check, and notices when the check is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import diming
from diming.model.facts import Facts
from diming.model.finding import CheckSettings, Finding, Report
from diming.services import check
from worlds import Grid, messy

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas


def audited(
    frame: geopandas.GeoDataFrame, folder: Path, given: CheckSettings | None = None
) -> Report:
    file = folder / "units.gpkg"
    frame.to_file(file)
    return check.check_files(str(file), exact_audit=True, settings=given)


def mismatches(report: Report) -> list[Finding]:
    return [f for f in report.findings if f.rule == "audit-mismatch"]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 2**32 - 1))
def test_brute_force_agrees_on_messy_worlds(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    report = audited(messy(seed), tmp_path_factory.mktemp("audit"))
    assert mismatches(report) == []
    run = next(r for r in report.rules if r.rule == "audit-mismatch")
    assert run.status == "run"
    assert run.facts["pairs_count"] >= 1


@pytest.mark.parametrize("seed", [84, 132])
def test_brute_force_agrees_without_tolerance(tmp_path: Path, seed: int) -> None:
    # Slivers a tenth of a square metre large, moved by the grid of the union.
    report = audited(messy(seed), tmp_path, CheckSettings(tolerance_m=0.0))
    assert mismatches(report) == []


@pytest.mark.parametrize("depth", [3.0, -3.0])
@pytest.mark.parametrize("wrong", ["larger", "lost"])
def test_a_wrong_or_lost_area_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, depth: float, wrong: str
) -> None:
    grid = Grid()
    grid.bump_east(1, 1, depth)
    honest = check.coverage_findings

    def dishonest(*arguments: object, **options: object) -> list[Finding]:
        found = honest(*arguments, **options)
        if wrong == "lost":
            return []
        return [
            replace(f, measures=Facts({**f.measures, "area_m2": f.measures["area_m2"] * 1.01}))
            for f in found
        ]

    assert mismatches(audited(grid.table(), tmp_path)) == []
    monkeypatch.setattr(check, "coverage_findings", dishonest)
    (found,) = mismatches(audited(grid.table(), tmp_path))
    assert set(found.units) >= {"c11", "c12"}
    assert found.facts["reason"] == ("overlap" if depth > 0 else "gap")
    assert found.measures["audited_m2"] == pytest.approx(1200.0, rel=1e-3)
    assert found.measures["area_m2"] == pytest.approx(0 if wrong == "lost" else 1212.0, rel=1e-3)


def test_an_audit_is_made_beside_chosen_rules(tmp_path: Path) -> None:
    file = tmp_path / "units.gpkg"
    Grid().table().to_file(file)
    for chosen, status in (
        (CheckSettings(rules=("spike",)), "run"),
        (CheckSettings(skip=("audit-mismatch",)), "skipped"),
    ):
        report = check.check_files(str(file), settings=chosen, exact_audit=True)
        run = next(r for r in report.rules if r.rule == "audit-mismatch")
        assert run.status == status


def test_tables_are_audited_too() -> None:
    report = diming.check(messy(3), exact_audit=True)
    run = next(r for r in report.rules if r.rule == "audit-mismatch")
    assert (run.status, run.findings) == ("run", 0)


def test_nobody_asked(tmp_path: Path) -> None:
    file = tmp_path / "units.gpkg"
    Grid().table().to_file(file)
    run = next(r for r in check.check_files(str(file)).rules if r.rule == "audit-mismatch")
    assert (run.status, run.reason) == ("not-applicable", "no-audit")
