"""From two snapshots to the acts between them: drawn regions with known acts, and real ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from diming.geometry.checksum import added, chain_sums
from diming.history.infer import Snapshot, infer
from diming.history.infer_names import split_name
from diming.model.event import EventType, TerritoryKind
from diming.services.inference import infer_files
from divisions import NAMES, SETTINGS, Region, Unit, redrawn, replayed

BOUNDARIES = Path(__file__).parents[2] / "data" / "boundaries"
SHARED = Path(__file__).parents[3] / "shared" / "data"
shared = pytest.mark.skipif(not SHARED.exists(), reason="files that may not be passed on")
CELL_M2 = 1e6


def acts(region: Region) -> dict[EventType, Region]:
    """One act of each type on 东山县 and its neighbours."""
    a, b, c = (region[n] for n in ("东山县", "西河县", "北峰县"))
    first = frozenset(sorted(a.cells)[:2])
    half = Unit("新一县", first, "500261")
    rest = Unit("新二县", a.cells - first, "500262")
    cell = frozenset({max(a.cells)})
    return {
        EventType.MERGE: region.without(a.name, b.name).with_(
            Unit("新江区", a.cells | b.cells, "500160")
        ),
        EventType.SPLIT: region.without(a.name).with_(half, rest),
        EventType.REORGANISE: region.without(a.name, b.name).with_(
            Unit("新江区", a.cells | first | (b.cells - {max(b.cells)}), "500160"),
            replace(c, cells=c.cells | {max(b.cells)}),
        ),
        EventType.BOUNDARY: region.with_(
            replace(a, cells=a.cells - cell), replace(b, cells=b.cells | cell)
        ),
        EventType.ESTABLISH: region.with_(
            replace(a, cells=a.cells - cell), replace(b, cells=b.cells - {min(b.cells)}),
            Unit("新江区", cell | {min(b.cells)}, "500160"),
        ),
        EventType.ABOLISH: region.without(a.name).with_(
            replace(b, cells=b.cells | first), replace(c, cells=c.cells | (a.cells - first))
        ),
        EventType.RENAME: region.without(a.name).with_(replace(a, name="朝阳县")),
        EventType.CONVERT: region.without(a.name).with_(
            replace(a, name="东山区", code="500160")
        ),
        EventType.RECODE: region.with_(replace(a, code="500299")),
        EventType.TRANSFER: region.with_(replace(a, parent="510000")),
    }  # fmt: skip


TYPES = sorted(acts(Region.blocks()))


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("noise_m", [0.0, 2.0, 15.0])
def test_each_act_is_inferred_and_nothing_else(kind, noise_m):
    region = Region.blocks()
    found = infer(region.snapshot(), acts(region)[kind].snapshot(noise_m), SETTINGS)
    assert [p.event.type for p in found] == [kind]
    assert not found[0].doubtful
    assert found.compared[3].exact == (noise_m == 0)


@pytest.mark.parametrize("kind", TYPES)
def test_what_is_proposed_leads_to_the_later_snapshot_to_the_bit(kind):
    region = Region.blocks()
    old, new = region.snapshot(), acts(region)[kind].snapshot()
    there = replayed(old, list(infer(old, new, SETTINGS)))
    assert set(there) == set(new.name)
    shapes = np.array([there[n] for n in new.name], dtype=object)
    assert (chain_sums(shapes) == chain_sums(new.geometry)).all()


@pytest.mark.parametrize("kind", [k for k in TYPES if k.value not in ("rename", "convert", "recode",
                                                                      "transfer")])  # fmt: skip
def test_an_act_between_issues_of_one_source_conserves_the_chain(kind):
    region = Region.blocks()
    old, new = region.snapshot(), acts(region)[kind].snapshot()
    (proposal,) = infer(old, new, SETTINGS)
    shape = dict(zip(old.name, old.geometry, strict=True))
    names = [r.name for r in (*proposal.event.before, *proposal.redrawn)]
    before = chain_sums(np.array([shape[n] for n in names], dtype=object))
    refs = (*proposal.event.after, *proposal.redrawn)
    after = chain_sums(np.array([r.geometry for r in refs], dtype=object))
    assert added(before.tolist()) == added(after.tolist())


@pytest.mark.parametrize("kind", [k for k in TYPES if k not in (EventType.RECODE,
                                                                EventType.TRANSFER)])  # fmt: skip
def test_between_two_sources_what_is_proposed_fits_what_did_not_change(kind):
    region = Region.blocks()
    old, new = region.snapshot(), acts(region)[kind].snapshot(15.0)
    there = replayed(old, list(infer(old, new, SETTINGS)))
    shapes = np.array([there[n] for n in new.name], dtype=object)
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.coverage_union_all(old.geometry)
    assert shapely.coverage_union_all(shapes).equals(whole)
    both = shapely.area(shapely.intersection(shapes, new.geometry))
    assert (both / shapely.area(shapely.union(shapes, new.geometry)) > 0.9).all()


def test_shares_say_who_gave_how_much_to_whom():
    region = Region.blocks()
    (found,) = infer(
        region.snapshot(), acts(region)[EventType.ABOLISH].snapshot(), SETTINGS
    )  # fmt: skip
    assert {(s.giver.name, s.taker.name) for s in found.shares} == {
        ("东山县", "西河县"), ("东山县", "北峰县"),
    }  # fmt: skip
    for share in found.shares:
        assert share.area_m2 == pytest.approx(2 * CELL_M2, rel=0.1)
        assert share.giver_share == pytest.approx(0.5, abs=0.05)
        assert share.taker_share == pytest.approx(2 / 6, abs=0.05)
    assert sum(s.giver_share for s in found.shares) == pytest.approx(1.0)
    assert {m.kind for m in found.event.moves} == {TerritoryKind.POLYGON}


def test_a_whole_unit_is_moved_as_a_whole():
    region = Region.blocks()
    (found,) = infer(region.snapshot(), acts(region)[EventType.MERGE].snapshot(), SETTINGS)
    assert [m.kind for m in found.event.moves] == [TerritoryKind.WHOLE, TerritoryKind.WHOLE]


def test_no_change_is_no_act():
    region = Region.blocks()
    for later in (region.snapshot(), region.snapshot(15.0)):
        found = infer(region.snapshot(), later, SETTINGS)
        assert list(found) == []
        assert found.unchanged_count == len(NAMES)


def test_between_issues_of_one_source_a_tenth_of_a_millimetre_is_a_change():
    old = Region.blocks().snapshot()
    shared_border = shapely.intersection(old.geometry[0], old.geometry[1])
    vertex = shapely.get_coordinates(shared_border)[3]

    def nudged(xy):
        at = (xy == vertex).all(axis=1)
        return xy + np.where(at, 1e-4, 0.0)[:, None] * [1.0, 0.0]

    new = replace(old, geometry=shapely.transform(old.geometry, nudged))
    (found,) = infer(old, new, SETTINGS)
    assert found.event.type is EventType.BOUNDARY
    assert {r.name for r in found.event.after} == {"东山县", "西河县"}
    assert 0 < found.narrowest_m <= 1e-4


def test_a_new_border_ends_on_a_line_of_an_unchanged_neighbour():
    """The neighbour has a vertex more and no act of its own; it is named beside the act."""
    west = shapely.Polygon([(0, 0), (100, 0), (100, 200), (0, 200), (0, 100)])
    old = Snapshot.of(["甲县", "乙县"], [west, shapely.box(100, 0, 200, 200)])
    kept = shapely.Polygon([(100, 0), (200, 0), (200, 200), (100, 200), (100, 100)])
    low = shapely.Polygon([(0, 0), (100, 0), (100, 100), (0, 100)])
    high = shapely.Polygon([(0, 100), (100, 100), (100, 200), (0, 200)])
    new = Snapshot.of(["丙县", "丁县", "乙县"], [low, high, kept])
    (found,) = infer(old, new, replace(SETTINGS, crs="plane"))
    assert found.event.type is EventType.SPLIT
    assert [r.name for r in found.redrawn] == ["乙县"]
    before = chain_sums(old.geometry)
    after = chain_sums(np.array([r.geometry for r in (*found.event.after, *found.redrawn)]))
    assert added(before.tolist()) == added(after.tolist())


def test_a_shift_of_the_datum_is_said_and_is_no_change():
    region = Region.blocks()
    found = infer(
        region.snapshot(), region.snapshot(3.0, shift=(420.0, -260.0)), SETTINGS
    )  # fmt: skip
    assert list(found) == []
    assert "datum-shift" in found.remarks
    assert found.shift.east_m == pytest.approx(420.0, abs=5)
    assert found.shift.north_m == pytest.approx(-260.0, abs=5)


def test_an_act_is_seen_through_a_shift():
    region = Region.blocks()
    later = acts(region)[EventType.MERGE].snapshot(3.0, shift=(420.0, -260.0))
    (found,) = infer(region.snapshot(), later, SETTINGS)
    assert found.event.type is EventType.MERGE
    assert "datum-shift" in found.reasons


def test_a_change_no_wider_than_the_noise_is_not_believed_and_a_wider_one_is_by_request():
    region = Region.blocks()
    later = acts(region)[EventType.BOUNDARY].snapshot(15.0)
    assert len(infer(region.snapshot(), later, replace(SETTINGS, tolerance_m=1500.0))) == 0
    assert len(infer(region.snapshot(), later, replace(SETTINGS, tolerance_m=200.0))) == 1
    everything = infer(region.snapshot(), later, replace(SETTINGS, tolerance_m=0.0))
    assert {r.name for p in everything for r in p.event.after} == set(NAMES)


def test_the_name_of_a_unit_that_lies_elsewhere_is_another_unit():
    region = Region.blocks()
    a, b = region["东山县"], region["后岭县"]
    swapped = region.with_(replace(a, cells=b.cells), replace(b, cells=a.cells))
    found = infer(region.snapshot(), swapped.snapshot(), SETTINGS)
    assert {p.event.type for p in found} == {EventType.CONVERT}  # a change of name keeps the code
    assert len(found) == 2


def test_codes_of_another_system_are_not_compared():
    region = Region.blocks()
    other = Region(
        tuple(replace(u, code=f"9{k}") for k, u in enumerate(region.units)), region.grid
    )  # fmt: skip
    found = infer(region.snapshot(), other.snapshot(), SETTINGS)
    assert list(found) == []
    assert "codes-not-comparable" in found.remarks


def test_names_of_another_language_are_not_renamings():
    region = Region.blocks()
    other = Region(
        tuple(replace(u, name=f"County {k}") for k, u in enumerate(region.units)), region.grid
    )  # fmt: skip
    found = infer(region.snapshot(), other.snapshot(5.0), SETTINGS)
    assert list(found) == []
    assert "names-not-comparable" in found.remarks


def test_a_unit_that_one_snapshot_leaves_out_is_doubtful():
    region = Region.blocks()
    (found,) = infer(region.without("东山县").snapshot(), region.snapshot(), SETTINGS)
    assert found.event.type is EventType.ESTABLISH
    assert found.doubtful
    assert found.shares[0].giver is None


def test_a_superior_with_a_new_code_transfers_nobody():
    region = Region.blocks()
    other = Region(tuple(replace(u, parent="550000") for u in region.units), region.grid)
    found = infer(region.snapshot(), other.snapshot(), SETTINGS)
    assert list(found) == []
    assert found.remarks == ("parent-recoded",)


def test_levels_are_coverages_of_their_own():
    region = Region.blocks()
    counties, later = region.snapshot(), acts(region)[EventType.MERGE].snapshot()
    city = Snapshot.of(["山城市"], [shapely.coverage_union_all(counties.geometry)], level=2)

    def both(one, other):
        columns = ("name", "code", "kind", "level", "parent", "geometry", "unit_id")
        joined = {c: np.concatenate([getattr(one, c), getattr(other, c)]) for c in columns}
        return Snapshot(**joined)

    found = infer(both(city, counties), both(city, later), SETTINGS)
    assert [p.event.type for p in found] == [EventType.MERGE]
    assert set(found.compared) == {2, 3}


def test_lists_without_outlines_are_matched_by_name_and_code():
    old = Snapshot.of(
        ["开县", "万县区", "梁平县", "武隆县", "城口县"],
        code=["500234", "500101", "500228", "500232", "500229"], level=3,
    )  # fmt: skip
    new = Snapshot.of(
        ["开州区", "万州区", "梁平区", "两江新区", "城口县"],
        code=["500154", "500101", "500155", "500157", "500229"], level=3,
    )  # fmt: skip
    found = infer(old, new, SETTINGS)
    said = {(p.event.type, str(p.event.before[0]), str(p.event.after[0])) for p in found}
    assert (EventType.CONVERT, "梁平县[500228]", "梁平区[500155]") in said
    assert (EventType.RENAME, "万县区[500101]", "万州区[500101]") in said
    assert (EventType.ABOLISH, "武隆县[500232]", "~") in said
    assert (EventType.ESTABLISH, "~", "两江新区[500157]") in said
    unplaced = (EventType.ABOLISH, EventType.ESTABLISH)
    assert all(p.doubtful for p in found if p.event.type in unplaced)
    assert all("no-geometry" in p.reasons for p in found)
    assert found.unchanged_count == 1


@pytest.mark.parametrize(
    ("name", "level", "parts"),
    [
        ("石柱土家族自治县", 3, ("石柱土家族", "自治县")), ("红椿乡", 4, ("红椿", "乡")),
        ("县", 3, ("县", "")), ("DAVIDSON", 0, ("DAVIDSON", "")), ("沙坪坝区", 0, ("沙坪坝", "区")),
    ],
)  # fmt: skip
def test_names_are_parted(name, level, parts):
    assert split_name(name, level) == parts


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_random_act_is_inferred_back(data):
    region = Region.blocks(seed=data.draw(st.integers(0, 50)))
    noise_m = data.draw(st.sampled_from([0.0, 0.0, 5.0, 12.0]))
    names = st.sampled_from(NAMES)
    one = region[data.draw(names)]
    touching = [
        u for u in region.units
        if u != one and any(abs(i - k) + abs(j - m) == 1 for i, j in one.cells for k, m in u.cells)
    ]  # fmt: skip
    other = data.draw(st.sampled_from(touching))
    given_cells = frozenset(
        data.draw(st.lists(st.sampled_from(sorted(one.cells)), min_size=1, max_size=3, unique=True))
    )
    kind = data.draw(
        st.sampled_from([EventType.MERGE, EventType.SPLIT, EventType.BOUNDARY, EventType.ESTABLISH,
                         EventType.ABOLISH])
    )  # fmt: skip
    fresh = Unit("甲一县", given_cells, "500281")
    left = replace(one, cells=one.cells - given_cells)
    later = {
        EventType.MERGE: lambda: region.without(one.name, other.name).with_(
            Unit("甲一县", one.cells | other.cells, "500281")
        ),
        EventType.SPLIT: lambda: region.without(one.name).with_(
            fresh, replace(left, name="甲二县", code="500282")
        ),
        EventType.BOUNDARY: lambda: region.with_(
            left, replace(other, cells=other.cells | given_cells)
        ),
        EventType.ESTABLISH: lambda: region.with_(left, fresh),
        EventType.ABOLISH: lambda: region.without(one.name).with_(
            replace(other, cells=other.cells | one.cells)
        ),
    }[kind]()
    old, new = region.snapshot(), later.snapshot(noise_m, seed=data.draw(st.integers(0, 9)))
    found = infer(old, new, SETTINGS)
    assert [p.event.type for p in found if not p.doubtful] == [kind]
    moved = {
        EventType.MERGE: len(one.cells) + len(other.cells), EventType.SPLIT: len(one.cells),
        EventType.ABOLISH: len(one.cells),
    }.get(kind, len(given_cells))  # fmt: skip
    assert sum(s.area_m2 for s in found[0].shares) == pytest.approx(moved * CELL_M2, rel=0.15)
    there = replayed(old, list(found))
    shapes = np.array([there[n] for n in new.name], dtype=object)
    if noise_m == 0:
        assert (chain_sums(shapes) == chain_sums(new.geometry)).all()
    else:
        assert shapely.coverage_is_valid(shapes)


def test_real_counties_of_two_sources_and_two_datums():
    """2016 in GCJ-02 with 梁平县 and 武隆县, which became districts that year, against 2019."""
    found = infer_files(
        BOUNDARIES / "chongqing_counties_2016_messy.gpkg",
        BOUNDARIES / "chongqing_counties_2019.gpkg",
    ).inference
    sure = {(p.event.type, str(p.event.before[0]), str(p.event.after[0])) for p in found
            if not p.doubtful}  # fmt: skip
    assert sure == {
        (EventType.CONVERT, "梁平县[500228]", "梁平区[500155]"),
        (EventType.CONVERT, "武隆县[500232]", "武隆区[500156]"),
    }
    assert sum(p.doubtful for p in found) <= 1
    assert 400 < np.hypot(found.shift.east_m, found.shift.north_m) < 600


def test_the_same_real_wards_drawn_anew():
    import pyogrio

    meta, _, wkb, values = pyogrio.raw.read(BOUNDARIES / "cao_bang_wards_2025.gpkg")
    column = dict(zip(meta["fields"], values, strict=True))
    names = [str(n) for n in column[next(c for c in ("name", "code") if c in column)]]
    names, shapes = names[:20], shapely.from_wkb(wkb[:20])
    old = Snapshot.of(names, shapes)
    again = redrawn(shapes, 2e-5, 4)
    ok = shapely.is_valid(again)
    again[~ok] = shapely.make_valid(again[~ok], method="structure", keep_collapsed=False)
    found = infer(old, Snapshot.of(names, again), replace(SETTINGS, crs=meta["crs"]))
    assert [p for p in found if not p.doubtful] == []
    assert 0 < found.noise_m < 10


@shared
def test_liangjiang_was_made_of_most_of_two_districts_and_parts_were_exchanged():
    result = infer_files(
        SHARED / "cq_county_tianditu_2024_wgs84.geojson",
        SHARED / "cq_county_amap_2026_wgs84.gpkg", date="2025-11-06",
    )  # fmt: skip
    sure = [p for p in result.inference if not p.doubtful]
    assert [str(p.event) for p in sure] == [
        "2025-11-06 reorganise 江北区[500105];渝北区[500112];~北碚区[500109]"
        " → 两江新区[500105];~北碚区[500109]"
    ]
    share = {(s.giver.name, s.taker.name): s for s in sure[0].shares}
    assert share["江北区", "两江新区"].giver_share == pytest.approx(1.0)
    assert share["渝北区", "两江新区"].giver_share == pytest.approx(0.63, abs=0.01)
    assert share["渝北区", "北碚区"].area_m2 / 1e6 == pytest.approx(543, abs=10)
    assert share["北碚区", "两江新区"].area_m2 / 1e6 == pytest.approx(201, abs=5)
    assert "code-reused" in sure[0].reasons
    assert sum(p.doubtful for p in result.inference) <= 1


@shared
def test_two_sources_of_the_same_counties_say_nothing_for_sure():
    found = infer_files(
        SHARED / "cq_county_osm_2019_wgs84.geojson",
        SHARED / "cq_county_tianditu_2024_wgs84.geojson",
        old_fields={},
    ).inference
    assert [p for p in found if not p.doubtful] == []
    assert len(found) <= 1


@shared
def test_every_act_of_an_atlas_leads_from_one_day_to_the_next_to_the_bit():
    """Tennessee to 1825: all that began then, told by name and map alone."""
    from datetime import date, timedelta

    from score_infer import read_versions

    versions = read_versions(SHARED / "us_tn_county_versions_newberry.gpkg")
    days = [d.astype(date) for d in np.unique(versions.first)]
    atlas = replace(SETTINGS, crs="EPSG:4269")
    count = 0
    for day in [d for d in days[1:] if d.year < 1825]:
        old, new = versions.at(day - timedelta(days=1)), versions.at(day)
        found = infer(old, new, atlas)
        there = replayed(old, list(found))
        assert set(there) == set(new.name)
        shapes = np.array([there[n] for n in new.name], dtype=object)
        assert (shapely.area(shapely.symmetric_difference(shapes, new.geometry)) < 1e-12).all()
        before = dict(zip(old.name, old.geometry, strict=True))
        for act in found:
            if not act.shares or any(None in (s.giver, s.taker) for s in act.shares):
                continue
            names = [r.name for r in (*act.event.before, *act.redrawn)]
            refs = (*act.event.after, *act.redrawn)
            one = chain_sums(np.array([before[n] for n in names], dtype=object))
            other = chain_sums(np.array([r.geometry for r in refs], dtype=object))
            assert added(one.tolist()) == added(other.tolist())
            count += 1
    assert count > 50


@shared
def test_what_the_notes_of_an_atlas_say_is_found():
    from score_infer import read_versions, score

    counts = score(read_versions(SHARED / "us_ct_county_versions_newberry.gpkg"))
    kinds = [counts[k] for k in ("creation", "elimination", "boundary")]
    assert sum(c.found for c in kinds) >= 0.95 * sum(c.mapped for c in kinds)
