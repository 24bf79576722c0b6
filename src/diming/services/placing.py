"""Where inputs lie: a CRS in doubt, the ground for all of them, shifts against a reference."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyproj

from diming.errors import UsageError
from diming.files.delivery import ReadOptions
from diming.geometry.ground import PLANE, Ground, same_crs, transform
from diming.rules.placement import Centres, crs_suspect, datum_shift, placement_reason
from diming.services.intake import Intake, take_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diming.geometry.chain import Ints
    from diming.model.finding import Finding
    from diming.rules.code_reading import CodeReading
    from diming.rules.survey import Survey

#: The packaged sample that shifts of Chongqing's data are measured against.
REFERENCE = "chongqing_counties_2019"


def doubt_crs(intake: Intake) -> tuple[Intake, list[Finding]]:
    """Doubt the CRS of inputs that cannot lie where it says.

    They are examined all the same: swapped axes are swapped back, a CRS that
    explains the numbers is taken, and numbers that none explains are a plane.
    """
    found = []
    systems, geometry = list(intake.crs), intake.units.geometry
    for number, crs in enumerate(intake.crs):
        mine = intake.units.input == number
        if not mine.any():
            continue
        doubt = placement_reason(crs, geometry.take(mine).total_bounds)
        if doubt is None:
            continue
        reason, suggested = doubt
        path = intake.inputs[number].path
        found.append(crs_suspect(number, path, crs, reason=reason, facts={"suggested": suggested}))
        if reason == "axes-swapped":
            geometry = geometry.with_swapped_axes(mine)
        elif suggested:
            systems[number] = pyproj.CRS.from_user_input(suggested)
        elif len(set(intake.crs)) == 1:
            systems = [pyproj.CRS.from_wkt(PLANE)] * len(systems)
    units = replace(intake.units, geometry=geometry)
    return replace(intake, crs=tuple(systems), units=units), found


def choose_ground(intake: Intake) -> Ground:
    """Choose the working CRS: the one in which most vertices are delivered."""
    weight = intake.units.geometry.count
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
            box = intake.units.geometry.take(mine).total_bounds
            corners.append(transform(box.reshape(2, 2), crs, working))
    xy = np.concatenate(corners) if corners else np.zeros((2, 2))
    xy = xy[np.isfinite(xy).all(axis=1)]
    if len(xy) == 0:
        raise UsageError("the inputs cannot be brought into one coordinate reference system")
    return Ground.under(working, np.concatenate([xy.min(axis=0), xy.max(axis=0)]))


def shift_findings(
    intake: Intake, areas: Survey, reading: CodeReading, reference: Centres, label: str
) -> list[Finding]:
    """Measure datum shifts of inputs against a reference."""
    found = []
    codes = _county_codes(intake, reading)
    for number, crs in enumerate(intake.crs):
        mine = np.flatnonzero(intake.units.input == number)
        if len(mine) == 0:
            continue
        shift = datum_shift(Centres.of(areas.shape.take(mine), crs, codes[mine]), reference)
        if shift is None:
            continue
        measures = {
            "shift_east_m": shift.east_m,
            "shift_north_m": shift.north_m,
            "matched_units_count": shift.units_count,
        }
        facts = {"reference": label}
        path = intake.inputs[number].path
        found.append(
            crs_suspect(number, path, crs, reason="datum-shift", facts=facts, measures=measures)
        )
    return found


def _county_codes(intake: Intake, reading: CodeReading) -> NDArray[np.object_]:
    if not reading.applicable:
        return intake.units.code
    value: Ints = reading.column.value // 10**6
    return np.where(value % 100 > 0, value.astype(str).astype(object), "")


def known_centres(given: Intake | None, reading: CodeReading) -> tuple[Centres, str] | None:
    """Return where counties are known to lie, and what says so.

    By the reference the user gave; else, for units of Chongqing, by the
    packaged counties.
    """
    if given is None:
        if not reading.applicable or not (reading.column.province() == 50).any():
            return None
        from diming.files.reading import read
        from diming.samples import sample

        given = take_in(read([str(sample(REFERENCE))], ReadOptions()))
        return Centres.of(given.units.geometry, given.crs[0], given.units.code), REFERENCE
    centres = Centres.of(given.units.geometry, given.crs[0], given.units.code)
    return centres, given.inputs[0].path
