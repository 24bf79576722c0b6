"""Within a memory limit the report is the same, and memory really is bounded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from diming.errors import UsageError
from diming.files.delivery import ReadOptions
from diming.files.reading import Keep, read
from diming.geometry.keepers import Spool
from diming.present.report_json import to_json
from diming.services import sources
from diming.services.check import check_files
from worlds import Grid, box, messy, table

SRC = Path(__file__).parents[2] / "src"
#: Pieces of the budget that are read at once: many, so that small files show it.
PIECES = 20 * sources.PIECES


def write(folder: Path, ending: str, frame: Any) -> str:
    file = folder / f"units{ending}"
    if ending == ".parquet":
        frame.to_parquet(file)
    else:
        extra = {".shp": {"encoding": "UTF-8"}, ".fgb": {"SPATIAL_INDEX": "NO"}}
        frame.to_file(file, **extra.get(ending, {}))
    return str(file)


def open_files(folder: Path) -> list[str]:
    """Files of a folder that this process holds open; those without a name are among them."""
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [t for t in map(os.readlink, links) if t.startswith(str(folder))]


def said(*inputs: str, **options: Any) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(to_json(check_files(inputs, **options), "en"))
    report.pop("created")
    return report


@pytest.mark.parametrize("ending", [".gpkg", ".shp", ".geojson", ".fgb", ".parquet"])
def test_pieces_make_the_same_delivery(tmp_path: Path, ending: str) -> None:
    frame = messy(2)
    frame.loc[3, "geometry"] = None
    frame["number"] = [None if i < 10 else i for i in range(len(frame))]
    file = write(tmp_path, ending, frame)
    options = ReadOptions(fields={"code": "number"} if ending != ".shp" else {})
    (whole,) = read([file], options)
    seen: list[int] = []
    spool = Spool(10**9)

    def take(geometry: np.ndarray) -> Any:
        seen.append(len(geometry))
        return spool.append(geometry)

    (pieces,) = read([file], options, None, Keep(take, bytes_at_once=2000))
    assert len(seen) > 2
    assert sum(seen) == len(whole.fid)
    assert shapely.equals_exact(whole.geometry[:], pieces.geometry[:]).all()
    assert np.array_equal(whole.fid, pieces.fid)
    assert whole.declared == pieces.declared
    assert whole.troubles == pieces.troubles
    assert whole.crs == pieces.crs
    for role, values in whole.columns.items():
        for a, b in zip(values.tolist(), pieces.columns[role].tolist(), strict=True):
            assert a == b or (a != a and (b is None or b != b))


def test_the_report_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # So many pieces that each holds a few records only.
    monkeypatch.setattr(sources, "PIECES", 200_000)
    frame = messy(4)
    frame.loc[5, "geometry"] = None
    file = write(tmp_path, ".gpkg", frame)
    here = said(file, backdrop=True)
    assert said(file, backdrop=True, memory_limit_bytes=10**9) == here
    assert here["findings"]


def test_swapped_axes_and_parents_within_a_limit(tmp_path: Path) -> None:
    frame = messy(6).to_crs(4490).assign(level="town")
    frame["geometry"] = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    file = write(tmp_path, ".gpkg", frame)
    above = table({"W": box(0, 0, 5000, 2000), "E": box(0, 2000, 5000, 4000)}).to_crs(4490)
    above.assign(level="county").to_file(tmp_path / "above.gpkg")
    parents = str(tmp_path / "above.gpkg")
    here = said(file, parents=parents)
    assert said(file, parents=parents, memory_limit_bytes=10**9) == here
    assert "crs-suspect" in {f["rule"] for f in here["findings"]}


def test_a_limit_that_leaves_nothing_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, ".gpkg", messy(1))
    with pytest.raises(UsageError, match="give 1000 MB at least"):
        check_files(file, memory_limit_bytes=10**6)


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, ".gpkg", messy(1))
    spare = tmp_path / "tmp"
    spare.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spare))
    check_files(file, memory_limit_bytes=10**9)
    assert not list(spare.iterdir())
    assert not open_files(spare)


def test_a_full_disk_is_told_and_spoils_nothing(tmp_path: Path) -> None:
    """Wherever the room ends, at reading or later, within a write or between two."""
    file = write(tmp_path, ".gpkg", messy(1))
    script = (
        "import resource, sys\n"
        "from diming.errors import EnvironmentLacks\n"
        "from diming.services.check import check_files\n"
        "whole = check_files(sys.argv[1])\n"
        "ends = set()\n"
        "for room in range(1_000, 40_000, 1_000):\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))\n"
        "    try:\n"
        "        report = check_files(sys.argv[1], memory_limit_bytes=10**9)\n"
        "    except EnvironmentLacks as error:\n"
        "        ends.add(str(error))\n"
        "    else:\n"
        "        assert report.findings == whole.findings\n"
        "        ends.add('done')\n"
        "print('\\n'.join(sorted(ends)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, file], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(SRC)},
    )  # fmt: skip
    said_done, told = done.stdout.splitlines()
    assert said_done == "done"
    assert told.startswith("the temporary file cannot be written (File too large); make room")


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Six times the vertices, little more memory; without a limit, far more."""
    peaks = {}
    for side in (16, 40):
        file = tmp_path / f"{side}.gpkg"
        grid = Grid(side, side, vertices=500, wobble=1.0)
        last = side - 1
        for (i, j), lines in grid.sides.items():
            # The outline is plain: what is left of the coverage must not outweigh it.
            for n, outer in enumerate((i == 0, j == last, i == last, j == 0)):
                lines[n] = lines[n][[0, -1]] if outer else lines[n]
        cells = grid.polygons()
        table({f"c{i}": cell for i, cell in enumerate(cells.values())}).to_file(file)
        for limit in (None, 10**9):
            peaks[side, limit] = _peak_kb(str(file), limit)
    grown = {limit: peaks[40, limit] - peaks[16, limit] for limit in (None, 10**9)}
    assert grown[10**9] < grown[None] / 2, peaks


def _peak_kb(file: str, limit: int | None) -> int:
    """Check a file in a process of its own, in small pieces, and return its peak."""
    script = (
        "import sys\n"
        "from diming.services import sources\n"
        f"sources.PIECES = {PIECES}\n"
        # Little room for keys that wait to be cancelled, as for a far larger file.
        "sources.PROGRAM_BYTES = 950_000_000\n"
        "from diming.services.check import check_files\n"
        # Edges two metres long, all within the usual gap width of others: naming would outweigh.
        "from diming.model.finding import CheckSettings\n"
        "narrow = CheckSettings(gap_width_m=0.01)\n"
        f"check_files(sys.argv[1], memory_limit_bytes={limit}, settings=narrow, jobs=1)\n"
        # Not ru_maxrss: that begins with what the parent had.
        "status = open('/proc/self/status').read()\n"
        "print(status.partition('VmHWM:')[2].split()[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, file], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(SRC)},
    )  # fmt: skip
    return int(done.stdout)
