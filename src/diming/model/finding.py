"""Findings, and the report that carries them (发现, 检查报告)."""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from diming.errors import UsageError
from diming.model.code import CODE_SYSTEMS
from diming.model.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTHING: Mapping[str, Any] = Facts({})


class Severity(StrEnum):
    """How much a finding weighs (严重程度)."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    def reaches(self, threshold: Severity) -> bool:
        """Tell whether this severity is at or above `threshold`."""
        order = list(Severity)
        return order.index(self) <= order.index(threshold)


@dataclass(frozen=True, slots=True)
class RecordRef:
    """Where a unit came from: position in ``Report.inputs``, and its fid there."""

    input: int
    fid: int


@dataclass(frozen=True, slots=True)
class Exemption:
    """An accepted finding (例外): who accepted it, why, and until when."""

    id: str
    reason: str
    approver: str
    date: datetime.date | None = None
    expires: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact found wrong.

    Findings carry facts, never words: `diming.present.words` says them in
    Chinese or English.
    """

    rule: str
    severity: Severity
    #: Codes of the units concerned; a name, or ``file#fid``, where there is no code.
    units: tuple[str, ...] = ()
    #: Their names, in the same order; empty strings where unknown.
    names: tuple[str, ...] = ()
    records: tuple[RecordRef, ...] = ()
    #: Numbers, each key ending in its unit: ``area_m2``, ``width_m``, ``parts_count``.
    measures: Mapping[str, float] = NOTHING
    #: Other facts a message needs: ``reason``, ``expected``, ``column``…
    facts: Mapping[str, Any] = NOTHING
    #: A place to look at: WGS 84 longitude, latitude (input x, y if the CRS is unknown).
    at: tuple[float, float] | None = None
    #: A shapely geometry in the same coordinates as `at`, or None.
    geometry: Any = None
    #: True when the units concerned come from different inputs (接边).
    seam: bool = False
    #: Stable fingerprint of what is wrong: ``rule:12 hex digits``.
    id: str = ""
    excepted_by: Exemption | None = None


@dataclass(frozen=True, slots=True)
class RuleRun:
    """What became of a rule: run, skipped on request, or not applicable."""

    rule: str
    status: str
    #: Why it did not run, as a message key with facts; None when it ran.
    reason: str | None = None
    facts: Mapping[str, Any] = NOTHING
    findings: int = 0


@dataclass(frozen=True, slots=True)
class InputRecord:
    """One layer that was checked, and how each of its records is accounted for.

    ``features + unusable + dated_out == declared`` always holds.
    """

    path: str
    layer: str | None
    #: Records the file says it has.
    declared: int
    #: Records that became units and were examined.
    features: int
    #: Records that did not; each has a finding that says why.
    unusable: int
    sha256: str
    crs: str | None
    encoding: str | None = None
    #: What the file says of itself that must be shown, e.g. ``illustrative`` (示意).
    remarks: tuple[str, ...] = ()
    #: Versions that are not in force at `as_of`, where the file holds dated ones.
    dated_out: int = 0
    as_of: datetime.date | None = None
    #: Whether it was given as the level above (``--parents``).
    parents: bool = False


#: Largest tolerance, in metres: a larger one hides what a check is to find.
MOST_TOLERANCE_M = 1.0


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """What a check was asked to do; it travels in the report, so a result can be repeated.

    All lengths are metres on the ground. A single rule stands for a tuple of
    one; `date` may be given as ISO text or with a time of day.

    Raises
    ------
    UsageError
        If a length is negative or no number, the tolerance is above one metre,
        or the code system or the date is none.
    """

    gap_width_m: float = 5.0
    tolerance_m: float = 0.001
    spike_angle_deg: float = 1.0
    spike_length_m: float = 1.0
    sliver_width_m: float = 0.5
    short_edge_m: float = 0.01
    code_system: str = "auto"
    date: datetime.date | None = None
    rules: tuple[str, ...] | None = None
    skip: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Bring the values into form, and refuse what cannot be meant."""
        settle = object.__setattr__
        for name in (
            "gap_width_m", "tolerance_m", "spike_angle_deg", "spike_length_m", "sliver_width_m",
            "short_edge_m",
        ):  # fmt: skip
            settle(self, name, _measure(name, getattr(self, name)))
        if self.tolerance_m > MOST_TOLERANCE_M:
            raise UsageError(
                "a tolerance of {value} m would hide defects; give at most {most} m",
                value=self.tolerance_m, most=MOST_TOLERANCE_M,
            )  # fmt: skip
        if self.code_system not in CODE_SYSTEMS:
            raise UsageError(
                "there is no code system «{value}»; give one of: {choices}",
                value=str(self.code_system)[:60], choices=list(CODE_SYSTEMS),
            )  # fmt: skip
        settle(self, "date", _day(self.date))
        settle(self, "rules", None if self.rules is None else _names(self.rules))
        settle(self, "skip", _names(self.skip))


def _measure(name: str, value: Any) -> float:
    try:
        number = math.nan if isinstance(value, bool | str | bytes) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        raise UsageError(
            "{name} must be a number, zero or more, not «{value}»",
            name=name, value=str(value)[:60],
        )  # fmt: skip
    return number


def _day(value: Any) -> datetime.date | None:
    try:
        if isinstance(value, str):
            value = datetime.datetime.fromisoformat(value.strip())
        # A pandas Timestamp is one too.
        if isinstance(value, datetime.datetime):
            value = value.date()
    except ValueError:
        value = math.nan
    # pandas' NaT calls itself a date, but does not equal itself.
    if value is not None and (not isinstance(value, datetime.date) or value != value):
        raise UsageError("date must be a date such as 2024-12-31")
    return value


def _names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if value is None:
        return ()
    if not isinstance(value, Iterable):
        raise UsageError("rules and skip must be names of rules, not «{value}»", value=str(value))
    names = [str(name) for name in value]
    return tuple(sorted(names) if isinstance(value, set | frozenset) else names)


@dataclass(frozen=True, slots=True)
class Backdrop:
    """Outlines of the examined units, simplified, in the coordinates of the findings."""

    #: An array of shapely geometries; opaque here.
    outlines: Any
    codes: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a check: what was examined, what ran, what was found."""

    version: str
    created: datetime.datetime
    inputs: tuple[InputRecord, ...]
    settings: CheckSettings
    units_examined: int
    vertices_examined: int
    #: How lengths and areas were measured, as facts for the reader.
    measured: Mapping[str, Any]
    rules: tuple[RuleRun, ...]
    findings: tuple[Finding, ...]
    #: What maps draw beneath the findings; None when nobody asked for a map.
    backdrop: Backdrop | None = None

    def summary(self) -> dict[str, int]:
        """Count findings by severity; accepted ones are counted apart."""
        open_ = Counter(f.severity for f in self.findings if f.excepted_by is None)
        excepted = sum(f.excepted_by is not None for f in self.findings)
        return {**{str(s): open_[s] for s in Severity}, "excepted": excepted}

    def fails(self, threshold: Severity = Severity.ERROR) -> bool:
        """Tell whether an open finding is at or above `threshold`."""
        return any(f.severity.reaches(threshold) for f in self.findings if f.excepted_by is None)
