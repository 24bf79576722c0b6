"""Files become acts, and acts the files again."""

from pathlib import Path

import geopandas
import pytest
import shapely

from diming.model.unit import Level
from replay import replay

ATLAS = Path(__file__).parents[3] / "shared" / "data" / "us_tn_county_versions_newberry.gpkg"


@pytest.fixture
def atlas(tmp_path):
    """Three counties: one takes a strip of another, then two become one."""
    a, b, c = (shapely.box(x, 36, x + 1, 37) for x in (-90, -89, -88))
    strip = shapely.box(-89, 36, -88.5, 37)
    rest = shapely.box(-88.5, 36, -88, 37)
    rows = [
        ("a", "A", "1800-01-01", "1809-12-31", a),
        ("a", "A", "1810-01-01", "1819-12-31", shapely.coverage_union_all([a, strip])),
        ("b", "B", "1800-01-01", "1809-12-31", b),
        ("b", "B", "1810-01-01", "1850-12-31", rest),
        ("c", "C", "1800-01-01", "1850-12-31", c),
        ("d", "D", "1820-01-01", "1850-12-31", shapely.coverage_union_all([a, strip])),
    ]
    names = ["id", "name", "start_date", "end_date", "geometry"]
    path = tmp_path / "atlas.gpkg"
    geopandas.GeoDataFrame(
        dict(zip(names, zip(*rows, strict=True), strict=True)), crs=4326
    ).to_file(path)
    return path


def test_a_small_atlas_is_replayed_exactly(atlas):
    found = replay(str(atlas), Level.COUNTY, "1800", "1850")
    assert (found.days, found.agreeing, found.refused, found.flaws) == (2, 2, [], 0)
    assert found.acts >= 2


@pytest.mark.skipif(not ATLAS.exists(), reason="the atlas of Tennessee is not here")
def test_a_real_atlas_is_replayed_exactly():
    found = replay(str(ATLAS), Level.COUNTY, "1850", "1860")
    assert (found.agreeing, found.refused, found.flaws) == (found.days, [], 0)
    assert found.days > 10
