from __future__ import annotations

import diming
import numpy as np
import pyproj
import pytest
import shapely
from diming.rules.placement import Centres, datum_shift, placement_reason

CHONGQING = np.array([106.0, 29.0, 107.0, 30.0])


def bounds_in(crs: int) -> np.ndarray:
    there = pyproj.Transformer.from_crs(4490, crs, always_xy=True)
    return np.array(there.transform_bounds(*CHONGQING))


@pytest.mark.parametrize("crs", [4490, 4326, 4544, 4545, 4546, 4523, 4524, 4525, 3857, 32648])
def test_data_in_their_place_are_not_doubted(crs: int) -> None:
    assert placement_reason(pyproj.CRS(crs), bounds_in(crs)) is None


@pytest.mark.parametrize(
    ("claimed", "really", "swap", "reason"),
    [
        (4545, 4490, False, ("degrees-labelled-projected", "EPSG:4490")),
        (4490, 4545, False, ("metres-labelled-geographic", "")),
        (4490, 4490, True, ("axes-swapped", "")),
        (4545, 4545, True, ("axes-swapped", "")),
        (4545, 4524, False, ("zone-prefix", "EPSG:4524")),
        (4524, 4545, False, ("zone-prefix", "EPSG:4545")),
    ],
)
def test_wrong_labels(claimed: int, really: int, swap: bool, reason: tuple[str, str]) -> None:
    bounds = bounds_in(really)
    if swap:
        bounds = bounds[[1, 0, 3, 2]]
    assert placement_reason(pyproj.CRS(claimed), bounds) == reason


def test_swapped_axes_are_said_and_looked_through() -> None:
    import geopandas

    a, b = shapely.box(29, 106, 30, 107), shapely.box(29.9, 106, 31, 107)
    report = diming.check(geopandas.GeoDataFrame({"code": ["a", "b"]}, geometry=[a, b], crs=4490))
    rules = {f.rule for f in report.findings}
    assert rules == {"crs-suspect", "overlap", "unmatched-edge"} or rules == {"crs-suspect", "overlap"}
    (overlap,) = [f for f in report.findings if f.rule == "overlap"]
    assert overlap.at is not None and 106 < overlap.at[0] < 107


def centres(shift: tuple[float, float], spread: float = 0.0, count: int = 9) -> Centres:
    random = np.random.default_rng(5)
    xy = np.column_stack([106 + np.arange(count) * 0.1, np.full(count, 29.5)])
    xy = xy + np.array(shift) + random.normal(0, spread, xy.shape)
    return Centres(np.array([str(500100 + i) for i in range(count)], object), xy, np.full(count, 1e9))


def test_a_shift_that_all_units_share() -> None:
    shift = datum_shift(centres((0.0045, -0.0025)), centres((0, 0)))
    assert shift is not None
    assert shift.east_m == pytest.approx(436, rel=0.02)
    assert shift.north_m == pytest.approx(-277, rel=0.02)
    assert shift.units_count == 9


def test_units_that_move_each_their_own_way_are_no_shift() -> None:
    assert datum_shift(centres((0.0, 0.0), spread=0.004), centres((0, 0))) is None


def test_units_of_another_size_do_not_vote() -> None:
    other = centres((0.0045, -0.0025))
    other = Centres(other.code, other.lonlat, other.area_m2 * 1.1)
    assert datum_shift(other, centres((0, 0))) is None
