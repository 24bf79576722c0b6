"""The page on scale: what all villages of China, and all areas of the world, would need (规模).

python benchmarks/scale.py --page docs/scale.md

Every figure is computed from `benchmarks/constants.json`, which `benchmarks/constants.py` measures.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model import DIRTY, NETWORK_BYTES_PER_SECOND, Need, World, breaks_at, fit, outline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TEMPLATE = Path(__file__).with_name("scale.template.md")
CONSTANTS = Path(__file__).with_name("constants.json")
WORKERS = (2, 8, 32, 128)
WORLDS = (
    World("Chongqing, townships", 1_031, 300, 38),
    World("China, townships", 38_600, 300, 31),
    World("China, villages", 700_000, 300, 333),
    World("China, villages, fine", 700_000, 1_000, 333),
    World("World, GADM 4.1", 400_276, 300, 200),
    World("World, geoBoundaries", 1_000_000, 300, 200),
)
VILLAGES = WORLDS[2]
#: What machines are assumed to have, and how long one waits, for what breaks first.
WORKER_BYTES, DRIVER_BYTES, PATIENCE_MINUTES, BREAK_WORKERS = 16e9, 32e9, 60.0, 32


def amount(value: float) -> str:
    """Return bytes to three digits."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if value >= size:
            return f"{float(f'{value / size:.3g}'):,g} {unit}"
    return f"{value:.0f} B"


def count(value: float) -> str:
    """Return a number of units to two digits."""
    value = float(f"{value:.2g}")
    return f"{value / 1e6:,g} million" if value >= 1e6 else f"{value:,.0f}"


def minutes(value: float) -> str:
    """Return minutes, or seconds where they are few."""
    if value < 2:
        return f"{value * 60:.0f} s"
    return f"{value:.1f} min" if value < 10 else f"{value:,.0f} min"


def table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Return a table of Markdown."""
    head = list(head)
    lines = [head, ["---"] * len(head), *[list(map(str, row)) for row in rows]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def constants_table(c: Mapping[str, Any]) -> str:
    steps, opening = (c["part"][k] for k in ("seconds_per_million_vertices", "seconds_per_file"))
    memory, driver, naming, cluster = (
        c[k] for k in ("worker_memory", "driver_memory", "naming", "cluster")
    )
    named = naming["seconds_per_thousand_segments"]
    gather, wire, left = c["gather"], c["wire"], driver["per_segment"]
    words = ", ".join(f"`{k}` {v:.3f}" for k, v in steps.items() if v >= 5e-4)
    kinds = ", ".join(f"{kind} {named[kind]:.4f}" for kind in named)
    return table(
        ("symbol", "what", "measured"),
        [
            ("d", "GeoParquet on disk", f"{c['disk_bytes_per_vertex']:.1f} B a vertex"),
            ("m", "geometry kept on a worker", f"{memory['kept_per_vertex']:.1f} B a vertex"),
            ("m′", "the file at work, besides", f"{memory['at_work_per_vertex']:.1f} B a vertex"),
            ("p", "a worker with nothing read", amount(cluster["worker_process_bytes"])),
            ("p′", "a driver with nothing read", amount(driver["process"])),
            ("s", "all steps on files", f"{sum(steps.values()):.3f} s a million vertices: {words}"),
            ("e", "each file, besides", f"{sum(opening.values()) * 1e3:.1f} ms"),
            ("c", "keys that a compact file of u units sends", f"{fit(c['shares']):.2f} / √u"),
            ("k", "a key on the wire", f"{wire['key']:.2f} B"),
            ("g", "a key where keys are gathered", f"{gather['bytes_per_key']:.0f} B, "
             f"{gather['seconds_per_million_keys']:.3f} s a million"),
            ("r", "a segment that is left", f"{wire['segment']:.1f} B on the wire; "
             f"{left['shifted']:.0f} B on the driver, {left['noise']:.0f} B if noise"),
            ("b", "segments of the outline", f"{outline(naming):.2f} · √n · v"),
            ("n₁", "naming a thousand segments", f"{kinds} s"),
            ("a", "columns of a unit", f"{cluster['column_bytes_per_unit']:.0f} B on the wire; "
             f"{driver['per_unit']:.0f} B on the driver, "
             f"{naming['seconds_per_thousand_units']:.4f} s a thousand"),
            ("t", "a task that does nothing", f"{cluster['seconds_per_task'] * 1e3:.2f} ms, "
             f"{cluster['tasks_per_part']:.0f} tasks a file"),
            ("t₀", "a check of almost nothing", f"{cluster['seconds_fixed']:.2f} s"),
        ],
    )  # fmt: skip


def tried_table(c: Mapping[str, Any]) -> str:
    v = c["validation"]
    world = World("", v["units"], round(v["vertices"] / v["units"]), v["parts"])
    need = Need(c, world, v["workers"], network=c["cluster"]["loopback_bytes_per_second"])
    through = v["sent_bytes"] + v["back_bytes"]
    second = need.segments * c["wire"]["segment"] + need.column_bytes
    between = need.first_round_bytes + need.segments * c["wire"]["key"]
    return table(("", "predicted", "measured", "ratio"), [
        (what, words(p), words(m), f"{p / m:.2f}")
        for what, p, m, words in (
            ("seconds", 60 * need.minutes, v["seconds"], lambda x: f"{x:.1f} s"),
            ("memory of the busiest worker", need.gather_bytes, v["worker_peak_bytes"], amount),
            ("memory of the driver", need.driver_bytes, v["peak_bytes"], amount),
            ("moved between workers", between, v["moved_bytes"], amount),
            ("through the scheduler", second, through, amount),
            ("segments left", need.segments, v["segments"], lambda x: f"{x:,.0f}"),
        )
    ])  # fmt: skip


def needs_table(c: Mapping[str, Any]) -> str:
    rows = []
    for world in WORLDS:
        for workers in WORKERS:
            n = Need(c, world, workers)
            name = f"{world.name}: {world.units:,} × {world.vertices:,}, {world.files} files"
            rows.append((
                name if workers == WORKERS[0] else "", workers, amount(n.worker_bytes),
                amount(n.gather_bytes), amount(n.driver_bytes), amount(n.first_round_bytes),
                amount(n.second_round_bytes), minutes(n.minutes),
                f"{n.bottleneck} ({n.seconds[n.bottleneck] / 60 / n.minutes:.0%})",
            ))  # fmt: skip
    return table(("coverage", "workers", "a worker", "the one that gathers", "driver",
                  "round 1 moves", "round 2 moves", "time", "most of it"), rows)  # fmt: skip


def shares_table(c: Mapping[str, Any]) -> str:
    sizes = sorted({round(s["units_per_part"], -1) for s in c["shares"] if s["order"] == "row"})
    law = fit(c["shares"])
    rows = []
    for size in sizes:
        row = [f"{size:,}", f"{min(1.0, law / size**0.5):.1%}"]
        for order in ("block", "row", "random"):
            of = [s for s in c["shares"] if s["order"] == order]
            near = min(of, key=lambda s: abs(s["units_per_part"] - size))
            row.append(f"{near['share']:.1%}")
        rows.append(row)
    return table(("units a file", "law", "compact", "rows of a grid", "at random"), rows)


def breaks_table(c: Mapping[str, Any]) -> str:
    sound = VILLAGES
    drawn = replace(sound, order="random")
    dirty, noise, shifted = (replace(sound, wrong=k) for k in ("dirty", "noise", "shifted"))
    said = {id(sound): "sound", id(drawn): "units in any file", id(noise): "noise below tolerance",
            id(dirty): f"{DIRTY} defects a unit", id(shifted): "no vertices shared"}  # fmt: skip
    gathering = f"the worker that gathers: {amount(WORKER_BYTES)} for keys"
    driver = f"the driver: {amount(DRIVER_BYTES)}"
    naming = f"the driver: {PATIENCE_MINUTES:.0f} min of naming"

    def gathers(n: Need) -> bool:
        return n.gather_bytes - n.worker_bytes > WORKER_BYTES

    def held(n: Need) -> bool:
        return n.driver_bytes > DRIVER_BYTES

    def named(n: Need) -> bool:
        return n.seconds["naming"] > 60 * PATIENCE_MINUTES

    ranges = "gather by ranges of keys, on all workers"
    county = "name county by county, on workers"
    stop = "stop above a share of segments left, and say so"
    found = [
        (f"workers: {BREAK_WORKERS} of {amount(WORKER_BYTES)}", sound,
         lambda n: n.worker_bytes > WORKER_BYTES, "more workers"),
        (gathering, sound, gathers, ranges),
        (gathering, drawn, gathers, f"{ranges}; or sort units by code first"),
        (gathering, shifted, gathers, ranges),
        (driver, sound, held, "columns as Arrow, boxes on the workers"),
        (driver, dirty, held, county),
        (driver, shifted, held, stop),
        (naming, dirty, named, county),
        (naming, shifted, named, f"{county}; or {stop}"),
        (naming, noise, named, "snap on the workers to the data's own grid, cancel again"),
        (f"the scheduler: {PATIENCE_MINUTES:.0f} min of tasks", sound,
         lambda n: n.seconds["tasks"] > 60 * PATIENCE_MINUTES, "ask a file everything in one task"),
    ]  # fmt: skip
    rows = [
        (breaks_at(c, world, BREAK_WORKERS, test), what, said[id(world)], mend)
        for what, world, test, mend in found
    ]
    rows.sort(key=lambda row: row[0] or 1 << 62)
    return table(
        ("units", "what breaks", "data", "what would mend it"),
        [(count(row[0]) if row[0] else "never", *row[1:]) for row in rows],
    )


def page(c: Mapping[str, Any]) -> str:
    """Return the page."""
    villages, alone = Need(c, VILLAGES, BREAK_WORKERS), Need(c, VILLAGES, 2)
    mixed = Need(c, replace(VILLAGES, order="random"), BREAK_WORKERS)
    dirty = Need(c, replace(VILLAGES, wrong="dirty"), BREAK_WORKERS)
    shifted = Need(c, replace(VILLAGES, wrong="shifted"), BREAK_WORKERS)
    tried, worlds = c["validation"], c["naming"]["worlds"]
    few, many = (worlds[k] for k in ("shifted", "shifted more"))

    def speed(world: Mapping[str, Any]) -> float:
        return float(world["seconds"] / world["segments"])

    facts = {
        **c["machine"],
        "measured": c["measured"],
        "villages_disk": amount(villages.file_bytes),
        "villages_time": minutes(villages.minutes),
        "villages_memory": amount(villages.gather_bytes),
        "villages_moved": amount(villages.first_round_bytes),
        "villages_coordinates": amount(16 * VILLAGES.total),
        "alone_time": minutes(alone.minutes),
        "alone_memory": amount(alone.gather_bytes),
        "mixed_moved": amount(mixed.first_round_bytes),
        "dirty_rate": DIRTY,
        "dirty_time": minutes(dirty.minutes),
        "dirty_share": f"{dirty.seconds['naming'] / 60 / dirty.minutes:.0%}",
        "shifted_memory": amount(shifted.driver_bytes),
        "shifted_time": minutes(shifted.minutes),
        "law": f"{fit(c['shares']):.2f}",
        "outline": f"{outline(c['naming']):.2f}",
        "share_world": f"{c['share_world']:,}",
        "network": amount(NETWORK_BYTES_PER_SECOND),
        "loopback": amount(c["cluster"]["loopback_bytes_per_second"]),
        "tried_units": f"{tried['units']:,}",
        "tried_vertices": f"{tried['vertices'] / 1e6:.1f}",
        "tried_parts": tried["parts"],
        "tried_workers": tried["workers"],
        "parts_moved": tried["parts_moved"],
        "parts_bytes": amount(tried["parts_bytes"]),
        "worst": f"{tried['seconds_worst']:.1f} s",
        "load": f"{tried['load_before']:.1f}",
        "tried_runs": tried["runs"],
        "later_peak": amount(tried["worker_peak_after_runs_bytes"]),
        "break_workers": BREAK_WORKERS,
        "per_file": f"{VILLAGES.units / VILLAGES.files:,.0f}",
        "shifted_segments": f"{many['segments']:,}",
        "few_segments": f"{few['segments']:,}",
        "shifted_ratio": f"{speed(many) / speed(few):.2f}",
        "constants_table": constants_table(c),
        "shares_table": shares_table(c),
        "tried_table": tried_table(c),
        "needs_table": needs_table(c),
        "breaks_table": breaks_table(c),
    }
    return TEMPLATE.read_text(encoding="utf-8").format(**facts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--constants", type=Path, default=CONSTANTS)
    parser.add_argument("--page", type=Path, help="write here; else print")
    asked = parser.parse_args()
    text = page(json.loads(asked.constants.read_text(encoding="utf-8")))
    if asked.page:
        asked.page.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
