"""An archive in Python."""

import geopandas
import numpy as np
import pytest
import shapely

import diming
from diming.errors import UsageError
from diming.model.event import EventType
from diming.model.notation import parse_units
from diming.model.span import parse_when


@pytest.fixture
def archive(tmp_path):
    cells = [shapely.box(106 + i, 29, 107 + i, 30) for i in range(3)]
    geopandas.GeoDataFrame(
        {"code": ["500101", "500102", "500103"], "name": ["甲区", "乙县", "丙县"]},
        geometry=cells, crs=4490,
    ).to_file(tmp_path / "counties.gpkg")  # fmt: skip
    with diming.create_archive(tmp_path / "archive.gpkg", author="测试") as made:
        made.load(tmp_path / "counties.gpkg", day="2000-01-01", author="测试")
        made.record(
            diming.Event(
                EventType.MERGE, parse_when("2011-10-22"), parse_units("甲区[500101];乙县[500102]"),
                parse_units("丁区[500110]"),
            ),
            author="测试",
        )  # fmt: skip
        yield made


def test_the_coverage_of_a_day_is_a_table(archive):
    table = archive.at("2005-01-01", level="county")
    assert table.crs.to_epsg() == 4490
    assert sorted(table["name"]) == ["丙县", "乙县", "甲区"]
    assert set(archive.at("2012-01-01", level=3)["name"]) == {"丁区", "丙县"}
    assert set(archive.at("2012-01-01", level=3, known="r2")["name"]) == {"丙县", "乙县", "甲区"}


def test_one_point_and_many(archive):
    assert archive.where((106.5, 29.5), "2005-01-01").smallest.name == "甲区"
    many = archive.where(
        [(106.5, 29.5), (106.5, 29.5), (100, 10)], ["2005-01-01", "2012-01-01", "2012-01-01"]
    )
    assert many["name_3"].tolist() == ["甲区", "丁区", ""]
    points = geopandas.GeoSeries(shapely.points([[106.5, 29.5]]), crs=4490)
    assert archive.where(points, "2005-01-01")["code_3"].tolist() == ["500101"]


def test_the_cube_follows_new_revisions(archive):
    assert archive.where((108.5, 29.5), "2020-01-01").smallest.name == "丙县"
    archive.record(
        diming.Event(
            EventType.CONVERT, parse_when("2015-01-01"), parse_units("丙县[500103]"),
            parse_units("丙区[500104]"),
        ),
        author="测试",
    )  # fmt: skip
    assert archive.where((108.5, 29.5), "2020-01-01").smallest.name == "丙区"
    assert archive.where(np.array([[108.5, 29.5]]), "2020-01-01")["name_3"].tolist() == ["丙区"]
    archive.revert("r4", author="测试", reason="误录")
    assert archive.where((108.5, 29.5), "2020-01-01").smallest.name == "丙县"


def test_history_diff_and_proof(archive):
    lineage = archive.history("丁区").lineage
    before = {k.version.name: round(k.share, 3) for k in lineage.before}
    assert before == {"丁区": 1.0, "乙县": 0.5, "甲区": 0.5}
    balance = [
        b for b in archive.diff("2005-01-01", "2012-01-01").comparison.balances if b.level == 3
    ]
    assert balance[0].conserved is True
    assert archive.verify() == []
    assert archive.check().summary()["error"] == 0
    assert [r.kind for r in archive.log()] == ["record", "load", "init"]
    assert "archive.gpkg" in archive._repr_html_()
    assert "1 acts" in repr(archive)


def test_misuse(archive):
    with pytest.raises(UsageError, match="is not a date"):
        archive.at("1997-02-30")
    with pytest.raises(UsageError, match="no level"):
        archive.at(level="九")
    with pytest.raises(UsageError, match="2 points and 1 dates"):
        archive.where([(106.5, 29.5), (107, 29)], ["2005-01-01"])
    with pytest.raises(UsageError, match="pairs"):
        archive.where([1.0, 2.0, 3.0])


def test_a_copy_holds_what_was_recorded_when_it_was_made(tmp_path):
    with diming.create_archive(tmp_path / "a.gpkg", author="某") as archive:
        tip = archive.head.hash
        archive.backup(tmp_path / "b.gpkg")
        assert [r.number for r in archive.log(newest=1)] == [1]
        with pytest.raises(diming.DimingError):
            archive.backup(tmp_path / "b.gpkg")
        archive.backup(tmp_path / "b.gpkg", overwrite=True)
    with diming.open_archive(tmp_path / "b.gpkg", readonly=True) as copy:
        assert copy.verify(tip=tip) == []
        assert copy.verify(tip="0" * 64) != []
