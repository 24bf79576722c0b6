"""Defects of records and codes (记录与区划代码缺陷)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from bench import Bench, Unfit
from enclosures import loop
from world import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from truth import Defect


def no_geometry(bench: Bench) -> list[Defect]:
    """A record without geometry."""
    unit = bench.world.add(None, bench.world.county_of(bench.a_cell()))
    return [bench.record("empty-geometry", "null", bench.codes(unit), reason="null")]


def empty_geometry(bench: Bench) -> list[Defect]:
    """A record whose geometry is empty."""
    unit = bench.world.add(shapely.Polygon(), bench.world.county_of(bench.a_cell()))
    return [bench.record("empty-geometry", "empty", bench.codes(unit), reason="empty")]


def no_area(bench: Bench) -> list[Defect]:
    """A record that is a line."""
    cell = bench.a_cell()
    line = shapely.LineString(loop(bench, cell))
    unit = bench.world.add(line, bench.world.county_of(cell))
    return [bench.record("wrong-geometry-type", "line", bench.codes(unit), found="LineString")]


def duplicate_code(bench: Bench) -> list[Defect]:
    """Two units of one county bear one code."""
    world = bench.world
    cell = bench.a_cell(lone=True)
    other = int(bench.random.choice(bench.around(cell)))
    bench.claim(cell, other)
    world.code[other] = world.code[cell]
    world.name[other] = f"重{other}{kind_of(world.code[cell])}"
    code = world.code[cell]
    return [
        bench.record("duplicate-code", "duplicate-code", (code, code), code=code, records_count=2)
    ]


def missing_code(bench: Bench) -> list[Defect]:
    """A unit without code."""
    cell = bench.a_cell()
    bench.claim(cell)
    bench.world.code[cell] = ""
    return [bench.record("missing-code", "missing-code", (bench.world.name[cell],))]


def bad_length(bench: Bench) -> list[Defect]:
    """A code of eight digits."""
    return _bad(bench, lambda code: code[:-1], "length")


def bad_characters(bench: Bench) -> list[Defect]:
    """A code with a full-width digit."""
    return _bad(bench, lambda code: code[:6] + chr(ord(code[6]) + 0xFEE0) + code[7:], "characters")


def unknown_province(bench: Bench) -> list[Defect]:
    """A code that begins with no province."""
    return _bad(bench, lambda code: "27" + code[2:], "unknown-province", prefix=True)


def unknown_prefix(bench: Bench) -> list[Defect]:
    """A code that begins with a county that never was."""
    return _bad(bench, lambda code: code[:2] + "9988" + code[6:], "unknown-prefix", prefix=True)


def _bad(
    bench: Bench, change: Callable[[str], str], reason: str, *, prefix: bool = False
) -> list[Defect]:
    cell = bench.a_cell()
    world = bench.world
    code = change(world.code[cell])
    if code in world.code:
        raise Unfit  # it would be a duplicate too
    bench.claim(cell)
    world.code[cell] = code
    kind = f"bad-code-{reason}"
    told = [bench.record("bad-code", kind, (code,), reason=reason, code=code)]
    if prefix:
        expected = code[:6]
        told.append(
            bench.record(
                "code-parent", kind, (code,), code=code, parent=world.parent[cell],
                expected=expected,
            )
        )  # fmt: skip
    return told


def wrong_kind(bench: Bench) -> list[Defect]:
    """A name of another kind than the code's number is for."""
    cell = bench.a_cell()
    bench.claim(cell)
    world = bench.world
    word = "镇" if kind_of(world.code[cell]) == "街道" else "街道"
    world.name[cell] = f"错{cell}{word}"
    return [
        bench.record("code-kind", "wrong-kind", bench.codes(cell), code=world.code[cell], kind=word)
    ]


def wrong_parent(bench: Bench) -> list[Defect]:
    """A parent column that names another county than the code begins with, and the place says."""
    cell = bench.a_cell()
    bench.claim(cell)
    world = bench.world
    right, wrong = world.parent[cell], _another(bench, cell)
    world.parent[cell], world.home[cell] = wrong, right
    code = world.code[cell]
    return [
        bench.record("code-parent", "wrong-parent", (code,), code=code, parent=wrong,
                     expected=right),
        bench.record("parent-mismatch", "wrong-parent", (code, wrong, right), share=1.0),
    ]  # fmt: skip


def wrong_county(bench: Bench) -> list[Defect]:
    """A unit whose code and parent column agree on a county in which it does not lie."""
    cell = bench.a_cell()
    bench.claim(cell)
    world = bench.world
    right, wrong = world.parent[cell], _another(bench, cell)
    twin = world.add(None, int((world.county_code == wrong).argmax()))
    world.gone.add(twin)
    world.code[cell], world.parent[cell] = world.code[twin], wrong
    world.home[cell] = right
    world.name[cell] = world.name[twin]
    units = (world.code[cell], wrong, right)
    return [bench.record("parent-mismatch", "wrong-county", units, share=1.0)]


def _another(bench: Bench, cell: int) -> str:
    """Draw a county of another province, or at least another county."""
    own = bench.world.parent[cell]
    others = [c for c in bench.world.county_code if c != own]
    return str(bench.random.choice(others))
