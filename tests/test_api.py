"""The library called in unusual ways: it works, or says in one sentence what is wanted."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

import diming
from diming.errors import DimingError, UnreadableInput, UsageError
from worlds import CRS, Grid, box, table

CODES = ["500101001", "500101002", "500101003", "500101004"]


@pytest.fixture
def frame() -> geopandas.GeoDataFrame:
    """Four townships, the first of which overlaps its neighbour."""
    world = Grid(2, 2)
    world.bump_east(0, 0, 0.5)
    made = world.table()
    made["code"] = CODES
    return made


def refused(error: type[DimingError], part: str, *arguments: object, **options: object) -> None:
    call = options.pop("call", diming.check)
    with pytest.raises(error, match=re.escape(part)) as caught:
        call(*arguments, **options)
    assert "\n" not in str(caught.value)


def units(report: diming.Report) -> list[tuple[str, ...]]:
    return [f.units for f in report.findings]


def test_what_is_no_table(frame: geopandas.GeoDataFrame) -> None:
    refused(UsageError, "GeoDataFrame is wanted, not DataFrame", pd.DataFrame({"code": CODES}))
    refused(UsageError, "is wanted, not NoneType", None)
    refused(UsageError, "is wanted, not list", [frame])
    refused(UsageError, "check_files checks files", "a.gpkg")
    refused(UsageError, "check_files checks files", Path("a.gpkg"))
    refused(UsageError, "parents: a table is wanted", frame, parents="a.gpkg")
    refused(UsageError, "both as input and as parents", frame, parents=frame)
    refused(UsageError, "settings must be", frame, settings={"gap_width_m": 1})


def test_tables_whose_columns_cannot_be_told_apart(frame: geopandas.GeoDataFrame) -> None:
    refused(UsageError, "no active geometry", geopandas.GeoDataFrame({"code": CODES}))
    no_active = geopandas.GeoDataFrame(pd.DataFrame({"code": CODES, "shape": [None] * 4}))
    refused(UsageError, "no active geometry", no_active)
    levels = frame.copy()
    levels.columns = pd.MultiIndex.from_tuples([("a", "code"), ("b", "geometry")])
    refused(UsageError, "several levels", levels)
    twice = geopandas.GeoDataFrame(
        pd.concat([frame[["code"]], frame[["code"]]], axis=1), geometry=frame.geometry
    )
    refused(UsageError, "2 columns named «code»", twice)
    beside = frame.assign(note="").iloc[:, [0, 1, 2, 2]]
    assert units(diming.check(beside)) == units(diming.check(frame))


def test_a_series_of_geometries_is_a_table_without_columns(frame: geopandas.GeoDataFrame) -> None:
    assert len(diming.check(frame.geometry).findings) == len(diming.check(frame).findings)


def test_fields(frame: geopandas.GeoDataFrame) -> None:
    plain = units(diming.check(frame))
    assert plain
    numbered = frame.rename(columns={"code": 0})
    assert units(diming.check(numbered, fields={"code": 0})) == plain
    refused(UsageError, "no role «kode»", frame, fields={"kode": "code"})
    refused(UsageError, "fields must say", frame, fields=["code"])
    refused(UnreadableInput, "no column «7»", frame, fields={"code": 7})


@pytest.mark.parametrize(
    "codes",
    [
        pd.array([500101001, 500101002, 500101003, None], dtype="Int64"),
        pd.array([*CODES[:3], pd.NA], dtype="string"),
        [500101001.0, 500101002.0, 500101003.0, np.nan],
        [code.encode() for code in CODES],
        [[1], [2], [3], [4]],
        [[1, 2], [3, 4], [5, 6], [7, 8]],
        [np.arange(3), np.arange(3), np.zeros((2, 2)), None],
        [{"a": 1}, {1}, object, Decimal("500101001")],
        [b"\xff\xfe", "\ud800", "\0", "x" * 100_000],
        [pd.NaT, pd.NA, None, np.nan],
        pd.Categorical(CODES),
        [True, False, None, float("inf")],
    ],
    ids=range(12),
)
@pytest.mark.parametrize("role", ["code", "name", "level", "parent", "kind", "begin"])
def test_cells_of_any_kind(frame: geopandas.GeoDataFrame, role: str, codes: object) -> None:
    report = diming.check(frame.assign(end=None, **{role: codes}))
    assert any(f.rule == "overlap" for f in report.findings)
    report.to_json("zh")


def test_codes_of_any_type_are_the_same_codes(frame: geopandas.GeoDataFrame) -> None:
    plain = units(diming.check(frame))
    for codes in (
        pd.array([int(c) for c in CODES], dtype="Int64"),
        pd.array(CODES, dtype="string"),
        [float(c) for c in CODES],
        [c.encode() for c in CODES],
        pd.Categorical(CODES),
    ):
        assert units(diming.check(frame.assign(code=codes))) == plain


def test_a_table_without_a_crs_is_told_of_set_crs(frame: geopandas.GeoDataFrame) -> None:
    refused(UnreadableInput, "set_crs", frame.set_crs(None, allow_override=True))
    refused(UnreadableInput, "parents: the table does not say", frame, parents=table({}, None))
    refused(UnreadableInput, "no polygons", frame.iloc[:0])
    refused(UnreadableInput, "no polygons", geopandas.GeoSeries([shapely.Point(0, 0)], crs=CRS))


def test_files_are_named_one_by_one_or_together(
    frame: geopandas.GeoDataFrame, tmp_path: Path
) -> None:
    file, above = tmp_path / "a.gpkg", tmp_path / "p.gpkg"
    frame.to_file(file)
    table({"500101": box(0, 0, 2000, 2000)}).to_file(above)
    plain = units(diming.check_files(str(file)))
    assert plain
    for given in (file, [str(file)], (file,)):
        assert units(diming.check_files(given)) == plain
    for parents in (str(above), above, [above]):
        assert diming.check_files(file, parents=parents).inputs[1].parents
    assert units(diming.check_files(file, crs=pyproj.CRS(4490))) == plain
    assert units(diming.check_files(file, crs=4490)) == plain


def test_what_is_no_name_of_a_file(frame: geopandas.GeoDataFrame) -> None:
    call = diming.check_files
    refused(UsageError, "no files to check", call=call)
    refused(UsageError, "no files to check", [], call=call)
    refused(UsageError, "not GeoDataFrame; check checks tables", frame, call=call)
    refused(UsageError, "not NoneType", None, call=call)
    refused(UsageError, "not bytes", b"a.gpkg", call=call)
    refused(UsageError, "not GeoDataFrame", "a.gpkg", parents=frame, call=call)
