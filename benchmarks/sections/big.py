"""A country's worth of units under a limit of memory; runs only when asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sections.command import check
from sections.setting import Reach, Table
from sections.worlds import world

if TYPE_CHECKING:
    from sections.setting import Setting

TITLE = "A country under a limit of memory"
ABOUT = "<code>diming check FOLDER --memory-limit …</code> on a delivery in many GeoParquet files."


def measure(setting: Setting) -> dict[str, Any]:
    """Run the command once with the limit."""
    files = world(setting, setting.big_units, dirty=True, parts=setting.big_parts)
    out = setting.folder / "big.json"
    limit = ("--memory-limit", setting.memory_limit)
    used = check(files.path, files.layer, out, setting, *limit)
    report = json.loads(out.read_text("utf-8"))
    out.unlink()
    gb = float(setting.memory_limit.upper().removesuffix("GB"))
    setting.say(f"big {setting.big_units:,}: {used.seconds:.0f} s, {used.peak_mb:.0f} MB")
    return {
        "units": report["examined"]["units"],
        "vertices": report["examined"]["vertices"],
        "findings": len(report["findings"]),
        "limit": setting.memory_limit,
        **used.figures(),
        "reach": [Reach("peak memory", used.peak_mb / 1024, gb, "GB").figures()],
    }


def tables(told: dict[str, Any]) -> list[Table]:
    """One row."""
    row = (f"{told['units']:,}", f"{told['vertices']:,}", told["limit"], f"{told['seconds']:.0f}",
           f"{told['peak_mb']:.0f}", f"{told['findings']:,}")  # fmt: skip
    head = ("units", "vertices", "limit", "seconds", "peak MB", "findings")
    return [Table("One run", head, [row], words=0)]


def plots(told: dict[str, Any]) -> list[tuple[str, Any]]:
    """Nothing is drawn of one run."""
    return []
