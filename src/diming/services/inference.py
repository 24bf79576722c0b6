"""From two files to the acts that lie between them (由两期成果推断变更)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812
from typing import TYPE_CHECKING

import numpy as np
import shapely

from diming.errors import UnreadableInput, UsageError
from diming.files.delivery import ReadOptions
from diming.files.reading import read
from diming.files.register import is_register, read_register
from diming.geometry.ground import same_crs, transform
from diming.handbook import load_handbook
from diming.history.infer import Inference, InferSettings, Snapshot, infer
from diming.model.span import NOT_ENDED, UNKNOWN_BEGIN, When, day_before, parse_when
from diming.rules.code_reading import CodeReading, read_codes
from diming.rules.validity import as_areas
from diming.services.arguments import given_paths
from diming.services.intake import Intake, take_in
from diming.services.placing import doubt_crs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    import pyproj
    from numpy.typing import NDArray

    from diming.files.register import Register
    from diming.model.finding import Finding, InputRecord

#: Codes of units that bear none of the national ones are the source's own.
_OWN = "source"
_NATIONAL = {"ministry", "nbs"}


@dataclass(frozen=True)
class InferredFiles:
    """What was inferred from two files.

    Attributes
    ----------
    inference : Inference
    crs : pyproj.CRS or None
        Of all outlines in it: that of the earlier file; None for lists.
    inputs : tuple of InputRecord
        Earlier, then later; empty for lists.
    doubts : tuple of Finding
        Where a file cannot lie where it says.
    """

    inference: Inference
    crs: pyproj.CRS | None
    inputs: tuple[InputRecord, ...] = ()
    doubts: tuple[Finding, ...] = ()


def infer_files(
    old: str | PathLike[str],
    new: str | PathLike[str],
    *,
    date: str | Date | When | None = None,
    old_date: Date | None = None,
    crs: str | None = None,
    fields: Mapping[str, str] | None = None,
    old_fields: Mapping[str, str] | None = None,
    layer: str | None = None,
    encoding: str | None = None,
    tolerance_m: float | None = None,
    code_system: str = "ministry",
    document: str = "",
) -> InferredFiles:
    """Propose the acts that lie between two files; nothing is changed.

    Parameters
    ----------
    old, new : path
        Files of areas, or both CSV lists of names and codes.
    date : str, datetime.date or When, optional
        When it took effect. Of files with dated versions, those in force then are
        taken as later ones, and those in force the day before as earlier ones.
    old_date : datetime.date, optional
        The day of which the versions of an earlier file with dates are taken.
    crs : str, optional
        For files that state none.
    fields, old_fields : mapping, optional
        Role → column; of the earlier file too, unless `old_fields` is given.
    layer, encoding : str, optional
    tolerance_m : float, optional
        See `diming.history.infer.InferSettings`.
    code_system : str
        Whose the codes are, if they are national ones.
    document : str

    Raises
    ------
    UnreadableInput
        If a file cannot be read, or one is a list and the other is not.
    UsageError
        If the date cannot be read.
    """
    when = _when(date)
    day = None if date is None else when.day
    before = old_date or (None if day is None else day_before(day))
    (older,), (newer,) = given_paths(old), given_paths(new)
    options = ReadOptions(layer=layer, fields=dict(fields or {}), encoding=encoding)
    older_options = options if old_fields is None else replace(options, fields=dict(old_fields))
    settings = InferSettings(
        date=when, tolerance_m=tolerance_m, system=code_system, document=document
    )
    listed = is_register(older), is_register(newer)
    if listed[0] != listed[1]:
        raise UnreadableInput(
            "{path}: a list without outlines can only be compared with another list",
            path=older if listed[0] else newer,
        )
    if listed[0]:
        lists = [
            read_register(path, fields=o.fields)
            for path, o in ((older, older_options), (newer, options))
        ]
        if not any(_NATIONAL & set(register.codes) for register in lists):
            settings = replace(settings, system=_OWN)
        was, now = (_listed(*given) for given in zip(lists, (before, day), strict=True))
        return InferredFiles(infer(was, now, settings), None)
    one = take_in(read([older], older_options), crs=crs, day=before)
    other = take_in(read([newer], options), crs=crs, day=day)
    (one, doubts), (other, more) = doubt_crs(one), doubt_crs(other)
    readings = [_reading(intake) for intake in (one, other)]
    if not all(r.applicable for r in readings):
        settings = replace(settings, system=_OWN)
    target = one.crs[0]
    snapshots = [
        _snapshot(intake, r, target) for intake, r in zip((one, other), readings, strict=True)
    ]
    found = infer(snapshots[0], snapshots[1], replace(settings, crs=target.to_wkt()))
    return InferredFiles(found, target, (*one.inputs, *other.inputs), (*doubts, *more))


def _when(given: str | Date | When | None) -> When:
    if given is None:
        return UNKNOWN_BEGIN
    if isinstance(given, When):
        return given
    if isinstance(given, Date):
        return When(given)
    try:
        return parse_when(given)
    except ValueError:
        raise UsageError(
            "«{date}» is no date; give a day, a month or a year, as 2011-10-22, 2011-10 or 2011",
            date=str(given)[:40],
        ) from None


def _reading(intake: Intake) -> CodeReading:
    return read_codes(intake.units, "auto", load_handbook().county_codes)


def _snapshot(intake: Intake, reading: CodeReading, target: pyproj.CRS) -> Snapshot:
    """Bring what was read to one CRS, with valid outlines."""
    units = intake.units
    shape = units.geometry[:]
    for number, crs in enumerate(intake.crs):
        mine = units.input == number
        if not same_crs(crs, target) and mine.any():
            if crs.is_geographic + crs.is_projected != target.is_geographic + target.is_projected:
                raise UsageError(
                    "some inputs lie in a plane without a place on Earth and others do not; "
                    "give all of them a coordinate reference system"
                )
            shape[mine] = shapely.transform(
                shape[mine], lambda xy, crs=crs: transform(xy, crs, target)
            )
    wrong = np.flatnonzero(~shapely.is_valid(shape))
    if len(wrong):
        shape[wrong] = as_areas(shape[wrong])
    parent = units.parent
    if reading.applicable:
        parent = np.where(parent != "", parent, reading.parent)
    level = np.where(units.level > 0, units.level, reading.level).astype(np.int8)
    filled = np.flatnonzero(~shapely.is_empty(shape))
    none = np.full(len(units), "", dtype=object)
    everything = Snapshot(units.name, units.code, units.kind, _levels(level), parent, shape, none)
    return everything.take(filled)


def _listed(register: Register, day: Date | None) -> Snapshot:
    """Make a snapshot of a list: of the rows that held on a day, else of those that still hold."""
    spans = zip(register.begins, register.ends, strict=True)
    held = [
        i for i, (begin, end) in enumerate(spans)
        if (end == NOT_ENDED if day is None else begin.day <= day < end.day)
    ]  # fmt: skip
    system = next((s for s in ("ministry", "nbs", _OWN) if s in register.codes), None)
    codes = [None] * len(register) if system is None else register.codes[system]
    level = np.array([register.levels[i] for i in held], dtype=np.int8)
    return Snapshot.of(
        [register.names[i] for i in held], code=[codes[i] or "" for i in held],
        kind=[register.kinds[i] for i in held], level=_levels(level).tolist(),
        parent=[register.parents[i] for i in held],
    )  # fmt: skip


def _levels(level: NDArray[np.int8]) -> NDArray[np.int8]:
    """Take units of no known level for units of the level that most are of."""
    known = level[level > 0]
    usual = np.bincount(known).argmax() if len(known) else 0
    return np.where(level > 0, level, usual).astype(np.int8)
