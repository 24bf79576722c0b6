"""Where findings on codes lie (代码问题的位置): labels, a point within, and ids."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diming.geometry.chain import Floats, Ints
    from diming.model.finding import Finding
    from diming.rules.survey import Survey


def located(
    survey: Survey, found: Sequence[Finding], units: Sequence[Sequence[int]]
) -> list[Finding]:
    """Give findings on codes their labels, places and ids.

    Parameters
    ----------
    survey : Survey
        All units, as delivered.
    found : sequence of Finding
        Of the rules on codes.
    units : sequence of sequences of int
        Positions of the units of each; it is placed in the first.
    """
    places = _points_within(survey, np.array([u[0] for u in units], dtype=np.int64))
    result = []
    for finding, mine, place in zip(found, units, places, strict=True):
        mark = repr(sorted((k, str(v)) for k, v in finding.facts.items())).encode()
        made = survey.finding(
            finding.rule, finding.severity, mine, measures=finding.measures,
            facts=finding.facts, mark=mark,
        )  # fmt: skip
        if np.isfinite(place).all():
            made = replace(made, at=(float(place[0]), float(place[1])))
        result.append(made)
    return result


def _points_within(survey: Survey, units: Ints) -> Floats:
    """Return longitude and latitude of a point within each of some units, NaN for none."""
    asked, nth = np.unique(units, return_inverse=True)
    points = np.full((len(asked), 2), np.nan)
    first = 0
    for some in survey.shape.portions(asked):
        within = shapely.point_on_surface(survey.shape[some])
        filled = first + np.flatnonzero(~shapely.is_empty(within))
        points[filled] = shapely.get_coordinates(within)
        first += len(some)
    for number, crs in enumerate(survey.crs):
        mine = survey.units.input[asked] == number
        points[mine] = survey.ground.lonlat(survey.to_plane(points[mine], crs))
    result: Floats = points[nth]
    return result
