"""A report as JSON, ``diming.report/1``: for programs, and for the record."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.present.json_text import dumps, rounded
from diming.present.words import hint, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diming.model.finding import CheckSettings, Exemption, Finding, InputRecord, Report

FORMAT = "diming.report/1"

#: Decimals of longitude and latitude: a tenth of a millimetre.
PLACE_DECIMALS = 9


def to_json(report: Report, lang: str | None) -> str:
    """Return a report as JSON text; the same report gives the same text."""
    return dumps(to_dict(report, lang), indent=1)


def to_dict(report: Report, lang: str | None) -> dict[str, Any]:
    """Return a report as what `json` can write.

    Numbers are finite: a measure that is not a number becomes null, and so
    does a geometry with such a coordinate.
    """
    return {
        **metadata(report),
        "findings": [finding_dict(f, lang, report.inputs) for f in report.findings],
    }


def metadata(report: Report) -> dict[str, Any]:
    """Return all of a report but its findings."""
    return {
        "format": FORMAT,
        "diming": report.version,
        "created": report.created.isoformat(),
        "inputs": [
            {
                "path": i.path,
                "layer": i.layer,
                "features": i.features,
                "declared": i.declared,
                "unusable": i.unusable,
                "sha256": i.sha256,
                "crs": i.crs,
                "encoding": i.encoding,
                "remarks": list(i.remarks),
                "dated_out": i.dated_out,
                "as_of": jsonable(i.as_of),
                "parents": i.parents,
            }
            for i in report.inputs
        ],
        "settings": _settings(report.settings),
        "examined": {"units": report.units_examined, "vertices": report.vertices_examined},
        "measured": jsonable(report.measured),
        "rules": [
            {
                "rule": r.rule,
                "status": r.status,
                "reason": r.reason,
                "facts": jsonable(r.facts),
                "findings": r.findings,
            }
            for r in report.rules
        ],
        "summary": report.summary(),
    }


def properties(finding: Finding, inputs: Sequence[InputRecord], lang: str | None) -> dict[str, Any]:
    """Return all of a finding but its geometry."""
    return {
        "id": finding.id,
        "rule": finding.rule,
        "severity": str(finding.severity),
        "units": list(finding.units),
        "names": list(finding.names),
        "records": [{"input": r.input, "fid": r.fid} for r in finding.records],
        "seam": finding.seam,
        "measures": {k: rounded(v) for k, v in finding.measures.items()},
        "facts": jsonable(finding.facts),
        "at": _place(finding.at),
        "message": message(finding, lang, inputs),
        "hint": hint(finding, lang),
        "excepted_by": _exemption(finding.excepted_by),
    }


def jsonable(value: Any) -> Any:
    """Return a fact as what `json` can write; what it is not becomes text."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, int | float | np.integer | np.floating):
        return rounded(value)  # type: ignore[arg-type]
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(k): jsonable(v) for k, v in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((jsonable(v) for v in value), key=str)
    if isinstance(value, list | tuple | np.ndarray):
        return [jsonable(v) for v in value]
    return str(value)


def geometry(shape: Any) -> Any:
    """Return a shapely geometry as GeoJSON; null where there is none to draw."""
    if shape is None or shapely.is_empty(shape):
        return None
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return None
    flat = shapely.force_2d(shape)
    return json.loads(shapely.to_geojson(shapely.transform(flat, _round_places)))


def _round_places(coordinates: Any) -> Any:
    return np.round(coordinates, PLACE_DECIMALS)


def finding_dict(
    finding: Finding, lang: str | None, inputs: Sequence[InputRecord] = ()
) -> dict[str, Any]:
    """Return a finding with its keys in the order of the contract."""
    said = properties(finding, inputs, lang)
    last = {key: said.pop(key) for key in ("message", "hint", "excepted_by")}
    return {**said, "geometry": geometry(finding.geometry), **last}


def _place(at: tuple[float, float] | None) -> list[float] | None:
    if at is None or not all(math.isfinite(c) for c in at):
        return None
    return [round(float(c), PLACE_DECIMALS) for c in at]


def _settings(settings: CheckSettings) -> dict[str, Any]:
    return {f.name: jsonable(getattr(settings, f.name)) for f in fields(settings)}


def _exemption(exemption: Exemption | None) -> dict[str, Any] | None:
    if exemption is None:
        return None
    return {f.name: jsonable(getattr(exemption, f.name)) for f in fields(exemption)}
