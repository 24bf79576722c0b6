"""The same findings on a cluster as on one machine, to the byte."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from diming.errors import EnvironmentLacks, UnreadableInput, UsageError
from diming.present.report_json import to_json
from diming.services import farm
from diming.services.check import check_files
from services.cluster import Cluster
from worlds import messy

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    found = Cluster(tmp_path_factory.mktemp("cluster"))
    found.start(workers=2)
    yield found
    found.stop()


def parts(frame: geopandas.GeoDataFrame, folder: Path, count: int) -> list[str]:
    folder.mkdir(exist_ok=True)
    names = []
    for n, rows in enumerate(np.array_split(np.arange(len(frame)), count)):
        names.append(str(folder / f"part-{n:02d}.parquet"))
        frame.iloc[rows].to_parquet(names[-1])
    return names


def said(*inputs: str, **options: Any) -> str:
    """The report as JSON, without the time it was made."""
    report = json.loads(to_json(check_files(inputs, **options), "zh"))
    report.pop("created")
    return json.dumps(report, ensure_ascii=False)


def parents(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    codes = sorted(set(frame["parent"]))
    outlines = [shapely.box(*frame[frame["parent"] == code].total_bounds) for code in codes]
    return geopandas.GeoDataFrame(
        {"code": codes, "name": codes, "level": ["county"] * len(codes)},
        geometry=outlines, crs=frame.crs,
    )  # fmt: skip


def test_a_cluster_finds_the_same_to_the_byte(cluster: Cluster, tmp_path: Path) -> None:
    frame = messy(3).assign(level="town")
    names = parts(frame, tmp_path / "parts", 4)
    above = parts(parents(frame), tmp_path / "above", 1)
    here = said(*names, parents=above)
    assert said(*names, parents=above, scheduler=cluster.address) == here
    rules = {f["rule"] for f in json.loads(here)["findings"]}
    assert {"overlap", "gap", "invalid-geometry", "enclave", "exclave", "spike"} <= rules
    assert rules & {"outside-parent", "parent-not-covered"}


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.data())
def test_partition_and_order_do_not_matter(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, seed: int, count: int, data: Any
) -> None:
    folder = tmp_path_factory.mktemp("any")
    frame = messy(seed)
    whole = parts(frame, folder / "whole", 1)
    order = np.random.default_rng(seed).permutation(len(frame))
    some = parts(frame.iloc[order], folder / "some", count)
    some = data.draw(st.permutations(some))

    def facts(*inputs: str, **options: Any) -> str:
        """All that does not say in which file a unit stands."""
        report = json.loads(said(*inputs, **options))
        for finding in report["findings"]:
            for said_of_files in ("records", "seam", "message", "hint"):
                finding.pop(said_of_files, None)
        return json.dumps(report["findings"])

    assert facts(*some) == facts(*whole)
    assert facts(*some, scheduler=cluster.address) == facts(*whole)
    assert said(*some, scheduler=cluster.address) == said(*some)


def test_a_worker_killed_in_the_middle_changes_nothing(cluster: Cluster, tmp_path: Path) -> None:
    names = parts(messy(5, 6, 6), tmp_path / "parts", 6)
    here = said(*names)
    for moment in (1, 14, 25):
        cluster.add_worker()
        steps = []

        def kill_once(
            stage: str, done: int, total: int, steps: list[int] = steps, moment: int = moment
        ) -> None:
            if stage == "cluster" and done >= moment and not steps:
                steps.append(done)
                cluster.kill_worker()

        assert said(*names, scheduler=cluster.address, progress=kill_once) == here
        assert steps


def test_progress_counts_what_the_scheduler_has_done(cluster: Cluster, tmp_path: Path) -> None:
    names = parts(messy(1), tmp_path / "parts", 3)
    seen: list[tuple[int, int]] = []
    said(
        *names,
        scheduler=cluster.address,
        progress=lambda stage, done, total: (
            seen.append((done, total)) if stage == "cluster" else None
        ),
    )
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert all(done <= total for done, total in seen)
    assert seen[-1][1] >= 3 * 8


@given(
    st.one_of(
        st.builds(
            lambda first, step, n: np.arange(first, first + step * n, step, dtype=np.int64),
            st.integers(-9, 9), st.integers(1, 3), st.integers(0, 9),
        ),
        st.lists(st.integers(0, 2**64 - 1), max_size=5).map(lambda v: np.array(v, np.uint64)),
        st.lists(st.integers(-(2**63), 2**63 - 1), max_size=5).map(lambda v: np.array(v, np.int64)),
        st.lists(st.booleans(), max_size=5).map(lambda v: np.array(v, bool)),
        st.lists(st.floats(), max_size=5).map(lambda v: np.array(v, float)),
    )
)  # fmt: skip
def test_columns_arrive_as_they_were_sent(column: Any) -> None:
    there = farm._unpacked(farm._packed(column))
    assert there.dtype == column.dtype
    assert there.tobytes() == column.tobytes()


def test_row_numbers_and_constants_are_sent_as_three_numbers() -> None:
    for column in (np.arange(5, 10**6), np.zeros(10**6, bool), np.zeros(10**6, np.uint64)):
        assert len(pickle.dumps(farm._packed(column))) < 1_000


def test_dask_knows_how_large_a_part_is() -> None:
    from dask.sizeof import sizeof

    geometry = messy(1).geometry.to_numpy()
    part = farm._Part(geometry, int(shapely.get_num_coordinates(geometry).sum()))
    assert sizeof(part) > sum(map(len, shapely.to_wkb(geometry)))
    there = pickle.loads(pickle.dumps(part))
    assert (shapely.to_wkb(there.geometry) == shapely.to_wkb(geometry)).all()
    assert sizeof(there) == sizeof(part)


def test_errors_of_the_workers_are_those_of_one_machine(cluster: Cluster, tmp_path: Path) -> None:
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(b"PAR1 no parquet PAR1")
    with pytest.raises(UnreadableInput) as there:
        said(str(bad), scheduler=cluster.address)
    with pytest.raises(UnreadableInput) as here:
        said(str(bad))
    assert str(there.value) == str(here.value)


def test_nobody_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(farm, "PATIENCE_S", 1.5)
    names = parts(messy(1), tmp_path / "parts", 1)
    for address in ("tcp://127.0.0.1:9", "127.0.0.1:9", "udp://x", "nonsense", "tcp://:::"):
        with pytest.raises(EnvironmentLacks, match="no Dask scheduler answers"):
            said(*names, scheduler=address)


def test_a_scheduler_without_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(farm, "PATIENCE_S", 2.0)
    alone = Cluster(tmp_path)
    alone.start(workers=0)
    try:
        with pytest.raises(EnvironmentLacks, match="has no workers"):
            said(*parts(messy(1), tmp_path / "parts", 1), scheduler=alone.address)
    finally:
        alone.stop()


def test_a_limit_and_a_scheduler_do_not_go_together(tmp_path: Path) -> None:
    names = parts(messy(1), tmp_path / "parts", 1)
    with pytest.raises(UsageError, match="do not go together"):
        said(*names, scheduler="tcp://127.0.0.1:9", memory_limit_bytes=2 * 10**9)
