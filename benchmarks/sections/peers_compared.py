"""Other programs on the same files: seconds, memory, and what of each kind of defect they find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peers import NAMES
from peers.contest import asked, contests
from peers.protocol import UNNAMED
from sections.setting import Reach, Table
from sections.worlds import world

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sections.setting import Setting

TITLE = "Other programs on the same files"
ABOUT = (
    "Every program runs in a process of its own on the same generated files, in the way its own "
    "documents describe, and is scored by the same rule: a defect is found when a reported place "
    "of its kind meets its ground; a place is right when it meets any defect. Each cell is "
    "<em>recall / precision</em>; a dash means that the program cannot say such a thing, a figure "
    "in brackets that it marks that share of them without saying what they are."
)
OURS = "diming_check"


def measure(setting: Setting) -> dict[str, Any]:
    """Run all peers on dirty worlds, and on the smallest clean one."""
    from truth import read_truth

    names = setting.peers or NAMES
    smallest = min(setting.peer_units)
    rows = []
    for units, dirty in [(smallest, False), *((u, True) for u in setting.peer_units)]:
        files = world(setting, units, dirty=dirty)
        truth = read_truth(files.truth)
        setting.say(f"peers on {units:,} units, {'dirty' if dirty else 'clean'}")
        told = contests(files.path, truth, names=names, timeout=setting.timeout,
                        parents=files.parents, say=setting.say)  # fmt: skip
        rows.append({"units": units, "vertices": truth.vertices, "dirty": dirty,
                     "defects": asked(truth, files.parents), "peers": told})  # fmt: skip
        ours = next((t.get("seconds") for t in told if t["module"] == OURS), None)
        for peer in told:
            if ours and peer.get("seconds"):
                peer["ratio_to_diming"] = peer["seconds"] / ours
    return {"worlds": rows, "reach": [r.figures() for r in _reach(rows)]}


def _of(row: dict[str, Any]) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    ran = [p for p in row["peers"] if not p["skipped"] and not p["failed"]]
    ours = next((p for p in ran if p["module"] == OURS), None)
    return ours, [p for p in ran if p["module"] != OURS]


def _reach(rows: list[dict[str, Any]]) -> list[Reach]:
    """Count the kinds in which another program is ahead; never more than none."""
    result = []
    for row in rows:
        ours, others = _of(row)
        if not row["dirty"] or ours is None:
            continue
        for key in ("recall", "precision"):
            ahead = [
                f"{p['peer']}: {kind}"
                for kind in row["defects"]
                for p in others
                if kind in p["names"]
                and (p["kinds"].get(kind, {}).get(key) or 0) > (ours["kinds"][kind][key] or 0)
            ]
            what = f"kinds with another program ahead in {key}, {row['units']:,} units"
            if ahead:
                what += f" ({'; '.join(ahead)})"
            result.append(Reach(what, float(len(ahead)), 0.0, ""))
    return result


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"


def _cell(peer: dict[str, Any], kind: str) -> str:
    score = peer["kinds"].get(kind, {})
    if kind not in peer["names"]:
        # Without a name, but marked.
        marked = _share(score["marked"], score["truths"]) if UNNAMED in peer["kinds"] else ""
        return f"({marked})" if marked and score["marked"] else "–"
    precision = score.get("precision")
    told = "–" if precision is None else f"{precision:.3f}"
    return f"{score.get('recall') or 0.0:.3f} / {told}"


def tables(told: dict[str, Any]) -> list[Table]:
    """Cost, then recall and precision by kind, for each world; who was skipped, and why."""
    result = []
    clean = next((r for r in told["worlds"] if not r["dirty"]), None)
    on_clean = (
        {p["module"]: p["places"] - p["right"] if "places" in p else None for p in clean["peers"]}
        if clean
        else {}
    )
    for row in told["worlds"]:
        if row["dirty"]:
            size = f"{row['units']:,} units, {row['vertices']:,} vertices"
            result += [_cost(row, size, on_clean), _kinds(row, size)]
            result += _strict(row, size)
    skipped = [(p["peer"], p["skipped"]) for p in told["worlds"][0]["peers"] if p["skipped"]]
    if skipped:
        result.append(Table("Skipped, as not installed", ("program", "why"), skipped, words=2))
    return result


def _cost(row: dict[str, Any], size: str, on_clean: dict[str, int | None]) -> Table:
    rows = []
    for p in row["peers"]:
        if p["skipped"]:
            continue
        if p["failed"]:
            figures = (f"failed: {p['failed']}", "", "", "", "")
        else:
            ratio, false = p.get("ratio_to_diming"), on_clean.get(p["module"])
            figures = (
                f"{p['seconds']:.1f}", "–" if ratio is None else f"{ratio:.1f}",
                f"{p['peak_mb']:.0f}", f"{p['places']:,}", "–" if false is None else f"{false:,}",
            )  # fmt: skip
        rows.append((p["peer"], str(p["version"]), *figures))
    head = ("program", "version", "seconds", "× diming", "peak MB", "places", "false, clean")
    note = (
        "False, clean: places where nothing is, reported on the smallest file without defects. "
        "Peak memory is that of the "
        "largest process, for PostGIS also of the server's."
    )
    return Table(f"Cost: {size}", head, rows, note, words=2)


def _kinds(row: dict[str, Any], size: str) -> Table:
    ours, others = _of(row)
    ran = [*([ours] if ours else []), *others]
    rows = [
        (kind, f"{count:,}", *(_cell(p, kind) for p in ran))
        for kind, count in row["defects"].items()
    ]
    both = [f"{_share(p['marked'], p['truths'])} / {_share(p['right'], p['places'])}" for p in ran]
    total = f"{sum(row['defects'].values()):,}"
    rows.append(("all, whatever they are called", total, *both))
    head = ("kind", "defects", *(p["peer"] for p in ran))
    note = "– cannot say so; (…) marks that share of them without saying what they are."
    return Table(f"Recall / precision by kind: {size}", head, rows, note)


def _strict(row: dict[str, Any], size: str) -> list[Table]:
    """Show how well diming measures and whom it names; no other program tells as much."""
    ours, _ = _of(row)
    if ours is None:
        return []

    def error(score: dict[str, Any], name: str) -> str:
        found = score["errors"].get(name)
        return f"{100 * found['max']:.3f} / {100 * found['median']:.3f}" if found else "–"

    rows = [
        (rule, f"{s['truths']:,}", f"{s['findings']:,}", f"{s['recall']:.4f}",
         f"{s['precision']:.4f}", _share(s["right_units"], s["matched"]),
         _share(s["right_facts"], s["matched"]), error(s, "width_m"), error(s, "area_m2"))
        for rule, s in ours["strict"].items()
    ]  # fmt: skip
    head = ("rule", "defects", "findings", "recall", "precision", "units right", "facts right",
            "width % max / median", "area % max / median")  # fmt: skip
    note = "One finding a defect; place, units, facts and measures are compared (score.py)."
    return [Table(f"diming by its own, stricter measure: {size}", head, rows, note)]


def plots(told: dict[str, Any]) -> list[tuple[str, Any]]:
    """Recall by kind and program, as a chart of tiles; seconds as bars."""
    row = [r for r in told["worlds"] if r["dirty"]][-1]
    ours, others = _of(row)
    ran = [*([ours] if ours else []), *others]
    kinds = list(row["defects"])

    def tiles(ax: Axes) -> None:
        for y, kind in enumerate(kinds):
            for x, p in enumerate(ran):
                score = p["kinds"].get(kind, {}) if kind in p["names"] else None
                value = None if score is None else score.get("recall") or 0.0
                colour = "#f0f0f0" if value is None else (0.87 - 0.68 * value, 0.92 - 0.5 * value,
                                                          0.96 - 0.36 * value)  # fmt: skip
                ax.add_patch(_tile(x, y, colour))
                dark = value is not None and value > 0.5
                text = "–" if value is None else f"{value:.2f}"
                ax.text(x, y, text, ha="center", va="center", fontsize=8,
                        color="white" if dark else "#333")  # fmt: skip
        ax.set_xlim(-0.5, len(ran) - 0.5)
        ax.set_ylim(len(kinds) - 0.5, -0.5)
        ax.set_xticks(range(len(ran)), [p["peer"] for p in ran], rotation=35, ha="right")
        ax.set_yticks(range(len(kinds)), kinds)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)

    def bars(ax: Axes) -> None:
        names = [p["peer"] for p in ran]
        colours = ["#2f6690" if p["module"] == OURS else "#b8b8b8" for p in ran]
        drawn = ax.barh(names, [p["seconds"] for p in ran], color=colours)
        ax.bar_label(drawn, fmt="{:,.1f}", padding=3)
        ax.margins(x=0.15)
        ax.invert_yaxis()
        ax.set_xlabel("seconds")

    size = f"{row['units']:,} units"
    return [(f"Recall by kind, {size} (– cannot say)", tiles), (f"Seconds, {size}", bars)]


def _tile(x: int, y: int, colour: Any) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, facecolor=colour, edgecolor="none")
