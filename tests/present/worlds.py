"""Reports drawn for tests: two towns that overlap, and one finding of every kind."""

from datetime import UTC, date, datetime

import numpy as np
import shapely

from diming.model.finding import (
    Backdrop,
    CheckSettings,
    Exemption,
    Finding,
    InputRecord,
    RecordRef,
    RuleRun,
    Severity,
)
from diming.present.live import LiveReport

LEFT = shapely.box(106.50, 29.50, 106.55, 29.60)
RIGHT = shapely.box(106.54, 29.50, 106.60, 29.60)


def finding(rule, severity="error", **facts):
    settings = {
        "units": ("500103001", "500103002"),
        "names": ("朝天门街道", "解放碑街道"),
        "records": (RecordRef(0, 37), RecordRef(1, 41)),
        "at": (106.545, 29.55),
        "geometry": LEFT.intersection(RIGHT),
        "id": f"{rule}:9f2c1a7e0b3d",
    }
    return Finding(rule=rule, severity=Severity(severity), **{**settings, **facts})


OVERLAP = finding(
    "overlap",
    measures={"area_m2": 812.4, "width_m": 1.02, "length_m": 796.0, "parts_count": 1},
    seam=True,
)


def input_record(path="a.gpkg", **facts):
    settings = {
        "layer": "town",
        "declared": 3,
        "features": 2,
        "unusable": 1,
        "sha256": "0" * 64,
        "crs": "EPSG:4490",
        "encoding": "UTF-8",
    }
    return InputRecord(path=path, **{**settings, **facts})


def report(*findings, **facts):
    settings = {
        "version": "0.1.0",
        "created": datetime(2026, 11, 23, 1, 0, tzinfo=UTC),
        "inputs": (
            input_record("data/a.gpkg", remarks=("illustrative",)),
            input_record("data/b.shp", layer=None, encoding="GB18030"),
        ),
        "settings": CheckSettings(date=date(2024, 12, 31)),
        "units_examined": 4,
        "vertices_examined": 120,
        "measured": {
            "plane": False,
            "working_crs": "EPSG:4490",
            "areas": "tangent-plane-wgs84",
            "lengths": "tangent-plane-wgs84",
        },
        "rules": (
            RuleRun("overlap", "run", findings=len(findings)),
            RuleRun("gap", "skipped", reason="on-request"),
            RuleRun("bad-code", "not-applicable", reason="foreign-codes"),
        ),
        "findings": findings,
        "backdrop": Backdrop(
            np.array([LEFT, RIGHT], dtype=object),
            ("500103001", "500103002"),
            ("朝天门街道", "解放碑街道"),
        ),
    }
    return LiveReport(**{**settings, **facts})


EXEMPTION = Exemption(
    id="gap:1", reason="等待勘界", approver="张三", date=date(2024, 1, 1), expires=date(2027, 1, 1)
)
