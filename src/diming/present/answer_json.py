"""Answers of an archive as JSON, each with its format tag (查询结果 JSON).

Geometry is WGS 84 longitude and latitude, or as it is in the archive where that has
no place on Earth. What is not known is null. Dates are as exact as their source.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from diming.geometry.lonlat import to_lonlat
from diming.model.span import EVER
from diming.present.acts import act_text
from diming.present.json_text import dumps, rounded
from diming.present.report_json import geometry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from diming.model.answers import (
        Basis,
        Difference,
        Flow,
        History,
        Kin,
        Link,
        Units,
        Where,
        WhereMany,
    )
    from diming.model.changeset import Applied, Revision
    from diming.model.version import Version

UNITS, WHERE, HISTORY, DIFF = (
    "diming.units/1",
    "diming.where/1",
    "diming.history/1",
    "diming.diff/1",
)
LOG, INFO, EVENTS = "diming.log/1", "diming.info/1", "diming.events/1"


def basis_dict(basis: Basis) -> dict[str, Any]:
    """Return which archive, day and belief an answer rests on."""
    return {
        "archive": basis.archive,
        "date": basis.day.isoformat(),
        "revision": basis.revision,
        "recorded": basis.recorded.isoformat(),
        "latest": basis.latest,
    }


def version_dict(version: Version) -> dict[str, Any]:
    """Return a unit as it stood for a while."""
    span = version.span
    return {
        "unit_id": version.unit_id,
        "name": version.name,
        "level": int(version.level),
        "kind": version.kind,
        "ethnic": version.ethnic,
        "code": version.any_code or None,
        "codes": dict(version.codes),
        "parent_id": version.parent_id,
        "seat": version.seat,
        "begin": None if span.begin.day == EVER else str(span.begin),
        "end": None if span.is_open else str(span.end),
        "territory_known": version.territory is not None,
        "began_by": version.began_by,
        "ended_by": version.ended_by,
        "note": version.note,
    }


def named(unit: str | None, names: Mapping[str, Version]) -> dict[str, Any] | None:
    """Return a unit by id, name and code."""
    if unit is None:
        return None
    version = names.get(unit)
    if version is None:
        return {"unit_id": unit, "name": None, "code": None}
    return {"unit_id": unit, "name": version.name, "code": version.any_code or None}


def act_dict(act: Applied, names: Mapping[str, Version], lang: str | None) -> dict[str, Any]:
    """Return an act, what it was resolved to, and the ground it passed on."""
    event = act.event
    return {
        "id": event.id,
        "type": str(event.type),
        "date": str(event.date),
        "approved": event.approved and str(event.approved),
        "announced": event.announced and str(event.announced),
        "completed": event.completed and str(event.completed),
        "document": event.document,
        "certainty": event.certainty,
        "note": event.note,
        "text": act_text(act, lang),
        "before": [
            {"given": str(r), "unit": named(u, names)}
            for r, u in zip(event.before, act.before, strict=False)
        ],
        "after": [
            {"given": str(r), "unit": named(u, names)}
            for r, u in zip(event.after, act.after, strict=False)
        ],
        "passages": [
            {
                "from": named(p.giver, names),
                "to": named(p.taker, names),
                "area_m2": _number(p.area_m2),
                "share": _number(p.share),
                "whole": p.whole,
            }
            for p in act.passages
        ],
        "reverts": act.reverts,
    }


def units_geojson(units: Units) -> str:
    """Return the units that held on a day as a GeoJSON FeatureCollection."""
    shapes = _lonlat(units.shapes, units.crs)
    features = [
        {
            "type": "Feature",
            "id": v.unit_id,
            "geometry": shape,
            "properties": {
                **version_dict(v),
                "parent": named(v.parent_id, units.superiors),
            },
        }
        for v, shape in zip(units.versions, shapes, strict=True)
    ]
    return dumps({
        "type": "FeatureCollection", "format": UNITS, **basis_dict(units.basis),
        "features": features,
    })  # fmt: skip


def _lonlat(shapes: Sequence[Any], crs: str | None) -> list[Any]:
    held = np.array(list(shapes) + [None], dtype=object)[:-1]
    moved = to_lonlat(held, crs)
    return [geometry(s) for s in shapely.orient_polygons(moved)]


def where_json(where: Where, lang: str | None) -> str:
    """Return the chain of units at a point, and the acts since."""
    return dumps(
        {
            "format": WHERE, **basis_dict(where.basis),
            "at": [where.lon, where.lat],
            "levels": [
                {
                    "level": int(at.level),
                    "standing": str(at.standing),
                    "units": [version_dict(v) for v in at.versions],
                }
                for at in where.levels
            ],
            "since": [act_dict(a, where.names, lang) for a in where.acts],
            "now": where.now and version_dict(where.now),
            "stopped": where.stopped,
        },
        indent=1,
    )  # fmt: skip


def where_many_json(found: WhereMany, points: Sequence[Mapping[str, Any]]) -> str:
    """Return the units of each level at many points.

    Parameters
    ----------
    points : sequence of mappings
        One a row of the input: ``row``, ``given`` (its cells), ``problem`` or None, and
        ``at``, its position in `found`, or None.
    """
    levels = list(found.rows)
    return dumps({
        "format": WHERE, **basis_dict(found.basis),
        "points": [
            {
                "row": p["row"],
                "given": dict(p["given"]),
                "problem": p["problem"],
                "date": _day(found, p["at"]),
                "units": None if p["at"] is None else {
                    str(int(level)): _unit_at(found, level, p["at"]) for level in levels
                },
            }
            for p in points
        ],
    }, indent=1)  # fmt: skip


def _day(found: WhereMany, at: int | None) -> str | None:
    from datetime import date

    return None if at is None else date.fromordinal(int(found.days[at])).isoformat()


def _unit_at(found: WhereMany, level: Any, at: int) -> dict[str, Any] | None:
    row = int(found.rows[level][at])
    if row < 0:
        return {"standing": "not-known" if row == -1 else "outside"}
    table = found.table
    return {
        "standing": "parent" if found.by_parent[level][at] else "place",
        "unit_id": table.unit_id[row], "name": table.name[row], "code": table.code[row] or None,
    }  # fmt: skip


def history_json(history: History, lang: str | None) -> str:
    """Return the lineage of a unit."""
    lineage = history.lineage
    return dumps(
        {
            "format": HISTORY, **basis_dict(history.basis),
            "asked": history.asked,
            "unit": version_dict(lineage.version),
            "versions": [
                {**version_dict(v), "parent": named(v.parent_id, lineage.names)}
                for v in lineage.versions
            ],
            "before": [_kin(k) for k in lineage.before],
            "after": [_kin(k) for k in lineage.after],
            "links": [_link(x, lineage.names) for x in lineage.links],
            "acts": [act_dict(a, lineage.names, lang) for a in lineage.acts],
            "also": [version_dict(v) for v in history.also],
        },
        indent=1,
    )  # fmt: skip


def _kin(kin: Kin) -> dict[str, Any]:
    return {
        "unit": kin.version and version_dict(kin.version),
        "event": kin.event_id,
        "share": _number(kin.share),
        "rests": _number(kin.rests),
        "ends": kin.ends,
        "stopped": kin.stopped,
    }


def _link(link: Link, names: Mapping[str, Version]) -> dict[str, Any]:
    return {
        "event": link.event_id,
        "from": named(link.giver, names),
        "to": named(link.taker, names),
        "area_m2": _number(link.area_m2),
        "share": _number(link.share),
        "whole": link.whole,
    }


def diff_json(diff: Difference, lang: str | None) -> str:
    """Return what changed between two states; flows carry their ground as geometry."""
    found = diff.comparison
    crs = diff.later_units.crs or diff.earlier_units.crs
    shapes = _lonlat([f.geometry for f in found.flows], crs)
    return dumps({
        "format": DIFF,
        "earlier": basis_dict(diff.earlier),
        "later": basis_dict(diff.later),
        "levels": [
            {
                "level": int(b.level),
                "units_before": b.units_before, "units_after": b.units_after,
                "unknown_before": b.unknown_before, "unknown_after": b.unknown_after,
                "gained_m2": _number(b.gained_m2), "lost_m2": _number(b.lost_m2),
                "conserved": b.conserved,
            }
            for b in found.balances
        ],
        "changes": [
            {
                "unit_id": c.unit_id,
                "level": int(c.version.level),
                "what": [str(k) for k in c.kinds],
                "relatives": [named(u, diff.names) for u in c.relatives],
                "before": c.before and version_dict(c.before),
                "after": c.after and version_dict(c.after),
                "area_before_m2": _number(c.area_before_m2),
                "area_after_m2": _number(c.area_after_m2),
                "gained_m2": _number(c.gained_m2),
                "lost_m2": _number(c.lost_m2),
            }
            for c in found.changes
        ],
        "flows": [
            _flow(f, shape, diff.names) for f, shape in zip(found.flows, shapes, strict=True)
        ],
        "acts": [act_dict(a, diff.names, lang) for a in diff.acts],
    }, indent=1)  # fmt: skip


def _flow(flow: Flow, shape: Any, names: Mapping[str, Version]) -> dict[str, Any]:
    return {
        "level": int(flow.level),
        "from": named(flow.giver, names),
        "to": named(flow.taker, names),
        "area_m2": _number(flow.area_m2),
        "geometry": shape,
    }


def log_json(revisions: Iterable[Revision]) -> str:
    """Return revisions, the latest first."""
    return dumps({"format": LOG, "revisions": [revision_dict(r) for r in revisions]}, indent=1)


def revision_dict(revision: Revision) -> dict[str, Any]:
    """Return a revision as what `json` can write."""
    return {
        "number": revision.number,
        "recorded": revision.recorded.isoformat(),
        "author": revision.author,
        "reason": revision.reason,
        "document": revision.document,
        "kind": revision.kind,
        "hash": revision.hash,
        # As text: 64 bits are more than a number of JavaScript holds.
        "chain_sums": {str(k): str(v) for k, v in revision.chain_sums.items()},
    }


def info_json(
    place: str, head: Revision, counts: Mapping[str, int], settings: Mapping[str, str],
    crs: str | None,
) -> str:  # fmt: skip
    """Return what an archive is and holds."""
    return dumps(
        {
            "format": INFO, "archive": place, "crs": crs,
            "latest": revision_dict(head), "counts": dict(counts), "settings": dict(settings),
        },
        indent=1,
    )  # fmt: skip


def events_json(events: Sequence[Applied], names: Mapping[str, Version], lang: str | None) -> str:
    """Return acts with what they were resolved to."""
    return dumps({"format": EVENTS, "events": [act_dict(a, names, lang) for a in events]}, indent=1)


def _number(value: float | None) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    found: float | None = rounded(value)
    return found
