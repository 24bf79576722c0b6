"""Naming defects on arrays against `shapely.coverage_invalid_edges`, which names nothing."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from measure import run
from sections.setting import SECTIONS, Reach, Table, demand
from sections.worlds import world

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sections.setting import Setting

TITLE = "Speed on arrays"
ABOUT = (
    "Both sides get the same polygons, already in memory, each run in a process of its own, the "
    "sides in turn; the best run counts. The measure is one pass of "
    "<code>shapely.coverage_invalid_edges</code> (one thread), which marks edges and names "
    "nothing; with <code>gap_width=5</code> it looks for narrow gaps too, as diming does."
)
#: Tasks that one thread alone does, and those that take several.
PLAIN, THREADED = ("edges", "edges-gap"), ("naming", "shape")
MOST = {("dirty", 2): 0.8, ("clean", 2): 0.35, ("dirty", 1): 1.1, ("clean", 1): 0.6}


def measure(setting: Setting) -> dict[str, Any]:
    """Time all sides on clean and dirty worlds."""
    rows = []
    for units in setting.speed_units:
        for state in setting.states:
            files = world(setting, units, dirty=state == "dirty")
            rows.append({"units": units, "state": state, **_sides(setting, files, units, state)})
    return {"worlds": rows, "reach": [r.figures() for r in _reach(rows)]}


def _sides(setting: Setting, files: Any, units: int, state: str) -> dict[str, Any]:
    sides: dict[str, dict[str, Any]] = {}
    each = [(task, 1) for task in PLAIN]
    each += [(task, jobs) for task in THREADED for jobs in setting.threads]
    for _ in range(setting.runs):
        for task, jobs in each:
            out = setting.folder / "timed.json"
            command = [sys.executable, str(SECTIONS / "timed.py"), task, str(files.path),
                       files.layer, str(jobs)]  # fmt: skip
            used = demand(run(command, output=out, timeout=setting.timeout), f"timed.py {task}")
            told = json.loads(out.read_text("utf-8"))
            mine = sides.setdefault(
                f"{task}-{jobs}", {"task": task, "threads": jobs, "seconds": [], "peak_mb": []}
            )
            mine["seconds"].append(told["seconds"])
            mine["peak_mb"].append(used.peak_mb)
            mine["found"] = told["found"]
            out.unlink()
    base, gaps = (min(sides[s]["seconds"]) for s in ("edges-1", "edges-gap-1"))
    for name, side in sides.items():
        side["best_s"] = min(side["seconds"])
        side["ratio"], side["ratio_with_gaps"] = side["best_s"] / base, side["best_s"] / gaps
        setting.say(f"speed {units:,} {state} {name}: {side['best_s']:.2f} s, "
                    f"{side['ratio']:.2f} x")  # fmt: skip
    return {"sides": sides}


def _reach(rows: list[dict[str, Any]]) -> list[Reach]:
    return [
        Reach(
            f"naming, {row['units']:,} units, {row['state']}, {jobs} thread{'s' * (jobs > 1)}",
            side["ratio"], MOST[row["state"], jobs], "× edges",
        )
        for row in rows for jobs in (2, 1) if (side := row["sides"].get(f"naming-{jobs}"))
    ]  # fmt: skip


def tables(told: dict[str, Any]) -> list[Table]:
    """One row a world and side."""
    words = {"edges": "coverage_invalid_edges", "edges-gap": "coverage_invalid_edges, gap_width=5",
             "naming": "diming: coverage rules", "shape": "diming: shape rules"}  # fmt: skip
    rows = [
        (f"{row['units']:,}", row["state"], words[side["task"]], str(side["threads"]),
         f"{side['best_s']:.2f}", f"{side['ratio']:.2f}", f"{side['ratio_with_gaps']:.2f}",
         f"{side['found']:,}")
        for row in told["worlds"] for side in row["sides"].values()
    ]  # fmt: skip
    head = ("units", "world", "what", "threads", "seconds", "× edges", "× edges with gaps", "found")
    return [Table("Seconds of the best run", head, rows, words=3)]


def plots(told: dict[str, Any]) -> list[tuple[str, Any]]:
    """Bars of the ratios, with the values to be reached."""

    def draw(ax: Axes) -> None:
        rows = told["worlds"]
        labels = [f"{r['units']:,} {r['state']}" for r in rows]
        measured = {side["threads"] for side in rows[0]["sides"].values()
                    if side["task"] == "naming"}  # fmt: skip
        shown = [(j, c) for j, c in ((1, "#9db8d2"), (2, "#2f6690")) if j in measured]
        for n, (jobs, colour) in enumerate(shown):
            values = [r["sides"][f"naming-{jobs}"]["ratio"] for r in rows]
            at = [i + (n - 0.5) * 0.36 for i in range(len(rows))]
            ax.barh(at, values, 0.34, color=colour, label=f"{jobs} thread{'s' * (jobs > 1)}")
            most = [MOST[r["state"], jobs] for r in rows]
            ax.plot(most, at, "|", color="#b3261e", markersize=15, markeredgewidth=2.5,
                    label=None if n else "to be reached")  # fmt: skip
        ax.set_yticks(range(len(rows)), labels)
        ax.invert_yaxis()
        ax.set_xlabel("seconds ÷ seconds of coverage_invalid_edges")
        ax.set_xlim(left=0)

    return [("Naming all defects, in passes of coverage_invalid_edges", draw)]
