"""How names are appraised, as configuration (鉴定标准)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from diming.handbook.entries import Entry
from diming.handbook.own import merged
from diming.handbook.titled import Titled, titled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Condition(Titled):
    """A year that must lie so many years back (前提条件); `id` names it."""

    years: int = 0
    breaks_years: int = 0


@dataclass(frozen=True, slots=True)
class Criterion(Titled):
    """What is scored from 0 to 100, and its weight (评分项)."""

    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Scheme(Titled):
    """One kind of appraisal (鉴定类别)."""

    recognised: float = 0.0
    doubtful: float = 0.0
    conditions: tuple[Condition, ...] = ()
    criteria: tuple[Criterion, ...] = ()


def load_schemes(path: str | Path | None = None) -> Mapping[str, Scheme]:
    """Return the schemes by id, with the user's own (``[[heritage.scheme]]``) over them.

    Raises
    ------
    UsageError
        If one is not understood.
    """
    entries, _, where = merged("heritage", ("scheme",), path)
    found = {}
    for key, entry in entries["scheme"].items():
        label = f"scheme {key}"
        f = Entry(entry, label, where)
        f.only("id", "zh", "en", "basis", "verified_on", "recognised", "doubtful", "condition",
               "criterion")  # fmt: skip
        recognised, doubtful = f.number("recognised"), f.number("doubtful")
        if recognised is None or not 0 <= recognised <= 100:
            raise f.wrong("recognised")
        if doubtful is None or not 0 <= doubtful <= recognised:
            raise f.wrong("doubtful")
        conditions, criteria = [], []
        for c in _each(f, "condition"):
            years = c.whole("years")
            if years is None:
                raise c.wrong("years")
            conditions.append(Condition(
                c.text("fact"), c.text("zh", ""), c.text("en", ""), years=years,
                breaks_years=c.whole("breaks_years") or 0,
            ))  # fmt: skip
        for c in _each(f, "criterion"):
            weight = c.number("weight")
            if weight is None or weight <= 0:
                raise c.wrong("weight")
            criteria.append(Criterion(
                c.text("id"), c.text("zh", ""), c.text("en", ""), weight=weight
            ))  # fmt: skip
        if not criteria:
            raise f.wrong("criterion")
        found[key] = Scheme(
            **titled(f), recognised=recognised, doubtful=doubtful,
            conditions=tuple(conditions), criteria=tuple(criteria),
        )  # fmt: skip
    return found


def _each(f: Entry, key: str) -> list[Entry]:
    given = f.values.get(key, [])
    if not isinstance(given, list) or not all(isinstance(e, dict) for e in given):
        raise f.wrong(key)
    return [Entry(e, f"{f.label}, {key}", f.path) for e in given]
