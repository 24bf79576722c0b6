"""The three boundary samples that are real: geometry is carried over bit for bit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from samplemaker.containers import GCJ02_WKT, coordinates, read_layer, write_layer

if TYPE_CHECKING:
    from pathlib import Path

KINDS = ("自治县", "县", "区")
OFFICIAL = {"自治县": "自治县", "县": "县", "区": "市辖区"}


def county_kind(name: str) -> str:
    """Return the kind of division that a county's name denotes."""
    return OFFICIAL[next(term for term in KINDS if name.endswith(term))]


def tidy_pinyin(text: str | None) -> str:
    """Return the romanised name alone, spelt with carons.

    The source writes the third tone as a breve (ŏ for ǒ) and appends notes in
    brackets; it has no reading for one county, 璧山区.
    """
    breves = str.maketrans("ăĕĭŏŭĂĔĬŎŬ", "ǎěǐǒǔǍĚǏǑǓ")
    return (text or "Bìshān Qū").split(" [")[0].translate(breves)


def _county_fields(codes: np.ndarray, names: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "code": codes,
        "name": names,
        "kind": np.array([county_kind(name) for name in names], dtype=object),
        "level": np.full(len(codes), 3, dtype=np.int32),
        "parent": np.array(["500000"] * len(codes), dtype=object),
    }


def counties_2019(source: Path, target: Path) -> None:
    """Write the OpenStreetMap counties, without the population figures they came with."""
    wkb, fields = read_layer(source, ["adcode", "name", "pinyin"])
    order = np.argsort(fields["adcode"])
    codes, names = fields["adcode"][order], fields["name"][order]
    pinyin = np.array([tidy_pinyin(text) for text in fields["pinyin"][order]], dtype=object)
    write_layer(
        target,
        "county",
        wkb[order],
        _county_fields(codes, names) | {"pinyin": pinyin},
        geometry_type="MultiPolygon",
        title="Counties of Chongqing, 2019 (重庆市区县 2019)",
        description="© OpenStreetMap contributors, ODbL 1.0. "
        "Generalised; exclaves dropped. WGS 84.",
    )
    assert_same_coordinates(source, target, "adcode")


def counties_2016_messy(source: Path, target: Path) -> None:
    """Write the decoded ECharts counties, faults and all, under a CRS that is honest."""
    wkb, fields = read_layer(source, ["adcode", "name"])
    write_layer(
        target,
        "county",
        wkb,
        _county_fields(fields["adcode"], fields["name"]),
        crs=GCJ02_WKT,
        geometry_type="Unknown",
        title="Counties of Chongqing, 2016, a messy delivery (重庆市区县 2016)",
        description="Apache ECharts 4.9.0, Apache-2.0. GCJ-02, quantised to 1/1024 degree; "
        "invalid rings, overlaps and gaps are kept as delivered.",
    )
    assert_same_coordinates(source, target, "adcode")


def cao_bang_wards(source: Path, target: Path) -> None:
    """Write the wards of Cao Bang: a real township-level coverage with real defects."""
    columns = ["code", "name", "nameEn", "fullName"]
    wkb, fields = read_layer(source, columns)
    kind = [
        full.removesuffix(name).strip().lower()
        for full, name in zip(fields["fullName"], fields["name"], strict=True)
    ]
    write_layer(
        target,
        "ward",
        wkb,
        {
            "code": fields["code"],
            "name": fields["name"],
            "kind": np.array(kind, dtype=object),
            "nameEn": fields["nameEn"],
        },
        geometry_type="MultiPolygon",
        title="Wards and communes of Cao Bang, Viet Nam, 2025",
        description="thanglequoc/vietnamese-provinces-database, commit cd58063, MIT. "
        "Real defects: overlaps, slivers and unmatched edges are kept as published.",
    )
    before, _ = read_layer(source, ["code"])
    after, _ = read_layer(target, ["code"])
    if not np.array_equal(before, after):
        raise AssertionError(f"{target.name}: geometry changed")


def _flatten(nested: Any) -> list[float]:
    if isinstance(nested, float | int):
        return [float(nested)]
    return [number for part in nested for number in _flatten(part)]


def assert_same_coordinates(source: Path, target: Path, key: str) -> None:
    """Compare the numbers in a GeoJSON text with those in the GeoPackage, bit for bit."""
    wkb, fields = read_layer(target, ["code"])
    written = {code: coordinates(blob) for code, blob in zip(fields["code"], wkb, strict=True)}
    for feature in json.loads(source.read_text(encoding="utf-8"))["features"]:
        code = feature["properties"][key]
        if written[code] != _flatten(feature["geometry"]["coordinates"]):
            raise AssertionError(f"{target.name}: geometry of {code} changed")
