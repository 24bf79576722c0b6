"""Draw findings among the units they concern, to be looked at and judged.

python benchmarks/real_files.py FOLDER --reports reports
python benchmarks/draw_findings.py FOLDER reports pictures

One picture a file and rule. Up to three findings each, largest, median and smallest; the left
panel shows the whole finding, the right one its `at`. Units as delivered, vertices as dots.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pyogrio
import shapely
from pyproj import CRS, Geod, Transformer

mpl.use("agg")
import matplotlib.pyplot as plt
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

SIZES = ("area_m2", "length_m", "offset_m")
COLOURS = plt.get_cmap("Set3").colors
GEOD = Geod(ellps="WGS84")


def units_of(path: Path, as_of: str | None) -> tuple[Any, Any]:
    """Read fids and geometry in WGS 84, of the versions in force at a date."""
    info, fids, wkb, fields = pyogrio.raw.read(path, return_fids=True)
    keep = np.ones(len(fids), dtype=bool)
    if as_of:
        named = dict(zip(info["fields"], fields, strict=True))
        begin, end = (named[c].astype("datetime64[D]") for c in ("start_date", "end_date"))
        day = np.datetime64(as_of)
        keep = (begin <= day) & (day <= end)
    shape = shapely.force_2d(shapely.from_wkb(wkb[keep]))
    crs = CRS.from_user_input(info["crs"])
    if crs != CRS("EPSG:4326"):
        turn = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        shape = shapely.transform(shape, lambda xy: np.column_stack(turn.transform(*xy.T)))
    return fids[keep], shape


def size(finding: dict[str, Any]) -> float:
    return next((finding["measures"][s] for s in SIZES if s in finding["measures"]), 0.0)


def chosen(findings: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """Take findings from largest to smallest, at even steps."""
    ordered = sorted(findings, key=lambda f: (-size(f), f["id"]))
    steps = np.linspace(0, len(ordered) - 1, min(count, len(ordered))).round().astype(int)
    return [ordered[i] for i in steps]


class Local:
    """Metres about a place: east and north on the ellipsoid."""

    def __init__(self, lon: float, lat: float) -> None:
        self.at = np.array([lon, lat])
        east = GEOD.inv(lon - 5e-4, lat, lon + 5e-4, lat)[2] / 1e-3
        north = GEOD.inv(lon, lat - 5e-4, lon, lat + 5e-4)[2] / 1e-3
        self.scale = np.array([east, north])

    def __call__(self, shape: Any) -> Any:
        return shapely.transform(shape, lambda xy: (xy - self.at) * self.scale)

    def degrees(self, x: float, y: float, half: float) -> Any:
        low, high = ((np.array([x, y]) + s * half) / self.scale + self.at for s in (-1, 1))
        return shapely.box(*low, *high)


def fill(ax: Any, shape: Any, **style: Any) -> None:
    for part in shapely.get_parts(shape):
        rings = [shapely.get_coordinates(r) for r in shapely.get_rings(part)]
        ax.add_patch(PathPatch(Outline.make_compound_path(*map(Outline, rings)), **style))


def panel(
    ax: Any, finding: dict[str, Any], fids: Any, shape: Any, tree: Any, *, half: float | None
) -> None:
    """Draw a finding whole (`half` None) or the square of `half` metres about its place."""
    geometry = shapely.from_geojson(json.dumps(finding["geometry"]))
    place = finding["at"] or shapely.get_coordinates(shapely.centroid(geometry))[0]
    local = Local(*place)
    mark = local(geometry)
    x = y = 0.0
    if half is None:
        box = shapely.bounds(mark)
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        half = max(box[2] - box[0], box[3] - box[1], 0.02) * 0.65
    window = local.degrees(x, y, half * 1.5)
    for i in sorted(tree.query(window, predicate="intersects")):
        near = local(shape[i])
        own = any(r["fid"] == fids[i] for r in finding["records"])
        colour = COLOURS[int(i) % len(COLOURS)]
        edge = "black" if own else "grey"
        fill(ax, near, facecolor=(*colour, 0.5), edgecolor=edge, linewidth=1.2 if own else 0.6)
        xy = shapely.get_coordinates(near)
        inside = (np.abs(xy - (x, y)) < half * 1.5).all(axis=1)
        ax.plot(*xy[inside].T, "o", ms=4 if own else 2, mfc="none", mec=colour, mew=1.5)
        ax.plot(*xy[inside].T, ".", ms=2, color="black")
    if finding["geometry"]["type"].endswith("Polygon"):
        fill(ax, mark, facecolor="none", edgecolor="red", linewidth=1.5, hatch="///")
    elif finding["geometry"]["type"].endswith("Point"):
        ax.plot(*shapely.get_coordinates(mark).T, "x", color="red", ms=8, mew=1.5)
    else:
        for line in shapely.get_parts(mark):
            ax.plot(*shapely.get_coordinates(line).T, color="red", lw=2)
    ax.set(xlim=(x - half, x + half), ylim=(y - half, y + half), aspect="equal")
    bar = 10 ** np.floor(np.log10(half))
    ax.plot([x - 0.95 * half, x - 0.95 * half + bar], [y - 0.93 * half] * 2, "k-", lw=4)
    ax.text(x - 0.95 * half, y - 0.9 * half, f"{bar:g} m", fontsize=8)
    ax.set_xticks([])
    ax.set_yticks([])


def caption(finding: dict[str, Any]) -> str:
    numbers = ", ".join(f"{k} {v:.4g}" for k, v in finding["measures"].items() if v is not None)
    facts = ", ".join(f"{k} {v}" for k, v in finding["facts"].items())
    whose = ", ".join(u or "?" for u in finding["units"][:5])
    return f"{finding['id']}: {whose}\n{numbers}\n{facts}"


def close_up(finding: dict[str, Any]) -> float:
    """Return half the side of a square in which the finding's width can be seen."""
    measures = finding["measures"]
    size_m = measures.get("width_m") or measures.get("offset_m") or measures.get("length_m") or 0.0
    if finding["rule"] == "spike":
        size_m = measures["length_m"] / 3
    if finding["rule"] == "exclave":
        size_m = measures["area_m2"] ** 0.5
    return float(np.clip(3 * size_m, 0.005, 20_000))


def draw(findings: list[dict[str, Any]], fids: Any, shape: Any, output: Path) -> None:
    tree = shapely.STRtree(shape)
    figure, axes = plt.subplots(
        len(findings), 2, figsize=(13, 6.4 * len(findings)), squeeze=False, layout="constrained"
    )
    for (left, right), finding in zip(axes, findings, strict=True):
        panel(left, finding, fids, shape, tree, half=None)
        panel(right, finding, fids, shape, tree, half=close_up(finding))
        left.set_title(caption(finding), fontsize=8, loc="left")
    figure.savefig(output, dpi=60)
    plt.close(figure)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("reports", type=Path)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--count", type=int, default=3, help="findings a rule")
    args = parser.parse_args()
    args.pictures.mkdir(parents=True, exist_ok=True)
    for source in sorted(args.reports.glob("*.json")):
        report = json.loads(source.read_text("utf-8"))
        fids, shape = units_of(args.data / source.stem, report["inputs"][0]["as_of"])
        rules = defaultdict(list)
        for finding in report["findings"]:
            if finding["geometry"]:
                rules[finding["rule"]].append(finding)
        for rule, findings in rules.items():
            few = chosen(findings, args.count)
            draw(few, fids, shape, args.pictures / f"{Path(source.stem).stem}-{rule}.png")
            for finding in few:
                print(source.stem, caption(finding).replace("\n", "  "))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
