"""What the scripts of the comparison page read: both states' outlines, each shape once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.geometry.lonlat import has_place, to_lonlat
from diming.present.acts import level_word
from diming.present.answer_text import flow_text
from diming.present.page_data import track
from diming.present.plain import visible
from diming.present.quantity import area_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from diming.model.answers import Difference, Units

#: Steps of a coordinate across the extent.
_STEPS = 2e5


def diff_data(diff: Difference, lang: str) -> dict[str, Any]:
    """Return outlines, ground that moved, and labels, ready for JSON.

    `shapes` are lists of rings of tracks; units and flows name them by position.
    """
    crs = diff.later_units.crs or diff.earlier_units.crs
    changed = {c.unit_id for c in diff.comparison.changes}
    keys: dict[str, int] = {}
    held: list[Any] = []
    for units in (diff.earlier_units, diff.later_units):
        for version, shape in zip(units.versions, units.shapes, strict=True):
            if version.territory is not None and version.territory not in keys:
                keys[version.territory] = len(held)
                held.append(shape)
    flows = diff.comparison.flows
    first_flow = len(held)
    held += [f.geometry for f in flows]
    plane = not has_place(crs)
    shapes = to_lonlat(np.array([*held, None], dtype=object)[:-1], crs)
    decimals = _decimals(shapes, plane=plane)
    places = shapely.get_coordinates(shapely.point_on_surface(shapes)) if len(shapes) else []
    levels = sorted({
        v.level
        for u in (diff.earlier_units, diff.later_units)
        for v in u.versions
        if v.territory is not None
    })  # fmt: skip
    moved = {x: sum(f.area_m2 for f in flows if f.level == x) for x in levels}
    return {
        "plane": plane,
        "decimals": decimals,
        "shapes": [_rings(s, decimals) for s in shapes],
        "places": [track(p[None, :], decimals) for p in places],
        "levels": [
            {
                "level": int(level),
                "word": level_word(level, lang),
                "chosen": level == max(levels, key=lambda x: (moved[x], -x)),
            }
            for level in levels
        ],
        "before": _units(diff.earlier_units, keys, changed),
        "after": _units(diff.later_units, keys, changed),
        "flows": [
            {
                "level": int(f.level),
                "giver": f.giver,
                "taker": f.taker,
                "shape": first_flow + n,
                "text": f"{flow_text(f.giver, f.taker, diff.names, lang)} "
                f"{area_text(f.area_m2, lang)}",
            }
            for n, f in enumerate(flows)
        ],
    }


def _units(units: Units, keys: dict[str, int], changed: set[str]) -> list[dict[str, Any]]:
    return [
        {
            "unit": v.unit_id,
            "name": visible(v.name),
            "label": visible(v.label),
            "level": int(v.level),
            "shape": keys[v.territory],
            "changed": v.unit_id in changed,
        }
        for v in units.versions
        if v.territory is not None
    ]


def _rings(shape: Any, decimals: int) -> list[list[str]]:
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon" and not p.is_empty]
    return [
        [track(shapely.get_coordinates(r), decimals, thin=True) for r in (p.exterior, *p.interiors)]
        for p in parts
    ]


def _decimals(shapes: NDArray[np.object_] | Sequence[Any], *, plane: bool) -> int:
    """Return decimals that give a step of a few millionths of the extent."""
    if len(shapes) == 0:
        return 0
    bounds = shapely.total_bounds(shapes)
    extent = float(np.nanmax(bounds[2:] - bounds[:2]))
    fitting = int(np.ceil(np.log10(_STEPS / extent))) if extent > 0 else 6
    return max(0, min(6, fitting)) if plane else max(5, min(6, fitting))
