"""How seconds and memory of the command grow with the number of units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sections.command import check, four_units
from sections.setting import Reach, Table
from sections.worlds import world

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sections.setting import Setting

TITLE = "Growth"
ABOUT = (
    "<code>diming check</code> on dirty worlds of growing size. Slopes are those of a straight "
    "line through the logarithms (least squares): 1 is linear. Above start-up: without what a "
    "file of four units takes, so that a fixed cost cannot hide a bend."
)


def slope(units: list[float], values: list[float]) -> float | None:
    """Return the log-log slope by least squares; None with fewer than two values above 0."""
    x, y = np.asarray(units, float), np.asarray(values, float)
    kept = y > 0
    if kept.sum() < 2:
        return None
    return float(np.polyfit(np.log(x[kept]), np.log(y[kept]), 1)[0])


def measure(setting: Setting) -> dict[str, Any]:
    """Run the command on all sizes."""
    out = setting.folder / "report.json"
    small = [check(four_units(setting.folder), "towns", out, setting) for _ in range(setting.runs)]
    floor = {"seconds": min(r.seconds for r in small), "peak_mb": min(r.peak_mb for r in small)}
    rows = []
    for units in setting.growth_units:
        files = world(setting, units, dirty=True)
        runs = [check(files.path, files.layer, out, setting) for _ in range(setting.runs)]
        rows.append({"units": units, "seconds": min(r.seconds for r in runs),
                     "all_seconds": [r.seconds for r in runs],
                     "peak_mb": min(r.peak_mb for r in runs)})  # fmt: skip
        setting.say(f"growth {units:,}: {rows[-1]['seconds']:.2f} s, {rows[-1]['peak_mb']:.0f} MB")
    units_ = [float(r["units"]) for r in rows]
    slopes = {}
    for key in ("seconds", "peak_mb"):
        values = [r[key] for r in rows]
        slopes[key] = slope(units_, values)
        slopes[f"{key}_above_start"] = slope(units_, [v - floor[key] for v in values])
    reach = [
        Reach("slope of seconds", slopes["seconds"], 1.05, ""),
        Reach("slope of seconds above start-up", slopes["seconds_above_start"], 1.05, ""),
        Reach("slope of memory", slopes["peak_mb"], 1.05, ""),
        Reach("slope of memory above start-up", slopes["peak_mb_above_start"], 1.05, ""),
    ]
    return {"floor": floor, "worlds": rows, "slopes": slopes, "reach": [r.figures() for r in reach]}


def tables(told: dict[str, Any]) -> list[Table]:
    """One row a size."""
    rows = [
        (f"{r['units']:,}", f"{r['seconds']:.2f}", f"{1e6 * r['seconds'] / r['units']:.0f}",
         f"{r['peak_mb']:.0f}", f"{1024 * r['peak_mb'] / r['units']:.0f}")
        for r in told["worlds"]
    ]  # fmt: skip
    floor = told["floor"]
    note = f"Start-up: {floor['seconds']:.2f} s, {floor['peak_mb']:.0f} MB."
    head = ("units", "seconds", "µs a unit", "peak MB", "KiB a unit")
    return [Table("Seconds of the best run and peak memory", head, rows, note, words=0)]


def plots(told: dict[str, Any]) -> list[tuple[str, Any]]:
    """Log-log, with a straight line of slope 1."""
    units = np.array([r["units"] for r in told["worlds"]], float)

    def lines(key: str, label: str) -> Any:
        def draw(ax: Axes) -> None:
            values = np.array([r[key] for r in told["worlds"]])
            above = values - told["floor"][key]
            found, free = told["slopes"][key], told["slopes"][f"{key}_above_start"]
            for y, slope_, colour, name in (
                (values, found, "#2f6690", "whole"), (above, free, "#e07a1f", "above start-up"),
            ):  # fmt: skip
                if slope_ is not None:
                    keep = y > 0
                    text = f"{name}: slope {slope_:.2f}"
                    ax.plot(units[keep], y[keep], "o-", color=colour, label=text)
            ax.plot(units, values[-1] * units / units[-1], ":", color="#777", label="slope 1")
            ax.set_xscale("log")
            ax.set_yscale("log")
            ax.set_xticks(units, [f"{u / 1000:g}k" for u in units], minor=False)
            ax.minorticks_off()
            ax.set_xlabel("units")
            ax.set_ylabel(label)
            ax.grid(alpha=0.3)

        return draw

    return [("Seconds", lines("seconds", "seconds")), ("Peak memory", lines("peak_mb", "MB"))]
