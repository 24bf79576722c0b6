"""Measure diming: speed, memory, growth, and other programs on the same files.

python benchmarks/run.py --output DIR              everything but `big`; hours
python benchmarks/run.py --output DIR --quick      small sizes; a minute or two
python benchmarks/run.py --output DIR --only peers --table docs/peers.md

Writes DIR/results.json, which holds every figure, and DIR/results.html. Generated files are kept
in DIR/worlds and used again. A section that fails is told in both, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sections import NAMES, ON_REQUEST, WORDS
from sections.setting import QUICK, Setting

#: What is measured is the checkout that this file is in, whatever is installed.
HERE = [str(Path(__file__).parents[1] / "src"), str(Path(__file__).parent)]
SCHEMA = "diming.benchmarks/1"
PACKAGES = ("numpy", "shapely", "pyogrio", "pyproj", "scipy", "geopandas", "matplotlib")


def machine() -> dict[str, Any]:
    """Say what this was measured on."""
    cpu = platform.processor() or platform.machine()
    told = Path("/proc/cpuinfo")
    if told.exists():
        names = [x for x in told.read_text("utf-8").splitlines() if x.startswith("model name")]
        cpu = names[0].partition(":")[2].strip() if names else cpu
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"cpu": cpu, "cores": usable, "memory_gb": memory, "system": platform.platform(),
            "load_at_start": os.getloadavg()}  # fmt: skip


def versions() -> dict[str, str]:
    """Return the versions of what takes part."""
    import shapely

    from diming.version import __version__

    found = {"diming": str(__version__), "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return {**found, "GEOS": shapely.geos_version_string}


def measured(name: str, setting: Setting) -> dict[str, Any]:
    """Run a section; one that fails says so and does not end the run."""
    start = time.perf_counter()
    try:
        told: dict[str, Any] = import_module(f"sections.{name}").measure(setting)
    except Exception as error:
        setting.say(f"{name} failed: {error}")
        told = {"error": f"{type(error).__name__}: {error}"}
    told["took_s"] = time.perf_counter() - start
    return told


def sizes(text: str) -> tuple[int, ...]:
    return tuple(int(part.replace("_", "")) for part in text.split(","))


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", type=Path, required=True, metavar="DIR")
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--only", metavar="SECTION,…", help=", ".join(WORDS))
    parser.add_argument("--table", type=Path, metavar="FILE", help="put the peers' table there")
    parser.add_argument("--peers", metavar="MODULE,…", help="of benchmarks/peers; default: all")
    parser.add_argument("--vertices", type=int, help="a unit, about (300)")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--dirty", type=float, help="defects a unit (0.03)")
    parser.add_argument("--runs", type=int, help="of each side; the best counts (3)")
    states = ("clean", "dirty")
    parser.add_argument("--states", nargs="+", choices=states, help="of speed and command")
    parser.add_argument("--threads", type=sizes, metavar="N,…", help="for naming (1,2)")
    parser.add_argument("--timeout", type=float, help="seconds for one run (3600)")
    parser.add_argument("--memory-limit", help="of the section big (2GB)")
    for name in ("speed", "command", "growth", "peer"):
        parser.add_argument(f"--{name}-units", type=sizes, metavar="N,…")
    parser.add_argument("--big-units", type=int)
    return parser


def take_checkout() -> None:
    """Let this process and its children import from the checkout."""
    sys.path[:0] = HERE
    known = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([*HERE, *([known] if known else [])])


def main(given: list[str] | None = None) -> int:
    take_checkout()
    parser = arguments()
    args = parser.parse_args(given)
    words = args.only.split(",") if args.only else [w for w in WORDS if w not in ON_REQUEST]
    if unknown := set(words) - set(WORDS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    if args.table and "peers" not in words:
        parser.error("--table needs the section peers")
    chosen = {WORDS[w] for w in words}
    output: Path = args.output
    (output / "worlds").mkdir(parents=True, exist_ok=True)
    setting = Setting(folder=output / "worlds")
    if args.quick:
        setting = replace(setting, **QUICK)
    own = {k: v for k, v in vars(args).items() if hasattr(setting, k) and v is not None}
    if args.peers:
        own["peers"] = tuple(args.peers.split(","))
    setting = replace(setting, **own)
    results: dict[str, Any] = {
        "schema": SCHEMA, "date": datetime.now().astimezone().isoformat(timespec="seconds"),
        "machine": machine(), "versions": versions(), "quick": args.quick,
        "setting": setting.told(), "sections": {},
    }  # fmt: skip
    for name in NAMES:
        if name in chosen:
            results["sections"][name] = measured(name, setting)
            write(output, results)
    if args.table and "error" not in results["sections"]["peers_compared"]:
        from peer_table import put

        put(args.table, results)
    print(output / "results.html")
    return int(any("error" in told for told in results["sections"].values()))


def write(output: Path, results: dict[str, Any]) -> None:
    """Write both files; after each section, so that a run that is cut short leaves something."""
    from page import page

    text = json.dumps(results, ensure_ascii=False, indent=1)
    (output / "results.json").write_text(text, "utf-8")
    (output / "results.html").write_text(page(results), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
