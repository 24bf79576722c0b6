"""Check coverages (检查): one pass down from files to findings, one report up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np

from diming.errors import UsageError
from diming.files.delivery import ReadOptions
from diming.files.reading import silent
from diming.geometry.ground import parse_crs
from diming.handbook import Handbook, load_handbook
from diming.model.facts import Facts
from diming.model.finding import CheckSettings, Finding, Report
from diming.model.rule import (
    AUDIT_RULES,
    CODE_RULES,
    COVERAGE_RULES,
    PARENT_RULES,
    RULES,
    SHAPE_RULES,
    TIME_RULES,
    wanted_rules,
)
from diming.rules import codes
from diming.rules.audit import Audit, audit
from diming.rules.code_places import located
from diming.rules.code_reading import CodeReading, read_codes
from diming.rules.coverage import coverage_findings
from diming.rules.hierarchy import hierarchy_findings
from diming.rules.shape import shape_findings
from diming.rules.survey import Survey
from diming.rules.validity import as_areas, valid, validity_findings
from diming.services.arguments import (
    given_paths,
    given_settings,
    given_threads,
    refuse_own_parents,
)
from diming.services.exceptions import apply_exceptions, read_exceptions
from diming.services.frames import delivery_of
from diming.services.intake import Intake, take_in, trouble_findings
from diming.services.levels import by_level, parent_codes, parent_of
from diming.services.placing import choose_ground, doubt_crs, known_centres, shift_findings
from diming.services.sources import reader
from diming.services.summing import backdrop as outlines
from diming.services.summing import measured, pick, rule_runs, weight
from diming.version import __version__

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import geopandas

    from diming.files.reading import Progress
    from diming.model.finding import Exemption
    from diming.tables import Units


def check_files(
    inputs: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    settings: CheckSettings | None = None,
    read: ReadOptions | None = None,
    parents: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
    reference: str | None = None,
    exceptions: str | None = None,
    crs: str | None = None,
    jobs: int | None = None,
    memory_limit_bytes: int | None = None,
    scheduler: str | None = None,
    exact_audit: bool = False,
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
    jobs : int, optional
        Threads, by default one a processor; the result does not depend on it, and
        no more are started than the processors can use.
    memory_limit_bytes : int, optional
        Keep geometry in a temporary file, and memory below this.
    scheduler : str, optional
        Address of a Dask scheduler, e.g. ``tcp://host:8786``: each file is read on
        one of its workers, and stays there.
    exact_audit : bool
        Recompute the areas of overlaps and gaps by brute force; where that
        does not agree is a finding (``audit-mismatch``).
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
        If a rule is named that does not exist, or none is left to run, or parents
        are inputs as well.
    EnvironmentLacks
        If the scheduler or its workers do not answer, or what is left of the
        inputs does not fit into the memory allowed.
    """
    settings = given_settings(settings)
    jobs = given_threads(jobs)
    inputs, parents = given_paths(inputs), given_paths(parents)
    if not inputs:
        raise UsageError("no files to check were given; name at least one")
    options = read or ReadOptions()
    wanted = _wanted(settings, exact_audit=exact_audit)
    if crs is not None:
        crs = crs.to_wkt() if hasattr(crs, "to_wkt") else str(crs)
        # Said in vain where all inputs state theirs, but a slip all the same.
        parse_crs(crs)
    accepted = read_exceptions(exceptions) if exceptions else None
    progress = progress or silent
    with reader(
        progress, memory_limit_bytes=memory_limit_bytes, scheduler=scheduler
    ) as read_inputs:
        deliveries = read_inputs(inputs, options)
        above = read_inputs(parents, replace(options, layer=None)) if parents else []
        refuse_own_parents(deliveries, above)
        known = take_in(read_inputs([reference], ReadOptions())) if reference else None
        intake = take_in(deliveries, above, crs=crs, day=settings.date)
        work = Check(
            intake, settings, wanted, jobs, progress, load_handbook(), known,
            audit=Audit() if exact_audit else None,
        )  # fmt: skip
        return work.report(accepted, with_map=backdrop)


def _wanted(settings: CheckSettings, *, exact_audit: bool) -> frozenset[str]:
    """Return the rules to run; an audit is asked for by itself, whatever others were chosen."""
    audited = frozenset(AUDIT_RULES) - frozenset(settings.skip) if exact_audit else frozenset()
    return wanted_rules(settings) | audited


def check_tables(
    table: geopandas.GeoDataFrame,
    *,
    parents: geopandas.GeoDataFrame | None = None,
    fields: Mapping[str, str] = Facts({}),
    settings: CheckSettings | None = None,
    jobs: int | None = None,
    exact_audit: bool = False,
) -> Report:
    """Check a GeoDataFrame as one coverage; `diming.check` is its face."""
    settings = given_settings(settings)
    jobs = given_threads(jobs)
    wanted = _wanted(settings, exact_audit=exact_audit)
    if parents is not None and parents is table:
        raise UsageError(
            "{path} is given both as input and as parents; give the level above as parents",
            path="GeoDataFrame",
        )
    deliveries = [delivery_of(table, fields=fields)]
    above = [] if parents is None else [delivery_of(parents, path="parents", fields={})]
    intake = take_in(deliveries, above, day=settings.date)
    work = Check(
        intake, settings, wanted, jobs, silent, load_handbook(), None,
        audit=Audit() if exact_audit else None,
    )  # fmt: skip
    return work.report(None, with_map=True)


class Check:
    """One check under way: what was taken in, and what was found so far.

    `over_time` finds what is wrong over all dates, where there is an archive to ask.
    """

    def __init__(
        self,
        intake: Intake,
        settings: CheckSettings,
        wanted: frozenset[str],
        jobs: int,
        progress: Progress,
        handbook: Handbook,
        reference: Intake | None,
        *,
        audit: Audit | None = None,
        over_time: Callable[[], list[Finding]] | None = None,
    ) -> None:
        self.over_time = over_time
        self.settings, self.wanted, self.jobs = settings, wanted, jobs
        self.progress, self.handbook, self.reference = progress, handbook, reference
        self.findings: list[Finding] = []
        #: What an audit has recomputed so far; None where none was asked for.
        self.audit = audit
        self.not_applicable: dict[str, str] = (
            dict.fromkeys(TIME_RULES, "no-archive") if over_time is None else {}
        )
        self.intake, doubts = doubt_crs(intake)
        self.findings += doubts
        self.given = self.intake.given_as_parents
        self.reading = read_codes(self.intake.units, settings.code_system, handbook.county_codes)
        self.ground = choose_ground(self.intake)
        self.survey = Survey(
            self.intake.units, self.intake.units.geometry, self.intake.crs, self.ground,
            self.intake.paths,
        )  # fmt: skip

    def report(self, accepted: tuple[Exemption, ...] | None, *, with_map: bool) -> Report:
        """Run the rules and sum up."""
        stages = [
            self._records, self._codes, self._validity, self._coverage, self._hierarchy,
            self._shift, self._times,
        ]  # fmt: skip
        for done, stage in enumerate(stages):
            self.progress("check", done, len(stages))
            stage()
        self.progress("check", len(stages), len(stages))
        if self.audit is not None:
            self.findings += self.audit.findings
        found = pick(self.findings, self.wanted, self.settings)
        if accepted is not None:
            today = date.today()  # not the data's date: old data do not revive an exception
            judged = apply_exceptions(found, accepted, today, unproven=self._unproven())
            found = [f for f in judged if f.rule in self.wanted]
        found.sort(key=weight)
        return Report(
            version=__version__,
            created=datetime.now().astimezone(),
            inputs=self.intake.inputs,
            settings=self.settings,
            units_examined=int((~self.given).sum()),
            vertices_examined=int(self.intake.units.geometry.count[~self.given].sum()),
            measured=measured(self.ground),
            rules=rule_runs(
                found,
                self.wanted,
                self.not_applicable,
                with_exceptions=accepted is not None,
                audit=self.audit,
            ),
            findings=tuple(found),
            backdrop=outlines(max(self.levels, key=lambda p: p.level)) if with_map else None,
        )

    def _unproven(self) -> frozenset[str]:
        """Return the rules whose findings were not all looked for."""
        if "seam" in (*(self.settings.rules or ()), *self.settings.skip):
            return frozenset(RULES)
        unasked = AUDIT_RULES if self.audit is None else ()
        return frozenset(RULES) - self.wanted | frozenset((*self.not_applicable, *unasked))

    def _records(self) -> None:
        self.findings += trouble_findings(self.intake, self.ground)

    def _codes(self) -> None:
        units, reading = self.intake.units, self.reading
        day, book = self.settings.date, self.handbook
        if not reading.applicable:
            reason = reading.reason or "foreign-codes"
            for rule in CODE_RULES[1:]:
                self.not_applicable[rule] = reason
        found = [f for part in self._parts() for f in codes.duplicate_code(*part)]
        found += codes.missing_code(units, reading)
        found += codes.bad_code(units, reading, book.county_codes, day)
        found += codes.code_kind(units, reading, book.code_ranges, day)
        found += codes.code_parent(units, reading)
        found = [f for f in found if f.rule in self.wanted]
        rows = [[self.survey.unit_of[r.input, r.fid] for r in f.records] for f in found]
        self.findings += located(self.survey, found, [sorted(r) for r in rows])

    def _parts(self) -> Iterator[tuple[Units, CodeReading]]:
        """Yield the inputs, then the parents: a code may occur once in each."""
        for part in (~self.given, self.given):
            if part.any():
                units = self.intake.units.take(part)
                yield (
                    units,
                    read_codes(units, self.settings.code_system, self.handbook.county_codes),
                )

    def _validity(self) -> None:
        shape = self.intake.units.geometry
        sound = valid(shape, jobs=self.jobs)
        self.findings += validity_findings(self.survey, ~sound)
        if not sound.all():
            wrong = np.flatnonzero(~sound)
            shape = shape.replaced(wrong, as_areas(shape[wrong]))
        self.areas = replace(self.survey, shape=shape)

    def _coverage(self) -> None:
        self.levels = by_level(self.survey, self.areas, self.reading, ~self.given)
        for level in self.levels:
            if self.audit is not None or self.wanted.intersection(COVERAGE_RULES):
                found = coverage_findings(level.areas, self.settings, jobs=self.jobs)
                self.findings += found
                if self.audit is not None:
                    self.audit += audit(level.areas, found, self.settings)
            if self.wanted.intersection(SHAPE_RULES):
                self.findings += shape_findings(
                    level.whole, level.areas, self.settings, jobs=self.jobs
                )

    def _hierarchy(self) -> None:
        above = by_level(self.survey, self.areas, self.reading, self.given)
        pairs = [(child, parent_of(child, [*self.levels, *above])) for child in self.levels]
        if not any(parent for _, parent in pairs):
            self.not_applicable.update(dict.fromkeys(PARENT_RULES, "no-parents"))
        elif self.wanted.intersection(PARENT_RULES):
            for child, parent in pairs:
                if parent is not None:
                    homes = parent_codes(child, parent, self.reading)
                    self.findings += hierarchy_findings(
                        child.areas, parent.areas, homes, self.settings, jobs=self.jobs
                    )

    def _times(self) -> None:
        if self.over_time is not None:
            self.findings += self.over_time()

    def _shift(self) -> None:
        if "crs-suspect" not in self.wanted or self.ground.is_plane:
            return
        known = known_centres(self.reference, self.reading)
        if known is not None:
            self.findings += shift_findings(self.intake, self.areas, self.reading, *known)
