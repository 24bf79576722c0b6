"""The ground that acts move: by line, by polygon, by whole units, or nobody knows how."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pyproj
import pytest
import shapely

from diming.geometry.chain import doubled_areas, rings
from diming.geometry.checksum import added, chain_sums, territory_key
from diming.history.draft import unit_id_of
from diming.model.changeset import Changeset
from diming.model.event import Move, TerritoryKind
from diming.model.unit import Level
from history.drawn import (
    area_m2,
    event,
    grid,
    held,
    level_sum,
    record,
    ref,
    rules,
    shape_of,
    townships,
)

BEFORE, AFTER = "1999-12-31", "2000-01-01"


def box(x0, y0, x1, y1):
    """A box in hundredths of a degree from the corner of the grid."""
    return shapely.box(106 + x0 / 100, 29 + y0 / 100, 106 + x1 / 100, 29 + y1 / 100)


def line(*points):
    return shapely.LineString([(106 + x / 100, 29 + y / 100) for x, y in points])


def move(giver, taker, kind, **given):
    def unit(text):
        return None if text is None else ref(text)

    return Move(unit(giver), unit(taker), TerritoryKind(kind), **given)


def done(belief, act):
    outcome = record(belief, act)
    assert outcome.change is not None, [(f.rule, dict(f.facts)) for f in outcome.findings]
    return outcome


def shapes_at(belief, day, level=3):
    keys = [v.territory for v in belief.at(date.fromisoformat(day), Level(level)) if v.territory]
    shapes = belief.shapes(keys)
    return np.array([shapes[k] for k in keys], dtype=object)


def proven(belief, *, rim=False):
    """The coverage is valid by GEOS, and its boundary is that of the day before.

    `rim`: a new line ends at the rim of the region, whose own boundary gets a vertex there.
    """
    shapes = shapes_at(belief, AFTER)
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    old, new = (shapely.coverage_union_all(shapes_at(belief, day)) for day in (BEFORE, AFTER))
    assert old.equals(new)
    assert (level_sum(belief, AFTER) == level_sum(belief, BEFORE)) != rim


def test_split_by_a_line_gives_each_side_its_shape():
    belief = grid()
    cut = line((0.5, -1), (0.45, 0.5), (0.5, 2))
    act = event(
        "split", "甲1县[500121]", "西县[500131];东县[500132]",
        moves=(move("甲1县[500121]", "西县[500131]", "line", geometry=cut, side="left"),
               move("甲1县[500121]", "东县[500132]", "line", geometry=cut, side="right")),
    )  # fmt: skip
    done(belief, act)
    west, east = shape_of(belief, "西县"), shape_of(belief, "东县")
    assert west.bounds[0] == 106 and east.bounds[2] == 106.01
    # The line crosses the southern and the northern edge a third of the way back from its bend.
    assert west.bounds[2] == pytest.approx(106 + (0.45 + 0.05 / 3) / 100, abs=1e-9)
    assert east.bounds[0] == pytest.approx(106.0045, abs=1e-9)
    proven(belief, rim=True)


def test_the_neighbours_get_the_vertices_where_a_new_line_ends():
    belief = grid()
    north = shape_of(belief, "甲4县")
    cut = line((0.3, -1), (0.3, 2))
    act = event(
        "split", "甲1县[500121]", "西县[500131];东县[500132]",
        moves=(move("甲1县[500121]", "西县[500131]", "line", geometry=cut, side="left"),
               move("甲1县[500121]", "东县[500132]", "whole")),
    )  # fmt: skip
    outcome = done(belief, act)
    now = shape_of(belief, "甲4县")
    assert len(now.exterior.coords) == len(north.exterior.coords) + 1
    assert now.equals(north) and not now.equals_exact(north)
    added = {v.name: v for v in outcome.change.added}
    assert added["甲4县"].unit_id == "u500124"
    proven(belief, rim=True)


def test_split_by_a_polygon_measures_who_got_how_much():
    belief = grid()
    part = box(0, 0, 0.25, 1)
    act = event(
        "split", "甲1县[500121]", "西县[500131];东县[500132]",
        moves=(move("甲1县[500121]", "西县[500131]", "polygon", geometry=part),
               move("甲1县[500121]", "东县[500132]", "whole")),
    )  # fmt: skip
    (applied,) = done(belief, act).change.events
    got = {p.taker: p for p in applied.passages}
    west, east = (unit_id_of(act.id, n) for n in (0, 1))
    assert got[west].area_m2 == pytest.approx(area_m2(part), rel=1e-6)
    assert got[west].share == pytest.approx(0.25, rel=1e-4)
    assert got[west].share + got[east].share == pytest.approx(1)
    proven(belief, rim=True)


def test_a_unit_within_is_cut_and_the_proof_is_nothing_left():
    belief = grid(3, 3)
    cut = line((1.5, 0.9), (1.4, 1.5), (1.5, 2.1))
    act = event(
        "split", "甲5县[500125]", "西县[500131];东县[500132]",
        moves=(move("甲5县[500125]", "西县[500131]", "line", geometry=cut, side="left"),
               move("甲5县[500125]", "东县[500132]", "whole")),
    )  # fmt: skip
    (applied,) = done(belief, act).change.events
    assert applied.chain_sum == 0
    proven(belief)


def test_a_part_of_whole_units_below_passes_with_their_outline():
    belief = townships(grid())
    act = event(
        "boundary", "~甲1县[500121]", "~甲2县[500122]",
        moves=(move("甲1县[500121]", "甲2县[500122]", "units", units=(ref("乙4镇"),)),),
    )  # fmt: skip
    (applied,) = done(belief, act).change.events
    (passage,) = applied.passages
    town = shape_of(belief, "乙4镇")
    assert passage.area_m2 == pytest.approx(area_m2(town), rel=1e-6)
    assert shapely.covers(shape_of(belief, "甲2县"), town)
    proven(belief, rim=True)


def test_split_whose_parts_nobody_knows_leaves_shapes_unknown():
    belief = grid()
    outcome = done(belief, event("split", "甲1县[500121]", "西县[500131];东县[500132]"))
    assert shape_of(belief, "西县") is None and shape_of(belief, "东县") is None
    assert shape_of(belief, "甲1县", BEFORE) is not None
    assert outcome.change.events[0].chain_sum is None
    assert {p.taker for p in outcome.change.events[0].passages} == {
        held(belief, "西县").unit_id, held(belief, "东县").unit_id,
    }  # fmt: skip


def test_split_by_outlines_that_are_told():
    belief = grid()
    act = event("split", "甲1县[500121]", "")
    act = replace(act, after=(ref("西县[500131]", geometry=box(0, 0, 0.5, 1)),
                              ref("东县[500132]", geometry=box(0.5, 0, 1, 1))))  # fmt: skip
    outcome = record(belief, act)
    # The neighbour to the north lacks the vertex at the end of the new line, which has no area.
    assert rules(outcome) == []
    assert shape_of(belief, "西县").equals(box(0, 0, 0.5, 1))
    shares = [p.share for p in outcome.change.events[0].passages]
    assert shares == pytest.approx([0.5, 0.5], rel=1e-4)


def test_boundary_by_polygon_conserves_area_and_the_coverage():
    belief = grid()
    part = box(0.8, 0.2, 1.0, 0.6)
    act = event(
        "boundary", "~甲1县[500121]", "~甲2县[500122]",
        moves=(move("甲1县[500121]", "甲2县[500122]", "polygon", geometry=part),),
    )  # fmt: skip
    outcome = done(belief, act)
    (passage,) = outcome.change.events[0].passages
    assert passage.area_m2 == pytest.approx(area_m2(part), rel=1e-6)
    for name, sign in (("甲1县", -1), ("甲2县", 1)):
        change = area_m2(shape_of(belief, name)) - area_m2(shape_of(belief, name, BEFORE))
        assert change == pytest.approx(sign * area_m2(part), rel=1e-5)
    assert held(belief, "甲1县").unit_id == "u500121"
    assert held(belief, "甲1县").codes == held(belief, "甲1县", BEFORE).codes
    proven(belief)


def test_boundary_in_both_directions_at_once():
    belief = grid()
    act = event(
        "boundary", "~甲1县[500121];~甲2县[500122]", "~甲1县[500121];~甲2县[500122]",
        moves=(
            move("甲1县[500121]", "甲2县[500122]", "polygon", geometry=box(0.9, 0.1, 1, 0.3)),
            move("甲2县[500122]", "甲1县[500121]", "polygon", geometry=box(1, 0.5, 1.2, 0.8)),
        ),
    )  # fmt: skip
    (applied,) = done(belief, act).change.events
    passed = {(p.giver, p.taker): p.area_m2 for p in applied.passages}
    assert passed["u500121", "u500122"] == pytest.approx(area_m2(box(0.9, 0.1, 1, 0.3)), rel=1e-5)
    assert passed["u500122", "u500121"] == pytest.approx(area_m2(box(1, 0.5, 1.2, 0.8)), rel=1e-5)
    proven(belief)


def test_boundary_of_parts_nobody_knows_leaves_both_shapes_unknown():
    belief = grid()
    outcome = done(belief, event("boundary", "~甲1县[500121]", "~甲2县[500122]"))
    assert shape_of(belief, "甲1县") is None and shape_of(belief, "甲2县") is None
    assert shape_of(belief, "甲3县") is not None
    (note,) = outcome.findings
    assert (note.rule, note.facts["reason"]) == ("territory-unknown", "parts-unknown")


def test_reorganise_two_into_two_with_a_part_for_each():
    """As 江北区 and 渝北区 became 两江新区, and five towns went to 北碚区."""
    belief = grid()
    part = box(1, 0, 1.5, 1)
    act = event(
        "reorganise", "甲1县[500121];甲2县[500122];~甲3县[500123]", "新区[500103];~甲3县[500123]",
        moves=(
            move("甲1县[500121]", "新区[500103]", "whole"),
            move("甲2县[500122]", "甲3县[500123]", "polygon", geometry=box(1.5, 0, 2, 1)),
            move("甲2县[500122]", "新区[500103]", "whole"),
        ),
    )  # fmt: skip
    (applied,) = done(belief, act).change.events
    assert shape_of(belief, "新区").equals(box(0, 0, 1, 1).union(part))
    assert shape_of(belief, "甲3县").equals(box(1.5, 0, 3, 1))
    assert held(belief, "甲3县").unit_id == "u500123"
    whole = {(p.giver, p.whole) for p in applied.passages}
    assert ("u500121", True) in whole
    proven(belief, rim=True)


def test_the_rest_of_a_unit_that_ends_goes_by_its_last_part():
    belief = grid()
    act = event(
        "reorganise", "甲1县[500121]", "西县[500131];东县[500132]",
        moves=(
            move("甲1县[500121]", "西县[500131]", "polygon", geometry=box(0, 0, 0.5, 1)),
            move("甲1县[500121]", "东县[500132]", "polygon", geometry=box(0.5, 0, 1, 1)),
        ),
    )  # fmt: skip
    done(belief, act)
    assert shape_of(belief, "东县").equals(box(0.5, 0, 1, 1))
    proven(belief, rim=True)


def test_ground_from_outside_may_come_if_the_act_says_so():
    belief = grid()
    told = ref("外县[500140]", geometry=box(-1, 0, 0, 1))
    act = replace(event("establish", "~四川省[510000]", ""), after=(told,))
    outcome = done(belief, act)
    shapes = shapes_at(belief, AFTER)
    assert shapely.coverage_is_valid(shapes)
    (passage,) = outcome.change.events[0].passages
    assert passage.giver is None
    outer = shapely.coverage_union_all(shapes)
    found = rings(np.array([outer], dtype=object))
    assert abs(doubled_areas(found)).sum() == pytest.approx(2 * outer.area, rel=1e-9)


def test_a_neighbour_the_act_names_as_redrawn_keeps_its_ground():
    """An inference proposes new outlines with the vertices of those beside them."""
    belief = grid()
    old = shape_of(belief, "甲4县")
    x0, y0, x1, y1 = old.bounds
    drawn = shapely.Polygon([(x0, y0), (x0, y1), (x1, y1), (x1, y0), (106.005, y0)])
    act = replace(
        event("split", "甲1县[500121]", ""),
        after=(ref("西县[500131]", geometry=box(0, 0, 0.5, 1)),
               ref("东县[500132]", geometry=box(0.5, 0, 1, 1)),
               ref("~甲4县[500124]", geometry=drawn)),
    )  # fmt: skip
    done(belief, act)
    assert held(belief, "甲4县").unit_id == "u500124"
    proven(belief, rim=True)


def test_ground_moves_in_a_projected_crs_too():
    """Nothing in an act depends on degrees: the archive may be in metres."""
    belief = grid()
    shapes, moved = {}, []
    from diming.geometry.checksum import territory_key
    from diming.history.belief import Belief
    from diming.model.changeset import Changeset

    plane = Belief([held(belief, "重庆市")], crs="EPSG:4545")
    for n, version in enumerate(belief.at(date(2000, 1, 1), Level.COUNTY)):
        x, y = 359_000 + 1000 * (n % 3), 3_272_000 + 1000 * (n // 3)
        shape = shapely.box(x, y, x + 1000, y + 1000)
        shapes[territory_key(shape)] = shape
        moved.append(replace(version, territory=territory_key(shape), row=None))
    plane.append(Changeset(tuple(moved), territories=shapes))
    part = shapely.box(359_900, 3_272_100, 360_000, 3_272_300)
    act = event(
        "boundary", "~甲1县[500121]", "~甲2县[500122]",
        moves=(move("甲1县[500121]", "甲2县[500122]", "polygon", geometry=part),),
    )  # fmt: skip
    (applied,) = done(plane, act).change.events
    there = pyproj.Transformer.from_crs(4545, 4490, always_xy=True).transform
    degrees = shapely.transform(part, there, interleaved=False)
    assert applied.chain_sum == 0
    assert applied.passages[0].area_m2 == pytest.approx(area_m2(degrees), rel=1e-6)
    proven(plane)


def test_ground_from_outside_is_not_lost_track_of_without_a_word():
    belief = grid()
    drawn = shapely.box(105, 28, 106.5, 29.5)
    move = Move(None, ref("甲1县[500121]"), TerritoryKind.POLYGON, drawn)
    act = event("boundary", "~", "~甲1县[500121]", moves=(move,))
    outcome = record(belief, act)
    assert outcome.change is None
    (finding,) = outcome.findings
    assert (finding.rule, finding.facts["reason"]) == ("territory-unfit", "from-outside")


def test_ground_from_outside_comes_with_the_outline_of_who_took_it():
    belief = grid(1, 1)
    before = shape_of(belief, "甲1县")
    west, south, _, north = before.bounds
    outside = shapely.box(west - 0.1, south, west, north)
    whole = shapely.union_all([before, outside])
    move = Move(None, ref("甲1县[500121]"), TerritoryKind.POLYGON, outside)
    act = event("boundary", "~甲1县[500121];~", "~甲1县[500121]", moves=(move,))
    told = replace(act.after[0], geometry=whole)
    assert record(belief, replace(act, after=(told,))).change is not None
    assert shapely.equals(shape_of(belief, "甲1县", AFTER), whole)


def test_the_unit_above_gets_the_vertex_where_a_new_border_meets_its_line():
    belief = townships(grid(1, 1))
    names = [f"乙{n}镇" for n in (1, 2, 3, 4)]
    county = held(belief, "甲1县")
    whole = shapely.coverage_union_all([shape_of(belief, n) for n in names])
    key = territory_key(whole)
    belief.append(
        Changeset((replace(county, row=None, territory=key),), (county.row,), {key: whole})
    )
    west, _, east, north = shape_of(belief, "乙1镇").bounds
    line = shapely.LineString([((west + east) / 2, 28.9), ((west + east) / 2, north + 1)])
    one, two = ref("乙1镇[500121100]"), ref("乙2镇[500121101]")
    act = event(
        "boundary", "~乙1镇[500121100]", "~乙2镇[500121101]",
        moves=(Move(one, two, TerritoryKind.LINE, line, "right"),),
    )  # fmt: skip
    assert record(belief, act).change is not None
    towns = np.array([shape_of(belief, n, AFTER) for n in names])
    above = np.array([shape_of(belief, "甲1县", AFTER)])
    assert len(shapely.get_coordinates(above)) == len(shapely.get_coordinates(whole)) + 2
    assert added(chain_sums(towns).tolist()) == int(chain_sums(above)[0])
    assert held(belief, "甲1县", AFTER).codes == county.codes
