"""From two files to acts: lists, dated versions, two reference systems."""

from __future__ import annotations

import geopandas
import pytest
import shapely

from diming.errors import UnreadableInput, UsageError
from diming.model.event import EventType
from diming.model.span import Precision, When
from diming.services.inference import infer_files
from divisions import Region, Unit
from worlds import CRS


def written(region, path, crs=CRS, **columns):
    snapshot = region.snapshot()
    table = geopandas.GeoDataFrame(
        {"name": list(snapshot.name), "code": list(snapshot.code), **columns},
        geometry=list(snapshot.geometry), crs=CRS,
    )  # fmt: skip
    table.to_crs(crs).to_file(path, driver="GPKG")
    return path


def merged(region: Region) -> Region:
    one, other = region["东山县"], region["西河县"]
    new = Unit("新江区", one.cells | other.cells, "500160")
    return region.without(one.name, other.name).with_(new)


def test_two_files_in_two_reference_systems(tmp_path):
    region = Region.blocks()
    old = written(region, tmp_path / "old.gpkg")
    new = written(merged(region), tmp_path / "new.gpkg", "EPSG:4490")
    found = infer_files(old, new, date="2024-06")
    (act,) = found.inference
    assert act.event.type is EventType.MERGE
    assert act.event.date == When(act.event.date.day, Precision.MONTH)
    assert found.crs.to_epsg() == 4545
    # In the earlier file's system, whatever the later one's.
    assert act.event.after[0].geometry.bounds[0] > 180
    assert [i.features for i in found.inputs] == [9, 8]


def test_of_a_file_with_dated_versions_the_date_picks(tmp_path):
    region = Region.blocks()
    a, b = region["东山县"], region["西河县"]
    everything = region.with_(Unit("新江区", a.cells | b.cells, "500160"))
    begin = ["2000-01-01"] * 9 + ["2011-10-22"]
    end = ["2011-10-22" if u.name in (a.name, b.name) else None for u in region.units] + [None]
    path = written(everything, tmp_path / "v.gpkg", begin=begin, end=end)
    (act,) = infer_files(path, path, date="2011-10-22").inference
    assert str(act.event) == "2011-10-22 merge 东山县[500221];西河县[500222] → 新江区[500160]"
    assert len(infer_files(path, path, date="2012-01-01").inference) == 0


def test_lists_in_two_encodings(tmp_path):
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_bytes("代码,名称\n500234,开县\n500228,梁平县\n".encode("gb18030"))
    new.write_bytes("\ufeff代码,名称\n500234,开县\n500155,梁平区\n".encode())
    found = infer_files(old, new, date="2016-11-24")
    assert [str(p.event) for p in found.inference] == [
        "2016-11-24 convert 梁平县[500228] → 梁平区[500155]"
    ]
    assert found.crs is None
    assert found.inference.unchanged_count == 1


def test_a_list_and_a_map_cannot_be_compared(tmp_path):
    old = tmp_path / "old.csv"
    old.write_text("code,name\n500234,开县\n", encoding="utf-8")
    with pytest.raises(UnreadableInput, match="list"):
        infer_files(old, written(Region.blocks(), tmp_path / "new.gpkg"))


def test_a_list_of_neither_names_nor_codes_is_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UnreadableInput, match="columns are"):
        infer_files(path, path)


def test_a_date_that_is_none_is_refused(tmp_path):
    with pytest.raises(UsageError, match="yesterday"):
        infer_files(tmp_path / "a.csv", tmp_path / "b.csv", date="yesterday")


def test_invalid_outlines_are_compared_by_the_ground_they_enclose(tmp_path):
    region = Region.blocks()
    old = written(region, tmp_path / "old.gpkg")
    table = geopandas.read_file(old)
    ring = list(table.geometry[8].exterior.coords)
    x, y = ring[1]
    spike = [ring[0], ring[1], (x, y + 1.0), (x, y), *ring[2:]]
    table.loc[8, "geometry"] = shapely.Polygon(spike)
    table.to_file(tmp_path / "new.gpkg", driver="GPKG")
    assert not table.geometry[8].is_valid
    found = infer_files(old, tmp_path / "new.gpkg").inference
    assert len(found) == 0
