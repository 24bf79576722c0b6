"""Whether a name is old and rich enough: conditions, weighed scores, and reasons (鉴定)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from diming.errors import N_
from diming.model.place import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from diming.handbook.heritage import Scheme


class Verdict(StrEnum):
    """What comes of an appraisal (鉴定结论)."""

    RECOGNISED = "recognised"
    DOUBTFUL = "doubtful"  # 存疑, 听证
    NOT_RECOGNISED = "not-recognised"
    #: Something that decides is not said.
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Appraisal:
    """A verdict, the weighed total from 0 to 100 (None where scores lack), and why."""

    verdict: Verdict
    total: float | None
    reasons: tuple[Problem, ...]


def appraise(
    scheme: Scheme, years: Mapping[str, int], scores: Mapping[str, float], day: date,
    *, breaks: Mapping[str, int] = {},
) -> Appraisal:  # fmt: skip
    """Appraise a name.

    Parameters
    ----------
    scheme : Scheme
    years : mapping
        Condition → year; years before Christ are negative, there is no year 0.
    scores : mapping
        Criterion → score from 0 to 100.
    day : datetime.date
        The day of the appraisal.
    breaks : mapping
        Condition → years of interruption in all.
    """
    reasons: list[Problem] = []
    failed = unsaid = False
    for c in scheme.conditions:
        if c.id not in years:
            unsaid = True
            reasons.append(Problem(N_("{condition}: not said"), {"condition": c}))
            continue
        age, broken = age_of(years[c.id], day), breaks.get(c.id, 0)
        facts = {"condition": c, "year": years[c.id], "age_count": age, "needed_count": c.years,
                 "broken_count": broken, "allowed_count": c.breaks_years}  # fmt: skip
        if age < c.years:
            failed = True
            what = N_("{condition} {year}: {age_count} years, {needed_count} are needed")
        elif broken > c.breaks_years:
            failed = True
            what = N_(
                "{condition} {year}: broken off for {broken_count} years, {allowed_count} are "
                "overlooked"
            )
        else:
            what = N_("{condition} {year}: {age_count} years, enough")
        reasons.append(Problem(what, facts))
    total = _total(scheme, scores, reasons)
    if failed:
        return Appraisal(Verdict.NOT_RECOGNISED, total, tuple(reasons))
    if unsaid or total is None:
        return Appraisal(Verdict.OPEN, total, tuple(reasons))
    facts = {"total": total, "recognised": scheme.recognised, "doubtful": scheme.doubtful,
             "basis": scheme.basis}  # fmt: skip
    if total >= scheme.recognised:
        what = N_("total {total}, {recognised} are needed ({basis})")
        return Appraisal(Verdict.RECOGNISED, total, (*reasons, Problem(what, facts)))
    if total >= scheme.doubtful:
        what = N_("total {total} lies between {doubtful} and {recognised}: a hearing decides "
                  "({basis})")  # fmt: skip
        return Appraisal(Verdict.DOUBTFUL, total, (*reasons, Problem(what, facts)))
    what = N_("total {total} is less than {doubtful} ({basis})")
    return Appraisal(Verdict.NOT_RECOGNISED, total, (*reasons, Problem(what, facts)))


def age_of(year: int, day: date) -> int:
    """Return how many years a year lies back; there is no year 0.

    Examples
    --------
    >>> from datetime import date
    >>> age_of(-221, date(2026, 1, 1)), age_of(1026, date(2026, 1, 1))
    (2246, 1000)
    """
    return day.year - year - (1 if year < 0 else 0)


def _total(
    scheme: Scheme, scores: Mapping[str, float], reasons: list[Problem]
) -> float | None:  # fmt: skip
    lacking = [c for c in scheme.criteria if c.id not in scores]
    reasons += [Problem(N_("{condition}: not scored"), {"condition": c}) for c in lacking]
    if lacking:
        return None
    weights = sum(c.weight for c in scheme.criteria)
    return round(sum(c.weight * scores[c.id] for c in scheme.criteria) / weights, 1)
