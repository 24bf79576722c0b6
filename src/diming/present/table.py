"""Findings as a GeoDataFrame, for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.present.measured import on_earth
from diming.present.words import hint, message

if TYPE_CHECKING:
    import geopandas

    from diming.model.finding import Report

#: Measures that have a column of their own; the rest are in ``measures``.
MEASURES = ("area_m2", "width_m", "length_m")

COLUMNS = (
    *("id", "rule", "severity", "units", "names", "records"),
    *MEASURES,
    *("measures", "at_lon", "at_lat", "seam", "message", "hint", "excepted"),
)


def findings_table(report: Report, lang: str | None = None) -> geopandas.GeoDataFrame:
    """Return the findings as a GeoDataFrame in WGS 84, one row a finding.

    Areas are in square metres, widths and lengths in metres on the ground,
    null where a finding has no such measure. `records` are pairs of input and fid.
    `at_lon` and `at_lat` are input coordinates where these lie in a plane
    without a place on Earth; the table has no CRS then.
    """
    import geopandas

    findings = report.findings
    columns: dict[str, Any] = {
        "id": [f.id for f in findings],
        "rule": [f.rule for f in findings],
        "severity": [str(f.severity) for f in findings],
        "units": [list(f.units) for f in findings],
        "names": [list(f.names) for f in findings],
        "records": [[(r.input, r.fid) for r in f.records] for f in findings],
        **{key: [float(f.measures.get(key, "nan")) for f in findings] for key in MEASURES},
        "measures": [{k: v for k, v in f.measures.items() if k not in MEASURES} for f in findings],
        "at_lon": [f.at[0] if f.at else float("nan") for f in findings],
        "at_lat": [f.at[1] if f.at else float("nan") for f in findings],
        "seam": [f.seam for f in findings],
        "message": [message(f, lang, report.inputs) for f in findings],
        "hint": [hint(f, lang) for f in findings],
        "excepted": [f.excepted_by is not None for f in findings],
    }
    crs = "EPSG:4326" if on_earth(report) else None
    return geopandas.GeoDataFrame(columns, geometry=[f.geometry for f in findings], crs=crs)
