"""The whole command against reading, validity and edges alone, both as processes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from measure import COMMAND, Run, run
from sections.setting import SECTIONS, Reach, Table, demand
from sections.worlds import world

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from sections.setting import Setting

TITLE = "The whole command"
ABOUT = (
    "<code>diming check FILE --format json</code> from its start to its end, against a program "
    "that reads the file with pyogrio and calls <code>is_valid</code> and "
    "<code>coverage_invalid_edges</code>. Peak memory is the largest resident size of the process."
)
#: A command that has found something ends with 1.
FINE = (0, 1)


def check(path: Path, layer: str, out: Path, setting: Setting, *more: str) -> Run:
    """Run the command on a file."""
    target = f"{path}:{layer}" if layer else str(path)
    command = [*COMMAND, "check", target, "--format", "json", "--output", str(out), *more]
    return demand(run(command, timeout=setting.timeout), "diming check", codes=FINE)


def four_units(folder: Path) -> Path:
    """Write a file of four squares, to take the time of starting."""
    import pyogrio
    import shapely

    path = folder / "four.gpkg"
    x = np.array([0.0, 1.0, 0.0, 1.0]) * 1000 + 359_000
    y = np.array([0.0, 0.0, 1.0, 1.0]) * 1000 + 3_272_000
    squares = shapely.to_wkb(shapely.box(x, y, x + 1000, y + 1000))
    codes = np.array(["1", "2", "3", "4"], dtype=object)
    pyogrio.raw.write(path, squares, [codes], ["code"], geometry_type="Polygon", layer="towns",
                      crs="EPSG:4545", driver="GPKG")  # fmt: skip
    return path


def measure(setting: Setting) -> dict[str, Any]:
    """Take seconds and memory of both, in turn."""
    out = setting.folder / "report.json"
    start = [
        check(four_units(setting.folder), "towns", out, setting) for _ in range(2 * setting.runs)
    ]
    started = {"seconds": [r.seconds for r in start], "peak_mb": max(r.peak_mb for r in start)}
    started["best_s"] = min(started["seconds"])
    rows = []
    for units in setting.command_units:
        for state in setting.states:
            files = world(setting, units, dirty=state == "dirty")
            plain = [sys.executable, str(SECTIONS / "timed.py"), "baseline", str(files.path),
                     files.layer, "1"]  # fmt: skip
            ours, base = [], []
            for _ in range(setting.runs):
                base.append(demand(run(plain, timeout=setting.timeout), "baseline"))
                ours.append(check(files.path, files.layer, out, setting))
            row: dict[str, Any] = {"units": units, "state": state}
            for name, runs in (("diming", ours), ("baseline", base)):
                row[name] = {"seconds": [r.seconds for r in runs],
                             "cpu_seconds": [r.cpu_seconds for r in runs],
                             "peak_mb": max(r.peak_mb for r in runs),
                             "best_s": min(r.seconds for r in runs)}  # fmt: skip
            row["ratio"] = row["diming"]["best_s"] / row["baseline"]["best_s"]
            row["memory_ratio"] = row["diming"]["peak_mb"] / row["baseline"]["peak_mb"]
            setting.say(f"command {units:,} {state}: {row['diming']['best_s']:.2f} s, "
                        f"{row['ratio']:.2f} x, {row['diming']['peak_mb']:.0f} MB")  # fmt: skip
            rows.append(row)
    return {"start": started, "worlds": rows, "reach": [r.figures() for r in _reach(started, rows)]}


def _reach(started: dict[str, Any], rows: list[dict[str, Any]]) -> list[Reach]:
    result = [Reach("start-up, 4 units", started["best_s"], 0.7, "s")]
    for row in rows:
        what = f"command, {row['units']:,} units, {row['state']}"
        if row["units"] <= 1000:
            result.append(Reach(what, row["diming"]["best_s"], 1.5, "s"))
        else:
            result.append(Reach(what, row["ratio"], 1.0, "× read, is_valid, edges"))
            result.append(Reach(what, row["diming"]["peak_mb"] / 1024, 1.2, "GB"))
    return result


def tables(told: dict[str, Any]) -> list[Table]:
    """One row a world."""
    start = told["start"]
    rows = [("4", "start-up", f"{start['best_s']:.2f}", "", "", f"{start['peak_mb']:.0f}", "", "")]
    rows += [
        (f"{r['units']:,}", r["state"], f"{r['diming']['best_s']:.2f}",
         f"{r['baseline']['best_s']:.2f}", f"{r['ratio']:.2f}", f"{r['diming']['peak_mb']:.0f}",
         f"{r['baseline']['peak_mb']:.0f}", f"{r['memory_ratio']:.2f}")
        for r in told["worlds"]
    ]  # fmt: skip
    head = ("units", "world", "diming s", "baseline s", "ratio", "diming MB", "baseline MB",
            "ratio")  # fmt: skip
    return [Table("Seconds of the best run, peak memory of the worst", head, rows, words=2)]


def plots(told: dict[str, Any]) -> list[tuple[str, Any]]:
    """Bars of seconds and memory, side by side."""
    rows = told["worlds"]
    labels = [f"{r['units']:,} {r['state']}" for r in rows]

    def bars(key: str, label: str) -> Any:
        def draw(ax: Axes) -> None:
            for n, (who, colour) in enumerate((("diming", "#2f6690"), ("baseline", "#b8b8b8"))):
                at = [i + (n - 0.5) * 0.36 for i in range(len(rows))]
                name = "diming check" if who == "diming" else "read, is_valid, edges"
                ax.barh(at, [r[who][key] for r in rows], 0.34, color=colour, label=name)
            ax.set_yticks(range(len(rows)), labels)
            ax.invert_yaxis()
            ax.set_xlabel(label)

        return draw

    return [("Seconds", bars("best_s", "seconds")), ("Peak memory", bars("peak_mb", "MB"))]
