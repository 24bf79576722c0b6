"""Check coverages (检查): one pass down from files to findings, one report up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

from diming.errors import UsageError
from diming.files.delivery import Delivery, ReadOptions
from diming.geometry.ground import PLANE, Ground, same_crs, transform
from diming.handbook import Handbook, load_handbook
from diming.model.finding import (
    Backdrop,
    CheckSettings,
    Finding,
    Report,
    RuleRun,
    Severity,
)
from diming.model.rule import (
    CODE_RULES,
    COVERAGE_RULES,
    EXCEPTION_RULES,
    PARENT_RULES,
    RULES,
    SHAPE_RULES,
    wanted_rules,
)
from diming.rules import codes
from diming.rules.code_reading import CodeReading, read_codes
from diming.rules.coverage import coverage_findings
from diming.rules.hierarchy import hierarchy_findings
from diming.rules.placement import Centres, crs_suspect, datum_shift, placement_reason
from diming.rules.shape import shape_findings
from diming.rules.survey import Survey, fingerprint
from diming.rules.validity import as_areas, valid, validity_findings
from diming.services.exceptions import apply_exceptions, read_exceptions
from diming.services.intake import Intake, delivery_of, take_in, trouble_findings
from diming.version import __version__

if TYPE_CHECKING:
    import geopandas
    from numpy.typing import NDArray

    from diming.geometry.chain import Ints
    from diming.tables import Units

Progress = Callable[[str, int, int], None]
_WGS84 = pyproj.CRS.from_epsg(4326)


def _silent(stage: str, done: int, total: int) -> None:
    """Take no notice of progress."""


def check_files(
    inputs: Sequence[str],
    *,
    settings: CheckSettings | None = None,
    read: ReadOptions | None = None,
    parents: Sequence[str] = (),
    reference: str | None = None,
    exceptions: str | None = None,
    crs: str | None = None,
    jobs: int = 1,
    backdrop: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Check boundary files as one coverage.

    Parameters
    ----------
    inputs : sequence of str
        Files, folders, globs; ``file.gpkg:layer`` names a layer.
    settings : CheckSettings, optional
    read : ReadOptions, optional
        Layer, columns, encoding.
    parents : sequence of str
        Files of the level above, which the units are to fill.
    reference : str, optional
        A file known to lie where it says, to measure datum shifts against; by
        default the packaged counties, for units of Chongqing.
    exceptions : str, optional
        File of accepted findings.
    crs : str, optional
        CRS of inputs that state none.
    jobs : int
        Threads; the result does not depend on it.
    backdrop : bool
        Whether to keep simplified outlines for a map.
    progress : callable, optional
        Called with stage, done, total.

    Returns
    -------
    Report

    Raises
    ------
    UnreadableInput
        If an input cannot be read, or states no CRS.
    UsageError
        If a rule is named that does not exist.
    """
    from diming.files.reading import read as read_inputs

    settings = settings or CheckSettings()
    options = replace(read or ReadOptions(), jobs=jobs)
    wanted = wanted_rules(settings)
    accepted = read_exceptions(exceptions) if exceptions else None
    deliveries = read_inputs(inputs, options, progress)
    above = read_inputs(parents, replace(options, layer=None), progress) if parents else []
    known = read_inputs([reference], ReadOptions(), progress) if reference else None
    intake = take_in(deliveries, above, crs=crs, day=settings.date)
    work = _Check(intake, settings, wanted, jobs, progress or _silent, load_handbook(), known)
    return work.report(accepted, backdrop=backdrop)


def check_tables(
    table: geopandas.GeoDataFrame,
    *,
    parents: geopandas.GeoDataFrame | None = None,
    fields: Mapping[str, str] = MappingProxyType({}),
    settings: CheckSettings | None = None,
    jobs: int = 1,
) -> Report:
    """Check a GeoDataFrame as one coverage; `diming.check` is its face."""
    settings = settings or CheckSettings()
    wanted = wanted_rules(settings)
    deliveries = [delivery_of(table, fields=fields)]
    above = [] if parents is None else [delivery_of(parents, path="parents", fields={})]
    intake = take_in(deliveries, above, day=settings.date)
    work = _Check(intake, settings, wanted, jobs, _silent, load_handbook(), None)
    return work.report(None, backdrop=True)


@dataclass(frozen=True)
class _Level:
    """The units of one level, as delivered and as the chain takes them."""

    level: int
    whole: Survey
    areas: Survey
    index: Ints


class _Check:
    """One check under way: what was taken in, and what was found so far."""

    def __init__(
        self,
        intake: Intake,
        settings: CheckSettings,
        wanted: frozenset[str],
        jobs: int,
        progress: Progress,
        handbook: Handbook,
        reference: list[Delivery] | None,
    ) -> None:
        self.settings, self.wanted, self.jobs = settings, wanted, jobs
        self.progress, self.handbook, self.reference = progress, handbook, reference
        self.findings: list[Finding] = []
        self.not_applicable: dict[str, tuple[str, dict[str, Any]]] = {}
        self.intake = self._placed(intake)
        self.given = self.intake.given_as_parents
        self.reading = read_codes(self.intake.units, settings.code_system, handbook.county_codes)
        self.ground = _ground(self.intake)
        self.survey = Survey(
            self.intake.units, self.intake.units.geometry, self.intake.crs, self.ground,
            self.intake.paths,
        )  # fmt: skip

    def report(self, accepted: tuple[Any, ...] | None, *, backdrop: bool) -> Report:
        """Run the rules and sum up."""
        stages = [
            self._records, self._codes, self._validity, self._coverage, self._hierarchy,
            self._shift,
        ]  # fmt: skip
        for done, stage in enumerate(stages):
            self.progress("check", done, len(stages))
            stage()
        self.progress("check", len(stages), len(stages))
        found = _unique([f for f in self.findings if f.rule in self.wanted])
        if self.settings.rules is not None and "seam" in self.settings.rules:
            others = set(self.settings.rules) - {"seam"}
            found = [f for f in found if f.seam or f.rule in others]
        if "seam" in self.settings.skip:
            found = [f for f in found if not f.seam]
        if accepted is not None:
            today = self.settings.date or date.today()
            found = [f for f in apply_exceptions(found, accepted, today) if f.rule in self.wanted]
        found.sort(key=_weight)
        return Report(
            version=__version__,
            created=datetime.now().astimezone(),
            inputs=self.intake.inputs,
            settings=self.settings,
            units_examined=int((~self.given).sum()),
            vertices_examined=int(
                shapely.get_num_coordinates(self.intake.units.geometry[~self.given]).sum()
            ),
            measured=MappingProxyType(_measured(self.ground, self.intake)),
            rules=self._runs(found, accepted is not None),
            findings=tuple(found),
            backdrop=self._backdrop() if backdrop else None,
        )

    def _placed(self, intake: Intake) -> Intake:
        """Doubt the CRS of inputs that cannot lie where it says; examine them all the same."""
        systems, geometry = list(intake.crs), intake.units.geometry.copy()
        for number, crs in enumerate(intake.crs):
            mine = intake.units.input == number
            if not mine.any():
                continue
            path = intake.inputs[number].path
            doubt = placement_reason(crs, shapely.total_bounds(geometry[mine]))
            if doubt is None:
                continue
            reason, suggested = doubt
            self.findings.append(
                crs_suspect(number, path, crs, reason=reason, facts={"suggested": suggested})
            )
            if reason == "axes-swapped":
                geometry[mine] = shapely.transform(geometry[mine], lambda xy: xy[:, ::-1])
            elif suggested:
                systems[number] = pyproj.CRS.from_user_input(suggested)
            elif len(set(intake.crs)) == 1:
                systems = [pyproj.CRS.from_wkt(PLANE)] * len(systems)
        return replace(intake, crs=tuple(systems), units=replace(intake.units, geometry=geometry))

    def _records(self) -> None:
        self.findings += trouble_findings(self.intake, self.ground)

    def _codes(self) -> None:
        units, reading = self.intake.units, self.reading
        day, book = self.settings.date, self.handbook
        if not reading.applicable:
            reason = reading.reason or "foreign-codes"
            for rule in CODE_RULES[1:]:
                self.not_applicable[rule] = (reason, {})
        found = [f for part in self._parts() for f in codes.duplicate_code(*part)]
        found += codes.missing_code(units, reading)
        found += codes.bad_code(units, reading, book.county_codes, day)
        found += codes.code_kind(units, reading, book.code_ranges, day)
        found += codes.code_parent(units, reading)
        self.findings += [self._located(f) for f in found]

    def _parts(self) -> Iterator[tuple[Units, CodeReading]]:
        """Yield the inputs, then the parents: a code may occur once in each."""
        for part in (~self.given, self.given):
            if part.any():
                units = self.intake.units.take(part)
                yield (
                    units,
                    read_codes(units, self.settings.code_system, self.handbook.county_codes),
                )

    def _located(self, finding: Finding) -> Finding:
        """Give a finding on codes its labels, place and id."""
        refs = {(r.input, r.fid) for r in finding.records}
        units = self.intake.units
        rows = [
            int(i) for i in np.flatnonzero(np.isin(units.fid, [fid for _, fid in refs]))
            if (int(units.input[i]), int(units.fid[i])) in refs
        ]  # fmt: skip
        if not rows:
            return replace(finding, id=fingerprint(finding.rule, finding.units))
        mark = repr(sorted((k, str(v)) for k, v in finding.facts.items())).encode()
        made = self.survey.finding(
            finding.rule, finding.severity, rows, measures=finding.measures, facts=finding.facts,
            mark=mark,
        )  # fmt: skip
        inside = shapely.point_on_surface(units.geometry[rows[:1]])
        at = self.survey.to_plane(
            shapely.get_coordinates(inside), self.intake.crs[units.input[rows[0]]]
        )
        where = self.ground.lonlat(at)
        if len(where) and np.isfinite(where).all():
            made = replace(made, at=(float(where[0, 0]), float(where[0, 1])))
        return made

    def _validity(self) -> None:
        shape = self.intake.units.geometry
        sound = valid(shape, jobs=self.jobs)
        self.findings += validity_findings(self.survey, ~sound)
        if not sound.all():
            shape = shape.copy()
            shape[~sound] = as_areas(shape[~sound])
        self.areas = replace(self.survey, shape=shape)

    def _levels(self, chosen: NDArray[np.bool_]) -> list[_Level]:
        """Part units by level; a unit of unknown level joins the others of its input."""
        level = np.where(self.intake.units.level > 0, self.intake.units.level, self.reading.level)
        for number in np.unique(self.intake.units.input):
            mine = self.intake.units.input == number
            known = Counter(level[mine & (level > 0)].tolist())
            if known:
                level = np.where(mine & (level == 0), known.most_common(1)[0][0], level)
        result = []
        for value in np.unique(level[chosen]).tolist():
            index = np.flatnonzero(chosen & (level == value))
            filled = index[~shapely.is_empty(self.areas.shape[index])]
            result.append(_Level(value, self.survey.take(index), self.areas.take(filled), filled))
        return result

    def _coverage(self) -> None:
        for level in self._levels(~self.given):
            if self.wanted.intersection(COVERAGE_RULES):
                self.findings += coverage_findings(level.areas, self.settings, jobs=self.jobs)
            if self.wanted.intersection(SHAPE_RULES):
                self.findings += shape_findings(level.whole, self.settings)

    def _hierarchy(self) -> None:
        if not self.wanted.intersection(PARENT_RULES):
            return
        lower, given = self._levels(~self.given), self._levels(self.given)
        pairs = 0
        for child in lower:
            above = [p for p in [*lower, *given] if p.level < child.level or not p.level]
            above = [p for p in above if p is not child]
            if not above:
                continue
            parent = max(above, key=lambda p: p.level)
            pairs += 1
            self.findings += hierarchy_findings(
                child.areas, parent.areas, self._parent_codes(child, parent), self.settings,
                jobs=self.jobs,
            )  # fmt: skip
        if not pairs:
            for rule in PARENT_RULES:
                self.not_applicable[rule] = ("no-parents", {})

    def _parent_codes(self, child: _Level, parent: _Level) -> NDArray[np.object_]:
        """Return for each child the code of its parent, as the parents write theirs."""
        stated = self.intake.units.parent[child.index]
        if not self.reading.applicable:
            return stated
        written = self.reading.column.value
        cut = 10 ** (12 - {1: 2, 2: 4, 3: 6, 4: 9}.get(parent.level, 12))
        theirs = {
            int(v): c for v, c in zip(
                written[parent.index], self.intake.units.code[parent.index], strict=True
            ) if v
        }  # fmt: skip
        derived = np.array(
            [theirs.get(int(v) // cut * cut, "") if v else "" for v in written[child.index]],
            dtype=object,
        )
        known = np.isin(stated, list(theirs.values())) & (stated != "")
        return np.where(known, stated, derived)

    def _shift(self) -> None:
        """Measure datum shifts of inputs against the reference."""
        if "crs-suspect" not in self.wanted or self.ground.is_plane:
            return
        reference, label = self._reference()
        if reference is None:
            return
        for number, crs in enumerate(self.intake.crs):
            mine = np.flatnonzero(self.intake.units.input == number)
            if len(mine) == 0:
                continue
            shift = datum_shift(
                Centres.of(self.areas.shape[mine], crs, self._county_codes(mine)), reference
            )
            if shift is not None:
                self.findings.append(
                    crs_suspect(
                        number, self.intake.inputs[number].path, crs, reason="datum-shift",
                        facts={"reference": label},
                        measures={
                            "shift_east_m": shift.east_m, "shift_north_m": shift.north_m,
                            "matched_units_count": shift.units_count,
                        },
                    )
                )  # fmt: skip

    def _county_codes(self, index: Ints) -> NDArray[np.object_]:
        if not self.reading.applicable:
            return self.intake.units.code[index]
        value = self.reading.column.value[index] // 10**6
        return np.where(value % 100 > 0, value.astype(str).astype(object), "")

    def _reference(self) -> tuple[Centres | None, str]:
        """Return where counties are known to lie, and what says so."""
        if self.reference is not None:
            taken = take_in(self.reference, crs=None)
            return (
                Centres.of(taken.units.geometry, taken.crs[0], taken.units.code),
                taken.inputs[0].path,
            )
        ours = self.reading.applicable and bool((self.reading.column.province() == 50).any())
        if not ours:
            return None, ""
        from diming.files.reading import read as read_inputs
        from diming.samples import sample

        known = take_in(read_inputs([str(sample("chongqing_counties_2019"))], ReadOptions()))
        return Centres.of(known.units.geometry, known.crs[0], known.units.code), (
            "chongqing_counties_2019"
        )

    def _runs(self, found: Sequence[Finding], with_exceptions: bool) -> tuple[RuleRun, ...]:
        counts = Counter(f.rule for f in found)
        runs = []
        for rule in RULES:
            if rule not in self.wanted:
                runs.append(RuleRun(rule, "skipped", "on-request"))
            elif rule in EXCEPTION_RULES and not with_exceptions:
                runs.append(RuleRun(rule, "not-applicable", "no-exceptions"))
            elif rule in self.not_applicable:
                reason, facts = self.not_applicable[rule]
                runs.append(RuleRun(rule, "not-applicable", reason, MappingProxyType(facts)))
            else:
                runs.append(RuleRun(rule, "run", findings=counts[rule]))
        return tuple(runs)

    def _backdrop(self) -> Backdrop:
        lowest = max(self._levels(~self.given), key=lambda level: level.level)
        index = lowest.index
        plane = self.areas.shapes_in_plane(index)
        box = shapely.total_bounds(plane)
        step = float(np.hypot(box[2] - box[0], box[3] - box[1])) / 3000
        try:
            simple = shapely.coverage_simplify(plane, step)
        except shapely.errors.GEOSException:
            simple = shapely.simplify(plane, step)
        units = self.intake.units
        return Backdrop(
            self.ground.as_lonlat(np.asarray(simple, dtype=object)),
            tuple(units.code[index].tolist()),
            tuple(units.name[index].tolist()),
        )


def _ground(intake: Intake) -> Ground:
    """Choose the working CRS: the one in which most vertices are delivered."""
    weight = shapely.get_num_coordinates(intake.units.geometry)
    per_input = np.bincount(intake.units.input, weights=weight, minlength=len(intake.crs))
    share = [
        sum(w for w, c in zip(per_input, intake.crs, strict=True) if same_crs(c, crs))
        for crs in intake.crs
    ]
    working = intake.crs[int(np.argmax(share))]
    corners = []
    for number, crs in enumerate(intake.crs):
        mine = intake.units.input == number
        if mine.any():
            box = shapely.total_bounds(intake.units.geometry[mine])
            corners.append(transform(box.reshape(2, 2), crs, working))
    xy = np.concatenate(corners) if corners else np.zeros((2, 2))
    xy = xy[np.isfinite(xy).all(axis=1)]
    if len(xy) == 0:
        raise UsageError("the inputs cannot be brought into one coordinate reference system")
    return Ground.under(working, np.concatenate([xy.min(axis=0), xy.max(axis=0)]))


def _measured(ground: Ground, intake: Intake) -> dict[str, Any]:
    number = ground.crs.to_epsg()
    return {
        "plane": ground.is_plane,
        "working_crs": f"EPSG:{number}" if number else ground.crs.name,
        "areas": "plane" if ground.is_plane else "cylindrical-equal-area-wgs84",
        "lengths": "plane" if ground.is_plane else "tangent-plane-wgs84",
    }


def _weight(finding: Finding) -> tuple[Any, ...]:
    size = finding.measures.get("area_m2", finding.measures.get("length_m", 0.0))
    return (
        list(Severity).index(finding.severity), RULES.index(finding.rule), -float(size), finding.id
    )  # fmt: skip


def _unique(findings: list[Finding]) -> list[Finding]:
    """Part findings whose ids would be the same: number those after the first by place."""
    by_id: dict[str, list[Finding]] = {}
    for finding in findings:
        by_id.setdefault(finding.id, []).append(finding)
    result = []
    for same in by_id.values():
        same.sort(key=lambda f: (f.at or (0.0, 0.0), str(f.records)))
        result += [f if n == 0 else replace(f, id=f"{f.id}-{n + 1}") for n, f in enumerate(same)]
    return result
