"""Put a list or coverage into an archive: the first one, or what it lacks (入库)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from diming.errors import Conflict, UsageError
from diming.files.reading import silent
from diming.history.shapes_known import spread
from diming.history.unwind import unwind
from diming.model.changeset import Changeset
from diming.model.outcome import Loading, Refused
from diming.model.span import NOT_ENDED, OPEN, Precision, Span, When, day_before
from diming.services.explaining import explain
from diming.services.lawful import dated_in_law
from diming.services.placed import in_crs
from diming.services.recording import Work, revision_written
from diming.services.stated import StatedOptions, stated_units, with_superiors
from diming.store.protocol import Withdrawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from diming.files.reading import Progress
    from diming.model.event import Event
    from diming.model.finding import Exemption, Report
    from diming.model.unit import Level
    from diming.model.version import Version
    from diming.services.stated import Stated
    from diming.store.protocol import Store, Writer


def load(
    store: Store,
    paths: Sequence[str],
    *,
    day: date,
    author: str,
    reason: str,
    document: str = "",
    events: Sequence[Event] = (),
    events_crs: str | None = None,
    since: Mapping[int, date] | None = None,
    options: StatedOptions | None = None,
    accepted: Iterable[Exemption] = (),
    unchecked: bool = False,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Loading:
    """Load what stood on a day.

    Parameters
    ----------
    store : Store
    paths : sequence of str
        Lists of units (CSV) and files with shapes, of one level or several.
    day : datetime.date
        The day it stood; without `events` or `since`, units begin then, as far as known.
    author, reason, document : str
        Of the revision.
    events : sequence of Event
        Acts that led to it. They are undone to an opening list, and recorded from
        there; later ones are recorded too.
    events_crs : str, optional
        CRS of geometry in the acts.
    since : mapping of int to datetime.date
        Level → from then on the lists are complete but for the acts: units that no
        earlier act names stand since then.
    options : StatedOptions, optional
        How files are read.
    accepted : iterable of Exemption
        Findings, of the check or of acts, that somebody answers for.
    unchecked : bool
        Do not check the shapes before.
    dry_run : bool
        Write nothing.
    progress : callable

    Returns
    -------
    Loading

    Raises
    ------
    UnreadableInput
        If a file cannot be read, or holds nothing of that day.
    UsageError
        If `since` is after `day`.
    Conflict
        If somebody else is writing, or the archive holds these levels from a later day on.
    """
    since = dict(since or {})
    late = [d for d in since.values() if d > day]
    if late:
        raise UsageError(
            "--since {since} is after --date {day}; since when, then, did it hold?",
            since=late[0].isoformat(), day=day.isoformat(),
        )  # fmt: skip
    options = options or StatedOptions()
    stated = stated_units(paths, day, options, progress)
    listed = {v.unit_id for v in stated.versions}
    stated = with_superiors(stated, store.view().at(day))
    counts = _counts(stated.versions)
    report = None
    if stated.territories and not unchecked:
        report = _checked(paths, options, accepted, day, progress)
        if report is not None and report.fails():
            return Loading(None, counts, report=report)
    events, undated = dated_in_law(events, store.settings())
    with store.write(author=author, reason=reason, document=document, kind="load") as writer:
        if stated.crs is not None:
            _into_crs(writer, stated)
        levels = {v.level for v in stated.versions if v.unit_id in listed}
        held = [v for level in sorted(levels) for v in writer.view.at(day, level)]
        if held:
            # Superiors that no list has are not stated: the archive may lack them.
            known = levels if events or undated else {v.level for v in held}
            result = _against(writer, _part(stated, listed, known), held, day)
            fresh = _part(stated, listed, levels - known)
            if fresh.versions and not result.differing:
                _refuse_later(writer, levels - known, day)
                more = _opened(writer, fresh, (), since, day, (), [], None)
                result = Loading(
                    None, {**result.units, **more.units},
                    shapes_added=result.shapes_added + more.shapes_added,
                )  # fmt: skip
        else:
            _refuse_later(writer, levels, day)
            result = _opened(writer, stated, events, since, day, accepted, undated, events_crs)
        refused = result.recording is not None and bool(result.recording.refused)
        keep = not (dry_run or result.differing or refused)
        if not keep:
            raise Withdrawn
    revision = revision_written(store, writer.number) if keep else None
    return replace(result, report=report, revision=revision)


def _part(stated: Stated, listed: set[str], levels: set[Level]) -> Stated:
    """Return those of some levels that the files list themselves."""
    kept = tuple(v for v in stated.versions if v.unit_id in listed and v.level in levels)
    return replace(stated, versions=kept)


def _refuse_later(writer: Writer, levels: set[Level], day: date) -> None:
    """Refuse a first state where the archive holds a later one: acts lie between."""
    for level in sorted(levels):
        later = writer.view.at(day_before(OPEN), level)
        if later:
            raise Conflict(
                "the archive holds units of level {level} from later than {day}, e.g. {unit}; "
                "what stood before them is told by acts: record those, or load the later list "
                "into a new archive with --events",
                level=int(level), day=day.isoformat(), unit=later[0].label,
            )  # fmt: skip


def _counts(versions: Iterable[Version]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for version in versions:
        counts[int(version.level)] = counts.get(int(version.level), 0) + 1
    return dict(sorted(counts.items()))


def _checked(
    paths: Sequence[str], options: StatedOptions, accepted: Iterable[Exemption], day: date,
    progress: Progress,
) -> Report | None:  # fmt: skip
    """Check the files with shapes as ``diming check`` does."""
    from diming.files.register import is_register
    from diming.model.finding import CheckSettings
    from diming.services.check import check_files

    layers = [p for p in paths if not is_register(p)]
    settings = CheckSettings(date=day, code_system=options.code_system)
    report = check_files(
        layers, settings=settings, read=options.read, crs=options.crs, progress=progress
    )
    by_id = {e.id: e for e in accepted}
    findings = tuple(
        replace(f, excepted_by=by_id[f.id]) if f.id in by_id else f for f in report.findings
    )
    return replace(report, findings=findings)


def _into_crs(writer: Writer, stated: Stated) -> None:
    """Settle the archive's CRS by its first shapes; others are brought into it."""
    from diming.geometry.ground import parse_crs, same_crs

    assert stated.crs is not None
    held = writer.view.crs
    if held is None:
        authority = stated.crs.to_authority()
        writer.settle_crs(":".join(authority) if authority else stated.crs.to_wkt())
    elif not same_crs(parse_crs(held), stated.crs):
        raise UsageError(
            "the shapes are in {given}, the archive is in {held}; bring them into the archive's "
            "CRS first (ogr2ogr -t_srs), so that they keep fitting together",
            given=stated.crs.name, held=parse_crs(held).name,
        )  # fmt: skip


def _opened(
    writer: Writer, stated: Stated, events: Sequence[Event], since: Mapping[int, date], day: date,
    accepted: Iterable[Exemption], undated: list[Refused], events_crs: str | None,
) -> Loading:  # fmt: skip
    """Load levels that the archive does not hold yet."""
    counts = _counts(stated.versions)
    if not events and not undated:
        spans = {n: Span(When(since.get(n, day), Precision.UNKNOWN), NOT_ENDED) for n in counts}
        writer.append(
            Changeset(
                added=tuple(replace(v, span=spans[int(v.level)]) for v in stated.versions),
                territories=stated.territories,
            )
        )
        return Loading(
            None, counts, shapes_added=sum(v.territory is not None for v in stated.versions)
        )
    opening = unwind(stated.versions, events, day, since)
    writer.append(Changeset(added=tuple(opening.versions)))
    work = Work(writer, accepted, codes_known=opening.codes_known)
    work.refused = undated
    work.through(in_crs(events, events_crs, writer))
    added = _attach(writer, stated, day)
    return Loading(
        None, counts, recording=work.result(None), opening=tuple(opening.findings),
        shapes_added=added,
    )  # fmt: skip


def _against(writer: Writer, stated: Stated, held: Sequence[Version], day: date) -> Loading:
    """Give units that the archive holds the shapes and codes they lack; nothing else may differ."""
    counts = _counts(stated.versions)
    pairs, differing = _paired(stated, held)
    for ours, theirs in pairs:
        known = dict(ours.codes)
        if any(known.get(s, c) != c for s, c in theirs.codes):
            differing.append(f"{ours.label} ≠ {theirs.label}")
        elif None not in (ours.territory, theirs.territory) and ours.territory != theirs.territory:
            differing.append(f"~ {ours.label}")
    if differing:
        explained = explain(writer.view, held, stated, day)
        return Loading(None, counts, differing=tuple(differing), explained=explained)
    added = _attach_pairs(writer, pairs, stated.territories)
    return Loading(None, counts, shapes_added=added)


def _paired(
    stated: Stated, held: Sequence[Version]
) -> tuple[list[tuple[Version, Version]], list[str]]:
    """Pair units held with those stated: by a code of one system, else by name."""
    by_code = {(int(v.level), s, c): v for v in held for s, c in v.codes}
    by_name: dict[tuple[int, str], list[Version]] = {}
    for version in held:
        by_name.setdefault((int(version.level), version.name), []).append(version)
    pairs, differing, met = [], [], set()
    for theirs in stated.versions:
        level = int(theirs.level)
        ours = next(
            (v for s, c in theirs.codes if (v := by_code.get((level, s, c))) is not None), None
        )
        if ours is None or ours.name != theirs.name:
            named = by_name.get((level, theirs.name), [])
            inside = [v for v in named if v.parent_id == theirs.parent_id]
            fitting = [
                v for v in (inside if len(inside) == 1 else named)
                if all(dict(v.codes).get(s, c) == c for s, c in theirs.codes)
            ]  # fmt: skip
            ours = fitting[0] if len(fitting) == 1 else None
        if ours is None:
            differing.append(f"+ {theirs.label}")
            continue
        met.add(ours.unit_id)
        pairs.append((ours, theirs))
    levels = {v.level for v in stated.versions}
    differing += [f"- {v.label}" for v in held if v.level in levels and v.unit_id not in met]
    return pairs, differing


def _attach(writer: Writer, stated: Stated, day: date) -> int:
    """Give the units of a day the shapes and codes that the files have for it.

    Acts name a unit by the ministry's code; the statisticians' is told by the list.
    """
    levels = {v.level for v in stated.versions}
    held = [v for level in levels for v in writer.view.at(day, level)]
    pairs, _ = _paired(stated, held)
    return _attach_pairs(writer, pairs, stated.territories)


def _attach_pairs(
    writer: Writer, pairs: Sequence[tuple[Version, Version]], shapes: Mapping[str, Any]
) -> int:
    """Put shapes and codes into rows that lack them, as far as the same shape is known to hold."""
    added: list[Version] = []
    superseded: list[int] = []
    count = 0
    for ours, theirs in pairs:
        codes = tuple(sorted({**dict(theirs.codes), **dict(ours.codes)}.items()))
        key = theirs.territory if ours.territory is None else ours.territory
        if (codes, key) == (ours.codes, ours.territory):
            continue
        count += key != ours.territory
        rows = spread(writer.view, ours) if key != ours.territory else [ours]
        for row in rows:
            if row.row is None or row.row in superseded:
                continue
            superseded.append(row.row)
            own = codes if row.row == ours.row else row.codes
            added.append(replace(row, row=None, territory=key, codes=own))
    wanted = {v.territory for v in added}
    writer.append(
        Changeset(tuple(added), tuple(superseded), {k: s for k, s in shapes.items() if k in wanted})
    )
    return count
