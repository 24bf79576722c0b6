"""What a delivery says stood on a day: units with or without shapes (现状清单)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from diming.errors import UnreadableInput, UsageError
from diming.files.delivery import ReadOptions
from diming.files.register import is_register, read_register
from diming.geometry.checksum import territory_key
from diming.geometry.ground import same_crs
from diming.handbook import load_handbook
from diming.history.resolve import kind_of
from diming.model.code import parse_code
from diming.model.event import fingerprint
from diming.model.span import NOT_ENDED, Span, When
from diming.model.unit import Level
from diming.model.version import Version, with_code
from diming.rules.code_reading import read_codes
from diming.services.intake import take_in
from diming.services.names import refuse_unwritable_name
from diming.services.placed import moved_shape
from diming.services.sources import reader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pyproj

    from diming.files.reading import Progress
    from diming.files.register import Register


@dataclass(frozen=True, slots=True)
class Stated:
    """Units as files state them, each as a version whose superior is still to be found.

    Attributes
    ----------
    versions : tuple of Version
        Their ids follow from what the files say; `territory` is the key of a shape.
    parents : tuple of str
        Code or name of each one's superior, as stated or as its code tells; may be empty.
    territories : dict
        Key → shape, in `crs`.
    crs : pyproj.CRS or None
        None where no file has shapes.
    """

    versions: tuple[Version, ...]
    parents: tuple[str, ...]
    territories: dict[str, Any]
    crs: pyproj.CRS | None


@dataclass(frozen=True, slots=True)
class StatedOptions:
    """How files are to be read."""

    read: ReadOptions = field(default_factory=ReadOptions)
    crs: str | None = None
    code_system: str = "auto"
    level: Level = Level.UNKNOWN


def stated_units(
    paths: Sequence[str], day: date, options: StatedOptions, progress: Progress
) -> Stated:
    """Read lists and layers: what they say stood on `day`.

    Parameters
    ----------
    paths : sequence of str
        CSV lists of units, and files with geometry.
    day : datetime.date
        Rows with a begin and an end that do not hold on it are left out.
    options : StatedOptions
    progress : callable

    Raises
    ------
    UnreadableInput
        If a file cannot be read, says no CRS, or holds nothing that stood then.
    """
    lists = [p for p in paths if is_register(p)]
    layers = [p for p in paths if p not in lists]
    parts = [_listed(read_register(p, code_system=options.code_system,
                                   fields=dict(options.read.fields)), day, options)
             for p in lists]  # fmt: skip
    crs = None
    if layers:
        drawn = _drawn(layers, day, options, progress)
        crs = drawn.crs
        parts.append(drawn)
    versions = tuple(v for p in parts for v in p.versions)
    if not versions:
        raise UnreadableInput(
            "{path}: no unit in it held on {day}; name another date",
            path=", ".join(paths), day=day.isoformat(),
        )  # fmt: skip
    times = Counter(v.unit_id for v in versions)
    twice = next((v for v in versions if times[v.unit_id] > 1), None)
    if twice is not None:
        raise UnreadableInput(
            "{path}: {unit} occurs more than once on {day}; keep one of them",
            path=", ".join(paths), unit=twice.label, day=day.isoformat(),
        )  # fmt: skip
    parents = tuple(t for p in parts for t in p.parents)
    shapes = {k: s for p in parts for k, s in p.territories.items()}
    return Stated(versions, parents, shapes, crs)


def _listed(register: Register, day: date, options: StatedOptions) -> Stated:
    versions, parents = [], []
    for i in range(len(register)):
        if not register.begins[i].day <= day < register.ends[i].day:
            continue
        codes: tuple[tuple[str, str], ...] = ()
        for system, column in register.codes.items():
            codes = with_code(codes, system, column[i])
        level = register.levels[i] or options.level
        if level is Level.UNKNOWN:
            raise UnreadableInput(
                "{path}, row {row}: the level of {unit} is not known; add a column level, or "
                "give --level",
                path=register.path, row=register.rows[i], unit=register.names[i],
            )  # fmt: skip
        versions.append(
            Version(
                _id(level, codes, register.names[i], register.parents[i]),
                Span(When(day), NOT_ENDED), level, register.names[i], register.kinds[i], codes,
                ethnic=register.ethnic[i],
            )
        )  # fmt: skip
        parents.append(register.parents[i])
    return Stated(tuple(versions), tuple(parents), {}, None)


def _drawn(paths: Sequence[str], day: date, options: StatedOptions, progress: Progress) -> Stated:
    with reader(progress) as read_inputs:
        intake = take_in(read_inputs(list(paths), options.read), crs=options.crs, day=day)
    bad = [t for _, t in intake.troubles if not t.examined]
    if bad:
        raise UnreadableInput(
            "{path}: {count} records could not be read whole; run «diming check» on it, and "
            "mend them first",
            path=", ".join(intake.paths), count=len(bad),
        )  # fmt: skip
    units = intake.units
    reading = read_codes(units, options.code_system, load_handbook().county_codes)
    system = "source"
    if reading.applicable:
        system = "nbs" if options.code_system == "nbs" else "ministry"
    level = np.where(units.level > 0, units.level, reading.level)
    known = level[level > 0]
    usual = int(np.bincount(known).argmax()) if len(known) else int(options.level)
    crs = intake.crs[0]
    versions, parents, shapes = [], [], {}
    drawn = units.geometry[:]
    for i in range(len(units)):
        code, name = str(units.code[i]), str(units.name[i])
        refuse_unwritable_name(name, f"{intake.paths[int(units.input[i])]}#{int(units.fid[i])}")
        own = Level(int(options.level) or int(level[i]) or usual)
        if own is Level.UNKNOWN:
            raise UsageError(
                "{path}: the level of its units is not known; give --level, e.g. --level 3",
                path=", ".join(intake.paths),
            )
        read = parse_code(code) if system != "source" else None
        if read is not None:
            code = read.digits
        shape = drawn[i]
        theirs = intake.crs[int(units.input[i])]
        if not same_crs(theirs, crs):
            shape = moved_shape(shape, theirs, crs)
        key = territory_key(shape)
        shapes[key] = shape
        codes = with_code((), system, code or None)
        parent = str(units.parent[i]) or str(reading.parent[i])
        versions.append(
            Version(
                _id(own, codes, name, parent), Span(When(day), NOT_ENDED), own, name,
                str(units.kind[i]) or kind_of(name, own), codes, territory=key,
            )
        )  # fmt: skip
        parents.append(parent)
    return Stated(tuple(versions), tuple(parents), shapes, crs)


def _id(level: Level, codes: tuple[tuple[str, str], ...], name: str, parent: str) -> str:
    return "u" + fingerprint(["stated", int(level), codes, name, parent if not codes else ""])


def with_superiors(stated: Stated, held: Sequence[Version]) -> Stated:
    """Find the superior of each unit among those stated and those the archive holds.

    A province or county that no list has, but the national table knows by its code, is
    added at the end, so that nothing is left without subordination.
    """
    versions, parents = list(stated.versions), list(stated.parents)
    by_code: dict[str, Version] = {}
    by_name: dict[str, list[Version]] = {}
    known = {(v.level, v.name) for v in held}
    for version in (*versions, *held):  # What the archive holds is what is meant.
        for _, own in version.codes:
            by_code[own] = version
        if version.row is not None or (version.level, version.name) not in known:
            by_name.setdefault(version.name, []).append(version)
    day = versions[0].span.begin.day
    table = load_handbook().county_codes
    for stated_code in list(dict.fromkeys(parents)):
        code = parse_code(stated_code)
        if code is None or code.digits in by_code or code.level > Level.COUNTY:
            continue
        rows = [r for r in table.rows(code.digits) if r.holds_at(day)]
        if len(rows) == 1:
            codes = (("ministry", code.digits),)
            made = Version(
                _id(code.level, codes, rows[0].name, ""), Span(When(day), NOT_ENDED), code.level,
                rows[0].name, kind_of(rows[0].name, code.level), codes,
            )  # fmt: skip
            by_code[code.digits] = made
            versions.append(made)
            parents.append("" if code.parent is None else code.parent.digits)
    result = []
    for version, text in zip(versions, parents, strict=True):
        code = parse_code(text) if text else None
        above = by_code.get(code.digits if code is not None else text)
        if above is None:
            named = [v for v in by_name.get(text, ()) if v.level < version.level]
            above = named[0] if len(named) == 1 else None
        result.append(replace(version, parent_id=None if above is None else above.unit_id))
    return replace(stated, versions=tuple(result), parents=tuple(parents))
