from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import diming
from worlds import PLACE, SIDE, Grid, box, cut_square, ground_scale, table

SCALE = ground_scale()
UNIT = st.floats(0.0, 1.0)


def check(world: object, **options: object) -> diming.Report:
    """Check without the rules on digitising debris, which small defects trip too."""
    options.setdefault("skip", ("short-edge", "spike", "sliver-ring"))
    return diming.check(world, **options)


def only(report: diming.Report, rule: str | None = None) -> diming.Finding:
    found = [f for f in report.findings if rule is None or f.rule == rule]
    assert len(found) == 1, [(f.rule, f.units) for f in report.findings]
    return found[0]


def test_a_valid_coverage_has_no_findings() -> None:
    report = check(Grid(4, 4, vertices=20, wobble=30.0).table())
    assert report.findings == ()
    assert report.units_examined == 16


@pytest.mark.parametrize("depth", [0.0015, 0.05, 1.02, 40.0, 500.0])
def test_an_overlap_gives_back_its_size(depth: float) -> None:
    world = Grid()
    world.bump_east(1, 1, depth)
    found = only(check(world.table()))
    assert (found.rule, set(found.units)) == ("overlap", {"c11", "c12"})
    assert found.measures["width_m"] == pytest.approx(min(depth, 400) / SCALE, rel=2e-3)
    assert found.measures["area_m2"] == pytest.approx(depth * 400 / SCALE**2, rel=2e-3)
    assert found.measures["cover_count"] == 2


@pytest.mark.parametrize("depth", [0.0015, 0.05, 1.0, 4.9])
def test_a_gap_gives_back_its_size(depth: float) -> None:
    world = Grid()
    world.bump_east(1, 1, -depth)
    found = only(check(world.table()))
    assert (found.rule, set(found.units)) == ("gap", {"c11", "c12"})
    assert found.measures["width_m"] == pytest.approx(depth / SCALE, rel=2e-3)
    assert found.measures["length_m"] == pytest.approx(400 / SCALE, rel=1e-2)
    assert found.severity == "error"


@pytest.mark.parametrize("width", [0.01, 0.02, 1.0, 2.5, 5.0, 50.0])
def test_a_gap_is_found_whatever_the_limit(width: float) -> None:
    # coverage_is_valid(gap_width=w) loses a gap 0.01 wide at w = 2.5 and 5.
    world = Grid()
    world.bump_east(1, 1, -0.01)
    assert only(check(world.table(), gap_width_m=width)).rule == "gap"


def test_a_void_wider_than_the_limit_is_no_error() -> None:
    world = Grid()
    world.bump_east(1, 1, -5.5)
    found = only(check(world.table()), "void")
    assert found.severity == "info"


def test_the_outside_is_no_gap() -> None:
    ring = {k: p for k, p in Grid().polygons().items() if k[1] != "2"}
    assert check(table(ring)).findings == ()


def test_a_lost_enclave_is_a_void() -> None:
    polygons = Grid().polygons()
    inner = box(1400, 1400, 1600, 1600)
    polygons["c11"] = shapely.difference(polygons["c11"], inner)
    assert only(check(table(polygons))).rule == "void"
    polygons["enclave"] = inner
    assert only(check(table(polygons))).rule == "enclave"


def test_a_gap_between_units_that_touch_in_points_only() -> None:
    # The union of these four has a hole, yet no two neighbours share a line at its corners.
    polygons = {
        "w": box(0, 0, 10, 30), "e": box(12, 0, 22, 30),
        "s": box(10, 0, 12, 10), "n": box(10, 20, 12, 30),
    }  # fmt: skip
    report = check(table(polygons))
    assert {f.rule for f in report.findings} >= {"gap"}
    gap = only(report, "gap")
    assert gap.measures["width_m"] == pytest.approx(2.0, rel=2e-3)
    assert set(gap.units) == {"w", "e", "s", "n"}


@pytest.mark.parametrize("inner", [box(1300, 1300, 1500, 1500), box(1000, 1300, 1500, 1500)])
def test_containment_names_the_container(inner: shapely.Polygon) -> None:
    polygons = {**Grid().polygons(), "inner": inner}
    found = only(check(table(polygons), rules=("overlap",)))
    assert set(found.units) == {"c11", "inner"}
    assert found.measures["area_m2"] == pytest.approx(inner.area / SCALE**2, rel=1e-3)


def test_a_duplicate_is_an_overlap_and_a_duplicate() -> None:
    polygons = Grid().polygons()
    polygons["twin"] = shapely.Polygon(
        np.roll(np.array(polygons["c11"].exterior.coords)[:-1], 2, 0)
    )
    report = check(table(polygons))
    assert sorted(f.rule for f in report.findings) == ["duplicate-geometry", "overlap"]
    assert all(set(f.units) == {"c11", "twin"} for f in report.findings)


def test_a_pair_of_duplicates_in_a_hole_of_their_size() -> None:
    # Hole and one of the twins cancel; the other must not be lost with them.
    inner = box(1400, 1400, 1600, 1600)
    polygons = Grid().polygons()
    polygons["c11"] = shapely.difference(polygons["c11"], inner)
    polygons |= {"one": inner, "two": inner}
    found = only(check(table(polygons), rules=("overlap", "gap", "void")))
    assert set(found.units) == {"one", "two"}


def test_a_vertex_only_one_neighbour_has() -> None:
    world = Grid()
    side = world.sides[1, 1][1]
    world.sides[1, 1][1] = np.array([side[0], (side[0] + side[1]) / 2, side[1]])
    found = only(check(world.table()))
    assert (found.rule, found.units) == ("unmatched-edge", ("c12", "c11"))
    assert found.measures["vertices_count"] == 1
    assert found.measures["offset_m"] == pytest.approx(0.0, abs=1e-6)
    assert found.measures["length_m"] == pytest.approx(1000, rel=1e-3)


def test_a_vertex_less_than_the_tolerance_beside_the_line() -> None:
    world = Grid()
    side = world.sides[1, 1][1]
    world.sides[1, 1][1] = np.array([side[0], (side[0] + side[1]) / 2 + [0.0006, 0.0], side[1]])
    found = only(check(world.table()))
    assert found.rule == "unmatched-edge"
    assert found.measures["offset_m"] == pytest.approx(0.0006, rel=1e-2)


def test_long_straight_edges_in_degrees_stay_straight() -> None:
    # Projected, the middle of this edge would lie metres beside the line.
    west = shapely.Polygon([(106, 29), (106.5, 29), (106.5, 30), (106, 30)])
    south = shapely.Polygon([(106, 28), (106.5, 28), (106.5, 29), (106.25, 29), (106, 29)])
    found = only(check(table({"n": west, "s": south}, "EPSG:4490")))
    assert (found.rule, found.units) == ("unmatched-edge", ("n", "s"))


@pytest.mark.parametrize("wide", [0.05, 0.5, 3.0])
def test_a_slit_open_at_both_ends(wide: float) -> None:
    polygons = Grid(4, 4, vertices=15, wobble=20.0).polygons()
    for name in polygons:
        if name[2] in "23":
            polygons[name] = shapely.transform(polygons[name], lambda xy: xy + [wide, 0.0])
    found = only(check(table(polygons)))
    assert found.rule == "gap"
    assert found.facts["open"] is True
    assert set(found.units) == {f"c{i}{j}" for i in range(4) for j in (1, 2)}
    assert found.measures["width_m"] == pytest.approx(wide / SCALE, rel=2e-2)


def test_a_notch_where_two_outlines_meet_is_no_slit() -> None:
    a = shapely.Polygon(PLACE + [[0, 0], [100, 0], [80, 100], [0, 100]])
    b = shapely.Polygon(PLACE + [[100, 0], [200, 0], [200, 100], [120, 100]])
    assert check(table({"a": a, "b": b})).findings == ()


def test_a_unit_shifted_by_less_than_the_tolerance_is_noise_once() -> None:
    polygons = Grid(4, 4, vertices=20, wobble=30.0).polygons()
    for name in list(polygons)[::2]:
        polygons[name] = shapely.transform(polygons[name], lambda xy: xy + [2e-4, 3e-4])
    found = only(check(table(polygons)))
    assert found.rule == "vertex-noise"
    assert found.measures["max_m"] == pytest.approx(np.hypot(2e-4, 3e-4), rel=1e-2)


def test_a_chain_of_close_vertices_does_not_swallow_the_line() -> None:
    # Vertices 0.9 mm apart along 20 cm: one cluster by single links, but no single vertex.
    side = np.column_stack([np.full(223, 1000.0), 400 + np.arange(223) * 0.0009])
    a = shapely.Polygon(PLACE + np.vstack([[[0, 0], [1000, 0]], side, [[1000, 1000], [0, 1000]]]))
    b = shapely.Polygon(
        PLACE + np.vstack([[[1000, 0], [2000, 0], [2000, 1000], [1000, 1000]], side[::-1]])
    )
    c = shapely.transform(b, lambda xy: xy + [0.05, 0])
    report = check(table({"a": a, "b": c}), rules=("gap", "overlap"))
    assert only(report).measures["width_m"] == pytest.approx(0.05, rel=3e-2)


def test_ids_do_not_depend_on_order_or_on_other_findings() -> None:
    world = Grid(5, 5)
    world.bump_east(1, 1, 0.5)
    ids = {f.id for f in check(world.table()).findings}
    mixed = world.table().sample(frac=1, random_state=3)
    assert {f.id for f in check(mixed).findings} == ids
    world.bump_east(3, 3, -0.7)
    world.bump_east(3, 0, 0.2)
    more = {f.id for f in check(world.table()).findings}
    assert ids < more
    assert len(more) == 3
    kept = {k: p for k, p in world.polygons().items() if k not in ("c44", "c43", "c33", "c34")}
    assert ids <= {f.id for f in check(table(kept)).findings}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(UNIT, UNIT, UNIT, UNIT), min_size=1, max_size=12))
def test_a_square_cut_at_random_is_a_valid_coverage(lines: list[tuple[float, ...]]) -> None:
    pieces = cut_square(lines)
    report = check(
        table({str(n): p for n, p in enumerate(pieces)}),
        rules=("overlap", "gap", "void", "unmatched-edge"),
    )
    # Slivers of less than the tolerance are merged; nothing else may be said.
    wide = [f for f in report.findings if f.rule != "unmatched-edge"]
    thin = min(shapely.minimum_clearance(p) for p in pieces)
    assert not wide
    assert not report.findings or thin < 0.003


@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    cell=st.tuples(st.integers(0, 2), st.integers(0, 1)),
    depth=st.floats(0.002, 200.0),
    inward=st.booleans(),
    low=st.floats(0.05, 0.4),
    span=st.floats(0.3, 0.55),
)
def test_random_defects_come_back_with_kind_units_and_width(
    seed: int, cell: tuple[int, int], depth: float, inward: bool, low: float, span: float
) -> None:
    world = Grid(3, 3, vertices=7, wobble=15.0, seed=seed)
    i, j = cell
    plain = Grid(3, 3).sides[i, j][1]
    world.sides[i, j][1] = plain
    world.sides[i, j + 1][3] = plain[::-1]
    world.bump_east(i, j, -depth if inward else depth, low=low, high=low + span)
    # 200 m deep bumps stay within the cell; horizontal edges wobble by 15 m only.
    width = min(depth, span * SIDE) / SCALE
    expected = "overlap" if not inward else "gap" if width <= 5.0 else "void"
    # At a void, which may be a lake, the neighbour lacks the vertices where it begins.
    report = check(world.table())
    assert {f.rule for f in report.findings} <= {
        expected,
        "unmatched-edge" if expected == "void" else expected,
    }
    found = only(report, expected)
    assert set(found.units) == {f"c{i}{j}", f"c{i}{j + 1}"}
    assert found.measures["width_m"] == pytest.approx(width, rel=1e-2)
    assert found.measures["area_m2"] == pytest.approx(depth * span * SIDE / SCALE**2, rel=5e-3)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 7))
def test_random_polygons_agree_with_exact_areas(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    shapes = []
    for _ in range(count):
        angle = np.sort(random.uniform(0, 2 * np.pi, random.integers(4, 12)))
        radius = random.uniform(50, 300, len(angle))[:, None]
        ring = random.uniform(0, 500, 2) + radius * np.column_stack([np.cos(angle), np.sin(angle)])
        polygon = shapely.make_valid(shapely.Polygon(ring + PLACE))
        shapes += [p for p in shapely.get_parts(polygon) if p.geom_type == "Polygon" and p.area > 1]
    report = check(table({str(n): p for n, p in enumerate(shapes)}), gap_width_m=1.0)
    pairs = [shapely.intersection(a, b) for n, a in enumerate(shapes) for b in shapes[:n]]
    twice = shapely.union_all(pairs).area if pairs else 0.0
    union = shapely.union_all(shapes)
    # Not only its interior rings: parts that touch in two points enclose a void as well.
    lines = shapely.get_parts([shapely.node(shapely.boundary(union))])
    enclosed = shapely.get_parts(shapely.polygonize(lines))
    within = shapely.intersects(union, shapely.point_on_surface(enclosed))
    holes = shapely.area(enclosed[~within]).sum()
    overlap = sum(f.measures["area_m2"] for f in report.findings if f.rule == "overlap")
    void = sum(
        f.measures["area_m2"] for f in report.findings
        if f.rule in ("gap", "void") and not f.facts.get("open")
    )  # fmt: skip
    assert overlap * SCALE**2 == pytest.approx(twice, rel=1e-3, abs=0.5)
    assert void * SCALE**2 == pytest.approx(holes, rel=1e-3, abs=0.5)


def test_threads_do_not_change_what_is_found() -> None:
    # A unit shifted across its neighbours: slivers, overlaps across shared lines, an open slit.
    frame = Grid(4, 4, vertices=30, wobble=40.0).table()
    moved = frame.geometry.translate(0.7, 0.4)
    frame.loc[[0, 5, 10], "geometry"] = moved.loc[[0, 5, 10]]
    one, two, five = (check(frame, jobs=jobs).findings for jobs in (1, 2, 5))
    assert len(one) > 10
    assert len({f.rule for f in one}) > 1
    assert one == two == five
