"""Spoil a world: defects of every rule that concerns one delivery, with the truth (缺陷注入)."""

from __future__ import annotations

from collections.abc import Callable

import debris_defects as debris
import line_defects as line
import record_defects as record
import unit_defects as unit
from bench import Bench, NoPlaceLeft, Unfit
from raw_defects import RAW_MAKERS
from truth import Defect

Maker = Callable[[Bench], list[Defect]]

#: What is made, and of how many in a hundred defects.
MAKERS: tuple[tuple[Maker, float], ...] = (
    (line.stretch, 40), (line.over_county_line, 6), (line.narrower, 1), (line.wider, 1),
    (line.dropped_vertex, 8), (line.unmatched, 8), (line.unmatched_at_county_line, 1),
    (line.cut_corner, 2), (line.over_node, 3), (line.open_slit, 0.5),
    (unit.shifted, 2), (unit.missing, 1), (unit.within, 1), (unit.twice, 1),
    (unit.hole_outside, 0.5), (unit.nested_part, 0.5), (unit.nested_hole, 0.5),
    (unit.parts_meet, 0.5), (unit.own_touch, 0.5), (unit.bow_tie, 1),
    (debris.shared_spike, 2), (debris.lone_spike, 2), (debris.needle, 1),
    (debris.short_edge, 2), (debris.repeated, 2), (debris.sliver_hole, 1), (debris.sliver_part, 1),
    (record.no_geometry, 0.5), (record.empty_geometry, 0.5), (record.no_area, 0.5),
    (record.duplicate_code, 0.5), (record.missing_code, 1), (record.bad_length, 1),
    (record.bad_characters, 1), (record.unknown_province, 0.5), (record.unknown_prefix, 0.5),
    (record.wrong_kind, 1), (record.wrong_parent, 1), (record.wrong_county, 0.5),
)  # fmt: skip
#: Stretches moved by less than the tolerance, of a hundred defects; one finding in all.
NOISY = 2
#: Places drawn before a kind is given up.
PLACES = 60


def spoil(
    bench: Bench, density: float, *, leave_out: tuple[Maker, ...] = (), noise: bool = True,
    raw: bool = False,
) -> list[Defect]:  # fmt: skip
    """Put about `density` defects per unit into a world, at least one of each kind.

    With `raw`, bytes of records are to be spoilt too, once they are written.

    Returns
    -------
    list of Defect
        What was made; it is in `bench.defects` too.
    """
    total = density * bench.province.count
    made: list[Defect] = []
    # Those that need most room come first.
    first = (unit.shifted, unit.missing, line.cut_corner, line.over_node, record.duplicate_code)
    makers = MAKERS + RAW_MAKERS if raw else MAKERS
    for maker, share in sorted(makers, key=lambda m: m[0] not in first):
        if maker in leave_out:
            continue
        for _ in range(max(1, round(share / 100 * total))):
            if (found := attempt(bench, maker)) is None:
                break
            made += found
    if noise:
        moved = [m for _ in range(max(1, round(NOISY / 100 * total))) if (m := _noise(bench))]
        if moved:
            facts = {"vertices_count": sum(m[0] for m in moved), "max_m": max(m[1] for m in moved)}
            made.append(bench.record("vertex-noise", "noise", (), **facts))
    bench.defects += made
    return made


def attempt(bench: Bench, maker: Maker) -> list[Defect] | None:
    """Make one defect where there is room for it; None if there is none."""
    for _ in range(PLACES):
        try:
            return maker(bench)
        except Unfit:
            continue
        except NoPlaceLeft:
            return None
    return None


def _noise(bench: Bench) -> tuple[int, float] | None:
    try:
        return debris.noise(bench)
    except (Unfit, NoPlaceLeft):
        return None
