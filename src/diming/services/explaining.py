"""Which acts would explain that a delivery differs from what the archive holds (差异释因)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.geometry.ground import parse_crs
from diming.history.infer import InferSettings, Snapshot, infer
from diming.model.span import When
from diming.services.inference import InferredFiles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from diming.history.view import View
    from diming.model.version import Version
    from diming.services.stated import Stated


def explain(view: View, held: Sequence[Version], stated: Stated, day: date) -> InferredFiles:
    """Propose acts that lead from what is held to what is stated.

    Parameters
    ----------
    view : View
    held : sequence of Version
        Units of the same levels that the archive holds on the day.
    stated : Stated
    day : datetime.date
        When they took effect, at the latest.

    Returns
    -------
    InferredFiles
        Outlines in the archive's CRS.
    """
    systems = [s for v in stated.versions for s, _ in v.codes]
    system = max(set(systems), key=systems.count) if systems else "ministry"
    shapes = view.shapes({v.territory for v in held if v.territory is not None})
    above = {v.unit_id: v for v in (*held, *view.at(day))}
    crs = parse_crs(view.crs or "EPSG:4490")
    found = infer(
        _snapshot(held, shapes, above, system),
        _snapshot(stated.versions, stated.territories, above | _by_id(stated.versions), system),
        InferSettings(crs=crs.to_wkt(), date=When(day), system=system),
    )
    return InferredFiles(found, crs)


def _by_id(versions: Sequence[Version]) -> dict[str, Version]:
    return {v.unit_id: v for v in versions}


def _snapshot(
    versions: Sequence[Version], shapes: Mapping[str, Any], above: Mapping[str, Version],
    system: str,
) -> Snapshot:  # fmt: skip
    def parent(version: Version) -> str:
        found = above.get(version.parent_id or "")
        return "" if found is None else found.code(system) or found.code() or ""

    return Snapshot.of(
        [v.name for v in versions],
        [None if v.territory is None else shapes[v.territory] for v in versions],
        code=[v.code(system) or "" for v in versions],
        kind=[v.kind for v in versions],
        level=[int(v.level) for v in versions],
        parent=[parent(v) for v in versions],
    )
