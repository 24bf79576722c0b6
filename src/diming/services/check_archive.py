"""Check an archive: its coverage on a day, and its history over all dates (档案检查)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np

from diming.files.reading import silent
from diming.geometry.ground import parse_crs
from diming.geometry.keepers import held
from diming.handbook import load_handbook
from diming.model.finding import CheckSettings, InputRecord, Report
from diming.model.rule import RULES, TIME_RULES, wanted_rules
from diming.model.version import SYSTEMS
from diming.rules.audit import Audit
from diming.rules.timeline import timeline_findings
from diming.services.arguments import given_settings, given_threads
from diming.services.check import Check
from diming.services.exceptions import apply_exceptions, read_exceptions
from diming.services.intake import Intake
from diming.services.summing import pick, rule_runs, weight
from diming.tables import Units
from diming.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diming.files.reading import Progress
    from diming.model.finding import Exemption, Finding
    from diming.model.version import Version
    from diming.store.protocol import Store


def check_archive(
    store: Store,
    *,
    settings: CheckSettings | None = None,
    known: int | None = None,
    exceptions: str | None = None,
    jobs: int | None = None,
    exact_audit: bool = False,
    backdrop: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Check what an archive holds: space on one day, time on all.

    Parameters
    ----------
    store : Store
    settings : CheckSettings, optional
        Its date is the day whose coverage is looked at; today by default.
    known : int, optional
        The revision whose belief is checked; the latest by default.
    exceptions : str, optional
        File of accepted findings.
    jobs : int, optional
    exact_audit : bool
    backdrop : bool
        Whether to keep outlines for a map.
    progress : callable, optional

    Returns
    -------
    Report
        Its one input is the archive; what is not of that day counts as dated out.
    """
    settings = given_settings(settings)
    wanted = wanted_rules(settings)
    jobs = given_threads(jobs)
    day = settings.date or date.today()
    accepted = read_exceptions(exceptions) if exceptions else None
    view = store.view(known)
    versions = view.at(day)
    shaped = [v for v in versions if v.territory is not None]

    def over_time() -> list[Finding]:
        table = store.table(known)
        crs = parse_crs(view.crs or "EPSG:4490")
        outside = {
            a.event.id for a in store.events(known)
            if any(None in (p.giver, p.taker) for p in a.passages)
        }  # fmt: skip
        return timeline_findings(
            table, lambda keys: store.shapes(list(keys)), crs, settings,
            outside_events=outside, jobs=jobs,
        )  # fmt: skip

    times = over_time if wanted.intersection(TIME_RULES) else None
    with_shape = int((store.table(known).territory >= 0).sum())
    record = _record(store, with_shape, len(shaped), day, view.crs)
    if not shaped:
        return _without_shapes(record, settings, wanted, accepted, times() if times else [])
    work = Check(
        _intake(store, shaped, {v.unit_id: v for v in versions}, record), settings, wanted, jobs,
        progress or silent, load_handbook(), None, audit=Audit() if exact_audit else None,
        over_time=times,
    )  # fmt: skip
    return work.report(accepted, with_map=backdrop)


def _record(store: Store, versions: int, shaped: int, day: date, crs: str | None) -> InputRecord:
    return InputRecord(
        path=store.place, layer=None, declared=versions, features=shaped, unusable=0,
        sha256=store.head().hash, crs=crs, dated_out=versions - shaped, as_of=day,
    )  # fmt: skip


def _intake(
    store: Store, versions: Sequence[Version], all_: Mapping[str, Version], record: InputRecord
) -> Intake:
    """Return the units of a day as a delivery would have them."""
    count = len(versions)
    codes = [_code(v) for v in versions]
    above = [all_.get(v.parent_id or "") for v in versions]
    parents = ["" if v is None else _code(v) for v in above]
    units = Units(
        geometry=held(store.shapes([v.territory for v in versions if v.territory])),
        code=np.array([*codes, ""], dtype=object)[:-1],
        name=np.array([*(v.name for v in versions), ""], dtype=object)[:-1],
        parent=np.array([*parents, ""], dtype=object)[:-1],
        kind=np.array([*(v.kind for v in versions), ""], dtype=object)[:-1],
        level=np.array([int(v.level) for v in versions], dtype=np.int8),
        input=np.zeros(count, dtype=np.int32),
        fid=np.array([v.row or 0 for v in versions], dtype=np.int64),
    )
    return Intake(units, (parse_crs(record.crs or "EPSG:4490"),), (record,), ())


def _code(version: Version) -> str:
    codes = dict(version.codes)
    return next((codes[s] for s in SYSTEMS if s in codes), "")


def _without_shapes(
    record: InputRecord, settings: CheckSettings, wanted: frozenset[str],
    accepted: tuple[Exemption, ...] | None, found: list[Finding],
) -> Report:  # fmt: skip
    """Report on an archive of which no shape is known on the day: time alone."""
    told = {f.rule for f in found}
    spatial = {r: "no-shapes" for r in RULES if r not in TIME_RULES and r not in told}
    findings = pick(found, wanted, settings)
    if accepted is not None:
        unproven = frozenset(RULES) - wanted
        judged = apply_exceptions(findings, accepted, date.today(), unproven=unproven)
        findings = [f for f in judged if f.rule in wanted]
    findings.sort(key=weight)
    return Report(
        version=__version__,
        created=datetime.now().astimezone(),
        inputs=(record,),
        settings=settings,
        units_examined=0,
        vertices_examined=0,
        measured={"plane": False, "working_crs": "EPSG:4490", "areas": "tangent-plane-wgs84",
                  "lengths": "tangent-plane-wgs84"},
        rules=rule_runs(findings, wanted, spatial, with_exceptions=accepted is not None),
        findings=tuple(findings),
    )  # fmt: skip
